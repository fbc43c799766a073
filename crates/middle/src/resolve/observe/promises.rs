//! Schedules are promises: a pipeline that has not succeeded since it was due, or takes longer than usual, is an alert.
//!
//! Airflow counts the successful runs of a DAG, and measures how long they took. The counters exist from the first run on, and
//! the exporter loses them when it restarts.

use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    language::duration_text,
    model::{Alert, AlertSeverity, AlertText, AlertWhose, Cycle, Schedule},
    resolve::pipelines,
    source::Span,
    syntax::Table,
};

/// How long Prometheus keeps samples by default: 15 days, in milliseconds.
const USUAL_RETENTION: u64 = 15 * DAY;
const DAY: u64 = 86_400_000;
const MINUTE: u64 = 60_000;

/// So many times of a cycle are written into a rule.
const MOST_DUE: usize = 48;

/// One exporter.
const ON_TARGET: &str = "on (job, instance)";

/// The label of an alert that is about one pipeline.
pub(super) const PIPELINE: &str = "pipeline";

/// The alert on a pipeline that has not succeeded since it was due.
pub(super) const OVERDUE: &str = "PipelineOverdue";
/// The alert on a pipeline that takes longer than usual.
pub(super) const SLOW: &str = "PipelineSlow";

/// The alerts on pipelines that are overdue or slow, for the Airflow that runs them. `retention`: for how long its samples
/// are kept, where the Prometheus that keeps them says so.
pub(in crate::resolve) fn promises(
    tree: &Table,
    airflow: &str,
    retention: Option<u64>,
    sink: &mut Sink,
) -> Vec<Alert> {
    let retention = retention.unwrap_or(USUAL_RETENTION);
    let mut alerts = Vec::new();
    for promise in of_pipelines(tree) {
        if promise.time_until_due() > retention {
            sink.push(promise.too_seldom(
                "is overdue or slow",
                promise.time_until_due(),
                airflow,
                retention,
            ));
            continue;
        }
        alerts.push(promise.overdue(airflow));
        alerts.push(promise.never(airflow));
        match promise.usual(retention) {
            Some(usual) => alerts.push(promise.slow(airflow, usual)),
            None => {
                let needed = promise.time_until_due() + promise.gap;
                sink.push(promise.too_seldom("is slow", needed, airflow, retention));
            }
        }
    }
    alerts
}

/// The pipelines with a known schedule.
fn of_pipelines(tree: &Table) -> impl Iterator<Item = Promise<'_>> {
    read::tables(tree, "pipelines").filter_map(|(key, table)| {
        let schedule = pipelines::schedule(table)?;
        Some(Promise {
            pipeline: &key.name,
            gap: schedule.longest_gap()?,
            schedule,
            timeout: pipelines::timeout(table),
            span: key.span,
        })
    })
}

/// How far apart a rule looks within a window of so many milliseconds.
fn step(window: u64) -> u64 {
    (window / 300 / MINUTE * MINUTE).max(5 * MINUTE)
}

/// For how many seconds the exporter has run.
fn age(airflow: &str) -> String {
    format!("time() - process_start_time_seconds{{job=\"{airflow}\"}}")
}

/// The newest time of a cycle that has had so many seconds of slack: where the cycle is, plus the step to each time that is past.
fn last_due(cycle: &Cycle, slack: u64) -> String {
    let at = format!("(time() - {slack}) % {}", cycle.length);
    let mut out = format!("(time() - {slack} - {at}");
    // Before the first time, the last one of the cycle before counts.
    let last = cycle.due.last().copied().unwrap_or_default();
    out.push_str(&format!(" - {}", cycle.length - last));
    let mut before = None;
    for due in &cycle.due {
        let step = before.map_or(due + cycle.length - last, |before| due - before);
        out.push_str(&format!(" + {step} * ({at} >= bool {due})"));
        before = Some(*due);
    }
    out.push(')');
    out
}

struct Promise<'a> {
    pipeline: &'a str,
    schedule: Schedule,
    /// How long a run may take, in milliseconds.
    timeout: Option<u64>,
    /// The longest time between two runs, in milliseconds.
    gap: u64,
    /// The pipeline's name where it is declared.
    span: Span,
}

impl Promise<'_> {
    /// The time after a success in which the next one is due, with room for waiting and for the run itself.
    fn time_until_due(&self) -> u64 {
        self.gap + self.slack()
    }

    /// The time in which a run that is due ends: it waits and runs.
    fn slack(&self) -> u64 {
        let wait = (self.gap / 4).clamp(15 * MINUTE, DAY / 4);
        wait + self.timeout.unwrap_or_default()
    }

    /// The time over which the usual duration is computed: seven runs and at least a day, or as many runs as samples are kept
    /// for. `None` if that is not even one.
    fn usual(&self, retention: u64) -> Option<u64> {
        let kept = retention.saturating_sub(self.time_until_due());
        let runs = kept / self.gap;
        let wanted = (7 * self.gap).max(DAY);
        (runs > 0).then(|| wanted.min(runs * self.gap))
    }

    fn series(&self, name: &str, airflow: &str) -> String {
        format!(
            "airflow_dagrun_duration_success_{name}{{job=\"{airflow}\", dag_id=\"{}\"}}",
            self.pipeline
        )
    }

    /// What a day of the week asks for, where that differs: the time after which a success is too old, and the days.
    fn windows(&self) -> Vec<(u64, Vec<usize>)> {
        let Some(days) = self.schedule.by_weekday(self.slack()) else {
            return vec![(self.time_until_due(), Vec::new())];
        };
        let mut windows: Vec<(u64, Vec<usize>)> = Vec::new();
        for (day, window) in days.into_iter().enumerate() {
            match windows.iter_mut().find(|(same, _)| *same == window) {
                Some((_, days)) => days.push(day),
                None => windows.push((window, vec![day])),
            }
        }
        windows
    }

    fn overdue(&self, airflow: &str) -> Alert {
        let cycle = self.schedule.uneven_cycle();
        if let Some(cycle) = cycle.filter(|cycle| cycle.due.len() <= MOST_DUE) {
            let description = format!(
                "Its schedule is `{}`; no run of it has succeeded since the last one that had time to was due.",
                self.schedule
            );
            let expr = self.not_since(airflow, &cycle);
            return self.alert(OVERDUE, expr, self.not_since_due(), description);
        }
        let windows = self.windows();
        let on_days = windows.iter().map(|(window, days)| {
            let is_one = days.iter().map(|day| format!("day_of_week() == {day}"));
            let is_one: Vec<String> = is_one.collect();
            let old = self.too_old(airflow, *window);
            match is_one.as_slice() {
                [] => old,
                days => format!("({old}) and on () ({})", days.join(" or ")),
            }
        });
        let expr: Vec<String> = on_days.collect();
        let allowed = match windows.as_slice() {
            [(window, _)] => format!("for {} no run of it has succeeded", duration_text(*window)),
            _ => "no run of it has succeeded since the last one had time to".to_string(),
        };
        let description = format!("Its schedule is `{}`; {allowed}.", self.schedule);
        self.alert(
            OVERDUE,
            expr.join(" or "),
            self.not_since_due(),
            description,
        )
    }

    /// True where the last success is older than the last time that was due and has had its slack. The rule computes both: when a
    /// success was last seen, and where in its cycle the schedule is.
    fn not_since(&self, airflow: &str, cycle: &Cycle) -> String {
        let count = self.series("count", airflow);
        let step = step(self.time_until_due());
        let window = duration_text(self.time_until_due());
        let (offset, young) = (duration_text(step), 2 * step / 1000);
        let success = format!(
            "({count} != {count} offset {offset}) or {} or ({count} and {ON_TARGET} {} < {young})",
            self.born(airflow, step),
            age(airflow)
        );
        let by = "by (job, dag_id)";
        let seen =
            format!("max {by} (max_over_time((({success}) * 0 + time())[{window}:{offset}]))");
        format!(
            "sum {by} ({count} offset {window}) unless {seen} > {}",
            last_due(cycle, self.slack() / 1000)
        )
    }

    /// True where the last success is older than that.
    ///
    /// The exporter counts anew when it starts, and has no series before the first success. So a success is a value that grew, a
    /// series that was not there while the exporter was, or one that is there and whose exporter has started since.
    fn too_old(&self, airflow: &str, window: u64) -> String {
        let count = self.series("count", airflow);
        let (seconds, step) = (window / 1000, step(window));
        let (window, offset) = (duration_text(window), duration_text(step));
        let by = "sum by (job, dag_id)";
        let (born, age) = (self.born(airflow, step), age(airflow));
        format!(
            "{by} ({count} offset {window}) unless ({by} (increase({count}[{window}])) > 0 \
             or {by} (max_over_time({born}[{window}:{offset}])) or {by} ({count} and {ON_TARGET} {age} < {seconds}))"
        )
    }

    /// True where a series is there that was not there a step before, though the exporter was or has just started.
    fn born(&self, airflow: &str, step: u64) -> String {
        let count = self.series("count", airflow);
        let (offset, young, age) = (duration_text(step), 2 * step / 1000, age(airflow));
        format!(
            "(({count} unless {count} offset {offset}) and {ON_TARGET} (up{{job=\"{airflow}\"}} offset {offset} == 1 or {ON_TARGET} {age} < {young}))"
        )
    }

    /// Of a pipeline without any success: there is no series. The rule itself knows for how long, whatever starts anew meanwhile.
    fn never(&self, airflow: &str) -> Alert {
        let window = duration_text(self.time_until_due());
        let expr = format!("absent({})", self.series("count", airflow));
        let description = format!(
            "Its schedule is `{}`; for {window} nobody knows of a run that succeeded.",
            self.schedule
        );
        let mut alert = self.alert(OVERDUE, expr, self.not_since_due(), description);
        alert.hold = Some(self.time_until_due());
        alert
            .labels
            .push(("succeeded".to_string(), "never".to_string()));
        alert
    }

    fn not_since_due(&self) -> String {
        format!("`{}` has not succeeded since it was due", self.pipeline)
    }

    fn slow(&self, airflow: &str, usual: u64) -> Alert {
        let window = duration_text(self.time_until_due());
        let usual = duration_text(usual);
        let by = "sum by (job, dag_id)";
        let mean = |range: &str| {
            let (sum, count) = (self.series("sum", airflow), self.series("count", airflow));
            format!("{by} (increase({sum}[{range}])) / ({by} (increase({count}[{range}])) > 0)")
        };
        let before = {
            let (sum, count) = (self.series("sum", airflow), self.series("count", airflow));
            format!(
                "{by} (increase({sum}[{usual}] offset {window})) / ({by} (increase({count}[{usual}] offset {window})) > 0)"
            )
        };
        let now = mean(&window);
        self.alert(
            SLOW,
            format!("{now} > 2 * ({before}) and {now} > 60"),
            format!("`{}` takes longer than usual", self.pipeline),
            format!(
                "A run takes {{{{ $value | humanizeDuration }}}}: more than twice as long as in the {usual} before."
            ),
        )
    }

    fn alert(&self, name: &str, expr: String, summary: String, description: String) -> Alert {
        let text = |text: String| {
            Some(AlertText {
                text,
                from_kind: true,
            })
        };
        Alert {
            name: name.to_string(),
            expr,
            hold: Some(5 * MINUTE),
            hold_from_kind: true,
            keep_firing_for: None,
            keep_from_kind: true,
            severity: AlertSeverity::Warning,
            severity_from_kind: true,
            labels: vec![(PIPELINE.to_string(), self.pipeline.to_string())],
            summary: text(summary),
            description: text(description),
            runbook_url: None,
            down: false,
            whose: AlertWhose::Own,
            held_back_by: Vec::new(),
            held_back_by_any: Vec::new(),
            gone_part: None,
            from_kind: true,
            span: self.span,
        }
    }

    /// Says which alert is left out, and that samples would have to be kept for the time `needed`.
    fn too_seldom(&self, what: &str, needed: u64, airflow: &str, retention: u64) -> Diagnostic {
        Diagnostic::new(
            Code::TargetLoss,
            format!(
                "prometheus: no alert reports that `{}` {what}: its runs are {} apart, and samples are kept for {}",
                self.pipeline,
                duration_text(self.gap),
                duration_text(retention)
            ),
        )
        .about(airflow)
        .label(self.span, "no alert for its schedule")
        .help(format!(
            "keep samples for longer: `settings.retention = \"{}d\"` on Prometheus",
            needed / DAY + 1
        ))
    }
}
