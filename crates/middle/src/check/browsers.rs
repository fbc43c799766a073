//! Addresses that a program hands on to browsers: the origins that may call it, where a log-in leads back, what a page is built with.
//! A browser finds neither a component's name nor what is `localhost` for the program alone; it comes by the public address.

use super::strings::{StringUse, UserString};
use crate::{
    diag::{Code, Diagnostic},
    model::{Component, HostPort},
    reference,
};

/// What builders of pages put into what browsers load.
const BUILT_IN: [&str; 7] = [
    "NEXT_PUBLIC_",
    "NUXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "REACT_APP_",
    "VUE_APP_",
    "GATSBY_",
    "VITE_",
];

/// Words in the names of variables whose values are for browsers.
const WORDS: [&str; 7] = [
    "CORS",
    "ORIGIN",
    "ORIGINS",
    "REDIRECT",
    "REDIRECTS",
    "CALLBACK",
    "CALLBACKS",
];

/// Whether a string is handed on to browsers, by the name of its variable or its build argument.
pub(super) fn are_told(string: &UserString<'_>) -> bool {
    let (StringUse::Variable(name) | StringUse::Named(name) | StringUse::OfFile(name, _)) =
        string.how
    else {
        return false;
    };
    let name = name.to_ascii_uppercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    BUILT_IN.iter().any(|start| name.starts_with(start)) || words.any(|it| WORDS.contains(&it))
}

/// The warning for an address in such a string. `written` is the host, or the host and a number, that leads to a port of the component.
pub(super) fn lint(
    string: &UserString<'_>,
    written: &str,
    (component, port): (&Component, &str),
) -> Diagnostic {
    let public = reference::written(&["components", &component.name, port, "public_url"]);
    let diagnostic = Diagnostic::new(
        Code::BareAddress,
        format!(
            "{} tells browsers that `{}` is at `{written}`",
            string.owner.describe(),
            component.name
        ),
    )
    .label(
        string.span,
        "browsers come by the public address, which may be another one",
    );
    let is_published = component
        .port(port)
        .is_some_and(|port| matches!(port.host, Some(HostPort::Fixed(_))))
        || component.declared_public_url(port).is_some();
    if !is_published {
        return diagnostic.help(format!(
            "publish the port, or say where people reach it with `public_url`; then `{public}` is its address"
        ));
    }
    if let StringUse::OfFile(variable, _) = string.how {
        return diagnostic.help(format!(
            "take the line out of the file, and write the value as `env.{variable}`, with `{public}` for the address"
        ));
    }
    match with_scheme(string.text, written) {
        Some(url) => diagnostic
            .help(format!("write `{public}`"))
            .renaming(&url, public),
        // A host alone has no reference of its own.
        None => diagnostic.help(format!(
            "the whole address is `{public}`: have the program read that"
        )),
    }
}

/// The address with the scheme that stands before it.
fn with_scheme(text: &str, written: &str) -> Option<String> {
    let schemes = ["http", "https", "ws", "wss"].into_iter();
    let mut urls = schemes.map(|scheme| format!("{scheme}://{written}"));
    urls.find(|url| {
        text.match_indices(url.as_str())
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()))
    })
}
