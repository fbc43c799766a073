//! `mlopsgen add KIND [NAME]`: a component more in platform.toml, with what its roles need.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use clap::Args;
use mlopsgen::{
    add::{AddRequest, Added, Addition, Existing, Kinds},
    compile::{Request, compile},
    diag::{Code, Diagnostic, Level, Sink},
    disk::{DiskWorld, NamedFile},
    files::Target,
    plan::Failure,
    project::{self as files},
    source::Sources,
    text::{all_of, one_of},
    world::{Listing, ReadError, World},
};

use serde_json::{Map, Value, json};

use super::{Context, kinds, printed::for_json, project};

/// Add a component to platform.toml, with the components that it needs
///
/// Each required role (such as its database) gets an existing component that fits, or a new one. Passwords become secrets.
/// Comments and layout of the file stay.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen add grafana
  mlopsgen add postgres tracking-db --group tracking
  mlopsgen add service my-model --image registry.example.com/my-model:1.0.0
  mlopsgen kinds                       what there is to add")]
pub struct AddArgs {
    /// The kind of the component; `mlopsgen kinds` lists them
    #[arg(value_name = "KIND")]
    kind: String,
    /// The component's name [default: the name of the kind]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The group that it starts and stops with [default: the platform's only group, else a new one]
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Its image, for kinds that have no image of their own
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
}

pub fn run(args: &AddArgs, context: &Context) -> Result<u8, Failure> {
    // Before anything is written.
    let is_json = context.is_json("add")?;
    if let Some(environment) = &context.global.environment {
        return Err(Failure::new(format!(
            "`add` writes into {}, for every environment, and not into the file of `{environment}`",
            context.global.file_name()
        ))
        .help(format!(
            "leave out `--env`; what `{environment}` is to have of its own, write into its file by hand"
        )));
    }
    let project = project::open(&context.global)?;
    let path = context.global.directory().join(&context.global.file);
    let file = NamedFile::new(&context.global.directory(), &context.global.file)?;
    let text = file.read_text()?.unwrap_or_default();
    let kinds = all(context);
    let world = DiskWorld::new(path.parent().unwrap_or(Path::new(".")));
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let read = files::read(&world, &project.request.file, None, &mut sources, &mut sink);
    // What is there already must be known; what else is wrong is for other commands to say.
    let mut problems = sink.finish();
    let is_unknown = |it: &Diagnostic| read.is_none() || it.code == Code::Unreadable;
    problems.retain(is_unknown);
    let Some(read) = read.filter(|_| problems.is_empty()) else {
        context.terminal.diagnostics(&problems, &sources);
        return Ok(1);
    };
    let mut addition = Addition::new(&text, Existing::of(&read.tree, &kinds), &kinds)?;
    addition.add(AddRequest {
        kind: &args.kind,
        name: args.name.as_deref(),
        group: args.group.as_deref(),
        image: args.image.as_deref(),
    })?;
    let accepted = accept(&mut addition, &world, &project.request.file)?;
    file.replace(&addition.text())?;
    if is_json {
        context.terminal.out(&json(&addition, &accepted))?;
    } else if !context.terminal.quiet {
        let next = context.global.command_line("plan");
        let file = path.display().to_string();
        let report = report(&addition, &accepted, &file, &next);
        context
            .terminal
            .out(&context.terminal.with_flags(&report))?;
    }
    Ok(0)
}

/// A folder whose platform file has another text.
struct Edited<'a> {
    world: &'a DiskWorld,
    file: &'a str,
    text: String,
}

impl World for Edited<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match path == self.file {
            true => Ok(self.text.clone().into_bytes()),
            false => self.world.read(path),
        }
    }

    fn list(&self, folder: &str) -> Listing {
        self.world.list(folder)
    }
}

/// Lints of the components that were added, by name, which their kinds can't do without and `allow` accepts now.
pub type Accepted = BTreeMap<String, Vec<&'static str>>;

/// Accepts in the new text what the kinds of the added components can't do without. Errors: what the compiler refuses, such as a
/// name that is too long for a part of the kind; and those of [`Addition::accept`].
pub fn accept(
    addition: &mut Addition<'_>,
    world: &DiskWorld,
    file: &str,
) -> Result<Accepted, Failure> {
    let edited = Edited {
        world,
        file,
        text: addition.text(),
    };
    let request = Request {
        file: file.to_string(),
        targets: Some(BTreeSet::from([Target::Compose])),
        ..Request::default()
    };
    let compiled = compile(&edited, &request);
    let is_error = |it: &&Diagnostic| it.code.level() == Level::Error;
    if let Some(wrong) = compiled.diagnostics.iter().find(is_error)
        // What was wrong before is the user's to mend.
        && !compile(world, &request).has_errors()
    {
        let help = wrong.help.as_deref().unwrap_or("choose another name");
        return Err(Failure::new(format!("it can't be added: {}", wrong.message)).help(help));
    }
    addition.accept(&compiled.diagnostics)
}

/// The catalog by name, without the user's kinds that have errors.
pub fn all(context: &Context) -> Kinds {
    let loaded = kinds::catalog(context);
    let named = loaded
        .kinds
        .into_iter()
        .map(|kind| (kind.name.clone(), kind));
    named.collect()
}

/// What was added, what it still could use, and what to type next.
pub fn report(addition: &Addition<'_>, accepted: &Accepted, file: &str, next: &str) -> String {
    let added: Vec<&str> = addition.added.iter().map(|it| it.name.as_str()).collect();
    let mut out = format!("Added {} to {file}.\n", all_of(&added));
    if !addition.secrets.is_empty() {
        let secrets = all_of(&addition.secrets);
        out.push_str(&format!(
            "New secrets: {secrets}; `mlopsgen env init` generates them, or says who issues them.\n"
        ));
    }
    for (name, lints) in accepted {
        let lints = lints.join("`, `");
        out.push_str(&format!(
            "`{name}` accepts `{lints}`: `allow` says so; `mlopsgen explain LINT` says what it means.\n"
        ));
    }
    for change in &addition.changes {
        out.push_str(&format!("{change}.\n"));
    }
    for line in addition.added.iter().flat_map(open_roles) {
        out.push_str(&line);
    }
    out.push_str(&format!("Next: {next}   shows what it compiles to\n"));
    out
}

/// The same for programs.
fn json(addition: &Addition<'_>, accepted: &Accepted) -> String {
    let added = addition.added.iter().map(|it| {
        let open = it
            .open
            .iter()
            .map(|(role, kinds)| (role.clone(), json!(kinds)));
        let open: Map<String, Value> = open.collect();
        json!({ "name": it.name, "kind": it.kind, "open_roles": open })
    });
    let document = json!({
        "added": added.collect::<Vec<_>>(),
        "secrets": addition.secrets,
        "allowed": accepted,
        "changes": addition.changes,
    });
    format!("{}\n", for_json(&document.to_string()))
}

fn open_roles(added: &Added) -> impl Iterator<Item = String> {
    added.open.iter().map(|(role, kinds)| {
        format!(
            "`{}` can also use {} as its `{role}`: uses.{role} = \"COMPONENT\"\n",
            added.name,
            one_of(kinds)
        )
    })
}
