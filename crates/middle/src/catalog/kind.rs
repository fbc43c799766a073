//! What a kind says of the components that are of it.

use crate::{
    data::{Level, Upgrade},
    model::{Icon, SecretForm, Text, Version},
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// A catalog entry. Tables in the language of a component stay trees: they merge with what the user wrote.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The file's name without `.toml`: what `kind` is set to.
    pub name: String,
    /// The kinds that it extends, nearest first.
    pub lineage: Vec<String>,
    /// The kind that describes its program: itself, or the one of ours that a kind of the user's own extends.
    pub program: String,
    /// How people write the program's name, as in `PostgreSQL`.
    pub title: String,
    /// One sentence for `mlopsgen kinds`.
    pub description: String,
    /// Its shape in the architecture's picture.
    pub icon: Icon,
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
    /// Versions that get no fixes any more (`13`, `8.0`), and since when.
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
    /// Which settings hold databases or buckets, where `uses` may choose one.
    pub binding: Option<Binding>,
    /// Where the program must know its own name.
    pub own_name: Option<OwnName>,
    /// In the file's order, those of the kinds that it extends first.
    pub settings: Vec<SettingSpec>,
    /// Secrets that each component of it brings.
    pub secrets: Vec<OwnSecret>,
    /// What it needs of other components.
    pub roles: Vec<Role>,
    /// Everything else as written: `workload`, `parts`, `outputs`, `when`, `alerts`, `records`, `panels`.
    pub table: Table,
    /// The file.
    pub span: Span,
}

impl Kind {
    /// The major version of a component that names none.
    pub fn default_major(&self) -> Option<u64> {
        let tag = Text::literal(self.version.as_deref()?);
        Some(self.version_in(&tag)?.major)
    }

    /// The version of its program in a tag: behind one of its words, else the number that the tag begins with.
    pub fn version_in(&self, tag: &Text) -> Option<Version> {
        Version::behind(tag, &self.version_words).or_else(|| Version::of_tag(tag))
    }

    /// Whether a change of the minor version can ask for something.
    pub fn counts_minors(&self) -> bool {
        let mut upgrades = self.upgrades.iter();
        upgrades.any(|upgrade| upgrade.level == Level::Minor)
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
    /// The setting with the one that is there by default.
    pub default: Option<String>,
    /// The setting with a list of further ones.
    pub more: Option<String>,
}

/// A port whose program must know under which name clients elsewhere call it.
#[derive(Clone, Debug)]
pub struct OwnName {
    /// The port's name.
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

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingType {
    /// A string, which may hold references.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A number with a unit, as in `30s`.
    Duration,
    /// An amount of bytes.
    Size,
    /// Nothing but `${secrets.S}`.
    Secret,
    /// A list of strings.
    List,
    /// A list of names, or a table of them with `user` and `password` each.
    Databases,
    /// The path of a file of the project.
    File,
    /// A list of such paths.
    Files,
    /// A list of paths of folders of the project.
    Folders,
}

impl SettingType {
    /// Each type with its name in a kind file.
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

    /// Its name in a kind file.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == self)
            .map_or("string", |(name, _)| name)
    }
}

/// A parameter of the kind.
#[derive(Clone, Debug)]
pub struct SettingSpec {
    /// The key in `settings`.
    pub name: String,
    /// What it takes.
    pub kind: SettingType,
    /// Whether a component without it is an error.
    pub required: bool,
    /// What strings may hold beside letters and digits of ASCII. `None`: anything.
    pub characters: Option<String>,
    /// The strings that it takes; empty: any.
    pub choices: Vec<String>,
    /// Only a component that runs elsewhere may have it: of its own the kind knows better.
    pub only_external: bool,
    /// Its value where nobody sets one, a string with references or a literal.
    pub default: Option<Node>,
    /// What its files hold, where that is known.
    pub holds: Option<FileForm>,
    /// For `mlopsgen kinds` and the reference.
    pub description: String,
}

/// A form of files that can be checked before their program reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// Any YAML.
    Yaml,
    /// Any JSON.
    Json,
    /// A dashboard of Grafana's: JSON that asks for data sources.
    Dashboard,
    /// Rules of Prometheus.
    Rules,
    /// The configuration of an Alertmanager.
    Alertmanager,
    /// Certificates.
    Pem,
}

impl FileForm {
    /// From the word in a kind file; `None` for any other.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "yaml" => Some(FileForm::Yaml),
            "json" => Some(FileForm::Json),
            "dashboard" => Some(FileForm::Dashboard),
            "rules" => Some(FileForm::Rules),
            "alertmanager" => Some(FileForm::Alertmanager),
            "pem" => Some(FileForm::Pem),
            _ => None,
        }
    }
}

/// A key that only the program itself needs.
#[derive(Clone, Debug)]
pub struct OwnSecret {
    /// What follows `COMPONENT-` in the secret's name, in the case of its variable.
    pub name: String,
    /// For `.env.example`.
    pub description: String,
    /// What a value that `env init` makes looks like.
    pub form: SecretForm,
    /// Environment variables of the program; setting one replaces the secret.
    pub replaced_by: Vec<String>,
    /// When it is needed, if not always.
    pub condition: Option<Node>,
    /// Where the kind declares it.
    pub span: Span,
}

/// What the kind needs of another component.
#[derive(Clone, Debug)]
pub struct Role {
    /// The key in `uses`.
    pub name: String,
    /// Kinds that may fill it; one that extends such a kind may, too.
    pub kinds: Vec<String>,
    /// Whether a component without it is an error.
    pub required: bool,
    /// Whether it takes a list.
    pub many: bool,
    /// Bound without being named where just one component fits.
    pub default: bool,
    /// Where it is bound without being named: to all that fit.
    pub all: bool,
    /// The program keeps a schema of its own there.
    pub schema: bool,
    /// `uses` orders start.
    pub order: bool,
    /// Environment variables that a part of the filler receives: part, variable, value.
    pub gives: Vec<(String, String, Node)>,
    /// For `mlopsgen kinds` and the reference.
    pub description: String,
}
