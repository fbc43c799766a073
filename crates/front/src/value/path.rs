//! Paths: on the host, inside of a container, and in the tree that is generated. What the last two refuse, some consumer refuses too or
//! takes for something else: a file system, git, Windows, a terminal.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::private::is_git_folder;
use crate::{files::DOTENV, text::is_hidden};

/// The longest name of a file or folder, and the longest path, in bytes.
pub(super) const LONGEST_NAME: usize = 255;
pub(super) const LONGEST_PATH: usize = 4095;

/// Names that Windows has for devices, whatever ending follows.
const DEVICES: [&str; 6] = ["con", "conin$", "conout$", "prn", "aux", "nul"];
const LONGEST_DEVICE: usize = 7;

/// Characters that Windows has in no name.
const NOT_ON_WINDOWS: [u8; 7] = *b"<>:\"|?*";

/// What git looks for at the top of a folder that is a repository without a working tree, or points to one.
const GITS_OWN: [&str; 14] = [
    "HEAD",
    "FETCH_HEAD",
    "ORIG_HEAD",
    "commondir",
    "config.worktree",
    "description",
    "gitdir",
    "hooks",
    "index",
    "info",
    "objects",
    "packed-refs",
    "refs",
    "worktrees",
];

/// A path on the host, or one of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPath {
    Absolute(String),
    /// Relative to the project's folder; `.` is the folder itself.
    Project(String),
}

impl HostPath {
    /// `./x` and `x/` are `x`; nothing and `./` are `.`.
    pub fn parse(text: &str) -> Self {
        // `.//x` is in the project, too, and not `/x`.
        let relative = text.strip_prefix("./");
        let trimmed = relative.map_or(text, |rest| rest.trim_start_matches('/'));
        match trimmed.trim_end_matches('/') {
            "" if text.starts_with('/') => HostPath::Absolute("/".to_string()),
            "" => HostPath::Project(".".to_string()),
            path if path.starts_with('/') => HostPath::Absolute(path.to_string()),
            path => HostPath::Project(path.to_string()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            HostPath::Absolute(path) | HostPath::Project(path) => path,
        }
    }

    /// Whether a text is a path that a file system can have: no hidden character and no `\`, and no name or length that is too
    /// long. An absolute one has one spelling, which rules that compare paths rely on: no `.`, `..` or empty name in it.
    pub fn is_good(text: &str) -> bool {
        let (is_absolute, inner) = match text.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        let is_step = |name: &str| matches!(name, "" | "." | "..");
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let is_root = is_absolute && text.len() == 1;
        let mut names = inner.split('/');
        let are_good = is_root || names.all(|name| is_name(name) || !is_absolute && is_step(name));
        are_good && !text.is_empty() && text.len() <= LONGEST_PATH
    }

    pub fn is_absolute(&self) -> bool {
        matches!(self, HostPath::Absolute(_))
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An absolute path inside of a container, with one `/` between its names and none at its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerPath(String);

impl ContainerPath {
    /// A `/` at the end is left out. `None` where the path is not absolute, has `.`, `..` or an empty name, a character that
    /// is not shown, `:` or `\`, or a name or a length that no file system has.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = match text.strip_suffix('/') {
            Some("") => "/",
            Some(plain) => plain,
            None => text,
        };
        let names = plain.strip_prefix('/')?;
        let is_good = text == "/"
            || names
                .split('/')
                .all(|name| is_name(name) && !name.contains(':'));
        (is_good && plain.len() <= LONGEST_PATH).then(|| Self(plain.to_string()))
    }

    /// The same for a file that is generated: its path becomes one of the tree, where a folder `.git` would be a repository
    /// whose settings name programs.
    pub fn of_file(text: &str) -> Option<Self> {
        let path = Self::parse(text).filter(|path| path.0 == text)?;
        let mut names = text.strip_prefix('/')?.split('/');
        names
            .all(|name| !name.is_empty() && is_portable(name) && !is_git_folder(name))
            .then_some(path)
    }

    /// Nothing can be mounted over `/`, where the image itself is.
    pub fn of_mount(text: &str) -> Option<Self> {
        Self::parse(text).filter(|path| path.0 != "/")
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A path below the output folder that every system can check out, and that no run and no git takes for its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreePath(String);

impl TreePath {
    /// A `.gitignore` at the top is refused: one of a run's own keeps secrets out of git there.
    ///
    /// Errors: why it is none, as what follows the path.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let first = text.split('/').next().unwrap_or_default();
        if text.len() > LONGEST_PATH || !text.split('/').all(is_name) {
            return Err(
                "is no plain path: names of at most 255 bytes with one `/` between them, \
                        without `.`, `..`, `\\` and characters that are not shown",
            );
        }
        if !text.split('/').all(is_portable) {
            return Err("can't be checked out on every system: Windows has no such name");
        }
        if is_reserved(text) {
            return Err("has a name that mlopsgen keeps for itself");
        }
        let is_gits = |name: &&&str| name.eq_ignore_ascii_case(first);
        if text.split('/').any(is_git_folder) || GITS_OWN.iter().any(|name| is_gits(&name)) {
            return Err("has a name that git takes for its own");
        }
        Ok(Self(text.to_string()))
    }
}

/// The path without `.`, and without `..` where a folder stands before it.
pub fn plain_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a relative path climbs above the folder that is `depth` folders above where it starts. An absolute one climbs nowhere.
pub fn climbs_out(path: &str, depth: usize) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let mut above = Some(depth);
    for name in path.split('/') {
        above = match name {
            "" | "." => above,
            ".." => above.and_then(|depth| depth.checked_sub(1)),
            _ => above.map(|depth| depth + 1),
        };
    }
    above.is_none()
}

/// What Compose fetches before it builds: it takes these beginnings for an address, and all else for a folder.
const FETCHED: [&str; 6] = [
    "https://",
    "http://",
    "git://",
    "ssh://",
    "github.com/",
    "git@",
];

/// Whether the context of a build is an address, and no folder of this machine.
pub fn is_fetched(context: &str) -> bool {
    FETCHED.iter().any(|start| context.starts_with(start))
}

/// A path as all those are written that some file system takes for it: it knows no letter case, or it writes an accent as a
/// character of its own.
pub fn one_spelling(path: &str) -> String {
    path.nfd().flat_map(char::to_lowercase).nfd().collect()
}

/// Whether a path below the output folder, or below that of an environment, is a run's own or holds values of secrets.
fn is_reserved(path: &str) -> bool {
    const OWN: &str = ".mlopsgen";
    // No character beyond ASCII becomes a letter of these in lower case.
    let is_own = |start: &str| start.eq_ignore_ascii_case(OWN);
    let own =
        |path: &str| path.get(..OWN.len()).is_some_and(is_own) || path.eq_ignore_ascii_case(DOTENV);
    let is_at_the_top = path.eq_ignore_ascii_case(".gitignore");
    is_at_the_top || own(path) || path.split_once('/').is_some_and(|(_, inner)| own(inner))
}

fn is_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && name.len() <= LONGEST_NAME
        && !name.bytes().any(|byte| byte == b'\\')
        && !has_hidden(name)
}

/// Whether it has a character that is not shown. Nearly every name has plain ones alone, which are looked through byte by byte.
fn has_hidden(name: &str) -> bool {
    !name.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) && name.chars().any(is_hidden)
}

fn is_portable(name: &str) -> bool {
    let mut bytes = name.bytes();
    !is_device(name)
        && !name.ends_with(['.', ' '])
        && !bytes.any(|byte| NOT_ON_WINDOWS.contains(&byte))
}

/// Whether Windows takes a name for a device's, whatever ending follows: no file can have it there.
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end();
    if stem.is_ascii() && stem.len() > LONGEST_DEVICE {
        return false;
    }
    let stem = stem.to_lowercase();
    let is_numbered = ["com", "lpt"].iter().any(|port| {
        let number = stem.strip_prefix(port);
        let mut digits = number.unwrap_or_default().chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    });
    DEVICES.contains(&stem.as_str()) || is_numbered
}

/// Whether the name of a file is one of a configuration that programs only read.
pub fn is_configuration(path: &str) -> bool {
    const ENDINGS: [&str; 11] = [
        "yml",
        "yaml",
        "conf",
        "cfg",
        "cnf",
        "toml",
        "ini",
        "json",
        "properties",
        "xml",
        "sql",
    ];
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::{ContainerPath, HostPath, TreePath};

    #[test]
    fn a_relative_path_of_the_host_stays_relative() {
        for (text, path) in [
            ("./x", "x"),
            (".//x", "x"),
            ("x/", "x"),
            ("./", "."),
            (".//", "."),
        ] {
            assert_eq!(
                HostPath::parse(text),
                HostPath::Project(path.to_string()),
                "{text}"
            );
        }
        assert!(HostPath::parse("/x").is_absolute());
    }

    #[test]
    fn an_absolute_path_of_the_host_has_one_spelling() {
        let long = "x".repeat(255);
        for text in [
            "/", "/a", "/a/", "a", "./a", "../a", ".", "./", "a/../b", "/a b:c",
        ] {
            assert!(HostPath::is_good(text), "{text}");
        }
        assert!(HostPath::is_good(&long) && HostPath::is_good(&format!("/{long}")));
        for text in [
            "",
            "//",
            "//a",
            "/a//",
            "/a//b",
            "/a/../b",
            "/..",
            "/./a",
            "/a/.",
            "/a\\b",
            "a\u{202e}",
            "a\nb",
        ] {
            assert!(!HostPath::is_good(text), "{text:?}");
        }
        for text in [format!("/{long}x"), format!("{long}x/a"), "a/".repeat(3000)] {
            assert!(!HostPath::is_good(&text), "{}", text.len());
        }
    }

    #[test]
    fn paths_in_containers_are_plain() {
        let parsed = |text: &str| ContainerPath::parse(text).map(ContainerPath::into_string);
        for (text, plain) in [("/", "/"), ("/data", "/data"), ("/data/", "/data")] {
            assert_eq!(parsed(text).as_deref(), Some(plain));
        }
        let long = format!("/{}", "x".repeat(256));
        for text in [
            "",
            "data",
            "//",
            "/a//b",
            "/./b",
            "/a/.",
            "/a/..",
            "/a\\b",
            "/a:b",
            "/a\nb",
            "/a\u{202e}b",
            "/a\u{200b}",
            &long,
        ] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
        assert!(ContainerPath::of_file("/etc/app/x.conf").is_some());
        for text in [
            "/etc/",
            "/etc/con",
            "/etc/AUX.conf",
            "/",
            "/etc/com1",
            "/etc/CONIN$",
            "/etc/COM¹.x",
            "/etc/x.",
            "/etc/a*",
            "/.git/config",
            "/a/.GIT",
            "/a/git~1/config",
        ] {
            assert_eq!(ContainerPath::of_file(text), None, "{text:?}");
        }
    }

    #[test]
    fn paths_below_the_output_are_plain_and_not_reserved() {
        for text in [
            "docs/x.md",
            ".gitattributes",
            "docs/.gitignore",
            "compose/.gitignore",
            "helm/demo/files/hooks/x",
            "compose/.env.example",
        ] {
            assert!(TreePath::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/./b",
            "a\\b",
            "a\nb",
            ".git/config",
            "docs/.GIT",
            "commondir",
            "Hooks/post-checkout",
            "HEAD",
            ".mlopsgen/lock",
            "prod/.mlopsgen.json",
            ".MLOPSGEN.json",
            "compose/.env",
            ".gitignore",
            ".GitIgnore",
            "prod/compose/.env",
            "docs/nul.md",
            "docs/a:b",
        ] {
            assert!(TreePath::parse(text).is_err(), "{text}");
        }
    }
}
