//! What Alertmanager holds back while something else fires: the generated conditions, read as Alertmanager reads them.

use std::collections::BTreeMap;

use super::{METRICS, component, emit, platform};
use crate::target::{Vantage, content::config};

type Labels = BTreeMap<String, String>;

/// `name=value` pairs, one space between two.
fn labels(text: &str) -> Labels {
    let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect()
}

/// The matchers of both sides, and the labels that must be equal.
#[derive(Default)]
struct Rule {
    source: Vec<String>,
    target: Vec<String>,
    equal: Vec<String>,
}

fn rules(configuration: &str) -> Vec<Rule> {
    let text = configuration.split("\ninhibit_rules:\n").nth(1);
    let text = text.and_then(|text| text.split("\n\n").next());
    let mut rules: Vec<Rule> = Vec::new();
    let mut key = String::new();
    for line in text.expect("rules").lines().map(str::trim) {
        let line = match line.strip_prefix("- source_matchers:") {
            Some(_) => {
                rules.push(Rule::default());
                "source_matchers:"
            }
            None => line,
        };
        if let Some(name) = line.strip_suffix(':') {
            key = name.to_string();
        }
        let (Some(item), Some(rule)) = (line.strip_prefix("- "), rules.last_mut()) else {
            continue;
        };
        let inside = item.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let item = inside.unwrap_or(item).replace("\\\"", "\"");
        match key.as_str() {
            "source_matchers" => rule.source.push(item),
            "target_matchers" => rule.target.push(item),
            "equal" => rule.equal.push(item),
            other => panic!("a key `{other}`"),
        }
    }
    rules
}

/// Whether all conditions hold. A label that is absent is empty.
fn fits(matchers: &[String], labels: &Labels) -> bool {
    matchers.iter().all(|matcher| {
        let mut words = matcher.splitn(3, ' ');
        let mut word = || words.next().expect("a name, an operator, a value");
        let (name, operator, value) = (word(), word(), word().trim_matches('"'));
        let found = labels.get(name).map_or("", String::as_str);
        match operator {
            "=" => found == value,
            "!=" => found != value,
            "=~" => value.split('|').any(|it| it == found),
            "!~" => value.split('|').all(|it| it != found),
            other => panic!("an operator `{other}`"),
        }
    })
}

fn holds_back(configuration: &str, firing: &str, alert: &str) -> bool {
    let (firing, alert) = (labels(firing), labels(alert));
    rules(configuration).iter().any(|rule| {
        let mut equal = rule.equal.iter();
        fits(&rule.source, &firing)
            && fits(&rule.target, &alert)
            && equal.all(|name| {
                let value = |of: &Labels| of.get(name).cloned().unwrap_or_default();
                value(&firing) == value(&alert)
            })
    })
}

fn configuration(vantage: Vantage) -> String {
    let lines = format!(
        "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
         [components.node]\nkind = \"node-exporter\"\ngroup = \"one\"\n\
         [components.kafka]\nkind = \"kafka\"\ngroup = \"one\"\n{}{}{}",
        component(
            "api",
            &format!("{METRICS}replicas = 3\nenv.K = \"${{components.kafka.broker.address}}\"\n")
        ),
        component(
            "web",
            &format!("{METRICS}env.API = \"${{components.api.http.url}}\"\n")
        ),
        component("other", METRICS),
    );
    let emission = emit(&platform(&lines, ""), vantage, config::emit);
    let path = "config/pager/etc/alertmanager/alertmanager.yml";
    emission.files.files[path].text.to_string()
}

const ONE_HANGS: &str = "alertname=ServiceDown component=api job=api instance=10.0.0.1:8000 severity=critical down=instance";
const ALL_HANG: &str =
    "alertname=NoReplicas component=api job=api severity=critical down=component";
const SLO: &str =
    "alertname=ErrorBudgetBurnsFast component=api job=api slo=availability severity=critical";
const OF_WEB: &str = "alertname=ServiceDown component=web job=web instance=web:8000 severity=critical down=component";

#[test]
fn one_instance_of_several_holds_back_only_its_own_alerts() {
    let told = configuration(Vantage::Compose);
    for alert in [
        SLO,
        OF_WEB,
        "alertname=ServiceRestarting component=api job=api instance=10.0.0.2:8000",
    ] {
        assert!(!holds_back(&told, ONE_HANGS, alert), "{alert}: {told}");
    }
    for alert in [
        "alertname=ServiceRestarting component=api job=api instance=10.0.0.1:8000",
        "alertname=ReplicasMissing component=api job=api",
    ] {
        assert!(holds_back(&told, ONE_HANGS, alert), "{alert}: {told}");
    }
}

#[test]
fn a_component_of_which_no_instance_works_holds_back_everything_that_follows() {
    let told = configuration(Vantage::Compose);
    for alert in [SLO, OF_WEB, ONE_HANGS] {
        assert!(holds_back(&told, ALL_HANG, alert), "{alert}: {told}");
    }
    for alert in [
        "alertname=Watchdog component=web",
        "alertname=ServiceDown component=other job=other instance=other:8000",
    ] {
        assert!(!holds_back(&told, ALL_HANG, alert), "{alert}: {told}");
    }
}

#[test]
fn a_node_that_is_not_watched_holds_back_nothing_of_another() {
    let told = configuration(Vantage::Kubernetes);
    let unseen = "alertname=NodeExporterDown component=node job=node instance=10.0.0.1:9100 severity=critical down=instance";
    let full = |node: &str| {
        format!(
            "alertname=NodeDiskAlmostFull component=node job=node instance={node}:9100 severity=critical"
        )
    };
    assert!(!holds_back(&told, unseen, &full("10.0.0.2")), "{told}");
    assert!(holds_back(&told, unseen, &full("10.0.0.1")), "{told}");
}

#[test]
fn a_target_that_gives_no_answer_holds_back_nothing_of_another() {
    let told = configuration(Vantage::Compose);
    let prober = "alertname=TargetDown component=prometheus job=prometheus/blackbox instance=prometheus-blackbox:9115 severity=critical";
    let admin =
        "alertname=TargetDown component=api job=api/admin instance=10.0.0.1:9000 severity=critical";
    let bad = "alertname=PrometheusBadConfig component=prometheus job=prometheus instance=prometheus:9090";
    assert!(!holds_back(&told, prober, bad), "{told}");
    assert!(!holds_back(&told, admin, SLO), "{told}");
    let of_web = "alertname=TargetDown component=web job=web/admin instance=web:9000";
    assert!(holds_back(&told, OF_WEB, of_web), "{told}");
}

#[test]
fn a_dead_exporter_holds_back_nothing_of_what_needs_its_server() {
    let told = configuration(Vantage::Compose);
    let exporter = "alertname=KafkaExporterDown component=kafka job=kafka instance=kafka-exporter:9308 severity=critical";
    let broker = "alertname=KafkaNoBroker component=kafka job=kafka instance=kafka-exporter:9308 severity=critical down=component";
    assert!(!holds_back(&told, exporter, ONE_HANGS), "{told}");
    assert!(holds_back(&told, broker, ONE_HANGS), "{told}");
    assert!(holds_back(&told, broker, exporter), "{told}");
}

/// A component works without what it depends on optionally.
#[test]
fn what_is_optional_holds_back_nothing() {
    let lines = format!(
        "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n{}{}{}",
        component("api", METRICS),
        component(
            "may",
            &format!("{METRICS}depends_on = {{ api = {{ on = \"started\", optional = true }} }}\n")
        ),
        component("must", &format!("{METRICS}depends_on = [\"api\"]\n")),
    );
    let emission = emit(&platform(&lines, ""), Vantage::Compose, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    let of = |name: &str| {
        format!(
            "alertname=ServiceDown component={name} job={name} severity=critical down=component"
        )
    };
    assert!(holds_back(&told, ALL_HANG, &of("must")), "{told}");
    assert!(!holds_back(&told, ALL_HANG, &of("may")), "{told}");
}

/// Without `watchdog` a route of the user's gets the alert that always fires, and what else it names.
#[test]
fn a_route_that_names_the_watchdog_gets_it() {
    let lines = "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
                 [notify]\ndefault = \"team\"\n\
                 [notify.receivers]\nteam.webhook = \"https://a.example\"\ndead.webhook = \"https://b.example\"\n\
                 [[notify.routes]]\nreceiver = \"dead\"\nalert = \"Watchdog\"\n\
                 [[notify.routes]]\nreceiver = \"dead\"\nseverity = \"critical\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    let (_, routes) = told.split_once("  routes:\n").unwrap_or_default();
    let routes = routes.split("\n\n").next().unwrap_or_default();
    let receivers: Vec<&str> = routes
        .lines()
        .filter(|line| line.contains("receiver:"))
        .collect();
    assert_eq!(
        receivers,
        [
            "    - receiver: _nobody",
            "        - receiver: _watchdog-dead",
            "    - receiver: dead"
        ],
        "{told}"
    );
}

/// The alerts of a pipeline are those of Airflow, which works without what the pipeline reaches.
#[test]
fn what_a_pipeline_reaches_holds_its_alerts_back() {
    let lines = format!(
        "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
         [components.airflow]\nkind = \"airflow\"\ngroup = \"one\"\n\
         settings.admin_password = \"${{secrets.grafana-password}}\"\nuses.database = \"db\"\n\
         [components.db]\nkind = \"postgres\"\ngroup = \"one\"\nsettings.password = \"${{secrets.grafana-password}}\"\n\
         {}[pipelines.train]\nschedule = \"@daily\"\nimage = \"a/train:1\"\ntasks.run.run = \"true\"\n\
         env.API = \"${{components.api.http.url}}\"\n\
         [pipelines.other]\nschedule = \"@daily\"\nimage = \"a/other:1\"\ntasks.run.run = \"true\"\n",
        component("api", METRICS),
    );
    let emission = emit(&platform(&lines, ""), Vantage::Compose, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    let down = "alertname=ServiceDown component=api job=api severity=critical down=component";
    let of = |dag: &str| {
        format!("alertname=AirflowDagFailed component=airflow job=airflow dag_id={dag}")
    };
    assert!(holds_back(&told, down, &of("train")), "{told}");
    assert!(!holds_back(&told, down, &of("other")), "{told}");
}

/// One receiver for everything is told when an alert ends, and never that the sign of life ends.
#[test]
fn the_end_of_an_alert_is_told_where_the_watchdog_has_the_same_receiver() {
    let lines = "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
                 [notify]\ndefault = \"team\"\nwatchdog = \"team\"\n\
                 [notify.receivers]\nteam.webhook = \"https://a.example\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    for wanted in [
        "  receiver: team\n",
        "    - receiver: _watchdog-team\n",
        "  - name: team\n    webhook_configs:\n      - url: \"https://a.example\"\n        send_resolved: true\n",
        "  - name: _watchdog-team\n    webhook_configs:\n      - url: \"https://a.example\"\n        send_resolved: false\n",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

/// A pod or a container that starts again and again is why a replica is missing: one page is enough.
#[test]
fn why_a_replica_is_missing_says_it_better() {
    let lines = format!(
        "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
         [components.objects]\nkind = \"kube-state-metrics\"\ngroup = \"one\"\n{}",
        component("api", &format!("{METRICS}replicas = 3\n")),
    );
    let emission = emit(&platform(&lines, ""), Vantage::Kubernetes, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    let restarting = "alertname=KubePodRestarting component=api job=objects pod=api-1";
    let missing = |component: &str| {
        format!("alertname=ReplicasMissing component={component} job={component}")
    };
    assert!(holds_back(&told, restarting, &missing("api")), "{told}");
    assert!(!holds_back(&told, restarting, &missing("web")), "{told}");
}

/// Labels that both lack are equal to Alertmanager: a lag of one topic says nothing of another's.
#[test]
fn severities_of_alerts_without_a_component_hold_back_nothing() {
    let told = configuration(Vantage::Compose);
    let critical = "alertname=Lag topic=a severity=critical";
    let warning = "alertname=Lag topic=b severity=warning";
    assert!(!holds_back(&told, critical, warning), "{told}");
    let of_one = |alert: &str| format!("{alert} component=api");
    assert!(holds_back(&told, &of_one(critical), &of_one(warning)));
}

/// The kind says it of the program: what Prometheus misses adds nothing.
#[test]
fn a_part_of_which_none_works_is_one_alert() {
    let lines = "[components.pager]\nkind = \"alertmanager\"\ngroup = \"one\"\n\
                 [components.flink]\nkind = \"flink\"\ngroup = \"one\"\n\
                 [components.spark]\nkind = \"spark\"\ngroup = \"one\"\nparts.worker.replicas = 3\n\
                 [components.twin]\nkind = \"spark\"\ngroup = \"one\"\n";
    let emission = emit(&platform(lines, ""), Vantage::Compose, config::emit);
    let told = emission.files.files["config/pager/etc/alertmanager/alertmanager.yml"]
        .text
        .to_string();
    let no_workers = "alertname=SparkNoWorkers component=spark job=spark severity=critical";
    let no_managers = "alertname=FlinkNoTaskManagers component=flink job=flink severity=critical";
    for (firing, alert) in [
        (
            no_workers,
            "alertname=TargetDown component=spark job=spark-worker instance=10.0.0.1:8081",
        ),
        (
            no_workers,
            "alertname=NoReplicas component=spark job=spark-worker",
        ),
        (
            no_workers,
            "alertname=ReplicasMissing component=spark job=spark-worker",
        ),
        (
            no_workers,
            "alertname=SparkWorkerLost component=spark job=spark",
        ),
        (
            no_managers,
            "alertname=TargetDown component=flink job=flink-taskmanager",
        ),
        (
            no_managers,
            "alertname=FlinkJobNotRunning component=flink job=flink",
        ),
    ] {
        assert!(holds_back(&told, firing, alert), "{alert}: {told}");
    }
    for alert in [
        "alertname=TargetDown component=twin job=twin-worker",
        "alertname=SparkMasterDown component=spark job=spark",
    ] {
        assert!(!holds_back(&told, no_workers, alert), "{alert}: {told}");
    }
    assert!(!holds_back(
        &told,
        no_managers,
        "alertname=TargetDown component=flink job=flink-exporter"
    ));
}
