//! A program's own configuration files, as far as they name the folder of its data.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Source, Started, StartedMount,
    started::{is_same_option, option_in},
};
use crate::{
    data::below,
    model::{DataFolder, FileContent, Platform},
    speak::{Readable, Speak},
    value::configured::{Statement, entries},
};

/// Files that are included at most: more than any configuration has that is written by hand.
const INCLUDED: usize = 200;

/// What configuration files say of an option.
#[derive(Debug, PartialEq, Eq)]
pub enum Setting {
    /// The option, and its value.
    Of { name: String, value: String },
    /// Nothing: what else names the folder counts.
    None,
    /// It may be set in what is not read: what that is, for a message.
    Unread(String),
}

/// The names under which a folder stands in configuration files.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Whole paths of names; one that stands before another counts more.
    pub keys: &'a [String],
    /// Ends of paths, where there are no keys: the last one in a file counts.
    pub options: &'a [String],
}

impl<'a> Names<'a> {
    /// Those of the folder itself.
    pub fn of(folder: &'a DataFolder) -> Self {
        Self {
            keys: &folder.keys,
            options: &folder.options,
        }
    }

    /// The place of a name among them; a smaller one counts more.
    fn find(&self, path: &str) -> Option<(usize, &'a String)> {
        let mut keys = self.keys.iter().enumerate();
        if !self.keys.is_empty() {
            return keys.find(|(_, key)| is_same_option(key, path));
        }
        let mut options = self.options.iter();
        let option = options.find(|name| name.len() > 1 && option_in(path, name))?;
        Some((0, option))
    }
}

/// The configuration files of a workload, as far as they are files of the project.
#[derive(Clone, Copy, Debug)]
pub struct ConfigFiles<'a> {
    pub platform: &'a Platform,
    pub started: &'a Started<'a>,
}

impl ConfigFiles<'_> {
    /// What one file says, which something names.
    pub fn named(&self, path: &str, names: Names<'_>) -> Setting {
        self.read(&self.texts(path), names, &format!("the file `{path}`"))
    }

    /// What a text says that is in no file.
    pub fn in_text(&self, text: String, names: Names<'_>) -> Setting {
        let texts = Texts::from([("/".to_string(), Ok(text))]);
        self.read(&texts, names, "its variable")
    }

    /// What the files at paths say that the program reads by itself, the later ones over the earlier ones.
    pub fn at_fixed_paths(&self, patterns: &[String], names: Names<'_>) -> Setting {
        let mut found = Setting::None;
        for pattern in patterns {
            let mut texts = self.texts(pattern);
            // The image's own say what the kind does.
            texts.retain(|_, text| !is_of_image(text));
            match self.read(&texts, names, &format!("`{pattern}`")) {
                Setting::None => {}
                other => found = other,
            }
        }
        found
    }

    /// `shown`: what is read, for a message.
    fn read(&self, texts: &Texts, names: Names<'_>, shown: &str) -> Setting {
        let mut reading = Reading {
            files: self,
            names,
            found: None,
            unread: None,
            included: BTreeSet::new(),
        };
        reading.all(texts);
        match (reading.unread, reading.found) {
            (Some(of), _) if of.is_empty() => Setting::Unread(format!("{shown} of the image")),
            (Some(of), _) => Setting::Unread(format!("{shown} ({of})")),
            (None, Some((_, name, value))) => Setting::Of { name, value },
            (None, None) => Setting::None,
        }
    }

    /// The texts at a path, in which one `*` may stand in the last name, or below a folder. Of one that is no file of the project
    /// what it is; nothing where it is the image's.
    fn texts(&self, pattern: &str) -> Texts {
        let mut out = Texts::new();
        let mut known = BTreeSet::new();
        for file in &self.started.workload.files {
            known.insert(file.path.as_str());
            if let FileContent::Folder { files, .. } = &file.content {
                for (inner, bytes) in files {
                    let path = format!("{}/{inner}", file.path);
                    if fits(pattern, &path) {
                        out.insert(path, text_of(bytes));
                    }
                }
                continue;
            }
            if !fits(pattern, &file.path) {
                continue;
            }
            let text = match &file.content {
                FileContent::Text { text, .. } => Ok(Readable(self.platform).text(text)),
                FileContent::Project { bytes, .. } => text_of(bytes),
                FileContent::Secret(name) => Err(format!("the secret `{name}`")),
                FileContent::Generated(it) => {
                    let folder = self.platform.output_folder();
                    Err(format!("`{folder}/{}`", it.path()))
                }
                FileContent::Folder { .. } | FileContent::Stubs => continue,
            };
            out.insert(file.path.clone(), text);
        }
        let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mounts = self.started.mounts.iter();
        for mounted in mounts.filter(|mounted| !self.is_of_kind(mounted)) {
            let is_around = below(folder, &mounted.at).is_some() || fits(pattern, &mounted.at);
            let shown = match &mounted.source {
                Source::Volume(key) => format!("the volume `{key}`"),
                Source::Folder { path, .. } => format!("`{path}`"),
                Source::Content(name) => name.clone(),
                Source::Elsewhere => continue,
            };
            // Files of the project are mounted there, too, and nearer to the path than what is around them.
            if is_around && !known.contains(mounted.at.as_str()) && !out.contains_key(pattern) {
                out.insert(mounted.at.clone(), Err(shown));
            }
        }
        if out.is_empty() {
            out.insert(pattern.to_string(), Err(String::new()));
        }
        out
    }
}

impl ConfigFiles<'_> {
    /// Whether the kind mounts it: what lies there is as the program makes it.
    fn is_of_kind(&self, mounted: &StartedMount) -> bool {
        let mount = self.started.typed.find(mounted);
        mount.is_some_and(|it| self.platform.kind_sources.contains(&it.span.source))
    }
}

/// Texts by their paths, or what is there and is not read: nothing of what is the image's.
type Texts = BTreeMap<String, Result<String, String>>;

struct Reading<'a> {
    files: &'a ConfigFiles<'a>,
    names: Names<'a>,
    /// The place of the name, the name, the value.
    found: Option<(usize, String, String)>,
    unread: Option<String>,
    /// Each is read once, however often it is named.
    included: BTreeSet<String>,
}

impl Reading<'_> {
    fn all(&mut self, texts: &Texts) {
        for (path, text) in texts {
            match text {
                Ok(text) => self.text(path, text),
                Err(of) => self.unread = Some(of.clone()),
            }
        }
    }

    fn text(&mut self, at: &str, text: &str) {
        for (path, statement) in entries(text) {
            match statement {
                Statement::Include(what) => self.include(at, &what),
                Statement::Elsewhere if self.names.find(&path).is_some() => {
                    self.unread = Some(format!("its `{path}`"));
                }
                Statement::Elsewhere => {}
                Statement::Value(value) => {
                    let Some((place, name)) = self.names.find(&path) else {
                        continue;
                    };
                    if self
                        .found
                        .as_ref()
                        .is_none_or(|(known, ..)| place <= *known)
                    {
                        self.found = Some((place, name.clone(), value));
                    }
                }
            }
        }
    }

    /// A file, or all files of a folder. Those of the image say what the kind does.
    fn include(&mut self, at: &str, what: &str) {
        let above = at.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = match what.starts_with('/') {
            true => what.trim_end_matches('/').to_string(),
            false => format!("{above}/{}", what.trim_end_matches('/')),
        };
        if self.included.len() >= INCLUDED {
            self.unread = Some(format!("its `include {what}`"));
            return;
        }
        if !self.included.insert(path.clone()) {
            return;
        }
        let mut texts = self.files.texts(&path);
        texts.extend(self.files.texts(&format!("{path}/*")));
        texts.retain(|_, text| !is_of_image(text));
        self.all(&texts);
    }
}

/// Whether nothing is mounted over what the image has there.
fn is_of_image(text: &Result<String, String>) -> bool {
    text.as_ref().is_err_and(String::is_empty)
}

fn text_of(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "no text".to_string())
}

/// Whether a path fits a pattern, which may have one `*` in its last name.
fn fits(pattern: &str, path: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else {
        return pattern == path;
    };
    let inside = path.strip_prefix(start).and_then(|it| it.strip_suffix(end));
    inside.is_some_and(|it| !it.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_a_part_of_a_name() {
        assert!(fits("/etc/x/*.cnf", "/etc/x/a.cnf") && fits("/etc/x.cnf", "/etc/x.cnf"));
        for path in [
            "/etc/x/a/b.cnf",
            "/etc/x/a.conf",
            "/etc/xa.cnf",
            ".cnf",
            "/etc/x/",
        ] {
            assert!(!fits("/etc/x/*.cnf", path), "{path}");
        }
    }
}
