//! Shows objects whose immutable fields would change: as text of the plan, and as JSON.

use mlopsgen::plan::{Fixed, FixedField};
use serde::Serialize;

use super::terminal::Paint;

/// The lines of a plan about them.
pub fn lines(fixed: &[Fixed]) -> Vec<(String, Paint)> {
    let mut out = Vec::new();
    for object in fixed {
        let line = format!(
            "! {} `{}` can't change so in a cluster: where it is there already, `helm upgrade` ends with an error",
            object.kind, object.name
        );
        out.push((line, Paint::Alarm));
        let fields = object.fields.iter().map(field);
        let steps = object.steps.iter().map(|step| format!("        {step}"));
        let how = "    before the upgrade".to_string();
        let below = fields.chain([how]).chain(steps);
        out.extend(below.map(|line| (line, Paint::Plain)));
    }
    out
}

fn field(field: &FixedField) -> String {
    let value = |value: &Option<String>| match value {
        Some(value) => format!("`{value}`"),
        None => "nothing".to_string(),
    };
    format!(
        "    {} is to be {}, it was {}",
        field.path,
        value(&field.to),
        value(&field.from)
    )
}

/// The same for programs.
#[derive(Serialize)]
pub struct JsonFixed {
    kind: String,
    name: String,
    fields: Vec<JsonField>,
    steps: Vec<String>,
}

#[derive(Serialize)]
struct JsonField {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

pub fn json(fixed: &[Fixed]) -> Vec<JsonFixed> {
    let field = |field: &FixedField| JsonField {
        path: field.path.clone(),
        from: field.from.clone(),
        to: field.to.clone(),
    };
    fixed
        .iter()
        .map(|object| JsonFixed {
            kind: object.kind.clone(),
            name: object.name.clone(),
            fields: object.fields.iter().map(field).collect(),
            steps: object.steps.clone(),
        })
        .collect()
}
