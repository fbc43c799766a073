//! Shows that the Secret of the chart has to be made again: as text of the plan, and as JSON.

use mlopsgen::plan::SecretChange;
use serde::Serialize;

use super::terminal::Paint;

/// The lines of a plan about it.
pub fn lines(change: &SecretChange) -> Vec<(String, Paint)> {
    let name = &change.name;
    let mut out = Vec::new();
    if let Some(was) = &change.was {
        let line = format!(
            "! pods read the Secret `{name}` now, it was `{was}`: they do not start until it is there"
        );
        out.push((line, Paint::Alarm));
    }
    if !change.keys.is_empty() {
        let keys: Vec<String> = change.keys.iter().map(|key| format!("`{key}`")).collect();
        let line = format!(
            "! the Secret `{name}` needs {} besides: pods that read that do not start until it is there",
            keys.join(", ")
        );
        out.push((line, Paint::Alarm));
    }
    let mut steps = vec![
        "    before the upgrade".to_string(),
        "        mlopsgen env secret | kubectl apply -f -   (in the namespace of the release)"
            .to_string(),
    ];
    if let Some(was) = &change.was {
        steps.push(format!(
            "        or keep the old one: write `existingSecret = \"{was}\"` in [raw.helm]"
        ));
    }
    out.extend(steps.into_iter().map(|step| (step, Paint::Plain)));
    out
}

/// The same for programs.
#[derive(Serialize)]
pub struct JsonSecret {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
    keys: Vec<String>,
}

pub fn json(change: &SecretChange) -> JsonSecret {
    JsonSecret {
        name: change.name.clone(),
        was: change.was.clone(),
        keys: change.keys.clone(),
    }
}
