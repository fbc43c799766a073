//! From a string to its pieces.

use memchr::memchr_iter;

use super::{KIND_WORDS, Misfit, Mode, PLATFORM_WORDS, Phrase, Piece, Reference, Words};
use crate::{
    source::Span,
    syntax::{Key, Node},
};

/// The pieces of a node's string; none where it is no string.
pub fn of_node(node: &Node, words: Words, mode: Mode) -> Phrase<'_> {
    let text = node.as_str().unwrap_or_default();
    pieces(text, words, mode, |start, end| node.part(start, end))
}

/// The pieces of a key. The place of each reference is the whole key's.
pub fn of_key(key: &Key, words: Words, mode: Mode) -> Phrase<'_> {
    of_text(&key.name, key.span, words, mode)
}

/// The pieces of a text that stands at `place`. The place of each reference is the whole text's.
pub fn of_text(text: &str, place: Span, words: Words, mode: Mode) -> Phrase<'_> {
    pieces(text, words, mode, |_, _| place)
}

/// `place` maps bytes: where the bytes `start..end` of the text stand.
fn pieces(
    text: &str,
    words: Words,
    mode: Mode,
    place: impl Fn(usize, usize) -> Span,
) -> Phrase<'_> {
    if opening(text, 0).is_none() {
        // Nearly every text: its list has room for one piece, not for four.
        let pieces = if text.is_empty() {
            Vec::new()
        } else {
            vec![Piece::Literal(text)]
        };
        return Phrase { pieces };
    }
    let mut out: Vec<Piece<'_>> = Vec::new();
    // Everything before `done` is in a piece; everything before `at` was looked at.
    let mut done = 0;
    let mut at = 0;
    while let Some(start) = opening(text, at) {
        let inner = start + 2;
        let starts_reference = is_start(&text[inner..], words);
        let is_read = starts_reference || mode == Mode::Strict;
        if !is_read {
            at = inner;
            continue;
        }
        if text[done..start].ends_with('$') {
            push_literal(&mut out, &text[done..start - 1]);
            out.push(Piece::Escape);
            (done, at) = (inner, inner);
            continue;
        }
        push_literal(&mut out, &text[done..start]);
        let Some(length) = text[inner..].find('}') else {
            out.push(Piece::Misfit(Misfit {
                inner: &text[inner..],
                closed: false,
                place: place(start, text.len()),
            }));
            return Phrase { pieces: out };
        };
        let mut end = inner + length + 1;
        // `${{...}}`, as in other languages.
        if text[inner..].starts_with('{') && text[end..].starts_with('}') {
            end += 1;
        }
        let inner = &text[inner..end - 1];
        let place = place(start, end);
        out.push(if starts_reference {
            let segments = inner.split('.').collect();
            Piece::Reference(Reference { segments, place })
        } else {
            Piece::Misfit(Misfit {
                inner,
                closed: true,
                place,
            })
        });
        (done, at) = (end, end);
    }
    push_literal(&mut out, &text[done..]);
    Phrase { pieces: out }
}

/// Where the next `${` stands from `at` on. Every text of a platform is looked through, and few have a dollar: the search for
/// one byte ends at once.
fn opening(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut dollars = memchr_iter(b'$', &bytes[at..]).map(|found| at + found);
    dollars.find(|dollar| bytes.get(dollar + 1) == Some(&b'{'))
}

fn push_literal<'a>(out: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.is_empty() {
        out.push(Piece::Literal(text));
    }
}

/// The lower case letters that a text begins with.
pub(super) fn word_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_lowercase())
        .unwrap_or(text.len());
    &text[..end]
}

/// Whether what follows `${` is a known word and a dot; in a kind a word may stand alone.
fn is_start(rest: &str, words: Words) -> bool {
    let word = word_at(rest);
    let after = &rest[word.len()..];
    let dotted = after.starts_with('.');
    (PLATFORM_WORDS.contains(&word) && dotted)
        || (words == Words::Kind
            && KIND_WORDS.contains(&word)
            && (dotted || after.starts_with('}')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::Sources, syntax::Value};

    fn node(text: &str) -> Node {
        let mut sources = Sources::default();
        let id = sources.add("t.toml", format!("a = \"{text}\""));
        Node {
            span: Span::new(id, 4..6 + text.len()),
            value: Value::String(text.to_string()),
        }
    }

    /// The pieces in short: literals as they are, `<a.b>` for references, `!` for misfits, `\` for escapes.
    fn short(text: &str, words: Words, mode: Mode) -> String {
        let node = node(text);
        of_node(&node, words, mode)
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => (*text).to_string(),
                Piece::Escape => "\\".to_string(),
                Piece::Reference(reference) => format!("<{}>", reference.segments.join("|")),
                Piece::Misfit(misfit) if misfit.closed => format!("!{}!", misfit.inner),
                Piece::Misfit(misfit) => format!("!{}", misfit.inner),
            })
            .collect()
    }

    #[test]
    fn strict_text_is_literals_escapes_references_and_misfits() {
        for (text, pieces) in [
            ("", ""),
            ("plain $ { } $x", "plain $ { } $x"),
            ("a${vars.v}b", "a<vars|v>b"),
            ("${secrets.s}${vars.v}", "<secrets|s><vars|v>"),
            ("$${vars.v}", "\\vars.v}"),
            ("$$${vars.v}", "$\\vars.v}"),
            ("$${${vars.v}", "\\<vars|v>"),
            ("$${$${x}", "\\\\x}"),
            ("${vars.v}$${x}", "<vars|v>\\x}"),
            ("${HOME}", "!HOME!"),
            ("${settings.x}${major}", "!settings.x!!major!"),
            ("${vars.v", "!vars.v"),
            ("${vars}", "!vars!"),
            ("é${vars.é}é", "é<vars|é>é"),
        ] {
            assert_eq!(short(text, Words::Platform, Mode::Strict), pieces, "{text}");
        }
    }

    #[test]
    fn a_shell_keeps_what_is_no_reference() {
        for (text, pieces) in [
            ("${HOME:-x} $${X} ${vars.v}", "${HOME:-x} $${X} <vars|v>"),
            ("$${vars.v} ${", "\\vars.v} ${"),
            ("$${HOME}${vars.v}", "$${HOME}<vars|v>"),
            ("${vars.v", "!vars.v"),
        ] {
            assert_eq!(short(text, Words::Platform, Mode::Shell), pieces, "{text}");
        }
    }

    #[test]
    fn a_kind_has_words_of_its_own() {
        assert_eq!(
            short(
                "${settings.x}${major}${binding} $${own.k}",
                Words::Kind,
                Mode::Strict
            ),
            "<settings|x><major><binding> \\own.k}"
        );
    }

    #[test]
    fn a_reference_knows_its_place() {
        let node = node("ab${vars.v}");
        let phrase = of_node(&node, Words::Platform, Mode::Strict);
        let place = phrase.references().next().expect("a reference").place;
        assert_eq!((place.start, place.end), (7, 16));
    }

    #[test]
    fn what_is_rewritten_reads_the_same() {
        let text = "a$${x}${own.k}${self.name}${nothing}";
        let node = node(text);
        let phrase = of_node(&node, Words::Kind, Mode::Strict);
        assert_eq!(phrase.rewritten(|_| None), text);
        let rewritten = phrase.rewritten(|reference| {
            reference
                .is(&["own", "k"])
                .then(|| "${secrets.s}".to_string())
        });
        assert_eq!(rewritten, "a$${x}${secrets.s}${self.name}${nothing}");
    }
}
