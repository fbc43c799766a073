//! What lies between components: hosts of an entry point, edges of raw values, waits.

use std::collections::BTreeMap;

use crate::contract::{block, compiled, outcome};

const DOOR: &str = r#"
[components.door]
kind = "nginx"
group = "one"
ports.http = { host = 80 }
[components.a]
image = "a/a:1"
group = "one"
ports.http = 8080
[components.b]
image = "a/b:1"
group = "one"
ports.http = 8080
"#;

/// What nginx reads of the routes.
fn servers(files: &BTreeMap<String, String>) -> &str {
    let found = files.iter().find(|(path, text)| {
        path.starts_with("config/door") && text.contains("server_name ml.example.com")
    });
    found.map_or("", |(_, text)| text)
}

/// nginx serves the first of two servers of one name, and never the second.
#[test]
fn two_routes_of_one_host_are_one_server_of_nginx() {
    let files = compiled(&format!(
        "{DOOR}
[routes.m]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/x\" = \"b\" }}
[routes.n]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/x/longer\" = \"a\" }}
"
    ));
    let servers = servers(&files);
    assert_eq!(servers.matches("server_name ml.example.com;").count(), 1);
    let at = |path: &str| servers.find(&format!("location = {path} {{"));
    assert!(
        at("/x/longer").is_some() && at("/x/longer") < at("/x"),
        "{servers}"
    );
}

/// A program of one's own may be asked under a prefix and without one, whichever stands first.
#[test]
fn the_order_of_paths_does_not_matter_where_one_is_stripped() {
    let paths = [
        "\"/api\" = \"a\"",
        "\"/legacy\" = { to = \"a\", strip = true }",
    ];
    let [one, other] = [[0, 1], [1, 0]].map(|order| {
        let paths = order.map(|index| paths[index]).join(", ");
        compiled(&format!("{DOOR}[routes.m]\nthrough = \"door\"\nhost = \"ml.example.com\"\npaths = {{ {paths} }}\n"))
    });
    assert!(
        servers(&one).contains("location = /api {")
            && servers(&one).contains("location = /legacy {")
    );
    assert_eq!(servers(&one), servers(&other));
}

/// A program that is told no prefix may be asked under several: the first is that of its addresses.
#[test]
fn a_program_of_one_s_own_is_behind_two_prefixes_of_a_host() {
    for door in ["nginx", "traefik"] {
        let components = DOOR.replace("nginx", door);
        let files = compiled(&format!(
            "{components}
env.OWN = \"${{components.a.public_url}} ${{components.a.http.url}}\"
[routes.m]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/\" = \"b\", \"/api\" = \"a\", \"/console/api\" = \"a\" }}
"
        ));
        let compose = &files["compose/one.yaml"];
        let own = "\"http://ml.example.com/api http://a:8080\"";
        assert!(compose.contains(own), "{compose}");
        let routes = files.iter().find(|(path, text)| {
            path.starts_with("config/door") && text.contains("ml.example.com")
        });
        let (_, routes) = routes.expect("the routes of the door");
        let ingress = &files["helm/p/values.yaml"];
        for path in ["/api", "/console/api"] {
            let asked = match door {
                "nginx" => format!("location = {path} {{"),
                _ => format!("PathPrefix(`{path}/`)"),
            };
            assert!(routes.contains(&asked), "{asked}\n{routes}");
            assert!(ingress.contains(&format!("path: {path}\n")), "{ingress}");
        }
    }
}

/// Of one host some paths may ask for a log-in, and others not.
#[test]
fn a_log_in_is_a_matter_of_the_path() {
    for door in ["nginx", "traefik"] {
        let components = DOOR.replace("nginx", door);
        let files = compiled(&format!(
            "{components}
[components.login]
kind = \"oauth2-proxy\"
group = \"one\"
settings = {{ issuer_url = \"https://id.example.com\", client_secret = \"${{secrets.s}}\" }}
[routes.m]
through = \"door\"
host = \"ml.example.com\"
login = \"login\"
paths = {{ \"/x\" = \"b\" }}
[routes.n]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/y\" = \"a\" }}
"
        ));
        let (_, routes) = files
            .iter()
            .find(|(path, text)| path.starts_with("config/door") && text.contains("ml.example.com"))
            .unwrap_or_else(|| panic!("{:?}", files.keys()));
        let asks = match door {
            "nginx" => routes.matches("auth_request /oauth2/auth;").count() / 2,
            _ => routes.matches("middlewares: [\"m-login\"]").count(),
        };
        assert_eq!(asks, 1, "{routes}");
    }
}

/// Values of the chart, those of a component and those at the top, may hold addresses.
#[test]
fn an_address_in_raw_values_opens_its_port() {
    let platform = |values: &str, top: &str| {
        format!(
            "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n{values}
[components.db]\nimage = \"a/db:1\"\ngroup = \"two\"\nports.http = 80\nports.other = 81\n{top}"
        )
    };
    let address = "\"${components.db.http.url}\"";
    for text in [
        platform(&format!("helm = {{ env = {{ A = {address} }} }}"), ""),
        platform(
            "",
            &format!("[raw.helm]\ncomponents.app.env.A = {address}\n"),
        ),
    ] {
        let files = compiled(&text);
        let policies = block(&files["helm/p/values.yaml"], "networkPolicy:");
        assert!(policies.contains("port: 80"), "{policies}");
        assert!(!policies.contains("port: 81"), "{policies}");
    }
}

/// What runs elsewhere has the ports that have an address there, whether `ports` declares them or not.
#[test]
fn a_route_leads_to_a_port_of_what_runs_elsewhere() {
    let files = compiled(&format!(
        "{DOOR}
[components.api]
external = {{ http = \"api.example.net:81\", admin = \"api.example.net:82\" }}
ports.http = {{ path = \"/v1\" }}
[routes.m]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/v1\" = \"api\", \"/a\" = \"api.admin\" }}
"
    ));
    let servers = servers(&files);
    for address in ["http://api.example.net:81", "http://api.example.net:82"] {
        assert!(servers.contains(address), "{servers}");
    }
}

/// Kubernetes asks the check that Compose can't run.
#[test]
fn the_chart_waits_for_a_check_that_compose_can_not_run() {
    let files = compiled(
        r#"
[components.app]
image = "a/app:1"
group = "one"
depends_on = ["db"]
[components.db]
image = "a/db:1"
group = "one"
ports.other = 79
ports.http = 80
health = { http = "/", port = "http", compose = false }
"#,
    );
    let app = block(&files["helm/p/values.yaml"], "  app:");
    assert!(app.contains("waitFor:") && app.contains("db: 80"), "{app}");
}

/// A job that others ask is ready when its check says so, and is not killed by it.
#[test]
fn a_job_is_ready_by_its_check() {
    let files = compiled(
        r#"
[components.app]
kind = "job"
image = "a/app:1"
group = "one"
ports.http = 80
health = { tcp = "http" }
"#,
    );
    let app = block(&files["helm/p/values.yaml"], "  app:");
    let health = block(&app, "  health:");
    assert!(health.contains("liveness: false"), "{health}");
}

/// A list without entries orders nothing that could get lost.
#[test]
fn nothing_is_lost_of_an_empty_order() {
    for order in ["[]", "{}"] {
        let (_, printed) = outcome(&format!(
            "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\ndepends_on = {order}
[components.db]\nimage = \"a/db:1\"\ngroup = \"one\"\nports.http = 80\n"
        ));
        assert!(!printed.contains("depends_on"), "{printed}");
    }
}

/// A port of the kind that only some of its platforms have is there for who asks for it.
#[test]
fn a_port_for_metrics_is_one_that_the_program_listens_on() {
    let files = compiled(
        r#"
[components.store]
kind = "qdrant"
group = "one"
ports.metrics = { host = 9100 }
"#,
    );
    let compose = &files["compose/one.yaml"];
    assert!(
        compose.contains("QDRANT__SERVICE__METRICS_PORT"),
        "{compose}"
    );
    assert!(compose.contains("9100"), "{compose}");
}

/// What is reached through a proxy of the platform: who uses it is in the proxy's network, waits for it and may connect to it.
#[test]
fn what_external_calls_after_a_component_is_an_edge_to_it() {
    let files = compiled(
        r#"
[components.pg-proxy]
image = "a/proxy:1"
group = "one"
ports.pg = { container = 5432, scheme = "postgresql" }
health = { tcp = "pg", compose = false }
[components.db]
kind = "postgres"
settings = { database = "m", user = "m", password = "${secrets.s}" }
external = { host = "pg-proxy", port = 5432 }
[components.mlflow]
kind = "mlflow"
group = "two"
uses = { backend_store = "db" }
[components.report]
image = "a/report:1"
group = "two"
depends_on = ["db"]
[components.other]
image = "a/other:1"
group = "two"
"#,
    );
    let compose = &files["compose/two.yaml"];
    for name in ["mlflow", "report"] {
        let service = block(compose, &format!("  {name}:"));
        assert!(
            service.contains("depends_on:\n    pg-proxy:\n"),
            "{service}"
        );
        assert!(service.contains("- one\n"), "{service}");
    }
    assert!(!block(compose, "  other:").contains("pg-proxy"));
    let edges = block(&files["helm/p/values.yaml"], "  edges:");
    for name in ["mlflow", "report"] {
        assert!(
            edges.contains(&format!("from: {name}\n    to: pg-proxy\n")),
            "{edges}"
        );
    }
}

/// `path = false` takes a prefix of the platform's away; the route says its own.
#[test]
fn a_prefix_that_is_taken_away_is_none_beside_a_route() {
    let platform = |path: &str| {
        let door =
            "[components.gate]\nkind = \"traefik\"\ngroup = \"one\"\nports.http = { host = 80 }\n";
        let route = "[routes.r]\nthrough = \"gate\"\nhost = \"ml.example.com\"\npaths = { \"/mlflow\" = \"mlflow\" }\n";
        format!(
            "[components.mlflow]\nkind = \"mlflow\"\ngroup = \"two\"\nports.http = {{ host = 5000{path} }}\n{door}{route}"
        )
    };
    let [taken, none] = [", path = false", ""].map(|path| compiled(&platform(path)));
    assert_eq!(taken["compose/two.yaml"], none["compose/two.yaml"]);
}

/// A stub runs in the program that runs the pipelines: only a task in a container needs the engine's socket.
#[test]
fn stubs_alone_take_no_socket() {
    let airflow = |task: &str| {
        format!(
            r#"
[components.db]
kind = "postgres"
group = "one"
settings = {{ database = "a", password = "${{secrets.s}}" }}
[components.airflow]
kind = "airflow"
group = "two"
uses = {{ database = "db" }}
settings = {{ admin_password = "${{secrets.s}}" }}
[pipelines.p]
start = 2026-01-01
tasks.t = {{ stub = true }}
{task}
"#
        )
    };
    let [stubs, both] = ["", "tasks.u = { image = \"a/b:1\", run = \"true\" }"]
        .map(|task| compiled(&airflow(task))["compose/two.yaml"].contains("docker.sock"));
    assert_eq!((stubs, both), (false, true));
}

/// What is built for a service is there for the tasks, too.
#[test]
fn an_image_that_a_service_builds_is_built_for_a_pipeline() {
    let said = |image: &str| {
        let (_, messages) = outcome(&format!(
            "[components.app]\nimage = \"{image}\"\nbuild = {{ context = \"app\" }}\ngroup = \"one\"\n[pipelines.p]\nimage = \"p/app:1\"\nbuild = {{ context = \"app\" }}\nstart = 2026-01-01\ntasks.t = {{ run = \"true\" }}\n"
        ));
        messages.contains("`build` of the pipeline")
    };
    assert_eq!((said("p/app:1"), said("p/other:1")), (false, true));
}

/// What runs elsewhere is waited for by nobody, but `depends_on` opens its ports as for any other component, in both forms.
#[test]
fn an_order_opens_the_ports_of_what_runs_elsewhere() {
    let edges = |key: &str| {
        let files = compiled(&format!(
            "[components.elsewhere]\nexternal = {{ http = \"10.1.2.3:80\", grpc = \"10.1.2.4:9000\" }}\n\
             ports.http = 80\nports.grpc = 9000\n\
             [components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n{key}\n"
        ));
        block(&files["helm/p/values.yaml"], "  edges:")
    };
    let expected = edges("reaches = [\"elsewhere\"]");
    assert!(expected.contains("10.1.2.3/32"), "{expected}");
    for key in [
        "depends_on = [\"elsewhere\"]",
        "depends_on = { elsewhere = \"started\" }",
        "depends_on = { elsewhere = { optional = true } }",
    ] {
        assert_eq!(edges(key), expected, "{key}");
    }
}

/// What the help says to write ends the warning.
#[test]
fn a_path_that_is_surely_taken_away_is_no_loss() {
    let route = format!(
        "{DOOR}
[routes.m]
through = \"door\"
host = \"ml.example.com\"
paths = {{ \"/a\" = {{ to = \"a\", strip = true }} }}
"
    );
    let told = "`strip` of route `m`";
    for (raw, is_told) in [
        ("", true),
        ("[raw.helm.ingress]\nclassName = \"other\"", true),
        ("[raw.helm.ingress]\nclassName = \"nginx-internal\"", false),
        ("[raw.helm.ingress]\nenabled = false", false),
        ("[raw.helm.gateway]\nenabled = false", true),
        (
            "[raw.helm.gateway]\nenabled = true\nparentRefs = [{ name = \"public\" }]",
            false,
        ),
    ] {
        let messages = outcome(&format!("{route}{raw}\n")).1;
        assert_eq!(messages.contains(told), is_told, "{raw}: {messages}");
    }
}
