//! The values that a platform put together by hand becomes. The conformance suite tests what Helm renders from them.

mod sample;
mod schema;

use serde_json::{Value, json};

use crate::{
    graph,
    model::{Condition, FileContent, Image, Piece, Platform, PlatformVolume, Raw, User},
    target::{Context, Emission, Vantage, shared::mounted::Mounted},
    template::Engine,
};

/// Runs `with` on the platform's context, beside some generated files.
fn in_context<T>(platform: &Platform, with: impl FnOnce(&Context<'_>) -> T) -> T {
    let graph = graph::build(platform);
    let engine = Engine::new(Vec::new()).expect("the embedded templates");
    let files = [
        ("config/server/app.yml", sample::NASTY),
        ("prometheus/rules/db.yml", "groups: []\n"),
    ];
    let mut mounted = Mounted::default();
    for (path, text) in files {
        mounted.add(path, text);
    }
    with(&Context {
        platform,
        graph: &graph,
        engine: &engine,
        vantage: Vantage::Kubernetes,
        mounted: &mounted,
    })
}

fn emit(platform: &Platform) -> Emission {
    in_context(platform, super::emit).expect("the chart renders")
}

fn values(platform: &Platform) -> Value {
    let view = in_context(platform, |context| super::chart::build(context).view);
    serde_json::to_value(view).expect("a view is a tree")["values"].take()
}

/// The values of a platform of one workload.
fn values_of(workload: crate::model::Workload) -> Value {
    let name = workload.name.clone();
    let platform = sample::platform(vec![sample::component(vec![workload])]);
    values(&platform)["components"][name].take()
}

#[test]
fn a_text_is_a_string_or_a_list_of_parts() {
    let values = values(&sample::full());
    let env = &values["components"]["server"]["env"];
    assert_eq!(env["NASTY"], sample::NASTY);
    assert_eq!(env["DB"], "http://db:5432");
    assert_eq!(
        env["URL"],
        json!([
            "db://$",
            { "secret": "db-password" },
            ":",
            { "secret": "token" },
            "@db:5432/$(X)"
        ])
    );
    assert_eq!(env["NETWORK"], json!([{ "namespace": true }, "/x"]));
    assert_eq!(env["PUBLIC"][0]["publicUrl"]["number"], 80);
}

#[test]
fn an_image_is_cut_at_its_digest_and_its_tag() {
    let cases = [
        ("redis", json!({ "repository": "redis" })),
        (
            "host:5000/redis",
            json!({ "repository": "host:5000/redis" }),
        ),
        (
            "host:5000/a/redis:8.1@sha256:ab",
            json!({ "repository": "host:5000/a/redis", "tag": "8.1", "digest": "sha256:ab" }),
        ),
    ];
    for (image, expected) in cases {
        let mut workload = sample::workload("one");
        workload.image = Image::literal(image);
        assert_eq!(values_of(workload)["image"], expected, "{image}");
    }
}

#[test]
fn a_tag_may_come_from_a_variable() {
    let mut workload = sample::workload("one");
    workload.image = Image::parse(&sample::pieces(&[
        sample::literal("apache/airflow:"),
        Piece::Variable("airflow".to_string()),
    ]));
    assert_eq!(
        values_of(workload)["image"],
        json!({ "repository": "apache/airflow", "tag": [{ "var": "airflow" }] })
    );
}

#[test]
fn volumes_decide_what_a_workload_becomes() {
    let values = values(&sample::full());
    let kinds: Vec<&str> = ["db", "server", "guest", "preparer", "migrate"]
        .map(|name| &values["components"][name]["kind"])
        .iter()
        .filter_map(|kind| kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["StatefulSet", "Deployment", "Container", "Job", "Job"]
    );
    assert_eq!(
        values["components"]["db"]["volumes"]["data"],
        json!({
            "mountPath": "/data",
            "subPath": "data",
            "claim": "db-data"
        })
    );
    assert_eq!(
        values["volumes"]["db-data"],
        json!({
            "name": "db-data",
            "component": "db",
            "workload": "db",
            "create": true,
            "size": "20Gi",
            "accessModes": ["ReadWriteOnce"]
        })
    );
    assert_eq!(
        values["volumes"]["models"]["accessModes"],
        json!(["ReadWriteMany"])
    );
}

#[test]
fn an_adopted_volume_is_a_claim_of_its_real_name() {
    let mut platform = sample::full();
    platform.volumes = platform
        .volumes
        .into_iter()
        .map(|volume| match volume.key.as_str() {
            "db-data" => PlatformVolume {
                real_name: "old-data".to_string(),
                claim: "old-data".to_string(),
                named: true,
                external: true,
                ..volume
            },
            _ => volume,
        })
        .collect();
    let values = values(&platform);
    assert_eq!(values["components"]["db"]["kind"], "Deployment");
    assert_eq!(values["components"]["db"]["strategy"], "Recreate");
    assert_eq!(values["volumes"]["db-data"]["name"], "old-data");
    assert_eq!(values["volumes"]["db-data"]["create"], false);
}

#[test]
fn edges_are_those_of_the_graph_and_of_what_runs_elsewhere() {
    let tcp = json!([{ "port": 5432, "protocol": "TCP" }]);
    assert_eq!(
        values(&sample::full())["networkPolicy"]["edges"],
        json!([
            { "from": "migrate", "to": "db", "ports": tcp },
            { "from": "server", "to": "db", "ports": tcp },
            { "pipeline": "Train_model", "to": "db", "ports": tcp },
            { "from": "airflow", "cidrs": ["10.1.2.3/32"], "ports": tcp },
        ])
    );
}

#[test]
fn raw_tables_come_last() {
    let emission = emit(&sample::full());
    let values = values(&sample::full());
    let server = &values["components"]["server"];
    assert_eq!(server["replicas"], 3);
    assert_eq!(server["extra"]["own"], sample::NASTY);
    assert_eq!(server["env"]["FROM_RAW"], json!([{ "var": "uid" }]));
    assert_eq!(values["networkPolicy"]["egress"], "open");
    assert_eq!(
        values["networkPolicy"]["extraIngress"],
        json!([{ "namespaceSelector": {} }])
    );
    let schema = &emission.files.files["helm/sample/values.schema.json"].text;
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    assert_eq!(schema["properties"]["mine"], json!({}));
    assert_eq!(
        schema["definitions"]["component"]["properties"]["replicas"]["type"],
        json!(["integer", "null"])
    );
}

#[test]
fn files_stand_below_files_and_bytes_as_base64() {
    let emission = emit(&sample::full());
    let files: Vec<(&str, &str)> = emission
        .files
        .files
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix("helm/sample/files/")?, &*file.text)))
        .collect();
    assert_eq!(
        files,
        [
            ("base64/project/_up/logo.png", "/wABAg==\n"),
            ("config/server/app.yml", sample::NASTY),
            ("project/conf/a.txt", "{{ a }}\n"),
            ("project/conf/deep/b c.txt", "b"),
            ("prometheus/rules/db.yml", "groups: []\n"),
        ]
    );
}

#[test]
fn files_that_one_config_map_can_not_hold_go_into_several() {
    let mut workload = sample::workload("one");
    workload.files = ["a", "b", "c"]
        .map(|name| {
            let content = FileContent::Project {
                path: name.to_string(),
                bytes: vec![b'x'; 600_000],
            };
            sample::file(&format!("/{name}"), content)
        })
        .into();
    let values = values_of(workload);
    let maps: Vec<&Value> = (0..3)
        .map(|index| &values["files"][index]["items"][0]["configMap"])
        .collect();
    assert_eq!(maps, ["one", "one-files-2", "one-files-3"]);
}

#[test]
fn a_workload_waits_for_a_port_that_it_may_reach() {
    let values = values(&sample::full());
    let components = &values["components"];
    assert_eq!(components["server"]["waitFor"], json!({ "db": 5432 }));
    assert_eq!(components["guest"]["waitFor"], Value::Null);
}

#[test]
fn what_waits_for_a_job_names_it() {
    let mut job = sample::workload("migrate");
    job.lifecycle = crate::model::Lifecycle::Job;
    let mut server = sample::workload("server");
    server.depends_on = vec![sample::dependency("migrate", Condition::Completed)];
    let platform = sample::platform(vec![
        sample::component(vec![job]),
        sample::component(vec![server]),
    ]);
    let values = values(&platform);
    assert_eq!(
        values["components"]["server"]["waitForJobs"],
        json!(["migrate"])
    );
}

#[test]
fn a_workload_that_may_be_root_allows_it() {
    let mut unknown = sample::workload("unknown");
    unknown.runtime.user = None;
    let values = values_of(unknown.clone());
    assert_eq!(values["mayBeRoot"], true);
    assert_eq!(
        values["unrestricted"],
        "its image may run as root: a number in `user` says that it does not"
    );
    unknown.runtime.user = Some(User::new(sample::text("1000:1000"), "1000:1000"));
    let values = values_of(unknown);
    assert_eq!(values["mayBeRoot"], Value::Null);
    assert_eq!(values["unrestricted"], Value::Null);
}

#[test]
fn a_daemon_is_on_every_node_and_prometheus_finds_each() {
    let mut agent = sample::workload("agent");
    agent.daemon = true;
    agent.ports = vec![sample::port("metrics", 9100)];
    let values = values_of(agent);
    assert_eq!(values["kind"], "DaemonSet");
    assert_eq!(values["replicas"], Value::Null);
    assert_eq!(values["serviceName"], "agent-headless");
}

#[test]
fn everything_without_a_form_in_the_chart_is_a_loss() {
    let emission = emit(&sample::full());
    let messages: Vec<&str> = emission
        .losses
        .iter()
        .map(|loss| loss.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "helm: `aliases` of `db` holds `x_y`, which can't be the name of a Service: nothing answers to it",
            "helm: `volumes.code` of `server` binds `server/code` of the project, which no cluster has: nothing is mounted at `/code`",
            "helm: `tmpfs` of `server` has the option `mode=1777`, which is left out",
            "helm: `tmpfs` of `server` has the option `size=50%`, which is left out",
            "helm: `labels` of `server` holds `not a key`, which Kubernetes takes as no annotation: it is left out",
            "helm: `extra_hosts` of `server` holds `engine:host-gateway`, which is no address in a cluster: it is left out",
            "helm: `network_mode` of `agent` puts it in the node's network, where no NetworkPolicy holds for it: what reaches the node reaches all its ports, and what it reaches may refuse the node's address. Let it in with `networkPolicy.extraIngress` there (`ipBlock`), and close the ports on the node",
        ]
    );
}

#[test]
fn a_start_order_of_the_kind_is_no_loss() {
    let mut job = sample::workload("job");
    job.lifecycle = crate::model::Lifecycle::Job;
    let mut server = sample::workload("server");
    server.depends_on = vec![sample::dependency("job", Condition::Completed)];
    let platform = sample::platform(vec![
        sample::component(vec![job]),
        sample::component(vec![server]),
    ]);
    assert_eq!(emit(&platform).losses, []);
}

#[test]
fn a_platform_without_anything_has_no_chart() {
    let mut platform = sample::platform(Vec::new());
    platform.raw_helm = Raw::default();
    assert!(emit(&platform).files.files.is_empty());
}
