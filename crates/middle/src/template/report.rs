//! An error of a template as a diagnostic, at its place in the template.

use std::collections::BTreeMap;

use super::{Engine, TemplateError, embedded};
use crate::{
    diag::{Code, Diagnostic},
    files::OWN_TEMPLATES,
    source::{SourceId, Sources, Span},
};

/// The folder of the embedded templates.
const EMBEDDED: &str = "templates";

impl Engine {
    /// The diagnostic for an error of this engine.
    pub fn report(&self, error: &TemplateError, sources: &mut Sources) -> Diagnostic {
        report(error, &self.own, sources)
    }

    /// Adds the user's templates to the files that messages show. Returns each by its path.
    pub fn own_files(&self, sources: &mut Sources) -> BTreeMap<String, SourceId> {
        let own = self.own.iter();
        own.map(|(path, text)| {
            (
                path.clone(),
                sources.add(format!("{OWN_TEMPLATES}/{path}"), text),
            )
        })
        .collect()
    }

    /// The diagnostic for an error in one of the user's templates, which is this file.
    pub fn report_in(&self, error: &TemplateError, source: SourceId) -> Diagnostic {
        let (_, text) = folder_and_text(&error.template, &self.own);
        placed(error, text, source)
    }

    /// An error in one line, for a label elsewhere: the template's file, the line and what is wrong.
    pub fn describe(&self, error: &TemplateError) -> String {
        let (folder, _) = folder_and_text(&error.template, &self.own);
        let line = error.line.unwrap_or(1);
        format!("{folder}/{}:{line}: {}", error.template, error.message)
    }
}

/// The diagnostic for an error; `own` are the user's templates, as paths and texts.
pub fn report(
    error: &TemplateError,
    own: &[(String, String)],
    sources: &mut Sources,
) -> Diagnostic {
    let (folder, text) = folder_and_text(&error.template, own);
    let source = sources.add(format!("{folder}/{}", error.template), text);
    placed(error, text, source)
}

fn placed(error: &TemplateError, text: &str, source: SourceId) -> Diagnostic {
    let range = error
        .range
        .clone()
        .filter(|range| !range.is_empty() && text.get(range.clone()).is_some())
        .unwrap_or_else(|| line(text, error.line.unwrap_or(1)));
    Diagnostic::new(
        Code::BadTemplate,
        format!("the template `{}` can't be run", error.template),
    )
    .label(Span::new(source, range), error.message.clone())
    .help("`mlopsgen explain bad-template` says what a template sees")
}

/// The folder and the text of a template: the user's if there is one, else the embedded one.
fn folder_and_text<'a>(template: &str, own: &'a [(String, String)]) -> (&'static str, &'a str) {
    match own.iter().find(|(name, _)| name == template) {
        Some((_, text)) => (OWN_TEMPLATES, text),
        None => (EMBEDDED, embedded(template).unwrap_or_default()),
    }
}

/// The bytes of a line, counted from 1.
fn line(text: &str, number: usize) -> std::ops::Range<usize> {
    let start = text
        .split_inclusive('\n')
        .take(number.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[start..];
    start..start + rest.find('\n').unwrap_or(rest.len())
}
