//! Containers of the platform's name that are not its own.

use super::{Case, Finding};
use crate::{
    engine::{Container, Engine, Orphan, Running},
    plan::Failure,
    text::{all_of, shell_word, visible},
};

pub(super) fn findings(case: &Case<'_>, containers: &[Container]) -> Result<Vec<Finding>, Failure> {
    let Some(engine) = case.engine else {
        return Ok(Vec::new());
    };
    let orphans = case.running.orphans(case.selection, containers, engine)?;
    let running = orphans.iter().filter(|orphan| orphan.is_running);
    let mut findings: Vec<Finding> = running
        .map(|it| of_orphan(case.running, engine, it))
        .collect();
    findings.extend(other_folder(case.running, containers));
    Ok(findings)
}

/// It is in no platform.toml that anybody reads, and works on.
fn of_orphan(running: &Running, engine: &Engine, orphan: &Orphan) -> Finding {
    let holds = match &orphan.in_the_way {
        Some(what) => format!("; it holds {}", visible(what)),
        None => String::new(),
    };
    let message = format!(
        "the container `{}` runs, and no component `{}` is left{holds}",
        visible(&orphan.container),
        visible(&orphan.service)
    );
    let help = match orphan.in_the_way {
        Some(_) => "`mlopsgen up` stops it first".to_string(),
        None => format!(
            "{} -p {} rm --stop --force {}",
            engine.compose(),
            shell_word(running.name()),
            shell_word(&orphan.service)
        ),
    };
    Finding::warning("container", message, help)
}

/// Two folders with a platform of one name: each takes the other's containers for its own.
pub fn other_folder(running: &Running, containers: &[Container]) -> Option<Finding> {
    let folders = running.started_elsewhere(containers);
    if folders.is_empty() {
        return None;
    }
    let folders: Vec<String> = folders.iter().map(|it| visible(it)).collect();
    let message = format!(
        "containers of a platform `{}` were started from {}: `up` replaces them by those of this folder, on the same data",
        running.name(),
        all_of(&folders)
    );
    let help = "work in one folder, or give this platform another name: `[platform] name`, or an environment that sets it";
    Some(Finding::warning("folder", message, help))
}
