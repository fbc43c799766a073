//! Data in folders of a machine: what is lost, and what to write so that it is not.

use mlopsgen::{data::Keeper, plan::DataPlan};

use super::data_plan;

const TEXT: &str = "[platform]\nname = \"p\"\ntargets = [\"compose\"]\n[groups]\ng = \"g\"\n\
    [components.a]\nimage = \"x/a:1\"\ngroup = \"g\"\nvolumes.d = { mount = \"/d\", source = \"data/x\", data = true }\n\
    [components.b]\nimage = \"x/b:1\"\ngroup = \"g\"\n";
const VOLUME: &str = "volumes.d = { mount = \"/d\", source = \"data/x\", data = true }\n";

fn kept_by(plan: &DataPlan) -> Vec<String> {
    let left = plan.left.iter();
    left.map(|it| it.keep.text().to_string()).collect()
}

/// A folder stays where it is: who mounts it, and whether that says that it holds data, loses nothing.
#[test]
fn a_folder_that_something_still_mounts_is_not_left_behind() {
    let removed = TEXT.replace(VOLUME, "");
    for after in [
        format!("{removed}{VOLUME}"),
        format!("{removed}volumes.other = {{ mount = \"/e\", source = \"data/x\" }}\n"),
        TEXT.replace(", data = true", ""),
        TEXT.replace("components.a", "components.c"),
    ] {
        let plan = data_plan(TEXT, &after);
        assert!(!plan.is_loss(), "{after}\n{plan:?}");
    }
}

/// The help compiles, and nothing is left behind with it.
#[test]
fn what_is_said_keeps_a_folder() {
    let removed = TEXT.replace(VOLUME, "");
    let own = "volumes.d = { mount = \"/d\", source = \"data/x\", data = true }";
    for (after, expected, mended) in [
        (
            TEXT.replace("data/x", "data/y"),
            "components.a.volumes.d.source = \"data/x\"",
            TEXT.to_string(),
        ),
        (
            TEXT.replace("data/x", "data/y")
                .replace("components.a", "components.c"),
            "components.c.volumes.d.source = \"data/x\"",
            TEXT.replace("components.a", "components.c"),
        ),
        (
            format!("{removed}{}", VOLUME.replace("data/x", "data/y")),
            "components.b.volumes.d.source = \"data/x\"",
            format!("{removed}{VOLUME}"),
        ),
        (
            TEXT.replace("source = \"data/x\", data = true", "size = \"1Gi\""),
            "components.a.volumes.d.source = \"data/x\"",
            TEXT.replace("data = true", "size = \"1Gi\""),
        ),
        (
            removed.clone(),
            &format!("# where it is to be used:\n{own}"),
            format!("{removed}{own}\n"),
        ),
    ] {
        let plan = data_plan(TEXT, &after);
        assert_eq!(kept_by(&plan), [expected], "{after}");
        assert!(!data_plan(TEXT, &mended).is_loss(), "{mended}");
    }
    // Raw keys have lists of their own.
    let raw = "compose.volumes = [\"../../data/x:/var/lib/postgresql/data\"]";
    let text = super::store("postgres").replace("18.99.99", "17.2");
    let text = text.replace("[\"compose\", \"swarm\", \"helm\"]", "[\"compose\"]");
    let plan = data_plan(&super::with(&text, raw), &text);
    assert_eq!(
        kept_by(&plan),
        ["# components.store.compose.volumes: mount `data/x` as before"]
    );
    // A typed key and a raw one name the same folder.
    let typed = super::with(&text, "volumes.data.source = \"data/x\"");
    let plan = data_plan(&super::with(&text, raw), &typed);
    assert_eq!(plan.displaced, []);
    assert!(plan.left.iter().all(|it| it.data.keeper != Keeper::Host));
}
