//! What this machine has and who uses it.

use std::{
    fmt,
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
    path::Path,
};

pub use super::kernel::{holder, max_map_count, memory};

use super::kernel::is_listened_on;
use crate::model::{Account, Accounts, Protocol};

/// Whether something listens there already. What can't be tried (an address of another machine) is not called busy.
pub fn is_busy(address: IpAddr, port: u16, protocol: Protocol) -> bool {
    let socket = SocketAddr::new(address, port);
    let tried = match protocol {
        Protocol::Tcp => TcpListener::bind(socket).map(|_| ()),
        Protocol::Udp => UdpSocket::bind(socket).map(|_| ()),
    };
    match tried.map_err(|error| error.kind()) {
        Ok(()) => false,
        // A port that this user may not take is known by who listens on it.
        Err(ErrorKind::PermissionDenied) => is_listened_on(port, protocol),
        Err(kind) => kind == ErrorKind::AddrInUse,
    }
}

/// A free port: the first above this one.
pub fn free_port(address: IpAddr, above: u16, protocol: Protocol, taken: &[u16]) -> Option<u16> {
    (above.saturating_add(1)..=u16::MAX)
        .take(2000)
        .find(|port| !taken.contains(port) && !is_busy(address, *port, protocol))
}

/// Whom a container runs as, by numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    id: u32,
    /// The first is its own.
    groups: Vec<u32>,
}

/// The access to a file or a folder that is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    /// And to read.
    Write,
}

impl User {
    /// Accounts and further groups as numbers. `None` for root, and for a name, which only the image knows; a further group
    /// that is a name is left out.
    pub fn new(accounts: &Accounts, more: impl IntoIterator<Item = Account>) -> Option<Self> {
        let accounts = accounts.in_numbers()?;
        let id = accounts.user.number().filter(|id| *id != 0)?;
        let group = accounts.group.and_then(|group| group.number()).unwrap_or(0);
        let more = more.into_iter().filter_map(|group| group.number());
        let groups = [group].into_iter().chain(more).collect();
        Some(Self { id, groups })
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.groups.first().unwrap_or(&0);
        write!(f, "{}:{group}", self.id)
    }
}

/// Whether the modes let a user do it; of a folder, enter it too. What can't be looked at is not called forbidden.
#[cfg(unix)]
pub fn has_access(user: &User, path: &Path, access: Access) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(metadata) = std::fs::metadata(path) else {
        return true;
    };
    let mode = metadata.mode();
    let granted = match metadata.uid() {
        owner if owner == user.id => mode >> 6,
        _ if user.groups.contains(&metadata.gid()) => mode >> 3,
        _ => mode,
    };
    let wanted = match access {
        Access::Read => 0o4,
        Access::Write => 0o6,
    } | u32::from(metadata.is_dir());
    granted & wanted == wanted
}

#[cfg(not(unix))]
pub fn has_access(_: &User, _: &Path, _: Access) -> bool {
    true
}

/// Bytes that are left where this folder lies; `None` where there is no such folder here.
#[cfg(unix)]
pub fn free_disk(folder: &str) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
pub fn free_disk(_: &str) -> Option<u64> {
    None
}

/// Thousandths of a processor.
pub fn processors() -> Option<u64> {
    let cores = std::thread::available_parallelism().ok()?;
    Some(cores.get() as u64 * 1000)
}

#[cfg(test)]
mod tests {
    use super::{Access, Account, Accounts, Protocol, User, holder, is_busy};
    use std::net::{IpAddr, Ipv4Addr, TcpListener};

    /// A user of this text, and of this further group.
    fn user(text: &str, more: Option<u32>) -> Option<User> {
        User::new(&Accounts::parse(text)?, more.map(Account::Number))
    }

    #[test]
    fn modes_decide_who_has_access() -> std::io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("f");
        std::fs::write(&path, "x")?;
        let owner = std::fs::metadata(&path)?;
        let other_user = format!("{}:{}", owner.uid() + 7, owner.gid() + 7);
        let other_user = user(&other_user, None).expect("a user");
        let group_member = format!("{}:{}", owner.uid() + 7, owner.gid() + 7);
        let group_member = user(&group_member, Some(owner.gid())).expect("a user");
        let may = |user: &User, mode: u32, access: Access| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("a mode");
            super::has_access(user, &path, access)
        };
        assert!(may(&other_user, 0o604, Access::Read) && !may(&other_user, 0o660, Access::Read));
        assert!(
            !may(&other_user, 0o604, Access::Write) && may(&group_member, 0o660, Access::Write)
        );
        assert!(!may(&group_member, 0o606, Access::Write));
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o704))?;
        assert!(!super::has_access(&other_user, folder.path(), Access::Read));
        Ok(())
    }

    #[test]
    fn a_user_is_known_by_a_number_other_than_zero_only() {
        for text in ["0", "0:5", "root", "1000:staff", ""] {
            assert_eq!(user(text, None), None, "{text}");
        }
        let user = user("50000", None).map(|user| user.to_string());
        assert_eq!(user.as_deref(), Some("50000:0"));
    }

    #[test]
    fn a_port_that_this_process_holds_is_busy() {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let listener = TcpListener::bind((address, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        assert!(is_busy(address, port, Protocol::Tcp));
        if cfg!(target_os = "linux") {
            let holder = holder(port, Protocol::Tcp).expect("a holder");
            assert!(holder.contains(&std::process::id().to_string()), "{holder}");
        }
        drop(listener);
        assert!(!is_busy(address, port, Protocol::Tcp));
    }
}
