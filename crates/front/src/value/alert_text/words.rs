//! The words of an action of a template.

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a function or a constant.
    Word(&'a str),
    /// `$value` or `$labels.job`, without `$`.
    Variable(&'a str),
    /// `.`, `.Value` or `.Labels.job`.
    Field(&'a str),
    /// A number or a string.
    Literal,
    /// `|`, `(`, `)`, `,`, `=` or `:=`.
    Sign(&'a str),
}

pub(super) struct Lexer;

impl Lexer {
    /// The words up to the closing braces, and how long all of it is. Errors: what can't be read, in words.
    pub fn read(inside: &str) -> Result<(Vec<Token<'_>>, usize), String> {
        let trims = inside.starts_with('-') && inside[1..].starts_with(char::is_whitespace);
        let mut at = usize::from(trims);
        let mut tokens = Vec::new();
        loop {
            let rest = &inside[at..];
            let blanks = rest.len() - rest.trim_start().len();
            let rest = &rest[blanks..];
            if rest.starts_with("}}") {
                return Ok((tokens, at + blanks + 2));
            }
            if blanks > 0 && rest.starts_with("-}}") {
                return Ok((tokens, at + blanks + 3));
            }
            let (token, length) = token(rest)?;
            tokens.push(token);
            at += blanks + length;
        }
    }
}

fn token(rest: &str) -> Result<(Token<'_>, usize), String> {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = |from: usize, more: &str| {
        let end = rest[from..].find(|c: char| !is_in_name(c) && !more.contains(c));
        end.map_or(rest.len(), |end| from + end)
    };
    let Some(first) = rest.chars().next() else {
        return Err("`{{` is not closed by `}}`".to_string());
    };
    let (token, end) = match first {
        '|' | '(' | ')' | ',' | '=' => (Token::Sign(&rest[..1]), 1),
        ':' if rest.starts_with(":=") => (Token::Sign(&rest[..2]), 2),
        '"' | '`' => (Token::Literal, string(rest, first)?),
        '$' | '.' => {
            let end = name(1, ".");
            let path = &rest[1..end];
            if path.ends_with('.') || path.contains("..") {
                return Err(format!("`{}` does not end with a name", &rest[..end]));
            }
            match first {
                '$' => (Token::Variable(path), end),
                _ => (Token::Field(path), end),
            }
        }
        '0'..='9' | '-' | '+' => {
            let end = name(1, ".+");
            let number = &rest[..end];
            if number.parse::<f64>().is_err() {
                return Err(format!("`{number}` is no number"));
            }
            (Token::Literal, end)
        }
        c if is_in_name(c) => {
            let end = name(0, "");
            (Token::Word(&rest[..end]), end)
        }
        c => return Err(format!("`{c}` means nothing in a template")),
    };
    let next = rest[end..].chars().next();
    let ends = next.is_none_or(|c| c.is_whitespace() || "|(),=:}\"`".contains(c))
        || matches!(token, Token::Sign(_));
    match ends {
        true => Ok((token, end)),
        false => Err(format!(
            "`{}` means nothing behind `{}`",
            next.unwrap_or_default(),
            &rest[..end]
        )),
    }
}

/// Where a string ends.
fn string(rest: &str, quote: char) -> Result<usize, String> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                if !"abfnrtvxuU\\\"01234567".contains(c) {
                    return Err(format!("`\\{c}` is no escape in a string"));
                }
                escaped = false;
            }
            '\\' if quote == '"' => escaped = true,
            '\n' if quote == '"' => break,
            c if c == quote => return Ok(at + 1),
            _ => {}
        }
    }
    Err("a string is not closed".to_string())
}
