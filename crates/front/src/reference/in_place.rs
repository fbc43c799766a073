//! Values in the place of the references to them: whatever reads a tree after that reads what is written in `[vars]`.
//!
//! A value stays a reference where its text could mean something else in the string: where it holds a `$`, in a line that is
//! split into words where it is no single word, and in a template where it holds what that one reads. So does a long one, which no check asks for: many references to it would take
//! more memory than the platform may.

use std::collections::BTreeSet;

use super::{
    Constants, Mode, Phrase, Piece, Reference, Words, constants::Constant, of_node, of_text,
};
use crate::{
    diag::{FilledString, FilledStrings, StringPiece},
    source::Span,
    syntax::{Node, Table, Value, quoted},
    text::shell_word,
};

/// Bytes of the longest value that is put in its place.
const LONGEST: usize = 256;

/// Keys of what a program is started with: a string there is split as a shell splits it, before references are resolved.
const LINES: [&str; 3] = ["command", "entrypoint", "args"];

/// Keys of a component whose checks follow references themselves, and change the variable where its value is wrong.
const FOLLOWED: [&str; 2] = ["image", "version"];

/// What was put in its place in a tree.
#[derive(Debug, Default)]
pub struct PutInPlace {
    /// The variables whose references are gone.
    pub variables: BTreeSet<String>,
    /// The strings that have them now.
    pub strings: FilledStrings,
}

impl PutInPlace {
    fn filled(&mut self, node: &Node, pieces: Vec<(String, Option<String>)>, values: Vec<Span>) {
        let inside = |text: &str| {
            let text = quoted(text);
            text[1..text.len() - 1].to_string()
        };
        let pieces = pieces.iter().map(|(written, value)| StringPiece {
            written: inside(written),
            value: value.as_deref().map(inside),
        });
        let pieces = pieces.collect();
        self.strings
            .insert(node.span, FilledString { pieces, values });
    }
}

/// What reads a string.
#[derive(Clone, Copy)]
enum Reader {
    /// It is taken as one text.
    Text,
    /// It is split into words.
    Line,
    /// It is a template of Airflow's, of which what is inserted is no part.
    Template,
}

impl Constants {
    /// Puts constants in their places in a checked tree.
    ///
    /// A setting that is nothing but a number or a boolean of `[vars]` stays: its kind says whether it is that, or text
    /// ([`Constants::value`]).
    pub fn put_in_place(&self, tree: &mut Table) -> PutInPlace {
        let mut writer = Writer {
            constants: self,
            done: PutInPlace::default(),
        };
        for_each(tree, |key, node| match key {
            "vars" => {}
            "components" | "presets" => {
                let tables = node.as_table_mut().into_iter();
                tables.for_each(|table| for_each(table, |_, node| writer.workload(node)));
            }
            key => writer.node(node, key),
        });
        writer.done
    }

    /// A text with the defaults of variables, of those too that are set at start; what else it refers to stays as it is written.
    pub fn with_defaults(&self, text: &str, place: Span) -> String {
        let phrase = of_text(text, place, Words::Platform, Mode::Shell);
        phrase.rewritten(|reference| Some(self.get(reference)?.text.clone()))
    }

    /// The value of a string that is one reference to a constant and nothing else, of the type that it has in `[vars]`.
    pub fn value(&self, node: &Node) -> Option<Value> {
        let phrase = of_node(node, Words::Platform, Mode::Shell);
        let constant = self.only(&phrase)?;
        Some(constant.value.clone())
    }

    fn only(&self, phrase: &Phrase<'_>) -> Option<&Constant> {
        match phrase.pieces.as_slice() {
            [Piece::Reference(reference)] => self.get(reference).filter(|it| !it.is_set_at_start),
            _ => None,
        }
    }
}

struct Writer<'a> {
    constants: &'a Constants,
    done: PutInPlace,
}

impl Writer<'_> {
    /// A component, a preset or a part.
    fn workload(&mut self, node: &mut Node) {
        let Some(table) = node.as_table_mut() else {
            return;
        };
        for_each(table, |key, node| match key {
            key if FOLLOWED.contains(&key) => {}
            "settings" => self.settings(node),
            "parts" => {
                let parts = node.as_table_mut().into_iter();
                parts.for_each(|parts| for_each(parts, |_, part| self.workload(part)));
            }
            key => self.node(node, key),
        });
    }

    fn settings(&mut self, node: &mut Node) {
        let Some(settings) = node.as_table_mut() else {
            return;
        };
        for_each(settings, |key, node| {
            let phrase = of_node(node, Words::Platform, Mode::Shell);
            match self.constants.only(&phrase) {
                Some(constant) if !matches!(constant.value, Value::String(_)) => {
                    let written = node.as_str().unwrap_or_default().to_string();
                    let piece = (written, Some(constant.text.clone()));
                    self.done.filled(node, vec![piece], vec![constant.place]);
                }
                _ => self.node(node, key),
            }
        });
    }

    fn node(&mut self, node: &mut Node, key: &str) {
        if !may_refer(node) {
            return;
        }
        let reader = match key {
            "run" => Reader::Template,
            key if LINES.contains(&key) => Reader::Line,
            _ => Reader::Text,
        };
        match &mut node.value {
            Value::String(_) => {
                if let Some(text) = self.string(node, reader) {
                    node.value = Value::String(text);
                }
            }
            // Each item of a list is one word already.
            Value::Array(items) => items.iter_mut().for_each(|item| self.node(item, "")),
            Value::Table(table) => for_each(table, |key, node| self.node(node, key)),
            _ => {}
        }
    }

    /// The string with values in their places; `None` where there are none.
    fn string(&mut self, node: &Node, reader: Reader) -> Option<String> {
        let phrase = of_node(node, Words::Platform, Mode::Shell);
        let mut values = Vec::new();
        let mut variables = Vec::new();
        let mut pieces = Vec::new();
        for piece in &phrase.pieces {
            let constant = match piece {
                Piece::Reference(reference) => self.fitting(reference, reader),
                _ => None,
            };
            if let Piece::Reference(reference) = piece
                && let Some(constant) = constant
            {
                values.push(constant.place);
                if let ["vars", name] = reference.segments.as_slice() {
                    variables.push((*name).to_string());
                }
            }
            pieces.push((piece.written(), constant.map(|it| it.text.clone())));
        }
        let text: String = pieces
            .iter()
            .map(|(written, value)| value.as_ref().unwrap_or(written).as_str())
            .collect();
        // A `${` before a value may mean something only with it.
        let left = of_text(&text, node.span, Words::Platform, Mode::Shell);
        let is_same = left.references().count() + values.len() == phrase.references().count();
        if values.is_empty() || !is_same {
            return None;
        }
        values.sort();
        values.dedup();
        self.done.variables.extend(variables);
        self.done.filled(node, pieces, values);
        Some(text)
    }

    fn fitting(&self, reference: &Reference<'_>, reader: Reader) -> Option<&Constant> {
        let constant = self.constants.get(reference)?;
        let text = &constant.text;
        let is_read_alike = match reader {
            Reader::Text => true,
            Reader::Line => shell_word(text) == *text,
            Reader::Template => !text.contains(['{', '}', '%', '#']),
        };
        let fits = text.len() <= LONGEST && !text.contains('$') && is_read_alike;
        (!constant.is_set_at_start && fits).then_some(constant)
    }
}

/// Goes over the values of a table that may hold references: lists that copies share stay shared otherwise.
fn for_each(table: &mut Table, mut change: impl FnMut(&str, &mut Node)) {
    for index in 0..table.entries.len() {
        if may_refer(&table.entries[index].value) {
            let entry = &mut table.entries[index];
            change(&entry.key.name, &mut entry.value);
        }
    }
}

fn may_refer(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(may_refer),
        Value::Table(table) => table.iter().any(|(_, node)| may_refer(node)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diag::Sink,
        reference::Constants,
        source::Sources,
        syntax::{Table, parse},
    };

    fn tree(text: &str) -> Table {
        let mut sources = Sources::default();
        let id = sources.add("t.toml", text);
        parse(&sources, id, &mut Sink::default())
    }

    const VARS: &str = "
        [vars]
        port = 5001
        dollar = \"$\"
        two = \"a b\"
        ds = \"{{ ds }}\"
        end = \".x}\"
        none = \"\"
        at_start = { default = \"5002\", env = \"P\" }
    ";

    /// What a string of a component becomes.
    fn written(key: &str, value: &str) -> String {
        let mut tree = tree(&format!("{VARS}\n[components.c]\n{key} = '''{value}'''"));
        Constants::of(&tree).put_in_place(&mut tree);
        let node = tree.get_path(&["components", "c", key]);
        node.expect("a value").scalar()
    }

    #[test]
    fn constants_stand_in_their_places() {
        for (key, value, expected) in [
            ("user", "--port=${vars.port}${vars.none}", "--port=5001"),
            ("user", "${secrets.s}:${vars.port}", "${secrets.s}:5001"),
            (
                "user",
                "$${vars.port} ${HOME:-${vars.port}}",
                "$${vars.port} ${HOME:-5001}",
            ),
            ("user", "${vars.two}", "a b"),
            ("args", "${vars.two} ${vars.port}", "${vars.two} 5001"),
            ("args", "x ${vars.none}", "x ${vars.none}"),
            ("image", "a:${vars.port}", "a:${vars.port}"),
            ("run", "echo ${vars.ds} ${vars.two}", "echo ${vars.ds} a b"),
            (
                "user",
                "${vars.at_start} ${vars.unknown}",
                "${vars.at_start} ${vars.unknown}",
            ),
            // They would be read as something else.
            (
                "user",
                "${vars.dollar}{secrets.s}",
                "${vars.dollar}{secrets.s}",
            ),
            ("user", "${vars${vars.end}", "${vars${vars.end}"),
        ] {
            assert_eq!(written(key, value), expected, "{value}");
        }
    }

    #[test]
    fn a_default_stands_for_what_is_set_at_start() {
        let tree = tree(VARS);
        let place = tree.entries[0].key.span;
        let text =
            Constants::of(&tree).with_defaults("${vars.at_start}/${secrets.s}/${vars.port}", place);
        assert_eq!(text, "5002/${secrets.s}/5001");
    }

    #[test]
    fn a_number_in_a_setting_waits_for_its_kind() {
        let text = "[components.c.settings]\nworkers = \"${vars.port}\"\nlist = [\"${vars.port}\"]";
        let mut tree = tree(&format!("{VARS}\n{text}"));
        let constants = Constants::of(&tree);
        let done = constants.put_in_place(&mut tree);
        let settings = tree.get_path(&["components", "c", "settings"]);
        let settings = settings.and_then(|it| it.as_table()).expect("settings");
        assert_eq!(settings.string("workers"), Some("${vars.port}"));
        assert_eq!(settings.strings("list"), ["5001"]);
        let workers = settings.get("workers").expect("a value");
        assert_eq!(
            constants.value(workers).map(|it| it.type_name()),
            Some("a whole number")
        );
        assert_eq!(done.strings.len(), 2);
    }
}
