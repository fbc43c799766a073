//! Ports of a kind that a component moves.

use crate::support::{self, aliases, messages::messages};
use mlopsgen::{
    catalog::Kind,
    compile::Output,
    diag::{Code, Severity},
    files::Site,
    language::usual_port_name,
    syntax::{Node, Table},
};

use super::{catalog, compiled, most};

/// If a component moves a port, its program gets the new number in its command, environment or files.
#[test]
fn a_program_listens_where_its_component_says() {
    for kind in catalog()
        .values()
        .filter(|kind| kind.image.is_some() || kind.name == "bentoml")
    {
        let ports = movable_ports(kind);
        let lines: Vec<String> = ports
            .iter()
            .map(|(part, port, number)| match part {
                None => format!("ports.{port} = {{ container = {number} }}"),
                Some(part) => format!("parts.{part}.ports.{port} = {{ container = {number} }}"),
            })
            .collect();
        let text = most(&kind.name).replacen(
            "[components.it]\n",
            &format!("[components.it]\n{}\n", lines.join("\n")),
            1,
        );
        let output = compiled(&text);
        for (part, port, number) in ports {
            let name = part.map_or("it".to_string(), |part| format!("it-{part}"));
            let inputs = inputs_of_program(&output, &name);
            let address = format!("{name}:{number}");
            assert!(
                inputs.replace(&address, "").contains(&number.to_string()),
                "{name} of {}: port `{port}` is moved to {number}, and the program knows nothing of it:\n{inputs}",
                kind.name
            );
        }
    }
}

/// The ports of a kind that a component can move, each with its part and a number that is not in use.
fn movable_ports(kind: &Kind) -> Vec<(Option<String>, String, u16)> {
    let ports = |table: Option<&Node>| -> Vec<String> {
        let ports = table
            .and_then(Node::as_table)
            .and_then(|it| it.table("ports"));
        ports.map_or(Vec::new(), |ports| {
            ports.keys().map(str::to_string).collect()
        })
    };
    let mut out: Vec<(Option<String>, String)> = ports(kind.table.get("workload"))
        .into_iter()
        .filter(|port| !kind.fixed_ports.contains(port))
        .map(|port| (None, port))
        .collect();
    for (part, node) in kind.table.table("parts").into_iter().flat_map(Table::iter) {
        out.extend(
            ports(Some(node))
                .into_iter()
                .map(|port| (Some(part.name.clone()), port)),
        );
    }
    out.into_iter()
        .zip(17_001..)
        .map(|((part, port), number)| (part, port, number))
        .collect()
}

/// The command and the environment of a Compose service, and the files that are rendered for its component.
fn inputs_of_program(output: &Output, service: &str) -> String {
    let text = aliases::resolved(&output.files.files["compose/one.yaml"].text);
    let start = format!("\n  {service}:\n");
    let from = &text[text.find(&start).expect("the service") + start.len()..];
    let mut inputs = String::new();
    let mut key = "";
    for line in from
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("    "))
    {
        if !line.starts_with("     ") {
            key = line.trim().trim_end_matches(':');
        }
        if matches!(key, "command" | "entrypoint" | "environment") {
            inputs.push_str(line);
            inputs.push('\n');
        }
    }
    for (path, file) in &output.files.files {
        if path.starts_with("config/it/") {
            inputs.push_str(&file.text);
        }
    }
    inputs
}

/// What a port of Compose's is called that nobody names is its name in the catalog, in which nothing has a port of HTTPS.
#[test]
fn usual_names_of_ports_are_those_of_the_catalog() {
    let mut known = 0;
    for number in 1..=i64::from(u16::MAX) {
        let name = usual_port_name(&number.to_string());
        if ["http", "https"].contains(&name) {
            continue;
        }
        known += 1;
        let has = |kind: &Kind| {
            let ports = kind.ports();
            let plain = ports.and_then(|ports| ports.integer(name));
            let full = || ports?.table(name)?.integer("container");
            plain.or_else(full) == Some(number)
        };
        assert!(
            catalog().values().any(has),
            "{number} is `{name}` of no kind"
        );
    }
    assert!(known > 5, "names are found: {known}");
}

/// The address under which people open a component is that of a port with pages: of each kind with several ports.
#[test]
fn a_public_url_is_that_of_the_port_with_pages() {
    let mut wrong = Vec::new();
    let mut programs = Vec::new();
    for kind in catalog().values() {
        let ports: Vec<&str> = kind.ports().into_iter().flat_map(Table::keys).collect();
        if ports.len() < 2 || !kind.routes.is_empty() {
            continue;
        }
        let text = most(&kind.name).replacen(
            "[components.it]\n",
            "[components.it]\npublic_url = \"https://it.example.com\"\n",
            1,
        );
        let reader = "\n[components.reader]\nimage = \"a/reader:1\"\ngroup = \"one\"\nresources = { memory = \"64Mi\" }\nenv.URL = \"${components.it.public_url}\"\n";
        let output = compiled(&format!("{text}{reader}"));
        let it = output.platform.component("it").expect("the component");
        let page = it.page_port.as_deref().unwrap_or_default();
        let port = it.port(page).expect("a port");
        if !["http", "https"].contains(&port.scheme.name()) {
            programs.push(kind.name.clone());
        }
        let told = output.platform.public_url(Site::Engine, "it", page);
        if told.as_deref() != Some("https://it.example.com") {
            wrong.push(format!("{}: {page} is {told:?}", kind.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // These have no pages.
    assert_eq!(programs, ["kafka", "redpanda", "zookeeper"]);
}

/// A port that a kind needs and that is taken away is one error at that line, and none of the kind's own texts.
#[test]
fn a_port_that_is_taken_away_is_one_error_at_most() {
    let mut wrong = Vec::new();
    for kind in catalog().values() {
        for port in kind.ports().into_iter().flat_map(Table::keys) {
            let text = most(&kind.name).replacen(
                "[components.it]\n",
                &format!("[components.it]\nports.{port} = false\n"),
                1,
            );
            let compilation = support::compiled::compiled(text.as_str());
            let errors = compilation.diagnostics.iter();
            let errors = errors.filter(|it| it.severity == Severity::Error);
            let codes: Vec<Code> = errors.map(|it| it.code).collect();
            if !matches!(codes.as_slice(), [] | [Code::UnknownPort]) {
                let printed = messages(&compilation);
                wrong.push(format!("{}: without `{port}`:\n{printed}", kind.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
