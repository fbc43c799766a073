//! Where people reach a program: a URL with nothing behind its path.

/// `https://ml.example.com/mlflow`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
    /// Where the host starts, and where it ends with its port.
    authority: (usize, usize),
}

impl WebAddress {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        let start = ["https://", "http://"]
            .iter()
            .find(|scheme| text.starts_with(**scheme))?
            .len();
        let end = text[start..]
            .find('/')
            .map_or(text.len(), |length| start + length);
        let (authority, path) = text[start..].split_at(end - start);
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                port.parse::<u16>().ok().filter(|port| *port > 0)?;
                host
            }
            _ => authority,
        };
        let bare = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let bracketed = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
        let is_host = !host.is_empty() && host.chars().all(bare) || bracketed;
        let in_path = |c: char| c.is_ascii_alphanumeric() || "-._~/%+@:,;=!*()".contains(c);
        let fits = is_host && path.chars().all(in_path) && !path.contains("//");
        fits.then(|| Self {
            text: text.to_string(),
            authority: (start, end),
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: what a browser sends as the origin.
    pub fn origin(&self) -> &str {
        &self.text[..self.authority.1]
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
        assert_eq!(address.authority(), "ml.example.com:8443");
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
