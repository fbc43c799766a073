//! `[[moved]]`: what was renamed, so that its volumes and claims keep their old names.
//!
//! In: the checked tree and what the manifest remembers. Out: [`Moves`], which says the names of a volume by its key.

mod kept;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    data::{Data, DataKey, DataOwner, Keeper},
    diag::{Code, Diagnostic, Sink, nearest},
    source::Span,
    syntax::{Node, Table},
    text::all_of,
};

use super::draft::{ComponentDraft, Names};

pub use kept::Moves;

/// The first words that a key in `from` and `to` may start with.
const SORTS: [&str; 5] = ["components", "groups", "pipelines", "volumes", "platform"];

struct Entry<'a> {
    from: &'a str,
    to: &'a str,
    from_span: Span,
    to_span: Span,
}

/// Reads the entries. `suffix` is what the environment adds to names on a machine.
pub(super) fn moves(tree: &Table, suffix: &str, recorded: &[Data], sink: &mut Sink) -> Moves {
    let entries = entries(tree, sink);
    let name = platform_name(tree);
    let project = format!("{name}{suffix}");
    let mut moves = Moves {
        steps: BTreeMap::new(),
        project: old_project(&entries, name, suffix),
        recorded: by_key(recorded),
        volumes: Vec::new(),
    };
    let is_whole = is_sound(tree, &entries, suffix, sink);
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
    let froms: BTreeSet<&str> = entries.iter().map(|entry| entry.from).collect();
    let last = entries.iter().filter(|entry| !froms.contains(entry.to));
    if suffix.is_empty() {
        let of_today = last.clone().filter(|entry| entry.to.contains(".volumes."));
        let of_today = of_today.filter_map(|entry| Some((entry.to.parse().ok()?, entry.to_span)));
        moves.volumes = of_today.collect();
    }
    for entry in last.filter(|entry| moves.is_all_from_nothing(entry.to)) {
        sink.push(from_nothing(entry));
    }
    moves
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
    for (key, span) in &names.moves.volumes {
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
        let problem = bad(format!("there is no `{key}`"), *span);
        sink.push(
            problem.misspelled(key.volume(), near, || match known.as_slice() {
                [] => {
                    "`to` is its name now; remove an entry that is not needed any more".to_string()
                }
                known => format!("`to` is its name now: there is {}", all_of(known)),
            }),
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

fn entries<'a>(tree: &'a Table, sink: &mut Sink) -> Vec<Entry<'a>> {
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
    let near = nearest(section(text), SORTS).filter(|near| *near != section(text));
    let otherwise = || {
        "write `components.C`, `components.C.volumes.V`, `groups.G`, `pipelines.P`, `volumes.V` or `platform.NAME`".to_string()
    };
    Diagnostic::new(Code::BadMove, format!("`{text}` can't be moved"))
        .label(span, "not one of the keys that can be moved")
        .misspelled(section(text), near, otherwise)
}

/// Reports entries that contradict the rest of the file.
fn is_sound(tree: &Table, entries: &[Entry<'_>], suffix: &str, sink: &mut Sink) -> bool {
    let steps = Steps::of(entries);
    let circle = first_circle(entries, &steps);
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
        } else if is_still(tree, entry.from, suffix) {
            found.push(
                bad(format!("`{}` is still there", entry.from), entry.from_span)
                    .help(format!("rename it to `{}`, or remove this entry", entry.to)),
            );
        } else if suffix.is_empty() && !is_now(tree, entry.to) && !steps.from.contains_key(entry.to)
        {
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

/// Whether something can have this new name. A kind's own volume stands in no file, so only its component is looked up.
fn is_now(tree: &Table, key: &str) -> bool {
    exists(tree, owner(key))
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

/// The places of the first entries of each old key, and of each new one.
struct Steps<'a> {
    from: BTreeMap<&'a str, usize>,
    to: BTreeMap<&'a str, usize>,
}

impl<'a> Steps<'a> {
    fn of(entries: &[Entry<'a>]) -> Self {
        // Those that come first are put in last.
        let places = || entries.iter().enumerate().rev();
        Self {
            from: places().map(|(at, entry)| (entry.from, at)).collect(),
            to: places().map(|(at, entry)| (entry.to, at)).collect(),
        }
    }
}

/// The first entries that lead back to where they begin, as far as the platform is not one of them. Each key has one next
/// step, so each walk ends in a circle, at its end, or at a key that an earlier walk has passed.
fn first_circle<'a, 'b>(entries: &'b [Entry<'a>], steps: &Steps<'a>) -> Vec<&'b Entry<'a>> {
    let mut walk_of: BTreeMap<&str, usize> = BTreeMap::new();
    let next = |key: &str| steps.from.get(key).map(|at| &entries[*at]);
    for (walk, entry) in entries.iter().enumerate() {
        let mut here = Some(entry.from);
        while let Some(key) = here.filter(|key| !walk_of.contains_key(key)) {
            walk_of.insert(key, walk);
            here = next(key).map(|it| it.to);
        }
        let met = here.filter(|key| walk_of.get(key) == Some(&walk) && *key != "platform");
        if let Some(met) = met {
            let around = std::iter::successors(next(met), |it| next(it.to));
            let rest = around.skip(1).take_while(|it| it.from != met);
            return next(met).into_iter().chain(rest).collect();
        }
    }
    Vec::new()
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
