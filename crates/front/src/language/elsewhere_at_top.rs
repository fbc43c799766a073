//! Tables at the top of the file that stand where they mean nothing: a heading without its dot (`[componentspg]`), a table in
//! `[platform]`, a list of names. Each is read where it was meant, so that it is one mistake and what it names is known.

use super::{
    compose::{NO_NETWORKS, form_of_compose},
    context::{Context, Owner},
    key::KeyShape,
    misfit::wrong_type,
    misplaced::inner_keys,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    names::variable_name,
    source::Span,
    syntax::{Entry, Key, Node, Table, Value, places},
};

/// Fewer letters than these begin other words: `[circle]` is no `[ci.rcle]`.
const SHORTEST: usize = 4;

/// What is wrong with a list in the place of a table.
const A_LIST: &str = "expected a table, found a list";

/// What may stand between a table and a name beside the dot.
const SEPARATORS: [char; 5] = ['-', '_', ' ', ':', '/'];

/// The file with everything where it was meant, which is reported. `None`: nothing stands elsewhere.
pub(super) fn set_right(
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Table> {
    if !keys.iter().any(|shape| shape.name == "groups") {
        return None;
    }
    let mut right: Option<Table> = None;
    for entry in &table.entries {
        let known = keys.iter().find(|shape| shape.name == entry.key.name);
        let found = match known {
            None => without_dot(entry, keys, context.owner),
            Some(shape) if shape.name == "platform" => {
                let inside = entry
                    .value
                    .as_table()
                    .into_iter()
                    .flat_map(|it| &it.entries);
                for inner in inside.filter_map(|inner| in_platform(inner, keys)) {
                    let right = right.get_or_insert_with(|| table.clone());
                    if let Some(platform) = right.table_mut("platform") {
                        platform.remove(&inner.written);
                    }
                    inner.read(right, sink);
                }
                None
            }
            Some(shape) => names_in_list(entry, shape.name, None)
                .or_else(|| names_below_a_key(entry, shape.name))
                .or_else(|| names_alone(entry, table, keys, context)),
        };
        if let Some(found) = found {
            let right = right.get_or_insert_with(|| table.clone());
            right.remove(&found.written);
            found.read(right, sink);
        }
    }
    right
}

/// A table of the file, or entries of one, that stand elsewhere.
struct Misplaced {
    report: Diagnostic,
    /// The key that it is written under.
    written: String,
    /// The table that was meant.
    table: Key,
    entries: Vec<Entry>,
}

impl Misplaced {
    /// Reports it, and adds its entries to the table that was meant. A name that is there keeps its meaning.
    fn read(self, right: &mut Table, sink: &mut Sink) {
        sink.push(self.report);
        if right.table(&self.table.name).is_none() {
            let span = self.table.span;
            let value = Value::Table(Table::default());
            right.set(self.table.clone(), Node { span, value });
        }
        let Some(there) = right.table_mut(&self.table.name) else {
            return;
        };
        for entry in self.entries {
            if there.get(&entry.key.name).is_none() {
                there.push(entry);
            }
        }
    }
}

/// `[componentspg]`: the table's name and an entry's in one word, and keys that such an entry has.
fn without_dot(entry: &Entry, keys: &[KeyShape], owner: Owner<'_>) -> Option<Misplaced> {
    let Entry { key, value } = entry;
    let inner = value.as_table()?;
    let meant = keys.iter().find_map(|shape| {
        let Shape::Map(rule, item) = &shape.shape else {
            return None;
        };
        let rest = key.name.strip_prefix(shape.name)?;
        let name = rest.trim_start_matches(SEPARATORS);
        let known = inner_keys(item);
        let is_one = inner
            .keys()
            .any(|key| known.iter().any(|it| it.name == key));
        let is_separate = shape.name.len() >= SHORTEST || name.len() < rest.len();
        (rule.accepts(name) && is_one && is_separate).then_some((shape.name, name))
    });
    let (table, name) = meant?;
    let path = format!("{table}.{name}");
    let report = Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, format!("no dot behind `{table}`"))
    .help(format!("did you mean `[{path}]`?"))
    .renaming_table(key.span, &key.name, &path);
    let span = match key.span.end - key.span.start == key.name.len() {
        true => Span::new(key.span.source, key.span.end - name.len()..key.span.end),
        false => key.span,
    };
    Some(Misplaced {
        report,
        written: key.name.clone(),
        table: key_at(table, key.span),
        entries: vec![Entry {
            key: key_at(name, span),
            value: value.clone(),
        }],
    })
}

/// `[platform.groups]`, or a list of groups in `[platform]`.
fn in_platform(entry: &Entry, keys: &[KeyShape]) -> Option<Misplaced> {
    let Entry { key, value } = entry;
    let mut tables = keys.iter().filter(|it| matches!(it.shape, Shape::Map(..)));
    let shape = tables.find(|it| it.name == key.name)?;
    let message = format!("`[platform]` has no key `{}`", key.name);
    let report = Diagnostic::new(Code::UnknownKey, message);
    let Some(inner) = value.as_table() else {
        return names_in_list(entry, shape.name, Some(report));
    };
    let report = report
        .label(key.span, "a table of its own")
        .help(format!(
            "write `{}` without `platform.` before it: it stands at the top",
            key.name
        ))
        .renaming_table(key.span, &format!("platform.{}", key.name), &key.name);
    Some(Misplaced {
        report,
        written: key.name.clone(),
        table: key.clone(),
        entries: inner.entries.to_vec(),
    })
}

/// The line that declares a name, where one fits whatever is declared.
fn declaration(table: &str, name: &str) -> Option<String> {
    match table {
        "groups" => Some(format!("{name} = \"Everything\"")),
        "secrets" => {
            let variable = variable_name(name);
            Some(format!("{name} = {{ env = \"{variable}\" }}"))
        }
        _ => None,
    }
}

/// The lines that declare all of them.
fn declarations(table: &str, names: &[(&str, Span)]) -> Option<Vec<String>> {
    let lines = names.iter().map(|(name, _)| declaration(table, name));
    lines.collect()
}

/// The lines as a help shows them, each behind the same beginning.
fn shown(start: &str, lines: &[String]) -> String {
    let lines = lines.iter().map(|line| format!("`{start}{line}`"));
    lines.collect::<Vec<_>>().join(" and ")
}

/// The texts of a list of nothing else.
fn texts(value: &Node) -> Option<Vec<(&str, Span)>> {
    let items = value.as_array()?.iter();
    let texts: Vec<_> = items
        .map(|item| Some((item.as_str()?, item.span)))
        .collect::<Option<_>>()?;
    (!texts.is_empty()).then_some(texts)
}

/// Names as a list where a table declares them, as Compose's `networks` and others have it. `elsewhere`: what is wrong with the
/// place, where the list is not in that of the table.
fn names_in_list(entry: &Entry, table: &str, elsewhere: Option<Diagnostic>) -> Option<Misplaced> {
    let Entry { key, value } = entry;
    let names = texts(value)?;
    let lines = declarations(table, &names)?;
    let whole = key.span.through(value.span);
    let report = match elsewhere {
        // A table below `[platform]` is another one than the list was meant to be.
        Some(report) => {
            let report = report
                .help(format!(
                    "remove it, and write {} below `[{table}]`",
                    shown("", &lines)
                ))
                .removing(places(key, value));
            lines.iter().fold(report, |report, line| {
                report.declaring(key.span, table, line)
            })
        }
        None => {
            let start = format!("{table}.");
            let help = format!("write {} for it", shown(&start, &lines));
            let lines = lines.iter().map(|line| format!("{start}{line}"));
            let lines: Vec<String> = lines.collect();
            Diagnostic::new(Code::WrongType, A_LIST)
                .help(help)
                .replacing(whole, lines.join("\n"))
        }
    };
    Some(declaring(
        report.label(key.span, "a list of names"),
        key,
        table,
        &names,
    ))
}

/// `[groups]` with nothing but a list of its names below a word for them. Below another word it is the list of what that group holds.
fn names_below_a_key(entry: &Entry, table: &str) -> Option<Misplaced> {
    let [only] = &entry.value.as_table()?.entries[..] else {
        return None;
    };
    if !["names", "list", "all", table].contains(&only.key.name.as_str()) {
        return None;
    }
    let names = texts(&only.value)?;
    let lines = declarations(table, &names)?;
    let whole = only.key.span.through(only.value.span);
    let around = entry.value.span;
    let is_in_braces = around.start < whole.start && whole.end < around.end;
    let separator = if is_in_braces { ", " } else { "\n" };
    let message = format!("`[{table}]` is a table of names, without a list");
    let report = Diagnostic::new(Code::WrongType, message)
        .label(only.key.span, "a list of names")
        .help(format!("write {} for it", shown("", &lines)))
        .replacing(whole, lines.join(separator));
    Some(declaring(report, &entry.key, table, &names))
}

/// A list of names in the place of a table of which nobody else can say what it declares. The names are known all the same.
fn names_alone(
    entry: &Entry,
    file: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Misplaced> {
    let Entry { key, value } = entry;
    let shape = keys.iter().find(|shape| shape.name == key.name)?;
    let Shape::Map(rule, _) = &shape.shape else {
        return None;
    };
    let names = texts(value).filter(|names| names.iter().all(|(name, _)| rule.accepts(name)))?;
    let report = match shape.name {
        "networks" => Diagnostic::new(Code::WrongType, A_LIST)
            .label(key.span, "a list of names")
            .help(NO_NETWORKS),
        _ => form_of_compose(key, value, file, keys, context)
            .unwrap_or_else(|| wrong_type(value, &shape.shape, &context.below(shape))),
    };
    Some(declaring(report, key, shape.name, &names))
}

/// What a list stands for: entries of a table that are known by their names, and by nothing else.
fn declaring(report: Diagnostic, key: &Key, table: &str, names: &[(&str, Span)]) -> Misplaced {
    let entries = names.iter().map(|(name, span)| Entry {
        key: key_at(name, *span),
        value: Node::broken(*span),
    });
    Misplaced {
        report,
        written: key.name.clone(),
        table: key_at(table, key.span),
        entries: entries.collect(),
    }
}

fn key_at(name: &str, span: Span) -> Key {
    let name = name.to_string();
    Key { name, span }
}
