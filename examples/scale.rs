//! Writes a platform of any size, to measure with: `cargo run --release --example scale -- COMPONENTS FOLDER`.
//!
//! The kinds stand in the proportions of this repository's own platform.toml: stores, feature stores, tracking servers,
//! model servers and services of one's own. Each team of some twenty components is a group in a file of its own. Services
//! use stores of their own team and call services of others; every team has pipelines and CI entries. The same arguments
//! give the same bytes.

use std::{env, fmt::Write as _, fs, io, path::Path, process::ExitCode};

/// Components of one team, in the order in which they are written. A team that is cut short lacks the last ones.
const TEAM: [Member; 20] = [
    Member::Postgres("feast-db"),
    Member::Redis("redis"),
    Member::Feast,
    Member::Service("features"),
    Member::Postgres("mlflow-db"),
    Member::ObjectStore,
    Member::Mlflow,
    Member::ModelServer("online"),
    Member::Service("monitoring"),
    Member::Notebook,
    Member::Kafka,
    Member::Service("emitter"),
    Member::Service("ingest"),
    Member::ModelServer("ranking"),
    Member::Service("scores"),
    Member::Redis("cache"),
    Member::Service("api"),
    Member::Postgres("api-db"),
    Member::Service("reports"),
    Member::Service("alerts"),
];

/// What the whole platform shares: these count as components, too.
const SHARED: usize = 6;

/// The first host port that is given out.
const FIRST_PORT: usize = 10_000;

#[derive(Clone, Copy)]
enum Member {
    Postgres(&'static str),
    Redis(&'static str),
    Feast,
    ObjectStore,
    Mlflow,
    ModelServer(&'static str),
    Service(&'static str),
    Notebook,
    Kafka,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let parsed = match arguments.as_slice() {
        [components, folder] => components
            .parse()
            .ok()
            .map(|components| (components, folder)),
        _ => None,
    };
    let Some((components, folder)) = parsed else {
        eprintln!("usage: scale COMPONENTS FOLDER");
        return ExitCode::FAILURE;
    };
    match write_platform(components, Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_platform(components: usize, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("teams"))?;
    let of_teams = components.saturating_sub(SHARED).max(1);
    let teams = of_teams.div_ceil(TEAM.len());
    fs::write(folder.join("platform.toml"), shared_file())?;
    let mut left = of_teams;
    for team in 0..teams {
        let members = left.min(TEAM.len());
        left -= members;
        let path = folder.join(format!("teams/{}.toml", name_of(team)));
        fs::write(path, team_file(team, teams, members))?;
    }
    Ok(())
}

fn name_of(team: usize) -> String {
    format!("team{team:03}")
}

/// platform.toml: monitoring and orchestration, which a platform has once.
fn shared_file() -> String {
    r#"include = ["teams/*.toml"]

[platform]
name = "scale"
description = "A platform to measure with"

[secrets]
airflow-db-password = { env = "AIRFLOW_DB_PASSWORD", description = "Airflow's metadata" }
airflow-admin-password = { env = "AIRFLOW_ADMIN_PASSWORD", description = "Airflow's user admin" }
grafana-admin-password = { env = "GRAFANA_ADMIN_PASSWORD", description = "Grafana's user admin" }

[groups]
airflow = "Orchestration of the pipelines"
monitoring = "Metrics, alerts and dashboards"

[presets.python]
env.PYTHONUNBUFFERED = "1"
resources = { cpu = "250m", memory = "1Gi" }

[components.airflow-db]
kind = "postgres"
group = "airflow"
settings = { database = "airflow", user = "airflow", password = "${secrets.airflow-db-password}" }

[components.airflow]
kind = "airflow"
group = "airflow"
uses = { database = "airflow-db" }
settings = { admin_password = "${secrets.airflow-admin-password}" }
ports.http = { host = 8088 }
allow = ["docker-socket"]

[components.prometheus]
kind = "prometheus"
group = "monitoring"
uses = { alertmanager = "alertmanager" }
ports.http = { host = 9090 }

[components.alertmanager]
kind = "alertmanager"
group = "monitoring"

[components.grafana]
kind = "grafana"
group = "monitoring"
settings = { admin_password = "${secrets.grafana-admin-password}" }
ports.http = { host = 3000 }

[components.node-exporter]
kind = "node-exporter"
group = "monitoring"
"#
    .to_string()
}

/// One team's file: its group, its secrets, its components, and what works on them.
fn team_file(team: usize, teams: usize, members: usize) -> String {
    let name = name_of(team);
    let mut secrets = Vec::new();
    let mut components = String::new();
    for (index, member) in TEAM.iter().take(members).enumerate() {
        let port = FIRST_PORT + (team * TEAM.len() + index) % 50_000;
        let writer = Writer {
            team: &name,
            other: &name_of((team * 7 + index) % teams),
            members,
            port,
        };
        writer.member(*member, &mut components, &mut secrets);
    }
    let mut out = format!("[groups]\n{name} = \"Team {team}\"\n\n[secrets]\n");
    for secret in secrets {
        let variable = secret.to_ascii_uppercase().replace('-', "_");
        let _ = writeln!(
            out,
            "{secret} = {{ env = \"{variable}\", description = \"Of {name}\" }}"
        );
    }
    out.push_str(&components);
    if has(members, "mlflow-db") {
        out.push_str(&training(&name));
    }
    out.push_str(&ci(&name));
    out
}

/// Whether a team of so many members has the store or service of this name.
fn has(members: usize, wanted: &str) -> bool {
    TEAM.iter().take(members).any(|member| match member {
        Member::Postgres(name)
        | Member::Redis(name)
        | Member::ModelServer(name)
        | Member::Service(name) => *name == wanted,
        Member::Mlflow => wanted == "mlflow",
        Member::Kafka => wanted == "kafka",
        Member::Feast | Member::ObjectStore | Member::Notebook => false,
    })
}

struct Writer<'a> {
    team: &'a str,
    /// A team whose services this one calls.
    other: &'a str,
    members: usize,
    port: usize,
}

impl Writer<'_> {
    fn member(&self, member: Member, out: &mut String, secrets: &mut Vec<String>) {
        let team = self.team;
        let port = self.port;
        let keys = match member {
            Member::Postgres(name) => {
                let secret = format!("{team}-{name}-password");
                let databases = match name {
                    "feast-db" => ", databases = [\"offline_store\"]",
                    _ => "",
                };
                let keys = format!(
                    "kind = \"postgres\"\nsettings = {{ database = \"main\"{databases}, user = \"main\", password = \"${{secrets.{secret}}}\" }}\n"
                );
                secrets.push(secret);
                (name, keys)
            }
            Member::Redis(name) => (name, "kind = \"redis\"\n".to_string()),
            Member::Feast => (
                "feast",
                format!(
                    "kind = \"feast\"\nuses = {{ online_store = \"{team}-redis\", registry = \"{team}-feast-db\", offline_store = \"{team}-feast-db/offline_store\" }}\n"
                ),
            ),
            Member::ObjectStore => {
                let (access, secret) = (format!("{team}-access-key"), format!("{team}-secret-key"));
                let keys = format!(
                    "kind = \"s3\"\nsettings = {{ buckets = [\"mlflow\"], access_key = \"${{secrets.{access}}}\", secret_key = \"${{secrets.{secret}}}\" }}\n"
                );
                secrets.extend([access, secret]);
                ("artifacts", keys)
            }
            Member::Mlflow => (
                "mlflow",
                format!(
                    "kind = \"mlflow\"\nuses = {{ backend_store = \"{team}-mlflow-db\", artifact_store = \"{team}-artifacts/mlflow\" }}\nports.http = {{ host = {port} }}\n"
                ),
            ),
            Member::Notebook => {
                let secret = format!("{team}-notebook-token");
                let keys = format!(
                    "kind = \"jupyterlab\"\nsettings = {{ token = \"${{secrets.{secret}}}\" }}\nenv = {{ MLFLOW_TRACKING_URI = \"${{components.{team}-mlflow.http.url}}\" }}\nports.http = {{ host = {port} }}\n"
                );
                secrets.push(secret);
                ("notebook", keys)
            }
            Member::Kafka => (
                "kafka",
                "kind = \"kafka\"\nsettings = { topics = [\"events\"] }\nports.host = false\n"
                    .to_string(),
            ),
            Member::ModelServer(name) => (
                name,
                format!(
                    "kind = \"bentoml\"\nimage = \"example/{name}:1.4.0\"\ndepends_on = [\"{team}-redis\"]\nports.http = {{ host = {port} }}\nenv.MLFLOW_TRACKING_URI = \"${{components.{team}-mlflow.http.url}}\"\nenv.FEAST_ONLINE_STORE = \"${{components.{team}-redis.redis.address}}\"\n"
                ),
            ),
            Member::Service(name) => (name, self.service(name)),
        };
        let (name, keys) = keys;
        let _ = write!(
            out,
            "\n[components.{team}-{name}]\ngroup = \"{team}\"\n{keys}"
        );
    }

    fn service(&self, name: &str) -> String {
        let (team, other, port) = (self.team, self.other, self.port);
        let mut keys = format!(
            "image = \"example/{name}:1.4.0\"\npresets = [\"python\"]\ncommand = [\"python\", \"{name}.py\", \"--port=8000\"]\nports.http = {{ container = 8000, host = {port} }}\nhealth = {{ http = \"/healthz\", port = \"http\", start_period = \"30s\" }}\nmetrics = {{ port = \"http\" }}\nenv.CACHE = \"${{components.{team}-redis.redis.address}}\"\nenv.FEATURES = \"${{components.{other}-redis.redis.host}}\"\n"
        );
        if has(self.members, "kafka") {
            let _ = writeln!(
                keys,
                "env.BROKERS = \"${{components.{team}-kafka.bootstrap_servers}}\""
            );
        }
        keys
    }
}

fn training(team: &str) -> String {
    let mut out = format!(
        "\n[pipelines.{team}_training]\nschedule = \"@daily\"\nstart = 2026-01-01\nimage = \"example/training:1.4.0\"\nretries = 1\nenv.FEAST_ONLINE_STORE = \"${{components.{team}-redis.redis.address}}\"\n[pipelines.{team}_training.tasks]\n"
    );
    let steps = ["extract", "validate", "train", "evaluate"];
    for (index, step) in steps.iter().enumerate() {
        let after = match index {
            0 => String::new(),
            index => format!(", after = [\"{}\"]", steps[index - 1]),
        };
        let _ = writeln!(out, "{step} = {{ run = \"python {step}.py\"{after} }}");
    }
    out
}

fn ci(team: &str) -> String {
    format!(
        "\n[ci.{team}]\nagent = {{ label = \"docker\" }}\npaths = [\"{team}/**\"]\ntimeout = \"30m\"\n[[ci.{team}.stages]]\nname = \"test\"\nrun = [\"make -C {team} test\"]\n[[ci.{team}.stages]]\nname = \"deploy\"\nbranches = [\"main\"]\nrun = [\"make -C {team} deploy\"]\n"
    )
}
