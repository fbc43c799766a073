//! Private keys in text, by the mark before them.

use crate::check::headers::decoded;

/// So many characters of base64 are a key, not a word.
const SHORTEST_KEY: usize = 16;

/// How the line of a key begins that is no PEM: of PuTTY, and of the agent of GnuPG.
const STARTS: [&str; 3] = [
    "PuTTY-User-Key-File-",
    "Key: (private-key",
    "Key: (protected-private-key",
];

/// `-----BEGIN ` in base64, as far as it is the same whatever follows.
const ENCODED: &str = "LS0tLS1CRUdJTi";

/// So many characters of base64 have the mark and the start of the key.
const LOOKED_AT: usize = 120;

/// The lines that may follow the first one of a key, before the key itself.
const HEADERS: [&str; 3] = ["Proc-Type:", "Version:", "Comment:"];

/// Whether a private key begins in a text. `next` is the line behind it. A text that only names the mark, as a script does that looks
/// for it, or in which a reference stands for the key, has none.
pub(super) fn begins_private_key(text: &str, next: Option<&str>) -> bool {
    let is_marked = STARTS.iter().any(|it| text.trim_start().starts_with(it));
    is_marked || begins_pem(text, next) || holds_encoded_pem(text)
}

/// A PEM in base64, as Secrets of Kubernetes have it.
fn holds_encoded_pem(text: &str) -> bool {
    text.match_indices(ENCODED).any(|(at, _)| {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/');
        let encoded = &rest[..end.unwrap_or(rest.len()).min(LOOKED_AT)];
        let bytes = decoded(encoded).unwrap_or_default();
        begins_pem(&String::from_utf8_lossy(&bytes), None)
    })
}

fn begins_pem(text: &str, next: Option<&str>) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let Some((what, rest)) = rest.split_once("-----") else {
            return false;
        };
        let is_private = ["PRIVATE KEY", "PRIVATE KEY BLOCK"]
            .iter()
            .any(|ending| what.ends_with(ending));
        // A line of JSON has the lines of the key in one string.
        let rest = rest.trim_start_matches("\\r").trim_start_matches("\\n");
        let behind = match rest.trim() {
            "" => next.unwrap_or_default().trim(),
            rest => rest,
        };
        is_private && is_of_key(behind)
    })
}

fn is_of_key(line: &str) -> bool {
    let is_base64 = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
    let word: String = line.chars().take_while(is_base64).collect();
    // What stands for a key in an example has letters of one sort.
    let is_mixed = word.contains(|c: char| c.is_ascii_lowercase())
        && word.contains(|c: char| c.is_ascii_uppercase());
    HEADERS.iter().any(|header| line.starts_with(header)) || word.len() >= SHORTEST_KEY && is_mixed
}

#[cfg(test)]
mod tests {
    use super::begins_private_key;

    const LINE: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB";

    #[test]
    fn what_stands_for_a_key_in_an_example_is_none() {
        for word in ["x".repeat(24), "REPLACEWITHYOURPRIVATEKEY".to_string()] {
            assert!(!begins_private_key(
                "-----BEGIN PRIVATE KEY-----",
                Some(&word)
            ));
        }
    }

    #[test]
    fn a_key_is_told_from_its_mark() {
        for mark in [
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----",
            "  -----BEGIN ENCRYPTED PRIVATE KEY-----  ",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            "key = \"\"\"-----BEGIN EC PRIVATE KEY-----",
        ] {
            assert!(begins_private_key(mark, Some(LINE)), "{mark}");
            assert!(
                begins_private_key(mark, Some("Proc-Type: 4,ENCRYPTED")),
                "{mark}"
            );
            for next in [None, Some("${secrets.key}"), Some("$KEY"), Some("...")] {
                assert!(!begins_private_key(mark, next), "{mark} {next:?}");
            }
        }
        let json = format!(r#"  "private_key": "-----BEGIN PRIVATE KEY-----\n{LINE}\n","#);
        assert!(begins_private_key(&json, None));
        let whole = format!("-----BEGIN PRIVATE KEY-----\n{LINE}\n-----END PRIVATE KEY-----\n");
        assert!(begins_private_key(&whole, None));
        assert!(begins_private_key(
            "PuTTY-User-Key-File-3: ssh-ed25519",
            None
        ));
        assert!(begins_private_key(
            "Key: (private-key (ecc (curve Ed25519)",
            None
        ));
        // `-----BEGIN PRIVATE KEY-----` and its first line, `-----BEGIN CERTIFICATE-----` and its own.
        let key = "tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2UUlCQURBTkJna3Foa2lHOXcwQkFRRUZBQVND";
        assert!(begins_private_key(key, None));
        let certificate =
            "tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURhekNDQWxPZ0F3SUJBZ0lVQm1G";
        assert!(!begins_private_key(certificate, None));
        for mark in ["-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----"] {
            assert!(!begins_private_key(mark, Some(LINE)), "{mark}");
        }
        let script = "grep -q -- '-----BEGIN PRIVATE KEY-----' /etc/tls.key";
        assert!(!begins_private_key(
            script,
            Some("openssl req -newkey rsa:4096")
        ));
    }
}
