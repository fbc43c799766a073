//! Strings that break what is written by hand, and a platform that has one of them in every place that takes any string.

use std::collections::BTreeSet;

use mlopsgen::{
    compile::{Request, compile},
    diag::Severity,
    world::MemoryWorld,
};

/// Strings that have a meaning in one language or another.
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
    "a.json",
    "a.yaml",
    "$/ /$",
    "</script>",
    "\\$",
    "$[1]",
    "[[a]]",
    "${__user.login}",
    "$__all",
    "\u{80}a",
    "\u{a0}no break",
    "lone \r return",
    "\u{8}\u{b}\u{c}a",
    "🚀\u{fe0f}\u{1f3fd}",
    "é ü ß",
    "日本語",
    "🚀👩‍💻",
    "\u{202e}right to left",
    "a\u{200b}\u{200d}",
    "\u{e000}A\u{e001}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{10ffff}",
    "e\u{301}",
];

/// Strings of which nothing is seen.
pub const BLANK: &[&str] = &["", " ", "\n", "\r", "\t\n ", "\u{200b}\u{200d}", "\u{80}"];

/// One string of some 10,000 characters, every hostile one among them.
pub fn long() -> String {
    let mut text: String = STRINGS.concat();
    text.push_str(&"long ".repeat(1500));
    text
}

/// Strings of one to six hostile pieces, none of them twice: the same ones for a seed on every machine.
pub fn random(seed: u64, count: usize) -> Vec<String> {
    const LETTERS: &str = "\u{1}\u{8}\u{b}\u{c}\u{1f}\u{7f}\u{80}\u{85}\u{a0}\u{2028}\u{feff}\r\n\t \
        aZ09_-.,:;!?#%&*@|<>=~^+/\\\"'`${}()[]é日🚀";
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut state = seed;
    // SplitMix64: a line of state, no dependency, no clock.
    let mut below = |limit: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    };
    let mut strings: Vec<String> = Vec::new();
    while strings.len() < count {
        let mut text = String::new();
        for _ in 0..=below(6) {
            match below(3) {
                0 => text.push_str(STRINGS[below(STRINGS.len())]),
                _ => text.push(letters[below(letters.len())]),
            }
        }
        if !strings.contains(&text) {
            strings.push(text);
        }
    }
    strings
}

/// A platform with a different string in every place that takes any string.
#[derive(Clone, Debug)]
pub struct Platform {
    pub text: String,
    /// The string of each place, in the order of the file.
    pub strings: Vec<String>,
}

/// The harmless word of a place. It occurs nowhere else.
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

/// A platform of places that hold a string to a form: the harmless one and the hostile one, with those places that take
/// their string.
pub fn forms(string: impl Fn(usize) -> String) -> (Platform, Platform) {
    let mut refused = BTreeSet::new();
    loop {
        let hostile = with_forms(&refused, &string);
        let more = refused_lines(&hostile);
        if more.is_empty() {
            return (with_forms(&refused, word), hostile);
        }
        assert!(
            more.is_disjoint(&refused),
            "a line is refused that is not there"
        );
        refused.extend(more);
    }
}

/// The lines that errors are about, counted from 0.
fn refused_lines(platform: &Platform) -> BTreeSet<usize> {
    let compilation = compile(&platform.world(), &Request::default());
    let errors = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors
        .map(|error| {
            let label = error.labels.first().expect("an error has a place");
            compilation.sources.position(label.span).0 - 1
        })
        .collect()
}

/// The places with a form, each on a line of its own, without the lines of these numbers.
fn with_forms(left_out: &BTreeSet<usize>, string: impl Fn(usize) -> String) -> Platform {
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
        let string = match mark {
            "@task@" => of_task(string),
            _ => string,
        };
        platform.text.push_str(before);
        platform.text.push_str(&escaped(&match mark {
            "@text@" => string.replace("${", "$${"),
            "@shell@" | "@task@" => without_references(&string),
            _ => string.clone(),
        }));
        platform.strings.push(string);
        rest = after;
    }
    platform.text.push_str(rest);
    platform
}

/// What Airflow can read: an expression or a statement that never ends is an error.
fn of_task(text: String) -> String {
    let is_open = [("{{", "}}"), ("{%", "%}")]
        .into_iter()
        .any(|(open, close)| {
            text.matches(open).count() > text.matches(close).count()
                || text.rfind(open) > text.rfind(close)
        });
    match is_open || text.starts_with("{% raw") {
        true => text.replace('{', "{ "),
        false => text,
    }
}

fn next_mark(text: &str) -> Option<(&str, &str, &str)> {
    ["@plain@", "@text@", "@shell@", "@task@"]
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

/// In text for a shell, only the words that start a reference need a second dollar.
fn without_references(text: &str) -> String {
    ["components", "self", "secrets", "vars", "platform"]
        .iter()
        .fold(text.to_string(), |text, word| {
            text.replace(&format!("${{{word}."), &format!("$${{{word}."))
        })
}

/// The inside of a basic string of TOML.
pub fn escaped(text: &str) -> String {
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
