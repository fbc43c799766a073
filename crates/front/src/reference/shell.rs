//! Where a shell reads a `${`: not in single quotes, not in a comment.

/// The places of every `${` that a shell reads in a script. `None`: it has a here-document with a quoted end, and what reads that is not
/// known.
pub(super) fn read_places(script: &str) -> Option<Vec<usize>> {
    let mut scan = Scan {
        script,
        at: 0,
        inside: Vec::new(),
        documents: Vec::new(),
        found: Vec::new(),
    };
    while let Some(sign) = script[scan.at..].chars().next() {
        scan.step(sign)?;
    }
    Some(scan.found)
}

/// What is open at a place of a script; where nothing is, words stand plain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Double,
    /// A `${` in double quotes: `"` begins quotes of its own there, `'` none.
    Braces,
    Parentheses,
    Backticks,
}

struct Scan<'a> {
    script: &'a str,
    at: usize,
    inside: Vec<Inside>,
    /// The here-documents that begin in the next line.
    documents: Vec<Document<'a>>,
    found: Vec<usize>,
}

struct Document<'a> {
    end: &'a str,
    /// Tabs may stand before its end.
    has_tabs: bool,
}

impl Scan<'_> {
    /// Goes on behind what begins here with this sign.
    fn step(&mut self, sign: char) -> Option<()> {
        let (script, at) = (self.script, self.at);
        let (before, rest) = script.split_at(at);
        self.at += sign.len_utf8();
        let inside = self.inside.last().copied();
        let is_double = matches!(inside, Some(Inside::Double | Inside::Braces));
        match sign {
            '\\' => self.at += rest[1..].chars().next().map_or(0, char::len_utf8),
            '$' if rest.starts_with("${") && !before.ends_with('$') => {
                self.found.push(at);
                self.inside.extend(is_double.then_some(Inside::Braces));
            }
            '$' if rest.starts_with("$(") => {
                self.inside.push(Inside::Parentheses);
                self.at += 1;
            }
            '"' if inside == Some(Inside::Double) => drop(self.inside.pop()),
            '"' => self.inside.push(Inside::Double),
            '}' if inside == Some(Inside::Braces) => drop(self.inside.pop()),
            '`' if inside == Some(Inside::Backticks) => drop(self.inside.pop()),
            '`' if is_double => self.inside.push(Inside::Backticks),
            _ if is_double => {}
            '\'' => self.at = quoted_end(script, at),
            '#' if begins_word(before) => self.at += rest.find('\n').unwrap_or(rest.len()) - 1,
            '(' => self.inside.push(Inside::Parentheses),
            ')' if inside == Some(Inside::Parentheses) => drop(self.inside.pop()),
            '<' if rest.starts_with("<<<") => self.at += 2,
            '<' if rest.starts_with("<<") => self.announce(&rest[2..])?,
            '\n' => self.documents(),
            _ => {}
        }
        Some(())
    }

    /// Notes the here-document that `<<` announces. `None`: its end is quoted.
    fn announce(&mut self, rest: &str) -> Option<()> {
        self.at += 1;
        let start = self.at;
        let (has_tabs, word) = match rest.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, rest),
        };
        let word = word.trim_start_matches([' ', '\t']);
        if word.starts_with(['\'', '"', '\\']) {
            return None;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = word.find(|c| !is_part(c)).unwrap_or(word.len());
        let from = start + rest.len() - word.len();
        if length > 0 {
            let end = &self.script[from..from + length];
            self.documents.push(Document { end, has_tabs });
            self.at = from + length;
        }
        Some(())
    }

    /// Goes through the here-documents that begin here: quotes are text in them. Without an end there is none: `<<` moves bits, too.
    fn documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let start = self.at;
            let mut at = start;
            let body = self.script[start..].split_inclusive('\n').find_map(|line| {
                let first = at;
                at += line.len();
                let text = line.trim_end_matches(['\n', '\r']);
                let text = match document.has_tabs {
                    true => text.trim_start_matches('\t'),
                    false => text,
                };
                (text == document.end).then_some((first, at))
            });
            let Some((end, behind)) = body else {
                continue;
            };
            let text = &self.script[start..end];
            let places = text.match_indices("${").map(|(place, _)| place);
            let read = places.filter(|place| !text[..*place].ends_with(['\\', '$']));
            self.found.extend(read.map(|place| start + place));
            self.at = behind;
        }
    }
}

/// The place behind the text in single quotes that begins here: in `$'...'` a quote may be escaped.
fn quoted_end(script: &str, start: usize) -> usize {
    let has_escapes = script[..start].ends_with('$');
    let mut is_escaped = false;
    for (at, sign) in script[start + 1..].char_indices() {
        match sign {
            '\\' if has_escapes && !is_escaped => is_escaped = true,
            '\'' if !is_escaped => return start + 1 + at + 1,
            _ => is_escaped = false,
        }
    }
    script.len()
}

/// Whether what follows this text begins a word, as the `#` of a comment does.
fn begins_word(before: &str) -> bool {
    before.is_empty() || before.ends_with([' ', '\t', '\n', ';', '(', ')', '&', '|'])
}
