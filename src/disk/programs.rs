//! Other programs that this one starts.

use std::{env, ffi::OsString, path::Path, process::Command};

/// Where programs are looked for if `PATH` names no absolute folder.
const USUAL: &str = "/usr/local/bin:/usr/bin:/bin";

/// A command that starts a program of `PATH`, and finds others only there.
///
/// Relative folders in `PATH` (`.`, `bin`, an empty entry) do not count. They lead into the folder where the user is, and in a
/// repository its author decides what is in it.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("PATH", absolute(env::var_os("PATH").unwrap_or_default()));
    command
}

fn absolute(path: OsString) -> OsString {
    let folders = env::split_paths(&path).filter(|folder| folder.is_absolute());
    match env::join_paths(folders) {
        Ok(path) if !path.is_empty() => path,
        _ => usual(),
    }
}

fn usual() -> OsString {
    let folders = USUAL.split(':').filter(|_| cfg!(unix));
    env::join_paths(folders.map(Path::new)).unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use super::{USUAL, absolute};

    #[test]
    fn programs_are_searched_in_absolute_folders_only() {
        let kept = |path: &str| absolute(path.into()).into_string().expect("UTF-8");
        assert_eq!(kept(".:/usr/bin::node/bin:../bin:/bin:"), "/usr/bin:/bin");
        for relative in ["", ".", ":", "bin:./node_modules/.bin"] {
            assert_eq!(kept(relative), USUAL, "{relative}");
        }
    }
}
