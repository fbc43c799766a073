//! Variables that kinds fill from settings: what the user says in one and in the other is the same, or an error.

use mlopsgen::{
    catalog::{Kind, SettingSpec, SettingType},
    syntax::Table,
};

use super::{author::least, catalog, compiled};
use crate::support::{compiled::compiled as compilation, messages::messages};

/// Where a user may say variables of a kind, such as `env.POSTGRES_USER`, each with the setting that the kind fills it from.
fn variables(kind: &Kind) -> Vec<(String, &SettingSpec)> {
    let cases = kind.table.one_or_many_tables("when").into_iter();
    let mut out = Vec::new();
    for table in std::iter::once(&kind.table).chain(cases) {
        let parts = table.table("parts").into_iter().flat_map(Table::iter);
        let parts = parts.map(|(part, node)| (format!("parts.{}.env", part.name), node));
        let main = table.get("workload").map(|node| ("env".to_string(), node));
        for (place, node) in parts.chain(main) {
            let env = node.as_table().and_then(|workload| workload.table("env"));
            for (variable, value) in env.into_iter().flat_map(Table::iter) {
                let text = value.as_str().unwrap_or_default();
                let name = text.strip_prefix("${settings.");
                let name = name.and_then(|rest| rest.strip_suffix('}'));
                let spec = kind
                    .settings
                    .iter()
                    .find(|it| Some(it.name.as_str()) == name);
                out.extend(spec.map(|spec| (format!("{place}.{}", variable.name), spec)));
            }
        }
    }
    out
}

/// The platform with these two values of a setting and of a variable.
fn platform(kind: &Kind, spec: &SettingSpec, variable: &str, values: [&str; 2]) -> String {
    let [said, written] = values.map(|value| match spec.kind {
        SettingType::Secret => format!("\"${{secrets.{value}}}\""),
        _ => format!("\"{value}\""),
    });
    let said = match spec.kind {
        SettingType::List | SettingType::Databases => format!("[{said}]"),
        _ => said,
    };
    let lines = format!("settings.{} = {said}\n{variable} = {written}\n", spec.name);
    let text = least(&kind.name);
    let (before, it) = text.split_once("[components.it]\n").expect("the component");
    let given = format!("settings.{} = ", spec.name);
    let it: Vec<&str> = it
        .lines()
        .filter(|line| !line.starts_with(&given))
        .collect();
    let secrets = "[secrets]\none = { env = \"ONE\" }\nother = { env = \"OTHER\" }\n";
    let before = before.replace("[secrets]\n", secrets);
    format!("{before}[components.it]\n{lines}{}\n", it.join("\n"))
}

/// No kind's variable wins over a setting unsaid: not one of a case, nor one of a part.
#[test]
fn a_variable_says_what_its_setting_says() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        for (variable, spec) in variables(kind) {
            let refusal = format!("`{variable}` is not what `settings.{}` says", spec.name);
            let said = |values| {
                let compilation = compilation(platform(kind, spec, &variable, values));
                messages(&compilation).contains(&refusal)
            };
            // An exporter with one variable alone may say another password only with the user whose it is.
            if !said(["one", "other"]) {
                faults.push(format!("{name}: `{variable}` may differ"));
            }
            if said(["one", "one"]) {
                faults.push(format!("{name}: `{variable}` may not say the same"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The platform with these lines about one component, and a Prometheus beside it.
fn watched(kind: &str, lines: &str) -> String {
    let mut text = least(kind);
    if lines.contains("secrets.one") {
        text = text.replace("[secrets]\n", "[secrets]\none = { env = \"ONE\" }\n");
    }
    let it = format!("[components.it]\n{lines}");
    let watch =
        "[components.watch]\nkind = \"prometheus\"\ngroup = \"one\"\nallow = [\"nobody-told\"]\n";
    text.replace("[components.it]\n", &it) + watch
}

fn compose(kind: &str, lines: &str) -> String {
    let output = compiled(&watched(kind, lines));
    let files = output.files.files.iter();
    let texts = files.filter(|(path, _)| path.starts_with("compose/"));
    texts.map(|(_, file)| file.text.to_string()).collect()
}

fn messages_of(kind: &str, lines: &str) -> String {
    messages(&compilation(watched(kind, lines)))
}

#[test]
fn a_variable_of_a_case_is_the_setting_where_nothing_else_says_it() {
    let redis = compose("redis", "env.REDIS_PASSWORD = \"${secrets.one}\"\n");
    assert!(redis.contains("requirepass"), "{redis}");
    assert!(redis.contains("REDISCLI_AUTH"), "{redis}");
    let region = "settings.buckets = [\"models\"]\nenv.MINIO_REGION = \"eu-west-1\"\n";
    let minio = compose("minio", region);
    assert!(minio.matches("eu-west-1").count() > 1, "{minio}");
    let mariadb = compose("mariadb", "env.MARIADB_USER = \"shop\"\n");
    assert!(mariadb.contains("MYSQL_USER: shop"), "{mariadb}");
    let airflow = compose("airflow", "env.AIRFLOW__CORE__PARALLELISM = 7\n");
    assert!(
        airflow.contains("AIRFLOW__CORE__PARALLELISM: \"7\""),
        "{airflow}"
    );
}

/// Whom a flag tells the program of, everybody else knows: the health check, the exporter, clients.
#[test]
fn a_flag_is_the_setting_where_nothing_else_says_it() {
    for lines in [
        "args = [\"--requirepass\", \"${secrets.one}\"]\n",
        "args = \"--requirepass ${secrets.one}\"\n",
        "command = \"redis-server --requirepass ${secrets.one}\"\n",
        "command = [\"sh\", \"-c\", \"exec redis-server --requirepass ${secrets.one}\"]\n",
    ] {
        let redis = compose("redis", lines);
        assert!(redis.contains("REDISCLI_AUTH"), "{lines}: {redis}");
        assert!(redis.matches("{ONE:?").count() > 2, "{lines}: {redis}");
    }
    let valkey = compose(
        "valkey",
        "env.VALKEY_EXTRA_FLAGS = \"--requirepass ${secrets.one}\"\n",
    );
    assert!(valkey.contains("REDISCLI_AUTH"), "{valkey}");
    // What the setting does not take is the program's own.
    let never = messages_of(
        "prometheus",
        "args = [\"--storage.tsdb.retention.time=0s\"]\n",
    );
    assert!(!never.contains("retention"), "{never}");
}

/// The words of a kind's command that hold a setting are flags that say it.
#[test]
fn flags_of_commands_are_flags_of_settings() {
    // The administrator's password is the secret key, which clients have; Let's Encrypt's address is nobody's but Traefik's.
    let other = ["-admin.password", "--certificatesresolvers.acme.acme.email"];
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        let workloads = kind.tables().filter_map(|it| it.table("workload"));
        let lists = workloads.flat_map(|it| [it.strings("command"), it.strings("args")]);
        for words in lists {
            let mut before = "";
            for word in words {
                let (flag, value) = word.split_once('=').unwrap_or((before, word));
                before = word;
                let setting = value.strip_prefix("${settings.");
                let setting = setting.and_then(|rest| rest.strip_suffix('}'));
                let spec = kind.settings.iter().find(|it| Some(&*it.name) == setting);
                let is_known = |spec: &SettingSpec| spec.flags.iter().any(|it| it == flag);
                if spec.is_some_and(|it| !is_known(it)) && !other.contains(&flag) {
                    faults.push(format!("{name}: `{flag}`"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// An exporter may have a log-in of its own: the user beside the password.
#[test]
fn an_exporter_may_log_in_as_another_user() {
    for lines in [
        "parts.exporter.env = { DATA_SOURCE_USER = \"watcher\", DATA_SOURCE_PASS = \"${secrets.one}\" }\n",
        "settings.user = \"shop\"\nparts.exporter.env.DATA_SOURCE_USER = \"shop\"\n",
    ] {
        compose("postgres", lines);
    }
    let lines =
        "parts.exporter.env = { REDIS_USER = \"watcher\", REDIS_PASSWORD = \"${secrets.one}\" }\n";
    compose("redis", lines);
}

/// A password of its own that the exporter reads from a file is one of a log-in, too, but not beside the user of the setting.
#[test]
fn an_exporter_may_read_its_own_log_in_from_a_file() {
    let file = "parts.exporter.env.DATA_SOURCE_PASS_FILE = \"/run/one\"\nparts.exporter.files.\"/run/one\" = { secret = \"one\" }\n# secrets.one\n";
    let user = "parts.exporter.env.DATA_SOURCE_USER = \"watcher\"\n";
    let user_file = "parts.exporter.env.DATA_SOURCE_USER_FILE = \"/run/user\"\n";
    for user in [user, user_file] {
        let text = compose("postgres", &format!("{file}{user}"));
        assert!(text.contains("DATA_SOURCE_PASS_FILE: /run/one"), "{text}");
    }
    let refusal = "`parts.exporter.env.DATA_SOURCE_PASS_FILE` beside `settings.password`";
    let alone = messages_of("postgres", file);
    assert!(alone.contains(refusal), "{alone}");
}

/// What a client in the container reads says nothing of the server.
#[test]
fn a_variable_of_a_client_is_no_setting() {
    let lines = "settings.database = \"shop\"\nenv = { PGUSER = \"readonly\", PGDATABASE = \"other\", PGPASSWORD = \"${secrets.one}\" }\n";
    let postgres = compose("postgres", lines);
    for line in [
        "POSTGRES_USER: postgres",
        "POSTGRES_DB: shop",
        "PGUSER: readonly",
        "PGDATABASE: other",
    ] {
        assert!(postgres.contains(line), "{line}: {postgres}");
    }
    let redis = compose("redis", "env.REDISCLI_AUTH = \"${secrets.one}\"\n");
    assert!(redis.contains("REDISCLI_AUTH"), "{redis}");
    assert!(!redis.contains("requirepass"), "{redis}");
}

/// Where the kind itself starts the client, that one would not get in.
#[test]
fn a_variable_of_a_part_that_runs_says_what_the_setting_says() {
    let databases = "settings.databases = [\"more\"]\n";
    for (line, setting) in [
        ("env.PGUSER = \"admin\"", "user"),
        ("parts.databases.env.PGUSER = \"admin\"", "user"),
        ("env.PGPASSWORD = \"${secrets.one}\"", "password"),
        ("env.PGDATABASE = \"template1\"", "database"),
    ] {
        let name = line.split(' ').next().unwrap_or_default();
        let found = messages_of("postgres", &format!("{databases}{line}\n"));
        let refusal = format!("`{name}` is not what `settings.{setting}` says");
        assert_eq!(found.matches(&refusal).count(), 1, "{line}: {found}");
    }
    for lines in [
        "env.POSTGRES_USER = \"admin\"\nenv.PGUSER = \"admin\"\n",
        "env.PGUSER = \"admin\"\nparts.databases.env.PGUSER = \"postgres\"\n",
        "env.PGUSER = \"admin\"\nparts.databases = false\n",
    ] {
        compose("postgres", &format!("{databases}{lines}"));
    }
    // What a part makes by itself is said there.
    let airflow = compose("airflow", "env.AIRFLOW_ADMIN_USER = \"boss\"\n");
    assert!(airflow.contains("AIRFLOW_ADMIN_USER: boss"), "{airflow}");
}

#[test]
fn amounts_are_compared_as_amounts() {
    let options = |heap: &str| {
        let options = format!("-Xms{heap} -Xmx{heap} -XX:+UseG1GC");
        messages_of(
            "elasticsearch",
            &format!("settings.heap = \"1g\"\nenv.ES_JAVA_OPTS = \"{options}\"\n"),
        )
    };
    let refusal = "`env.ES_JAVA_OPTS` leaves out what `settings.heap` says";
    for same in ["1g", "1G", "1024m", "1048576K"] {
        let found = options(same);
        assert!(!found.contains(refusal), "{same}: {found}");
    }
    for other in ["31g", "1m", "11g", "1g1"] {
        let found = options(other);
        assert!(found.contains(refusal), "{other}: {found}");
    }
    let memory = |said: &str| {
        let lines =
            format!("settings.worker_memory = \"2g\"\nenv.SPARK_WORKER_MEMORY = \"{said}\"\n");
        messages_of("spark", &lines).contains("is not what `settings.worker_memory` says")
    };
    assert!(!memory("2048M"));
    assert!(memory("2048K"));
}

/// A longer word that a shorter one is a piece of does not say it.
#[test]
fn words_are_found_whole() {
    let hosts = |said: &str| {
        let lines = format!(
            "settings.allowed_hosts = [\"shop\"]\nenv.MLFLOW_SERVER_ALLOWED_HOSTS = \"localhost,{said}\"\n"
        );
        messages_of("mlflow", &lines).contains("leaves out what `settings.allowed_hosts` says")
    };
    assert!(!hosts("shop"));
    assert!(!hosts("shop:5000"));
    assert!(hosts("workshop"));
    assert!(hosts("shop-two"));
}

/// Grafana prefers the variable that the kind always sets.
#[test]
fn a_port_in_grafana_ini_changes_nothing() {
    for port in ["", "ports.http = { container = 80 }\n"] {
        let lines = format!(
            "{port}files.\"/etc/grafana/grafana.ini\" = {{ content = \"[server]\\nhttp_port = 3001\\n\" }}\n"
        );
        let number = if port.is_empty() { "3000" } else { "80" };
        let text = compose("grafana", &lines);
        assert!(
            text.contains(&format!("GF_SERVER_HTTP_PORT: \"{number}\"")),
            "{text}"
        );
    }
}
