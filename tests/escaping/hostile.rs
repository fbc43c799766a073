//! Strings that break what is written by hand, and a platform that has one of them in every place that takes any string.

use std::collections::BTreeSet;

use mlopsgen::world::MemoryWorld;

/// One string after the other: each is something else than text to one language or another.
pub const STRINGS: &[&str] = &[
    "  two before and after  ",
    "\ttab\t",
    "one\ntwo",
    "one\n\n  two\n",
    "\nfirst line empty",
    "trailing space \nin a line",
    "dos\r\nline",
    "\u{85}next line",
    "line\u{2028}paragraph\u{2029}",
    "\u{feff}bom",
    "\u{1}\u{1b}[31m\u{7f}\u{9f}",
    "'",
    "''",
    "'''",
    "\"",
    "\"\"\"",
    "`",
    "```",
    "\\",
    "\\\\",
    "ends in \\",
    "\\n",
    "\\'",
    "\\\"",
    "\\u0041 \\u002a\\u002f \\uuuu",
    "\\N{DIGIT ONE}\\x41",
    "$",
    "$$",
    "$$$",
    "$HOME",
    "${HOME}",
    "${",
    "$${x}",
    "${x:-y}}",
    "$(id)",
    "$$(id)",
    "$(A)$",
    "{{ 1 }}",
    "{{",
    "}}",
    "{{{{",
    "{{{ a }}}",
    "{{ .Values.x }}",
    "{% raw %}",
    "{% endraw %}",
    "{# x #}",
    "<% x %>",
    "<{ x }>",
    "<# x #>",
    "%",
    "%s %(x)s %%",
    "#",
    "a #b",
    "# heading",
    ": ",
    "a: b",
    "- a",
    "? a",
    "---",
    "...",
    "--- a\n...\n",
    "&a",
    "*a",
    "!!str a",
    "!a",
    "|",
    ">",
    "@a",
    "[a",
    "{a",
    ", ]}",
    "yes",
    "No",
    "on",
    "true",
    "null",
    "~",
    "=",
    "<<",
    "0o7",
    "0x1f",
    "017",
    "1_000",
    "1.5",
    "1e3",
    ".inf",
    ".nan",
    "12:30:00",
    "2001-01-01",
    "*/",
    "/* a",
    "//",
    "-->",
    "<!-- a",
    "]]>",
    "<script>alert(1)</script>",
    "&amp;&lt;&#0;",
    "<b onclick='x'>",
    "a | b",
    "| a | b |",
    "[a](javascript:b)",
    "![a](b)",
    "1. a",
    "+ a",
    "a  \nb",
    "__init__ *a* ~~b~~",
    "$x$ $$y$$",
    "; rm -rf /",
    "a && b || c",
    "> out",
    "!history",
    "a.sh",
    "run.sql",
    "é ü ß",
    "日本語",
    "🚀👩‍💻",
    "\u{202e}right to left",
    "\u{200b}\u{200d}",
    "\u{e000}A\u{e001}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{10ffff}",
    "e\u{301}",
];

/// Strings of which nothing is seen.
pub const BLANK: &[&str] = &["", " ", "\n", "\r", "\t\n "];

/// One string of some 10,000 characters, every hostile one among them.
pub fn long() -> String {
    let mut text: String = STRINGS.concat();
    text.push_str(&"long ".repeat(1500));
    text
}

/// A platform with a string of its own in every place that takes any.
#[derive(Clone, Debug)]
pub struct Platform {
    pub text: String,
    /// What stands in each place, in the file's order.
    pub strings: Vec<String>,
}

/// The word that stands in a place when nothing is tried. It occurs nowhere else.
pub fn word(place: usize) -> String {
    format!("zq{place:03}z")
}

/// The platform with harmless words.
pub fn harmless() -> Platform {
    platform(word)
}

/// The platform with `string(place)` in each place.
pub fn platform(string: impl Fn(usize) -> String) -> Platform {
    fill(include_str!("platform.toml"), string)
}

/// A platform of places that hold a string to a form, each on a line of its own, without the lines of these numbers.
pub fn with_forms(left_out: &BTreeSet<usize>, string: impl Fn(usize) -> String) -> Platform {
    let lines: Vec<&str> = include_str!("forms.toml")
        .lines()
        .enumerate()
        // Every line keeps its number.
        .map(|(number, line)| match left_out.contains(&number) {
            true => "",
            false => line,
        })
        .collect();
    fill(&lines.join("\n"), string)
}

fn fill(template: &str, string: impl Fn(usize) -> String) -> Platform {
    let mut platform = Platform {
        text: String::new(),
        strings: Vec::new(),
    };
    let mut rest = template;
    while let Some((before, mark, after)) = next_mark(rest) {
        let string = string(platform.strings.len());
        platform.text.push_str(before);
        platform.text.push_str(&escaped(&match mark {
            "@text@" => string.replace("${", "$${"),
            "@shell@" => without_references(&string),
            _ => string.clone(),
        }));
        platform.strings.push(string);
        rest = after;
    }
    platform.text.push_str(rest);
    platform
}

fn next_mark(text: &str) -> Option<(&str, &str, &str)> {
    ["@plain@", "@text@", "@shell@"]
        .into_iter()
        .filter_map(|mark| {
            let (before, after) = text.split_once(mark)?;
            Some((before, mark, after))
        })
        .min_by_key(|(before, _, _)| before.len())
}

impl Platform {
    pub fn world(&self) -> MemoryWorld {
        MemoryWorld::new().with("platform.toml", self.text.clone())
    }
}

/// In a shell's text only the five words of a reference need the second dollar.
fn without_references(text: &str) -> String {
    ["components", "self", "secrets", "vars", "platform"]
        .iter()
        .fold(text.to_string(), |text, word| {
            text.replace(&format!("${{{word}."), &format!("$${{{word}."))
        })
}

/// The inside of a basic string of TOML.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out
}
