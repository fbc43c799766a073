//! Logins in headers of HTTP that stand in a text: `Bearer TOKEN`, `Basic BASE64`, `Authorization: SCHEME TOKEN`, `X-API-Key: KEY`.

use super::telling::is_secret_of;

/// Fewer characters than these are no token.
const SHORTEST_TOKEN: usize = 8;

/// The word of a scheme, and whether what stands behind it is a login.
type Scheme = (&'static str, fn(&str) -> bool);

/// The scheme of the first header in a text whose login is written out.
pub(super) fn written_login(text: &str) -> Option<&'static str> {
    let schemes: [Scheme; 2] = [("Bearer", is_token), ("Basic", is_login)];
    let found = |(scheme, is_it): &Scheme| {
        let lower = text.to_ascii_lowercase();
        let word = scheme.to_ascii_lowercase();
        let places = lower.match_indices(word.as_str());
        let mut places = places.map(|(at, word)| (&text[..at], &text[at + word.len()..]));
        places.any(|(before, behind)| {
            let begins =
                !before.ends_with(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
            let token = behind.trim_start();
            let end = token.find(|c: char| !is_of_token(c));
            begins && token.len() < behind.len() && is_it(&token[..end.unwrap_or(token.len())])
        })
    };
    schemes
        .iter()
        .find(|it| found(it))
        .map(|(scheme, _)| *scheme)
}

/// The header in a text whose name tells that its value is a login, or that is `Authorization` of any scheme.
pub(super) fn written_header(text: &str) -> Option<&str> {
    let mut parts = text.split(['"', '\'']);
    parts.find_map(|part| {
        let (name, value) = part.split_once(':')?;
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        let is_login = match name.eq_ignore_ascii_case("authorization") {
            true => value.split_whitespace().take(2).any(is_whole_token),
            // `credentials:1480.v2246fd` is a plugin and its version.
            false => {
                let is_apart = value.starts_with(' ');
                is_apart && is_whole_token(value.trim()) && is_secret_of(name, value.trim())
            }
        };
        (is_name && is_login).then_some(name)
    })
}

fn is_whole_token(word: &str) -> bool {
    word.chars().all(is_of_token) && is_token(word)
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._~+/=-".contains(c)
}

/// A word of a sentence has no digits.
fn is_token(word: &str) -> bool {
    word.len() >= SHORTEST_TOKEN && word.contains(|c: char| c.is_ascii_digit())
}

/// `user:password`, encoded.
fn is_login(word: &str) -> bool {
    let decoded = decoded(word.trim_end_matches('=')).unwrap_or_default();
    let is_text = decoded.iter().all(|byte| (0x20..0x7f).contains(byte));
    word.len() >= SHORTEST_TOKEN && is_text && decoded.contains(&b':')
}

/// The bytes of a text in base64, without what fills it up.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{written_header, written_login};

    #[test]
    fn a_header_is_told_by_its_name() {
        for (text, name) in [
            ("X-API-Key: 3a16750dd363", Some("X-API-Key")),
            ("curl -H \"apikey: c4ed6c21-9dd5\" http://x", Some("apikey")),
            (
                "curl -H 'Authorization: Token 22cb98785' x",
                Some("Authorization"),
            ),
            ("Authorization: 5eb4223e-5008", Some("Authorization")),
            ("curl -H \"X-API-Key: $KEY1234\" http://x", None),
            ("curl -H 'Authorization: Bearer ${TOKEN}'", None),
            ("echo 'password: wrong'", None),
            ("X-Request-Id: 3a16750dd363", None),
            ("[\"credentials-binding:700.vb2246fd\"]", None),
            ("X-API-Key-Header: x-shop-key1", None),
        ] {
            assert_eq!(written_header(text), name, "{text}");
        }
    }

    #[test]
    fn a_login_in_a_header_is_told_from_words_and_variables() {
        let texts = [
            ("Authorization: Bearer 0123456789abcdef", Some("Bearer")),
            (
                "proxy_set_header Authorization \"Basic YWRtaW46czNjcmV0\";",
                Some("Basic"),
            ),
            ("credentials: bearer eyJhbGciOi1.e30.x-yz", Some("Bearer")),
            ("authorization = Bearer ${TOKEN}", None),
            (
                "# Basic authentication is on, bearer authentication is off",
                None,
            ),
            ("auth_basic YWRtaW46czNjcmV0", None),
            ("Bearer <token123456>", None),
        ];
        for (text, scheme) in texts {
            assert_eq!(written_login(text), scheme, "{text}");
        }
    }
}
