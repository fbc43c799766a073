//! Files as the compiler sees them, and places in them.
//!
//! In: names and texts. Out: [`Sources`], which turns a [`Span`] back into a name, a line and a column.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One file of [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(u32);

/// A half-open range of bytes in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

impl Span {
    /// A place in a file; the range counts bytes.
    pub fn new(source: SourceId, range: std::ops::Range<usize>) -> Self {
        Self {
            source,
            start: range.start,
            end: range.end,
        }
    }

    /// From the start of this place to the end of another one in the same file, as from a key to the end of its value.
    pub fn through(self, last: Span) -> Self {
        Self::new(self.source, self.start..last.end)
    }
}

/// A file that was read: `name` is what messages call it, relative to the project's folder.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the project, or `templates/...` for what is embedded.
    pub name: String,
    /// As it was read.
    pub text: String,
    /// Where each line starts.
    lines: Vec<usize>,
}

/// Every file of one run, in the order in which they were read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(String, String)>", into = "Vec<(String, String)>")]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl From<Vec<(String, String)>> for Sources {
    fn from(files: Vec<(String, String)>) -> Self {
        let mut sources = Self::default();
        for (name, text) in files {
            sources.add(name, text);
        }
        sources
    }
}

impl From<Sources> for Vec<(String, String)> {
    fn from(sources: Sources) -> Self {
        let files = sources.files.into_iter();
        files.map(|file| (file.name, file.text)).collect()
    }
}

impl Sources {
    /// Adds a file; the id stays valid.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let ends = text.match_indices('\n').map(|(index, _)| index + 1);
        self.files.push(SourceFile {
            name: name.into(),
            lines: std::iter::once(0).chain(ends).collect(),
            text,
        });
        SourceId((self.files.len() - 1) as u32)
    }

    /// The same with the texts of these files alone: enough for messages whose places are in them.
    pub fn only(&self, wanted: &BTreeSet<SourceId>) -> Self {
        let mut out = Self::default();
        for (index, file) in self.files.iter().enumerate() {
            match wanted.contains(&SourceId(index as u32)) {
                true => out.add(&file.name, &file.text),
                false => out.add(&file.name, ""),
            };
        }
        out
    }

    /// How much was read.
    pub fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.text.len()).sum()
    }

    /// The file of an id that [`Sources::add`] returned.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text at a place; empty where the place is not in the file.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.source)
            .text
            .get(span.start..span.end)
            .unwrap_or_default()
    }

    /// Line and column of the span's first byte, both counted from 1; the column counts characters.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let file = self.file(span.source);
        let start = file.text.floor_char_boundary(span.start);
        let line = file.lines.partition_point(|line| *line <= start);
        let line_start = file.lines[line - 1];
        let column = file.text[line_start..start].chars().count() + 1;
        (line, column)
    }
}
