//! What a lint is about.

use serde::{Deserialize, Serialize};

use super::Code;

/// The entry of platform.toml that a lint is about: its `allow` accepts it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// `[components.NAME]`
    Component(String),
    /// `[pipelines.NAME]`, its tasks included.
    Pipeline(String),
    /// `[ci.NAME]`, its stages included.
    Ci(String),
}

impl Subject {
    /// How to accept a lint: where it is about something that can, there, else for the whole platform.
    pub(super) fn accept(subject: Option<&Self>, code: Code) -> String {
        let code = code.name();
        match subject {
            Some(subject) => format!("`allow = [\"{code}\"]` on the {}", subject.noun()),
            None => format!("`[lints]` `{code} = \"allow\"`"),
        }
    }

    /// The name of the entry.
    pub fn name(&self) -> &str {
        let (Subject::Component(name) | Subject::Pipeline(name) | Subject::Ci(name)) = self;
        name
    }

    /// What such an entry is called in messages.
    fn noun(&self) -> &'static str {
        match self {
            Subject::Component(_) => "component",
            Subject::Pipeline(_) => "pipeline",
            Subject::Ci(_) => "CI entry",
        }
    }
}
