//! Every key of the language, misspelled in its own example: one error, at the word itself, that names the key that was meant.

use super::*;

/// The name with two letters swapped, one left out or one doubled, in turn.
pub(super) fn misspelled(name: &str, turn: usize) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let middle = letters.len() / 2;
    match turn % 3 {
        0 => letters.swap(middle - 1, middle),
        1 => {
            letters.remove(middle);
        }
        _ => letters.insert(middle, letters[middle]),
    }
    letters.iter().collect()
}

/// Whether two words differ by one letter: then nobody can tell which key was meant.
fn is_near(one: &str, other: &str) -> bool {
    let same = |(a, b): &(char, char)| a == b;
    let start = one.chars().zip(other.chars()).take_while(same).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.chars().rev().zip(other.chars().rev());
    let end = end.take_while(same).count();
    one.len() - end <= 1 && other.len() - end <= 1
}

/// Renames the key in the first table of this path that has it. `*` is any name, `#` any item.
fn rename(value: &mut Value, path: &[&str], old: &str, new: &str) -> bool {
    match (value, path) {
        (Value::Table(table), []) => match table.remove(old) {
            Some(inner) => table.insert(new.to_string(), inner).is_none(),
            None => false,
        },
        (Value::Table(table), ["*", rest @ ..]) => table
            .iter_mut()
            .any(|(_, inner)| rename(inner, rest, old, new)),
        (Value::Table(table), [name, rest @ ..]) => table
            .get_mut(*name)
            .is_some_and(|inner| rename(inner, rest, old, new)),
        (Value::Array(items), ["#", rest @ ..]) => {
            items.iter_mut().any(|inner| rename(inner, rest, old, new))
        }
        _ => false,
    }
}

/// What is wrong with the report of one misspelling.
fn wrong_report(files: &[(&str, String)], key: &str, word: &str) -> Option<String> {
    let compilation = compiled(files, None);
    let errors = errors_of(&compilation);
    let place = |index: usize| {
        let label = errors[index].labels.first()?;
        Some(compilation.sources.text(label.span).trim_matches('"'))
    };
    let meant = format!("did you mean `{key}`?");
    let beside = format!("remove it: `{key}` is set too");
    let joined = format!("move what it holds to `{key}`, which is there too, and remove it");
    let help = errors.first().and_then(|error| error.help.as_deref());
    let is_good = errors.len() == 1
        && place(0) == Some(word)
        && help.is_some_and(|help| [&meant, &beside, &joined].contains(&&help.to_string()));
    (!is_good).then(|| messages_of(&errors, &compilation.sources))
}

/// The keys that may stand where this one does.
fn siblings(keys: &'static [KeyShape], whole: &str) -> BTreeSet<(String, &'static str)> {
    let mut found = BTreeSet::new();
    walk(whole, keys, &mut |path, key| {
        found.insert((path.to_string(), key.name));
    });
    found
}

fn check(
    root: &str,
    keys: &'static [KeyShape],
    files: impl Fn(&str, &KeyShape, Table) -> Vec<(&'static str, String)>,
) -> usize {
    let known = siblings(keys, root);
    let mut tried = 0;
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    walk(root, keys, &mut |path, key| {
        // A platform has these too, and there what they can't be without stands beside them.
        let needs_others = [
            ".basic",
            ".operator",
            ".hpa",
            ".files.#",
            ".items.#",
            ".hostAliases.#",
        ];
        if root == "kind" && needs_others.iter().any(|end| path.ends_with(end)) {
            return;
        }
        // A name of one or two letters is as near to many other words.
        if key.name.len() < 3 || !seen.insert(id(key)) {
            return;
        }
        let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
        let word = misspelled(key.name, seen.len());
        let is_other = known
            .iter()
            .any(|(at, name)| at == path && *name != key.name && is_near(name, &word));
        let mut whole = Value::Table(placed(path, key));
        if word == key.name || is_other || !rename(&mut whole, &steps, key.name, &word) {
            return;
        }
        let Value::Table(whole) = whole else { return };
        tried += 1;
        if let Some(printed) = wrong_report(&files(path, key, whole), key.name, &word) {
            wrong.push(format!("{path}: `{word}` for `{}`\n{printed}", key.name));
        }
    });
    assert!(
        wrong.is_empty(),
        "{} of {tried}\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    tried
}

#[test]
fn a_misspelled_key_of_a_platform_is_one_error_that_names_it() {
    let tried = check("", PLATFORM_FILE, |path, _, table| {
        let platform = platform_with(path, table);
        vec![("platform.toml", platform.to_string())]
    });
    assert!(tried > 300, "only {tried} words");
}

#[test]
fn a_misspelled_key_of_a_kind_is_one_error_that_names_it() {
    let tried = check("kind", KIND, |_, key, table| {
        let kind = table.get("kind").and_then(Value::as_table);
        files_of_kind(&kind.cloned().unwrap_or_default(), key)
    });
    assert!(tried > 150, "only {tried} words");
}
