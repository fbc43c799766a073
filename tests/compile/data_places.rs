//! Changes that leave data where it is and let its program look elsewhere: by an option, a variable, a mount, a raw key. Every
//! runtime that keeps data tells.

use std::{collections::BTreeSet, fs};

use mlopsgen::{
    catalog::Kind,
    plan::{DataPlan, Displaced},
};

use crate::upgrades::{compiled, data_plan, keeps_data, kinds, majors, named, platform};

const RUNTIMES: [&str; 3] = ["compose", "helm", "swarm"];

/// The platform of one store, with more keys of the store.
fn with(text: &str, lines: &str) -> String {
    text.replacen(
        "[components.store]\n",
        &format!("[components.store]\n{lines}\n"),
        1,
    )
}

fn store(name: &str) -> String {
    let kind = named(name);
    let major = kind.default_major().expect("a major");
    platform(&kind, major)
}

/// The runtimes in which the store no longer meets its data.
fn displaced_in(plan: &DataPlan) -> BTreeSet<&str> {
    let all = plan.displaced.iter();
    let own = all.filter(|it| it.data.key.starts_with("components.store."));
    own.flat_map(|it| it.runtimes.iter().map(String::as_str))
        .collect()
}

fn stores() -> impl Iterator<Item = (Kind, String)> {
    kinds().into_iter().filter(keeps_data).map(|kind| {
        let major = kind.default_major().unwrap_or(1);
        let text = platform(&kind, major);
        // Where a tag is a date, the version of the kind is a good one too.
        let text = text.replace(
            &format!("version = \"{major}.99.99\"\n"),
            &kind
                .version
                .iter()
                .map(|it| format!("version = \"{it}\"\n"))
                .collect::<String>(),
        );
        (kind, text)
    })
}

/// A variable's default decides in every runtime, whatever characters are in it; a folder has one name, however it is written.
#[test]
fn the_default_of_a_variable_leads_a_program_elsewhere() {
    let text = store("postgres");
    let written = |folder: &str, keys: &str| {
        let folder = format!("/var/lib/postgresql/data/{folder}");
        let variable = format!(
            "[vars]\ndir = {{ env = \"DIR\", default = \"{folder}\" }}\n[components.store]\n"
        );
        let keys = keys.replace("FOLDER", &folder);
        text.replacen("[components.store]\n", &format!("{variable}{keys}\n"), 1)
    };
    let options =
        |value: &str| format!("args = [\"postgres\", \"-c\", \"data_directory={value}\"]");
    for keys in [
        "env.PGDATA = \"${vars.dir}\"".to_string(),
        options("${vars.dir}"),
        "compose.environment.PGDATA = \"${vars.dir}\"\nhelm.env.PGDATA = \"${vars.dir}\"\n\
         env.PGDATA = \"${vars.dir}\""
            .to_string(),
    ] {
        let plan = data_plan(&written("one", &keys), &written("two", &keys));
        assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{keys}");
    }
    for folder in ["a b", "{a}/b", "$x/y", "a-b:-c"] {
        let by_variable = written(folder, "env.PGDATA = \"${vars.dir}\"");
        let by_text = written(folder, "env.PGDATA = \"FOLDER\"");
        let plan = data_plan(&by_variable, &by_text);
        assert_eq!(displaced_in(&plan), BTreeSet::new(), "{folder}");
    }
}

/// Every kind with data: its volume is mounted elsewhere.
#[test]
fn a_mount_that_moves_displaces_the_data_of_every_kind() {
    let mut tried = 0;
    for (kind, text) in stores() {
        let moved = with(&text, "volumes.data.mount = \"/elsewhere\"");
        let plan = data_plan(&text, &moved);
        // A daemon has a folder on each node, which is no claim.
        let is_daemon = kind.table.get_path(&["workload", "daemon"]).is_some();
        // In the chart the variable that names the folder goes with the mount.
        let volume = kind.table.get_path(&["workload", "volumes", "data"]);
        let follows = volume.and_then(|it| it.as_table()?.get("folder_env"));
        let keeps = RUNTIMES
            .into_iter()
            .filter(|it| *it != "helm" || !is_daemon && follows.is_none());
        assert_eq!(displaced_in(&plan), keeps.collect(), "{}", kind.name);
        assert_eq!(displaced_in(&data_plan(&text, &text)), BTreeSet::new());
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

/// Every variable and option that a kind names: one that leads elsewhere is seen.
#[test]
fn what_leads_a_program_to_another_folder_displaces_its_data() {
    let mut tried = 0;
    for (kind, text) in stores() {
        let folders = kind.table.array("data_folders").unwrap_or_default();
        let words = |key: &str| -> Vec<String> {
            let tables = folders.iter().filter_map(|it| it.as_table());
            let words = tables.flat_map(|it| it.strings(key));
            words.map(str::to_string).collect()
        };
        let variables = words("env").into_iter();
        let variables = variables.map(|name| format!("env.\"{name}\" = \"/elsewhere\""));
        let options = words("options").into_iter().flat_map(|name| {
            [
                format!("args = [\"--{name}=/elsewhere\"]"),
                format!("args = [\"--{name}\", \"/elsewhere\"]"),
                format!("args = [\"-c\", \"{name}=/elsewhere\"]"),
            ]
        });
        for line in variables.chain(options) {
            // Variables of which another one counts more.
            let counts_less = ["KAFKA_LOG_DIR\"", "RABBITMQ_MNESIA_BASE\""];
            if counts_less.iter().any(|name| line.contains(name)) && kind.name == "kafka" {
                continue;
            }
            let plan = data_plan(&text, &with(&text, &line));
            assert_eq!(
                displaced_in(&plan),
                RUNTIMES.into(),
                "{}: {line}",
                kind.name
            );
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

/// Other spellings that the programs accept.
#[test]
fn an_option_is_read_however_its_program_lets_it_be_written() {
    for (name, lines) in [
        (
            "postgres",
            &[
                "args = [\"-D/x\"]",
                "args = [\"-cdata_directory=/x\"]",
                "args = [\"-c\", \"DATA_DIRECTORY=/x\"]",
                "args = [\"--data-directory=/x\"]",
                "args = [\"--Data_Directory=/x\"]",
                "entrypoint = [\"sh\", \"-c\", \"PGDATA=/x exec docker-entrypoint.sh postgres\"]",
                "entrypoint = [\"sh\", \"-c\", \"export PGDATA='/x'; exec docker-entrypoint.sh postgres\"]",
            ][..],
        ),
        (
            "redis",
            &["args = [\"--DIR\", \"/x\"]", "args = [\"--Dir /x\"]"],
        ),
        (
            "elasticsearch",
            &[
                "args = [\"-E\", \"path.data=/x\"]",
                "args = [\"-Epath.data=/x\"]",
            ],
        ),
        ("opensearch", &["args = [\"-E\", \"path.data=/x\"]"]),
        (
            "grafana",
            &[
                "env.GF_DATABASE_PATH = \"/x/grafana.db\"",
                "env.GF_DATABASE_PATH = \"other.db\"",
                "env.GF_DATABASE_URL = \"mysql://user@host:3306/grafana\"",
            ],
        ),
        (
            "jenkins",
            &[
                "env.JAVA_OPTS = \"-Xmx1g -DJENKINS_HOME=/x\"",
                "env.JENKINS_JAVA_OPTS = \"-DJENKINS_HOME=/x\"",
            ],
        ),
    ] {
        let text = store(name);
        for line in lines {
            let plan = data_plan(&text, &with(&text, line));
            assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{name}: {line}");
        }
    }
    for (name, line) in [
        (
            "postgres",
            "args = [\"-d\", \"5\", \"-c\", \"work_mem=8MB\"]",
        ),
        ("grafana", "env.GF_DATABASE_PATH = \"grafana.db\""),
        (
            "grafana",
            "env.GF_DATABASE_PATH = \"/var/lib/grafana/grafana.db\"",
        ),
        ("jenkins", "env.JAVA_OPTS = \"-Xmx1g\""),
    ] {
        let text = store(name);
        let plan = data_plan(&text, &with(&text, line));
        assert_eq!(displaced_in(&plan), BTreeSet::new(), "{name}: {line}");
    }
}

/// A kind whose data other versions may not read says where its program keeps it.
#[test]
fn a_store_names_its_data_folder_or_says_why_not() {
    for kind in kinds() {
        if !keeps_data(&kind)
            || kind.upgrades.is_empty()
            || kind.table.get("data_folders").is_some()
        {
            continue;
        }
        let text =
            fs::read_to_string(format!("templates/kinds/{}.toml", kind.name)).expect("a file");
        assert!(
            text.lines().any(|line| line.starts_with("# Data folder: ")),
            "{} keeps data: say in `[[data_folders]]` what moves it, or `# Data folder: ...`",
            kind.name
        );
    }
}

/// Raw keys, over PostgreSQL 17: which runtimes stop, and for what.
#[test]
fn raw_keys_that_decide_about_data_are_compared_as_they_are_written() {
    let text = store("postgres").replace("18.99.99", "17.2");
    let compose = ["compose"];
    let helm = ["helm"];
    for (line, expected) in [
        ("compose.volumes = []", &compose[..]),
        (
            "compose.volumes = [\"/srv/pg:/var/lib/postgresql/data\"]",
            &compose,
        ),
        (
            "compose.volumes = [\"store-data:/var/lib/elsewhere\"]",
            &compose,
        ),
        (
            "compose.volumes = [{ type = \"volume\", source = \"store-data\", target = \"/var/lib/postgresql/data\", volume = { subpath = \"x\" } }]",
            &compose,
        ),
        ("compose.tmpfs = [\"/var/lib/postgresql/data\"]", &compose),
        (
            "compose.tmpfs = \"/var/lib/postgresql/data:size=1g\"",
            &compose,
        ),
        (
            "compose.environment.PGDATA = \"/var/lib/postgresql/data/x\"",
            &compose,
        ),
        ("compose.environment = [\"PGDATA=/x\"]", &compose),
        ("compose.command = \"postgres -D /x\"", &compose),
        ("helm.env.PGDATA = \"/x\"", &helm),
        ("helm.args = [\"-D\", \"/x\"]", &helm),
        ("helm.volumes.data.mountPath = \"/x\"", &helm),
        ("helm.volumes.data.subPath = \"x\"", &helm),
        ("helm.volumes.data.claim = false", &helm),
        (
            "helm = { extraVolumes = [{ name = \"x\", emptyDir = {} }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/var/lib/postgresql/data\" }] }",
            &helm,
        ),
        (
            "helm = { extraVolumes = [{ name = \"x\", persistentVolumeClaim.claimName = \"other\" }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/var/lib/postgresql/data/\" }] }",
            &helm,
        ),
        (
            "helm = { extraVolumes = [{ name = \"x\", emptyDir = {} }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/tmp\" }] }",
            &[],
        ),
        // The same data in other words.
        (
            "compose.volumes = [\"store-data:/var/lib/postgresql/data/\"]",
            &[],
        ),
        (
            "compose.environment.PGDATA = \"/var/lib/postgresql/data\"",
            &[],
        ),
        ("compose.image = \"mirror.corp/postgres:17.9\"", &[]),
        ("compose.restart = \"always\"", &[]),
        ("volumes.data.mount = \"/pg\"\nenv.PGDATA = \"/pg\"", &[]),
    ] {
        let plan = data_plan(&text, &with(&text, line));
        assert_eq!(
            displaced_in(&plan),
            expected.iter().copied().collect(),
            "{line}"
        );
        assert_eq!((plan.left.len(), plan.upgrades.len()), (0, 0), "{line}");
    }
}

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

/// A volume that is another one under the same key is left behind, with the key that did it.
#[test]
fn a_volume_that_raw_keys_redirect_is_left_behind() {
    let text = store("postgres");
    let text = text.replace(
        "[\"compose\", \"swarm\", \"helm\"]",
        "[\"compose\", \"helm\"]",
    );
    for (lines, left, by) in [
        (
            "[raw.compose.volumes.store-data]\nname = \"other\"",
            "volume `p_store-data`",
            "# leave out: raw.compose.volumes.store-data",
        ),
        (
            "[raw.compose.volumes.store-data]\ndriver_opts = { type = \"none\", o = \"bind\", device = \"/srv\" }",
            "volume `p_store-data`",
            "# leave out: raw.compose.volumes.store-data",
        ),
        (
            "[raw.helm.volumes.store-data]\nexistingClaim = \"other\"",
            "claim `store-data`",
            "# leave out: raw.helm.volumes.store-data",
        ),
        ("[raw.compose.volumes.store-data]\nexternal = true", "", ""),
    ] {
        let plan = data_plan(&text, &format!("{text}{lines}\n"));
        let found = plan
            .left
            .iter()
            .map(|it| (it.data.title(), it.keep.text().to_string()));
        let expected = [(left.to_string(), by.to_string())];
        let expected = expected.into_iter().filter(|_| !left.is_empty());
        assert_eq!(
            found.collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "{lines}"
        );
        // The way back is one more change of data.
        assert_eq!(plan.fresh.len(), usize::from(!left.is_empty()), "{lines}");
    }
}

/// A claim lives in a namespace: another one makes all claims anew. Where it was before nobody knows until `[deploy]` says it.
#[test]
fn another_namespace_of_the_release_leaves_the_claims_behind() {
    let text = store("postgres").replace(
        "[\"compose\", \"swarm\", \"helm\"]",
        "[\"compose\", \"helm\", \"gitops\"]",
    );
    let of = |tool: &str, namespace: &str| {
        let repository = "repository = \"https://git.example.com/ml/platform.git\"";
        format!("{text}[deploy.{tool}]\n{repository}\n{namespace}\n")
    };
    let shown = |before: &str, after: &str| -> Vec<(String, String)> {
        let plan = data_plan(before, after);
        assert_eq!(plan.fresh.len(), plan.left.len());
        let left = plan.left.iter();
        left.map(|it| (it.data.title(), it.keep.text().to_string()))
            .collect()
    };
    let none = text.replace(", \"gitops\"", "");
    for tool in ["argocd", "flux"] {
        let (n1, n2) = (
            of(tool, "namespace = \"n1\""),
            of(tool, "namespace = \"n2\""),
        );
        let left = |name: &str| {
            vec![(
                format!("claim `store-data` in the namespace `{name}`"),
                format!("# in the table of `deploy`: namespace = \"{name}\""),
            )]
        };
        assert_eq!(shown(&n1, &n2), left("n1"), "{tool}");
        assert_eq!(shown(&of(tool, ""), &n1), left("p"), "{tool}");
        assert_eq!(shown(&of(tool, ""), &of(tool, "namespace = \"p\"")), []);
        for (before, after) in [(&none, &n1), (&n1, &none), (&n1, &n1)] {
            assert_eq!(shown(before, after), [], "{tool}");
        }
    }
}

/// Data of several: one that gives it up loses nothing that another one does not still use.
#[test]
fn data_that_others_still_use_is_not_asked_for() {
    let text = "[platform]\nname = \"p\"\ntargets = [\"compose\", \"helm\", \"swarm\"]\n[groups]\ng = \"g\"\n[volumes]\nmodels = {}\n\
         [components.api]\nimage = \"a/api:1\"\ngroup = \"g\"\nvolumes.m = { mount = \"/models\", shared = \"models\" }\n\
         [components.trainer]\nimage = \"a/trainer:1\"\ngroup = \"g\"\nvolumes.m = { mount = \"/out\", shared = \"models\" }\n";
    let shown = |after: &str| -> Vec<String> {
        let plan = data_plan(text, after);
        assert_eq!(plan.left, []);
        plan.displaced.iter().map(Displaced::sentence).collect()
    };
    let mount = "volumes.m = { mount = \"/out\", shared = \"models\" }\n";
    assert_eq!(shown(&text.replace(mount, "")), [""; 0]);
    let alone = text.split("[components.trainer]").next().expect("a part");
    assert_eq!(shown(alone), [""; 0]);
    assert_eq!(
        shown(&text.replace("\"/out\"", "\"/results\"")),
        [
            "`trainer` has volume `p_models` (volumes.models) at `/out`, and gets it at `/results`: a program that still looks there starts empty (compose, swarm)",
            "`trainer` has claim `models` (volumes.models) at `/out`, its folder `data`, and gets it at `/results`, its folder `data`: a program that still looks there starts empty (helm)",
        ]
    );
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
            let files = compiled(&platform(&kind, major)).files;
            for runtime in RUNTIMES {
                let places = files.kept.iter().flat_map(|kept| &kept.places);
                let own = places.filter(|it| it.workload == "store" && it.runtime == runtime);
                let found = own.filter(|place| place.folder.is_some()).count();
                assert!(found >= folders, "{} {major} in {runtime}", kind.name);
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
        let files = compiled(&platform(&named("postgres"), major)).files;
        let values = &files.files["helm/p/values.yaml"].text;
        assert!(values.contains(&format!("mountPath: {path}\n")), "{values}");
        assert!(values.contains(folder), "{values}");
        assert_eq!(values.contains("PGDATA"), major == 17, "{values}");
        let compose = &files.files["compose/g.yaml"].text;
        assert!(!compose.contains("PGDATA"), "{compose}");
    }
}

/// A store that recovers its data answers late: what restarts it then makes it begin again.
#[test]
fn no_store_is_restarted_by_its_check() {
    let mut tried = 0;
    for (kind, text) in stores() {
        if kind.table.get_path(&["outputs", "database"]).is_none() {
            continue;
        }
        let platform = compiled(&text).platform;
        let store = platform.component("store").and_then(|it| it.main());
        let health = store.and_then(|store| store.health.as_ref());
        assert!(health.is_some_and(|it| !it.liveness), "{}", kind.name);
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
}
