//! What an image means for data: the version of the program in it, and the volumes that it declares.

use super::{
    RUNTIMES, compiled, data_plan, keeps_data, kinds, majors, named, platform, store, with,
};

/// A raw image or tag is the version that runs.
#[test]
fn a_raw_image_of_another_major_is_another_version() {
    let text = store("postgres").replace("18.99.99", "17.2");
    for (line, expected) in [
        (
            "compose.image = \"postgres:18.1\"",
            "volume `p_store-data`: postgres 17 to postgres 18",
        ),
        (
            "helm.image.tag = \"18.1\"",
            "claim `store-data`: postgres 17 to postgres 18",
        ),
        (
            "compose.image = \"registry.corp/db:stable\"",
            "volume `p_store-data`: postgres 17 to another program",
        ),
        ("compose.image = \"postgres:17.3\"", ""),
        (
            "compose.image = \"registry.corp/db:stable\"\nsettings.major = 17",
            "",
        ),
    ] {
        let text = text.replace("settings = {", "settings = { major = 17,");
        let text = match line.contains("settings") {
            true => text,
            false => text.replace(" major = 17,", ""),
        };
        let line = line.replace("\nsettings.major = 17", "");
        let plan = data_plan(&text, &with(&text, &line));
        let shown = plan
            .upgrades
            .iter()
            .map(|it| format!("{}: {} to {}", it.data.title(), it.from, it.to));
        assert_eq!(shown.collect::<Vec<_>>().join("\n"), expected, "{line}");
        assert_eq!(plan.displaced, [], "{line}");
    }
}

/// What an image tells of the program in it does not depend on the key that names it.
#[test]
fn an_image_has_one_version_whichever_key_names_it() {
    let text = store("postgres").replace(
        "targets = [\"compose\", \"swarm\", \"helm\"]",
        "targets = [\"compose\"]",
    );
    let version = "version = \"17.99.99\"\n";
    assert!(text.contains(version) && text.contains("[\"compose\"]"));
    for (image, program) in [
        ("registry.example.com/team/mypg:1.2", "postgres 17"),
        ("registry.example.com/team/mypg:18.5", "postgres 18"),
        ("registry.example.com/team/mypg:pg18", "postgres 18"),
        ("mirror.example.com/library/postgres:16.1", "postgres 16"),
        ("postgres:16", "postgres 16"),
    ] {
        let by_key = text.replace(version, &format!("image = \"{image}\"\n"));
        let by_raw_key = with(&text, &format!("compose.image = \"{image}\""));
        // Every version of PostgreSQL asks for something, so that a version is seen by what a change to it asks for.
        let older = text.replace(version, "version = \"15.1\"\n");
        let to = |after: &str| {
            let changes = data_plan(&older, after).upgrades.into_iter();
            let versions: Vec<String> = changes.map(|it| it.to.to_string()).collect();
            versions
        };
        assert_eq!(to(&by_key), [program], "{image}");
        assert_eq!(to(&by_raw_key), [program], "{image}");
    }
}

/// Runtimes throw a volume that an image declares away with its container, unless a mount has exactly its path.
#[test]
fn no_data_folder_lies_in_a_volume_of_the_image() {
    let mut tried = 0;
    for kind in kinds() {
        let folders = kind.table.array("data_folders").unwrap_or_default().len();
        if kind.table.get("image_volumes").is_none() || folders == 0 || !keeps_data(&kind) {
            continue;
        }
        let majors = match kind.versions.majors.is_empty() {
            true => kind.default_major().into_iter().collect(),
            false => majors(&kind),
        };
        for major in majors {
            let output = compiled(&platform(&kind, major));
            let files = &output.files;
            for runtime in RUNTIMES {
                let places = files.kept.iter().flat_map(|kept| &kept.places);
                let own = places.filter(|it| it.workload == "store" && it.runtime == runtime);
                let found = own.filter(|place| place.folder.is_some()).count();
                assert!(found >= folders, "{} {major} in {runtime:?}", kind.name);
            }
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

/// A claim at the path of the image's own volume, and the data in a folder of it that the server makes: from 18 on the image does
/// so itself.
#[test]
fn a_claim_of_postgres_stands_at_the_volume_of_the_image() {
    for (major, path, folder) in [
        (
            17,
            "/var/lib/postgresql/data",
            "PGDATA: /var/lib/postgresql/data/data\n",
        ),
        (18, "/var/lib/postgresql", "subPath: data\n"),
    ] {
        let output = compiled(&platform(&named("postgres"), major));
        let files = &output.files;
        let values = &files.files["helm/p/values.yaml"].text;
        assert!(values.contains(&format!("mountPath: {path}\n")), "{values}");
        assert!(values.contains(folder), "{values}");
        assert_eq!(values.contains("PGDATA"), major == 17, "{values}");
        let compose = &files.files["compose/g.yaml"].text;
        assert!(!compose.contains("PGDATA"), "{compose}");
    }
}
