//! Where an entry stands in its file, in as many pieces as it is written in.

use super::tree::{Key, Node, Value};
use crate::source::Span;

/// The places of an entry: of a table that dotted keys or headings make, those of all that it holds.
pub fn places(key: &Key, value: &Node) -> Vec<Span> {
    let is_beside = value.span.source == key.span.source && value.span.start > key.span.end;
    match &value.value {
        Value::Table(table) if !is_beside => {
            let inner = table.iter().flat_map(|(key, value)| places(key, value));
            std::iter::once(key.span).chain(inner).collect()
        }
        _ if is_beside => vec![key.span.through(value.span)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diag::{Code, Diagnostic, Sink, apply},
        source::Sources,
    };

    fn without(text: &str, path: &[&str]) -> String {
        let mut sources = Sources::default();
        let id = sources.add("a.toml", text);
        let tree = crate::syntax::parse(&sources, id, &mut Sink::default());
        let (last, outer) = path.split_last().expect("a path");
        let table = outer
            .iter()
            .fold(&tree, |table, name| table.table(name).expect("a table"));
        let entry = table.entry(last).expect("the entry");
        let taken =
            Diagnostic::new(Code::UnknownKey, "").removing(places(&entry.key, &entry.value));
        apply(&taken.edits, &sources)["a.toml"].clone()
    }

    #[test]
    fn an_entry_goes_however_it_is_written() {
        for (text, left) in [
            ("[a]\nx = 1 # c\ny = 2\n", "[a]\ny = 2\n"),
            ("[a]\nx.b.c = 1\ny = 2\nx.d = 2\n", "[a]\ny = 2\n"),
            ("a = { x = 1, y = 2 }\n", "a = { y = 2 }\n"),
            ("a = { y = 2, x = 1 }\n", "a = { y = 2 }\n"),
            ("a = { y = 2, x.b = 1, z = 3 }\n", "a = { y = 2, z = 3 }\n"),
            (
                "[a]\ny = 2\n[a.x]\nb = [\n  1,\n]\n[c]\n",
                "[a]\ny = 2\n[c]\n",
            ),
            (
                "[a.x.b]\nc = 1\n[a.x.d]\ne = 2\n[a]\ny = 2\n",
                "[a]\ny = 2\n",
            ),
            ("a = { x = 1 }\n", "a = {  }\n"),
        ] {
            assert_eq!(without(text, &["a", "x"]), left, "{text}");
        }
    }
}
