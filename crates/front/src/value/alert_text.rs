//! A text of an alert: what in it is a template of Prometheus', and what is text.
//!
//! Prometheus runs summaries and descriptions as templates of Go's, and refuses a whole file of rules for one that it can't read.
//! What names a variable of Prometheus' (`$value`), or begins with a word of templates and says more, is meant as a template and has to be one. Every other `{{` is text.

mod words;

use words::{Lexer, Token};

use crate::diag::nearest;

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertPiece<'a> {
    /// What is printed as it stands.
    Text(&'a str),
    /// What Prometheus runs, with its braces.
    Action(&'a str),
}

/// What templates call in Prometheus, and how many values each takes: fewest and most (docs: configuration/template_reference;
/// Go's text/template).
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("and", 1, MANY),
    ("args", 0, MANY),
    ("eq", 2, MANY),
    ("externalURL", 0, 0),
    ("first", 1, 1),
    ("ge", 2, 2),
    ("graphLink", 1, 1),
    ("gt", 2, 2),
    ("html", 1, MANY),
    ("humanize", 1, 1),
    ("humanize1024", 1, 1),
    ("humanizeDuration", 1, 1),
    ("humanizePercentage", 1, 1),
    ("humanizeTimestamp", 1, 1),
    ("index", 1, MANY),
    ("js", 1, MANY),
    ("label", 2, 2),
    ("le", 2, 2),
    ("len", 1, 1),
    ("lt", 2, 2),
    ("match", 2, 2),
    ("ne", 2, 2),
    ("not", 1, 1),
    ("now", 0, 0),
    ("or", 1, MANY),
    ("parseDuration", 1, 1),
    ("pathPrefix", 0, 0),
    ("print", 0, MANY),
    ("printf", 1, MANY),
    ("println", 0, MANY),
    ("query", 1, 1),
    ("reReplaceAll", 3, 3),
    ("safeHtml", 1, 1),
    ("slice", 1, 4),
    ("sortByLabel", 2, 2),
    ("stripDomain", 1, 1),
    ("stripPort", 1, 1),
    ("strvalue", 1, 1),
    ("tableLink", 1, 1),
    ("title", 1, 1),
    ("toDuration", 1, 1),
    ("toLower", 1, 1),
    ("toTime", 1, 1),
    ("toUpper", 1, 1),
    ("urlquery", 1, MANY),
    ("value", 1, 1),
];
const MANY: usize = usize::MAX;
/// What Prometheus declares for every alert.
const VARIABLES: [&str; 4] = ["externalLabels", "externalURL", "labels", "value"];
const BLOCKS: [&str; 3] = ["if", "range", "with"];

/// The pieces of a text. Errors: what is wrong with a template in it, in words.
pub fn alert_pieces(text: &str) -> Result<Vec<AlertPiece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut template = Template::default();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let inside = &rest[start + 2..];
        if !is_meant(inside, &template.blocks) {
            pieces.push(AlertPiece::Text(&rest[..start + 2]));
            rest = inside;
            continue;
        }
        let (tokens, length) = Lexer::read(inside)?;
        template.action(&tokens)?;
        pieces.push(AlertPiece::Text(&rest[..start]));
        pieces.push(AlertPiece::Action(&rest[start..start + 2 + length]));
        rest = &inside[length..];
    }
    pieces.push(AlertPiece::Text(rest));
    match template.blocks.last() {
        Some(block) => Err(format!("`{{{{ {block} ... }}}}` has no `{{{{ end }}}}`")),
        None => Ok(pieces),
    }
}

/// Whether what stands behind two braces is meant as a template. `blocks`: those that are open.
fn is_meant(inside: &str, blocks: &[&str]) -> bool {
    let is_in_block = !blocks.is_empty();
    let end = inside.find("}}").unwrap_or(inside.len());
    let inside = &inside[..end];
    let words = inside.trim_start_matches('-').trim_start();
    let first = words.split(|c: char| !c.is_ascii_alphanumeric()).next();
    let first = first.unwrap_or_default();
    let says_more = !words[first.len()..].trim_end_matches('-').trim().is_empty();
    let names_variable = inside.split('$').skip(1).any(|rest| {
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default();
        // A variable of the text's own is declared, or stands in a block.
        let is_own = rest.contains(":=") || is_in_block && !name.is_empty();
        is_own
            || name.len() > 2 && (name.starts_with("label") || nearest(name, VARIABLES).is_some())
    });
    let of_rule = [".Labels.", ".Value", ".ExternalLabels.", ".ExternalURL"];
    names_variable
        || of_rule.iter().any(|it| words.starts_with(it)) && !words.starts_with(".Values")
        || says_more && (BLOCKS.contains(&first) || takes(first).is_some())
        || is_in_block && (words.starts_with('.') || matches!(first, "else" | "end"))
}

fn takes(function: &str) -> Option<(usize, usize)> {
    let found = FUNCTIONS.iter().find(|(name, ..)| *name == function);
    found.map(|(_, least, most)| (*least, *most))
}

/// What is known of a text so far.
#[derive(Default)]
struct Template<'a> {
    /// The blocks that are open.
    blocks: Vec<&'a str>,
    /// Variables of the text's own.
    declared: Vec<&'a str>,
}

impl<'a> Template<'a> {
    fn action(&mut self, tokens: &[Token<'a>]) -> Result<(), String> {
        match tokens {
            [Token::Word("end")] => {
                let open = self.blocks.pop();
                open.map(|_| ())
                    .ok_or_else(|| "`{{ end }}` ends nothing".to_string())
            }
            [Token::Word("else")] => self.in_block(),
            [Token::Word("else"), Token::Word("if" | "with"), rest @ ..] => {
                self.in_block()?;
                self.pipeline(rest)
            }
            [Token::Word(block), rest @ ..] if BLOCKS.contains(block) => {
                self.blocks.push(block);
                self.declaring(rest)
            }
            rest => self.declaring(rest),
        }
    }

    fn in_block(&self) -> Result<(), String> {
        match self.blocks.is_empty() {
            true => Err("`{{ else }}` is in no block".to_string()),
            false => Ok(()),
        }
    }

    /// A pipeline whose value may get a name, of a list also the place.
    fn declaring(&mut self, tokens: &[Token<'a>]) -> Result<(), String> {
        match tokens {
            [Token::Variable(name), Token::Sign(":=" | "="), rest @ ..] => {
                self.pipeline(rest)?;
                self.declared.push(name);
                Ok(())
            }
            [
                Token::Variable(at),
                Token::Sign(","),
                Token::Variable(name),
                Token::Sign(":="),
                rest @ ..,
            ] => {
                self.pipeline(rest)?;
                self.declared.extend([at, name]);
                Ok(())
            }
            rest => self.pipeline(rest),
        }
    }

    /// Commands between `|`: each gets the value of the one before as its last.
    fn pipeline(&self, tokens: &[Token<'a>]) -> Result<(), String> {
        let mut depth = 0_usize;
        let is_bar = |token: &Token<'a>| {
            match token {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *token == Token::Sign("|")
        };
        for (number, command) in tokens.split(is_bar).enumerate() {
            self.command(command, usize::from(number > 0))?;
        }
        Ok(())
    }

    /// A value, or a function and its values; `given` are those that it gets from before.
    fn command(&self, tokens: &[Token<'a>], given: usize) -> Result<(), String> {
        let (function, values) = match tokens {
            [] => return Err("there is nothing between two signs".to_string()),
            [Token::Word(name), rest @ ..] if !is_constant(name) => (Some(*name), rest),
            values => (None, values),
        };
        let count = self.values(values)?;
        let Some(function) = function else {
            return match (count + given, tokens) {
                (1, _) | (_, [Token::Field(_), ..]) => Ok(()),
                _ => Err(
                    "a value is followed by something: is a `|` or a function missing?".to_string(),
                ),
            };
        };
        match takes(function) {
            None => Err(format!(
                "there is no function `{function}`{}",
                near(function)
            )),
            Some((least, most)) if count + given < least || count + given > most => Err(format!(
                "`{function}` takes {}, and gets {}",
                amount(least, most),
                count + given
            )),
            Some(_) => Ok(()),
        }
    }

    /// How many values these are.
    fn values(&self, mut tokens: &[Token<'a>]) -> Result<usize, String> {
        let mut count = 0;
        while let Some((first, rest)) = tokens.split_first() {
            tokens = rest;
            match first {
                Token::Sign("(") => {
                    let end = closing(rest).ok_or("a `(` is not closed")?;
                    self.pipeline(&rest[..end])?;
                    tokens = &rest[end + 1..];
                    if let [Token::Field(_), after @ ..] = tokens {
                        tokens = after;
                    }
                }
                Token::Sign(sign) => {
                    return Err(format!("`{sign}` stands where a value is expected"));
                }
                Token::Variable(name) => self.is_known(name)?,
                Token::Word(name) if is_constant(name) => {}
                Token::Word(name) => match takes(name) {
                    Some((0, _)) => {}
                    Some(_) => {
                        return Err(format!(
                            "write `(` before `{name}` and `)` behind its values"
                        ));
                    }
                    None => return Err(format!("there is no function `{name}`{}", near(name))),
                },
                Token::Field(_) | Token::Literal => {}
            }
            count += 1;
        }
        Ok(count)
    }

    /// `name` has its fields behind it.
    fn is_known(&self, name: &str) -> Result<(), String> {
        let root = name.split('.').next().unwrap_or_default();
        if root.is_empty() || VARIABLES.contains(&root) || self.declared.contains(&root) {
            return Ok(());
        }
        Err(format!(
            "there is no variable `${root}`: Prometheus has `$value`, `$labels`, `$externalLabels` and `$externalURL`"
        ))
    }
}

fn is_constant(word: &str) -> bool {
    matches!(word, "true" | "false" | "nil")
}

/// Where the parenthesis closes that was opened before these.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 1;
    tokens.iter().position(|token| {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

fn amount(least: usize, most: usize) -> String {
    let values = |count: usize| match count {
        0 => "no value".to_string(),
        1 => "one value".to_string(),
        count => format!("{count} values"),
    };
    match (least, most) {
        (least, MANY) => format!("at least {}", values(least)),
        (least, most) if least == most => values(least),
        (least, most) => format!("{least} to {most} values"),
    }
}

/// A hint at the function that was meant.
fn near(name: &str) -> String {
    let names = || FUNCTIONS.iter().map(|(name, ..)| *name);
    // A name that was cut short is no slip of a finger.
    let begins_alike = || {
        let start = name.get(..name.len().min(10))?;
        names().find(|it| it.starts_with(start))
    };
    let best = nearest(name, names()).or_else(begins_alike);
    best.map_or_else(String::new, |best| format!(": did you mean `{best}`?"))
}

#[cfg(test)]
mod tests;
