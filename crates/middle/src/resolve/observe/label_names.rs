//! Names of labels, as the Prometheus of the platform takes them.

use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Purpose,
    resolve::Scene,
    syntax::Node,
    text::is_hidden,
};

/// The first major version that takes any text: prometheus/prometheus, docs/migration.md, "UTF-8 names".
const FIRST_OF_ANY: u64 = 3;

/// What a label may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LabelNames {
    /// Any text that is not empty.
    Any,
    /// Letters, digits and `_`.
    Plain,
}

impl LabelNames {
    /// What the Prometheus takes that runs here. One elsewhere is taken for a new one.
    pub(super) fn of(scene: &Scene<'_>) -> Self {
        let mut drafts = scene.components.iter();
        let server = drafts.find(|it| it.is_for(Purpose::Metrics) && it.external.is_none());
        match server.and_then(|it| it.program.major) {
            Some(major) if major < FIRST_OF_ANY => LabelNames::Plain,
            _ => LabelNames::Any,
        }
    }

    fn takes(self, name: &str) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match self {
            LabelNames::Any => !name.is_empty() && !name.contains(is_hidden),
            LabelNames::Plain => {
                name.chars().all(is_plain) && name.starts_with(|c: char| !c.is_ascii_digit())
            }
        }
    }

    /// Reports a string that is no name of a label.
    pub(super) fn check(self, node: &Node, sink: &mut Sink) {
        if let Some(text) = node.as_str() {
            self.check_filled(node, text, sink);
        }
    }

    /// The same of a string in which groups of an expression may stand: `filled` is the string without them.
    pub(super) fn check_filled(self, node: &Node, filled: &str, sink: &mut Sink) {
        if self.takes(filled) {
            return;
        }
        let text = node.as_str().unwrap_or_default();
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{text}` is not the name of a label"),
            )
            .label(node.span, "names a label")
            .help(match self {
                LabelNames::Any => "write at least one character, and none that can't be seen",
                LabelNames::Plain => {
                    "write letters, digits and `_`, and no digit first: Prometheus 2 takes no others"
                }
            }),
        );
    }
}

/// The strings of a value: itself, or the items of a list.
pub(super) fn texts(node: &Node) -> impl Iterator<Item = &Node> {
    let nodes = node.items();
    nodes.iter().filter(|node| node.as_str().is_some())
}
