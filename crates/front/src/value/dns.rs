//! Names of the domain name system, in lower case, as Kubernetes takes them for its objects.

/// Whether it is one label of such a name (RFC 1123): letters, digits and `-`, which neither begins nor ends it.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

/// Whether it is a name of labels with dots between them.
pub fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_label)
}

/// The same as Kubernetes checks it for the names of most objects, and before the `/` of labels and annotations: of a single label
/// it does not count the characters.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

fn is_label_of_any_length(text: &str) -> bool {
    let is_character =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty()
        && text.bytes().all(is_character)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_labels() {
        let (longest, longer) = ("a".repeat(63), "a".repeat(64));
        for text in ["a", "0", "a-1", "a.b-c.d", &longest] {
            assert!(is_domain(text) && is_dns_subdomain(text), "{text}");
        }
        for text in ["", "-a", "a-", "A", "a_b", "a..b", ".a", "a.", "a/b", "ä"] {
            assert!(!is_domain(text) && !is_dns_subdomain(text), "{text}");
        }
        assert!(!is_domain(&longer) && is_dns_subdomain(&longer));
        assert!(!is_dns_subdomain(&["aa"; 127].join(".")));
        assert!(!is_dns_label("a.b"));
    }
}
