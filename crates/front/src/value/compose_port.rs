//! The short form of a port in Compose: `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`.

/// The parts of a port as they are written; nothing of them is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComposePort<'a> {
    /// The address of the host, with its brackets; empty: all of them.
    pub address: &'a str,
    /// One port of the host or a range; empty: any free one.
    pub host: &'a str,
    /// One port of the container or a range.
    pub container: &'a str,
    /// `None`: TCP.
    pub protocol: Option<&'a str>,
}

impl<'a> ComposePort<'a> {
    /// The parts of a text without Compose's own variables.
    pub fn split(text: &'a str) -> Self {
        let (ports, protocol) = match text.split_once('/') {
            Some((ports, protocol)) => (ports, Some(protocol)),
            None => (text, None),
        };
        let (rest, container) = ports.rsplit_once(':').unwrap_or(("", ports));
        // An address of IPv6 has colons of its own.
        let (address, host) = rest.rsplit_once(':').unwrap_or(("", rest));
        Self {
            address,
            host,
            container,
            protocol,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ComposePort;

    #[test]
    fn each_part_may_be_left_out() {
        for (text, address, host, container, protocol) in [
            ("80", "", "", "80", None),
            ("8080:80", "", "8080", "80", None),
            ("127.0.0.1::80", "127.0.0.1", "", "80", None),
            (
                "[::1]:8000-8010:80-90/udp",
                "[::1]",
                "8000-8010",
                "80-90",
                Some("udp"),
            ),
            ("80/", "", "", "80", Some("")),
        ] {
            let wanted = ComposePort {
                address,
                host,
                container,
                protocol,
            };
            assert_eq!(ComposePort::split(text), wanted, "{text}");
        }
    }
}
