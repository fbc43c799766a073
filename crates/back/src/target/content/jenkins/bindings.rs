//! Environment variables of an entry or a stage, as Jenkins binds them.
//!
//! Jenkins itself expands `$NAME`, `${NAME}` and `$$` in the values of an `environment` block, after it has bound the
//! credentials. So a literal `$` is doubled, and a value that holds a secret refers to a variable that is one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{EnvironmentVariable, Piece, Platform, Secret, SecretVariable, Text},
    speak::Speak,
};

/// The words of an `environment` block, in which a secret is the variable that holds it.
struct EnvironmentBlock<'a> {
    platform: &'a Platform,
    /// By the secret's name.
    variables: BTreeMap<&'a str, String>,
}

impl Speak for EnvironmentBlock<'_> {
    fn platform(&self) -> &Platform {
        self.platform
    }

    fn literal(&self, text: &str) -> String {
        text.replace('$', "$$")
    }

    fn secret(&self, secret: &Secret) -> String {
        let variable = self.variables.get(secret.name.as_str());
        variable.map_or_else(String::new, |variable| format!("${{{variable}}}"))
    }
}

/// Variables of one block.
#[derive(Debug, Default)]
pub struct Bindings {
    /// What an `environment` block can hold, secrets before what refers to them.
    pub environment: Vec<Binding>,
    /// Variables whose names Groovy would misread: `NAME=value`, and those of secrets.
    pub odd_variables: Vec<String>,
    pub odd_credentials: Vec<Binding>,
}

/// A variable and its value, or the id of the credential that fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The environment variable.
    pub name: String,
    /// Its value, as Jenkins expands it.
    pub value: Option<String>,
    /// The id of the credential that fills it.
    pub credential: Option<String>,
}

impl Bindings {
    pub fn new(
        platform: &Platform,
        env: &[EnvironmentVariable],
        secrets: &[SecretVariable],
    ) -> Self {
        let mut bindings = Self::default();
        for secret in secrets {
            bindings.bind(&secret.variable, &secret.secret);
        }
        for variable in env {
            if let [Piece::Secret(secret)] = variable.value.pieces.as_slice() {
                bindings.bind(&variable.name, secret);
            }
        }
        for variable in env {
            if !matches!(variable.value.pieces.as_slice(), [Piece::Secret(_)]) {
                let value = bindings.value(platform, env, &variable.value);
                bindings.set(&variable.name, value);
            }
        }
        bindings
    }

    fn bind(&mut self, name: &str, credential: &str) {
        let binding = Binding {
            name: name.to_string(),
            value: None,
            credential: Some(credential.to_string()),
        };
        match is_word(name) {
            true => self.environment.push(binding),
            false => self.odd_credentials.push(binding),
        }
    }

    fn set(&mut self, name: &str, value: String) {
        if is_word(name) {
            self.environment.push(Binding {
                name: name.to_string(),
                value: Some(value),
                credential: None,
            });
        } else {
            self.odd_variables.push(format!("{name}={value}"));
        }
    }

    /// A value in Jenkins' own words. Each secret in it gets a variable first.
    fn value(&mut self, platform: &Platform, env: &[EnvironmentVariable], text: &Text) -> String {
        let mut variables = BTreeMap::new();
        for piece in &text.pieces {
            if let Piece::Secret(secret) = piece {
                let variable = self.variable_of(platform, env, secret);
                variables.insert(secret.as_str(), variable);
            }
        }
        let speak = EnvironmentBlock {
            platform,
            variables,
        };
        speak.text(text)
    }

    /// The variable that holds a secret; a new one if there is none.
    fn variable_of(
        &mut self,
        platform: &Platform,
        env: &[EnvironmentVariable],
        secret: &str,
    ) -> String {
        let bound = self
            .environment
            .iter()
            .find(|binding| binding.credential.as_deref() == Some(secret));
        if let Some(binding) = bound {
            return binding.name.clone();
        }
        let own = platform
            .secret(secret)
            .map_or(secret, |declared| declared.env.as_str());
        let mut name = own.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        while !is_word(&name) || env.iter().any(|variable| variable.name == name) {
            name.insert_str(0, "SECRET_");
        }
        self.bind(&name, secret);
        name
    }
}

/// Whether a name can stand to the left of `=` in an `environment` block: it is a word of Groovy, and neither one that
/// means something else there nor a class that every script imports (`URL`, `Date`).
fn is_word(name: &str) -> bool {
    const TAKEN: &[&str] = &[
        "abstract",
        "as",
        "assert",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "currentBuild",
        "def",
        "default",
        "do",
        "docker",
        "double",
        "else",
        "enum",
        "env",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "int",
        "interface",
        "long",
        "native",
        "new",
        "null",
        "package",
        "params",
        "pipeline",
        "private",
        "protected",
        "public",
        "return",
        "scm",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "threadsafe",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "while",
        "IDN",
        "JDK",
        "URI",
        "URL",
        "UUID",
    ];
    let is_like_a_class = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.contains(|c: char| c.is_ascii_lowercase());
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_like_a_class
        && !TAKEN.contains(&name)
}
