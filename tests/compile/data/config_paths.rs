//! Files that programs read by themselves, and variables that name such files or hold one: what each lets a program do with its data.

/// A file of each kind that leads its program elsewhere.
pub const LEADING: &[(&str, &str, &str)] = &[
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
        "prefect",
        "/root/.prefect/profiles.toml",
        "active = \"a\"\n[profiles.a]\nPREFECT_API_DATABASE_CONNECTION_URL = \"sqlite+aiosqlite:////x/a.db\"",
    ),
    (
        "prefect",
        "/opt/prefect/pyproject.toml",
        "[tool.prefect.server.database]\nconnection_url = \"sqlite+aiosqlite:////x/a.db\"",
    ),
    (
        "prefect",
        "/opt/prefect/prefect.toml",
        "server.database.connection_url = \"sqlite+aiosqlite:////x/a.db\"",
    ),
    (
        "prefect",
        "/opt/prefect/.env",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL=sqlite+aiosqlite:////x/a.db",
    ),
    (
        "s3",
        "/etc/seaweedfs/filer.toml",
        "[leveldb2]\nenabled = true\ndir = \"/x\"",
    ),
    (
        "s3",
        "/usr/local/etc/seaweedfs/filer.toml",
        "[leveldb2]\nenabled = false\ndir = \"/data/filerldb2\"\n[leveldb3]\nenabled = true\ndir = \"/x\"",
    ),
    (
        "s3",
        "/home/seaweed/.seaweedfs/filer.toml",
        "[leveldb2]\nenabled = false\n[postgres2]\nenabled = true",
    ),
    (
        "s3",
        "/data/filer.toml",
        "[leveldb2]\nenabled = true\ndir = \"/x\"",
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
pub const HARMLESS: &[(&str, &str, &str)] = &[
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
        "s3",
        "/etc/seaweedfs/filer.toml",
        "[leveldb2]\nenabled = true\ndir = \"./filerldb2\"\n[leveldb3]\nenabled = false\ndir = \"/x\"",
    ),
    (
        "s3",
        "/etc/seaweedfs/security.toml",
        "[jwt.signing]\nkey = \"abc\"",
    ),
    (
        "zookeeper",
        "/conf/zoo.cfg",
        "dataDir=/data\ndataLogDir=/datalog\nclientPort=2181",
    ),
];

/// Variables of each kind that lead its program elsewhere, with a file that they name or hold.
pub const LEADING_VARIABLES: &[(&str, &str)] = &[
    (
        "elasticsearch",
        "env.ES_PATH_CONF = \"/conf\"\nfiles.\"/conf/elasticsearch.yml\" = { content = \"path.data: /x\" }",
    ),
    (
        "opensearch",
        "env.OPENSEARCH_PATH_CONF = \"/conf/\"\nfiles.\"/conf/opensearch.yml\" = { content = \"path.data: /x\" }",
    ),
    (
        "zookeeper",
        "env.ZOOCFGDIR = \"/c\"\nfiles.\"/c/zoo.cfg\" = { content = \"dataDir=/x\" }",
    ),
    (
        "openbao",
        "env.BAO_LOCAL_CONFIG = '{\"storage\": {\"file\": {\"path\": \"/x\"}}}'",
    ),
    ("openbao", "env.BAO_RAFT_PATH = \"/x\""),
    ("openbao", "env.VAULT_RAFT_PATH = \"/x\""),
    (
        "prefect",
        "env.PREFECT_SERVER_DATABASE_CONNECTION_URL = \"sqlite+aiosqlite:////x/a.db\"",
    ),
    ("s3", "env.WEED_LEVELDB2_DIR = \"/x\""),
    ("s3", "env.WEED_LEVELDB2_ENABLED = false"),
];
