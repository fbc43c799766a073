//! The commands, one file each, and what they share.
//!
//! Results go to stdout, diagnostics to stderr. Exit statuses: 0, 1 for every error, a wrong command line among them,
//! and 2 where `check` or `plan --detailed-exitcode` found changes.
//! `run` of each file runs its command. It returns the exit status, or what stopped it.

mod add;
mod apply;
mod args;
mod broken;
mod cache;
mod check;
mod coverage;
mod data;
mod doctor;
mod down;
mod engine;
mod environments;
mod env;
mod explain;
mod fixed;
mod fmt;
mod graph;
mod init;
mod json;
mod kinds;
mod live;
mod logs;
mod notices;
mod plan;
mod printed;
mod printed_plan;
mod project;
mod restart;
mod repository;
mod review;
mod running;
mod schema;
mod show;
mod chart_secret;
mod status;
mod table;
mod terminal;
mod up;
mod validate;

use std::{
    io::{self, Write},
    process::ExitCode,
    rc::Rc,
};

use clap::Parser;
use mlopsgen::plan::Failure;

use args::{Cli, Command, Format};
use terminal::Terminal;

/// What a command needs besides its own arguments.
#[derive(Clone)]
struct Context {
    global: args::Global,
    /// One for the runs of all environments.
    terminal: Rc<Terminal>,
}

/// Commands whose findings can be shown beside the lines of a change.
const REVIEWED: [&str; 2] = ["validate", "check"];

impl Context {
    /// The same for one environment, or for the base.
    fn with_environment(&self, environment: Option<String>) -> Self {
        let mut context = self.clone();
        context.global.environment = environment;
        context
    }

    /// For commands that print text for people alone. Errors: `--format` asks for something else.
    fn refuse_json(&self, command: &str) -> Result<(), Failure> {
        match self.global.format {
            None | Some(Format::Human) => Ok(()),
            Some(_) => Err(no_format(command, "leave `--format` out: it prints text")),
        }
    }

    /// Whether to print for programs. Errors: a format that only other commands have.
    fn is_json(&self, command: &str) -> Result<bool, Failure> {
        match self.global.format {
            None | Some(Format::Human) => Ok(false),
            Some(Format::Json) => Ok(true),
            Some(Format::Github | Format::Sarif) => {
                let help = "`validate` and `check` have it; here write `human` or `json`";
                Err(no_format(command, help))
            }
            Some(_) => {
                let help = match REVIEWED.contains(&command) {
                    true => "write `human`, `json`, `github` or `sarif`",
                    false => "write `--format human` or `--format json`",
                };
                Err(no_format(command, help))
            }
        }
    }
}

/// The failure that a command does not print in the format that was asked for.
fn no_format(command: &str, help: &str) -> Failure {
    Failure::new(format!("`{command}` has no such `--format`")).help(help)
}

pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let error = args::with_tips(error);
            let printed = error.print().and_then(|()| io::stdout().flush());
            // A pipe that nobody reads any more is no reason to fail.
            let is_lost = printed.is_err_and(|it| it.kind() != io::ErrorKind::BrokenPipe);
            return ExitCode::from(u8::from(error.use_stderr() || is_lost));
        }
    };
    let mut context = Context {
        terminal: Rc::new(Terminal::new(&cli.global)),
        global: cli.global,
    };
    let status = start(&cli.command, &mut context);
    ExitCode::from(status.unwrap_or_else(|failure| fail(&failure, &context)))
}

/// Finds the project and runs a command in it.
fn start(command: &Command, context: &mut Context) -> Result<u8, Failure> {
    // A new project may well lie in another one, and an explanation needs none.
    if !matches!(command, Command::Init(_) | Command::Explain(_)) {
        context.global.find_project()?;
    }
    context.terminal.set_commands(context.global.commands());
    if context.global.all_envs || environments::is_for_all(command, context) {
        return environments::run(command, context);
    }
    run(command, context)
}

/// Runs one command. Errors: what stopped it.
fn run(command: &Command, context: &Context) -> Result<u8, Failure> {
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::Validate => validate::run(context),
        Command::Plan(args) => plan::run(args, context),
        Command::Apply(args) => apply::run(args, context),
        Command::Graph => graph::run(context),
        Command::Check => check::run(context),
        Command::Coverage(args) => coverage::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Kinds(args) => kinds::run(args, context),
        Command::Schema(args) => schema::run(args, context),
        Command::Fmt(args) => fmt::run(args, context),
        Command::Explain(args) => explain::run(args, context),
        Command::Up(args) => up::run(args, context),
        Command::Down(args) => down::run(args, context),
        Command::Restart(args) => restart::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Logs(args) => logs::run(args, context),
        Command::Doctor(args) => doctor::run(args, context),
        Command::Env(args) => env::run(args, context),
    }
}

/// Says what stopped a command.
fn fail(failure: &Failure, context: &Context) -> u8 {
    let failure = failure.shortened();
    let is_json = context.global.format == Some(Format::Json);
    if !is_json
        || context
            .terminal
            .out(&json::failure(&failure, &context.terminal))
            .is_err()
    {
        context.terminal.failure(&failure);
    }
    1
}
