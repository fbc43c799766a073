//! Names that secrets have: of variables, of flags, of keys in files of configuration.
//!
//! A name is read word by word: `apiKeyEnv`, `api_key_env` and `API-KEY-ENV` are one. What stands behind the secret's own word says
//! whether the value is the secret, or where it is kept, what it is for, how long it lives.

/// Words that are a secret's own.
const SECRETS: [&str; 17] = [
    "PASS",
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "REQUIREPASS",
    "AUTHTOKEN",
    "ACCESSTOKEN",
    "CLIENTSECRET",
    "SECRETKEY",
    "ACCESSKEY",
];

/// What is in each name of a secret.
const PARTS: [&str; 6] = ["PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

/// What a key is that is a secret. Others open nothing: those of a cache, of a table.
const KEYS: [&str; 12] = [
    "API",
    "PRIVATE",
    "ACCESS",
    "FERNET",
    "SECRET",
    "ENCRYPTION",
    "SIGNING",
    "MASTER",
    "SHARED",
    "ACCOUNT",
    "JWT",
    "HMAC",
];

/// Last words of names whose value is no secret: a property of one, or the place where it is.
const PROPERTIES: [&str; 108] = [
    "AGE",
    "ALG",
    "ALGORITHM",
    "ALIAS",
    "ALLOWED",
    "ATTRIBUTE",
    "AUDIENCE",
    "AUTH",
    "AUTHENTICATION",
    "BACKEND",
    "BYTES",
    "CACHE",
    "CHANGE",
    "CHECK",
    "CLAIM",
    "CLAIMS",
    "CLASS",
    "CMD",
    "COMMAND",
    "COMPLEXITY",
    "COUNT",
    "DAYS",
    "DESCRIPTION",
    "DIR",
    "DIRECTORY",
    "DISABLED",
    "DURATION",
    "ENABLE",
    "ENABLED",
    "ENCODER",
    "ENCODING",
    "ENCRYPTION",
    "ENDPOINT",
    "ENGINE",
    "ENV",
    "EXPIRATION",
    "EXPIRE",
    "EXPIRES",
    "EXPIRY",
    "FIELD",
    "FILE",
    "FILES",
    "FLAG",
    "FORMAT",
    "HASHER",
    "HEADER",
    "HINT",
    "HISTORY",
    "HOST",
    "HOURS",
    "INTERVAL",
    "ISSUER",
    "LABEL",
    "LEEWAY",
    "LENGTH",
    "LIFETIME",
    "LIMIT",
    "LOCATION",
    "MANAGER",
    "MAX",
    "METHOD",
    "MIN",
    "MINUTES",
    "MODE",
    "MOUNT",
    "MS",
    "NAME",
    "NAMES",
    "NAMESPACE",
    "PARAM",
    "PARAMETER",
    "PATH",
    "PATHS",
    "PATTERN",
    "POLICIES",
    "POLICY",
    "PREFIX",
    "PROMPT",
    "PROVIDER",
    "REF",
    "REFS",
    "REGEX",
    "REQUIRED",
    "RESET",
    "REVIEW",
    "ROTATION",
    "SCOPE",
    "SCOPES",
    "SECONDS",
    "SELECTOR",
    "SIZE",
    "SOURCE",
    "STDIN",
    "STORAGE",
    "STORE",
    "STRATEGY",
    "STRENGTH",
    "SUFFIX",
    "TIMEOUT",
    "TTL",
    "TYPE",
    "TYPES",
    "URI",
    "URL",
    "URLS",
    "VALIDITY",
    "VAR",
    "VERSION",
];

/// First words of what is switched on or off, and of what names something that is there.
const SWITCHES: [&str; 19] = [
    "ALLOW",
    "AUTOMOUNT",
    "CHECK",
    "DISABLE",
    "ENABLE",
    "EXISTING",
    "EXPORT",
    "HAS",
    "HIDE",
    "IS",
    "MASK",
    "PERSIST",
    "REQUIRE",
    "REQUIRES",
    "SHOW",
    "SKIP",
    "USE",
    "VALIDATE",
    "WITH",
];

/// What stands before `token` where it is a piece of a text, and what before `pass` where something is passed on.
const OF_TEXTS: [&str; 15] = [
    "BOS", "CLS", "EOS", "IMAGE", "MASK", "MAX", "MIN", "NUM", "PAD", "PER", "SEP", "SPECIAL",
    "START", "STOP", "UNK",
];
const PASSED_ON: [&str; 5] = ["FASTCGI", "GRPC", "PROXY", "SCGI", "UWSGI"];

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
    let last = words.last().copied().unwrap_or_default();
    let is_property = place + 1 < words.len() && PROPERTIES.contains(&last);
    let is_switch = place > 0 && SWITCHES.contains(&words[0]);
    // Jenkins' own, and others: the name of what is kept elsewhere.
    let is_name = words[place].starts_with("CREDENTIAL") && last == "ID";
    !is_property && !is_switch && !is_name
}

fn is_secret(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |at| words[at]);
    match words[at] {
        "KEY" => KEYS.contains(&before),
        // `proxy_pass`, `pass_filenames`.
        "PASS" => at + 1 == words.len() && !PASSED_ON.contains(&before),
        "PWD" => !before.is_empty() && before != "OLD",
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
    use super::{sounds_secret, words};

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
        ] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in [
            "api_key_env",
            "secretKeyRef",
            "password_policy",
            "proxy_pass",
            "passwordless",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
