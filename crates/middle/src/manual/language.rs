//! docs/language.md: every table and key, from the tables that the checker reads.

use serde::Serialize;

use super::is_component;
use crate::{
    language::{
        COMPONENT, COMPONENT_SECTIONS, Form, KIND_SECTIONS, KeyShape, NameRule, PLATFORM_FILE,
        Shape, is_shared,
    },
    template::{Engine, TemplateError},
    text::all_of,
};

/// What the page's template sees.
#[derive(Serialize)]
struct Page {
    tables: Vec<TableView>,
    /// Keys of a kind file.
    kind: Vec<SectionView>,
    names: Vec<RuleView>,
    /// The keys that hold for every workload of a component, in words.
    shared: String,
}

/// One table at the top of platform.toml.
#[derive(Serialize)]
struct TableView {
    /// As it is written: `[components.NAME]`.
    heading: String,
    doc: &'static str,
    example: &'static str,
    required: bool,
    sections: Vec<SectionView>,
}

#[derive(Serialize)]
struct SectionView {
    /// Empty where the table has one.
    title: &'static str,
    keys: Vec<KeyView>,
}

#[derive(Serialize)]
struct KeyView {
    name: String,
    form: String,
    required: bool,
    doc: &'static str,
    example: &'static str,
    /// Keys of the tables inside, with the path to them.
    inner: Vec<KeyView>,
}

#[derive(Serialize)]
struct RuleView {
    what: &'static str,
    rule: &'static str,
}

const NAMES: [(&str, NameRule); 6] = [
    (
        "The platform, groups, components, presets, secrets, vars, volumes, networks, actors",
        NameRule::Resource,
    ),
    ("Ports", NameRule::Port),
    (
        "Pipelines, tasks, CI entries, alerts, roles, settings",
        NameRule::Identifier,
    ),
    ("Environment variables", NameRule::Environment),
    (
        "Variables that secrets and vars are read from",
        NameRule::Variable,
    ),
    ("Stages, labels", NameRule::Free),
];

/// The page.
///
/// Errors: its template can't be run.
pub fn language_reference() -> Result<String, TemplateError> {
    let shared = COMPONENT.iter().filter(|key| is_shared(key.name));
    let shared: Vec<&str> = shared.map(|key| key.name).collect();
    let page = Page {
        shared: all_of(&shared),
        tables: PLATFORM_FILE.iter().map(table).collect(),
        kind: KIND_SECTIONS
            .iter()
            .map(|section| SectionView {
                title: section.title,
                keys: keys(section.keys),
            })
            .collect(),
        names: NAMES
            .iter()
            .map(|(what, rule)| RuleView {
                what,
                rule: rule.describe(),
            })
            .collect(),
    };
    Engine::default().render("manual/language.md", page)
}

fn table(key: &KeyShape) -> TableView {
    let inner = tables_in(&key.shape);
    let sections = match inner {
        Some(inner) if is_component(inner) && key.name == "components" => COMPONENT_SECTIONS
            .iter()
            .map(|section| SectionView {
                title: section.title,
                keys: keys(section.keys),
            })
            .collect(),
        Some(inner) if !is_component(inner) => vec![SectionView {
            title: "",
            keys: keys(inner),
        }],
        _ => Vec::new(),
    };
    TableView {
        heading: heading(key),
        doc: key.doc,
        example: key.example,
        required: key.required,
        sections,
    }
}

fn heading(key: &KeyShape) -> String {
    match &key.shape {
        Shape::Map(_, Shape::Table(_)) => format!("[{}.NAME]", key.name),
        Shape::Map(..) | Shape::Specified(_) | Shape::Table(_) => format!("[{}]", key.name),
        Shape::List(Shape::Table(_)) => format!("[[{}]]", key.name),
        _ => key.name.to_string(),
    }
}

fn keys(keys: &[KeyShape]) -> Vec<KeyView> {
    keys.iter()
        .map(|key| {
            let mut inner = Vec::new();
            below(key, "", keys, &mut inner);
            KeyView {
                inner,
                ..view(key, key.name.to_string())
            }
        })
        .collect()
}

/// The keys of the tables inside of a key's value. A table of a component's keys, or of the same keys again, is left
/// out: the page has them already. So is a long one, unless it stands nowhere else, as the values of the chart.
fn below(key: &KeyShape, prefix: &str, around: &[KeyShape], out: &mut Vec<KeyView>) {
    let Some(inner) = tables_in(&key.shape) else {
        return;
    };
    let is_known = |key: &KeyShape| around.iter().any(|known| known.name == key.name);
    if is_component(inner) || inner.iter().all(is_known) || inner.len() > 25 && key.name != "helm" {
        return;
    }
    for key in inner {
        let name = format!("{prefix}{}", key.name);
        let prefix = format!("{name}.");
        out.push(view(key, name));
        below(key, &prefix, inner, out);
    }
}

fn view(key: &KeyShape, name: String) -> KeyView {
    KeyView {
        name,
        form: form(&key.shape),
        required: key.required,
        doc: key.doc,
        example: key.example,
        inner: Vec::new(),
    }
}

/// The keys of the table that a value may hold.
fn tables_in(shape: &Shape) -> Option<&'static [KeyShape]> {
    match shape {
        Shape::Table(keys) => Some(keys),
        Shape::List(inner) | Shape::Map(_, inner) => tables_in(inner),
        Shape::Either(shapes) => shapes.iter().find_map(tables_in),
        _ => None,
    }
}

/// What a value may be, in a few words.
fn form(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".to_string(),
        Shape::Text => "a string, with references".to_string(),
        Shape::Formed(form) => format!("{}, with references", form.describe()),
        Shape::ShellText => "a shell's text, with references".to_string(),
        Shape::Plain(Form::Choice([only])) => format!("`{only}`"),
        Shape::Plain(Form::Name(_)) => "a name".to_string(),
        Shape::Plain(form) => form.describe(),
        Shape::Integer(least, most) if *most == i64::MAX => {
            format!("a whole number, {least} or more")
        }
        Shape::Integer(least, most) => format!("a whole number, {least} to {most}"),
        Shape::Number => "a number".to_string(),
        Shape::Cores => shape.describe(),
        Shape::Boolean => "`true` or `false`".to_string(),
        Shape::Date => "a date".to_string(),
        Shape::Scalar | Shape::Constant => "a string, a number or a boolean".to_string(),
        Shape::List(item) => format!("a list: {}", form(item)),
        Shape::Table(_) => "a table".to_string(),
        Shape::Map(_, item) => format!("a table of names: {}", form(item)),
        Shape::Specified(_) => shape.describe(),
        Shape::Parts => {
            "a table of names: the keys of a component that are about a workload".to_string()
        }
        Shape::Either(shapes) => shapes.iter().map(form).collect::<Vec<_>>().join("; or "),
    }
}
