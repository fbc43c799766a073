//! What the texts of a runtime's files are where nobody sets a variable.

use std::collections::BTreeMap;

use serde_json::Value;

use super::started::names_folders;
use crate::{
    model::Platform,
    speak::{Readable, Speak},
};

/// The texts of programs that keep data, and of raw tables, which a runtime writes in another way than they are: with variables,
/// with `$` doubled, or as a list of parts. The value of a secret is not known: the reference to it stands for it.
pub struct Defaults {
    /// By what is written.
    texts: BTreeMap<String, String>,
}

impl Defaults {
    /// `speak`: how the runtime writes a text.
    pub fn new(platform: &Platform, speak: &dyn Speak) -> Self {
        let mut found = Vec::new();
        for component in &platform.components {
            for workload in &component.workloads {
                if names_folders(component, workload) {
                    found.extend(workload.env.iter().map(|it| &it.value));
                    let words = [&workload.entrypoint, &workload.command].into_iter();
                    found.extend(words.flatten().flatten());
                }
                workload.raw_compose.add_texts(&mut found);
                workload.raw_helm.add_texts(&mut found);
            }
            component.raw_helm.add_texts(&mut found);
        }
        platform.raw_compose.add_texts(&mut found);
        platform.raw_helm.add_texts(&mut found);
        let plain = Readable(platform);
        let mut texts = BTreeMap::new();
        for text in found {
            let (written, default) = (speak.value(text), plain.text(text));
            if written.as_str() != Some(&default) {
                texts.insert(key(&written), default);
            }
        }
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
