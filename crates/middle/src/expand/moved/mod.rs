//! `[[moved]]`: what was renamed, so that its volumes and claims keep their old names.
//!
//! In: the checked tree and what the manifest remembers. Out: [`Moves`], which says the names of a volume by its key.

mod kept;
mod steps;

use std::collections::BTreeMap;

use crate::{
    data::{Data, DataKey, DataOwner, Keeper},
    diag::{Code, Diagnostic, Sink, nearest},
    source::{SourceId, Span},
    syntax::{Node, Table},
    text::all_of,
};

use super::{
    Inputs,
    draft::{ComponentDraft, Names},
};
use steps::{Steps, first_circle};

pub use kept::Moves;

/// The first words that a key in `from` and `to` may start with.
const SORTS: [&str; 5] = ["components", "groups", "pipelines", "volumes", "platform"];

struct Entry<'a> {
    from: &'a str,
    to: &'a str,
    from_span: Span,
    to_span: Span,
    /// Whether an environment has it from platform.toml: it may lack what the entry is about.
    inherited: bool,
}

/// A volume that an entry leads to.
#[derive(Debug)]
pub(super) struct Led {
    from: String,
    /// By the entries that come after this one.
    today: DataKey,
    /// Where the entry says it.
    to_span: Span,
}

/// Reads the entries.
pub(super) fn moves(tree: &Table, inputs: &Inputs<'_>, sink: &mut Sink) -> Moves {
    let suffix = inputs.suffix;
    let name = platform_name(tree);
    let mut entries = entries(tree, inputs.over, sink);
    let has_own_name = inputs.over.is_some() && suffix.is_empty();
    entries.retain(|entry| !(has_own_name && is_of_another_name(entry, name)));
    let project = format!("{name}{suffix}");
    let mut moves = Moves {
        steps: BTreeMap::new(),
        project: old_project(&entries, name, suffix),
        recorded: by_key(inputs.recorded),
        volumes: Vec::new(),
    };
    let steps = Steps::of(&entries);
    let is_whole = is_sound(tree, (&entries, &steps), suffix, sink);
    if !is_whole {
        moves.project = project;
        return moves;
    }
    let named = entries
        .iter()
        .filter(|entry| section(entry.to) != "platform");
    moves.steps = named
        .map(|entry| (entry.to.to_string(), entry.from.to_string()))
        .collect();
    let last = entries
        .iter()
        .filter(|entry| !entry.inherited && !steps.from.contains_key(entry.to));
    for entry in last.clone() {
        let today = steps.today(&entries, entry.to);
        if section(&today) != "platform" && !exists(tree, owner(&today)) {
            sink.push(leads_nowhere(tree, &moves, entry, &today));
        } else if moves.is_all_from_nothing(&today) {
            sink.push(from_nothing(entry));
        } else if let (true, Ok(today)) = (is_volume(&today), today.parse()) {
            moves.volumes.push(Led {
                from: entry.from.to_string(),
                today,
                to_span: entry.to_span,
            });
        }
    }
    moves
}

/// Whether an entry of platform.toml is about the platform's own name, which an environment with another name never had.
fn is_of_another_name(entry: &Entry<'_>, name: &str) -> bool {
    let is_about_it = section(entry.to) == "platform";
    entry.inherited && is_about_it && entry.to.strip_prefix("platform.") != Some(name)
}

/// An entry to what is not there: most often to what was removed since, which has no data to keep.
fn leads_nowhere(tree: &Table, moves: &Moves, entry: &Entry<'_>, today: &str) -> Diagnostic {
    let owner = owner(today);
    let (table, name) = owner.split_once('.').unwrap_or((owner, ""));
    let there = tree.entries_of(table);
    let there = there.filter(|(_, node)| !node.is_false());
    let near = nearest(name, there.map(|(key, _)| key.name.as_str()));
    match near.filter(|_| moves.may_wait(entry.from, today)) {
        Some(near) => bad(format!("there is no `{today}`"), entry.to_span).misspelled(
            name,
            Some(near),
            String::new,
        ),
        None => not_there(today, entry.to_span),
    }
}

fn not_there(today: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Unused,
        format!("there is no `{today}`: this entry of `[[moved]]` keeps nothing"),
    )
    .label(span, "not there")
    .help("remove the entry; one for what only an environment has stands in its file, `platform.NAME.toml`")
}

/// What an entry would take from a name that nothing was ever applied under.
fn from_nothing(entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::Unused,
        format!("`{}` keeps the data that it has: nothing was applied as `{}`", entry.to, entry.from),
    )
    .label(entry.from_span, "never applied")
    .help("remove this `[[moved]]`; one that only an environment needs stands in its file, `platform.NAME.toml`")
}

/// Reports entries that lead to a volume which is not there. The volumes of kinds are known once their tables are merged.
pub(super) fn check_volumes(
    names: &Names,
    drafts: &[ComponentDraft],
    tree: &Table,
    sink: &mut Sink,
) {
    for led in &names.moves.volumes {
        let key = &led.today;
        let known: Option<Vec<&str>> = match key.owner() {
            DataOwner::Component(name) => {
                let draft = drafts.iter().find(|draft| draft.name == name);
                draft.filter(|draft| !draft.broken).map(|draft| {
                    let tables = draft
                        .workloads
                        .iter()
                        .filter_map(|it| it.table.table("volumes"));
                    tables.flat_map(Table::keys).collect()
                })
            }
            DataOwner::Pipeline(name) => {
                let volumes = tree.get_path(&["pipelines", name, "volumes"]);
                Some(
                    volumes
                        .and_then(Node::as_table)
                        .into_iter()
                        .flat_map(Table::keys)
                        .collect(),
                )
            }
            DataOwner::Raw(..) | DataOwner::Shared(_) => None,
        };
        let Some(known) = known.filter(|known| !known.contains(&key.volume())) else {
            continue;
        };
        let near = nearest(key.volume(), known.iter().copied());
        let today = key.to_string();
        sink.push(
            match near.filter(|_| names.moves.may_wait(&led.from, &today)) {
                Some(near) => bad(format!("there is no `{today}`"), led.to_span).misspelled(
                    key.volume(),
                    Some(near),
                    String::new,
                ),
                None => not_there(&today, led.to_span),
            },
        );
    }
}

/// Of two with one key the first counts.
fn by_key(recorded: &[Data]) -> BTreeMap<(Keeper, DataKey), Data> {
    let by_key = recorded.iter().rev();
    by_key
        .map(|data| ((data.keeper, data.key.clone()), data.clone()))
        .collect()
}

fn entries<'a>(tree: &'a Table, over: Option<SourceId>, sink: &mut Sink) -> Vec<Entry<'a>> {
    let mut out = Vec::new();
    for node in tree.array("moved").unwrap_or_default() {
        let Some(table) = node.as_table() else {
            continue;
        };
        let (Some(from), Some(to)) = (table.get("from"), table.get("to")) else {
            continue;
        };
        let (Some(old), Some(new)) = (from.as_str(), to.as_str()) else {
            continue;
        };
        let mut is_known = true;
        for (text, span) in [(old, from.span), (new, to.span)] {
            if !is_key(text) {
                is_known = false;
                sink.push(no_key(text, span));
            }
        }
        if is_known {
            out.push(Entry {
                from: old,
                to: new,
                from_span: from.span,
                to_span: to.span,
                inherited: over.is_some_and(|over| to.span.source != over),
            });
        }
    }
    out
}

/// What can be moved: a component, a volume, a group, a pipeline, the platform.
fn is_key(key: &str) -> bool {
    let words: Vec<&str> = key.split('.').collect();
    words.iter().all(|word| !word.is_empty())
        && matches!(
            words.as_slice(),
            [
                "components" | "groups" | "pipelines" | "volumes" | "platform",
                _
            ] | ["platform"]
                | ["components" | "pipelines", _, "volumes", _]
                | ["components", _, "parts", _, "volumes", _]
        )
}

/// The table that a key begins with.
fn section(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

/// The component, pipeline, group or shared volume that a key is about: its first two words.
fn owner(key: &str) -> &str {
    let mut dots = key.match_indices('.');
    &key[..dots.nth(1).map_or(key.len(), |(at, _)| at)]
}

fn is_volume(key: &str) -> bool {
    key.starts_with("volumes.") || key.contains(".volumes.")
}

fn no_key(text: &str, span: Span) -> Diagnostic {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let meant = nearest(section(bare), SORTS)
        .map(|near| format!("{near}{}", &bare[section(bare).len()..]))
        .filter(|meant| is_key(meant));
    let otherwise = || {
        "write `components.C`, `components.C.volumes.V`, `groups.G`, `pipelines.P`, `volumes.V` or `platform.NAME`".to_string()
    };
    Diagnostic::new(Code::BadMove, format!("`{text}` can't be moved"))
        .label(span, "not one of the keys that can be moved")
        .misspelled(text, meant.as_deref(), otherwise)
}

/// Reports entries that contradict the rest of the file.
fn is_sound<'a>(
    tree: &Table,
    (entries, steps): (&[Entry<'a>], &Steps<'a>),
    suffix: &str,
    sink: &mut Sink,
) -> bool {
    let circle = first_circle(entries, steps);
    let mut found: Vec<Diagnostic> = in_circle(tree, &circle, suffix).into_iter().collect();
    for (index, entry) in entries.iter().enumerate() {
        if circle.iter().any(|it| it.from == entry.from) {
            continue;
        }
        let is_same_sort = section(entry.from) == section(entry.to)
            && is_volume(entry.from) == is_volume(entry.to)
            || is_volume(entry.from) && is_volume(entry.to);
        if !is_same_sort {
            found.push(
                bad(format!("`{}` can't become `{}`", entry.from, entry.to), entry.to_span)
                    .help("both are of one sort: two components, two volumes, two groups, two pipelines, or the platform"),
            );
        } else if entry.from == "platform" {
            found.push(
                bad("`platform` has no old name here", entry.from_span)
                    .help("write `from = \"platform.OLD\"` and `to = \"platform.NEW\"`"),
            );
        } else if let Some(still) = still(tree, (entries, steps), entry, suffix) {
            let new = steps.today(entries, entry.to);
            let diagnostic = bad(format!("`{still}` is still there"), entry.from_span);
            found.push(match is_still(tree, entry.to, suffix) {
                true => diagnostic.help(format!("rename it to `{new}`, or remove this entry")),
                false => diagnostic.help(format!(
                    "rename it to `{new}`, or remove this entry; if `{}` is its old name, exchange the two: `from` is what it was called before, `to` what it is called now",
                    entry.to
                )),
            });
        } else if !entry.inherited && is_no_name_of_platform(tree, steps, entry.to, suffix) {
            found.push(
                bad(format!("there is no `{}`", entry.to), entry.to_span)
                    .help("`to` is its name now; remove an entry that is not needed any more"),
            );
        }
        let firsts = [steps.from.get(entry.from), steps.to.get(entry.to)];
        let first = firsts.into_iter().flatten().min();
        if let Some(other) = first.filter(|first| **first < index) {
            let other = &entries[*other];
            let (what, first, second) = match other.to == entry.to {
                true => (entry.to, other.to_span, entry.to_span),
                false => (entry.from, other.from_span, entry.from_span),
            };
            found.push(
                Diagnostic::new(Code::BadMove, format!("`{what}` is moved twice"))
                    .label(first, "first here")
                    .label(second, "and again here")
                    .help("keep one of the two"),
            );
        }
    }
    let is_sound = found.is_empty();
    for problem in found {
        sink.push(problem);
    }
    is_sound
}

fn bad(message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadMove, message).label(span, "here")
}

fn platform_name(tree: &Table) -> &str {
    let name = tree.get_path(&["platform", "name"]);
    name.and_then(Node::as_str).unwrap_or("platform")
}

/// Whether something still has that name. For a platform in an environment it is the name of the Compose project: the names of
/// older volumes may lack the environment's suffix.
fn is_still(tree: &Table, key: &str, suffix: &str) -> bool {
    match key.strip_prefix("platform.") {
        Some(name) => name == format!("{}{suffix}", platform_name(tree)),
        None => exists(tree, key),
    }
}

/// What has the old name of an entry, as far as something has: a volume of a component that was renamed has it there.
fn still<'a>(
    tree: &Table,
    (entries, steps): (&[Entry<'a>], &Steps<'a>),
    entry: &Entry<'a>,
    suffix: &str,
) -> Option<String> {
    let place = steps.place_today(entries, entry.from);
    let places = [entry.from.to_string(), place];
    places
        .into_iter()
        .find(|place| is_still(tree, place, suffix))
}

/// Whether an entry gives the platform a name that neither it nor its Compose project has, and from which no other leads on.
fn is_no_name_of_platform(tree: &Table, steps: &Steps<'_>, to: &str, suffix: &str) -> bool {
    let Some(name) = to.strip_prefix("platform.") else {
        return false;
    };
    let own = platform_name(tree);
    let is_own = name == own || name == format!("{own}{suffix}");
    !is_own && !steps.from.contains_key(to)
}

/// Whether the file has it.
fn exists(tree: &Table, key: &str) -> bool {
    let words: Vec<&str> = key.split('.').collect();
    match words.as_slice() {
        ["platform"] => true,
        ["platform", name] => platform_name(tree) == *name,
        // One that is shared now is a volume of another key.
        ["components" | "pipelines", _, "volumes", _] => tree
            .get_path(&words)
            .filter(|node| !node.is_false())
            .is_some_and(|node| node.as_table().is_none_or(|it| it.get("shared").is_none())),
        [table, name] => tree
            .get_path(&[table, name])
            .is_some_and(|node| !node.is_false()),
        _ => false,
    }
}

/// Entries that lead in a circle: names that were exchanged, or one that was moved and moved back.
fn in_circle(tree: &Table, circle: &[&Entry<'_>], suffix: &str) -> Option<Diagnostic> {
    let first = circle.first()?;
    let all_there = circle.iter().all(|it| is_still(tree, it.from, suffix));
    if circle.len() < 2 || !all_there {
        let message = format!("`{}` is moved back to its own name", first.from);
        return Some(
            bad(message, first.from_span).help("keep the entry that leads to the name of today"),
        );
    }
    let names: Vec<&str> = circle.iter().map(|it| it.from).collect();
    let message = format!("{} can't exchange their names at once", all_of(&names));
    let mut diagnostic = Diagnostic::new(Code::BadMove, message);
    for entry in circle {
        diagnostic = diagnostic.label(entry.from_span, format!("takes the name of `{}`", entry.to));
    }
    Some(diagnostic.help(format!(
        "go by a third name: rename `{}` to one that is free, with its entry, and `apply` everywhere; remove that entry, and rename the rest in the same way, the one of the third name last",
        first.from
    )))
}

/// The project that the volumes were called after before the platform was renamed.
fn old_project(entries: &[Entry<'_>], name: &str, suffix: &str) -> String {
    let mut project = format!("{name}{suffix}");
    let mut known = name.to_string();
    for _ in entries {
        let step = entries.iter().find_map(|entry| {
            let from = entry.from.strip_prefix("platform.")?;
            match entry.to.strip_prefix("platform.") {
                None if entry.to == "platform" && known == name => Some((from, true)),
                Some(to) if to == known => Some((from, true)),
                Some(to) if to == project => Some((from, false)),
                _ => None,
            }
        });
        match step {
            None => break,
            Some((from, true)) => {
                known = from.to_string();
                project = format!("{from}{suffix}");
            }
            Some((from, false)) => {
                known = from.to_string();
                project = from.to_string();
            }
        }
    }
    project
}
