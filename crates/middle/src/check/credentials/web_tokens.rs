//! JSON Web Tokens: a header that says how they are signed, what they say, and a signature, each in base64.
//!
//! Source: RFC 7519, and RFC 7516 for those that are encrypted, which have two more parts.

use super::looks_random;
use crate::check::headers::decoded;

/// `{"` in base64.
const START: &str = "eyJ";

/// The same, when the whole token is in base64 once more, as Secrets of a cluster have it.
const START_ENCODED: &str = "ZXlK";

/// The signature of the token on the first page of jwt.io, which half of all manuals quote.
const OF_THE_MANUAL: &str = "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";

/// Fewer characters are no signature: HS256 has 43.
const SHORTEST_SIGNATURE: usize = 40;

/// Whether a token stands in a text that is signed. What has no signature opens nothing.
pub(super) fn holds_web_token(text: &str) -> bool {
    words_at(text, START).any(begins_one)
        || words_at(text, START_ENCODED).any(|text| {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_+/".contains(c));
            let inner = bytes_of(&text[..end.unwrap_or(text.len())]);
            std::str::from_utf8(&inner).is_ok_and(begins_one)
        })
}

/// The rest of a text from each word on that begins so.
fn words_at<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(start).filter_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let is_inner = before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        (!is_inner).then(|| &text[at..])
    })
}

/// The bytes of both alphabets of base64.
fn bytes_of(text: &str) -> Vec<u8> {
    decoded(&text.replace('-', "+").replace('_', "/")).unwrap_or_default()
}

fn begins_one(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
    let mut parts = text[..end.unwrap_or(text.len())].split('.');
    let (Some(header), Some(said), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // Of one that is encrypted: its text.
    let signature = parts.next().unwrap_or(signature);
    let is_signed = signature.len() >= SHORTEST_SIGNATURE && looks_random(signature);
    is_header(header) && is_signed && !said.is_empty() && signature != OF_THE_MANUAL
}

fn is_header(part: &str) -> bool {
    let header = serde_json::from_slice::<serde_json::Value>(&bytes_of(part));
    header.is_ok_and(|header| header["alg"].is_string())
}

#[cfg(test)]
mod tests {
    use super::holds_web_token;

    /// Written in pieces, so that nothing that looks for tokens finds one here.
    fn token(header: &str, signature: &str) -> String {
        format!("{header}.{}.{signature}", "eyJzdWIiOiIxMjM0NTY3ODkwIn0")
    }

    const HS256: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    const SIGNATURE: &str = "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

    #[test]
    fn a_signed_token_is_told_from_what_begins_like_one() {
        let whole = token(HS256, SIGNATURE);
        for text in [
            whole.clone(),
            format!("Authorization: Bearer {whole}"),
            format!("token = \"{whole}\","),
            format!("https://example.com/?jwt={whole}&x=1"),
        ] {
            assert!(holds_web_token(&text), "{text}");
        }
        let encoded = [
            "ZXlKaGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5LmV5SnpkV0lpT2lJeE1qTTBOVFkzT0Rrd0luMC5kb3p",
            "qZ05yeVA0SjNqVm1OSGwwdzVOX1hnTDBuM0k5UGxGVVAwVEhzUjhV",
        ];
        assert!(holds_web_token(&format!("token: {}", encoded.concat())));
        // `{"typ":"JWT","kid":"a"}`, which does not say how it is signed.
        let without_algorithm = "eyJ0eXAiOiJKV1QiLCJraWQiOiJhIn0";
        for text in [
            format!("x{whole}"),
            token(HS256, ""),
            token(HS256, "..."),
            token(HS256, "your-256-bit-secret"),
            token(HS256, &"x".repeat(43)),
            token(HS256, super::OF_THE_MANUAL),
            token(without_algorithm, SIGNATURE),
            token("eyJ", SIGNATURE),
            format!("{HS256}.{SIGNATURE}"),
        ] {
            assert!(!holds_web_token(&text), "{text}");
        }
    }
}
