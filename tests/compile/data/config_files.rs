//! Configuration files that programs read by themselves: one that `files` mounts there leads them to their data, or away from it.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Request, compile},
    files::Target,
    plan::{Displaced, Manifest},
    world::MemoryWorld,
};

use super::{
    RUNTIMES,
    config_paths::{HARMLESS, LEADING, LEADING_VARIABLES},
    data_plan, displaced_in, kinds, planned_from, store, with,
};

fn mounted(kind: &str, path: &str, content: &str) -> (String, String) {
    // What a variable of the kind says counts more: without it the file does.
    let unset = match kind {
        "kafka" => {
            "env.KAFKA_LOG_DIRS = { unset = true }\nvolumes.data.mount = \"/tmp/kraft-combined-logs\"\n"
        }
        "prefect" => {
            "env.PREFECT_API_DATABASE_CONNECTION_URL = { unset = true }\nvolumes.data.mount = \"/root/.prefect\"\n"
        }
        _ => "",
    };
    let before = with(&store(kind), unset);
    let line = format!("files.\"{path}\" = {{ content = '''\n{content}''' }}");
    let after = with(&before, &line);
    (before, after)
}

#[test]
fn a_file_that_a_program_reads_by_itself_leads_it_elsewhere() {
    for (kind, path, content) in LEADING {
        let (before, after) = mounted(kind, path, content);
        let plan = data_plan(&before, &after);
        assert_eq!(
            displaced_in(&plan),
            RUNTIMES.into(),
            "{kind}: {path}: {content}"
        );
        assert!(!data_plan(&after, &after).is_loss(), "{kind}: {path}");
    }
    for (kind, path, content) in HARMLESS {
        let (before, after) = mounted(kind, path, content);
        let plan = data_plan(&before, &after);
        assert_eq!(
            displaced_in(&plan),
            BTreeSet::new(),
            "{kind}: {path}: {content}"
        );
    }
}

#[test]
fn a_variable_that_names_a_configuration_leads_elsewhere() {
    for (kind, lines) in LEADING_VARIABLES {
        let before = store(kind);
        let plan = data_plan(&before, &with(&before, lines));
        assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{kind}: {lines}");
    }
}

/// Every such path of the catalog is tried above.
#[test]
fn every_path_of_the_catalog_is_tried() {
    for kind in kinds() {
        let folders = kind.table.array("data_folders").unwrap_or_default();
        let tables = folders.iter().filter_map(|it| it.as_table());
        for pattern in tables.flat_map(|it| it.strings("config_files")) {
            let (start, end) = pattern.split_once('*').unwrap_or((pattern, ""));
            let is_tried = LEADING.iter().any(|(name, path, _)| {
                *name == kind.name && path.starts_with(start) && path.ends_with(end)
            });
            assert!(is_tried, "{}: {pattern}", kind.name);
        }
    }
}

/// The platform is the same, and a file of variables that Compose reads says something else.
#[test]
fn what_a_file_of_variables_sets_leads_a_program_elsewhere() {
    let text = store("postgres").replace("18.99.99", "17.2");
    let text = with(
        &text,
        "compose.env_file = [\"../../one.env\", \"../../two.env\"]",
    );
    let compiled = |one: &str, two: &str| {
        let world = MemoryWorld::new()
            .with("platform.toml", text.as_str())
            .with("one.env", one)
            .with("two.env", two);
        compile(&world, &Request::default())
            .output
            .expect("a good platform")
    };
    let before = planned_from(&compiled("LEVEL=info", ""), Manifest::default()).manifest;
    for (one, two, leads) in [
        ("PGDATA=/x", "", true),
        ("export PGDATA='/x' # why", "", true),
        ("PGDATA=/var/lib/postgresql/data", "PGDATA=/x", true),
        ("LEVEL=debug", "A=\"\nPGDATA=/x\"", false),
    ] {
        let plan = planned_from(&compiled(one, two), before.clone()).data;
        let expected: BTreeSet<Target> = leads.then_some(Target::Compose).into_iter().collect();
        assert_eq!(displaced_in(&plan), expected, "{one} {two}");
    }
}

/// One file includes others, as far as they are files of the project; the last one counts.
#[test]
fn what_a_file_includes_is_read() {
    let text = store("mysql");
    let with_files = |main: &str, value: &str| {
        let line = |path: &str, content: &str| {
            format!("files.\"{path}\" = {{ content = '''\n{content}''' }}\n")
        };
        let other = format!("[mysqld]\ndatadir={value}");
        with(
            &text,
            &(line("/etc/my.cnf", main) + &line("/opt/x/a.cnf", &other)),
        )
    };
    for main in ["!include /opt/x/a.cnf", "!includedir /opt/x/"] {
        let plan = data_plan(&with_files(main, "/var/lib/mysql"), &with_files(main, "/x"));
        assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{main}");
    }
    // A file that includes itself ends, and says what it says.
    let round = with_files(&"!include /etc/my.cnf\n".repeat(300), "/x");
    assert_eq!(displaced_in(&data_plan(&text, &round)), BTreeSet::new());
    let many: String = (0..300)
        .map(|number| format!("!include /opt/x/{number}.cnf\n"))
        .collect();
    let many = with_files(&many, "/x");
    assert_eq!(displaced_in(&data_plan(&text, &many)), RUNTIMES.into());
}

/// What lies at such a path and is no file of the project: it is asked for when it comes, when it goes, and when it is another.
#[test]
fn what_is_laid_over_a_configuration_is_asked_for() {
    let text = store("mysql");
    let compose = [Target::Compose];
    for (one, other, expected) in [
        (
            "volumes.conf = { mount = \"/etc/mysql/conf.d\", source = \"one\" }",
            "volumes.conf = { mount = \"/etc/mysql/conf.d\", source = \"other\" }",
            &[Target::Compose, Target::Swarm][..],
        ),
        (
            "compose.volumes = [\"store-data:/var/lib/mysql\", \"../../one.cnf:/etc/mysql/conf.d/x.cnf\"]",
            "compose.volumes = [\"store-data:/var/lib/mysql\", \"../../other.cnf:/etc/mysql/conf.d/x.cnf\"]",
            &compose,
        ),
        (
            "files.\"/etc/mysql/conf.d/x.cnf\" = { secret = \"key\" }",
            "files.\"/etc/mysql/conf.d/x.cnf\" = { secret = \"other\" }",
            &RUNTIMES,
        ),
        (
            "compose.configs = [{ source = \"one\", target = \"/etc/mysql/conf.d/x.cnf\" }]",
            "compose.configs = [{ source = \"other\", target = \"/etc/mysql/conf.d/x.cnf\" }]",
            &compose,
        ),
        (
            "helm = { extraVolumes = [{ name = \"x\", configMap = { name = \"one\" } }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/etc/mysql/conf.d\" }] }",
            "helm = { extraVolumes = [{ name = \"x\", configMap = { name = \"other\" } }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/etc/mysql/conf.d\" }] }",
            &[Target::Helm],
        ),
    ] {
        let text = text.replace("[secrets]\n", "[secrets]\nother = { env = \"OTHER\" }\n");
        let configs = "[raw.compose.configs]\none.file = \"../../one.cnf\"\nother.file = \"../../other.cnf\"\n";
        let text = format!("{text}\n{configs}");
        let (one, other) = (with(&text, one), with(&text, other));
        for (before, after) in [(&text, &one), (&one, &other), (&other, &text)] {
            let plan = data_plan(before, after);
            assert_eq!(
                displaced_in(&plan),
                expected.iter().copied().collect(),
                "{after}"
            );
        }
        assert!(!data_plan(&one, &one).is_loss(), "{one}");
    }
}

/// Another file or service in the place of one that is not read may lead the program to other data.
#[test]
fn another_file_in_place_of_one_that_is_not_read_is_asked_for() {
    for (kind, one, other, expected) in [
        (
            "postgres",
            "compose.env_file = \"../../one.env\"",
            "compose.env_file = [\"../../other.env\"]",
            Target::Compose,
        ),
        (
            "postgres",
            "compose.env_file = [{ path = \"../../one.env\", required = false }]",
            "compose.env_file = \"../../other.env\"",
            Target::Compose,
        ),
        (
            "postgres",
            "compose.extends = { file = \"../../base.yaml\", service = \"one\" }",
            "compose.extends = { file = \"../../base.yaml\", service = \"other\" }",
            Target::Compose,
        ),
        (
            "postgres",
            "compose.extends = { file = \"../../one.yaml\", service = \"db\" }",
            "compose.extends = { file = \"../../other.yaml\", service = \"db\" }",
            Target::Compose,
        ),
        (
            "qdrant",
            "helm.extraEnvFrom = [{ configMapRef = { name = \"one\" } }]",
            "helm.extraEnvFrom = [{ configMapRef = { name = \"other\" } }]",
            Target::Helm,
        ),
        (
            "qdrant",
            "helm.extraEnv = [{ name = \"QDRANT__STORAGE__STORAGE_PATH\", valueFrom = { configMapKeyRef = { name = \"one\", key = \"x\" } } }]",
            "helm.extraEnv = [{ name = \"QDRANT__STORAGE__STORAGE_PATH\", valueFrom = { configMapKeyRef = { name = \"other\", key = \"x\" } } }]",
            Target::Helm,
        ),
    ] {
        let text = store(kind).replace("18.99.99", "17.2");
        let plan = data_plan(&with(&text, one), &with(&text, other));
        assert_eq!(displaced_in(&plan), [expected].into(), "{one}");
    }
    // The same in another form is no change.
    let text = store("postgres").replace("18.99.99", "17.2");
    let forms = [
        "\"../../one.env\"",
        "[\"../../one.env\"]",
        "[{ path = \"../../one.env\" }]",
    ];
    for form in forms {
        let before = with(&text, "compose.env_file = \"../../one.env\"");
        let after = with(&text, &format!("compose.env_file = {form}"));
        assert!(!data_plan(&before, &after).is_loss(), "{form}");
    }
    let plan = data_plan(
        &with(&text, "compose.env_file = \"../../one.env\""),
        &with(&text, "compose.env_file = \"../../other.env\""),
    );
    let sentences: Vec<String> = plan.displaced.iter().map(Displaced::sentence).collect();
    assert_eq!(
        sentences,
        [
            "`store` keeps its data at the top of volume `p_store-data` (components.store.volumes.data), unless `env_file` \
             (`../../one.env`) says otherwise, and may be led elsewhere by `env_file` (`../../other.env`), which is not read here: \
             then it starts empty (compose)"
        ]
    );
}
