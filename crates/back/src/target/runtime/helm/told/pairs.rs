//! Hosts and ports that texts say under names of their own: two variables, two flags, two keys, the keywords of one text.

use super::{
    found::{Found, is_full},
    known::{self, UNKNOWN},
};
use crate::model::{Host, Text};

/// A text under a name: of a variable, a flag, or a key.
pub(super) struct Named {
    name: String,
    /// The words of the name.
    plain: String,
    text: String,
    /// Whether a variable that may change at start is in it.
    is_late: bool,
}

impl Named {
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_string(),
            plain: known::plain(name),
            text: text.into(),
            is_late: false,
        }
    }

    /// Whether its name says nothing but that it is a host.
    pub fn is_bare(&self) -> bool {
        known::is_bare(&self.plain)
    }
}

impl Found<'_> {
    /// The text that was made searchable last, under its name.
    pub(super) fn named(&self, name: &str, text: impl Into<String>) -> Named {
        Named {
            is_late: self.is_late,
            ..Named::new(name, text)
        }
    }

    /// Flags of a command line, as `--db-host=10.0.0.7 --db-port 5432`.
    pub fn flags<'t>(&mut self, words: impl IntoIterator<Item = &'t Text>) {
        let words: Vec<(String, bool)> = words
            .into_iter()
            .map(|word| (self.written(word), self.is_late))
            .collect();
        let mut all = Vec::new();
        for (index, (word, is_late)) in words.iter().enumerate() {
            let Some(flag) = word.strip_prefix('-') else {
                continue;
            };
            let flag = flag.trim_start_matches('-');
            let (name, text, is_late) = match (flag.split_once('='), words.get(index + 1)) {
                (Some((name, text)), _) => (name, text, *is_late),
                (None, Some((text, is_late))) if !text.starts_with('-') => {
                    (flag, text.as_str(), *is_late)
                }
                _ => continue,
            };
            all.push(Named {
                is_late,
                ..Named::new(name, text)
            });
        }
        let told = all.iter().filter(|it| !it.is_bare());
        self.hosts_and_ports(told, &all);
    }

    /// A host and its port under two names, as `DB_HOST` and `DB_PORT`; without the second the usual port of the program that the
    /// first one names. Returns those whose port nothing says.
    pub(super) fn hosts_and_ports<'t>(
        &mut self,
        hosts: impl Iterator<Item = &'t Named>,
        all: &[Named],
    ) -> Vec<String> {
        let mut unknown = Vec::new();
        for Named {
            name,
            plain,
            text,
            is_late,
        } in hosts
        {
            let Some(ports) = known::ports_of(plain) else {
                continue;
            };
            let port = all.iter().find(|it| ports.contains(&it.plain));
            let port = port.and_then(|it| it.text.trim().parse().ok());
            let port = port.filter(|it| *it > 0).or_else(|| known::usual_of(plain));
            let is_asked = known::is_asked(plain);
            for item in text.split(',').map(str::trim) {
                let is_secret = item.contains(UNKNOWN);
                let host = Host::parse_in_url(item).filter(|_| !known::is_switch(item));
                let host = host.filter(|host| self.is_elsewhere(host));
                // A word without a dot is a host only where the name says nothing else.
                let is_host = |host: &Host| match host {
                    Host::Ip(_) => true,
                    Host::Name(host) => {
                        host.contains('.') || name.to_ascii_lowercase().ends_with("host")
                    }
                };
                match (host.filter(is_host), port) {
                    (Some(host), Some(port)) => self.add(Some(host).filter(|_| !is_late), port),
                    (None, Some(port)) if is_secret => self.add(None, port),
                    (Some(host), None) if is_asked && is_full(&host) => unknown.push(name.clone()),
                    (None, None) if is_asked && is_secret => unknown.push(name.clone()),
                    _ => {}
                }
            }
        }
        unknown
    }

    /// `host=10.0.0.7 port=5432 dbname=x`, as libpq takes it, and `Server=tcp:10.0.0.7,1433;Database=x`, as SQL Server's clients do.
    pub(super) fn keywords(&mut self, text: &str) {
        if !text.contains('=') {
            return;
        }
        let pairs = text.split(|c: char| c == ';' || c.is_whitespace());
        let pairs = pairs.filter_map(|pair| pair.split_once('='));
        let mut all: Vec<Named> = pairs
            .map(|(name, text)| {
                let text = text.trim_matches(['\'', '"']).trim_start_matches("tcp:");
                self.named(name, text)
            })
            .collect();
        self.without_port(&all);
        all.retain(|it| it.is_bare() || it.name.eq_ignore_ascii_case("port"));
        let joined = all.iter().filter_map(|it| {
            let (host, port) = it.text.split_once(',')?;
            Some(format!("{host}:{port}"))
        });
        let joined: Vec<String> = joined.collect();
        joined.iter().for_each(|text| self.words(text));
        self.hosts_and_ports(all.iter(), &all);
    }

    /// Keywords that say a host and no port, beside one that tells which program it is of.
    fn without_port(&mut self, all: &[Named]) {
        let said = |name: &str| all.iter().find(|it| it.name.eq_ignore_ascii_case(name));
        if said("port").is_some() {
            return;
        }
        for (host, beside, port) in known::KEYWORDS {
            let Some(named) = said(host).filter(|_| said(beside).is_some()) else {
                continue;
            };
            let host = Host::parse_in_url(&named.text).filter(is_full);
            if let Some(host) = host.filter(|it| self.is_elsewhere(it)) {
                self.add(Some(host).filter(|_| !named.is_late), port);
            }
        }
    }
}
