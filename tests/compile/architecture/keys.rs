//! A key of the language is declared once, wherever it stands: its shape, its meaning and its example can't drift apart.

use std::collections::BTreeMap;

use super::texts;
use mlopsgen::language::{COMPONENT, KeyShape, PLATFORM_FILE, Shape};

/// The strings of the first and the third argument of each call of `key` in a text: the names of keys and their meanings.
fn declarations(text: &str) -> Vec<(String, String)> {
    let calls = text.match_indices("key(").filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "([,".contains(c))
    });
    calls
        .filter_map(|(at, call)| {
            let arguments = arguments(&text[at + call.len()..]);
            let [name, _, doc, ..] = arguments.as_slice() else {
                return None;
            };
            let is_text = name.starts_with('"') && doc.starts_with('"');
            is_text.then(|| (name.clone(), doc.clone()))
        })
        .collect()
}

/// The arguments of a call whose opening bracket stands before this text.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => in_string = !in_string,
            _ if in_string => {}
            ')' if depth == 0 => break,
            ',' if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        arguments.last_mut().expect("there is one").push(c);
    }
    let trimmed = arguments.iter().map(|argument| argument.trim().to_string());
    trimmed.collect()
}

#[test]
fn no_key_is_declared_twice() {
    let sample = r#"const A: KeyShape = key("a", Shape::List(&[X, Y]), "It is, \"a\"", "a = 1"); [key("b", X, "B.", "b = 1"), monkey("c", X, "C.", "")]"#;
    let text = |name: &str, doc: &str| (name.to_string(), doc.to_string());
    assert_eq!(
        declarations(sample),
        [
            text(r#""a""#, r#""It is, \"a\"""#),
            text(r#""b""#, r#""B.""#)
        ],
        "the test sees what it looks for"
    );
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (path, text) in texts() {
        if path.starts_with("language/") {
            for declaration in declarations(&text) {
                places.entry(declaration).or_default().push(path.clone());
            }
        }
    }
    assert!(places.len() > 300, "{} keys are found", places.len());
    let twice: Vec<String> = places
        .iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|((name, doc), paths)| format!("{name}, {doc}: {}", paths.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

/// The table of keys at a path below these.
fn table(keys: &'static [KeyShape], path: &[&str]) -> &'static [KeyShape] {
    fn inner(shape: &Shape) -> &'static [KeyShape] {
        match shape {
            Shape::Table(keys) => keys,
            Shape::Map(_, shape) | Shape::List(shape) => inner(shape),
            other => panic!("no table within {other:?}"),
        }
    }
    path.iter().fold(keys, |keys, name| {
        let key = keys.iter().find(|key| key.name == *name);
        inner(&key.expect("a key of this name").shape)
    })
}

#[test]
fn keys_of_a_table_and_of_its_parts_are_declared_once() {
    let of = |path| table(PLATFORM_FILE, path);
    let pairs = [
        (of(&["pipelines"]), of(&["pipelines", "tasks"])),
        (of(&["ci"]), of(&["ci", "stages"])),
        (of(&["volumes"]), table(COMPONENT, &["volumes"])),
    ];
    // How long a run may take, and how long a task.
    let other_meaning = ["timeout"];
    let mut apart = Vec::new();
    for (all, own) in pairs {
        for key in all {
            let Some(twin) = own.iter().find(|twin| twin.name == key.name) else {
                continue;
            };
            let is_same = (key.doc, key.example) == (twin.doc, twin.example);
            if !is_same && !other_meaning.contains(&key.name) {
                apart.push(format!("`{}`: {} | {}", key.name, key.doc, twin.doc));
            }
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
}

/// All tables of keys below these.
fn tables(keys: &'static [KeyShape], out: &mut Vec<&'static [KeyShape]>) {
    fn below(shape: &Shape, out: &mut Vec<&'static [KeyShape]>) {
        match shape {
            Shape::Table(keys) => tables(keys, out),
            Shape::Map(_, shape) | Shape::List(shape) => below(shape, out),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| below(shape, out)),
            _ => {}
        }
    }
    out.push(keys);
    for key in keys {
        below(&key.shape, out);
    }
}

#[test]
fn a_word_of_other_tools_means_one_key_and_is_none() {
    let mut all = Vec::new();
    tables(PLATFORM_FILE, &mut all);
    let mut seen = 0;
    for keys in all {
        let mut meant: BTreeMap<&str, &str> = BTreeMap::new();
        for key in keys {
            assert!(
                meant.insert(key.name, key.name).is_none(),
                "`{}` is twice in one table",
                key.name
            );
        }
        for (word, key) in keys
            .iter()
            .flat_map(|key| key.also_called.iter().map(move |word| (word, key.name)))
        {
            seen += 1;
            if let Some(other) = meant.insert(word, key) {
                panic!("`{word}` is said of `{other}` and of `{key}`");
            }
        }
    }
    assert!(seen > 20, "{seen} words");
}

/// Files with words of the language that are no enum yet, and how many keys have some. The list may only shrink: `value::choice` declares
/// an enum and its words at once. Those of the chart are Kubernetes' own.
const WORDS_WITHOUT_AN_ENUM: [(&str, usize); 6] = [
    ("language/deploy.rs", 1),
    ("language/inner.rs", 1),
    ("language/kind/about.rs", 1),
    ("language/kind/declared.rs", 4),
    ("language/pipelines/container.rs", 1),
    ("language/volume.rs", 1),
];

#[test]
fn words_of_the_language_are_enums() {
    let is_of_chart =
        |path: &str| path == "language/chart.rs" || path.starts_with("language/chart/");
    let lists = |text: &str| {
        let code = text.split("#[cfg(test)]").next().unwrap_or(text);
        code.matches("Form::Choice(&[").count()
    };
    let texts = texts().into_iter().filter(|(path, _)| !is_of_chart(path));
    let found: BTreeMap<String, usize> = texts
        .map(|(path, text)| (path, lists(&text)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let known = WORDS_WITHOUT_AN_ENUM.map(|(path, count)| (path.to_string(), count));
    assert_eq!(found, BTreeMap::from(known));
}
