//! Outputs that the user adds: a template of theirs at a path where we have none is a new file at that path below
//! `generated/`. It sees the platform as plain data; docs/templates.md describes both.

mod view;
mod workload;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    fileset::{FileSet, GeneratedFile, Owner},
    target::{Context, Emission},
    template::{Engine, TemplateError, View, embedded},
    value::{TreePath, one_spelling},
};

/// Folders of templates that are no outputs by themselves: kinds mount theirs, and the rest is no part of a platform.
const NO_OUTPUTS: [&str; 3] = ["init", "kinds", "manual"];

/// The folder whose templates become part of the chart.
const CHART: &str = "helm";

/// Renders what the user adds. `facts` is what `mlopsgen graph --format json` prints, `made` everything that was generated
/// so far.
///
/// Errors: a template that can't be run, or whose output is taken.
pub fn emit(
    context: &Context<'_>,
    facts: Value,
    made: &FileSet,
) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let mut taken: Vec<String> = made.files.keys().cloned().collect();
    let outputs = new_outputs(context.engine);
    if outputs.is_empty() {
        return Ok(emission);
    }
    let view = View::new(view::view(context.platform, facts));
    let chart = format!("{CHART}/{}", context.platform.name);
    let has_chart = made.files.contains_key(&format!("{chart}/Chart.yaml"));
    for template in outputs {
        let owner = Owner::of(template);
        if let Owner::Target(target) = owner
            && !context.platform.targets.contains(&target)
        {
            continue;
        }
        let path = match template.strip_prefix(CHART) {
            Some(rest) if rest.starts_with('/') && !has_chart => continue,
            Some(rest) if rest.starts_with('/') => format!("{chart}{rest}"),
            _ => template.to_string(),
        };
        if let Err(why) = TreePath::parse(&path) {
            return Err(TemplateError {
                template: template.to_string(),
                line: None,
                range: None,
                message: format!("what it would write {why}: give the template another name"),
            });
        }
        if let Some(other) = taken.iter().find(|other| clash(&path, other)) {
            return Err(TemplateError {
                template: template.to_string(),
                line: None,
                range: None,
                message: format!("`{other}` is generated already: give the template another name"),
            });
        }
        let text = context.engine.render_strictly(template, &view)?;
        taken.push(path.clone());
        emission.files.files.insert(
            path,
            GeneratedFile {
                text: text.into(),
                owner,
            },
        );
    }
    Ok(emission)
}

/// Whether the user adds anything.
pub fn has_any(engine: &Engine) -> bool {
    !new_outputs(engine).is_empty()
}

/// Paths of the user's templates that are outputs of their own, sorted. A name that begins with `_` is a part for others
/// to include; in the chart it is Helm that includes it.
fn new_outputs(engine: &Engine) -> BTreeSet<&str> {
    let own = engine.own_templates().iter().map(|(path, _)| path.as_str());
    own.filter(|path| embedded(path).is_none())
        .filter(|path| {
            first_folder(path) == CHART || !path.split('/').any(|name| name.starts_with('_'))
        })
        .filter(|path| !NO_OUTPUTS.contains(&first_folder(path)))
        .collect()
}

/// The first of several names; nothing for a file at the top.
fn first_folder(path: &str) -> &str {
    path.split_once('/').map_or("", |(folder, _)| folder)
}

/// One path twice, or one the folder of the other, however a file system compares them.
fn clash(one: &str, other: &str) -> bool {
    let (one, other) = (one_spelling(one), one_spelling(other));
    let inside = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(&one, &other) || inside(&other, &one)
}
