//! One door over TLS, and stores elsewhere that refuse whoever comes without it: a real client goes through nginx to MLflow under
//! a path, and MLflow, Feast and exporters go out to PostgreSQL and Redis. The authority that they trust lives as long as the test.

use std::{collections::BTreeSet, fs, time::Duration};

use crate::{
    docker::{ask, docker, outside_python, printed},
    http::get,
    project::{Project, repository_with, until},
    prometheus::Prometheus,
};

const PROMETHEUS: Prometheus = Prometheus { port: 39090 };
const PATIENCE: Duration = Duration::from_secs(180);
const PASSWORD: &str = "throw-away";
const DATABASE: &str = "doors-elsewhere-database";
const CACHE: &str = "doors-elsewhere-cache";

/// An authority, and a certificate of all names that are used here: what it prints is split at empty lines.
const CERTIFY: &str = r"
set -e
cd /tmp
new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
openssl req -x509 $new -days 2 -subj '/CN=throw-away' -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem 2>/dev/null
openssl req $new -subj /CN=doors -keyout key.pem -out request.pem 2>/dev/null
printf 'subjectAltName=DNS:ml.example.com,DNS:host.docker.internal\nauthorityKeyIdentifier=keyid\n' >names
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 2 -extfile names -out certificate.pem 2>/dev/null
cat ca.pem; echo; cat certificate.pem; echo; cat key.pem
";

struct Certificates {
    authority: String,
    certificate: String,
    key: String,
}

impl Certificates {
    fn new() -> Self {
        let printed = ask(&[
            "run",
            "--rm",
            "mlopsgen-live/python:trixie",
            "sh",
            "-c",
            CERTIFY,
        ]);
        let parts: Vec<String> = printed
            .split("\n\n")
            .map(|it| format!("{}\n", it.trim()))
            .collect();
        let [authority, certificate, key] = parts.try_into().expect("three texts");
        Self {
            authority,
            certificate,
            key,
        }
    }
}

/// Servers that are no part of the platform; they go when this is dropped.
struct Elsewhere;

impl Elsewhere {
    fn start(certificates: &Certificates) -> Self {
        let elsewhere = Self;
        docker(&["rm", "--force", "--volumes", DATABASE, CACHE]);
        let gateway = "{{(index .IPAM.Config 0).Gateway}}";
        let address = ask(&["network", "inspect", "bridge", "--format", gateway]);
        let address = address.trim();
        elsewhere.database(certificates, &format!("{address}:35432:5432"));
        elsewhere.cache(certificates, &format!("{address}:36380:6380"));
        elsewhere
    }

    /// Over the network it takes nobody without TLS.
    fn database(&self, certificates: &Certificates, port: &str) {
        let start = r#"
            set -e
            printf %s "$CERTIFICATE" >/tmp/certificate.pem
            install -m 0600 -o postgres /dev/null /tmp/key.pem
            printf %s "$KEY" >/tmp/key.pem
            printf 'local all all trust\nhostssl all all all scram-sha-256\n' >/tmp/hba
            exec docker-entrypoint.sh postgres -c ssl=on -c ssl_cert_file=/tmp/certificate.pem -c ssl_key_file=/tmp/key.pem -c hba_file=/tmp/hba
        "#;
        let variables = [
            "POSTGRES_USER=mlflow".to_string(),
            format!("POSTGRES_PASSWORD={PASSWORD}"),
        ];
        run(
            DATABASE,
            "postgres:17.11",
            port,
            certificates,
            &variables,
            start,
        );
        let up = || {
            docker(&["exec", DATABASE, "pg_isready", "-q", "-h", "127.0.0.1"])
                .status
                .success()
        };
        assert!(until(PATIENCE, up), "{DATABASE} does not start");
        ask(&["exec", DATABASE, "createdb", "-U", "mlflow", "feast"]);
    }

    fn cache(&self, certificates: &Certificates, port: &str) {
        let start = format!(
            r#"
            set -e
            printf %s "$CERTIFICATE" >/tmp/certificate.pem
            printf %s "$KEY" >/tmp/key.pem
            exec redis-server --port 0 --tls-port 6380 --tls-auth-clients no --requirepass {PASSWORD} \
              --tls-cert-file /tmp/certificate.pem --tls-key-file /tmp/key.pem --tls-ca-cert-file /tmp/certificate.pem
        "#
        );
        run(
            CACHE,
            "redis:8.10.2-alpine3.23",
            port,
            certificates,
            &[],
            &start,
        );
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", DATABASE, CACHE]);
    }
}

fn run(
    name: &str,
    image: &str,
    port: &str,
    certificates: &Certificates,
    variables: &[String],
    start: &str,
) {
    let mut all = vec![
        format!("CERTIFICATE={}", certificates.certificate),
        format!("KEY={}", certificates.key),
    ];
    all.extend_from_slice(variables);
    let mut words = vec!["run", "--detach", "--name", name, "--publish", port];
    words.extend(all.iter().flat_map(|it| ["--env", it.as_str()]));
    words.extend(["--entrypoint", "sh", image, "-c", start]);
    ask(&words);
}

pub fn hold() {
    let certificates = Certificates::new();
    let _elsewhere = Elsewhere::start(&certificates);
    let origin = repository_with("tests/live/doors", &[("ca.pem", &certificates.authority)]);
    let live = Project::clone_of(origin.path(), "doors");
    let (certificate, key) = (&certificates.certificate, &certificates.key);
    let known = format!(
        "TRACKING_DB_PASSWORD={PASSWORD}\nCACHE_PASSWORD={PASSWORD}\nDOOR_TLS='{certificate}{key}'\n"
    );
    fs::write(live.path("generated/compose/.env"), known).expect("written");
    live.ok(&["env", "init"]);
    live.ok(&["up", "--wait"]);
    runs_are_logged(&certificates.authority);
    nothing_goes_without_tls();
    features_are_kept(&live);
    vectors_are_near(&live);
    all_is_watched();
}

/// MLflow's own client, through the door: it trusts the authority of this test and nobody else.
fn runs_are_logged(authority: &str) {
    let script = r#"
import os, sys, mlflow
open("/tmp/ca.pem", "w").write(sys.argv[1])
os.environ["MLFLOW_TRACKING_SERVER_CERT_PATH"] = "/tmp/ca.pem"
with open("/etc/hosts", "a") as hosts:
    hosts.write("127.0.0.1 ml.example.com\n")
mlflow.set_tracking_uri("https://ml.example.com:38443/mlflow")
with mlflow.start_run() as run:
    mlflow.log_metric("accuracy", 0.9)
    mlflow.log_text("weights", "model/weights.txt")
client = mlflow.MlflowClient()
print(client.get_run(run.info.run_id).data.metrics, mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/model/weights.txt"))
"#;
    let read = outside_python("ghcr.io/mlflow/mlflow:v3.14.0-full", script, &[authority]);
    let last = read.lines().last();
    assert_eq!(last, Some("{'accuracy': 0.9} weights"), "{read}");
    let page = outside_python("mlopsgen-live/python:trixie", PAGE, &[authority]);
    assert_eq!(page, "301 https://ml.example.com:38443/mlflow/\n200 True\n");
}

/// What a browser gets: without TLS it is sent to where there is TLS, and the page loads its scripts below the path.
const PAGE: &str = r#"
import http.client, ssl, sys, socket
plain = http.client.HTTPConnection("127.0.0.1", 38080)
plain.request("GET", "/mlflow/", headers={"Host": "ml.example.com:38080"})
answer = plain.getresponse()
print(answer.status, answer.headers["Location"])
trust = ssl.create_default_context(cadata=sys.argv[1])
secure = http.client.HTTPSConnection("ml.example.com", 38443, context=trust)
secure._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", address[1]), *rest)
secure.request("GET", "/mlflow/")
answer = secure.getresponse()
print(answer.status, b'"/mlflow/static-files/' in answer.read().replace(b"./static-files", b"/mlflow/static-files"))
"#;

/// Whoever is connected to the stores elsewhere is so over TLS, and nobody gets in without it.
fn nothing_goes_without_tls() {
    let count = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL";
    let counted = ask(&["exec", DATABASE, "psql", "-U", "mlflow", "-Atc", count]);
    let (with, without) = counted.trim().split_once('|').expect("two numbers");
    assert!(with != "0" && without == "0", "{counted}");
    let address = format!("postgresql://mlflow:{PASSWORD}@127.0.0.1/mlflow?sslmode=disable");
    let refused = docker(&["exec", DATABASE, "psql", &address, "-c", "SELECT 1"]);
    let text = printed(&refused);
    assert!(
        !refused.status.success() && text.contains("no encryption"),
        "{text}"
    );
}

/// Feast writes to the Redis elsewhere, reads from it, and keeps its registry in the PostgreSQL of which it checks the certificate.
fn features_are_kept(live: &Project) {
    let script = r#"
import pandas
from datetime import datetime, timezone
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, PushSource
from feast.types import Float32
from feast.value_type import ValueType
store = FeatureStore(fs_yaml_file="/etc/feast/feature_store.yaml")
driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
rides = PushSource(name="rides", batch_source=FileSource(name="file", path="/tmp/rides.parquet", timestamp_field="event_timestamp"))
row = {"driver_id": [1], "acceptance": [0.5], "event_timestamp": [datetime.now(timezone.utc)]}
pandas.DataFrame(row).to_parquet("/tmp/rides.parquet")
view = FeatureView(name="stats", entities=[driver], schema=[Field(name="driver_id", dtype=__import__("feast").types.Int64), Field(name="acceptance", dtype=Float32)], source=rides)
store.apply([driver, rides, view])
store.push("rides", pandas.DataFrame(row))
print(store.get_online_features(["stats:acceptance"], [{"driver_id": 1}]).to_dict()["acceptance"])
"#;
    let printed = live.inside("feast", &format!("python - 2>/dev/null <<'PY'\n{script}PY"));
    assert_eq!(printed.lines().last(), Some("[0.5]"), "{printed}");
    let keys = [
        "exec",
        CACHE,
        "redis-cli",
        "--tls",
        "--insecure",
        "-p",
        "6380",
        "-a",
        PASSWORD,
        "DBSIZE",
    ];
    assert_eq!(ask(&keys).trim(), "1");
}

fn vectors_are_near(live: &Project) {
    let sql = "CREATE EXTENSION vector; SELECT '[1,2]'::vector <-> '[1,5]';";
    let printed = live.inside("vectors", &format!("psql -qAt -U vectors -c \"{sql}\""));
    assert_eq!(printed.trim(), "3");
}

/// Every job answers, and what exporters say of the servers elsewhere.
fn all_is_watched() {
    let wanted: BTreeSet<&str> = [
        "cache",
        "feast",
        "gateway",
        "gateway/probe",
        "lake",
        "mlflow",
        "prometheus",
        "prometheus-blackbox",
        "registry-db",
        "tracking-db",
        "vectors",
    ]
    .into();
    let mut last = Vec::new();
    let up = until(PATIENCE, || {
        last = PROMETHEUS.targets();
        let jobs: BTreeSet<&str> = last.iter().map(|(job, _)| job.as_str()).collect();
        jobs == wanted && last.iter().all(|(_, error)| error.is_none())
    });
    assert!(up, "{last:?}");
    for query in [
        "pg_up{job=\"tracking-db\"} == 1",
        "pg_up{job=\"registry-db\"} == 1",
        "redis_up{job=\"cache\"} == 1",
        "SeaweedFS_s3_request_total{job=\"lake\"} > 0",
        "mlflow_http_request_total{job=\"mlflow\"} > 0",
        "nginx_up{job=\"gateway\"} == 1",
    ] {
        assert!(until(PATIENCE, || PROMETHEUS.series(query) > 0), "{query}");
    }
    assert_eq!(get(38080, "/").0, 404);
}
