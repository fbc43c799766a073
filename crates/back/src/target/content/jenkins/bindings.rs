//! Environment variables of an entry or a stage, as Jenkins binds them.
//!
//! Jenkins itself expands `$NAME`, `${NAME}` and `$$` in the values of an `environment` block, after it has bound the
//! credentials. So a literal `$` is doubled, and a value that holds a secret refers to a variable that is one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    model::{
        Ci, CiStage, EnvironmentVariable, Piece, Platform, SET_BY_JENKINS, Secret, SecretVariable,
        Text,
    },
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

/// What a block says of variables: an entry's or a stage's.
#[derive(Clone, Copy)]
struct Written<'a> {
    env: &'a [EnvironmentVariable],
    unset: &'a [String],
    secrets: &'a [SecretVariable],
}

impl<'a> Written<'a> {
    /// Each name, and the secret that alone is its value.
    fn names(self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let env = self
            .env
            .iter()
            .map(|it| (it.name.as_str(), alone(&it.value)));
        let unset = self.unset.iter().map(|name| (name.as_str(), None));
        let secrets = self.secrets.iter();
        let secrets = secrets.map(|it| (it.variable.as_str(), Some(it.secret.as_str())));
        env.chain(unset).chain(secrets)
    }
}

/// The secret that is all of a text.
fn alone(text: &Text) -> Option<&str> {
    match text.pieces.as_slice() {
        [Piece::Secret(secret)] => Some(secret),
        _ => None,
    }
}

/// The variables of a CI entry that hold a secret for a text with more in it: of each secret the same one in all blocks, and
/// none that means something else in one of them.
pub struct Helpers<'a> {
    platform: &'a Platform,
    /// By the secret's name.
    names: BTreeMap<&'a str, String>,
}

impl<'a> Helpers<'a> {
    pub fn of(platform: &'a Platform, ci: &'a Ci) -> Self {
        let asked = ci.parameters.iter().map(|it| (it.name.as_str(), None));
        let own = Written {
            env: &ci.env,
            unset: &ci.unset,
            secrets: &ci.secrets,
        };
        let stages = ci.all_stages().flat_map(|stage| written(stage).names());
        let taken: Vec<(&str, Option<&str>)> = own.names().chain(stages).chain(asked).collect();
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        for secret in ci.secrets().collect::<BTreeSet<&str>>() {
            let declared = platform.secret(secret);
            let own = declared.map_or(secret, |declared| declared.env.as_str());
            let mut name = own.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let is_free = |name: &str| {
                let means_another =
                    |(of, value): &(&str, Option<&str>)| *of == name && *value != Some(secret);
                is_word(name)
                    && !SET_BY_JENKINS.contains(&name)
                    && !taken.iter().any(means_another)
                    && !names.values().any(|other| other == name)
            };
            if !is_free(&name) {
                // In capitals, since Groovy takes `SECRET_key` for a class, whatever stands before it.
                name.make_ascii_uppercase();
            }
            while !is_free(&name) {
                name.insert_str(0, "SECRET_");
            }
            names.insert(secret, name);
        }
        Self { platform, names }
    }

    /// The variables of the whole entry.
    pub fn entry(&self, ci: &Ci) -> Bindings {
        let written = Written {
            env: &ci.env,
            unset: &ci.unset,
            secrets: &ci.secrets,
        };
        Bindings::new(self, written)
    }

    /// The variables of a stage.
    pub fn stage(&self, stage: &CiStage) -> Bindings {
        Bindings::new(self, written(stage))
    }
}

fn written(stage: &CiStage) -> Written<'_> {
    Written {
        env: &stage.env,
        unset: &stage.unset,
        secrets: &stage.secrets,
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
    fn new(helpers: &Helpers<'_>, written: Written<'_>) -> Self {
        let mut bindings = Self::default();
        for secret in written.secrets {
            bindings.bind(&secret.variable, &secret.secret);
        }
        for variable in written.env {
            if let Some(secret) = alone(&variable.value) {
                bindings.bind(&variable.name, secret);
            }
        }
        for variable in written.env {
            if alone(&variable.value).is_none() {
                let value = bindings.value(helpers, &variable.value);
                bindings.set(&variable.name, value);
            }
        }
        // To `withEnv` a variable without a value is one to unset; in an `environment` block it is not documented.
        let unset = written.unset.iter().map(|name| format!("{name}="));
        bindings.odd_variables.extend(unset);
        bindings
    }

    /// The variables of the stages around a block, without those that the block has itself: `withEnv` and `withCredentials`
    /// stand inside of its `environment`, so they would win.
    pub fn inherit(&mut self, variables: &[String], credentials: &[Binding]) {
        let own: BTreeSet<String> = self
            .environment
            .iter()
            .chain(&self.odd_credentials)
            .map(|binding| binding.name.clone())
            .chain(self.odd_variables.iter().map(|it| name_of(it).to_string()))
            .collect();
        let variables = variables.iter().filter(|it| !own.contains(name_of(it)));
        let credentials = credentials.iter().filter(|it| !own.contains(&it.name));
        self.odd_variables.splice(0..0, variables.cloned());
        self.odd_credentials.splice(0..0, credentials.cloned());
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
    fn value(&mut self, helpers: &Helpers<'_>, text: &Text) -> String {
        let mut variables = BTreeMap::new();
        for piece in &text.pieces {
            if let Piece::Secret(secret) = piece {
                let variable = self.variable_of(helpers, secret);
                variables.insert(secret.as_str(), variable);
            }
        }
        let speak = EnvironmentBlock {
            platform: helpers.platform,
            variables,
        };
        speak.text(text)
    }

    /// The variable that holds a secret; a new one if there is none.
    fn variable_of(&mut self, helpers: &Helpers<'_>, secret: &str) -> String {
        let bound = self
            .environment
            .iter()
            .find(|binding| binding.credential.as_deref() == Some(secret));
        if let Some(binding) = bound {
            return binding.name.clone();
        }
        let name = helpers.names.get(secret).cloned().unwrap_or_default();
        self.bind(&name, secret);
        name
    }
}

/// The name in `NAME=value`.
fn name_of(variable: &str) -> &str {
    variable.split('=').next().unwrap_or(variable)
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
