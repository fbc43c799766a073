//! Where people reach a program: a URL with nothing behind its path. And paths of URLs.

use super::{Host, HostAndPort, is_domain};
use crate::text::is_hidden;

/// Whether it is a path of a URL as RFC 3986 writes it (3.3), that everybody reads alike: it starts with `/`, and has no `//` and
/// none of the names `.` and `..`, which some programs resolve and others take as they are.
pub fn is_url_path(text: &str) -> bool {
    let is_character = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/%".contains(c);
    has_one_spelling(text) && text.chars().all(is_character) && is_encoded_well(text)
}

/// Whether it is such a path, with or without a query: `/metrics?format=prometheus`. Other characters stand in both as they are:
/// who asks encodes them. But `\` is `/` for some, `#` ends what is asked for, and of spaces only a plain one that does not end
/// the text can be seen.
pub fn is_request_path(text: &str) -> bool {
    let path = text.split_once('?').map_or(text, |(path, _)| path);
    let is_space = |c: char| c.is_whitespace() && c != ' ';
    let is_unclear = |c: char| is_hidden(c) || is_space(c) || c == '\\' || c == '#';
    has_one_spelling(path)
        && !text.contains(is_unclear)
        && !text.ends_with(' ')
        && is_encoded_well(text)
}

fn has_one_spelling(path: &str) -> bool {
    let Some(inner) = path.strip_prefix('/') else {
        return false;
    };
    let names: Vec<&str> = inner.split('/').collect();
    let is_dots =
        |name: &str| [".", ".."].contains(&name.to_ascii_lowercase().replace("%2e", ".").as_str());
    let is_last = |index: usize| index + 1 == names.len();
    let mut names_in_order = names.iter().enumerate();
    names_in_order.all(|(index, name)| !is_dots(name) && (!name.is_empty() || is_last(index)))
}

/// Whether two hexadecimal digits follow each `%`.
fn is_encoded_well(text: &str) -> bool {
    let mut encoded = text.split('%').skip(1);
    encoded.all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Whether it is something without spaces, and not nothing.
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || is_hidden(c))
}

/// Whether it is the URL of something that a program calls: a login, a path and a query may stand in it.
pub fn is_url(text: &str) -> bool {
    let schemes = ["https://", "http://"];
    let Some(rest) = schemes.iter().find_map(|it| text.strip_prefix(it)) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let is_host = Host::parse_in_url(host).is_some() || HostAndPort::parse(host).is_some();
    // Of a query Go reads nothing until somebody asks for it.
    let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let path = before.split('?').next().unwrap_or_default();
    is_host && is_word(text) && is_encoded_well(path) && is_encoded_well(fragment)
}

/// What has a meaning of its own in a line of addresses (RFC 5322, 3.2.3).
const SPECIAL: [char; 13] = [
    '(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '"', '\u{7f}',
];

/// Whether it is an address for mails: `ops@example.com`.
pub fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, domain)| {
        let is_name = is_word(name) && !name.contains(SPECIAL);
        let mut words = name.split('.');
        is_name && words.all(|word| !word.is_empty()) && is_domain(&domain.to_lowercase())
    })
}

/// The same, with a name before it or without: `Team <ops@example.com>`, `"Team, ML" <ops@example.com>`.
pub fn is_mailbox(text: &str) -> bool {
    let inner = text.strip_suffix('>').and_then(|text| text.split_once('<'));
    let Some((name, address)) = inner else {
        return is_email(text);
    };
    let name = name.trim();
    let quoted = name.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let is_name = match quoted {
        Some(name) => !name.contains(['"', '\\']),
        None => !name.contains(SPECIAL),
    };
    is_name && !name.contains(is_hidden) && is_email(address)
}

/// Whether it is the URL of a page that people open, with whatever follows the host.
pub fn is_page(text: &str) -> bool {
    let schemes = ["https://", "http://"];
    let rest = schemes.iter().find_map(|it| text.strip_prefix(it));
    let starts = |rest: &str| rest.starts_with(|c: char| c != '/' && !c.is_whitespace());
    rest.is_some_and(starts) && !text.contains(is_hidden)
}

/// Any URL, taken apart and not checked: `SCHEME://AUTHORITY/PATH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlParts<'a> {
    pub scheme: &'a str,
    /// Host and port, with a login if there is one; empty in the URL of a file.
    pub authority: &'a str,
    /// From its slash to the end of the text; empty where the authority ends the text.
    pub path: &'a str,
}

impl<'a> UrlParts<'a> {
    /// `None`: the text has no `://`.
    pub fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        Some(Self {
            scheme,
            authority,
            path,
        })
    }

    /// The host as it is written, without a login and the port; an address of IPv6 has its brackets.
    pub fn host(&self) -> &'a str {
        let authority = self.authority;
        let address = authority.rsplit_once('@').map_or(authority, |(_, it)| it);
        split_port(address).0
    }

    /// The port as it is written.
    pub fn port(&self) -> Option<&'a str> {
        split_port(self.authority).1
    }
}

/// The port that a URL of this scheme means where it names none.
pub fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Host and port of an authority. The colons of an IPv6 address stand in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// `https://ml.example.com/mlflow`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
    /// Where the host starts, and where it ends with its port.
    authority: (usize, usize),
}

impl WebAddress {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let start = ["https://", "http://"]
            .iter()
            .find(|scheme| text.starts_with(**scheme))?
            .len();
        let end = text[start..]
            .find('/')
            .map_or(text.len(), |length| start + length);
        let (authority, path) = text[start..].split_at(end - start);
        let scheme = &text[..start - "://".len()];
        let is_host =
            Host::parse_in_url(authority).is_some() || HostAndPort::parse(authority).is_some();
        // Configurations read the three others as their own.
        let is_path = path.is_empty()
            || is_url_path(path) && !path.ends_with('/') && !path.contains(['$', '&', '\'']);
        let fits = is_host && is_path;
        // Browsers and programs leave out the port that the scheme means, and compare addresses as texts.
        let (host, port) = split_port(authority);
        let port = port.filter(|port| port.parse().ok() != usual_port(scheme));
        let authority = port.map_or(host.to_string(), |port| format!("{host}:{port}"));
        fits.then(|| Self {
            text: format!("{scheme}://{authority}{path}"),
            authority: (start, start + authority.len()),
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: what a browser sends as the origin.
    pub fn origin(&self) -> &str {
        &self.text[..self.authority.1]
    }

    /// What follows the host, without a slash at the end; empty for the root.
    pub fn path(&self) -> &str {
        &self.text[self.authority.1..]
    }

    /// Host and port, which follows from the scheme if the URL names none.
    pub fn host_and_port(&self) -> (&str, u16) {
        let scheme = &self.text[..self.authority.0 - "://".len()];
        let (host, port) = split_port(self.authority());
        let port = port.and_then(|digits| digits.parse().ok());
        (host, port.or(usual_port(scheme)).unwrap_or_default())
    }

    /// Host and, where the URL names one, port: what a client sends as the host.
    pub fn authority(&self) -> &str {
        &self.text[self.authority.0..self.authority.1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_has_an_origin_and_an_authority() {
        let address = WebAddress::parse("https://ml.example.com:8443/mlflow/").expect("a URL");
        assert_eq!(address.as_str(), "https://ml.example.com:8443/mlflow");
        assert_eq!(address.origin(), "https://ml.example.com:8443");
        assert_eq!(address.path(), "/mlflow");
        assert_eq!(address.authority(), "ml.example.com:8443");
        assert_eq!(address.host_and_port(), ("ml.example.com", 8443));
        for (text, same) in [
            ("https://ml.example.com:443/x", "https://ml.example.com/x"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://ml.example.com:443", "http://ml.example.com:443"),
        ] {
            assert_eq!(WebAddress::parse(text).expect("a URL").as_str(), same);
        }
        let address = WebAddress::parse("https://[::1]").expect("a URL");
        assert_eq!(address.host_and_port(), ("[::1]", 443));
    }

    #[test]
    fn a_url_is_taken_apart() {
        for (text, scheme, authority, path, port) in [
            ("http://a:80/b?c", "http", "a:80", "/b?c", Some("80")),
            ("https://[::1]", "https", "[::1]", "", None),
            ("sqlite:////data/x.db", "sqlite", "", "//data/x.db", None),
        ] {
            let parts = UrlParts::split(text).expect("a URL");
            let found = (parts.scheme, parts.authority, parts.path, parts.port());
            assert_eq!(found, (scheme, authority, path, port), "{text}");
        }
        assert_eq!(UrlParts::split("a:80/b"), None);
    }

    #[test]
    fn a_path_of_a_url_has_one_reading() {
        for text in ["/", "/a", "/a/", "/a/.b/..c", "/%20/x@y:z"] {
            assert!(is_url_path(text) && is_request_path(text), "{text}");
        }
        for text in [
            "",
            "a",
            "//",
            "//a",
            "/a//b",
            "/a/../b",
            "/..",
            "/./a",
            "/a/.",
            "/%2e%2E/a",
            "/.%2e/",
            "/a\\b",
            "/a#b",
            "/a%2",
            "/a\u{202e}b",
            "/a\nb",
        ] {
            assert!(!is_url_path(text) && !is_request_path(text), "{text:?}");
        }
        for text in ["/a ", "/a\u{a0}", "/a\u{a0}b", "/a\u{3000}", "/a?b=1 "] {
            assert!(!is_request_path(text), "{text:?}");
        }
        assert!(is_request_path("/a?b=/../c&d=e?") && !is_url_path("/a?b"));
        assert!(!is_request_path("/a/../b?c") && !is_request_path("/a?b\u{202e}"));
        for text in ["/a b", "/ä", "/\"", "/{a}", "/a?match[]=up"] {
            assert!(!is_url_path(text) && is_request_path(text), "{text}");
        }
    }

    /// As Go's `url.Parse` and `mail.ParseAddressList` read them.
    #[test]
    fn what_a_program_calls_and_writes_to_can_be_read() {
        for text in [
            "https://a/b%20c?d=%zz",
            "http://u:p@a:1/",
            "https://a/{{x}}",
        ] {
            assert!(is_url(text), "{text}");
        }
        for text in [
            "https://a/%zz",
            "https://a/%2",
            "https://a/b#%",
            "a/b",
            "https://a b",
        ] {
            assert!(!is_url(text), "{text}");
        }
        for text in [
            "a@b",
            "a.b+c@d.example.com",
            "Team <a@b>",
            "\"Team, ML\" <a@b>",
            "{{a}} <a@b>",
            "<a@b>",
        ] {
            assert!(is_mailbox(text), "{text}");
        }
        for text in [
            "",
            "a",
            "a..b@c",
            ".a@b",
            "a(b)@c",
            "Team, ML <a@b>",
            "Team: <a@b>",
            "\"a\"b\" <a@b>",
            "a@b, c@d",
        ] {
            assert!(!is_mailbox(text), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_web_address() {
        for text in [
            "ml.example.com",
            "ftp://ml.example.com",
            "https://",
            "https:///x",
            "https://a b/",
            "https://a?x=1",
            "https://a#b",
            "https://user@a",
            "https://a:0",
            "https://a:x",
            "https://a//b",
            "https://a//",
            "https://a/b//",
            "https://a/b/../c",
            "https://a/%2E",
            "https://a/%zz",
            "https://[zz]/",
        ] {
            assert!(WebAddress::parse(text).is_none(), "{text}");
        }
        for text in [
            "http://localhost:5000",
            "https://[::1]:80/x",
            "http://10.0.0.7",
        ] {
            assert!(WebAddress::parse(text).is_some(), "{text}");
        }
    }
}
