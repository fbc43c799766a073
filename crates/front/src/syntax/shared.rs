//! A list that its copies share until one of them changes: most tables of a kind stay as they are in every component.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
};

use super::tree::{Entry, Node};

/// Items that copies share; whoever changes them gets a list of its own first.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared<T>(Arc<List<T>>);

#[derive(Debug)]
struct List<T> {
    items: Vec<T>,
    /// Where each name stands, once one was looked for among many: a table of thousands is asked for each of its names.
    places: OnceLock<BTreeMap<String, usize>>,
}

impl<T> List<T> {
    fn new(items: Vec<T>) -> Self {
        Self {
            items,
            places: OnceLock::new(),
        }
    }
}

impl<T: Clone> Clone for List<T> {
    fn clone(&self) -> Self {
        Self::new(self.items.clone())
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

/// So many entries are looked through as quickly as an index is.
const FEW: usize = 32;

impl Shared<Entry> {
    /// Where the entry of this name stands.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let items = &self.0.items;
        if items.len() <= FEW {
            return items.iter().position(|entry| entry.key.name == name);
        }
        let places = self.0.places.get_or_init(|| {
            // Of two with one name, which only a wrong file has, the first is found.
            let places = items.iter().enumerate().rev();
            let places = places.map(|(place, entry)| (entry.key.name.clone(), place));
            places.collect()
        });
        places.get(name).copied()
    }

    /// Adds an entry at the end. Its name is new.
    pub(super) fn add(&mut self, entry: Entry) {
        let list = Arc::make_mut(&mut self.0);
        if let Some(places) = list.places.get_mut() {
            let name = entry.key.name.clone();
            places.entry(name).or_insert(list.items.len());
        }
        list.items.push(entry);
    }

    /// Puts an entry in the place of one that has the same name.
    pub(super) fn replace(&mut self, place: usize, entry: Entry) {
        Arc::make_mut(&mut self.0).items[place] = entry;
    }

    /// A value, to change it.
    pub(super) fn value_mut(&mut self, place: usize) -> &mut Node {
        &mut Arc::make_mut(&mut self.0).items[place].value
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::new(List::new(Vec::new())))
    }
}

impl<T> Deref for Shared<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0.items
    }
}

/// What is changed through it is no longer shared, and names may have changed.
impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        let list = Arc::make_mut(&mut self.0);
        list.places.take();
        &mut list.items
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(items: Vec<T>) -> Self {
        Self(Arc::new(List::new(items)))
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Arc::new(List::new(items.into_iter().collect())))
    }
}

impl<T: Clone> IntoIterator for Shared<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Shared<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.items.iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut Shared<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.deref_mut().iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Shared};
    use crate::{
        source::{Sources, Span},
        syntax::{Entry, Key, Node, Table, Value},
    };

    #[test]
    fn a_copy_that_changes_leaves_the_other_as_it_is() {
        let one: Shared<u8> = vec![1, 2].into();
        let mut other = one.clone();
        other.push(3);
        assert_eq!(*one, [1, 2]);
        assert_eq!(*other, [1, 2, 3]);
    }

    #[test]
    fn names_are_found_among_many_after_each_sort_of_change() {
        let source = Sources::default().add("platform.toml", String::new());
        let span = Span::new(source, 0..0);
        let key = |number: usize| Key {
            name: format!("k{number}"),
            span,
        };
        let node = |number: usize| Node {
            span,
            value: Value::Integer(i64::try_from(number).expect("small")),
        };
        let mut table = Table::default();
        for number in 0..2 * FEW {
            table.set(key(number), node(number));
        }
        assert_eq!(table.integer("k40"), Some(40));
        table.push(Entry {
            key: key(90),
            value: node(90),
        });
        table.set(key(40), node(41));
        *table.get_mut("k41").expect("is there") = node(42);
        assert_eq!(table.remove("k0"), Some(node(0)));
        table.entries.retain(|entry| entry.key.name != "k1");
        let copy = table.clone();
        table.set(key(50), node(0));
        for (name, value) in [("k40", 41), ("k41", 42), ("k50", 0), ("k90", 90)] {
            assert_eq!(table.integer(name), Some(value), "{name}");
        }
        assert_eq!((table.get("k0"), table.get("k1")), (None, None));
        assert_eq!(copy.integer("k50"), Some(50));
        assert_eq!(table.entries.len(), 2 * FEW - 1);
    }
}
