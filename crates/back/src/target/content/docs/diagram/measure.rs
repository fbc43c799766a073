//! The width of a text, without a font. The reader's font is unknown, so the width is that of the widest font that the picture
//! names.

/// A size in pixels, and the weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub size: i32,
    pub bold: bool,
}

impl Style {
    pub const fn regular(size: i32) -> Self {
        Self { size, bold: false }
    }

    pub const fn bold(size: i32) -> Self {
        Self { size, bold: true }
    }

    /// Hundredths of the size. A character outside of ASCII counts as a full em, as wide as CJK; wider ones (emoji) count more.
    fn advance(self, c: char) -> i32 {
        let table = if self.bold { &BOLD } else { &REGULAR };
        match c as u32 {
            code @ 0x20..=0x7e => i32::from(table[(code - 0x20) as usize]),
            0xa0..=0x24f | 0x370..=0x52f => 85 + i32::from(self.bold) * 15,
            0x1f000.. => 140,
            _ => 105,
        }
    }
}

/// Advance widths of U+0020 to U+007E in hundredths of the font's size: DejaVu Sans, wider than Arial and Helvetica.
const REGULAR: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75,
    79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,
    63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];

/// The same of DejaVu Sans Bold.
const BOLD: [u8; 95] = [
    35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70,
    70, 70, 70, 40, 40, 84, 84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100,
    84, 85, 73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50, 50, 67, 72, 59, 72,
    68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69, 72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71,
    37, 71, 84,
];

/// Width in pixels, rounded up.
pub fn width(text: &str, style: Style) -> i32 {
    pixels(advance(text, style), style)
}

/// Width in hundredths of the size.
fn advance(text: &str, style: Style) -> i32 {
    text.chars().map(|c| style.advance(c)).sum()
}

fn pixels(hundredths: i32, style: Style) -> i32 {
    (hundredths * style.size + 99) / 100
}

/// The text, cut with an ellipsis if it is wider than `most` pixels.
pub fn fit(text: &str, style: Style, most: i32) -> String {
    let text = clean(text);
    if width(&text, style) <= most {
        return text;
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if width(&format!("{cut}…"), style) > most {
            cut.pop();
            break;
        }
    }
    format!("{}…", cut.trim_end())
}

/// The text on at most `lines` lines of at most `most` pixels, broken between words; the last one is cut.
pub fn wrap(text: &str, style: Style, most: i32, lines: usize) -> Vec<String> {
    let text = clean(text);
    let mut out: Vec<String> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let mut line = word.to_string();
        if out.len() + 1 == lines {
            for word in words.by_ref() {
                line.push(' ');
                line.push_str(word);
            }
        }
        while let Some(word) = words.peek() {
            let longer = format!("{line} {word}");
            if width(&longer, style) > most {
                break;
            }
            line = longer;
            words.next();
        }
        out.push(fit(&line, style, most));
    }
    out
}

/// As [`whole`], on at most `lines` lines; the last one is cut.
pub fn at_most(text: &str, style: Style, most: i32, lines: usize) -> Vec<String> {
    let mut out = whole(text, style, most);
    if out.len() > lines {
        let rest = out.split_off(lines - 1).concat();
        out.push(fit(&rest, style, most));
    }
    out
}

/// A line that grows, and its width so far.
#[derive(Default)]
struct Line {
    text: String,
    /// In hundredths of the size.
    advance: i32,
}

impl Line {
    fn push(&mut self, text: &str, style: Style) {
        self.text.push_str(text);
        self.advance += advance(text, style);
    }

    /// Whether it has room for more text, up to `most` pixels.
    fn has_room(&self, text: &str, style: Style, most: i32) -> bool {
        pixels(self.advance + advance(text, style), style) <= most
    }

    /// Ends it, if anything is on it, and begins the next one.
    fn end(&mut self, lines: &mut Vec<String>) {
        let line = std::mem::take(self);
        lines.extend(Some(line.text).filter(|text| !text.is_empty()));
    }
}

/// All of the text on lines of at most `most` pixels: broken between words, and within a word that is wider, behind a sign if it
/// has one.
pub fn whole(text: &str, style: Style, most: i32) -> Vec<String> {
    let text = clean(text);
    let mut out: Vec<String> = Vec::new();
    let mut line = Line::default();
    for word in text.split_whitespace() {
        let between = if line.text.is_empty() { "" } else { " " };
        let longer = format!("{between}{word}");
        if line.has_room(&longer, style, most) {
            line.push(&longer, style);
            continue;
        }
        line.end(&mut out);
        for piece in word.split_inclusive(['-', '_', '.', '/', ':', '@', '+']) {
            if !line.has_room(piece, style, most) {
                line.end(&mut out);
            }
            for c in piece.chars() {
                let mut bytes = [0; 4];
                let c = c.encode_utf8(&mut bytes);
                if !line.has_room(c, style, most) {
                    line.end(&mut out);
                }
                line.push(c, style);
            }
        }
    }
    line.end(&mut out);
    out
}

/// One line: control characters and marks that change the direction of text become spaces.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c as u32 {
            _ if c.is_control() => ' ',
            0x2028 | 0x2029 | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069 => ' ',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Style, fit, whole, width, wrap};

    const STYLE: Style = Style::regular(12);

    #[test]
    fn what_is_too_wide_is_cut() {
        assert_eq!(fit("redis", STYLE, 100), "redis");
        let cut = fit("a very long name of a component", STYLE, 80);
        assert!(cut.ends_with('…') && width(&cut, STYLE) <= 80, "{cut}");
    }

    #[test]
    fn a_whole_text_loses_nothing() {
        let text = "one two a-word-that-is-wider-than-the-line three";
        let lines = whole(text, STYLE, 60);
        assert!(
            lines.iter().all(|line| width(line, STYLE) <= 60),
            "{lines:?}"
        );
        let letters = |text: &str| text.replace(' ', "");
        assert_eq!(letters(&lines.concat()), letters(text));
        assert_eq!(whole("", STYLE, 60), Vec::<String>::new());
        // A character that is wider than the line still stands somewhere.
        assert_eq!(whole("WW", STYLE, 2), ["W", "W"]);
    }

    #[test]
    fn the_last_line_holds_the_rest() {
        let lines = wrap("one two three four five six seven", STYLE, 60, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, STYLE) <= 60));
        assert!(lines[1].ends_with('…'));
    }
}
