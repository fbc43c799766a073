//! Generated JSON without the indentation that people read: a release of Helm holds every file of the chart twice, and is limited.

/// How deep lines still end: after each key at the top, and after each entry of a list there, as a panel of a dashboard.
const DEPTH: usize = 2;

/// The same JSON, with its keys in order.
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    for character in json.chars() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '\n' if depth <= DEPTH => out.push(character),
            ' ' | '\t' | '\r' | '\n' => {}
            _ => {
                match character {
                    '"' => in_string = true,
                    '{' | '[' => depth += 1,
                    '}' | ']' => depth = usize::saturating_sub(depth, 1),
                    _ => {}
                }
                out.push(character);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::compact;

    #[test]
    fn a_panel_is_a_line_and_every_text_stays() {
        let long = "{\n  \"panels\": [\n    {\n      \"expr\": \"a  \\\"{ \\\\\",\n      \"id\": 1\n    },\n    {\n      \"id\": 2\n    }\n  ],\n  \"title\": \"A  B\"\n}\n";
        let short = "{\n\"panels\":[\n{\"expr\":\"a  \\\"{ \\\\\",\"id\":1},\n{\"id\":2}\n],\n\"title\":\"A  B\"\n}\n";
        assert_eq!(compact(long), short);
        let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
        assert_eq!(parsed(long), parsed(short));
    }
}
