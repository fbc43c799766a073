//! One layout for TOML files: spacing and indentation, and nothing that has a meaning.
//!
//! In: the text of a file. Out: the same file laid out. Comments stay, and keys, tables and items keep their order.

use taplo::formatter::{self, Options};

use crate::{
    diag::Sink,
    source::Sources,
    syntax::{self, Node, Table, Value},
};

/// The text laid out. `None` where that can't be done without a risk: it is no TOML, or newer than the formatter knows.
pub fn layout(text: &str) -> Option<String> {
    // First of all: our reader refuses what is nested too deep for the formatter's.
    let meant = tree(text)?;
    if !taplo::parser::parse(text).errors.is_empty() {
        return None;
    }
    let has_crlf = text.contains("\r\n");
    let options = Options {
        align_single_comments: false,
        // Where a line ends is the author's choice.
        array_auto_expand: false,
        array_auto_collapse: false,
        allowed_blank_lines: 1,
        crlf: has_crlf,
        ..Options::default()
    };
    let laid = formatter::format(text, options);
    // The formatter is somebody else's; whatever it does, the file must go on to say the same.
    (meant == tree(&laid)? && comments(text) == comments(&laid)).then_some(laid)
}

/// What the file says, without places.
fn tree(text: &str) -> Option<Vec<(String, Plain)>> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let source = sources.add("", text);
    let table = syntax::parse(&sources, source, &mut sink);
    (!sink.has_errors()).then(|| entries(&table))
}

#[derive(PartialEq)]
enum Plain {
    /// A value that is no list and no table, in the words of its type.
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
fn comments(text: &str) -> Vec<String> {
    taplo::parser::parse(text)
        .into_syntax()
        .descendants_with_tokens()
        .filter(|element| element.kind() == taplo::syntax::SyntaxKind::COMMENT)
        .map(|element| element.to_string().trim_end().to_string())
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
    }
}
