//! A list whose members are found by name. What is in it does not change.

use std::{collections::BTreeMap, ops::Deref};

/// What has a name that never changes.
pub trait HasName {
    fn name(&self) -> &str;
}

/// A list in its own order, and where in it each name is. Of two members of one name the first is found.
#[derive(Clone, Debug)]
pub struct Named<T> {
    items: Vec<T>,
    places: BTreeMap<String, usize>,
}

impl<T: HasName> Named<T> {
    pub fn find(&self, name: &str) -> Option<&T> {
        self.places.get(name).map(|place| &self.items[*place])
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub fn push(&mut self, item: T) {
        self.places
            .entry(item.name().to_string())
            .or_insert(self.items.len());
        self.items.push(item);
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

impl<T: PartialEq> PartialEq for Named<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<T> Deref for Named<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: HasName> Extend<T> for Named<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let items = items.into_iter();
        self.items.reserve(items.size_hint().0);
        for item in items {
            self.push(item);
        }
    }
}

impl<T: HasName> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut named = Self::default();
        named.extend(items);
        named
    }
}

impl<T: HasName> From<Vec<T>> for Named<T> {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Named<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{HasName, Named};

    impl HasName for (&str, u8) {
        fn name(&self) -> &str {
            self.0
        }
    }

    #[test]
    fn the_first_of_a_name_is_found_and_the_order_stays() {
        let named: Named<(&str, u8)> = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(named.find("b"), Some(&("b", 1)));
        assert_eq!(named.position("a"), Some(1));
        assert_eq!(named.find("c"), None);
        assert_eq!(named.to_vec(), [("b", 1), ("a", 2), ("b", 3)]);
    }
}
