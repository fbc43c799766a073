//! The same check for parts of a component, such as its exporter. Other components see only their ports and metrics.

use super::{
    Constants, Declarations, Declared, Diagnostic, Fact, Layered, Node, Written, flags_among,
    is_same_name, metrics, number_of, port_number, variables_of, ways::ways_of_part,
};
use crate::{diag::Code, expand::flags};

/// A flag or a variable of the user's by which a part listens on another port than the one that is declared.
pub(super) fn hidden(
    all: &Declarations,
    declared: &Declared,
    workload: &Layered,
) -> Option<Diagnostic> {
    let part = workload.part.as_deref()?;
    let ways = ways_of_part(&declared.kind, part);
    let written = written(all, workload);
    let of_port = written.iter().find_map(|written| {
        let mut ways = ways
            .iter()
            .filter(|way| is_same_name(&way.name, &written.name));
        ways.find_map(|way| {
            let Fact::Port { port, before } = &way.fact else {
                return None;
            };
            let number = port_number(&written.value, before)?;
            let known = number_of(workload.table.get_path(&["ports", port])?)?;
            (known != number).then(|| explained(declared, (part, port), written, number))
        })
    });
    of_port.or_else(|| metrics::hidden(declared, workload, &ways, &written))
}

/// What the part is started with that the user wrote: flags, then variables.
fn written(all: &Declarations, workload: &Layered) -> Vec<Written> {
    let constants: &Constants = &all.names.constants;
    let is_the_users = |node: &&Node| !all.names.is_kind_text(node);
    // Whoever starts something else knows its flags alone.
    let is_replaced = ["entrypoint", "command"].iter().any(|key| {
        let node = workload.table.get(key);
        node.is_some_and(|node| is_the_users(&node))
    });
    let args = workload.table.get("args").filter(is_the_users);
    let args = args.filter(|_| !is_replaced).into_iter();
    let mut found: Vec<Written> = args
        .flat_map(|args| flags_among(&flags::words(args), args.span, constants))
        .collect();
    let env = workload.table.table("env");
    let mut env = env.cloned().unwrap_or_default();
    env.entries.retain(|entry| is_the_users(&&entry.value));
    found.extend(variables_of(Some(&env), constants));
    found
}

fn explained(
    declared: &Declared,
    (part, port): (&str, &str),
    written: &Written,
    number: u16,
) -> Diagnostic {
    let name = &written.name;
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{name}` sets a port of `{}-{part}`, and platform.toml does not know it",
            declared.name
        ),
    )
    .label(written.span, format!("listens on {number}"));
    let key = format!("ports.{port}");
    let parts = declared.user.table("parts");
    let of_user = parts.and_then(|parts| parts.entry(part));
    let known = of_user.and_then(|entry| entry.value.as_table()?.get_path(&["ports", port]));
    let known = known.and_then(|node| node.as_table()?.get("container"));
    let help = |line: &str| {
        format!(
            "write `{line}`: health check, scrape and links then use it, and `{name}` is not needed"
        )
    };
    match (known, of_user) {
        (Some(known), _) => diagnostic
            .help(help(&format!("parts.{part}.{key}.container = {number}")))
            .replacing(known.span, number.to_string()),
        (None, Some(entry)) => diagnostic
            .help(help(&format!("parts.{part}.{key} = {number}")))
            .adding(entry.key.span, format!("{key} = {number}")),
        (None, None) => {
            let line = format!("parts.{part}.{key} = {number}");
            diagnostic.help(help(&line)).adding(declared.span, line)
        }
    }
}
