//! Kinds behind an entry point whose port on the host is not the usual one.

use mlopsgen::{catalog::Kind, compile::Output};

use super::{catalog, compiled, most};

/// The kind that is asked before every request.
const LOGIN: &str = "oauth2-proxy";

/// What the entry point publishes.
const PORT: &str = "18443";

/// Every kind that tells its program or others a public address, behind `nginx`, with a reader of that address. Grafana, which
/// alerts and dashboards link to, is behind it too.
fn behind_a_door(kind: &Kind) -> Output {
    let asks = kind.name == LOGIN;
    let way = match asks {
        true => "login = \"it\"\npaths = { \"/\" = \"page\" }",
        false => "paths = { \"/\" = \"it\" }",
    };
    let shown = match kind.name == "grafana" {
        true => "",
        false => {
            "[routes.charts]\nthrough = \"door\"\nhost = \"charts.example.com\"\ntls = { secret = \"certificate\" }\npaths = { \"/\" = \"show\" }\n"
        }
    };
    let asked = if asks { "page" } else { "it" };
    let door = format!(
        "[components.door]\nkind = \"nginx\"\ngroup = \"one\"\nports.http = {{ host = 18080 }}\nports.https = {{ host = {PORT} }}\n\
         [routes.main]\nthrough = \"door\"\nhost = \"it.example.com\"\ntls = {{ secret = \"certificate\" }}\n{way}\n{shown}\
         [components.reader]\nimage = \"a/reader:1\"\ngroup = \"one\"\nresources = {{ memory = \"64Mi\" }}\nenv.URL = \"${{components.{asked}.public_url}}\"\n"
    );
    compiled(&format!("{}{door}", most(&kind.name)))
}

fn is_told_a_public_address(kind: &Kind) -> bool {
    let told = format!("{:?}", kind.table).contains("self.public_");
    kind.routes.is_empty() && (told || kind.name == LOGIN)
}

/// In the chart an Ingress or a Gateway stands for the entry point, on the usual port: what Compose publishes is nobody's address.
#[test]
fn the_chart_knows_nothing_of_the_ports_of_an_entry_point() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for kind in catalog()
        .values()
        .filter(|kind| is_told_a_public_address(kind))
    {
        let output = behind_a_door(kind);
        tried += 1;
        let files = output.files.files.iter();
        let of_chart = files.filter(|(path, _)| path.starts_with("helm/"));
        for (path, file) in of_chart {
            let lines = file.text.lines().filter(|line| line.contains(PORT));
            wrong.extend(lines.map(|line| format!("{}: {path}: {line}", kind.name)));
        }
        let compose = &output.files.files["compose/one.yaml"].text;
        let told = format!("URL: \"https://it.example.com:{PORT}\"");
        assert!(compose.contains(&told), "{}: {compose}", kind.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 10, "{tried} kinds");
}

const ADDRESSES: &str = "
[platform]
name = \"manor\"
[secrets]
token = { env = \"TOKEN\" }
client = { env = \"CLIENT\" }
[groups]
main = \"Main\"
[components.door]
kind = \"DOOR\"
group = \"main\"
ports.http = { host = 8088 }
ports.https = { host = 8443 }
[components.login]
kind = \"oauth2-proxy\"
group = \"main\"
settings = { issuer_url = \"https://idp.example.com/x\", client_secret = \"${secrets.client}\" }
[components.lab]
kind = \"jupyterlab\"
group = \"main\"
settings.token = \"${secrets.token}\"
[components.app]
image = \"acme/app:3\"
group = \"main\"
health = false
resources = { cpu = \"100m\", memory = \"64Mi\" }
public_url = \"https://app.example.net:9443\"
ports.http = 7001
env = { OWN = \"${self.http.public_url}\", LAB = \"${components.lab.http.public_url}\" }
[routes.main]
through = \"door\"
host = \"manor.example.org\"
tls = { secret = \"certificate\" }
login = \"login\"
paths = { \"/nb\" = \"lab\", \"/\" = \"app\" }
[pipelines.night]
image = \"acme/night:1\"
env.LAB = \"${components.lab.http.public_url}/tree\"
tasks.run = { run = \"true\" }
";

/// What is told, each text with the number of times, in the files of one folder.
fn counted(output: &Output, folder: &str, texts: &[&str]) -> Vec<usize> {
    let files = output.files.files.iter();
    let all: Vec<&str> = files
        .filter(|(path, _)| path.starts_with(folder))
        .map(|(_, file)| &*file.text)
        .collect();
    texts
        .iter()
        .map(|text| all.iter().map(|file| file.matches(text).count()).sum())
        .collect()
}

/// The redirect to `https`, that of the log-in, the browser's origin and references: each with the port of the runtime. What the
/// user wrote is the same everywhere.
#[test]
fn an_entry_point_has_one_port_in_compose_and_none_in_the_chart() {
    let texts = [
        "manor.example.org:8443",
        "https://manor.example.org/nb",
        "https://app.example.net:9443",
    ];
    let output = compiled(&ADDRESSES.replace("DOOR", "nginx"));
    // Redirect, log-in, origin, reference.
    assert_eq!(counted(&output, "compose/", &texts), [3, 0, 1]);
    assert_eq!(counted(&output, "config/door/", &texts), [1, 0, 0]);
    assert_eq!(
        counted(&output, "helm/manor/values.yaml", &texts),
        [0, 1, 1]
    );
    assert_eq!(
        counted(&output, "helm/manor/files/config/", &texts),
        [0, 0, 0]
    );
    let redirect = ["return 301 https://manor.example.org$request_uri"];
    assert_eq!(counted(&output, "helm/manor/files/config/", &redirect), [1]);
    // One DAG for both.
    let dag = [
        "\"https://manor.example.org/nb\" if IN_CLUSTER else \"https://manor.example.org:8443/nb\"",
    ];
    assert_eq!(counted(&output, "airflow/dags/night.py", &dag), [1]);
    let output = compiled(&ADDRESSES.replace("DOOR", "traefik"));
    let port = ["port: \"8443\"", "port: \"443\""];
    assert_eq!(counted(&output, "config/door/", &port), [1, 0]);
    assert_eq!(counted(&output, "helm/manor/files/config/", &port), [0, 1]);
}

/// nginx keeps names of hosts in a table, which has no room for a long one. Its size may be given once, and is the user's.
#[test]
fn nginx_takes_long_hosts_and_addresses_of_ipv6() {
    let platform = |host: &str| {
        let text = format!(
            "[platform]\nname = \"odd\"\n[groups]\none = \"One\"\n\
             [components.door]\nkind = \"nginx\"\ngroup = \"one\"\nports.http = {{ host = 8188 }}\n\
             [components.far]\nexternal = {{ http = \"[2001:db8::1]:9000\" }}\nports.http = 9000\n\
             [routes.one]\nthrough = \"door\"\nhost = \"{host}\"\npaths = {{ \"/\" = \"far\" }}\n"
        );
        let output = compiled(&text);
        let path = "config/door/etc/nginx/templates/routes.conf.template";
        output.files.files[path].text.to_string()
    };
    let short = platform("b.example.org");
    assert!(
        short.contains("set $door_to http://[2001:db8::1]:9000;"),
        "{short}"
    );
    assert!(short.contains("server_name b.example.org;"), "{short}");
    let long = platform("the-models-of-the-team-that-makes-forecasts.data.example.org");
    let pattern =
        r#"server_name "~^the-models-of-the-team-that-makes-forecasts\.data\.example\.org$";"#;
    assert!(long.contains(pattern), "{long}");
}
