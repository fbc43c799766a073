//! What the texts of a runtime's files are where nobody sets a variable.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    model::{Platform, Raw, Secret, Text},
    speak::Speak,
};

/// The texts of workloads and raw tables that a runtime writes in another way than they are: with variables, with `$` doubled, or
/// as a list of parts.
pub struct Defaults {
    /// By what is written.
    texts: BTreeMap<String, String>,
}

impl Defaults {
    /// `speak`: how the runtime writes a text.
    pub fn new(platform: &Platform, speak: &dyn Speak) -> Self {
        let plain = Plain(platform);
        let mut texts = BTreeMap::new();
        let mut add = |text: &Text| {
            let (written, default) = (speak.value(text), plain.text(text));
            if written.as_str() != Some(&default) {
                texts.insert(key(&written), default);
            }
        };
        for workload in platform.workloads() {
            workload.env.iter().for_each(|it| add(&it.value));
            let words = [&workload.entrypoint, &workload.command].into_iter();
            words.flatten().flatten().for_each(&mut add);
            add(&workload.image.text());
            each_text(&workload.raw_compose, &mut add);
            each_text(&workload.raw_helm, &mut add);
        }
        for component in &platform.components {
            each_text(&component.raw_helm, &mut add);
        }
        each_text(&platform.raw_compose, &mut add);
        each_text(&platform.raw_helm, &mut add);
        Self { texts }
    }

    /// A text that is written so; `None`: no text.
    pub fn text(&self, written: &Value) -> Option<String> {
        let default = self.texts.get(&key(written)).map(String::as_str);
        default.or(written.as_str()).map(ToString::to_string)
    }
}

fn key(written: &Value) -> String {
    match written {
        Value::String(text) => text.clone(),
        parts => parts.to_string(),
    }
}

fn each_text(raw: &Raw, visit: &mut impl FnMut(&Text)) {
    match raw {
        Raw::Text(text) => visit(text),
        Raw::List(items) => items.iter().for_each(|it| each_text(it, visit)),
        Raw::Table(entries) => entries.iter().for_each(|(_, it)| each_text(it, visit)),
        Raw::Integer(_) | Raw::Float(_) | Raw::Boolean(_) => {}
    }
}

/// Texts with the defaults of their variables. The value of a secret is not known: its name stands for it.
struct Plain<'a>(&'a Platform);

impl Speak for Plain<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn secret(&self, secret: &Secret) -> String {
        secret.name.clone()
    }
}
