//! Keys and stores of keys that are no text, by their first bytes: keys in DER (PKCS#1, PKCS#8, SEC 1), PKCS#12 (`.p12`, `.pfx`), stores
//! of Java (`.jks`, `.keystore`) and of Bouncy Castle (`.bks`, `.ubr`, `.bcfks`), keys of OpenPGP (`gpg --export-secret-keys`), keytabs of
//! Kerberos, KeePass. A store with nothing but certificates, such as a truststore, holds no secret.
//!
//! Source: RFC 5208, 5915, 7292, 8017, 9580; `sun.security.provider.JavaKeyStore` of OpenJDK; `BcKeyStoreSpi` and `BcFKSKeyStoreSpi` of
//! Bouncy Castle; web.mit.edu/kerberos "keytab file format".

const KEY: &str = "a private key";
const STORE: &str = "a store of private keys";
const KEYTAB: &str = "a key of a service of Kerberos";
const PASSWORDS: &str = "a store of passwords";

/// What the bytes are; `None`: nothing that is known.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => {
            holds_key_of_java(bytes).then_some(STORE)
        }
        [0, 0, 0, 1 | 2, 0, 0, 0, SALT, ..] => holds_key_of_bouncy_castle(bytes)?.then_some(STORE),
        [0x30, ..] => of_der(bytes),
        [0x94..=0x97 | 0x9c..=0x9f | 0xc5 | 0xc7, ..] => is_key_of_pgp(bytes)?.then_some(KEY),
        [5, 2, ..] => is_keytab(bytes)?.then_some(KEYTAB),
        [0x03, 0xd9, 0xa2, 0x9a, ..] => Some(PASSWORDS),
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
            // Bouncy Castle's store is all encrypted: the same, one level deeper.
            let inner = element(way).filter(|(tag, ..)| *tag == SEQUENCE);
            let of_inner = inner.and_then(|(_, way, rest)| {
                let name = element(way).filter(|(tag, ..)| *tag == NAME)?;
                (rest.first() == Some(&OCTETS) && is_encrypted(name)).then_some(STORE)
            });
            if of_inner.is_some() {
                return of_inner;
            }
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

/// The bytes of salt and the rounds that Bouncy Castle's stores have.
const SALT: u8 = 20;
const ROUNDS: std::ops::Range<usize> = 1024..2048;

/// Whether an entry of such a store is no certificate; `None` where it is no such store. What can't be read to its end may have one, as
/// one that is encrypted as a whole.
fn holds_key_of_bouncy_castle(bytes: &[u8]) -> Option<bool> {
    const END: usize = 0;
    const CERTIFICATE: usize = 1;
    let mut reader = Reader(bytes);
    reader.take(4)?;
    reader.counted(4)?;
    if !ROUNDS.contains(&reader.number(4)?) {
        return None;
    }
    loop {
        match reader.number(1) {
            Some(END) => return Some(false),
            Some(CERTIFICATE) if reader.skip_certificates().is_some() => {}
            _ => return Some(true),
        }
    }
}

/// Whether a packet of OpenPGP is a secret key: it fits into the file, and names a version, a date and a way to encrypt.
fn is_key_of_pgp(bytes: &[u8]) -> Option<bool> {
    let mut reader = Reader(bytes);
    let first = reader.number(1)?;
    let length = match first {
        0x94..=0x9f => reader.number(1 << (first & 3)).filter(|_| first & 3 < 3)?,
        _ => match reader.number(1)? {
            length @ 0..192 => length,
            high @ 192..224 => ((high - 192) << 8) + reader.number(1)? + 192,
            255 => reader.number(4)?,
            _ => return None,
        },
    };
    let mut body = Reader(reader.take(length)?);
    let version = body.number(1)?;
    body.take(4)?;
    let way = body.number(1)?;
    Some(matches!(version, 4..=6) && matches!(way, 1..=3 | 16..=19 | 22 | 25..=28))
}

/// Whether the first entry of a keytab is there: its length, how many words its name has, the realm.
fn is_keytab(bytes: &[u8]) -> Option<bool> {
    let mut reader = Reader(bytes);
    reader.take(2)?;
    let length = reader.number(4)?;
    let mut entry = Reader(reader.take(length)?);
    let words = entry.number(2)?;
    entry.counted(2)?;
    Some((1..8).contains(&words))
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

    /// An entry of Bouncy Castle's behind its sort: its name, its date, a chain of certificates, and one more.
    fn skip_certificates(&mut self) -> Option<()> {
        self.counted(2)?;
        self.take(8)?;
        let chain = self.number(4)?;
        for _ in 0..=chain {
            self.counted(2)?;
            self.counted(4)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{KEY, KEYTAB, STORE, of_bytes};

    fn counted(length: usize, content: &[u8]) -> Vec<u8> {
        let count = content.len().to_be_bytes();
        [&count[count.len() - length..], content].concat()
    }

    /// A store of Bouncy Castle's with one entry.
    fn store(sort: u8) -> Vec<u8> {
        let certificate = [counted(2, b"X.509"), counted(4, b"bytes")].concat();
        let mut bytes = vec![0, 0, 0, 2];
        bytes.extend(counted(4, &[7; 20]));
        bytes.extend(1500_u32.to_be_bytes());
        bytes.push(sort);
        bytes.extend(counted(2, b"name"));
        bytes.extend([0; 8]);
        bytes.extend(0_u32.to_be_bytes());
        bytes.extend(certificate);
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_store_of_bouncy_castle_holds_more_than_certificates() {
        assert_eq!(of_bytes(&store(1)), None);
        for sort in [2, 3, 4, 99] {
            assert_eq!(of_bytes(&store(sort)), Some(STORE));
        }
        let mut other = store(2);
        other[30] = 0xff;
        assert_eq!(of_bytes(&other[..31]), None);
    }

    #[test]
    fn a_secret_key_of_pgp_is_told_from_a_public_one() {
        let body = |way| [4, 0x65, 0, 0, 0, way, 1, 2, 3, 4];
        for (head, is_key) in [
            (&[0x94, 10][..], true),
            (&[0x95, 0, 10], true),
            (&[0xc5, 10], true),
            (&[0x9d, 0, 10], true),
            (&[0x98, 10], false),
            (&[0xc6, 10], false),
            (&[0x97], false),
            (&[0x94, 200], false),
        ] {
            let found = of_bytes(&[head, &body(22)].concat());
            assert_eq!(found, is_key.then_some(KEY), "{head:?}");
            assert_eq!(of_bytes(&[head, &body(99)].concat()), None, "{head:?}");
        }
    }

    #[test]
    fn a_keytab_has_an_entry() {
        let entry = [
            &[0, 2][..],
            &counted(2, b"EXAMPLE.COM"),
            &counted(2, b"kafka"),
        ]
        .concat();
        let file = [&[5, 2][..], &counted(4, &entry)].concat();
        assert_eq!(of_bytes(&file), Some(KEYTAB));
        assert_eq!(of_bytes(&file[..9]), None);
        assert_eq!(of_bytes(&[5, 2]), None);
    }
}
