//! Addresses outside of the platform that its keys tell programs of: a URL in a variable, a setting, a configuration, `[notify]`.
//!
//! In: the model. Out: who connects to what. Each becomes an edge, as that to a component with `external` is one.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use crate::{
    files::Site,
    graph::{Peer, pipeline_texts},
    model::{
        Ci, Component, FileContent, FileMount, Host, Notify, Piece, Platform, Purpose, Raw,
        Setting, SettingValue, TaskBody, Text, Workload, is_generated_alertmanager,
    },
    value::{HostAndPort, yaml},
};

/// Where a program connects to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// `None`: a secret or a variable says it, which nobody knows when compiling.
    pub host: Option<Host>,
    pub port: u16,
}

/// What stands for a secret in a text that is searched.
const UNKNOWN: char = '\u{1}';

/// What stands for an address of the platform: its edge is in the graph.
const OURS: char = '\u{2}';

const HTTPS: u16 = 443;

/// Ports of URLs that name none, by their scheme; of `postgresql+psycopg2` each half is tried.
const USUAL: [(&str, u16); 23] = [
    ("http", 80),
    ("https", HTTPS),
    ("ws", 80),
    ("wss", HTTPS),
    ("ssh", 22),
    ("git", 9418),
    ("sftp", 22),
    ("ftp", 21),
    ("ldap", 389),
    ("ldaps", 636),
    ("smtp", 25),
    ("smtps", 465),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("mongodb", 27017),
    ("redis", 6379),
    ("rediss", 6379),
    ("amqp", 5672),
    ("amqps", 5671),
    ("nats", 4222),
    ("mqtt", 1883),
];

/// Where PagerDuty takes events (alertmanager, `config/config.go`).
const PAGERDUTY: &str = "events.pagerduty.com";

/// Keys of a component's raw values whose texts a program reads.
const RAW: [&str; 6] = [
    "env",
    "extraEnv",
    "command",
    "args",
    "initContainers",
    "sidecars",
];

/// Keys of configurations under which an address stands without a scheme.
const ADDRESSES: [&str; 8] = [
    "targets",
    "server",
    "servers",
    "address",
    "endpoint",
    "smarthost",
    "smtp_smarthost",
    "host",
];

/// Tables of configurations that hold words for people.
const WORDS: [&str; 2] = ["annotations", "labels"];

/// How keys of URLs start that only people open.
const FOR_PEOPLE: [&str; 6] = ["runbook", "dashboard", "external", "icon", "image", "thumb"];

/// Receivers of Alertmanager that have a public address of their own where the configuration names none.
const HOSTED: [&str; 6] = [
    "pagerduty_configs",
    "opsgenie_configs",
    "pushover_configs",
    "telegram_configs",
    "victorops_configs",
    "wechat_configs",
];

/// Every address by who connects to it.
pub fn addresses(platform: &Platform) -> BTreeMap<Peer, BTreeSet<Address>> {
    let mut out: BTreeMap<Peer, BTreeSet<Address>> = BTreeMap::new();
    let mut tell = |peer: Peer, found: Found<'_>| {
        if !found.addresses.is_empty() {
            out.entry(peer).or_default().extend(found.addresses);
        }
    };
    for component in &platform.components {
        for workload in &component.workloads {
            let found = of_workload(platform, component, workload);
            tell(Peer::Workload(workload.name.clone()), found);
        }
    }
    for pipeline in &platform.pipelines {
        let mut found = Found::new(platform);
        found.texts(pipeline.env.iter().map(|it| &it.value));
        for task in &pipeline.tasks {
            found.texts(task.env.iter().map(|it| &it.value));
        }
        let runs = pipeline.tasks.iter().filter_map(|task| match &task.body {
            TaskBody::Run(text) => Some(text),
            TaskBody::Stub => None,
        });
        found.texts(runs);
        let has_stub = pipeline.tasks.iter().any(|it| it.body == TaskBody::Stub);
        if has_stub && let Some(runner) = platform.first_for(Purpose::Pipelines) {
            for workload in runner.workloads.iter().filter(|it| !it.is_job()) {
                let mut found = Found::new(platform);
                found.texts(pipeline_texts(pipeline));
                tell(Peer::Workload(workload.name.clone()), found);
            }
        }
        tell(Peer::Pipeline(pipeline.name.clone()), found);
    }
    if let Some(runner) = platform.first_for(Purpose::Ci) {
        for workload in runner.workloads.iter().filter(|it| !it.is_job()) {
            let mut found = Found::new(platform);
            found.texts(platform.ci.iter().flat_map(Ci::texts));
            tell(Peer::Workload(workload.name.clone()), found);
        }
    }
    out
}

fn of_workload<'a>(
    platform: &'a Platform,
    component: &'a Component,
    workload: &'a Workload,
) -> Found<'a> {
    let mut found = Found::new(platform);
    found.own = own_hosts(component);
    let words = [&workload.entrypoint, &workload.command];
    found.texts(words.into_iter().flatten().flatten());
    found.texts(workload.env.iter().map(|it| &it.value));
    found.raw(&workload.raw_helm);
    let scraped = workload.metrics.iter();
    scraped.for_each(|metrics| found.query(&metrics.written));
    workload.files.iter().for_each(|file| found.file(file));
    if workload.part.is_none() {
        found.raw(&component.raw_helm);
        for setting in &component.settings {
            found.setting(setting);
        }
        if let Some(notify) = platform
            .notify
            .as_ref()
            .filter(|_| is_generated_alertmanager(component))
        {
            found.notify(notify);
        }
    }
    found
}

/// Names by which people reach the component: it is told of them, and does not ask itself by them.
fn own_hosts(component: &Component) -> BTreeSet<String> {
    let ports = component.workloads.iter().flat_map(|it| &it.ports);
    let addresses = ports.filter_map(|port| port.public_url.as_ref());
    let addresses = addresses.chain(&component.public_url);
    let hosts = addresses.map(|it| it.at(Site::Cluster).host_and_port().0);
    hosts.map(str::to_string).collect()
}

/// What the texts of one program say.
struct Found<'a> {
    platform: &'a Platform,
    own: BTreeSet<String>,
    addresses: BTreeSet<Address>,
    /// Whether a variable that may change at start is in the text that is searched.
    is_late: bool,
}

impl<'a> Found<'a> {
    fn new(platform: &'a Platform) -> Self {
        Self {
            platform,
            own: BTreeSet::new(),
            addresses: BTreeSet::new(),
            is_late: false,
        }
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t Text>) {
        for text in texts {
            let text = self.written(text);
            self.urls(&text);
            self.words(&text);
        }
    }

    /// What an exporter is told to ask, as in `/probe?module=x&target=10.0.0.1:80`.
    fn query(&mut self, text: &Text) {
        let text = self.written(text);
        for word in text.split(['?', '&']) {
            self.urls(word);
            self.words(word);
        }
    }

    /// A text as it can be searched.
    fn written(&mut self, text: &Text) -> String {
        let mut is_late = false;
        let written = text.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Secret(_) => UNKNOWN.to_string(),
            Piece::Variable(name) => {
                is_late = true;
                let mut variables = self.platform.variables.iter();
                let variable = variables.find(|it| it.name == *name);
                variable.map(|it| it.default.clone()).unwrap_or_default()
            }
            _ => OURS.to_string(),
        });
        self.is_late = is_late;
        written
    }

    fn raw(&mut self, raw: &Raw) {
        let mut texts = Vec::new();
        for key in RAW {
            if let Some(value) = raw.get(key) {
                value.add_texts(&mut texts);
            }
        }
        self.texts(texts);
    }

    fn setting(&mut self, setting: &Setting) {
        self.texts(setting.value.texts());
        if let SettingValue::Files(files) = &setting.value {
            for file in files.iter().filter(|file| is_yaml(&file.path)) {
                match &file.text {
                    Some(text) => {
                        let text = self.written(text);
                        self.configuration(&text);
                    }
                    None => self.plain(&file.bytes),
                }
            }
        }
    }

    fn file(&mut self, file: &FileMount) {
        match &file.content {
            _ if !is_yaml(&file.path) || file.setting.is_some() => {}
            FileContent::Text { text, name: _ } => {
                let text = self.written(text);
                self.configuration(&text);
            }
            FileContent::Project { bytes, path: _ } => {
                self.plain(bytes);
            }
            FileContent::Folder { .. }
            | FileContent::Secret(_)
            | FileContent::Stubs
            | FileContent::Generated(_) => {}
        }
    }

    /// A configuration in which no references were resolved.
    fn plain(&mut self, bytes: &[u8]) {
        self.is_late = false;
        self.configuration(&String::from_utf8_lossy(bytes));
    }

    /// Addresses of a configuration in YAML; what can't be read is reported elsewhere.
    fn configuration(&mut self, text: &str) {
        if let Ok(Some(node)) = yaml::read(text, yaml::BY_HAND) {
            self.node("", &node);
        }
    }

    fn node(&mut self, key: &str, node: &yaml::Node) {
        if let Some(entries) = node.table() {
            for (key, value) in entries {
                let key = key.text().unwrap_or_default();
                if HOSTED.contains(&key) || key.ends_with("_url_file") {
                    self.add(None, HTTPS);
                }
                if !WORDS.contains(&key) {
                    self.node(key, value);
                }
            }
        }
        for item in node.list().unwrap_or_default() {
            self.node(key, item);
        }
        let Some(text) = node.text() else {
            return;
        };
        let is_url = key.ends_with("url") || key.ends_with("urls");
        let is_address = ADDRESSES.contains(&key);
        if is_address || is_url && !FOR_PEOPLE.iter().any(|it| key.starts_with(it)) {
            self.urls(text);
        }
        if is_address {
            self.words(text);
        }
    }

    fn notify(&mut self, notify: &Notify) {
        for receiver in &notify.receivers {
            for text in [&receiver.slack, &receiver.webhook].into_iter().flatten() {
                match text.value.pieces.first() {
                    Some(Piece::Secret(_)) => self.add(None, HTTPS),
                    _ => self.texts([&text.value]),
                }
            }
            if receiver.pagerduty.is_some() {
                self.add(Some(Host::Name(PAGERDUTY.to_string())), HTTPS);
            }
        }
        let mails = notify.receivers.iter().any(|it| !it.email.is_empty());
        if let Some(smtp) = notify.smtp.as_ref().filter(|_| mails) {
            self.add(Some(smtp.server.host.clone()), smtp.server.port);
        }
    }

    /// Every `SCHEME://AUTHORITY` of a text; several hosts of one authority are separated by commas.
    fn urls(&mut self, text: &str) {
        for (at, mark) in text.match_indices("://") {
            let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
            let scheme = text[..at].trim_end_matches(is_scheme).len();
            let usual = usual(&text[scheme..at]);
            let rest = &text[at + mark.len()..];
            let ends = |c: char| c.is_whitespace() || "/?#\"'`<>(){}|\\".contains(c);
            let authority = rest.split(ends).next().unwrap_or_default();
            let hosts = authority.rsplit('@').next().unwrap_or_default();
            for host in hosts.split(',') {
                self.host(host, usual);
            }
        }
    }

    fn host(&mut self, text: &str, usual: Option<u16>) {
        if text.contains(OURS) {
            return;
        }
        if text.contains(UNKNOWN) {
            let port = text
                .rsplit_once(':')
                .and_then(|(_, port)| port.parse().ok());
            if let Some(port) = port.or(usual) {
                self.add(None, port);
            }
            return;
        }
        let address = HostAndPort::parse(text).map(|it| (it.host, it.port));
        let address = address.or_else(|| Host::parse_in_url(text).zip(usual));
        if let Some((host, port)) = address.filter(|(host, _)| self.is_elsewhere(host)) {
            self.add(Some(host).filter(|_| !self.is_late), port);
        }
    }

    /// `HOST:PORT` and `USER@HOST:PATH` as words of a text. A name has a dot: others are names of anything.
    fn words(&mut self, text: &str) {
        let separators = |c: char| c.is_whitespace() || ",;\"'=".contains(c);
        for word in text.split(separators).filter(|it| !it.contains("://")) {
            let address = match word.split_once('@').map(|(_, rest)| rest.split_once(':')) {
                Some(Some((host, path))) if path.contains('/') => {
                    Host::parse_in_url(host).map(|host| (host, 22))
                }
                Some(_) => None,
                None => HostAndPort::parse(word).map(|it| (it.host, it.port)),
            };
            let is_full = |host: &Host| match host {
                Host::Ip(_) => true,
                Host::Name(name) => name.rsplit_once('.').is_some_and(|(_, last)| {
                    last.len() > 1 && last.chars().all(char::is_alphabetic)
                }),
            };
            let address = address.filter(|(host, _)| is_full(host) && self.is_elsewhere(host));
            if let Some((host, port)) = address {
                self.add(Some(host).filter(|_| !self.is_late), port);
            }
        }
    }

    fn is_elsewhere(&self, host: &Host) -> bool {
        match host {
            host if host.is_loopback() => false,
            Host::Ip(address) => is_reached(*address),
            Host::Name(name) => {
                let first = name.split('.').next().unwrap_or_default();
                let is_ours = |name: &str| {
                    self.platform.workload(name).is_some() || self.platform.aliases.contains(name)
                };
                let is_service = name == first || name.contains(".svc");
                let is_host = name.contains(|c: char| c.is_ascii_alphabetic());
                is_host
                    && !self.own.contains(name)
                    && !(is_ours(name) || is_service && is_ours(first))
            }
        }
    }

    fn add(&mut self, host: Option<Host>, port: u16) {
        self.addresses.insert(Address { host, port });
    }
}

fn is_reached(address: IpAddr) -> bool {
    let address = address.to_canonical();
    !address.is_unspecified() && !address.is_multicast()
}

fn is_yaml(path: &str) -> bool {
    [".yml", ".yaml"].iter().any(|it| path.ends_with(it))
}

fn usual(scheme: &str) -> Option<u16> {
    let scheme = scheme.to_ascii_lowercase();
    let of = |name: &str| USUAL.iter().find(|(known, _)| *known == name);
    scheme.split('+').rev().find_map(of).map(|(_, port)| *port)
}
