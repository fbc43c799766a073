//! `[routes]`: what an entry point makes of the components behind it.
//!
//! A path becomes the port's `path`, host and path become `public_url`, and the door `reaches` what it leads to: all else
//! follows from these keys as if the user had written them.

use super::{
    draft::Declared,
    read,
    route_edits::{Origin, mount, reach, set_acme, set_url},
    route_ports::{
        is_broken, leads_to_itself, no_http, page_port, place, ports, runs_elsewhere,
        speaks_no_http, twice,
    },
    route_prefixes::{Led, Prefixes, trimmed},
    unknown,
};
use crate::{
    catalog::HTTP_PORT,
    diag::{Code, Diagnostic, Sink, nearest},
    language::NameRule,
    model::{PublicAddress, Purpose, Route, RouteEnd, RoutePath, RouteTls},
    source::Span,
    syntax::{Key, Node, Table, Value, inline},
    text::one_of,
};

/// Reads the routes and lays what follows from them over the components.
pub(super) fn routes(
    tree: &Table,
    components: &mut [Declared],
    lost: &[String],
    sink: &mut Sink,
) -> Vec<Route> {
    let mut routes = Vec::new();
    let mut seen = Seen::default();
    let mut is_whole = !tree.get("routes").is_some_and(Node::is_broken);
    for (key, node) in read::entries(tree, "routes") {
        let mut reader = Reader {
            components,
            lost,
            sink,
        };
        let table = node.as_table();
        match table.and_then(|table| reader.route(key, table, &mut seen)) {
            Some(route) => routes.push(route),
            None => is_whole = false,
        }
    }
    if !is_whole {
        // What a route that can't be read would make of its door is not known.
        let doors = components.iter().filter(|it| !it.kind.routes.is_empty());
        doors.for_each(|door| sink.lessen(door.span));
    }
    logins(&routes, tree, sink);
    routes
}

/// Reports log-ins before hosts with a certificate and hosts without. Their cookie is marked as secure or it is not: with the mark a
/// browser does not send it to the plain host, and nobody can log in there; without it it goes over the net in the open.
fn logins(routes: &[Route], tree: &Table, sink: &mut Sink) {
    let asked = |route: &Route| Some(route.login.as_ref()?.component.clone());
    for plain in routes.iter().filter(|route| route.tls.is_none()) {
        let Some(login) = asked(plain) else { continue };
        let mut others = routes.iter().filter(|route| route.tls.is_some());
        let Some(secure) = others.find(|route| asked(route).as_deref() == Some(&login)) else {
            continue;
        };
        let (here, there) = (&plain.host, &secure.host);
        let message =
            format!("the log-in `{login}` is for `{there}` over https and `{here}` over http");
        let diagnostic = Diagnostic::new(Code::ConflictingKeys, message)
            .label(
                plain.login_span,
                "no certificate: its cookie would go in the open",
            )
            .label(
                secure.login_span,
                "a secure cookie, which browsers send over https alone",
            );
        let tls = tree.get_path(&["routes", &secure.name, "tls"]);
        let line = tls.map(|tls| format!("tls = {}", inline(tls)));
        sink.push(match line {
            Some(line) => diagnostic
                .help(format!(
                    "write `{line}` in `[routes.{}]`, or declare a log-in of its own for it",
                    plain.name
                ))
                .adding(plain.span, line),
            None => diagnostic.help("declare a log-in of its own for each"),
        });
    }
}

/// What the routes before one say.
#[derive(Default)]
struct Seen<'t> {
    /// The paths, with host and path as one address, and what each leads to.
    addresses: Vec<(String, &'t Key, &'t Node)>,
    prefixes: Prefixes,
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
        let Some(door) = door else {
            self.ends(table);
            return None;
        };
        // What is wrong with one part hides nothing of the others.
        let tls = self.tls(table, door);
        let Some(host) = table.string("host").map(ToString::to_string) else {
            self.ends(table);
            return None;
        };
        let login = table.get("login").map(|node| self.login(node));
        let (Some(tls), Some(login)) = (tls, login.map_or(Some(None), |login| login.map(Some)))
        else {
            self.ends(table);
            return None;
        };
        let origin = self.origin(&host, &tls, door);
        let mut route = Route {
            name: key.name.clone(),
            door: self.components[door].name.clone(),
            host,
            origin: PublicAddress::parse(&origin.address, origin.published)?,
            tls,
            login: None,
            paths: Vec::new(),
            span: key.span,
            tls_span: place(table, "tls", key),
            login_span: place(table, "login", key),
        };
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
            set_url(&mut self.components[index], &port, &origin, "", key.span);
            reach(
                &mut self.components[door],
                &format!("{name}.{port}"),
                key.span,
            );
            route.login = Some(RouteEnd {
                component: name,
                port,
            });
        }
        match &route.tls {
            Some(RouteTls::Secret(secret)) => mount(&mut self.components[door], secret, key.span),
            Some(RouteTls::Acme(address)) => {
                set_acme(&mut self.components[door], address, key.span);
            }
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
                let origin = Origin::plain(format!("{scheme}://{host}"));
                set_url(
                    &mut self.components[index],
                    &port,
                    &origin,
                    below(path),
                    path.span,
                );
            }
        }
        let login = table.entry("login");
        if let Some((entry, (index, port))) =
            login.and_then(|it| Some((it, self.login(&it.value)?)))
        {
            let origin = Origin::plain(format!("{scheme}://{host}"));
            set_url(
                &mut self.components[index],
                &port,
                &origin,
                "",
                entry.key.span,
            );
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
            // What was misspelled is read as what was meant: it keeps its public address.
            let near = nearest(name, known).map(ToString::to_string);
            return near.and_then(|near| self.components.iter().position(|it| it.name == near));
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

    /// Scheme and host and, where people do not come by the usual one, the port that the door publishes.
    fn origin(&self, host: &str, tls: &Option<RouteTls>, door: usize) -> Origin {
        let (scheme, usual) = match tls {
            Some(_) => ("https", 443),
            None => ("http", 80),
        };
        let published = self.components[door]
            .user
            .get_path(&["ports", scheme, "host"]);
        let published = match published.map(|node| &node.value) {
            Some(Value::Integer(port)) if *port != usual => u16::try_from(*port).ok(),
            _ => None,
        };
        Origin {
            address: format!("{scheme}://{host}"),
            published,
        }
    }

    fn path(
        &mut self,
        (path, node): (&Key, &Node),
        origin: &Origin,
        door: usize,
        seen: &mut Seen<'_>,
    ) -> Option<RoutePath> {
        let (index, port) = self.end(node)?;
        let name = self.components[index].name.clone();
        if index == door && [HTTP_PORT, "https"].contains(&port.as_str()) {
            self.sink.push(leads_to_itself(path, &name, node.span));
            return None;
        }
        let prefix = below(path);
        let strip = node.as_table().and_then(|table| table.entry("strip"));
        let strip = strip.filter(|strip| strip.value.value == Value::Boolean(true));
        let led = Led {
            component: index,
            port: &port,
            prefix,
            place: strip.map_or(path.span, |strip| strip.key.span),
        };
        let is_path = NameRule::WebPath.accepts(&path.name);
        let declared = &mut self.components[index];
        let fits = match strip {
            _ if !is_path => Ok(()),
            Some(_) => seen.prefixes.strip(&led, declared),
            None => seen.prefixes.pass_on(&led, declared),
        };
        // What is wrong with the path hides nothing of the address.
        set_url(declared, &port, origin, prefix, path.span);
        if let Err(wrong) = fits {
            self.sink.push(*wrong);
            return None;
        }
        if !is_path {
            return None;
        }
        reach(
            &mut self.components[door],
            &format!("{name}.{port}"),
            node.span,
        );
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
        if declared.user.get("ports").is_some_and(Node::is_broken) {
            return None;
        }
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
}

/// What a path adds to an address; nothing where it is none, which was reported.
fn below(path: &Key) -> &str {
    match NameRule::WebPath.accepts(&path.name) {
        true => trimmed(&path.name),
        false => "",
    }
}
