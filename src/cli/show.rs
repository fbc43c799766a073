//! `mlopsgen show COMPONENT`: a component as resolved.

use clap::Args;
use mlopsgen::{
    diag::nearest,
    manual::{ComponentPage, ResolvedKey, component_page},
    plan::Failure,
    text::{all_of, visible},
};

use super::{Context, json, project, table::Columns};

/// Show a component as resolved, with the source of every value
///
/// Kind, presets, environment and component are merged. Beside each value stands its source: a line of platform.toml, a
/// preset, or the kind.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen show mlflow
  mlopsgen show mlflow --env prod
  mlopsgen show redis --format json | jq '.workloads[0].keys'")]
pub struct ShowArgs {
    /// The name of the component in platform.toml, or of one of its workloads
    #[arg(value_name = "COMPONENT")]
    name: String,
}

pub fn run(args: &ShowArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("show")?;
    let project = project::open(&context.global)?;
    let compilation = project.compile();
    let terminal = &context.terminal;
    let Ok(output) = &compilation.output else {
        terminal.diagnostics(&compilation.diagnostics, &compilation.sources);
        return Ok(1);
    };
    // A part has a name of its own wherever the platform runs; it is shown with its component.
    let platform = &output.platform;
    let of_part = platform.workload(&args.name).map(|it| &it.component);
    let component = platform.component(of_part.unwrap_or(&args.name));
    let Some(component) = component else {
        let names: Vec<&str> = output
            .platform
            .components
            .iter()
            .map(|component| component.name.as_str())
            .collect();
        return Err(unknown(&args.name, &names));
    };
    let page = component_page(component, &compilation.sources);
    let text = match is_json {
        true => json::text(&page),
        false => text(&page),
    };
    terminal.out(&text)?;
    Ok(0)
}

/// The failure that there is no component of this name, among these.
pub(super) fn unknown(name: &str, names: &[&str]) -> Failure {
    let help = match nearest(name, names.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("it has {}", all_of(names)),
    };
    Failure::new(format!("there is no component `{}`", visible(name))).help(help)
}

/// One component for people.
pub fn text(page: &ComponentPage) -> String {
    let mut out = format!("{} (kind {}", page.name, page.kind);
    if let Some(group) = &page.group {
        out.push_str(&format!(", group {group}"));
    }
    out.push_str(")\n");
    out.push_str(&keys(&page.keys));
    for workload in &page.workloads {
        let what = match &workload.part {
            None => "main workload".to_string(),
            Some(part) => format!("part {part}"),
        };
        out.push_str(&format!("\n{} ({what})\n", workload.name));
        out.push_str(&keys(&workload.keys));
    }
    out
}

/// A long value would push the sources out of sight.
const WIDEST: usize = 70;

fn keys(keys: &[ResolvedKey]) -> String {
    let mut columns = Columns::default();
    for key in keys {
        let value = key.value.to_string();
        let shown: String = match value.chars().count() > WIDEST {
            true => value.chars().take(WIDEST - 1).chain(['…']).collect(),
            false => value,
        };
        columns.row([&key.key, &shown, &key.source.describe()]);
    }
    columns.text("  ")
}
