//! What the targets make of a key: a part of its declaration. docs/target-losses.md shows it, and a test tries every line.

use crate::files::Target;

/// What one way to write a key becomes in each target.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    /// Which key of the table that is the value: `source` of `volumes`. Empty: the key itself.
    pub inner: &'static str,
    /// Which of several forms this is about, in words. Empty: the usual one.
    pub form: &'static str,
    /// Lines of TOML that show it. Empty: the key's own example.
    pub set: &'static str,
    /// Keys of the sample platform that can't stand beside it.
    pub without: &'static [&'static str],
    outcomes: [Outcome; Target::ALL.len()],
}

/// What a target makes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key has no meaning there.
    Nothing,
    /// The key has no meaning there, and why.
    Unchanged(&'static str),
    /// What it becomes, in words for the table of docs/target-losses.md.
    Becomes(&'static str),
    /// The lint `target-loss` says what is emitted instead, or that nothing is.
    Lost(&'static str),
    /// One part of it is expressed, another is lost.
    PartlyLost {
        /// What it becomes.
        becomes: &'static str,
        /// What is emitted instead of the rest.
        lost: &'static str,
    },
    /// The same as in that target: both write it in one form.
    AsIn(Target),
}

impl Outcome {
    /// Whether the lint `target-loss` is reported.
    pub fn is_loss(self) -> bool {
        matches!(self, Outcome::Lost(_) | Outcome::PartlyLost { .. })
    }
}

/// Nothing in any target, and in a stack for Docker Swarm what Compose has, until the calls that follow say otherwise.
pub(super) const fn effect() -> Effect {
    let mut outcomes = [Outcome::Nothing; Target::ALL.len()];
    outcomes[Target::Swarm as usize] = Outcome::AsIn(Target::Compose);
    Effect {
        inner: "",
        form: "",
        set: "",
        without: &[],
        outcomes,
    }
}

impl Effect {
    /// What one target makes of the key, whatever it has in common with another.
    pub fn in_target(&self, target: Target) -> Outcome {
        match self.declared(target) {
            Outcome::AsIn(other) => self.declared(other),
            outcome => outcome,
        }
    }

    /// What the declaration says of one target.
    pub fn declared(&self, target: Target) -> Outcome {
        self.outcomes[target as usize]
    }

    pub(super) const fn inner(mut self, key: &'static str) -> Self {
        self.inner = key;
        self
    }

    pub(super) const fn form(mut self, words: &'static str) -> Self {
        self.form = words;
        self
    }

    pub(super) const fn set(mut self, lines: &'static str) -> Self {
        self.set = lines;
        self
    }

    pub(super) const fn without(mut self, keys: &'static [&'static str]) -> Self {
        self.without = keys;
        self
    }

    pub(super) const fn becomes(mut self, target: Target, what: &'static str) -> Self {
        self.outcomes[target as usize] = Outcome::Becomes(what);
        self
    }

    /// After [`Effect::becomes`] of the same target: a part of it is lost.
    pub(super) const fn loses(mut self, target: Target, what: &'static str) -> Self {
        let outcome = &mut self.outcomes[target as usize];
        *outcome = match *outcome {
            Outcome::Becomes(becomes) => Outcome::PartlyLost {
                becomes,
                lost: what,
            },
            _ => Outcome::Lost(what),
        };
        self
    }

    pub(super) const fn unchanged(mut self, target: Target, why: &'static str) -> Self {
        self.outcomes[target as usize] = Outcome::Unchanged(why);
        self
    }
}
