//! What this machine has and who uses it. On Linux from /proc; elsewhere only whether a port is free.

use std::{
    fs,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
};

use mlopsgen::model::Protocol;

/// Whether something listens there already. What may not be tried (a port below 1024, an address of another machine)
/// is not called busy.
pub fn is_busy(address: IpAddr, port: u16, protocol: Protocol) -> bool {
    let socket = SocketAddr::new(address, port);
    let tried = match protocol {
        Protocol::Tcp => TcpListener::bind(socket).map(|_| ()),
        Protocol::Udp => UdpSocket::bind(socket).map(|_| ()),
    };
    tried.is_err_and(|error| error.kind() == std::io::ErrorKind::AddrInUse)
}

/// A free port: the first above this one.
pub fn free_port(address: IpAddr, above: u16, protocol: Protocol, taken: &[u16]) -> Option<u16> {
    (above.saturating_add(1)..=u16::MAX)
        .take(2000)
        .find(|port| !taken.contains(port) && !is_busy(address, *port, protocol))
}

/// The process that holds a port, as `NAME (process 42)`; `None` where it can't be seen.
pub fn holder(port: u16, protocol: Protocol) -> Option<String> {
    let inodes: Vec<String> = ["", "6"]
        .iter()
        .filter_map(|version| {
            fs::read_to_string(format!("/proc/net/{}{version}", protocol.name())).ok()
        })
        .flat_map(|table| listeners(&table, port, protocol))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let mut processes: Vec<u32> = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    processes.sort_unstable();
    let process = processes
        .into_iter()
        .find(|process| holds(*process, &inodes))?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(format!("`{}` (process {process})", name.trim()))
}

/// Inodes of the sockets that listen on this port, in the kernel's table of sockets.
fn listeners(table: &str, port: u16, protocol: Protocol) -> Vec<String> {
    // 0A: listening. A UDP socket has no such state.
    let state = match protocol {
        Protocol::Tcp => "0A",
        Protocol::Udp => "07",
    };
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let is_it = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == state;
            is_it.then(|| fields.get(9).map(ToString::to_string))?
        })
        .collect()
}

fn holds(process: u32, inodes: &[String]) -> bool {
    let sockets = fs::read_dir(format!("/proc/{process}/fd"));
    sockets.into_iter().flatten().flatten().any(|entry| {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        let target = target.to_string_lossy();
        let inode = target
            .strip_prefix("socket:[")
            .and_then(|rest| rest.strip_suffix(']'));
        inode.is_some_and(|inode| inodes.iter().any(|known| known == inode))
    })
}

/// Bytes of memory.
pub fn memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Thousandths of a processor.
pub fn processors() -> Option<u64> {
    let cores = std::thread::available_parallelism().ok()?;
    Some(cores.get() as u64 * 1000)
}

/// How many memory maps a process may have.
pub fn max_map_count() -> Option<u64> {
    let text = fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Protocol, holder, is_busy, listeners};
    use std::net::{IpAddr, Ipv4Addr, TcpListener};

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
   1: 0100007F:18EA 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4343 1 0 100 0 0 10 0
";

    #[test]
    fn only_listening_sockets_hold_a_port() {
        assert_eq!(listeners(TABLE, 6378, Protocol::Tcp), ["4242"]);
        assert!(listeners(TABLE, 6379, Protocol::Tcp).is_empty());
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
