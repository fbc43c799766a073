//! `[routes]`: what an entry point makes of the components behind it.
//!
//! A path becomes the port's `path`, host and path become `public_url`, and the door `reaches` what it leads to: all else
//! follows from these keys as if the user had written them.

use super::{
    draft::Declared,
    edits::{edit, key, text},
    read,
    route_ports::{
        is_broken, leads_to_itself, no_http, other_prefix, page_port, place, ports, removed_prefix,
        runs_elsewhere, speaks_no_http, tells_no_prefix, twice, two_prefixes,
    },
    unknown,
};
use crate::{
    catalog::HTTP_PORT,
    diag::{Code, Diagnostic, Sink},
    model::{Purpose, Route, RouteEnd, RoutePath, RouteTls},
    source::Span,
    syntax::{Key, Node, Shared, Table, Value},
    text::one_of,
};
use std::collections::BTreeMap;

/// Where certificates are mounted in an entry point.
const CERTIFICATES: &str = "/etc/mlopsgen/tls";

/// Reads the routes and lays what follows from them over the components.
pub(super) fn routes(
    tree: &Table,
    components: &mut [Declared],
    lost: &[String],
    sink: &mut Sink,
) -> Vec<Route> {
    let mut routes = Vec::new();
    let mut seen = Seen::default();
    for (key, table) in read::tables(tree, "routes") {
        let mut reader = Reader {
            components,
            lost,
            sink,
        };
        if let Some(route) = reader.route(key, table, &mut seen) {
            routes.push(route);
        }
    }
    routes
}

/// What the routes before one say.
#[derive(Default)]
struct Seen<'t> {
    /// The paths, with host and path as one address, and what each leads to.
    addresses: Vec<(String, &'t Key, &'t Node)>,
    /// The first prefix of each port that the program is asked under.
    prefixes: BTreeMap<(usize, String), (String, Span)>,
}

struct Reader<'a> {
    components: &'a mut [Declared],
    lost: &'a [String],
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn route<'t>(&mut self, key: &Key, table: &'t Table, seen: &mut Seen<'t>) -> Option<Route> {
        let through = table.get("through")?;
        self.has_paths(key, table);
        let door = through.as_str().and_then(|name| {
            self.find(
                name,
                through.span,
                "declare it, of kind `nginx` or `traefik`",
                |it| !it.kind.routes.is_empty(),
            )
        });
        let (Some(door), Some(host)) = (door, table.string("host")) else {
            self.ends(table);
            return None;
        };
        let host = host.to_string();
        // What is wrong with one part hides nothing of the others.
        let tls = self.tls(table, door);
        let login = table.get("login").map(|node| self.login(node));
        let (Some(tls), Some(login)) = (tls, login.map_or(Some(None), |login| login.map(Some)))
        else {
            self.ends(table);
            return None;
        };
        let mut route = Route {
            name: key.name.clone(),
            door: self.components[door].name.clone(),
            host,
            origin: String::new(),
            tls,
            login: None,
            paths: Vec::new(),
            span: key.span,
            tls_span: place(table, "tls", key),
            login_span: place(table, "login", key),
        };
        route.origin = self.origin(&route, door);
        let origin = route.origin.clone();
        for (path, node) in read::entries(table, "paths") {
            let address = format!("{}{}", route.host, trimmed(&path.name));
            let mut known = seen.addresses.iter();
            match known.find(|(known, ..)| *known == address) {
                Some((_, first, to)) => {
                    let twice = twice(&route.host, (first, to), (path, node));
                    self.sink.push(twice);
                }
                None => {
                    seen.addresses.push((address, path, node));
                    let led = self.path((path, node), &origin, door, seen);
                    route.paths.extend(led);
                }
            }
        }
        if let Some((index, port)) = login {
            let name = self.components[index].name.clone();
            self.set_url(index, &port, &origin, key.span);
            self.reach(door, &format!("{name}.{port}"), key.span);
            route.login = Some(RouteEnd {
                component: name,
                port,
            });
        }
        match &route.tls {
            Some(RouteTls::Secret(secret)) => self.mount(door, secret, key.span),
            Some(RouteTls::Acme(address)) => self.set_acme(door, address, key.span),
            None => {}
        }
        let length = |path: &RoutePath| std::cmp::Reverse(path.path.len());
        route.paths.sort_by_key(length);
        Some(route)
    }

    /// Reports what its paths name wrongly, where the route itself can't be read. What stands behind it keeps its public
    /// address, so that nothing that asks for it is wrong too.
    fn ends(&mut self, table: &Table) {
        let scheme = table.get("tls").map_or("http", |_| "https");
        let host = table.string("host").unwrap_or_default();
        for (path, node) in read::entries(table, "paths") {
            if let Some((index, port)) = self.end(node) {
                let url = format!("{scheme}://{host}{}", trimmed(&path.name));
                self.set_url(index, &port, &url, path.span);
            }
        }
        let login = table.entry("login");
        if let Some((entry, (index, port))) =
            login.and_then(|it| Some((it, self.login(&it.value)?)))
        {
            self.set_url(index, &port, &format!("{scheme}://{host}"), entry.key.span);
        }
    }

    /// A route without a path leads nowhere.
    fn has_paths(&mut self, key: &Key, table: &Table) {
        let paths = table.entry("paths");
        let empty = paths.filter(|it| {
            it.value
                .as_table()
                .is_some_and(|it| it.iter().next().is_none())
        });
        if let Some(paths) = empty {
            let line = "\"/\" = \"COMPONENT\"";
            self.sink.push(
                Diagnostic::new(
                    Code::MissingKey,
                    format!("the route `{}` leads nowhere", key.name),
                )
                .label(paths.key.span, "names no path")
                .help(format!("say what stands behind it: `paths = {{ {line} }}`")),
            );
        }
    }

    /// The component of this name. `fits`: those that could be meant; `otherwise`: what to do where there is none.
    fn find(
        &mut self,
        name: &str,
        span: Span,
        otherwise: &str,
        fits: impl Fn(&Declared) -> bool,
    ) -> Option<usize> {
        let found = self.components.iter().position(|it| it.name == name);
        if found.is_none() && !self.lost.iter().any(|lost| lost == name) {
            let fitting = self.components.iter().filter(|it| fits(it));
            let known = self.sink.shown(fitting.map(|it| it.name.as_str()));
            let mut diagnostic = unknown("component", name, span, &known);
            if known.is_empty() {
                diagnostic.help = Some(otherwise.to_string());
            }
            self.sink.push(diagnostic);
        }
        found
    }

    /// `None`: the door can't have what was asked for, which was reported.
    fn tls(&mut self, table: &Table, door: usize) -> Option<Option<RouteTls>> {
        let through = table.get("through")?;
        let kind = &self.components[door].kind;
        if kind.routes.is_empty() {
            self.sink.push(
                Diagnostic::new(
                    Code::RoleMisfit,
                    format!("kind `{}` can't be an entry point", kind.name),
                )
                .label(through.span, "leads through this")
                .help("name a component of kind `nginx` or `traefik`"),
            );
            return None;
        }
        if self.components[door].external.is_some() {
            let wrong = runs_elsewhere(&self.components[door].name, through.span);
            self.sink.push(wrong);
            return None;
        }
        let Some(entry) = table.entry("tls") else {
            return Some(None);
        };
        let ways = entry.value.as_table()?;
        // Where the certificate comes from is not known. That there is one is known all the same.
        let unknown = Some(Some(RouteTls::Secret("certificate".to_string())));
        if ways.iter().any(|(_, node)| node.is_broken()) {
            return unknown;
        }
        let way = |name: &str| ways.string(name).map(ToString::to_string);
        let tls = match (way("secret"), way("acme")) {
            (Some(secret), None) => RouteTls::Secret(secret),
            (None, Some(acme)) => RouteTls::Acme(acme),
            (both, _) => {
                let (code, message) = match both {
                    Some(_) => (
                        Code::ConflictingKeys,
                        "`tls` names two sources of a certificate",
                    ),
                    None => (
                        Code::MissingKey,
                        "`tls` does not say where the certificate comes from",
                    ),
                };
                self.sink.push(
                    Diagnostic::new(code, message)
                        .label(entry.key.span, "one of the two")
                        .help(
                            "write `tls = { secret = \"NAME\" }` or `tls = { acme = \"ADDRESS\" }`",
                        ),
                );
                return unknown;
            }
        };
        let wanted = match tls {
            RouteTls::Secret(_) => "secret",
            RouteTls::Acme(_) => "acme",
        };
        if !kind.routes.iter().any(|way| way == wanted) {
            self.sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!("kind `{}` can't get certificates by `{wanted}`", kind.name),
                )
                .label(entry.key.span, "not with this one")
                .help(format!("it takes them from {}", one_of(&kind.routes))),
            );
            return unknown;
        }
        Some(Some(tls))
    }

    fn login(&mut self, node: &Node) -> Option<(usize, String)> {
        let index = self.find(
            node.as_str()?,
            node.span,
            "declare it, of kind `oauth2-proxy`",
            |it| it.is_for(Purpose::Login),
        )?;
        let declared = &self.components[index];
        if !declared.is_for(Purpose::Login) {
            self.sink.push(
                Diagnostic::new(
                    Code::RoleMisfit,
                    format!("`{}` can't ask people to log in", declared.name),
                )
                .label(node.span, format!("of kind `{}`", declared.kind.name))
                .help("name a component of kind `oauth2-proxy`"),
            );
            return None;
        }
        Some((index, page_port(declared)?))
    }

    /// Scheme, host and, where people do not come by the usual one, the port that the door publishes.
    fn origin(&self, route: &Route, door: usize) -> String {
        let (scheme, usual) = match route.tls {
            Some(_) => ("https", 443),
            None => ("http", 80),
        };
        let published = self.components[door]
            .user
            .get_path(&["ports", scheme, "host"]);
        match published.map(|node| &node.value) {
            Some(Value::Integer(port)) if *port != usual => {
                format!("{scheme}://{}:{port}", route.host)
            }
            _ => format!("{scheme}://{}", route.host),
        }
    }

    fn path(
        &mut self,
        (path, node): (&Key, &Node),
        origin: &str,
        door: usize,
        seen: &mut Seen<'_>,
    ) -> Option<RoutePath> {
        let (index, port) = self.end(node)?;
        let name = self.components[index].name.clone();
        if index == door && [HTTP_PORT, "https"].contains(&port.as_str()) {
            self.sink.push(leads_to_itself(path, &name, node.span));
            return None;
        }
        let prefix = trimmed(&path.name);
        let strip = node.as_table().and_then(|table| table.entry("strip"));
        let strip = strip.filter(|strip| strip.value.value == Value::Boolean(true));
        match strip {
            Some(strip) => self.set_no_path(index, &port, strip.key.span)?,
            None => self.serve_under(index, &port, (prefix, path.span), seen)?,
        }
        self.set_url(index, &port, &format!("{origin}{prefix}"), path.span);
        self.reach(door, &format!("{name}.{port}"), node.span);
        Some(RoutePath {
            path: match prefix {
                "" => "/".to_string(),
                prefix => prefix.to_string(),
            },
            strip: strip.is_some() && !prefix.is_empty(),
            to: RouteEnd {
                component: name,
                port,
            },
        })
    }

    /// The component and the port that a path leads to.
    fn end(&mut self, node: &Node) -> Option<(usize, String)> {
        let node = match node.as_table() {
            Some(table) => table.get("to")?,
            None => node,
        };
        let written = node.as_str()?;
        let (name, port) = match written.split_once('.') {
            Some((name, port)) => (name, Some(port.to_string())),
            None => (written, None),
        };
        let index = self.find(name, node.span, "declare it", |_| true)?;
        let declared = &self.components[index];
        match port.or_else(|| page_port(declared)) {
            Some(port) if ports(declared).contains(&port.as_str()) => {
                if is_broken(declared, &port) {
                    return None;
                }
                match no_http(declared, &port) {
                    Some(other) => {
                        let wrong = speaks_no_http(declared, &port, &other, node.span);
                        self.sink.push(wrong);
                        None
                    }
                    None => Some((index, port)),
                }
            }
            port => {
                let known = ports(declared);
                let port = port.as_deref().unwrap_or(HTTP_PORT);
                let mut diagnostic = unknown("port", port, node.span, &known);
                diagnostic.code = Code::UnknownPort;
                self.sink.push(diagnostic);
                None
            }
        }
    }

    /// The first prefix of a port is its `path`. A program that is told no prefix may be asked under more of them.
    fn serve_under(
        &mut self,
        index: usize,
        port: &str,
        (prefix, span): (&str, Span),
        seen: &mut Seen<'_>,
    ) -> Option<()> {
        let of = (index, port.to_string());
        let declared = &self.components[index];
        match seen.prefixes.get(&of) {
            None => {
                self.set_path(index, port, prefix, span)?;
                seen.prefixes.insert(of, (prefix.to_string(), span));
            }
            Some((first, _)) if first == prefix => {}
            Some(_) if tells_no_prefix(declared, port) => {}
            Some((_, first)) => {
                self.sink.push(two_prefixes(declared, port, *first, span));
                return None;
            }
        }
        Some(())
    }

    /// `ports.PORT.path`, unless it says the same already.
    fn set_path(&mut self, index: usize, port: &str, prefix: &str, span: Span) -> Option<()> {
        let declared = &mut self.components[index];
        if let Some(own) = declared.user.get_path(&["ports", port, "path"]) {
            if own.as_str().map(trimmed) == Some(prefix) {
                return Some(());
            }
            self.sink.push(other_prefix(declared, port, own.span, span));
            return None;
        }
        if prefix.is_empty() {
            return Some(());
        }
        edit(&mut declared.user, "ports", span, |ports| {
            edit(ports, port, span, |port| {
                port.set(key("path", span), text(prefix, span));
            });
        });
        Some(())
    }

    /// Nothing, as the entry point strips the path: a prefix of the port's own is reported.
    fn set_no_path(&mut self, index: usize, port: &str, span: Span) -> Option<()> {
        let declared = &self.components[index];
        let own = declared.user.get_path(&["ports", port, "path"]);
        let Some(own) = own.filter(|own| own.as_str().map(trimmed) != Some("")) else {
            return Some(());
        };
        self.sink
            .push(removed_prefix(declared, port, own.span, span));
        None
    }

    /// `public_url` of the component or, of another port than the one that people open, of the port, where nothing says it yet.
    fn set_url(&mut self, index: usize, port: &str, url: &str, span: Span) {
        let declared = &mut self.components[index];
        let set = |table: &mut Table| {
            if table.get("public_url").is_none() {
                table.set(key("public_url", span), text(url, span));
            }
        };
        match page_port(declared).as_deref() == Some(port) {
            true => set(&mut declared.user),
            false => edit(&mut declared.user, "ports", span, |ports| {
                edit(ports, port, span, set);
            }),
        }
    }

    fn reach(&mut self, door: usize, end: &str, span: Span) {
        let user = &mut self.components[door].user;
        if user.get("reaches").is_none() {
            let empty = Value::Array(Shared::default());
            user.set(key("reaches", span), Node { span, value: empty });
        }
        if let Some(Value::Array(items)) = user.get_mut("reaches").map(|node| &mut node.value)
            && !items.iter().any(|item| item.as_str() == Some(end))
        {
            items.push(text(end, span));
        }
    }

    /// `settings.acme` of the door, unless the user says another.
    fn set_acme(&mut self, door: usize, address: &str, span: Span) {
        edit(
            &mut self.components[door].user,
            "settings",
            span,
            |settings| {
                if settings.get("acme").is_none() {
                    settings.set(key("acme", span), text(address, span));
                }
            },
        );
    }

    fn mount(&mut self, door: usize, secret: &str, span: Span) {
        let path = format!("{CERTIFICATES}/{secret}.pem");
        edit(&mut self.components[door].user, "files", span, |files| {
            edit(files, &path, span, |file| {
                file.set(key("secret", span), text(secret, span));
            });
        });
    }
}

fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}
