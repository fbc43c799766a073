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
    let mut out = String::new();
    let mut written = 0;
    for image in images(&text) {
        let start = image.as_ptr() as usize - text.as_ptr() as usize;
        out.push_str(&text[written..start]);
        out.push_str(&place(image));
        written = start + image.len();
    }
    out.push_str(&text[written..]);
    unmarked(&out, &pieces)
}

/// The images that a Dockerfile names, in their order: pieces of the text.
fn images(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut stages = BTreeSet::new();
    let mut lines = text.split('\n').peekable();
    // Before the first instruction a comment may name the program that reads the file.
    while let Some(line) = lines.next_if(|line| is_comment(line)) {
        out.extend(reader(line));
    }
    while let Some(line) = lines.next() {
        if is_comment(line) {
            continue;
        }
        let mut words: Vec<&str> = words(line).collect();
        let mut last = line;
        while last.trim_end().ends_with('\\') || is_comment(last) {
            let Some(next) = lines.next() else { break };
            last = next;
            words.extend(
                Some(next)
                    .filter(|it| !is_comment(it))
                    .into_iter()
                    .flat_map(self::words),
            );
        }
        for end in words.iter().filter_map(|word| heredoc(word)) {
            // What is written there is another language.
            lines
                .by_ref()
                .find(|line| line.trim_start_matches('\t') == end);
        }
        of_instruction(&words, &mut stages, &mut out);
    }
    out
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// The words of a line, without the sign that the next line goes on.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim_end();
    line.strip_suffix('\\').unwrap_or(line).split_whitespace()
}

/// The word that ends what is written below an instruction: `EOF` of `<<EOF`, `<<-EOF` and `<<"EOF"`.
fn heredoc(word: &str) -> Option<&str> {
    let (_, end) = word.split_once("<<")?;
    let end = end.trim_start_matches('-').trim_matches(['"', '\'']);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!end.is_empty() && end.chars().all(is_word)).then_some(end)
}

/// The images of an instruction. A stage has its name after it.
fn of_instruction<'a>(words: &[&'a str], stages: &mut BTreeSet<String>, out: &mut Vec<&'a str>) {
    let Some((instruction, rest)) = words.split_first() else {
        return;
    };
    let flags = rest.iter().take_while(|word| word.starts_with("--"));
    let named: Vec<&str> = match instruction.to_ascii_uppercase().as_str() {
        "FROM" => rest[flags.count()..].iter().take(1).copied().collect(),
        "COPY" => flags.filter_map(|it| it.strip_prefix("--from=")).collect(),
        "RUN" => flags
            .filter_map(|it| it.strip_prefix("--mount="))
            .flat_map(|it| it.split(','))
            .filter_map(|it| it.strip_prefix("from="))
            .collect(),
        _ => return,
    };
    out.extend(named.into_iter().filter(|name| is_image(name, stages)));
    let mut behind = rest
        .iter()
        .skip_while(|word| !word.eq_ignore_ascii_case("as"));
    if instruction.eq_ignore_ascii_case("FROM") {
        stages.extend(behind.nth(1).map(|name| name.to_ascii_lowercase()));
    }
}

/// The image in `# syntax=docker/dockerfile:1`.
fn reader(line: &str) -> Option<&str> {
    let (key, image) = line.trim().strip_prefix('#')?.split_once('=')?;
    let is_it = key.trim().eq_ignore_ascii_case("syntax");
    Some(image.trim()).filter(|image| is_it && is_image(image, &BTreeSet::new()))
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

    #[test]
    fn what_is_no_image_stays_as_it_is() {
        let registry = Registry::Mirrors(vec![("docker.io".to_string(), "m".to_string())]);
        let before = "RUN python3 <<EOF\nfrom pathlib import Path\nEOF\nCOPY <<-'END' /init.sql\nSELECT *\nFROM users;\n\tEND\n\
            RUN echo a \\\n  # a comment\n  FROM x\nCOPY --chown=redis:redis --from=redis /x /y\n\
            RUN --mount=from=alpine:3,target=/x \\\n  --mount=from=busybox:1,target=/y ls --mount=from=z\n";
        let after = before
            .replace("--from=redis", "--from=m/library/redis")
            .replace("from=alpine", "from=m/library/alpine")
            .replace("from=busybox", "from=m/library/busybox");
        let text = placed(&registry, &Text::literal(before));
        assert_eq!(text, Text::literal(&after));
    }
}
