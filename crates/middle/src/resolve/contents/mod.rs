//! Checks the user's files whose format a kind knows: what their program would refuse is an error at its place in the file.
//!
//! The files are read when compiling anyway, and a program would report the error only at its start.

mod alertmanager;
pub(super) mod dashboard;
mod rules;

use std::ops::Range;

use super::Scene;
use crate::{
    catalog::FileForm,
    diag::{Code, Diagnostic, Sink},
    model::{Component, Named, SettingFile, SettingValue},
    source::{Sources, Span},
    value::yaml::{self, BY_HAND},
};

/// Something in a file that its program would refuse.
#[derive(Debug)]
struct Problem {
    /// Bytes of the file.
    at: Range<usize>,
    message: String,
    help: String,
}

impl Problem {
    fn new(at: &Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at: at.clone(),
            message: message.into(),
            help: help.into(),
        }
    }
}

/// The rules of a file of Prometheus': names and expressions. What can't be read has none.
pub fn rules_of(text: &str) -> Vec<(String, String)> {
    let document = yaml::read(text, BY_HAND).ok().flatten();
    document
        .as_ref()
        .map(rules::expressions)
        .unwrap_or_default()
}

/// The values that the rules of a file of Prometheus' give to a label; none where it cannot be read.
pub fn label_of_rules(text: &str, name: &str) -> Vec<String> {
    let document = yaml::read(text, BY_HAND).ok().flatten();
    let values = document.as_ref().map(|it| rules::label(it, name));
    values.unwrap_or_default()
}

/// Checks the files of every setting whose form is known.
pub(super) fn check(
    scene: &Scene<'_>,
    components: &Named<Component>,
    sources: &mut Sources,
    sink: &mut Sink,
) {
    for draft in scene.components {
        let Some(component) = components.find(&draft.name) else {
            continue;
        };
        for (spec, setting) in draft.kind.settings.iter().filter_map(|spec| {
            let mut known = component.settings.iter();
            Some((spec, known.find(|setting| setting.name == spec.name)?))
        }) {
            let (Some(form), SettingValue::Files(files)) = (spec.holds, &setting.value) else {
                continue;
            };
            for SettingFile { path, bytes, .. } in files {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let problems = match String::from_utf8(bytes.clone()) {
                    Ok(text) => problems(form, &text),
                    Err(error) => vec![Problem::new(
                        &(error.utf8_error().valid_up_to()..error.utf8_error().valid_up_to()),
                        "it is not UTF-8",
                        "save the file as UTF-8",
                    )],
                };
                if problems.is_empty() {
                    continue;
                }
                let source = sources.add(path.clone(), text);
                for problem in problems {
                    sink.push(
                        Diagnostic::new(Code::BadValue, format!("`{path}`: {}", problem.message))
                            .label(Span::new(source, problem.at), "does not fit")
                            .label(setting.span, format!("`{}` mounts it", draft.name))
                            .help(problem.help),
                    );
                }
            }
        }
    }
}

fn problems(form: FileForm, text: &str) -> Vec<Problem> {
    if form == FileForm::Pem {
        return certificate(text).into_iter().collect();
    }
    if matches!(form, FileForm::Json | FileForm::Dashboard) {
        return json(text).into_iter().collect();
    }
    let document = match yaml::read(text, BY_HAND) {
        Ok(document) => document,
        Err(refused) => {
            let help = "fix the file: its program reads one YAML document";
            return vec![Problem::new(&refused.at, refused.message, help)];
        }
    };
    match (form, document) {
        (FileForm::Rules, Some(document)) => rules::problems(&document),
        (FileForm::Alertmanager, document) => alertmanager::problems(document.as_ref()),
        _ => Vec::new(),
    }
}

/// Whether a file holds a certificate in the form that programs read.
pub(super) fn is_certificate(bytes: &[u8]) -> bool {
    let start = "-----BEGIN CERTIFICATE-----".as_bytes();
    bytes.windows(start.len()).any(|it| it == start)
}

fn certificate(text: &str) -> Option<Problem> {
    (!is_certificate(text.as_bytes())).then(|| {
        Problem::new(
            &(0..text.lines().next().map_or(0, str::len)),
            "it holds no certificate",
            "name a file with `-----BEGIN CERTIFICATE-----`; of another form `openssl x509 -inform der -in FILE` makes one",
        )
    })
}

fn json(text: &str) -> Option<Problem> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let line = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let at = (line + error.column().saturating_sub(1)).min(text.len());
    let at = text.floor_char_boundary(at);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Some(Problem::new(
        &(at..at),
        format!("it is not JSON: {message}"),
        "export the dashboard again, or fix the line",
    ))
}
