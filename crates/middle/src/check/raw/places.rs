//! Where the values of a raw table are written. The model has them without places; the tree that they were made from has the same
//! form.

use super::super::{lints::at, strings::is_the_users};
use crate::{
    model::{Platform, Raw, Workload},
    source::Span,
    syntax::Node,
};

/// The places of a raw table.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct RawPlaces<'a> {
    platform: &'a Platform,
    raw: &'a Raw,
    /// What it was made from.
    written: Option<&'a Node>,
    /// Where all of it is, if a value is not found.
    whole: Span,
}

impl<'a> RawPlaces<'a> {
    /// `compose` or `helm` of a workload.
    pub(in crate::check) fn of_workload(
        platform: &'a Platform,
        workload: &'a Workload,
        key: &'static str,
    ) -> Self {
        let whole = at(platform, workload, key);
        let raw = match key {
            "helm" => &workload.raw_helm,
            _ => &workload.raw_compose,
        };
        Self {
            platform,
            raw,
            // What a kind wrote is shown where the component is.
            written: workload.written.get(key).filter(|_| whole != workload.span),
            whole,
        }
    }

    /// `[raw.KEY]` of a platform.
    pub(in crate::check) fn of_platform(platform: &'a Platform, raw: &'a Raw, key: &str) -> Self {
        Self {
            platform,
            raw,
            written: platform.raw_written.get(key),
            whole: platform.span,
        }
    }

    /// The same of a table with another model: that of a component is made from what its main workload has.
    pub(in crate::check) fn of_table(self, raw: &'a Raw) -> Self {
        Self { raw, ..self }
    }

    /// Where a value of the table is written.
    pub(in crate::check) fn of(self, value: &Raw) -> Span {
        let found = self.written.and_then(|node| find(self.raw, node, value));
        let own = found.filter(|span| is_the_users(self.platform, *span));
        own.unwrap_or(self.whole)
    }
}

fn find(raw: &Raw, node: &Node, value: &Raw) -> Option<Span> {
    if std::ptr::eq(raw, value) {
        return Some(node.span);
    }
    match raw {
        Raw::List(items) => {
            let mut pairs = items.iter().zip(node.as_array()?);
            pairs.find_map(|(item, node)| find(item, node, value))
        }
        Raw::Table(entries) => {
            let table = node.as_table()?;
            entries.iter().find_map(|(key, entry)| {
                let entry_at = table.entry(key)?;
                let inner = find(entry, &entry_at.value, value)?;
                // A table of dotted keys has no place of its own.
                Some(
                    match std::ptr::eq(entry, value) && matches!(entry, Raw::Table(_)) {
                        true => entry_at.key.span,
                        false => inner,
                    },
                )
            })
        }
        _ => None,
    }
}
