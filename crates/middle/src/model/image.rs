//! Image references, `REGISTRY/REPOSITORY:TAG@DIGEST`: parsed here and nowhere else.
//!
//! By hand: the parser of `oci-spec` writes Docker's defaults into what it reads, so that an image without a tag can't
//! be told from one of `latest`, and it takes no variables.

use std::net::Ipv6Addr;

use super::{Piece, Text};

/// The longest path that Docker takes (distribution/reference, `RepositoryNameTotalLengthMax`).
const LONGEST_PATH: usize = 255;

/// An image by the parts of its reference. Each is a text: a variable may stand anywhere in a reference, and is not
/// looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The host that the reference starts with, and its port. `None`: it names none, which means Docker Hub.
    pub registry: Option<Text>,
    /// The path in the registry; empty where there is no image.
    pub repository: Text,
    pub tag: Option<Text>,
    /// `sha256:...`.
    pub digest: Option<Text>,
    /// Registry and repository as they are written, where `platform.registry` takes it from elsewhere.
    pub written: Option<Text>,
}

impl Image {
    pub fn parse(reference: &Text) -> Self {
        let (name, digest) = match reference.cut_last('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (reference.clone(), None),
        };
        let (name, tag) = match name.cut_last(':') {
            // Before the last `/` a colon starts the port of a registry.
            Some((repository, tag)) if !tag.has('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        let (registry, repository) = match name.cut_first('/') {
            Some((host, path)) if is_host(&host) => (Some(host), path),
            _ => (None, name),
        };
        Self {
            registry,
            repository,
            tag,
            digest,
            written: None,
        }
    }

    pub fn literal(reference: &str) -> Self {
        Self::parse(&Text::literal(reference))
    }

    /// Whether its tag says that it is made of Alpine.
    pub fn is_alpine(&self) -> bool {
        let pieces = self.tag.iter().flat_map(|tag| &tag.pieces);
        let mut literals = pieces.filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text),
            _ => None,
        });
        literals.any(|text| text.contains("alpine"))
    }

    /// The same with this tag. An empty one changes nothing.
    pub fn with_tag(self, tag: Text) -> Self {
        if tag.is_empty() {
            return self;
        }
        Self {
            tag: Some(tag),
            ..self
        }
    }

    pub fn is_empty(&self) -> bool {
        self.repository.is_empty()
    }

    /// Registry and repository.
    pub fn name(&self) -> Text {
        let mut out = Text::default();
        if let Some(registry) = &self.registry {
            out.append(registry);
            out.push_literal("/");
        }
        out.append(&self.repository);
        out
    }

    /// The whole reference.
    pub fn text(&self) -> Text {
        let mut out = self.name();
        for (sign, part) in [(":", &self.tag), ("@", &self.digest)] {
            if let Some(part) = part {
                out.push_literal(sign);
                out.append(part);
            }
        }
        out
    }

    /// The whole reference of an image that holds no variable.
    pub fn to_text(&self) -> String {
        self.text().as_plain().unwrap_or_default()
    }

    /// The texts that it consists of.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let before = self.registry.iter();
        let after = self.tag.iter().chain(&self.digest);
        before.chain([&self.repository]).chain(after)
    }

    /// Docker takes 255 characters, those counted that it puts in front of a name without a `/`.
    fn is_too_long(&self) -> bool {
        let path = self.repository.as_plain().unwrap_or_default();
        let is_official = self.registry.is_none() && !path.contains('/');
        let implied = if is_official { "library/".len() } else { 0 };
        implied + path.len() > LONGEST_PATH
    }

    /// What is an image's own number to Docker, and so no name.
    fn is_identifier(&self) -> bool {
        let is_alone = self.registry.is_none() && self.tag.is_none() && self.digest.is_none();
        let path = self.repository.as_plain().unwrap_or_default();
        is_alone && is_digest(&format!("sha256:{path}"))
    }

    /// The image with every piece written out by `speak`: what a variable brings may be any part of a reference.
    pub fn rendered(&self, speak: impl FnMut(&Piece) -> String) -> Self {
        Self::literal(&self.text().render(speak))
    }

    /// Whether Docker's grammar takes it. A part that holds a variable is taken.
    pub fn is_valid(&self) -> bool {
        let fits = |part: Option<&Text>, grammar: fn(&str) -> bool| {
            let literal = part.filter(|part| part.is_literal());
            literal.is_none_or(|part| part.as_plain().is_some_and(|part| grammar(&part)))
        };
        !self.is_too_long()
            && !self.is_identifier()
            && fits(self.registry.as_ref(), is_registry)
            && fits(Some(&self.repository), is_repository)
            && fits(self.tag.as_ref(), is_tag)
            && fits(self.digest.as_ref(), is_digest)
    }
}

/// The numbers that a tag begins with: 17 and 11 of `17.11-alpine`, 18 of `pg18`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub major: u64,
    /// The numbers after the major one, as far as they are joined by dots.
    pub rest: Vec<u64>,
}

/// What stands behind a piece of a tag.
#[derive(Clone, Copy, PartialEq)]
enum Follows {
    Nothing,
    /// Its value may begin with further digits of the last number.
    Variable,
}

impl Version {
    /// Letters before the first number are skipped. `None`: the tag begins with something else (`latest`, `lts-jdk21`, a
    /// commit such as `3f2c9ab`), or a variable decides.
    pub fn of_tag(tag: &Text) -> Option<Self> {
        let Some(Piece::Literal(start)) = tag.pieces.first() else {
            return None;
        };
        match tag.pieces.len() {
            1 => Self::read(start, Follows::Nothing),
            _ => Self::read(start, Follows::Variable),
        }
    }

    /// The same of a tag without variables.
    pub fn of(tag: &str) -> Option<Self> {
        Self::read(tag, Follows::Nothing)
    }

    /// The numbers behind one of these words in a tag: 18 of `2.17.2-pg18` for `pg`. A program that is built upon another
    /// names that one's version so, beside its own.
    pub fn behind(tag: &Text, words: &[String]) -> Option<Self> {
        let last = tag.pieces.len().saturating_sub(1);
        let parts = tag.pieces.iter().enumerate().flat_map(|(index, piece)| {
            let text = match piece {
                Piece::Literal(text) => text.as_str(),
                _ => "",
            };
            let mut parts = text.split(['-', '_', '+']).peekable();
            let mut out = Vec::new();
            while let Some(part) = parts.next() {
                let follows = match parts.peek() {
                    None if index < last => Follows::Variable,
                    _ => Follows::Nothing,
                };
                out.push((part, follows));
            }
            out
        });
        parts
            .filter_map(|(part, follows)| {
                let is_number = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
                let mut behind = words
                    .iter()
                    .filter_map(|word| part.strip_prefix(word.as_str()));
                Self::read(behind.find(is_number)?, follows)
            })
            .next()
    }

    fn read(tag: &str, follows: Follows) -> Option<Self> {
        let letters = tag.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        // A word may stand before it, as in `slim-3.1.0`; a number as large as a date or a build is no version then.
        let behind_word = letters
            .strip_prefix('-')
            .filter(|_| letters.len() < tag.len());
        let numbers = behind_word.unwrap_or(letters);
        let mut rest = numbers;
        let mut found = Vec::new();
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = rest.split_at(digits);
            let is_open = after.is_empty() && follows == Follows::Variable;
            let whole = is_end_of_number(after) && !is_open;
            match number.parse() {
                Ok(number) if whole => found.push(number),
                _ => break,
            }
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let mut found = found.into_iter();
        let major = found.next()?;
        (behind_word.is_none() || major < 1000).then(|| Self {
            major,
            rest: found.collect(),
        })
    }

    /// Whether it has the other's numbers, as far as the other names any: 8.0.36 is one of 8.0.
    pub fn is_one_of(&self, line: &Self) -> bool {
        self.major == line.major && self.rest.starts_with(&line.rest)
    }

    /// As far as both have numbers: `2` may be any 2.
    pub fn is_older(&self, other: &Self) -> bool {
        let all = |version: &Self| [&[version.major], version.rest.as_slice()].concat();
        all(self)
            .iter()
            .zip(all(other))
            .find(|(number, other)| *number != other)
            .is_some_and(|(number, other)| *number < other)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.major)?;
        self.rest
            .iter()
            .try_for_each(|number| write!(f, ".{number}"))
    }
}

/// A letter right behind digits belongs to a commit, unless it starts the name of a version before the release.
fn is_end_of_number(after: &str) -> bool {
    !after.starts_with(|c: char| c.is_ascii_alphabetic())
        || ["alpha", "beta", "rc"]
            .iter()
            .any(|word| after.starts_with(word))
}

/// Docker's rule for what stands before the first `/`. What a variable or an address brings may be a registry.
fn is_host(text: &Text) -> bool {
    !text.is_literal()
        || text.has('.')
        || text.has(':')
        || text.as_plain().as_deref() == Some("localhost")
}

/// A name of the DNS or an address, and a port.
fn is_registry(host: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    if let Some((address, port)) = host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        let is_address = address.parse::<Ipv6Addr>().is_ok() && !address.contains('.');
        return is_address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let ends = |c: char| c.is_ascii_alphanumeric();
    let is_label = |label: &str| {
        label.starts_with(ends)
            && label.ends_with(ends)
            && label.chars().all(|c| ends(c) || c == '-')
    };
    name.split('.').all(is_label) && is_port(port)
}

fn is_repository(path: &str) -> bool {
    path.split('/').all(|part| {
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let mut between = part.split(ends).filter(|run| !run.is_empty());
        part.starts_with(ends) && part.ends_with(ends) && between.all(is_separator)
    })
}

/// What may stand between letters and digits of a path: one dot, one or two underscores, or dashes.
fn is_separator(run: &str) -> bool {
    matches!(run, "." | "_" | "__") || run.chars().all(|c| c == '-')
}

/// Whether it can be the tag of an image.
pub fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64
            && hex
                .chars()
                .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::{Image, Version};
    use crate::model::{Piece, Text};

    fn parts(image: &Image) -> [Option<String>; 4] {
        let plain = |text: &Text| {
            text.render(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                _ => "$".to_string(),
            })
        };
        [
            image.registry.as_ref().map(plain),
            Some(plain(&image.repository)),
            image.tag.as_ref().map(plain),
            image.digest.as_ref().map(plain),
        ]
    }

    #[test]
    fn a_reference_has_four_parts() {
        let cases: [(&str, [Option<&str>; 4]); 8] = [
            ("redis", [None, Some("redis"), None, None]),
            ("a/b:1", [None, Some("a/b"), Some("1"), None]),
            ("host:5000/a", [Some("host:5000"), Some("a"), None, None]),
            ("localhost/a", [Some("localhost"), Some("a"), None, None]),
            (
                "h.io/a/b:1@sha256:ab",
                [Some("h.io"), Some("a/b"), Some("1"), Some("sha256:ab")],
            ),
            ("a@sha256:ab", [None, Some("a"), None, Some("sha256:ab")]),
            ("", [None, Some(""), None, None]),
            ("team/x.y:z", [None, Some("team/x.y"), Some("z"), None]),
        ];
        for (reference, expected) in cases {
            let image = Image::literal(reference);
            assert_eq!(
                parts(&image),
                expected.map(|part| part.map(String::from)),
                "{reference}"
            );
            assert_eq!(image.text(), Text::literal(reference));
        }
    }

    /// The cases of distribution/reference (`TestReferenceParse`, `TestFullParseReference` and the names of
    /// `TestRepoRegexp`), but two: `Uppercase/lowercase` passes there as a registry, which its authors call a mistake, and a
    /// number of a port above 65535 passes too.
    #[test]
    fn a_reference_is_what_docker_takes() {
        let digest = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
        let deep = "a/".repeat(127) + "a:tag-puts-this-over-max";
        let longest = format!("example.com/{}:tag", "a".repeat(255));
        let official = "a".repeat(247);
        let both = format!("test:5000/repo:tag@{digest}");
        let pinned = format!("[2001:db8::1]:5000/repo@{digest}");
        let good = "test_com test.com:tag test.com:5000 test.com/repo:tag test:5000/repo test:5000/repo:tag \
             lowercase:Uppercase sub-dom1.foo.com/bar/baz/quux \
             b.gcr.io/test.example.com/my-app:test.example.com xn--n3h.com/myimage:xn--n3h.com \
             foo_bar.com:8080 foo/foo_bar.com:8080 192.168.1.1 192.168.1.1:tag 192.168.1.1/repo \
             192.168.1.1:5000/repo:5050 [2001:db8::1]/repo [2001:db8:1:2:3:4:5:6]/repo:tag \
             [2001:db8::1]:5000/repo:tag [2001:db8::]:5000/repo [::1]:5000/repo a/a__b a/a-b--c \
             dom.com/a.b_c__d--e localhost/a foo.com/1/2"
            .split_whitespace()
            .chain([both.as_str(), &deep, &pinned, &longest, &official]);
        let long = format!("domain/{}:tag", "a".repeat(256));
        let long_official = "a".repeat(248);
        let identifier = "f".repeat(64);
        let short = "repo@sha256:ffffffffffffffffffffffffffffffffff";
        let bad = ":justtag @sha256:ffff Uppercase:tag test:5000/Uppercase/lowercase:tag aa/asdf$$^/aa \
             [2001:db8::1] [2001:db8::1]:5000 [2001:db8::1]:tag [fe80::1%eth0]:5000/repo \
             [fe80::1%@invalidzone]:5000/repo acme/x_-y:1 a/a___b a/a..b a/a._b a/-a a/a- a//b -foo.com/a \
             foo-.com/a foo..com/a .com/a host:/a a/b: a/b:-1"
            .split_whitespace()
            .chain([short, &long, &long_official, &identifier]);
        let is_valid = |reference: &&str| Image::literal(reference).is_valid();
        let refused: Vec<&str> = good.filter(|it| !is_valid(it)).collect();
        let taken: Vec<&str> = bad.filter(is_valid).collect();
        assert_eq!((refused, taken), (vec![], vec![]));
    }

    #[test]
    fn the_parts_of_an_image_may_hold_variables() {
        let variable = |before: &str, after: &str| {
            let mut text = Text::literal(before);
            text.push(Piece::Variable("v".to_string()));
            text.push_literal(after);
            text
        };
        let cases = [
            (
                variable("", "/app:1"),
                [Some("$"), Some("app"), Some("1"), None],
            ),
            (variable("", ""), [None, Some("$"), None, None]),
            (
                variable("host:", "/app"),
                [Some("host:$"), Some("app"), None, None],
            ),
            (
                variable("app:1.", "-x"),
                [None, Some("app"), Some("1.$-x"), None],
            ),
            (variable("app@", ""), [None, Some("app"), None, Some("$")]),
        ];
        for (reference, expected) in cases {
            let image = Image::parse(&reference);
            assert_eq!(parts(&image), expected.map(|part| part.map(String::from)));
            assert_eq!(image.text(), reference);
        }
    }

    #[test]
    fn a_tag_begins_with_a_version_or_has_none() {
        let of = |tag: &str| Version::of(tag).map(|version| (version.major, version.rest));
        assert_eq!(of("17.11-alpine"), Some((17, vec![11])));
        assert_eq!(of("v3.14.0-full"), Some((3, vec![14, 0])));
        assert_eq!(of("pg18"), Some((18, vec![])));
        assert_eq!(of("18beta1"), Some((18, vec![])));
        assert_eq!(of("3.1.0rc2"), Some((3, vec![1, 0])));
        for tag in [
            "latest",
            "lts-jdk21",
            "3f2c9ab",
            "RELEASE.2025-09-07",
            "",
            "bookworm",
        ] {
            assert_eq!(of(tag), None, "{tag}");
        }
        let mut tag = Text::literal("17.1");
        tag.push(Piece::Variable("more".to_string()));
        assert_eq!(
            Version::of_tag(&tag).map(|version| version.rest),
            Some(vec![])
        );
        let mut tag = Text::literal("1");
        tag.push(Piece::Variable("more".to_string()));
        assert_eq!(Version::of_tag(&tag), None);
    }
}
