//! Names that secrets have: of variables, of flags, of keys in files of configuration.
//!
//! A name is read word by word: `apiKeyEnv`, `api_key_env` and `API-KEY-ENV` are one. What stands behind the secret's own word says
//! whether the value is the secret, or where it is kept, what it is for, how long it lives.

mod words;

use words::{
    KEYS, OF_CLUSTERS, OF_TEXTS, PARTS, PASSED_ON, PROPERTIES, SECRETS, SWITCHED, SWITCHES,
};

/// Whether a name is that of a secret.
pub fn sounds_secret(name: &str) -> bool {
    // Most names have none of these letters, and are not read further.
    let upper = name.to_ascii_uppercase();
    if !PARTS.iter().any(|part| upper.contains(part)) {
        return false;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some(place) = (0..words.len()).rposition(|at| is_secret(&words, at)) else {
        return false;
    };
    let (before, behind) = (&words[..place], &words[place + 1..]);
    let last = behind.last().copied().unwrap_or_default();
    // `secretKeyRef.key`: what is below a reference names something, too.
    let is_property = PROPERTIES.contains(&last) || behind.contains(&"REF");
    let is_switch = before.first().is_some_and(|it| SWITCHES.contains(it))
        || before.iter().any(|it| SWITCHED.contains(it));
    !is_property && !is_switch && !is_id(&words, place)
}

/// Whether a name is that of a secret, while its value is a number: what counts tokens has more words behind.
pub fn sounds_secret_as_number(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let place = (0..words.len()).rposition(|at| is_secret(&words, at));
    let counts = place.is_some_and(|at| words[at] == "TOKEN" && at + 1 < words.len());
    !counts && sounds_secret(name)
}

/// Whether this is the name of a Secret of a cluster, or of an entry in one, and not the secret itself: by what the name is of
/// (`tlsSecret`, `passwordKey`), and if the value is made of words as such names are.
pub fn names_entry_of_secret(name: &str, value: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_of_cluster = |word: &&str| OF_CLUSTERS.contains(word);
    let is_entry = match words.as_slice() {
        [.., of, "SECRET", "KEY"] => is_of_cluster(of) || *of == "TOKEN",
        [
            ..,
            "PASSWORD" | "PASSWORDS" | "PASSPHRASE" | "TOKEN" | "SECRET",
            of,
            "KEY",
        ] => is_of_cluster(of),
        [.., "PASSWORD" | "PASSWORDS" | "PASSPHRASE" | "TOKEN", "KEY"] => true,
        [.., "PRIVATE", "KEY", "SECRET"] => value.contains(['-', '.']),
        // One word may be a password: `USER_SECRET=hunter`.
        [.., "FROM", "SECRET"] | [.., "SSH", "KEY", "SECRET"] => true,
        [.., of, "SECRET"] if is_of_cluster(of) => value.contains(['-', '.']),
        [.., of, "SECRET"] => OF_OBJECTS.contains(of) && is_name_of_object(name, value),
        _ => false,
    };
    is_entry && value.split(['.', '_', '-']).all(is_word)
}

/// What a Secret of a cluster is often for, which is no program's name.
const OF_OBJECTS: [&str; 8] = [
    "ADMIN", "AUTH", "CUSTOM", "DATABASE", "DB", "EXTERNAL", "INGRESS", "TOKEN",
];

/// Whether a value is one of several words as objects of Kubernetes' are called, under a key that is no variable: `authSecret: basic-auth`.
fn is_name_of_object(key: &str, value: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c == '-';
    key.contains(|c: char| c.is_ascii_lowercase())
        && value.trim_matches('-').contains('-')
        && value.chars().all(is_of_name)
}

/// So few characters are a word with its number.
const SHORT: usize = 3;

/// A word, also in capitals or of several: `tls`, `s3`, `TOKEN`, `adminPassword`. What was drawn at random has digits, or more capitals.
fn is_word(part: &str) -> bool {
    let is_letters = part.chars().all(|c| c.is_ascii_alphabetic());
    let humps = part
        .chars()
        .skip(1)
        .filter(char::is_ascii_uppercase)
        .count();
    let is_upper = !part.contains(|c: char| c.is_ascii_lowercase());
    let is_one = is_letters && (is_upper || humps * 3 <= part.len());
    !part.is_empty() && (part.len() <= SHORT || is_one)
}

/// Whether it names what is kept elsewhere: a log-in of Jenkins', a key of a key store. `ACCESS_KEY_ID` is half of a log-in.
fn is_id(words: &[&str], place: usize) -> bool {
    let names = match words[place] {
        "KEY" => place > 0 && words[place - 1] != "ACCESS",
        word => word == "TOKEN" || word.starts_with("CREDENTIAL"),
    };
    names && place + 2 == words.len() && words[place + 1] == "ID"
}

fn is_secret(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |at| words[at]);
    // `DB_PASSWORD1`, `apiKey2`.
    match words[at].trim_end_matches(|c: char| c.is_ascii_digit()) {
        "KEY" | "KEYS" => KEYS.contains(&before),
        // What nodes of Erlang, as those of RabbitMQ, know each other by.
        "COOKIE" => before == "ERLANG",
        // `proxy_pass`, `pass_filenames`.
        "PASS" => at + 1 == words.len() && !PASSED_ON.contains(&before),
        "PWD" => !before.is_empty() && before != "OLD",
        "PW" => !before.is_empty() && at + 1 == words.len(),
        "TOKEN" => !OF_TEXTS.contains(&before),
        "SECRET" => before != "PULL",
        word => {
            SECRETS.contains(&word) || ["PASSWORD", "PASSWD"].iter().any(|end| word.ends_with(end))
        }
    }
}

/// The words of a name, in capital letters. `clientSecret` has two, `APIKey` has `API` and `KEY`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        let next_is_lower = characters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_is_lower);
        if begins || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_uppercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{sounds_secret, sounds_secret_as_number, words};

    #[test]
    fn a_name_is_read_word_by_word() {
        for (name, expected) in [
            ("clientSecret", "CLIENT SECRET"),
            ("OPENAI_API_KEY", "OPENAI API KEY"),
            ("APIKeyEnv", "API KEY ENV"),
            ("--web.password-file", "WEB PASSWORD FILE"),
        ] {
            assert_eq!(words(name).join(" "), expected);
        }
    }

    #[test]
    fn the_last_word_says_what_the_value_is() {
        for name in [
            "apiKey",
            "MYSQL_ROOT_PASSWORD",
            "PGPASSWORD",
            "SECRET_KEY_BASE",
            "API_KEY_OPENAI",
            "DB_PASSWORD1",
            "apiKey2",
            "APP_SECRET2",
            "DBPASS",
            "root_pw",
            "AWS_ACCESS_KEY_ID",
            "vault_secret_id",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in [
            "api_key_env",
            "secretKeyRef",
            "password_policy",
            "proxy_pass",
            "passwordless",
            "SIGNING_KEY_ID",
            "ENCRYPTION_KEY_ID",
            "kms_master_key_id",
            "jwt_key_id",
            "apiKeyId",
            "jwt_key_set",
            "video_token_id",
            "accessTokenLifespan",
            "tokenExpiresIn",
            "requiredCredentials",
            "secretKeyRef.key",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn a_number_of_tokens_is_no_token() {
        assert!(!sounds_secret_as_number("token_quota"));
        assert!(sounds_secret_as_number("token"));
        assert!(sounds_secret_as_number("password_of_db"));
    }
}
