//! Variables and flags of the user's that contradict what the kind says elsewhere: its health check, its other variables, its clients.

use super::{
    draft::Declared,
    given,
    hidden::{self, with_line},
    variables,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Entry, Node, Table, inline, places, quoted},
};

/// `kind` are the kind's tables with its conditions decided.
pub(super) fn check(declared: &Declared, kind: &Table, sink: &mut Sink) {
    let all = kind.array("contradictions").unwrap_or_default();
    if all.is_empty() || declared.external.is_some() {
        return;
    }
    let all = all.iter().filter_map(Node::as_table);
    let all: Vec<&Table> = all.filter(|it| !is_said_in_keys(declared, it)).collect();
    let of_parts = variables::parts(declared).filter_map(|(_, part)| part.table("env"));
    for env in declared.user.table("env").into_iter().chain(of_parts) {
        for contradiction in &all {
            check_in(env, declared, kind, contradiction, sink);
        }
    }
    check_flags(declared, &all, sink);
}

/// Whether platform.toml says the same where the rest of the platform reads it.
fn is_said_in_keys(declared: &Declared, contradiction: &Table) -> bool {
    let user = &declared.user;
    let mut schemes = contradiction.entries_of("scheme");
    let has_scheme = schemes.any(|(port, scheme)| {
        let own = user.get_path(&["ports", &port.name, "scheme"]);
        own.is_some_and(|own| own.as_str() == scheme.as_str())
    });
    let keys = contradiction.strings("said_by");
    let is_said = |key: &&str| {
        let path: Vec<&str> = key.split('.').collect();
        user.get_path(&path).is_some()
    };
    has_scheme || (!keys.is_empty() && keys.iter().all(is_said))
}

fn check_in(
    env: &Table,
    declared: &Declared,
    kind: &Table,
    contradiction: &Table,
    sink: &mut Sink,
) {
    let lacking = contradiction.string("lacking");
    let names = contradiction.strings("env").into_iter();
    let entry = names.filter_map(|name| env.entry(name));
    let mut entries = entry.filter(|it| {
        contradicts(&plain_value(&it.value), contradiction) && !holds_word(&it.value, lacking)
    });
    if lacking.is_some_and(|word| is_said_otherwise(&declared.user, word)) {
        return;
    }
    let mut with = contradiction.entries_of("with");
    let is_agreed = with.any(|(name, value)| {
        let own = env.get(&name.name);
        own.is_some_and(|own| {
            own.is_removed() || own.as_table().is_some() || plain_value(own) == plain_value(value)
        })
    });
    if let Some(entry) = entries.find(|entry| !is_agreed && entry.value.as_table().is_none()) {
        let refused = match lacking {
            Some(_) => dropped(declared, kind, entry, contradiction),
            None => {
                let name = format!("env.{}", entry.key.name);
                let refused = refused(declared, &name, entry.value.span, contradiction);
                match is_to_go(contradiction) {
                    true => refused.removing(places(&entry.key, &entry.value)),
                    false => refused,
                }
            }
        };
        sink.push(refused.about(&declared.name));
    }
}

/// The same of the flags that the user gives the program.
fn check_flags(declared: &Declared, all: &[&Table], sink: &mut Sink) {
    if all.iter().all(|it| it.get("flags").is_none()) {
        return;
    }
    let given = given::flags(&declared.user, &declared.kind);
    for contradiction in all {
        let flags = contradiction.strings("flags");
        let found = given.iter().find(|given| {
            flags.contains(&given.name.as_str())
                && contradicts(&given.value.to_ascii_lowercase(), contradiction)
        });
        if let Some(found) = found {
            let refused = refused(declared, &found.name, found.span, contradiction);
            sink.push(refused.about(&declared.name));
        }
    }
}

/// Whether this value contradicts; in small letters.
fn contradicts(value: &str, contradiction: &Table) -> bool {
    // An empty one switches nothing on.
    if value.is_empty() && contradiction.get("scheme").is_some() {
        return false;
    }
    let part = contradiction.string("containing").unwrap_or_default();
    contradiction.string("unless") != Some(value) && value.contains(&part.to_ascii_lowercase())
}

/// Whether nothing else mends it.
fn is_to_go(contradiction: &Table) -> bool {
    let ways = ["adding", "scheme", "said_by"];
    ways.iter().all(|key| contradiction.get(key).is_none())
}

/// Whether the user gives the program this word in another way, or starts it in a way of their own.
fn is_said_otherwise(user: &Table, word: &str) -> bool {
    let is_own = |key: &str| user.get(key).is_some_and(|it| !it.is_false());
    let args = user.get("args").map(Node::items).unwrap_or_default();
    let mut args = args.iter().filter_map(Node::as_str);
    is_own("command") || is_own("entrypoint") || args.any(|it| it.contains(word))
}

/// Whether a text holds this word of the kind's, or what becomes of it is known at start alone, or it was taken away by intent.
fn holds_word(value: &Node, word: Option<&str>) -> bool {
    let Some(word) = word else { return false };
    let phrase = reference::of_node(value, Words::Platform, Mode::Strict);
    let is_open = phrase.references().next().is_some();
    is_open || value.as_str().is_none_or(|text| text.contains(word))
}

fn plain_value(node: &Node) -> String {
    node.scalar().to_ascii_lowercase()
}

/// `name`: the key of the variable, or the flag.
fn refused(declared: &Declared, name: &str, place: Span, contradiction: &Table) -> Diagnostic {
    let title = &declared.kind.title;
    let because = contradiction.string("because").unwrap_or_default();
    let instead = contradiction.string("instead").unwrap_or_default();
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{name}` of `{}` contradicts what its kind tells {title}",
            declared.name
        ),
    )
    .label(place, because.to_string());
    if let Some((port, scheme)) = contradiction.entries_of("scheme").next() {
        let line = format!("scheme = {}", inline(scheme));
        return with_line(diagnostic, declared, (&port.name, &line), instead);
    }
    match contradiction.string("adding") {
        Some(line) => diagnostic
            .help(format!("write `{line}` beside it: {instead}"))
            .adding(declared.span, line.to_string()),
        None if is_to_go(contradiction) => diagnostic.help(format!("remove it: {instead}")),
        None => diagnostic.help(instead.to_string()),
    }
}

/// A variable in which the kind says what the user's value leaves out.
fn dropped(declared: &Declared, kind: &Table, entry: &Entry, contradiction: &Table) -> Diagnostic {
    let name = &entry.key.name;
    let of_kind = kind.get_path(&["workload", "env", name]);
    let of_kind = of_kind.map(|node| with_ports(declared, node));
    let whole = [of_kind.unwrap_or_default(), entry.value.scalar()].join(" ");
    let whole = quoted(whole.trim());
    let because = contradiction.string("because").unwrap_or_default();
    let instead = contradiction.string("instead").unwrap_or_default();
    Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`env.{name}` of `{}` leaves out what its kind says there",
            declared.name
        ),
    )
    .label(entry.value.span, because)
    .help(format!("write `env.{name} = {whole}`{instead}"))
    .replacing(entry.value.span, whole)
}

/// What the kind writes, with the numbers and the prefixes of ports.
fn with_ports(declared: &Declared, node: &Node) -> String {
    let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
    phrase.rewritten(|reference| match reference.segments.as_slice() {
        ["self", port, "port"] => Some(hidden::declared_number(declared, port)?.to_string()),
        ["self", port, "path"] => {
            let path = declared.user.get_path(&["ports", port, "path"])?;
            Some(path.as_str()?.trim_end_matches('/').to_string())
        }
        _ => None,
    })
}
