//! What a kind says of the components that are of it.

use crate::{
    data::Upgrade,
    model::{SecretForm, Text, Version},
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// A catalog entry. Tables in the language of a component stay trees: they merge with what the user wrote.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: String,
    /// The kinds that it extends, nearest first.
    pub lineage: Vec<String>,
    pub title: String,
    pub description: String,
    /// Its shape in the architecture's picture.
    pub icon: String,
    /// The repository of its own image, without a tag.
    pub image: Option<String>,
    /// The tag of a component that names none.
    pub version: Option<String>,
    /// Major versions that it knows; empty: any.
    pub majors: Vec<u64>,
    /// Words that stand before the version of its program in the tags of images that add something to it.
    pub version_words: Vec<String>,
    /// The oldest tag that it can run, where that is not the first of a major.
    pub oldest: Option<String>,
    /// What a change of the major version asks for over existing data.
    pub upgrades: Vec<Upgrade>,
    /// Versions that their makers no longer mend, as far as their numbers tell (`13`, `8.0`), and since when.
    pub end_of_life: Vec<(String, String)>,
    /// One server: more than one replica is an error.
    pub single: bool,
    /// At most so many of it in a platform.
    pub per_platform: Option<usize>,
    /// Runs to completion.
    pub job: bool,
    /// The port that `uses` opens.
    pub port: Option<String>,
    /// Ports whose numbers nobody can change.
    pub fixed_ports: Vec<String>,
    /// It can be an entry point, with certificates from these: `secret`, `acme`. Empty: it can't.
    pub routes: Vec<String>,
    pub binding: Option<Binding>,
    pub own_name: Option<OwnName>,
    pub settings: Vec<SettingSpec>,
    pub secrets: Vec<OwnSecret>,
    pub roles: Vec<Role>,
    /// Everything else as written: `workload`, `parts`, `outputs`, `when`, `alerts`, `records`, `panels`.
    pub table: Table,
    pub span: Span,
}

impl Kind {
    /// The major version of a component that names none.
    pub fn default_major(&self) -> Option<u64> {
        let tag = Text::literal(self.version.as_deref()?);
        Some(self.version_in(&tag)?.major)
    }

    /// The version of its program that a tag tells: behind one of its words, else the number that the tag begins with.
    pub fn version_in(&self, tag: &Text) -> Option<Version> {
        Version::behind(tag, &self.version_words).or_else(|| Version::of_tag(tag))
    }

    /// Whether it does something else for each major version.
    pub fn adapts(&self) -> bool {
        match self.majors.as_slice() {
            [_] => false,
            [] => asks_for_major(&self.table),
            _ => true,
        }
    }
}

/// Whether a condition reads `major`, or a string holds it.
fn asks_for_major(table: &Table) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    table.iter().any(|(key, node)| {
        let nodes = node.as_array().unwrap_or(std::slice::from_ref(node));
        nodes.iter().any(|node| match &node.value {
            Value::Table(table) => asks_for_major(table),
            Value::String(text) if key.name == "if" => {
                text.split(|c| !is_word(c)).any(|word| word == "major")
            }
            Value::String(_) => reference::of_node(node, Words::Kind, Mode::Shell)
                .references()
                .any(|reference| reference.is(&["major"])),
            _ => false,
        })
    })
}

/// Which settings hold what `uses = "component/NAME"` chooses among.
#[derive(Clone, Debug)]
pub struct Binding {
    pub default: Option<String>,
    pub more: Option<String>,
}

/// A port whose program must know under which name clients elsewhere call it.
#[derive(Clone, Debug)]
pub struct OwnName {
    pub port: String,
    /// The setting that says it.
    pub setting: String,
    /// A value of it, as TOML writes it.
    pub example: String,
    /// What becomes of clients elsewhere without it.
    pub otherwise: String,
    /// The output that those inside read instead of the port's address, where they can't use that.
    pub inside: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingType {
    String,
    Integer,
    Boolean,
    Duration,
    /// An amount of bytes.
    Size,
    Secret,
    List,
    /// A list of names, or a table of them with `user` and `password` each.
    Databases,
    File,
    Files,
    Folders,
}

impl SettingType {
    pub const ALL: [(&'static str, SettingType); 11] = [
        ("string", SettingType::String),
        ("integer", SettingType::Integer),
        ("boolean", SettingType::Boolean),
        ("duration", SettingType::Duration),
        ("size", SettingType::Size),
        ("secret", SettingType::Secret),
        ("list", SettingType::List),
        ("databases", SettingType::Databases),
        ("file", SettingType::File),
        ("files", SettingType::Files),
        ("folders", SettingType::Folders),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == self)
            .map_or("string", |(name, _)| name)
    }
}

#[derive(Clone, Debug)]
pub struct SettingSpec {
    pub name: String,
    pub kind: SettingType,
    pub required: bool,
    /// What strings may hold beside letters and digits of ASCII. `None`: anything.
    pub characters: Option<String>,
    /// The strings that it takes; empty: any.
    pub choices: Vec<String>,
    /// Only a component that runs elsewhere may have it: of its own the kind knows better.
    pub only_external: bool,
    pub default: Option<Node>,
    /// What its files hold, where that is known.
    pub holds: Option<FileForm>,
    pub description: String,
}

/// A form of files that can be checked before their program reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    Yaml,
    Json,
    /// A dashboard of Grafana's: JSON that asks for data sources.
    Dashboard,
    /// Rules of Prometheus.
    Rules,
    /// The configuration of an Alertmanager.
    Alertmanager,
}

impl FileForm {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "yaml" => Some(FileForm::Yaml),
            "json" => Some(FileForm::Json),
            "dashboard" => Some(FileForm::Dashboard),
            "rules" => Some(FileForm::Rules),
            "alertmanager" => Some(FileForm::Alertmanager),
            _ => None,
        }
    }
}

/// A key that only the program itself needs.
#[derive(Clone, Debug)]
pub struct OwnSecret {
    pub name: String,
    pub description: String,
    pub form: SecretForm,
    /// Environment variables of the program; setting one replaces the secret.
    pub replaced_by: Vec<String>,
    pub condition: Option<Node>,
    pub span: Span,
}

/// What the kind needs of another component.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub kinds: Vec<String>,
    pub required: bool,
    pub many: bool,
    /// Bound without being named where just one component fits.
    pub default: bool,
    /// The program keeps a schema of its own there.
    pub schema: bool,
    /// `uses` orders start.
    pub order: bool,
    /// Environment variables that a part of the filler receives: part, variable, value.
    pub gives: Vec<(String, String, Node)>,
    pub description: String,
}
