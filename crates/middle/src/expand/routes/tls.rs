//! Where the certificate of a route comes from.

use super::{Reader, Refused};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic},
    expand::route_ports::runs_elsewhere,
    model::RouteTls,
    syntax::{Entry, Node, Table},
    text::one_of,
};

impl Reader<'_> {
    /// `None`: the route has none. Errors: the door can't have what was asked for, which was reported.
    pub(super) fn tls(&mut self, table: &Table, door: usize) -> Result<Option<RouteTls>, Refused> {
        self.check_entry_point(table.get("through").ok_or(Refused)?, door)?;
        let Some(entry) = table.entry("tls") else {
            return Ok(None);
        };
        let ways = entry.value.as_table().ok_or(Refused)?;
        // Where the certificate comes from is not known. That there is one is known all the same.
        let unknown = Ok(Some(RouteTls::Secret("certificate".to_string())));
        if ways.iter().any(|(_, node)| node.is_broken()) {
            return unknown;
        }
        let kind = &self.components[door].kind;
        match certificate_source(entry, ways).and_then(|tls| fitting(kind, entry, tls)) {
            Ok(tls) => Ok(Some(tls)),
            Err(diagnostic) => {
                self.sink.push(*diagnostic);
                unknown
            }
        }
    }

    fn check_entry_point(&mut self, through: &Node, door: usize) -> Result<(), Refused> {
        let declared = &self.components[door];
        let kind = &declared.kind;
        let wrong = if kind.routes.is_empty() {
            Diagnostic::new(
                Code::RoleMisfit,
                format!("kind `{}` can't be an entry point", kind.name),
            )
            .label(through.span, "leads through this")
            .help("name a component of kind `nginx` or `traefik`")
        } else if declared.external.is_some() {
            runs_elsewhere(&declared.name, through.span)
        } else {
            return Ok(());
        };
        self.sink.push(wrong);
        Err(Refused)
    }
}

fn certificate_source(entry: &Entry, ways: &Table) -> Result<RouteTls, Box<Diagnostic>> {
    let way = |name: &str| ways.string(name).map(ToString::to_string);
    let (code, message) = match (way("secret"), way("acme")) {
        (Some(secret), None) => return Ok(RouteTls::Secret(secret)),
        (None, Some(acme)) => return Ok(RouteTls::Acme(acme)),
        (Some(_), Some(_)) => (
            Code::ConflictingKeys,
            "`tls` names two sources of a certificate",
        ),
        (None, None) => (
            Code::MissingKey,
            "`tls` does not say where the certificate comes from",
        ),
    };
    Err(Box::new(
        Diagnostic::new(code, message)
            .label(entry.key.span, "one of the two")
            .help("write `tls = { secret = \"NAME\" }` or `tls = { acme = \"ADDRESS\" }`"),
    ))
}

/// The same, where an entry point of this kind can get a certificate so.
fn fitting(kind: &Kind, entry: &Entry, tls: RouteTls) -> Result<RouteTls, Box<Diagnostic>> {
    let wanted = match tls {
        RouteTls::Secret(_) => "secret",
        RouteTls::Acme(_) => "acme",
    };
    if kind.routes.iter().any(|way| way == wanted) {
        return Ok(tls);
    }
    let message = format!("kind `{}` can't get certificates by `{wanted}`", kind.name);
    Err(Box::new(
        Diagnostic::new(Code::ConflictingKeys, message)
            .label(entry.key.span, "not with this one")
            .help(format!("it takes them from {}", one_of(&kind.routes))),
    ))
}
