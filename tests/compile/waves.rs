//! The order in which Argo CD applies pods: it starts a wave once all before are healthy, so whoever waits must not come before
//! what it waits for.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{contract::compiled, escaping::read::yaml};

const BOX: &str = "image = \"a/b:1\"\ngroup = \"one\"\n";

/// The wave of each workload with a pod of its own, 0 where it has none.
fn waves(components: &[(&str, &str)]) -> BTreeMap<String, i64> {
    let mut text =
        "[deploy]\nargocd = { repository = \"https://git.example.com/p.git\" }\n".to_string();
    for (name, keys) in components {
        text.push_str(&format!("[components.{name}]\n{BOX}{keys}\n"));
    }
    let files = compiled(&text);
    let values = yaml(&files["helm/p/values.yaml"]).expect("YAML")[0].take();
    let own = values["components"].as_object().expect("a table").iter();
    let own = own.filter(|(_, it)| it.get("podOf").is_none());
    own.map(|(name, it)| {
        (
            name.clone(),
            it.get("syncWave").and_then(Value::as_i64).unwrap_or(0),
        )
    })
    .collect()
}

fn are(components: &[(&str, &str)], expected: &[(&str, i64)]) {
    let expected = expected
        .iter()
        .map(|(name, wave)| (name.to_string(), *wave));
    assert_eq!(waves(components), expected.collect());
}

const LISTENS: &str = "ports.http = 80\nhealth = { tcp = \"http\" }\n";

/// `a` waits for the port of `b`, which is in a later wave than `c`; `o` waits for `d`, where that is on.
#[test]
fn what_waits_for_a_start_is_in_no_earlier_wave() {
    are(
        &[
            ("c", LISTENS),
            ("b", "ports.http = 80\ndepends_on = { c = \"healthy\" }"),
            ("a", "depends_on = { b = \"started\" }"),
            ("d", &format!("{LISTENS}depends_on = [\"c\"]")),
            (
                "o",
                "depends_on = { d = { on = \"healthy\", optional = true } }",
            ),
        ],
        &[("a", 1), ("b", 1), ("c", 0), ("d", 1), ("o", 2)],
    );
}

/// A pod is healthy once its guests are, and a guest listens when its pod is there.
#[test]
fn a_pod_waits_for_what_its_guests_wait_for() {
    are(
        &[
            ("c", LISTENS),
            ("d", &format!("{LISTENS}depends_on = [\"c\"]")),
            ("host", LISTENS),
            (
                "guest",
                "network_mode = \"service:host\"\nports.more = 90\nhealth = { tcp = \"more\" }\ndepends_on = [\"d\"]",
            ),
            (
                "first",
                "kind = \"job\"\nnetwork_mode = \"service:host\"\ndepends_on = [\"c\"]",
            ),
            ("x", "depends_on = [\"guest\"]"),
        ],
        &[("c", 0), ("d", 1), ("host", 2), ("x", 3)],
    );
}

/// `x` waits for `host`, whose pod is healthy only once its guest is, which waits for `x`: none of them can come first.
#[test]
fn pods_that_wait_for_each_other_are_in_one_wave() {
    are(
        &[
            ("c", LISTENS),
            ("host", &format!("{LISTENS}depends_on = [\"c\"]")),
            ("x", &format!("{LISTENS}depends_on = [\"host\"]")),
            (
                "guest",
                "network_mode = \"service:host\"\ndepends_on = [\"x\"]",
            ),
            ("y", "depends_on = [\"x\"]"),
        ],
        &[("c", 0), ("host", 1), ("x", 1), ("y", 2)],
    );
}

/// Its objects have no wave, which is the first one.
#[test]
fn what_a_chart_of_others_waits_for_is_in_the_first_wave() {
    let chart = "chart = { repository = \"https://charts.example.com\", name = \"shop\", version = \"1.2.3\" }\nallow = [\"target-loss\"]\n";
    let components = [
        ("c", LISTENS),
        ("d", &format!("{LISTENS}depends_on = [\"c\"]")),
        ("shop", &format!("{LISTENS}{chart}depends_on = [\"d\"]")),
        ("x", "depends_on = [\"shop\", \"d\"]"),
    ];
    let waves = waves(&components);
    let of = |name: &str| waves[name];
    assert_eq!([of("c"), of("d"), of("x")], [0, 0, 1]);
}
