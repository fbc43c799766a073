//! One layout for TOML files: it changes spacing and indentation, and nothing that has a meaning.
//!
//! In: the text of a file. Out: the same file, formatted. Comments stay, and keys, tables and items keep their order.
//!
//! Written by hand, on the lexer of the `toml` crate: a formatter crate has its own TOML parser and thirty crates to compile.

use toml_parser::{
    Source,
    lexer::{Token, TokenKind},
};

use crate::{
    diag::Sink,
    source::Sources,
    syntax::{self, Node, Table, Value},
};

/// One level of what stands between brackets.
const INDENT: &str = "  ";

/// The text, formatted. `None` if the text is not TOML, or if the result would not mean the same.
pub fn layout(text: &str) -> Option<String> {
    // This comes first: this reader refuses texts that are nested too deep for the stack.
    let meant = tree(text)?;
    let mut reader = Reader::new(text);
    let pieces = reader.pieces(Place::File, 0);
    let mut laid = lines(&pieces, "", reader.newline);
    laid.push_str(reader.newline);
    (meant == tree(&laid)? && comments(text) == comments(&laid)).then_some(laid)
}

/// What the pieces are in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    File,
    Array,
    InlineTable,
}

/// A part that gets its own line, if the lines are not joined.
enum Piece {
    /// An entry or an item. The comments of consecutive rows are aligned.
    Row {
        text: String,
        comment: Option<String>,
    },
    /// The header of a table, or a comment on a line of its own.
    Alone(String),
    Blank,
}

/// The tokens of a text, without white space.
struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    newline: &'static str,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: Source::new(text)
                .lex()
                .filter(|token| token.kind() != TokenKind::Whitespace)
                .collect(),
            at: 0,
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }

    fn kind(&self) -> TokenKind {
        self.tokens.get(self.at).map_or(TokenKind::Eof, Token::kind)
    }

    /// The text from here to the first token for which `ends` is true, with the white space between the tokens.
    fn take_until(&mut self, ends: fn(TokenKind) -> bool) -> &'a str {
        let first = self.at;
        while self.kind() != TokenKind::Eof && !ends(self.kind()) {
            self.at += 1;
        }
        match self.tokens.get(first..self.at) {
            Some([one]) => &self.text[one.span().start()..one.span().end()],
            Some([one, .., last]) => &self.text[one.span().start()..last.span().end()],
            _ => "",
        }
    }

    /// The same as [`Reader::take_until`], without the white space.
    fn take_until_without_space(&mut self, ends: fn(TokenKind) -> bool) -> String {
        let mut out = String::new();
        while self.kind() != TokenKind::Eof && !ends(self.kind()) {
            out.push_str(self.token());
        }
        out
    }

    fn token(&mut self) -> &'a str {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token.map_or("", |token| {
            &self.text[token.span().start()..token.span().end()]
        })
    }

    fn comment(&mut self) -> Option<String> {
        (self.kind() == TokenKind::Comment).then(|| self.token().trim_end().to_string())
    }

    /// All pieces up to the end of the file, or up to the closing bracket.
    fn pieces(&mut self, place: Place, depth: usize) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        // The start of a file is the start of a line.
        let mut line_ends = usize::from(place == Place::File);
        loop {
            match self.kind() {
                TokenKind::Eof => break,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => break,
                TokenKind::Comma => self.at += 1,
                TokenKind::Newline => {
                    self.at += 1;
                    line_ends += 1;
                    if line_ends > 1 && !matches!(pieces.last(), None | Some(Piece::Blank)) {
                        pieces.push(Piece::Blank);
                    }
                }
                TokenKind::Comment => {
                    let read = self.comment();
                    match pieces.last_mut() {
                        Some(Piece::Row { comment, .. }) if line_ends == 0 && comment.is_none() => {
                            *comment = read;
                        }
                        _ => pieces.extend(read.map(Piece::Alone)),
                    }
                    line_ends = 0;
                }
                TokenKind::LeftSquareBracket if place == Place::File => {
                    line_ends = 0;
                    let mut header = self.take_until_without_space(ends_line);
                    if let Some(comment) = self.comment() {
                        header = format!("{header} {comment}");
                    }
                    pieces.push(Piece::Alone(header));
                }
                _ => {
                    line_ends = 0;
                    let text = match place {
                        Place::Array => self.value(depth),
                        Place::File | Place::InlineTable => self.entry(depth),
                    };
                    pieces.push(Piece::Row {
                        text,
                        comment: None,
                    });
                }
            }
        }
        if matches!(pieces.last(), Some(Piece::Blank)) {
            pieces.pop();
        }
        pieces
    }

    fn entry(&mut self, depth: usize) -> String {
        let key = self.take_until_without_space(|kind| kind == TokenKind::Equals);
        self.at += 1;
        format!("{key} = {}", self.value(depth))
    }

    fn value(&mut self, depth: usize) -> String {
        match self.kind() {
            TokenKind::LeftSquareBracket => self.bracketed(Place::Array, depth),
            TokenKind::LeftCurlyBracket => self.bracketed(Place::InlineTable, depth),
            _ => self.take_until(ends_scalar).to_string(),
        }
    }

    /// An array or an inline table. The author decides: all items on one line, or each on its own.
    fn bracketed(&mut self, place: Place, depth: usize) -> String {
        let is_spread = self.is_spread(place);
        let open = self.token();
        let comment = self.comment();
        let mut pieces = self.pieces(place, depth + usize::from(is_spread));
        let close = self.token();
        if !is_spread {
            let items: Vec<&str> = pieces.iter().map(Piece::text).collect();
            let pad = match items.is_empty() || place == Place::Array {
                true => "",
                false => " ",
            };
            return format!("{open}{pad}{}{pad}{close}", items.join(", "));
        }
        for piece in &mut pieces {
            if let Piece::Row { text, .. } = piece {
                text.push(',');
            }
        }
        let newline = self.newline;
        let mut out = open.to_string();
        if let Some(comment) = comment {
            out.push(' ');
            out.push_str(&comment);
        }
        if !pieces.is_empty() {
            out.push_str(newline);
            out.push_str(&lines(&pieces, &INDENT.repeat(depth + 1), newline));
        }
        out.push_str(newline);
        out.push_str(&INDENT.repeat(depth));
        out.push_str(close);
        out
    }

    /// Whether there is a line end between this bracket and its closing one. In a table, those inside other brackets do not count.
    fn is_spread(&self, place: Place) -> bool {
        let mut open = 0usize;
        for token in &self.tokens[self.at..] {
            match token.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => open += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => open -= 1,
                TokenKind::Newline if open == 1 || place == Place::Array => return true,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        false
    }
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Row { text, .. } | Self::Alone(text) => text,
            Self::Blank => "",
        }
    }

    fn is_row(&self) -> bool {
        matches!(self, Self::Row { .. })
    }
}

fn ends_line(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Newline | TokenKind::Comment)
}

fn ends_scalar(kind: TokenKind) -> bool {
    ends_line(kind)
        || matches!(
            kind,
            TokenKind::Comma | TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket
        )
}

/// The pieces, each on a line.
fn lines(pieces: &[Piece], indent: &str, newline: &str) -> String {
    let mut out = Vec::new();
    for group in pieces.chunk_by(|one, next| one.is_row() && next.is_row()) {
        let width = comment_column(group);
        out.extend(group.iter().map(|piece| match piece {
            Piece::Blank => String::new(),
            Piece::Row {
                text,
                comment: Some(comment),
            } => format!("{indent}{text:width$} {comment}"),
            piece => format!("{indent}{}", piece.text()),
        }));
    }
    out.join(newline)
}

/// The width of rows that aligns their comments. A single comment follows its row directly.
fn comment_column(rows: &[Piece]) -> usize {
    let is_commented =
        |piece: &&Piece| matches!(piece, Piece::Row { comment, .. } if comment.is_some());
    let is_one_comment = rows.iter().filter(is_commented).count() < 2;
    if is_one_comment || rows.iter().any(|row| row.text().contains('\n')) {
        return 0;
    }
    rows.iter()
        .map(|row| row.text().chars().count())
        .max()
        .unwrap_or(0)
}

/// The contents of the file, without places.
fn tree(text: &str) -> Option<Vec<(String, Plain)>> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let source = sources.add("", text);
    let table = syntax::parse(&sources, source, &mut sink);
    (!sink.has_errors()).then(|| entries(&table))
}

#[derive(PartialEq)]
enum Plain {
    /// A value other than a list or a table, printed with its type.
    Scalar(String),
    List(Vec<Plain>),
    Table(Vec<(String, Plain)>),
}

fn entries(table: &Table) -> Vec<(String, Plain)> {
    table
        .iter()
        .map(|(key, node)| (key.name.clone(), plain(node)))
        .collect()
}

fn plain(node: &Node) -> Plain {
    match &node.value {
        Value::Array(items) => Plain::List(items.iter().map(plain).collect()),
        Value::Table(table) => Plain::Table(entries(table)),
        value => Plain::Scalar(format!("{value:?}")),
    }
}

/// Every comment, in order.
fn comments(text: &str) -> Vec<&str> {
    Source::new(text)
        .lex()
        .filter(|token| token.kind() == TokenKind::Comment)
        .map(|token| text[token.span().start()..token.span().end()].trim_end())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn spacing_changes_and_nothing_else() {
        let text = "# about\n[b]   # why\nz=1\na = [ 1,2 ]\n\n\n\n[a]\nx   =    { k='v' }";
        let laid = layout(text).expect("it is TOML");
        assert_eq!(
            laid,
            "# about\n[b] # why\nz = 1\na = [1, 2]\n\n[a]\nx = { k = 'v' }\n"
        );
        assert_eq!(layout(&laid).as_deref(), Some(laid.as_str()));
    }

    #[test]
    fn line_ends_stay_and_what_is_no_toml_is_left_alone() {
        assert_eq!(
            layout("a=1\r\nb=2\r\n").as_deref(),
            Some("a = 1\r\nb = 2\r\n")
        );
        assert_eq!(layout("a = "), None);
        for number in ["1e400", "-1e400", "99999999999999999999"] {
            assert_eq!(layout(&format!("a = {number}")), None);
        }
    }

    #[test]
    fn an_array_on_several_lines_has_an_item_a_line() {
        let text = "\na . \"b\" = [ # all\n1, [2,3,],   # two\n\n\n'four' # five\n, # six\n [\n] ]\nb = { a = [\n1 ], c={} , }";
        let laid = "\
a.\"b\" = [ # all
  1,
  [2, 3], # two

  'four', # five
  # six
  [
  ],
]
b = { a = [
  1,
], c = {} }
";
        assert_eq!(layout(text).as_deref(), Some(laid));
        assert_eq!(layout(laid).as_deref(), Some(laid));
    }

    #[test]
    fn comments_of_neighbours_stand_below_each_other() {
        let text = "a=1 # one\nlonger='x' # two\n\nb=1 # three\nlonger2='''x\n  y ''' # four\n#five\nc=2   # six\nd =   1979-05-27 07:32:00\n[ x . y ] # seven\n";
        let laid = "\
a = 1        # one
longer = 'x' # two

b = 1 # three
longer2 = '''x
  y ''' # four
#five
c = 2 # six
d = 1979-05-27 07:32:00
[x.y] # seven
";
        assert_eq!(layout(text).as_deref(), Some(laid));
        assert_eq!(layout(laid).as_deref(), Some(laid));
    }

    #[test]
    fn an_inline_table_may_have_several_lines() {
        let laid = "a = {\n  b = 1, # one\n  c = [2],\n}\n";
        assert_eq!(
            layout("a = { b = 1, # one\n c = [ 2 ]}").as_deref(),
            Some(laid)
        );
        assert_eq!(layout(laid).as_deref(), Some(laid));
    }
}
