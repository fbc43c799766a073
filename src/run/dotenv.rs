//! A `.env` file: what it sets, and how lines are added to it without touching the others.

use std::collections::BTreeMap;

/// The text of a `.env` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dotenv {
    text: String,
}

impl Dotenv {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is set, quotes taken off; of several lines with one name the last. References to other variables stay as written.
    pub fn values(&self) -> BTreeMap<String, String> {
        let assignments = self.text.lines().filter_map(assignment);
        assignments
            .map(|(name, value)| (name.to_string(), value))
            .collect()
    }

    /// Sets a variable that has no value: in its line where one stands empty, else in a line of its own at the end.
    pub fn set(&mut self, name: &str, value: &str) {
        let is_empty = |line: &str| {
            assignment(line).is_some_and(|(known, value)| known == name && value.is_empty())
        };
        let line = format!("{name}={value}");
        if self.text.lines().any(is_empty) {
            let lines = self.text.lines();
            let lines: Vec<&str> = lines
                .map(|known| {
                    if is_empty(known) {
                        line.as_str()
                    } else {
                        known
                    }
                })
                .collect();
            self.text = lines.join("\n");
        } else {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.text.push_str(&line);
        }
        self.text.push('\n');
    }
}

/// `NAME=VALUE`, with or without `export` and quotes; a comment after a blank is none of the value.
fn assignment(line: &str) -> Option<(&str, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some((inner, _)) = rest.split_once(quote)
        {
            return Some((name, inner.to_string()));
        }
    }
    let bare = match value.strip_prefix('#') {
        Some(_) => "",
        None => value
            .split_once(" #")
            .map_or(value, |(bare, _)| bare.trim_end()),
    };
    Some((name, bare.to_string()))
}

#[cfg(test)]
mod tests {
    use super::Dotenv;

    #[test]
    fn lines_of_others_stay() {
        let mut dotenv = Dotenv::new("# mine\nA=1\nexport B=\nC='x #y' # z");
        dotenv.set("B", "two");
        dotenv.set("D", "four");
        assert_eq!(dotenv.text(), "# mine\nA=1\nB=two\nC='x #y' # z\nD=four\n");
        let values = dotenv.values();
        assert_eq!(values["C"], "x #y");
        assert_eq!(values.len(), 4);
    }

    #[test]
    fn the_last_line_of_a_name_counts() {
        let values = Dotenv::new("A=1\nA=2 # why\nB= # none\nnot a line\n").values();
        assert_eq!((values["A"].as_str(), values["B"].as_str()), ("2", ""));
        assert_eq!(values.len(), 2);
    }
}
