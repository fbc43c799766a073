//! Networks and dependencies of a service of Compose's.

use super::{EnclosingTable, Rewritten, line};
use crate::{
    diag::nearest,
    language::form::NameRule,
    syntax::{Node, Table, Value, inline, key_text, quoted},
    text::all_of,
};

/// A word on keys and options of Compose's that nothing here stands for.
pub(super) fn nothing_stands_for(left_out: &[&String]) -> Option<String> {
    (!left_out.is_empty()).then(|| format!("nothing here stands for {}", all_of(left_out)))
}

/// Networks that only a Compose file declares, and the long form, with aliases.
pub(super) fn networks(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    let is_declared = |name: &str| {
        let is_name = NameRule::Resource.accepts(name);
        is_name
            && enclosing
                .networks
                .is_none_or(|known| known.iter().any(|it| it == name))
    };
    let Some(table) = value.as_table() else {
        let names: Vec<&str> = value
            .items()
            .iter()
            .map(Node::as_str)
            .collect::<Option<_>>()?;
        // Compose's own network of a project, where no other one is called so.
        let is_name = |name: &&str| {
            NameRule::Resource.accepts(name) && (*name != "default" || is_declared(name))
        };
        // A name that can be one is looked up later, where it may be misspelled.
        if value.as_array().is_some() && names.iter().all(is_name) {
            return None;
        }
        return Some(joined(
            names.into_iter().filter(|name| is_declared(name)),
            Vec::new(),
        ));
    };
    let inner = || table.iter().filter_map(|(_, network)| network.as_table());
    let aliases: Vec<String> = inner()
        .flat_map(|network| network.strings("aliases"))
        .map(quoted)
        .collect();
    let mut lines = Vec::new();
    if !aliases.is_empty() {
        lines.push(line("aliases", format!("[{}]", aliases.join(", "))));
    }
    let left_out: Vec<String> = inner()
        .flat_map(Table::keys)
        .filter(|key| *key != "aliases")
        .map(ToString::to_string)
        .collect();
    let rewritten = joined(table.keys().filter(|name| is_declared(name)), lines);
    Some(
        match nothing_stands_for(&left_out.iter().collect::<Vec<_>>()) {
            Some(lost) => {
                let why = format!("{}; {lost}", rewritten.why);
                rewritten.with_reason(&why)
            }
            None => rewritten,
        },
    )
}

/// The networks that stay, behind other lines.
fn joined<'a>(names: impl Iterator<Item = &'a str>, mut lines: Vec<String>) -> Rewritten {
    let names: Vec<String> = names.map(quoted).collect();
    if !names.is_empty() {
        lines.push(line("networks", format!("[{}]", names.join(", "))));
    }
    const WHY: &str = "each group has a network of its own, in which components reach each other by name; only one that exists outside is declared, as in `[networks]` `office = { external = \"office_lan\" }`";
    match Rewritten::lines(lines) {
        Some(rewritten) => rewritten.with_reason(WHY),
        None => Rewritten::why(&format!("remove it: {WHY}")),
    }
}

/// What Compose waits for, and what it is called here.
const CONDITIONS: [(&str, &str); 3] = [
    ("service_started", "started"),
    ("service_healthy", "healthy"),
    ("service_completed_successfully", "completed"),
];

/// The table that `["db:healthy", "cache"]` stands for. `None` where no item has a condition.
pub(super) fn with_conditions(value: &Node) -> Option<String> {
    let items = value.as_array()?;
    let texts: Vec<&str> = items.iter().map(Node::as_str).collect::<Option<_>>()?;
    let entries = texts.iter().map(|text| {
        let (name, word) = text.split_once(':').unwrap_or((text, ""));
        let known = CONDITIONS
            .iter()
            .find(|(theirs, here)| word == *theirs || word == *here);
        let value = match (word, known) {
            ("", _) => "{}".to_string(),
            (_, known) => quoted(known?.1),
        };
        Some(line(&key_text(name), value))
    });
    let entries: Vec<String> = entries.collect::<Option<_>>()?;
    let has_conditions = texts.iter().any(|text| text.contains(':'));
    has_conditions.then(|| format!("{{ {} }}", entries.join(", ")))
}

/// The long form: `{ db = { condition = "service_healthy" } }`.
pub(super) fn depends_on(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let table = value.as_table()?;
    let of_compose = ["condition", "required", "restart"];
    let is_long = |node: &Node| {
        let inner = node.as_table();
        inner.is_some_and(|inner| inner.keys().any(|key| of_compose.contains(&key)))
    };
    if !table.iter().any(|(_, node)| is_long(node)) {
        return None;
    }
    let (mut entries, mut lines, mut why) = (Vec::new(), Vec::new(), Vec::new());
    for (key, node) in table.iter() {
        let name = key_text(&key.name);
        let Some(inner) = node.as_table() else {
            let mut known = CONDITIONS.iter();
            let known = known.find(|(theirs, _)| node.as_str() == Some(*theirs));
            let word = known.map_or_else(|| inline(node), |(_, here)| quoted(here));
            entries.push(line(&name, word));
            continue;
        };
        let condition = inner.string("condition");
        let known = condition.and_then(|word| {
            let near = nearest(word, CONDITIONS.iter().map(|(name, _)| *name));
            CONDITIONS.iter().find(|(name, here)| {
                *name == word || *here == word || near.is_some_and(|near| near == *name)
            })
        });
        let mut waits: Vec<String> = known
            .map(|(_, here)| line("on", quoted(here)))
            .into_iter()
            .collect();
        if let (Some(word), None) = (condition, known) {
            why.push(format!(
                "Compose has no condition {}; `{{}}` waits for `completed` of a job, for `healthy` where there is a health check, else for `started`",
                quoted(word)
            ));
        }
        if inner.boolean("required") == Some(false) {
            waits.push("optional = true".to_string());
        }
        let text = match (known, waits.as_slice()) {
            (_, []) => "{}".to_string(),
            (Some((_, here)), [_]) => quoted(here),
            _ => format!("{{ {} }}", waits.join(", ")),
        };
        entries.push(line(&name, text));
        for (inner_key, value) in inner.iter() {
            if !["condition", "required"].contains(&inner_key.name.as_str()) {
                let path = format!("compose.depends_on.{name}.{}", key_text(&inner_key.name));
                lines.push(line(&path, inline(value)));
            }
        }
    }
    lines.insert(
        0,
        line("depends_on", format!("{{ {} }}", entries.join(", "))),
    );
    Rewritten::lines(lines).map(|rewritten| rewritten.with_reason(&why.join("; ")))
}

/// `["db"]`, `["db:database"]`: the other starts first, is reached, and gets the second name as an alias of its own.
pub(super) fn links(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    let texts: Vec<&str> = value
        .items()
        .iter()
        .map(Node::as_str)
        .collect::<Option<_>>()?;
    let links = texts
        .iter()
        .map(|text| text.split_once(':').unwrap_or((text, text)));
    let is_ordered = |name: &str| match enclosing.table.get("depends_on").map(|node| &node.value) {
        Some(Value::Table(table)) => table.get(name).is_some(),
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(name)),
        _ => false,
    };
    let mut names: Vec<String> = Vec::new();
    let mut aliases: Vec<(String, String)> = Vec::new();
    for (name, alias) in links {
        if !is_ordered(name) && !names.contains(&quoted(name)) {
            names.push(quoted(name));
        }
        if alias != name {
            aliases.push((name.to_string(), alias.to_string()));
        }
    }
    // A table of conditions says of each what is waited for: this edge is one without an order.
    let key = match enclosing.table.get("depends_on").map(|node| &node.value) {
        Some(Value::Table(_)) => "reaches",
        _ => "depends_on",
    };
    let rewritten = match names.is_empty() {
        true => Rewritten::why("remove it: `depends_on` connects them, too"),
        false => Rewritten::line(key, format!("[{}]", names.join(", ")))?,
    };
    Some(Rewritten {
        aliases,
        ..rewritten
    })
}
