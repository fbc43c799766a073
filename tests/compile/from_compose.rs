//! What somebody who comes from Compose writes means the same as there, or is reported.

use crate::{
    contract::{block, compiled, outcome, platform},
    support,
};

#[test]
fn a_health_check_that_is_switched_off_is_that_of_the_image_too() {
    let files = compiled(
        r#"
[components.quiet]
image = "a/quiet:1"
group = "one"
health = false
[components.raw]
image = "a/raw:1"
group = "one"
health = false
compose.healthcheck.start_interval = "5s"
[components.none]
image = "a/none:1"
group = "one"
"#,
    );
    let one = &files["compose/one.yaml"];
    assert!(block(one, "  quiet:").contains("  healthcheck:\n    disable: true\n"));
    let raw = block(one, "  raw:");
    assert!(
        raw.contains("  healthcheck:\n    start_interval: "),
        "{raw}"
    );
    assert!(!block(one, "  raw:").contains("disable"));
    assert!(!block(one, "  none:").contains("healthcheck"));
    assert!(!files["helm/p/values.yaml"].contains("disable"));
}

const STORE: &str = r#"
[components.db]
kind = "postgres"
group = "one"
settings = { password = "${secrets.s}", databases = ["more"] }
"#;

#[test]
fn the_table_form_waits_for_the_jobs_of_a_store_as_the_list_form_does() {
    let waits = |depends_on: &str| {
        let files = compiled(&format!(
            "{STORE}[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\ndepends_on = {depends_on}\n"
        ));
        block(
            &block(&files["compose/one.yaml"], "  app:"),
            "  depends_on:",
        )
    };
    let list = waits(r#"["db"]"#);
    assert!(list.contains("  db-databases:\n    condition: service_completed_successfully\n"));
    for form in [
        "{ db = {} }",
        r#"{ db = "healthy" }"#,
        "{ db = { optional = false } }",
    ] {
        assert_eq!(waits(form), list, "{form}");
    }
    let optional = waits("{ db = { optional = true } }");
    assert!(
        optional.contains("service_completed_successfully\n    required: false\n"),
        "{optional}"
    );
    for form in [
        r#"{ db = "started" }"#,
        r#"{ db = { on = "started", optional = true } }"#,
    ] {
        assert!(!waits(form).contains("db-databases"), "{form}");
    }
    assert!(waits(r#"["db-databases"]"#).contains("service_completed_successfully"));
}

/// The messages, without those about resources and checks.
fn messages(components: &str) -> String {
    let quiet = "[lints]\nno-resources = \"allow\"\nno-health-check = \"allow\"\n";
    let compilation = support::compiled::compiled(format!("{}{quiet}", platform(components)));
    support::messages::messages(&compilation)
}

const MONGO: &str = r#"
[components.db]
image = "mongo:8.0.17"
group = "one"
ports.mongodb = 27017
"#;

#[test]
fn a_bare_name_that_an_edge_opens_is_not_said_to_be_cut_off() {
    let app = |lines: &str| {
        let said = messages(&format!(
            "{MONGO}[components.api]\nimage = \"a/api:1\"\ngroup = \"one\"\n{lines}\n"
        ));
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for open in [
        "depends_on = [\"db\"]\nenv.MONGO_HOST = \"db\"",
        "depends_on = { db = \"started\" }\nenv.URL = \"mongodb://db:27017/x\"",
        "reaches = [\"db.mongodb\"]\nenv.URL = \"mongodb://db:27017/x\"",
        "env.A = \"${components.db.mongodb.host}\"\nenv.URL = \"db:27017\"",
    ] {
        assert!(
            app(open).contains("the connection is open, but only a reference follows"),
            "{open}"
        );
    }
    for closed in [
        "env.MONGO_HOST = \"db\"",
        "depends_on = [\"db\"]\nenv.URL = \"db:27018\"",
    ] {
        assert!(
            app(closed).contains("Kubernetes cuts the connection off"),
            "{closed}"
        );
    }
}

#[test]
fn a_volume_that_hides_the_program_of_the_image_is_lost_in_the_chart() {
    let loses = |lines: &str| {
        let (_, said) = outcome(&format!(
            "[components.api]\nimage = \"a/api:1\"\ngroup = \"one\"\n{lines}\n"
        ));
        said.contains("Compose copies the image's files into a new volume")
    };
    let over = "volumes.data = { mount = \"/opt/x\" }";
    for lost in [
        "entrypoint = [\"/opt/x/wait.sh\", \"db:5432\"]",
        "command = [\"/opt/x/bin/server\"]",
        "command = [\"python\", \"-u\", \"/opt/x/main.py\"]",
        "command = [\"./run.sh\"]\nworking_dir = \"/opt/x\"",
        "command = [\"node\", \"index.js\"]\nworking_dir = \"/opt/x/app\"",
    ] {
        assert!(loses(&format!("{lost}\n{over}")), "{lost}");
    }
    for kept in [
        "command = [\"serve\", \"/opt/x/data\"]",
        "command = [\"serve\"]\nworking_dir = \"/opt/x\"",
        "command = [\"/opt/xy/run.sh\"]",
        "command = [\"/opt/x/run.sh\"]\nfiles.\"/opt/x/run.sh\" = { content = \"true\" }",
    ] {
        assert!(!loses(&format!("{kept}\n{over}")), "{kept}");
    }
    let named = "command = [\"/opt/x/run.sh\"]\nvolumes.data = { mount = \"/opt/x\", name = \"old\", external = true }";
    assert!(!loses(named));
}

/// Lines of shell scripts that public stacks mount: none of them holds a secret.
const SCRIPT: &str = r##"
users_passwords=(
	[logstash_internal]="${LOGSTASH_INTERNAL_PASSWORD:-}"
	[kibana_system]="${KIBANA_SYSTEM_PASSWORD:-${ELASTIC_PASSWORD:-}}"
if [[ -n "${ELASTIC_PASSWORD:-}" ]]; then
		args_ref+=( '-u' "elastic:${ELASTIC_PASSWORD}" )
		'-d' "{\"password\" : \"${password}\"}"
	if [[ -z "${users_passwords[$user]:-}" ]]; then
		set_user_password "$user" "${users_passwords[$user]}"
	local password=$2
POSTGRES_PASSWORD="${POSTGRES_PASSWORD:-$(cat /run/secrets/db)}"
: "${MINIO_SECRET_KEY:?must be set}"
export PGPASSWORD="$POSTGRES_PASSWORD"
ACCESS_TOKEN=$(curl -s "$URL" | jq -r .access_token)
declare -A tokens=()
USE_TOKEN=1
ENABLE_PASSWORD=no
password=''
--password) PASSWORD="$2"; shift 2 ;;
mc alias set local "http://minio:9000" "${MINIO_ROOT_USER}" "${MINIO_ROOT_PASSWORD}"
echo "Password: ${PASSWORD:0:2}..."
SECRET_KEY=`openssl rand -hex 32`
read -rs -p "Token: " TOKEN
if [ "$TOKEN" = "" ]; then
case "$1" in password:*) ;; esac
psql -v ON_ERROR_STOP=1 -c "ALTER USER x PASSWORD '${APP_PASSWORD}'"
file_env 'MYSQL_PASSWORD'
unset MYSQL_PASSWORD{,_FILE}
"##;

#[test]
fn shell_scripts_that_read_secrets_hold_none() {
    let mounted = |script: &str| {
        let content = mlopsgen::syntax::quoted(script);
        messages(&format!(
            "[components.a]\nimage = \"a/a:1\"\ngroup = \"one\"\nfiles.\"/run.sh\" = {{ content = {content} }}\n"
        ))
    };
    for line in SCRIPT.lines() {
        let said = mounted(line);
        assert!(!said.contains("plaintext-secret"), "{line}: {said}");
    }
    for line in [
        "POSTGRES_PASSWORD=hunter2",
        "export TOKEN='hunter2'",
        "db: {host: x, password: hunter2}",
        "config={user: ${USER}, password: hunter2}",
    ] {
        assert!(mounted(line).contains("plaintext-secret"), "{line}");
    }
}
