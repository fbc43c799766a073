//! Strings of a Compose service with a grammar that the schema does not have: what Compose reads them with (compose-go, `types`,
//! `transform` and `loader`).

use std::net::IpAddr;

use super::held::fits_path;
use crate::value::ComposePort;

/// What a string holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `1h30m`.
    Duration,
    /// `512m`, or a number of bytes.
    Bytes,
    /// `0.5`.
    Number,
    Whole,
    /// `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]`.
    Port,
    /// `NAME:ADDRESS`.
    Host,
    ContainerName,
    PullPolicy,
}

/// Where they stand in a service; items of a list have the path of the list, and `*` is any name.
const FORMATS: &[(&str, Format)] = &[
    ("healthcheck.interval", Format::Duration),
    ("healthcheck.timeout", Format::Duration),
    ("healthcheck.start_period", Format::Duration),
    ("healthcheck.start_interval", Format::Duration),
    ("healthcheck.retries", Format::Whole),
    ("stop_grace_period", Format::Duration),
    ("deploy.restart_policy.delay", Format::Duration),
    ("deploy.restart_policy.window", Format::Duration),
    ("deploy.restart_policy.max_attempts", Format::Whole),
    ("deploy.update_config.delay", Format::Duration),
    ("deploy.update_config.monitor", Format::Duration),
    ("deploy.rollback_config.delay", Format::Duration),
    ("deploy.rollback_config.monitor", Format::Duration),
    ("deploy.replicas", Format::Whole),
    ("deploy.resources.limits.cpus", Format::Number),
    ("deploy.resources.limits.memory", Format::Bytes),
    ("deploy.resources.limits.pids", Format::Whole),
    ("deploy.resources.reservations.cpus", Format::Number),
    ("deploy.resources.reservations.memory", Format::Bytes),
    ("mem_limit", Format::Bytes),
    ("mem_reservation", Format::Bytes),
    ("memswap_limit", Format::Bytes),
    ("shm_size", Format::Bytes),
    ("volumes.tmpfs.size", Format::Bytes),
    ("mem_swappiness", Format::Bytes),
    ("cpus", Format::Number),
    ("cpu_shares", Format::Whole),
    ("cpu_count", Format::Whole),
    ("cpu_percent", Format::Whole),
    ("cpu_period", Format::Whole),
    ("cpu_quota", Format::Whole),
    ("cpu_rt_period", Format::Whole),
    ("cpu_rt_runtime", Format::Whole),
    ("oom_score_adj", Format::Whole),
    ("pids_limit", Format::Whole),
    ("scale", Format::Whole),
    ("ulimits.*", Format::Whole),
    ("ulimits.*.soft", Format::Whole),
    ("ulimits.*.hard", Format::Whole),
    ("ports", Format::Port),
    ("extra_hosts", Format::Host),
    ("container_name", Format::ContainerName),
    ("pull_policy", Format::PullPolicy),
];

/// What Compose takes at this path of a service, where that is not the text.
pub(super) fn expected(path: &str, text: &str) -> Option<&'static str> {
    let mut formats = FORMATS.iter();
    let (_, format) = formats.find(|(pattern, _)| fits_path(pattern, path))?;
    (!format.accepts(text)).then_some(format.words())
}

impl Format {
    fn accepts(self, text: &str) -> bool {
        match self {
            Format::Duration => is_duration(text),
            Format::Bytes => compose_amount(text).is_some_and(|amount| amount >= 0),
            Format::Number => text.parse::<f64>().is_ok(),
            Format::Whole => text.parse::<i64>().is_ok(),
            Format::Port => is_port(text),
            Format::Host => {
                let parts = text.split_once('=').or_else(|| text.split_once(':'));
                parts.is_some_and(|(name, address)| !name.is_empty() && !address.is_empty())
            }
            // Compose takes `_ab` and `/ab`, since its pattern holds for a part of the name; the engine refuses them.
            Format::ContainerName => {
                let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
                text.len() > 1
                    && text.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && text.chars().all(fits)
            }
            Format::PullPolicy => is_pull_policy(text),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Format::Duration => "a duration, such as `\"1m30s\"`",
            Format::Bytes => "a number of bytes, such as `\"512m\"`, with `b`, `k`, `m` or `g`",
            Format::Number => "a number, such as `0.5`",
            Format::Whole => "a whole number",
            Format::Port => "a port, such as `\"127.0.0.1:8080:80\"` or `\"8080:80/udp\"`",
            Format::Host => "a name and an address, such as `\"db.corp:10.0.0.7\"`",
            Format::ContainerName => {
                "two or more letters, digits, `_`, `.` and `-`, a letter or digit first"
            }
            Format::PullPolicy => {
                "`always`, `never`, `missing`, `if_not_present`, `build`, `refresh`, `daily`, `weekly` or `every_` with a time, as `every_12h`"
            }
        }
    }
}

/// Numbers, each with a unit.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let is_empty = rest.is_empty();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (number, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let is_unit = [
            "ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "d", "w",
        ]
        .contains(&unit);
        if number.parse::<f64>().is_err() || !is_unit {
            return false;
        }
        rest = behind;
    }
    !is_empty
}

/// In what amounts are compared: Compose takes any fraction of a processor.
pub const PARTS_OF_ONE: i128 = 1_000_000_000;

/// A number, or one of bytes with a unit, in [`PARTS_OF_ONE`]. `-1` is one of processes: as many as there are.
pub fn compose_amount(text: &str) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim_start().to_ascii_lowercase();
    let power = match unit.strip_suffix("ib").or(unit.strip_suffix('b')) {
        Some("") if unit == "ib" => return None,
        Some("") => 0,
        other => match other.unwrap_or(&unit) {
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return None,
        },
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, part].concat();
    let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let parts = digits
        .parse::<i128>()
        .ok()?
        .checked_mul(PARTS_OF_ONE << (10 * power))?;
    Some(sign * parts / scale)
}

fn is_port(text: &str) -> bool {
    let ComposePort {
        address,
        host,
        container,
        protocol,
    } = ComposePort::split(text);
    // Compose takes nothing behind the `/` for TCP, too.
    let protocol = match protocol {
        None => "tcp",
        Some("") if !container.is_empty() => "tcp",
        Some(protocol) => protocol,
    };
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    // A port of the host may be 0, which is any free one.
    if container.split('-').any(|port| port.parse() == Ok(0)) {
        return false;
    }
    let is_address = address.is_empty() || bare.parse::<IpAddr>().is_ok();
    let Some(container) = range(container) else {
        return false;
    };
    // One port of the container takes any free one of several of the host.
    let fits =
        host.is_empty() || range(host).is_some_and(|host| container == 1 || host == container);
    is_address && fits && ["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str())
}

/// How many ports a range has.
fn range(text: &str) -> Option<u16> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse::<u16>().ok()?, last.parse::<u16>().ok()?);
    last.checked_sub(first)?.checked_add(1)
}

fn is_pull_policy(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "always",
        "never",
        "build",
        "if_not_present",
        "missing",
        "refresh",
        "daily",
        "weekly",
    ];
    let is_time = |time: &str| {
        let units = time.split_inclusive(|c: char| !c.is_ascii_digit());
        let is_one = |it: &str| {
            it.strip_suffix(['w', 'd', 'h', 'm', 's'])
                .is_some_and(|number| !number.is_empty())
        };
        !time.is_empty() && units.into_iter().all(is_one)
    };
    WORDS.contains(&text) || text.strip_prefix("every_").is_some_and(is_time)
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, PARTS_OF_ONE, compose_amount, expected};
    use crate::language::specification::{COMPOSE, Json};

    /// The properties of a schema, and of all that it is made of.
    fn property<'a>(schema: &'a Json, name: &str) -> Option<&'a Json> {
        let schema = followed(schema);
        let own = || match name {
            "*" => schema["patternProperties"].as_object()?.values().next(),
            name => schema["properties"].get(name),
        };
        let parts = ["allOf", "oneOf", "anyOf"].into_iter();
        let mut parts = parts.flat_map(|key| schema[key].as_array().into_iter().flatten());
        own()
            .or_else(|| property(schema.get("items")?, name))
            .or_else(|| parts.find_map(|part| property(part, name)))
    }

    fn followed(schema: &Json) -> &Json {
        match schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
            Some(name) => followed(&COMPOSE["$defs"][name]),
            None => schema,
        }
    }

    #[test]
    fn each_format_is_of_a_key_of_the_schema() {
        for (path, _) in FORMATS {
            let service = Some(&COMPOSE["$defs"]["service"]);
            let found = path
                .split('.')
                .fold(service, |schema, name| property(schema?, name));
            assert!(found.is_some(), "{path}");
        }
    }

    #[test]
    fn formats_are_those_of_compose() {
        for (path, good, bad) in [
            (
                "healthcheck.interval",
                &["1m30s", "500ms", "1.5h", "1d", "1\u{b5}s", "1\u{3bc}s"][..],
                &["5", "fast", "1x", ""][..],
            ),
            (
                "mem_limit",
                &["64m", "1.5g", "64mb", "64 MiB", "1024"],
                &["64Mi", "lots", "m", "", "-1"],
            ),
            ("cpus", &["0.5", "2"], &["500m", "two"]),
            (
                "ports",
                &[
                    "80",
                    "8080:80",
                    "127.0.0.1:8080:80/udp",
                    "[::1]::80",
                    "8000-8010:80",
                    "80-81:80-81",
                    "8080:80/",
                    "0:80",
                ],
                &[
                    "http",
                    "8080:",
                    "70000:80",
                    "1.2.3:80:80",
                    "80-82:80-81",
                    "80/icmp",
                    "80:0",
                    "0",
                    "80-81:0-1",
                    "80:/",
                ],
            ),
            (
                "extra_hosts",
                &["a:1.2.3.4", "a=::1", "a:host-gateway"],
                &["a", "a:", ":1.2.3.4"],
            ),
            (
                "container_name",
                &["shop-db", "a1"],
                &["a", "-x", "a b", "_ab"],
            ),
            (
                "pull_policy",
                &["always", "every_12h", "every_1d12h"],
                &["sometimes", "every_", "every_h"],
            ),
            ("ulimits.nofile", &["1024"], &["many"]),
            ("ulimits.nofile.soft", &["1024"], &["many"]),
            ("deploy.replicas", &["2"], &["two"]),
        ] {
            for text in good {
                assert_eq!(expected(path, text), None, "{path} {text}");
            }
            for text in bad {
                assert!(expected(path, text).is_some(), "{path} {text}");
            }
        }
        assert_eq!(expected("command", "anything"), None);
    }

    #[test]
    fn amounts_are_equal_in_all_their_forms() {
        for text in ["64m", "64mb", "64MiB", "65536k", "67108864"] {
            assert_eq!(
                compose_amount(text),
                Some(67_108_864 * PARTS_OF_ONE),
                "{text}"
            );
        }
        assert_eq!(compose_amount("0.5"), Some(PARTS_OF_ONE / 2));
        assert_eq!(compose_amount("0.0005"), Some(500_000));
        assert_eq!(compose_amount("-1"), Some(-PARTS_OF_ONE));
    }
}
