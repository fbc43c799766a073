//! `resources` as Kubernetes writes them: what is asked for in `requests`, and how much it may take in `limits`. Here `cpu` and `memory`
//! are what is asked for, `memory` is the limit too, and `limits` holds a limit of processors alone.

use super::{key::KeyShape, meant::is_in_braces, misplaced::inner_keys};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Key, Node, Table, inline},
    text::all_of,
};

/// Kubernetes' name of a graphics processor.
const GPU: &str = "nvidia.com/gpu";

/// What to say of it, with the same amounts as they are written here. Of two amounts of memory it is the limit: with less of it the
/// program is killed.
pub(super) fn of_kubernetes(key: &Key, value: &Node, shape: &KeyShape) -> Option<Diagnostic> {
    let is_ours = inner_keys(&shape.shape).iter().any(|it| it.name == "cpu");
    let table = value.as_table().filter(|_| is_ours)?;
    let foreign = foreign(table)?;
    let asked = table.table("requests");
    let limits = table.table("limits");
    let own = |name: &str| table.get(name);
    let of = |table: Option<&'_ Table>, name: &str| table?.get(name).cloned();
    let lines = [
        ("cpu", own("cpu").cloned().or(of(asked, "cpu"))),
        (
            "memory",
            of(limits, "memory")
                .or(own("memory").cloned())
                .or(of(asked, "memory")),
        ),
        (
            "gpu",
            own("gpu").cloned().or(of(limits, GPU)).or(of(asked, GPU)),
        ),
    ];
    let lines = lines.into_iter();
    let lines = lines.filter_map(|(name, value)| Some(format!("{name} = {}", inline(&value?))));
    let mut lines: Vec<String> = lines.collect();
    if let Some(cpu) = of(limits, "cpu") {
        lines.push(format!("limits = {{ cpu = {} }}", inline(&cpu)));
    }
    let whole = format!("{{ {} }}", lines.join(", "));
    let lost = lost(table);
    let beside = match lost.is_empty() {
        true => String::new(),
        false => format!(". Nothing here stands for {}", all_of(&lost)),
    };
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("`resources` has no {foreign}"),
    )
    .label(key.span, "as Kubernetes writes them")
    .help(format!(
        "write `resources = {whole}`: it is what is asked for, and `memory` is the limit, too{beside}"
    ));
    Some(match is_in_braces(value, table) {
        true => diagnostic.replacing(value.span, whole),
        false => diagnostic,
    })
}

/// What only Kubernetes has, in words.
fn foreign(table: &Table) -> Option<&'static str> {
    let limits = table.table("limits");
    if table
        .table("requests")
        .is_some_and(|it| !it.entries.is_empty())
    {
        return Some("key `requests`");
    }
    match limits? {
        limits if limits.get("memory").is_some() => Some("key `limits.memory`"),
        limits if limits.get(GPU).is_some() => Some("key `limits.\"nvidia.com/gpu\"`"),
        _ => None,
    }
}

/// Amounts of other things, such as `ephemeral-storage`.
fn lost(table: &Table) -> Vec<String> {
    let inner = ["requests", "limits"]
        .iter()
        .filter_map(|it| table.table(it));
    let names = inner.flat_map(Table::keys);
    let mut names: Vec<String> = names
        .filter(|name| !["cpu", "memory", GPU].contains(name))
        .map(ToString::to_string)
        .collect();
    names.sort();
    names.dedup();
    names
}
