//! An entry of a raw `ports`.

use super::value::word;
use crate::{
    model::{Bind, PortRange, Raw},
    value::ComposePort,
};

/// `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, or a table.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) struct RawPort<'a> {
    /// The ports of the host as they are written; empty: any free one, or none.
    pub host: String,
    /// The same as numbers; `None` where Compose's own variables say them.
    pub range: Option<PortRange>,
    /// `None`: it is no address, or known only at the start.
    pub bind: Option<Bind>,
    pub protocol: String,
    pub by: &'a Raw,
}

impl<'a> RawPort<'a> {
    pub(super) fn of(by: &'a Raw) -> Self {
        let (address, host, protocol) = match by {
            Raw::Table(_) => (
                word(by.get("host_ip")),
                word(by.get("published")),
                word(by.get("protocol")),
            ),
            _ => {
                let text = word(Some(by));
                let port = ComposePort::split(&text);
                let protocol = port.protocol.unwrap_or_default();
                (
                    port.address.to_string(),
                    port.host.to_string(),
                    protocol.to_string(),
                )
            }
        };
        let (first, last) = host.split_once('-').unwrap_or((&host, &host));
        let range = first.parse().ok().zip(last.parse().ok());
        Self {
            range: range.map(|(first, last)| PortRange { first, last }),
            bind: match address.as_str() {
                "" => Some(Bind::EVERYWHERE),
                address => Bind::parse(address),
            },
            protocol: match protocol.as_str() {
                "" => "tcp".to_string(),
                _ => protocol,
            },
            host,
            by,
        }
    }

    /// Whether the network reaches it. Without a port of the host the engine chooses one.
    pub fn is_open(&self) -> bool {
        !self.bind.is_some_and(Bind::is_loopback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Text;

    fn text(text: &str) -> Raw {
        Raw::Text(Text::literal(text))
    }

    #[test]
    fn ports_are_open_where_no_address_closes_them() {
        for open in [
            "80:80",
            "0.0.0.0:80:80",
            "[::]:80:80/tcp",
            "80-81:80-81",
            "80",
            "8000-8001",
            "80/udp",
        ] {
            assert!(RawPort::of(&text(open)).is_open(), "{open}");
        }
        assert!(RawPort::of(&Raw::Integer(80)).is_open());
        for closed in ["127.0.0.1:80:80", "[::1]:80:80", "127.0.0.1::80"] {
            assert!(!RawPort::of(&text(closed)).is_open(), "{closed}");
        }
    }

    #[test]
    fn both_forms_say_the_same() {
        let short = text("[::1]:8000-8010:80-90/udp");
        let short = RawPort::of(&short);
        let long = Raw::Table(vec![
            ("host_ip".to_string(), text("::1")),
            ("published".to_string(), text("8000-8010")),
            ("protocol".to_string(), text("udp")),
        ]);
        let long = RawPort::of(&long);
        let range = PortRange {
            first: 8000,
            last: 8010,
        };
        for port in [&short, &long] {
            assert_eq!(port.range, Some(range));
            assert_eq!(port.bind, Bind::parse("::1"));
            assert_eq!(port.protocol, "udp");
        }
    }
}
