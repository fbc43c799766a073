//! Secrets without a value, and values that break what they are put into.

use crate::{
    disk::{is_dotenv_exposed, is_dotenv_tracked},
    engine::{Running, is_sound, missing, needed},
    model::Secret,
    plan::Failure,
    text::count,
};

use super::{Case, Finding};

pub(super) fn findings(case: &Case<'_>) -> Result<Vec<Finding>, Failure> {
    let running = case.running;
    let values = running.values()?;
    let needed = needed(&running.output.platform, &case.selection.workloads());
    let absent = missing(needed.iter().map(|(secret, _)| *secret), &values);
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(without_value(case, &absent));
    for (secret, in_url) in needed {
        let value = values.get(&secret.env).map(String::as_str).unwrap_or("");
        if value.is_empty() || is_sound(secret.form, value) {
            continue;
        }
        let message = match in_url {
            true => format!(
                "the value of `{}` becomes part of a URL and holds characters that break it",
                secret.env
            ),
            false => format!(
                "the value of `{}` is unusual for what it is used for",
                secret.env
            ),
        };
        let help = "use letters, digits, `.`, `_`, `~` and `-`; a Fernet key is 32 bytes as URL-safe base64";
        let mut finding = Finding::new("secret", message, help).at(running, secret.span);
        finding.is_error = in_url;
        findings.push(finding);
    }
    findings.extend(open_to_all(case));
    findings.extend(known_secrets(case.running));
    findings.extend(values_that_git_sees(case));
    Ok(findings)
}

fn without_value(case: &Case<'_>, absent: &[&Secret]) -> Option<Finding> {
    let folder = case.running.project.place.folder();
    let place = format!("is neither in the environment nor in `{folder}/compose/.env`");
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
    let help = "`mlopsgen env init` writes strong ones, or set those that you have";
    Some(Finding::new("secret", message, help))
}

/// Reports values of secrets that are in the repository.
pub fn known_secrets(running: &Running) -> Option<Finding> {
    let place = &running.project.place;
    let file = format!("{}/compose/.env", place.folder());
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
                "git does not ignore `{}/compose/.env`: `git add` would commit the secrets in it",
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
            format!("`{folder}/compose/.env` has the mode {mode:04o}: others on this machine can read it"),
            format!("chmod 600 {folder}/compose/.env"),
        )
    })
}

#[cfg(not(unix))]
fn open_to_all(_: &Case<'_>) -> Option<Finding> {
    None
}
