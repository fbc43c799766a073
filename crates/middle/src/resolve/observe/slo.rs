//! Service level objectives of a component, as recording rules, alerts and panels.
//!
//! The alerts are the burn-rate alerts of the SRE workbook, in two speeds. Each uses a long and a short window, so that it fires
//! and resolves quickly. The windows scale with the window of the objective, which is 30 days in the workbook.

mod bucket;
mod objective;
mod panels;
mod series;
mod share;
mod window;

use objective::{Measure, Objective, number, share_left};
use series::{counted_node, of_user, own_labels, report_no_match};
use share::{a_share, check_latency};

use super::{expression, has_metrics, kind_string, measured};
use crate::{
    catalog::Series,
    diag::{Code, Diagnostic, Sink},
    expand::read,
    language::duration_text,
    model::{Alert, Expression, Panel, Record, Requests},
    resolve::Scene,
    source::Span,
    syntax::{Entry, Node, Table, Value},
};

/// The window that a promise is about by default: 30 days, in milliseconds.
const USUAL_WINDOW: u64 = 30 * 86_400_000;

/// The rules, alerts and panels of a component's objectives.
#[derive(Default)]
pub(in crate::resolve) struct Levels {
    pub alerts: Vec<Alert>,
    pub records: Vec<Record>,
    pub panels: Vec<Panel>,
}

/// Reads `slo`. What can't be measured is an error. `kept`: milliseconds for which Prometheus keeps samples, where they are known.
pub(in crate::resolve) fn levels(
    scene: &Scene<'_>,
    index: usize,
    kept: Option<u64>,
    sink: &mut Sink,
) -> Levels {
    let draft = &scene.components[index];
    let mut out = Levels::default();
    let entry = draft.user.entry("slo");
    let Some((entry, table)) = entry.and_then(|it| Some((it, it.value.as_table()?))) else {
        return out;
    };
    let reader = Reader {
        scene,
        index,
        table,
        span: entry.key.span,
    };
    // An unknown key of it may be the goal.
    let is_whole = !sink.is_incomplete(entry.value.span);
    if table.entries.is_empty() && is_whole {
        sink.push(
            Diagnostic::new(Code::MissingKey, "`slo` sets no goal")
                .label(entry.key.span, "neither `availability` nor `latency`")
                .help("write `slo = { availability = \"99.5%\" }`, or `latency = { p = 95, under = \"300ms\" }`")
                .replacing(entry.value.span, "{ availability = \"99.5%\" }"),
        );
    }
    if let (Some(window), None, None) = (
        table.entry("window").filter(|_| is_whole),
        table.get("availability"),
        table.get("latency"),
    ) {
        let line = "availability = \"99.5%\"";
        sink.push(
            Diagnostic::new(Code::MissingKey, "`slo` sets no goal")
                .label(entry.key.span, "neither `availability` nor `latency`")
                .label(window.key.span, "within this time")
                .help(format!(
                    "write `{line}` in it, or `latency = {{ p = 95, under = \"300ms\" }}`"
                ))
                .adding(entry.key.span, line),
        );
    }
    let objectives = reader.objectives(sink);
    reader.check_window(&objectives, kept, sink);
    for objective in &objectives {
        out.records.extend(objective.records());
        out.alerts.extend(objective.alerts(&draft.name));
    }
    out.panels = panels::panels(&draft.name, &objectives);
    out
}

/// How the requests to it are counted: as the user says, else as the kind does.
pub(in crate::resolve) fn requests(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Requests {
    let draft = &scene.components[index];
    if !has_metrics(draft) {
        return Requests::default();
    }
    let mut series = |key: &str| {
        let own = draft.user.get_path(&["slo", key]);
        let of_kind = || draft.kind_table.get_path(&["slo", key]);
        if let Some((node, text)) = own.and_then(|node| Some((node, node.as_str()?))) {
            let read = Series::read(key, node, text).ok();
            return Some(Expression::of(of_user(draft, key, text, read.as_ref())));
        }
        let node = measured(draft).and_then(|_| of_kind())?;
        Some(expression(scene, index, &counted_node(key, node), sink))
    };
    Requests {
        all: series("requests"),
        errors: series("errors"),
        durations: series("durations"),
    }
}

struct Reader<'a> {
    scene: &'a Scene<'a>,
    index: usize,
    table: &'a Table,
    span: Span,
}

impl Reader<'_> {
    fn objectives(&self, sink: &mut Sink) -> Vec<Objective> {
        let availability = self.written("availability");
        let availability = availability.and_then(|entry| self.availability(entry, sink));
        let latency = self.written("latency");
        let latency = latency.and_then(|entry| self.latency(entry, sink));
        availability.into_iter().chain(latency).collect()
    }

    fn written(&self, key: &str) -> Option<&Entry> {
        let entry = self.table.entry(key);
        entry.filter(|entry| !matches!(entry.value.value, Value::Broken))
    }

    /// Milliseconds.
    fn window(&self) -> u64 {
        read::duration(self.table, "window").unwrap_or(USUAL_WINDOW)
    }

    fn availability(&self, entry: &Entry, sink: &mut Sink) -> Option<Objective> {
        let promise = read::scalar(&entry.value);
        let percent = promise.trim_end_matches('%').parse().unwrap_or(100.0);
        if percent < 1.0 {
            let meant = format!("\"{}%\"", number(percent * 100.0));
            sink.push(a_share("availability", percent, &entry.value, &meant));
        }
        let requests = self.series("requests", sink);
        let errors = self.series("errors", sink);
        let measure = match (requests, errors) {
            (Some(requests), Some(errors)) => Measure::Errors { requests, errors },
            (requests, _) => {
                let missing = if requests.is_none() {
                    "requests"
                } else {
                    "errors"
                };
                self.unmeasured("availability", missing, entry.key.span, sink);
                return None;
            }
        };
        Some(Objective {
            name: "availability",
            promise,
            budget: share_left(percent),
            window: self.window(),
            measure,
            span: self.span,
        })
    }

    fn latency(&self, entry: &Entry, sink: &mut Sink) -> Option<Objective> {
        let empty = Table::default();
        let table = entry.value.as_table().unwrap_or(&empty);
        let percent = read::number(table, "p").unwrap_or(95.0);
        let under = read::duration(table, "under").unwrap_or_default();
        check_latency(table, percent, under, sink);
        self.check_bucket(under, table.get("under"), sink);
        let Some(durations) = self.series("durations", sink) else {
            self.unmeasured("latency", "durations", entry.key.span, sink);
            return None;
        };
        Some(Objective {
            name: "latency",
            promise: format!("{percent}% under {}", duration_text(under)),
            budget: share_left(percent),
            window: self.window(),
            measure: Measure::Slow { durations, under },
            span: self.span,
        })
    }

    /// The series that counts something: the user's, else the kind's.
    fn series(&self, key: &str, sink: &mut Sink) -> Option<String> {
        let draft = &self.scene.components[self.index];
        if let Some(node) = self.table.get(key) {
            let text = node.as_str()?;
            let read = Series::read(key, node, text);
            let series = read.map_err(|fault| sink.push(*fault)).ok();
            if let Some(series) = &series {
                report_no_match(key, node, series, &own_labels(draft), sink);
            }
            return Some(of_user(draft, key, text, series.as_ref()));
        }
        let node = draft.kind_table.get_path(&["slo", key])?;
        measured(draft)?;
        let node = counted_node(key, node);
        Some(kind_string(self.scene, self.index, &node, sink))
    }

    fn unmeasured(&self, promise: &str, missing: &str, place: Span, sink: &mut Sink) {
        if self.table.get(missing).is_some_and(Node::is_broken) {
            return;
        }
        let draft = &self.scene.components[self.index];
        let scraped = has_metrics(draft);
        let help = match missing {
            _ if !scraped => {
                "let Prometheus scrape it: `metrics = { port = \"http\" }`".to_string()
            }
            "requests" => format!(
                "set `slo.requests` and `slo.errors`, as `requests = 'http_requests_total{{job=\"{0}\"}}'` and `errors = 'http_requests_total{{job=\"{0}\", status=~\"5..\"}}'`",
                draft.name
            ),
            "errors" => format!(
                "set `slo.errors`, as `errors = 'http_requests_total{{job=\"{}\", status=~\"5..\"}}'`",
                draft.name
            ),
            _ => format!(
                "set `slo.durations`, a histogram, as `durations = 'http_request_duration_seconds_bucket{{job=\"{}\"}}'`",
                draft.name
            ),
        };
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!(
                    "the {promise} of `{}` can't be measured: nothing says how its {missing} are counted",
                    draft.name
                ),
            )
            .label(place, format!("needs `slo.{missing}`, which kind `{}` does not know", draft.kind.name))
            .help(help),
        );
    }
}
