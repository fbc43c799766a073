//! `args` are appended to a kind's command. Where a kind sets none, they would take the place of what its image starts. A `command` of
//! the user's own takes its place.

use mlopsgen::syntax::Node;

use super::{author::most, catalog, compiled};

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

/// The user's own command would be what the shell runs, in the place of the kind's script.
#[test]
fn no_kind_has_its_script_in_the_command() {
    for (name, kind) in catalog() {
        for table in kind.tables() {
            let words = table.get_path(&["workload", "entrypoint"]);
            let words = words.and_then(Node::as_array).unwrap_or_default();
            let last = words.last().and_then(Node::as_str);
            assert!(last != Some("-c"), "{name}: its entry point ends with `-c`");
        }
    }
}

#[test]
fn a_command_of_ones_own_starts_behind_the_script_of_a_kind() {
    let own = |kind: &str, lines: &str| {
        let lines = format!("[components.it]\n{lines}\n");
        let output = compiled(&most(kind).replacen("[components.it]\n", &lines, 1));
        let file = output.files.files.get("compose/one.yaml");
        file.expect("the file of its group").text.to_string()
    };
    let store = own(
        "s3",
        "version = \"3.99\"\ncommand = [\"server\", \"-s3\", \"-filer\"]",
    );
    let started =
        "      - weed\n    command:\n      - server\n      - \"-s3\"\n      - \"-filer\"\n";
    assert!(store.contains(started), "{store}");
    assert!(
        store.contains("exec weed -logtostderr=true \"$$@\"\n"),
        "{store}"
    );
}
