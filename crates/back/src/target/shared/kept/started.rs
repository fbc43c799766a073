//! A workload as a runtime is going to start it, as far as that decides which data its program meets.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    configured::ConfigFiles,
    folder_options::FolderOptions,
    is_data,
    typed::{Covers, TypedMounts},
};
use crate::{
    data::below,
    model::{Component, Platform, Workload},
    value::{UrlParts, configured::unquoted},
};

/// What lies at a path of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A volume, by its key in the runtime.
    Volume(String),
    /// A folder of the machine.
    Folder {
        /// As the manifest names it.
        path: String,
        /// The key below a raw table of the workload that can name it.
        raw_key: String,
    },
    /// Something with content of its own that holds no data: what it is, for a message.
    Content(String),
    /// Memory, or something that nobody keeps.
    Elsewhere,
}

/// Something that is mounted over a container's file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedMount {
    /// The path in the container.
    pub at: String,
    /// The folder of the source that is mounted; empty: all of it.
    pub sub_path: String,
    /// Where it comes from.
    pub source: Source,
}

/// A key that leads to values which are not read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The key, as in `env_file`.
    pub key: &'static str,
    /// What it names: other values are read where that is another.
    pub names: String,
    /// The variable that it sets; `None`: any that nothing else sets.
    pub variable: Option<String>,
}

impl Unread {
    /// As in `` `env_file` (`db.env`) ``.
    pub fn shown(&self) -> String {
        format!("`{}` (`{}`)", self.key, self.names)
    }
}

/// A folder in which a program keeps its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramFolder {
    /// The index of what is mounted there.
    pub mount: Option<usize>,
    /// The path below that.
    pub path: String,
    /// What may name another folder and is not read here, for a message.
    pub unread: Option<String>,
    /// The index of it in the component.
    pub of: usize,
}

/// A workload with raw tables merged into it.
#[derive(Debug)]
pub struct Started<'a> {
    pub component: &'a Component,
    pub workload: &'a Workload,
    /// What the model mounts in it.
    pub typed: TypedMounts<'a>,
    /// Its image where raw tables name another one than the model.
    pub image: Option<String>,
    /// Environment variables with a value that is known.
    pub env: BTreeMap<String, String>,
    /// The words of the entrypoint and the command.
    pub words: Vec<String>,
    /// Variables whose values are not known here.
    pub unread: Vec<Unread>,
    /// A key that may change anything of it and is not read here, as `extends`.
    pub open_to: Option<Unread>,
    /// What is mounted over its file system.
    pub mounts: Vec<StartedMount>,
}

impl Started<'_> {
    /// The folders in which the program keeps its data, as far as its kind tells.
    pub fn folders(&self, platform: &Platform) -> Vec<ProgramFolder> {
        let folders = self.component.data_folders.iter();
        let own = folders.enumerate();
        let own = own.filter(|_| names_folders(self.component, self.workload));
        let options = FolderOptions {
            started: self,
            files: ConfigFiles {
                platform,
                started: self,
            },
        };
        let covers = Covers::of(&self.mounts);
        let mut out = Vec::new();
        let mut first: Option<String> = None;
        for (of, folder) in own.filter(|(_, folder)| options.is_kept_there(folder)) {
            let (written, unread) = options.named(folder);
            let written = written.or_else(|| folder.default.clone());
            let is_below = folder.default.as_deref().is_some_and(is_relative);
            // Some programs take several, as Kafka's `log.dirs`.
            let paths = written.iter().flat_map(|it| it.split(','));
            for path in paths.map(|path| path_of(path.trim())) {
                let above = match (&first, &folder.relative_to) {
                    (Some(first), _) if is_below => Some(first),
                    (_, above) => above.as_ref(),
                };
                let path = match above {
                    Some(above) if is_relative(path) => format!("{above}/{path}"),
                    _ => path.to_string(),
                };
                let (mount, rest) = self.cover(&covers, &path);
                out.push(ProgramFolder {
                    mount,
                    path: rest,
                    unread: unread.clone(),
                    of,
                });
                first.get_or_insert(path);
            }
        }
        out
    }

    /// What is mounted over a path: the mount with the longest path around it.
    fn cover(&self, covers: &Covers, path: &str) -> (Option<usize>, String) {
        match covers.around(path) {
            Some((index, rest)) if !self.is_in_image_volume(path, &rest) => (Some(index), rest),
            _ => (None, path.to_string()),
        }
    }

    /// Whether a volume of the image's own lies nearer around the path than the mount does of which it is `rest`. Runtimes make
    /// one wherever nothing is mounted at exactly its path, and throw it away with the container.
    fn is_in_image_volume(&self, path: &str, rest: &str) -> bool {
        let volumes = self.component.image_volumes.iter();
        volumes
            .filter_map(|volume| below(path, volume))
            .any(|nearer| nearer.len() < rest.len())
    }

    /// What is mounted where the model has data: raw tables have put it in the place of that.
    pub(super) fn replacing_data(&self) -> BTreeSet<usize> {
        let covers = Covers::of(&self.mounts);
        let data = self.workload.mounts.iter().filter(|mount| is_data(mount));
        data.filter_map(|mount| self.cover(&covers, &mount.path).0)
            .collect()
    }

    /// The value of an option. The last one counts, as most programs have it.
    pub(super) fn option(&self, names: &[String]) -> Option<String> {
        let words = self.words_of_options();
        let pairs = words.iter().enumerate();
        let values = pairs.flat_map(|(index, word)| {
            let next = words.get(index + 1).copied();
            let names = names.iter();
            names.filter_map(move |name| value_of(name, word, next))
        });
        values.last().map(unquoted)
    }

    /// The words of the command, after those of variables in which a program takes further options: jenkinsci/docker, jenkins.sh
    /// (`JAVA_OPTS`, `JENKINS_JAVA_OPTS`, `JENKINS_OPTS`); the manual of `java` (`JDK_JAVA_OPTIONS`, `JAVA_TOOL_OPTIONS`).
    fn words_of_options(&self) -> Vec<&str> {
        let variables = self.env.iter();
        let variables =
            variables.filter(|(name, _)| name.ends_with("_OPTS") || name.ends_with("_OPTIONS"));
        let texts = variables.map(|(_, value)| value).chain(&self.words);
        texts.flat_map(|it| it.split_whitespace()).collect()
    }

    /// A variable that the command itself sets, as in `sh -c "PGDATA=/x exec postgres"`.
    pub(super) fn assigned(&self, names: &[String]) -> Option<String> {
        let words = self.words.iter().flat_map(|it| it.split_whitespace());
        let pairs = words.filter_map(|word| word.trim_start_matches(QUOTES).split_once('='));
        let mut own = pairs.filter(|(name, _)| names.iter().any(|it| it == name));
        own.next_back().map(|(_, value)| unquoted(value))
    }

    pub(super) fn variable(&self, names: &[String]) -> Option<String> {
        let mut set = names.iter().filter_map(|name| self.env.get(name));
        set.find(|value| !value.is_empty()).cloned()
    }
}

/// Whether variables and words of a workload may name the folder of its data. Parts share a volume, and are other programs.
pub fn names_folders(component: &Component, workload: &Workload) -> bool {
    workload.part.is_none() && !component.data_folders.is_empty()
}

/// The path of a URL that leads to a file, as `sqlite:////data/x.db` does; anything else is a path.
fn path_of(written: &str) -> &str {
    match UrlParts::split(written) {
        Some(url) if url.authority.is_empty() && !url.path.is_empty() => {
            let slashes = url.path.len() - url.path.trim_start_matches('/').len();
            &url.path[slashes - 1..]
        }
        _ => written,
    }
}

/// Whether it is a path below another folder. What else a URL leads to is no path.
fn is_relative(path: &str) -> bool {
    !path.starts_with('/') && !path.contains("://")
}

/// The value that a word of a command gives to an option, or the word after it does: `--name=value`, `--name value`,
/// `-c name=value`, `-cname=value`, and `-Nvalue` for an option of one letter.
///
/// Sources: PostgreSQL, "postgres" (`-c name=value`, `--name=value`, `-D datadir`; getopt takes a value in the same word;
/// src/backend/utils/misc/guc.c, `ParseLongOption`: `-` is `_`; `guc_name_compare`: letter case does not count). Redis,
/// src/config.c: names of directives are compared without letter case. Elasticsearch, EnvironmentAwareCommand.java: `E` with a
/// `KeyValuePair` in the same word or the next.
fn value_of<'a>(name: &str, word: &'a str, next: Option<&'a str>) -> Option<&'a str> {
    let bare = word.trim_start_matches('-');
    if is_same_option(name, bare) {
        // Without dashes it may be any word.
        return next.filter(|next| bare != word || next.starts_with('/'));
    }
    let of_pair = |pair: &'a str| {
        let (left, value) = pair.split_once('=')?;
        is_same_option(name, left).then_some(value)
    };
    let joined = || {
        // One letter, after one dash.
        let rest = word
            .strip_prefix('-')?
            .strip_prefix(|c: char| c.is_ascii_alphabetic())?;
        let is_its_letter = word.get(1..2) == Some(name);
        let value = Some(rest).filter(|it| is_its_letter && it.starts_with(['/', '"', '\'']));
        value.or_else(|| of_pair(rest))
    };
    of_pair(bare).or_else(joined)
}

/// Letters are options of their own; of names neither the letter case counts, nor whether words are joined by `-` or `_`.
pub(super) fn is_same_option(name: &str, written: &str) -> bool {
    let same =
        |a: char, b: char| a.eq_ignore_ascii_case(&b) || matches!((a, b), ('_', '-') | ('-', '_'));
    match name.len() {
        1 => name == written,
        length => {
            length == written.len() && name.chars().zip(written.chars()).all(|(a, b)| same(a, b))
        }
    }
}

/// Whether a path of names in a configuration file ends with the name of an option.
pub(super) fn option_in(path: &str, name: &str) -> bool {
    let start = path.len().checked_sub(name.len());
    let Some((above, end)) = start.and_then(|at| path.split_at_checked(at)) else {
        return false;
    };
    is_same_option(name, end) && (above.is_empty() || above.ends_with('.'))
}

const QUOTES: [char; 2] = ['"', '\''];
