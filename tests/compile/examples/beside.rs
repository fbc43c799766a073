//! What an example can't be without.

use super::{APP, KIND_OF_OWN};

/// What stands beside an example, in the table at this path or with one key of it. `*` is any name, `#` any item.
pub(super) const BESIDE: &[(&str, &str)] = &[
    ("vars.*", "default = 1"),
    ("raw.helm.gateway.parentRefs.#", "name = \"public\""),
    ("raw.helm.gateway.redirectRefs.#", "name = \"public\""),
    (
        "raw.helm.externalSecrets.further.#",
        "name = \"a\"\ntype = \"Opaque\"\ndata = {}\nreads = []",
    ),
    (
        "raw.helm.ingress.hosts.*",
        "workload = \"jupyterlab\"\nport = \"http\"",
    ),
    (
        "raw.helm.networkPolicy.edges.#",
        "ports = [{ port = 5432, protocol = \"TCP\" }]",
    ),
    ("secrets.*", "env = \"S\""),
    ("routes.*.paths.*", "to = \"grafana\""),
    ("kind.data_folders.#.kept_if", "value = \"sqlite3\""),
    ("kind.told_in_files.#", "files = [\"/etc/own.yaml\"]"),
    (
        "kind.contradictions.#",
        "env = [\"SKIP\"]\nbecause = \"not made\"\ninstead = \"write it\"",
    ),
    (
        "deploy.argocd",
        "repository = \"https://git.example.com/p.git\"",
    ),
    (
        "deploy.flux",
        "repository = \"https://git.example.com/p.git\"",
    ),
    (
        "components.*.chart",
        "repository = \"https://charts.example.com\"\nname = \"redis\"\nversion = \"1.2.3\"",
    ),
    (
        "components.*.chart.operator",
        "namespace = \"cnpg-system\"\nports = [8000]",
    ),
    ("components.*", APP),
    ("components.*: kind", "group = \"feast\""),
    (
        "components.*: settings",
        "kind = \"postgres\"\ngroup = \"feast\"\nsettings.password = \"${secrets.db-password}\"",
    ),
    ("components.*: uses", "kind = \"mlflow\"\ngroup = \"feast\""),
    ("components.*: parts", "kind = \"redis\"\ngroup = \"feast\""),
    (
        "components.*: version",
        "image = \"a/b\"\ngroup = \"feast\"",
    ),
    ("components.*: external", ""),
    ("components.*.build", "context = \"model_serving\""),
    ("components.*.ports.*", "container = 8000"),
    ("components.*.volumes.*", "mount = \"/example\""),
    ("components.*.files.*: mode", "content = \"x\""),
    ("components.*.helm.hpa", "maxReplicas = 5"),
    (
        "components.*.helm.ports.*",
        "port = 9000\nprotocol = \"TCP\"",
    ),
    (
        "components.*.helm.health",
        "tcpSocket = { port = 8000 }\nperiodSeconds = 30\ntimeoutSeconds = 5\nretries = 5\nstartSeconds = 60",
    ),
    (
        "components.*.helm.health.httpGet",
        "path = \"/\"\nport = 8000",
    ),
    ("components.*.helm.health.tcpSocket", "port = 8000"),
    ("components.*.helm.volumes.*", "mountPath = \"/example\""),
    (
        "components.*.helm.files.#",
        "path = \"/etc/app.conf\"\nmode = 292",
    ),
    (
        "components.*.helm.files.#.items.#",
        "file = \"web/app.conf\"\nconfigMap = \"web-files\"\nkey = \"app.conf\"",
    ),
    (
        "components.*.helm.hostAliases.#",
        "ip = \"10.0.0.1\"\nhostnames = [\"old\"]",
    ),
    (
        "components.*.helm",
        "resources = { requests = { cpu = \"100m\", memory = \"64Mi\" } }",
    ),
    (
        "components.*.helm: extraVolumeMounts",
        "extraVolumes = [{ name = \"cache\", emptyDir = {} }]",
    ),
    ("components.*.helm: backoffLimit", "kind = \"Job\""),
    ("components.*.helm: restartPolicy", "kind = \"Job\""),
    ("components.*.metrics.relabel.#", "target_label = \"tier\""),
    ("components.*.health", "shell = \"true\""),
    ("components.*.health: http", "port = \"http\""),
    ("components.*.health: tcp", ""),
    ("components.*.health: command", ""),
    ("components.*.alerts.*", "expr = \"up == 0\""),
    ("components.*: slo", "kind = \"traefik\"\ngroup = \"feast\""),
    (
        "components.*.slo",
        "requests = \"a_total\"\nerrors = \"b_total\"\ndurations = \"c_bucket\"",
    ),
    (
        "components.*.slo: window",
        "availability = \"99%\"\nrequests = \"a\"\nerrors = \"b\"",
    ),
    ("components.*.slo.latency", "p = 95\nunder = \"300ms\""),
    (
        "components.*.panels.#",
        "title = \"Requests\"\nexpr = \"up\"",
    ),
    ("components.*.panels.#.thresholds.#", "color = \"red\""),
    ("components.*.metrics.about", "workload = [\"pod\"]"),
    (
        "components.*.metrics.about.stack",
        "name = \"container_label_com_docker_stack_namespace\"\nservice = \"container_label_com_docker_swarm_service_name\"",
    ),
    (
        "components.*.metrics.basic",
        "user = \"prometheus\"\npassword = \"${secrets.db-password}\"",
    ),
    (
        "pipelines.*",
        "image = \"a/b:1\"\ntasks.extract = { run = \"true\" }",
    ),
    ("pipelines.*.tasks.*", "run = \"true\""),
    ("pipelines.*.tasks.*: stub", ""),
    ("ci.*", "stages = [{ name = \"a\", run = [\"true\"] }]"),
    ("ci.*.stages.#", "name = \"a\"\nrun = [\"true\"]"),
    ("ci.*.stages.#: parallel", "name = \"a\""),
    ("flows.#", "from = \"data-scientist\"\nto = \"redis\""),
    (
        "notify",
        "receivers = { team = { webhook = \"http://a\" }, on-call = { webhook = \"http://b\" }, dead-man = { webhook = \"http://c\" } }",
    ),
    (
        "notify.receivers.*: channel",
        "slack = \"${secrets.slack-webhook}\"",
    ),
    (
        "moved.#",
        "from = \"components.old-db\"\nto = \"components.mlflow-db\"",
    ),
    (
        "kind.upgrades.#",
        "on = \"up\"\nneeds = \"dump and restore\"",
    ),
    ("kind.workload.files.*: of", "content = \"x\""),
    (
        "routes.*",
        "through = \"gateway\"\nhost = \"ml.example.com\"\npaths = { \"/mlflow\" = \"mlflow\" }",
    ),
    (
        "routes.*: paths",
        "through = \"gateway\"\nhost = \"ml.example.com\"",
    ),
    (
        "kind.own_name",
        "port = \"http\"\nsetting = \"database\"\nexample = \"x\"\notherwise = \"nobody gets in\"",
    ),
    ("notify.routes.#", "receiver = \"on-call\""),
    ("notify.smtp", "host = \"a:587\"\nfrom = \"a@b.c\""),
    (
        "notify.smtp: user",
        "host = \"a:587\"\nfrom = \"a@b.c\"\npassword = \"${secrets.smtp-password}\"",
    ),
    (
        "notify.smtp: password",
        "host = \"a:587\"\nfrom = \"a@b.c\"\nuser = \"alerts\"",
    ),
    ("kind", KIND_OF_OWN),
    ("kind.roles.*", "kinds = [\"postgres\"]"),
    ("kind.workload.metrics.about", "workload = [\"pod\"]"),
    (
        "kind.workload.metrics.about.stack",
        "name = \"container_label_com_docker_stack_namespace\"\nservice = \"container_label_com_docker_swarm_service_name\"",
    ),
    ("kind.workload.volumes.*", "mount = \"/example\""),
    ("kind.workload.health", "http = \"/\"\nport = \"http\""),
    (
        "kind.charts.*.secret",
        "entries = { password = \"${settings.password}\" }",
    ),
    ("kind.alerts.*", "expr = \"up == 0\""),
    ("kind.records.#", "record = \"a:b\"\nexpr = \"up\""),
    (
        "kind.panels.#",
        "title = \"A\"\nqueries = [{ expr = \"up\" }]",
    ),
    ("kind.panels.#.queries.#", "expr = \"up\""),
    ("kind.panels.#.thresholds.#", "color = \"red\""),
];
