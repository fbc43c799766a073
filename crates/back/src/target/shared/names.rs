//! Names that must not clash.

use std::collections::BTreeSet;

/// Names that are in use.
#[derive(Clone, Debug, Default)]
pub(in crate::target) struct Names(BTreeSet<String>);

impl Names {
    /// Takes a name; `false` if another has it.
    pub fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.to_string())
    }

    /// Takes this name, or `NAME-2`, `NAME-3` and so on where others have it.
    pub fn take_numbered(&mut self, name: &str) -> String {
        let mut free = name.to_string();
        let mut number = 2;
        while !self.take(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    }
}

impl<T: Into<String>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut names: Names = ["a", "a-2"].into_iter().collect();
        assert_eq!(names.take_numbered("a"), "a-3");
        assert_eq!(names.take_numbered("b"), "b");
        assert!(!names.take("b"));
    }
}
