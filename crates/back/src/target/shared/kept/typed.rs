//! What a runtime mounts, found by its source and by its path: a workload may mount thousands.

use std::collections::BTreeMap;

use super::{Source, StartedMount};
use crate::{
    data::join_paths,
    model::{Mount, MountSource, Workload},
};

/// What a mount shows: a volume's key, or a folder's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown<'a> {
    Volume(&'a str),
    Folder(&'a str),
}

/// The mounts of the model by what they show.
#[derive(Debug)]
pub struct TypedMounts<'a> {
    first: BTreeMap<Shown<'a>, &'a Mount>,
    at_path: BTreeMap<(Shown<'a>, &'a str), &'a Mount>,
}

impl<'a> TypedMounts<'a> {
    pub fn of(workload: &'a Workload) -> Self {
        let mut out = Self {
            first: BTreeMap::new(),
            at_path: BTreeMap::new(),
        };
        for mount in workload.mounts.iter().chain(&workload.node_mounts) {
            let shown = match &mount.source {
                MountSource::Volume(key) => Shown::Volume(key),
                MountSource::Bind { path, .. } => Shown::Folder(path.as_str()),
            };
            out.first.entry(shown).or_insert(mount);
            let place = (shown, mount.path.as_str());
            out.at_path.entry(place).or_insert(mount);
        }
        out
    }

    /// The mount of the model that put this here. Raw tables may have changed its path.
    pub fn find(&self, mounted: &StartedMount) -> Option<&'a Mount> {
        let shown = match &mounted.source {
            Source::Volume(key) => Shown::Volume(key),
            Source::Folder { path, .. } => Shown::Folder(path),
            Source::Content(_) | Source::Elsewhere => return None,
        };
        let at_path = self.at_path.get(&(shown, mounted.at.as_str()));
        at_path.or_else(|| self.first.get(&shown)).copied()
    }
}

/// Where things are mounted: their places in the list of mounts.
#[derive(Debug)]
pub struct Covers(BTreeMap<String, usize>);

impl Covers {
    pub fn of(mounts: &[StartedMount]) -> Self {
        // Of two at one path the later one lies over the other.
        let paths = mounts.iter().enumerate();
        Self(
            paths
                .map(|(place, it)| (join_paths("", &it.at), place))
                .collect(),
        )
    }

    /// The mount with the longest path around an absolute path, and what remains of that below it.
    pub fn around(&self, path: &str) -> Option<(usize, String)> {
        if !path.starts_with('/') {
            return None;
        }
        let whole = join_paths("", path);
        let mut above = whole.as_str();
        loop {
            if let Some(place) = self.0.get(above) {
                let rest = whole[above.len()..].trim_start_matches('/');
                return Some((*place, rest.to_string()));
            }
            if above.is_empty() {
                return None;
            }
            above = above.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Covers, Source, StartedMount};

    #[test]
    fn the_nearest_and_of_one_path_the_last_lies_around() {
        let mounts = ["/", "/data", "/data/db/", "/data", "/database"].map(|at| StartedMount {
            at: at.to_string(),
            sub_path: String::new(),
            source: Source::Elsewhere,
        });
        let covers = Covers::of(&mounts);
        for (path, place, rest) in [
            ("/data/x/y", 3, "x/y"),
            ("/data//db", 2, ""),
            ("/data/./db/16", 2, "16"),
            ("/datab", 0, "datab"),
        ] {
            assert_eq!(
                covers.around(path),
                Some((place, rest.to_string())),
                "{path}"
            );
        }
        assert_eq!(covers.around("data"), None);
        assert_eq!(Covers::of(&mounts[1..]).around("/srv"), None);
    }
}
