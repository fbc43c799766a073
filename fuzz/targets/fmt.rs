//! `fmt`: a file says the same before and after, keeps its comments, and stays as it is the second time.

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
    // As text, in which one number that is none is like another.
    assert_eq!(format!("{before:?}"), format!("{after:?}"), "it says something else: {laid}");
    assert_eq!(comments(text), comments(&laid), "{laid}");
    assert_eq!(layout(&laid).as_ref(), Some(&laid), "another layout the second time");
});

/// All comments, in order.
fn comments(text: &str) -> Vec<&str> {
    let tokens = Source::new(text).lex();
    let comments = tokens.filter(|token| token.kind() == TokenKind::Comment);
    comments
        .map(|token| text[token.span().start()..token.span().end()].trim_end())
        .collect()
}
