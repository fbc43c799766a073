//! Holds what a parser reads of a hostile file against what it reads of a harmless one: the same tree, and in the place
//! of each harmless word the hostile string.

use serde_json::{Map, Value};

use super::hostile::word;

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
                for (place, (key, wanted)) in wanted.iter().enumerate() {
                    let path = format!("{path}/{key}");
                    match self.entry(key, place, read) {
                        Some(read) => self.walk(wanted, read, &path, found),
                        None => found.push(format!("{path}: no such key in {read:?}")),
                    }
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

    /// The value of a key. Programs sort keys, so the key's position does not identify its word; a hash is recognised by
    /// nothing else.
    fn entry<'a>(
        &self,
        key: &str,
        place: usize,
        read: &'a Map<String, Value>,
    ) -> Option<&'a Value> {
        let spelled = |spelling: &Spelling| read.get(&self.meant(key, *spelling));
        let same_place = || {
            read.iter()
                .nth(place)
                .filter(|(other, _)| is_hash(key) && is_hash(other))
                .map(|(_, value)| value)
        };
        self.spellings.iter().find_map(spelled).or_else(same_place)
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
            let meant = self.meant(wanted, as_is);
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

/// Takes out of a file's tree what depends on its strings by design.
pub fn without_choices(path: &str, tree: &mut Value) {
    // A variable whose default Compose could not find the end of is its default.
    let late = tree.pointer_mut("/0/services/web/environment/G");
    if let Some(Value::String(value)) = late
        && let Some(default) = value.strip_prefix("${LATE:-")
        && let Some(default) = default.strip_suffix('}')
    {
        *value = default.to_string();
    }
    // Where a file lies in the chart depends on what it holds.
    if path.ends_with("/values.yaml")
        && let Some(items) = tree.pointer_mut("/0/components/web/files/0/items/0")
    {
        items.take();
    }
}

/// How the readers of a file get a string from it, and what of it is compared.
pub fn expected<'a>(path: &str, strings: &'a [String]) -> Expected<'a> {
    let (spellings, seen): (&[Spelling], Spelling) = match path {
        path if path.ends_with(".md") || path.ends_with(".svg") => (&[as_is], on_a_page),
        path if path.ends_with(" doc_md") => (&[as_is], on_a_page),
        path if path.ends_with(".yml") => (&[for_prometheus], as_is),
        path if path.starts_with("compose/") => (&[for_compose, as_is], as_is),
        path if path.ends_with("Jenkinsfile") => (&[for_groovy, for_jenkins], as_is),
        "the objects" => (&[as_is, for_prometheus], as_is),
        _ => (&[as_is], as_is),
    };
    Expected {
        strings,
        spellings,
        seen,
    }
}

fn as_is(text: &str) -> String {
    text.to_string()
}

/// `$` begins an interpolation, except in keys.
fn for_compose(text: &str) -> String {
    text.replace('$', "$$")
}

/// A file of Groovy can't hold U+FFFF, which is no character.
fn for_groovy(text: &str) -> String {
    text.replace('\u{ffff}', "\u{fffd}")
}

/// Jenkins expands variables in the values of an `environment` block.
fn for_jenkins(text: &str) -> String {
    for_groovy(text).replace('$', "$$")
}

/// Annotations of alerts are templates.
fn for_prometheus(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A page and a picture show a text on one line: what can be seen of it is compared.
fn on_a_page(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if is_visible(c) { c } else { ' ' })
        .collect();
    visible.split_whitespace().collect()
}

fn is_visible(c: char) -> bool {
    let unseen = matches!(c as u32, 0x200b..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff | 0xfffd..=0xffff);
    !c.is_control() && !unseen
}

/// A hash of what is mounted or run, alone or behind a name: it changes with every string.
fn is_hash(text: &str) -> bool {
    let tail = text.rsplit('-').next().unwrap_or(text);
    tail.len() >= 6 && tail.chars().all(|c| c.is_ascii_hexdigit())
}
