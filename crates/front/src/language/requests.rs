//! `resources` as Kubernetes writes them, what is asked for in `requests` and how much it may take in `limits`; and as Compose does, with
//! `cpus` and `reservations`. Here `cpu` and `memory` are what is asked for, `memory` is the limit too, and `limits` holds a limit of
//! processors alone.

use std::fmt;

use super::{
    compose::{amount, cores, gpu_of_compose},
    key::KeyShape,
    meant::is_in_braces,
    misplaced::inner_keys,
    quantity::memory_bytes,
};
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
    let form = Form::of(table);
    let asked = table.table("requests").or(table.table("reservations"));
    let limits = table.table("limits");
    let own = |name: &str| table.get(name).map(inline);
    let of = |table: Option<&'_ Table>, name: &str| table?.get(name).map(inline);
    let memory = |table: Option<&'_ Table>| Some(memory(form, table?.get("memory")?));
    let cores = |table: Option<&'_ Table>| Some(cores(table?.get("cpus")?));
    let devices = asked.and_then(|it| gpu_of_compose(it.get("devices")?));
    let lines = [
        ("cpu", own("cpu").or(of(asked, "cpu")).or(cores(asked))),
        ("memory", memory(limits).or(own("memory")).or(memory(asked))),
        (
            "gpu",
            own("gpu")
                .or(of(limits, GPU))
                .or(of(asked, GPU))
                .or(devices),
        ),
    ];
    let lines = lines.into_iter();
    let lines = lines.filter_map(|(name, value)| Some(format!("{name} = {}", value?)));
    let mut lines: Vec<String> = lines.collect();
    if let Some(cpu) = of(limits, "cpu").or(cores(limits)) {
        lines.push(format!("limits = {{ cpu = {cpu} }}"));
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
    .label(key.span, format!("as {form} writes them"))
    .help(format!(
        "write `resources = {whole}`: it is what is asked for, and `memory` is the limit, too{beside}"
    ));
    Some(match is_in_braces(value, table) {
        true => diagnostic.replacing(value.span, whole),
        false => diagnostic,
    })
}

/// Whose form it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Kubernetes,
    Compose,
}

impl Form {
    fn of(table: &Table) -> Self {
        let has_cpus = table.get_path(&["limits", "cpus"]).is_some();
        match has_cpus || table.get("reservations").is_some() {
            true => Form::Compose,
            false => Form::Kubernetes,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::Kubernetes => "Kubernetes",
            Form::Compose => "Compose",
        })
    }
}

/// An amount of memory. `512M` is half a gibibyte for Compose; what Kubernetes does not take, as `1g`, is Compose's anyway.
fn memory(form: Form, value: &Node) -> String {
    let is_plain = value.as_str().is_none_or(|it| memory_bytes(it).is_some());
    match form == Form::Kubernetes && is_plain {
        true => inline(value),
        false => amount(value),
    }
}

/// What only these have, in words.
fn foreign(table: &Table) -> Option<&'static str> {
    let limits = table.table("limits");
    if table
        .table("requests")
        .is_some_and(|it| !it.entries.is_empty())
    {
        return Some("key `requests`");
    }
    if table.table("reservations").is_some() {
        return Some("key `reservations`");
    }
    match limits? {
        limits if limits.get("cpus").is_some() => Some("key `limits.cpus`"),
        limits if limits.get("memory").is_some() => Some("key `limits.memory`"),
        limits if limits.get(GPU).is_some() => Some("key `limits.\"nvidia.com/gpu\"`"),
        _ => None,
    }
}

/// Amounts of other things, such as `ephemeral-storage`.
fn lost(table: &Table) -> Vec<String> {
    let inner = ["requests", "limits", "reservations"]
        .iter()
        .filter_map(|it| table.table(it));
    let names = inner.flat_map(Table::keys);
    let mut names: Vec<String> = names
        .filter(|name| !["cpu", "cpus", "memory", "devices", GPU].contains(name))
        .map(ToString::to_string)
        .collect();
    names.sort();
    names.dedup();
    names
}
