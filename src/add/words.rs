//! How a new component is written down.

use crate::{
    catalog::{Kind, SettingType},
    model::Icon,
    syntax::{Node, Value},
};

/// Shapes of kinds that people open in a browser.
const OPENED: [Icon; 4] = [Icon::Server, Icon::Dashboard, Icon::Notebook, Icon::Ci];

/// Resources to begin with.
const SOME_RESOURCES: &str = "{ cpu = \"250m\", memory = \"512Mi\" }";

/// What the kind is, as a comment and as a group's description.
pub(super) fn describe(kind: &Kind) -> String {
    match kind.description.is_empty() {
        true => kind.title.clone(),
        false => kind.description.clone(),
    }
}

/// What a description says before it explains.
pub(super) fn first_clause(description: &str) -> &str {
    description
        .split([';', ',', '.'])
        .next()
        .unwrap_or(description)
}

/// A value to replace for a setting that is no secret: what its description shows first in backticks.
pub(super) fn sample(description: &str) -> Option<&str> {
    description.split('`').nth(1)
}

/// A component to write down.
pub(super) struct NewComponent<'a> {
    pub kind: &'a Kind,
    pub group: &'a str,
    pub image: Option<&'a str>,
    /// Roles, each with who fills it, as TOML.
    pub uses: Vec<(String, String)>,
    /// Settings, each with its value, as TOML.
    pub settings: Vec<(String, String)>,
    /// Ports, each with its number on the host.
    pub hosts: Vec<(String, u16)>,
}

impl NewComponent<'_> {
    /// Its keys, a line each.
    pub fn table(&self) -> String {
        let kind = self.kind;
        let mut text = String::new();
        let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        if kind.name != "service" {
            line("kind", quoted(&kind.name));
        }
        // What holds data stays at its version when the catalog moves on.
        match (self.image, &kind.version) {
            (Some(image), _) => line("image", quoted(image)),
            (None, Some(version)) if kind.icon == Icon::Store => line("version", quoted(version)),
            _ => {}
        }
        line("group", quoted(self.group));
        if !self.uses.is_empty() {
            line("uses", inline(&self.uses));
        }
        if !self.settings.is_empty() {
            line("settings", inline(&self.settings));
        }
        // The kind can't know what a program of the user's own needs.
        if kind.table.get_path(&["workload", "resources"]).is_none() {
            line("resources", SOME_RESOURCES.to_string());
        }
        for (port, host) in &self.hosts {
            line(&format!("ports.{port}"), format!("{{ host = {host} }}"));
        }
        text
    }
}

/// The port that the host gets: that of the container, of a kind that people open.
pub(super) fn published(kind: &Kind) -> Option<u16> {
    if !OPENED.contains(&kind.icon) {
        return None;
    }
    let port = kind.table.get_path(&["workload", "ports", "http"])?;
    let number = |node: &Node| match node.value {
        Value::Integer(number) => u16::try_from(number).ok(),
        _ => None,
    };
    match port.as_table() {
        Some(table) if table.get("host").is_some() => None,
        Some(table) => table.get("container").and_then(number),
        None => number(port),
    }
}

/// The setting with a list of what a role's component chooses from, such as buckets: it can't be left out then.
pub(super) fn choices(kind: &Kind) -> Option<&str> {
    let name = kind.binding.as_ref()?.default.as_deref()?;
    let mut settings = kind.settings.iter();
    settings
        .any(|spec| spec.name == name && spec.kind == SettingType::List)
        .then_some(name)
}

/// The longest name of a component or a secret.
const LONGEST: usize = 40;

/// A name put together of two; the first is cut where both are longer than a name may be.
pub(super) fn joined(first: &str, second: &str) -> String {
    let room = LONGEST.saturating_sub(second.len() + 1);
    let first: String = first.chars().take(room).collect();
    format!("{}-{second}", first.trim_end_matches('-'))
}

/// A component's name as that of a database.
pub(super) fn database_name(component: &str) -> String {
    component.replace('-', "_")
}

/// A component's name as that of a bucket. S3 takes at least three characters.
pub(super) fn bucket_name(component: &str) -> String {
    match component.len() {
        0..3 => format!("{component}-data"),
        _ => component.to_string(),
    }
}

fn inline(entries: &[(String, String)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A text as a string of TOML.
pub(super) fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_string()
}
