//! The words about what environments share.

use super::NamedData;
use crate::{
    diag::{Code, Diagnostic},
    source::Span,
};

/// How an environment is told what it shares. `same`: the files of those that have it, too.
pub(super) struct Report<'a> {
    pub environment: &'a str,
    /// What the environment adds to names.
    pub suffix: String,
    pub own_file: String,
    /// The name of the project without an environment.
    pub base: &'a str,
}

impl Report<'_> {
    pub fn project(&self, span: Span, same: &str) -> Diagnostic {
        let Self {
            environment,
            suffix,
            own_file,
            base,
        } = self;
        Diagnostic::new(
            Code::SharedData,
            format!(
                "the environment `{environment}` has the name of {same}: on one machine they share containers and data"
            ),
        )
        .label(span, "one project of Compose, with one set of volumes")
        .help(format!(
            "leave `platform.name` out: the name is `{base}{suffix}` then; where they never run on one machine, or are one on purpose, write `lints.shared-data = \"allow\"` in `{own_file}`"
        ))
    }

    /// `usual`: the name of the project where raw keys say none.
    pub fn containers(&self, span: Span, (name, usual): (&str, &str), same: &str) -> Diagnostic {
        Diagnostic::new(
            Code::SharedData,
            format!(
                "the environment `{}` is the project `{name}` of Compose, as {same} is: on one machine each replaces the containers of the other",
                self.environment
            ),
        )
        .label(span, "the name of one project")
        .help(format!(
            "leave `raw.compose.name` out: the name is `{usual}` then; where they never run on one machine, write `lints.shared-data = \"allow\"` in `{}`",
            self.own_file
        ))
    }

    /// `key`: that of the namespace.
    pub fn release(&self, span: Span, (namespace, key): (&str, &str), same: &str) -> Diagnostic {
        Diagnostic::new(
            Code::SharedData,
            format!(
                "the release of the environment `{}` has the namespace `{namespace}`, as that of {same} has: they share objects and claims",
                self.environment
            ),
        )
        .label(span, "one namespace of one cluster")
        .help(format!(
            "say another `{key}` in `{}`; where they are one on purpose, write `lints.shared-data = \"allow\"` there",
            self.own_file
        ))
    }

    pub fn data(&self, span: Span, data: &NamedData, same: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(
            Code::SharedData,
            format!(
                "{} of the environment `{}` is also that of {same}",
                data.title(),
                self.environment
            ),
        )
        .label(span, "the same data on one machine")
        .help(format!(
            "say `{} = \"{}{}\"` in `{}`; to share it on purpose {}",
            data.key,
            data.name,
            self.suffix,
            self.own_file,
            data.on_purpose()
        ));
        match &data.component {
            Some(component) => diagnostic.about(component),
            None => diagnostic,
        }
    }
}

impl NamedData {
    /// As in ``volume `old-data` ``.
    fn title(&self) -> String {
        let noun = if self.is_folder { "folder" } else { "volume" };
        format!("{noun} `{}`", self.name)
    }

    /// What a user writes to share it on purpose.
    fn on_purpose(&self) -> &'static str {
        match (self.is_folder, &self.component) {
            (true, _) => "`allow = [\"shared-data\"]` on the component",
            (false, Some(_)) => {
                "`external = true` beside it, or `allow = [\"shared-data\"]` on the component"
            }
            (false, None) => "`external = true` beside it",
        }
    }
}
