//! What routes lay over the components behind an entry point, and over the entry point itself.

use super::{
    draft::Declared,
    edits::{edit, key, text},
    route_ports::page_port,
};
use crate::{
    source::Span,
    syntax::{Node, Shared, Table, Value},
};

/// Where certificates are mounted in an entry point.
const CERTIFICATES: &str = "/etc/mlopsgen/tls";

/// How the addresses of a route start.
pub(super) struct Origin {
    /// Scheme and host.
    pub address: String,
    /// What the door publishes, where people have to name it.
    pub published: Option<u16>,
}

impl Origin {
    pub(super) fn plain(address: String) -> Self {
        Self {
            address,
            published: None,
        }
    }
}

/// `public_url` of the component or, of another port than the one that people open, of the port, where nothing says it yet.
pub(super) fn set_url(
    declared: &mut Declared,
    port: &str,
    origin: &Origin,
    path: &str,
    span: Span,
) {
    let url = format!("{}{path}", origin.address);
    let mut is_ours = false;
    let mut set = |table: &mut Table| {
        if table.get("public_url").is_none() {
            table.set(key("public_url", span), text(&url, span));
            is_ours = true;
        }
    };
    match page_port(declared).as_deref() == Some(port) {
        true => set(&mut declared.user),
        false => edit(&mut declared.user, "ports", span, |ports| {
            edit(ports, port, span, set);
        }),
    }
    if let Some(number) = origin.published.filter(|_| is_ours) {
        declared.doors.push((port.to_string(), number));
    }
}

pub(super) fn reach(door: &mut Declared, end: &str, span: Span) {
    let user = &mut door.user;
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
pub(super) fn set_acme(door: &mut Declared, address: &str, span: Span) {
    edit(&mut door.user, "settings", span, |settings| {
        if settings.get("acme").is_none() {
            settings.set(key("acme", span), text(address, span));
        }
    });
}

pub(super) fn mount(door: &mut Declared, secret: &str, span: Span) {
    let path = format!("{CERTIFICATES}/{secret}.pem");
    edit(&mut door.user, "files", span, |files| {
        edit(files, &path, span, |file| {
            file.set(key("secret", span), text(secret, span));
        });
    });
}
