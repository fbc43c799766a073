//! What a component is: its kind, its group, what it is bound to.

use super::super::{
    effect::effect,
    form::NameRule,
    inner::*,
    key::{KeyShape, Reader, key},
    shape::Shape,
    upstream::UPSTREAM_CHART,
};
use crate::files::Target::{Compose, Grafana, Helm, Prometheus};

pub(super) const IDENTITY: &[KeyShape] = &[
    key(
        "kind",
        FREE,
        "The catalog entry; `service` (runs on) by default, `job` runs to completion.",
        "kind = \"redis\"",
    )
    .also_called(&["type"])
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .set("kind = \"nginx\"")
            .without(&["image"])
            .becomes(Compose, "the kind's service and those of its parts")
            .becomes(Helm, "the kind's workload and those of its parts")
            .becomes(Prometheus, "the kind's jobs and rules")
            .becomes(Grafana, "the kind's dashboard"),
    ]),
    key(
        "group",
        RESOURCE_NAME,
        "The group that it starts and stops with.",
        "group = \"feast\"",
    )
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .set("group = \"two\"")
            .becomes(Compose, "the file and the network that it is in")
            .becomes(Helm, "a label")
            .becomes(Prometheus, "a label of its job")
            .becomes(Grafana, "the place of its row in the overview"),
    ]),
    key(
        "presets",
        Shape::List(&RESOURCE_NAME),
        "Presets merged in order under the component's own keys, over its group's.",
        "presets = [\"service\"]",
    )
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .set("presets = [\"extra\"]")
            .becomes(Compose, "the preset's keys")
            .becomes(Helm, "the preset's keys"),
    ]),
    key(
        "description",
        FREE,
        "For people who read the architecture.",
        "description = \"Online feature store\"",
    )
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .set("description = \"What it does\"")
            .becomes(Compose, "the hash of Grafana's files")
            .becomes(Helm, "the dashboard of Grafana")
            .becomes(Grafana, "the dashboard's description"),
    ]),
    key(
        "settings",
        Shape::Map(NameRule::Identifier, &Shape::Any),
        "Parameters of the kind, typed by it: `mlopsgen kinds NAME` lists them. A text in `env` under a variable that the kind fills from a setting (`POSTGRES_USER`) is that setting, unless it is written here. References are resolved in the configuration files that they name, too.",
        "settings = { database = \"mlflow\" }",
    )
    .read_by(Reader::Program)
    .of_component()
    .elsewhere_in_kinds()
    .takes_secrets()
    .in_targets(&[
        effect()
            .set("kind = \"redis\"\nsettings.password = \"${secrets.one}\"")
            .without(&["image"])
            .becomes(Compose, "what the kind makes of it")
            .becomes(Helm, "what the kind makes of it")
            .becomes(Prometheus, "what the kind makes of it")
            .becomes(Grafana, "what the kind makes of it"),
    ]),
    key(
        "uses",
        Shape::Map(NameRule::Identifier, &Shape::Either(&[FREE, FREE_LIST])),
        "Roles of the kind, bound to components: `\"component\"`, `\"component/database\"`, or a list.",
        "uses = { backend_store = \"mlflow-db\" }",
    )
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[
        effect()
            .set("kind = \"redis-exporter\"\nuses = { store = \"cache\" }")
            .without(&["image", "ports"])
            .becomes(Compose, "what the kind makes of it, `depends_on`, a network")
            .becomes(Helm, "what the kind makes of it, order, a policy")
            .becomes(Prometheus, "what the kind makes of it")
            .becomes(Grafana, "what the kind makes of it"),
    ]),
    key(
        "external",
        Shape::Either(&[Shape::Map(
            NameRule::Port,
            &Shape::Either(&[PORT_NUMBER, FREE]),
        )]),
        "It runs elsewhere: `{ host, port }`, or `{ PORT = \"host:port\" }` for several ports. A host that is a component of the platform, such as a proxy, is reached there: who uses this one joins its network, waits for it and may connect to it. Keys about a container (`image`, `volumes`, `ports.X.host`) are errors beside it; in an environment it removes those of the platform, and `external = false` those for one that runs elsewhere (`settings.tls`, the scheme of a port).",
        "external = { host = \"db.example.com\", port = 5432 }",
    )
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .set("external = { host = \"api.example.com\", port = 8000 }")
            .without(&["image", "ports", "metrics"])
            .becomes(Compose, "no service: addresses lead there")
            .becomes(Helm, "no workload: addresses lead there")
            .becomes(Prometheus, "scraped there, if it says what")
            .becomes(Grafana, "no dashboard of its own, unless it is scraped"),
    ]),
    key(
        "chart",
        UPSTREAM_CHART,
        "A third-party chart that replaces it in a cluster: a dependency of the platform's chart. Its Service, ports, edges and metrics stay.",
        "chart = { repository = \"https://charts.example.com\", name = \"redis\", version = \"1.2.3\" }",
    )
    .only_here()
    .of_component()
    .not_in_kinds()
    .in_targets(&[
        effect()
            .unchanged(Compose, "nothing: the image runs")
            .becomes(Helm, "a dependency of the chart, a Service, policies; no workload"),
        effect()
            .form("beside `env`")
            .set("env = { LEVEL = \"debug\" }\nchart = { repository = \"https://charts.example.com\", name = \"redis\", version = \"1.2.3\" }")
            .becomes(Compose, "`environment`")
            .becomes(Helm, "a dependency of the chart, a Service, policies; no workload")
            .loses(Helm, "what only `chart.values` says there"),
    ]),
    key(
        "parts",
        Shape::Parts,
        "One workload of a kind that has several, with these same keys, except those about the component as a whole (`kind`, `group`, `uses`, `settings`, `alerts` and their like); `false` removes it.",
        "parts.exporter = { resources = { memory = \"64Mi\" } }",
    )
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[
        effect()
            .set("kind = \"nginx\"\nparts.exporter = { resources = { memory = \"96Mi\" } }")
            .without(&["image"])
            .becomes(Compose, "keys of that service")
            .becomes(Helm, "keys of that workload")
            .becomes(Prometheus, "the kind's jobs and rules")
            .becomes(Grafana, "the kind's dashboard"),
    ]),
];
