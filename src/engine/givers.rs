//! Who gives a secret its value: `env init`, data that exists, or somebody elsewhere, who alone can.

use std::collections::{BTreeMap, BTreeSet};

use super::secrets::{Origin, set_elsewhere};
use crate::{
    data::Kept,
    graph::{pipeline_texts, workload_secrets},
    model::{At, EnvironmentVariable, Notify, Piece, Platform, Secret, SecretForm, Text},
    value::Host,
};

/// Where the value of a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver<'a> {
    /// `env init` makes one up.
    Here,
    /// It is the certificate of this host, with its key.
    Authority(&'a str),
    /// It is a whole address, as this variable says, and only who answers there has it.
    Address(&'a str),
    /// What this component keeps was made with it.
    Data(&'a str, Origin),
    /// Nobody here issues it; who does, where that is known.
    Issuer(Option<String>),
}

/// Words in names of variables, and who issues the key or token that such a variable takes. A word alone says little: the name also
/// has to be that of a key.
const ISSUERS: [(&str, &str); 31] = [
    ("ANTHROPIC", "Anthropic"),
    ("AWS", "AWS"),
    ("AZURE", "Azure"),
    ("COHERE", "Cohere"),
    ("COMET", "Comet"),
    ("DATABRICKS", "Databricks"),
    ("DATADOG", "Datadog"),
    ("DEEPSEEK", "DeepSeek"),
    ("GEMINI", "Google"),
    ("GH", "GitHub"),
    ("GITHUB", "GitHub"),
    ("GITLAB", "GitLab"),
    ("GOOGLE", "Google"),
    ("GROQ", "Groq"),
    ("HF", "Hugging Face"),
    ("HUGGING", "Hugging Face"),
    ("HUGGINGFACE", "Hugging Face"),
    ("HUGGINGFACEHUB", "Hugging Face"),
    ("KAGGLE", "Kaggle"),
    ("LANGCHAIN", "LangSmith"),
    ("LANGSMITH", "LangSmith"),
    ("MISTRAL", "Mistral"),
    ("NEPTUNE", "Neptune"),
    ("NGC", "NVIDIA"),
    ("OPENAI", "OpenAI"),
    ("OPENROUTER", "OpenRouter"),
    ("PAGERDUTY", "PagerDuty"),
    ("PINECONE", "Pinecone"),
    ("REPLICATE", "Replicate"),
    ("SLACK", "Slack"),
    ("WANDB", "Weights & Biases"),
];

/// How the name of a variable ends that takes a key.
const KEYS: [&str; 6] = [
    "_KEY",
    "_TOKEN",
    "_KEY_ID",
    "_SECRET",
    "_WEBHOOK",
    "_WEBHOOK_URL",
];

/// How the name of a variable ends that takes an address.
const ADDRESSES: [&str; 3] = ["_URL", "_URI", "_DSN"];

/// Who gives the values of a platform's secrets, by their names. One that is not in it is made here.
#[derive(Debug, Default)]
pub struct Givers<'a> {
    authorities: BTreeMap<&'a str, &'a str>,
    data: BTreeMap<&'a str, (&'a str, Origin)>,
    issuers: BTreeMap<&'a str, String>,
    addresses: BTreeMap<&'a str, &'a str>,
}

impl<'a> Givers<'a> {
    /// Reads a platform. `volumes`: those that the engine has; `is_filled`: whether a folder of the host has anything in it;
    /// `values`: those of variables.
    pub fn of(
        platform: &'a Platform,
        kept: &[Kept],
        volumes: &[String],
        is_filled: impl Fn(&str) -> bool,
        values: &BTreeMap<String, String>,
    ) -> Self {
        let is_set = |name: &str| values.get(name).is_some_and(|it| !it.is_empty());
        let routes = platform.routes.iter();
        let authorities = routes.filter_map(|it| Some((it.secret()?, it.host.as_str())));
        let mut issuers = BTreeMap::new();
        of_names(platform, &mut issuers);
        of_settings(platform, &mut issuers);
        if let Some(notify) = &platform.notify {
            of_notify(platform, notify, &mut issuers);
        }
        Self {
            authorities: authorities.collect(),
            data: set_elsewhere(platform, kept, volumes, is_filled, is_set),
            issuers,
            addresses: addresses(platform),
        }
    }

    /// Who gives this one its value.
    pub fn giver(&self, secret: &Secret) -> Giver<'a> {
        let name = secret.name.as_str();
        let issuer = self.issuers.get(name);
        if secret.form == SecretForm::Certificate {
            let host = self.authorities.get(name);
            return Giver::Authority(host.copied().unwrap_or_default());
        }
        match (self.data.get(name), secret.generate) {
            (_, Some(false)) => Giver::Issuer(issuer.cloned()),
            (_, Some(true)) => Giver::Here,
            (Some((owner, origin)), None) => Giver::Data(owner, origin.clone()),
            (None, None) if issuer.is_some() => Giver::Issuer(issuer.cloned()),
            (None, None) => match self.addresses.get(name) {
                Some(variable) => Giver::Address(variable),
                None => Giver::Here,
            },
        }
    }
}

/// Settings of which their kinds say who issues them.
fn of_settings<'a>(platform: &'a Platform, out: &mut BTreeMap<&'a str, String>) {
    for component in &platform.components {
        for setting in &component.settings {
            let Some(issuer) = &setting.issued_by else {
                continue;
            };
            let texts = setting.value.texts().into_iter();
            let secrets = texts.flat_map(Text::secrets);
            out.extend(secrets.map(|secret| (secret, issuer.clone())));
        }
    }
}

/// What tells receivers of alerts. A receiver that runs here has a secret of ours.
fn of_notify<'a>(platform: &'a Platform, notify: &'a Notify, out: &mut BTreeMap<&'a str, String>) {
    let mut add = |text: &'a Option<At<Text>>, issuer: String| {
        let Some(At { value, .. }) = text else { return };
        let is_here = |piece: &Piece| matches!(piece, Piece::Endpoint(it) if !it.external);
        if !value.pieces.iter().any(is_here) {
            out.extend(value.secrets().into_iter().map(|it| (it, issuer.clone())));
        }
    };
    for receiver in &notify.receivers {
        add(&receiver.slack, "Slack".to_string());
        add(&receiver.pagerduty, "PagerDuty".to_string());
        let issuer = format!("who takes what receiver `{}` is sent", receiver.name);
        add(&receiver.webhook, issuer);
    }
    if let Some(smtp) = &notify.smtp {
        let is_here = match &smtp.server.host {
            Host::Name(name) => platform.workloads().any(|it| it.name == *name),
            Host::Ip(_) => false,
        };
        if !is_here {
            let issuer = format!("the mail server `{}`", smtp.server.host);
            add(&smtp.password, issuer);
        }
    }
}

/// Secrets that everything reads as the key of one issuer, by the names of its variables. What a setting of a component here, or
/// anything but a variable reads as well, may be made here.
fn of_names<'a>(platform: &'a Platform, out: &mut BTreeMap<&'a str, String>) {
    let mut made_here: BTreeSet<&str> = BTreeSet::new();
    let components = platform.components.iter();
    for setting in components.flat_map(|it| &it.settings) {
        made_here.extend(setting.value.texts().into_iter().flat_map(Text::secrets));
    }
    let mut issued: BTreeMap<&str, &str> = BTreeMap::new();
    let mut read = |variables: &'a [EnvironmentVariable], all: BTreeSet<&'a str>| {
        let mut rest = all;
        for variable in variables {
            let secrets = variable.value.secrets();
            match issuer_of(&variable.name) {
                Some(issuer) => {
                    for secret in secrets {
                        rest.remove(secret);
                        issued.insert(secret, issuer);
                    }
                }
                None => made_here.extend(secrets),
            }
        }
        made_here.extend(rest);
    };
    for workload in platform.workloads() {
        read(&workload.env, workload_secrets(workload));
    }
    for pipeline in &platform.pipelines {
        let texts = pipeline_texts(pipeline);
        let in_tasks = pipeline.tasks.iter().flat_map(|task| &task.env);
        let in_tasks = in_tasks.flat_map(|variable| variable.value.secrets());
        let in_tasks: BTreeSet<&str> = in_tasks.collect();
        let all = texts.flat_map(Text::secrets);
        read(
            &pipeline.env,
            all.filter(|it| !in_tasks.contains(it)).collect(),
        );
        for task in &pipeline.tasks {
            read(&task.env, BTreeSet::new());
        }
    }
    issued.retain(|secret, _| !made_here.contains(secret));
    let issued = issued.into_iter();
    out.extend(issued.map(|(secret, issuer)| (secret, issuer.to_string())));
}

/// Secrets that some variable takes for a whole address, or that are named so themselves, each with that name: characters that are
/// made up are none.
fn addresses(platform: &Platform) -> BTreeMap<&str, &str> {
    let is_address = |name: &str| ADDRESSES.iter().any(|end| name.ends_with(end));
    let of_workloads = platform.workloads().flat_map(|it| &it.env);
    let of_pipelines = platform.pipelines.iter().flat_map(|pipeline| {
        let of_tasks = pipeline.tasks.iter().flat_map(|task| &task.env);
        pipeline.env.iter().chain(of_tasks)
    });
    let read = of_workloads.chain(of_pipelines);
    let read = read.filter_map(|it| match it.value.pieces.as_slice() {
        [Piece::Secret(secret)] => Some((secret.as_str(), it.name.as_str())),
        _ => None,
    });
    let own = platform.secrets.iter();
    let own = own.map(|it| (it.name.as_str(), it.env.as_str()));
    own.chain(read)
        .filter(|(_, name)| is_address(name))
        .collect()
}

/// Who issues what a variable of this name takes.
fn issuer_of(variable: &str) -> Option<&'static str> {
    // Who is told of events chooses what they are signed with.
    let is_own = variable.ends_with("WEBHOOK_SECRET");
    if is_own || !KEYS.iter().any(|end| variable.ends_with(end)) {
        return None;
    }
    let mut words = variable.split('_');
    words.find_map(|word| {
        let mut known = ISSUERS.iter();
        known.find(|(name, _)| *name == word).map(|(_, it)| *it)
    })
}

#[cfg(test)]
mod tests {
    use super::issuer_of;

    #[test]
    fn keys_are_told_by_their_words() {
        for (name, issuer) in [
            ("OPENAI_API_KEY", Some("OpenAI")),
            ("AZURE_OPENAI_API_KEY", Some("Azure")),
            ("HF_TOKEN", Some("Hugging Face")),
            ("HUGGING_FACE_HUB_TOKEN", Some("Hugging Face")),
            ("AWS_ACCESS_KEY_ID", Some("AWS")),
            ("SLACK_WEBHOOK_URL", Some("Slack")),
            ("OPENAI_BASE_URL", None),
            ("AWSOME_KEY", None),
            ("GITHUB_WEBHOOK_SECRET", None),
            ("SECRET_KEY", None),
            ("MINIO_ROOT_PASSWORD", None),
        ] {
            assert_eq!(issuer_of(name), issuer, "{name}");
        }
    }
}
