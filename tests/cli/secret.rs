//! `mlopsgen env secret`: the Secret that the chart reads, and where its values come from.

use crate::{binary, support::folder::Folder};

const PLATFORM: &str = r#"[platform]
name = "demo"

[groups]
main = "Everything"

[secrets]
db-password = { env = "DEMO_DB_PASSWORD", description = "The store's own" }
token = { env = "DEMO_TOKEN" }
key = { env = "DEMO_KEY", optional = true }

[components.web]
image = "nginx:1.29.3"
group = "main"
env = { A = "${secrets.db-password}", B = "${secrets.token}", C = "${secrets.key}" }
"#;

fn run(project: &Folder, words: &[&str]) -> (i32, String, String) {
    let mut command = binary::command(project, words);
    command
        .env("DEMO_TOKEN", "from the environment: \"yes\"")
        .env_remove("DEMO_DB_PASSWORD")
        .env_remove("DEMO_KEY");
    let ran = binary::finish(command);
    (ran.status, ran.out, ran.err)
}

fn project(more: &str) -> Folder {
    let project = Folder::new();
    project.write("platform.toml", format!("{PLATFORM}{more}"));
    project
}

#[test]
fn the_secret_has_the_keys_of_the_chart_and_the_values_of_compose() {
    let project = project("");
    project.write(
        "generated/compose/.env",
        "DEMO_DB_PASSWORD='s3cret'\nDEMO_TOKEN=older\n",
    );
    let (status, out, err) = run(&project, &["env", "secret"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = "# The Secret that the chart of demo reads. It holds values: keep it out of git.\n\
                    # mlopsgen env secret | kubectl --namespace NAMESPACE apply -f -\n\
                    apiVersion: v1\nkind: Secret\nmetadata:\n  name: demo\ntype: Opaque\nstringData:\n  \
                    db-password: s3cret\n  token: \"from the environment: \\\"yes\\\"\"\n";
    assert_eq!(out, expected);
    let (_, yaml, _) = run(&project, &["env", "secret", "--format", "yaml"]);
    assert_eq!(yaml, out);
}

/// Grafana's data is encrypted with its key, whatever the component is called.
#[test]
fn the_key_of_a_renamed_component_stays() {
    let project = project(
        "[components.metrics]\nkind = \"prometheus\"\ngroup = \"main\"\n[components.board]\nkind = \"grafana\"\ngroup = \"main\"\nsettings.admin_password = \"${secrets.token}\"\n[[moved]]\nfrom = \"components.graf\"\nto = \"components.board\"\n",
    );
    project.write(
        "generated/compose/.env",
        "DEMO_DB_PASSWORD=x\nGRAF_SECRET_KEY=the-old-one\n",
    );
    let (status, out, err) = run(&project, &["env", "init"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("BOARD_SECRET_KEY = GRAF_SECRET_KEY"), "{out}");
    let values = project.read("generated/compose/.env");
    assert!(
        values.contains("\nBOARD_SECRET_KEY=the-old-one\n"),
        "{values}"
    );
}

/// `env init` makes up no password of data that exists: to send people there and back helps nobody.
#[test]
fn a_secret_of_data_that_was_moved_is_asked_for_by_its_name() {
    let project = Folder::new();
    let platform = |name: &str, more: &str| {
        format!(
            "[platform]\nname = \"demo\"\n[groups]\nmain = \"Everything\"\n[secrets]\n{name}-password = {{ env = \"{}_PASSWORD\" }}\n\
             [components.{name}]\nkind = \"postgres\"\ngroup = \"main\"\n\
             settings = {{ database = \"a\", user = \"a\", password = \"${{secrets.{name}-password}}\" }}\n{more}",
            name.to_uppercase()
        )
    };
    project.write("platform.toml", platform("db", ""));
    assert_eq!(run(&project, &["apply", "--yes"]).0, 0);
    let moved = "[[moved]]\nfrom = \"components.db\"\nto = \"components.store\"\n";
    project.write("platform.toml", platform("store", moved));
    assert_eq!(run(&project, &["apply", "--yes"]).0, 0);
    let (status, _, err) = run(&project, &["env", "secret"]);
    assert_eq!(status, 1);
    let help = "write `STORE_PASSWORD` to generated/compose/.env, with the value that the data of `store` was made with";
    assert!(err.contains(help), "{err}");
    let (_, _, err) = run(&project, &["env", "init"]);
    assert!(
        err.contains("write that to generated/compose/.env"),
        "{err}"
    );
}

#[test]
fn an_external_secret_holds_no_value() {
    let project = project("[raw.helm]\nexistingSecret = \"kept-elsewhere\"\n");
    let words = [
        "env",
        "secret",
        "--format",
        "external-secrets",
        "--store",
        "vault",
    ];
    let (status, out, err) = run(&project, &words);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(!out.contains("from the environment"), "{out}");
    let text: String = out
        .lines()
        .filter(|line| !line.trim().starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    let entry = |key| {
        format!(
            "    - secretKey: {key}\n      remoteRef:\n        key: demo\n        property: {key}\n"
        )
    };
    let expected = format!(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: kept-elsewhere\nspec:\n  \
         refreshInterval: 1h\n  secretStoreRef:\n    kind: SecretStore\n    name: vault\n  target:\n    \
         name: kept-elsewhere\n  data:\n{}{}",
        entry("db-password"),
        entry("token"),
    );
    assert_eq!(text, expected);
    // Optional: a property that the store lacks would fail the whole Secret.
    assert!(out.contains("    # - secretKey: key\n"), "{out}");
    assert!(
        out.contains("# DEMO_DB_PASSWORD: The store's own\n"),
        "{out}"
    );
}

/// CloudNativePG reads a user's name and password by keys of its own.
#[test]
fn a_chart_of_others_gets_its_secret_in_the_form_that_it_reads() {
    let project = project(
        r#"
[components.db]
kind = "postgres"
group = "main"
settings = { user = "ml", password = "${secrets.db-password}" }
chart = { repository = "https://cloudnative-pg.github.io/charts", name = "cluster", version = "0.8.1" }
"#,
    );
    project.write("generated/compose/.env", "DEMO_DB_PASSWORD='s3cret'\n");
    let (status, out, err) = run(&project, &["env", "secret"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = "\n---\n# What the chart that runs db reads.\napiVersion: v1\nkind: Secret\nmetadata:\n  \
                    name: db-chart\ntype: kubernetes.io/basic-auth\nstringData:\n  username: ml\n  password: s3cret\n";
    assert!(out.ends_with(expected), "{out}");
    let (status, out, err) = run(&project, &["env", "secret", "--format", "external-secrets"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = "      data:\n        username: ml\n        password: \"{{ index . \\\"db-password\\\" }}\"\n  \
                    data:\n    - secretKey: db-password\n      remoteRef:\n        key: demo\n        \
                    property: db-password\n";
    assert!(out.ends_with(expected), "{out}");
}

/// An Ingress reads the certificate by its own keys, while platform.toml has one secret for both halves.
#[test]
fn an_ingress_gets_its_certificate_in_the_form_that_it_reads() {
    let project = project(
        r#"
[secrets.tls]
env = "DEMO_TLS"
[components.door]
kind = "nginx"
group = "main"
[components.api]
image = "api:1"
group = "main"
ports.http = 8000
[routes.door]
through = "door"
host = "demo.example.com"
tls = { secret = "tls" }
paths = { "/" = "api" }
"#,
    );
    let block = |kind: &str| format!("-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n");
    let (own, chain, key) = (
        block("CERTIFICATE"),
        block("CERTIFICATE"),
        block("EC PRIVATE KEY"),
    );
    // OpenSSL writes the parameters of a curve before its key.
    let curve = block("EC PARAMETERS");
    let text = format!("{own}{curve}{key}{chain}");
    project.write(
        "generated/compose/.env",
        format!("DEMO_DB_PASSWORD=a\nDEMO_TLS='{text}'\n"),
    );
    let (status, out, err) = run(&project, &["env", "secret"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let quoted = |text: &str| text.replace('\n', "\\n");
    let expected = format!(
        "\n---\n# What the Ingress of demo.example.com reads.\napiVersion: v1\nkind: Secret\nmetadata:\n  \
         name: tls\ntype: kubernetes.io/tls\nstringData:\n  tls.crt: \"{}\"\n  tls.key: \"{}\"\n",
        quoted(&format!("{own}{chain}")),
        quoted(&key),
    );
    assert!(out.ends_with(&expected), "{out}");
    let (status, out, err) = run(&project, &["env", "secret", "--format", "external-secrets"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let expected = "      type: kubernetes.io/tls\n      data:\n        \
                    tls.crt: \"{{ index . \\\"tls\\\" | filterPEM \\\"CERTIFICATE\\\" }}\"\n        \
                    tls.key: \"{{ index . \\\"tls\\\" | regexFind \\\"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?\
                    -----END [A-Z ]*PRIVATE KEY-----\\\" }}\"\n";
    assert!(out.contains(expected), "{out}");
}

#[test]
fn a_secret_without_a_value_is_named_and_nothing_is_printed() {
    let (status, out, err) = run(&project(""), &["env", "secret"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("db-password (DEMO_DB_PASSWORD)"), "{err}");
    assert!(!err.contains("DEMO_KEY"), "{err}");
}

/// CI elsewhere, and what nothing reads: the cluster's Secret has no place for their tokens.
#[test]
fn the_secret_has_what_the_chart_reads_and_no_more() {
    let project = project(
        r#"
[secrets.ci-token]
env = "DEMO_CI"
[secrets.spare]
env = "DEMO_SPARE"
[secrets.named]
env = "DEMO_NAMED"
optional = true
[raw.helm.components.web]
files = [{ path = "/x", mode = 420, secret = "named" }]
[[ci.test.stages]]
name = "s"
run = ["true"]
secrets = { T = "ci-token" }
"#,
    );
    project.write("generated/compose/.env", "DEMO_DB_PASSWORD=a\n");
    let (status, out, err) = run(&project, &["env", "secret"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        out.ends_with(
            "stringData:\n  db-password: a\n  token: \"from the environment: \\\"yes\\\"\"\n"
        ),
        "{out}"
    );
    assert_eq!(run(&project, &["apply", "--yes"]).0, 0);
    let values = project.read("generated/helm/demo/values.yaml");
    assert!(
        !values.contains("ci-token") && !values.contains("spare"),
        "{values}"
    );
    assert!(
        values.contains("without:\n    - key\n    - named\n"),
        "{values}"
    );
}

/// An upgrade would take a key away from who reads it by the Secret's own name.
#[test]
fn the_secret_keeps_what_raw_values_and_tasks_read() {
    let of_web = "[components.web.helm]\n";
    let reference = "valueFrom = { secretKeyRef = { name = \"demo\", key = \"side\" } }";
    let readers = [
        format!(
            "{of_web}sidecars = [{{ name = \"p\", image = \"p:1\", env = [{{ name = \"K\", {reference} }}] }}]"
        ),
        format!("{of_web}extraEnv = [{{ name = \"K\", {reference} }}]"),
        format!("{of_web}extraEnvFrom = [{{ secretRef = {{ name = \"${{platform.name}}\" }} }}]"),
        format!("{of_web}extraVolumes = [{{ name = \"v\", secret = {{ secretName = \"demo\" }} }}]"),
        "[raw.helm]\nexistingSecret = \"other\"\n\
         extraObjects = [{ apiVersion = \"v1\", kind = \"X\", metadata = { name = \"x\" }, spec = { auth = \"other\" } }]"
            .to_string(),
        "[components.cache]\nimage = \"redis:8.2.1\"\ngroup = \"main\"\n\
         [components.cache.chart]\nrepository = \"https://charts.example.com\"\nname = \"redis\"\nversion = \"1.2.3\"\n\
         values = { auth = { existingSecret = \"${platform.name}\" } }"
            .to_string(),
        "[pipelines.train]\nimage = \"train:1\"\nenv.K = \"${secrets.side}\"\ntasks.a = { run = \"x\" }".to_string(),
        // These name the Secret, and read nothing.
        "[raw.helm]\nexistingSecret = \"demo\"\nexternalSecrets = { entry = \"demo\" }".to_string(),
    ];
    let keeps = readers.map(|reader| {
        let project = project(&format!("[secrets.side]\nenv = \"DEMO_SIDE\"\n{reader}\n"));
        let (status, _, err) = run(&project, &["apply", "--yes"]);
        assert_eq!(status, 0, "{reader}: {err}");
        let values = project.read("generated/helm/demo/values.yaml");
        values.contains("\n  side:\n")
    });
    assert_eq!(keeps, [true, true, true, true, true, true, true, false]);
}

#[test]
fn no_secret_is_generated_for_a_store_that_has_data() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        r#"[platform]
name = "demo"
targets = ["compose"]
[groups]
main = "Everything"
[secrets]
ours = { env = "DEMO_OURS" }
theirs = { env = "DEMO_THEIRS" }
named = { env = "DEMO_NAMED" }
joined = { env = "DEMO_JOINED" }
moved = { env = "DEMO_MOVED" }
full = { env = "DEMO_FULL" }
empty = { env = "DEMO_EMPTY" }
adopted = { env = "DEMO_ADOPTED" }
[components.db]
kind = "postgres"
group = "main"
settings.password = "${secrets.ours}"
[components.managed]
kind = "postgres"
external = { host = "db.example.com", port = 5432 }
settings.password = "${secrets.theirs}"
[components.old]
kind = "postgres"
group = "main"
settings.password = "${secrets.adopted}"
volumes.data = { name = "old_data", external = true }
[components.named]
kind = "postgres"
group = "main"
settings.password = "${secrets.named}"
volumes.data = { name = "its_data" }
[components.joined]
kind = "postgres"
group = "main"
settings.password = "${secrets.joined}"
volumes.data = { shared = "kept" }
[components.new]
kind = "postgres"
group = "main"
settings.password = "${secrets.moved}"
[components.full]
kind = "postgres"
group = "main"
settings.password = "${secrets.full}"
volumes.data = { source = "data/full" }
[components.empty]
kind = "postgres"
group = "main"
settings.password = "${secrets.empty}"
volumes.data = { source = "data/empty" }
[volumes.kept]
name = "kept_data"
[[moved]]
from = "components.before"
to = "components.new"
"#,
    );
    project.write("data/full/PG_VERSION", "18\n");
    project.write("data/empty/.gitkeep", "");
    project.write(
        "generated/.mlopsgen.json",
        r#"{"version": "0.1.0", "files": [], "volumes": [{"name":"demo_before-data","key":"components.before.volumes.data"}]}"#,
    );
    let (status, _, printed) = run(&project, &["env", "init"]);
    assert_eq!(status, 0, "{printed}");
    let values = project.read("generated/compose/.env");
    assert!(values.contains("DEMO_OURS="), "{values}");
    assert!(!values.contains("DEMO_THEIRS="), "{values}");
    assert!(!values.contains("DEMO_ADOPTED="), "{values}");
    for (variable, owner) in [("DEMO_THEIRS", "managed"), ("DEMO_ADOPTED", "old")] {
        let line = format!(
            "{variable}: `{owner}` has its value already; write that to generated/compose/.env"
        );
        assert!(printed.contains(&line), "{printed}");
    }
    assert!(values.contains("DEMO_EMPTY="), "{values}");
    for (variable, owner, data) in [
        ("DEMO_NAMED", "named", "the volume `its_data`"),
        ("DEMO_JOINED", "joined", "the volume `kept_data`"),
        ("DEMO_MOVED", "new", "the volume `demo_before-data`"),
        ("DEMO_FULL", "full", "`data/full`, which is not empty"),
    ] {
        assert!(!values.contains(variable), "{values}");
        let line = format!("{variable}: `{owner}` starts on {data}: if there is data in it");
        assert!(printed.contains(&line), "no {line} in {printed}");
    }
}

/// Data that raw keys take over is that of something else, too; and a password need not be a setting.
#[test]
fn the_secrets_of_data_that_raw_keys_adopt_are_asked_for() {
    // Nothing here makes it, typed or raw: whoever did has the value.
    const EXISTS: &str = "";
    for (keys, data) in [
        (
            "[raw.compose.volumes.db-data]\nname = \"old_pg\"\nexternal = true\n",
            EXISTS,
        ),
        ("[raw.compose.volumes.db-data]\nexternal = true\n", EXISTS),
        (
            "[raw.compose.volumes.db-data]\nname = \"old_pg\"\n",
            "the volume `old_pg`",
        ),
        (
            "[raw.compose.volumes.db-data]\ndriver_opts = { type = \"none\", o = \"bind\", device = \"FULL\" }\n",
            "`FULL`, which is not empty",
        ),
        (
            "[raw.compose.volumes.db-data]\ndriver = \"nfs\"\n",
            "the volume `demo_db-data` on `nfs`",
        ),
        (
            "[components.db.compose]\nvolumes = [\"FULL:/var/lib/postgresql/data\"]\n",
            "`FULL`, which is not empty",
        ),
        (
            "[components.db.helm]\nvolumes.data.existingClaim = \"old-pg\"\n",
            "the claim `old-pg`",
        ),
        (
            "[components.db.volumes]\ndata.name = \"old_pg\"\n",
            "the volume `old_pg`",
        ),
    ] {
        let project = project("");
        project.write("full/PG_VERSION", "17\n");
        let full = project.path("full");
        let full = full.to_str().expect("a path");
        project.write(
            "platform.toml",
            format!(
                "[platform]\nname = \"demo\"\ntargets = [\"compose\", \"helm\"]\n[groups]\nmain = \"Main\"\n[secrets]\nset = {{ env = \"DEMO_SET\" }}\nraw = {{ env = \"DEMO_RAW\" }}\n\
                 own = {{ env = \"DEMO_OWN\" }}\n[components.db]\nkind = \"postgres\"\nversion = \"17.6\"\ngroup = \"main\"\nsettings.password = \"${{secrets.set}}\"\n\
                 env.OTHER_PASSWORD = \"${{secrets.raw}}\"\n[components.fresh]\nkind = \"postgres\"\nversion = \"17.6\"\ngroup = \"main\"\n\
                 settings.password = \"${{secrets.own}}\"\n{}",
                keys.replace("FULL", full)
            ),
        );
        let (status, _, printed) = run(&project, &["env", "init"]);
        assert_eq!(status, 0, "{printed}");
        let values = project.read("generated/compose/.env");
        assert!(values.contains("DEMO_OWN="), "{keys}: {values}");
        for variable in ["DEMO_SET", "DEMO_RAW"] {
            assert!(!values.contains(variable), "{keys}: {values}");
            let data = data.replace("FULL", full);
            let line = match data.as_str() {
                EXISTS => format!("{variable}: `db` has its value already"),
                data => format!("{variable}: `db` starts on {data}: if there is data in it"),
            };
            assert!(printed.contains(&line), "no {line} in {printed}");
        }
    }
}

/// A volume that is a folder of the machine holds what that folder does.
#[test]
fn a_secret_is_generated_for_a_volume_that_is_an_empty_folder() {
    let project = project("");
    project.write("empty/.gitkeep", "");
    let empty = project.path("empty");
    project.write(
        "platform.toml",
        format!(
            "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\nmain = \"Main\"\n[secrets]\nset = {{ env = \"DEMO_SET\" }}\n\
             [components.db]\nkind = \"postgres\"\ngroup = \"main\"\nsettings.password = \"${{secrets.set}}\"\n\
             [raw.compose.volumes.db-data]\ndriver_opts = {{ type = \"none\", o = \"bind\", device = {empty:?} }}\n"
        ),
    );
    let (status, _, printed) = run(&project, &["env", "init"]);
    assert_eq!((status, printed.as_str()), (0, ""));
    let values = project.read("generated/compose/.env");
    assert!(values.contains("DEMO_SET="), "{values}");
}
