//! Keys that the language does not have: what they were meant to be.

use super::{
    check::value_of,
    compose::{key_of_compose, misspelled_key_of_compose},
    context::{Context, Owner},
    dotted::is_right_behind,
    form::{Form, NameRule},
    key::KeyShape,
    misfit::respelled,
    misplaced::{
        component_inside, environment_inside, in_entries, in_inner_table, is_component,
        of_another_level, of_whole_component, of_workload, parallel_inside, secret_of_variable,
        switch, value_of_secret,
    },
    other_tools::of_another_tool,
    shape::Shape,
    slipped::of_the_top,
    too_high::{of_a_port, raw_of_the_platform},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    syntax::{Entry, Key, Node, Table, Value},
    text::all_of,
};

/// What messages call an entry of `[presets]`.
const PRESET: Owner<'_> = Owner::Words("a preset");

/// A key that the language may not have.
pub(super) struct Unknown<'a> {
    pub table: &'a Table,
    pub keys: &'a [KeyShape],
    pub context: &'a Context<'a>,
    pub entry: &'a Entry,
}

impl<'a> Unknown<'a> {
    /// What is right in another table, or known from another tool.
    fn misplaced(&self, kept: &mut Table) -> Option<Diagnostic> {
        let Self {
            table,
            keys,
            context,
            entry,
        } = *self;
        let owner = context.owner;
        of_the_top(entry, context)
            .or_else(|| of_whole_component(&entry.key, keys, owner))
            .or_else(|| parallel_inside(&entry.key, keys, owner, kept))
            .or_else(|| value_of_secret(entry, context, kept))
            .or_else(|| secret_of_variable(entry, context, kept))
            .or_else(|| environment_inside(entry, keys, owner))
            .or_else(|| of_another_level(entry, keys, owner))
            .or_else(|| raw_of_the_platform(entry, table, keys, owner))
            .or_else(|| of_a_port(entry, table, keys, owner))
            .or_else(|| of_workload(entry, table, keys, owner))
            .or_else(|| component_inside(entry, keys, context, kept))
            .or_else(|| switch(entry, keys, context))
            .or_else(|| of_another_tool(entry, table, keys, context, kept))
    }

    /// Reports it. Returns the key that it was meant to be, if its value is read as that one's.
    ///
    /// What was misspelled is read as what was meant, so that nothing else seems to be missing. For the same reason a name that
    /// can't be read counts as declared in `kept`.
    pub fn meant(&self, kept: &mut Table, sink: &mut Sink) -> Option<(Key, &'a KeyShape)> {
        let Self {
            table,
            keys,
            context,
            entry: Entry { key, value },
        } = *self;
        if let Some(diagnostic) = self.misplaced(kept) {
            sink.push(diagnostic);
            return None;
        }
        if let Some(report) = key_of_compose(key, value, table, keys, context) {
            sink.push(report.diagnostic);
            if let Some(name) = report.stands_for.filter(|name| table.get(name).is_none()) {
                kept.set_broken(name, key.span);
            }
            return None;
        }
        let near = nearest_key(key, value, table, keys, sink);
        let is_of_none = near.is_none()
            && !sink.is_full()
            && in_inner_table(self.entry, table, keys, context.owner).is_none();
        if is_of_none
            && let Some(diagnostic) = misspelled_key_of_compose(key, value, table, keys, context)
        {
            sink.push(diagnostic);
            return None;
        }
        let absent = match near {
            Some(_) => Vec::new(),
            None => absent(table, kept, keys, sink),
        };
        let near = near.or(match absent.as_slice() {
            [only] if only.shape.takes(&value.value) => Some(*only),
            _ => None,
        });
        sink.push(self.report(near, &absent));
        let Some(meant) = near.filter(|near| table.get(near.name).is_none()) else {
            self.keep_names_known(absent, kept);
            return None;
        };
        if !self.fits(meant) {
            // That it does not fit follows from the guess, too.
            kept.set_broken(meant.name, key.span);
            return None;
        }
        let name = meant.name.to_string();
        let span = key.span;
        Some((Key { name, span }, meant))
    }

    /// Whether its value could be that of this key.
    fn fits(&self, near: &KeyShape) -> bool {
        let context = self.context.below(near);
        could_be(&self.entry.value, &near.shape, &context)
    }

    /// What to say of it. `near`: the key that was most likely meant; `absent`: those that could be.
    fn report(&self, near: Option<&'a KeyShape>, absent: &[&'a KeyShape]) -> Diagnostic {
        let Self {
            table,
            keys,
            context: Context { owner, .. },
            entry,
        } = *self;
        let (key, owner) = (&entry.key, *owner);
        match near {
            Some(near) if is_written_beside(key, table, near) => both_written(entry, near, owner),
            Some(near) if !self.fits(near) => in_inner_table(entry, table, keys, owner)
                .unwrap_or_else(|| unfit(entry, near, owner)),
            Some(_) => unknown_key(key, near, keys, &[], owner),
            None => in_inner_table(entry, table, keys, owner)
                .or_else(|| in_entries(entry, table, keys, owner))
                .or_else(|| setting_beside(entry, table, keys, owner))
                .unwrap_or_else(|| unknown_key(key, near, keys, absent, owner)),
        }
    }

    /// Counts what is missing as written: the message names it, and it may stand behind the unknown key.
    fn keep_names_known(&self, absent: Vec<&KeyShape>, kept: &mut Table) {
        let (keys, key) = (self.keys, &self.entry.key);
        if is_component(keys) {
            // A setting of the kind: it is there, in the wrong place.
            kept.set_broken(&key.name, key.span);
        }
        let needed = keys
            .iter()
            .filter(|it| it.needed && self.table.get(it.name).is_none());
        for shape in absent.into_iter().chain(needed) {
            kept.set_broken(shape.name, key.span);
        }
    }
}

/// The table with the entries of misspelled tables among those of the one that was meant, and is there too: `[componnts.web]` beside
/// `[components.api]`. `None` where there is none.
pub(super) fn misspelled_tables(
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Table> {
    let mut joined: Option<Table> = None;
    for entry in &table.entries {
        let Entry { key, value } = entry;
        let Some(more) = value.as_table() else {
            continue;
        };
        let is_known = keys.iter().any(|shape| shape.name == key.name);
        if is_known || key_of_compose(key, value, table, keys, context).is_some() {
            continue;
        }
        let near = nearest_key(key, value, table, keys, sink);
        let near = near.filter(|it| matches!(it.shape, Shape::Map(..)));
        let Some(near) = near.filter(|near| could_be(value, &near.shape, &context.below(near)))
        else {
            continue;
        };
        let all = joined.as_ref().unwrap_or(table);
        let Some(there) = all.table(near.name) else {
            continue;
        };
        // A table that a heading opens can't be opened again.
        let is_free = more.iter().all(|(name, node)| {
            let known = there.entry(&name.name);
            known.is_none_or(|known| are_one(node, known))
        });
        let is_inner = more
            .iter()
            .all(|(name, _)| is_right_behind(key.span, name.span));
        // `[componnts]` has the name to itself where no heading opens the other but `[components.api]`.
        let opens_alone = near_key(all, near.name).is_some_and(|key| opened_by_inner(key, there));
        if is_free && (is_inner || opens_alone) {
            let report = unknown_key(key, Some(near), keys, &[], context.owner);
            sink.push(report);
            let all = joined.get_or_insert_with(|| table.clone());
            all.remove(&key.name);
            if let Some(there) = all.table_mut(near.name) {
                more.iter().for_each(|(key, node)| join(there, key, node));
            }
        }
    }
    joined
}

/// Whether a table can have a heading of its own beside those of the tables in it: `[components.pg]` beside
/// `[components.pg.settings]`.
fn are_one(more: &Node, known: &Entry) -> bool {
    let (Some(more), Some(inner)) = (more.as_table(), known.value.as_table()) else {
        return false;
    };
    let is_opened = |(key, node): (&Key, &Node)| {
        node.as_table().is_some() && is_right_behind(known.key.span, key.span)
    };
    let is_other = |name: &str| inner.get(name).is_none();
    inner.iter().any(is_opened)
        && inner.iter().all(|(_, node)| node.as_table().is_some())
        && more.keys().all(is_other)
}

/// Adds an entry, or what it holds to the table of its name.
fn join(table: &mut Table, key: &Key, node: &Node) {
    match (table.table_mut(&key.name), node.as_table()) {
        (Some(there), Some(more)) => there.entries.extend(more.entries.iter().cloned()),
        _ => table.set(key.clone(), node.clone()),
    }
}

fn near_key<'a>(table: &'a Table, name: &str) -> Option<&'a Key> {
    table.entry(name).map(|entry| &entry.key)
}

/// Whether the first heading of a table is that of one of its entries.
fn opened_by_inner(key: &Key, table: &Table) -> bool {
    let mut inner = table.iter();
    inner.any(|(inner, _)| is_right_behind(key.span, inner.span))
}

/// Whether the value of a misspelled key could be one of the key that was probably meant. What is wrong in a table or a
/// list is reported as anywhere.
fn could_be(value: &Node, shape: &Shape, context: &Context<'_>) -> bool {
    match &value.value {
        // Where no entry is of the type, the table is none of them.
        Value::Table(table) if !table.entries.is_empty() => {
            let mut entries = table.entries.iter();
            shape.takes(&value.value)
                && match shape {
                    Shape::Map(_, item) => entries.any(|it| item.takes(&it.value.value)),
                    _ => true,
                }
        }
        Value::Table(_) | Value::Array(_) => shape.takes(&value.value),
        _ if context.removable && value.is_false() => true,
        _ => value_of(value, shape, context, &mut Sink::default()).is_some(),
    }
}

/// In a table with more keys a mistake is not held against all others: no person wrote it, and the time would grow with the
/// square of their number.
const MOST_COMPARED: usize = 200;

/// The key that a misspelled one was meant to be. Of several that are as near, it is one that the table has not yet, that takes
/// such a value, and that the table needs.
fn nearest_key<'a>(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &'a [KeyShape],
    sink: &Sink,
) -> Option<&'a KeyShape> {
    if sink.is_full() {
        return None;
    }
    let mut named = keys.iter();
    if let Some(meant) = named.find(|shape| shape.also_called.contains(&key.name.as_str())) {
        return Some(meant);
    }
    let mut likely: Vec<&KeyShape> = keys.iter().collect();
    likely.sort_by_key(|shape| {
        let is_written = table.entries.len() <= MOST_COMPARED && table.get(shape.name).is_some();
        (
            is_written,
            !shape.shape.takes(&value.value),
            !shape.required,
        )
    });
    let name = nearest(&key.name, likely.iter().map(|shape| shape.name));
    if let Some(name) = name {
        return keys.iter().find(|shape| shape.name == name);
    }
    // A word that was cut short.
    let mut longer = keys
        .iter()
        .filter(|shape| key.name.len() >= SHORTEST_BEGINNING && shape.name.starts_with(&key.name));
    let cut = longer.next().filter(|_| longer.next().is_none());
    let mut meant = keys.iter().filter(|it| is_short_for(&key.name, it.name));
    cut.or_else(|| meant.next().filter(|_| meant.next().is_none()))
}

/// Whether a word has letters of another one alone, from the first on and in their order: `img` of `image`.
fn is_short_for(word: &str, long: &str) -> bool {
    let mut letters = long.chars();
    let is_in_order = word.chars().all(|c| letters.any(|other| other == c));
    let is_same_start = word.chars().next() == long.chars().next();
    word.len() >= SHORTEST_BEGINNING && is_same_start && is_in_order
}

/// Fewer letters than these begin too many words.
const SHORTEST_BEGINNING: usize = 3;

/// The keys that the table must have and has not, by any name that is near to theirs.
fn absent<'a>(table: &Table, kept: &Table, keys: &'a [KeyShape], sink: &Sink) -> Vec<&'a KeyShape> {
    if table.entries.len() > MOST_COMPARED {
        return Vec::new();
    }
    let is_named = |shape: &KeyShape| {
        table.entries.iter().any(|Entry { key, value }| {
            let is_known = keys.iter().any(|shape| shape.name == key.name);
            let near = || nearest_key(key, value, table, keys, sink);
            key.name == shape.name
                || !is_known && near().is_some_and(|near| near.name == shape.name)
        })
    };
    keys.iter()
        .filter(|shape| shape.required && kept.get(shape.name).is_none() && !is_named(shape))
        .collect()
}

/// Whether a key stands in the same file as the one that it was meant to be. Else it was meant to be laid over that one: an
/// environment's over the platform's.
fn is_written_beside(key: &Key, table: &Table, near: &KeyShape) -> bool {
    let written = table.get(near.name);
    written.is_some_and(|node| node.span.source == key.span.source)
}

/// A misspelled key beside the one that it was meant to be.
fn both_written(entry: &Entry, near: &KeyShape, owner: Owner<'_>) -> Diagnostic {
    let Entry { key, value } = entry;
    let name = near.name;
    let has_lines = value
        .as_table()
        .is_some_and(|table| !table.entries.is_empty());
    let help = match has_lines && matches!(near.shape, Shape::Map(..) | Shape::Table(_)) {
        true => format!("move what it holds to `{name}`, which is there too, and remove it"),
        false => format!("remove it: `{name}` is set too"),
    };
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .help(help)
}

/// A misspelled key with a value that the one which was probably meant does not take.
fn unfit(entry: &Entry, near: &KeyShape, owner: Owner<'_>) -> Diagnostic {
    let Entry { key, value } = entry;
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key");
    let is_beside = key.span.source == value.span.source && key.span.end < value.span.start;
    // Whether something of this name is declared is not known here.
    let is_of_names = matches!(near.shape, Shape::List(Shape::Plain(Form::Declared(_))));
    if let Some(text) = respelled(&near.shape, value).filter(|_| is_beside && !is_of_names) {
        return diagnostic
            .help(format!("write `{} = {text}`", near.name))
            .renaming(&key.name, near.name)
            .replacing(value.span, text);
    }
    diagnostic.help(format!(
        "there is `{}`, which takes {}",
        near.name,
        near.shape.describe()
    ))
}

fn unknown_key(
    key: &Key,
    near: Option<&KeyShape>,
    keys: &[KeyShape],
    absent: &[&KeyShape],
    owner: Owner<'_>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key");
    // A preset is read as a component is, and what it may not name is refused later.
    let is_of_it = |name: &&str| owner != PRESET || *name != "presets";
    let names: Vec<&str> = keys
        .iter()
        .map(|shape| shape.name)
        .filter(is_of_it)
        .collect();
    if near.is_none() && names.contains(&FREE_VALUES) {
        let own = format!("{FREE_VALUES}.{}", key.name);
        return diagnostic
            .help(format!(
                "no template of the chart reads it; for one of your own write `{own}`. Known keys: {}",
                all_of(&names)
            ))
            .renaming(&key.name, own);
    }
    diagnostic.misspelled(&key.name, near.map(|near| near.name), || {
        let absent: Vec<&str> = absent.iter().map(|shape| shape.name).collect();
        match absent.as_slice() {
            [] => format!("known keys: {}", all_of(&names)),
            absent => format!(
                "known keys: {}; {} must be there",
                all_of(&names),
                all_of(absent)
            ),
        }
    })
}

/// What may be a setting of the component's kind, or one of its roles; which ones a kind has is not known here.
fn setting_beside(
    Entry { key, value }: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let kind = table.string("kind").filter(|_| is_component(keys))?;
    let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !key.name.chars().all(is_lower) {
        return None;
    }
    let names: Vec<&str> = keys.iter().map(|shape| shape.name).collect();
    let name = &key.name;
    let role = match value.as_str() {
        Some(text) if NameRule::Resource.accepts(text) => {
            format!(", if it is a role, `uses.{name}`")
        }
        _ => String::new(),
    };
    Some(
        Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
            .label(key.span, "unknown key")
            .help(format!(
                "if it is a setting of `{kind}`, its name is `settings.{name}`{role}: `mlopsgen kinds {kind}` lists them. Known keys: {}",
                all_of(&names)
            )),
    )
}

/// The key of the chart's values that holds anything.
const FREE_VALUES: &str = "extra";
