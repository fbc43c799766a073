//! `mlopsgen coverage`: what is not measured, alerted on, charted or probed.

use clap::Args;
use mlopsgen::{
    coverage::{Coverage, coverage},
    plan::Failure,
};

use super::{Context, json, project, table::Columns, terminal::Terminal};

/// Show what is not measured, alerted on, charted or probed
///
/// Asks four questions about every long-running workload. Does Prometheus scrape it, or an exporter of it? Does an alert
/// fire when it is down? Does a dashboard show it? Does Prometheus see whether it answers, by its metrics or by a probe? One
/// question is about every scrape job: does a dashboard show it? An alert, a rule or a dashboard that uses a job which is not
/// scraped, or a metric which the job's kind does not have, counts as one more gap.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen coverage
  mlopsgen coverage -v                     also the workloads that lack nothing
  mlopsgen coverage --fail-under 90        in CI
  mlopsgen coverage --format json | jq '.workloads[] | select(.metrics | not).name'")]
pub struct CoverageArgs {
    /// Exit with 1 if less than this percentage of the questions is answered with yes
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
}

pub fn run(args: &CoverageArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("coverage")?;
    let Some(output) = project::compiled(context)? else {
        return Ok(1);
    };
    let terminal = &context.terminal;
    let coverage = coverage(&output.platform);
    let wanted = args.fail_under.map_or(0, usize::from);
    let is_enough = coverage.percent >= wanted;
    if is_json {
        terminal.out(&json::text(&coverage))?;
    } else {
        terminal.out(&text(&coverage, terminal))?;
    }
    if !is_enough {
        terminal.err(&format!(
            "coverage is {} %, and {wanted} % are asked for\n",
            coverage.percent
        ));
    }
    Ok(u8::from(!is_enough))
}

/// Workloads that lack nothing are shown with `-v` only.
fn text(coverage: &Coverage, terminal: &Terminal) -> String {
    let mut columns = Columns::default();
    let answer = |is_met: bool| if is_met { "yes" } else { "no" };
    for workload in &coverage.workloads {
        if workload.is_whole() && !terminal.verbose {
            continue;
        }
        if columns.is_empty() {
            columns.row(["WORKLOAD", "METRICS", "ALERT", "PANEL", "PROBE"]);
        }
        columns.row([
            &workload.name,
            answer(workload.metrics),
            answer(workload.alert),
            answer(workload.panel),
            answer(workload.probe),
        ]);
    }
    let mut out = columns.text("");
    for job in &coverage.uncharted {
        out.push_str(&format!("No dashboard shows the job `{job}`.\n"));
    }
    for unexposed in &coverage.unexposed {
        let place = &unexposed.place;
        out.push_str(&match (&unexposed.job, &unexposed.metric) {
            (Some(job), None) => {
                format!("Nothing scrapes the job `{job}`, which {place} asks for.\n")
            }
            (Some(job), Some(metric)) => {
                format!("The job `{job}` has no metric `{metric}`, which {place} asks for.\n")
            }
            (None, Some(metric)) => {
                format!("No job has a metric `{metric}`, which {place} asks for.\n")
            }
            (None, None) => continue,
        });
    }
    out.push_str(&format!(
        "Coverage: {} % ({} of {}).\n",
        coverage.percent, coverage.met, coverage.asked
    ));
    out
}
