//! Files of a project that the compiler does not read, so that no message and no output can quote them: git's own, what is generated,
//! and files in which programs keep the keys and the logins of a person, by their names.

/// Names of files in which nothing but keys and logins lies.
#[rustfmt::skip]
const PRIVATE_FILES: [&str; 14] = [
    ".dockercfg", ".git-credentials", ".mylogin.cnf", ".netrc", ".pgpass", ".vault-token", "_netrc",
    "application_default_credentials.json", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_rsa",
];

/// Such files by the folder in which they lie; other folders have harmless files of these names.
const PRIVATE_IN: [(&str, &str); 3] = [
    (".aws", "credentials"),
    (".docker", "config.json"),
    (".kube", "config"),
];

/// A folder with nothing else.
const KEYRING: &str = ".gnupg";

/// Why no file of the project is copied from this path into what is generated: it holds secrets of a person or of a platform.
/// `output` is the name of the folder that everything is generated into, in this project or another one.
pub fn why_private(path: &str, output: &str) -> Option<&'static str> {
    let names = || path.split('/');
    if names().any(is_git_folder) {
        return Some("is in git's own folder, where credentials may lie");
    }
    let is_secret = names().any(|name| name == output) && names().next_back() == Some(".env");
    is_secret.then_some("holds the secrets of a platform")
}

/// Why the compiler reads no file at this path of the project, so that no message and no output can quote it: it is private, or what is
/// generated.
pub fn why_not_read(path: &str, output: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let names: Vec<&str> = lower
        .split('/')
        .filter(|name| !matches!(*name, "" | "."))
        .collect();
    let (last, folders) = names.split_last()?;
    if names[0].eq_ignore_ascii_case(output) {
        return Some("is in the folder that everything is generated into");
    }
    if let Some(why) = why_private(path, output) {
        return Some(why);
    }
    if is_dotenv(last) {
        return Some("may hold secrets");
    }
    let folder = folders.last().copied().unwrap_or_default();
    let is_kept = PRIVATE_FILES.contains(last)
        || PRIVATE_IN.contains(&(folder, *last))
        || names.contains(&KEYRING);
    is_kept.then_some("is where programs keep a person's keys and logins")
}

/// `.env`, and what stays on one machine by the convention of those who read it: `.env.local`, `.env.production.local`. Others, such as
/// `.env.example` and `.env.production`, are judged by what is in them.
fn is_dotenv(name: &str) -> bool {
    let ending = name.strip_prefix(".env");
    ending.is_some_and(|ending| {
        ending.is_empty() || ending.starts_with('.') && ending.ends_with(".local")
    })
}

/// `.git`, in the ways that one of the file systems has for it.
pub fn is_git_folder(name: &str) -> bool {
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

#[cfg(test)]
mod tests {
    use super::why_not_read;

    #[test]
    fn files_of_keys_and_logins_are_known_by_their_names() {
        for path in [
            ".env",
            "./a//.ENV",
            ".env.local",
            "web/.env.production.local",
            ".netrc",
            "deploy/.pgpass",
            "deploy/id_rsa",
            "keys/ID_ED25519",
            ".aws/credentials",
            "home/.docker/config.json",
            "home/./.kube/config",
            ".gnupg/secring.gpg",
            ".git/config",
            "generated/compose/compose.yaml",
            "Generated/x",
        ] {
            assert!(why_not_read(path, "generated").is_some(), "{path}");
        }
        for path in [
            "",
            ".env.example",
            ".env.production",
            ".environment",
            "locale/env.local",
            "id_rsa.pub",
            "credentials",
            "conf/config.json",
            "docker/config.json",
            "config",
            ".github/workflows/ci.yaml",
            "my_netrc",
        ] {
            assert_eq!(why_not_read(path, "generated"), None, "{path}");
        }
    }
}
