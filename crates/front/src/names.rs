//! Names that are made of others, and names that must not clash.

use std::collections::{BTreeMap, BTreeSet};

/// The variable of a secret, a component or another thing of this name, where nothing says another: `KIBANA_2` for `kibana-2`.
pub fn variable_name(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

/// Variables that are set anyway where `up` runs, or that change what the engine's commands do.
const TAKEN: [&str; 17] = [
    "PATH",
    "HOME",
    "PWD",
    "OLDPWD",
    "SHELL",
    "USER",
    "LOGNAME",
    "TERM",
    "IFS",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "PROJECT_DIR",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
];

/// Whether a variable of the environment is one that a shell or the engine has for itself: nothing else can be called so.
pub fn is_of_the_shell(name: &str) -> bool {
    name.starts_with("COMPOSE_") || TAKEN.contains(&name)
}

/// Names that are in use.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    /// The number to try next behind a name: all before it are taken. Without it the thousandth would try a thousand.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// Takes a name; `false` if another has it.
    pub fn take(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_string())
    }

    /// Takes this name, or `NAME-2`, `NAME-3` and so on where others have it.
    pub fn take_numbered(&mut self, name: &str) -> String {
        if self.take(name) {
            return name.to_string();
        }
        let mut number = self.next.get(name).copied().unwrap_or(2);
        let free = loop {
            let free = format!("{name}-{number}");
            number += 1;
            if self.take(&free) {
                break free;
            }
        };
        self.next.insert(name.to_string(), number);
        free
    }
}

impl<T: Into<String>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self {
            taken: names.into_iter().map(Into::into).collect(),
            next: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut names: Names = ["a", "a-2"].into_iter().collect();
        assert_eq!(names.take_numbered("a"), "a-3");
        assert!(names.take("a-4"));
        assert_eq!(names.take_numbered("a"), "a-5");
        assert_eq!(names.take_numbered("b"), "b");
        assert!(!names.take("b"));
    }
}
