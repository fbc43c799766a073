//! `mlopsgen check`: would `apply` change or refuse anything?

use mlopsgen::plan::{Failure, Force};

use super::{Context, json, project, review, show};

/// The exit status of a stale tree.
pub(super) const STALE: u8 = 2;

pub fn run(context: &Context) -> Result<u8, Failure> {
    let is_review = review::is_wanted(context);
    let is_json = !is_review && context.is_json("check")?;
    let project = project::open(&context.global)?;
    let prepared = project.prepare(None)?;
    let folder = project.place.folder();
    let terminal = &context.terminal;
    if is_json || is_review {
        let plan = prepared.plan.as_ref().ok();
        match is_review {
            true => review::report(
                context,
                &prepared.compilation,
                plan.map(|plan| (plan, folder)),
            )?,
            false => terminal.out(&json::report(&prepared.compilation, plan, folder))?,
        }
        return Ok(match &prepared.plan {
            Err(_) => 1,
            Ok(plan) if plan.is_empty() => 0,
            Ok(_) => STALE,
        });
    }
    let Ok(plan) = project::report(&prepared, context) else {
        return Ok(1);
    };
    if plan.is_empty() {
        if !terminal.quiet {
            terminal.out(&format!("`{folder}/` is up to date.\n"))?;
        }
        return Ok(0);
    }
    let command = context.global.command_line("apply");
    let mut text = show::plan(plan, folder, terminal);
    text.push_str(&format!("`{folder}/` is stale. run: {command}\n"));
    if !plan.refused(Force::No).is_empty() {
        text.push_str("It refuses the files marked with `!`, or needs `--force` for them.\n");
    }
    terminal.out(&text)?;
    Ok(STALE)
}
