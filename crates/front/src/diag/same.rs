//! One mistake that several places or components meet: which errors are one, and what it then says.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Diagnostic, Edit, Label};
use crate::{
    source::Span,
    text::{all_of, count},
};

/// Places of one mistake that are shown beside the first.
const SHOWN: usize = 5;

/// What further places of one mistake say.
const TOO: &str = "here, too";

/// An error's code, its place, and what it says without the name of a component.
type Mistake = (Code, Option<Span>, String);

/// The errors of a run by what makes two of them one.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    /// The names of all components: a line of a preset holds for several.
    components: BTreeSet<String>,
    /// Where each stands among the diagnostics.
    known: BTreeMap<Mistake, usize>,
    /// By where it stands: the further components that it is about.
    others: BTreeMap<usize, BTreeSet<String>>,
}

impl Mistakes {
    pub fn add_components(&mut self, components: impl Iterator<Item = String>) {
        self.components.extend(components);
    }

    /// Whether a mistake that is one wherever it stands was met.
    pub fn is_known(&self, diagnostic: &Diagnostic) -> bool {
        let key = (diagnostic.code, None, diagnostic.message.clone());
        self.known.contains_key(&key)
    }

    /// Where the earlier one of `all` stands that is the same mistake. If there is none, this one is to be the next of them.
    pub fn same_before(&mut self, diagnostic: &Diagnostic, all: &[Diagnostic]) -> Option<usize> {
        let place = diagnostic.labels.first().map(|label| label.span);
        let key = match diagnostic.is_one_mistake {
            true => (diagnostic.code, None, diagnostic.message.clone()),
            false => {
                let message = self.without_names(&diagnostic.message);
                (diagnostic.code, place, message)
            }
        };
        let Some(index) = self.known.get(&key).copied() else {
            self.known.insert(key, all.len());
            return None;
        };
        let first = all.get(index)?;
        let is_one = diagnostic.is_one_mistake || self.has_one_help(first, diagnostic);
        is_one.then_some(index)
    }

    /// Whether what to write is the same. Each of three components that publish one port needs another number.
    fn has_one_help(&self, first: &Diagnostic, more: &Diagnostic) -> bool {
        let is_done = |edit: &Edit| first.edits.iter().any(|known| is_same(known, edit));
        let help = |it: &Diagnostic| it.help.as_deref().map(|help| self.without_names(help));
        more.edits.iter().all(is_done) || help(first) == help(more)
    }

    /// Puts what another one shows into the first.
    pub fn join(&mut self, index: usize, first: &mut Diagnostic, more: Diagnostic) {
        let name = self.other_component(&first.message, &more.message);
        self.others.entry(index).or_default().extend(name);
        let (own, again) = (
            first.is_one_mistake,
            more.labels.first().map(|label| label.span),
        );
        for mut label in more.labels {
            if first.labels.iter().any(|known| known.span == label.span) {
                continue;
            }
            if own && Some(label.span) == again {
                label.text = TOO.to_string();
            }
            first.labels.push(label);
        }
        for edit in more.edits {
            if !first.edits.iter().any(|known| is_same(known, &edit)) {
                first.edits.push(edit);
            }
        }
    }

    /// Says of each mistake for which components it is one, and leaves out places beyond those that a reader looks at.
    pub fn finish(&self, diagnostics: &mut [Diagnostic]) {
        for (index, names) in &self.others {
            let Some(diagnostic) = diagnostics.get_mut(*index) else {
                continue;
            };
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            name_others(diagnostic, &names);
            shorten(&mut diagnostic.labels);
        }
    }

    /// A text without the components in backticks.
    fn without_names(&self, text: &str) -> String {
        let words = text.split('`').enumerate();
        let words = words.map(|(index, word)| match index % 2 {
            1 => self.split(word).map_or(word, |(_, rest)| rest),
            _ => word,
        });
        words.collect::<Vec<_>>().join("`")
    }

    /// The component that a word begins with, and what follows: a part, or one of the component's keys.
    fn split<'a>(&self, word: &'a str) -> Option<(&'a str, &'a str)> {
        let ends = word
            .match_indices(['-', '.'])
            .map(|(at, _)| at)
            .chain([word.len()]);
        let ends: Vec<usize> = ends.collect();
        let mut longest_first = ends.iter().rev().map(|end| word.split_at(*end));
        longest_first.find(|(name, _)| self.components.contains(*name))
    }

    fn other_component(&self, first: &str, more: &str) -> Option<String> {
        let mut both = first.split('`').zip(more.split('`'));
        let (_, other) = both.find(|(first, more)| first != more)?;
        Some(self.split(other)?.0.to_string())
    }
}

/// Says for which other components the same line has the same effect.
pub(super) fn name_others(diagnostic: &mut Diagnostic, others: &[&str]) {
    if let (false, Some(help)) = (others.is_empty(), &mut diagnostic.help) {
        let shown = match others.len() {
            1..=4 => all_of(others),
            more => format!("`{}` and {} more", others[..3].join("`, `"), more - 3),
        };
        let (mark, the) = match help.ends_with('?') {
            true => (" ", "The"),
            false => ("; ", "the"),
        };
        help.push_str(&format!("{mark}{the} same holds for {shown}"));
    }
}

/// Whether one edit makes the other needless.
fn is_same(known: &Edit, edit: &Edit) -> bool {
    match (known, edit) {
        (Edit::Replace { span, .. }, Edit::Replace { span: other, .. }) => span == other,
        (
            Edit::Declare { table, line, .. },
            Edit::Declare {
                table: other,
                line: again,
                ..
            },
        ) => (table, line) == (other, again),
        _ => known == edit,
    }
}

fn shorten(labels: &mut Vec<Label>) {
    let left_out = labels.len().saturating_sub(SHOWN + 1);
    if left_out > 0 && labels.iter().skip(1).all(|label| label.text == TOO) {
        labels.truncate(SHOWN + 1);
        if let Some(last) = labels.last_mut() {
            last.text = format!("{TOO}, and in {}", count(left_out, "more place"));
        }
    }
}
