//! `mlopsgen init`: starts a platform.toml.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use mlopsgen::{
    add::{Addition, Existing},
    disk::{DiskWorld, NamedFile, levels_up},
    files::PLATFORM_FILE,
    plan::Failure,
    text::shell_word,
};

use super::{Context, add};

const TEMPLATE: &str = include_str!("../../templates/init/platform.toml");

/// What `--with` starts from.
const EMPTY: &str = include_str!("../../templates/init/empty.toml");

/// The line of the template that the folder's name goes into.
const NAME_LINE: &str = "name = \"my-platform\"";

/// Write a first platform.toml
///
/// Writes a small platform with comments: a database, MLflow, Prometheus and Grafana. With `--with` it has the kinds that you
/// name and the components that they need. Overwrites nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen init
  mlopsgen init my-platform && cd my-platform && mlopsgen plan
  mlopsgen init --with mlflow,airflow,kafka
  mlopsgen init --with mlflow,service=registry.example.com/my-model:1.0.0")]
pub struct InitArgs {
    /// The folder to start in; it is created where it does not exist
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Kinds to start with, separated by commas, each with `=IMAGE` if its image is your own. They are connected where one can
    /// fill a role of another
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    with: Vec<String>,
}

pub fn run(args: &InitArgs, context: &Context) -> Result<u8, Failure> {
    context.refuse_json("init")?;
    let mut folder = context.global.directory();
    let below = args.folder.clone().unwrap_or_default();
    // `.` is where the command is typed.
    let below: PathBuf = below
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    if below != Path::new("") {
        folder.push(&below);
    }
    let file = NamedFile::new(
        &context.global.directory(),
        &below.join(&context.global.file),
    )?;
    if !file.create(&text(&args.with, &folder, context)?)? {
        return Err(Failure::new(format!(
            "`{}` exists already, and stays as it is",
            file.path().display()
        ))
        .help("name another folder: `mlopsgen init DIR`"));
    }
    if let Some(kind) = kind_as_folder(args, context) {
        context.terminal.err(&format!(
            "note: `{kind}` is the folder, not a kind to start with: kinds are separated by commas, as in `--with {},{kind}`\n",
            args.with.join(",")
        ));
    }
    if let Some(above) = project_above(&folder) {
        context.terminal.err(&format!(
            "note: there is a project above: {}. Commands in this folder now use the new one; to add to the other, remove this file and \
             run `mlopsgen add KIND`\n",
            above.display()
        ));
    }
    if !context.terminal.quiet {
        let cd = match folder.as_os_str() == "." {
            true => String::new(),
            false => format!(" -C {}", shell_word(&folder.to_string_lossy())),
        };
        context.terminal.out(&format!(
            "Wrote {}.\nNext: mlopsgen{cd} plan   shows what it compiles to\n      mlopsgen{cd} apply  writes that to generated/\n",
            file.path().display()
        ))?;
    }
    Ok(0)
}

/// The new platform.toml of a folder: the template, or one with components of these kinds.
fn text(with: &[String], folder: &Path, context: &Context) -> Result<String, Failure> {
    let template = match with.is_empty() {
        true => TEMPLATE,
        false => EMPTY,
    };
    let text = match platform_name(folder) {
        None => template.to_string(),
        Some(name) => template.replacen(NAME_LINE, &format!("name = \"{name}\""), 1),
    };
    if with.is_empty() {
        return Ok(text);
    }
    let kinds = add::all(context);
    let mut addition = Addition::new(&text, Existing::default(), &kinds)?;
    addition.add_all(with)?;
    let world = DiskWorld::new(folder);
    let file = context.global.file.to_string_lossy();
    add::accept(&mut addition, &world, &file)?;
    Ok(addition.text())
}

/// The folder where it has the name of a kind that is not asked for: a second word behind `--with` is a folder.
fn kind_as_folder<'a>(args: &'a InitArgs, context: &Context) -> Option<&'a str> {
    let name = args.folder.as_ref()?.to_str()?;
    let of_kind = |written: &String| written.split('=').next() == Some(name);
    let is_asked = args.with.is_empty() || args.with.iter().any(of_kind);
    let is_kind = || add::all(context).contains_key(name);
    (!is_asked && is_kind()).then_some(name)
}

/// The platform file that commands in this folder would use without one of its own.
fn project_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let above = folder.parent()?;
    let level = levels_up(above, PLATFORM_FILE).ok()??;
    Some(above.ancestors().nth(level)?.join(PLATFORM_FILE))
}

/// The folder's name, as far as a platform may be called that.
fn platform_name(folder: &Path) -> Option<String> {
    let folder = std::path::absolute(folder).ok()?;
    let name = folder.file_name()?.to_string_lossy().to_lowercase();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .skip_while(|c| !c.is_ascii_lowercase())
        .take(40)
        .collect();
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{EMPTY, NAME_LINE, TEMPLATE, platform_name};

    #[test]
    fn a_platform_is_named_after_its_folder() {
        let name = |folder| platform_name(Path::new(folder));
        assert_eq!(name("/x/My Platform_2").as_deref(), Some("my-platform-2"));
        assert_eq!(name("/x/42-"), None);
        assert!(TEMPLATE.contains(NAME_LINE) && EMPTY.contains(NAME_LINE));
    }
}
