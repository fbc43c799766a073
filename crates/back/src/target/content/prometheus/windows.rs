//! Rules that look back over less time than two scrapes: a rate needs two samples, so they would never say anything. And scrapes
//! between which Prometheus forgets the sample before.

use memchr::{memchr, memchr_iter};

use crate::{
    diag::Diagnostic,
    files::Target,
    language::{
        duration_ms,
        promql::{Expr, promql},
    },
    model::{Component, INTERVAL, LONGEST_INTERVAL, Platform, ScrapeSettings},
    source::Span,
    speak::units::prometheus,
    target::shared::{
        losses::loss,
        scrape::{self, Job},
    },
};

/// Functions that give nothing for a single sample.
const NEED_TWO: [&str; 6] = ["rate", "irate", "increase", "delta", "idelta", "deriv"];

/// A warning for each component whose rules look back too little for its own scrape interval.
pub(super) fn too_short(platform: &Platform, jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let jobs = scrape::by_component(jobs);
    let mut out = Vec::new();
    for component in &platform.components {
        let of_component = jobs.get(component.name.as_str()).into_iter().flatten();
        let Some(job) = of_component.max_by_key(|job| job.interval) else {
            continue;
        };
        let least = 2 * job.interval;
        let alerts = component.alerts.iter().map(|rule| (&rule.name, &rule.expr));
        let records = component
            .records
            .iter()
            .map(|rule| (&rule.name, &rule.expr));
        let shortest = alerts
            .chain(records)
            .filter(|(_, expr)| may_be_shorter(expr, least))
            .filter_map(|(name, expr)| Some((shortest_window(expr)?, name)))
            .min();
        let Some((window, rule)) = shortest.filter(|(window, _)| *window < least) else {
            continue;
        };
        out.push(
            loss(
                Target::Prometheus,
                &format!(
                    "the rule `{rule}` of `{}` looks back {}, but its metrics come every {}: a rate needs two samples, so the rule has no value",
                    component.name,
                    prometheus::duration(window),
                    prometheus::duration(job.interval),
                ),
                job.metrics.span,
                "scraped too seldom for its rules",
            )
            .about(&component.name)
            .help(format!(
                "scrape at least every {}, as in `metrics.interval = \"{}\"`",
                prometheus::duration(window / 2),
                prometheus::duration(window / 2),
            )),
        );
    }
    out
}

/// A warning for each scrape that comes so seldom that there is no value meanwhile, not even of `up`: an alert on what is absent
/// fires while everything works, and every other one starts anew.
pub(super) fn too_seldom(prometheus: &Component, jobs: &[Job<'_>], usual: u64) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let setting = ScrapeSettings::of(prometheus).interval_setting();
    if let Some(setting) = setting.filter(|_| usual > LONGEST_INTERVAL) {
        let what = "everything is scraped".to_string();
        let written = prometheus.main().and_then(|main| {
            let node = main.written.get_path(&["settings", INTERVAL])?;
            Some(node.span)
        });
        let found = seldom(&what, usual, setting.span, written);
        out.push(found.about(&prometheus.name));
    }
    for job in jobs {
        let own = job.metrics.interval;
        let Some(own) = own.filter(|own| *own > LONGEST_INTERVAL) else {
            continue;
        };
        let what = format!("`{}` is scraped", job.metrics.job);
        let written = job.workload().and_then(|workload| {
            let node = workload.written.get_path(&["metrics", "interval"])?;
            Some(node.span)
        });
        let found = seldom(&what, own, job.metrics.span, written);
        out.push(found.about(&job.component.name));
    }
    out
}

/// `written`: the text of the interval, where it stands alone.
fn seldom(what: &str, interval: u64, span: Span, written: Option<Span>) -> Diagnostic {
    let message = format!(
        "{what} every {}, and Prometheus forgets a sample after 5m: in between nothing has a value, and alerts fire for it",
        prometheus::duration(interval)
    );
    let diagnostic = loss(Target::Prometheus, &message, span, "scraped too seldom");
    let help = "write an `interval` of at most 4m; `\"2m\"` is usual for what is expensive";
    match written {
        Some(written) => diagnostic.help(help).replacing(written, "\"2m\""),
        None => diagnostic.help(help),
    }
}

/// Whether some range of an expression may be shorter than this, in milliseconds: reading the expression costs a hundred
/// times more than looking at its brackets.
fn may_be_shorter(expr: &str, least: u64) -> bool {
    memchr_iter(b'[', expr.as_bytes()).any(|open| {
        let range = &expr[open + 1..];
        let end = memchr(b']', range.as_bytes()).unwrap_or(range.len());
        first_unit(&range[..end]).is_none_or(|range| range < least)
    })
}

/// Of `1d2h` the day: the whole range is no shorter.
fn first_unit(range: &str) -> Option<u64> {
    let unit = range.find(|c: char| !c.is_ascii_digit())?;
    let rest = &range[unit..];
    let end = rest.find(|c: char| !c.is_ascii_alphabetic());
    duration_ms(&range[..end.map_or(range.len(), |end| unit + end)])
}

/// The shortest range, in milliseconds, over which an expression takes a rate. An expression that is no PromQL has none.
fn shortest_window(expr: &str) -> Option<u64> {
    let mut shortest: Option<u64> = None;
    promql(expr)?.walk(&mut |part| {
        if let Expr::Call(call) = part
            && NEED_TWO.contains(&call.function.name)
            && let Some(Expr::Range(of)) = call.args.first()
        {
            let range = u64::try_from(of.range.as_millis()).unwrap_or(u64::MAX);
            shortest = Some(shortest.map_or(range, |shortest| shortest.min(range)));
        }
    });
    shortest
}

#[cfg(test)]
mod tests {
    use super::{may_be_shorter, shortest_window};

    #[test]
    fn only_rates_need_two_samples() {
        assert_eq!(
            shortest_window("sum(rate(a[5m])) / sum(increase(b[1m])) > max_over_time(c[1s])"),
            Some(60_000)
        );
        assert_eq!(shortest_window("up == 0"), None);
    }

    #[test]
    fn only_an_expression_with_a_short_or_an_unusual_range_is_parsed() {
        for expr in [
            "rate(a[20s])",
            "rate(a[5m]) + rate(b[29s])",
            "rate(a[0h20s])",
            "max_over_time(rate(a[20s])[5m:1m])",
            "rate(a{b=~\"[0-9]+\"}[1h])",
            "rate(a[ 20s ])",
        ] {
            assert!(may_be_shorter(expr, 30_000), "{expr}");
        }
        for expr in [
            "up == 0",
            "rate(a[30s])",
            "rate(a[5m]) / rate(b[1h])",
            "rate(a[1h20s])",
            "max_over_time(rate(a[5m])[1h:1m])",
        ] {
            assert!(!may_be_shorter(expr, 30_000), "{expr}");
        }
    }
}
