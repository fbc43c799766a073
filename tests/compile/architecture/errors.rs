//! A public function that can fail says in its documentation why: "Errors: ...".

use super::texts;

/// Functions of many files that do the same, and fail for the same reasons: `target::Emit`, `target::WithoutFiles` and `cli` say
/// them.
const OF_MANY_FILES: [&str; 3] = ["emit", "without_files", "run"];

/// Those that do not say it yet: this list may only shrink.
const SILENT: [(&str, &str); 10] = [
    ("expand/route_prefixes.rs", "pass_on"),
    ("expand/route_prefixes.rs", "strip"),
    ("template/escape/yaml.rs", "entries"),
    ("template/mod.rs", "holds"),
    ("template/mod.rs", "render"),
    ("template/mod.rs", "render_noting"),
    ("template/mod.rs", "render_strictly"),
    ("template/mod.rs", "render_view"),
    ("value/alert_text/words.rs", "read"),
    ("value/yaml.rs", "read"),
];

/// The names of the public functions of a text that return a `Result`, and whose documentation says nothing of errors.
fn silent(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let starts = lines.iter().enumerate().filter_map(|(at, line)| {
        let line = line.strip_prefix("pub ")?;
        let line = line.strip_prefix("const ").unwrap_or(line);
        let (name, _) = line.strip_prefix("fn ")?.split_once(['(', '<'])?;
        Some((at, name))
    });
    starts
        .filter(|(at, _)| {
            let mut signature = String::new();
            for line in &lines[*at..] {
                signature.push_str(line);
                if line.ends_with(['{', ';']) {
                    break;
                }
            }
            let (_, returned) = signature.rsplit_once(") -> ").unwrap_or_default();
            returned.starts_with("Result<") || returned.starts_with("io::Result<")
        })
        .filter(|(at, _)| {
            let before = lines[..*at].iter().rev();
            let mut around =
                before.take_while(|line| line.starts_with("///") || line.starts_with("#["));
            !around.any(|line| line.contains("Errors:"))
        })
        .map(|(_, name)| name.to_string())
        .collect()
}

#[test]
fn who_can_fail_says_why() {
    let sample = "/// It.\npub fn a() -> Result<(), E> {\n}\n/// It. Errors: none.\n#[x]\npub fn b() -> Result<(), E> {\n}\n\
                  pub fn c(\n    x: u8,\n) -> io::Result<u8> {\n}\npub fn d() -> u8 {\n}";
    assert_eq!(
        silent(sample),
        ["a", "c"],
        "the test sees what it looks for"
    );
    let mut found = Vec::new();
    for (path, text) in texts() {
        for name in silent(&text) {
            let is_known = SILENT.contains(&(path.as_str(), name.as_str()));
            if !is_known && !OF_MANY_FILES.contains(&name.as_str()) {
                found.push(format!("{path}: `{name}`"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
