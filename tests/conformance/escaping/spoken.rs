//! What runtimes do with a text: how Compose prints a model, and how Kubernetes expands the texts of a container.

use std::collections::BTreeMap;

use serde_json::Value;

/// A model as Compose runs it: `config` prints every dollar twice, so that its output can be read again.
pub fn single_dollars(model: &Value) -> Value {
    each_text(model, &|text| text.replace("$$", "$"))
}

/// A tree in which every text, keys included, is replaced.
pub fn each_text(tree: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match tree {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, change)).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (change(key), each_text(value, change)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Replaces the texts in the containers of an object by what their processes get: the kubelet expands the values of `env` by those
/// before them, and `command` and `args` by all. What comes from elsewhere stands as `<where>`.
pub fn as_run(object: &mut Value) {
    let spec = match object.pointer("/spec/template/spec") {
        Some(_) => object.pointer_mut("/spec/template/spec"),
        None => object.get_mut("spec"),
    };
    let Some(spec) = spec else { return };
    for list in ["containers", "initContainers", "init_containers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        containers.into_iter().flatten().for_each(run_container);
    }
}

fn run_container(container: &mut Value) {
    let mut known = BTreeMap::new();
    for variable in list(container, "env") {
        let name = variable["name"].as_str().unwrap_or_default().to_owned();
        if let Some(Value::String(value)) = variable.get_mut("value") {
            *value = expanded(value, &known);
        }
        let value = match variable["value"].as_str() {
            Some(value) => value.to_owned(),
            None => format!("<{name}>"),
        };
        known.insert(name, value);
    }
    for key in ["command", "args"] {
        for word in list(container, key) {
            if let Value::String(text) = word {
                *text = expanded(text, &known);
            }
        }
    }
}

fn list<'a>(container: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    container
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

/// `Expand` of Kubernetes' third_party/forked/golang/expansion, which works on bytes: behind a dollar it takes one byte
/// for a character.
fn expanded(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut out: Vec<u8> = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (taken, written): (usize, Vec<u8>) = match (first, after.first()) {
            (b'$', Some(b'$')) => (2, b"$".to_vec()),
            (b'$', Some(b'(')) => match after.iter().position(|byte| *byte == b')') {
                Some(end) => {
                    let name = String::from_utf8_lossy(&after[1..end]).into_owned();
                    let whole = || format!("$({name})");
                    let value = known.get(&name).cloned().unwrap_or_else(whole);
                    (end + 2, value.into_bytes())
                }
                None => (2, b"$(".to_vec()),
            },
            (b'$', Some(next)) => (2, format!("${}", char::from(*next)).into_bytes()),
            _ => (1, vec![*first]),
        };
        out.extend(written);
        rest = &rest[taken..];
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_container_gets_what_the_kubelet_expands() {
    let known = BTreeMap::from([("A".to_owned(), "a".to_owned())]);
    for (text, wanted) in [
        ("$(A) $$(A) $(B) $(A", "a $(A) $(B) $(A"),
        ("$a $$ $$$ $", "$a $ $$ $"),
        ("$é", "$Ã\u{fffd}"),
    ] {
        assert_eq!(expanded(text, &known), wanted, "{text}");
    }
}
