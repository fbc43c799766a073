//! Literals and comments in the languages of the generated files.

pub(super) mod text;
pub(super) mod yaml;

pub use text::NOT_IN_URLS;

use std::borrow::Cow;

/// The language of a generated file, known by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Yaml,
    Json,
    Python,
    Groovy,
    Markdown,
    Xml,
    Shell,
    Dotenv,
    /// Plain text: nothing is escaped.
    Plain,
}

impl Language {
    const ALL: [Language; 9] = [
        Language::Yaml,
        Language::Json,
        Language::Python,
        Language::Groovy,
        Language::Markdown,
        Language::Xml,
        Language::Shell,
        Language::Dotenv,
        Language::Plain,
    ];

    pub fn of_file(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with("Jenkinsfile") || name.ends_with(".groovy") {
            return Language::Groovy;
        }
        if name.starts_with(".env") {
            return Language::Dotenv;
        }
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("yaml" | "yml" | "tpl") => Language::Yaml,
            Some("json") => Language::Json,
            Some("py") => Language::Python,
            Some("groovy") => Language::Groovy,
            Some("md") => Language::Markdown,
            Some("svg" | "xml" | "html") => Language::Xml,
            Some("sh") => Language::Shell,
            _ => Language::Plain,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Language::Yaml => "yaml",
            Language::Json => "json",
            Language::Python => "python",
            Language::Groovy => "groovy",
            Language::Markdown => "markdown",
            Language::Xml => "xml",
            Language::Shell => "shell",
            Language::Dotenv => "dotenv",
            Language::Plain => "plain",
        }
    }

    pub(super) fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|language| language.name() == name)
            .unwrap_or(Language::Plain)
    }

    /// A string as it must stand in a file of this language to be read back unchanged. One that needs no mark is not copied:
    /// most values are such.
    pub fn literal(self, text: &str) -> Cow<'_, str> {
        match self {
            Language::Yaml => yaml::scalar(text),
            Language::Json => serde_json::Value::from(text).to_string().into(),
            Language::Python => text::python(text).into(),
            Language::Groovy => text::groovy(text).into(),
            Language::Markdown => text::markdown(text).into(),
            Language::Xml => text::xml(text),
            Language::Shell => text::shell(text).into(),
            Language::Dotenv => text::dotenv(text).into(),
            Language::Plain => text.into(),
        }
    }

    /// `true` and `false` as the language writes them.
    pub fn boolean(self, value: bool) -> &'static str {
        match (self, value) {
            (Language::Python, true) => "True",
            (Language::Python, false) => "False",
            (_, true) => "true",
            (_, false) => "false",
        }
    }

    /// A text that is safe on one line of a comment.
    pub fn comment(self, text: &str) -> String {
        text::comment(self, text)
    }
}
