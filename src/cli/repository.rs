//! What people are told of the repository around a project: files that git ignores, and environments with a new name.

use std::path::Path;

use mlopsgen::{
    disk::{
        Project, ProjectPlace, ignored_files, is_tracked, removed_environments,
        unwritten_environments,
    },
    files::{GENERATED, output_folder},
    plan::{Failure, Plan},
    text::{count, shell_word},
};

use super::{Context, args::Format, printed_plan::without_controls};

/// The most files that are listed.
pub const SHOWN: usize = 10;

/// Warns of files that a clone would lack. A document for programs has them itself.
pub fn warn_ignored(plan: &Plan, project: &Project, context: &Context) {
    let is_document = context.global.format == Some(Format::Json);
    let ignored = match context.terminal.quiet || is_document {
        true => Vec::new(),
        false => ignored_files(plan, &project.place),
    };
    if ignored.is_empty() {
        return;
    }
    let mut text = format!(
        "warning: git ignores {} of `{}/`: a clone lacks what it ignores, and `check` fails there\n",
        count(ignored.len(), "file"),
        project.place.folder()
    );
    for file in ignored.iter().take(SHOWN) {
        let line = format!("  {} (`{}` in {})", file.path, file.rule, file.place);
        text.push_str(&without_controls(&line));
        text.push('\n');
    }
    if ignored.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", ignored.len() - SHOWN));
    }
    text.push_str(&format!("  help: {}\n", how_to_take_in(context)));
    context.terminal.err(&text);
}

/// What lets git take in what is generated.
pub fn how_to_take_in(context: &Context) -> String {
    format!(
        "write `!{GENERATED}/**` at the end of the `.gitignore` beside {}; secrets stay ignored by rules of their own",
        context.global.file_name()
    )
}

/// Before the first files of an environment are written: it may be one that had another name.
///
/// Errors: a folder can't be listed.
pub fn note_renamed(project: &Project, context: &Context) -> Result<(), Failure> {
    let root = project.place.project();
    let Some(name) = &project.request.environment else {
        return Ok(());
    };
    let new = unwritten_environments(root, &project.request.file)?;
    if context.terminal.quiet || !new.contains(name) {
        return Ok(());
    }
    for gone in removed_environments(root)? {
        context.terminal.err(&format!(
            "note: nothing is generated for `{name}` yet, and there is no file any more for `{gone}`, whose data only `{GENERATED}/{gone}/` knows\n  \
             help: if it has a new name, type this first, then the plan says how its data is kept: {}\n",
            rename_command(root, &gone, name)
        ));
    }
    Ok(())
}

/// What gives an environment's folder another name.
pub fn rename_command(root: &Path, from: &str, to: &str) -> String {
    let place = ProjectPlace::new(root, Some(from));
    let is_tracked = place.is_ok_and(|place| is_tracked(&place, &output_folder(Some(from))));
    let rename = match is_tracked {
        true => "git mv",
        false => "mv",
    };
    let folder = |name: &str| {
        let path = root.join(GENERATED).join(name);
        let path = path.strip_prefix(".").unwrap_or(&path).to_path_buf();
        shell_word(&path.to_string_lossy())
    };
    format!("{rename} {} {}", folder(from), folder(to))
}
