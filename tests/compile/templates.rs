//! The user's own templates: files that they replace or add, messages for their errors, and what they can't do.

use std::time::Duration;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    files::Target,
    fileset::Owner,
    world::MemoryWorld,
};

use crate::support::{cost::cost, messages::messages};

const PLATFORM: &str = r#"
[platform]
name = "p"
[secrets]
key = { env = "KEY" }
[groups]
g = "the group"
[components.web]
image = "web:1"
group = "g"
resources = { memory = "1Gi" }
env.A = "a ${components.api.http.url} ${secrets.key}"
[components.api]
image = "api:2"
group = "g"
resources = { memory = "1Gi" }
ports.http = { container = 80, host = 8080 }
health = { http = "/", port = "http" }
[pipelines.train]
image = "train:1"
tasks.fit = { run = "true" }
[ci.build]
stages = [{ name = "test", run = ["true"] }]
"#;

fn project(templates: &[(&str, &str)]) -> Compilation {
    let world = templates.iter().fold(
        MemoryWorld::new().with("platform.toml", PLATFORM),
        |world, (path, text)| world.with(&format!("mlopsgen/templates/{path}"), *text),
    );
    compile(&world, &Request::default())
}

/// The output of one more template.
fn output(path: &str, text: &str) -> String {
    let compilation = project(&[(path, text)]);
    let printed = messages(&compilation);
    let files = compilation
        .output
        .unwrap_or_else(|_| panic!("{printed}"))
        .files;
    files.files[path].text.to_string()
}

/// The diagnostics of a platform with these templates, which is refused.
fn refused(templates: &[(&str, &str)]) -> String {
    let compilation = project(templates);
    assert!(compilation.output.is_err(), "{templates:?} is taken");
    messages(&compilation)
}

fn assert_says(printed: &str, words: &[&str]) {
    for word in words {
        assert!(printed.contains(word), "`{word}` is missing:\n{printed}");
    }
}

#[test]
fn a_file_of_our_path_replaces_ours() {
    let compilation = project(&[("compose/.env.example", "mine\n")]);
    let files = compilation.output.expect("it compiles").files.files;
    assert_eq!(&*files["compose/.env.example"].text, "mine\n");
}

/// The names in backticks of a row of docs/templates.md, without what stands in brackets.
fn documented(row: &str) -> Vec<String> {
    let page = std::fs::read_to_string("docs/templates.md").expect("it can be read");
    let start = format!("| `{row}` | ");
    let cells = page.lines().find_map(|line| line.strip_prefix(&start));
    let cells = cells.unwrap_or_else(|| panic!("no row of `{row}`"));
    let mut depth = 0;
    let outer: String = cells
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        })
        .collect();
    let names = outer.split('`').skip(1).step_by(2);
    let mut names: Vec<String> = names.map(ToString::to_string).collect();
    names.sort();
    names
}

#[test]
fn the_page_lists_every_key_that_a_template_sees() {
    for (row, value) in [
        ("components", "components[0]"),
        ("components.workloads", "components[0].workloads[0]"),
        ("pipelines", "pipelines[0]"),
        ("pipelines.tasks", "pipelines[0].tasks[0]"),
        ("ci", "ci[0]"),
        ("ci.stages", "ci[0].stages[0]"),
    ] {
        let text = format!("<% for key in {value} %>\n<{{ key | code }}>\n<% endfor %>\n");
        let mut names: Vec<String> = output("keys.md", &text)
            .lines()
            .map(|line| line.trim_matches('`').to_string())
            .collect();
        names.sort();
        assert_eq!(names, documented(row), "{row}");
    }
}

#[test]
fn a_new_file_is_a_new_output_that_sees_the_platform() {
    let text = output(
        "extra/list.yaml",
        "name: <{ platform.name }>\n\
         <% for component in components %>\n\
         <{ component.name }>: <{ component.workloads[0].image }>\n\
         <% for variable in component.workloads[0].env %>\n\
         value: <{ variable.value }>\n\
         <% endfor %>\n\
         <% endfor %>\n",
    );
    assert_eq!(
        text,
        "name: p\nweb: \"web:1\"\nvalue: \"a http://api:80 ${secrets.key}\"\napi: \"api:2\"\n"
    );
}

#[test]
fn a_new_file_belongs_to_the_target_of_its_folder() {
    let compilation = project(&[
        ("grafana/notes.md", "a"),
        ("docs/deep/er.txt", "b"),
        ("top.txt", "c"),
        ("helm/templates/more.yaml", "name: <{ platform.name }>\n"),
        ("helm/templates/_more.tpl", "{{ . }}"),
    ]);
    let files = compilation.output.expect("it compiles").files.files;
    let owner = |path: &str| files.get(path).map(|file| file.owner);
    assert_eq!(
        owner("grafana/notes.md"),
        Some(Owner::Target(Target::Grafana))
    );
    assert_eq!(owner("docs/deep/er.txt"), Some(Owner::Target(Target::Docs)));
    assert_eq!(owner("top.txt"), Some(Owner::Always));
    assert_eq!(
        owner("helm/p/templates/more.yaml"),
        Some(Owner::Target(Target::Helm))
    );
    assert_eq!(&*files["helm/p/templates/more.yaml"].text, "name: p\n");
    assert_eq!(&*files["helm/p/templates/_more.tpl"].text, "{{ . }}");
}

#[test]
fn a_template_with_an_underscore_is_only_included_by_others() {
    let compilation = project(&[
        ("extra/_row.txt", "row <{ platform.name }>\n"),
        ("extra/all.txt", "<% include \"extra/_row.txt\" %>\n"),
    ]);
    let files = compilation.output.expect("it compiles").files.files;
    assert_eq!(&*files["extra/all.txt"].text, "row p\n");
    assert!(!files.contains_key("extra/_row.txt"));
}

#[test]
fn an_output_that_is_taken_is_refused() {
    let reserved = "keeps for itself";
    for (path, why) in [
        ("compose/g.yaml", "already"),
        ("compose/G.yaml", "already"),
        ("compose/.env", reserved),
        (".mlopsgen.json", reserved),
        ("compose/g.yaml/inside", "already"),
        ("helm/templates/Services.yaml", "already"),
    ] {
        assert_says(
            &refused(&[(path, "x")]),
            &["bad-template", &format!("mlopsgen/templates/{path}"), why],
        );
    }
}

#[test]
fn a_mistake_is_reported_at_its_place() {
    let printed = refused(&[("extra/a.txt", "one\n<% for x in %>\n")]);
    assert_says(
        &printed,
        &[
            "bad-template",
            "mlopsgen/templates/extra/a.txt:2:",
            "<% for x in %>",
        ],
    );
    let printed = refused(&[("extra/a.txt", "one\ntwo <{ platform.nmae }>\n")]);
    assert_says(
        &printed,
        &[
            "mlopsgen/templates/extra/a.txt:2:8",
            "platform.nmae",
            "undefined",
        ],
    );
    // The place of the error, not of the include.
    let printed = refused(&[
        ("extra/a.txt", "<% include \"extra/_b.txt\" %>"),
        ("extra/_b.txt", "\n\n<{ nothing }>"),
    ]);
    assert_says(&printed, &["mlopsgen/templates/extra/_b.txt:3:"]);
    // An embedded template, with a value that it was not made for.
    let printed = refused(&[("airflow/dag.py", "<% if %>")]);
    assert_says(&printed, &["mlopsgen/templates/airflow/dag.py:1:"]);
}

#[test]
fn all_broken_templates_are_reported_at_once() {
    let printed = refused(&[("a.txt", "<% if %>"), ("b.txt", "<{ }>")]);
    assert_says(
        &printed,
        &["mlopsgen/templates/a.txt", "mlopsgen/templates/b.txt"],
    );
}

#[test]
fn what_is_not_defined_is_an_error_wherever_it_is_used() {
    for text in [
        "<{ nothing }>",
        "<{ platform.nothing }>",
        "<{ platform.name.x }>",
        "<{ nothing | yaml }>",
        "<% for x in nothing %><% endfor %>",
        "<% if nothing %><% endif %>",
        "<% if platform.nothing %><% endif %>",
        "<{ \"a\" ~ nothing }>",
        "<{ [nothing] | json }>",
    ] {
        assert_says(&refused(&[("a.txt", text)]), &["a.txt:1"]);
    }
}

#[test]
fn a_template_reads_nothing_but_its_view_and_other_templates() {
    for text in [
        "<% include \"/etc/passwd\" %>",
        "<% include \"../../platform.toml\" %>",
        "<% include \"platform.toml\" %>",
        "<% import \"../secrets.toml\" as x %>",
        "<% extends \"nowhere.txt\" %>",
        "<{ now() }>",
        "<{ env.HOME }>",
        "<{ environ(\"HOME\") }>",
        "<{ debug() }>",
        "<{ read(\"platform.toml\") }>",
        "<{ namespace() }>",
        "<{ random() }>",
        "<{ [1, 2] | random }>",
        "<{ lipsum() }>",
    ] {
        assert_says(&refused(&[("a.txt", text)]), &["bad-template"]);
    }
}

#[test]
fn a_template_that_takes_too_much_is_stopped() {
    let nested = |deep: usize| format!("{}1{}", "(".repeat(deep), ")".repeat(deep));
    for text in [
        // Time.
        "<% for a in range(9999) %><% for b in range(9999) %><% for c in range(9999) %><% endfor %><% endfor %><% endfor %>".to_string(),
        // Memory.
        format!("<% set x = \"aaaaaaaa\" %>{}", "<% set x = x ~ x %>".repeat(60)),
        "<{ \"x\" * 100000000000 }>".to_string(),
        "<{ [1] * 100000000000 }>".to_string(),
        "<{ \"a\" | indent(100000000000) }>".to_string(),
        "<{ \"%999999999d\" | format(1) }>".to_string(),
        "<{ [[\"x\" * 100000] * 10000] | json }>".to_string(),
        "<{ [[\"x\" * 100000] * 10000] | yaml }>".to_string(),
        "<{ [[\"x\" * 100000] * 10000] | python }>".to_string(),
        // Output.
        "<% for a in range(9999) %><{ \"x\" * 10000 }><% endfor %>".to_string(),
        // Depth.
        format!("<% set x = [] %>{}<{{ x | json }}>", "<% set x = [x] %>".repeat(10_000)),
        format!("<% set x = [] %>{}<{{ x == x }}><{{ x }}>", "<% set x = {1: x} %>".repeat(10_000)),
        format!(
            "<% set x = [] %>{}<{{ x }}>",
            format!("<%set x={}x{}%>", "[".repeat(100), "]".repeat(100)).repeat(4_000)
        ),
        format!("<{{ {}1 }}>", "1 ~ ".repeat(50_000)),
        "<% include \"a.txt\" %>".to_string(),
        "<% extends \"a.txt\" %>".to_string(),
        "<% macro m() %><{ m() }><% endmacro %><{ m() }>".to_string(),
        "<% for x in [1] recursive %><{ loop([1]) }><% endfor %>".to_string(),
        format!("<{{ {} }}>", nested(100_000)),
        "<% if true %>".repeat(50_000),
        "<{ ".repeat(100_000),
        format!("<{{ platform{} }}>", ".x".repeat(200_000)),
    ] {
        let (printed, cost) = cost(|| refused(&[("a.txt", &text)]));
        let shown: String = text.chars().take(60).collect();
        assert_says(&printed, &["bad-template"]);
        assert!(cost < Duration::from_secs(20), "{shown} took {cost:?}");
    }
}
