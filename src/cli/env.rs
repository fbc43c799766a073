//! `mlopsgen env`: strong values for the secrets that have none, and the Secret that the chart reads.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use mlopsgen::{
    FurtherSecret, Platform, Secret, SecretForm, SecretSource, TemplateEngine, chart_secrets,
    cluster_secrets,
    disk::{Dotenv, ProjectPlace, hide_dotenv, is_dotenv_tracked, write_dotenv},
    engine::{
        Earlier, Engine, Giver, Origin, Running, bad_certificate, entropy, missing, strong_value,
        why,
    },
    files::DOTENV,
    further_secrets,
    plan::Failure,
    secret_name,
    text::{count, visible},
};
use serde::Serialize;

use super::{Context, args::Format, no_format, project, running, show};

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
    ///
    /// The password of a store whose data may be there already is not made up: the data has it.
    #[command(after_help = "\
Examples:
  mlopsgen env init
  mlopsgen env init --env prod
  mlopsgen env init --new-data mlflow-db    # its volume exists, with nothing in it")]
    Init(InitEnvArgs),
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
struct InitEnvArgs {
    /// A component whose data is new, though its volume exists or something names it: make up its secrets, too
    #[arg(long, value_name = "COMPONENT")]
    new_data: Vec<String>,
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
        EnvCommand::Init(args) => {
            context.refuse_json("env init")?;
            init(args, context)
        }
        EnvCommand::Secret(args) => secret(args, context),
    }
}

fn init(args: &InitEnvArgs, context: &Context) -> Result<u8, Failure> {
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    for name in &args.new_data {
        is_new_here(name, &running.output.platform)?;
    }
    let place = &running.project.place;
    // Two of them would make up two values for one secret.
    let lock = project::lock(place, &context.terminal)?;
    let mut dotenv = running.dotenv()?;
    refuse_tracked(place)?;
    let filled = fill(&running, &args.new_data, &mut dotenv)?;
    for question in &filled.questions {
        context.terminal.say(&format!("{question}\n"));
    }
    if filled.written.is_empty() && filled.carried.is_empty() {
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
        .out(&report(&filled.written, &filled.carried, place.folder()))?;
    Ok(0)
}

/// Errors: git tracks the file, so that values in it would be known to everybody who has the repository.
fn refuse_tracked(place: &ProjectPlace) -> Result<(), Failure> {
    if !is_dotenv_tracked(place) {
        return Ok(());
    }
    let file = format!("{}/{DOTENV}", place.folder());
    let message =
        format!("git tracks `{file}`: everybody who has the repository knows the secrets in it");
    Err(Failure::new(message).help(format!(
        "take it out of git with `git rm --cached {file}`, remove its values, then type this again"
    )))
}

/// What became of the secrets that had no value.
#[derive(Default)]
struct Filled {
    /// Variables with a value that was made up.
    written: Vec<String>,
    /// Variables with the value of an earlier name, as `NEW = OLD`.
    carried: Vec<String>,
    /// What the user is asked of the others.
    questions: Vec<String>,
}

/// Sets the secrets that have no value, as far as a value can be found or made up. `new_data`: components whose data is new.
fn fill(running: &Running, new_data: &[String], dotenv: &mut Dotenv) -> Result<Filled, Failure> {
    let values = running.values()?;
    let absent = missing(&running.output.platform.secrets, &values);
    // Without an engine nobody knows of volumes; what a cluster has is asked of nobody.
    let engine = match absent.is_empty() {
        true => None,
        false => Engine::find().ok(),
    };
    let givers = running.givers(engine.as_ref(), &values);
    let mut filled = Filled::default();
    for secret in absent {
        match running.earlier_value(secret, &values) {
            Some(Earlier::Carried(name, value)) => {
                dotenv.set(&secret.env, value);
                filled.carried.push(format!("{} = {name}", secret.env));
                continue;
            }
            Some(Earlier::Asked(name)) => {
                let folder = running.project.place.folder();
                filled.questions.push(format!(
                    "{}: write the value that `{name}` had to {folder}/{DOTENV}",
                    secret.env
                ));
                continue;
            }
            None => {}
        }
        let giver = match givers.giver(secret) {
            Giver::Data(owner, _) if new_data.iter().any(|it| it == owner) => Giver::Here,
            giver => giver,
        };
        // Two secrets may be of one variable.
        if filled.written.contains(&secret.env) {
            continue;
        }
        let value = match giver {
            Giver::Here => strong_value(secret.form, &entropy(secret)?),
            _ => None,
        };
        let Some(value) = value else {
            let asked = question(&giver, running.project.place.folder());
            filled.questions.push(format!("{}: {asked}", secret.env));
            continue;
        };
        dotenv.set(&secret.env, &value);
        filled.written.push(secret.env.clone());
    }
    Ok(filled)
}

/// Whether a component can have new data: one that the platform has, and that runs here.
fn is_new_here(name: &str, platform: &Platform) -> Result<(), Failure> {
    let Some(component) = platform.component(name) else {
        let names = platform.components.iter().map(|it| it.name.as_str());
        return Err(show::unknown(name, &Vec::from_iter(names)));
    };
    if component.external.is_none() {
        return Ok(());
    }
    let message = format!("`{name}` runs elsewhere: its secrets are those that it has there");
    Err(Failure::new(message).help("write them to the `.env` yourself"))
}

/// What `env init` wrote: names alone.
fn report(written: &[String], carried: &[String], folder: &str) -> String {
    let mut text = String::new();
    if !written.is_empty() {
        let secrets = count(written.len(), "secret");
        text.push_str(&format!("Wrote {secrets} to {folder}/{DOTENV}:\n"));
    }
    for name in written {
        text.push_str(&format!("  {name}\n"));
    }
    if !carried.is_empty() {
        let secrets = count(carried.len(), "secret");
        text.push_str(&format!(
            "Took {secrets} over from the names that they had, in {folder}/{DOTENV}:\n"
        ));
    }
    for line in carried {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// What is asked of the user in place of a value that would not fit.
fn question(giver: &Giver<'_>, folder: &str) -> String {
    let write = format!("write that to {folder}/{DOTENV}");
    let (owner, data) = match giver {
        Giver::Data(owner, Origin::Found(title)) => {
            return format!(
                "`{owner}` starts on the {}, which is on this machine already: write the value that it was made with to \
                 {folder}/{DOTENV} (another folder of the platform may have it), or remove that volume first if its \
                 data may go",
                visible(title)
            );
        }
        Giver::Data(owner, Origin::Kept(title)) => (owner, format!("the {}", visible(title))),
        Giver::Data(owner, Origin::Folder(path)) => {
            (owner, format!("`{}`, which is not empty", visible(path)))
        }
        Giver::Data(owner, Origin::Store(store)) => {
            (owner, format!("what it keeps in `{}`", visible(store)))
        }
        other => return format!("{}; {write}", why(other)),
    };
    format!(
        "`{owner}` starts on {data}: if there is data in it, it has its value already; {write}. If there is none, type \
         `mlopsgen env init --new-data {owner}`"
    )
}

fn secret(args: &SecretArgs, context: &Context) -> Result<u8, Failure> {
    let template = match context.global.format {
        None | Some(Format::Yaml) => "env/secret.yaml",
        Some(Format::ExternalSecrets) => "env/external-secret.yaml",
        Some(_) => {
            let help = "write `--format yaml` or `--format external-secrets`";
            return Err(no_format("env secret", help));
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
    let text = TemplateEngine::default()
        .with_commands(context.global.commands())
        .render(template, &view);
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
    let broken = read.clone().find_map(|secret| {
        let value = values.get(&secret.env).filter(|it| !it.is_empty())?;
        let is_one = secret.form == SecretForm::Certificate;
        Some((secret, bad_certificate(secret, value).filter(|_| is_one)?))
    });
    if let Some((secret, message)) = broken {
        return Err(Failure::new(message).help(running.how_to_set(
            &[secret],
            &BTreeMap::new(),
            None,
        )));
    }
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
    .help(running.how_to_set(&absent, &values, None)))
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
