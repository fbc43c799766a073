//! Names of buckets, which follow the rules of S3 whatever store has them.

use super::{
    Declarations,
    settings::{phrase, with_defaults},
};
use crate::{
    catalog::SettingSpec,
    diag::{Code, Diagnostic, Sink},
    syntax::Node,
};

/// The rules of S3 for the names of buckets.
pub(super) fn check(all: &Declarations, spec: &SettingSpec, node: &Node, sink: &mut Sink) {
    let items = node.items();
    for item in items
        .iter()
        .filter(|item| spec.names_buckets && item.as_str().is_some())
    {
        let name = with_defaults(all, &phrase(item));
        // What a reference brings is not known yet.
        let is_whole = item.as_str() == Some(name.as_str());
        let Some(fault) = fault(&name).filter(|_| is_whole && !name.is_empty()) else {
            continue;
        };
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{name}` can't be the name of a bucket"))
                .label(item.span, fault)
                .help("a bucket of S3 is called by 3 to 63 lower-case letters, digits, `-` and `.`, with a letter or a digit at both ends"),
        );
    }
}

/// Which rule a name breaks. Amazon S3's user guide, "General purpose bucket naming rules".
fn fault(name: &str) -> Option<&'static str> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let starts = ["xn--", "sthree-", "amzn-s3-demo-"];
    let ends = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    Some(match name {
        _ if name.len() < 3 => "it has fewer than 3 characters",
        _ if name.len() > 63 => "it has more than 63 characters",
        _ if !name.chars().all(|c| is_plain(c) || c == '-' || c == '.') => {
            "only lower-case letters, digits, `-` and `.` can stand in it"
        }
        _ if !name.starts_with(is_plain) || !name.ends_with(is_plain) => {
            "it begins or ends with something else than a letter or a digit"
        }
        _ if name.contains("..") => "two dots stand beside each other",
        _ if name.parse::<std::net::Ipv4Addr>().is_ok() => "it is an address",
        _ if starts.iter().any(|start| name.starts_with(start)) => {
            "S3 keeps how it begins for itself"
        }
        _ if ends.iter().any(|end| name.ends_with(end)) => "S3 keeps how it ends for itself",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn names_of_buckets_follow_the_rules_of_s3() {
        for good in ["abc", "models", "a.b-c", "1-2-3", &"x".repeat(63)] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "ab",
            "Models",
            "a_b",
            "-ab",
            "ab-",
            "a..b",
            "10.0.0.1",
            "xn--a",
            "a-s3alias",
            &"x".repeat(64),
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
