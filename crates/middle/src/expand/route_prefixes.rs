//! Under which prefixes a port is asked by all routes: what a route makes of the port's `path`.
//!
//! In: the paths of the routes, in any order. Out: the prefix of each port as its `path`, where it has one alone. A program that
//! its kind tells a prefix is asked under no other.

use std::collections::BTreeMap;

use super::{
    draft::Declared,
    edits::{edit, key, text},
    route_ports::{other_prefix, removed_prefix, tells_no_prefix, two_prefixes},
};
use crate::{diag::Diagnostic, source::Span, syntax::Node};

/// What the routes so far say of each port.
#[derive(Default)]
pub(super) struct Prefixes {
    /// The first prefix that the program is asked under, and where it stands.
    first: BTreeMap<(usize, String), (String, Span)>,
    /// Where an entry point first takes the path away.
    stripped: BTreeMap<(usize, String), Span>,
}

/// A path of a route, and the port that it leads to.
pub(super) struct Led<'a> {
    /// The number of the component.
    pub component: usize,
    pub port: &'a str,
    /// Without a `/` at its end.
    pub prefix: &'a str,
    /// Where the route says what is reported.
    pub place: Span,
}

impl Prefixes {
    /// The program gets the path as people type it. One that is told no prefix may be asked under more of them, and without one.
    /// Errors: another path has told it another prefix, or takes its prefix away.
    pub fn pass_on(
        &mut self,
        led: &Led<'_>,
        declared: &mut Declared,
    ) -> Result<(), Box<Diagnostic>> {
        let of = (led.component, led.port.to_string());
        let is_free = tells_no_prefix(declared, led.port);
        let stripped = self.stripped.get(&of).filter(|_| !led.prefix.is_empty());
        if let Some(stripped) = stripped.filter(|_| !is_free) {
            return Err(Box::new(removed_prefix(
                declared, led.port, led.place, *stripped,
            )));
        }
        match self.first.get(&of) {
            None => {
                set_path(declared, led)?;
                self.first.insert(of, (led.prefix.to_string(), led.place));
            }
            Some((first, _)) if first == led.prefix => {}
            Some((_, place)) if is_free => clear_path(declared, led.port, *place),
            Some((_, first)) => {
                return Err(Box::new(two_prefixes(
                    declared, led.port, *first, led.place,
                )));
            }
        }
        Ok(())
    }

    /// The entry point takes the path away: the program must expect no prefix. Errors: it expects one.
    pub fn strip(&mut self, led: &Led<'_>, declared: &Declared) -> Result<(), Box<Diagnostic>> {
        let of = (led.component, led.port.to_string());
        let own = own_path(declared, led.port);
        let expected = own.filter(|own| own.as_str().map(trimmed) != Some(""));
        // What another path has made of the port binds no program that is told nothing.
        let by_route = self.first.get(&of).map(|(_, place)| *place);
        let is_free =
            |own: &&Node| by_route == Some(own.span) && tells_no_prefix(declared, led.port);
        if let Some(own) = expected.filter(|own| !is_free(own)) {
            return Err(Box::new(removed_prefix(
                declared, led.port, own.span, led.place,
            )));
        }
        self.stripped.entry(of).or_insert(led.place);
        Ok(())
    }
}

/// `ports.PORT.path`, unless it says the same already.
fn set_path(declared: &mut Declared, led: &Led<'_>) -> Result<(), Box<Diagnostic>> {
    let (prefix, place) = (led.prefix, led.place);
    if let Some(own) = own_path(declared, led.port) {
        if own.as_str().map(trimmed) == Some(prefix) {
            return Ok(());
        }
        return Err(Box::new(other_prefix(declared, led.port, own.span, place)));
    }
    if !prefix.is_empty() {
        edit(&mut declared.user, "ports", place, |ports| {
            edit(ports, led.port, place, |port| {
                port.set(key("path", place), text(prefix, place));
            });
        });
    }
    Ok(())
}

/// A program behind several prefixes serves under none of them: the one that a route has made of its port is no part of its address.
fn clear_path(declared: &mut Declared, port: &str, route: Span) {
    if own_path(declared, port).is_some_and(|own| own.span == route) {
        edit(&mut declared.user, "ports", route, |ports| {
            edit(ports, port, route, |port| {
                port.remove("path");
            });
        });
    }
}

/// The prefix that the port has without routes. `false` takes it away.
fn own_path<'a>(declared: &'a Declared, port: &str) -> Option<&'a Node> {
    let own = declared.user.get_path(&["ports", port, "path"]);
    own.filter(|own| !own.is_false() && !own.is_removed())
}

/// A path without a `/` at its end.
pub(super) fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}
