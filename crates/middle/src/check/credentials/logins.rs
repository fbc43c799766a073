//! Files in which programs keep logins, by what is written in them: those that are known by their names alone are not read at all.

use super::looks_random;

/// The keys of each sort of file whose values are secrets, and what they are.
type Keys = &'static [(&'static str, &'static str)];

const REGISTRIES: Keys = &[
    ("auth", "a log-in of a registry"),
    ("identitytoken", "a log-in of a registry"),
    ("registrytoken", "a log-in of a registry"),
];
const CLUSTERS: Keys = &[
    ("client-key-data", "a key of a user of a cluster"),
    ("token", "a token of a user of a cluster"),
    ("id-token", "a token of a user of a cluster"),
    ("refresh-token", "a token of a user of a cluster"),
    ("password", "a password of a user of a cluster"),
];
const NPM: Keys = &[
    ("_authToken", "a log-in of npm"),
    ("_auth", "a log-in of npm"),
    ("_password", "a log-in of npm"),
];
const PACKAGES: Keys = &[("password", "a log-in of a package index")];
const GOOGLE: Keys = &[("refresh_token", "a log-in of Google's cloud")];
const WIREGUARD: Keys = &[
    ("PrivateKey", "a key of WireGuard"),
    ("PresharedKey", "a key of WireGuard"),
];
/// The part of a JSON Web Key that nobody else may know: of RSA and elliptic curves `d`, of a key that both sides have `k`.
const WEB_KEYS: Keys = &[("d", "a private key"), ("k", "a shared key")];

/// Keys that are secrets wherever they stand.
const ANYWHERE: Keys = &[
    (".dockerconfigjson", "a log-in of a registry"),
    (".dockercfg", "a log-in of a registry"),
    ("client-key-data", "a key of a user of a cluster"),
    ("_authToken", "a log-in of npm"),
];

/// Which keys count in a file, by its name and what else is in it.
pub(super) struct Form {
    keys: Vec<Keys>,
}

impl Form {
    pub(super) fn of(name: &str, text: &str) -> Self {
        let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
        let is_pypirc = name.ends_with("pypirc") || has(&["[distutils]", "index-servers"]);
        let forms: [(bool, Keys); 7] = [
            (has(&["\"auths\""]), REGISTRIES),
            (has(&["clusters:", "contexts:", "users:"]), CLUSTERS),
            (name.ends_with("npmrc"), NPM),
            (is_pypirc, PACKAGES),
            (has(&["\"authorized_user\"", "\"client_secret\""]), GOOGLE),
            (has(&["[Interface]", "PrivateKey"]), WIREGUARD),
            (has(&["\"kty\""]), WEB_KEYS),
        ];
        let forms = forms.into_iter().filter(|(is_meant, _)| *is_meant);
        Self {
            keys: forms.map(|(_, keys)| keys).chain([ANYWHERE]).collect(),
        }
    }

    pub(super) fn in_line(&self, line: &str) -> Option<&'static str> {
        let mut keys = self.keys.iter().copied().flatten();
        let found = keys.find(|(key, _)| values_of(line, key).any(is_secret));
        found.map(|(_, what)| *what)
    }
}

/// The values that a line gives to a key: `key: v`, `"key": "v"`, `key = v`.
fn values_of<'a>(line: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    const QUOTES: [char; 2] = ['"', '\''];
    line.match_indices(key).filter_map(move |(at, _)| {
        let before = line[..at].chars().next_back();
        let is_within = before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let rest = line[at + key.len()..]
            .trim_start_matches(QUOTES)
            .trim_start();
        let value = rest.strip_prefix([':', '='])?.trim_start();
        let value = value.trim_start_matches(QUOTES);
        let end = value.find(|c: char| c.is_whitespace() || "\"',}".contains(c));
        (!is_within).then(|| &value[..end.unwrap_or(value.len())])
    })
}

/// Whether a value is no variable, no path and no word that stands for one.
fn is_secret(value: &str) -> bool {
    let is_filled_in = value.contains(['$', '{', '<', '%']) || value.starts_with(['/', '.', '~']);
    let is_short = value.len() < 8;
    let lower = value.to_ascii_lowercase();
    let stands_for = [
        "example",
        "changeme",
        "your",
        "redacted",
        "placeholder",
        "base64",
    ]
    .iter()
    .any(|word| lower.contains(word));
    !is_filled_in && !is_short && !stands_for && looks_random(value)
}

#[cfg(test)]
mod tests {
    use super::Form;

    fn found(name: &str, text: &str) -> Option<&'static str> {
        let form = Form::of(name, text);
        text.lines().find_map(|line| form.in_line(line))
    }

    const LOGIN: &str = "c2hvcDpzM2NyZXQtd29yZA==";

    #[test]
    fn logins_are_known_by_what_stands_around_them() {
        let config = format!(r#"{{"auths": {{"registry.example.com": {{"auth": "{LOGIN}"}}}}}}"#);
        let cluster = "kind: Config\nclusters: []\ncontexts: []\nusers:\n- name: a\n  user:\n    ";
        for (name, text) in [
            ("docker.json", config.clone()),
            (
                "pull.yaml",
                format!("data:\n  .dockerconfigjson: {LOGIN}\n"),
            ),
            ("kubeconfig", format!("{cluster}client-key-data: {LOGIN}\n")),
            ("kubeconfig", format!("{cluster}token: {LOGIN}\n")),
            (
                ".npmrc",
                format!("//registry.npmjs.org/:_authToken={LOGIN}\n"),
            ),
            (
                "site.npmrc",
                format!("//registry.npmjs.org/:_authToken={LOGIN}\n"),
            ),
            (".npmrc", format!("_auth = \"{LOGIN}\"\n")),
            (
                ".pypirc",
                format!("[pypi]\nusername = a\npassword = {LOGIN}\n"),
            ),
            (
                "adc.json",
                format!(
                    r#"{{"type": "authorized_user", "client_secret": "x", "refresh_token": "{LOGIN}"}}"#
                ),
            ),
            ("wg0.conf", format!("[Interface]\nPrivateKey = {LOGIN}\n")),
            (
                "jwks.json",
                format!("{{\"keys\": [{{\"kty\": \"EC\", \"d\": \"{LOGIN}\"}}]}}"),
            ),
        ] {
            assert!(found(name, &text).is_some(), "{name}: {text}");
            for instead in [
                "${TOKEN}",
                "$(cat /run/secrets/token)",
                "<token>",
                "xxxxxxxxxxxx",
                "/run/token",
                "your-token-123",
                "",
            ] {
                let text = text.replace(LOGIN, instead);
                assert_eq!(found(name, &text), None, "{name}: {text}");
            }
        }
        for (name, text) in [
            ("app.yaml", format!("auth: {LOGIN}\n")),
            ("app.yaml", format!("token: {LOGIN}\n")),
            ("app.json", format!("{{\"password\": \"{LOGIN}\"}}")),
            (
                "kubeconfig",
                format!("{cluster}client-certificate-data: {LOGIN}\n"),
            ),
            (
                "jwks.json",
                format!("{{\"keys\": [{{\"kty\": \"RSA\", \"n\": \"{LOGIN}\"}}]}}"),
            ),
            ("docker.json", config.replace("\"auth\"", "\"email\"")),
        ] {
            assert_eq!(found(name, &text), None, "{name}: {text}");
        }
    }
}
