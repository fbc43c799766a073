//! Strings of Compose as `docker stack` reads them: the same but for the default of a variable, which it takes as it stands
//! up to the first closing brace.

use serde_json::Value;

/// What is said of a variable that has to be set. With a `-` in it, as in the name of a secret, `docker stack` takes the
/// words behind it for the value.
const MISSING: &str = "it is missing, run mlopsgen env init";

/// A string that is read back unchanged.
pub(super) fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

/// A value of the Compose files, every string in it spoken anew.
pub(super) fn value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(respoken(&text)),
        Value::Array(items) => items.into_iter().map(self::value).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, inner)| (key, self::value(inner)))
            .collect(),
        other => other,
    }
}

fn respoken(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let whole = match rest.strip_prefix("${") {
            Some(_) => &rest[..end(rest)],
            None => &rest[..rest.len().min(2)],
        };
        out.push_str(&interpolation(whole));
        rest = &rest[whole.len()..];
    }
    out + rest
}

/// Behind the brace that closes the one at the second place; Compose counts them.
fn end(text: &str) -> usize {
    let mut depth = 0;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if byte == b'}' && depth == 0 {
            return index + 1;
        }
    }
    text.len()
}

/// `$$`, `${NAME:?...}` and `${NAME:-DEFAULT}`. A default with a brace in it is written out.
fn interpolation(whole: &str) -> String {
    let inner = whole
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner else {
        return whole.to_string();
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (name, rest) = inner.split_at(inner.find(|c| !is_name(c)).unwrap_or(inner.len()));
    if rest.starts_with(":?") {
        return format!("${{{name}:?{MISSING}}}");
    }
    match rest.strip_prefix(":-") {
        Some(default) if default.contains('}') => default.to_string(),
        Some(default) => format!("${{{name}:-{}}}", default.replace("$$", "$")),
        None => whole.to_string(),
    }
}

/// Whether a variable with this default can be changed at start.
pub(super) fn can_be_a_default(default: &str) -> bool {
    !default.contains('}')
}

#[cfg(test)]
mod tests {
    use super::respoken;

    #[test]
    fn defaults_are_read_as_they_stand() {
        for (compose, stack) in [
            ("plain", "plain"),
            ("a$$b $${X}", "a$$b $${X}"),
            (
                "${A:?the secret a-b is missing}",
                "${A:?it is missing, run mlopsgen env init}",
            ),
            ("u:${A:-x$$y}@${B:-}", "u:${A:-x$y}@${B:-}"),
            ("${A:-x{\"k\": 1}$$y}z", "x{\"k\": 1}$$yz"),
            ("ends in $$", "ends in $$"),
        ] {
            assert_eq!(respoken(compose), stack);
        }
    }
}
