//! Keys of a Compose file outside of its services: at its top, of a network, of a volume, of a secret.

use super::{
    EnclosingTable, KeyReport, Rewritten, is_service_key, mounted::variable_of, with_rewrite,
};
use crate::{
    diag::{Code, Diagnostic},
    language::{Context, component::component_key, platform::PLATFORM_FILE},
    syntax::{Key, Node, Table, inline, key_text, places, quoted},
};

/// The tables of a file in which components stand as Compose's services, with these among the components; what to say of it.
pub(super) fn with_components(table: &Table, context: &Context<'_>) -> Option<(Table, Diagnostic)> {
    let services = table.entry("services")?;
    let entries = services.value.as_table()?;
    let mut all = table.clone();
    all.remove("services");
    match all.table_mut("components") {
        Some(components) => {
            for entry in &entries.entries {
                components.push(entry.clone());
            }
        }
        None => {
            let name = "components".to_string();
            let span = services.key.span;
            all.set(Key { name, span }, services.value.clone());
        }
    }
    let diagnostic = unknown(&services.key, context)
        .help("write `components` for `services`, in each heading: what runs is a component, with a group that it starts and stops with")
        .renaming_table(services.key.span, "services", "components");
    Some((all, diagnostic))
}

/// An unknown key of a table that is no component, and what to write for it.
fn rewritten_here(
    entry: (&Key, &Node),
    table: &Table,
    context: &Context<'_>,
    rewritten: Rewritten,
) -> Diagnostic {
    let enclosing = EnclosingTable {
        table,
        place: context.place,
        networks: None,
        volumes: None,
    };
    with_rewrite(unknown(entry.0, context), Some(rewritten), entry, enclosing)
}

/// A key at the top of a Compose file, or one of a service that stands at the top of this file.
pub(super) fn key_of_file(
    key: &Key,
    value: &Node,
    table: &Table,
    context: &Context<'_>,
) -> Option<KeyReport> {
    let name = key.name.as_str();
    // A table in the place of several.
    let tables = format!("{name}s");
    if value.as_table().is_some() && PLATFORM_FILE.iter().any(|shape| shape.name == tables) {
        return None;
    }
    let rewritten = match name {
        "version" => Rewritten::why("remove it: the language has no versions"),
        "name" if table.get("platform").is_none() => {
            Rewritten::line("platform.name", inline(value))?
        }
        "name" => Rewritten::why("remove it: the name is `name` below `[platform]`"),
        "configs" => Rewritten::why(
            "remove it: a component names the file itself, as in `files.\"/etc/app.yaml\" = { source = \"config/app.yaml\" }`",
        ),
        _ if name.starts_with("x-") => Rewritten::why(
            "keys that components share are a preset, `[presets.NAME]`, which they name with `presets = [\"NAME\"]`; what Compose alone reads stands below `[raw.compose]`",
        ),
        _ if component_key(name).is_some() || is_service_key(name) => Rewritten::why(&format!(
            "`{name}` is a key of a component: it stands below `[components.NAME]`"
        )),
        _ => return None,
    };
    let stands_for = (name == "name").then_some("platform");
    let diagnostic = rewritten_here((key, value), table, context, rewritten);
    Some(KeyReport {
        diagnostic,
        stands_for,
    })
}

/// Keys that a network of Compose's has.
const NETWORK_KEYS: [&str; 9] = [
    "attachable",
    "driver",
    "driver_opts",
    "enable_ipv4",
    "enable_ipv6",
    "internal",
    "ipam",
    "labels",
    "name",
];

/// What to do with a network that is not one which exists outside.
pub(in crate::language) const NO_NETWORKS: &str = "remove the network, and take it out of `networks` of the components that name it: each group has one of its own, in which components reach each other by name; only one that exists outside is declared, as in `office = { external = \"office_lan\" }`";

/// What to say of a network that does not exist outside, however much a Compose file says of it.
pub(super) fn network_of_its_own(key: &Key, value: &Node) -> Option<Diagnostic> {
    let table = value.as_table()?;
    let is_known = |key: &str| NETWORK_KEYS.contains(&key);
    (table.get("external").is_none() && table.keys().all(is_known)).then(|| {
        Diagnostic::new(Code::MissingKey, "a network needs the key `external`")
            .label(key.span, "missing here")
            .help(NO_NETWORKS)
            .removing(places(key, value))
    })
}

/// `external = true`, where the name of the network is asked for.
pub(super) fn external_network(
    key: &Key,
    value: &Node,
    table: &Table,
    context: &Context<'_>,
) -> Option<Diagnostic> {
    if key.name != "external" || value.as_bool() != Some(true) {
        return None;
    }
    let name = quoted(table.string("name").unwrap_or(context.entry));
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        "`external` is the name of a network that exists",
    )
    .label(value.span, "Compose's form")
    .help(format!("write `external = {name}`"))
    .replacing(value.span, name);
    Some(match table.entry("name") {
        Some(named) => diagnostic.removing(places(&named.key, &named.value)),
        None => diagnostic,
    })
}

/// A key that a volume of Compose's has.
pub(super) fn key_of_volume(key: &Key, value: &Node, context: &Context<'_>) -> Option<KeyReport> {
    let help = match (key.name.as_str(), value.as_str()) {
        ("driver", Some("local")) => {
            let help = "remove it: this is what a volume is anyway";
            let diagnostic = unknown(key, context).help(help);
            return Some(diagnostic.removing(places(key, value)).into());
        }
        ("driver" | "driver_opts" | "labels", _) => format!(
            "Compose alone reads it, below `[raw.compose]`: `volumes.{}.{} = {}`",
            key_text(context.entry),
            key.name,
            inline(value)
        ),
        _ => return None,
    };
    Some(unknown(key, context).help(help).into())
}

/// A key that a secret of Compose's has.
pub(super) fn key_of_secret(
    key: &Key,
    value: &Node,
    table: &Table,
    context: &Context<'_>,
) -> Option<KeyReport> {
    let name = key.name.as_str();
    if !["file", "environment", "external"].contains(&name) {
        return None;
    }
    let rewritten = match (name, table.get("env")) {
        (_, Some(_)) => Rewritten::why("remove it: `env` names the variable that holds the value"),
        ("environment", None) => Rewritten::line("env", inline(value))?,
        _ => {
            Rewritten::line("env", quoted(&variable_of(context.entry)))?.with_reason(
                "its value stands in that variable, or in `generated/compose/.env`, which is not committed",
            )
        }
    };
    let diagnostic = rewritten_here((key, value), table, context, rewritten);
    Some(KeyReport {
        diagnostic,
        stands_for: Some("env"),
    })
}

fn unknown(key: &Key, context: &Context<'_>) -> Diagnostic {
    let message = format!("{} has no key `{}`", context.owner, key.name);
    Diagnostic::new(Code::UnknownKey, message).label(key.span, "Compose's key")
}
