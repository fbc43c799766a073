//! `mlopsgen plan`: what `apply` would do.

use std::path::PathBuf;

use clap::Args;
use mlopsgen::{
    disk::{NamedFile, Project},
    plan::{Failure, Plan, SavedPlan},
};

use super::{Context, json, printed_plan, project, repository};

/// Show as a diff what `apply` would do
///
/// Writes nothing in generated/. `git apply` can read the diff. The last line counts the files.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen plan
  mlopsgen plan --env prod --target helm
  mlopsgen plan --out today.plan && mlopsgen apply today.plan")]
pub struct PlanArgs {
    /// Also write the plan to a file, for `apply FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Exit with 2 when there are changes
    #[arg(long)]
    detailed_exitcode: bool,
}

impl PlanArgs {
    /// Whether it saves the plan to a file.
    pub fn has_file(&self) -> bool {
        self.out.is_some()
    }
}

pub fn run(args: &PlanArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("plan")?;
    let project = project::open(&context.global)?;
    let outcome = project.look()?;
    repository::note_renamed(&project, context)?;
    let inputs = outcome.inputs();
    let outcome = outcome.without_output();
    let folder = project.place.folder();
    if is_json {
        context
            .terminal
            .out(&json::report(&outcome, &project, &context.terminal))?;
    } else if let Ok(plan) = project::report(&outcome, context) {
        context
            .terminal
            .out(&printed_plan::plan(plan, folder, &context.terminal))?;
    }
    let Ok(plan) = &outcome.plan else {
        return Ok(1);
    };
    if let Some(file) = &args.out {
        write(
            &NamedFile::new(&context.global.directory(), file)?,
            &saved(plan, &project).with_inputs(inputs),
        )?;
    }
    Ok(match args.detailed_exitcode && !plan.is_empty() {
        true => 2,
        false => 0,
    })
}

/// Errors: a file of this name exists and is not a plan; it is not overwritten.
fn write(file: &NamedFile, plan: &SavedPlan) -> Result<(), Failure> {
    if file
        .read_text()?
        .is_some_and(|text| !SavedPlan::is_one(&text))
    {
        return Err(Failure::new(format!(
            "`{}` is not a plan of mlopsgen, and stays as it is",
            file.path().display()
        ))
        .help("name another file, or remove it"));
    }
    file.replace(&plan.render())
}

/// The plan as a file holds it.
pub fn saved(plan: &Plan, project: &Project) -> SavedPlan {
    let request = &project.request;
    SavedPlan::new(
        plan,
        &request.file,
        request.environment.as_deref(),
        request.targets.as_ref(),
    )
}
