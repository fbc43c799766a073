//! Every text of platform.toml with the name that it stands under, and whose that name is.
//!
//! In: the checked tree. Out: its strings, in their order. A name of the user's choice tells what its value is; a key of the language has
//! a meaning of its own, and so have the forms that it takes.

use super::{form::Form, platform::PLATFORM_FILE, shape::Shape};
use crate::syntax::{Node, Table, Value};

/// A text of platform.toml.
#[derive(Clone, Copy, Debug)]
pub struct NamedText<'a> {
    /// What it stands under.
    pub name: TextName<'a>,
    /// In a list the text before it.
    pub before: &'a str,
    /// The text, and where it stands.
    pub node: &'a Node,
    /// The name of the table at the top of the file.
    pub section: &'a str,
    /// The entry of that table.
    pub entry: &'a str,
}

/// The name of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextName<'a> {
    /// A key of the language. Its value is a name, or has a grammar that leaves no room for anything else.
    Formed(&'a str),
    /// A key of the language with a text of the user's.
    Key(&'a str),
    /// A name of the user's choice, or a key in the language of another program.
    Chosen(&'a str),
    /// A key of a Secret of a cluster, all of whose values are secrets.
    OfSecret(&'a str),
    /// A key that says which Secret of a cluster has the value, or under which key.
    OfReference(&'a str),
}

impl<'a> TextName<'a> {
    /// As it is written.
    pub fn as_str(self) -> &'a str {
        match self {
            TextName::Formed(name)
            | TextName::Key(name)
            | TextName::Chosen(name)
            | TextName::OfSecret(name)
            | TextName::OfReference(name) => name,
        }
    }
}

/// Keys of the language whose entries hold no text of a program's: names of components and of secrets, addresses that say where
/// something is, and sentences for people.
const NAMES_AND_SENTENCES: [&str; 6] = ["actors", "external", "groups", "paths", "secrets", "uses"];

/// Keys of an entry whose value is that of the entry itself: `vars.V = { default = ... }`.
const OF_ITS_ENTRY: [&str; 2] = ["choices", "default"];

/// Keys beside which `...Key` names an entry of a Secret of a cluster.
const REFERENCES: [&str; 3] = ["remoteRef", "secretName", "secretRef"];

/// All texts of a tree.
pub fn named_texts(tree: &Table) -> Vec<NamedText<'_>> {
    let mut out = Vec::new();
    for (section, node) in tree.iter() {
        let shape = PLATFORM_FILE.iter().find(|it| it.name == section.name);
        let Some(shape) = shape.map(|it| &it.shape) else {
            continue;
        };
        let place = Place {
            section: &section.name,
            ..Place::default()
        };
        let name = TextName::Key(&section.name);
        match (shape, node.as_table()) {
            (Shape::Map(_, item), Some(entries)) => {
                for (key, value) in entries.iter() {
                    let name = entry_name(&section.name, &key.name);
                    let place = Place {
                        entry: &key.name,
                        chosen: &key.name,
                        ..place
                    };
                    place.of_shape(item, name, value, &mut out);
                }
            }
            _ => place.of_shape(shape, name, node, &mut out),
        }
    }
    out
}

/// What the name of an entry is to a text that stands there itself. `table`: what it is an entry of.
fn entry_name<'a>(table: &str, name: &'a str) -> TextName<'a> {
    match NAMES_AND_SENTENCES.contains(&table) {
        true => TextName::Formed(name),
        false => TextName::Chosen(name),
    }
}

/// Where the walk is.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    section: &'a str,
    entry: &'a str,
    /// The innermost name of the user's choice.
    chosen: &'a str,
    before: &'a str,
}

impl<'a> Place<'a> {
    fn push(self, name: TextName<'a>, node: &'a Node, out: &mut Vec<NamedText<'a>>) {
        if matches!(node.value, Value::String(_)) {
            out.push(NamedText {
                name,
                before: self.before,
                node,
                section: self.section,
                entry: self.entry,
            });
        }
    }

    fn of_shape(
        self,
        shape: &Shape,
        name: TextName<'a>,
        node: &'a Node,
        out: &mut Vec<NamedText<'a>>,
    ) {
        match (shape, &node.value) {
            (Shape::Either(shapes), value) => {
                if let Some(shape) = shapes.iter().find(|shape| shape.takes(value)) {
                    self.of_shape(shape, name, node, out);
                }
            }
            (Shape::Any | Shape::Specified(_), _) => self.of_another_language(name, node, out),
            (Shape::Map(_, item), Value::Table(entries)) => {
                for (key, value) in entries.iter() {
                    let name = entry_name(name.as_str(), &key.name);
                    let place = Place {
                        chosen: &key.name,
                        ..self
                    };
                    place.of_shape(item, name, value, out);
                }
            }
            (Shape::Table(keys), Value::Table(entries)) => self.of_keys(keys, entries, out),
            (Shape::Parts, Value::Table(parts)) => {
                for part in parts.iter().filter_map(|(_, part)| part.as_table()) {
                    self.of_keys(super::PART, part, out);
                }
            }
            // What the chart puts together from texts and names.
            (Shape::List(Shape::Any), Value::Array(items)) => {
                for item in items {
                    let name = match item.value {
                        Value::String(_) => name,
                        _ => TextName::Formed(name.as_str()),
                    };
                    each_text(item, &mut |node| self.push(name, node, out));
                }
            }
            (Shape::List(item), Value::Array(items)) => {
                self.of_items(items, out, |place, node, out| {
                    place.of_shape(item, name, node, out);
                });
            }
            (Shape::Plain(form), _) if *form != Form::Free => {
                self.push(TextName::Formed(name.as_str()), node, out);
            }
            _ => self.push(name, node, out),
        }
    }

    fn of_keys(self, keys: &[super::KeyShape], entries: &'a Table, out: &mut Vec<NamedText<'a>>) {
        for (key, value) in entries.iter() {
            let Some(shape) = keys.iter().find(|it| it.name == key.name) else {
                continue;
            };
            let is_the_entry = OF_ITS_ENTRY.contains(&shape.name) && !self.chosen.is_empty();
            let name = match is_the_entry {
                true => TextName::Chosen(self.chosen),
                false => TextName::Key(&key.name),
            };
            self.of_shape(&shape.shape, name, value, out);
        }
    }

    fn of_items(
        self,
        items: &'a [Node],
        out: &mut Vec<NamedText<'a>>,
        mut each: impl FnMut(Self, &'a Node, &mut Vec<NamedText<'a>>),
    ) {
        let mut before = "";
        for item in items {
            each(Place { before, ..self }, item, out);
            before = item.as_str().unwrap_or_default();
        }
    }

    /// A value in the language of another program. `name`: what it stands under there.
    fn of_another_language(self, name: TextName<'a>, node: &'a Node, out: &mut Vec<NamedText<'a>>) {
        match &node.value {
            Value::Array(items) => self.of_items(items, out, |place, node, out| {
                place.of_another_language(name, node, out);
            }),
            Value::Table(table) => {
                let is_secret = table.get("kind").and_then(Node::as_str) == Some("Secret");
                let is_reference = REFERENCES.iter().any(|key| table.get(key).is_some());
                let named = name_beside(table);
                for (key, value) in table.iter() {
                    let key = key.name.as_str();
                    let inner = match (is_secret, key, named) {
                        (true, "data" | "stringData", _) => TextName::OfSecret(key),
                        (_, "value", Some(named)) => TextName::Chosen(named),
                        _ if is_reference && key.ends_with("Key") => TextName::OfReference(key),
                        _ => match name {
                            TextName::OfSecret(_) => TextName::OfSecret(key),
                            _ => TextName::Chosen(key),
                        },
                    };
                    self.of_another_language(inner, value, out);
                }
            }
            _ => self.push(name, node, out),
        }
    }
}

/// The name in `{ name = "PASSWORD", value = "..." }`, the form of Kubernetes' variables and of many other lists.
fn name_beside(table: &Table) -> Option<&str> {
    let mut keys = ["name", "key"].into_iter();
    keys.find_map(|key| table.get(key).and_then(Node::as_str))
}

fn each_text<'a>(node: &'a Node, each: &mut impl FnMut(&'a Node)) {
    match &node.value {
        Value::Array(items) => items.iter().for_each(|it| each_text(it, each)),
        Value::Table(table) => table.iter().for_each(|(_, it)| each_text(it, each)),
        _ => each(node),
    }
}

#[cfg(test)]
mod tests {
    use super::{TextName, named_texts};
    use crate::{
        diag::Sink,
        language::{KeyShape, PLATFORM_FILE, Shape},
        source::Sources,
        syntax,
    };

    /// Places of names that say nothing of what stands under them, and why. All others are read.
    const SAY_NOTHING: [(&str, &str); 13] = [
        ("actors", "sentences about people"),
        ("ci.*.secrets", "names of secrets"),
        ("ci.*.stages.parallel.secrets", "names of secrets"),
        ("ci.*.stages.secrets", "names of secrets"),
        ("components.*.depends_on", "conditions"),
        ("components.*.external", "where it is"),
        ("components.*.extra_hosts", "addresses"),
        ("components.*.ports", "ports"),
        ("components.*.uses", "names of components"),
        ("groups", "sentences about groups"),
        ("lints", "levels"),
        ("platform.registry", "registries"),
        ("routes.*.paths", "names of components"),
    ];

    /// A table with a name that tells what stands under it.
    const TELLING: &str = "{ adminPassword = \"s3cretWord\" }";

    /// The places below a value of this shape where users choose a name, each with a value that has a telling one there.
    fn places(path: &str, shape: &'static Shape) -> Vec<(String, String)> {
        let wrapped = |path: &str, shape: &'static Shape, open: &str, close: &str| {
            let places = places(path, shape).into_iter();
            let whole = places.map(|(path, inner)| (path, format!("{open}{inner}{close}")));
            whole.collect::<Vec<_>>()
        };
        match shape {
            Shape::Any | Shape::Specified(_) => vec![(path.to_string(), TELLING.to_string())],
            Shape::Table(keys) => {
                let keys = keys.iter().filter(|key| !holds_components_again(key));
                let inner = keys.flat_map(|key| {
                    let path = format!("{path}.{}", key.name);
                    wrapped(&path, &key.shape, &format!("{{ {} = ", key.name), " }")
                });
                inner.collect()
            }
            // What the chart puts together: texts, and names of secrets.
            Shape::List(Shape::Any) => Vec::new(),
            Shape::List(item) => wrapped(path, item, "[", "]"),
            Shape::Map(_, item) => {
                let mut inner = wrapped(&format!("{path}.*"), item, "{ x = ", " }");
                if holds_text(item) {
                    inner.push((path.to_string(), TELLING.to_string()));
                }
                inner
            }
            Shape::Either(shapes) => shapes.iter().flat_map(|it| places(path, it)).collect(),
            _ => Vec::new(),
        }
    }

    fn holds_components_again(key: &KeyShape) -> bool {
        ["presets", "parts"].contains(&key.name)
    }

    /// Whether a text may stand there itself.
    fn holds_text(shape: &Shape) -> bool {
        match shape {
            Shape::Either(shapes) => shapes.iter().any(holds_text),
            Shape::List(item) => holds_text(item),
            Shape::Text | Shape::Formed(_) | Shape::ShellText | Shape::Plain(_) => true,
            Shape::Scalar | Shape::Constant => true,
            _ => false,
        }
    }

    #[test]
    fn names_of_the_users_choice_are_told_from_keys_wherever_they_stand() {
        let mut count = 0;
        let mut silent = Vec::new();
        let keys = PLATFORM_FILE
            .iter()
            .filter(|key| !holds_components_again(key));
        for (place, value) in keys.flat_map(|key| {
            let places = places(key.name, &key.shape).into_iter();
            places.map(|(place, value)| (place, format!("{} = {value}\n", key.name)))
        }) {
            let mut sources = Sources::default();
            let source = sources.add("platform.toml", value.clone());
            let tree = syntax::parse(&sources, source, &mut Sink::default());
            let texts = named_texts(&tree);
            let [text] = texts.as_slice() else {
                panic!("{place}: {texts:?} in {value}");
            };
            count += 1;
            if text.name != TextName::Chosen("adminPassword") {
                silent.push(place);
            }
        }
        silent.sort_unstable();
        silent.dedup();
        let expected: Vec<&str> = SAY_NOTHING.iter().map(|(place, _)| *place).collect();
        assert_eq!(silent, expected);
        assert!(count > 100, "{count}");
    }
}
