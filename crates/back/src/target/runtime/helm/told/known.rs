//! Words by which texts say where a program connects to: schemes, names of variables, keys of configurations.

use std::net::IpAddr;

/// What stands for a secret in a text that is searched.
pub(super) const UNKNOWN: char = '\u{1}';

/// What stands for an address of the platform: its edge is in the graph.
pub(super) const OURS: char = '\u{2}';

pub(super) const HTTPS: u16 = 443;

/// Ports of URLs that name none, by their scheme; of `postgresql+psycopg2` each half is tried.
pub(super) const USUAL: [(&str, u16); 43] = [
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
    ("mqtts", 8883),
    ("stomp", 61613),
    ("kafka", 9092),
    ("sqlserver", 1433),
    ("mssql", 1433),
    ("oracle", 1521),
    ("cassandra", 9042),
    ("neo4j", 7687),
    ("bolt", 7687),
    ("elasticsearch", 9200),
    ("opensearch", 9200),
    ("memcached", 11211),
    ("etcd", 2379),
    ("hdfs", 8020),
    ("nfs", 2049),
    ("imaps", 993),
    ("imap", 143),
    ("grpcs", HTTPS),
    ("snowflake", HTTPS),
    ("databricks", HTTPS),
];

/// Where PagerDuty takes events (alertmanager, `config/config.go`).
pub(super) const PAGERDUTY: &str = "events.pagerduty.com";

/// What the last word of a key or a variable is that says an address without a scheme.
pub(super) const ADDRESSES: [&str; 18] = [
    "target",
    "targets",
    "server",
    "servers",
    "addr",
    "address",
    "addresses",
    "endpoint",
    "endpoints",
    "smarthost",
    "host",
    "hosts",
    "hostname",
    "broker",
    "brokers",
    "bootstrap",
    "master",
    "node",
];

/// The same of one that says a URL.
pub(super) const URLS: [&str; 6] = ["url", "urls", "uri", "uris", "dsn", "jdbc"];

/// The last words of variables that say a host whose port another one says.
pub(super) const HOSTS: [&str; 6] = ["hostname", "host", "server", "address", "addr", "endpoint"];

/// Programs as variables name them besides by their schemes.
pub(super) const PROGRAMS: [(&str, u16); 3] = [("pg", 5432), ("mongo", 27017), ("endpoint", HTTPS)];

/// A mail server listens on one of three ports.
pub(super) const OPEN: &str = "smtp";

/// Tables of configurations that hold words for people.
pub(super) const WORDS: [&str; 2] = ["annotations", "labels"];

/// How keys of URLs start that only people open.
pub(super) const FOR_PEOPLE: [&str; 6] =
    ["runbook", "dashboard", "external", "icon", "image", "thumb"];

/// Words of variables that hold a URL which others open, or a program's own.
const OF_OTHERS: [&str; 24] = [
    "redirect",
    "callback",
    "return",
    "logout",
    "login",
    "public",
    "external",
    "own",
    "self",
    "site",
    "home",
    "homepage",
    "canonical",
    "frontend",
    "runbook",
    "dashboard",
    "icon",
    "logo",
    "image",
    "avatar",
    "thumb",
    "docs",
    "help",
    "support",
];

/// Words of variables that say whom a program asks, before `HOST`. Others mostly say where the program itself is: `N8N_HOST`,
/// `VIRTUAL_HOST`, `POD_HOST`.
const ASKED: [&str; 19] = [
    "db",
    "database",
    "sql",
    "warehouse",
    "queue",
    "broker",
    "cache",
    "search",
    "ldap",
    "upstream",
    "remote",
    "proxy",
    "smtp",
    "imap",
    "mail",
    "email",
    "store",
    "storage",
    "vault",
];

/// Words of variables that say where a program itself listens, or by which name others know it.
const OWN: [&str; 14] = [
    "bind",
    "listen",
    "advertise",
    "advertised",
    "virtual",
    "public",
    "external",
    "cookie",
    "allowed",
    "trusted",
    "pod",
    "node",
    "self",
    "own",
];

/// Keywords of texts that say a database, without its port: where the host stands, what else stands there, and the usual port
/// (libpq; SQL Server's clients; those of MySQL for .NET).
pub(super) const KEYWORDS: [(&str, &str, u16); 3] = [
    ("host", "dbname", 5432),
    ("server", "database", 1433),
    ("server", "uid", 3306),
];

/// What turns something on or off, under a name that ends as one of a host does (`ENABLE_FORWARDED_HOST`).
const SWITCHES: [&str; 6] = ["true", "false", "yes", "no", "on", "off"];

/// Receivers of Alertmanager and discoveries of Prometheus that have a public address of their own where the configuration names
/// none.
pub(super) const HOSTED: [&str; 19] = [
    "sns_configs",
    "webex_configs",
    "rocketchat_configs",
    "ec2_sd_configs",
    "lightsail_sd_configs",
    "gce_sd_configs",
    "azure_sd_configs",
    "digitalocean_sd_configs",
    "hetzner_sd_configs",
    "linode_sd_configs",
    "scaleway_sd_configs",
    "vultr_sd_configs",
    "ionos_sd_configs",
    "pagerduty_configs",
    "opsgenie_configs",
    "pushover_configs",
    "telegram_configs",
    "victorops_configs",
    "wechat_configs",
];

/// Whether a text is a switch or a bare number, which no host is.
pub(super) fn is_switch(text: &str) -> bool {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_number || SWITCHES.iter().any(|it| text.eq_ignore_ascii_case(it))
}

pub(super) fn is_reached(address: IpAddr) -> bool {
    let address = address.to_canonical();
    !address.is_unspecified() && !address.is_multicast()
}

/// What a configuration is written in, by the ending of its file.
pub(super) enum Form {
    /// JSON is YAML.
    Yaml,
    /// `key = value` under headings: INI, properties, TOML.
    Lines,
}

pub(super) fn form(path: &str) -> Option<Form> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "yml" | "yaml" | "json" => Some(Form::Yaml),
        "ini" | "cfg" | "conf" | "cnf" | "properties" | "toml" | "env" => Some(Form::Lines),
        _ => None,
    }
}

/// The words of a name, in lower letters, with `_` between them: of `DB_HOST`, `db-host`, `db.host` and `dbHost` the same.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    let mut was_lower = false;
    for c in name.chars() {
        let is_mark = matches!(c, '_' | '-' | '.');
        let begins = is_mark || was_lower && c.is_ascii_uppercase();
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if begins && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if !is_mark {
            out.push(c.to_ascii_lowercase());
        }
    }
    if out.ends_with('_') {
        out.pop();
    }
    out
}

fn last_word(plain: &str) -> &str {
    plain.rsplit('_').next().unwrap_or_default()
}

/// Whether a key says an address without a scheme. `plain`: its words.
pub(super) fn is_address(plain: &str) -> bool {
    ADDRESSES.contains(&last_word(plain))
}

/// Whether a key says a URL that a program opens. `plain`: its words.
pub(super) fn is_url(key: &str, plain: &str) -> bool {
    let last = last_word(plain);
    let is_url = URLS.iter().any(|end| last.ends_with(end));
    is_url && !FOR_PEOPLE.iter().any(|it| key.starts_with(it))
}

/// Whether a variable says a URL that its program opens, as far as its name tells.
pub(super) fn is_opened(name: &str, plain: &str) -> bool {
    is_url(name, plain) && !plain.split('_').any(|it| OF_OTHERS.contains(&it))
}

/// Whether a variable says a host that its program asks, as far as its words tell.
pub(super) fn is_asked(plain: &str) -> bool {
    let (before, last) = plain.rsplit_once('_').unwrap_or(("", plain));
    let is_one = |list: &[&str]| before.split('_').any(|it| list.contains(&it));
    // `EMAIL_ADDRESS` is where people get mail.
    let is_mail = before.ends_with("mail");
    let is_host = HOSTS.contains(&last) && !(is_mail && last.starts_with("addr"));
    let is_program = || before.split('_').any(is_program);
    is_host && (is_one(&ASKED) || is_program()) && !is_one(&OWN)
}

/// Whether a word is the name of a program that others ask.
fn is_program(word: &str) -> bool {
    let mut named = PROGRAMS.iter().chain(&USUAL);
    named.any(|(known, _)| *known == word)
}

/// Whether a key names a file in which a URL stands.
pub(super) fn is_file_of_url(key: &str) -> bool {
    key == "url_file" || key.ends_with("_url_file")
}

/// The words of the names of a host's port. Nothing is before `HOST` alone, which is where a program listens. `plain`: the
/// words of the name of a variable that may say a host.
pub(super) fn ports_of(plain: &str) -> Option<[String; 2]> {
    let start = HOSTS.iter().find_map(|end| plain.strip_suffix(end))?;
    Some([format!("{start}port"), format!("{plain}_port")])
}

/// Whether a name says nothing but that it is a host: of a program's own, where it listens. `plain`: its words.
pub(super) fn is_bare(plain: &str) -> bool {
    HOSTS.contains(&plain)
}

/// The port of the program that a variable names. `plain`: its words.
pub(super) fn usual_of(plain: &str) -> Option<u16> {
    let mut words = plain.split('_').filter(|it| !it.starts_with(OPEN));
    words.find_map(|word| {
        let bare = word.strip_suffix("host").filter(|it| !it.is_empty());
        let word = bare.unwrap_or(word);
        let mut named = PROGRAMS.iter().chain(&USUAL);
        named
            .find(|(known, _)| *known == word)
            .map(|(_, port)| *port)
    })
}

pub(super) fn usual(scheme: &str) -> Option<u16> {
    let scheme = scheme.to_ascii_lowercase();
    let of = |name: &str| USUAL.iter().find(|(known, _)| *known == name);
    scheme.split('+').rev().find_map(of).map(|(_, port)| *port)
}
