//! The rules that compute a plan.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Accepted, Action, Change, Consequence, Emptied, Found, Manifest, Notice, Plan, Recorded,
    Refusal, State,
    chart::Charts,
    chart_secret::secret,
    data::{self, DataPlan},
    fewer_pods,
    fixed::fixed,
    handed_over, jobs,
    manifest::fingerprint,
    node_folders,
    scaling::notices,
    scripts,
};
use crate::{
    data::Place,
    files::Target,
    fileset::{FileSet, Owner, Stub},
    threads,
};

/// The hashes of the files that a compilation made, by path. `apply` plans twice, and hashes once.
#[derive(Debug, Default)]
pub struct Fingerprints(BTreeMap<String, String>);

impl Fingerprints {
    /// Hashes each file.
    pub fn of(wanted: &FileSet) -> Self {
        let hashed = threads::each(&wanted.files, |(path, file)| {
            (path.clone(), fingerprint(file.text.as_bytes()))
        });
        Self(hashed.into_iter().collect())
    }
}

/// The inputs of a plan.
pub struct Inputs<'a> {
    /// The platform file, in the project's folder.
    pub file: &'a str,
    /// What the compilation made.
    pub wanted: &'a FileSet,
    /// The hashes of these files.
    pub fingerprints: &'a Fingerprints,
    /// The targets that platform.toml asks for.
    pub targets: &'a BTreeSet<Target>,
    /// `--target`; `None` is all.
    pub selected: Option<&'a BTreeSet<Target>>,
    /// What earlier runs wrote.
    pub recorded: &'a Recorded,
    /// The files in the output folder.
    pub found: &'a Found,
}

/// Every path whose state on the disk a plan depends on.
pub fn paths_of_interest(wanted: &FileSet, recorded: &Recorded) -> BTreeSet<String> {
    wanted
        .files
        .keys()
        .chain(recorded.manifest.files.keys())
        .cloned()
        .collect()
}

/// Computes the plan.
pub fn plan(inputs: &Inputs) -> Plan {
    let mut changes = BTreeMap::new();
    let mut unchanged = Vec::new();
    let mut data = data::data(inputs);
    let mut manifest = files_after(inputs);
    for (path, file) in &inputs.wanted.files {
        if inputs.found.as_wanted.contains(path) {
            unchanged.push(path.clone());
            continue;
        }
        match to_write(path, &file.text, &manifest, inputs) {
            Some(change) => {
                changes.insert(path.clone(), change);
            }
            None => unchanged.push(path.clone()),
        }
    }
    for path in inputs.recorded.manifest.files.keys() {
        if !manifest.files.contains_key(path)
            && let Some(change) = to_remove(path, inputs)
        {
            changes.insert(path.clone(), change);
        }
    }
    let changes = allow_where_removed(changes, inputs);
    let emptied = emptied(&changes, &manifest, inputs);
    let charts = Charts::of(changes.values());
    node_folders::add(&charts, &mut data);
    fewer_pods::add(&charts, inputs, &mut data);
    record_data(&mut manifest, inputs, &data);
    fewer_pods::record(&charts, inputs, &mut manifest);
    record_secrets(&mut manifest, inputs);
    let manifest_changes = manifest != inputs.recorded.manifest || inputs.recorded.conflicted;
    let meanwhile = || manifest_meanwhile(&manifest, &changes, inputs);
    Plan {
        manifest_meanwhile: (manifest_changes || !changes.is_empty()).then(meanwhile),
        unchanged,
        foreign: inputs.found.others.clone(),
        stubs: missing_stubs(inputs),
        copies: copies(inputs),
        fixed: fixed(&charts, &data),
        notices: [
            notices(&charts),
            handed_over::notices(&charts),
            jobs::notices(&charts, &changes, inputs.wanted),
            scripts::notices(inputs),
            earlier_manifest(inputs),
        ]
        .concat(),
        secret: secret(&charts),
        data,
        manifest,
        manifest_before: inputs.found.manifest.clone(),
        is_manifest_of_commit: inputs.found.is_manifest_of_commit,
        manifest_changes,
        leftovers: inputs.found.leftovers,
        obstacle: inputs.found.obstacle.clone(),
        emptied,
        changes: changes.into_values().collect(),
    }
}

fn to_write(path: &str, text: &Arc<str>, manifest: &Manifest, inputs: &Inputs) -> Option<Change> {
    let mut change = Change {
        path: path.to_string(),
        action: Action::Create,
        before: None,
        after: Some(Arc::clone(text)),
        refusal: None,
    };
    match inputs.found.states.get(path) {
        None => {}
        Some(State::File(bytes)) => {
            let found = fingerprint(bytes);
            // Git may have written CRLF where LF was.
            if manifest
                .files
                .get(path)
                .is_some_and(|wanted| wanted.contains(&found))
            {
                return None;
            }
            change.action = Action::Change;
            change.before = Some(bytes.clone());
            change.refusal = match inputs.recorded.manifest.files.get(path) {
                Some(written) if written.contains(&found) => None,
                _ if is_of_other_side(path, &found, inputs) => None,
                None => Some(Refusal::NotOurs),
                Some(_) => Some(Refusal::Edited),
            };
        }
        Some(other) => change.refusal = obstacle(other),
    }
    Some(change)
}

/// Whether the other side of a merge wrote this, though the manifest is that of one side.
fn is_of_other_side(path: &str, fingerprint: &str, inputs: &Inputs) -> bool {
    let written = inputs.found.sides.files.get(path);
    written.is_some_and(|written| written.contains(fingerprint))
}

fn to_remove(path: &str, inputs: &Inputs) -> Option<Change> {
    let state = inputs.found.states.get(path)?;
    let mut change = Change {
        path: path.to_string(),
        action: Action::Remove,
        before: None,
        after: None,
        refusal: None,
    };
    match state {
        State::File(bytes) => {
            let written = &inputs.recorded.manifest.files[path];
            let found = fingerprint(bytes);
            if !written.contains(&found) && !is_of_other_side(path, &found, inputs) {
                change.refusal = Some(Refusal::Edited);
            }
            change.before = Some(bytes.clone());
        }
        // The recorded file no longer exists; what is at its path now is not ours.
        State::Folder | State::BelowFile(_) => return None,
        State::Link(_) | State::Unreadable(_) => change.refusal = obstacle(state),
    }
    Some(change)
}

fn obstacle(state: &State) -> Option<Refusal> {
    match state {
        State::File(_) => None,
        State::Folder => Some(Refusal::Folder),
        State::BelowFile(file) => Some(Refusal::BelowFile(file.clone())),
        State::Link(link) => Some(Refusal::Link(link.clone())),
        State::Unreadable(error) => Some(Refusal::Unreadable(error.clone())),
    }
}

/// A file may take the place of a folder, or a folder that of a file, where the same plan removes what is there.
fn allow_where_removed(
    mut changes: BTreeMap<String, Change>,
    inputs: &Inputs,
) -> BTreeMap<String, Change> {
    let removed: BTreeSet<String> = changes
        .values()
        .filter(|change| change.action == Action::Remove && change.refusal.is_none())
        .map(|change| change.path.clone())
        .collect();
    for change in changes.values_mut() {
        let free = match &change.refusal {
            Some(Refusal::BelowFile(file)) => removed.contains(file),
            Some(Refusal::Folder) => is_emptied(&change.path, &removed, inputs),
            _ => false,
        };
        if free {
            change.refusal = None;
        }
    }
    changes
}

/// Whether a folder may give way to a file: the plan removes all files in it, or a killed run has already removed them. (Any
/// other empty folder belongs to the user.)
fn is_emptied(folder: &str, removed: &BTreeSet<String>, inputs: &Inputs) -> bool {
    let below = format!("{folder}/");
    let found = inputs.found;
    let others = found.others.partition_point(|path| *path < below);
    let is_below = |path: &&String| path.starts_with(&below);
    let states = found.states.range(below.clone()..).map(|(path, _)| path);
    let files: Vec<&String> = states
        .take_while(is_below)
        .chain(found.as_wanted.range(below.clone()..).take_while(is_below))
        .chain(found.others[others..].iter().take_while(is_below))
        .collect();
    let mut owned = inputs.recorded.manifest.files.range(below.clone()..);
    let was_ours = owned
        .next()
        .is_some_and(|(path, _)| path.starts_with(&below));
    match files.is_empty() {
        true => was_ours,
        false => files.into_iter().all(|path| removed.contains(path)),
    }
}

/// The files that the manifest will list: all desired files, and those of targets that `--target` leaves out.
fn files_after(inputs: &Inputs) -> Manifest {
    let mut manifest = Manifest::of(inputs.file);
    for (path, fingerprint) in &inputs.fingerprints.0 {
        manifest.record_file(path, fingerprint.clone());
    }
    let Some(selected) = inputs.selected else {
        return manifest;
    };
    // Of what is left out it still tells what it told.
    if inputs.recorded.manifest.has_something() {
        manifest.format = inputs.recorded.manifest.format;
    }
    for (path, fingerprints) in &inputs.recorded.manifest.files {
        let left_out = !Owner::of(path).is_selected(selected);
        if left_out && !manifest.files.contains_key(path) {
            manifest.files.insert(path.clone(), fingerprints.clone());
        }
    }
    manifest
}

/// The data that the manifest will list, and the losses that the user accepts with this plan.
fn record_data(manifest: &mut Manifest, inputs: &Inputs, data: &DataPlan) {
    let wanted = data::desired_data(inputs);
    for kept in wanted.iter().filter(|kept| !kept.is_only_declared()) {
        manifest.record_data(kept);
    }
    let recorded = &inputs.recorded.manifest;
    for (data, facts) in &recorded.volumes {
        if !data::is_selected(data.keeper, inputs.selected) {
            manifest.volumes.insert(data.clone(), facts.clone());
        }
    }
    // Data that was left behind and is used again is among the volumes from now on.
    let is_back = |accepted: &&Accepted| {
        let left = accepted.left_behind();
        left.is_some_and(|(left, _)| data.back.contains(left))
    };
    let before = recorded.accepted.iter().filter(|it| !is_back(it));
    manifest.accepted.extend(before.cloned());
    let left = data.left.iter().map(|left| left.accepted(recorded));
    let displaced = data.displaced.iter().map(|displaced| Accepted::Displaced {
        keeper: displaced.data.keeper,
        name: displaced.data.name.clone(),
        key: displaced.data.key.clone(),
        workload: displaced.from.workload.clone(),
        from: displaced.from.shown(),
        to: displaced.to.as_ref().map(Place::shown_with_unread),
    });
    let upgraded = data.upgrades.iter().map(|change| Accepted::Upgraded {
        keeper: change.data.keeper,
        name: change.data.name.clone(),
        key: change.data.key.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
    });
    let consequences = data.consequences.iter().map(Consequence::accepted);
    manifest
        .accepted
        .extend(left.chain(displaced).chain(upgraded).chain(consequences));
    // No runtime is selected: this run knows nothing about what they keep.
    let tenants = inputs.wanted.tenants.iter().map(|it| &it.tenant);
    let tenants = tenants.filter(|it| it.has_something()).cloned();
    match wanted.is_empty() && inputs.selected.is_some() {
        true => manifest.tenants.clone_from(&recorded.tenants),
        false => manifest.tenants.extend(tenants),
    }
}

/// A manifest of an earlier version can't tell of all that this one would ask about.
fn earlier_manifest(inputs: &Inputs) -> Vec<Notice> {
    match inputs.recorded.manifest.tells_less() {
        true => vec![Notice::EarlierManifest],
        false => Vec::new(),
    }
}

/// The variables that the manifest will list: of each secret that is still there all that it has had.
fn record_secrets(manifest: &mut Manifest, inputs: &Inputs) {
    for (secret, variable) in &inputs.wanted.secrets {
        let before = inputs.recorded.manifest.secrets.get(secret);
        let before = before.into_iter().flatten();
        let earlier = before.filter(|it| *it != variable);
        let variables = std::iter::once(variable).chain(earlier).cloned();
        manifest.secrets.insert(secret.clone(), variables.collect());
    }
}

/// Killed while writing, every file is as it was or as it will be: this manifest owns both.
fn manifest_meanwhile(
    manifest: &Manifest,
    changes: &BTreeMap<String, Change>,
    inputs: &Inputs,
) -> Manifest {
    let mut meanwhile = manifest.union(&inputs.recorded.manifest);
    // With --force the present content may be overwritten.
    for change in changes.values() {
        if let Some(before) = &change.before {
            meanwhile.record_file(&change.path, fingerprint(before));
        }
    }
    meanwhile
}

/// Whether nearly everything is removed: nine of ten files of the targets that platform.toml names, or every file of every
/// target. Files of targets that platform.toml no longer names do not count: their removal is intended.
fn emptied(
    changes: &BTreeMap<String, Change>,
    manifest: &Manifest,
    inputs: &Inputs,
) -> Option<Emptied> {
    let is_asked = |path: &&String| Owner::of(path).is_selected(inputs.targets);
    let before = inputs.recorded.manifest.files.keys();
    let before = before.filter(is_asked).count();
    let after = manifest.files.keys().filter(is_asked).count();
    let mut paths = manifest.files.keys();
    let has_targets_files = paths.any(|path| Owner::of(path) != Owner::Always);
    let changes = changes.values();
    let removed = changes.filter(|it| it.action == Action::Remove).count();
    let is_emptied = removed > 0 && (after * 10 <= before || !has_targets_files);
    is_emptied.then_some(Emptied {
        removed,
        left: manifest.files.len(),
    })
}

/// Where a chart has what it mounts.
const FILES: &str = "/files/";

/// The files of a chart that hold the body of a stub.
fn copies(inputs: &Inputs) -> BTreeMap<String, String> {
    let stubs = inputs.wanted.stubs.iter();
    let stubs: BTreeSet<&str> = stubs.map(|stub| stub.path.as_str()).collect();
    let mut copies = BTreeMap::new();
    for path in inputs.wanted.files.keys() {
        let ends = path.match_indices(FILES).map(|(at, _)| at + FILES.len());
        let mut bodies = ends.filter_map(|start| stubs.get(&path[start..]));
        if let Some(body) = bodies.next() {
            copies.insert(path.clone(), (*body).to_string());
        }
    }
    copies
}

fn missing_stubs(inputs: &Inputs) -> Vec<Stub> {
    inputs
        .wanted
        .stubs
        .iter()
        .filter(|stub| !inputs.found.stubs.contains(&stub.path))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::PLATFORM_FILE;

    #[test]
    fn a_plan_shares_the_texts_of_the_compilation() {
        let mut wanted = FileSet::default();
        wanted.add(Target::Docs, "docs/a.md", "text");
        let recorded = Recorded {
            manifest: Manifest::default(),
            conflicted: false,
        };
        let plan = plan(&Inputs {
            file: PLATFORM_FILE,
            wanted: &wanted,
            fingerprints: &Fingerprints::of(&wanted),
            targets: &[Target::Docs].into(),
            selected: None,
            recorded: &recorded,
            found: &Found::default(),
        });
        let text = plan.changes[0].after.as_ref();
        assert!(text.is_some_and(|text| Arc::ptr_eq(text, &wanted.files["docs/a.md"].text)));
        assert!(plan.manifest.files["docs/a.md"].contains(&fingerprint(b"text")));
    }
}
