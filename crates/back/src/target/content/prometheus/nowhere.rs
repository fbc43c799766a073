//! Series that users ask for and that nothing writes: those of a component, a group or an address that no target has, and those that no
//! rule records.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    seen::{Seen, Target},
    unknown::warning,
};
use crate::{
    diag::{Diagnostic, nearest},
    model::{Component, Platform, ScrapeSettings},
    target::{
        Context, Vantage,
        shared::{
            asked::{self, Question, is_filled_in_later, values_of_rules},
            exposed::{self, Known},
            expr::{others, recorded_of},
            scrape::Job,
        },
    },
};

/// A label of every target.
struct Label {
    name: &'static str,
    /// Its values where the platform runs.
    values: for<'s> fn(&'s Seen<'_>) -> BTreeSet<&'s str>,
    /// Whether a value may be one that is not known here.
    may_be_another: fn(&str) -> bool,
    /// What to write where nothing is alike.
    otherwise: &'static str,
}

/// The labels whose values are all known.
const LABELS: [Label; 3] = [
    Label {
        name: "component",
        values: |seen| seen.components.clone(),
        may_be_another: |_| false,
        otherwise: "a component has the name that it has in platform.toml",
    },
    Label {
        name: "group",
        values: |seen| seen.groups.clone(),
        may_be_another: |_| false,
        otherwise: "a group has the name that it has in `[groups]`",
    },
    Label {
        name: "instance",
        values: |seen| seen.instances.keys().map(String::as_str).collect(),
        may_be_another: is_found,
        otherwise: "a target is called after the address that is scraped",
    },
];

/// A warning for each question that asks for such a series. What others scrape or write has labels and names of theirs.
pub(super) fn unanswered(
    context: &Context<'_>,
    prometheus: &Component,
    jobs: &[Job<'_>],
    (questions, exposed): (&[Question<'_>], Option<&Known>),
    seen: &[Seen<'_>],
) -> Vec<Diagnostic> {
    let has_own_jobs = ScrapeSettings::of(prometheus).jobs().is_some();
    let is_open = has_own_jobs || exposed::takes_writes(prometheus);
    if is_open || jobs.iter().any(federates) {
        return Vec::new();
    }
    let platform = context.platform;
    let mut out = Vec::new();
    for label in &LABELS {
        let mut asking = questions
            .iter()
            .filter(|it| it.text.contains(label.name))
            .peekable();
        if asking.peek().is_none() || exposed::may_have_others(jobs, label.name) {
            continue;
        }
        let of_rules = values_of_rules(platform, prometheus, label.name);
        let known = KnownValues::of(label, seen, &of_rules);
        for question in asking {
            out.extend(of_label(question, label, seen, &known));
        }
    }
    out.extend(unrecorded(platform, prometheus, questions, exposed));
    out
}

/// Whether a scrape reads another Prometheus.
fn federates(job: &Job<'_>) -> bool {
    job.metrics.path.to_string().contains("federate")
}

/// The values that a label has: in any of the places where the platform runs, and in each of them.
struct KnownValues<'a> {
    anywhere: BTreeSet<&'a str>,
    in_each: Vec<BTreeSet<&'a str>>,
}

impl<'a> KnownValues<'a> {
    fn of(label: &Label, seen: &'a [Seen<'_>], of_rules: &'a [String]) -> Self {
        let in_place = |place: &'a Seen<'_>| -> BTreeSet<&'a str> {
            let of_rules = of_rules.iter().map(String::as_str);
            (label.values)(place).into_iter().chain(of_rules).collect()
        };
        let in_each: Vec<_> = seen.iter().map(in_place).collect();
        Self {
            anywhere: in_each.iter().flatten().copied().collect(),
            in_each,
        }
    }
}

/// What a question asks for of a label, and that no target has, or none of those in one of the places where the platform runs.
fn of_label(
    question: &Question<'_>,
    label: &Label,
    seen: &[Seen<'_>],
    known: &KnownValues<'_>,
) -> Vec<Diagnostic> {
    let unknown_to = |known: &BTreeSet<&str>| {
        let mut unknown = others(&question.text, label.name, known);
        unknown.retain(|value| !is_filled_in_later(value));
        unknown
    };
    let nowhere = unknown_to(&known.anywhere);
    let mut out = Vec::new();
    for value in nowhere.iter().filter(|it| !(label.may_be_another)(it)) {
        out.push(of_nothing(question, label, value, seen));
    }
    let mut lacking: BTreeMap<String, &Seen<'_>> = BTreeMap::new();
    for (place, known) in seen.iter().zip(&known.in_each) {
        let unknown = unknown_to(known).into_iter();
        lacking.extend(unknown.map(|value| (value, place)));
    }
    lacking.retain(|value, _| !nowhere.contains(value));
    let lacking = lacking.into_iter();
    out.extend(lacking.map(|(value, place)| of_one_place(question, label, &value, (place, seen))));
    out
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

fn of_nothing(
    question: &Question<'_>,
    label: &Label,
    value: &str,
    seen: &[Seen<'_>],
) -> Diagnostic {
    let (Question { what, loser, .. }, name) = (question, label.name);
    let place = match seen {
        [place] => place.in_cluster(),
        _ if name == "instance" => ", neither on an engine nor in the chart",
        _ => "",
    };
    if let Some(place) = seen.iter().find(|it| it.is_unmeasured(name, value)) {
        return unmeasured(question, name, value, (place, seen));
    }
    let message = format!(
        "{what} asks for `{name}=\"{value}\"`, which no target has{place}: {loser} has no data"
    );
    let several = |it: &'_ Seen<'_>| name == "instance" && it.several.contains_key(value);
    if let Some(place) = seen.iter().find(|it| several(it)) {
        let why = "several may run, and each is called after its own address";
        let of_value = (value, &place.several[value]);
        return by_stable_name(
            warning(question, &message),
            question,
            of_value,
            (place, why),
        );
    }
    let known: BTreeSet<&str> = seen.iter().flat_map(|it| (label.values)(it)).collect();
    let near = nearest(value, known.iter().copied());
    let near = near.or_else(|| of_same_host(value, &known));
    misnamed(question, &message, (value, near), label.otherwise)
}

/// The target of the same host, or of its exporter: a server is often asked for by its own port.
fn of_same_host<'a>(value: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    let (host, _) = value.split_once(':')?;
    let is_same = |known: &&&str| {
        let of = known.split_once(':').map(|(of, _)| of);
        of.is_some_and(|of| of == host || of.strip_suffix("-exporter") == Some(host))
    };
    known.iter().find(is_same).copied()
}

/// What has a target of this name on an engine, and none in the chart, or the other way round: an expression is for both.
fn of_one_place(
    question: &Question<'_>,
    label: &Label,
    value: &str,
    (place, seen): (&Seen<'_>, &[Seen<'_>]),
) -> Diagnostic {
    let (Question { what, loser, .. }, name) = (question, label.name);
    if place.is_unmeasured(name, value) {
        return unmeasured(question, name, value, (place, std::slice::from_ref(place)));
    }
    let diagnostic = warning(
        question,
        &format!(
            "{what} asks for `{name}=\"{value}\"`, which no target has{}: {loser} has no data there",
            place.name()
        ),
    );
    let mut targets = seen.iter().filter_map(|it| it.instances.get(value));
    let Some(target) = targets.find_map(Option::as_ref) else {
        return diagnostic
            .help("ask for `component` or `job`, which have the same values everywhere");
    };
    let why = match place.vantage {
        Vantage::Kubernetes => {
            "in a cluster pods are found, and each is called after its own address"
        }
        Vantage::Compose => "on an engine it has another address",
    };
    by_stable_name(diagnostic, question, (value, target), (place, why))
}

/// A help that names a target by a label that has the same value everywhere.
fn by_stable_name(
    diagnostic: Diagnostic,
    question: &Question<'_>,
    (value, target): (&str, &Target<'_>),
    (place, why): (&Seen<'_>, &str),
) -> Diagnostic {
    let Some((label, name)) = place.stable_name(target) else {
        return diagnostic.help(format!(
            "nothing of `{}` is scraped there",
            target.component
        ));
    };
    let diagnostic = diagnostic.help(format!("write `{label}=\"{name}\"`: {why}"));
    // Where the expression speaks of instances once more, a change of the first would be of another place.
    let is_plain = question.text.matches("instance").count() == 1
        && question.text.contains("instance=")
        && !question.text.contains("instance=~");
    match question.is_inline && is_plain {
        true => diagnostic.renaming("instance", label).renaming(value, name),
        false => diagnostic,
    }
}

/// What is there, and gives Prometheus nothing.
fn unmeasured(
    question: &Question<'_>,
    name: &str,
    value: &str,
    (place, seen): (&Seen<'_>, &[Seen<'_>]),
) -> Diagnostic {
    let Question { what, loser, .. } = question;
    let place = if let [_] = seen { place.name() } else { "" };
    let there = if place.is_empty() { "" } else { " there" };
    let message = format!(
        "{what} asks for `{name}=\"{value}\"`, of which nothing is scraped{place}: {loser} has no data{there}"
    );
    warning(question, &message).help(
        "give it `metrics`, or a health check over `http` or `tcp`, which Prometheus asks from outside",
    )
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
