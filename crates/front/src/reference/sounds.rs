//! Names that secrets have: of variables, of flags, of keys in files of configuration.
//!
//! A name is read word by word: `apiKeyEnv`, `api_key_env` and `API-KEY-ENV` are one. What stands behind the secret's own word says
//! whether the value is the secret, or where it is kept, what it is for, how long it lives.

/// Words that are a secret's own.
const SECRETS: [&str; 18] = [
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
    "DBPASS",
];

/// What is in each name of a secret.
const PARTS: [&str; 6] = ["PASS", "PW", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];

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
const PROPERTIES: [&str; 146] = [
    "AFTER",
    "AGE",
    "ALG",
    "ALGORITHM",
    "ALIAS",
    "ALLOWED",
    "ARN",
    "ATTRIBUTE",
    "AUDIENCE",
    "AUTH",
    "AUTHENTICATION",
    "BACKEND",
    "BUCKET",
    "BUDGET",
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
    "COST",
    "COUNT",
    "COUNTER",
    "DAYS",
    "DESCRIPTION",
    "DIM",
    "DIR",
    "DIRECTORY",
    "DISABLED",
    "DRIVER",
    "DROPOUT",
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
    "FILTER",
    "FILTERS",
    "FLAG",
    "FOR",
    "FORMAT",
    "GRANT",
    "GROUP",
    "HANDLER",
    "HASHER",
    "HEADER",
    "HELPER",
    "HINT",
    "HISTORY",
    "HOST",
    "HOURS",
    "IN",
    "INDEX",
    "INTERVAL",
    "ISSUER",
    "LABEL",
    "LEEWAY",
    "LENGTH",
    "LIFESPAN",
    "LIFESPANS",
    "LIFETIME",
    "LIMIT",
    "LOCATION",
    "LOGIN",
    "LOOKUP",
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
    "OVERLAP",
    "PARAM",
    "PARAMETER",
    "PATH",
    "PATHS",
    "PATTERN",
    "PERIOD",
    "POLICIES",
    "POLICY",
    "PREFIX",
    "PRICE",
    "PROCESS",
    "PROJECT",
    "PROMPT",
    "PROVIDER",
    "RATE",
    "REF",
    "REFS",
    "REGEX",
    "REGION",
    "REQUIRED",
    "RESET",
    "REVIEW",
    "ROTATION",
    "SCOPE",
    "SCOPES",
    "SECONDS",
    "SELECTOR",
    "SET",
    "SIZE",
    "SOURCE",
    "STATUS",
    "STDIN",
    "STORAGE",
    "STORE",
    "STRATEGY",
    "STRENGTH",
    "SUFFIX",
    "THRESHOLD",
    "TIMEOUT",
    "TRANSPORT",
    "TTL",
    "TYPE",
    "TYPES",
    "URI",
    "URL",
    "URLS",
    "USAGE",
    "VALIDATION",
    "VALIDATOR",
    "VALIDITY",
    "VAR",
    "VERIFIER",
    "VERSION",
    "WINDOW",
];

/// First words of what is switched on or off, and of what names something that is there.
const SWITCHES: [&str; 20] = [
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
    "REQUIRED",
    "REQUIRES",
    "SHOW",
    "SKIP",
    "USE",
    "VALIDATE",
    "WITH",
];

/// What says anywhere in a name that the secret is not in the value, but none, or one that the program makes.
const SWITCHED: [&str; 4] = ["ALLOW", "DISABLE", "ENABLE", "RANDOM"];

/// What stands before `token` where it is a piece of a text, and what before `pass` where something is passed on.
const OF_TEXTS: [&str; 18] = [
    "AUDIO", "BOS", "CLS", "EOS", "FIRST", "IMAGE", "MASK", "MAX", "MIN", "NUM", "PAD", "PER",
    "SEP", "SPECIAL", "START", "STOP", "UNK", "VIDEO",
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
        "KEY" => KEYS.contains(&before),
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
