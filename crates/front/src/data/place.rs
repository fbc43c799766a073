//! Where a workload meets data: what decides whether its program finds there what it wrote.

use serde::{Deserialize, Serialize};

use crate::files::Target;

/// Where a workload meets data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The target that starts the workload.
    pub runtime: Target,
    /// The workload's name.
    pub workload: String,
    /// The path in the container at which the data is mounted.
    pub mount: String,
    /// The folder of the data that is mounted there; empty: all of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sub_path: String,
    /// The folder of the data that the program keeps its files in, where its kind tells: relative, and empty for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// A key or a file that may change that and is not read here, as Compose's `env_file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

impl Place {
    /// Whether a program finds here what it wrote there. Its own folder decides, wherever that is mounted; where nobody knows
    /// the folder, the path in the container does.
    pub fn shows_the_same_as(&self, other: &Place) -> bool {
        if self.unread != other.unread {
            return false;
        }
        match (&self.folder, &other.folder) {
            (Some(folder), Some(of_other)) => folder == of_other,
            // An earlier version of this program knew less of the kind.
            (Some(_) | None, None) => self.mount == other.mount && self.sub_path == other.sub_path,
            (None, Some(_)) => false,
        }
    }

    /// As in ``in the folder `data` ``, or ``at `/srv` ``.
    pub fn shown(&self) -> String {
        match (&self.folder, self.sub_path.as_str()) {
            (Some(folder), _) if folder.is_empty() => "at the top".to_string(),
            (Some(folder), _) => format!("in the folder `{folder}`"),
            (None, "") => format!("at `{}`", self.mount),
            (None, below) => format!("at `{}`, its folder `{below}`", self.mount),
        }
    }

    /// The same, with what may change it and is not read.
    pub fn shown_with_unread(&self) -> String {
        let place = self.shown();
        match &self.unread {
            None => place,
            Some(unread) => format!("{place}, unless {unread} says otherwise"),
        }
    }
}

/// The names of a path. Empty ones, which doubled slashes and one at the end make, and `.` mean nothing.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter(|name| !name.is_empty() && *name != ".")
}

/// What remains of a path below another one; `None`: it is elsewhere. Both are absolute.
pub fn below(path: &str, above: &str) -> Option<String> {
    let mut rest = names(path);
    if !path.starts_with('/') || names(above).any(|name| rest.next() != Some(name)) {
        return None;
    }
    Some(rest.collect::<Vec<_>>().join("/"))
}

/// A path below another one, either of which may be empty.
pub fn join_paths(above: &str, rest: &str) -> String {
    names(above)
        .chain(names(rest))
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::{Place, Target, below, join_paths};

    #[test]
    fn a_path_is_below_whole_folders_only() {
        assert_eq!(
            below("/var/lib/pg//data/", "/var/lib/pg"),
            Some("data".to_string())
        );
        assert_eq!(below("/var/lib/pg", "/var/lib/pg/"), Some(String::new()));
        assert_eq!(below("/var/lib/pgdata", "/var/lib/pg"), None);
        assert_eq!(below("data", "/"), None);
        assert_eq!(join_paths("data/", "18/docker"), "data/18/docker");
        assert_eq!(join_paths("", ""), "");
    }

    #[test]
    fn the_folder_of_the_program_counts_more_than_the_mount() {
        let place = |mount: &str, folder: Option<&str>| Place {
            runtime: Target::Compose,
            workload: "db".to_string(),
            mount: mount.to_string(),
            sub_path: String::new(),
            folder: folder.map(str::to_string),
            unread: None,
        };
        let is_same = |new: &Place, old: &Place| new.shows_the_same_as(old);
        assert!(is_same(&place("/a", Some("")), &place("/b", Some(""))));
        assert!(!is_same(
            &place("/a", Some("pgdata")),
            &place("/a", Some(""))
        ));
        assert!(is_same(&place("/a", Some("")), &place("/a", None)));
        assert!(!is_same(&place("/a", None), &place("/a", Some(""))));
        assert!(!is_same(&place("/a", None), &place("/b", None)));
        let unread = Place {
            unread: Some("`env_file`".to_string()),
            ..place("/a", Some(""))
        };
        assert!(!is_same(&unread, &place("/a", Some(""))));
        assert!(!is_same(&place("/a", Some("")), &unread));
        assert!(is_same(&unread, &unread.clone()));
    }
}
