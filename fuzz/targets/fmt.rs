//! `fmt`: a formatted file has the same values and comments, and a second run changes nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsgen::layout::layout;
use toml_parser::{Source, lexer::TokenKind};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some(laid) = layout(text) else {
        return;
    };
    let (Ok(before), Ok(after)) = (text.parse::<toml::Table>(), laid.parse::<toml::Table>()) else {
        panic!("laid out, and no TOML: {laid}");
    };
    // Compared as text, because NaN is not equal to NaN.
    assert_eq!(
        format!("{before:?}"),
        format!("{after:?}"),
        "it says something else: {laid}"
    );
    assert_eq!(comments(text), comments(&laid), "{laid}");
    assert_eq!(
        layout(&laid).as_ref(),
        Some(&laid),
        "another layout the second time"
    );
});

/// All comments, in order.
fn comments(text: &str) -> Vec<&str> {
    let tokens = Source::new(text).lex();
    let comments = tokens.filter(|token| token.kind() == TokenKind::Comment);
    comments
        .map(|token| text[token.span().start()..token.span().end()].trim_end())
        .collect()
}
