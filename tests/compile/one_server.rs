//! What a kind that is one server keeps: no two pods of the chart have it at the same time.

use crate::contract::{block, compiled};

/// A rolling upgrade would start a second server on the data of the first, wherever that lies.
#[test]
fn the_data_of_one_server_is_never_that_of_two_pods() {
    let of = |key: &str, volume: &str| {
        let files = compiled(&format!(
            "[components.web]\nimage = \"a/web:1\"\ngroup = \"one\"\nvolumes.lake = {{ mount = \"/lake\", shared = \"lake\" }}\n\
             [components.db]\nkind = \"postgres\"\ngroup = \"one\"\nsettings.password = \"${{secrets.s}}\"\nvolumes.{key} = {volume}\n\
             [volumes.lake]\n"
        ));
        files["helm/p/values.yaml"].clone()
    };
    let claim = of("data", "{ shared = \"lake\" }");
    assert!(claim.contains("ReadWriteMany"));
    let folder = of("data", "{ source = \"/srv/db\" }");
    for data in [claim, folder] {
        assert!(
            block(&data, "  db:").contains("strategy: Recreate"),
            "{data}"
        );
        assert!(!block(&data, "  web:").contains("strategy:"), "{data}");
    }
    let socket = "{ mount = \"/run/other.sock\", source = \"/run/other.sock\" }";
    let beside = of(
        "data",
        &format!("{{ source = \"/srv/db\", read_only = true }}\nvolumes.socket = {socket}"),
    );
    assert!(!block(&beside, "  db:").contains("strategy:"), "{beside}");
}

/// What else it mounts it may share: the entry point would be down in every upgrade for its log.
#[test]
fn what_lies_beside_the_data_of_one_server_is_no_data() {
    let data_elsewhere = "volumes.data = false\nvolumes.beside";
    for (kind, key, volume, is_data) in [
        (
            "traefik",
            "volumes.beside",
            "{ mount = \"/var/log/traefik\", source = \"/srv/log\" }",
            false,
        ),
        (
            "traefik",
            "volumes.beside",
            "{ mount = \"/pages\", shared = \"lake\" }",
            false,
        ),
        (
            "statsd-exporter",
            "volumes.beside",
            "{ mount = \"/data\", shared = \"lake\" }",
            false,
        ),
        (
            "statsd-exporter",
            "volumes.beside",
            "{ mount = \"/data\", source = \"/srv/data\" }",
            false,
        ),
        (
            "prometheus",
            "volumes.data",
            "{ mount = \"/elsewhere\", source = \"/srv/data\" }",
            true,
        ),
        (
            "prometheus",
            data_elsewhere,
            "{ mount = \"/prometheus/wal\", source = \"/srv/data\" }",
            true,
        ),
        (
            "prometheus",
            data_elsewhere,
            "{ mount = \"/prometheus-rules\", source = \"/srv/data\" }",
            false,
        ),
    ] {
        let files = compiled(&format!(
            "[components.web]\nimage = \"a/web:1\"\ngroup = \"one\"\nvolumes.lake = {{ mount = \"/lake\", shared = \"lake\" }}\n\
             [components.it]\nkind = \"{kind}\"\ngroup = \"one\"\n{key} = {volume}\n[volumes]\nlake = {{}}\n"
        ));
        let values = block(&files["helm/p/values.yaml"], "  it:");
        assert_eq!(values.contains("strategy: Recreate"), is_data, "{values}");
    }
}
