//! A kind: what its file says about the components that use it.

use std::sync::Arc;

use super::form::SettingForm;
use crate::{
    data::Upgrade,
    language::{Form, Shape},
    model::{Icon, KnownVersions, Purpose, SecretForm},
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
    /// The kind that describes its program: itself, or the embedded kind that a kind of the user extends.
    pub program: String,
    /// How people write the program's name, as in `PostgreSQL`.
    pub title: String,
    /// One sentence for `mlopsgen kinds`.
    pub description: String,
    /// What people should know before they use it.
    pub notes: Vec<String>,
    /// Its icon in the picture of the architecture.
    pub icon: Icon,
    /// The group that a first platform.toml puts it into.
    pub family: Option<String>,
    /// It is for programs of all sorts, which their images name.
    pub any_program: bool,
    /// What it does for the platform as a whole.
    pub purpose: Option<Purpose>,
    /// The part that runs the stages of CI entries.
    pub builder: Option<String>,
    /// The repository of its own image, without a tag.
    pub image: Option<String>,
    /// The tag of a component that sets none.
    pub version: Option<String>,
    /// What it knows of the versions of its program.
    pub versions: Arc<KnownVersions>,
    /// What a tag of its image must hold, as `-full`: other variants lack what the kind needs.
    pub variant: Option<String>,
    /// The oldest version that has such tags; `None`: all that the kind knows.
    pub variant_since: Option<String>,
    /// How many numbers a tag of its image has, where there is none with fewer: `9.5.5`, and no `9.5`.
    pub tag_numbers: Option<usize>,
    /// How a tag of its image begins, one of these; `#` stands for digits. Empty: nothing is known of it.
    pub tag_forms: Vec<String>,
    /// What no tag of its image may hold, as `-distroless`: these variants lack what the kind needs.
    pub unfit_variants: Vec<String>,
    /// Images of other makers that are not as the kind says.
    pub other_images: Vec<String>,
    /// What a tag of its image holds, one of them, where its programs can use a graphics processor.
    pub gpu_variants: Vec<String>,
    /// The steps that existing data needs when the major version changes.
    pub upgrades: Vec<Upgrade>,
    /// Versions that get no fixes any more (`13`, `8.0`), and since when.
    pub end_of_life: Vec<(String, String)>,
    /// Of a major version, the line before which all have ended (`8.14`).
    pub ended_before: Vec<String>,
    /// The setting with which versions run that are older than the oldest.
    pub older_with: Option<String>,
    /// One server: more than one replica is an error.
    pub single: bool,
    /// The most components of it in one platform.
    pub per_platform: Option<usize>,
    /// Runs to completion.
    pub job: bool,
    /// The port that `uses` opens.
    pub port: Option<String>,
    /// Ports whose numbers can't be changed.
    pub fixed_ports: Vec<String>,
    /// Sources of certificates if it can be an entry point: `secret`, `acme`. Empty: it can't be one.
    pub routes: Vec<String>,
    /// The settings that list databases or buckets, if `uses` can choose one of them.
    pub binding: Option<Binding>,
    /// Configuration files of the image by their paths, each with the line that reads the kind's own files.
    pub main_files: Vec<(String, String)>,
    /// Ports for which the program must know its own public name.
    pub own_name: Option<OwnName>,
    /// In the file's order, those of the kinds that it extends first.
    pub settings: Vec<SettingSpec>,
    /// Secrets that each component of it declares.
    pub secrets: Vec<OwnSecret>,
    /// Its roles: the other components that it needs.
    pub roles: Vec<Role>,
    /// Everything else as written: `workload`, `parts`, `outputs`, `when`, `alerts`, `records`, `panels`.
    pub table: Table,
    /// The file.
    pub span: Span,
}

/// What kinds call the port on which their program serves pages.
pub const HTTP_PORT: &str = "http";

impl Kind {
    /// Its cases, whether they hold or not.
    pub fn cases(&self) -> impl Iterator<Item = &Table> {
        let cases = self.table.array("when").unwrap_or_default().iter();
        cases.filter_map(Node::as_table)
    }

    /// Its own table, and those of its cases.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        std::iter::once(&self.table).chain(self.cases())
    }

    /// The roles without which it is a single server: those in the conditions that make it one.
    pub fn several_with(&self) -> Vec<String> {
        let single = self
            .cases()
            .filter(|case| case.boolean("single") == Some(true));
        let conditions: Vec<&str> = single.filter_map(|case| case.string("if")).collect();
        let reads = |role: &str| {
            let fact = format!("roles.{role}");
            let mut words = conditions.iter().flat_map(|it| {
                it.split(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c))
            });
            words.any(|word| word == fact)
        };
        let names = self.roles.iter().map(|role| role.name.clone());
        names.filter(|role| reads(role)).collect()
    }

    /// The ports of its main workload, as its file has them.
    pub fn ports(&self) -> Option<&Table> {
        let ports = self.table.get_path(&["workload", "ports"])?;
        ports.as_table()
    }

    /// Which of a component's ports an address of the component is of: the one that the kind names, else `http`, else the
    /// first.
    pub fn main_port<'a>(&'a self, ports: &[&'a str]) -> Option<&'a str> {
        let http = ports.contains(&HTTP_PORT).then_some(HTTP_PORT);
        let own = self.port.as_deref().or(http);
        own.or(ports.first().copied())
    }

    /// The major version of a component that sets none.
    pub fn default_major(&self) -> Option<u64> {
        self.versions.default.as_ref().map(|version| version.major)
    }

    /// Whether it depends on the major version.
    pub fn adapts(&self) -> bool {
        match self.versions.majors.as_slice() {
            [_] => false,
            [] => self.versions.asks_for_major,
            _ => true,
        }
    }
}

/// Whether something in a kind's file differs between major versions: a condition reads `major` or `version`, or a string holds
/// `${major}`. Whether a version serves under a prefix does not count: that alone is no reason to ask for the version of each image.
pub(super) fn asks_for_major(table: &Table) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "._".contains(c);
    table.iter().any(|(key, node)| {
        let nodes = node.items();
        nodes.iter().any(|node| match &node.value {
            Value::Table(table) => asks_for_major(table),
            Value::String(text) if key.name == "if" => {
                let words: Vec<&str> = text.split(|c| !is_word(c)).collect();
                let is_prefix = |word: &&str| word.starts_with("ports.") && word.ends_with(".path");
                let mut asked = words.iter();
                asked.any(|word| ["major", "version"].contains(word))
                    && !words.iter().any(is_prefix)
            }
            Value::String(_) => reference::of_node(node, Words::Kind, Mode::Shell)
                .references()
                .any(|reference| reference.is(&["major"])),
            _ => false,
        })
    })
}

/// The settings that list what `uses = "component/NAME"` can name.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The setting with the default one.
    pub default: Option<String>,
    /// The setting with a list of further ones.
    pub more: Option<String>,
}

/// A port whose program must know the name that external clients use.
#[derive(Clone, Debug)]
pub struct OwnName {
    /// The port's name.
    pub port: String,
    /// The setting with that name; `None`: the component's `public_url`.
    pub setting: Option<String>,
    /// An example of its value, in TOML.
    pub example: String,
    /// What happens to external clients without it.
    pub otherwise: String,
    /// The oldest version of the program of which that is true; `None`: all that the kind knows.
    pub since: Option<String>,
    /// The output that clients inside read if they can't use the port's address.
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
    /// The same, above zero.
    Period,
    /// An amount of bytes.
    Size,
    /// Only `${secrets.S}`.
    Secret,
    /// A list of strings.
    List,
    /// A list of names, or a table of them with `user` and `password` each.
    Databases,
    /// A URL, or a list of URLs and of tables with `url` and a login each.
    Stores,
    /// The path of a file of the project.
    File,
    /// A list of such paths.
    Files,
    /// A list of paths of folders of the project.
    Folders,
}

impl SettingType {
    /// What a value of it looks like, as far as the language has a shape for it.
    pub fn shape(self) -> Shape {
        match self {
            SettingType::String | SettingType::File | SettingType::Secret => Shape::Text,
            SettingType::Integer => Shape::Integer(i64::MIN, i64::MAX),
            SettingType::Boolean => Shape::Boolean,
            SettingType::Duration => Shape::Plain(Form::Duration),
            SettingType::Period => Shape::Plain(Form::Period),
            SettingType::Size => Shape::Plain(Form::Memory),
            // Of several shapes: what was meant is a guess.
            SettingType::Stores => Shape::Any,
            SettingType::List
            | SettingType::Databases
            | SettingType::Files
            | SettingType::Folders => Shape::List(&Shape::Text),
        }
    }
}

impl SettingType {
    /// Each type with its name in a kind file.
    pub const ALL: [(&'static str, SettingType); 13] = [
        ("string", SettingType::String),
        ("integer", SettingType::Integer),
        ("boolean", SettingType::Boolean),
        ("duration", SettingType::Duration),
        ("period", SettingType::Period),
        ("size", SettingType::Size),
        ("secret", SettingType::Secret),
        ("list", SettingType::List),
        ("databases", SettingType::Databases),
        ("stores", SettingType::Stores),
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
    /// The settings with each of which it has to be there.
    pub required_with: Vec<String>,
    /// The least whole number that it takes.
    pub min: Option<i64>,
    /// The greatest one.
    pub max: Option<i64>,
    /// What its strings have to be.
    pub form: Option<SettingForm>,
    /// The most bytes that one of its strings can have.
    pub max_length: Option<usize>,
    /// The characters that strings can hold besides ASCII letters and digits. `None`: any.
    pub characters: Option<String>,
    /// The strings that it takes; empty: any.
    pub choices: Vec<String>,
    /// The strings that it does not take.
    pub reserved: Vec<String>,
    /// Only an external component can set it: for others the kind knows the value.
    pub only_external: bool,
    /// A component that runs elsewhere can't set it: nothing here would tell it.
    pub only_here: bool,
    /// Whether its strings are names of buckets of S3.
    pub names_buckets: bool,
    /// The oldest version of the program that takes it; `None`: all that the kind knows.
    pub since: Option<String>,
    /// Variables of the program that say the same, and that the kind does not fill.
    pub variables: Vec<String>,
    /// Flags of the program that say the same.
    pub flags: Vec<String>,
    /// Variables of the main workload that hold it for clients: the program does not read them.
    pub client_variables: Vec<String>,
    /// The program takes it anew at every start: its data holds nothing of it.
    pub at_start: bool,
    /// Its default, a string with references or a literal.
    pub default: Option<Node>,
    /// The form of its files, if it is known.
    pub holds: Option<FileForm>,
    /// Who alone can give its value: `env init` makes none up.
    pub issued_by: Option<String>,
    /// For `mlopsgen kinds` and the reference.
    pub description: String,
}

/// A form of files that can be checked before a program reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// Any YAML.
    Yaml,
    /// Any JSON.
    Json,
    /// A dashboard of Grafana: JSON that names data sources.
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

/// A secret that only the program itself needs.
#[derive(Clone, Debug)]
pub struct OwnSecret {
    /// What follows `COMPONENT-` in the secret's name, in the case of its variable.
    pub name: String,
    /// For `.env.example`.
    pub description: String,
    /// The form of a value that `env init` makes.
    pub form: SecretForm,
    /// Environment variables of the program; setting one replaces the secret.
    pub replaced_by: Vec<String>,
    /// The program takes it anew at every start: its data holds nothing of it.
    pub at_start: bool,
    /// When it is needed, if not always.
    pub condition: Option<Node>,
    /// Where the kind declares it.
    pub span: Span,
}

/// Another component that the kind needs.
#[derive(Clone, Debug)]
pub struct Role {
    /// The key in `uses`.
    pub name: String,
    /// Kinds that can fill it, and kinds that extend these.
    pub kinds: Vec<String>,
    /// Whether a component without it is an error.
    pub required: bool,
    /// The setting that may stand in its place: a component that has neither is an error.
    pub or_setting: Option<String>,
    /// Variables of the program that say the same as that setting, or where else it looks.
    pub replaced_by: Vec<String>,
    /// Whether it takes a list.
    pub many: bool,
    /// Bound without being named if exactly one component fits.
    pub default: bool,
    /// If it is bound without being named: to all components that fit.
    pub all: bool,
    /// `add` brings one where the platform has none that fits.
    pub brought: bool,
    /// The program keeps its own database schema there.
    pub schema: bool,
    /// The program keeps data there, with or without a schema.
    pub keeps: bool,
    /// Variables that name it for what does not have to last.
    pub passing_env: Vec<String>,
    /// The setting that tells such schemas of one kind apart.
    pub schema_of: Option<String>,
    /// The program does not work with a filler of an older version than its own, by major and minor version. Where the component says
    /// no version, it has the filler's.
    pub not_older: bool,
    /// `uses` also sets the start order.
    pub order: bool,
    /// Environment variables that a part of the bound component gets: part, variable, value.
    pub gives: Vec<(String, String, Node)>,
    /// Environment variables that the main workload gets for each bound component elsewhere that has a user there: variable, value.
    pub takes: Vec<(String, Node)>,
    /// For `mlopsgen kinds` and the reference.
    pub description: String,
}
