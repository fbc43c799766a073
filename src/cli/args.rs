//! The command line as clap reads it.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{
    Args, ColorChoice, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
    error::{ContextKind, ContextValue},
};
use mlopsgen::{
    commands::CommandFlags,
    disk::levels_up,
    files::{PLATFORM_FILE, Target},
    plan::Failure,
    text::visible,
};

use super::{
    add::AddArgs, apply::ApplyArgs, coverage::CoverageArgs, doctor::DoctorArgs, down::DownArgs,
    env::EnvArgs, explain::ExplainArgs, fmt::FmtArgs, init::InitArgs, kinds::KindsArgs,
    logs::LogsArgs, plan::PlanArgs, restart::RestartArgs, schema::SchemaArgs, show::ShowArgs,
    status::StatusArgs, up::UpArgs,
};

/// Compiles one platform.toml into everything that an MLOps platform needs to run: Compose files, a Helm chart,
/// Prometheus, Grafana, Jenkinsfiles, Airflow DAGs and its documentation.
#[derive(Parser)]
#[command(
    name = "mlopsgen",
    version,
    arg_required_else_help = true,
    after_help = "\
Start here:
  mlopsgen init            write a first platform.toml
  mlopsgen plan            see what would be generated
  mlopsgen apply           generate it, into generated/
  mlopsgen env init        generate the secrets that are missing
  mlopsgen up              start it

In CI:
  mlopsgen check           fail if generated/ is not up to date with platform.toml"
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    Init(InitArgs),
    Add(AddArgs),
    /// Check platform.toml and write nothing
    #[command(after_help = "\
Examples:
  mlopsgen validate
  mlopsgen validate --env prod --deny-warnings
  mlopsgen validate --all-envs
  mlopsgen validate -v                 also print every component as resolved
  mlopsgen validate --format json | jq '.diagnostics[].message'
  mlopsgen validate --format github    annotations of a pull request
  mlopsgen validate --format sarif > mlopsgen.sarif")]
    Validate,
    Plan(PlanArgs),
    Apply(ApplyArgs),
    /// For CI: fail if `apply` would change or refuse anything
    ///
    /// Writes nothing. Exits with 0 if generated/ is up to date, with 2 if it is stale (it shows the diff and the command to
    /// type), and with 1 on errors. Files that are missing, left over or edited by hand count as stale. Without --env it
    /// checks the base and every environment, and reports folders of environments that no longer exist.
    #[command(after_help = "\
Examples:
  mlopsgen check
  mlopsgen check --env prod
  mlopsgen check --format json
  mlopsgen check --format github")]
    Check,
    Coverage(CoverageArgs),
    /// Show the platform as a graph: components, what they need, and the flows
    ///
    /// `--format dot` (the default) is for Graphviz and `mermaid` for Markdown. `svg` is the picture in the generated docs.
    /// `json` also lists every open port.
    #[command(after_help = "\
Examples:
  mlopsgen graph | dot -Tpng > platform.png
  mlopsgen graph --format svg > platform.svg
  mlopsgen graph --format json | jq '.waves'")]
    Graph,
    Show(ShowArgs),
    Kinds(KindsArgs),
    Schema(SchemaArgs),
    Fmt(FmtArgs),
    Explain(ExplainArgs),
    Up(UpArgs),
    Down(DownArgs),
    Restart(RestartArgs),
    Status(StatusArgs),
    Logs(LogsArgs),
    Doctor(DoctorArgs),
    Env(EnvArgs),
}

/// What every command takes, before or after its name.
#[derive(Args, Clone)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Work in this folder, or in the nearest one above it that has the platform file
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// The platform file
    #[arg(long, value_name = "FILE", global = true, default_value = PLATFORM_FILE)]
    pub file: PathBuf,

    /// The environment: merge platform.E.toml over the platform file, and generate into generated/E/
    #[arg(long = "env", value_name = "E", global = true)]
    pub environment: Option<String>,

    /// Run for the base and for every environment, one after the other
    #[arg(long, global = true, conflicts_with = "environment")]
    pub all_envs: bool,

    /// Only these targets, separated by commas; files of other targets are not touched
    #[arg(
        long = "target",
        value_name = "TARGETS",
        global = true,
        value_delimiter = ',',
        value_parser = target_parser()
    )]
    pub targets: Option<Vec<Target>>,

    /// The form of the output: `human` or `json`. `validate` and `check` also have `github` and `sarif`; `graph` has `dot`,
    /// `mermaid`, `svg` and `json`; `env secret` has `yaml` and `external-secrets`
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        hide_possible_values = true
    )]
    pub format: Option<Format>,

    /// When to use colours; `auto`: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub color: ColorChoice,

    /// Treat every warning as an error
    #[arg(long, global = true)]
    pub deny_warnings: bool,

    /// Neither read nor write the cache of earlier runs
    #[arg(long, global = true)]
    pub no_cache: bool,

    /// Print less: no warnings, no diffs
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print more: also what does not change
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The form of the output. Not every command has every format: `--format` lists which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
    Dot,
    Mermaid,
    Svg,
    Github,
    Sarif,
    Yaml,
    ExternalSecrets,
}

impl Global {
    /// Finds the folder to work in. If `--file` is not given and the folder (that of `-C`, else the current one) has no
    /// platform file, it is the nearest parent folder that has one. Paths in further arguments are then relative to it, as
    /// with `-C`.
    /// Errors: that file belongs to another user.
    pub fn find_project(&mut self) -> Result<(), Failure> {
        if self.file.as_os_str() != PLATFORM_FILE {
            return Ok(());
        }
        // What leads to a folder by links has the parents that the folder itself has, as for git.
        let Ok(here) = self.directory().canonicalize() else {
            return Ok(());
        };
        if let Some(level @ 1..) = levels_up(&here, PLATFORM_FILE)? {
            let up: PathBuf = vec![".."; level].join("/").into();
            self.directory = Some(match &self.directory {
                Some(directory) => directory.join(up),
                None => up,
            });
        }
        Ok(())
    }

    /// The platform file as messages call it.
    pub fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        visible(&name.to_string_lossy())
    }

    /// The folder that `-C` names, else the current one.
    pub fn directory(&self) -> PathBuf {
        match &self.directory {
            None => PathBuf::from("."),
            Some(directory) => directory.clone(),
        }
    }

    /// The name of the platform file, if the command line gives one.
    pub fn named_file(&self) -> Option<&std::path::Path> {
        let is_default = self.file.as_os_str() == PLATFORM_FILE;
        let name = self.file.file_name().filter(|_| !is_default);
        name.map(std::path::Path::new)
    }

    /// `--target` as a set.
    pub fn selected(&self) -> Option<BTreeSet<Target>> {
        let targets = self.targets.as_ref()?;
        Some(targets.iter().copied().collect())
    }

    /// The flags that say which platform commands to type are about.
    pub fn commands(&self) -> CommandFlags {
        let directory = self.directory.as_ref().map(|it| it.to_string_lossy());
        CommandFlags::new(
            directory.as_deref(),
            &self.file.to_string_lossy(),
            self.environment.as_deref(),
        )
    }

    /// A command to type, with the flags that decide what is compiled and where.
    pub fn command_line(&self, command: &str) -> String {
        let mut line = self.commands().line(command);
        if let Some(targets) = &self.targets {
            let names: Vec<&str> = targets.iter().map(|target| target.name()).collect();
            line.push_str(&format!(" --target {}", names.join(",")));
        }
        line
    }
}

fn target_parser() -> impl TypedValueParser<Value = Target> {
    PossibleValuesParser::new(Target::NAMES).try_map(|name| target_of(&name))
}

/// The target of this name. Errors: there is none.
pub fn target_of(name: &str) -> Result<Target, String> {
    Target::from_name(name).ok_or_else(|| format!("there is no target `{name}`"))
}

/// The same error without a tip that leads elsewhere: `--all` is not short for `--all-envs`, which is about every environment.
pub fn with_tips(mut error: clap::Error) -> clap::Error {
    let argument = error.get(ContextKind::InvalidArg);
    if matches!(argument, Some(ContextValue::String(it)) if it == "--all") {
        let tip = "leave `--all` out: without names a command is for the whole platform";
        error.remove(ContextKind::SuggestedArg);
        // It holds the flag, too.
        error.remove(ContextKind::Usage);
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, CommandFactory, Parser};
    use mlopsgen::commands::COMMANDS;

    use super::Cli;

    /// Commands that are about no platform: nothing is added to them in a text.
    const OF_NONE: [&str; 4] = ["explain", "init", "kinds", "schema"];

    /// `env` has commands of its own.
    fn names(command: &Command) -> Vec<String> {
        let inner: Vec<&Command> = command.get_subcommands().collect();
        let name = command.get_name();
        match inner.as_slice() {
            [] => vec![name.to_string()],
            inner => inner
                .iter()
                .map(|it| format!("{name} {}", it.get_name()))
                .collect(),
        }
    }

    #[test]
    fn every_command_is_known_where_flags_are_added_to_it() {
        let cli = Cli::command();
        let all: BTreeSet<String> = cli.get_subcommands().flat_map(names).collect();
        let known = COMMANDS.iter().map(|(name, _)| *name).chain(OF_NONE);
        assert_eq!(all, known.map(str::to_string).collect());
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn all_is_not_taken_for_all_environments() {
        let told = |flag: &str| {
            let error = Cli::try_parse_from(["mlopsgen", "down", flag]).err();
            error.map_or_else(String::new, |it| super::with_tips(it).to_string())
        };
        assert!(
            told("--all").contains("tip: leave `--all` out"),
            "{}",
            told("--all")
        );
        assert!(!told("--all").contains("--all-envs"), "{}", told("--all"));
        assert!(
            told("--all-env").contains("--all-envs"),
            "{}",
            told("--all-env")
        );
    }

    #[test]
    fn a_command_to_type_repeats_what_was_asked_for() {
        let cli = Cli::try_parse_from([
            "mlopsgen",
            "-C",
            "my dir",
            "check",
            "--env",
            "prod",
            "--target",
            "helm,docs",
        ]);
        let line = cli.ok().map(|cli| cli.global.command_line("apply"));
        let expected = "mlopsgen apply -C 'my dir' --env prod --target helm,docs";
        assert_eq!(line.as_deref(), Some(expected));
    }
}
