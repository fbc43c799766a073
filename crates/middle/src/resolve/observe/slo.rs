//! Service level objectives of a component, as recording rules, alerts and panels.
//!
//! The alerts are the burn-rate alerts of the SRE workbook, in two speeds. Each uses a long and a short window, so that it fires
//! and resolves quickly. The windows scale with the window of the objective, which is 30 days in the workbook.

mod bucket;
mod panels;
mod series;
mod share;
mod window;

use series::{check, counted, counted_node, own_labels, with};
use share::{a_share, check_latency};

use super::{expression, has_metrics, kind_string, measured};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, read},
    language::{duration_text, promql},
    model::{
        Alert, AlertSeverity, AlertText, AlertWhose, BUDGET_BURNS_FAST, BUDGET_BURNS_SLOWLY,
        Expression, Panel, Record, Requests,
    },
    resolve::Scene,
    source::Span,
    syntax::{Entry, Node, Table, Value},
};

/// The alert that a promise can't be judged.
const UNSEEN: &str = "ServiceLevelNotMeasured";

/// The window that a promise is about by default: 30 days, in milliseconds.
const USUAL_WINDOW: u64 = 30 * 86_400_000;

/// A pair of windows, as fractions of the objective's window, and the burn rate at which the alert fires.
struct Burn {
    long: u64,
    short: u64,
    factor: f64,
}

const fn burn(long: u64, short: u64, factor: f64) -> Burn {
    Burn {
        long,
        short,
        factor,
    }
}

/// Of 30 days: one hour and six hours. A person has to react now.
const FAST_BURNS: [Burn; 2] = [burn(720, 8640, 14.4), burn(120, 1440, 6.0)];
/// One day and three days. This can wait until morning.
const SLOW_BURNS: [Burn; 2] = [burn(30, 360, 3.0), burn(10, 120, 1.0)];

/// Fewer requests than this in the long window say nothing about a share of them.
const LEAST_REQUESTS: u32 = 20;

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
    let is_whole = !sink.is_lessened(entry.value.span);
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
        if let Some(text) = own.and_then(Node::as_str) {
            return Some(Expression::of(scoped(draft, &counted(key, text))));
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
            check(key, node, &own_labels(draft), sink);
            return Some(scoped(draft, &counted(key, text)));
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

/// The share that may fail.
fn share_left(percent: f64) -> f64 {
    (100.0 - percent) / 100.0
}

/// A user's series. Without a matcher on `job` it means the component's own jobs, where it has any: another program may count its
/// requests under the same name.
fn scoped(draft: &ComponentDraft, text: &str) -> String {
    use promql_parser::parser::Expr;
    let own = format!("job=~\"{}(/.+)?\"", draft.name);
    match promql(text) {
        Some(Expr::VectorSelector(selector))
            if has_metrics(draft) && selector.matchers.find_matchers("job").is_empty() =>
        {
            with(text, &own)
        }
        _ => text.to_string(),
    }
}

/// One promise.
struct Objective {
    name: &'static str,
    /// In words.
    promise: String,
    /// The share of requests that may break it.
    budget: f64,
    /// Milliseconds.
    window: u64,
    measure: Measure,
    span: Span,
}

enum Measure {
    /// Two counters.
    Errors { requests: String, errors: String },
    /// The buckets of a histogram in seconds, and milliseconds.
    Slow { durations: String, under: u64 },
}

impl Objective {
    /// The share of requests within a window that broke it.
    fn ratio(&self, window: &str) -> String {
        let rate = |series: &str| format!("sum by (job) (rate({series}[{window}]))");
        match &self.measure {
            // Where nothing has failed yet there may be no series of errors.
            Measure::Errors { requests, errors } => {
                let (all, failed) = (rate(requests), rate(errors));
                format!("({failed} or {all} * 0) / {all}")
            }
            Measure::Slow { durations, under } => {
                let quick = rate(&with(durations, &bucket_matcher(*under)));
                format!("1 - {quick} / {}", rate(&with(durations, "le=\"+Inf\"")))
            }
        }
    }

    fn requests(&self, window: &str) -> String {
        let series = match &self.measure {
            Measure::Errors { requests, .. } => requests.clone(),
            Measure::Slow { durations, .. } => with(durations, "le=\"+Inf\""),
        };
        format!("sum by (job) (increase({series}[{window}]))")
    }

    fn part(&self, parts: u64) -> String {
        // Whole seconds: nobody reads more of a window.
        duration_text((self.window / parts / 1000).max(1) * 1000)
    }

    fn records(&self) -> Vec<Record> {
        let burns = FAST_BURNS.iter().chain(&SLOW_BURNS);
        let mut windows: Vec<u64> = burns.flat_map(|burn| [burn.long, burn.short]).collect();
        windows.sort_unstable_by(|a, b| b.cmp(a));
        windows.dedup();
        windows
            .into_iter()
            .map(|parts| self.part(parts))
            .map(|window| Record {
                name: format!("slo:error_ratio:rate{window}"),
                expr: self.ratio(&window),
                labels: vec![("slo".to_string(), self.name.to_string())],
                from_kind: false,
            })
            .collect()
    }

    fn recorded(&self, component: &str, parts: u64) -> String {
        let window = self.part(parts);
        let name = self.name;
        format!("slo:error_ratio:rate{window}{{component=\"{component}\", slo=\"{name}\"}}")
    }

    fn alerts(&self, component: &str) -> Vec<Alert> {
        let (name, promise) = (self.name, &self.promise);
        let what = match &self.measure {
            Measure::Errors { .. } => "failed".to_string(),
            Measure::Slow { under, .. } => format!("took longer than {}", duration_text(*under)),
        };
        let window = duration_text(self.window);
        let burning = |alert: &str, severity, hold, burns: &[Burn; 2], speed: &str| Alert {
            summary: text(&format!(
                "`{component}` uses up its error budget {speed}: {name}"
            )),
            description: text(&format!(
                "{{{{ $value | humanizePercentage }}}} of the requests {what}. Promised is {promise} over {window}: at this rate nothing of the budget is left before the window ends."
            )),
            ..self.alert(alert, severity, hold, self.burning(component, burns))
        };
        vec![
            burning(
                BUDGET_BURNS_FAST,
                AlertSeverity::Critical,
                120_000,
                &FAST_BURNS,
                "fast",
            ),
            burning(
                BUDGET_BURNS_SLOWLY,
                AlertSeverity::Warning,
                900_000,
                &SLOW_BURNS,
                "slowly",
            ),
            Alert {
                summary: text(&format!("The {name} of `{component}` is not measured")),
                description: text(&match &self.measure {
                    Measure::Errors { requests, .. } => format!("There is no series `{requests}`."),
                    Measure::Slow { durations, under } => format!(
                        "There is no series `{durations}` with a bucket that ends at {}.",
                        duration_text(*under)
                    ),
                }),
                ..self.alert(
                    UNSEEN,
                    AlertSeverity::Warning,
                    3_600_000,
                    format!("absent({})", self.recorded(component, FAST_BURNS[0].short)),
                )
            },
        ]
    }

    fn alert(&self, name: &str, severity: AlertSeverity, hold: u64, expr: String) -> Alert {
        Alert {
            name: name.to_string(),
            expr,
            hold: Some(hold),
            hold_from_kind: true,
            keep_firing_for: None,
            severity,
            severity_from_kind: true,
            labels: vec![("slo".to_string(), self.name.to_string())],
            summary: None,
            description: None,
            runbook_url: None,
            down: false,
            whose: AlertWhose::Own,
            held_back_by: Vec::new(),
            held_back_by_any: Vec::new(),
            // The series may come from another scrape job than the component's own.
            from_kind: false,
            span: self.span,
        }
    }

    /// True if the burn rate is too high in both windows of a pair, and there were enough requests for a meaningful share.
    fn burning(&self, component: &str, burns: &[Burn; 2]) -> String {
        let pairs = burns.iter().map(|burn| {
            // All requests that fail are as much as there can be.
            let limit = number((burn.factor * self.budget).min(0.99));
            let long = self.recorded(component, burn.long);
            let short = self.recorded(component, burn.short);
            format!("{long} > {limit} and {short} > {limit}")
        });
        let any: Vec<String> = pairs.collect();
        let requests = self.requests(&self.part(burns[0].long));
        format!(
            "({}) and on (job) {requests} >= {LEAST_REQUESTS}",
            any.join(" or ")
        )
    }

    /// The share of the error budget that is left: 1 is all of it; below 0 the objective is missed.
    fn budget_left(&self) -> String {
        let window = duration_text(self.window);
        format!("1 - ({}) / {}", self.ratio(&window), number(self.budget))
    }
}

fn text(text: &str) -> Option<AlertText> {
    Some(AlertText {
        text: text.to_string(),
        from_kind: true,
    })
}

/// A number without the noise of its last digits.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The bucket that ends at so many milliseconds, however its number is written: `1`, `1.0`.
fn bucket_matcher(under: u64) -> String {
    let (whole, rest) = (under / 1000, under % 1000);
    if rest == 0 {
        return format!("le=~\"{whole}([.]0+)?\"");
    }
    let fraction = format!("{rest:03}");
    format!("le=~\"{whole}[.]{}0*\"", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::bucket_matcher;

    #[test]
    fn a_bucket_is_found_however_its_number_is_written() {
        assert_eq!(bucket_matcher(300), "le=~\"0[.]30*\"");
        assert_eq!(bucket_matcher(2000), "le=~\"2([.]0+)?\"");
        assert_eq!(bucket_matcher(2500), "le=~\"2[.]50*\"");
    }
}
