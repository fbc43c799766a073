//! Secrets without a value, and what to do about each: `env init` makes it, or a person writes it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Engine, Running,
    givers::{Giver, Givers},
    secrets::fits_dotenv,
};
use crate::{
    files::DOTENV,
    model::Secret,
    text::{all_of, visible},
};

/// The value that a secret had, and where.
pub enum Earlier<'a> {
    /// The variable, and the value as `.env` takes it.
    Carried(String, &'a str),
    /// The variable; its value needs quotes, or may be another secret's by now.
    Asked(String),
}

impl Running {
    /// Who gives each secret of the platform its value. Where an engine answers, the data that it has counts, too; `values`: those of
    /// variables.
    pub fn givers(&self, engine: Option<&Engine>, values: &BTreeMap<String, String>) -> Givers<'_> {
        let output = &self.output;
        let volumes = engine.map_or(Vec::new(), Engine::volumes);
        let is_filled = |path: &str| self.project.place.is_filled(path);
        Givers::of(
            &output.platform,
            &output.files.kept,
            &volumes,
            is_filled,
            values,
        )
    }

    /// What a secret had under an earlier name of its component, or in another variable: what was encrypted with it can be read with no
    /// other value.
    pub fn earlier_value<'a>(
        &self,
        secret: &Secret,
        values: &'a BTreeMap<String, String>,
    ) -> Option<Earlier<'a>> {
        let platform = &self.output.platform;
        let recorded = self.plan.manifest.secrets.get(&secret.name);
        let recorded = recorded.into_iter().flatten().cloned();
        let recorded = recorded.filter(|name| *name != secret.env);
        let mut names = secret.earlier_env(platform).into_iter().chain(recorded);
        names.find_map(|name| {
            let value = values.get(&name).filter(|it| !it.is_empty())?;
            let is_certain = fits_dotenv(value) && !self.is_taken(&name);
            Some(match is_certain {
                true => Earlier::Carried(name, value),
                false => Earlier::Asked(name),
            })
        })
    }

    /// Whether a secret reads the variable that did not always: the value in it may be that one's by now.
    fn is_taken(&self, variable: &str) -> bool {
        let mut secrets = self.output.platform.secrets.iter();
        secrets.any(|it| {
            let had = self.plan.manifest.secrets.get(&it.name);
            let has_always = had.is_some_and(|had| had.iter().all(|it| it == variable));
            it.env == variable && !has_always
        })
    }

    /// What to do about secrets that have no value.
    pub fn how_to_set(
        &self,
        absent: &[&Secret],
        values: &BTreeMap<String, String>,
        engine: Option<&Engine>,
    ) -> String {
        let givers = self.givers(engine, values);
        let folder = self.project.place.folder();
        let (mut owners, mut of_data) = (BTreeSet::new(), Vec::new());
        let (mut others, mut made) = (Vec::new(), 0);
        for secret in absent {
            let name = secret.env.as_str();
            match self.earlier_value(secret, values) {
                Some(Earlier::Carried(..)) => {
                    made += 1;
                    continue;
                }
                Some(Earlier::Asked(earlier)) => {
                    others.push(format!(
                        "write `{name}` to {folder}/{DOTENV}: the value that `{earlier}` had"
                    ));
                    continue;
                }
                None => {}
            }
            match givers.giver(secret) {
                Giver::Here => made += 1,
                Giver::Data(owner, _) => {
                    owners.insert(owner);
                    of_data.push(name);
                }
                other => others.push(format!(
                    "write `{name}` to {folder}/{DOTENV}: {}",
                    why(&other)
                )),
            }
        }
        let mut steps = Vec::new();
        if !of_data.is_empty() {
            steps.push(format!(
                "write {} to {folder}/{DOTENV}, with the value that the data of {} was made with",
                all_of(&of_data),
                all_of(&Vec::from_iter(owners)),
            ));
        }
        steps.extend(others);
        match (made, steps.is_empty()) {
            (0, _) => {}
            (_, true) => steps.push(
                "`mlopsgen env init` writes strong ones, or set those that you have".to_string(),
            ),
            (_, false) => steps.push("`mlopsgen env init` generates the others".to_string()),
        }
        steps.join(";\n")
    }
}

/// Why nothing here makes a value up, and what the value is.
pub fn why(giver: &Giver<'_>) -> String {
    match giver {
        Giver::Authority(host) => format!(
            "the certificate of {}, its chain and its private key, as PEM between single quotes",
            visible(host)
        ),
        Giver::Issuer(Some(issuer)) => format!("only {} can issue it", visible(issuer)),
        Giver::Issuer(None) => "`generate = false` says that others issue it".to_string(),
        Giver::Address(variable) => {
            format!("a whole address, as `{variable}` says, which can't be made up")
        }
        Giver::Data(owner, _) => format!("`{owner}` has its value already"),
        Giver::Here => "it can be any".to_string(),
    }
}
