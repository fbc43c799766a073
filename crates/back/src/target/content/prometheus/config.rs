//! The view of `prometheus.yml`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{NodeJob, OF_NODES, about};
use crate::{
    model::{
        About, Component, HttpScheme, Login, Platform, Port, Relabel, RelabelAction,
        ScrapeSettings, SettingValue, Store, Text, Workload, scrape_ca, scrape_secret,
    },
    speak::{Constants, Speak, units::prometheus},
    target::{
        Context, Vantage,
        shared::{
            probes::{self, ProbedWorkload, Question},
            scrape::{Job, Presence},
        },
    },
};

/// What `prometheus.yml` says. Durations are in Prometheus' own form.
#[derive(Debug, Serialize)]
pub(super) struct ConfigView {
    /// The global scrape interval.
    interval: String,
    /// The platform's name.
    platform: String,
    /// The environment, if it is one.
    environment: Option<String>,
    /// Globs of rule files.
    rule_files: Vec<&'static str>,
    /// Where alerts go.
    alertmanagers: Vec<AlertmanagerView>,
    /// The scrape jobs.
    jobs: Vec<JobView>,
    /// Workloads that are asked from outside whether they work.
    probes: Vec<ProbeView>,
    /// What the kubelets of a cluster's nodes are asked.
    nodes: Vec<NodeJobView>,
    /// Jobs of the user's own: YAML, an item of the list each.
    own: Vec<String>,
    /// Where samples are sent too.
    remote_writes: Vec<RemoteWriteView>,
}

/// A scrape of the kubelet of every node.
#[derive(Debug, Serialize)]
struct NodeJobView {
    /// The job.
    name: String,
    /// Where the metrics are.
    path: &'static str,
    /// What is kept of them: a regular expression.
    kept: &'static str,
    /// Steps over the labels of each sample.
    metric_relabel: Vec<Value>,
}

#[derive(Debug, Serialize)]
struct RemoteWriteView {
    /// Where to.
    url: String,
    /// How it logs in.
    login: Option<LoginView>,
}

/// How Prometheus logs in: by a token, or by a user and a password.
#[derive(Debug, Serialize)]
struct LoginView {
    /// None where a token is enough.
    user: Option<String>,
    /// The file that holds the token, or the password. None where a user is enough.
    file: Option<String>,
}

#[derive(Debug, Serialize)]
struct AlertmanagerView {
    /// `http` or `https`.
    scheme: String,
    /// HOST:PORT.
    address: String,
    /// Empty where it is served at the root.
    path: String,
}

#[derive(Debug, Serialize)]
struct JobView {
    /// The job.
    name: String,
    /// Where the metrics are.
    path: String,
    /// The query string of `metrics.path`, by name.
    params: Map<String, Value>,
    /// `http` or `https`.
    scheme: String,
    /// `None`: the global one.
    interval: Option<String>,
    /// How long an answer may take; `None`: Prometheus' own.
    timeout: Option<String>,
    /// How it logs in.
    login: Option<LoginView>,
    /// The file of the certificate that the server's is checked by.
    ca: Option<String>,
    /// Whether the server's certificate is not checked.
    insecure: bool,
    /// Steps over the labels of the target.
    relabel: Vec<Value>,
    /// Steps over the labels of each sample.
    metric_relabel: Vec<Value>,
    /// Whether labels of the metrics win over those of the target.
    honor_labels: bool,
    /// The workload whose values decide, in a chart.
    in_chart: Option<String>,
    #[serde(flatten)]
    address: AddressView,
}

/// The address that a job asks.
#[derive(Debug, Serialize)]
struct AddressView {
    /// Labels of the target.
    labels: Vec<(&'static str, String)>,
    /// Its host.
    host: String,
    /// Its port.
    port: u16,
    /// HOST:PORT.
    address: String,
    /// Found by asking for the name again and again, so that a container that is off is no target.
    discovered: bool,
    /// One process at a time: it keeps its name as `instance`, whatever its address.
    named: bool,
    /// The workload whose pods the cluster's API is asked for, with their nodes: there each is called after its node.
    on_nodes: Option<String>,
}

impl AddressView {
    fn new(component: &Component, host: &str, port: u16, presence: Presence) -> Self {
        let mut labels = vec![("component", component.name.clone())];
        labels.extend(component.group.clone().map(|group| ("group", group)));
        Self {
            labels,
            host: host.to_string(),
            port,
            address: format!("{host}:{port}"),
            discovered: presence.several || presence.may_be_off,
            named: !presence.several,
            on_nodes: None,
        }
    }

    /// Of what runs on each node.
    fn on_nodes(self, daemon: Option<String>) -> Self {
        Self {
            on_nodes: daemon,
            ..self
        }
    }
}

/// A scrape of the prober, which asks a workload meanwhile.
#[derive(Debug, Serialize)]
struct ProbeView {
    /// The job.
    name: String,
    /// Which of the prober's ways to ask.
    module: &'static str,
    /// `None`: the global one.
    interval: Option<String>,
    /// How long an answer may take; `None`: Prometheus' own.
    timeout: Option<String>,
    #[serde(flatten)]
    address: AddressView,
    /// What the prober is told to ask, `$1` being the address.
    target: String,
    /// HOST:PORT of the prober.
    prober: String,
    /// The workload whose values decide, in a chart.
    in_chart: Option<String>,
}

/// `own`: the jobs of `settings.scrape_configs`.
pub(super) fn view(
    context: &Context<'_>,
    prometheus: &Component,
    jobs: &[Job<'_>],
    asked: &[ProbedWorkload<'_>],
    own: Vec<String>,
) -> ConfigView {
    let (platform, vantage) = (context.platform, context.vantage);
    let mut rule_files = vec!["rules/*.yml"];
    if ScrapeSettings::of(prometheus).rules().is_some() {
        // Hidden entries are those that Kubernetes puts beside mounted files.
        rule_files.push("rules.d/[^.]*");
    }
    ConfigView {
        interval: prometheus::duration(platform.scrape_interval(prometheus)),
        platform: platform.name.clone(),
        environment: platform.environment.clone(),
        rule_files,
        alertmanagers: alertmanagers(platform, prometheus),
        jobs: jobs
            .iter()
            .map(|job| job_view(context, prometheus, job))
            .collect(),
        probes: probe_views(context, prometheus, asked),
        nodes: if vantage.is_in_cluster() && ScrapeSettings::of(prometheus).asks_kubelets() {
            OF_NODES.iter().map(|job| node_job(platform, job)).collect()
        } else {
            Vec::new()
        },
        own,
        remote_writes: remote_writes(context, prometheus),
    }
}

fn probe_views(
    context: &Context<'_>,
    prometheus: &Component,
    asked: &[ProbedWorkload<'_>],
) -> Vec<ProbeView> {
    let Some(prober) = probes::prober(context.platform) else {
        return Vec::new();
    };
    let asked = asked.iter();
    asked
        .map(|asked| {
            let on_nodes = on_nodes(prometheus, asked.daemon.as_ref(), context.vantage);
            probe_view(asked, &prober, on_nodes, context.vantage)
        })
        .collect()
}

fn probe_view(
    asked: &ProbedWorkload<'_>,
    prober: &str,
    on_nodes: Option<String>,
    vantage: Vantage,
) -> ProbeView {
    let (module, target) = match &asked.question {
        // A `$` would stand for a part of the address.
        Question::Http { scheme, path } => {
            let path = path.replace('$', "$$");
            ("http", format!("{scheme}://$1{path}"))
        }
        Question::Tcp => ("tcp", "$1".to_string()),
    };
    ProbeView {
        name: asked.job.clone(),
        module,
        interval: asked.pace.interval.map(prometheus::duration),
        timeout: asked.pace.timeout.map(prometheus::duration),
        address: AddressView::new(asked.component, &asked.host, asked.port, asked.presence)
            .on_nodes(on_nodes),
        target,
        prober: prober.to_string(),
        in_chart: in_chart(Some(asked.workload), vantage),
    }
}

fn node_job(platform: &Platform, job: &NodeJob) -> NodeJobView {
    let about = About {
        workload: job.workload.iter().map(ToString::to_string).collect(),
        project: None,
        // Samples of other namespaces are dropped.
        namespace: None,
        stack: None,
    };
    let steps = about::steps(platform, &about, None, Vantage::Kubernetes);
    NodeJobView {
        name: job.name(),
        path: job.path,
        kept: job.kept,
        metric_relabel: steps.iter().map(relabel).collect(),
    }
}

/// A job whose pods run on each node, where this Prometheus may ask the cluster's API. Its pods come and go, and the node is what
/// people know.
fn on_nodes(prometheus: &Component, daemon: Option<&String>, vantage: Vantage) -> Option<String> {
    let asks = vantage.is_in_cluster() && ScrapeSettings::of(prometheus).asks_kubelets();
    daemon.filter(|_| asks).cloned()
}

fn job_view(context: &Context<'_>, prometheus: &Component, job: &Job<'_>) -> JobView {
    let (platform, vantage) = (context.platform, context.vantage);
    let metrics = job.metrics;
    let group = job.component.group.as_deref();
    let about = metrics.about.iter();
    let about = about.flat_map(|about| about::steps(platform, about, group, vantage));
    let about: Vec<Relabel> = about.collect();
    JobView {
        name: metrics.job.clone(),
        path: metrics.path.path.clone(),
        params: parameters(&metrics.path.query),
        scheme: metrics.scheme.name().to_string(),
        interval: metrics.interval.map(prometheus::duration),
        timeout: metrics
            .timeout
            .as_ref()
            .map(|timeout| prometheus::duration(timeout.value)),
        login: metrics.login.as_ref().map(login),
        ca: metrics.ca.as_ref().map(|_| scrape_ca(&metrics.job)),
        insecure: metrics.insecure,
        relabel: metrics.relabel.iter().map(relabel).collect(),
        // The user's own come last: they may change everything.
        metric_relabel: about
            .iter()
            .chain(&metrics.metric_relabel)
            .map(relabel)
            .collect(),
        honor_labels: metrics.honor_labels,
        in_chart: in_chart(job.workload(), vantage),
        address: AddressView::new(job.component, &job.host, job.port, job.presence)
            .on_nodes(on_nodes(prometheus, job.daemon.as_ref(), vantage)),
    }
}

fn in_chart(workload: Option<&Workload>, vantage: Vantage) -> Option<String> {
    let workload = workload.filter(|_| vantage.is_in_cluster())?;
    Some(workload.name.clone())
}

fn login(login: &Login) -> LoginView {
    match login {
        Login::Bearer(secret) => LoginView {
            user: None,
            file: Some(scrape_secret(secret)),
        },
        Login::Basic { user, password } => LoginView {
            user: Some(user.clone()),
            file: password.as_deref().map(scrape_secret),
        },
    }
}

/// A step of relabeling, with the keys that are set.
fn relabel(step: &Relabel) -> Value {
    let Relabel {
        source_labels,
        separator,
        regex,
        modulus,
        target_label,
        replacement,
        action,
    } = step;
    let texts = [
        ("separator", separator.as_deref()),
        ("regex", regex.as_deref()),
        ("target_label", target_label.as_deref()),
        ("replacement", replacement.as_deref()),
        ("action", action.map(RelabelAction::name)),
    ];
    let mut out = Map::new();
    if !source_labels.is_empty() {
        out.insert("source_labels".to_string(), source_labels.clone().into());
    }
    for (key, text) in texts {
        if let Some(text) = text {
            out.insert(key.to_string(), text.into());
        }
    }
    out.extend(modulus.map(|modulus| ("modulus".to_string(), modulus.into())));
    Value::Object(out)
}

/// Where the settings say that samples are sent too.
fn remote_writes(context: &Context<'_>, prometheus: &Component) -> Vec<RemoteWriteView> {
    let speak = Constants(context.platform, context.vantage.site());
    let plain = |text: &Text| speak.text(text);
    let text = |name: &str| match prometheus.setting(name) {
        Some(SettingValue::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let stores = match prometheus.setting("remote_write") {
        Some(SettingValue::Text(url)) => vec![Store {
            url: url.clone(),
            user: text("remote_write_user"),
            password: text("remote_write_password"),
            token: text("remote_write_token"),
        }],
        Some(SettingValue::Stores(stores)) => stores.clone(),
        _ => Vec::new(),
    };
    let view = |store: &Store| {
        let file = |text: &Option<Text>| Some(scrape_secret(text.as_ref()?.secrets().first()?));
        let basic = file(&store.password).and_then(|file| {
            let user = Some(plain(store.user.as_ref()?));
            let file = Some(file);
            Some(LoginView { user, file })
        });
        let bearer = file(&store.token).map(|file| LoginView {
            user: None,
            file: Some(file),
        });
        RemoteWriteView {
            url: plain(&store.url),
            login: basic.or(bearer),
        }
    };
    stores.iter().map(view).collect()
}

/// A query string by name. Prometheus would escape a `?` in the path.
fn parameters(query: &str) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let values = out.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(json!(value));
        }
    }
    out
}

/// The components in the role `alertmanager`.
fn alertmanagers(platform: &Platform, prometheus: &Component) -> Vec<AlertmanagerView> {
    prometheus
        .uses
        .iter()
        .filter(|binding| binding.role == "alertmanager")
        .filter_map(|binding| {
            let component = platform.component(&binding.component)?;
            let name = component.main_port.as_deref()?;
            let (host, number) = component.address(name)?;
            let port = component.port(name);
            Some(AlertmanagerView {
                scheme: port
                    .map_or(HttpScheme::Http, |port| port.scheme.over_http())
                    .name()
                    .to_string(),
                address: format!("{host}:{number}"),
                path: port.map_or("", Port::prefix).to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_string_becomes_parameters() {
        assert_eq!(
            serde_json::to_string(&parameters("format=prometheus&x=a%20b&x=c+d&flag")).unwrap(),
            r#"{"format":["prometheus"],"x":["a b","c d"],"flag":[""]}"#
        );
    }
}
