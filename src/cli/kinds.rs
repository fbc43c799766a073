//! `mlopsgen kinds [NAME]`: the catalog.

use std::{path::Path, sync::Arc};

use clap::Args;
use mlopsgen::{
    catalog::Kind,
    compile::own_catalog,
    diag::{Diagnostic, Severity, Sink, nearest},
    disk::DiskWorld,
    files::OWN_KINDS,
    manual::{self, KindPage},
    plan::Failure,
    source::Sources,
    text::visible,
};

use super::{Context, json, table::Columns};

/// List the kinds of components, or show one
///
/// A kind describes a program: its image, ports, health check, volumes, metrics and alerts. Your own kinds, in mlopsgen/kinds/
/// beside platform.toml, are listed too.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen kinds
  mlopsgen kinds postgres
  mlopsgen kinds mlflow --format json | jq '.roles[].kinds'")]
pub struct KindsArgs {
    /// The kind to show
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// The kinds that can be read, and what is wrong with the others.
pub struct Loaded {
    pub kinds: Vec<Arc<Kind>>,
    /// Every name, those of broken files too.
    pub names: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: Sources,
}

/// The catalog of the project of `-C`; outside of one the embedded kinds.
pub fn catalog(context: &Context) -> Loaded {
    let file = context.global.directory().join(&context.global.file);
    let root = file.parent().map_or_else(|| ".".into(), Path::to_path_buf);
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let mut catalog = own_catalog(&DiskWorld::new(root), &mut sources, &mut sink);
    let names = catalog.names();
    let kinds = names
        .iter()
        .filter_map(|name| catalog.get(name, &mut sources, &mut sink))
        .collect();
    Loaded {
        kinds,
        names,
        diagnostics: sink.finish(),
        sources,
    }
}

pub fn run(args: &KindsArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("kinds")?;
    let loaded = catalog(context);
    context
        .terminal
        .diagnostics(&loaded.diagnostics, &loaded.sources);
    let has_errors = loaded
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    let text = match &args.name {
        None if is_json => {
            let pages: Vec<KindPage> = loaded.kinds.iter().map(|kind| manual::page(kind)).collect();
            json::text(&pages)
        }
        None => list(&loaded.kinds),
        Some(name) => {
            let Some(kind) = loaded.kinds.iter().find(|kind| kind.name == *name) else {
                return match loaded.names.contains(name) {
                    // Why it can't be read was reported.
                    true => Ok(1),
                    false => Err(unknown(name, &loaded.names)),
                };
            };
            let page = manual::page(kind);
            match is_json {
                true => json::text(&page),
                false => show(&page),
            }
        }
    };
    context.terminal.out(&text)?;
    Ok(u8::from(has_errors))
}

fn unknown(name: &str, names: &[String]) -> Failure {
    let help = match nearest(name, names.iter().map(String::as_str)) {
        Some(close) => format!("did you mean `{close}`? `mlopsgen kinds` lists all kinds"),
        None => format!(
            "`mlopsgen kinds` lists all kinds; one of your own goes to {OWN_KINDS}/{name}.toml"
        ),
    };
    Failure::new(format!("there is no kind `{name}`")).help(help)
}

fn list(kinds: &[Arc<Kind>]) -> String {
    let mut columns = Columns::default();
    for kind in kinds {
        columns.row([&kind.name, &kind.title, &kind.description]);
    }
    format!(
        "{}\n`mlopsgen kinds NAME` shows one with its settings, ports, roles and outputs.\n",
        columns.text("")
    )
}

/// One kind for people.
fn show(page: &KindPage) -> String {
    let (title, description) = (visible(&page.title), visible(&page.description));
    let mut out = format!("{}: {title}\n{description}\n", page.name);
    let mut facts = Columns::default();
    if let Some(image) = &page.image {
        facts.row([
            "image",
            &format!("{image}:{}", page.version.as_deref().unwrap_or("0")),
        ]);
    } else {
        facts.row(["image", "your own: `image` or `build` is needed"]);
    }
    if !page.majors.is_empty() {
        let majors: Vec<String> = page.majors.iter().map(ToString::to_string).collect();
        facts.row(["major versions", &majors.join(", ")]);
    }
    if !page.extends.is_empty() {
        facts.row(["extends", &page.extends.join(", ")]);
    }
    if let Some(port) = &page.main_port {
        facts.row(["main port", port]);
    }
    if let Some(limit) = page.per_platform {
        facts.row(["per platform", &limit.to_string()]);
    }
    let replicas = if page.single { "one" } else { "any number" };
    facts.row(["replicas", replicas]);
    out.push('\n');
    out.push_str(&facts.text("  "));
    for (index, note) in page.notes.iter().enumerate() {
        let before = if index == 0 { "\nTo know:\n" } else { "" };
        out.push_str(&format!("{before}  - {}\n", visible(note)));
    }
    for (title, columns) in sections(page) {
        if !columns.is_empty() {
            out.push_str(&format!("\n{title}:\n{}", columns.text("  ")));
        }
    }
    out
}

fn sections(page: &KindPage) -> [(&'static str, Columns); 10] {
    [
        ("Settings", settings(page)),
        ("Roles", roles(page)),
        ("Ports", ports(page)),
        ("Outputs", outputs(page)),
        ("Parts", parts(page)),
        ("Asks for (memory is the limit, too)", resources(page)),
        ("Volumes", volumes(page)),
        (
            "Secrets and variables of its own",
            own_secrets_and_variables(page),
        ),
        ("Metrics", metrics(page)),
        ("Alerts", alerts(page)),
    ]
}

fn settings(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for setting in &page.settings {
        let value = match (&setting.default, setting.required) {
            (_, true) => "required".to_string(),
            (Some(default), _) => format!("default {default}"),
            (None, _) => String::new(),
        };
        columns.row([&setting.name, setting.kind, &value, &setting.description]);
    }
    columns
}

fn roles(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for role in &page.roles {
        let mut how = vec![if role.required {
            "required"
        } else {
            "optional"
        }];
        if role.many {
            how.push("a list");
        }
        if role.default {
            how.push("the only one by default");
        }
        columns.row([
            &role.name,
            &role.kinds.join(", "),
            &how.join(", "),
            &role.description,
        ]);
    }
    columns
}

fn ports(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for port in &page.ports {
        let number = port.container.to_string();
        columns.row([
            &port.name,
            &format!("{}/{}", number.trim_matches('"'), port.protocol),
            &port.scheme,
            &of_part(port.part.as_deref()),
        ]);
    }
    columns
}

fn outputs(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for output in &page.outputs {
        columns.row([&output.name, &output.value]);
    }
    columns
}

fn parts(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for part in &page.parts {
        let image = match (&part.image, &part.version) {
            (Some(image), Some(version)) => format!("{image}:{version}"),
            (Some(image), None) => image.clone(),
            (None, _) => "the kind's own image".to_string(),
        };
        let job = if part.job { "to completion" } else { "" };
        columns.row([&part.name, &image, job, &if_any(part.condition.as_deref())]);
    }
    columns
}

fn resources(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for asked in &page.resources {
        let part = match &asked.part {
            None => "main workload".to_string(),
            Some(part) => format!("part {part}"),
        };
        let of = |what: &str, amount: &Option<String>| match amount {
            None => String::new(),
            Some(amount) => format!("{what} {amount}"),
        };
        columns.row([
            &part,
            &of("cpu", &asked.cpu),
            &of("memory", &asked.memory),
            &if_any(asked.condition.as_deref()),
        ]);
    }
    columns
}

fn volumes(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for volume in &page.volumes {
        let what = match (&volume.source, &volume.size) {
            (Some(source), _) => format!("from {source}"),
            (None, Some(size)) => size.clone(),
            (None, None) => String::new(),
        };
        columns.row([
            &volume.name,
            volume.mount.as_deref().unwrap_or_default(),
            &what,
            &of_part(volume.part.as_deref()),
            &if_any(volume.condition.as_deref()),
        ]);
    }
    columns
}

fn own_secrets_and_variables(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for secret in &page.secrets {
        let replaced = match secret.replaced_by.as_slice() {
            [] => String::new(),
            names => format!("or set {}", names.join(", ")),
        };
        columns.row([
            &format!("COMPONENT-{}", secret.name),
            &secret.description,
            &replaced,
            &if_any(secret.condition.as_deref()),
        ]);
    }
    for variable in &page.variables {
        columns.row([
            &variable.env,
            &variable.description,
            "",
            &if_any(variable.condition.as_deref()),
        ]);
    }
    columns
}

fn metrics(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for entry in &page.metrics {
        columns.row([
            entry.port.as_deref().unwrap_or_default(),
            &entry.path,
            &of_part(entry.part.as_deref()),
            &if_any(entry.condition.as_deref()),
        ]);
    }
    columns
}

fn alerts(page: &KindPage) -> Columns {
    let mut columns = Columns::default();
    for alert in &page.alerts {
        columns.row([&alert.name, &alert.severity, &alert.summary]);
    }
    columns
}

fn of_part(part: Option<&str>) -> String {
    part.map_or(String::new(), |part| format!("part {part}"))
}

fn if_any(condition: Option<&str>) -> String {
    condition.map_or(String::new(), |condition| format!("if {condition}"))
}
