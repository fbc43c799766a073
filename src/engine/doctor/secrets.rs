//! Secrets without a value, and values that break what they are put into.

use std::collections::BTreeMap;

use crate::{
    disk::{is_dotenv_exposed, is_dotenv_tracked},
    engine::{
        Running, USE_URL_SAFE, bad_certificate, fits_url, form_in_words, is_sound, missing, needed,
    },
    files::DOTENV,
    model::{At, Receiver, Secret, SecretForm, Text, is_generated_alertmanager},
    plan::Failure,
    text::{all_of, count},
};

use super::{Case, Finding};

pub(super) fn findings(case: &Case<'_>) -> Result<Vec<Finding>, Failure> {
    let running = case.running;
    let values = running.values()?;
    let needed = needed(&running.output.platform, &case.selection.workloads());
    let absent = missing(needed.iter().map(|(secret, _)| *secret), &values);
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(without_value(case, &absent, &values));
    for (secret, in_url) in needed {
        let value = values.get(&secret.env).map(String::as_str).unwrap_or("");
        let is_certificate = secret.form == SecretForm::Certificate;
        let breaks_url = in_url && !fits_url(value) && !is_certificate;
        if value.is_empty() || is_sound(secret, value) && !breaks_url {
            continue;
        }
        if is_certificate {
            findings.extend(unusable_certificate(case, secret, value));
            continue;
        }
        let message = match breaks_url {
            true => format!(
                "the value of `{}` becomes part of a URL and holds characters that break it",
                secret.env
            ),
            false => format!(
                "the value of `{}` is unusual for what it is used for",
                secret.env
            ),
        };
        let help = match breaks_url {
            true => USE_URL_SAFE.to_string(),
            false => form_in_words(secret),
        };
        let mut finding = Finding::new("secret", message, help).at(running, secret.span);
        finding.is_error = breaks_url;
        findings.push(finding);
    }
    findings.extend(nobody_told(case, &values));
    findings.extend(open_to_all(case));
    findings.extend(known_secrets(case.running));
    findings.extend(values_that_git_sees(case));
    Ok(findings)
}

/// A server with it does not start, or nobody trusts it.
fn unusable_certificate(case: &Case<'_>, secret: &Secret, value: &str) -> Option<Finding> {
    let message = bad_certificate(secret, value)?;
    let help = case.running.how_to_set(&[secret], &BTreeMap::new(), None);
    Some(Finding::new("secret", message, help).at(case.running, secret.span))
}

/// Alerts that reach nobody: every receiver of them needs a secret without a usable value: it is empty, or was made up here. A
/// missing required secret stops the start.
fn nobody_told(case: &Case<'_>, values: &BTreeMap<String, String>) -> Option<Finding> {
    let platform = &case.running.output.platform;
    let notify = platform.notify.as_ref()?;
    let mut selected = case.selection.workloads().into_iter();
    selected.find(|workload| {
        let component = platform.component(&workload.component);
        component.is_some_and(is_generated_alertmanager)
    })?;
    let takes = |receiver: &&Receiver| {
        let mut routes = notify.routes.iter();
        notify.default.as_ref() == Some(&receiver.name)
            || routes.any(|it| it.receiver == receiver.name && it.names_watchdog().is_none())
    };
    let receivers: Vec<&Receiver> = notify.receivers.iter().filter(takes).collect();
    let lacking = |text: &At<Text>, fits: fn(&str) -> bool| {
        let mut secrets = platform.secrets.iter();
        let names = text.value.secrets();
        // Of a text with more in it than the secret nobody knows what the value has to be.
        let is_whole = text.value.pieces.len() == 1;
        secrets.find(|it| {
            let value = values.get(&it.env).map(String::as_str).unwrap_or_default();
            let is_empty = value.is_empty() && it.optional;
            let is_made_up = !value.is_empty() && is_whole && !fits(value);
            names.contains(it.name.as_str()) && (is_empty || is_made_up)
        })
    };
    let mut empty: Vec<&Secret> = Vec::new();
    for receiver in &receivers {
        let urls = [&receiver.slack, &receiver.webhook];
        for way in urls.into_iter().flatten() {
            empty.push(lacking(way, is_address)?);
        }
        if let Some(key) = &receiver.pagerduty {
            empty.push(lacking(key, is_routing_key)?);
        }
        if !receiver.email.is_empty() {
            return None;
        }
    }
    let first = empty.first()?;
    let mut names: Vec<&str> = empty.iter().map(|it| it.env.as_str()).collect();
    names.dedup();
    let folder = case.running.project.place.folder();
    let message = format!(
        "alerts reach nobody: no receiver of `[notify]` has what it needs, {}",
        all_of(&names)
    );
    let help =
        format!("write a value to `{folder}/{DOTENV}`, or alerts are seen in Alertmanager alone");
    Some(Finding::warning("alerts", message, help).at(case.running, first.span))
}

/// What a receiver is reached by: a value that `env init` makes is none.
fn is_address(value: &str) -> bool {
    value.starts_with("https://") || value.starts_with("http://")
}

/// PagerDuty's keys are 32 letters and digits.
fn is_routing_key(value: &str) -> bool {
    value.len() == 32 && value.chars().all(|c| c.is_ascii_alphanumeric())
}

fn without_value(
    case: &Case<'_>,
    absent: &[&Secret],
    values: &BTreeMap<String, String>,
) -> Option<Finding> {
    let folder = case.running.project.place.folder();
    let place = format!("is neither in the environment nor in `{folder}/{DOTENV}`");
    let message = match absent {
        [] => return None,
        [secret] => format!(
            "the secret `{}` has no value: `{}` {place}",
            secret.name, secret.env
        ),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|secret| format!("\n  `{}`: `{}`", secret.name, secret.env))
                .collect();
            format!(
                "{} have no value; each {place}:{}",
                count(many.len(), "secret"),
                lines.concat()
            )
        }
    };
    let help = case.running.how_to_set(absent, values, case.engine);
    Some(Finding::new("secret", message, help))
}

/// Reports values of secrets that are in the repository.
pub fn known_secrets(running: &Running) -> Option<Finding> {
    let place = &running.project.place;
    let file = format!("{}/{DOTENV}", place.folder());
    is_dotenv_tracked(place).then(|| {
        Finding::warning(
            "secret",
            format!("git tracks `{file}`: everybody who has the repository knows these secrets"),
            format!("git rm --cached {file}, remove its values, then `mlopsgen env init`"),
        )
    })
}

/// Reports values that would be committed with the next `git add`.
fn values_that_git_sees(case: &Case<'_>) -> Option<Finding> {
    let place = &case.running.project.place;
    is_dotenv_exposed(place).then(|| {
        Finding::warning(
            "secret",
            format!(
                "git does not ignore `{}/{DOTENV}`: `git add` would commit the secrets in it",
                place.folder()
            ),
            "`mlopsgen env init` makes git ignore it, or names the rule that prevents this",
        )
    })
}

/// Other users of this machine can read the file that holds them.
#[cfg(unix)]
fn open_to_all(case: &Case<'_>) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let path = case.running.dotenv_path();
    let mode = std::fs::metadata(&path).ok()?.permissions().mode() & 0o777;
    let folder = case.running.project.place.folder();
    (mode & 0o077 != 0).then(|| {
        Finding::warning(
            "secret",
            format!(
                "`{folder}/{DOTENV}` has the mode {mode:04o}: others on this machine can read it"
            ),
            format!("chmod 600 {folder}/{DOTENV}"),
        )
    })
}

#[cfg(not(unix))]
fn open_to_all(_: &Case<'_>) -> Option<Finding> {
    None
}
