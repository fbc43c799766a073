//! One checked tree out of platform.toml, the files that it includes and the environment that is laid over it.
//!
//! In: the project's files. Out: a table in the shape of the language, each value with its place. The next stage may
//! assume that keys are known and types are right; what was wrong is reported and left out. Constants of `[vars]` stand in the
//! places of the references to them, so that all later stages read what is written.

mod include;
mod merge;
mod removed;
mod still_used;

use std::collections::BTreeSet;

use include::include;
use merge::{corrected, join, lay_over};
use removed::{nothing_below, only_what_is_there};
use still_used::without_needed;

pub use include::{Included, included_files, is_read};

use crate::{
    diag::{Code, Diagnostic, Sink},
    files,
    language::{Context, Owner, PLATFORM_FILE, check},
    reference::{Constants, variables_in},
    source::{SourceId, Sources, Span},
    syntax::{self, Table, Value},
    value::{TreePath, is_device},
    world::{LARGEST_FILE, ReadError, World},
};

/// Bytes of the character that stands for what is no UTF-8.
const REPLACEMENT: usize = char::REPLACEMENT_CHARACTER.len_utf8();

/// What was read.
pub struct Read {
    /// All files in one: includes joined, the environment laid over them.
    pub tree: Table,
    /// What an environment adds to the names that it has on a machine, as in `-staging`; empty where there is none, or
    /// where it gives the platform a name itself.
    pub suffix: String,
    /// The file of the environment, where there is one: what stands elsewhere is meant for the others, too.
    pub over: Option<SourceId>,
    /// Variables whose values stand in the tree in the place of references to them.
    pub written_out: BTreeSet<String>,
}

/// Reads and joins the project's files. `file` is the platform file's path; `environment` the one to lay over it.
///
/// `None` where there is no platform file to speak of.
pub fn read(
    world: &dyn World,
    file: &str,
    environment: Option<&str>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Read> {
    if let Some(problem) = environment.and_then(bad_environment) {
        sink.push(problem);
        return None;
    }
    let mut files = Reader {
        world,
        file,
        sources,
        sink,
    };
    let platform = files.read(file)?;
    let start = platform.start;
    let mut suffix = String::new();
    let mut over_source = None;
    let table = match environment {
        None => files.with_included(platform.table),
        Some(name) => {
            let over = files.environment(name)?;
            over_source = Some(over.start.source);
            if over.table.get_path(&["platform", "name"]).is_none() {
                suffix = suffix_of(name);
            }
            files.laid_over(platform.table, over.table)
        }
    };
    let (tree, written_out) = checked(table, start, sink)?;
    Some(Read {
        written_out,
        tree,
        suffix,
        over: over_source,
    })
}

/// Reads the files of one project.
struct Reader<'a> {
    world: &'a dyn World,
    /// The platform file's path.
    file: &'a str,
    sources: &'a mut Sources,
    sink: &'a mut Sink,
}

impl Reader<'_> {
    fn read(&mut self, path: &str) -> Option<ReadFile> {
        read_file(self.world, path, self.sources, self.sink)
    }

    /// The file of an environment; `None` where it can't be read.
    fn environment(&mut self, name: &str) -> Option<ReadFile> {
        let path = environment_file(self.file, name);
        if self.world.read(&path) == Err(ReadError::Missing) {
            self.sink.push(
                Diagnostic::new(
                    Code::Unreadable,
                    format!("there is no environment `{name}`: `{path}` does not exist"),
                )
                .help(format!("write `{path}`, or leave `--env {name}` out")),
            );
            return None;
        }
        let mut over = self.read(&path)?;
        // What follows a missing `}` seems to stand elsewhere: laid over the platform, it would be in the wrong place there.
        let unread = self.sink.sources_of(Code::TomlSyntax);
        if unread.contains(&over.start.source) {
            over.table = Table::default();
        }
        Some(over)
    }

    /// The platform with the files that it includes.
    fn with_included(&mut self, mut platform: Table) -> Table {
        let included = include(self.world, self.file, &platform, self.sources, self.sink);
        join(&mut platform, included, self.sink);
        nothing_below(&mut platform, self.sink);
        platform
    }

    /// The platform with the files that it includes, and the environment's table over all of them.
    fn laid_over(&mut self, mut platform: Table, mut over: Table) -> Table {
        // The files to include may differ between environments, so this key is needed before they are read.
        if let Some(entry) = over.entry("include").cloned() {
            let is_there = platform.get("include").is_some();
            if entry.value.is_false() && is_there {
                platform.remove("include");
                over.remove("include");
            } else if !entry.value.is_false() {
                platform.set(entry.key, entry.value);
            }
        }
        let platform = self.with_included(platform);
        let known = only_what_is_there(&platform, over, self.sink);
        let known = corrected(&platform, known, self.sink);
        let known = without_needed(&platform, known, self.sink);
        lay_over(&platform, &known)
    }
}

/// Checks the whole tree and puts constants in place. Returns with it the variables whose values were written out.
///
/// `None` where a file could not be parsed: whether names exist is not known then.
fn checked(mut table: Table, start: Span, sink: &mut Sink) -> Option<(Table, BTreeSet<String>)> {
    // What seems to be missing may stand in a file that `include` names wrongly.
    let without_files = [Code::FileMissing, Code::OutsideProject, Code::Unreadable];
    let lacks_files = without_files.iter().any(|code| sink.has_errors_of(*code));
    if lacks_files {
        sink.expect_more_names();
    }
    let unread = sink.sources_of(Code::TomlSyntax);
    if !unread.is_empty() {
        drop_files(&mut table, &unread);
    }
    let constants = Constants::of(&table);
    let mut written_out = BTreeSet::new();
    for name in ["pipelines", "ci"] {
        if let Some(node) = table.get(name) {
            variables_in(node, &mut written_out);
        }
    }
    let context = Context {
        owner: Owner::Words("this file"),
        entry: "",
        place: start,
        removable: false,
        // What seems to be missing may stand in what could not be read.
        partial: !unread.is_empty() || lacks_files,
        constants: Some(&constants),
        writes_out: false,
        example: "",
    };
    let mut tree = check(&table, PLATFORM_FILE, &context, sink);
    let done = constants.put_in_place(&mut tree);
    written_out.extend(done.variables);
    sink.explain_values(done.strings);
    unread.is_empty().then_some((tree, written_out))
}

/// Leaves out what stands in some files.
fn drop_files(table: &mut Table, files: &BTreeSet<SourceId>) {
    table.entries.retain_mut(|entry| {
        if let Value::Table(inner) = &mut entry.value.value {
            inner
                .entries
                .retain(|it| !files.contains(&it.key.span.source));
            return !inner.entries.is_empty();
        }
        !files.contains(&entry.key.span.source)
    });
}

/// Two environments share a machine, so each has its own names there. Compose takes no dot in a project's name, and no
/// environment has an `_` in its own.
pub fn suffix_of(environment: &str) -> String {
    format!("-{}", environment.replace('.', "_"))
}

/// What is wrong with the name of an environment: it is a folder below `generated/`, beside those of the targets, a part of
/// a file's name, and a label in Kubernetes.
pub fn bad_environment(name: &str) -> Option<Diagnostic> {
    let taken = files::is_folder_of_a_target(name);
    let is_device = is_device(name);
    let good = name.len() <= 63
        && name.split('.').all(|part| {
            let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(letter)
                && part.ends_with(letter)
                && part.chars().all(|c| letter(c) || c == '-')
        });
    let in_the_tree = TreePath::parse(&format!("{name}/x"));
    let why = if is_device {
        "Windows has a device of that name, and no folder can have it there".to_string()
    } else if let (true, Err(why)) = (good, in_the_tree) {
        format!("it becomes a folder below `generated/`, and this one {why}")
    } else if taken {
        "`generated/` has a folder of that name for a target".to_string()
    } else if good {
        return None;
    } else {
        "a name here is lower-case letters, digits, `-` and `.`, at most 63, with a letter or digit at both ends and around each dot".to_string()
    };
    Some(
        Diagnostic::new(
            Code::BadName,
            format!("`{name}` can't be the name of an environment"),
        )
        .help(format!("choose another name: {why}")),
    )
}

/// Dots in the name of an environment beyond which it has no twins that anybody looks for.
const MOST_DOTS: usize = 8;

/// The names that differ from one with dots in that some of these are `-`: what takes no dot can't tell them apart.
pub fn twins(environment: &str) -> Vec<String> {
    let dots: Vec<usize> = environment.match_indices('.').map(|(at, _)| at).collect();
    let dots = &dots[..dots.len().min(MOST_DOTS)];
    (1..1usize << dots.len())
        .map(|chosen| {
            let mut name = environment.to_string();
            for (index, at) in dots.iter().enumerate() {
                if chosen >> index & 1 == 1 {
                    name.replace_range(at..&(at + 1), "-");
                }
            }
            name
        })
        .collect()
}

/// `platform.toml` and `staging` make `platform.staging.toml`.
pub fn environment_file(file: &str, environment: &str) -> String {
    match file.strip_suffix(".toml") {
        Some(stem) => format!("{stem}.{environment}.toml"),
        None => format!("{file}.{environment}"),
    }
}

struct ReadFile {
    table: Table,
    /// The file's first line: where to say that something is missing.
    start: Span,
}

fn read_file(
    world: &dyn World,
    path: &str,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<ReadFile> {
    let unreadable = |why: String, help: &str| {
        Diagnostic::new(Code::Unreadable, format!("`{path}` {why}")).help(help)
    };
    let bytes = match world.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let help = match error {
                ReadError::Missing => {
                    "`mlopsgen init` starts a platform.toml; `-C DIR` and `--file` say where one is"
                }
                ReadError::TooLarge(_) => "split it with `include = [\"teams/*.toml\"]`",
                _ => "put a regular file there that you may read",
            };
            sink.push(unreadable(error.to_string(), help));
            return None;
        }
    };
    if bytes.len() > LARGEST_FILE {
        sink.push(unreadable(
            ReadError::TooLarge(LARGEST_FILE as u64).to_string(),
            "split it with `include = [\"teams/*.toml\"]`",
        ));
        return None;
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let id = sources.add(path, lossy);
            sink.push(
                Diagnostic::new(Code::Unreadable, format!("`{path}` is not UTF-8"))
                    .label(
                        Span::new(id, valid..valid + REPLACEMENT),
                        "this is not UTF-8",
                    )
                    .help("save the file as UTF-8"),
            );
            return None;
        }
    };
    // Editors show no byte order mark, and count no column for it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let first_line = text.find('\n').unwrap_or(text.len());
    let id = sources.add(path, text);
    Some(ReadFile {
        table: syntax::parse(sources, id, sink),
        start: Span::new(id, 0..first_line),
    })
}

#[cfg(test)]
mod tests {
    use super::bad_environment;

    #[test]
    fn environments_are_named_as_kubernetes_names() {
        for name in ["prod", "eu-1", "v1.2", "0"] {
            assert!(bad_environment(name).is_none(), "{name}");
        }
        for name in [
            "",
            "Prod",
            "a_b",
            "-a",
            "a-",
            "a..b",
            "../x",
            "a/b",
            "docs",
            "config",
            "hooks",
            "refs",
            "objects",
            "info",
            "commondir",
            "gitdir",
            "con",
            "nul.x",
        ] {
            assert!(bad_environment(name).is_some(), "{name}");
        }
    }
}
