//! `[routes]`: what an entry point makes of the components behind it.
//!
//! A path becomes the port's `path`, host and path become `public_url`, and the door `reaches` what it leads to: all else
//! follows from these keys as if the user had written them.

mod tls;

use super::{
    draft::Declared,
    read,
    route_edits::{Origin, mount, reach, set_acme, set_url},
    route_ports::{
        is_broken, leads_to_itself, no_http, page_port, path_written_twice, place, ports,
        speaks_no_http,
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
        doors.for_each(|door| sink.mark_incomplete(door.span));
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

/// A component, by its place, and a port of it that a route leads to.
struct ReachedPort {
    index: usize,
    port: String,
}

/// Where people come in: the host, its address, and the place of the component behind it.
struct Entrance {
    host: String,
    origin: Origin,
    door: usize,
}

/// What a route asks for can't be had, which was reported.
struct Refused;

struct Reader<'a> {
    components: &'a mut [Declared],
    lost: &'a [String],
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn route<'t>(&mut self, key: &Key, table: &'t Table, seen: &mut Seen<'t>) -> Option<Route> {
        let through = table.get("through")?;
        self.report_no_paths(key, table);
        let Some(door) = self.entry_point(through) else {
            self.keep_addresses_of_unread_route(table);
            return None;
        };
        // What is wrong with one part hides nothing of the others.
        let tls = self.tls(table, door);
        let Some(host) = table.string("host").map(ToString::to_string) else {
            self.keep_addresses_of_unread_route(table);
            return None;
        };
        let login = table.get("login").map(|node| self.login(node));
        let (Ok(tls), Ok(login)) = (tls, login.transpose()) else {
            self.keep_addresses_of_unread_route(table);
            return None;
        };
        let origin = self.origin(&host, &tls, door);
        let address = PublicAddress::parse(&origin.address, origin.published)?;
        let entrance = Entrance { host, origin, door };
        let paths = self.paths(table, &entrance, seen);
        let login = login.map(|to| self.lead_to_login(to, &entrance, key.span));
        self.give_certificate(tls.as_ref(), door, key.span);
        Some(Route {
            name: key.name.clone(),
            door: self.components[door].name.clone(),
            host: entrance.host,
            origin: address,
            tls,
            login,
            paths,
            span: key.span,
            tls_span: place(table, "tls", key),
            login_span: place(table, "login", key),
        })
    }

    fn entry_point(&mut self, through: &Node) -> Option<usize> {
        self.find(
            through.as_str()?,
            through.span,
            "declare it, of kind `nginx` or `traefik`",
            |it| !it.kind.routes.is_empty(),
        )
    }

    /// The paths of a route, the longest first.
    fn paths<'t>(
        &mut self,
        table: &'t Table,
        entrance: &Entrance,
        seen: &mut Seen<'t>,
    ) -> Vec<RoutePath> {
        let mut paths = Vec::new();
        for (path, node) in read::entries(table, "paths") {
            let address = format!("{}{}", entrance.host, trimmed(&path.name));
            let mut known = seen.addresses.iter();
            match known.find(|(known, ..)| *known == address) {
                Some((_, first, to)) => {
                    let twice = path_written_twice(&entrance.host, (first, to), (path, node));
                    self.sink.push(twice);
                }
                None => {
                    seen.addresses.push((address, path, node));
                    paths.extend(self.path((path, node), entrance, seen));
                }
            }
        }
        paths.sort_by_key(|path| std::cmp::Reverse(path.path.len()));
        paths
    }

    /// The log-in gets the address of the route, and the door leads there.
    fn lead_to_login(&mut self, to: ReachedPort, entrance: &Entrance, span: Span) -> RouteEnd {
        let ReachedPort { index, port } = to;
        let declared = &mut self.components[index];
        let component = declared.name.clone();
        set_url(declared, &port, &entrance.origin, "", span);
        let door = &mut self.components[entrance.door];
        reach(door, &format!("{component}.{port}"), span);
        RouteEnd { component, port }
    }

    fn give_certificate(&mut self, tls: Option<&RouteTls>, door: usize, span: Span) {
        let door = &mut self.components[door];
        match tls {
            Some(RouteTls::Secret(secret)) => mount(door, secret, span),
            Some(RouteTls::Acme(address)) => set_acme(door, address, span),
            None => {}
        }
    }

    /// Reports what its paths name wrongly, where the route itself can't be read. What stands behind it keeps its public
    /// address, so that nothing that asks for it is wrong too.
    fn keep_addresses_of_unread_route(&mut self, table: &Table) {
        let scheme = table.get("tls").map_or("http", |_| "https");
        let host = table.string("host").unwrap_or_default();
        let origin = Origin::plain(format!("{scheme}://{host}"));
        for (path, node) in read::entries(table, "paths") {
            if let Some(ReachedPort { index, port }) = self.end(node) {
                let declared = &mut self.components[index];
                set_url(declared, &port, &origin, below(path), path.span);
            }
        }
        if let Some(entry) = table.entry("login")
            && let Ok(ReachedPort { index, port }) = self.login(&entry.value)
        {
            let declared = &mut self.components[index];
            set_url(declared, &port, &origin, "", entry.key.span);
        }
    }

    /// Reports a route without a path: it leads nowhere.
    fn report_no_paths(&mut self, key: &Key, table: &Table) {
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

    fn login(&mut self, node: &Node) -> Result<ReachedPort, Refused> {
        let name = node.as_str().ok_or(Refused)?;
        let otherwise = "declare it, of kind `oauth2-proxy`";
        let found = self.find(name, node.span, otherwise, |it| it.is_for(Purpose::Login));
        let index = found.ok_or(Refused)?;
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
            return Err(Refused);
        }
        let port = page_port(declared).ok_or(Refused)?;
        Ok(ReachedPort { index, port })
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
        entrance: &Entrance,
        seen: &mut Seen<'_>,
    ) -> Option<RoutePath> {
        let ReachedPort { index, port } = self.end(node)?;
        let name = self.components[index].name.clone();
        if index == entrance.door && [HTTP_PORT, "https"].contains(&port.as_str()) {
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
        set_url(declared, &port, &entrance.origin, prefix, path.span);
        if let Err(wrong) = fits {
            self.sink.push(*wrong);
            return None;
        }
        if !is_path {
            return None;
        }
        let door = &mut self.components[entrance.door];
        reach(door, &format!("{name}.{port}"), node.span);
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
    fn end(&mut self, node: &Node) -> Option<ReachedPort> {
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
                    None => Some(ReachedPort { index, port }),
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
