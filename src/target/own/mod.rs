//! Outputs that the user adds: a template of theirs at a path where we have none is a new file at that path below
//! `generated/`. It sees the platform as plain data; docs/templates.md describes both.

mod view;

use std::collections::BTreeSet;

use crate::{
    files::{FileSet, GeneratedFile, Owner, Target},
    target::{Context, Emission},
    template::{TemplateError, embedded},
};

/// Folders of templates that are no outputs by themselves: kinds mount theirs, the chart takes its own in, and `init`
/// is for new projects.
const NO_OUTPUTS: [&str; 3] = ["helm", "init", "kinds"];

/// Files that hold something else: the manifest, and the values of secrets.
const RESERVED: [&str; 2] = [".mlopsgen.json", "compose/.env"];

/// Renders what the user adds. `made` is everything that was generated so far.
///
/// Errors: a template that can't be run, or whose output is taken.
pub fn emit(context: &Context<'_>, made: &FileSet) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let mut taken: Vec<String> = made
        .files
        .keys()
        .map(String::as_str)
        .chain(RESERVED)
        .map(str::to_lowercase)
        .collect();
    for path in new_outputs(context) {
        let owner = owner(path);
        if let Owner::Target(target) = owner
            && !context.platform.targets.contains(&target)
        {
            continue;
        }
        let lower = path.to_lowercase();
        if let Some(other) = taken.iter().find(|other| clash(&lower, other)) {
            return Err(TemplateError {
                template: path.to_string(),
                line: None,
                range: None,
                message: format!("its output `{path}` is taken: `{other}` is there already"),
            });
        }
        let text = context
            .engine
            .render_strictly(path, view::view(context.platform))?;
        taken.push(lower);
        emission
            .files
            .files
            .insert(path.to_string(), GeneratedFile { text, owner });
    }
    Ok(emission)
}

/// Paths of the user's templates that are outputs of their own, sorted. A name that begins with `_` is a part for others
/// to include.
fn new_outputs<'a>(context: &Context<'a>) -> BTreeSet<&'a str> {
    let own = context.engine.own().iter().map(|(path, _)| path.as_str());
    own.filter(|path| embedded(path).is_none())
        .filter(|path| !path.split('/').any(|name| name.starts_with('_')))
        .filter(|path| !NO_OUTPUTS.contains(&first_folder(path)))
        .collect()
}

/// The target whose folder it is in; what is in none is written whatever is selected.
fn owner(path: &str) -> Owner {
    match first_folder(path) {
        "config" => Owner::Target(Target::Compose),
        folder => Target::from_name(folder).map_or(Owner::Always, Owner::Target),
    }
}

/// The first of several names; nothing for a file at the top.
fn first_folder(path: &str) -> &str {
    path.split_once('/').map_or("", |(folder, _)| folder)
}

/// One path twice, or one the folder of the other.
fn clash(one: &str, other: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(one, other) || inside(other, one)
}
