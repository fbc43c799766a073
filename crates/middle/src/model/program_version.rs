//! The version of a component's program: the one rule by which it is read from an image, whether platform.toml names that image or
//! a raw key does.

use std::sync::Arc;

use super::{Image, Piece, Registry, Text, Version};
use crate::data::Libc;

/// What a kind knows of the versions of its program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownVersions {
    /// The program's own image, without a tag.
    pub image: Option<Image>,
    /// The version of a component that names none.
    pub default: Option<Version>,
    /// Words before the program's version in the tags of images that extend it, as `pg` in `2.17.2-pg18`.
    pub words: Vec<String>,
    /// Major versions; empty: any.
    pub majors: Vec<u64>,
    /// The oldest version that can run, where that is not the first of a major one.
    pub oldest: Option<Version>,
    /// Something in the kind differs between major versions.
    pub asks_for_major: bool,
    /// A change of the minor version can ask for something.
    pub counts_minors: bool,
    /// A change of the image's C library can ask for something.
    pub counts_libc: bool,
}

/// Who made an image, and so decides what the numbers in its tag mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageMaker {
    /// The program's makers, from wherever it is taken.
    Program,
    /// A user, who may have put the program into an image of their own.
    User,
}

/// What the tag of an image tells of the program in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagVersion {
    /// Its version.
    Known(Version),
    /// The number is that of a user's own image: the kind's default version counts.
    OfOwnImage,
    /// A major version that the kind does not know.
    Unknown,
    /// Older than what the kind can run.
    TooOld {
        /// What the tag says.
        version: Version,
        /// The first that it can run.
        oldest: Version,
    },
    /// It has no number, and the kind's default version counts.
    Missing,
    /// It has no number, and the kind depends on it.
    Needed,
}

impl KnownVersions {
    /// The version in a tag: after one of the words, else the number at its start. A date after a word is one number, 20221029 of
    /// `RELEASE.2022-10-29T06-21-33Z`.
    pub fn in_tag(&self, tag: &Text) -> Option<Version> {
        date(tag, &self.words)
            .or_else(|| Version::behind(tag, &self.words))
            .or_else(|| Version::of_tag(tag))
    }

    /// Whether the kind can adapt to a major version.
    pub fn has_major(&self, major: u64) -> bool {
        self.majors.is_empty() || self.majors.contains(&major)
    }

    /// Whose image it is.
    pub fn maker(&self, image: &Image, registry: &Registry) -> ImageMaker {
        let own = self.image.as_ref();
        match own.is_some_and(|own| registry.is_program(image, own)) {
            true => ImageMaker::Program,
            false => ImageMaker::User,
        }
    }

    /// What the tag of an image tells.
    pub fn of_image(&self, image: &Image, maker: ImageMaker) -> TagVersion {
        let Some(version) = image.tag.as_ref().and_then(|tag| self.in_tag(tag)) else {
            // A kind with one major version needs no answer: the image has that version in all likelihood.
            return match self.asks_for_major && self.majors.len() != 1 {
                true => TagVersion::Needed,
                false => TagVersion::Missing,
            };
        };
        let oldest = self.oldest.as_ref();
        let oldest = oldest.filter(|oldest| version.is_older(oldest));
        match (maker, oldest) {
            // A user's image may have a version scheme of its own: only numbers of the program are taken for its version.
            (ImageMaker::User, Some(_)) => TagVersion::OfOwnImage,
            (ImageMaker::User, None) if !self.majors.contains(&version.major) => {
                TagVersion::OfOwnImage
            }
            (ImageMaker::Program, _) if !self.has_major(version.major) => TagVersion::Unknown,
            (ImageMaker::Program, Some(oldest)) => TagVersion::TooOld {
                oldest: oldest.clone(),
                version,
            },
            (_, None) => TagVersion::Known(version),
        }
    }

    /// The minor version, where it counts and is that of this major version.
    pub fn minor(&self, version: Option<&Version>, major: u64) -> Option<u64> {
        let version = version.filter(|version| self.counts_minors && version.major == major);
        version?.rest.first().copied()
    }

    /// The C library of an image, where it counts. Only the program's makers are known to say `alpine` of all that are.
    pub fn libc(&self, image: &Image, maker: ImageMaker) -> Option<Libc> {
        let tag = image.tag.as_ref().filter(|_| self.counts_libc)?;
        let is_known = maker == ImageMaker::Program && tag.is_literal();
        match image.is_alpine() {
            true => Some(Libc::Musl),
            false => is_known.then_some(Libc::Glibc),
        }
    }
}

/// The version of a component's program, and how that of another image would be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgramVersion {
    /// The major version: what the kind and the targets adapt to. `None`: it is not known, and nothing depends on it.
    pub major: Option<u64>,
    /// The minor version, where a change of it can ask for something.
    pub minor: Option<u64>,
    /// All numbers that are written, also where a change of them asks for nothing.
    pub numbers: Option<Version>,
    /// The C library of the image, where a change of it can ask for something.
    pub libc: Option<Libc>,
    /// `settings.major` says the major version, whatever the image.
    pub is_set: bool,
    /// What the kind knows.
    pub known: Arc<KnownVersions>,
    /// From where the platform takes its images.
    pub registry: Registry,
}

impl ProgramVersion {
    /// The same where this image runs in place of the component's. `None`: nobody knows what is in it.
    pub fn of_image(&self, image: &str) -> Option<Self> {
        let image = Image::literal(image);
        let maker = self.known.maker(&image, &self.registry);
        let (major, minor) = self.numbers(&image, maker)?;
        Some(Self {
            major: Some(major),
            minor,
            libc: self.known.libc(&image, maker),
            ..self.clone()
        })
    }

    fn numbers(&self, image: &Image, maker: ImageMaker) -> Option<(u64, Option<u64>)> {
        if self.is_set {
            return Some((self.major?, self.minor));
        }
        match self.known.of_image(image, maker) {
            TagVersion::Known(version) => {
                let minor = self.known.minor(Some(&version), version.major);
                Some((version.major, minor))
            }
            TagVersion::OfOwnImage | TagVersion::Missing => {
                Some((self.known.default.as_ref()?.major, None))
            }
            TagVersion::Unknown | TagVersion::TooOld { .. } | TagVersion::Needed => None,
        }
    }
}

/// The date that a tag begins with, behind one of these words.
fn date(tag: &Text, words: &[String]) -> Option<Version> {
    let Some(Piece::Literal(text)) = tag.pieces.first() else {
        return None;
    };
    let mut behind = words.iter().filter_map(|it| text.strip_prefix(it.as_str()));
    let date = behind.find_map(|rest| rest.get(..10))?;
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let major = date
        .bytes()
        .enumerate()
        .all(fits)
        .then(|| date.replace('-', ""))?;
    Some(Version {
        major: major.parse().ok()?,
        rest: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::{KnownVersions, Text};

    #[test]
    fn a_date_behind_a_word_is_one_number() {
        let known = KnownVersions {
            words: vec!["RELEASE.".to_string()],
            ..KnownVersions::default()
        };
        for (tag, major) in [
            ("RELEASE.2022-10-29T06-21-33Z", Some(20_221_029)),
            ("RELEASE.2025-09-07T16-13-09Z-cpuv1", Some(20_250_907)),
            ("RELEASE.2022-10", Some(2022)),
            ("20221029", Some(20_221_029)),
            ("latest", None),
        ] {
            let version = known.in_tag(&Text::literal(tag));
            assert_eq!(version.map(|it| it.major), major, "{tag}");
        }
    }
}
