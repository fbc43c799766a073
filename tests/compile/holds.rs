//! What a generated file has to hold, as data of tests say it (`tests/defects.toml`, `tests/facts/*.toml`).

use mlopsgen::fileset::FileSet;
use serde::Deserialize;

use crate::support::aliases;

/// Parts of the text of a generated file, the quotes of scalars left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    file: String,
    /// One service of a Compose file instead of the whole file.
    service: Option<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

impl Holds {
    /// What is not as it should be; empty if all is.
    pub fn wrong(&self, files: &FileSet) -> Vec<String> {
        let Some(file) = files.files.get(&self.file) else {
            return vec![format!("there is no {}", self.file)];
        };
        let text = unquoted(&match &self.service {
            Some(name) => service(&file.text, name),
            None => file.text.to_string(),
        });
        let missing = self
            .has
            .iter()
            .filter(|part| !text.contains(&unquoted(part)));
        let missing = missing.map(|part| format!("`{part}` is not in {}:\n{text}", self.file));
        let is_in = |part: &&String| text.is_empty() || text.contains(&unquoted(part));
        let surplus = self.lacks.iter().filter(is_in);
        let surplus = surplus.map(|part| format!("`{part}` is in {}:\n{text}", self.file));
        missing.chain(surplus).collect()
    }
}

fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

/// The lines of a service of a Compose file; empty if there is no such service.
fn service(text: &str, name: &str) -> String {
    let text = &aliases::resolved(text);
    let lines = text
        .lines()
        .skip_while(|line| *line != format!("  {name}:"))
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.fold(String::new(), |text, line| text + line + "\n")
}
