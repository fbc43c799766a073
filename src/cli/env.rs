//! `mlopsgen env`: strong values for the secrets that have none, and the Secret that the chart reads.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};
use mlopsgen::{
    FurtherSecret, Secret, SecretSource, TemplateEngine, chart_secrets, cluster_secrets,
    compile::Output,
    disk::{Lock, hide_dotenv, is_dotenv_tracked, write_dotenv},
    engine::{Origin, Running, entropy, missing, set_elsewhere, strong_value},
    further_secrets,
    plan::Failure,
    secret_name,
    text::{all_of, count, visible},
};
use serde::Serialize;

use super::{Context, args::Format, running};

/// Write or print the values of secrets
#[derive(Args)]
pub struct EnvArgs {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Subcommand)]
enum EnvCommand {
    /// Write the secrets that are missing to generated/compose/.env
    ///
    /// Each missing secret gets a strong random value. Secrets that are set in the file or in the environment stay. Git
    /// ignores the file, and only you can read it.
    #[command(after_help = "\
Examples:
  mlopsgen env init
  mlopsgen env init --env prod")]
    Init,
    /// Print the Secret that the chart reads
    ///
    /// Also prints the Secrets that others read in a form of their own: third-party charts (`chart` of a component), and
    /// Ingresses the certificates of `[routes]`.
    ///
    /// The values are those of generated/compose/.env; variables of the environment replace them. With `--format
    /// external-secrets` it prints an ExternalSecret, which holds no values. It names the source of each: a property of one
    /// entry of the secret store.
    #[command(after_help = "\
Examples:
  mlopsgen env secret | kubectl --namespace ml apply -f -
  mlopsgen env secret --format external-secrets --store vault > external-secret.yaml")]
    Secret(SecretArgs),
}

#[derive(Args)]
struct SecretArgs {
    /// The SecretStore that the ExternalSecret reads [default: the platform's name]
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
}

/// What the templates in `templates/env/` see.
#[derive(Serialize)]
struct SecretView<'a> {
    platform: &'a str,
    /// The Secret's name.
    name: &'a str,
    store: &'a str,
    entries: Vec<Entry<'a>>,
    /// Those that the store may lack, where only sources are shown: one that is not there would fail the whole Secret.
    optional: Vec<Entry<'a>>,
    /// The Secrets that third-party charts and Ingresses read.
    further: Vec<FurtherSecret>,
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    env: &'a str,
    description: Option<&'a str>,
    /// Nothing where only its source is shown.
    value: Option<&'a str>,
}

pub fn run(args: &EnvArgs, context: &Context) -> Result<u8, Failure> {
    match &args.command {
        EnvCommand::Init => {
            context.refuse_json("env init")?;
            init(context)
        }
        EnvCommand::Secret(args) => secret(args, context),
    }
}

fn init(context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let place = &running.project.place;
    // Two of them would make up two values for one secret.
    let lock = Lock::acquire(place, |holder| {
        let line = format!("waiting for another `mlopsgen` that writes in this folder: {holder}\n");
        context.terminal.err(&line);
    })?;
    let mut dotenv = running.dotenv()?;
    if is_dotenv_tracked(place) {
        let file = format!("{}/compose/.env", place.folder());
        return Err(Failure::new(format!(
            "git tracks `{file}`: everybody who has the repository knows the secrets in it"
        ))
        .help(format!(
            "take it out of git with `git rm --cached {file}`, remove its values, then type this again"
        )));
    }
    let values = running.values()?;
    let absent = missing(&running.output.platform.secrets, &values);
    let output = &running.output;
    let elsewhere = existing(&running);
    let mut written = Vec::new();
    let mut carried = Vec::new();
    for secret in absent {
        if let Some((name, value)) = earlier_value(secret, output, &values) {
            dotenv.set(&secret.env, value);
            carried.push(format!("{} = {name}", secret.env));
            continue;
        }
        if let Some((owner, origin)) = elsewhere.get(secret.name.as_str()) {
            let line = format!(
                "{}: {}\n",
                secret.env,
                question(owner, origin, place.folder())
            );
            context.terminal.err(&line);
            continue;
        }
        // Two secrets may be of one variable.
        if written.contains(&secret.env) {
            continue;
        }
        let Some(value) = strong_value(secret.form, &entropy(secret)?) else {
            let line = format!(
                "{}: a certificate and its key; set it yourself\n",
                secret.env
            );
            context.terminal.err(&line);
            continue;
        };
        dotenv.set(&secret.env, &value);
        written.push(secret.env.clone());
    }
    if written.is_empty() && carried.is_empty() {
        if !dotenv.text().is_empty() {
            hide_dotenv(place, &lock)?;
        }
        context
            .terminal
            .out("No secret is missing that can be generated.\n")?;
        return Ok(0);
    }
    write_dotenv(place, &dotenv, &lock)?;
    context
        .terminal
        .out(&report(&written, &carried, place.folder()))?;
    Ok(0)
}

/// The secrets whose values something has already, so that none can be made up.
fn existing(running: &Running) -> BTreeMap<&str, (&str, Origin)> {
    let output = &running.output;
    set_elsewhere(&output.platform, &output.files.kept, |path| {
        running.project.place.is_filled(path)
    })
}

/// The value that a secret had under an earlier name of its component: what was encrypted with it can be read with no other. A
/// value that would need quotes is left to the user.
fn earlier_value<'a>(
    secret: &Secret,
    output: &Output,
    values: &'a BTreeMap<String, String>,
) -> Option<(String, &'a str)> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._~-=+/".contains(c);
    let names = secret.earlier_env(&output.platform.renamed).into_iter();
    let mut found = names.filter_map(|name| {
        let value = values.get(&name)?;
        let is_carried = !value.is_empty() && value.chars().all(is_plain);
        is_carried.then_some((name, value.as_str()))
    });
    found.next()
}

/// What `env init` wrote: names alone.
fn report(written: &[String], carried: &[String], folder: &str) -> String {
    let mut text = String::new();
    if !written.is_empty() {
        let secrets = count(written.len(), "secret");
        text.push_str(&format!("Wrote {secrets} to {folder}/compose/.env:\n"));
    }
    for name in written {
        text.push_str(&format!("  {name}\n"));
    }
    if !carried.is_empty() {
        let secrets = count(carried.len(), "secret");
        text.push_str(&format!(
            "Took {secrets} of renamed components over in {folder}/compose/.env:\n"
        ));
    }
    for line in carried {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// What is asked of the user in place of a value that would not fit.
fn question(owner: &str, origin: &Origin, folder: &str) -> String {
    let write = format!("write that to {folder}/compose/.env");
    let data = match origin {
        Origin::Elsewhere => return format!("`{owner}` has its value already; {write}"),
        Origin::Kept(title) => format!("the {}", visible(title)),
        Origin::Folder(path) => format!("`{}`, which is not empty", visible(path)),
    };
    format!(
        "`{owner}` starts on {data}: if there is data in it, it has its value already; {write}, or a value of your own for \
         data that is new"
    )
}

fn secret(args: &SecretArgs, context: &Context) -> Result<u8, Failure> {
    let template = match context.global.format {
        None | Some(Format::Yaml) => "env/secret.yaml",
        Some(Format::ExternalSecrets) => "env/external-secret.yaml",
        Some(_) => {
            return Err(Failure::new("`env secret` has no such `--format`")
                .help("write `--format yaml` or `--format external-secrets`"));
        }
    };
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let platform = &running.output.platform;
    let values = match context.global.format {
        Some(Format::ExternalSecrets) => None,
        _ => Some(values(&running)?),
    };
    let read = chart_secrets(platform);
    let read = platform
        .secrets
        .iter()
        .filter(|secret| read.contains(secret.name.as_str()));
    let (optional, needed): (Vec<&Secret>, Vec<&Secret>) =
        read.partition(|secret| values.is_none() && secret.optional);
    let view = SecretView {
        platform: &platform.name,
        name: secret_name(platform),
        store: args.store.as_deref().unwrap_or(&platform.name),
        entries: entries(&needed, values.as_ref()),
        optional: entries(&optional, None),
        further: further_secrets(
            platform,
            values
                .as_ref()
                .map_or(SecretSource::ExternalSecrets, SecretSource::Values),
        ),
    };
    if view.entries.is_empty() && view.optional.is_empty() && view.further.is_empty() {
        context.terminal.err("The chart reads no secret.\n");
        return Ok(0);
    }
    let text = TemplateEngine::default().render(template, &view);
    let text = text.map_err(|error| Failure::new(error.message))?;
    context.terminal.document(&text)?;
    Ok(0)
}

/// What `.env` and the environment hold. Errors: a secret that has to have a value has none.
fn values(running: &Running) -> Result<BTreeMap<String, String>, Failure> {
    let values = running.values()?;
    let platform = &running.output.platform;
    let read = cluster_secrets(platform);
    let read = platform.secrets.iter().filter(|it| read.contains(&it.name));
    let absent = missing(read, &values);
    if absent.is_empty() {
        return Ok(values);
    }
    let names: Vec<String> = absent
        .iter()
        .map(|secret| format!("{} ({})", secret.name, secret.env))
        .collect();
    Err(Failure::new(format!(
        "{} without a value: {}",
        count(names.len(), "secret"),
        names.join(", ")
    ))
    .help(how_to_set(&absent, &values, running)))
}

/// What to do about secrets without a value: some have one already, which no program can make up.
fn how_to_set(absent: &[&Secret], values: &BTreeMap<String, String>, running: &Running) -> String {
    let existing = existing(running);
    let (known, made): (Vec<&Secret>, Vec<&Secret>) = absent.iter().partition(|secret| {
        let has_value = existing.contains_key(secret.name.as_str());
        has_value && earlier_value(secret, &running.output, values).is_none()
    });
    if known.is_empty() {
        return "type `mlopsgen env init` to generate them, or set the variables".to_string();
    }
    let names: Vec<&str> = known.iter().map(|secret| secret.env.as_str()).collect();
    let owners = known.iter().filter_map(|it| existing.get(it.name.as_str()));
    let owners: BTreeSet<&str> = owners.map(|(owner, _)| *owner).collect();
    let folder = running.project.place.folder();
    let rest = match made.is_empty() {
        true => "",
        false => "; `mlopsgen env init` generates the others",
    };
    format!(
        "write {} to {folder}/compose/.env, with the value that the data of {} was made with{rest}",
        all_of(&names),
        all_of(&Vec::from_iter(owners)),
    )
}

/// Every secret with its source. If values are given, only the secrets that have a value, each with its value.
fn entries<'a>(
    secrets: &[&'a Secret],
    values: Option<&'a BTreeMap<String, String>>,
) -> Vec<Entry<'a>> {
    let entry = |secret: &'a Secret| {
        let value = match values {
            None => None,
            Some(values) => {
                let value = values.get(&secret.env).filter(|value| !value.is_empty());
                Some(value?.as_str())
            }
        };
        Some(Entry {
            key: &secret.name,
            env: &secret.env,
            description: secret.description.as_deref(),
            value,
        })
    };
    secrets.iter().copied().filter_map(entry).collect()
}
