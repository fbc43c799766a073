//! A host and its port in two variables: `DB_HOST` and `DB_PORT`.

use super::{
    addresses::{HOST, Published, publisher},
    browsers,
    strings::{Owner, StringUse, UserString},
};
use crate::{
    diag::{Code, Diagnostic},
    model::{Component, HostPort, Platform, Port, PortRange},
    reference,
    source::Span,
    syntax::{Table, key_text, quoted},
};

/// How the names of variables end that hold a host alone.
const HOSTS: [&str; 4] = ["HOSTNAME", "ADDRESS", "SERVER", "HOST"];

/// What stands before it where a program says on which address itself listens.
const LISTENS: [&str; 4] = ["BIND", "LISTEN", "LISTENER", "SERVER"];

/// Words of what a program itself opens a port for, which is on the machine's own address unless it says otherwise.
const OPENS: [&str; 8] = [
    "ADMIN",
    "BIND",
    "DEBUG",
    "EXPORTER",
    "LISTEN",
    "LISTENER",
    "MANAGEMENT",
    "METRICS",
];

/// The variable beside that of a host, with a number.
struct PortBeside {
    variable: String,
    number: u16,
    span: Span,
}

impl PortBeside {
    /// The help that says what to write for both. `why` follows it.
    fn helped(&self, diagnostic: Diagnostic, (host, port): (&str, &str), why: &str) -> Diagnostic {
        let variable = key_text(&self.variable);
        diagnostic
            .label(self.span, "and its port")
            .help(format!(
                "write `{host}`, and `env.{variable} = {}`{why}",
                quoted(port)
            ))
            .replacing(self.span, quoted(port))
    }
}

/// The port of the host that a variable holds, where that of the same name with `PORT` in it holds a number.
fn port_beside(string: &UserString<'_>, platform: &Platform) -> Option<PortBeside> {
    let StringUse::Variable(name) = string.how else {
        return None;
    };
    let variable = of_port(name)?;
    let written = match string.owner {
        Owner::Workload(workload) => &workload.written,
        Owner::Pipeline(name) => {
            &platform
                .pipelines
                .iter()
                .find(|it| it.name == name)?
                .written
        }
        Owner::Ci(_) => return None,
    };
    let env = written.table("env").filter(|env| is_of(env, string))?;
    let node = env.get(&variable)?;
    let number = node.scalar().parse().ok()?;
    Some(PortBeside {
        variable,
        number,
        span: node.span,
    })
    .filter(|port| port.span.source == string.span.source)
}

/// Whether a string is the value of one of these variables.
fn is_of(env: &Table, string: &UserString<'_>) -> bool {
    env.iter().any(|(_, node)| node.span == string.span)
}

/// `DB_PORT` for `DB_HOST`, `PGPORT` for `PGHOST`. `None`: it holds no host, or the one on which the program itself listens.
fn of_port(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let before = HOSTS.iter().find_map(|end| upper.strip_suffix(end))?.len();
    let (before, written) = name.split_at(before);
    let last = before.trim_end_matches('_').rsplit('_').next();
    let is_listening = last.is_none_or(|last| {
        last.is_empty() || LISTENS.contains(&last.to_ascii_uppercase().as_str())
    });
    let port = match written.contains(|c: char| c.is_ascii_lowercase()) {
        true => "port",
        false => "PORT",
    };
    (!is_listening).then(|| format!("{before}{port}"))
}

/// Whether a variable says where the program itself listens: `METRICS_HOST`, `OTEL_EXPORTER_PROMETHEUS_HOST`.
fn opens_port(string: &UserString<'_>) -> bool {
    let StringUse::Variable(name) = string.how else {
        return false;
    };
    let upper = name.to_ascii_uppercase();
    upper.split('_').any(|word| OPENS.contains(&word))
}

/// What is said of a component's name as a host, and the reference for it, where the port stands beside it.
pub(super) fn named(
    string: &UserString<'_>,
    (name, component): (&str, &Component),
    (diagnostic, why): (Diagnostic, &str),
    platform: &Platform,
) -> Option<(String, Diagnostic)> {
    let beside = port_beside(string, platform).filter(|_| string.text == name)?;
    let port = port_of(component, beside.number)?;
    let outside = component.outside_port.as_ref();
    if outside.is_some_and(|outside| outside.name == port.name) {
        return None;
    }
    let reference =
        |property| reference::written(&["components", &component.name, &port.name, property]);
    let host = reference("host");
    let why = format!(": {why}");
    let diagnostic = beside.helped(diagnostic, (&host, &reference("port")), &why);
    Some((host, diagnostic))
}

/// The port of a component that has this number, inside or on the machine.
fn port_of(component: &Component, number: u16) -> Option<&Port> {
    let holds = |range: PortRange| range.first <= number && number <= range.last;
    let mut ports = component.ports.iter();
    ports.find(|port| {
        holds(port.container) || matches!(port.host, Some(HostPort::Fixed(range)) if holds(range))
    })
}

/// The port of another component on the machine's own address: in a container that is the container itself.
pub(super) fn port_of_this_container(
    string: &UserString<'_>,
    published: &[Published<'_>],
    platform: &Platform,
) -> Option<Diagnostic> {
    let host = HOST.into_iter().find(|host| *host == string.text)?;
    if opens_port(string) {
        return None;
    }
    let beside = port_beside(string, platform)?;
    let (component, port) = publisher(string, published, beside.number)?;
    // What programs inside reach is another port, which has an address alone.
    let outside = component.outside_port.as_ref();
    if browsers::are_told(string) || outside.is_some_and(|outside| outside.name == port) {
        return None;
    }
    let reference = |property| reference::written(&["components", &component.name, port, property]);
    let message = format!(
        "{} looks for `{}` on `{host}`",
        string.owner.describe(),
        component.name
    );
    let written = reference("host");
    let diagnostic = Diagnostic::new(Code::BareAddress, message)
        .label(
            string.span,
            "in a container this is not the machine that publishes the port",
        )
        .renaming(host, written.clone());
    Some(beside.helped(diagnostic, (&written, &reference("port")), ""))
}
