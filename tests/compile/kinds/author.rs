//! Small platforms for a kind, made from its file.

use std::collections::{BTreeMap, BTreeSet};

use mlopsgen::catalog::{Kind, SettingType};

use super::catalog;

/// Which roles of a component are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roles {
    Needed,
    All,
}

/// Writes platforms for kinds.
pub struct Author {
    kinds: &'static BTreeMap<String, Kind>,
    secrets: String,
    components: String,
    pub declared: BTreeSet<String>,
}

impl Author {
    pub fn new() -> Self {
        Self {
            kinds: catalog(),
            secrets: String::new(),
            components: String::new(),
            declared: BTreeSet::new(),
        }
    }

    /// Declares a component of a kind, and what fills the roles that it needs.
    pub fn declare(&mut self, name: &str, kind: &str) {
        self.write(name, kind, Roles::Needed);
    }

    /// Declares a component of a kind, and what fills its roles.
    pub fn declare_with_all_roles(&mut self, name: &str, kind: &str) {
        self.write(name, kind, Roles::All);
    }

    fn write(&mut self, name: &str, kind: &str, roles: Roles) {
        self.declared.insert(kind.to_string());
        let kind = &self.kinds[kind];
        let mut lines = vec![
            format!("[components.{name}]"),
            format!("kind = \"{}\"", kind.name),
            "group = \"one\"".to_string(),
            "allow = [\"docker-socket\", \"root-user\", \"privileged\", \"target-loss\", \"nobody-told\"]"
                .to_string(),
        ];
        if kind.image.is_none() {
            lines.push("image = \"example/own:1.0.0\"".to_string());
            lines.push("resources = { memory = \"64Mi\" }".to_string());
        }
        for setting in kind.settings.iter().filter(|setting| setting.required) {
            let value = match setting.kind {
                SettingType::Secret => {
                    let secret = format!("{name}-{}", setting.name.replace('_', "-"));
                    let env = secret.to_uppercase().replace('-', "_");
                    self.secrets
                        .push_str(&format!("{secret} = {{ env = \"{env}\" }}\n"));
                    format!("${{secrets.{secret}}}")
                }
                SettingType::String => "sample".to_string(),
                other => panic!("{}: a required {} setting", kind.name, other.name()),
            };
            lines.push(format!("settings.{} = \"{value}\"", setting.name));
        }
        // Two ports can't be published under the same number.
        let published = kind.table.get_path(&["workload", "ports", "host"]);
        if name != "it" && published.is_some() {
            lines.push("ports.host = false".to_string());
        }
        if name != "it"
            && kind
                .settings
                .iter()
                .any(|setting| setting.name == "buckets")
        {
            lines.push("settings.buckets = [\"models\"]".to_string());
        }
        let mut fillers = Vec::new();
        let is_all = roles == Roles::All;
        for role in kind.roles.iter().filter(|role| role.required || is_all) {
            // A role that is bound by default is not written.
            if role.default && self.declared.contains(&role.kinds[0]) {
                continue;
            }
            let filler = format!("{name}-{}", role.name.replace('_', "-"));
            lines.push(format!("uses.{} = \"{filler}\"", role.name));
            fillers.push((filler, role.kinds[0].clone()));
        }
        for role in &kind.roles {
            let is_filled = fillers
                .iter()
                .any(|(filler, _)| *filler == format!("{name}-{}", role.name.replace('_', "-")));
            if let Some(setting) = role.or_setting.as_ref().filter(|_| !is_filled) {
                lines.push(format!(
                    "settings.{setting} = \"https://accounts.example.com\""
                ));
            }
        }
        self.components.push_str(&lines.join("\n"));
        self.components.push('\n');
        for (filler, kind) in fillers {
            self.declare(&filler, &kind);
        }
    }

    pub fn text(&self) -> String {
        format!(
            "[platform]\nname = \"sample\"\n[groups]\none = \"One\"\n[secrets]\n{}{}",
            self.secrets, self.components
        )
    }
}

/// A platform with the component `it` of this kind, and only what it needs.
pub fn least(kind: &str) -> String {
    let mut author = Author::new();
    author.declare("it", kind);
    author.text()
}

/// The same with all roles filled, and with monitoring.
pub fn most(kind: &str) -> String {
    let mut author = Author::new();
    author.declare_with_all_roles("it", kind);
    for (name, watcher) in [("watch", "prometheus"), ("show", "grafana")] {
        if !author.declared.contains(watcher) {
            author.declare(name, watcher);
        }
    }
    // An external target for Prometheus' prober.
    let asked = r#"
[components.page]
image = "team/page:1.0"
group = "one"
ports.http = 80
health = { http = "/", port = "http" }
resources = { cpu = "100m", memory = "128Mi" }
"#;
    author.text() + asked
}
