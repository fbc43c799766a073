//! Ports of the host that a help proposes.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crate::model::{PortRange, Protocol};

/// How many port numbers there are, with 0.
const NUMBERS: usize = 1 << 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum PortUse {
    Free,
    Taken,
}

/// Ports that are taken or proposed, by protocol.
pub(super) struct FreePorts {
    uses: BTreeMap<Protocol, Vec<PortUse>>,
    /// How many numbers were looked at for the same wish. What is taken stays so: the next search goes on there.
    tried: BTreeMap<(Protocol, PortRange), usize>,
}

impl FreePorts {
    pub fn beside(published: impl Iterator<Item = (Protocol, PortRange)>) -> Self {
        let mut out = Self {
            uses: BTreeMap::new(),
            tried: BTreeMap::new(),
        };
        for (protocol, range) in published {
            take(out.of(protocol), range);
        }
        out
    }

    fn of(&mut self, protocol: Protocol) -> &mut [PortUse] {
        let uses = self.uses.entry(protocol);
        uses.or_insert_with(|| vec![PortUse::Free; NUMBERS])
    }

    /// The next ports after the wanted ones that nobody takes, and that no other help proposes; the wanted ones if there are none.
    pub fn propose(&mut self, protocol: Protocol, wanted: PortRange) -> PortRange {
        let length = wanted.last.saturating_sub(wanted.first);
        let range = |first: u16| PortRange {
            first,
            last: first.saturating_add(length),
        };
        let tried = self.tried.get(&(protocol, wanted)).copied();
        let tried = tried.unwrap_or_default();
        if tried > NUMBERS {
            return wanted;
        }
        let uses = self.of(protocol);
        let found = (wanted.first..=u16::MAX - length)
            .chain(1024..wanted.first.max(1024))
            .enumerate()
            .skip(tried)
            .map(|(place, first)| (place, range(first)))
            .find(|(_, range)| !uses[numbers(*range)].contains(&PortUse::Taken));
        let (place, found) = found.unwrap_or((NUMBERS, wanted));
        take(uses, found);
        self.tried.insert((protocol, wanted), place + 1);
        found
    }
}

fn numbers(range: PortRange) -> RangeInclusive<usize> {
    usize::from(range.first)..=usize::from(range.last)
}

fn take(uses: &mut [PortUse], range: PortRange) {
    // One that ends before it begins was reported where it is read.
    if range.first <= range.last {
        uses[numbers(range)].fill(PortUse::Taken);
    }
}

#[cfg(test)]
mod tests {
    use super::FreePorts;
    use crate::model::{PortRange, Protocol};

    fn range(first: u16, last: u16) -> PortRange {
        PortRange { first, last }
    }

    #[test]
    fn no_port_is_proposed_twice_and_none_below_1024() {
        let published = [range(65_534, 65_535), range(1024, 1025), range(1027, 1027)];
        let published = published.into_iter().map(|it| (Protocol::Tcp, it));
        let mut free = FreePorts::beside(published);
        let mut propose = |first, last| free.propose(Protocol::Tcp, range(first, last));
        assert_eq!(propose(65_534, 65_535), range(1028, 1029));
        assert_eq!(propose(65_534, 65_535), range(1030, 1031));
        assert_eq!(propose(65_535, 65_535), range(1026, 1026));
        assert_eq!(propose(65_535, 65_535), range(1032, 1032));
        assert_eq!(propose(80, 80), range(80, 80));
        assert_eq!(propose(80, 80), range(81, 81));
        let udp = free.propose(Protocol::Udp, range(1024, 1024));
        assert_eq!(udp, range(1024, 1024));
    }

    #[test]
    fn where_none_is_free_the_wanted_one_is_said() {
        let all = std::iter::once((Protocol::Tcp, range(0, 65_535)));
        let mut free = FreePorts::beside(all);
        for _ in 0..20_000 {
            assert_eq!(
                free.propose(Protocol::Tcp, range(1024, 1024)),
                range(1024, 1024)
            );
        }
    }
}
