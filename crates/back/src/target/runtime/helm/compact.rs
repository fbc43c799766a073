//! Generated JSON without the indentation that people read: a release of Helm holds every file of the chart twice, and is limited.

use memchr::memchr2;

/// How deep lines still end: after each key at the top, and after each entry of a list there, as a panel of a dashboard.
const DEPTH: usize = 2;

/// The same JSON, with its keys in order. Strings, and what stands between two marks, are copied at once.
pub fn compact(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => end_of_string(bytes, at),
            byte if is_mark(*byte) => at + 1,
            _ => end_of_word(bytes, at),
        };
        match byte {
            b'\n' if depth <= DEPTH => out.push('\n'),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                match byte {
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                out.push_str(&json[at..end]);
            }
        }
        at = end;
    }
    out
}

fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'[' | b'}' | b']' | b'"'
    )
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().position(|byte| is_mark(*byte));
    length.map_or(bytes.len(), |length| start + length)
}

/// Behind the quote that ends the string which begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
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
        assert_eq!(
            compact("{\"a\": \"é\\\\\", \"b\": [1, \"\\\"\"]}"),
            "{\"a\":\"é\\\\\",\"b\":[1,\"\\\"\"]}"
        );
        assert_eq!(compact("[é \"a\\"), "[é\"a\\");
        let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
        assert_eq!(parsed(long), parsed(short));
    }
}
