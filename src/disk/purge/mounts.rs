//! File systems that are mounted on the path to a folder, or below it: their files belong to another place too.

use std::path::Path;

/// Errors: something is mounted between the project and the folder, at it or below it. Also what comes from the same disk,
/// which the numbers of a file do not show.
#[cfg(target_os = "linux")]
pub(super) fn refuse(root: &Path, folder: &Path) -> Result<(), String> {
    let table = std::fs::read("/proc/self/mountinfo").map_err(super::judge::not_read)?;
    refuse_listed(&table, root, folder)
}

#[cfg(target_os = "linux")]
fn refuse_listed(table: &[u8], root: &Path, folder: &Path) -> Result<(), String> {
    use std::os::unix::ffi::OsStrExt;
    for line in table.split(|byte| *byte == b'\n') {
        let field = line.split(|byte| *byte == b' ').nth(4);
        let point = unescaped(field.unwrap_or_default());
        let point = Path::new(std::ffi::OsStr::from_bytes(&point));
        let is_on_the_way = point != root && point.starts_with(root) && folder.starts_with(point);
        if is_on_the_way || point.starts_with(folder) {
            return Err(format!("`{}` is mounted there", point.display()));
        }
    }
    Ok(())
}

/// The kernel writes blanks and a few others as three octal digits. Read by hand: `procfs` leaves mount points escaped.
#[cfg(target_os = "linux")]
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..3).and_then(|it| std::str::from_utf8(it).ok());
        let code = digits.and_then(|it| u8::from_str_radix(it, 8).ok());
        match code.filter(|_| first == b'\\') {
            Some(code) => {
                out.push(code);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

/// Errors: another file system is mounted between the project and the folder, at it or below it.
#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn refuse(root: &Path, folder: &Path) -> Result<(), String> {
    use std::{io, os::unix::fs::MetadataExt};
    let device = root
        .symlink_metadata()
        .map_err(super::judge::not_read)?
        .dev();
    for entry in walkdir::WalkDir::new(folder).follow_links(false) {
        let entry = entry.map_err(|error| super::judge::not_read(io::Error::from(error)))?;
        let metadata = entry.path().symlink_metadata();
        if metadata.map_err(super::judge::not_read)?.dev() != device {
            return Err(format!("`{}` is mounted there", entry.path().display()));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn refuse(_: &Path, _: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;

    use super::{refuse_listed, unescaped};

    #[test]
    fn mounts_on_the_way_and_below_are_refused() {
        let table = |point: &str| {
            format!(
                "21 1 8:1 / / rw - ext4 /dev/sda rw\n22 21 8:1 /home {point} rw shared:1 - ext4 /dev/sda rw\n"
            )
        };
        let judge = |point: &str| {
            let folder = Path::new("/home/p/my data/scratch");
            refuse_listed(table(point).as_bytes(), Path::new("/home/p"), folder).is_ok()
        };
        for point in [
            "/",
            "/home",
            "/home/p",
            "/home/p/other",
            "/home/p/my",
            "/home/p/my\\040data/scratch2",
        ] {
            assert!(judge(point), "{point}");
        }
        for point in [
            "/home/p/my\\040data",
            "/home/p/my\\040data/scratch",
            "/home/p/my\\040data/scratch/a/b",
        ] {
            assert!(!judge(point), "{point}");
        }
    }

    #[test]
    fn blanks_in_mount_points_are_read() {
        assert_eq!(unescaped(br"/my\040disk\134x"), br"/my disk\x");
        assert_eq!(unescaped(br"/a\9"), br"/a\9");
    }
}
