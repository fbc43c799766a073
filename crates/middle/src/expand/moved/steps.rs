//! The entries as steps from name to name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, owner};

/// The places of the first entries of each old key, and of each new one.
pub(super) struct Steps<'a> {
    pub from: BTreeMap<&'a str, usize>,
    pub to: BTreeMap<&'a str, usize>,
}

impl<'a> Steps<'a> {
    pub fn of(entries: &[Entry<'a>]) -> Self {
        // Those that come first are put in last.
        let places = || entries.iter().enumerate().rev();
        Self {
            from: places().map(|(at, entry)| (entry.from, at)).collect(),
            to: places().map(|(at, entry)| (entry.to, at)).collect(),
        }
    }

    /// The name of today of what had this one: by entries for it, and by those for the component or pipeline that has it.
    pub fn today(&self, entries: &[Entry<'a>], key: &str) -> String {
        last(key, |key| {
            self.step(entries, key)
                .or_else(|| self.with_owner(entries, key))
        })
    }

    /// Where something of this name would stand today: by entries for the component or pipeline that has it.
    pub fn place_today(&self, entries: &[Entry<'a>], key: &str) -> String {
        last(key, |key| self.with_owner(entries, key))
    }

    fn step(&self, entries: &[Entry<'a>], key: &str) -> Option<String> {
        let at = self.from.get(key)?;
        Some(entries[*at].to.to_string())
    }

    /// A volume with the next name of its component or pipeline.
    fn with_owner(&self, entries: &[Entry<'a>], key: &str) -> Option<String> {
        let rest = &key[owner(key).len()..];
        let next = self.step(entries, owner(key))?;
        // What is no name of a component would make the key longer at each step.
        let is_owner = !rest.is_empty() && owner(&next) == next;
        is_owner.then(|| format!("{next}{rest}"))
    }
}

/// The end of a walk, or where it comes back to.
fn last(key: &str, next: impl Fn(&str) -> Option<String>) -> String {
    let mut seen = BTreeSet::new();
    let mut key = key.to_string();
    while seen.insert(key.clone())
        && let Some(then) = next(&key)
    {
        key = then;
    }
    key
}

/// The first entries that lead back to where they begin, as far as the platform is not one of them. Each key has one next
/// step, so each walk ends in a circle, at its end, or at a key that an earlier walk has passed.
pub(super) fn first_circle<'a, 'b>(
    entries: &'b [Entry<'a>],
    steps: &Steps<'a>,
) -> Vec<&'b Entry<'a>> {
    let mut walk_of: BTreeMap<&str, usize> = BTreeMap::new();
    let next = |key: &str| steps.from.get(key).map(|at| &entries[*at]);
    for (walk, entry) in entries.iter().enumerate() {
        let mut here = Some(entry.from);
        while let Some(key) = here.filter(|key| !walk_of.contains_key(key)) {
            walk_of.insert(key, walk);
            here = next(key).map(|it| it.to);
        }
        let met = here.filter(|key| walk_of.get(key) == Some(&walk) && *key != "platform");
        if let Some(met) = met {
            let around = std::iter::successors(next(met), |it| next(it.to));
            let rest = around.skip(1).take_while(|it| it.from != met);
            return next(met).into_iter().chain(rest).collect();
        }
    }
    Vec::new()
}
