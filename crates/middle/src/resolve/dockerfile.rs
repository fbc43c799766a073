//! A Dockerfile that stands in raw keys of Compose (`build.dockerfile_inline`): the images that it names are taken from where the
//! platform's other images are.

use std::collections::BTreeSet;

use crate::model::{Image, Piece, Raw, Registry, Text};

/// Stand for pieces that are no literals: a plane of Unicode without characters of its own.
const FIRST_MARK: u32 = 0xf_0000;
const LAST_MARK: u32 = 0xf_fffd;

/// Follows the registry in the raw keys of one service.
pub(super) fn in_service(registry: &Registry, mut service: Raw) -> Raw {
    let build = service.get_mut("build");
    if let Some(Raw::Text(text)) = build.and_then(|it| it.get_mut("dockerfile_inline")) {
        *text = placed(registry, text);
    }
    service
}

/// The same in raw keys of the whole file.
pub(super) fn in_file(registry: &Registry, mut file: Raw) -> Raw {
    if let Some(Raw::Table(services)) = file.get_mut("services") {
        for (_, service) in services {
            *service = in_service(registry, std::mem::take(service));
        }
    }
    file
}

fn placed(registry: &Registry, dockerfile: &Text) -> Text {
    let Some((text, pieces)) = marked(dockerfile) else {
        return dockerfile.clone();
    };
    let place = |name: &str| {
        let image = registry.place(Image::parse(&unmarked(name, &pieces)));
        // What its name is made of stays, so the marks of its pieces do.
        let number = |piece: &Piece| pieces.iter().position(|it| it == piece);
        image.text().render(|piece| match number(piece) {
            Some(index) => mark(index).into_iter().collect(),
            None => literal(piece).to_string(),
        })
    };
    let mut stages = BTreeSet::new();
    // Before the first instruction a comment may name the program that reads the file.
    let is_head = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let head = text.split('\n').take_while(is_head).count();
    let lines: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(number, line)| match reader(line) {
            Some(image) if number < head => line.replacen(image, &place(image), 1),
            _ => placed_line(line, &mut stages, place),
        })
        .collect();
    unmarked(&lines.join("\n"), &pieces)
}

/// The image in `# syntax=docker/dockerfile:1`.
fn reader(line: &str) -> Option<&str> {
    let (key, image) = line.trim().strip_prefix('#')?.split_once('=')?;
    let is_it = key.trim().eq_ignore_ascii_case("syntax");
    Some(image.trim()).filter(|image| is_it && is_image(image, &BTreeSet::new()))
}

fn placed_line(
    line: &str,
    stages: &mut BTreeSet<String>,
    place: impl Fn(&str) -> String,
) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let instruction = words.first().map(|it| it.to_ascii_uppercase());
    let with = |old: &str, stages: &BTreeSet<String>| match is_image(old, stages) {
        true => line.replacen(old, &place(old), 1),
        false => line.to_string(),
    };
    match instruction.as_deref() {
        Some("FROM") => {
            let mut names = words[1..].iter().filter(|it| !it.starts_with("--"));
            let Some(image) = names.next() else {
                return line.to_string();
            };
            let out = with(image, stages);
            let is_as = |word: &&&str| word.eq_ignore_ascii_case("as");
            if names.next().as_ref().is_some_and(is_as) {
                stages.extend(names.next().map(|name| name.to_ascii_lowercase()));
            }
            out
        }
        Some("COPY") => match words.iter().find_map(|it| it.strip_prefix("--from=")) {
            Some(image) => with(image, stages),
            None => line.to_string(),
        },
        Some("RUN") => {
            let mounts = words.iter().filter_map(|it| it.strip_prefix("--mount="));
            let mut sources = mounts
                .flat_map(|it| it.split(','))
                .filter_map(|it| it.strip_prefix("from="));
            match sources.next() {
                Some(image) => with(image, stages),
                None => line.to_string(),
            }
        }
        _ => line.to_string(),
    }
}

/// A stage, its number, nothing at all (`scratch`) and a variable of the Dockerfile are no images.
fn is_image(name: &str, stages: &BTreeSet<String>) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    !is_number
        && !name.contains('$')
        && !name.eq_ignore_ascii_case("scratch")
        && !stages.contains(&name.to_ascii_lowercase())
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

fn literal(piece: &Piece) -> &str {
    match piece {
        Piece::Literal(text) => text,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::placed;
    use crate::model::{Registry, Text};

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
        let registry = Registry::Mirrors(mirrors.to_vec());
        let text = placed(&registry, &Text::literal(BEFORE));
        assert_eq!(text, Text::literal(AFTER));
    }
}
