//! Variables of the user's that contradict what the kind says elsewhere: its health check, its other variables, its clients.

use super::{draft::Declared, variables};
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Entry, Node, Table, places},
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
            harmless != Some(value.as_str()) && value.contains(&part)
        });
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
            sink.push(refused(declared, entry, contradiction).about(&declared.name));
        }
    }
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
