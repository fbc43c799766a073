//! Defects of platforms that were written by hand. A platform.toml tries to repeat each one, and a check prevents it.
//!
//! `tests/defects.toml` holds them, docs/defects.md is written from it (`BLESS=1 cargo test defects`).

use std::{collections::BTreeSet, fs};

use super::holds::Holds;
use crate::support::{self, page};
use mlopsgen::{
    compile::Compilation,
    diag::{
        Code, Level,
        render::{Style, human},
    },
};
use serde::Deserialize;

/// Names and secrets that every platform of this file may use.
const START: &str = r#"
[platform]
name = "sample"
[groups]
one = "One"
two = "Two"
[secrets]
db = { env = "DB_PASSWORD" }
admin = { env = "ADMIN_PASSWORD" }
nobody = { env = "NOBODY_PASSWORD" }
"#;

/// The number of defects in each part of the platform.
const PARTS: [(&str, &str, usize); 9] = [
    ("A", "Airflow", 20),
    ("E", "Logs", 18),
    ("F", "Feature store", 10),
    ("J", "Jenkins", 13),
    ("M", "MLflow", 9),
    ("G", "Prometheus and Grafana", 16),
    ("P", "The whole platform", 7),
    ("K", "Streams", 12),
    ("C", "Pipelines, serving, monitoring", 24),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    defects: Vec<Defect>,
    platforms: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defect {
    id: String,
    mistake: String,
    prevented: Option<String>,
    why: Option<String>,
    on: Option<String>,
    #[serde(default)]
    tries: String,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    holds: Vec<Holds>,
}

fn book() -> Book {
    let text = fs::read_to_string("tests/defects.toml").expect("the data can be read");
    toml::from_str(&text).expect("the data is well formed")
}

fn compiled(book: &Book, defect: &Defect) -> Compilation {
    let on = defect.on.as_deref().expect("a platform to try it on");
    let text = format!("{START}{}{}", book.platforms[on], defect.tries);
    support::compiled::compiled(text)
}

fn printed(compilation: &Compilation) -> String {
    let style = Style {
        color: false,
        width: 120,
    };
    human(&compilation.diagnostics, &compilation.sources, style)
}

/// The false claims of a defect; empty if all are true.
fn failures(book: &Book, defect: &Defect) -> Vec<String> {
    let compilation = compiled(book, defect);
    let mut wrong = Vec::new();
    let codes: BTreeSet<&str> = compilation
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.name())
        .collect();
    for code in &defect.says {
        if !codes.contains(code.as_str()) {
            wrong.push(format!("nothing says `{code}`, but {codes:?}"));
        }
    }
    if defect.holds.is_empty() {
        return wrong;
    }
    let Ok(output) = &compilation.output else {
        wrong.push(printed(&compilation));
        return wrong;
    };
    let held = defect.holds.iter();
    wrong.extend(held.flat_map(|holds| holds.wrong(&output.files)));
    wrong
}

#[test]
fn every_defect_is_prevented_as_the_page_says() {
    let book = book();
    let mut wrong = Vec::new();
    for defect in book
        .defects
        .iter()
        .filter(|defect| defect.prevented.is_some())
    {
        assert!(
            !defect.says.is_empty() || !defect.holds.is_empty(),
            "{}: nothing is claimed",
            defect.id
        );
        wrong.extend(
            failures(&book, defect)
                .into_iter()
                .map(|text| format!("{} ({}): {text}", defect.id, defect.mistake)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_defect_is_listed_once() {
    let expected: Vec<String> = PARTS
        .iter()
        .flat_map(|(letter, _, count)| (1..=*count).map(move |number| format!("{letter}{number}")))
        .collect();
    let found: Vec<String> = book().defects.into_iter().map(|defect| defect.id).collect();
    assert_eq!(found, expected);
}

/// How a defect is prevented: by an `error`, by a `lint`, or because it can't be expressed.
fn means(defect: &Defect) -> String {
    if defect.prevented.is_none() {
        return "application code".to_string();
    }
    let codes = defect.says.iter().map(|name| {
        let code = Code::from_name(name).expect("a known code");
        match code.level() {
            Level::Error => format!("error `{name}`"),
            Level::Lint => format!("lint `{name}`"),
        }
    });
    let impossible = (!defect.holds.is_empty()).then(|| "impossible".to_string());
    impossible
        .into_iter()
        .chain(codes)
        .collect::<Vec<_>>()
        .join(", ")
}

fn page(book: &Book) -> String {
    let mut text = "# The mistakes of a platform written by hand\n\nThe course's platform was written by hand before it was compiled. \
        These are its mistakes, and what keeps each from coming back. *Impossible*: no platform.toml leads there, unless raw keys \
        or variables of the program's own are set for it. *Application code*: it belongs to what runs on the platform, not to the \
        platform.\n\nWritten from `tests/defects.toml`, where a platform.toml tries to repeat each: \
        `BLESS=1 cargo test defects`.\n"
        .to_string();
    for (letter, title, _) in PARTS {
        text += &format!(
            "\n## {title}\n\n| | mistake | prevented by | how |\n| --- | --- | --- | --- |\n"
        );
        for defect in book
            .defects
            .iter()
            .filter(|defect| defect.id.starts_with(letter))
        {
            let how = defect
                .prevented
                .as_ref()
                .or(defect.why.as_ref())
                .expect("a reason");
            text += &format!(
                "| {} | {} | {} | {how} |\n",
                defect.id,
                defect.mistake,
                means(defect)
            );
        }
    }
    text
}

#[test]
fn the_page_agrees_with_the_tests() {
    page::is_fresh("docs/defects.md", &page(&book()), "defects");
}
