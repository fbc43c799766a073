//! Addresses of the host and schemes of URLs.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::HttpScheme;

/// The engine's word for the host in a line of `/etc/hosts`.
const HOST_GATEWAY: &str = "host-gateway";

/// An address of IPv4, or one of IPv6 with or without brackets.
fn ip_address(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// The machine that an engine runs on, as its containers call it. In a cluster no name stands for it.
pub const MACHINE: &str = "host.docker.internal";

/// Where a program listens: a name of the DNS, or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    Name(String),
    Ip(IpAddr),
}

impl Host {
    /// A name, or an address of IPv4 or IPv6 with brackets or without.
    pub fn parse(text: &str) -> Option<Self> {
        let is_character = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let is_name = || !text.is_empty() && text.chars().all(is_character);
        let address = ip_address(text).map(Host::Ip);
        address.or_else(|| is_name().then(|| Host::Name(text.to_string())))
    }

    /// The same as it stands before `:PORT` and in a URL: an address of IPv6 has its brackets.
    pub fn parse_in_url(text: &str) -> Option<Self> {
        Self::parse(text).filter(|_| text.starts_with('[') || !text.contains(':'))
    }

    /// Whether it is the machine that asks.
    pub fn is_loopback(&self) -> bool {
        match self {
            Host::Name(name) => name.eq_ignore_ascii_case("localhost"),
            Host::Ip(address) => address.to_canonical().is_loopback(),
        }
    }

    /// Without the brackets that join an address of IPv6 to a port.
    pub fn without_brackets(&self) -> String {
        match self {
            Host::Name(name) => name.clone(),
            Host::Ip(address) => address.to_string(),
        }
    }
}

/// As it stands before `:PORT`: an address of IPv6 in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Host::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostAndPort {
    pub host: Host,
    pub port: u16,
}

impl HostAndPort {
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        Some(Self {
            host: Host::parse_in_url(host)?,
            port: port.parse().ok().filter(|port| *port > 0)?,
        })
    }
}

impl fmt::Display for HostAndPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// The address of the host that a port is published on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind(IpAddr);

impl Bind {
    /// What `platform.bind` is by default.
    pub const LOOPBACK: Self = Self(IpAddr::V4(Ipv4Addr::LOCALHOST));
    /// Every address of the host: where a port is that a container opens in the host's own network.
    pub const EVERYWHERE: Self = Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

    /// `127.0.0.1`, `::1` or `[::1]`.
    pub fn parse(text: &str) -> Option<Self> {
        ip_address(text).map(Self)
    }

    /// The address itself.
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// The one definition of "all addresses of the host".
    pub fn is_everywhere(self) -> bool {
        self.0.to_canonical().is_unspecified()
    }

    /// Nobody outside of the host reaches it.
    pub fn is_loopback(self) -> bool {
        self.0.to_canonical().is_loopback()
    }

    /// Equal, or one of them is all addresses and holds the other. All addresses of IPv6 hold those of IPv4, and not the other
    /// way round.
    pub fn overlaps(self, other: Self) -> bool {
        let (one, other) = (self.0.to_canonical(), other.0.to_canonical());
        let holds =
            |all: IpAddr, inner: IpAddr| all.is_unspecified() && (all.is_ipv6() || inner.is_ipv4());
        one == other || holds(one, other) || holds(other, one)
    }

    /// The address as it stands before `:PORT`: one of IPv6 in brackets.
    pub fn in_url(self) -> String {
        in_url(self.0)
    }

    /// What a person's browser on the host calls it. `localhost` is 127.0.0.1 and ::1, no other address of the host itself.
    pub fn browser_host(self) -> String {
        let canonical = self.0.to_canonical();
        let is_localhost = canonical == IpAddr::V4(Ipv4Addr::LOCALHOST)
            || canonical == IpAddr::V6(Ipv6Addr::LOCALHOST);
        match self.is_everywhere() || is_localhost {
            true => "localhost".to_string(),
            false => self.in_url(),
        }
    }

    /// Where a program in the host's own network reaches it, as it stands before `:PORT`.
    pub fn local_host(self) -> String {
        match self.is_everywhere() {
            true => in_url(Self::LOOPBACK.0),
            false => self.in_url(),
        }
    }
}

impl fmt::Display for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// What a URL of a port starts with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    Http,
    Https,
    /// A protocol of its own, such as `grpc`.
    Other(String),
}

impl Scheme {
    /// From a name that the language accepts.
    pub fn from_name(name: &str) -> Self {
        match name {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            other => Scheme::Other(other.to_string()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
            Scheme::Other(name) => name,
        }
    }

    /// The same over TLS, where that has a scheme of its own.
    pub fn over_tls(self) -> Self {
        match self {
            Scheme::Http => Scheme::Https,
            Scheme::Other(name) if name == "redis" => Scheme::Other("rediss".to_string()),
            scheme => scheme,
        }
    }

    /// Whether a browser can open it.
    pub fn is_web(&self) -> bool {
        match self {
            Scheme::Http | Scheme::Https => true,
            Scheme::Other(_) => false,
        }
    }

    /// How something asks such a port over HTTP: a health check, Prometheus.
    pub fn over_http(&self) -> HttpScheme {
        match self {
            Scheme::Https => HttpScheme::Https,
            Scheme::Http | Scheme::Other(_) => HttpScheme::Http,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name in the engine's own DNS: a host name, up to the 253 characters that DNS takes.
pub fn is_alias(text: &str) -> bool {
    text.len() <= 253
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// A further line of `/etc/hosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraHost {
    pub name: String,
    pub address: HostAddress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostAddress {
    Ip(IpAddr),
    /// The engine's own word for the host: it means nothing in a cluster.
    HostGateway,
}

impl ExtraHost {
    /// `NAME:ADDRESS` or `NAME=ADDRESS`.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, address) = line.split_once('=').or_else(|| line.split_once(':'))?;
        Some(Self {
            name: is_alias(name).then(|| name.to_string())?,
            address: HostAddress::parse(address)?,
        })
    }
}

impl HostAddress {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            HOST_GATEWAY => Some(HostAddress::HostGateway),
            text => ip_address(text).map(HostAddress::Ip),
        }
    }
}

impl fmt::Display for HostAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostAddress::Ip(address) => address.fmt(f),
            HostAddress::HostGateway => f.write_str(HOST_GATEWAY),
        }
    }
}

/// `NAME:ADDRESS`, as Compose takes it.
impl fmt::Display for ExtraHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(text: &str) -> Bind {
        Bind::parse(text).unwrap_or_else(|| panic!("{text} is no address"))
    }

    #[test]
    fn all_addresses_are_recognised_in_every_spelling() {
        for text in ["0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "::ffff:0.0.0.0"] {
            assert!(bind(text).is_everywhere(), "{text}");
            assert_eq!(bind(text).browser_host(), "localhost", "{text}");
            assert_eq!(bind(text).local_host(), "127.0.0.1", "{text}");
            assert!(bind(text).overlaps(bind("10.0.0.1")), "{text}");
        }
        for text in ["127.0.0.1", "127.8.0.1", "::1", "[::1]"] {
            assert!(
                bind(text).is_loopback() && !bind(text).is_everywhere(),
                "{text}"
            );
        }
        for (text, host) in [
            ("127.0.0.1", "localhost"),
            ("::1", "localhost"),
            ("127.0.0.2", "127.0.0.2"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(bind(text).browser_host(), host, "{text}");
        }
        assert!(bind("[::1]").overlaps(bind("::1")));
        assert!(!bind("10.0.0.1").overlaps(bind("10.0.0.2")));
        assert!(bind("::").overlaps(bind("127.0.0.1")));
        assert!(!bind("0.0.0.0").overlaps(bind("::1")));
    }

    #[test]
    fn a_host_and_its_port_are_printed_as_they_are_read() {
        for text in [
            "db.example.com:5432",
            "10.0.0.1:1",
            "[fd00::1]:25",
            "my_db:65535",
        ] {
            let address = HostAndPort::parse(text).map(|address| address.to_string());
            assert_eq!(address.as_deref(), Some(text));
        }
        for text in [
            "db",
            ":25",
            "db:",
            "db:0",
            "db:65536",
            "::1:25",
            "a b:25",
            "http://db:25",
            "[db]:25",
        ] {
            assert_eq!(HostAndPort::parse(text), None, "{text}");
        }
        assert!(Host::parse("fd00::1").is_some());
        assert_eq!(Host::parse_in_url("fd00::1"), None);
    }

    #[test]
    fn ipv6_stands_in_brackets_before_a_port_and_bare_elsewhere() {
        assert_eq!(bind("[fd00::1]").in_url(), "[fd00::1]");
        assert_eq!(bind("[fd00::1]").to_string(), "fd00::1");
        assert_eq!(bind("10.0.0.1").in_url(), "10.0.0.1");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "*", "localhost", "[127.0.0.1]", "[::1", "::1]", "1.2.3"] {
            assert_eq!(Bind::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_scheme_that_is_not_https_is_asked_over_http() {
        assert_eq!(Scheme::from_name("grpc").over_http(), HttpScheme::Http);
        assert_eq!(Scheme::from_name("https").over_http(), HttpScheme::Https);
        assert!(!Scheme::from_name("grpc").is_web() && Scheme::from_name("http").is_web());
        assert_eq!(Scheme::from_name("grpc").to_string(), "grpc");
    }

    #[test]
    fn extra_hosts_are_a_name_and_an_address() {
        for (line, compose) in [
            ("engine:host-gateway", "engine:host-gateway"),
            ("a=10.0.0.1", "a:10.0.0.1"),
            ("a:::1", "a:::1"),
            ("x_y=[::1]", "x_y:::1"),
        ] {
            let host = ExtraHost::parse(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(host.to_string(), compose);
        }
        for line in ["a", "a:b", "a b:1.2.3.4", ":1.2.3.4"] {
            assert_eq!(ExtraHost::parse(line), None, "{line}");
        }
    }
}
