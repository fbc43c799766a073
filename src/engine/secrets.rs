//! Values of secrets: how strong ones are made, which are sound, which are needed to start.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL;

use crate::{
    data::{DataKey, Keeper, Kept, STORE_VOLUME},
    graph::{workload_secrets, workload_texts},
    model::{Component, MountSource, Piece, Platform, Secret, SecretForm, Text, Workload},
    plan::Failure,
};

/// Characters that need no escape in a URL, a shell or a `.env` file; 64 of the 66 that the contract allows, so that
/// every byte gives one and all are equally likely.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Random bytes for one secret.
pub fn entropy() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("this machine gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// A value from 32 random bytes: 32 characters with 192 bits, or those bytes as URL-safe base64. `None`: nobody can make
/// one up.
pub fn strong_value(form: SecretForm, entropy: &[u8; 32]) -> Option<String> {
    Some(match form {
        SecretForm::Token => {
            let mut token: String = entropy.iter().map(|byte| character(*byte)).collect();
            // A leading `-` would be read as an option by programs that take it as an argument.
            if token.starts_with('-') {
                token.replace_range(..1, "A");
            }
            token
        }
        SecretForm::Fernet => BASE64URL.encode(entropy),
        SecretForm::Certificate => return None,
    })
}

/// Whether a value can stand in a URL as it is; of a Fernet key, whether it is one.
pub fn is_sound(form: SecretForm, value: &str) -> bool {
    match form {
        SecretForm::Token => {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
            !value.is_empty() && value.chars().all(fits)
        }
        SecretForm::Certificate => {
            value.contains("-----BEGIN CERTIFICATE-----") && value.contains("PRIVATE KEY-----")
        }
        SecretForm::Fernet => {
            let digits = value.trim_end_matches('=');
            digits.len() == 43 && digits.bytes().all(|byte| ALPHABET.contains(&byte))
        }
    }
}

/// The secrets that have no value anywhere, optional ones aside, in the platform's order.
pub fn missing<'a>(
    secrets: impl IntoIterator<Item = &'a Secret>,
    values: &BTreeMap<String, String>,
) -> Vec<&'a Secret> {
    let is_missing = |secret: &&Secret| {
        let value = values.get(&secret.env);
        !secret.optional && value.is_none_or(String::is_empty)
    };
    secrets.into_iter().filter(is_missing).collect()
}

/// Why the secrets of a component may have values already: something else made its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It runs elsewhere, or on a volume that nothing here creates.
    Elsewhere,
    /// It starts on this volume or claim, which may be there already: something names it, or `[[moved]]` took it over.
    Kept(String),
    /// It starts on this path of the host, which is not empty.
    Folder(String),
}

/// The secrets whose values exist already, each with the component that has it, and why. A value that is made up would not
/// fit. `kept`: the data of all runtimes. `is_filled` says whether there is something at a path of the host.
pub fn set_elsewhere<'a>(
    platform: &'a Platform,
    kept: &[Kept],
    is_filled: impl Fn(&str) -> bool,
) -> BTreeMap<&'a str, (&'a str, Origin)> {
    let mut owners = BTreeMap::new();
    let mut made_here = BTreeSet::new();
    let mut stores = Vec::new();
    for component in &platform.components {
        let origin = match &component.external {
            Some(_) => Some(Origin::Elsewhere),
            None => origin_of_data(component, kept, &is_filled),
        };
        let settings = component.settings.iter();
        let texts = settings.flat_map(|setting| setting.value.texts());
        let secrets = texts.flat_map(Text::secrets);
        let Some(origin) = origin else {
            made_here.extend(secrets);
            continue;
        };
        owners.extend(secrets.map(|secret| (secret, (component.name.as_str(), origin.clone()))));
        stores.extend(component.main().map(|main| (main, origin)));
    }
    // A password that a variable sets in place of a setting.
    for (main, origin) in stores {
        for secret in workload_secrets(main) {
            if !made_here.contains(secret) {
                let owner = || (main.component.as_str(), origin.clone());
                owners.entry(secret).or_insert_with(owner);
            }
        }
    }
    owners
}

/// Why there may be data where the component keeps its own, in one of the runtimes.
fn origin_of_data(
    component: &Component,
    kept: &[Kept],
    is_filled: impl Fn(&str) -> bool,
) -> Option<Origin> {
    let main = component.main()?;
    let mount = main.mounts.iter().find(|mount| mount.name == STORE_VOLUME);
    if let Some(MountSource::Bind { path, .. }) = mount.map(|mount| &mount.source)
        && is_filled(path.as_str())
    {
        return Some(Origin::Folder(path.as_str().to_string()));
    }
    let key = DataKey::Component {
        component: component.name.clone(),
        volume: STORE_VOLUME.to_string(),
    };
    let own = kept.iter().filter(|it| {
        let mut places = it.places.iter();
        it.mounts.contains(&key)
            || places.any(|place| place.workload == main.name && place.folder.is_some())
    });
    let mut origins = own.filter_map(|it| {
        let folder = match it.data.keeper {
            Keeper::Host => Some(&it.data.name),
            Keeper::Engine | Keeper::Cluster => it.folder.as_ref(),
        };
        match folder {
            Some(path) => is_filled(path).then(|| Origin::Folder(path.clone())),
            None if it.external => Some(Origin::Elsewhere),
            None => it.adopted.then(|| Origin::Kept(it.data.title())),
        }
    });
    origins.next()
}

/// The secrets that Compose wants for these workloads; each with whether its value becomes part of a URL.
pub fn needed<'a>(platform: &'a Platform, workloads: &[&Workload]) -> Vec<(&'a Secret, bool)> {
    let mut used = BTreeSet::new();
    let mut in_urls = in_url_outputs(platform);
    for workload in workloads {
        for text in workload_texts(workload) {
            in_urls.extend(url_secrets(text));
        }
        used.extend(workload_secrets(workload));
    }
    let secrets = platform.secrets.iter();
    secrets
        .filter(|secret| used.contains(secret.name.as_str()))
        .map(|secret| (secret, in_urls.contains(secret.name.as_str())))
        .collect()
}

/// Secrets in what components call their URL: programs put such together on their own, too.
fn in_url_outputs(platform: &Platform) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for component in &platform.components {
        for output in &component.outputs {
            names.extend(url_secrets(&output.value));
        }
        for setting in &component.settings {
            names.extend(setting.value.texts().into_iter().flat_map(url_secrets));
        }
    }
    names
}

fn url_secrets(text: &Text) -> BTreeSet<&str> {
    let is_url = text
        .pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Literal(literal) if literal.contains("://")));
    if is_url {
        text.secrets()
    } else {
        BTreeSet::new()
    }
}

fn character(six_bits: u8) -> char {
    char::from(ALPHABET[usize::from(six_bits & 63)])
}

#[cfg(test)]
mod tests {
    use super::{SecretForm, is_sound, strong_value};

    #[test]
    fn generated_secrets_keep_their_own_rules() {
        for seed in 0..=255 {
            let mut entropy = [seed; 32];
            entropy[31] = 7;
            for form in [SecretForm::Token, SecretForm::Fernet] {
                let value = strong_value(form, &entropy).expect("a value");
                assert!(is_sound(form, &value), "{value}");
                assert!(form == SecretForm::Fernet || !value.starts_with('-'));
            }
        }
    }

    #[test]
    fn a_fernet_key_is_base64_for_urls() {
        let key = strong_value(SecretForm::Fernet, &[251; 32]).expect("a key");
        assert_eq!(key, "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=");
    }

    #[test]
    fn secrets_that_break_a_url_are_refused() {
        for value in ["", "a b", "p@ss", "a/b", "a$b", "ü"] {
            assert!(!is_sound(SecretForm::Token, value), "{value}");
        }
        assert!(!is_sound(SecretForm::Fernet, "short="));
    }
}
