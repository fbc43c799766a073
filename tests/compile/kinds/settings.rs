//! What kinds say of their settings, and what becomes of values that programs write in another way.

use mlopsgen::{
    catalog::{SettingSpec, SettingType},
    syntax::{Node, Value},
};

use super::{author::least, catalog, compiled};

/// What is wrong with a default.
fn fault(spec: &SettingSpec, default: &Node) -> Option<&'static str> {
    if let Value::Integer(number) = default.value {
        let fits = spec.min.is_none_or(|it| it <= number) && spec.max.is_none_or(|it| number <= it);
        return (!fits).then_some("is out of its range");
    }
    let items = default.as_array().unwrap_or(std::slice::from_ref(default));
    let mut texts = items.iter().filter_map(Node::as_str);
    let form = spec.form?;
    texts
        .any(|text| !text.contains("${") && !form.accepts(text))
        .then_some("has not its form")
}

#[test]
fn defaults_are_what_their_settings_take() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        for spec in &kind.settings {
            let default = spec.default.as_ref();
            if let Some(fault) = default.and_then(|default| fault(spec, default)) {
                faults.push(format!("{name}: the default of `{}` {fault}", spec.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// No program takes just any number or any text: each setting says what it takes.
#[test]
fn every_number_has_a_range_and_every_text_a_form() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        for spec in &kind.settings {
            let is_bounded = match spec.kind {
                SettingType::Integer => spec.min.is_some(),
                SettingType::String => {
                    spec.form.is_some() || spec.characters.is_some() || !spec.choices.is_empty()
                }
                _ => true,
            };
            if !is_bounded {
                faults.push(format!("{name}: `{}`", spec.name));
            }
        }
    }
    // Of Flink's it is several lines.
    let known = ["flink: `properties`", "jenkins: `repository_folder`"];
    assert_eq!(faults, known);
}

/// The texts of all files that Compose mounts, and of its own.
fn texts(platform: &str) -> String {
    let output = compiled(platform);
    let files = output.files.files.iter();
    let files =
        files.filter(|(path, _)| path.starts_with("compose/") || path.starts_with("config/"));
    files.map(|(_, file)| file.text.to_string()).collect()
}

/// Go has no unit for days.
#[test]
fn programs_in_go_get_days_as_hours() {
    for kind in ["tempo", "jaeger"] {
        let platform = least(kind) + "settings.retention = \"7d\"\n";
        let texts = texts(&platform);
        assert!(
            texts.contains("168h") && !texts.contains(": 7d"),
            "{kind}: {texts}"
        );
    }
}

#[test]
fn the_image_of_a_part_takes_the_place_of_what_the_kind_builds() {
    let platform = least("jenkins")
        + "parts.agent.image = \"own/agent:9\"\n[ci.build]\nagent = { docker = \"python:3.12\" }\nstages = [{ name = \"test\", run = [\"make test\"] }]\n[lints]\nunused = \"allow\"\n";
    let texts = texts(&platform);
    assert!(
        texts.contains("image: \"own/agent:9\"") || texts.contains("image: own/agent:9"),
        "{texts}"
    );
    assert!(
        !texts.contains("dockerfile_inline") && !texts.contains("pull_policy"),
        "{texts}"
    );
}

/// MinIO's metrics are open only to a Prometheus of the platform that reads them.
#[test]
fn metrics_are_public_only_where_they_are_scraped() {
    let text = least("minio");
    let prometheus = "[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\nallow = [\"nobody-told\"]\n";
    let off = format!("{text}metrics = false\n{prometheus}");
    for (platform, is_open) in [
        (text.clone(), false),
        (format!("{text}{prometheus}"), true),
        (off, false),
    ] {
        let told = texts(&platform).contains("MINIO_PROMETHEUS_AUTH_TYPE");
        assert_eq!(told, is_open, "{platform}");
    }
}
