//! Which rule a path breaks: the first one that is in the way of its reader.

use super::path::{ContainerPath, HostPath, LONGEST_NAME, LONGEST_PATH, is_device};
use super::private::is_git_folder;
use crate::text::is_hidden;

/// Why a text is no path inside of a container, or none where something can be mounted.
pub fn fault_in_container(path: &str) -> Option<String> {
    if path == "/" {
        return Some("nothing can be mounted over all of it".to_string());
    }
    if ContainerPath::parse(path).is_some() {
        return None;
    }
    let fault = match path.strip_prefix('/') {
        None => "it does not begin with `/`".to_string(),
        Some(inner) => {
            let inner = inner.strip_suffix('/').unwrap_or(inner);
            let colon = || inner.contains(':').then(|| "`:` stands in it".to_string());
            steps(inner).or_else(colon).or_else(|| names(inner))?
        }
    };
    Some(fault)
}

/// Why a text is no path of the project or of the host.
pub fn fault_on_host(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("it is empty".to_string());
    }
    if HostPath::is_good(path) {
        return None;
    }
    match path.strip_prefix('/') {
        Some(inner) => {
            let inner = inner.strip_suffix('/').unwrap_or(inner);
            steps(inner).or_else(|| names(inner))
        }
        None => names(path),
    }
}

/// Why a file can't be generated for that path of a container.
pub fn fault_of_file(path: &str) -> Option<String> {
    if ContainerPath::of_file(path).is_some() {
        return None;
    }
    if path.len() > 1 && path.ends_with('/') {
        return Some("it ends with `/`, as a folder".to_string());
    }
    let names = || path.split('/');
    fault_in_container(path).or_else(|| {
        let strange = path.chars().find(|c| "<>:\"|?*".contains(*c));
        let windows = "which no file of Windows can have";
        Some(match strange {
            Some(c) => format!("`{c}` stands in it, {windows}"),
            None if names().any(is_device) => {
                "a name in it is one of a device of Windows".to_string()
            }
            None if names().any(is_git_folder) => "git keeps `.git` for itself".to_string(),
            None => format!("a name in it ends with a dot or a space, {windows}"),
        })
    })
}

/// What leads nowhere or elsewhere between the first `/` and the last one.
fn steps(inner: &str) -> Option<String> {
    if inner.split('/').any(str::is_empty) {
        return Some("two `/` stand beside each other".to_string());
    }
    let step = inner.split('/').find(|name| matches!(*name, "." | ".."))?;
    Some(format!("`{step}` is no name of a folder"))
}

/// What is wrong with names.
fn names(path: &str) -> Option<String> {
    characters(path).or_else(|| lengths(path))
}

fn characters(path: &str) -> Option<String> {
    let misfit = path.chars().find(|c| is_hidden(*c) || *c == '\\')?;
    Some(match misfit {
        '\\' => "`\\` stands in it: names have `/` between them".to_string(),
        hidden => format!("it holds U+{:04X}, which is not shown", hidden as u32),
    })
}

fn lengths(path: &str) -> Option<String> {
    let name = path.split('/').any(|name| name.len() > LONGEST_NAME);
    let whole = path.len() > LONGEST_PATH;
    match (name, whole) {
        (true, _) => Some(format!("a name in it has more than {LONGEST_NAME} bytes")),
        (_, true) => Some(format!("it has more than {LONGEST_PATH} bytes")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_that_is_broken_is_told() {
        for (path, fault) in [
            ("/data", None),
            ("data", Some("it does not begin with `/`")),
            ("/a//b", Some("two `/` stand beside each other")),
            ("/a/../b", Some("`..` is no name of a folder")),
            ("/a:ro", Some("`:` stands in it")),
            ("/", Some("nothing can be mounted over all of it")),
        ] {
            assert_eq!(fault_in_container(path).as_deref(), fault, "{path}");
        }
        for (path, fault) in [
            ("../x", None),
            (
                "C:\\x",
                Some("`\\` stands in it: names have `/` between them"),
            ),
            ("/a/./b", Some("`.` is no name of a folder")),
            ("a\u{202e}", Some("it holds U+202E, which is not shown")),
            ("", Some("it is empty")),
        ] {
            assert_eq!(fault_on_host(path).as_deref(), fault, "{path}");
        }
        for (path, fault) in [
            ("/etc/x.conf", None),
            ("/etc/", Some("it ends with `/`, as a folder")),
            (
                "/etc/a*",
                Some("`*` stands in it, which no file of Windows can have"),
            ),
            (
                "/etc/AUX",
                Some("a name in it is one of a device of Windows"),
            ),
            ("/.git/config", Some("git keeps `.git` for itself")),
        ] {
            assert_eq!(fault_of_file(path).as_deref(), fault, "{path}");
        }
    }

    #[test]
    fn whatever_is_refused_has_its_reason() {
        let long = "x".repeat(300);
        let texts = [
            "", "/", "//", "a", "/a/", "/a.", "/a\\b", "/a\tb", &long, "/a/.", "~",
        ];
        for text in texts.into_iter().chain([format!("/{long}").as_str()]) {
            let of_container = ContainerPath::of_mount(text).is_none();
            assert_eq!(fault_in_container(text).is_some(), of_container, "{text}");
            assert_eq!(
                fault_on_host(text).is_some(),
                !HostPath::is_good(text),
                "{text}"
            );
            let of_file = ContainerPath::of_file(text).is_none();
            assert_eq!(fault_of_file(text).is_some(), of_file, "{text}");
        }
    }
}
