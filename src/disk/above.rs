//! The project around a folder.

use std::path::Path;

use crate::plan::Failure;

/// How many folders above this one the nearest file of this name is; `None` where there is none.
///
/// Errors: it is the file of somebody else. Who may write in a folder above, as everybody may in `/tmp`, must not decide what
/// runs here. In a folder of that person's own it counts: who goes there trusts them.
pub fn levels_up(here: &Path, name: &str) -> Result<Option<usize>, Failure> {
    let mut above = here.ancestors().enumerate();
    let Some((level, folder)) = above.find(|(_, folder)| folder.join(name).is_file()) else {
        return Ok(None);
    };
    let file = folder.join(name);
    if level == 0 || is_trusted(&file, here) {
        return Ok(Some(level));
    }
    let folder = folder.display();
    Err(Failure::new(format!(
        "`{}`, which was found above this folder, belongs to another user",
        file.display()
    ))
    .help(format!("if you trust that user, write `-C {folder}`")))
}

#[cfg(unix)]
fn is_trusted(file: &Path, here: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| path.symlink_metadata().map(|found| found.uid()).ok();
    let user = rustix::process::geteuid().as_raw();
    let trusted = [Some(user), Some(0), owner(here)];
    owner(file).is_some_and(|owner| trusted.contains(&Some(owner)))
}

/// Whose a file is can't be told here.
#[cfg(not(unix))]
fn is_trusted(_: &Path, _: &Path) -> bool {
    true
}
