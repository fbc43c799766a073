//! Keys, tokens and logins by their form, in platform.toml and in files of the project: what surely is a secret, whatever it is called.
//!
//! In: the text or the bytes of a file. Out: what it holds, in words. What stands for a secret in an example is none.

mod keys;
mod logins;
mod stores;
mod tokens;
mod web_tokens;

use std::{borrow::Cow, iter};

/// A credential in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    /// What it is, in words.
    pub what: &'static str,
    /// The number of its line. `None`: the file is no text, and all of it is one.
    pub line: Option<usize>,
}

/// What a file holds: each sort once, at its first line. `name`: the file's name without its folders.
pub(super) fn in_file(name: &str, bytes: &[u8]) -> Vec<Credential> {
    if let Some(what) = stores::of_bytes(bytes) {
        return vec![Credential { what, line: None }];
    }
    let text = &*text_of(bytes);
    let form = logins::Form::of(name, text);
    let mut found: Vec<Credential> = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let next = lines.peek().map(|(_, next)| *next);
        let what = in_text(line, next).or_else(|| form.in_line(line));
        if let Some(what) = what
            && found.iter().all(|known| known.what != what)
        {
            let line = Some(index + 1);
            found.push(Credential { what, line });
        }
    }
    found
}

/// The bytes as text: one bad byte, or UTF-16 as Windows writes it, hides nothing.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let pairs = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(units)
            .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(pairs(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(pairs(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// The lines of a text that hold something, each with what that is.
pub(super) fn of_lines(text: &str) -> impl Iterator<Item = (&str, &'static str)> {
    let mut lines = text.lines().peekable();
    iter::from_fn(move || {
        let line = lines.next()?;
        Some((line, in_text(line, lines.peek().copied())))
    })
    .filter_map(|(line, what)| Some((line, what?)))
}

/// A shorter text holds neither a token nor the mark of a key.
const SHORTEST: usize = 20;

/// What a text holds. `next`: the line behind it.
pub(super) fn in_text(text: &str, next: Option<&str>) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    keys::begins_private_key(text, next)
        .then_some("a private key")
        .or_else(|| tokens::token_in(text))
        .or_else(|| web_tokens::holds_web_token(text).then_some("a JSON Web Token"))
}

/// Whether a word has so many sorts of characters as what was drawn at random has. `xxxx`, `0000` and `abcabc` stand for something.
fn looks_random(word: &str) -> bool {
    let sorts: std::collections::BTreeSet<char> = word.chars().collect();
    sorts.len() >= 8
}

#[cfg(test)]
mod tests {
    use super::{Credential, in_file};

    fn found(name: &str, text: &str) -> Vec<(&'static str, Option<usize>)> {
        let found = in_file(name, text.as_bytes()).into_iter();
        found
            .map(|Credential { what, line }| (what, line))
            .collect()
    }

    /// Written in pieces, so that nothing that looks for tokens finds one here.
    fn github_token() -> String {
        ["ghp", "_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat()
    }

    #[test]
    fn each_sort_is_found_once_at_its_line_in_comments_too() {
        let token = github_token();
        let text = format!("a = 1\n# {token}\nb = \"{token}\"\n");
        assert_eq!(found("x.ini", &text), [("a GitHub token", Some(2))]);
    }

    #[test]
    fn a_text_that_is_not_utf_8_hides_nothing() {
        let token = github_token();
        let latin = [b"# caf\xe9\ntoken = ", token.as_bytes()].concat();
        let utf_16 = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let text = format!("\u{feff}a\r\ntoken = {token}\r\n");
            text.encode_utf16().flat_map(to).collect()
        };
        for bytes in [latin, utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)] {
            let found = in_file("x.ini", &bytes);
            assert_eq!(found.len(), 1, "{bytes:?}");
            assert_eq!((found[0].what, found[0].line), ("a GitHub token", Some(2)));
        }
    }

    #[test]
    fn what_is_no_text_and_no_store_is_nothing() {
        assert!(in_file("picture.png", &[0x89, b'P', b'N', b'G', 0xff]).is_empty());
    }
}
