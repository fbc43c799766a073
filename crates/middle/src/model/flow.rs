//! The arrows of the picture that the user draws.

use crate::source::Span;

/// Somebody or something outside of the platform, as an end of flows.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// The key in `[actors]`.
    pub name: String,
    /// What the picture writes.
    pub title: String,
    /// Where it is declared.
    pub span: Span,
}

/// An arrow of the picture: who talks to whom. Between components it also opens ports.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Its number in the order of steps, if it has one.
    pub step: Option<u32>,
    /// Who begins.
    pub from: FlowEnd,
    /// Who is asked.
    pub to: FlowEnd,
    /// The text on the arrow.
    pub label: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// One end of a flow, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowEnd {
    /// A component of the platform.
    Component(String),
    /// A pipeline: its tasks talk.
    Pipeline(String),
    /// A CI entry.
    Ci(String),
    /// An actor outside.
    Actor(String),
}

impl FlowEnd {
    /// The name, whatever it is of.
    pub fn name(&self) -> &str {
        match self {
            FlowEnd::Component(name)
            | FlowEnd::Pipeline(name)
            | FlowEnd::Ci(name)
            | FlowEnd::Actor(name) => name,
        }
    }
}
