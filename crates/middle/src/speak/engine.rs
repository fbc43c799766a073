//! The words of Docker's two formats: `$` starts an interpolation, in values but never in keys.
//!
//! Compose and `docker stack` differ in how they find the end of `${NAME:-default}`, and in what they make of the default.

use super::Speak;
use crate::model::{Platform, Secret, Variable};

/// Compose files.
#[derive(Clone, Copy, Debug)]
pub struct Compose<'a>(pub &'a Platform);

impl Speak for Compose<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn literal(&self, text: &str) -> String {
        without_interpolation(text)
    }

    fn secret(&self, secret: &Secret) -> String {
        if secret.optional {
            return format!("${{{}:-}}", secret.env);
        }
        let init = self.0.commands.line("env init");
        format!(
            "${{{}:?the secret {} is missing, run {init}}}",
            secret.env, secret.name
        )
    }

    fn variable(&self, variable: &Variable) -> String {
        match &variable.env {
            Some(env) if Self::takes_default(env, &variable.default) => {
                format!("${{{env}:-{}}}", self.literal(&variable.default))
            }
            _ => self.literal(&variable.default),
        }
    }
}

impl Compose<'_> {
    /// Whether Compose finds the end of `${ENV:-default}` where it is. It counts braces, skips the character after an
    /// opening one, and reads no further than the line; there is no way to escape any of these.
    pub fn takes_default(env: &str, default: &str) -> bool {
        let whole = format!("{{{env}:-{}}}", without_interpolation(default));
        let mut depth = 0;
        let mut characters = whole.bytes().enumerate();
        while let Some((index, byte)) = characters.next() {
            match byte {
                b'\n' => return false,
                b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return index + 1 == whole.len();
                    }
                }
                b'{' => {
                    depth += 1;
                    if characters.next().is_some_and(|(_, next)| next == b'\n') {
                        return false;
                    }
                }
                _ => {}
            }
        }
        false
    }
}

/// Stack files of Docker Swarm.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a>(pub &'a Platform);

/// What Docker says of a secret that is not set. It is not named: with a `-` in it, as in the name of a secret,
/// `docker stack` takes the words behind the `-` for the value. So no flag is named either.
const MISSING: &str = "it is missing, run mlopsgen env init";

/// The same where the command needs flags.
const MISSING_HERE: &str = "it is missing in the file .env";

impl Speak for Stack<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn literal(&self, text: &str) -> String {
        without_interpolation(text)
    }

    fn secret(&self, secret: &Secret) -> String {
        match secret.optional {
            true => format!("${{{}:-}}", secret.env),
            false => {
                let missing = match self.0.commands.is_empty() {
                    true => MISSING,
                    false => MISSING_HERE,
                };
                format!("${{{}:?{missing}}}", secret.env)
            }
        }
    }

    /// `docker stack` takes a default as it stands: a `$` in it is not doubled.
    fn variable(&self, variable: &Variable) -> String {
        match &variable.env {
            Some(env) if Self::takes_default(env, &variable.default) => {
                format!("${{{env}:-{}}}", variable.default)
            }
            _ => self.literal(&variable.default),
        }
    }
}

impl Stack<'_> {
    /// Whether the default is read back: it ends at the first closing brace. What Compose can't read is written out for
    /// both, so that one `.env` file means the same to both.
    pub fn takes_default(env: &str, default: &str) -> bool {
        !default.contains('}') && Compose::takes_default(env, default)
    }
}

fn without_interpolation(text: &str) -> String {
    text.replace('$', "$$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_ends_the_default_of_a_variable_early() {
        for fits in [
            "",
            "50000",
            "a$b",
            "a:-b",
            "{a}",
            "x{\"k\": 1}y",
            "#: \\ '\"",
        ] {
            assert!(Compose::takes_default("V", fits), "{fits}");
        }
        for misfit in ["a}b", "a{b", "{}", "a{{x}}b", "${x", "a\nb"] {
            assert!(!Compose::takes_default("V", misfit), "{misfit}");
        }
    }

    #[test]
    fn a_stack_takes_no_brace_in_a_default() {
        assert!(Stack::takes_default("V", "x$y"));
        assert!(!Stack::takes_default("V", "x{\"k\": 1}y"));
        assert!(!Stack::takes_default("V", "a\nb"));
    }
}
