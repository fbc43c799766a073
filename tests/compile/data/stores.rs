//! What components keep in stores of others: which roles keep something, which two places are one, what encrypts it.

use std::collections::BTreeSet;

use mlopsgen::plan::Consequence;

use super::{data_plan, kinds};

/// Roles in which a program keeps nothing that it would miss in another store: it reads, sends, watches or waits there.
const KEEPS_NOTHING: [(&str, &str); 24] = [
    ("airflow", "broker"),
    ("elasticsearch-exporter", "store"),
    ("filebeat", "elasticsearch"),
    ("fluent-bit", "loki"),
    ("grafana", "datasource"),
    ("grafana", "elasticsearch"),
    ("grafana", "jaeger"),
    ("grafana", "loki"),
    ("grafana", "tempo"),
    ("job", "traces"),
    ("kafka-exporter", "store"),
    ("kafka-ui", "connect"),
    ("kafka-ui", "kafka"),
    ("kafka-ui", "schema_registry"),
    ("logstash", "elasticsearch"),
    ("mlflow-model", "tracking"),
    ("oauth2-proxy", "provider"),
    ("otel-collector", "logs"),
    ("otel-collector", "traces"),
    ("postgres-exporter", "store"),
    ("prometheus", "alertmanager"),
    ("redis-exporter", "store"),
    ("service", "traces"),
    ("trino", "catalog"),
];

#[test]
fn a_role_keeps_something_or_is_known_to_keep_nothing() {
    let kinds = kinds();
    let mut known: BTreeSet<(&str, &str)> = KEEPS_NOTHING.into_iter().collect();
    for kind in &kinds {
        for role in &kind.roles {
            let is_listed = known.remove(&(kind.name.as_str(), role.name.as_str()));
            assert_ne!(role.keeps, is_listed, "{} {}", kind.name, role.name);
        }
    }
    assert_eq!(known, BTreeSet::new());
}

const BASE: &str = r#"
[platform]
name = "p"
[secrets]
a = { env = "A_KEY" }
b = { env = "B_KEY" }
[groups]
g = "G"
"#;

fn sentences(before: &str, after: &str) -> Vec<String> {
    let plan = data_plan(&format!("{BASE}{before}"), &format!("{BASE}{after}"));
    let said = plan.consequences.iter().map(Consequence::sentence);
    said.collect()
}

/// Tables, schemas, connectors and saved objects are in the store alone.
#[test]
fn who_is_led_to_another_bucket_or_broker_is_asked() {
    let stores = "[components.old]\nkind = \"s3\"\ngroup = \"g\"\nsettings = { access_key = \"${secrets.a}\", secret_key = \"${secrets.b}\", buckets = [\"lake\", \"raw\"] }\n\
                  [components.meta]\nkind = \"postgres\"\ngroup = \"g\"\nsettings.password = \"${secrets.a}\"\n\
                  [components.one]\nkind = \"kafka\"\ngroup = \"g\"\n[components.two]\nkind = \"kafka\"\ngroup = \"g\"\nports.host.host = 29093\n\
                  [components.logs]\nkind = \"elasticsearch\"\ngroup = \"g\"\nsettings.password = \"${secrets.a}\"\n\
                  [components.others]\nkind = \"elasticsearch\"\ngroup = \"g\"\nsettings.password = \"${secrets.a}\"\n";
    for (kind, more, role, from, to) in [
        ("nessie", "", "store", "old/lake", "old/raw"),
        (
            "hive-metastore",
            "image = \"me/hive:4.2.1\"\nuses.database = \"meta\"\n",
            "store",
            "old/lake",
            "old/raw",
        ),
        ("schema-registry", "", "kafka", "one", "two"),
        ("kafka-connect", "", "kafka", "one", "two"),
        ("kibana", "", "elasticsearch", "logs", "others"),
    ] {
        let text = |place: &str| {
            format!(
                "{stores}[components.c]\nkind = \"{kind}\"\ngroup = \"g\"\n{more}uses.{role} = \"{place}\"\n"
            )
        };
        let said = sentences(&text(from), &text(to));
        let expected = format!(
            "`c` has its data in `{from}` (`{role}`), and is to look in `{to}`: it starts empty there"
        );
        assert_eq!(said, [expected], "{kind}");
        assert_eq!(sentences(&text(from), &text(from)), [""; 0], "{kind}");
    }
}

/// A name is no place: neither of a server elsewhere, nor of data that another component has now.
#[test]
fn a_store_that_has_another_name_is_the_same() {
    let external = |name: &str, host: &str| {
        format!(
            "[components.{name}]\nkind = \"postgres\"\nexternal = {{ host = \"{host}\" }}\nsettings = {{ database = \"m\", user = \"u\", password = \"${{secrets.a}}\" }}\n\
             [components.c]\nkind = \"mlflow\"\ngroup = \"g\"\nuses.backend_store = \"{name}\"\n"
        )
    };
    let before = external("pg", "db.example.com");
    assert_eq!(
        sentences(&before, &external("postgres", "db.example.com")),
        [""; 0]
    );
    assert_eq!(
        sentences(&before, &external("postgres", "b.example.com")).len(),
        1
    );
    let folder = |name: &str, source: &str, database: &str| {
        format!(
            "[components.{name}]\nkind = \"postgres\"\ngroup = \"g\"\nvolumes.data = {{ source = \"{source}\", data = true }}\nsettings = {{ database = \"m\", password = \"${{secrets.a}}\", databases = [\"n\"] }}\n\
             [components.c]\nkind = \"mlflow\"\ngroup = \"g\"\nuses.backend_store = \"{name}/{database}\"\n"
        )
    };
    let before = folder("pg", "/srv/pg", "m");
    assert_eq!(
        sentences(&before, &folder("postgres", "/srv/pg", "m")),
        [""; 0]
    );
    assert_eq!(
        sentences(&before, &folder("postgres", "/srv/pg", "n")).len(),
        1
    );
}

/// LiteLLM encrypts with the salt key, or with the master key where there is none.
#[test]
fn another_key_of_what_is_encrypted_in_a_store_is_said() {
    let text = |key: &str, more: &str| {
        format!(
            "{BASE}[components.db]\nkind = \"postgres\"\ngroup = \"g\"\nsettings.password = \"${{secrets.a}}\"\n\
             [components.c]\nkind = \"litellm\"\ngroup = \"g\"\nuses.database = \"db\"\nsettings.master_key = \"${{secrets.{key}}}\"\n{more}"
        )
    };
    let said = |before: &str, after: &str| {
        let plan = data_plan(before, after);
        assert_eq!(plan.consequences, []);
        let said = plan.other_secrets.iter().map(Consequence::sentence);
        Vec::from_iter(said)
    };
    let salted = |secret: &str| format!("env.LITELLM_SALT_KEY = \"${{secrets.{secret}}}\"\n");
    let expected = [
        "what `c` has in `db/postgres` is encrypted with `${secrets.a}`, and is to be read with `${secrets.b}`: it can't be, if that has another value",
    ];
    let before = text("a", "");
    assert_eq!(said(&before, &text("b", "")), expected);
    assert_eq!(said(&before, &text("a", &salted("b"))), expected);
    // What encrypts stays, whatever the administrator's key is.
    assert_eq!(said(&before, &text("b", &salted("a"))), [""; 0]);
    assert_eq!(said(&before, &before), [""; 0]);
}

/// The value of a secret is where it was, under the name that it had.
#[test]
fn another_variable_of_a_secret_is_said() {
    let text = |variable: &str| {
        format!(
            "[platform]\nname = \"p\"\n[secrets]\na = {{ env = \"{variable}\" }}\n[groups]\ng = \"G\"\n\
             [components.c]\nimage = \"a/b:1\"\ngroup = \"g\"\nenv.KEY = \"${{secrets.a}}\"\n"
        )
    };
    let plan = data_plan(&text("SALT"), &text("OTHER"));
    assert!(!plan.is_loss());
    let said = plan.other_secrets.iter().map(Consequence::sentence);
    let expected = "secret `a` is read from `OTHER` now, and was from `SALT`";
    assert_eq!(Vec::from_iter(said), [expected]);
    assert_eq!(data_plan(&text("SALT"), &text("SALT")).other_secrets, []);
}
