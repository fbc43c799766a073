//! Keys of a workload that have a different form in Compose and in the chart.

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::contract::{block, compiled, is_as_written, outcome, platform};

#[test]
fn a_raw_false_takes_a_value_out_of_the_chart() {
    let files = compiled(
        r#"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
ports.admin = 81
helm = { ports = { admin = false }, enabled = false }
"#,
    );
    let app = block(&files["helm/p/values.yaml"], "  app:");
    is_as_written("a-raw-false.yaml", &app);
}

/// A bind address of all interfaces has several spellings. For each of them, a health check on the host's network uses the
/// loopback address.
#[test]
fn all_addresses_are_reached_on_the_host_itself() {
    for bind in ["0.0.0.0", "::", "[::]"] {
        let files = compiled(&format!(
            r#"
[components.prometheus]
kind = "prometheus"
group = "one"
network_mode = "host"
[components.app]
image = "a/app:1"
group = "one"
ports.http = {{ container = 80, host = 8080, bind = "{bind}" }}
metrics = {{ port = "http" }}
"#
        ));
        let job = block(&files["prometheus/prometheus.yml"], "  - job_name: app");
        is_as_written("a-scrape-on-the-host-itself.yaml", &job);
    }
}

/// A health check or scrape over HTTP uses HTTP, whatever the scheme of the port's URLs.
#[test]
fn a_health_check_over_http_does_not_use_the_scheme_of_the_port() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.app]
image = "a/app:1"
group = "one"
ports.rpc = { container = 80, scheme = "grpc" }
health = { http = "/health", port = "rpc" }
metrics = { port = "rpc" }
"#,
    );
    let app = block(&files["helm/p/values.yaml"], "  app:");
    is_as_written("a-scheme-in-the-chart.yaml", &app);
    let job = block(&files["prometheus/prometheus.yml"], "  - job_name: app");
    is_as_written("a-scheme-in-a-scrape.yaml", &job);
}

/// All GPUs of the machine, or certain ones: Compose reserves them by name, a cluster only by number.
/// moby/moby, daemon/nvidia_linux.go: a count is the first devices of the machine, for each container anew.
#[test]
fn several_containers_with_a_number_of_gpus_share_the_first_ones() {
    let messages = |keys: &str| {
        let component = format!("[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n{keys}\n");
        outcome(&component).1
    };
    let told = "`replicas` of `app`: it gives all its containers the same GPUs";
    let two = messages("replicas = 2\nresources = { gpu = 2 }");
    assert!(two.contains(told), "{two}");
    for keys in [
        "resources = { gpu = 2 }",
        "replicas = 2\nresources = { gpu = 0 }",
        "replicas = 2\nports.http = { container = 80, host = 80 }\nresources = { gpu = 1 }",
    ] {
        let messages = messages(keys);
        assert!(!messages.contains("same GPUs"), "{keys}: {messages}");
    }
}

/// A number is the first devices for every workload, so that each but the first gets what another has.
#[test]
fn a_number_of_gpus_is_the_same_ones_for_each_workload() {
    let messages = |first: &str, second: &str| {
        let component = format!(
            "[components.a]\nimage = \"a/app:1\"\ngroup = \"one\"\n{first}\n[components.b]\nimage = \"a/app:1\"\ngroup = \"one\"\n{second}\n"
        );
        outcome(&component).1
    };
    let [two, one, zero, third] =
        ["2", "1", "[0]", "[2]"].map(|gpu| format!("resources = {{ gpu = {gpu} }}"));
    for (first, second, told) in [
        (
            &two,
            &one,
            "`resources` of `b`: it gives it the GPUs of `a`, too",
        ),
        (
            &two,
            &zero,
            "`resources` of `a`: it gives it the GPUs of `b`, too",
        ),
    ] {
        let messages = messages(first, second);
        assert_eq!(messages.matches("the GPUs of").count(), 1, "{messages}");
        assert!(messages.contains(told), "{messages}");
    }
    for (first, second) in [(&two, &third), (&zero, &third), (&two, &String::new())] {
        let messages = messages(first, second);
        assert!(!messages.contains("the GPUs of"), "{messages}");
    }
    let in_turn = messages(&format!("{two}\nprofiles = [\"night\"]"), &one);
    assert!(!in_turn.contains("the GPUs of"), "{in_turn}");
}

#[test]
fn gpus_are_counted_or_named() {
    let asked = |gpu: &str| {
        let component = format!(
            "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nresources = {{ gpu = {gpu} }}\n"
        );
        let (files, printed) = outcome(&component);
        let files = files.unwrap_or_else(|| panic!("{printed}"));
        let compose = block(&files["compose/one.yaml"], "    deploy:");
        let cluster = files["helm/p/values.yaml"].contains("nvidia.com/gpu");
        let lost = printed.contains("helm: `resources` of `app` asks for all or for certain GPUs");
        (compose, cluster, lost)
    };
    for (gpu, name, is_in_cluster) in [
        ("2", "two-gpus.yaml", true),
        ("\"all\"", "all-gpus.yaml", false),
        ("[\"GPU-8932f937\", 3]", "certain-gpus.yaml", false),
    ] {
        let (compose, cluster, lost) = asked(gpu);
        is_as_written(name, &compose);
        assert_eq!((cluster, lost), (is_in_cluster, !is_in_cluster), "{gpu}");
    }
}

/// If an image can't run a health check, only Kubernetes probes it, and no service in Compose waits for `healthy`.
#[test]
fn a_health_check_that_compose_does_not_run_is_a_probe_of_kubernetes() {
    let platform = |depends: &str| {
        format!(
            r#"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
health = {{ http = "/health", port = "http", compose = false }}
[components.client]
image = "a/client:1"
group = "one"
depends_on = {depends}
"#
        )
    };
    let (files, printed) = outcome(&platform("[\"app\"]"));
    let files = files.unwrap_or_else(|| panic!("{printed}"));
    let compose = &files["compose/one.yaml"];
    assert!(!compose.contains("healthcheck"), "{compose}");
    assert!(compose.contains("condition: service_started"), "{compose}");
    assert!(files["helm/p/values.yaml"].contains("path: /health"));
    assert!(!printed.contains("no-health-check"), "{printed}");

    let (files, printed) = outcome(&platform("{ app = \"healthy\" }"));
    assert!(files.is_none());
    assert!(
        printed.contains("Compose runs no health check of `app`"),
        "{printed}"
    );
}

/// Neither the permissions of a device nor a name of the Container Device Interface is a path in the container.
#[test]
fn a_device_of_a_pod_is_mounted_where_it_is() {
    let (files, printed) = outcome(
        "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\ndevices = [\"/dev/fuse:rw\", \"nvidia.com/gpu=all\"]\n",
    );
    let files = files.unwrap_or_else(|| panic!("{printed}"));
    let app = block(&files["helm/p/values.yaml"], "  app:");
    is_as_written("a-device-of-a-pod.yaml", &app);
    assert!(printed.contains("holds `nvidia.com/gpu=all`"), "{printed}");
}

/// What runs elsewhere needs no number beside its address: `ports` says only what the address does not.
#[test]
fn the_address_of_what_runs_elsewhere_says_its_number() {
    let files = compiled(
        r#"
[components.billing]
external = { api = "billing.example.com:8443" }
ports.api = { scheme = "https", path = "/v2" }
[components.app]
image = "a/app:1"
group = "one"
env.BILLING = "${components.billing.api.url}"
"#,
    );
    let url = "BILLING: \"https://billing.example.com:8443/v2\"";
    assert!(files["compose/one.yaml"].contains(url));
    assert!(files["helm/p/values.yaml"].contains(url));
}

/// Kubernetes and Compose refuse a path that is mounted twice.
#[test]
fn the_certificate_of_a_scrape_is_mounted_once() {
    let text = r#"
[platform]
name = "p"
[groups]
one = "1"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.app]
image = "a/app:1"
group = "one"
ports.http = 80
metrics = { port = "http", ca = "ca.pem" }
"#;
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    let output = compile(&world, &Request::default()).output;
    let files = output.expect("no errors").files.files;
    for file in ["compose/one.yaml", "helm/p/values.yaml"] {
        let mounts = files[file].text.matches("/etc/prometheus/ca/app.pem");
        assert_eq!(mounts.count(), 1, "{file}");
    }
}

/// A guest shares the network of its host. If a component reaches the guest, the host joins the network of the guest's group.
#[test]
fn a_guest_brings_the_network_of_its_group_only_where_an_edge_asks_for_it() {
    let members = "[components.vpn]\nimage = \"me/vpn:1\"\ngroup = \"two\"\n\
        [components.guest]\nimage = \"me/g:1\"\ngroup = \"one\"\nnetwork_mode = \"service:vpn\"\nports.http = 80\n";
    let networks = |more: &str| {
        let files = compiled(&format!("{members}{more}"));
        let service = block(&files["compose/two.yaml"], "  vpn:");
        service
            .lines()
            .any(|line| line.trim_start().starts_with("one:"))
    };
    let stranger = "[components.stranger]\nimage = \"me/s:1\"\ngroup = \"one\"\n";
    assert!(!networks(stranger));
    assert!(networks(&format!("{stranger}reaches = [\"guest\"]\n")));
    let asked = members.replace(
        "ports.http = 80\n",
        "ports.http = 80\nreaches = [\"stranger\"]\n",
    );
    let files = compiled(&format!("{asked}{stranger}ports.http = 81\n"));
    let service = block(&files["compose/two.yaml"], "  vpn:");
    assert!(service.contains("one:"), "{service}");
}

/// A pod of several: what each says of the pod, and what of it can't be.
const POD: &str = r#"
[components.web]
image = "a/web:1"
group = "one"
labels = { team = "ml", of = "web" }
platform = "linux/amd64"
extra_hosts = ["old:10.0.0.1"]
stop_grace_period = "40s"
[components.aside]
image = "a/aside:1"
group = "one"
network_mode = "service:web"
labels = { owner = "x", of = "aside" }
platform = "linux/arm64"
extra_hosts = ["old:10.0.0.2", "new:10.0.0.1"]
stop_grace_period = "20s"
group_add = ["44"]
hostname = "aside"
init = true
replicas = 2
volumes.data = { mount = "/data" }
[components.first]
kind = "job"
image = "a/first:1"
group = "one"
network_mode = "service:web"
labels = { owner = "x" }
restart = "on-failure:3"
ports.http = 8000
aliases = ["early"]
[components.caller]
image = "a/caller:1"
group = "one"
env.URL = "${components.first.http.url}"
"#;

#[test]
fn what_a_guest_says_of_its_pod_reaches_it_or_is_told() {
    let files = compiled(POD);
    let values = &files["helm/p/values.yaml"];
    let pods = ["  web:", "  aside:", "  first:"].map(|line| block(values, line));
    is_as_written("a-pod-of-several.yaml", &pods.join("\n"));
    let world = MemoryWorld::new().with("platform.toml", platform(POD));
    let said = compile(&world, &Request::default()).diagnostics;
    let losses: Vec<&str> = said
        .iter()
        .filter_map(|it| it.message.strip_prefix("helm: "))
        .collect();
    is_as_written(
        "what-a-pod-of-several-loses.txt",
        &format!("{}\n", losses.join("\n")),
    );
}

/// A guest that is off by default says nothing of a pod that runs without it, and the user is told; where both are off, it does.
#[test]
fn what_a_guest_that_is_off_says_of_its_pod_is_left_out() {
    let guest = "image = \"a/aside:1\"\ngroup = \"one\"\nnetwork_mode = \"service:web\"\nprofiles = [\"debug\"]\n\
                 labels = { of = \"aside\" }\nplatform = \"linux/arm64\"\nextra_hosts = [\"new:10.0.0.1\"]\n\
                 stop_grace_period = \"90s\"\ngroup_add = [\"44\"]\ninit = true\n";
    let pod = |profiles: &str| {
        let text = format!(
            "[components.web]\nimage = \"a/web:1\"\ngroup = \"one\"\n{profiles}[components.aside]\n{guest}"
        );
        let (files, said) = outcome(&text);
        let values = files.unwrap_or_else(|| panic!("{said}"));
        (block(&values["helm/p/values.yaml"], "  web:"), said)
    };
    let said_of_pod = [
        "of: aside",
        "arm64",
        "10.0.0.1",
        "terminationGracePeriodSeconds",
        "supplementalGroups",
        "shareProcessNamespace",
    ];
    let (on, said) = pod("");
    for value in said_of_pod {
        assert!(!on.contains(value), "{value}: {on}");
    }
    for key in [
        "labels",
        "platform",
        "extra_hosts",
        "stop_grace_period",
        "group_add",
        "init",
    ] {
        assert!(
            said.contains(&format!("`{key}` of `aside` is left out of the chart")),
            "{key}: {said}"
        );
    }
    let (off, said) = pod("profiles = [\"debug\"]\n");
    for value in said_of_pod {
        assert!(off.contains(value), "{value}: {off}");
    }
    assert!(!said.contains("is left out of the chart"), "{said}");
}

/// What a guest reaches, and who reaches it, is open while it runs: its pod has the name of its host.
#[test]
fn an_edge_of_a_guest_names_it() {
    let files = compiled(
        r#"
[components.web]
image = "a/web:1"
group = "one"
reaches = ["db"]
[components.aside]
image = "a/aside:1"
group = "one"
network_mode = "service:web"
profiles = ["debug"]
ports.more = 90
reaches = ["db", "elsewhere"]
[components.db]
image = "a/db:1"
group = "one"
ports.sql = 5432
reaches = ["aside"]
[components.elsewhere]
external = { http = "10.1.2.3:443" }
ports.http = 443
"#,
    );
    let edges = block(&files["helm/p/values.yaml"], "  edges:");
    is_as_written("edges-of-a-guest.yaml", &edges);
}

/// Of a job in another's pod only that is told which somebody wrote: its kind's `restart` is not, and who waits for it reaches nothing.
#[test]
fn a_job_in_another_s_pod_that_others_wait_for_is_told_once() {
    let text = platform(
        "[components.web]\nimage = \"a/web:1\"\ngroup = \"one\"\n\
         [components.first]\nkind = \"job\"\nimage = \"a/first:1\"\ngroup = \"one\"\nnetwork_mode = \"service:web\"\n\
         [components.late]\nimage = \"a/late:1\"\ngroup = \"one\"\ndepends_on = [\"first\"]\n",
    );
    let world = MemoryWorld::new().with("platform.toml", text);
    let said = compile(&world, &Request::default()).diagnostics;
    let losses = said
        .iter()
        .filter(|it| it.message.starts_with("helm: "))
        .filter(|it| it.message.contains("`restart` of") || it.message.contains(" reaches "));
    assert_eq!(losses.count(), 0, "{said:?}");
}

/// The claim of a guest is that of every pod which it is in.
#[test]
fn a_claim_of_a_guest_is_held_by_each_pod_of_its_host() {
    let of = |host: &str| {
        let files = compiled(&format!(
            "[components.web]\nimage = \"a/web:1\"\ngroup = \"one\"\n{host}\n\
             [components.aside]\nimage = \"a/aside:1\"\ngroup = \"one\"\nnetwork_mode = \"service:web\"\n\
             volumes.data = {{ mount = \"/data\" }}\n"
        ));
        files["helm/p/values.yaml"].clone()
    };
    assert!(of("replicas = 2").contains("ReadWriteMany"));
    let alone = of("replicas = 1");
    assert!(alone.contains("ReadWriteOnce") && alone.contains("strategy: Recreate"));
    let on_nodes = of("daemon = true");
    assert!(
        block(&on_nodes, "  aside:").contains("hostPathType: DirectoryOrCreate"),
        "{on_nodes}"
    );
}

/// A version that is written as a number is one: TOML reads `3.10` as 3.1.
#[test]
fn the_zeros_of_a_number_stay_where_it_becomes_text() {
    let files = compiled(
        r#"
[components.app]
image = "python:${vars.python}"
group = "one"
env = { PYTHON = 3.10, WHOLE = 2.0, SHORT = 0.5, LARGE = 1e3, SPLIT = 1_000, BASE = 0x10 }
labels.version = 1.20
[components.built]
build = { context = ".", args = { PYTHON = 3.10 } }
group = "one"
[vars]
python = 3.10
"#,
    );
    let compose = &files["compose/one.yaml"];
    for line in [
        "image: \"python:3.10\"",
        "PYTHON: \"3.10\"",
        "WHOLE: \"2.0\"",
        "SHORT: \"0.5\"",
        "LARGE: \"1000\"",
        "SPLIT: \"1000\"",
        "BASE: \"16\"",
        "version: \"1.20\"",
    ] {
        assert!(compose.contains(line), "{line} is not in\n{compose}");
    }
    assert_eq!(compose.matches("\"3.10\"").count(), 2, "{compose}");
    let values = &files["helm/p/values.yaml"];
    assert!(values.contains("\"3.10\""), "{values}");
}

/// In a container its own name leads to itself: that harms who asks for the other one, and nobody else.
#[test]
fn a_hostname_like_the_name_of_another_workload_is_one_where_nothing_asks_for_that() {
    let files = compiled(
        r#"
[components.mail]
image = "a/mail:1.0.0"
group = "one"
ports.smtp = 1025
[components.app]
image = "a/app:1.0.0"
group = "one"
hostname = "mail"
"#,
    );
    assert!(files["compose/one.yaml"].contains("hostname: mail"));
}
