//! `--all-envs`: a command for the base and for every environment, one after the other.

use std::path::Path;

use mlopsgen::{
    disk::{
        ProjectPlace, environments, has_dotenv, is_tracked, removed_environments,
        unwritten_environments,
    },
    files::{DOTENV, output_folder},
    plan::Failure,
    text::{all_of, shell_word},
};
use serde_json::{Value, json};

use super::{
    Context,
    apply::{self, Answer, ApplyArgs},
    args::Command,
    args::Format,
    check::STALE,
    fail, json as documents, project, repository,
};

/// `check` looks at all, unless one environment is asked for.
pub fn is_for_all(command: &Command, context: &Context) -> bool {
    matches!(command, Command::Check) && context.global.environment.is_none()
}

/// The exit status is that of the first run with an error, else of the first that found something.
///
/// Errors: the command has no environments, or there is no platform file.
pub fn run(command: &Command, context: &Context) -> Result<u8, Failure> {
    let is_check = matches!(command, Command::Check);
    if !is_check {
        refuse_one_document(command)?;
    }
    let (root, file) = project::find(&context.global)?;
    let gone = removed_environments(&root)?;
    // `apply` writes their files: what is new is asked before.
    let new = unwritten_environments(&root, &file)?;
    let named = environments(&root, &file)?.into_iter().map(Some);
    let contexts: Vec<Context> = std::iter::once(None)
        .chain(named)
        .map(|environment| context.with_environment(environment))
        .collect();
    let runs = Runs {
        has_headlines: contexts.len() > 1 && !is_check,
        is_held: matches!(context.global.format, Some(Format::Json | Format::Sarif)),
    };
    let ran = match command {
        Command::Apply(args) => runs.apply(args, &contexts)?,
        _ => runs.each(command, &contexts)?,
    };
    let mut statuses: Vec<u8> = ran.iter().map(|ran| ran.status).collect();
    if is_check && !gone.is_empty() {
        statuses.push(STALE);
    }
    if runs.is_held {
        let named = contexts.iter().map(|it| it.global.environment.clone());
        let documents = named.zip(ran.into_iter().map(|ran| ran.document)).collect();
        let mut document = match context.global.format {
            Some(Format::Sarif) => join_sarif(documents),
            _ => join_documents(documents, &gone),
        };
        if is_check
            && statuses.contains(&STALE)
            && let Some(is_fresh) = document.get_mut("up_to_date")
        {
            *is_fresh = json!(false);
        }
        context.terminal.out(&documents::text(&document))?;
    } else if is_check || !context.terminal.quiet {
        report_gone(&gone, &new, &root, context)?;
    }
    let error = statuses.iter().find(|status| ![0, STALE].contains(*status));
    let found = statuses.iter().find(|status| **status != 0);
    Ok(*error.or(found).unwrap_or(&0))
}

/// How the runs of one command are shown.
struct Runs {
    /// A line above each says which environment it is.
    has_headlines: bool,
    /// What each prints is kept, and becomes a part of one document.
    is_held: bool,
}

/// What one run came to.
struct RunResult {
    status: u8,
    /// What it printed for programs.
    document: String,
}

impl Runs {
    fn each(&self, command: &Command, contexts: &[Context]) -> Result<Vec<RunResult>, Failure> {
        let run = |context: &Context| {
            self.one(context, || super::run(command, context))
                .map(|(status, document)| RunResult { status, document })
        };
        contexts.iter().map(run).collect()
    }

    /// Runs one and keeps what it prints, if that is for programs. What stopped it is printed: its status is 1.
    fn one<T: From<u8>>(
        &self,
        context: &Context,
        run: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(T, String), Failure> {
        context.terminal.set_commands(context.global.commands());
        if self.is_held {
            context.terminal.hold();
        } else if self.has_headlines {
            headline(context)?;
        }
        let result = run().unwrap_or_else(|failure| T::from(fail(&failure, context)));
        Ok((result, context.terminal.release()))
    }

    /// Writes nothing before all plans are agreed to: what one of them is refused for, all are.
    fn apply(&self, args: &ApplyArgs, contexts: &[Context]) -> Result<Vec<RunResult>, Failure> {
        let mut answers = Vec::new();
        for context in contexts {
            answers.push(self.one(context, || apply::agree(args, context))?);
        }
        let stopped = names(
            contexts,
            &answers,
            |(answer, _)| matches!(answer, Answer::Over(status) if *status != 0),
        );
        let mut ran = Vec::new();
        for (context, (answer, document)) in contexts.iter().zip(answers) {
            let (status, document) = match answer {
                Answer::Over(status) => (status, document),
                Answer::Agreed(agreed) if stopped.is_empty() => {
                    self.one(context, || agreed.write())?
                }
                // People have seen it, and it is not written.
                Answer::Agreed(agreed) if self.is_held => {
                    self.one(context, || agreed.print().map(|()| 0))?
                }
                Answer::Agreed(_) => (0, document),
            };
            ran.push(RunResult { status, document });
        }
        let failed = names(contexts, &ran, |ran| ran.status != 0);
        if let (Some(context), false) = (contexts.first(), failed.is_empty()) {
            let is_partly = stopped.is_empty() && failed.len() < contexts.len();
            let state = match is_partly {
                true => "only the others were written",
                false => "nothing was written",
            };
            let why = format!("{state}: `apply` stopped in {}\n", all_of(&failed));
            context.terminal.err(&why);
        }
        Ok(ran)
    }
}

/// The base and the environments of which something is true, as a message names them.
fn names<T>(contexts: &[Context], of: &[T], is_meant: impl Fn(&T) -> bool) -> Vec<String> {
    let both = contexts.iter().zip(of);
    let meant = both.filter(|(_, of)| is_meant(of));
    let environment = |context: &Context| context.global.environment.clone();
    meant
        .map(|(context, _)| environment(context).unwrap_or_else(|| "base".to_string()))
        .collect()
}

/// What makes one file, or is of no environment.
fn refuse_one_document(command: &Command) -> Result<(), Failure> {
    let why = match command {
        Command::Plan(args) if args.has_file() => "a plan file is for one environment",
        Command::Apply(args) if args.has_plan() => "a plan file is for one environment",
        Command::Init(_)
        | Command::Kinds(_)
        | Command::Schema(_)
        | Command::Fmt(_)
        | Command::Explain(_) => "this command does not depend on an environment",
        Command::Add(_) => "this command writes into the platform's own file, once",
        Command::Graph | Command::Show(_) | Command::Logs(_) => {
            "this command shows one environment"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(format!("`--all-envs` has no use here: {why}"))
        .help("leave it out, or write `--env E`"))
}

fn headline(context: &Context) -> Result<(), Failure> {
    if context.terminal.quiet {
        return Ok(());
    }
    context.terminal.out(&match &context.global.environment {
        None => "Without an environment:\n".to_string(),
        Some(name) => format!("\nEnvironment `{name}`:\n"),
    })
}

/// The base's document, and in it those of the environments.
fn join_documents(documents: Vec<(Option<String>, String)>, gone: &[String]) -> Value {
    let mut documents = documents
        .into_iter()
        .map(|(name, text)| (name, serde_json::from_str(&text).unwrap_or_default()));
    let mut out: Value = documents.next().map(|(_, base)| base).unwrap_or_default();
    let environments: Vec<Value> = documents
        .map(|(name, document)| {
            let mut out = json!({ "environment": name });
            if let (Some(out), Value::Object(keys)) = (out.as_object_mut(), document) {
                out.extend(keys);
            }
            out
        })
        .collect();
    if let Some(keys) = out.as_object_mut() {
        keys.insert("environments".to_string(), json!(environments));
        keys.insert("environments_gone".to_string(), json!(gone));
    }
    out
}

/// One log with the runs of all.
fn join_sarif(documents: Vec<(Option<String>, String)>) -> Value {
    let mut documents = documents
        .into_iter()
        .filter_map(|(_, text)| serde_json::from_str::<Value>(&text).ok());
    let mut out = documents.next().unwrap_or_default();
    for mut document in documents {
        if let (Some(runs), Some(Value::Array(more))) =
            (out["runs"].as_array_mut(), document.get_mut("runs"))
        {
            runs.append(more);
        }
    }
    out
}

/// Nothing but a person's own command removes the files of an environment: its volumes may hold data.
fn report_gone(
    gone: &[String],
    new: &[String],
    root: &Path,
    context: &Context,
) -> Result<(), Failure> {
    for name in gone {
        let output = output_folder(Some(name));
        let folder = root.join(&output);
        let folder = folder.strip_prefix(".").unwrap_or(&folder);
        let folder = shell_word(&folder.to_string_lossy());
        let place = ProjectPlace::new(root, Some(name));
        let is_tracked = |place: &ProjectPlace| is_tracked(place, &output);
        let removal = match place {
            Ok(place) if !is_tracked(&place) => match has_dotenv(&place) {
                true => format!(
                    "rm -r {folder} (its .env has the secrets: keep a copy as long as a volume needs them)"
                ),
                false => format!("rm -r {folder}"),
            },
            Ok(place) if has_dotenv(&place) => format!(
                "rm {folder}/{DOTENV} && git rm -r {folder} (the first file has its secrets: keep a copy as long as a volume needs them)"
            ),
            _ => format!("git rm -r {folder}"),
        };
        let renamed: String = new
            .iter()
            .map(|new| {
                let command = repository::rename_command(root, name, new);
                format!("If it is called `{new}` now, which keeps its data: {command}. ")
            })
            .collect();
        context.terminal.out(&format!(
            "`{output}/` belongs to an environment that does not exist: there is no file for `{name}` beside {}. \
             {renamed}To remove it: {removal}\n",
            context.global.file_name()
        ))?;
    }
    Ok(())
}
