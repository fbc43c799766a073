//! Keys and stores of keys that are no text, by their first bytes: keys in DER (PKCS#1, PKCS#8, SEC 1), PKCS#12 (`.p12`, `.pfx`), and
//! Java's own stores (`.jks`, `.keystore`). A store with nothing but certificates, such as a truststore, holds no secret.
//!
//! Source: RFC 5208, 5915, 7292, 8017; `sun.security.provider.JavaKeyStore` of OpenJDK.

const KEY: &str = "a private key";
const STORE: &str = "a store of private keys";

/// What the bytes are; `None`: nothing that is known.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => {
            holds_key_of_java(bytes).then_some(STORE)
        }
        [0x30, ..] => of_der(bytes),
        _ => None,
    }
}

/// The tags of DER that are looked at.
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NAME: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// PBES2 and the older ways to encrypt a key: all of PKCS#5 and PKCS#12.
const ENCRYPTED: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

/// In a PKCS#12 store the names of what a bag of it holds: a key, an encrypted key, a secret.
const BAGS: [u8; 3] = [1, 2, 5];
const BAG: [u8; 12] = [
    NAME, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01,
];

fn of_der(bytes: &[u8]) -> Option<&'static str> {
    let (tag, whole, _) = element(bytes)?;
    let (first, value, rest) = element(whole).filter(|_| tag == SEQUENCE)?;
    let next = rest.first().copied();
    let is_key = match (first, value) {
        (INTEGER, [0]) => matches!(next, Some(SEQUENCE | INTEGER)),
        (INTEGER, [1]) => next == Some(OCTETS) || next == Some(SEQUENCE),
        (INTEGER, [3]) => {
            let bags = bytes.windows(BAG.len() + 1);
            let mut bags = bags.filter(|it| it.starts_with(&BAG));
            let has_key = bags.any(|it| BAGS.contains(&it[BAG.len()]));
            return has_key.then_some(STORE);
        }
        // Of an encrypted key, the way comes first, then the key.
        (SEQUENCE, way) => {
            let name = element(way).filter(|(tag, ..)| *tag == NAME);
            let is_encrypted = |(_, name, _): (u8, &[u8], &[u8])| {
                ENCRYPTED.iter().any(|start| name.starts_with(start))
            };
            next == Some(OCTETS) && name.is_some_and(is_encrypted)
        }
        _ => false,
    };
    is_key.then_some(KEY)
}

/// The tag, the content, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..0x80 => (usize::from(first), rest),
        // Without a length: it goes on to the end.
        0x80 => (rest.len(), rest),
        _ => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (number(length)?, rest)
        }
    };
    // A part of a file is looked at as far as it is there.
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some((tag, content, rest))
}

fn number(bytes: &[u8]) -> Option<usize> {
    let add = |sum: usize, byte: &u8| sum.checked_mul(256)?.checked_add(usize::from(*byte));
    bytes.iter().try_fold(0, add)
}

/// Whether one entry of such a store is a key. What can't be read to its end may have one.
fn holds_key_of_java(bytes: &[u8]) -> bool {
    let mut reader = Reader(bytes);
    // The mark of the file and its version.
    let (Some(_), Some(count)) = (reader.take(8), reader.number(4)) else {
        return true;
    };
    for _ in 0..count {
        match reader.is_certificate() {
            Some(true) => {}
            Some(false) | None => return true,
        }
    }
    false
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, length: usize) -> Option<usize> {
        number(self.take(length)?)
    }

    /// What has its length before it.
    fn counted(&mut self, length: usize) -> Option<()> {
        let length = self.number(length)?;
        self.take(length).map(drop)
    }

    /// Reads an entry: its sort, its name, its date; of a certificate, the type and the bytes.
    fn is_certificate(&mut self) -> Option<bool> {
        const CERTIFICATE: usize = 2;
        if self.number(4)? != CERTIFICATE {
            return Some(false);
        }
        self.counted(2)?;
        self.take(8)?;
        self.counted(2)?;
        self.counted(4)?;
        Some(true)
    }
}
