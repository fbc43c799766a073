//! `mlopsgen check`: would `apply` change or refuse anything?

use mlopsgen::plan::{Failure, Force};

use super::{Context, json, printed_plan, project, repository, review};

/// The exit status of a stale tree.
pub(super) const STALE: u8 = 2;

pub fn run(context: &Context) -> Result<u8, Failure> {
    let is_review = review::is_wanted(context);
    let is_json = !is_review && context.is_json("check")?;
    let project = project::open(&context.global)?;
    let outcome = project.look()?.without_output();
    let folder = project.place.folder();
    let terminal = &context.terminal;
    if is_json || is_review {
        let plan = outcome.plan.as_ref().ok();
        match is_review {
            true => review::report(
                context,
                &outcome.diagnostics,
                &outcome.sources,
                plan.map(|plan| (plan, &project)),
            )?,
            false => terminal.out(&json::report(&outcome, &project, terminal))?,
        }
        return Ok(match &outcome.plan {
            Err(_) => 1,
            Ok(plan) if plan.is_empty() => 0,
            Ok(_) => STALE,
        });
    }
    let Ok(plan) = project::report(&outcome, context) else {
        return Ok(1);
    };
    repository::warn_ignored(plan, &project, context);
    if plan.is_empty() {
        if !terminal.quiet {
            terminal.out(&format!("`{folder}/` is up to date.\n"))?;
        }
        return Ok(0);
    }
    let command = context.global.command_line("apply");
    let mut text = printed_plan::plan(plan, folder, terminal);
    text.push_str(&format!("`{folder}/` is stale. run: {command}\n"));
    if !plan.refused(Force::No).is_empty() {
        text.push_str("It refuses the files marked with `!`, or needs `--force` for them.\n");
    }
    terminal.out(&text)?;
    Ok(STALE)
}
