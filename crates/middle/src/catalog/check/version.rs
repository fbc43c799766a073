//! The version that a kind gives to components which name none.

use super::Checker;
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Entry, Node, quoted},
};

impl Checker<'_> {
    /// A component that names no version gets the kind's: it must be one that the kind knows.
    pub(super) fn default_version(&self, sink: &mut Sink) {
        let (versions, table) = (&self.kind.versions, &self.kind.table);
        let Some(node) = table.get("version") else {
            return;
        };
        let Some(default) = versions.default.as_ref() else {
            self.without_major(node, sink);
            return;
        };
        let majors = table
            .entry("majors")
            .filter(|_| !versions.has_major(default.major));
        let is_own = |majors: &&Entry| self.is_own(majors.key.span) || self.is_own(node.span);
        let Some(majors) = majors.filter(is_own) else {
            return;
        };
        sink.push(
            Diagnostic::new(
                Code::BadKind,
                format!(
                    "kind `{}` does not list the major version of its default version",
                    self.kind.name
                ),
            )
            .label(node.span, format!("of the major version {}", default.major))
            .label(majors.value.span, "not among these")
            .help(format!(
                "add `{}` to `majors`, or write another `version`",
                default.major
            ))
            .adding(majors.key.span, default.major.to_string()),
        );
    }

    /// A version that tells no major one, of a kind that lists those that it knows.
    fn without_major(&self, version: &Node, sink: &mut Sink) {
        let majors = self.kind.table.entry("majors");
        let is_own = |majors: &&Entry| self.is_own(majors.key.span) || self.is_own(version.span);
        let Some(majors) = majors.filter(is_own) else {
            return;
        };
        let tag = version.as_str().unwrap_or_default();
        sink.push(
            Diagnostic::new(
                Code::BadKind,
                format!("`version = {}` tells no major version", quoted(tag)),
            )
            .label(version.span, "begins with no number")
            .label(majors.value.span, "one of these is adapted to")
            .help("write a tag that begins with its version, such as `17.11`"),
        );
    }
}
