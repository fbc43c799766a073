//! Replaces the aliases of YAML in generated text by the values of their anchors.

use std::collections::BTreeMap;

/// The text with the lines of each anchor (`KEY: &NAME`) in the place of its aliases (`KEY: *NAME`).
pub fn resolved(text: &str) -> String {
    let anchors = anchors(text);
    let mut out = String::new();
    for line in text.lines() {
        let alias = line.split_once(": *");
        match alias.and_then(|(key, name)| Some((key, anchors.get(name)?))) {
            Some((key, values)) => {
                let indent = " ".repeat(key.len() - key.trim_start().len());
                out.push_str(&format!("{key}:\n"));
                for value in values {
                    out.push_str(&format!("{indent}{value}\n"));
                }
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

/// The lines below each anchor at the top of a file.
fn anchors(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open = None;
    for line in text.lines() {
        if let Some(name) = open.filter(|_| line.starts_with("  ")) {
            out.entry(name).or_default().push(line);
            continue;
        }
        open = match line.split_once(": &") {
            Some((key, name)) if key.starts_with("x-") => Some(name),
            _ => None,
        };
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_alias_is_read_as_its_anchor() {
        let text =
            "x-a: &a\n  k: v\n  l:\n    m: n\nservices:\n  one:\n    env: *a\n    args: *unknown\n";
        let expected = "x-a: &a\n  k: v\n  l:\n    m: n\nservices:\n  one:\n    env:\n      k: v\n      l:\n        m: n\n    args: *unknown\n";
        assert_eq!(super::resolved(text), expected);
    }
}
