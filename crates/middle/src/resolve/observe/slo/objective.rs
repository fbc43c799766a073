//! One promise as expressions: the share of requests that broke it, its alerts, and what is left of its error budget.

use super::series::with;
use crate::{
    language::duration_text,
    model::{
        Alert, AlertSeverity, AlertText, AlertWhose, BUDGET_BURNS_FAST, BUDGET_BURNS_SLOWLY, Record,
    },
    source::Span,
};

/// The alert that a promise can't be judged.
const UNSEEN: &str = "ServiceLevelNotMeasured";

/// A pair of windows, as fractions of the objective's window, and the burn rate at which the alert fires.
pub(super) struct Burn {
    pub long: u64,
    pub short: u64,
    pub factor: f64,
}

const fn burn(long: u64, short: u64, factor: f64) -> Burn {
    Burn {
        long,
        short,
        factor,
    }
}

/// Of 30 days: one hour and six hours. A person has to react now.
pub(super) const FAST_BURNS: [Burn; 2] = [burn(720, 8640, 14.4), burn(120, 1440, 6.0)];
/// One day and three days. This can wait until morning.
const SLOW_BURNS: [Burn; 2] = [burn(30, 360, 3.0), burn(10, 120, 1.0)];

/// Fewer requests than this in the long window say nothing about a share of them.
const LEAST_REQUESTS: u32 = 20;

/// One promise.
pub(super) struct Objective {
    pub name: &'static str,
    /// In words.
    pub promise: String,
    /// The share of requests that may break it.
    pub budget: f64,
    /// Milliseconds.
    pub window: u64,
    pub measure: Measure,
    pub span: Span,
}

pub(super) enum Measure {
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

    pub fn records(&self) -> Vec<Record> {
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

    pub fn recorded(&self, component: &str, parts: u64) -> String {
        let window = self.part(parts);
        let name = self.name;
        format!("slo:error_ratio:rate{window}{{component=\"{component}\", slo=\"{name}\"}}")
    }

    pub fn alerts(&self, component: &str) -> Vec<Alert> {
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
            keep_from_kind: true,
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
            gone_part: None,
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
    pub fn budget_left(&self) -> String {
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
pub(super) fn number(value: f64) -> String {
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

/// The share that may fail.
pub(super) fn share_left(percent: f64) -> f64 {
    (100.0 - percent) / 100.0
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
