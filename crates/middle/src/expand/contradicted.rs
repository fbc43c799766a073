//! Variables of the user's that contradict what the kind says elsewhere: its health check, its other variables, its clients.

use super::{draft::Declared, hidden, variables};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Words},
    syntax::{Entry, Node, Table, places, quoted},
};

/// `kind` are the kind's tables with its conditions decided.
pub(super) fn check(declared: &Declared, kind: &Table, sink: &mut Sink) {
    if declared.external.is_some() {
        return;
    }
    let of_parts = variables::parts(declared).filter_map(|(_, part)| part.table("env"));
    for env in declared.user.table("env").into_iter().chain(of_parts) {
        check_in(env, declared, kind, sink);
    }
}

fn check_in(env: &Table, declared: &Declared, kind: &Table, sink: &mut Sink) {
    let all = kind.array("contradictions").unwrap_or_default().iter();
    for contradiction in all.filter_map(Node::as_table) {
        let names = contradiction.strings("env").into_iter();
        let entry = names.filter_map(|name| env.entry(name));
        let harmless = contradiction.string("unless");
        let part = contradiction.string("containing").unwrap_or_default();
        let part = part.to_ascii_lowercase();
        let mut entries = entry.filter(|it| {
            let value = plain_value(&it.value);
            harmless != Some(value.as_str())
                && value.contains(&part)
                && !holds_word(&it.value, contradiction.string("lacking"))
        });
        if contradiction
            .string("lacking")
            .is_some_and(|word| is_said_otherwise(&declared.user, word))
        {
            continue;
        }
        let mut with = contradiction.entries_of("with");
        let is_agreed = with.any(|(name, value)| {
            let own = env.get(&name.name);
            own.is_some_and(|own| {
                own.is_removed()
                    || own.as_table().is_some()
                    || plain_value(own) == plain_value(value)
            })
        });
        if let Some(entry) = entries.find(|entry| !is_agreed && entry.value.as_table().is_none()) {
            let refused = match contradiction.string("lacking") {
                Some(_) => dropped(declared, kind, entry, contradiction),
                None => refused(declared, entry, contradiction),
            };
            sink.push(refused.about(&declared.name));
        }
    }
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

fn refused(declared: &Declared, entry: &Entry, contradiction: &Table) -> Diagnostic {
    let (name, title) = (&entry.key.name, &declared.kind.title);
    let because = contradiction.string("because").unwrap_or_default();
    let instead = contradiction.string("instead").unwrap_or_default();
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`env.{name}` of `{}` contradicts what its kind tells {title}",
            declared.name
        ),
    )
    .label(entry.value.span, because.to_string());
    match contradiction.string("adding") {
        Some(line) => diagnostic
            .help(format!("write `{line}` beside it: {instead}"))
            .adding(declared.span, line.to_string()),
        None => diagnostic
            .help(format!("remove it: {instead}"))
            .removing(places(&entry.key, &entry.value)),
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
