//! Kinds that use each other: the values that one gives and the other reads.

use mlopsgen::{
    compile::{Request, compile},
    diag::Code,
    world::MemoryWorld,
};

use super::{Author, catalog, compiled};

#[test]
fn each_client_of_elasticsearch_gets_a_login_of_its_own() {
    let mut author = Author::new();
    author.declare("logs", "elasticsearch");
    let mut text = author.text();
    for kind in ["kibana", "filebeat", "logstash", "elasticsearch-exporter"] {
        let role = catalog()[kind].roles[0].name.clone();
        text += &format!(
            "[components.my-{kind}]\nkind = \"{kind}\"\ngroup = \"one\"\nuses.{role} = \"logs\"\n\
             allow = [\"docker-socket\", \"root-user\", \"target-loss\", \"nobody-told\"]\n"
        );
    }
    let output = compiled(&text);
    let setup = output.platform.workload("logs-setup").expect("the setup");
    let names: Vec<&str> = setup
        .env
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    for client in [
        "MY_KIBANA",
        "MY_FILEBEAT",
        "MY_LOGSTASH",
        "MY_ELASTICSEARCH_EXPORTER",
    ] {
        assert!(
            names.contains(&format!("LOGIN_{client}").as_str()),
            "{names:?}"
        );
        assert!(
            names.contains(&format!("ROLE_{client}").as_str()),
            "{names:?}"
        );
    }
    let login = setup
        .env
        .iter()
        .find(|variable| variable.name == "LOGIN_MY_KIBANA")
        .expect("a login");
    let secrets: Vec<&str> = login.value.secrets().into_iter().collect();
    assert_eq!(secrets, ["my-kibana-login"]);
}

#[test]
fn a_kind_of_the_users_own_fits_where_its_parent_fits() {
    let world = MemoryWorld::new()
        .with(
            "platform.toml",
            "[platform]\nname = \"sample\"\n[groups]\none = \"One\"\n[secrets]\ndb-password = { env = \"DB_PASSWORD\" }\n\
             [components.db]\nkind = \"vector-db\"\ngroup = \"one\"\nsettings.password = \"${secrets.db-password}\"\n\
             [components.tracking]\nkind = \"mlflow\"\ngroup = \"one\"\nuses.backend_store = \"db\"\n",
        )
        .with(
            "mlopsgen/kinds/vector-db.toml",
            "extends = \"postgres\"\ntitle = \"Vector database\"\nimage = \"pgvector/pgvector\"\nversion = \"0.8.1-pg17\"\n",
        );
    let output = compile(&world, &Request::default())
        .output
        .expect("no errors");
    let text = &output.files.files["compose/one.yaml"].text;
    assert!(text.contains("postgresql+psycopg2://"), "{text}");
}

#[test]
fn an_artifact_store_without_a_bucket_is_an_error() {
    let mut author = Author::new();
    author.declare_with_all_roles("it", "mlflow");
    let text = author
        .text()
        .replace("settings.buckets = [\"models\"]\n", "");
    let world = MemoryWorld::new().with("platform.toml", text);
    let codes: Vec<Code> = compile(&world, &Request::default())
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .filter(|code| *code != Code::TargetLoss)
        .collect();
    assert_eq!(codes, [Code::MissingKey]);
}

/// Logstash reads a path as a string alone, and its words for TLS differ between versions.
#[test]
fn logstash_is_told_the_authority_of_an_elasticsearch_elsewhere_in_its_own_words() {
    for (version, words) in [
        ("8.19.6", "cacert => \"/etc/mlopsgen/ca/logs.pem\"\n"),
        (
            "9.5.5",
            "ssl_certificate_authorities => [\"/etc/mlopsgen/ca/logs.pem\"]\n",
        ),
    ] {
        let platform = format!(
            "[platform]\nname = \"sample\"\n[groups]\none = \"One\"\n[secrets]\npassword = {{ env = \"PASSWORD\" }}\n\
             [components.logs]\nkind = \"elasticsearch\"\nexternal = {{ host = \"logs.example.com\", port = 9200 }}\n\
             settings = {{ user = \"app\", password = \"${{secrets.password}}\", tls = \"verify-full\", ca = \"ca.pem\" }}\n\
             [components.it]\nkind = \"logstash\"\nversion = \"{version}\"\ngroup = \"one\"\nuses.elasticsearch = \"logs\"\n"
        );
        let pem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
        let world = MemoryWorld::new()
            .with("platform.toml", platform)
            .with("ca.pem", pem);
        let output = compile(&world, &Request::default()).output;
        let files = output.expect("no errors").files.files;
        let text = &files["config/it/usr/share/logstash/pipeline/logstash.conf"].text;
        assert!(text.contains(words), "{text}");
    }
}
