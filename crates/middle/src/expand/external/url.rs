//! A URL in the place of an address of `external`: its parts stand in keys of their own.

use super::Form;
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic},
    expand::read,
    syntax::{Entry, Node, quoted},
    text::all_of,
    value::{HostAndPort, UrlParts},
};

/// A URL that stands where an address is asked for.
pub(super) struct Reading<'a> {
    pub kind: &'a Kind,
    /// The key that it stands at, or that was meant.
    pub name: &'a str,
    /// The port that it is the address of.
    pub port: &'a str,
    pub url: UrlParts<'a>,
}

impl<'a> Reading<'a> {
    /// The host, without the log-in before it.
    pub(super) fn host(&self) -> &'a str {
        let address = self.address();
        match address.rsplit_once(':') {
            Some((host, _)) if HostAndPort::parse(address).is_some() => host,
            _ => address,
        }
    }

    /// Host and port: the port is the URL's own, else that of the kind, else the usual one of the scheme.
    pub(super) fn host_and_port(&self) -> String {
        let address = self.address();
        let of_kind = self.of_kind().and_then(read::container_port);
        let usual = match self.url.scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => of_kind,
        };
        match HostAndPort::parse(address) {
            Some(_) => address.to_string(),
            None => format!("{address}:{}", usual.or(of_kind).unwrap_or(80)),
        }
    }

    /// What is wrong, and what says each part of it.
    pub(super) fn fault(&self, entry: &Entry, form: Form) -> Diagnostic {
        let (key, node) = (&entry.key, &entry.value);
        let address = match form {
            Form::Host => self.host().to_string(),
            Form::Both => self.host_and_port(),
        };
        let mut beside = self.lines(form);
        beside.extend(self.login());
        let beside = match beside.is_empty() {
            true => String::new(),
            false => format!(", and {}", all_of(&beside)),
        };
        let lost = match self.lost_path() {
            Some(path) => format!("; `{path}` has no setting of kind `{}`", self.kind.name),
            None => String::new(),
        };
        let exposed = match self.has_password() {
            true => {
                ". The password is a secret: take a new one if this is a real one, the history of a repository keeps it"
            }
            false => "",
        };
        let diagnostic = Diagnostic::new(
            Code::BadValue,
            format!("`{}` of `external` is a URL", key.name),
        )
        .label(node.span, "an address has no scheme and no path")
        .help(format!(
            "write `{} = {}`{beside}{lost}{exposed}",
            self.name,
            quoted(&address)
        ))
        .replacing(node.span, quoted(&address));
        match self.name == key.name {
            true => diagnostic,
            false => diagnostic.replacing(key.span, self.name),
        }
    }

    fn address(&self) -> &'a str {
        let authority = self.url.authority;
        let authority = authority.split(['?', '#']).next().unwrap_or(authority);
        authority.rsplit_once('@').map_or(authority, |(_, it)| it)
    }

    fn of_kind(&self) -> Option<&'a Node> {
        self.kind.ports().and_then(|ports| ports.get(self.port))
    }

    /// Whether its path is one of pages, and not the name of a database.
    fn is_web(&self) -> bool {
        matches!(self.url.scheme, "http" | "https") || self.of_kind().is_none()
    }

    /// The keys of the port, and the settings of the kind.
    fn lines(&self, form: Form) -> Vec<String> {
        let mut keys = Vec::new();
        let of_kind = self.of_kind().and_then(Node::as_table);
        let usual = of_kind.and_then(|it| it.string("scheme")).unwrap_or("http");
        let scheme = self.url.scheme;
        // Of other schemes there are several names: `postgres` and `postgresql`, or with a driver.
        let is_secured = scheme.strip_suffix('s') == Some(usual);
        if scheme != usual && (self.is_web() || is_secured) {
            keys.push(format!("scheme = {}", quoted(scheme)));
        }
        let path = self.path();
        if self.is_web() && !path.is_empty() {
            keys.push(format!("path = {}", quoted(&format!("/{path}"))));
        }
        let is_named = form == Form::Both || self.of_kind().is_some();
        let port = if is_named { self.port } else { "PORT" };
        let mut lines = Vec::new();
        if !keys.is_empty() {
            lines.push(format!("ports.{port} = {{ {} }}", keys.join(", ")));
        }
        if !self.is_web() && !path.is_empty() && self.has_setting("database") {
            lines.push(format!("settings.database = {}", quoted(path)));
        }
        let tls = self.tls().filter(|_| self.has_setting("tls"));
        lines.extend(tls.map(|tls| format!("settings.tls = {}", quoted(tls))));
        lines
    }

    /// The user by name, and the password as the reference to a secret: its value is never repeated.
    fn login(&self) -> Vec<String> {
        let Some((login, _)) = self.url.authority.rsplit_once('@') else {
            return Vec::new();
        };
        let user = login.split(':').next().unwrap_or_default();
        let mut lines = Vec::new();
        if !user.is_empty() && self.has_setting("user") {
            lines.push(format!("settings.user = {}", quoted(user)));
        }
        if self.has_password() && self.has_setting("password") {
            lines.push("settings.password = \"${secrets.NAME}\"".to_string());
        }
        lines
    }

    fn has_password(&self) -> bool {
        let login = self.url.authority.rsplit_once('@');
        login.is_some_and(|(login, _)| login.contains(':'))
    }

    /// Without its slashes and what follows a question mark.
    fn path(&self) -> &'a str {
        let path = self.url.path.split(['?', '#']).next().unwrap_or_default();
        path.trim_matches('/')
    }

    /// A database that the kind has no setting for.
    fn lost_path(&self) -> Option<&'a str> {
        let is_lost = !self.is_web() && !self.has_setting("database");
        Some(self.path()).filter(|path| is_lost && !path.is_empty())
    }

    /// How the query asks for TLS, in the words of the setting (libpq's and MySQL's names of it).
    fn tls(&self) -> Option<&'static str> {
        let whole = [self.url.authority, self.url.path].concat();
        let (_, query) = whole.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, mode) = pairs.find(|(name, _)| matches!(*name, "sslmode" | "ssl-mode"))?;
        match mode.to_ascii_lowercase().as_str() {
            "disable" | "disabled" => Some("off"),
            "require" | "required" => Some("require"),
            "verify-ca" | "verify_ca" | "verify-full" | "verify_identity" => Some("verify-full"),
            _ => None,
        }
    }

    fn has_setting(&self, name: &str) -> bool {
        self.kind.settings.iter().any(|it| it.name == name)
    }
}
