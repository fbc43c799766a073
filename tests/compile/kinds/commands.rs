//! `args` are appended to a kind's command. Where a kind sets none, they would take the place of what its image starts.

use super::catalog;

/// Kinds that leave the command to their image, and whose image starts nothing but its entry point.
const ENTRY_POINT_ALONE: [(&str, &str); 11] = [
    ("bentoml", "the image is the user's own"),
    ("clickhouse", "its entry point hands flags to the server"),
    (
        "dcgm-exporter",
        "its entry point hands arguments to the program",
    ),
    ("grafana", "its entry point hands arguments to the program"),
    ("jenkins", "its entry point hands flags to Jenkins"),
    ("job", "the image is the user's own"),
    ("logstash", "its entry point hands flags to Logstash"),
    ("metabase", "its entry point hands arguments to the program"),
    ("nessie", "its entry point hands arguments to the program"),
    ("oauth2-proxy", "its entry point is the program"),
    ("redis-exporter", "its entry point is the program"),
];

#[test]
fn a_kind_without_a_command_says_what_its_image_starts() {
    let kinds = catalog();
    for (name, kind) in kinds {
        let says = ["image_command", "no_args"];
        let has_command = kind.table.get_path(&["workload", "command"]).is_some();
        let is_said = has_command || says.iter().any(|key| kind.table.get(key).is_some());
        let is_known =
            name == "service" || ENTRY_POINT_ALONE.iter().any(|(known, _)| known == name);
        assert!(
            is_said != is_known,
            "{name}: `image_command` or `no_args` in its file, or a reason here, and not both"
        );
    }
    for (name, _) in ENTRY_POINT_ALONE {
        assert!(kinds.contains_key(name), "there is no kind {name}");
    }
}
