//! A Dockerfile that stands in raw keys of Compose (`build.dockerfile_inline`): the images that it names are taken from where the
//! platform's other images are, and so are those of the arguments of a raw build.

use super::{
    dockerfile::Dockerfile,
    origins::Origins,
    placed_args::{self, open},
};
use crate::model::{Image, Piece, Raw, Text};

/// Stand for pieces that are no literals: a plane of Unicode without characters of its own.
const FIRST_MARK: u32 = 0xf_0000;
const LAST_MARK: u32 = 0xf_fffd;

/// Follows the registry in the raw keys of one service.
pub(super) fn in_service(origins: &Origins, mut service: Raw) -> Raw {
    let Some(build) = service.get_mut("build") else {
        return service;
    };
    let Some(Raw::Text(dockerfile)) = build.get("dockerfile_inline").cloned() else {
        return service;
    };
    if let Some(args) = build.get_mut("args") {
        place_args(origins, &dockerfile, args);
    }
    if let Some(Raw::Text(text)) = build.get_mut("dockerfile_inline") {
        *text = placed(origins, &dockerfile);
    }
    service
}

/// What raw arguments name: a table, or a list of `NAME=value`.
fn place_args(origins: &Origins, dockerfile: &Text, args: &mut Raw) {
    let Some((text, _)) = marked(dockerfile) else {
        return;
    };
    let dockerfile = Dockerfile::read(&text);
    let place = |name: &str, value: &Text| placed_args::value(origins, &dockerfile, name, value);
    match args {
        Raw::Table(args) => {
            for (name, value) in args {
                if let Raw::Text(value) = value
                    && let Some(image) = place(name, value)
                {
                    *value = image;
                }
            }
        }
        Raw::List(args) => {
            for line in args {
                if let Raw::Text(line) = line
                    && let Some((name, value)) = line.cut_first('=')
                    && let Some(name) = name.as_plain()
                    && let Some(image) = place(&name, &value)
                {
                    *line = Text::literal(format!("{name}="));
                    line.append(&image);
                }
            }
        }
        _ => {}
    }
}

/// The same in raw keys of the whole file.
pub(super) fn in_file(origins: &Origins, mut file: Raw) -> Raw {
    if let Some(Raw::Table(services)) = file.get_mut("services") {
        for (_, service) in services {
            *service = in_service(origins, std::mem::take(service));
        }
    }
    file
}

fn placed(origins: &Origins, dockerfile: &Text) -> Text {
    let Some((text, pieces)) = marked(dockerfile) else {
        return dockerfile.clone();
    };
    let place = |name: &str| {
        let image = origins.place(Image::parse(&open(&unmarked(name, &pieces))));
        // What its name is made of stays, so the marks of its pieces do.
        let number = |piece: &Piece| pieces.iter().position(|it| it == piece);
        image.text().render(|piece| match (number(piece), piece) {
            (Some(index), _) => mark(index).into_iter().collect(),
            (None, Piece::Literal(text) | Piece::Variable(text)) => text.clone(),
            (None, _) => String::new(),
        })
    };
    let mut out = String::new();
    let mut written = 0;
    let start_of = |image: &&str| image.as_ptr() as usize - text.as_ptr() as usize;
    let mut images = Dockerfile::read(&text).images;
    images.sort_by_key(start_of);
    images.dedup_by_key(|image| start_of(image));
    for image in images {
        let start = start_of(&image);
        out.push_str(&text[written..start]);
        out.push_str(&place(image));
        written = start + image.len();
    }
    out.push_str(&text[written..]);
    unmarked(&out, &pieces)
}

/// The text with a mark in the place of each piece that is no literal, and these pieces.
fn marked(text: &Text) -> Option<(String, Vec<Piece>)> {
    let mut out = String::new();
    let mut pieces = Vec::new();
    for piece in &text.pieces {
        match piece {
            Piece::Literal(text) if text.chars().any(is_mark) => return None,
            Piece::Literal(text) => out.push_str(text),
            piece => {
                out.push(mark(pieces.len())?);
                pieces.push(piece.clone());
            }
        }
    }
    Some((out, pieces))
}

fn unmarked(text: &str, pieces: &[Piece]) -> Text {
    let mut out = Text::default();
    for part in text.split_inclusive(is_mark) {
        let end = part.chars().next_back().filter(|it| is_mark(*it));
        out.push_literal(part.trim_end_matches(is_mark));
        let index = end.map(|it| (u32::from(it) - FIRST_MARK) as usize);
        if let Some(piece) = index.and_then(|it| pieces.get(it)) {
            out.push(piece.clone());
        }
    }
    out
}

fn mark(index: usize) -> Option<char> {
    let number = FIRST_MARK.checked_add(u32::try_from(index).ok()?)?;
    char::from_u32(number).filter(|it| is_mark(*it))
}

fn is_mark(character: char) -> bool {
    (FIRST_MARK..=LAST_MARK).contains(&u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::placed;
    use crate::{
        model::{Registry, Text},
        resolve::origins::Origins,
    };

    const BEFORE: &str = "# syntax=docker/dockerfile:1\nFROM --platform=linux/amd64 python:3.12 AS base\nFROM quay.io/a/b:1 as Tools\n\
        RUN --mount=type=bind,from=alpine:3,target=/x cp /x/y /z\nFROM base\nCOPY --from=tools /x /y\nCOPY --from=0 /x /y\n\
        copy --chown=1 --from=docker:28-cli /x /x\nFROM scratch\nFROM ${BASE}\nFROM gcr.io/a/b\nRUN echo FROM python:3.12\n";
    const AFTER: &str = "# syntax=m/hub/docker/dockerfile:1\nFROM --platform=linux/amd64 m/hub/library/python:3.12 AS base\nFROM m/quay/a/b:1 as Tools\n\
        RUN --mount=type=bind,from=m/hub/library/alpine:3,target=/x cp /x/y /z\nFROM base\nCOPY --from=tools /x /y\nCOPY --from=0 /x /y\n\
        copy --chown=1 --from=m/hub/library/docker:28-cli /x /x\nFROM scratch\nFROM ${BASE}\nFROM gcr.io/a/b\nRUN echo FROM python:3.12\n";

    #[test]
    fn images_of_a_dockerfile_come_from_their_mirrors() {
        let mirrors = [("docker.io", "m/hub"), ("quay.io", "m/quay")];
        let mirrors = mirrors.map(|(host, mirror)| (host.to_string(), mirror.to_string()));
        let origins = Origins::from(Registry::Mirrors(mirrors.to_vec()));
        let text = placed(&origins, &Text::literal(BEFORE));
        assert_eq!(text, Text::literal(AFTER));
    }

    /// The registry of an image is known where the variable stands behind it.
    #[test]
    fn an_image_with_a_variable_comes_from_the_registry() {
        let origins = Origins::from(Registry::Prefix("m/hub".to_string()));
        for (before, after) in [
            (
                "ARG T=3\nFROM alpine:${T}\n",
                "ARG T=3\nFROM m/hub/alpine:${T}\n",
            ),
            ("FROM a/${B:-x/y:1}:$C\n", "FROM m/hub/a/${B:-x/y:1}:$C\n"),
            ("FROM alpine@${D}\n", "FROM m/hub/alpine@${D}\n"),
            ("FROM quay.io/${A}:1\n", "FROM quay.io/${A}:1\n"),
            ("FROM ${REGISTRY}/a:1\n", "FROM ${REGISTRY}/a:1\n"),
            (
                "ARG BASE=\"a:1\"\nARG S=x\nFROM $BASE AS x\nFROM ${BASE}\nFROM ${S}\n",
                "ARG BASE=\"m/hub/a:1\"\nARG S=x\nFROM $BASE AS x\nFROM ${BASE}\nFROM ${S}\n",
            ),
            (
                "FROM ${BASE:-a:1}\nARG B=b\n",
                "FROM ${BASE:-m/hub/a:1}\nARG B=b\n",
            ),
        ] {
            let text = placed(&origins, &Text::literal(before));
            assert_eq!(text, Text::literal(after));
        }
    }

    #[test]
    fn what_is_no_image_stays_as_it_is() {
        let mirrors = vec![("docker.io".to_string(), "m".to_string())];
        let origins = Origins::from(Registry::Mirrors(mirrors));
        let before = "RUN python3 <<EOF\nfrom pathlib import Path\nEOF\nCOPY <<-'END' /init.sql\nSELECT *\nFROM users;\n\tEND\n\
            RUN echo a \\\n  # a comment\n  FROM x\nCOPY --chown=redis:redis --from=redis /x /y\n\
            RUN --mount=from=alpine:3,target=/x \\\n  --mount=from=busybox:1,target=/y ls --mount=from=z\n";
        let after = before
            .replace("--from=redis", "--from=m/library/redis")
            .replace("from=alpine", "from=m/library/alpine")
            .replace("from=busybox", "from=m/library/busybox");
        let text = placed(&origins, &Text::literal(before));
        assert_eq!(text, Text::literal(&after));
    }
}
