//! Values of secrets: how strong ones are made, which are sound, which are needed to start.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD};

use crate::{
    data::{DataKey, Keeper, Kept, STORE_VOLUME},
    graph::{workload_secrets, workload_texts},
    model::{Component, MountSource, Piece, Platform, Secret, SecretForm, Text, Use, Workload},
    pem_blocks,
    plan::Failure,
};

/// Characters that need no escape in a URL, a shell or a `.env` file; 64 of the 66 that the contract allows, so that
/// every byte gives one and all are equally likely.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Random bytes for one secret: as many as its value can need. Errors: the machine gives no random numbers.
pub fn entropy(secret: &Secret) -> Result<Vec<u8>, Failure> {
    let mut bytes = vec![0; length(secret)];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("this machine gives no random numbers: {error}")))?;
    Ok(bytes)
}

/// Characters of the value, or bytes in it.
fn length(secret: &Secret) -> usize {
    let usual = match secret.form {
        SecretForm::Hex => 64,
        SecretForm::Fernet => return 32,
        _ => 32,
    };
    secret
        .length
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(usual)
}

/// A value from random bytes, one for each character or byte: 32 characters have 192 bits. `None`: nobody can make one up.
pub fn strong_value(form: SecretForm, entropy: &[u8]) -> Option<String> {
    let characters = |alphabet: &[u8]| -> String {
        let of = |byte: &u8| alphabet[usize::from(*byte) * alphabet.len() / 256];
        entropy.iter().map(|byte| char::from(of(byte))).collect()
    };
    Some(match form {
        SecretForm::Token => {
            let mut token: String = entropy.iter().map(|byte| character(*byte)).collect();
            // A leading `-` would be read as an option by programs that take it as an argument.
            if token.starts_with('-') {
                token.replace_range(..1, "A");
            }
            token
        }
        // All but the last two, `-` and `_`.
        SecretForm::Alphanumeric => characters(&ALPHABET[..62]),
        SecretForm::Hex => characters(b"0123456789abcdef"),
        SecretForm::Base64 => BASE64.encode(entropy),
        SecretForm::Base64Url | SecretForm::Fernet => BASE64URL.encode(entropy),
        SecretForm::Certificate => return None,
    })
}

/// Whether a value can stand in a URL as it is.
pub fn fits_url(value: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
    !value.is_empty() && value.chars().all(fits)
}

/// Whether a value has the form that the secret says. Its length counts where it is written.
pub fn is_sound(secret: &Secret, value: &str) -> bool {
    let is_long = |length: usize| {
        let wanted = secret
            .length
            .and_then(|length| usize::try_from(length).ok());
        wanted.is_none_or(|wanted| wanted == length)
    };
    let decoded = |bytes: Option<usize>| bytes.is_some_and(is_long);
    match secret.form {
        SecretForm::Token => fits_url(value) && is_long(value.len()),
        SecretForm::Alphanumeric => {
            !value.is_empty()
                && value.chars().all(|c| c.is_ascii_alphanumeric())
                && is_long(value.len())
        }
        SecretForm::Hex => {
            !value.is_empty()
                && value.chars().all(|c| c.is_ascii_hexdigit())
                && is_long(value.len())
        }
        SecretForm::Base64 => decoded(BASE64.decode(value.as_bytes()).ok().map(|it| it.len())),
        SecretForm::Base64Url => {
            let digits = value.trim_end_matches('=').as_bytes();
            decoded(BASE64URL_NOPAD.decode(digits).ok().map(|it| it.len()))
        }
        SecretForm::Certificate => fault_of_certificate(value).is_none(),
        SecretForm::Fernet => {
            let digits = value.trim_end_matches('=');
            digits.len() == 43 && digits.bytes().all(|byte| ALPHABET.contains(&byte))
        }
    }
}

/// Why no program can serve with a certificate and its key in one PEM text.
fn fault_of_certificate(value: &str) -> Option<&'static str> {
    let has = |label: &str| pem_blocks(value, label).contains("-----END ");
    let is_locked = || has("ENCRYPTED PRIVATE KEY") || value.contains("Proc-Type: 4,ENCRYPTED");
    match (has("CERTIFICATE"), has("PRIVATE KEY")) {
        (false, false) => Some("neither a certificate nor its private key"),
        (false, true) => Some("no certificate, only a private key"),
        (true, false) => Some("no private key, only a certificate"),
        (true, true) => is_locked().then_some("a private key that asks for a passphrase"),
    }
}

/// Says why the value of a secret is no certificate that a program can serve with; `None` where it is one.
pub fn bad_certificate(secret: &Secret, value: &str) -> Option<String> {
    let fault = fault_of_certificate(value)?;
    Some(format!("the value of `{}` holds {fault}", secret.env))
}

/// Whether a value stands in `.env` as it is, without quotes.
pub(super) fn fits_dotenv(value: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._~-=+/".contains(c);
    !value.is_empty() && value.chars().all(is_plain)
}

/// The characters that break no URL.
pub const USE_URL_SAFE: &str = "use letters, digits, `.`, `_`, `~` and `-`";

/// What the value of a secret has to be, for a message.
pub fn form_in_words(secret: &Secret) -> String {
    let length = length(secret);
    match secret.form {
        SecretForm::Token => match secret.length {
            Some(_) => format!("use {length} letters, digits, `.`, `_`, `~` and `-`"),
            None => USE_URL_SAFE.to_string(),
        },
        SecretForm::Alphanumeric => match secret.length {
            Some(_) => format!("use {length} letters and digits"),
            None => "use letters and digits".to_string(),
        },
        SecretForm::Hex => format!("it is {length} hexadecimal digits"),
        SecretForm::Base64 => format!("it is {length} bytes as base64"),
        SecretForm::Base64Url => format!("it is {length} bytes as URL-safe base64"),
        SecretForm::Fernet => "a Fernet key is 32 bytes as URL-safe base64".to_string(),
        SecretForm::Certificate => "it is a certificate and its private key as PEM".to_string(),
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
    /// It starts on this volume, which the engine has.
    Found(String),
    /// It starts on this path of the host, which is not empty.
    Folder(String),
    /// It keeps data in this component, whose own data may be there already.
    Store(String),
}

/// The secrets whose values exist already, each with the component that has it, and why. A value that is made up would not
/// fit. `kept`: the data of all runtimes; `volumes`: those that the engine has. `is_filled` says whether there is something at a path of
/// the host, `is_set` whether a variable has a value.
pub fn set_elsewhere<'a>(
    platform: &'a Platform,
    kept: &[Kept],
    volumes: &[String],
    is_filled: impl Fn(&str) -> bool,
    is_set: impl Fn(&str) -> bool,
) -> BTreeMap<&'a str, (&'a str, Origin)> {
    let mut owners = BTreeMap::new();
    let mut made_here = BTreeSet::new();
    let mut stores = Vec::new();
    let none = BTreeSet::new();
    let mut with_data = BTreeSet::new();
    for component in &platform.components {
        let origin = match &component.external {
            Some(_) => Some(Origin::Elsewhere),
            None => origin_of_data(component, kept, volumes, &is_filled),
        };
        let settings = component.settings.iter();
        let texts = settings.flat_map(|setting| setting.value.texts());
        let secrets = texts.flat_map(Text::secrets);
        let Some(origin) = origin else {
            made_here.extend(secrets);
            continue;
        };
        with_data.insert(component.name.as_str());
        // One that runs elsewhere was started with them, and no job here makes its users.
        let is_here = component.external.is_none();
        let taken = if is_here {
            &component.taken_at_start
        } else {
            let passwords = component.login_passwords.iter().flat_map(Text::secrets);
            let owner = || (component.name.as_str(), origin.clone());
            owners.extend(passwords.map(|secret| (secret, owner())));
            &none
        };
        let secrets = secrets.filter(|secret| !taken.contains(*secret));
        owners.extend(secrets.map(|secret| (secret, (component.name.as_str(), origin.clone()))));
        stores.extend(component.main().map(|main| (main, taken, origin)));
    }
    // A password that a variable sets in place of a setting.
    for (main, taken, origin) in stores {
        for secret in workload_secrets(main) {
            if !made_here.contains(secret) && !taken.contains(secret) {
                let owner = || (main.component.as_str(), origin.clone());
                owners.entry(secret).or_insert_with(owner);
            }
        }
    }
    for (secret, owner) in in_stores(platform, &with_data, is_set) {
        owners.entry(secret).or_insert(owner);
    }
    owners
}

/// What the data of components was made with that lies in a store which may have it already: keys that encrypt it, and what its
/// program reads only while it has none. `with_data`: components whose data may be there.
fn in_stores<'a>(
    platform: &'a Platform,
    with_data: &BTreeSet<&str>,
    is_set: impl Fn(&str) -> bool,
) -> Vec<(&'a str, (&'a str, Origin))> {
    let mut out = Vec::new();
    for component in &platform.components {
        let uses = component.uses.iter();
        let is_there = |it: &&Use| it.keeps && with_data.contains(it.component.as_str());
        let stores = uses.filter(is_there);
        for store in stores.filter(|it| !is_new_there(platform, component, it, &is_set)) {
            let owner = (
                component.name.as_str(),
                Origin::Store(store.component.clone()),
            );
            let keys = component.keys.values().map(String::as_str);
            let of_schema = store.has_schema().then(|| with_schema(component));
            let all = keys.chain(of_schema.into_iter().flatten());
            out.extend(all.map(|secret| (secret, owner.clone())));
        }
    }
    out
}

/// Secrets that a schema of the component was made with.
fn with_schema(component: &Component) -> impl Iterator<Item = &str> {
    let env = component.main().map(|main| &main.env);
    let read = env.into_iter().flatten();
    let read = read.filter(|it| component.first_start.contains_key(&it.name));
    let all = read.chain(component.encryption());
    all.flat_map(|it| it.value.secrets())
}

/// Whether a component comes to a server elsewhere that others use: the values of the server are known, so nothing is lost, and none
/// that is for the component alone was ever made. Of a store here there is a volume: after a `.env` was lost, its password is the first
/// thing that somebody writes into the new one.
fn is_new_there(
    platform: &Platform,
    component: &Component,
    store: &Use,
    is_set: impl Fn(&str) -> bool,
) -> bool {
    let has_value = |name: &str| platform.secret(name).is_some_and(|it| is_set(&it.env));
    let mut own = platform.secrets.iter();
    let has_own = own.any(|it| it.is_of(&component.name) && is_set(&it.env));
    let has_key = component.keys.values().any(|it| has_value(it));
    let store = platform.component(&store.component);
    let store = store.filter(|it| it.external.is_some());
    let settings = store.into_iter().flat_map(|it| &it.settings);
    let mut of_store = settings
        .flat_map(|it| it.value.texts())
        .flat_map(Text::secrets);
    store.is_some() && !has_own && !has_key && of_store.all(has_value)
}

/// Why there may be data where the component keeps its own, in one of the runtimes.
fn origin_of_data(
    component: &Component,
    kept: &[Kept],
    volumes: &[String],
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
            None if it.data.keeper == Keeper::Engine && volumes.contains(&it.data.name) => {
                Some(Origin::Found(it.data.title()))
            }
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
    use super::{fits_url, form_in_words, is_sound, length, strong_value};
    use crate::{
        model::{Secret, SecretForm, SecretOrigin},
        source::{Sources, Span},
    };

    const FORMS: [SecretForm; 6] = [
        SecretForm::Token,
        SecretForm::Alphanumeric,
        SecretForm::Hex,
        SecretForm::Base64,
        SecretForm::Base64Url,
        SecretForm::Fernet,
    ];

    fn secret(form: SecretForm, length: Option<u32>) -> Secret {
        Secret {
            name: "s".to_string(),
            env: "S".to_string(),
            description: None,
            optional: false,
            form,
            length,
            generate: None,
            origin: SecretOrigin::Declared,
            span: Span::new(Sources::default().add("t", ""), 0..0),
        }
    }

    #[test]
    fn generated_secrets_keep_their_own_rules() {
        for seed in 0..=255 {
            for form in FORMS {
                for wanted in [None, Some(16), Some(48)] {
                    let secret = secret(form, wanted.filter(|_| form != SecretForm::Fernet));
                    let mut entropy = vec![seed; length(&secret)];
                    entropy[7] = 7;
                    let value = strong_value(form, &entropy).expect("a value");
                    assert!(is_sound(&secret, &value), "{form:?} {value}");
                    assert!(form != SecretForm::Token || !value.starts_with('-'));
                    assert!(!form_in_words(&secret).is_empty());
                }
            }
        }
        let hex = secret(SecretForm::Hex, None);
        assert_eq!(length(&hex), 64);
        assert!(!is_sound(&secret(SecretForm::Hex, Some(64)), "00ff"));
        assert!(!is_sound(&secret(SecretForm::Base64, Some(32)), "AAAA"));
        assert!(!is_sound(&hex, "0g"));
    }

    #[test]
    fn a_fernet_key_is_base64_for_urls() {
        let key = strong_value(SecretForm::Fernet, &[251; 32]).expect("a key");
        assert_eq!(key, "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=");
    }

    #[test]
    fn secrets_that_break_a_url_are_refused() {
        let token = secret(SecretForm::Token, None);
        for value in ["", "a b", "p@ss", "a/b", "a$b", "ü"] {
            assert!(!is_sound(&token, value) && !fits_url(value), "{value}");
        }
        assert!(!is_sound(&secret(SecretForm::Fernet, None), "short="));
    }
}
