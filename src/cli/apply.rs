//! `mlopsgen apply`: writes what `plan` shows.

use std::path::{Path, PathBuf};

use clap::Args;
use mlopsgen::{
    disk::{Lock, NamedFile, Outcome, Project, Transaction, obstructed},
    plan::{Failure, Force, Plan, SavedPlan},
    text::{count, visible},
};

use super::{
    Context,
    args::{Global, target_of},
    data, json,
    plan::saved,
    printed_plan, project, repository,
};

/// The most changes that are listed where a saved plan no longer holds.
const DIFFERENCES_SHOWN: usize = 10;

/// Write generated/, after showing what changes
///
/// Asks before it writes; without a terminal it needs --yes. Everything is rendered and checked before the first write.
/// Either all files are written or none. It stops at files that were edited by hand or that mlopsgen did not write.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen apply
  mlopsgen apply --yes --env prod
  mlopsgen plan --out today.plan && mlopsgen apply today.plan")]
pub struct ApplyArgs {
    /// A plan that `plan --out` wrote. It is applied without asking, unless anything has changed since: then nothing is written
    #[arg(value_name = "PLAN")]
    plan: Option<PathBuf>,

    /// Don't ask
    #[arg(long, short)]
    yes: bool,

    /// Also overwrite and remove files that were edited by hand or that mlopsgen did not write
    #[arg(long)]
    force: bool,

    /// Accept that data is left behind, or has to be read by another major version. The manifest records this flag
    #[arg(long)]
    accept_data_loss: bool,

    /// Accept that nearly everything in generated/ is removed: nine of ten files or more, not counting those of targets that
    /// platform.toml no longer names
    #[arg(long)]
    accept_removal: bool,
}

impl ApplyArgs {
    /// Whether a saved plan is given.
    pub fn has_plan(&self) -> bool {
        self.plan.is_some()
    }
}

pub fn run(args: &ApplyArgs, context: &Context) -> Result<u8, Failure> {
    match agree(args, context)? {
        Answer::Over(status) => Ok(status),
        Answer::Agreed(agreed) => agreed.write(),
    }
}

/// What a run came to before its first write.
pub enum Answer<'a> {
    /// There is nothing to write, or it may not be written: the exit status.
    Over(u8),
    /// The plan may be written.
    Agreed(Box<Agreed<'a>>),
}

impl From<u8> for Answer<'_> {
    fn from(status: u8) -> Self {
        Answer::Over(status)
    }
}

/// A run whose plan nothing stops, and to which a person or a flag agreed.
pub struct Agreed<'a> {
    run: Run<'a>,
    first: Outcome,
    plan: SavedPlan,
}

/// Plans, shows the plan and asks. Writes nothing. Errors: no plan could be made or shown, or there is no terminal to ask on.
pub fn agree<'a>(args: &'a ApplyArgs, context: &'a Context) -> Result<Answer<'a>, Failure> {
    let is_json = context.is_json("apply")?;
    let planned = match &args.plan {
        None => None,
        Some(file) => Some(load(file, &context.global)?),
    };
    let project = match &planned {
        None => project::open(&context.global)?,
        Some(planned) => project::open(&options_of_plan(&context.global, planned)?)?,
    };
    let run = Run {
        args,
        context,
        project,
        planned,
        is_json,
    };
    // The first plan is made without the lock. So if there is nothing to do, nothing on the disk changes, and no other run has
    // to wait while a question is open.
    let first = run.project.look()?;
    repository::note_renamed(&run.project, context)?;
    let plan = match &first.plan {
        Ok(plan) if !plan.is_empty() => plan,
        _ => return run.finish(&first).map(Answer::Over),
    };
    if !run.is_agreed(&first, plan)? {
        return run.nothing_written().map(Answer::Over);
    }
    let plan = saved(plan, &run.project);
    Ok(Answer::Agreed(Box::new(Agreed { run, first, plan })))
}

impl Agreed<'_> {
    /// Writes the plan, if it still holds once the lock is taken. Errors: the folder can't be locked or written, or what would
    /// change is no longer what was shown.
    pub fn write(self) -> Result<u8, Failure> {
        let Self { run, first, plan } = self;
        let lock = project::lock(&run.project.place, &run.context.terminal)?;
        // What another run wrote, and what was edited meanwhile, is seen from here on.
        let again = run.project.look_again(first, &lock)?;
        let done = match &again.plan {
            Ok(now) if !now.is_empty() => run.write_if_agreed(&again, now, &plan, &lock),
            _ => run.finish(&again),
        };
        drop(again.without_output());
        done
    }

    /// Prints the plan. Errors: stdout can't be written.
    pub fn print(&self) -> Result<(), Failure> {
        self.run.show(&self.first)
    }
}

struct Run<'a> {
    args: &'a ApplyArgs,
    context: &'a Context,
    project: Project,
    planned: Option<SavedPlan>,
    is_json: bool,
}

impl Run<'_> {
    /// Nothing to write: there were errors, or everything is as it should be.
    fn finish(&self, outcome: &Outcome) -> Result<u8, Failure> {
        if let Ok(plan) = &outcome.plan {
            self.refuse_changed_plan(outcome, plan)?;
            Lock::clear(&self.project.place);
        }
        self.show(outcome)?;
        if let Ok(plan) = &outcome.plan {
            repository::warn_ignored(plan, &self.project, self.context);
        }
        Ok(u8::from(outcome.plan.is_err()))
    }

    /// Shows the plan, and asks where a question is needed. With `--format json` it prints one document: the plan if it is
    /// applied, else what stopped it.
    fn is_agreed(&self, outcome: &Outcome, plan: &Plan) -> Result<bool, Failure> {
        self.refuse_changed_plan(outcome, plan)?;
        if !self.is_json {
            match self.needs_an_answer() && !self.can_ask() {
                true => self.show_summary(outcome)?,
                false => self.show(outcome)?,
            }
        }
        self.refuse(plan)?;
        self.is_answered(plan)
    }

    fn needs_an_answer(&self) -> bool {
        !self.args.yes && self.planned.is_none()
    }

    fn can_ask(&self) -> bool {
        self.context.terminal.interactive && !self.is_json && self.planned.is_none()
    }

    /// Writes the plan that the user agreed to; with `--yes`, the plan as it is now.
    fn write_if_agreed(
        &self,
        outcome: &Outcome,
        plan: &Plan,
        agreed: &SavedPlan,
        lock: &Lock,
    ) -> Result<u8, Failure> {
        let differences = agreed.differences(&saved(plan, &self.project));
        if !differences.is_empty() {
            if !self.args.yes && self.planned.is_none() {
                return Err(Failure::new(format!(
                    "something has changed since the plan was shown: {}; nothing was written",
                    differences.join(", ")
                ))
                .help("run `mlopsgen apply` again, and read the new plan"));
            }
            if !self.is_agreed(outcome, plan)? {
                return self.nothing_written();
            }
        }
        self.write(outcome, plan, lock)
    }

    fn nothing_written(&self) -> Result<u8, Failure> {
        self.context.terminal.err("Nothing was written.\n");
        Ok(1)
    }

    fn write(&self, outcome: &Outcome, plan: &Plan, lock: &Lock) -> Result<u8, Failure> {
        Transaction::prepare(plan, &self.project.place, lock)?.commit()?;
        if self.is_json {
            self.show(outcome)?;
        } else if !self.context.terminal.quiet {
            let counts = plan.counts();
            self.context.terminal.out(&format!(
                "Applied: {} added, {} changed, {} removed.\n",
                counts.add, counts.change, counts.remove
            ))?;
        }
        repository::warn_ignored(plan, &self.project, self.context);
        Ok(0)
    }

    fn show(&self, outcome: &Outcome) -> Result<(), Failure> {
        let terminal = &self.context.terminal;
        if self.is_json {
            terminal.out(&json::report(outcome, &self.project, terminal))?;
        } else if let Ok(plan) = project::report(outcome, self.context) {
            let folder = self.project.place.folder();
            terminal.out(&printed_plan::plan(plan, folder, terminal))?;
        }
        Ok(())
    }

    /// A plan that is refused in the next line is shown without its diff, which may have thousands of lines.
    fn show_summary(&self, outcome: &Outcome) -> Result<(), Failure> {
        let folder = self.project.place.folder();
        if let Ok(plan) = project::report(outcome, self.context) {
            let terminal = &self.context.terminal;
            terminal.out(&printed_plan::summary(plan, folder, terminal))?;
        }
        Ok(())
    }

    /// A saved plan is only good as long as a new one would be the same.
    fn refuse_changed_plan(&self, outcome: &Outcome, plan: &Plan) -> Result<(), Failure> {
        let Some(planned) = &self.planned else {
            return Ok(());
        };
        let now = saved(plan, &self.project).with_inputs(outcome.inputs());
        let differences = planned.differences(&now);
        if differences.is_empty() {
            return Ok(());
        }
        if plan.is_empty() && now.manifest_after == planned.manifest_after {
            return Err(Failure::new("this plan is applied already")
                .help("there is nothing to do; nothing was written"));
        }
        let mut shown = differences.clone();
        if differences.len() > DIFFERENCES_SHOWN {
            shown.truncate(DIFFERENCES_SHOWN);
            shown.push(format!("and {} more", differences.len() - shown.len()));
        }
        Err(Failure::new(format!(
            "the plan is out of date, because something has changed since:\n{}",
            shown.join("\n")
        ))
        .help("make a new one with `mlopsgen plan --out FILE`; nothing was written"))
    }

    fn refuse(&self, plan: &Plan) -> Result<(), Failure> {
        let force = if self.args.force {
            Force::Yes
        } else {
            Force::No
        };
        let refused = plan.refused(force);
        if refused.is_empty() {
            return match &plan.obstacle {
                Some(path) => Err(obstructed(path)),
                None => Ok(()),
            };
        }
        let folder = self.project.place.folder();
        let mut message = format!(
            "{} in the way; nothing was written",
            count(refused.len(), "file")
        );
        let mut can_be_forced = true;
        for change in refused {
            if let Some(refusal) = &change.refusal {
                message.push_str(&format!(
                    "\n{folder}/{}: {}",
                    visible(&change.path),
                    visible(&refusal.reason())
                ));
                can_be_forced &= refusal.gives_way_to_force();
            }
        }
        Err(Failure::new(message).help(if can_be_forced {
            format!(
                "move your changes to {} or to a template of your own; \
                 `--force` overwrites and removes these files",
                self.context.global.file_name()
            )
        } else {
            "move it away; `--force` does not help here".to_string()
        }))
    }

    /// Whether a person or a flag agrees to everything. Errors: there is no terminal to ask on.
    fn is_answered(&self, plan: &Plan) -> Result<bool, Failure> {
        let terminal = &self.context.terminal;
        if self.needs_an_answer() {
            if !self.can_ask() {
                let command = self.context.global.command_line("apply --yes");
                return Err(
                    Failure::new("there is no terminal to ask on; nothing was written")
                        .help(format!("to write without being asked, type `{command}`")),
                );
            }
            if !terminal.ask("Write this?")? {
                return Ok(false);
            }
        }
        Ok(self.is_removal_agreed(plan)? && self.is_loss_agreed(plan)?)
    }

    /// A plan that removes nearly everything is usually a mistake, and `--yes` is typed before anyone sees the plan. A saved
    /// plan has been reviewed.
    fn is_removal_agreed(&self, plan: &Plan) -> Result<bool, Failure> {
        let Some(emptied) = plan.emptied else {
            return Ok(true);
        };
        if self.args.accept_removal || self.planned.is_some() {
            return Ok(true);
        }
        let folder = self.project.place.folder();
        if self.can_ask() {
            let question = format!("Remove nearly everything in {folder}/?");
            return self.context.terminal.ask(&question);
        }
        let files = count(emptied.removed, "file");
        Err(Failure::new(format!(
            "nearly everything in `{folder}/` would be removed: {files}, and {} would be left; nothing was written",
            emptied.left
        ))
        .help(format!(
            "check that {} includes all that it should; if the removal is meant, add `--accept-removal`",
            self.context.global.file_name()
        )))
    }

    fn is_loss_agreed(&self, plan: &Plan) -> Result<bool, Failure> {
        if !plan.data.is_loss() || self.args.accept_data_loss {
            return Ok(true);
        }
        if self.can_ask() {
            let question = match plan.data.left.len() {
                0 => "Has the data been taken care of?".to_string(),
                left => format!("Give up the data of {}?", count(left, "volume")),
            };
            return self.context.terminal.ask(&question);
        }
        let (message, help) = data::refusal(&plan.data);
        Err(Failure::new(format!("{message}; nothing was written")).help(help))
    }
}

fn load(file: &Path, global: &Global) -> Result<SavedPlan, Failure> {
    let named = NamedFile::new(&global.directory(), file)?;
    let help = "make a plan with `mlopsgen plan --out FILE`";
    match named.read_text()? {
        Some(text) => SavedPlan::parse(&text),
        None => Err(Failure::new(format!("there is no `{}`", named.path().display())).help(help)),
    }
}

/// The flags that a plan was made with. The command line may repeat them, but not contradict them.
fn options_of_plan(global: &Global, planned: &SavedPlan) -> Result<Global, Failure> {
    let says_otherwise = |flag: &str| {
        Failure::new(format!("the plan was made with another `{flag}`"))
            .help(format!("leave `{flag}` out: the plan knows it"))
    };
    // The project is the one that the command is typed in: a plan from elsewhere must not lead to another.
    if Path::new(&planned.file).file_name() != Some(planned.file.as_ref()) {
        return Err(Failure::new(format!(
            "the plan is for `{}`, which is not a file of this project",
            visible(&planned.file)
        ))
        .help("make a plan here with `mlopsgen plan --out FILE`"));
    }
    if let Some(file) = global.named_file()
        && file != Path::new(&planned.file)
    {
        return Err(says_otherwise("--file"));
    }
    let mut targets = Vec::new();
    for name in planned.targets.iter().flatten() {
        targets.push(target_of(name).map_err(Failure::new)?);
    }
    let targets = planned.targets.is_some().then_some(targets);
    if global.environment.is_some() && global.environment != planned.environment {
        return Err(says_otherwise("--env"));
    }
    if global.targets.is_some()
        && global.selected()
            != targets
                .as_ref()
                .map(|targets| targets.iter().copied().collect())
    {
        return Err(says_otherwise("--target"));
    }
    Ok(Global {
        environment: planned.environment.clone(),
        targets,
        file: global.file.with_file_name(&planned.file),
        ..global.clone()
    })
}
