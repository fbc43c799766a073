//! The words that names of secrets are made of.

/// Words that are a secret's own.
#[rustfmt::skip]
pub(super) const SECRETS: [&str; 23] = [
    "ACCESSKEY", "ACCESSKEYSECRET", "ACCESSTOKEN", "ACCOUNTKEY", "APIKEY", "AUTHTOKEN", "BINDPW", "CLIENTSECRET",
    "CREDENTIAL", "CREDENTIALS", "DBPASS", "ERLANGCOOKIE", "PASS", "PASSPHRASE", "PASSWD", "PASSWORD", "PASSWORDS",
    "PRIVATEKEY", "PWD", "REQUIREPASS", "SECRET", "SECRETKEY", "TOKEN",
];

/// What is in each name of a secret.
#[rustfmt::skip]
pub(super) const PARTS: [&str; 7] = [
    "COOKIE", "CREDENTIAL", "KEY", "PASS", "PW", "SECRET", "TOKEN",
];

/// What a key is that is a secret. Others open nothing: those of a cache, of a table.
#[rustfmt::skip]
pub(super) const KEYS: [&str; 16] = [
    "ACCESS", "ACCOUNT", "ACTIVATION", "AES", "API", "ENCRYPTION", "FERNET", "GOSSIP", "HMAC", "JWT", "LICENSE",
    "MASTER", "PRIVATE", "SECRET", "SHARED", "SIGNING",
];

/// Last words of names whose value is no secret: a property of one, or the place where it is.
#[rustfmt::skip]
pub(super) const PROPERTIES: [&str; 242] = [
    "ADDRESS", "AFTER", "AGE", "ALG", "ALGORITHM", "ALIAS", "ALLOWED", "ALLOWLIST", "ANNOTATION", "ANNOTATIONS",
    "ARN", "ATTEMPT", "ATTEMPTS", "ATTRIBUTE", "AUDIENCE", "AUDIENCES", "AUTH", "AUTHENTICATION", "AUTHENTICATOR",
    "BACKEND", "BACKENDS", "BUCKET", "BUCKETS", "BUDGET", "BYTES", "CACHE", "CERT", "CHANGE", "CHARACTERS", "CHARSET",
    "CHECK", "CIDRS", "CLAIM", "CLAIMS", "CLASS", "CMD", "COLOR", "COLUMN", "COLUMNS", "COMMAND", "COMPLEXITY",
    "CONFIG", "CONFIGURATION", "CONNECTOR", "COOKIE", "COST", "COUNT", "COUNTER", "CRD", "DAYS", "DEFINITION",
    "DELAY", "DESCRIPTION", "DIGITS", "DIM", "DIR", "DIRECTORY", "DISABLED", "DOMAIN", "DRIVER", "DROPOUT",
    "DURATION", "ENABLE", "ENABLED", "ENCODER", "ENCODING", "ENCRYPTION", "ENDPOINT", "ENGINE", "ENV", "ENVIRONMENT",
    "EXCHANGE", "EXPIRATION", "EXPIRE", "EXPIRES", "EXPIRY", "FACTORY", "FIELD", "FILE", "FILES", "FILTER", "FILTERS",
    "FINGERPRINT", "FLAG", "FOR", "FORM", "FORMAT", "FORMATS", "FROM", "GRACE", "GRANT", "GROUP", "HANDLER", "HASHER",
    "HEADER", "HELPER", "HIDDEN", "HINT", "HISTORY", "HOOK", "HOST", "HOURS", "IMAGE", "IN", "INDEX", "INPUT",
    "INTERVAL", "INTROSPECTION", "IPS", "ISSUER", "ISSUERS", "ITERATION", "ITERATIONS", "JOB", "KIND", "LABEL",
    "LABELS", "LEEWAY", "LEN", "LENGTH", "LEVEL", "LIFESPAN", "LIFESPANS", "LIFETIME", "LIMIT", "LINK", "LOADER",
    "LOCATION", "LOG", "LOGGING", "LOGIN", "LOOKUP", "MANAGER", "MAX", "MAXIMUM", "MESSAGE", "METHOD", "MIN",
    "MINIMUM", "MINUTES", "MODE", "MODEL", "MODELS", "MODULE", "MOUNT", "MS", "MTIME", "NAME", "NAMES", "NAMESPACE", "OPTIONAL",
    "OUTPUT", "OVERLAP", "OVERRIDE", "OVERRIDES", "PARALLELISM", "PARAM", "PARAMETER", "PATH", "PATHS", "PATTERN",
    "PERIOD", "PERMISSIONS", "PLACEHOLDER", "PLUGIN", "POLICIES", "POLICY", "PORT", "PREFIX", "PRICE", "PROCESS",
    "PROJECT", "PROMPT", "PROVIDER", "PROVIDERS", "QUERY", "RATE", "READER", "REALM", "REF", "REFS", "REGEX",
    "REGION", "RENEWAL", "REQUIRED", "REQUIREMENTS", "RESET", "RESOLVER", "RETRIES", "REVIEW", "REVOCATION",
    "ROTATION", "ROUNDS", "RULE", "RULES", "SCOPE", "SCOPES", "SECONDS", "SELECTOR", "SET", "SIZE", "SKEW", "SOURCE",
    "STATUS", "STDIN", "STORAGE", "STORE", "STRATEGIES", "STRATEGY", "STRENGTH", "STYLE", "SUFFIX", "SYMBOLS", "SYNC",
    "TABLE", "TEMPLATE", "TEMPLATES", "THRESHOLD", "TIMEOUT", "TITLE", "TOLERANCE", "TRANSPORT", "TTL", "TYPE",
    "TYPES", "URI", "URL", "URLS", "USAGE", "VALIDATION", "VALIDATOR", "VALIDATORS", "VALIDITY", "VAR", "VARIABLE",
    "VARIABLES", "VERIFIER", "VERSION", "VISIBLE", "WHITELIST", "WINDOW", "WRITER",
];

/// First words of what is switched on or off, and of what names something that is there.
#[rustfmt::skip]
pub(super) const SWITCHES: [&str; 28] = [
    "ALLOW", "AUTOMOUNT", "CHECK", "CREATE", "DISABLE", "ENABLE", "EXISTING", "EXPORT", "FORCE", "GENERATE", "HAS",
    "HIDE", "IS", "LOG", "MASK", "PERSIST", "PRINT", "REQUIRE", "REQUIRED", "REQUIRES", "ROTATE", "SHOW", "SKIP",
    "UPDATE", "USE", "VALIDATE", "VERIFY", "WITH",
];

/// What says anywhere in a name that the secret is not in the value, but none, one that the program makes, or one that is there already.
#[rustfmt::skip]
pub(super) const SWITCHED: [&str; 5] = [
    "ALLOW", "DISABLE", "ENABLE", "EXISTING", "RANDOM",
];

/// What stands before `token` where it is a piece of a text.
#[rustfmt::skip]
pub(super) const OF_TEXTS: [&str; 18] = [
    "AUDIO", "BOS", "CLS", "EOS", "FIRST", "IMAGE", "MASK", "MAX", "MIN", "NUM", "PAD", "PER", "SEP", "SPECIAL",
    "START", "STOP", "UNK", "VIDEO",
];

/// What stands before `pass` where something is passed on.
#[rustfmt::skip]
pub(super) const PASSED_ON: [&str; 5] = [
    "FASTCGI", "GRPC", "PROXY", "SCGI", "UWSGI",
];

/// What a Secret of a cluster is for, or what an entry of it is: `tlsSecret`, `userSecretKey` name them.
#[rustfmt::skip]
pub(super) const OF_CLUSTERS: [&str; 40] = [
    "BACKUP", "BUNDLE", "CA", "CERT", "CERTIFICATE", "CERTIFICATES", "CERTS", "CONFIG", "CONFIGURATION", "CREDENTIAL",
    "CREDENTIALS", "ENV", "HTPASSWD", "ID", "INGRESS", "JKS", "KEYS", "KEYSTORE", "LDAP", "PASSWORD", "PASSWORDS", "PEM",
    "POSTGRES", "PULL", "REDIS", "REGISTRY", "REPO", "REPOSITORY", "SCRIPTS", "SSH", "SSL", "STORAGE", "TLS",
    "TRUSTSTORE", "USER", "USERNAME", "USERS", "VALUES", "VARS", "VOLUME",
];
