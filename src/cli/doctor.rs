//! `mlopsgen doctor`: what would stop this platform from starting on this machine.

use clap::Args;
use mlopsgen::{
    engine::{Engine, doctor::Finding, doctor::examine, select},
    plan::Failure,
    text::visible,
};

use super::{
    Context, json, running,
    terminal::{Paint, inner_lines, paint},
};

/// Find what would prevent the platform from starting on this machine
///
/// It finds busy ports and the programs that hold them, missing secrets, a missing or old container engine, too little
/// memory, processors or disk, and folders that containers can't read. Changes nothing. Exits with 1 if something prevents
/// the start.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen doctor
  mlopsgen doctor mlflow --format json")]
pub struct DoctorArgs {
    /// Only these groups, and what they depend on
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
}

pub fn run(args: &DoctorArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("doctor")?;
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let output = &running.output;
    let selection = select(&output.platform, &output.graph, &args.groups)?.with_needed();
    let engine = Engine::find().and_then(|engine| engine.ping().map(|_| engine));
    let mut findings = Vec::new();
    if let Err(failure) = &engine {
        let help = failure.help.clone().unwrap_or_default();
        findings.push(Finding::new("engine", failure.message.clone(), help));
    }
    if !running.plan.is_empty() {
        let folder = running.project.place.folder();
        findings.push(Finding::warning(
            "files",
            format!(
                "`{folder}/` is not what {} says: `up` starts nothing from it",
                context.global.file_name()
            ),
            format!("type `{}`", context.global.command_line("apply")),
        ));
    }
    findings.extend(examine(&running, &selection, engine.as_ref().ok())?);
    let has_errors = findings.iter().any(|finding| finding.is_error);
    if is_json {
        for finding in &mut findings {
            finding.help = context.terminal.with_flags(&finding.help);
        }
        let document = serde_json::json!({ "findings": findings, "ok": !has_errors });
        context.terminal.out(&json::text(&document))?;
        return Ok(u8::from(has_errors));
    }
    findings.retain(|finding| finding.is_error || !context.terminal.quiet);
    if findings.is_empty() && !context.terminal.quiet {
        context
            .terminal
            .out("Nothing found that would stop this platform from starting here.\n")?;
    }
    let all: Vec<&Finding> = findings.iter().collect();
    context.terminal.out(&human(&all, context))?;
    Ok(u8::from(has_errors))
}

/// Findings as people read them.
pub fn human(findings: &[&Finding], context: &Context) -> String {
    let color = context.terminal.color_out;
    let mut text = String::new();
    for finding in findings {
        let (word, style) = match finding.is_error {
            true => ("error", Paint::Alarm),
            false => ("warning", Paint::Changed),
        };
        let head = format!("{word}[{}]:", finding.subject);
        let place = finding.place.as_ref();
        let place = place.map_or(String::new(), |place| format!("  --> {}\n", visible(place)));
        text.push_str(&format!(
            "{} {}\n{place}  {} {}\n",
            paint(&head, style, color),
            inner_lines(&finding.message, "  "),
            paint("help:", Paint::Hunk, color),
            inner_lines(&context.terminal.with_flags(&finding.help), "        ")
        ));
    }
    text
}
