//! The metrics that kinds query exist: every name in an expression of a kind is in the list of its program's metrics, a file of
//! templates/kinds/metrics/ that `.ci/metrics` writes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mlopsgen::catalog::Kind;
use mlopsgen::syntax::{Node, Table, Value};
use promql_parser::parser::{Expr, VectorSelector};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::catalog;

/// The kind of what nobody knows: its names are those that client libraries give, where they do.
const UNLISTED: &str = "service";

/// Keys of a kind that hold expressions.
const EXPRESSIONS: [&str; 6] = [
    "expr",
    "healthy",
    "started",
    "requests",
    "errors",
    "durations",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/kinds/metrics")
}

fn listed(name: &str) -> BTreeSet<String> {
    let path = folder().join(format!("{name}.txt"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let (first, rest) = text.split_once('\n').expect("a first line");
    assert!(
        first.len() > 20 && first.starts_with("# "),
        "{path:?} does not say where it comes from"
    );
    let names = rest.lines().filter(|line| !line.contains('*'));
    names.map(str::to_string).collect()
}

fn expressions(node: &Node, key: &str, out: &mut Vec<String>) {
    match &node.value {
        Value::String(text) if EXPRESSIONS.contains(&key) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| expressions(item, key, out)),
        Value::Table(table) => of_table(table, out),
        _ => {}
    }
}

/// The expressions of a table, and of those in it.
pub fn of_table(table: &Table, out: &mut Vec<String>) {
    for (key, node) in table.iter() {
        expressions(node, &key.name, out);
    }
}

/// The job of a kind's main workload, in expressions; that of a part is `own-PART`.
const OWN: &str = "own";

/// The names that an expression reads from a job. What names no job is asked of the main one.
fn names(text: &str, job: &str) -> BTreeSet<String> {
    struct Names<'a>(BTreeSet<String>, &'a str);
    impl Names<'_> {
        fn add(&mut self, selector: &VectorSelector) {
            let mut jobs = selector.matchers.matchers.iter();
            let said = jobs.find(|it| it.name == "job").map(|it| &it.value);
            let is_own = said.map_or(OWN, String::as_str) == self.1;
            self.0.extend(selector.name.clone().filter(|_| is_own));
        }
    }
    impl ExprVisitor for Names<'_> {
        type Error = String;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
            match expr {
                Expr::VectorSelector(selector) => self.add(selector),
                Expr::MatrixSelector(selector) => self.add(&selector.vs),
                _ => {}
            }
            Ok(true)
        }
    }
    let mut names = Names(BTreeSet::new(), job);
    walk_expr(&mut names, &read(text)).expect("it has no error");
    names.0
}

/// An expression of a kind as the other parser reads it.
fn read(text: &str) -> Expr {
    let plain = plain(text);
    promql_parser::parser::parse(&plain).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// An expression of a kind without references and variables.
pub fn plain(text: &str) -> String {
    let mut plain = text.replace("${self.selector}", "job=\"own\"");
    plain = plain.replace("${self.name}", OWN);
    for variable in ["$__rate_interval", "$__interval", "$__range"] {
        plain = plain.replace(variable, "5m");
    }
    while let Some(start) = plain.find("${") {
        let end = start + plain[start..].find('}').expect("a reference ends");
        plain.replace_range(start..=end, "1");
    }
    plain
}

/// What the kind's own recording rules make.
fn recorded(kind: &Kind) -> BTreeSet<&str> {
    let records = kind.table.array("records").unwrap_or_default().iter();
    let records = records.filter_map(|node| node.as_table());
    records.filter_map(|rule| rule.string("record")).collect()
}

/// What the kind asks a job for.
fn asked(kind: &Kind, job: &str) -> BTreeSet<String> {
    let mut all = Vec::new();
    of_table(&kind.table, &mut all);
    let names = all.iter().flat_map(|text| names(text, job));
    let records: BTreeSet<&str> = recorded(kind);
    let is_made = |name: &String| {
        records.contains(name.as_str())
            || name.starts_with("scrape_")
            || ["up", "ALERTS"].contains(&name.as_str())
    };
    names.filter(|name| !is_made(name)).collect()
}

#[test]
fn expressions_of_a_kind_name_metrics_that_its_program_exposes() {
    let mut wrong = Vec::new();
    for (name, kind) in catalog() {
        let mut lists = kind.table.strings("exposes");
        for (part, table) in kind.table.entries_of("parts") {
            let of_part = table.as_table().map(|it| it.strings("exposes"));
            let of_part = of_part.unwrap_or_default();
            lists.retain(|list| !of_part.contains(list));
            let known: BTreeSet<String> = of_part.into_iter().flat_map(listed).collect();
            let asked = asked(kind, &format!("{OWN}-{}", part.name));
            let missing: Vec<&String> = asked.difference(&known).collect();
            if !known.is_empty() && !missing.is_empty() {
                wrong.push(format!(
                    "{name} asks its part {} for {missing:?}",
                    part.name
                ));
            }
        }
        let asked = asked(kind, OWN);
        if lists.is_empty() {
            if !asked.is_empty() && name != UNLISTED {
                wrong.push(format!("{name} has no list of what it exposes"));
            }
            continue;
        }
        let known: BTreeSet<String> = lists.into_iter().flat_map(listed).collect();
        let missing: Vec<&String> = asked.difference(&known).collect();
        if !missing.is_empty() {
            wrong.push(format!("{name} asks for {missing:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_metric(name: &str) -> bool {
    let is_start = |it: char| it.is_ascii_alphabetic() || "_:".contains(it);
    name.starts_with(is_start) && name.chars().all(|it| is_start(it) || it.is_ascii_digit())
}

/// A list of names out of sources has those of the program, and not what its libraries add.
#[test]
fn what_nobody_scraped_leaves_names_of_libraries_open() {
    for entry in fs::read_dir(folder()).expect("the lists") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a list");
        let (first, rest) = text.split_once('\n').expect("a first line");
        let is_go = rest.lines().any(|name| name == "go_goroutines");
        if is_go && !first.contains("scrape") {
            let has_family = rest.lines().any(|line| line.starts_with("go_* "));
            assert!(has_family, "{path:?} has no family `go_*`");
        }
    }
}

/// Nobody would notice that a list without a kind is outdated.
#[test]
fn every_list_of_metrics_belongs_to_a_kind() {
    let kinds = catalog();
    let named: BTreeSet<String> = kinds
        .values()
        .flat_map(|kind| kind.table.strings("exposes"))
        .map(str::to_string)
        .collect();
    for entry in fs::read_dir(folder()).expect("the lists") {
        let path = entry.expect("a file").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(named.contains(&name), "no kind names {path:?}");
        let text = fs::read_to_string(&path).expect("a list");
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert!(
            lines.is_sorted_by(|one, next| one < next),
            "{path:?} is not sorted"
        );
        let is_known_form = |line: &str| match line.split_once("_* ") {
            // A family of names, and why nobody knows them one by one.
            Some((start, reason)) => is_metric(start) && reason.len() > 10,
            None => is_metric(line),
        };
        let strange: Vec<&&str> = lines.iter().filter(|it| !is_known_form(it)).collect();
        assert!(strange.is_empty(), "{path:?}: {strange:?}");
    }
}

/// A record that sums up all instances is none of the one that somebody has chosen on a dashboard.
#[test]
fn panels_of_one_instance_ask_no_record_of_all() {
    let mut wrong = Vec::new();
    for (name, kind) in catalog() {
        let records = kind.table.array("records").unwrap_or_default().iter();
        let records = records.filter_map(|node| node.as_table());
        let is_of_all = |rule: &&Table| {
            let expr = rule.string("expr").unwrap_or_default();
            expr.contains(" by (") && !expr.contains("instance")
        };
        let summed: Vec<&str> = records
            .filter(is_of_all)
            .filter_map(|rule| rule.string("record"))
            .collect();
        let mut asked = Vec::new();
        for panel in kind.table.array("panels").unwrap_or_default() {
            expressions(panel, "", &mut asked);
        }
        wrong.extend(asked.into_iter().filter_map(|expr| {
            let asks = |record: &&str| expr.contains(&format!("{record}{{${{self.selector}}"));
            summed.iter().any(asks).then(|| format!("{name}: {expr}"))
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
