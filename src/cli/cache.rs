//! Where the user's caches are.

use std::path::PathBuf;

use mlopsgen::disk::Proofs;

use super::args::Global;

/// The proofs of earlier runs; `None` with `--no-cache`, or if the user has no cache folder.
pub fn proofs(global: &Global) -> Option<Proofs> {
    match global.no_cache {
        true => None,
        false => Proofs::new(folder()?),
    }
}

/// As the XDG Base Directory Specification has it; on Windows that of the user's programs.
fn folder() -> Option<PathBuf> {
    let of = |name: &str| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    of("XDG_CACHE_HOME")
        .or_else(|| of("HOME").map(|home| home.join(".cache")))
        .or_else(|| of("LOCALAPPDATA"))
}
