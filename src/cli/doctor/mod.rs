//! `mlopsgen doctor`: what would stop this platform from starting on this machine.

mod folders;
mod machine;
mod ports;
mod resources;
mod secrets;

use clap::Args;
use mlopsgen::{
    engine::{Selection, select},
    plan::Failure,
    source::Span,
};
use serde::Serialize;

use super::{
    Context,
    engine::Engine,
    running::Running,
    terminal::{Paint, paint},
};

/// Look for what would stop this platform from starting here
///
/// Busy ports and who holds them, missing secrets, no engine or one that is too old, too little memory, processors or disk,
/// folders that containers can't read. Changes nothing. Exits with 1 if it found something that would stop it.
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

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// It would not start, or not work; else it is only worth knowing.
    pub is_error: bool,
    pub subject: &'static str,
    pub message: String,
    /// `platform.toml:LINE`, where a line of it can help.
    pub place: Option<String>,
    pub help: String,
}

impl Finding {
    fn new(subject: &'static str, message: String, help: impl Into<String>) -> Self {
        Self {
            is_error: true,
            subject,
            message,
            place: None,
            help: help.into(),
        }
    }

    fn warning(subject: &'static str, message: String, help: impl Into<String>) -> Self {
        Self {
            is_error: false,
            ..Self::new(subject, message, help)
        }
    }

    fn at(mut self, running: &Running, span: Span) -> Self {
        let sources = &running.sources;
        if span.start < span.end {
            let (line, _) = sources.position(span);
            self.place = Some(format!("{}:{line}", sources.file(span.source).name));
        }
        self
    }
}

/// What is looked at.
struct Case<'a> {
    running: &'a Running,
    selection: &'a Selection<'a>,
    /// `None`: none answers.
    engine: Option<&'a Engine>,
}

pub fn run(args: &DoctorArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("doctor")?;
    let Some(running) = Running::open(context)? else {
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
            format!("`{folder}/` is not what platform.toml says: `up` starts nothing from it"),
            format!("type `{}`", context.global.command_line("apply")),
        ));
    }
    findings.extend(
        Case {
            running: &running,
            selection: &selection,
            engine: engine.as_ref().ok(),
        }
        .findings()?,
    );
    let has_errors = findings.iter().any(|finding| finding.is_error);
    if is_json {
        let document = serde_json::json!({ "findings": findings, "ok": !has_errors });
        context.terminal.out(&format!("{document:#}\n"))?;
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

/// What `up` looks at. That the platform asks for more memory than there is does not keep Compose from starting it.
pub fn before_start(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<Vec<Finding>, Failure> {
    engine.ping()?;
    let case = Case {
        running,
        selection,
        engine: Some(engine),
    };
    let mut findings = case.findings()?;
    findings.retain(|finding| finding.subject != "memory");
    Ok(findings)
}

impl Case<'_> {
    fn findings(&self) -> Result<Vec<Finding>, Failure> {
        let containers = match self.engine {
            Some(engine) => engine.containers(self.running.name()).unwrap_or_default(),
            None => Vec::new(),
        };
        let mut findings = ports::findings(self, &containers);
        findings.extend(secrets::findings(self)?);
        findings.extend(resources::findings(self));
        findings.extend(folders::findings(self)?);
        findings.extend(machine::findings(self));
        Ok(findings)
    }
}

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
        let place = place.map_or(String::new(), |place| format!("  --> {place}\n"));
        text.push_str(&format!(
            "{} {}\n{place}  {} {}\n",
            paint(&head, style, color),
            finding.message,
            paint("help:", Paint::Hunk, color),
            finding.help
        ));
    }
    text
}
