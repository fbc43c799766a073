//! Changes that leave data where it is and let its program look elsewhere: by an option, a variable, a mount. Every runtime that
//! keeps data tells.

use std::{collections::BTreeSet, fs};

use mlopsgen::{files::Target, plan::Displaced};

use super::{RUNTIMES, data_plan, displaced_in, keeps_data, kinds, store, stores, with};
use crate::support::{self, messages::messages};

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

/// A chart names the folder below the mount to a program that makes its folder itself; on an engine the volume stays empty.
#[test]
fn a_mount_that_moves_is_told_to_the_program_in_a_chart_alone() {
    let text = with(&store("postgres"), "volumes.data.mount = \"/srv\"");
    let text = text.replace("18.99.99", "17.99.99");
    let says = |targets: &str| {
        let text = text.replace("[\"compose\", \"swarm\", \"helm\"]", targets);
        messages(&support::compiled::compiled(text)).contains("no-persistence")
    };
    assert!(!says("[\"helm\"]"));
    for targets in ["[\"compose\"]", "[\"swarm\", \"helm\"]"] {
        assert!(says(targets), "{targets}");
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
        let follows = volume.and_then(|it| it.as_table()?.get("makes_folder"));
        let keeps = RUNTIMES
            .into_iter()
            .filter(|it| *it != Target::Helm || !is_daemon && follows.is_none());
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
        // An image that hands no arguments on is told a whole command.
        let key = match kind.table.string("no_args").is_some() {
            true => "command",
            false => "args",
        };
        let options = words("options").into_iter().flat_map(|name| {
            [
                format!("{key} = [\"--{name}=/elsewhere\"]"),
                format!("{key} = [\"--{name}\", \"/elsewhere\"]"),
                format!("{key} = [\"-c\", \"{name}=/elsewhere\"]"),
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
            &[
                "args = [\"--DIR\", \"/x\"]",
                "args = [\"--Dir /x\"]",
                "args = [\"--dbfilename\", \"other.rdb\"]",
                "args = [\"--appenddirname\", \"other\"]",
                "args = [\"--appendfilename\", \"other.aof\"]",
            ],
        ),
        (
            "elasticsearch",
            &[
                "command = [\"elasticsearch\", \"-E\", \"path.data=/x\"]",
                "command = [\"elasticsearch\", \"-Epath.data=/x\"]",
            ],
        ),
        ("opensearch", &["args = [\"-E\", \"path.data=/x\"]"]),
        (
            "grafana",
            &[
                "env.GF_DATABASE_PATH = \"/x/grafana.db\"",
                "env.GF_DATABASE_PATH = \"other.db\"",
                "env.GF_DATABASE_URL = \"mysql://user@host:3306/grafana\"",
                "env.GF_DATABASE_TYPE = \"postgres\"",
                "args = [\"cfg:database.type=mysql\"]",
            ],
        ),
        ("gitea", &["env.GITEA__database__DB_TYPE = \"mysql\""]),
        ("label-studio", &["env.DJANGO_DB = \"default\""]),
        ("mysql", &["args = [\"--loose-datadir=/x\"]"]),
        ("mariadb", &["args = [\"--loose_datadir\", \"/x\"]"]),
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
        ("grafana", "env.GF_DATABASE_TYPE = \"SQLite3\""),
        ("redis", "args = [\"--dbfilename\", \"dump.rdb\"]"),
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

/// What happens is said in the words of the folder that is gone, one time where its folders go with it.
#[test]
fn the_sentence_names_what_is_gone() {
    for (name, line, words) in [
        (
            "grafana",
            "env.GF_DATABASE_URL = \"mysql://user@host:3306/grafana\"",
            "keeps its data in the folder `grafana.db` of volume `p_store-data` (components.store.volumes.data), \
             and is led elsewhere by its command, a variable or another mount: it starts empty (compose, swarm)",
        ),
        (
            "redis",
            "args = [\"--appenddirname\", \"other\"]",
            "keeps its data in the folder `appendonlydir` of volume `p_store-data` (components.store.volumes.data), \
             and is to look in the folder `other` of it: it starts empty (compose, swarm)",
        ),
        (
            "redis",
            "args = [\"--dir\", \"/data/x\"]",
            "keeps its data at the top of volume `p_store-data` (components.store.volumes.data), \
             and is to look in the folder `x` of it: it starts empty (compose, swarm)",
        ),
    ] {
        let text = store(name);
        let plan = data_plan(&text, &with(&text, line));
        let sentences: Vec<String> = plan.displaced.iter().map(Displaced::sentence).collect();
        assert_eq!(sentences.len(), 2, "{line}: {sentences:#?}");
        assert_eq!(sentences[0], format!("`store` {words}"));
    }
}

/// A configuration file of the project is read; of another one the plan says that it is not.
#[test]
fn a_configuration_file_names_the_folder() {
    let by_file =
        |path: &str, content: &str| format!("files.\"{path}\" = {{ content = '''{content}''' }}");
    for (name, args, path, leads, stays) in [
        (
            "postgres",
            "[\"-c\", \"config_file=/etc/x.conf\"]",
            "/etc/x.conf",
            "data_directory = '/x'",
            "work_mem = 8MB",
        ),
        (
            "mysql",
            "[\"--defaults-extra-file=/etc/x.cnf\"]",
            "/etc/x.cnf",
            "[mysqld]\ndatadir=/x",
            "[mysqld]\nmax_connections=9",
        ),
        (
            "mongodb",
            "[\"--config\", \"/etc/x.yaml\"]",
            "/etc/x.yaml",
            "storage:\n  dbPath: /x",
            "net:\n  port: 27017",
        ),
    ] {
        let text = store(name);
        let args = format!("args = {args}");
        let led = with(&text, &format!("{args}\n{}", by_file(path, leads)));
        assert_eq!(
            displaced_in(&data_plan(&text, &led)),
            RUNTIMES.into(),
            "{name}"
        );
        let same = with(&text, &format!("{args}\n{}", by_file(path, stays)));
        assert_eq!(
            displaced_in(&data_plan(&text, &same)),
            BTreeSet::new(),
            "{name}"
        );
        let unread = with(&text, &args);
        let plan = data_plan(&text, &unread);
        assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{name}");
        let sentence = plan.displaced[0].sentence();
        let words = format!(
            "may be led elsewhere by the file `{path}` of the image, which is not read here"
        );
        assert!(sentence.contains(&words), "{sentence}");
        assert_eq!(displaced_in(&data_plan(&unread, &unread)), BTreeSet::new());
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

/// A volume that others read all along goes on to be theirs. What is lost is what the program kept in it.
#[test]
fn a_program_that_leaves_a_shared_volume_starts_empty() {
    let text = |volume: &str| {
        format!(
            "[platform]\nname = \"p\"\ntargets = [\"compose\", \"swarm\", \"helm\"]\n[groups]\ng = \"g\"\n[volumes]\nmodels = {{ size = \"20Gi\" }}\n\
             [components.mlflow]\nkind = \"mlflow\"\ngroup = \"g\"\nvolumes.data = {{ mount = \"/mlflow\", {volume} }}\n\
             [components.api]\nimage = \"me/api:1\"\ngroup = \"g\"\nvolumes.models = {{ mount = \"/models\", shared = \"models\", read_only = true }}\n"
        )
    };
    let plan = data_plan(&text("shared = \"models\""), &text("size = \"20Gi\""));
    assert!(plan.upgrades.is_empty(), "{:?}", plan.upgrades);
    let all = plan.displaced.iter();
    let own = all.filter(|it| it.from.workload == "mlflow" && it.to.is_none());
    let runtimes: BTreeSet<Target> = own.flat_map(|it| it.runtimes.iter().copied()).collect();
    assert_eq!(runtimes, RUNTIMES.into());
    assert!(plan.displaced.iter().all(|it| it.from.workload == "mlflow"));
}
