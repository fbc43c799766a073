//! The templates that are compiled in.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use include_dir::{Dir, include_dir};

use super::Language;
use crate::commands::CommandFlags;

/// The templates of this repository, compiled in.
static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../templates");

/// Texts of the embedded templates by path. The map is faster than the embedded folder, which compares name by name.
static TEXTS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    fn walk(dir: &'static Dir<'static>, out: &mut BTreeMap<&'static str, &'static str>) {
        let files = dir.files();
        out.extend(files.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?))));
        for inner in dir.dirs() {
            walk(inner, out);
        }
    }
    let mut out = BTreeMap::new();
    walk(&EMBEDDED, &mut out);
    out
});

/// The text of an embedded template.
pub fn embedded(path: &str) -> Option<&'static str> {
    TEXTS.get(path).copied()
}

/// The same, with the commands in it as people have to type them.
pub(super) fn embedded_for(path: &str, commands: &CommandFlags) -> Option<Cow<'static, str>> {
    let text = embedded(path)?;
    if commands.is_empty() {
        return Some(Cow::Borrowed(text));
    }
    Some(match Language::of_file(path) {
        // A comment of XML can hold no flag.
        Language::Xml => Cow::Owned(commands.in_words(text)),
        _ => commands.in_text(text),
    })
}

/// Paths of the embedded templates below a folder, at any depth, sorted.
pub fn embedded_below(folder: &str) -> Vec<&'static str> {
    let below = format!("{folder}/");
    let paths = TEXTS.keys().copied();
    paths.filter(|path| path.starts_with(&below)).collect()
}
