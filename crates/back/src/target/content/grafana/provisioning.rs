//! The views of the provisioning files.
//!
//! Grafana replaces `$NAME` in every value of these files; `$$` is a `$`.

use serde::Serialize;

use crate::{
    files::Site,
    model::{Component, FileContent, HttpScheme, Platform, Port, SettingValue},
    names::variable_name,
    speak::{Constants, Speak, units::prometheus},
};

/// The roles of those who keep logs, and what Grafana calls their data sources.
pub(super) const LOKI: &str = "loki";
pub(super) const ELASTICSEARCH: &str = "elasticsearch";

/// The roles of those who keep traces, which Grafana calls their data sources, too.
const TRACERS: [&str; 2] = ["jaeger", "tempo"];

/// Where dashboards lie in a Grafana outside of the platform.
const DASHBOARDS: &str = "/etc/grafana/dashboards/platform";

#[derive(Debug, Serialize)]
pub(super) struct SourcesView {
    /// Where metrics are.
    sources: Vec<SourceView>,
    /// Where logs are.
    logs: Vec<LogsView>,
    /// Where traces are.
    traces: Vec<TracesView>,
}

#[derive(Debug, Serialize)]
struct SourceView {
    /// The component's name: the data source's name and its uid.
    name: String,
    /// Where it is; `$` is doubled already.
    url: String,
    /// Whether it is the default one.
    default: bool,
    /// Time between two scrapes, as Prometheus writes it.
    interval: String,
}

#[derive(Debug, Serialize)]
struct LogsView {
    /// The component's name: the data source's name and its uid.
    name: String,
    /// `loki` or `elasticsearch`.
    kind: &'static str,
    /// Where it is; `$` is doubled already.
    url: String,
    /// The data source in which the trace of a line is looked up.
    traces: Option<String>,
    /// Of an Elasticsearch, as whom Grafana logs in: a name, or the variable that holds it.
    user: String,
    /// The variable that holds the password.
    password: String,
    /// Whether any certificate will do.
    trusts_all: bool,
    /// The certificate of the authority that it trusts.
    authority: Option<String>,
}

#[derive(Debug, Serialize)]
struct TracesView {
    /// The component's name: the data source's name and its uid.
    name: String,
    /// `jaeger` or `tempo`.
    kind: &'static str,
    /// Where it is; `$` is doubled already.
    url: String,
    /// The Loki in which the lines of a span are looked up.
    logs: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ProvidersView {
    /// Folders of dashboards.
    providers: Vec<ProviderView>,
}

#[derive(Debug, Serialize)]
struct ProviderView {
    /// Its name.
    name: String,
    /// The folder's name in Grafana.
    folder: String,
    /// Where the files lie in the container.
    path: String,
}

pub(super) fn sources(
    platform: &Platform,
    grafana: &Component,
    sources: &[&Component],
    default: Option<&Component>,
) -> SourcesView {
    let metrics = sources.iter().filter_map(|source| {
        Some(SourceView {
            name: source.name.clone(),
            url: url(source)?,
            default: default.is_some_and(|default| source.name == default.name),
            interval: prometheus::duration(platform.scrape_interval(source)),
        })
    });
    let tracers: Vec<(&'static str, &Component)> = TRACERS
        .into_iter()
        .flat_map(|kind| {
            let components = in_role(platform, grafana, kind);
            components
                .into_iter()
                .map(move |component| (kind, component))
        })
        .collect();
    let lokis = in_role(platform, grafana, LOKI);
    let first = |components: &[&Component]| components.first().map(|it| it.name.clone());
    let of_kind = |kind: &'static str, components: &[&Component]| -> Vec<LogsView> {
        let views = components.iter().filter_map(|source| {
            let (user, password) = login(platform, source);
            Some(LogsView {
                name: source.name.clone(),
                kind,
                url: url(source)?,
                traces: tracers.first().map(|(_, it)| it.name.clone()),
                user,
                password,
                trusts_all: setting_text(platform, source, "tls").as_deref() == Some("require"),
                authority: authority(source),
            })
        });
        views.collect()
    };
    let mut logs = of_kind(LOKI, &lokis);
    let stores = in_role(platform, grafana, ELASTICSEARCH);
    logs.extend(of_kind(ELASTICSEARCH, &stores));
    let traces = tracers.iter().filter_map(|(kind, source)| {
        Some(TracesView {
            name: source.name.clone(),
            kind,
            url: url(source)?,
            logs: first(&lokis),
        })
    });
    SourcesView {
        sources: metrics.collect(),
        logs,
        traces: traces.collect(),
    }
}

/// The components in a role of Grafana's.
pub(super) fn in_role<'a>(
    platform: &'a Platform,
    grafana: &Component,
    role: &str,
) -> Vec<&'a Component> {
    let bindings = grafana.uses.iter().filter(|binding| binding.role == role);
    bindings
        .filter_map(|binding| platform.component(&binding.component))
        .collect()
}

/// Where Grafana asks a component.
fn url(source: &Component) -> Option<String> {
    let name = source.main_port.as_deref()?;
    let (host, number) = source.address(name)?;
    let port = source.port(name);
    let scheme = port.map_or(HttpScheme::Http, |port| port.scheme.over_http());
    let scheme = scheme.name();
    let path = port.map_or("", Port::prefix);
    Some(literal(&format!("{scheme}://{host}:{number}{path}")))
}

/// As whom Grafana logs in to an Elasticsearch: as a user of its own, or as the one of all clients of a server elsewhere, whose
/// password the kind takes into a variable of its own (`takes`).
fn login(platform: &Platform, source: &Component) -> (String, String) {
    let user = source
        .external
        .as_ref()
        .and_then(|_| setting_text(platform, source, "user"));
    match user {
        Some(user) => {
            let name = variable_name(&source.name);
            (literal(&user), format!("$ELASTICSEARCH_PASSWORD_{name}"))
        }
        None => (
            "$ELASTICSEARCH_USERNAME".to_string(),
            "$ELASTICSEARCH_PASSWORD".to_string(),
        ),
    }
}

fn setting<'a>(source: &'a Component, name: &str) -> Option<&'a SettingValue> {
    let setting = source.settings.iter().find(|it| it.name == name)?;
    Some(&setting.value)
}

/// What a setting says; of what is set at start the default, which nothing in a file of Grafana's changes.
fn setting_text(platform: &Platform, source: &Component, name: &str) -> Option<String> {
    match setting(source, name)? {
        SettingValue::Text(text) => Some(Constants(platform, Site::Engine).text(text)),
        _ => None,
    }
}

fn authority(source: &Component) -> Option<String> {
    let SettingValue::Files(files) = setting(source, "ca")? else {
        return None;
    };
    let file = files.first()?;
    Some(literal(&String::from_utf8_lossy(&file.bytes)))
}

/// `prometheus`: whom the dashboards ask that are generated.
pub(super) fn providers(
    platform: &Platform,
    grafana: &Component,
    prometheus: Option<&Component>,
) -> ProvidersView {
    let provider = |name: &str, path: String| ProviderView {
        name: name.to_string(),
        folder: literal(&platform.name),
        path: literal(&path),
    };
    let generated = prometheus.map(|_| provider("platform", generated_folder(grafana)));
    let mut providers: Vec<ProviderView> = generated.into_iter().collect();
    providers.extend(own_folder(grafana).map(|path| provider("own", path)));
    ProvidersView { providers }
}

/// Where the container has the generated dashboards.
fn generated_folder(grafana: &Component) -> String {
    let mounts = grafana.main().map_or(&[][..], |main| &main.files);
    mounts
        .iter()
        .find(|mount| {
            matches!(&mount.content, FileContent::Generated(it) if it.path() == "grafana/dashboards")
        })
        .map_or(DASHBOARDS, |mount| &mount.path)
        .to_string()
}

/// Where the container has the dashboards of the setting `dashboards`, if there are any.
fn own_folder(grafana: &Component) -> Option<String> {
    let mut files = grafana.main()?.files.iter();
    let mount = files.find(|mount| mount.setting.as_deref() == Some("dashboards"))?;
    let (folder, _) = mount.path.rsplit_once('/')?;
    Some(folder.to_string())
}

/// A text that Grafana reads as it is.
fn literal(text: &str) -> String {
    text.replace('$', "$$")
}
