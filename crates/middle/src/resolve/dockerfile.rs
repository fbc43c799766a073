//! A Dockerfile that stands in raw keys of Compose (`build.dockerfile_inline`): the images that it names are taken from where the
//! platform's other images are.

use std::collections::{BTreeMap, BTreeSet};

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
        let image = registry.place(Image::parse(&open(&unmarked(name, &pieces))));
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
    let mut images = images(&text);
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

/// The text of an image with the variables of the Dockerfile as pieces of their own: what they stand for is not known.
fn open(image: &Text) -> Text {
    let mut out = Text::default();
    for piece in &image.pieces {
        let Piece::Literal(text) = piece else {
            out.push(piece.clone());
            continue;
        };
        let mut rest = text.as_str();
        while let Some(start) = rest.find('$') {
            let (before, variable) = rest.split_at(start);
            let (variable, after) = variable.split_at(length_of_variable(variable));
            out.push_literal(before);
            out.push(Piece::Variable(variable.to_string()));
            rest = after;
        }
        out.push_literal(rest);
    }
    out
}

/// Of `$NAME` or `${NAME:-default}` at the start of a text.
fn length_of_variable(text: &str) -> usize {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.as_bytes().get(1) != Some(&b'{') {
        let name = text[1..].find(|c| !is_inner(c));
        return name.map_or(text.len(), |end| end + 1);
    }
    let mut depth = 0usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// What a Dockerfile has named so far.
#[derive(Default)]
struct Seen<'a> {
    stages: BTreeSet<String>,
    /// Variables that hold for `FROM`, with their defaults: those above the first stage.
    variables: BTreeMap<&'a str, &'a str>,
}

/// The images that a Dockerfile names: pieces of the text.
fn images(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut seen = Seen::default();
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
        of_instruction(&words, &mut seen, &mut out);
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
fn of_instruction<'a>(words: &[&'a str], seen: &mut Seen<'a>, out: &mut Vec<&'a str>) {
    let Some((instruction, rest)) = words.split_first() else {
        return;
    };
    let flags = rest.iter().take_while(|word| word.starts_with("--"));
    let named: Vec<&str> = match instruction.to_ascii_uppercase().as_str() {
        "ARG" if seen.stages.is_empty() => {
            let defaults = rest.iter().filter_map(|word| word.split_once('='));
            seen.variables
                .extend(defaults.map(|(name, image)| (name, image.trim_matches(['"', '\'']))));
            return;
        }
        "FROM" => rest[flags.count()..].iter().take(1).copied().collect(),
        "COPY" => flags.filter_map(|it| it.strip_prefix("--from=")).collect(),
        "RUN" => flags
            .filter_map(|it| it.strip_prefix("--mount="))
            .flat_map(|it| it.split(','))
            .filter_map(|it| it.strip_prefix("from="))
            .collect(),
        _ => return,
    };
    let is_stage = instruction.eq_ignore_ascii_case("FROM");
    let default = |name: &'a str| match default_of(name, &seen.variables) {
        Some(image) if is_stage => image,
        _ => name,
    };
    let named = named.into_iter().map(default);
    out.extend(named.filter(|name| is_image(name, &seen.stages)));
    if is_stage {
        let mut behind = rest
            .iter()
            .skip_while(|word| !word.eq_ignore_ascii_case("as"));
        let name = behind.nth(1).unwrap_or(&"");
        seen.stages.insert(name.to_ascii_lowercase());
    }
}

/// The default of a variable that is a whole image: of `$BASE`, `${BASE}` and `${BASE:-python:3.12}`.
fn default_of<'a>(name: &'a str, variables: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
    let variable = name.strip_prefix('$')?;
    let inner = variable.strip_prefix('{');
    let inner = inner.and_then(|it| it.strip_suffix('}'));
    let (variable, default) = match inner.unwrap_or(variable).split_once(":-") {
        Some((variable, default)) => (variable, Some(default)),
        None => (inner.unwrap_or(variable), None),
    };
    variables.get(variable).copied().or(default)
}

/// The image in `# syntax=docker/dockerfile:1`.
fn reader(line: &str) -> Option<&str> {
    let (key, image) = line.trim().strip_prefix('#')?.split_once('=')?;
    let is_it = key.trim().eq_ignore_ascii_case("syntax");
    Some(image.trim()).filter(|image| is_it && is_image(image, &BTreeSet::new()))
}

/// A stage, its number and nothing at all (`scratch`) are no images.
fn is_image(name: &str, stages: &BTreeSet<String>) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    !is_number
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

    /// The registry of an image is known where the variable stands behind it.
    #[test]
    fn an_image_with_a_variable_comes_from_the_registry() {
        let registry = Registry::Prefix("m/hub".to_string());
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
            let text = placed(&registry, &Text::literal(before));
            assert_eq!(text, Text::literal(after));
        }
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
