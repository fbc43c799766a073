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

    /// The value that a secret had under an earlier name of its component, or in another variable, and that variable: what was
    /// encrypted with it can be read with no other. A value that would need quotes is left to the user.
    pub fn earlier_value<'a>(
        &self,
        secret: &Secret,
        values: &'a BTreeMap<String, String>,
    ) -> Option<(String, &'a str)> {
        let platform = &self.output.platform;
        let recorded = self.plan.manifest.secrets.get(&secret.name);
        let recorded = recorded.into_iter().flatten().cloned();
        let is_read = |name: &String| platform.secrets.iter().any(|it| it.env == *name);
        let recorded = recorded.filter(|name| !is_read(name));
        let mut names = secret.earlier_env(platform).into_iter().chain(recorded);
        names.find_map(|name| {
            let value = values.get(&name)?;
            fits_dotenv(value).then_some((name, value.as_str()))
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
            match givers.giver(secret) {
                _ if self.earlier_value(secret, values).is_some() => made += 1,
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
