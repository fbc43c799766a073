//! Configuration files that programs read by themselves: one that `files` mounts there leads them to their data, or away from it.

use std::collections::BTreeSet;

use mlopsgen::{files::Target, plan::Displaced};

use super::{RUNTIMES, data_plan, displaced_in, kinds, store, with};

/// A file of each kind that leads its program elsewhere.
const LEADING: &[(&str, &str, &str)] = &[
    (
        "clickhouse",
        "/etc/clickhouse-server/config.xml",
        "<clickhouse>\n <path>/x/</path>\n</clickhouse>",
    ),
    (
        "clickhouse",
        "/etc/clickhouse-server/config.d/a.xml",
        "<yandex><path>/x/</path></yandex>",
    ),
    (
        "clickhouse",
        "/etc/clickhouse-server/config.d/a.yaml",
        "path: /x/",
    ),
    (
        "clickhouse",
        "/etc/clickhouse-server/config.d/a.yml",
        "{path: /x/}",
    ),
    (
        "elasticsearch",
        "/usr/share/elasticsearch/config/elasticsearch.yml",
        "path:\n  data: /x",
    ),
    (
        "elasticsearch",
        "/usr/share/elasticsearch/config/elasticsearch.yml",
        "path.data: [/x]",
    ),
    (
        "opensearch",
        "/usr/share/opensearch/config/opensearch.yml",
        "path.data: /x",
    ),
    ("gitea", "/etc/gitea/app.ini", "WORK_PATH = /x"),
    ("gitea", "/etc/gitea/app.ini", "[repository]\nROOT = /x"),
    (
        "gitea",
        "/etc/gitea/app.ini",
        "[database]\nPATH = /x/gitea.db",
    ),
    (
        "grafana",
        "/etc/grafana/grafana.ini",
        "[database]\npath = other.db",
    ),
    (
        "grafana",
        "/etc/grafana/grafana.ini",
        "[database]\ntype = mysql",
    ),
    (
        "grafana",
        "/etc/grafana/grafana.ini",
        "[database]\nurl = mysql://user@host/grafana",
    ),
    (
        "kafka",
        "/mnt/shared/config/server.properties",
        "log.dirs=/x",
    ),
    (
        "loki",
        "/etc/loki/platform.yaml",
        "common:\n  path_prefix: /x",
    ),
    (
        "loki",
        "/etc/loki/platform.yaml",
        "common: {path_prefix: /loki}\nstorage_config: {filesystem: {directory: /x}}",
    ),
    (
        "milvus",
        "/milvus/configs/milvus.yaml",
        "localStorage:\n  path: /x",
    ),
    ("milvus", "/milvus/configs/user.yaml", "rocksmq: {path: /x}"),
    ("mysql", "/etc/my.cnf", "[mysqld]\ndatadir=/x"),
    ("mysql", "/etc/mysql/my.cnf", "[mysqld]\ndatadir=/x"),
    ("mysql", "/etc/my.cnf.d/a.cnf", "[mysqld]\ndatadir=/x"),
    (
        "mysql",
        "/etc/mysql/conf.d/a.cnf",
        "[mysqld]\nDataDir = '/x'",
    ),
    ("mysql", "/root/.my.cnf", "[server]\nloose-datadir=/x"),
    ("mariadb", "/etc/my.cnf", "[mariadb]\ndatadir=/x"),
    ("mariadb", "/etc/my.cnf.d/a.cnf", "[mysqld]\ndatadir=/x"),
    ("mariadb", "/etc/mysql/my.cnf", "[mysqld]\ndatadir=/x"),
    ("mariadb", "/etc/mysql/conf.d/a.cnf", "[mysqld]\ndatadir=/x"),
    (
        "mariadb",
        "/etc/mysql/mariadb.cnf",
        "[mariadbd]\ndatadir=/x",
    ),
    (
        "mariadb",
        "/etc/mysql/mariadb.conf.d/a.cnf",
        "[mariadbd]\ndatadir=/x",
    ),
    ("mariadb", "/root/.my.cnf", "[mysqld]\ndatadir=/x"),
    (
        "nessie",
        "/deployments/config/application.properties",
        "nessie.version.store.persist.rocks.database-path=/x",
    ),
    (
        "openbao",
        "/openbao/config/config.hcl",
        "storage \"file\" {\n  path = \"/x\"\n}",
    ),
    (
        "openbao",
        "/openbao/config/a.hcl",
        "storage \"raft\" { path = \"/x\" }",
    ),
    (
        "openbao",
        "/openbao/config/a.json",
        "{\"storage\": {\"raft\": {\"path\": \"/x\"}}}",
    ),
    (
        "qdrant",
        "/qdrant/config/config.yaml",
        "storage:\n  storage_path: ./x",
    ),
    (
        "qdrant",
        "/qdrant/config/production.yaml",
        "storage: {storage_path: /x}",
    ),
    (
        "qdrant",
        "/qdrant/config/local.yaml",
        "storage: {storage_path: /x}",
    ),
    (
        "rabbitmq",
        "/etc/rabbitmq/rabbitmq-env.conf",
        "MNESIA_BASE=/x",
    ),
    (
        "rabbitmq",
        "/etc/rabbitmq/rabbitmq-env.conf",
        "export RABBITMQ_MNESIA_DIR=/x",
    ),
    (
        "redpanda",
        "/etc/redpanda/redpanda.yaml",
        "redpanda:\n  data_directory: /x",
    ),
    (
        "registry",
        "/etc/distribution/config.yml",
        "storage:\n  filesystem:\n    rootdirectory: /x",
    ),
    (
        "registry",
        "/etc/docker/registry/config.yml",
        "storage: {filesystem: {rootdirectory: /x}}",
    ),
    (
        "tempo",
        "/etc/tempo/platform.yaml",
        "storage: {trace: {backend: local, local: {path: /x}}}",
    ),
    (
        "tempo",
        "/etc/tempo/platform.yaml",
        "storage: {trace: {backend: s3}}",
    ),
    ("zookeeper", "/conf/zoo.cfg", "dataDir=/x"),
    ("zookeeper", "/conf/zoo.cfg", "dataDir=/data\ndataLogDir=/x"),
];

/// Files that say nothing of it, or what is so anyway.
const HARMLESS: &[(&str, &str, &str)] = &[
    (
        "clickhouse",
        "/etc/clickhouse-server/config.d/a.xml",
        "<c><disks><d><path>/x</path></d></disks></c>",
    ),
    (
        "clickhouse",
        "/etc/clickhouse-server/config.d/a.xml",
        "<c><!-- <path>/x</path> --><path>/var/lib/clickhouse/</path></c>",
    ),
    (
        "clickhouse",
        "/etc/clickhouse-server/users.d/a.xml",
        "<c><path>/x</path></c>",
    ),
    (
        "elasticsearch",
        "/usr/share/elasticsearch/config/elasticsearch.yml",
        "cluster.name: a\npath.logs: /x",
    ),
    (
        "gitea",
        "/etc/gitea/app.ini",
        "[server]\nROOT_URL = https://git.example.com/\nPATH = /x",
    ),
    // The kind sets the variable, which counts more.
    (
        "gitea",
        "/etc/gitea/app.ini",
        "[database]\nDB_TYPE = postgres",
    ),
    (
        "grafana",
        "/etc/grafana/grafana.ini",
        "[paths]\ndata = /x\n[database]\n;type = mysql\n[log]\npath = /x",
    ),
    (
        "loki",
        "/etc/loki/platform.yaml",
        "common: {path_prefix: /loki, storage: {filesystem: {chunks_directory: /loki/chunks}}}\ncompactor: {working_directory: /loki/compactor}",
    ),
    (
        "mysql",
        "/etc/mysql/conf.d/a.cnf",
        "[mysqld]\nmax_connections=9\n# datadir=/x",
    ),
    ("mysql", "/etc/mysql/conf.d/a.conf", "[mysqld]\ndatadir=/x"),
    (
        "mysql",
        "/etc/mysql/my.cnf",
        "!includedir /etc/mysql/conf.d/",
    ),
    (
        "openbao",
        "/openbao/config/a.hcl",
        "ui = true\nlistener \"tcp\" {\n  path = \"/x\"\n}",
    ),
    (
        "qdrant",
        "/qdrant/config/production.yaml",
        "storage:\n  storage_path: ./storage",
    ),
    (
        "rabbitmq",
        "/etc/rabbitmq/rabbitmq.conf",
        "mnesia_base = /x",
    ),
    (
        "zookeeper",
        "/conf/zoo.cfg",
        "dataDir=/data\ndataLogDir=/datalog\nclientPort=2181",
    ),
];

fn mounted(kind: &str, path: &str, content: &str) -> (String, String) {
    // What a variable of the kind says counts more: without it the file does.
    let unset = match kind {
        "kafka" => {
            "env.KAFKA_LOG_DIRS = { unset = true }\nvolumes.data.mount = \"/tmp/kraft-combined-logs\"\n"
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
