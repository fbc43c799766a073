//! What a Dockerfile takes images from: those that it names, and the arguments that name one to `FROM`.

use std::collections::BTreeMap;

/// What a Dockerfile says of images.
#[derive(Default)]
pub(super) struct Dockerfile<'a> {
    /// All that it names, defaults of arguments too: pieces of the text.
    pub images: Vec<&'a str>,
    /// Those of them that no argument changes.
    pub fixed: Vec<&'a str>,
    /// Those of these from which files are taken, in whose place no argument can stand.
    pub copied: Vec<&'a str>,
    /// The image of the program that reads the file: `# syntax=docker/dockerfile:1`.
    pub reader: Option<&'a str>,
    /// What stands in `FROM` and starts with an argument.
    pub bases: Vec<Base<'a>>,
    /// Their names, with the number of the first of this name.
    stages: BTreeMap<String, usize>,
    /// Arguments that hold for `FROM`, with their defaults: those above the first stage.
    arguments: BTreeMap<&'a str, Option<&'a str>>,
    begun: usize,
}

/// What a stage is made from, where an argument decides: `FROM ${REGISTRY}/python:3.12`.
pub(super) struct Base<'a> {
    pub argument: &'a str,
    /// Its default.
    pub default: Option<&'a str>,
    /// What follows it.
    pub rest: &'a str,
    /// How many stages stand above it.
    above: usize,
}

impl<'a> Dockerfile<'a> {
    pub fn read(text: &'a str) -> Self {
        let mut seen = Self::default();
        let mut lines = text.split('\n').peekable();
        // Before the first instruction a comment may name the program that reads the file.
        while let Some(line) = lines.next_if(|line| is_comment(line)) {
            seen.reader = seen.reader.or_else(|| reader(line));
        }
        seen.images.extend(seen.reader);
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
            seen.instruction(&words);
        }
        seen
    }

    /// Whether a base is an image while its argument has this value, and no stage above it.
    pub fn is_image(&self, base: &Base<'_>, value: &str) -> bool {
        is_image(&format!("{value}{}", base.rest), &self.stages, base.above)
    }

    /// The images of an instruction. A stage has its name after it.
    fn instruction(&mut self, words: &[&'a str]) {
        let Some((instruction, rest)) = words.split_first() else {
            return;
        };
        let flags = rest.iter().take_while(|word| word.starts_with("--"));
        match instruction.to_ascii_uppercase().as_str() {
            "ARG" if self.begun == 0 => {
                let unquoted = |it: &'a str| it.trim_matches(['"', '\'']);
                self.arguments
                    .extend(rest.iter().map(|word| match word.split_once('=') {
                        Some((name, image)) => (name, Some(unquoted(image))),
                        None => (*word, None),
                    }));
            }
            "FROM" => self.stage(&rest[flags.count()..]),
            "COPY" => self.fixed_images(flags.filter_map(|it| it.strip_prefix("--from="))),
            "RUN" => self.fixed_images(
                flags
                    .filter_map(|it| it.strip_prefix("--mount="))
                    .flat_map(|it| it.split(','))
                    .filter_map(|it| it.strip_prefix("from=")),
            ),
            _ => {}
        }
    }

    fn fixed_images(&mut self, names: impl Iterator<Item = &'a str>) {
        let images = names.filter(|name| is_image(name, &self.stages, self.begun));
        let images: Vec<&str> = images.collect();
        self.images.extend(&images);
        self.fixed.extend(&images);
        self.copied.extend(images);
    }

    /// The default of an argument that holds for `FROM`.
    pub fn default_of_argument(&self, name: &str) -> Option<&'a str> {
        self.arguments.get(name).copied().flatten()
    }

    /// A name for one more argument: this one, or with a number.
    pub fn free_argument(&self, name: &str) -> String {
        let further = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_string()).chain(further);
        let is_free = |name: &String| !self.arguments.contains_key(name.as_str());
        names.find(is_free).unwrap_or_default()
    }

    fn stage(&mut self, words: &[&'a str]) {
        let Some(name) = words.first() else { return };
        match self.base(name) {
            Some(base) => self.bases.push(base),
            None if is_image(name, &self.stages, self.begun) => self.fixed.push(name),
            None => {}
        }
        let image = self.default_of(name).unwrap_or(name);
        if is_image(image, &self.stages, self.begun) {
            self.images.push(image);
        }
        let mut behind = words
            .iter()
            .skip_while(|word| !word.eq_ignore_ascii_case("as"));
        if let Some(name) = behind.nth(1) {
            let number = self.begun;
            self.stages
                .entry(name.to_ascii_lowercase())
                .or_insert(number);
        }
        self.begun += 1;
    }

    /// The base that starts with an argument.
    fn base(&self, name: &'a str) -> Option<Base<'a>> {
        name.strip_prefix('$')?;
        let (variable, rest) = name.split_at(length_of_variable(name));
        let (argument, of_place) = name_and_default(variable)?;
        let of_file = self.arguments.get(argument)?;
        Some(Base {
            argument,
            default: of_file.or(of_place),
            rest,
            above: self.begun,
        })
    }

    /// The default of a variable that is a whole image: of `$BASE`, `${BASE}` and `${BASE:-python:3.12}`.
    fn default_of(&self, name: &'a str) -> Option<&'a str> {
        let whole = name.starts_with('$') && length_of_variable(name) == name.len();
        let (variable, default) = name_and_default(name).filter(|_| whole)?;
        let of_file = self.arguments.get(variable).copied().flatten();
        of_file.or(default)
    }
}

/// `BASE` and `a:1` of `${BASE:-a:1}`; `BASE` alone of `$BASE` and `${BASE}`. Nothing where the build computes: `${BASE%x}`.
pub(super) fn name_and_default(variable: &str) -> Option<(&str, Option<&str>)> {
    let variable = variable.strip_prefix('$')?;
    let inner = variable.strip_prefix('{');
    let inner = inner.and_then(|it| it.strip_suffix('}'));
    let inner = inner.unwrap_or(variable);
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = inner.find(|c| !is_of_name(c)).unwrap_or(inner.len());
    let (name, behind) = inner.split_at(end);
    let behind = behind.strip_prefix(':').unwrap_or(behind);
    match behind.chars().next() {
        None | Some('?') => Some((name, None)),
        Some('-') => Some((name, Some(&behind[1..]))),
        Some(_) => None,
    }
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

/// The image in `# syntax=docker/dockerfile:1`.
fn reader(line: &str) -> Option<&str> {
    let (key, image) = line.trim().strip_prefix('#')?.split_once('=')?;
    let is_it = key.trim().eq_ignore_ascii_case("syntax");
    Some(image.trim()).filter(|image| is_it && is_image(image, &BTreeMap::new(), 0))
}

/// A stage above, its number and nothing at all (`scratch`) are no images.
fn is_image(name: &str, stages: &BTreeMap<String, usize>, above: usize) -> bool {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let stage = stages.get(&name.to_ascii_lowercase());
    !is_number
        && !name.eq_ignore_ascii_case("scratch")
        && stage.is_none_or(|number| *number >= above)
}

/// Of `$NAME` or `${NAME:-default}` at the start of a text.
pub(super) fn length_of_variable(text: &str) -> usize {
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
