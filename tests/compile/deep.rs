//! Every reader of the compiler gets something deep and something long: it takes it or says what is wrong, and soon.

use std::time::Duration;

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::support::cost::cost;

/// Of processor time. The faults that it should find took minutes, or ended the program.
const LONGEST: Duration = Duration::from_secs(15);

const DEPTH: usize = 10_000;

const HEAD: &str = "[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n[components.c]\nimage = \"x:1\"\ngroup = \"main\"\nports.http = 80\n";
const PROMETHEUS: &str = "[components.prom]\nkind = \"prometheus\"\ngroup = \"main\"\n";

/// What becomes of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Taken,
    Refused,
}
use Verdict::{Refused, Taken};

/// Compiles a platform with the files beside it.
fn assert_verdict(name: &str, expected: Verdict, platform: &str, files: &[(&str, String)]) {
    let world = MemoryWorld::new().with("platform.toml", platform);
    let world = files
        .iter()
        .fold(world, |world, (path, text)| world.with(path, text.as_str()));
    let (compilation, cost) = cost(|| compile(&world, &Request::default()));
    let verdict = match &compilation.output {
        Ok(_) => Taken,
        Err(_) => Refused,
    };
    let first = compilation.diagnostics.first().map(|it| &it.message);
    assert_eq!(verdict, expected, "{name}: {first:?}");
    assert!(cost < LONGEST, "{name} took {cost:?}");
}

fn nested(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH))
}

/// Lists that hold the one before three times, by the anchors of YAML.
fn anchors() -> String {
    let more = (1..40).map(|it| {
        let before = it - 1;
        format!("a{it}: &a{it} [*a{before}, *a{before}, *a{before}]\n")
    });
    format!("a0: &a0 [x, x]\n{}", more.collect::<String>())
}

#[test]
fn mounted_files() {
    let mounted = |path: &str| format!("{HEAD}files.\"/{path}\" = {{ source = \"{path}\" }}\n");
    for (name, path, text) in [
        ("JSON", "d.json", nested("[", "", "]")),
        ("YAML", "d.yaml", nested("[", "", "]")),
        ("anchors", "d.yaml", anchors()),
        (
            "properties",
            "d.properties",
            format!("{}=1\n{}", "a.".repeat(DEPTH), "k=v\\\n".repeat(DEPTH)),
        ),
    ] {
        assert_verdict(name, Taken, &mounted(path), &[(path, text)]);
    }
    let template = format!("{HEAD}files.\"/t\" = {{ template = \"t\" }}\n");
    assert_verdict(
        "a template",
        Taken,
        &template,
        &[("t", format!("{}{}", "{{".repeat(DEPTH), "${".repeat(DEPTH)))],
    );
    let variables = format!("{HEAD}compose.env_file = [\"../../e.env\"]\n");
    assert_verdict(
        "variables",
        Taken,
        &variables,
        &[("e.env", format!("A=\"{}\n", "${A:-".repeat(DEPTH)))],
    );
}

#[test]
fn rules_and_dashboards() {
    let rules = format!("{HEAD}{PROMETHEUS}settings.rules = [\"r.yml\"]\n");
    let groups = "groups:\n- name: g\n  rules:\n";
    let blocks: String = (1..1_000)
        .map(|it| format!("{}a{it}:\n", " ".repeat(it)))
        .collect();
    let records: String = (0..4_000)
        .map(|it| format!("  - record: a{it}\n    expr: up\n"))
        .collect();
    for (name, expected, text) in [
        (
            "lists",
            Refused,
            format!(
                "{groups}  - record: a\n    expr: {}\n",
                nested("[", "", "]")
            ),
        ),
        ("blocks", Refused, format!("a:\n{blocks}")),
        ("anchors", Refused, format!("{}groups: *a39\n", anchors())),
        ("records", Taken, format!("{groups}{records}")),
    ] {
        assert_verdict(name, expected, &rules, &[("r.yml", text)]);
    }
    let board = format!(
        "{HEAD}{PROMETHEUS}[secrets]\ng = {{ env = \"G\" }}\n[components.graf]\nkind = \"grafana\"\ngroup = \"main\"\n\
         settings = {{ admin_password = \"${{secrets.g}}\", dashboards = [\"d.json\"] }}\n"
    );
    let panels =
        vec!["{\"type\":\"graph\",\"title\":\"p\",\"targets\":[{\"expr\":\"up\"}]}"; 4_000];
    for (name, panels) in [
        ("deep panels", nested("[", "", "]")),
        ("panels", panels.join(",")),
    ] {
        let text = format!("{{\"title\":\"t\",\"panels\":[{panels}]}}");
        assert_verdict(name, Taken, &board, &[("d.json", text)]);
    }
}

#[test]
fn expressions_and_regular_expressions() {
    for (name, expr) in [
        ("signs", format!("{}up", "-".repeat(DEPTH))),
        ("sums", nested("sum(", "up", ")")),
        ("or", format!("up{}", " or up".repeat(DEPTH))),
        ("powers", format!("up{}", " ^ up".repeat(DEPTH))),
        (
            "a regular expression",
            "up{a=~\"((a{1000}){1000}){1000}\"}".to_string(),
        ),
    ] {
        let alert =
            format!("alerts.A = {{ expr = '{expr}', severity = \"info\", summary = \"s\" }}\n");
        assert_verdict(name, Refused, &format!("{HEAD}{alert}"), &[]);
    }
    for regex in [
        "(a{1000}){1000}",
        &nested("(", "a", ")"),
        "((((a{100}){100}){100}){100})",
    ] {
        let metrics = format!(
            "metrics = {{ port = \"http\", relabel = [{{ source_labels = [\"a\"], regex = \"{regex}\", action = \"keep\" }}] }}\n"
        );
        assert_verdict(regex, Refused, &format!("{HEAD}{metrics}"), &[]);
    }
}

#[test]
fn texts_of_the_platform_file() {
    for (name, expected, line) in [
        (
            "references",
            Refused,
            format!("env.A = \"{}\"\n", nested("${vars.", "", "}")),
        ),
        (
            "variables",
            Refused,
            format!("env.A = \"{}\"\n", nested("${A:-", "", "}")),
        ),
        (
            "a shell's quotes",
            Taken,
            format!("command = \"\"\"{}\"\"\"\n", "a '$(' ".repeat(DEPTH)),
        ),
        (
            "a URL",
            Taken,
            format!("public_url = \"https://h/{}\"\n", "a/".repeat(DEPTH)),
        ),
        (
            "an image",
            Refused,
            format!(
                "[components.d]\ngroup = \"main\"\nimage = \"{}x:1\"\n",
                "a/".repeat(DEPTH)
            ),
        ),
    ] {
        assert_verdict(name, expected, &format!("{HEAD}{line}"), &[]);
    }
    for pattern in ["*/".repeat(2_000), "{a,b}".repeat(200)] {
        let include = format!("include = [\"{pattern}x.toml\"]\n{HEAD}");
        assert_verdict(&pattern[..5], Refused, &include, &[]);
    }
    let routes = "[notify]\ndefault = \"r\"\nreceivers.r = { webhook = \"https://h/\" }\n[[notify.routes]]\nreceiver = \"r\"\n";
    let glob = format!(
        "{HEAD}{PROMETHEUS}{routes}alert = \"{}\"\n",
        "*a".repeat(DEPTH)
    );
    assert_verdict("a glob of alerts", Refused, &glob, &[]);
    let parts: Vec<(String, String)> = (0..2_000)
        .map(|it| (format!("t/i{it}.toml"), format!("[vars]\nv{it} = \"x\"\n")))
        .collect();
    let parts: Vec<(&str, String)> = parts
        .iter()
        .map(|(path, text)| (path.as_str(), text.clone()))
        .collect();
    assert_verdict(
        "includes",
        Taken,
        &format!("include = [\"t/*.toml\"]\n{HEAD}"),
        &parts,
    );
}

#[test]
fn files_of_builds_and_of_one_s_own() {
    let build = format!("{HEAD}[components.b]\ngroup = \"main\"\nbuild = {{ context = \"b\" }}\n");
    for (name, text) in [
        (
            "continued lines",
            format!("FROM x\n{}", "RUN a \\\n".repeat(DEPTH)),
        ),
        (
            "arguments",
            format!(
                "ARG A={}\nFROM ${{A}}\n{}",
                "${A:-".repeat(DEPTH),
                "COPY --from=a b c\n".repeat(DEPTH)
            ),
        ),
    ] {
        assert_verdict(name, Taken, &build, &[("b/Dockerfile", text)]);
    }
    for (name, path, text) in [
        (
            "conditions",
            "mlopsgen/templates/x.yaml",
            "<% if a %>".repeat(DEPTH),
        ),
        (
            "brackets",
            "mlopsgen/templates/x.yaml",
            format!("<{{ {} }}>", nested("(", "1", ")")),
        ),
        (
            "lists",
            "mlopsgen/templates/x.yaml",
            format!("<{{ {} }}>", nested("[", "", "]")),
        ),
        (
            "a kind",
            "mlopsgen/kinds/k.toml",
            format!("a = {}", nested("[", "", "]")),
        ),
    ] {
        assert_verdict(name, Refused, HEAD, &[(path, text)]);
    }
}
