//! `mlopsgen explain CODE`: the long explanation of an error or a lint.

use clap::Args;
use include_dir::{Dir, include_dir};
use mlopsgen::{
    diag::{Code, Level, nearest},
    engine::doctor::SUBJECTS,
    plan::Failure,
};

use super::{Context, review::STALE};

/// One page a code, `CODE.md`.
static PAGES: Dir = include_dir!("$CARGO_MANIFEST_DIR/docs/errors");

/// Explain an error or a lint, with an example
///
/// The code stands in brackets after `error` or `warning`, as in `error[port-clash]`. Without a code, it lists all of them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen explain port-clash
  mlopsgen explain docker-socket
  mlopsgen explain")]
pub struct ExplainArgs {
    /// The code of an error or a lint
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub fn run(args: &ExplainArgs, context: &Context) -> Result<u8, Failure> {
    context.refuse_json("explain")?;
    let Some(name) = &args.code else {
        context.terminal.out(&list())?;
        return Ok(0);
    };
    let Some(code) = Code::from_name(name) else {
        return Err(unknown(name));
    };
    let page = PAGES.get_file(format!("{}.md", code.name()));
    let text = page
        .and_then(|page| page.contents_utf8())
        .ok_or_else(|| Failure::new(format!("`{}` has no explanation", code.name())))?;
    context.terminal.out(text)?;
    Ok(0)
}

fn list() -> String {
    let mut text = String::new();
    for (title, level) in [("Errors", Level::Error), ("Lints", Level::Lint)] {
        text.push_str(&format!("{title}:\n"));
        for code in Code::ALL.iter().filter(|code| code.level() == level) {
            text.push_str(&format!("  {}\n", code.name()));
        }
    }
    text
}

fn unknown(name: &str) -> Failure {
    if SUBJECTS.contains(&name) || name == STALE {
        return Failure::new(format!("`{name}` is no code of platform.toml"))
            .help("it is a finding of `mlopsgen doctor` about this machine or of `mlopsgen check` about generated/: each says itself what to do");
    }
    let known = Code::ALL.iter().map(|code| code.name());
    let help = match nearest(name, known) {
        Some(code) => format!("did you mean `{code}`? `mlopsgen explain` lists all codes"),
        None => "`mlopsgen explain` lists all codes".to_string(),
    };
    Failure::new(format!("there is no code `{name}`")).help(help)
}
