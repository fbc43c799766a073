//! Series that users ask for and that nothing writes: those of a component, a group or an address that no target has, and those that no
//! rule records.

use std::collections::{BTreeMap, BTreeSet};

use super::unknown::warning;
use crate::{
    diag::{Diagnostic, nearest},
    files::Site,
    model::{Component, Platform},
    target::{
        Context, Vantage,
        shared::{
            asked::{self, Question, is_filled_in_later, values_of_rules},
            exposed::{self, Known},
            expr::{others, recorded_of},
            probes,
            scrape::{self, Job},
        },
    },
};

/// A label of every target, and its values.
struct Label<'a> {
    name: &'static str,
    known: BTreeSet<&'a str>,
    /// Whether a value may be one that is not known here.
    may_be_another: fn(&str) -> bool,
    /// What to write where nothing is alike.
    otherwise: &'static str,
    /// Where no target has another value, as in ` in the chart`.
    place: &'static str,
}

/// A warning for each question that asks for such a series. What others scrape or write has labels and names of theirs.
pub(super) fn unanswered(
    context: &Context<'_>,
    prometheus: &Component,
    jobs: &[Job<'_>],
    (questions, exposed): (&[Question<'_>], Option<&Known>),
) -> Vec<Diagnostic> {
    let is_open =
        prometheus.setting("scrape_configs").is_some() || exposed::takes_writes(prometheus);
    if is_open || jobs.iter().any(federates) {
        return Vec::new();
    }
    let platform = context.platform;
    let addresses = match questions.iter().any(|it| it.text.contains("instance")) {
        true => addresses(context, prometheus),
        false => BTreeSet::new(),
    };
    let mut out = Vec::new();
    for label in labels(platform, jobs, &addresses) {
        let of_rules = values_of_rules(platform, prometheus, label.name);
        let mut known = label.known.clone();
        known.extend(of_rules.iter().map(String::as_str));
        for question in questions.iter().filter(|it| it.text.contains(label.name)) {
            let mut unknown = others(&question.text, label.name, &known);
            unknown.retain(|value| !(label.may_be_another)(value) && !is_filled_in_later(value));
            out.extend(
                unknown
                    .iter()
                    .map(|value| of_nothing(question, &label, value)),
            );
        }
    }
    out.extend(unrecorded(platform, prometheus, questions, exposed));
    out
}

/// Whether a scrape reads another Prometheus.
fn federates(job: &Job<'_>) -> bool {
    job.metrics.path.to_string().contains("federate")
}

/// `HOST:PORT` of all targets, wherever the platform runs: one expression is for its containers and for its pods, which have
/// other addresses.
fn addresses(context: &Context<'_>, prometheus: &Component) -> BTreeSet<String> {
    let platform = context.platform;
    let mut out = BTreeSet::new();
    for vantage in [Vantage::Compose, Vantage::Kubernetes] {
        if vantage == context.vantage || runs_at(platform, vantage.site()) {
            let (jobs, _) = scrape::jobs(platform, prometheus, vantage);
            let asked = probes::asked(platform, prometheus, vantage);
            out.extend(jobs.iter().map(|it| format!("{}:{}", it.host, it.port)));
            out.extend(asked.iter().map(|it| format!("{}:{}", it.host, it.port)));
        }
    }
    out
}

fn runs_at(platform: &Platform, site: Site) -> bool {
    let mut targets = platform.targets.iter();
    targets.any(|target| target.runs_on() == Some(site))
}

/// Where addresses are looked for.
fn place(platform: &Platform) -> &'static str {
    match (
        runs_at(platform, Site::Engine),
        runs_at(platform, Site::Cluster),
    ) {
        (true, true) => ", neither on an engine nor in the chart",
        (false, true) => " in the chart",
        (_, false) => "",
    }
}

/// The labels whose values are all known.
fn labels<'a>(
    platform: &'a Platform,
    jobs: &[Job<'_>],
    addresses: &'a BTreeSet<String>,
) -> Vec<Label<'a>> {
    let labels = [
        Label {
            name: "component",
            known: platform
                .components
                .iter()
                .map(|it| it.name.as_str())
                .collect(),
            may_be_another: |_| false,
            otherwise: "a component has the name that it has in platform.toml",
            place: "",
        },
        Label {
            name: "group",
            known: platform.groups.iter().map(|it| it.name.as_str()).collect(),
            may_be_another: |_| false,
            otherwise: "a group has the name that it has in `[groups]`",
            place: "",
        },
        Label {
            name: "instance",
            known: addresses.iter().map(String::as_str).collect(),
            may_be_another: is_found,
            otherwise: "a target is called after the address that is scraped",
            place: place(platform),
        },
    ];
    let mut labels = Vec::from(labels);
    labels.retain(|label| !exposed::may_have_others(jobs, label.name));
    labels
}

/// Whether an instance may be one that is found while it runs: a pod or a container by its address, a node by its name, a target on
/// another machine.
fn is_found(instance: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let host = match instance.split_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => return true,
    };
    !host.chars().all(is_of_name) || !host.starts_with(|c: char| c.is_ascii_lowercase())
}

fn of_nothing(question: &Question<'_>, label: &Label<'_>, value: &str) -> Diagnostic {
    let (Question { what, loser, .. }, name) = (question, label.name);
    let message = format!(
        "{what} asks for `{name}=\"{value}\"`, which no target has{}: {loser} has no data",
        label.place
    );
    let near = nearest(value, label.known.iter().copied());
    let near = near.or_else(|| of_same_host(value, label));
    misnamed(question, &message, (value, near), label.otherwise)
}

/// The target of the same host, or of its exporter: a server is often asked for by its own port.
fn of_same_host<'a>(value: &str, label: &Label<'a>) -> Option<&'a str> {
    let (host, _) = value.split_once(':')?;
    let is_same = |known: &&&str| {
        let of = known.split_once(':').map(|(of, _)| of);
        of.is_some_and(|of| of == host || of.strip_suffix("-exporter") == Some(host))
    };
    label.known.iter().find(is_same).copied()
}

/// A warning for what asks for a series that no rule records. A few programs have such names, too: where one may be of a program that no
/// list describes, it has to be misspelled.
fn unrecorded(
    platform: &Platform,
    prometheus: &Component,
    questions: &[Question<'_>],
    exposed: Option<&Known>,
) -> Vec<Diagnostic> {
    let of_components = platform.components.iter().flat_map(|it| &it.records);
    let of_files = asked::recorded(prometheus);
    let mut known: BTreeSet<&str> = of_components.map(|it| it.name.as_str()).collect();
    known.extend(of_files.iter().map(String::as_str));
    let mut out = Vec::new();
    // Many panels ask for one series.
    let mut near_of: BTreeMap<String, Option<&str>> = BTreeMap::new();
    for question in questions.iter().filter(|it| it.text.contains(':')) {
        for name in recorded_of(&question.text) {
            if known.contains(name.as_str()) || is_filled_in_later(&name) {
                continue;
            }
            let is_sure = exposed.is_some_and(|it| !it.lists(&name));
            let near = near_of.entry(name.clone());
            let near = *near.or_insert_with(|| nearest(&name, known.iter().copied()));
            if near.is_none() && !is_sure {
                continue;
            }
            let Question { what, loser, .. } = question;
            let message =
                format!("{what} asks for `{name}`, which no rule records: {loser} has no data");
            let otherwise = "record it in a file of Prometheus' `settings.rules`";
            out.push(misnamed(question, &message, (&name, near), otherwise));
        }
    }
    out
}

fn misnamed(
    question: &Question<'_>,
    message: &str,
    (name, near): (&str, Option<&str>),
    otherwise: &str,
) -> Diagnostic {
    let diagnostic = warning(question, message);
    match near.filter(|_| !question.is_inline) {
        // The name stands in another file.
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.misspelled(name, near, || otherwise.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_found;

    #[test]
    fn an_instance_that_is_found_while_it_runs_may_have_any_address() {
        for known in ["redis:6379", "redis-exporter:9121"] {
            assert!(!is_found(known), "{known}");
        }
        for found in [
            "10.0.0.5:9100",
            "node-1",
            "db.example.com:9187",
            "redis.*",
            "[::1]:80",
        ] {
            assert!(is_found(found), "{found}");
        }
    }
}
