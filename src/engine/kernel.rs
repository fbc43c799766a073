//! What /proc of Linux has. Elsewhere nothing is known.

#[cfg(target_os = "linux")]
pub use linux::{holder, is_listened_on, max_map_count, memory};
#[cfg(not(target_os = "linux"))]
pub use other::{holder, is_listened_on, max_map_count, memory};

#[cfg(target_os = "linux")]
mod linux {
    use std::{collections::BTreeSet, net::SocketAddr};

    use procfs::{
        Current, Meminfo,
        net::{TcpState, UdpState, tcp, tcp6, udp, udp6},
        process::{FDTarget, Process, all_processes},
    };

    use crate::{model::Protocol, text::visible};

    /// Whether a socket listens on a port.
    pub fn is_listened_on(port: u16, protocol: Protocol) -> bool {
        !listeners(port, protocol).is_empty()
    }

    /// The process that listens on a port, as `NAME (process 42)`; `None` where it can't be seen.
    pub fn holder(port: u16, protocol: Protocol) -> Option<String> {
        let inodes = listeners(port, protocol);
        if inodes.is_empty() {
            return None;
        }
        let mut processes: Vec<Process> = all_processes().ok()?.flatten().collect();
        processes.sort_by_key(|process| process.pid);
        let process = processes
            .into_iter()
            .find(|process| holds_socket(process, &inodes))?;
        let name = process.stat().ok()?.comm;
        Some(format!("`{}` (process {})", visible(&name), process.pid))
    }

    /// Inodes of the sockets that listen on a port.
    fn listeners(port: u16, protocol: Protocol) -> BTreeSet<u64> {
        let on_port =
            |(address, inode): (SocketAddr, u64)| (address.port() == port).then_some(inode);
        match protocol {
            Protocol::Tcp => [tcp(), tcp6()]
                .into_iter()
                .flatten()
                .flatten()
                .filter(|socket| socket.state == TcpState::Listen)
                .filter_map(|socket| on_port((socket.local_address, socket.inode)))
                .collect(),
            // UDP has no listening: a socket without a peer is closed.
            Protocol::Udp => [udp(), udp6()]
                .into_iter()
                .flatten()
                .flatten()
                .filter(|socket| socket.state == UdpState::Close)
                .filter_map(|socket| on_port((socket.local_address, socket.inode)))
                .collect(),
        }
    }

    fn holds_socket(process: &Process, inodes: &BTreeSet<u64>) -> bool {
        let files = process.fd().into_iter().flatten().flatten();
        files
            .into_iter()
            .any(|file| matches!(file.target, FDTarget::Socket(inode) if inodes.contains(&inode)))
    }

    /// Bytes of memory.
    pub fn memory() -> Option<u64> {
        Some(Meminfo::current().ok()?.mem_total)
    }

    /// How many memory maps a process may have.
    pub fn max_map_count() -> Option<u64> {
        procfs::sys::vm::max_map_count().ok()
    }

    #[cfg(test)]
    mod tests {
        use std::net::{TcpListener, TcpStream, UdpSocket};

        use super::{Protocol, holder, is_listened_on};

        #[test]
        fn only_listening_sockets_hold_a_port() -> std::io::Result<()> {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let client = TcpStream::connect(listener.local_addr()?)?;
            let (port, other) = (listener.local_addr()?.port(), client.local_addr()?.port());
            assert!(is_listened_on(port, Protocol::Tcp));
            assert!(!is_listened_on(other, Protocol::Tcp));
            assert!(holder(port, Protocol::Tcp).is_some());
            assert_eq!(holder(other, Protocol::Tcp), None);
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            assert!(is_listened_on(socket.local_addr()?.port(), Protocol::Udp));
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use crate::model::Protocol;

    pub fn is_listened_on(_: u16, _: Protocol) -> bool {
        false
    }

    pub fn holder(_: u16, _: Protocol) -> Option<String> {
        None
    }

    pub fn memory() -> Option<u64> {
        None
    }

    pub fn max_map_count() -> Option<u64> {
        None
    }
}
