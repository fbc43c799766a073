//! What the texts of one program say of where it connects to.

use std::collections::BTreeSet;

use super::{
    Address,
    known::{self, Form, HOSTED, HTTPS, OURS, PAGERDUTY, UNKNOWN, WORDS, form, is_reached, usual},
    namespace_of,
    pairs::Named,
};
use crate::{
    model::{
        FileContent, FileMount, Host, Notify, Piece, Platform, Raw, Setting, SettingValue, Text,
    },
    value::{HostAndPort, yaml},
};

/// Keys of a component's raw values whose texts a program reads.
const RAW: [&str; 6] = [
    "env",
    "extraEnv",
    "command",
    "args",
    "initContainers",
    "sidecars",
];

/// What the texts of one program say.
pub(super) struct Found<'a> {
    platform: &'a Platform,
    pub own: BTreeSet<String>,
    /// Words that are names of something else, however much they look like addresses: topics, images, plugins.
    pub names: BTreeSet<String>,
    pub addresses: BTreeSet<Address>,
    /// Variables that say where the program connects to, in a way that nobody knows when compiling.
    pub unknown: BTreeSet<String>,
    /// Whether a variable that may change at start is in the text that is searched.
    pub(super) is_late: bool,
    /// Whether the texts that were searched say an address, wherever it is: known already, on this machine, or of the platform.
    is_told: bool,
}

impl<'a> Found<'a> {
    pub fn new(platform: &'a Platform) -> Self {
        Self {
            platform,
            own: BTreeSet::new(),
            names: BTreeSet::new(),
            addresses: BTreeSet::new(),
            unknown: BTreeSet::new(),
            is_late: false,
            is_told: false,
        }
    }

    pub fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t Text>) {
        for text in texts {
            let text = self.written(text);
            self.text(&text);
        }
    }

    fn text(&mut self, text: &str) {
        self.urls(text);
        self.words(text);
        self.keywords(text);
    }

    /// The variables of a program: two of them may say one address.
    pub fn variables<'t>(&mut self, variables: impl IntoIterator<Item = (&'t str, &'t Text)>) {
        let mut all = Vec::new();
        for (name, text) in variables {
            self.is_told = false;
            let text = self.written(text);
            self.text(&text);
            let is_told = self.is_told || text.contains(OURS);
            if !is_told && leads_anywhere(&text) && known::is_opened(name, &known::plain(name)) {
                self.unknown.insert(name.to_string());
            }
            all.push(self.named(name, text));
        }
        let told = all.iter().filter(|it| !it.is_bare());
        let unknown = self.hosts_and_ports(told, &all);
        self.unknown.extend(unknown);
    }

    /// What an exporter is told to ask, as in `/probe?module=x&target=10.0.0.1:80`.
    pub fn query(&mut self, text: &Text) {
        let text = self.written(text);
        for word in text.split(['?', '&']) {
            self.urls(word);
            self.words(word);
        }
    }

    /// A text as it can be searched.
    pub(super) fn written(&mut self, text: &Text) -> String {
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

    pub fn raw(&mut self, raw: &Raw) {
        let mut texts = Vec::new();
        for key in RAW {
            if let Some(value) = raw.get(key) {
                value.add_texts(&mut texts);
            }
        }
        self.texts(texts);
        if let Some(Raw::Table(env)) = raw.get("env") {
            let texts = env.iter().filter_map(|(name, value)| match value {
                Raw::Text(text) => Some((name.as_str(), text)),
                _ => None,
            });
            self.variables(texts);
        }
        if let Some(Raw::List(env)) = raw.get("extraEnv") {
            let texts = env
                .iter()
                .filter_map(|it| match (it.get("name")?, it.get("value")?) {
                    (Raw::Text(name), Raw::Text(text)) => Some((name.as_plain()?, text)),
                    _ => None,
                });
            let texts: Vec<(String, &Text)> = texts.collect();
            self.variables(texts.iter().map(|(name, text)| (name.as_str(), *text)));
        }
    }

    pub fn setting(&mut self, setting: &Setting) {
        if setting.may_be_address {
            self.texts(setting.value.texts());
        }
        if let SettingValue::Files(files) = &setting.value {
            for file in files {
                let Some(form) = form(&file.path) else {
                    continue;
                };
                match &file.text {
                    Some(text) => {
                        let text = self.written(text);
                        self.configuration(form, &text);
                    }
                    None => self.plain(form, &file.bytes),
                }
            }
        }
    }

    pub fn file(&mut self, file: &FileMount) {
        let Some(form) = form(&file.path).filter(|_| file.setting.is_none()) else {
            return;
        };
        match &file.content {
            FileContent::Text { text, name: _ } => {
                let text = self.written(text);
                self.configuration(form, &text);
            }
            FileContent::Project { bytes, path: _ } => {
                self.plain(form, bytes);
            }
            FileContent::Folder { .. }
            | FileContent::Secret(_)
            | FileContent::Stubs
            | FileContent::Generated(_) => {}
        }
    }

    /// A configuration in which no references were resolved.
    fn plain(&mut self, form: Form, bytes: &[u8]) {
        self.is_late = false;
        self.configuration(form, &String::from_utf8_lossy(bytes));
    }

    /// Addresses of a configuration; what can't be read is reported elsewhere.
    fn configuration(&mut self, form: Form, text: &str) {
        match form {
            Form::Lines => self.lines(text),
            Form::Yaml => {
                if let Ok(Some(node)) = yaml::read(text, yaml::BY_HAND) {
                    self.node("", &node);
                }
            }
        }
    }

    /// `key = value`, `key: value` and `key value`, below headings in square brackets.
    fn lines(&mut self, text: &str) {
        let mut section: Vec<Named> = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                self.hosts_and_ports(section.iter(), &section);
                section.clear();
            }
            if line.starts_with(['#', ';', '!', '[']) || line.starts_with("//") {
                continue;
            }
            let ends = |c: char| c == '=' || c == ':' || c.is_whitespace();
            let Some((key, value)) = line.split_once(ends) else {
                continue;
            };
            let value = value.trim_start_matches(ends);
            // Behind a comment of TOML stands nothing that is meant.
            let value = value.split(" #").next().unwrap_or_default();
            let value = value.trim_matches(|c: char| c.is_whitespace() || "\"',".contains(c));
            self.value(key, value);
            section.push(self.named(key, value));
        }
        self.hosts_and_ports(section.iter(), &section);
    }

    fn node(&mut self, key: &str, node: &yaml::Node) {
        if let Some(entries) = node.table() {
            let mut all = Vec::new();
            for (key, value) in entries {
                let key = key.text().unwrap_or_default();
                if HOSTED.contains(&key) || known::is_file_of_url(key) {
                    self.add(None, HTTPS);
                }
                if !WORDS.contains(&key) {
                    self.node(key, value);
                }
                let text = value.text();
                all.extend(text.map(|text| self.named(key, text)));
            }
            self.hosts_and_ports(all.iter(), &all);
        }
        for item in node.list().unwrap_or_default() {
            self.node(key, item);
        }
        if let Some(text) = node.text() {
            self.value(key, text);
        }
    }

    /// What a key of a configuration says.
    fn value(&mut self, key: &str, text: &str) {
        let plain = known::plain(key);
        let is_address = known::is_address(&plain);
        if is_address || known::is_url(key, &plain) {
            self.urls(text);
        }
        if is_address {
            self.words(text);
        }
    }

    pub fn notify(&mut self, notify: &Notify) {
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
    pub(super) fn urls(&mut self, text: &str) {
        for (at, mark) in text.match_indices("://") {
            let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
            let scheme = text[..at].trim_end_matches(is_scheme).len();
            let usual = usual(&text[scheme..at]);
            let authority = authority(&text[at + mark.len()..]);
            let hosts = authority.rsplit('@').next().unwrap_or_default();
            for host in hosts.split(',') {
                self.host(host, usual);
            }
        }
        // `jdbc:oracle:thin:@//HOST:PORT/SERVICE`, and `@HOST:PORT:SID`.
        for (_, rest) in text
            .match_indices("jdbc:oracle:")
            .map(|(at, _)| text.split_at(at))
        {
            let Some((_, place)) = rest.split_once('@') else {
                continue;
            };
            let place = place.trim_start_matches('/');
            let ends = |c: char| c.is_whitespace() || "/?\"'".contains(c);
            let place = place.split(ends).next().unwrap_or_default();
            let mut parts = place.splitn(3, ':');
            let (host, port) = (parts.next().unwrap_or_default(), parts.next());
            match port {
                Some(port) => self.host(&format!("{host}:{port}"), None),
                None => self.host(host, known::usual("oracle")),
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
                self.is_told = true;
                self.add(None, port);
            }
            return;
        }
        let address = HostAndPort::parse(text).map(|it| (it.host, it.port));
        let address = address.or_else(|| Host::parse_in_url(text).zip(usual));
        self.is_told |= address.is_some();
        if let Some((host, port)) = address.filter(|(host, _)| self.is_elsewhere(host)) {
            self.add(Some(host).filter(|_| !self.is_late), port);
        }
    }

    /// `HOST:PORT` and `USER@HOST:PATH` as words of a text. A name has a dot: others are names of anything.
    pub(super) fn words(&mut self, text: &str) {
        if !text.contains(':') {
            return;
        }
        let separators = |c: char| c.is_whitespace() || ",;\"'=".contains(c);
        let words = text.split(separators);
        let words = words.filter(|it| !it.contains("://") && !self.names.contains(*it));
        for word in words.collect::<Vec<&str>>() {
            let address = match word.split_once('@').map(|(_, rest)| rest.split_once(':')) {
                Some(Some((host, path))) if path.contains('/') => {
                    Host::parse_in_url(host).map(|host| (host, 22))
                }
                Some(_) => None,
                None => HostAndPort::parse(word).map(|it| (it.host, it.port)),
            };
            let address = address.filter(|(host, _)| is_full(host));
            self.is_told |= address.is_some();
            let address = address.filter(|(host, _)| self.is_elsewhere(host));
            if let Some((host, port)) = address {
                self.add(Some(host).filter(|_| !self.is_late), port);
            }
        }
    }

    pub(super) fn is_elsewhere(&self, host: &Host) -> bool {
        match host {
            host if host.is_loopback() => false,
            Host::Ip(address) => is_reached(*address),
            Host::Name(name) => {
                let is_host = name.contains(|c: char| c.is_ascii_alphabetic());
                is_host && !self.own.contains(name) && !self.is_ours(name)
            }
        }
    }

    /// Whether a workload of ours is called so, in the namespace of the release as far as that is known.
    fn is_ours(&self, name: &str) -> bool {
        let is_ours = |name: &str| {
            self.platform.workload(name).is_some() || self.platform.aliases.contains(name)
        };
        let own = self
            .platform
            .deploy
            .as_ref()
            .map(|it| it.namespace.as_str());
        let service = name.split('.').next().unwrap_or_default();
        let is_here = namespace_of(name).is_some_and(|it| Some(it) == own);
        is_ours(name) || is_here && is_ours(service)
    }

    pub(super) fn add(&mut self, host: Option<Host>, port: u16) {
        self.addresses.insert(Address { host, port });
    }
}

/// Whether a name is one of the domain name system: others are names of anything.
pub(super) fn is_full(host: &Host) -> bool {
    match host {
        Host::Ip(_) => true,
        Host::Name(name) => name
            .rsplit_once('.')
            .is_some_and(|(_, last)| last.len() > 1 && last.chars().all(char::is_alphabetic)),
    }
}

/// Whether a secret is the address, or stands beside a host whose port nobody says.
fn leads_anywhere(text: &str) -> bool {
    if !text.contains(UNKNOWN) {
        return false;
    }
    match text.split_once("://") {
        None => text.starts_with(UNKNOWN),
        Some((scheme, rest)) => {
            let host = authority(rest).rsplit('@').next().unwrap_or_default();
            let host_of = |it: &str| Host::parse_in_url(it).is_some_and(|it| is_full(&it));
            scheme.contains(UNKNOWN) || host.contains(UNKNOWN) || host_of(host)
        }
    }
}

/// What stands between `://` and the path.
fn authority(rest: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "/?#;\"'`<>(){}|\\".contains(c);
    rest.split(ends).next().unwrap_or_default()
}
