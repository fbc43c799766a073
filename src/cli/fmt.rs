//! `mlopsgen fmt`: one layout for platform.toml and the files beside it.

use std::path::{Path, PathBuf};

use clap::Args;
use mlopsgen::{
    diag::Sink,
    disk::{DiskWorld, NamedFile, environments},
    files::OWN_KINDS,
    layout,
    plan::{self, Action, Change, Failure},
    project::{environment_file, included_files, is_read},
    source::Sources,
    syntax,
    text::count,
    world::{ReadError, World},
};

use super::{
    Context, json,
    printed_plan::without_controls,
    terminal::{Terminal, paint},
};

/// The exit status of `--check` when a file would change, as that of `check`.
const DIFFERS: u8 = 2;

/// Format platform.toml and the files that belong to it
///
/// Changes only spacing and indentation. Comments, line breaks and the order of keys and tables stay. Without FILE it formats
/// platform.toml, the files that it includes, its environments, and mlopsgen/kinds/*.toml.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen fmt
  mlopsgen fmt --check        exits with 2 if a file would change, and shows how
  mlopsgen fmt teams/*.toml")]
pub struct FmtArgs {
    /// The files to format
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Write nothing; exit with 2 if a file would change
    #[arg(long)]
    check: bool,
}

/// One file, before and after.
struct FormattedFile {
    file: NamedFile,
    /// As messages call it.
    name: String,
    old: String,
    new: String,
}

pub fn run(args: &FmtArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("fmt")?;
    let files = match args.files.is_empty() {
        true => project_files(context)?,
        false => args
            .files
            .iter()
            .map(|file| NamedFile::new(&context.global.directory(), file))
            .collect::<Result<_, _>>()?,
    };
    let mut changed = Vec::new();
    let mut is_broken = false;
    for file in &files {
        match lay_out(file, context)? {
            Some(formatted) if formatted.old != formatted.new => changed.push(formatted),
            Some(_) => {}
            None => is_broken = true,
        }
    }
    if is_broken {
        return Ok(1);
    }
    if !args.check {
        for formatted in &changed {
            formatted.file.replace(&formatted.new)?;
        }
    }
    let terminal = &context.terminal;
    if is_json {
        let names: Vec<&str> = changed
            .iter()
            .map(|formatted| formatted.name.as_str())
            .collect();
        terminal.out(&json::text(&serde_json::json!({ "changed": names })))?;
    } else if !terminal.quiet {
        terminal.out(&report(args, &changed, files.len(), terminal))?;
    }
    Ok(match args.check && !changed.is_empty() {
        true => DIFFERS,
        false => 0,
    })
}

/// The platform file and what belongs to it.
fn project_files(context: &Context) -> Result<Vec<NamedFile>, Failure> {
    let path = context.global.directory().join(&context.global.file);
    let root = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let file = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let world = DiskWorld::new(&root);
    let mut names = vec![file.clone()];
    let included = included_files(&world, &file);
    refuse_unread(&included.unread)?;
    names.extend(included.files);
    for pattern in &included.refused {
        let pattern = without_controls(pattern);
        context.terminal.say(&format!(
            "`{pattern}` of `include` is left out: `mlopsgen validate` says why\n"
        ));
    }
    let environments = environments(&root, &file)?.into_iter();
    names.extend(environments.map(|name| environment_file(&file, &name)));
    let kinds = world.list(OWN_KINDS);
    refuse_unread(&kinds.unread)?;
    names.extend(
        kinds
            .files
            .into_iter()
            .filter(|name| name.ends_with(".toml") && is_read(name)),
    );
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let names = names.iter();
    names
        .map(|name| NamedFile::new(&root, Path::new(name)))
        .collect()
}

fn refuse_unread(unread: &[(String, ReadError)]) -> Result<(), Failure> {
    let Some((path, error)) = unread.first() else {
        return Ok(());
    };
    Err(Failure::new(format!("`{path}` {error}")).help(error.way_out()))
}

/// `None` where the file is not TOML; the errors are printed.
fn lay_out(file: &NamedFile, context: &Context) -> Result<Option<FormattedFile>, Failure> {
    let path = file.path();
    let old = file
        .read_text()?
        .ok_or_else(|| Failure::new(format!("there is no `{}`", path.display())))?;
    let name = path
        .strip_prefix(context.global.directory())
        .unwrap_or(&path)
        .display()
        .to_string();
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let source = sources.add(&name, &old);
    syntax::parse(&sources, source, &mut sink);
    if sink.has_errors() {
        context.terminal.diagnostics(&sink.finish(), &sources);
        return Ok(None);
    }
    let new = layout::layout(&old).unwrap_or_else(|| {
        let line = format!(
            "{} is not changed: its new layout would mean something else\n",
            without_controls(&name)
        );
        context.terminal.err(&line);
        old.clone()
    });
    Ok(Some(FormattedFile {
        file: file.clone(),
        name,
        old,
        new,
    }))
}

fn report(args: &FmtArgs, changed: &[FormattedFile], files: usize, terminal: &Terminal) -> String {
    let mut out = String::new();
    for formatted in changed {
        if args.check {
            out.push_str(&diff(formatted, terminal));
        } else {
            out.push_str(&format!("laid out {}\n", without_controls(&formatted.name)));
        }
    }
    match (changed.len(), args.check) {
        (0, _) => out.push_str(&format!("{} as it should be\n", count(files, "file"))),
        (some, true) => out.push_str(&format!(
            "{} would change. run: mlopsgen fmt\n",
            count(some, "file")
        )),
        _ => {}
    }
    out
}

fn diff(formatted: &FormattedFile, terminal: &Terminal) -> String {
    let mut out = String::new();
    let change = Change {
        path: formatted.name.clone(),
        action: Action::Change,
        before: Some(formatted.old.clone().into_bytes()),
        after: Some(formatted.new.as_str().into()),
        refusal: None,
    };
    for line in plan::diff(&change, "").lines {
        let text = without_controls(&line.text);
        out.push_str(&paint(&text, line.kind.into(), terminal.color_out));
        out.push('\n');
    }
    out
}
