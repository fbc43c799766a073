//! Two kinds in one platform: what `init --with` and `add` write for them compiles.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use mlopsgen::{
    add::{AddRequest, Addition, Existing, Kinds},
    catalog::{Catalog, Kind},
    compile::{Request, compile},
    diag::Sink,
    files::Target,
    plan::Failure,
    project,
    source::Sources,
    world::MemoryWorld,
};

use crate::support::messages::messages;

const EMPTY: &str = "[platform]\nname = \"demo\"\n";

/// For kinds that bring no image.
const IMAGE: &str = "registry.example.com/it:1.0";

fn all() -> Kinds {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let mut catalog = Catalog::new(BTreeMap::new());
    let names = catalog.names();
    let kinds = names
        .iter()
        .filter_map(|name| catalog.get(name, &mut sources, &mut sink));
    kinds.map(|kind| (kind.name.clone(), kind)).collect()
}

/// A kind, and those that its required roles bring.
fn brought<'a>(kinds: &'a Kinds, kind: &'a Arc<Kind>) -> Vec<&'a Arc<Kind>> {
    let mut found = vec![kind];
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        at += 1;
        for role in next.roles.iter().filter(|role| role.required) {
            let filler = role.kinds.first().and_then(|first| kinds.get(first));
            found.extend(filler.filter(|filler| !found.iter().any(|it| it.name == filler.name)));
        }
    }
    found
}

/// Whether one may fill a role of the other, or of what that brings.
fn meet(kinds: &Kinds, first: &Arc<Kind>, second: &Arc<Kind>) -> bool {
    let (left, right) = (brought(kinds, first), brought(kinds, second));
    let fills = |role_of: &Kind, filler: &Kind| {
        let mut wanted = role_of.roles.iter().flat_map(|role| &role.kinds);
        wanted.any(|wanted| *wanted == filler.name || filler.lineage.contains(wanted))
    };
    let mut pairs = left
        .iter()
        .flat_map(|one| right.iter().map(move |other| (one, other)));
    pairs.any(|(one, other)| fills(one, other) || fills(other, one))
}

fn meeting(kinds: &Kinds) -> Vec<(&Arc<Kind>, &Arc<Kind>)> {
    let pairs = kinds
        .values()
        .flat_map(|first| kinds.values().map(move |second| (first, second)));
    pairs
        .filter(|(first, second)| first.name != second.name && meet(kinds, first, second))
        .collect()
}

fn image_of(kind: &Kind) -> Option<&'static str> {
    kind.image.is_none().then_some(IMAGE)
}

fn wish(kind: &Kind) -> String {
    match image_of(kind) {
        Some(image) => format!("{}={image}", kind.name),
        None => kind.name.clone(),
    }
}

fn started(kinds: &Kinds, wishes: &[&Kind]) -> Result<String, Failure> {
    let mut addition = Addition::new(EMPTY, Existing::default(), kinds)?;
    let wishes: Vec<String> = wishes.iter().map(|kind| wish(kind)).collect();
    addition.add_all(&wishes)?;
    Ok(addition.text())
}

fn with_one_more(kinds: &Kinds, text: &str, kind: &Kind) -> Result<String, Failure> {
    let world = MemoryWorld::new().with("platform.toml", text);
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let read = project::read(&world, "platform.toml", None, &mut sources, &mut sink);
    let tree = read.expect("it can be read").tree;
    let mut addition = Addition::new(text, Existing::of(&tree, kinds), kinds)?;
    addition.add(AddRequest {
        kind: &kind.name,
        name: None,
        group: None,
        image: image_of(kind),
    })?;
    Ok(addition.text())
}

/// What is wrong with a platform, with its text.
fn faults(text: &str) -> Option<String> {
    let world = MemoryWorld::new().with("platform.toml", text);
    let request = Request {
        targets: Some(BTreeSet::from([Target::Compose])),
        ..Request::default()
    };
    let compilation = compile(&world, &request);
    compilation
        .output
        .is_err()
        .then(|| format!("{}{text}", messages(&compilation)))
}

#[test]
fn two_kinds_that_may_use_each_other_are_a_platform_to_begin_with() {
    let kinds = all();
    let mut wrong = Vec::new();
    for (first, second) in meeting(&kinds) {
        let text = started(&kinds, &[first, second]).expect("both are added");
        let found = faults(&text).map(|fault| format!("{}, {}: {fault}", first.name, second.name));
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_kind_can_be_added_beside_any_that_it_may_use() {
    let kinds = all();
    let mut wrong = Vec::new();
    for (first, second) in meeting(&kinds) {
        let text = started(&kinds, &[first]).expect("it is added");
        let text = match with_one_more(&kinds, &text, second) {
            Ok(text) => text,
            // One of them was brought by the other, and there can't be a second.
            Err(failure) if failure.message.contains("at most") => continue,
            Err(failure) => panic!("{}, {}: {}", first.name, second.name, failure.message),
        };
        let found = faults(&text).map(|fault| format!("{}, {}: {fault}", first.name, second.name));
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
