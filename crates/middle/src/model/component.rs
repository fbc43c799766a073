//! Components: what the user names. Each has one workload or several, or runs elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    data::{Program, Upgrade},
    model::{
        Alert, EnvironmentVariable, Expression, Host, Icon, Metrics, Panel, Port, ProgramVersion,
        PublicAddress, Purpose, Raw, Record, Requests, Text, Version, Workload,
    },
    source::Span,
    syntax::Shared,
};

/// A component: what its kind, its presets and the user together say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The key in `[components]`: the name of its main workload, and of its service in the DNS.
    pub name: String,
    /// The catalog entry.
    pub kind: String,
    /// The kind whose program wrote the data: no other program can read it.
    pub program: String,
    /// The kind's title, as in `PostgreSQL`.
    pub title: String,
    /// Its shape in the picture.
    pub icon: Icon,
    /// Its kind is for programs of all sorts, which their images name.
    pub any_program: bool,
    /// What it does for the platform as a whole.
    pub purpose: Option<Purpose>,
    /// The part that runs the stages of CI entries, where it runs.
    pub builder: Option<String>,
    /// The version of its program.
    pub version: ProgramVersion,
    /// What its program asks for when its version changes over existing data.
    pub upgrades: Vec<Upgrade>,
    /// Variables that its program reads at its first start alone, with what a change of one asks for.
    pub first_start: BTreeMap<String, String>,
    /// Folders whose files its program runs at its first start alone.
    pub first_start_files: Vec<String>,
    /// Where its program keeps its data, as far as the kind knows.
    pub data_folders: Vec<DataFolder>,
    /// Paths that the main workload's image declares as volumes.
    pub image_volumes: Vec<String>,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// `None` only where it is external.
    pub group: Option<String>,
    /// Where it runs, if not here.
    pub external: Option<External>,
    /// The main workload's ports, or those of an external component.
    pub ports: Vec<Port>,
    /// The port that `uses` opens and that a URL is of.
    pub main_port: Option<String>,
    /// The port that sends those inside on to a name outside, where there is one.
    pub outside_port: Option<OutsidePort>,
    /// The port that people open: the main one, or `http` where the main one is for programs.
    pub page_port: Option<String>,
    /// Where people reach that port, where `public_url` is set.
    pub public_url: Option<PublicAddress>,
    /// The kind's settings that have a value, in the order of the kind.
    pub settings: Vec<Setting>,
    /// Secrets that its program takes anew at every start: its data holds nothing of them.
    pub taken_at_start: BTreeSet<String>,
    /// The keys of its kind that its data was made with, each with the secret: what they encrypted can be read with no other.
    pub keys: BTreeMap<String, String>,
    /// Such keys in whose place the user sets a variable, each with that.
    pub replaced_keys: BTreeMap<String, String>,
    /// Variables whose value encrypts what it keeps in a database of another component: of several the first that is set.
    pub encrypted_with: Vec<String>,
    /// The passwords of its further databases that have a user of their own.
    pub login_passwords: Vec<Text>,
    /// What others read of it as `${components.C.OUTPUT}`, besides ports.
    pub outputs: Vec<Output>,
    /// The roles of its kind, each with the component that fills it.
    pub uses: Vec<Use>,
    /// The main workload first. Without it where the component is external.
    pub workloads: Vec<Workload>,
    /// 1 for each instance that works, in PromQL; `None`: it works while it can be scraped.
    pub healthy: Option<Expression>,
    /// When each instance started, in PromQL and seconds; `None`: when the process did that is scraped.
    pub started: Option<Expression>,
    /// The kind's alerts where something is scraped, and the user's.
    pub alerts: Vec<Alert>,
    /// Recording rules of the kind, which its alerts and panels read.
    pub records: Vec<Record>,
    /// Panels of its kind, in their order. Most components of a kind share them.
    pub panels: Shared<Panel>,
    /// Those of platform.toml.
    pub own_panels: Vec<Panel>,
    /// The lists of the metrics that its own job gives: files of `templates/kinds/metrics/`. Empty where nobody knows.
    pub exposes: Vec<String>,
    /// Those of them that the job of a part gives and the main one does not, by the part.
    pub exposed_by_parts: BTreeMap<String, Vec<String>>,
    /// What these lists promise.
    pub lists: Lists,
    /// How the requests to it are counted, where anything tells.
    pub requests: Requests,
    /// It reads what the engine keeps of the output of containers.
    pub reads_logs: bool,
    /// A kind that is one server: more than one replica is an error.
    pub single: bool,
    /// Why, where it is not that each would keep data of its own.
    pub single_because: Option<String>,
    /// Where the volumes that its kind gives its main workload lie in the container: what a server there has to itself.
    pub keeps_in: Vec<String>,
    /// Roles that keep what it would keep itself: with these filled, it is no single server.
    pub several_with: Vec<String>,
    /// What the machine has to allow each of its processes as `vm.max_map_count`.
    pub memory_maps: Option<u32>,
    /// Raw keys of the component's values in the chart.
    pub raw_helm: Raw,
    /// Its name where it is declared.
    pub span: Span,
}

/// A port that is for programs outside of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsidePort {
    /// Its name.
    pub name: String,
    /// The output that those inside read instead of its address.
    pub instead: String,
}

/// What the lists of a kind promise of the metrics of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// All that the program has, on any machine: it is the kind's, in the kind's version and as the kind configures it.
    Complete,
    /// The names that they have are spelled so. The program may have others: its version or its configuration is another one.
    Spelling,
    /// A part of what there is: the program's users name more, or it is another program.
    Partial,
}

/// The folder in which the program of a main workload keeps its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFolder {
    /// Its path in the container where nothing else names one.
    pub default: Option<String>,
    /// Environment variables that name it.
    pub env: Vec<String>,
    /// Options of the command that name it, without dashes.
    pub options: Vec<String>,
    /// Options of the command, or variables, that name a configuration file.
    pub config: Vec<String>,
    /// Paths of configuration files that the program reads by itself.
    pub config_files: Vec<String>,
    /// Options of the command, or variables, that name the folder in which it looks for those.
    pub config_folders: Vec<String>,
    /// Variables that hold the text of one more configuration file.
    pub config_texts: Vec<String>,
    /// Names in configuration files that name it, in place of `options`.
    pub keys: Vec<String>,
    /// What those files say counts more than variables.
    pub files_first: bool,
    /// The folder from which a relative path starts.
    pub relative_to: Option<String>,
    /// Where it has another value, the program keeps its data elsewhere, as in another database.
    pub kept_if: Option<KeptIf>,
    /// What to write where the volume is one that exists: its data may lie in another folder of it.
    pub adopted: Option<String>,
}

/// What the program is told about where it keeps its data, and the value with which that is the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptIf {
    /// Environment variables that tell it.
    pub env: Vec<String>,
    /// Options of the command that tell it, without dashes.
    pub options: Vec<String>,
    /// Names in configuration files that tell it.
    pub keys: Vec<String>,
    /// The value with which it is the folder.
    pub value: String,
    /// The value that the program takes where nothing tells.
    pub otherwise: String,
}

impl Use {
    /// Whether the program keeps a schema of its own there.
    pub fn has_schema(&self) -> bool {
        self.database.as_ref().is_some_and(|it| it.schema)
    }
}

impl Component {
    /// The program as far as it decides what data it can read. `image`: the one that runs, where raw keys name another than the
    /// model does. `None`: nobody knows what is in it.
    pub fn program_of_data(&self, image: Option<&str>) -> Option<Program> {
        if self.any_program {
            return None;
        }
        if self.upgrades.is_empty() {
            return Some(Program::of_kind(&self.program));
        }
        let other = match image {
            Some(image) => Some(self.version.of_image(image)?),
            None => None,
        };
        let version = other.as_ref().unwrap_or(&self.version);
        Some(Program {
            kind: self.program.clone(),
            major: Some(version.major?),
            minor: version.minor,
            libc: version.libc,
        })
    }

    /// The version that runs, with its minor numbers where anything tells them. `None`: not even the major one is known.
    pub fn running_version(&self) -> Option<Version> {
        let major = self.version.major?;
        let written = self.version.numbers.clone();
        let rest = written
            .filter(|it| it.major == major)
            .map_or(Vec::new(), |it| it.rest);
        Some(Version { major, rest })
    }

    /// The workload that has the component's name; none where the component runs elsewhere.
    pub fn main(&self) -> Option<&Workload> {
        self.workloads
            .iter()
            .find(|workload| workload.part.is_none())
    }

    /// The variable of its main workload that encrypts what it keeps in a database of another component.
    pub fn encryption(&self) -> Option<&EnvironmentVariable> {
        let env = &self.main()?.env;
        let mut names = self.encrypted_with.iter();
        names.find_map(|name| env.iter().find(|it| it.name == *name))
    }

    /// The workload that runs the stages of CI entries, where it is not the main one.
    pub fn builder(&self) -> Option<&Workload> {
        let mut workloads = self.workloads.iter();
        workloads.find(|it| it.part.is_some() && it.part == self.builder)
    }

    /// A port by its name: of the main workload, or of what runs elsewhere.
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }

    /// Where people reach a port, where the platform says so and does not leave it to what is published.
    pub fn declared_public_url(&self, port: &str) -> Option<&PublicAddress> {
        let is_opened = self.page_port.as_deref() == Some(port);
        let of_port = self.port(port).and_then(|port| port.public_url.as_ref());
        of_port.or(self.public_url.as_ref().filter(|_| is_opened))
    }

    /// The workload that listens on a port. `None` where the component runs elsewhere.
    pub fn listener(&self, port: &str) -> Option<(&Workload, &Port)> {
        self.workloads
            .iter()
            .find_map(|workload| Some((workload, workload.port(port)?)))
    }

    /// Host and number of a port, where the component runs elsewhere.
    pub fn external_address(&self, port: &str) -> Option<&ExternalAddress> {
        let addresses = &self.external.as_ref()?.addresses;
        addresses.iter().find(|address| address.port == port)
    }

    /// Where a port is reached by those inside the platform: host and number.
    pub fn address(&self, port: &str) -> Option<(Host, u16)> {
        if self.external.is_some() {
            let address = self.external_address(port)?;
            return Some((address.host.clone(), address.number));
        }
        let (workload, port) = self.listener(port)?;
        Some((Host::Name(workload.name.clone()), port.container.first))
    }

    /// All that Prometheus scrapes of it.
    pub fn metrics(&self) -> impl Iterator<Item = &Metrics> + Clone {
        let external = self.external.iter().flat_map(|external| &external.metrics);
        let workloads = self.workloads.iter().flat_map(|workload| &workload.metrics);
        external.chain(workloads)
    }

    /// The value of a setting of the kind.
    pub fn setting(&self, name: &str) -> Option<&SettingValue> {
        self.settings
            .iter()
            .find(|setting| setting.name == name)
            .map(|setting| &setting.value)
    }
}

/// A component that runs elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct External {
    /// One for each port that the user names.
    pub addresses: Vec<ExternalAddress>,
    /// What Prometheus scrapes there.
    pub metrics: Vec<Metrics>,
    /// Where it is declared.
    pub span: Span,
}

/// Where a port of a component that runs elsewhere is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalAddress {
    /// The port's name.
    pub port: String,
    /// A name of the DNS or an address.
    pub host: Host,
    /// The port's number there.
    pub number: u16,
    /// Where the host is written.
    pub span: Span,
}

/// A parameter of the kind with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The key in `settings`, as the kind declares it.
    pub name: String,
    /// What the user, a preset or the kind's default says.
    pub value: SettingValue,
    /// Who alone can give its value, where that is nobody here.
    pub issued_by: Option<String>,
    /// Whether its text can say where something is reached: of a topic or an image it is a name of its own.
    pub may_be_address: bool,
    /// The value where it is written; in the kind's file where it is a default.
    pub span: Span,
}

/// A value of the type that the kind declares.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingValue {
    /// A string, which may hold a secret or a variable.
    Text(Text),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// Strings in the user's order.
    List(Vec<Text>),
    /// Stores elsewhere, in the user's order.
    Stores(Vec<Store>),
    /// Files of the project.
    Files(Vec<SettingFile>),
}

/// A file of the project that a setting names.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingFile {
    /// Relative to the project.
    pub path: String,
    /// As it is written.
    pub bytes: Vec<u8>,
    /// Its text with its references resolved, where it holds some.
    pub text: Option<Text>,
}

/// A store elsewhere that a program sends to.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    /// Where it is.
    pub url: Text,
    /// The login, beside `password`.
    pub user: Option<Text>,
    /// A secret.
    pub password: Option<Text>,
    /// A secret, in place of a login.
    pub token: Option<Text>,
}

impl SettingValue {
    /// The texts that may hold a secret.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(texts) => texts.iter().collect(),
            Self::Stores(stores) => stores.iter().flat_map(Store::texts).collect(),
            Self::Integer(_) | Self::Boolean(_) | Self::Files(_) => Vec::new(),
        }
    }
}

impl Setting {
    /// The texts of its files in which references stand.
    fn file_texts(&self) -> impl Iterator<Item = &Text> {
        let files = match &self.value {
            SettingValue::Files(files) => files.as_slice(),
            _ => &[],
        };
        files.iter().filter_map(|file| file.text.as_ref())
    }

    /// Every text of it in which references stand.
    pub fn all_texts(&self) -> impl Iterator<Item = &Text> {
        self.value.texts().into_iter().chain(self.file_texts())
    }
}

impl Store {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let login = [&self.user, &self.password, &self.token];
        std::iter::once(&self.url).chain(login.into_iter().flatten())
    }
}

/// What a kind tells others of its components: a URL, a login.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The last segment of `${components.C.NAME}`.
    pub name: String,
    /// What the reference stands for where the reader chose no database.
    pub value: Text,
}

/// A role of the kind bound to a component.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The kind's name for it.
    pub role: String,
    /// The component that fills it.
    pub component: String,
    /// Which of the other's databases or buckets.
    pub database: Option<DatabaseBinding>,
    /// Ports of the other that it opens.
    pub ports: Vec<String>,
    /// It starts after the other, and does not work without it.
    pub needed: bool,
    /// It keeps data there.
    pub keeps: bool,
    /// The variables by which the kind tells the program where it is. A value of the user's leads it elsewhere.
    pub told_by: Vec<String>,
    /// The flags by which the kind does, and those that stand for these variables.
    pub told_by_flags: Vec<String>,
    /// Where `uses` names it.
    pub span: Span,
}

/// Which of a store's databases or buckets a role is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseBinding {
    /// The database or bucket.
    pub name: String,
    /// The program keeps a schema of its own there.
    pub schema: bool,
    /// The setting, and its value, that separates the schemas of two components of one kind.
    pub schema_of: Option<(String, String)>,
}
