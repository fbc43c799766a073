//! Entry points: components behind a host and paths.

use super::PublicAddress;
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub name: String,
    /// The component that takes the requests.
    pub door: String,
    pub host: String,
    /// How people start every address: `https://ml.example.com`.
    pub origin: PublicAddress,
    pub tls: Option<RouteTls>,
    /// The component that is asked before every request, and its port.
    pub login: Option<RouteEnd>,
    /// The longest first, so that the first one that fits is meant.
    pub paths: Vec<RoutePath>,
    pub span: Span,
    /// Where `tls` is written; without it, the route.
    pub tls_span: Span,
    /// The same of `login`.
    pub login_span: Span,
}

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteTls {
    /// The secret with the certificate and its key.
    Secret(String),
    /// The address that the authority writes to.
    Acme(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct RoutePath {
    /// Without a slash at the end, unless it is `/`.
    pub path: String,
    /// Whether the program gets requests without the path.
    pub strip: bool,
    pub to: RouteEnd,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RouteEnd {
    pub component: String,
    pub port: String,
}

impl Route {
    /// The secret that holds the certificate.
    pub fn secret(&self) -> Option<&str> {
        match &self.tls {
            Some(RouteTls::Secret(secret)) => Some(secret),
            _ => None,
        }
    }
}
