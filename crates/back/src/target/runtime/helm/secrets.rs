//! Secrets beside the platform's, in forms that others read: charts of others, and Ingresses.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::upstream;
use crate::{
    files::Site,
    graph::pipeline_texts,
    model::{FileContent, Piece, Platform, Raw, Route, Text},
    speak::{ChartDefaults, Speak},
};

/// The type of a Secret with a certificate, and its keys, as Ingresses read it.
const TLS: (&str, &str, &str) = ("kubernetes.io/tls", "tls.crt", "tls.key");

/// A private key in a PEM text, in whatever form it is. The operator's `filterPEM` takes the whole label of a block, and fails
/// where a text has none of it; sprig's `regexFind` does neither (external-secrets v0.16.2, pkg/template/v2).
const PRIVATE_KEY: &str =
    "(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----";

/// A Secret beside the platform's.
#[derive(Debug, Serialize)]
pub struct FurtherSecret {
    name: String,
    /// Who reads it.
    reader: String,
    #[serde(rename = "type")]
    kind: String,
    /// Its entries, in the order in which they are printed.
    data: Map<String, Value>,
    /// The platform's secrets that stand in them.
    reads: BTreeSet<String>,
}

impl FurtherSecret {
    /// The same as a value of the chart.
    pub fn chart_value(&self) -> Value {
        json!({ "name": self.name, "type": self.kind, "data": self.data, "reads": self.reads })
    }
}

/// Where the values of secrets come from.
#[derive(Clone, Copy, Debug)]
pub enum SecretSource<'a> {
    /// They are known, by their environment variables. What reads one that is not set is left out.
    Values(&'a BTreeMap<String, String>),
    /// The External Secrets Operator puts them into templates.
    ExternalSecrets,
}

/// The platform's secrets that workloads of its chart and tasks of its pipelines read.
pub fn chart_secrets(platform: &Platform) -> BTreeSet<&str> {
    let mut texts: Vec<&Text> = Vec::new();
    let mut read = BTreeSet::new();
    let raws = raws(platform);
    if names_own_secret(platform, &raws) {
        return platform.secrets.iter().map(|it| &*it.name).collect();
    }
    for raw in raws {
        raw.add_texts(&mut texts);
        add_named(platform, raw, &mut read);
    }
    // Airflow may run elsewhere.
    texts.extend(platform.pipelines.iter().flat_map(pipeline_texts));
    for component in &platform.components {
        for workload in &component.workloads {
            if workload.in_chart {
                continue;
            }
            texts.extend(workload.entrypoint.iter().flatten());
            texts.extend(workload.command.iter().flatten());
            texts.extend(workload.env.iter().map(|it| &it.value));
            for file in &workload.files {
                match &file.content {
                    FileContent::Text { text, name: _ } => texts.push(text),
                    FileContent::Secret(name) => {
                        read.insert(name.as_str());
                    }
                    FileContent::Project { .. }
                    | FileContent::Folder { .. }
                    | FileContent::Stubs
                    | FileContent::Generated(_) => {}
                }
            }
        }
    }
    read.extend(texts.into_iter().flat_map(Text::secrets));
    read
}

/// Values of the chart at the top that say where secrets come from: they read none.
const SOURCES: [&str; 2] = ["existingSecret", "externalSecrets"];

/// What users may write as values of the chart and of charts of others.
fn raws(platform: &Platform) -> Vec<&Raw> {
    let of_components = platform.components.iter().flat_map(|component| {
        let of_workloads = component.workloads.iter().map(|it| &it.raw_helm);
        of_workloads.chain([&component.raw_helm])
    });
    let of_charts = upstream::charts(platform).flat_map(|(_, it)| [&it.values, &it.beside]);
    let mut raws: Vec<&Raw> = of_components.chain(of_charts).collect();
    if let Raw::Table(top) = &platform.raw_helm {
        let readers = top.iter().filter(|(key, _)| !SOURCES.contains(&&**key));
        raws.extend(readers.map(|(_, value)| value));
    }
    raws
}

/// Whether a value names the Secret that the chart reads, as a sidecar's `secretKeyRef` does. Which of its keys are read can't be told:
/// an operator or a chart of others reads as it likes, and a text may hold a list of variables.
fn names_own_secret(platform: &Platform, raws: &[&Raw]) -> bool {
    let plain = |text: &Text| ChartDefaults(platform).text(text);
    let own = match platform.raw_helm.get("existingSecret") {
        Some(Raw::Text(text)) => plain(text),
        _ => platform.name.clone(),
    };
    let mut texts = Vec::new();
    raws.iter().for_each(|raw| raw.add_texts(&mut texts));
    texts.into_iter().map(plain).any(|text| {
        text == own || text.to_ascii_lowercase().contains("secret") && text.contains(&own)
    })
}

/// Secrets that raw values name as values of a chart do: `{ secret = "token" }`.
fn add_named<'a>(platform: &'a Platform, raw: &Raw, out: &mut BTreeSet<&'a str>) {
    match raw {
        Raw::List(items) => items.iter().for_each(|it| add_named(platform, it, out)),
        Raw::Table(entries) => {
            for (key, value) in entries {
                let name = match value {
                    Raw::Text(text) if key == "secret" => text.as_plain(),
                    value => {
                        add_named(platform, value, out);
                        None
                    }
                };
                let mut secrets = platform.secrets.iter();
                out.extend(
                    secrets
                        .find(|it| name.as_ref() == Some(&it.name))
                        .map(|it| it.name.as_str()),
                );
            }
        }
        Raw::Text(_) | Raw::Integer(_) | Raw::Float(_) | Raw::Boolean(_) | Raw::Removed => {}
    }
}

/// The same, and those that stand in the Secrets of others.
pub fn cluster_secrets(platform: &Platform) -> BTreeSet<String> {
    let own = chart_secrets(platform).into_iter().map(str::to_string);
    let further = further_secrets(platform, SecretSource::ExternalSecrets);
    let further = further.into_iter().flat_map(|it| it.reads);
    own.chain(further).collect()
}

/// Every Secret that is not the platform's own.
pub fn further_secrets(platform: &Platform, source: SecretSource<'_>) -> Vec<FurtherSecret> {
    let mut secrets = of_charts(platform, source);
    secrets.extend(of_routes(platform, source));
    secrets
}

fn of_charts(platform: &Platform, source: SecretSource<'_>) -> Vec<FurtherSecret> {
    let made = upstream::charts(platform)
        .filter_map(|(component, chart)| Some((component, chart.secret.as_ref()?)));
    made.map(|(component, made)| {
        let mut reads = BTreeSet::new();
        let mut rendered = |text: &Text| {
            text.render(|piece| match piece {
                Piece::Secret(name) => {
                    reads.insert(name.clone());
                    match source {
                        SecretSource::Values(values) => value(platform, values, name),
                        SecretSource::ExternalSecrets => template(name, ""),
                    }
                }
                piece => {
                    let constant = platform.constant_at(Site::Cluster, piece);
                    source.literal(constant.unwrap_or_default())
                }
            })
        };
        let entries = made.entries.iter();
        let data = entries
            .map(|(key, text)| (key.clone(), rendered(text).into()))
            .collect();
        FurtherSecret {
            name: upstream::secret_name(&component.name),
            reader: format!("the chart that runs {}", component.name),
            kind: made.kind.clone(),
            data,
            reads,
        }
    })
    .collect()
}

/// The certificates of routes. Their secret is one PEM text; an Ingress reads certificates and key apart.
fn of_routes(platform: &Platform, source: SecretSource<'_>) -> Vec<FurtherSecret> {
    // Several routes may share one.
    let routes: BTreeMap<&str, &Route> = platform
        .routes
        .iter()
        .filter_map(|route| Some((route.secret()?, route)))
        .collect();
    let made = routes.into_iter().filter_map(|(name, route)| {
        let (certificates, key) = match source {
            SecretSource::Values(values) => {
                let text = value(platform, values, name);
                (!text.is_empty()).then(|| {
                    (
                        pem_blocks(&text, "CERTIFICATE"),
                        pem_blocks(&text, "PRIVATE KEY"),
                    )
                })?
            }
            SecretSource::ExternalSecrets => (
                template(name, " | filterPEM \"CERTIFICATE\""),
                template(name, &format!(" | regexFind \"{PRIVATE_KEY}\"")),
            ),
        };
        let (kind, certificates_key, key_key) = TLS;
        Some(FurtherSecret {
            name: name.to_string(),
            reader: format!("the Ingress of {}", route.host),
            kind: kind.to_string(),
            data: Map::from_iter([
                (certificates_key.to_string(), certificates.into()),
                (key_key.to_string(), key.into()),
            ]),
            reads: BTreeSet::from([name.to_string()]),
        })
    });
    made.collect()
}

impl SecretSource<'_> {
    fn literal(self, text: String) -> String {
        match self {
            SecretSource::Values(_) => text,
            SecretSource::ExternalSecrets => text.replace("{{", "{{ \"{{\" }}"),
        }
    }
}

fn value(platform: &Platform, values: &BTreeMap<String, String>, name: &str) -> String {
    let secret = platform.secrets.iter().find(|secret| secret.name == name);
    let value = secret.and_then(|secret| values.get(&secret.env));
    value.cloned().unwrap_or_default()
}

fn template(name: &str, filter: &str) -> String {
    format!("{{{{ index . \"{name}\"{filter} }}}}")
}

/// The blocks of a PEM text whose label ends so: that of a private key may begin with its form, such as `EC`.
pub fn pem_blocks(text: &str, label: &str) -> String {
    let mut out = String::new();
    let mut is_wanted = false;
    for line in text.lines().map(str::trim) {
        if let Some(begun) = line.strip_prefix("-----BEGIN ") {
            is_wanted = begun
                .strip_suffix("-----")
                .is_some_and(|begun| begun.ends_with(label));
        }
        if is_wanted {
            out.push_str(line);
            out.push('\n');
        }
        if line.starts_with("-----END ") {
            is_wanted = false;
        }
    }
    out
}
