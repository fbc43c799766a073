//! The platform's own rules: targets that give no answer, replicas that are missing, containers that are gone.

use std::collections::BTreeSet;

use serde::Serialize;

use super::rules::Rules;
use crate::{
    language::promql::{BinaryOp, Expr, MatchOp, promql},
    model::{AlertSeverity, Component, Platform, Workload, least_hold},
    speak::units::prometheus,
    target::{
        Context,
        shared::{
            containers,
            down_alerts::{self, Down},
            probes::{self, ProbedWorkload},
            scrape::{self, Job, Presence},
        },
    },
};

/// What the platform's own rules depend on.
#[derive(Debug, Serialize)]
pub(super) struct PlatformRulesView {
    /// Targets that give no answer, where no alert of their component says so.
    targets: Vec<TargetsView>,
    /// Programs of which several run.
    several: Vec<SeveralView>,
    /// Containers that nothing but cAdvisor sees.
    containers: Vec<ContainerView>,
}

/// Targets that give no answer.
#[derive(Debug, Serialize)]
struct TargetsView {
    /// True for each that gives none.
    down: String,
    /// How bad it is.
    severity: &'static str,
    /// What it means.
    meaning: &'static str,
}

/// A container that is only seen while it runs.
#[derive(Debug, Serialize)]
struct ContainerView {
    /// Its workload.
    name: String,
    /// True while it is gone, though others of the platform are seen.
    gone: String,
    /// The component.
    component: String,
    /// Its group.
    group: String,
    /// What is down with it.
    down: Option<&'static str>,
    /// Whose alerts are held back meanwhile.
    held_back: Option<String>,
    /// How long it goes on firing when it no longer holds.
    keep: Option<String>,
}

/// A program of which several run: those that are gone are no targets any more.
#[derive(Debug, Default, Serialize)]
struct SeveralView {
    /// Its workload.
    name: String,
    /// Its scrape job.
    job: String,
    /// True while none of them works.
    gone: String,
    /// How long that lasts before the alert fires.
    hold: String,
    /// The series that is 1 for each that answers.
    works: &'static str,
    /// The component.
    component: String,
    /// Its group.
    group: Option<String>,
    /// What is down when none works.
    down: Option<&'static str>,
    /// Whose alerts are held back meanwhile.
    held_back: Option<String>,
    /// How long it goes on firing when it no longer holds.
    keep: Option<String>,
    /// How many there should be; none where nobody knows.
    wanted: Option<u32>,
    /// The workload whose values decide, in a chart.
    in_chart: Option<String>,
}

/// What Prometheus sees of the platform.
#[derive(Clone, Copy)]
pub(super) struct Observed<'a> {
    /// What it scrapes.
    pub jobs: &'a [Job<'a>],
    /// What its prober asks.
    pub asked: &'a [ProbedWorkload<'a>],
    /// Workloads that only cAdvisor sees.
    pub unseen: &'a [&'a Workload],
}

pub(super) fn view(
    context: &Context<'_>,
    rules: &Rules<'_>,
    observed: Observed<'_>,
) -> PlatformRulesView {
    let Observed {
        jobs,
        asked,
        unseen,
    } = observed;
    let containers = containers::matchers(context.platform, jobs, context.vantage);
    let containers = containers.iter().flat_map(|all| {
        let unseen = unseen.iter();
        unseen.filter_map(|it| container_view(context.platform, rules, it, all))
    });
    let several = |job: &&Job<'_>| job.presence.several && is_first(job);
    let of_jobs = jobs.iter().filter(several);
    let watching = jobs.iter().filter(several);
    let of_asked = asked.iter().filter(|it| it.presence.several);
    PlatformRulesView {
        targets: targets(context.platform, jobs, asked),
        several: of_jobs
            .map(|job| several_view(rules, job))
            .chain(watching.filter_map(|job| several_watching(rules, job)))
            .chain(of_asked.map(|asked| several_asked(rules, asked)))
            .collect(),
        containers: containers.collect(),
    }
}

/// Where a target gives no answer, of the jobs that no alert of a component is about. Of several the others still work, and
/// `NoReplicas` says when none does.
fn targets(
    platform: &Platform,
    jobs: &[Job<'_>],
    asked: &[ProbedWorkload<'_>],
) -> Vec<TargetsView> {
    let downs: BTreeSet<String> = jobs.iter().map(down).collect();
    let alerted = with_an_alert(platform, &downs);
    let (watched, others): (Vec<&Job<'_>>, Vec<&Job<'_>>) =
        jobs.iter().partition(|job| alerted.contains(&down(job)));
    let (several, single): (Vec<&Job<'_>>, Vec<&Job<'_>>) =
        others.into_iter().partition(|job| job.presence.several);
    let (first, further): (Vec<&Job<'_>>, Vec<&Job<'_>>) =
        several.into_iter().partition(|job| is_first(job));
    // Of a component that is down Alertmanager holds back all the rest, and what measures it is no component.
    let is_part = |job: &Job<'_>| job.workload().is_some_and(|it| it.part.is_some());
    let further_of_one = single
        .into_iter()
        .filter(|job| is_part(job) && !is_first(job));
    let further_of_one = Vec::from_iter(further_of_one);
    let told_elsewhere = [&watched, &first, &further, &further_of_one];
    let mut told: Vec<&str> = names(told_elsewhere.into_iter().flatten().copied());
    // Where the prober gives no answer, its own job says so.
    told.extend(asked.iter().map(|asked| asked.job.as_str()));
    // Jobs of the user's own configuration are among these.
    let rest = match told.is_empty() {
        // An operator's Prometheus is asked for one namespace in the braces.
        true => "up{} == 0".to_string(),
        false => format!("up{{job!~\"{}\"}} == 0", told.join("|")),
    };
    let first = (!first.is_empty()).then(|| format!("up{{{}}} == 0", scrape::selector(&first)));
    let critical = [Some(rest), down_alone(&further_of_one)];
    let warning = [first, down_alone(&further)];
    let view = |parts: [Option<String>; 2], severity: AlertSeverity, meaning| {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| TargetsView {
            down: parts.join(" or "),
            severity: severity.name(),
            meaning,
        })
    };
    let views = [
        view(
            critical,
            AlertSeverity::Critical,
            "it is down, or out of reach",
        ),
        view(
            warning,
            AlertSeverity::Warning,
            "it is down, or out of reach. `NoReplicas` says when no replica works",
        ),
    ];
    views.into_iter().flatten().collect()
}

fn names<'a>(jobs: impl Iterator<Item = &'a Job<'a>>) -> Vec<&'a str> {
    jobs.map(|job| job.metrics.job.as_str()).collect()
}

/// Where an endpoint gives no answer and the first one of the same workload, at the same address, does: one that is dead has
/// one alert, whatever number of ports it has.
fn down_alone(further: &[&Job<'_>]) -> Option<String> {
    if further.is_empty() {
        return None;
    }
    let workloads = further.iter().filter_map(|job| job.workload());
    let first = workloads.filter_map(|it| Some(it.metrics.first()?.job.as_str()));
    let first: BTreeSet<&str> = first.collect();
    let first: Vec<&str> = first.into_iter().collect();
    let by_host = |selector: &str| {
        format!(
            "label_replace(up{{{selector}}} == 0, \"host\", \"$1\", \"instance\", \"(.+):[0-9]+\")"
        )
    };
    Some(format!(
        "min without (host) ({} unless on (component, host) {})",
        by_host(&scrape::selector(further)),
        by_host(&scrape::one_of("job", &first)),
    ))
}

/// `all` matches the containers of the platform. Where none of them is seen, nothing is known of any.
fn container_view(
    platform: &Platform,
    rules: &Rules<'_>,
    workload: &Workload,
    all: &str,
) -> Option<ContainerView> {
    let component = platform.component(&workload.component)?;
    let its = containers::of_service(&workload.name);
    let down = workload.part.is_none().then_some(Down::Component);
    let held_back = rules.held_back(component, down, AlertSeverity::Critical);
    Some(ContainerView {
        name: workload.name.clone(),
        gone: format!(
            "absent(container_last_seen{{{all}, {its}}}) and on () container_last_seen{{{all}}}"
        ),
        component: workload.component.clone(),
        group: workload.group.clone(),
        down: down.map(Down::name),
        keep: rules.keep(None, held_back.as_ref()),
        held_back,
    })
}

/// One job tells how many replicas of a workload there are, however many endpoints are scraped.
fn is_first(job: &Job<'_>) -> bool {
    let Some(workload) = job.workload() else {
        return true;
    };
    let first = workload.metrics.first();
    first.is_some_and(|metrics| metrics.job == job.metrics.job)
}

fn several_view(rules: &Rules<'_>, job: &Job<'_>) -> SeveralView {
    let component = job.component;
    let workload = job.workload().filter(|_| !watches(rules, job));
    let name = &job.metrics.job;
    let is_own = rules.downs.is_own_job(component, name);
    let healthy = component.healthy.as_ref().filter(|_| is_own);
    let states = scrape::healthy(healthy, &[name], &[job]);
    several(
        rules,
        (component, job.interval),
        SeveralView {
            name: workload.map_or(&component.name, |it| &it.name).clone(),
            job: name.clone(),
            gone: match watches(rules, job) {
                // What nobody measures is not known to be down.
                true => format!(
                    "max by (job) (({states}) and on (job, instance) up{{{}}} == 1) == 0",
                    scrape::selector(&[job])
                ),
                false => is_gone_expr(&states, job.presence),
            },
            works: "up",
            wanted: job.presence.wanted.filter(|_| !watches(rules, job)),
            in_chart: job.workload().and_then(|it| rules.in_chart(&it.name)),
            ..SeveralView::default()
        },
    )
}

/// Whether a job is what measures a component, in a part of its own.
fn watches(rules: &Rules<'_>, job: &Job<'_>) -> bool {
    let is_part = job.workload().is_some_and(|it| it.part.is_some());
    is_part && rules.downs.is_own_job(job.component, &job.metrics.job)
}

/// What measures a component, where several do: that none of them works says nothing of the component.
fn several_watching(rules: &Rules<'_>, job: &Job<'_>) -> Option<SeveralView> {
    let workload = job.workload().filter(|_| watches(rules, job))?;
    let component = job.component;
    let hold = down_alerts::delay_of_down_alert(component);
    let up = scrape::healthy(None, &[], &[job]);
    let in_chart = rules.in_chart(&workload.name);
    let may_be_more = in_chart.is_some();
    Some(SeveralView {
        name: workload.name.clone(),
        job: job.metrics.job.clone(),
        gone: is_gone_expr(&up, job.presence),
        hold: prometheus::duration(hold.max(least_hold(job.interval))),
        works: "up",
        component: component.name.clone(),
        group: component.group.clone(),
        wanted: job.presence.wanted.filter(|it| *it > 1 || may_be_more),
        in_chart,
        ..SeveralView::default()
    })
}

fn several_asked(rules: &Rules<'_>, asked: &ProbedWorkload<'_>) -> SeveralView {
    several(
        rules,
        (asked.component, asked.pace.interval.unwrap_or_default()),
        SeveralView {
            name: asked.workload.name.clone(),
            job: asked.job.clone(),
            gone: is_gone_expr(&probes::states(&[asked]), asked.presence),
            works: "probe_success",
            wanted: asked.presence.wanted,
            in_chart: rules.in_chart(&asked.workload.name),
            ..SeveralView::default()
        },
    )
}

/// What follows from the component, and from the job and its interval.
fn several(
    rules: &Rules<'_>,
    (component, interval): (&Component, u64),
    view: SeveralView,
) -> SeveralView {
    let is_own = rules.downs.is_own_job(component, &view.job);
    let down = is_own.then_some(Down::Component);
    // The component's own alerts know how often their job gives a sample. What is said of a part waits for them.
    let is_of_part = !is_own && view.works == "up";
    let hold = match is_of_part {
        true => down_alerts::USUAL_HOLD,
        false => down_alerts::delay_of_down_alert(component),
    };
    let least = if is_own { 0 } else { least_hold(interval) };
    let held_back = rules.held_back(component, down, AlertSeverity::Critical);
    SeveralView {
        hold: prometheus::duration(hold.max(least)),
        component: component.name.clone(),
        group: component.group.clone(),
        down: down.map(Down::name),
        keep: rules.keep(None, held_back.as_ref()),
        held_back,
        // Values of a chart may ask for more.
        wanted: view
            .wanted
            .filter(|wanted| *wanted > 1 || view.in_chart.is_some()),
        ..view
    }
}

/// True while none works of what these states tell: 0 is one that does not work. Where all may be off, those that have an
/// address are asked alone.
fn is_gone_expr(states: &str, presence: Presence) -> String {
    if presence.may_be_off {
        format!("max by (job) ({states}) == 0")
    } else {
        format!("absent(({states}) > 0)")
    }
}

/// The condition that a job is down.
fn down(job: &Job<'_>) -> String {
    down_of(&job.metrics.job)
}

fn down_of(job: &str) -> String {
    format!("up{{{}}} == 0", scrape::one_of("job", &[job]))
}

/// Those of these conditions that some alert is, alone or as one of several joined by `or`.
fn with_an_alert(platform: &Platform, downs: &BTreeSet<String>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let alerts = platform.components.iter().flat_map(|it| &it.alerts);
    // Expressions cost more to read than everything else here: most don't ask whether `up` is 0, and most others are one of the
    // conditions.
    for alert in alerts.filter(|alert| may_find_down(&alert.expr)) {
        if downs.contains(&alert.expr) {
            out.insert(alert.expr.clone());
        } else if let Some(expr) = promql(&alert.expr) {
            alternatives(&expr, &mut out);
        }
    }
    out
}

/// Whether `up{...} == 0` may stand in an expression, however it is spaced.
fn may_find_down(expr: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let is_selected = |rest: &str| rest.trim_start().starts_with(['{', '#']);
    let is_zero = |rest: &str| match rest.trim_start().strip_prefix("==") {
        Some(number) => !number
            .trim_start()
            .starts_with(['1', '2', '3', '4', '5', '6', '7', '8', '9']),
        None => rest.trim_start().starts_with('#'),
    };
    expr.match_indices("up").any(|(at, up)| {
        let rest = &expr[at + up.len()..];
        let mut ends = rest.match_indices('}');
        !expr[..at].ends_with(in_name)
            && is_selected(rest)
            && ends.any(|(end, _)| is_zero(&rest[end + 1..]))
    })
}

/// Adds the conditions that a job is down which are joined by `or`, however they are spelt.
fn alternatives(expr: &Expr, out: &mut BTreeSet<String>) {
    match expr {
        Expr::Paren(inner) => alternatives(inner, out),
        Expr::Binary(binary) if binary.op == BinaryOp::Or => {
            alternatives(&binary.left, out);
            alternatives(&binary.right, out);
        }
        expr => out.extend(job_down(expr).map(down_of)),
    }
}

/// The job that an expression finds down.
fn job_down(expr: &Expr) -> Option<&str> {
    let Expr::Binary(binary) = expr else {
        return None;
    };
    let Expr::Selector(up) = binary.left.as_ref() else {
        return None;
    };
    let [matcher] = up.matchers.as_slice() else {
        return None;
    };
    let is_zero = binary.op == BinaryOp::Equal
        && !binary.matching.is_bool
        && *binary.right == Expr::Number(0.0);
    let is_now = up.time.at.is_none() && up.time.offset.is_none();
    let is_job = matcher.name == "job" && matcher.op == MatchOp::Equal;
    let is_down = is_zero && is_now && is_job && up.name.as_deref() == Some("up");
    is_down.then_some(matcher.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::{alternatives, down_of, may_find_down};
    use crate::language::promql::promql;
    use std::collections::BTreeSet;

    #[test]
    fn an_alert_on_several_jobs_finds_each_of_them_down() {
        let found = |expr: &str| {
            let mut out = BTreeSet::new();
            alternatives(&promql(expr).expect(expr), &mut out);
            out
        };
        assert_eq!(
            found("x > 1 or (up { job = 'a', } == 0.0) or up{job=\"b\"} == 0"),
            [down_of("a"), down_of("b")].into()
        );
        for expr in [
            "up{job=\"a\"} == bool 0",
            "up{job=\"a\"} offset 5m == 0",
            "up{job!=\"a\"} == 0",
            "up{job=\"a\", instance=\"b\"} == 0",
            "up{job=\"a\"} == 0 unless x",
        ] {
            assert_eq!(found(expr), BTreeSet::new(), "{expr}");
        }
    }

    #[test]
    fn only_expressions_that_may_find_what_is_down_are_read() {
        for expr in [
            "up{job=\"a\"} == 0",
            "x > 1 or up {job=\"a\"}==0",
            "up # of one job\n{job=\"a\"} == 0",
            "up{job=\"a\"} # is down\n== 0",
            "x == 1 or (up{job=\"a}\"} == 0.0)",
            "x{a=\"b\"} == 1 or -up{job=\"a\"} == # nothing\n0",
        ] {
            assert!(may_find_down(expr), "{expr}");
        }
        for expr in [
            "up == 0",
            "sum by (group) (x)",
            "increase(duplicates[5m])",
            "pg_up{job=\"a\"} == 0",
            "pg_up{job=\"a\"} == 0 or (up{job=\"a\"} == 1 unless on (job) pg_up{job=\"a\"})",
        ] {
            assert!(!may_find_down(expr), "{expr}");
        }
    }
}
