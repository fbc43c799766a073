//! Components as they are declared: their kinds, groups, presets, external addresses and major versions.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Inputs, draft::Declared, elsewhere, env_settings, external, flag_settings, kindless,
    layers::in_long_form, logins, major, older_filler, partial, presets, read, removed, settings,
    unknown,
};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink, nearest},
    files::OWN_KINDS,
    language::{Context, KeyShape, NameRule, Owner, complete, component_key},
    reference::Constants,
    syntax::{Key, Node, Removal, Table, key_text, lay_over, overlay, quoted},
    text::{all_of, one_of},
};

/// The components whose kind is known, and the names of the others.
pub(super) fn components(
    tree: &Table,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) -> (Vec<Declared>, Vec<String>) {
    let constants = Constants::of(tree);
    let mut components = Vec::new();
    let mut lost = Vec::new();
    for (key, node) in read::entries(tree, "components") {
        let Some(table) = node.as_table() else {
            lost.push(key.name.clone());
            continue;
        };
        let presets = presets(tree, table, sink);
        let lacks_presets = lacks_presets(tree, table);
        let own = in_long_form(table);
        let written = over_presets(&presets, &own);
        let all = tree.table("components").unwrap_or(table);
        if let Some(misspelled) = partial::misspelled(key, &written, all, inputs) {
            sink.push(misspelled);
            lost.push(key.name.clone());
            continue;
        }
        if let Some(kindless) = kindless::of(key, &written, inputs) {
            // The kind may stand in a preset of the group that was meant.
            if !lacks_presets {
                sink.push(kindless);
            }
            lost.push(key.name.clone());
            continue;
        }
        let Some(kind) = kind_of(&written, inputs, sink) else {
            lost.push(key.name.clone());
            continue;
        };
        removed::check(key, &own, &presets, &kind, sink);
        let presets = presets::fitting(&presets, &own, &kind);
        let written = over_presets(&presets, &own);
        let preset_alerts = presets.table("alerts").into_iter().flat_map(Table::keys);
        let preset_alerts = preset_alerts.map(str::to_string).collect();
        components.push(Declared {
            preset_alerts,
            lacks_presets,
            ..component((tree, &constants), key, written, kind, sink)
        });
    }
    older_filler::follow(tree, &mut components, sink);
    let of_presets = presets::unused(tree, inputs, sink);
    let of_components = components.iter().filter_map(|it| it.user.get("group"));
    unknown_groups(tree, of_components.chain(of_presets), sink);
    no_groups(tree, &components, sink);
    per_platform(&components, sink);
    part_names(&components, sink);
    (components, lost)
}

/// `COMPONENT-PART` is the name of a part, whether or not the part is wanted just now.
fn part_names(components: &[Declared], sink: &mut Sink) {
    let by_name: BTreeMap<&str, &Declared> = components
        .iter()
        .map(|declared| (declared.name.as_str(), declared))
        .collect();
    for declared in components
        .iter()
        .filter(|declared| declared.external.is_none())
    {
        for part in declared
            .kind
            .table
            .table("parts")
            .into_iter()
            .flat_map(Table::keys)
        {
            let off = declared
                .user
                .get_path(&["parts", part])
                .is_some_and(Node::is_false);
            let name = format!("{}-{part}", declared.name);
            let Some(other) = by_name.get(name.as_str()) else {
                continue;
            };
            if !off {
                sink.push(
                    Diagnostic::new(
                        Code::OutputClash,
                        format!("`{name}` is the name of a part of `{}`", declared.name),
                    )
                    .label(declared.span, format!("has the part `{part}`"))
                    .label(other.span, "a component of that name")
                    .help(format!(
                        "give the component another name (with `[[moved]]` it keeps its data), or remove the part: `parts.{part} = false`"
                    )),
                );
            }
        }
    }
}

fn component(
    (tree, constants): (&Table, &Constants),
    key: &Key,
    mut user: Table,
    kind: Arc<Kind>,
    sink: &mut Sink,
) -> Declared {
    let context = Context {
        owner: Owner::Words("a component"),
        entry: "",
        place: key.span,
        removable: true,
        partial: false,
        constants: None,
        writes_out: false,
        example: "",
    };
    // What seems to be missing may stand in a preset.
    if !lacks_presets(tree, &user) {
        complete(&user, &context, sink);
    }
    settings::put_constants(&mut user, &kind, constants);
    env_settings::read(&mut user, &kind, sink);
    flag_settings::read(&mut user, &kind, constants, sink);
    let logins = logins::split(&mut user, &kind, sink);
    elsewhere::drop_settings_of_what_runs_here(key, &mut user, &kind);
    let written = tree.get_path(&["components", &key.name]);
    let written = written.and_then(Node::as_table);
    elsewhere::drop_settings_of_elsewhere(key, written, &mut user, &kind);
    let external = external::addresses(&user, &kind, sink);
    if external.as_ref().is_some_and(|external| external.whole)
        && let Some(written) = written
    {
        elsewhere::check(key, written, &kind, sink);
    }
    let group = match user.get("group") {
        Some(node) => node
            .as_str()
            .filter(|name| groups(tree).contains(name))
            .map(str::to_string),
        None => {
            // Where none is declared, all that lack one are one mistake.
            if external.is_none() && !groups(tree).is_empty() {
                sink.push(missing_group(tree, key));
            }
            None
        }
    };
    let version = major::decide(tree, key, &user, &kind, sink);
    Declared {
        name: key.name.clone(),
        span: key.span,
        group,
        external,
        program: version.program,
        version: version.numbers,
        written_version: version.written,
        logins,
        preset_alerts: Vec::new(),
        lacks_presets: false,
        doors: Vec::new(),
        user,
        kind,
    }
}

/// The presets of the component's group, then its own.
fn presets(tree: &Table, component: &Table, sink: &mut Sink) -> Table {
    let mut layers = Table::default();
    let group_presets = component
        .string("group")
        .and_then(|group| tree.get_path(&["groups", group, "presets"]));
    let own = component.get("presets");
    for node in group_presets
        .into_iter()
        .chain(own)
        .flat_map(|list| list.as_array().unwrap_or_default())
    {
        let Some(name) = node.as_str() else { continue };
        match tree.get_path(&["presets", name]) {
            Some(preset) => {
                let Some(preset) = preset.as_table() else {
                    continue;
                };
                names_no_presets(preset, sink);
                lay_over(&mut layers, &in_long_form(preset), Removal::Later);
            }
            None => {
                let known: Vec<&str> = tree
                    .table("presets")
                    .map_or(Vec::new(), |presets| presets.keys().collect());
                let diagnostic = unknown("preset", name, node.span, &known);
                let line = format!("{} = {{ restart = \"unless-stopped\" }}", key_text(name));
                sink.push(match known.is_empty() && NameRule::Plain.accepts(name) {
                    true => diagnostic
                        .help(format!("declare it below `[presets]`: `{line}`"))
                        .declaring(node.span, "presets", line),
                    false => diagnostic,
                });
            }
        }
    }
    layers
}

/// Whether a component is in a group, or names a preset, that is not known, which is reported: what it would bring is not known
/// either. Where no group has presets, a group
/// brings nothing, and where none is declared, no other one was meant.
fn lacks_presets(tree: &Table, component: &Table) -> bool {
    let have_presets = read::tables(tree, "groups").any(|(_, it)| it.get("presets").is_some());
    let group = component.get("group");
    let is_unknown = |node: &Node| {
        node.as_str()
            .is_none_or(|name| !groups(tree).contains(&name))
    };
    let in_none = have_presets && group.is_some_and(is_unknown);
    let presets = component.get("presets");
    let mut names = presets.and_then(Node::as_array).unwrap_or_default().iter();
    let are_declared = tree.get("presets").is_some();
    let is_lacking = |node: &Node| {
        let preset = node.as_str().map(|name| tree.get_path(&["presets", name]));
        are_declared && preset.flatten().is_none_or(Node::is_broken)
    };
    in_none || presets.is_some_and(Node::is_broken) || names.any(is_lacking)
}

pub(super) fn names_no_presets(preset: &Table, sink: &mut Sink) {
    if let Some(entry) = preset.entry("presets") {
        sink.push(
            Diagnostic::new(Code::ConflictingKeys, "a preset can't name presets")
                .label(entry.key.span, "not here")
                .help("list the presets where the component or its group names them"),
        );
    }
}

/// The component over its presets; a `false` stays for the kind to see.
fn over_presets(presets: &Table, own: &Table) -> Table {
    let mut user = overlay(presets, own, Removal::Later);
    // If a kind can't write a key, `false` removes nothing of the kind: it only removes the value of a preset.
    user.entries.retain(|entry| {
        let is_of_kinds = component_key(&entry.key.name).is_none_or(KeyShape::is_of_kinds);
        is_of_kinds || !entry.value.is_false()
    });
    user
}

pub(super) fn kind_of(
    component: &Table,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) -> Option<Arc<Kind>> {
    let name = match component.get("kind") {
        Some(node) => node.as_str()?,
        None => "service",
    };
    let kind = inputs.catalog.get(name, inputs.sources, sink);
    if kind.is_none()
        && let Some(node) = component.get("kind")
    {
        let names = inputs.catalog.names();
        let near = nearest(name, names.iter().map(String::as_str));
        if !names.iter().any(|known| known == name) {
            sink.push(
                Diagnostic::new(Code::UnknownKind, format!("there is no kind `{name}`"))
                    .label(node.span, "no such kind")
                    .one_mistake()
                    .misspelled(name, near, || match of_kubernetes(name) {
                        Some(here) => format!("a kind here is a program, or {here}"),
                        None => format!(
                            "the catalog has {}; a kind of your own goes to {OWN_KINDS}/{name}.toml",
                            all_of(&names)
                        ),
                    }),
            );
        }
    }
    kind
}

/// What a kind of workload of Kubernetes' is here.
fn of_kubernetes(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "deployment" | "statefulset" | "pod" | "container" => {
            Some("`service`, which is the default: leave `kind` out")
        }
        "daemonset" => Some("`service`: leave `kind` out, and write `daemon = true`"),
        "cronjob" => Some(
            "`job`, which runs once: what runs by a schedule is a pipeline, `[pipelines.NAME]`",
        ),
        _ => None,
    }
}

fn groups(tree: &Table) -> Vec<&str> {
    tree.table("groups")
        .map_or(Vec::new(), |it| it.keys().collect())
}

fn missing_group(tree: &Table, component: &Key) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::MissingKey,
        format!("component `{}` needs the key `group`", component.name),
    );
    let known = groups(tree);
    let taken = tree.get_path(&["components", &component.name, "group"]);
    if let (Some(node), [first, ..]) = (taken, known.as_slice()) {
        return taken_away(diagnostic, node, &format!("group = {}", quoted(first)));
    }
    let diagnostic = diagnostic.label(component.span, "in no group");
    let line = format!("group = {}", quoted(known.first().unwrap_or(&GROUP)));
    let others = match known.len() {
        0 | 1 => String::new(),
        _ => format!(", or another of {}", one_of(&known)),
    };
    diagnostic
        .help(format!("write `{line}`{others}"))
        .adding(component.span, line)
}

/// A group in a help where there is none.
const GROUP: &str = "main";

/// The most places that a message shows.
const SHOWN: usize = 3;

/// Reports the components in no group where no group is declared: one mistake.
fn no_groups(tree: &Table, components: &[Declared], sink: &mut Sink) {
    let is_broken = tree.get("groups").is_some_and(Node::is_broken);
    if is_broken || !groups(tree).is_empty() {
        return;
    }
    let here = || components.iter().filter(|it| it.external.is_none());
    let lacking: Vec<&Declared> = here().filter(|it| it.user.get("group").is_none()).collect();
    let Some(first) = lacking.first() else {
        return;
    };
    let (message, where_to) = match lacking.len() {
        1 => (
            format!("component `{}` needs the key `group`", first.name),
            "here",
        ),
        several => (
            format!("{several} components need the key `group`"),
            "in each of them",
        ),
    };
    let mut diagnostic = Diagnostic::new(Code::MissingKey, message);
    for declared in lacking.iter().take(SHOWN) {
        diagnostic = diagnostic.label(declared.span, "in no group");
    }
    let named = here().find_map(|it| it.user.string("group"));
    let line = format!("group = {}", quoted(named.unwrap_or(GROUP)));
    let declared = format!("{GROUP} = \"Everything\"");
    let mut diagnostic = match named {
        // That nothing declares it is reported where it is named.
        Some(_) => diagnostic.help(format!("write `{line}` {where_to}")),
        None => diagnostic
            .help(format!(
                "write `{declared}` below `[groups]`, and `{line}` {where_to}"
            ))
            .declaring(first.span, "groups", declared),
    };
    for declared in lacking {
        diagnostic = diagnostic.adding(declared.span, line.clone());
    }
    sink.push(diagnostic);
}

/// What is missing because a `false` takes it away, as that of an environment may: the line with the `false` is to change.
pub fn taken_away(diagnostic: Diagnostic, node: &Node, line: &str) -> Diagnostic {
    let (_, value) = line.split_once(" = ").unwrap_or(("", line));
    diagnostic
        .label(node.span, "taken away here")
        .help(format!("write `{line}`, or remove the line"))
        .replacing(node.span, value)
}

/// Reports groups that nothing declares.
fn unknown_groups<'a>(tree: &Table, named: impl Iterator<Item = &'a Node>, sink: &mut Sink) {
    let known = groups(tree);
    // What stands there could not be read.
    if tree.get("groups").is_some_and(Node::is_broken) {
        return;
    }
    for node in named {
        let Some(name) = node.as_str().filter(|name| !known.contains(name)) else {
            continue;
        };
        let mut diagnostic = unknown("group", name, node.span, &known);
        if known.is_empty() && NameRule::Resource.accepts(name) {
            let line = format!("{name} = \"Everything\"");
            diagnostic = diagnostic
                .help(format!("declare it below `[groups]`: `{line}`"))
                .declaring(node.span, "groups", line);
        }
        sink.push(diagnostic);
    }
}

/// Limits the number of components of a kind. Components that run elsewhere do not count.
fn per_platform(components: &[Declared], sink: &mut Sink) {
    let mut seen: Vec<&Arc<Kind>> = Vec::new();
    let own = || {
        components
            .iter()
            .filter(|declared| declared.external.is_none())
    };
    for declared in own() {
        let Some(limit) = declared.kind.per_platform else {
            continue;
        };
        if seen.iter().any(|kind| kind.name == declared.kind.name) {
            continue;
        }
        seen.push(&declared.kind);
        let all: Vec<&Declared> = own()
            .filter(|other| other.kind.name == declared.kind.name)
            .collect();
        if all.len() > limit {
            let mut diagnostic = Diagnostic::new(
                Code::TooMany,
                format!(
                    "a platform has at most {limit} of kind `{}`, this one has {}",
                    declared.kind.name,
                    all.len()
                ),
            )
            .help("keep one, or split the platform");
            for other in all {
                diagnostic =
                    diagnostic.label(other.span, format!("of kind `{}`", declared.kind.name));
            }
            sink.push(diagnostic);
        }
    }
}
