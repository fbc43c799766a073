//! Holds what a parser reads of a hostile file against what it reads of a harmless one: the same tree, and in the place
//! of each harmless word the hostile string.

use serde_json::Value;

use crate::hostile::word;

/// How a file spells a string.
pub type Spelling = fn(&str) -> String;

/// What stood in the places of a platform, and how a file shows it.
pub struct Expected<'a> {
    pub strings: &'a [String],
    /// Ways in which the file's reader gets a string.
    pub spellings: &'a [Spelling],
    /// What of a whole text is compared.
    pub seen: Spelling,
}

impl Expected<'_> {
    /// What differs between the two trees, each with its path.
    pub fn differences(&self, harmless: &Value, hostile: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(harmless, hostile, "", &mut found);
        found
    }

    fn walk(&self, harmless: &Value, hostile: &Value, path: &str, found: &mut Vec<String>) {
        match (harmless, hostile) {
            (Value::Object(wanted), Value::Object(read)) if wanted.len() == read.len() => {
                for ((key, wanted), (read_key, read)) in wanted.iter().zip(read) {
                    let path = format!("{path}/{key}");
                    self.text(key, read_key, &path, found);
                    self.walk(wanted, read, &path, found);
                }
            }
            (Value::Array(wanted), Value::Array(read)) if wanted.len() == read.len() => {
                for (index, (wanted, read)) in wanted.iter().zip(read).enumerate() {
                    self.walk(wanted, read, &format!("{path}/{index}"), found);
                }
            }
            (Value::String(wanted), Value::String(read)) => self.text(wanted, read, path, found),
            (wanted, read) if wanted == read => {}
            (wanted, read) => found.push(format!("{path}: {read} instead of {wanted}")),
        }
    }

    /// A text with harmless words against the one that was read in its place.
    pub fn text(&self, wanted: &str, read: &str, path: &str, found: &mut Vec<String>) {
        let seen = (self.seen)(read);
        let fits = self
            .spellings
            .iter()
            .any(|spelling| (self.seen)(&self.meant(wanted, *spelling)) == seen)
            || is_hash(wanted) && is_hash(read);
        if !fits {
            let meant = self.meant(wanted, ToString::to_string);
            found.push(format!("{path}: {read:?} instead of {meant:?}"));
        }
    }

    /// The text with the words replaced.
    pub fn meant(&self, wanted: &str, spelling: Spelling) -> String {
        let mut out = wanted.to_string();
        if wanted.contains("zq") {
            for (place, text) in self.strings.iter().enumerate() {
                out = out.replace(&word(place), &spelling(text));
            }
        }
        out
    }
}

/// A hash of what is mounted or run, alone or behind a name: it changes with every string.
fn is_hash(text: &str) -> bool {
    let tail = text.rsplit('-').next().unwrap_or(text);
    tail.len() >= 6 && tail.chars().all(|c| c.is_ascii_hexdigit())
}
