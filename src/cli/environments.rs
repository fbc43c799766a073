//! `--all-envs`: a command for the base and for every environment, one after the other.

use std::path::Path;

use mlopsgen::{
    disk::{ProjectPlace, environments, has_dotenv, removed_environments},
    plan::Failure,
    text::{all_of, shell_word},
};
use serde_json::{Value, json};

use super::{Context, args::Command, args::Format, check::STALE, fail, json as documents, project};

/// `check` looks at all, unless one environment is asked for.
pub fn is_for_all(command: &Command, context: &Context) -> bool {
    matches!(command, Command::Check) && context.global.environment.is_none()
}

/// The exit status is that of the first run with an error, else of the first that found something.
///
/// Errors: the command has no environments, or there is no platform file.
pub fn run(command: &Command, context: &mut Context) -> Result<u8, Failure> {
    let is_check = matches!(command, Command::Check);
    if !is_check {
        refuse_one_document(command)?;
    }
    let (root, file) = project::find(&context.global)?;
    let gone = removed_environments(&root)?;
    let mut all = vec![None];
    all.extend(environments(&root, &file)?.into_iter().map(Some));
    let is_held = matches!(context.global.format, Some(Format::Json | Format::Sarif));
    let mut documents = Vec::new();
    let mut statuses = Vec::new();
    let is_many = all.len() > 1;
    // What one of them is refused for, all are: nothing is written.
    let refused = match command {
        Command::Apply(_) => with_errors(&all, context),
        _ => Vec::new(),
    };
    let command = match refused.is_empty() {
        true => command,
        false => &Command::Validate,
    };
    for environment in all {
        context.global.environment.clone_from(&environment);
        if is_held {
            context.terminal.hold();
        } else if is_many && !is_check {
            headline(environment.as_deref(), context)?;
        }
        let status = super::run(command, context);
        statuses.push(status.unwrap_or_else(|failure| fail(&failure, context)));
        if is_held {
            documents.push((environment, context.terminal.release()));
        }
    }
    context.global.environment = None;
    if is_check && !gone.is_empty() {
        statuses.push(STALE);
    }
    if is_held {
        let document = match context.global.format {
            Some(Format::Sarif) => join_sarif(documents),
            _ => join_documents(documents, &gone, is_check && statuses.contains(&STALE)),
        };
        context.terminal.out(&documents::text(&document))?;
    } else if is_check || !context.terminal.quiet {
        report_gone(&gone, &root, context)?;
    }
    if !refused.is_empty() {
        let names = all_of(&refused);
        context.terminal.err(&format!(
            "nothing was written: there are errors in {names}\n"
        ));
    }
    let error = statuses.iter().find(|status| ![0, STALE].contains(*status));
    let found = statuses.iter().find(|status| **status != 0);
    Ok(*error.or(found).unwrap_or(&0))
}

/// The base and the environments that have errors, as a message names them.
fn with_errors(all: &[Option<String>], context: &mut Context) -> Vec<String> {
    let mut out = Vec::new();
    for environment in all {
        context.global.environment.clone_from(environment);
        let is_whole =
            project::open(&context.global).is_ok_and(|project| !project.compile().has_errors());
        if !is_whole {
            out.push(environment.clone().unwrap_or_else(|| "base".to_string()));
        }
    }
    out
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
        Command::Graph | Command::Show(_) | Command::Logs(_) => {
            "this command shows one environment"
        }
        _ => return Ok(()),
    };
    Err(Failure::new(format!("`--all-envs` has no use here: {why}"))
        .help("leave it out, or write `--env E`"))
}

fn headline(environment: Option<&str>, context: &Context) -> Result<(), Failure> {
    if context.terminal.quiet {
        return Ok(());
    }
    context.terminal.out(&match environment {
        None => "Without an environment:\n".to_string(),
        Some(name) => format!("\nEnvironment `{name}`:\n"),
    })
}

/// The base's document, and in it those of the environments.
fn join_documents(
    documents: Vec<(Option<String>, String)>,
    gone: &[String],
    is_stale: bool,
) -> Value {
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
        if is_stale && keys.contains_key("up_to_date") {
            keys.insert("up_to_date".to_string(), json!(false));
        }
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
fn report_gone(gone: &[String], root: &Path, context: &Context) -> Result<(), Failure> {
    for name in gone {
        let folder = root.join("generated").join(name);
        let folder = folder.strip_prefix(".").unwrap_or(&folder);
        let folder = shell_word(&folder.to_string_lossy());
        let removal = match ProjectPlace::new(root, Some(name)) {
            Ok(place) if has_dotenv(&place) => format!(
                "rm {folder}/compose/.env && git rm -r {folder} (the first file has its secrets: keep a copy as long as a volume needs them)"
            ),
            _ => format!("git rm -r {folder}"),
        };
        context.terminal.out(&format!(
            "`generated/{name}/` belongs to an environment that does not exist: there is no file for `{name}` beside {}. \
             To remove it: {removal}\n",
            context.global.file_name()
        ))?;
    }
    Ok(())
}
