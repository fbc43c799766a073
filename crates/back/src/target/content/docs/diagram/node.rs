//! The contents of a node's box: icon, title, ports, parts, and a pipeline's tasks as dots.

use super::{
    measure::{Style, at_most, width},
    paint::lines,
    place::{Rect, SUBTITLE, TEXT_INSET, TITLE, chip_width},
    scene::{Face, Node},
    view::{Chip, NodeView, Words},
};

const PART: Style = Style::regular(10);

/// The name of the icon in the template.
pub fn icon(node: &Node) -> &'static str {
    match node.face {
        Face::External => "cloud",
        Face::Group => "group",
        _ => node.icon,
    }
}

/// The lines of a node's texts.
pub struct Texts {
    title: Vec<String>,
    subtitle: Vec<String>,
}

const TITLE_LINE: i32 = 16;
const SUBTITLE_LINE: i32 = 14;
/// Longer texts are cut: nobody reads them in a picture.
const LINES_MOST: usize = 6;

impl Texts {
    /// The lines in a node of this width.
    pub fn of(node: &Node, w: i32) -> Self {
        let room = w - TEXT_INSET - 10;
        let chips = port_texts(node);
        let chips = chips.iter().map(|text| chip_width(text) + 8);
        let taken = chips.clone().max().unwrap_or(0);
        // The chip of a second port stands beside the subtitle.
        let second = if chips.count() > 1 { taken } else { 0 };
        Self {
            title: at_most(&node.title, TITLE, room - taken, LINES_MOST),
            subtitle: at_most(&node.subtitle, SUBTITLE, room - second, LINES_MOST),
        }
    }

    /// The height of the lines that other nodes do not have.
    pub fn extra(&self) -> i32 {
        let further = |lines: &[String]| lines.len().saturating_sub(1) as i32;
        further(&self.title) * TITLE_LINE + further(&self.subtitle) * SUBTITLE_LINE
    }
}

/// A node in its rectangle.
pub fn paint_node(node: &Node, rect: Rect) -> NodeView {
    let texts = Texts::of(node, rect.w);
    let extra = texts.extra();
    let has_third = !node.parts.is_empty() || !node.waves.is_empty();
    let block = extra + if has_third { 36 + 22 } else { 36 };
    let top = rect.y + (rect.h - block) / 2;
    let text_x = rect.x + TEXT_INSET;
    let title_y = match texts.subtitle.is_empty() {
        true => top + 23,
        false => top + 14,
    };
    let subtitle_y = title_y + 1 + texts.title.len() as i32 * TITLE_LINE;
    let (dots, links, more) = waves(node, text_x, top + 49 + extra, rect.right() - 12);
    NodeView {
        rect,
        face: match node.face {
            Face::Component => "component",
            Face::External | Face::Group => "external",
            Face::Pipeline => "pipeline",
            Face::Ci => "ci",
            Face::Actor => "actor",
        },
        job: node.job,
        icon: icon(node).to_string(),
        icon_x: rect.x + 10,
        icon_y: top + 1,
        title: lines(texts.title, text_x, title_y, TITLE_LINE),
        subtitle: lines(texts.subtitle, text_x, subtitle_y, SUBTITLE_LINE),
        ports: port_chips(node, rect, top),
        parts: part_chips(node, rect, top + 40 + extra),
        dots,
        links,
        more,
        scraped: node.scraped,
        tip: tip(node),
    }
}

fn tip(node: &Node) -> String {
    let mut words = vec![node.title.clone()];
    words.extend(
        [&node.subtitle]
            .into_iter()
            .filter(|text| !text.is_empty())
            .cloned(),
    );
    words.extend(node.ports.iter().cloned());
    words.extend(node.parts.iter().cloned());
    words.join(", ")
}

/// At most two ports. Others are shown as a number.
fn port_texts(node: &Node) -> Vec<String> {
    match node.ports.as_slice() {
        [] | [_] | [_, _] => node.ports.clone(),
        [first, rest @ ..] => vec![first.clone(), format!("+{}", rest.len())],
    }
}

/// The ports, at the right of the first two lines.
fn port_chips(node: &Node, rect: Rect, top: i32) -> Vec<Chip> {
    port_texts(node)
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let w = chip_width(text);
            let (x, y) = (rect.right() - 9 - w, top + index as i32 * 19);
            Chip {
                rect: Rect { x, y, w, h: 17 },
                words: Words {
                    x: x + w / 2,
                    y: y + 13,
                    text: text.clone(),
                },
            }
        })
        .collect()
}

/// The parts that fit on one line. Others are shown as a number.
fn part_chips(node: &Node, rect: Rect, y: i32) -> Vec<Chip> {
    let mut out: Vec<Chip> = Vec::new();
    let mut x = rect.x + 10;
    let end = rect.right() - 9;
    for (index, part) in node.parts.iter().enumerate() {
        let left = node.parts.len() - index;
        let w = width(part, PART) + 12;
        let after = if left > 1 {
            4 + width(&format!("+{}", left - 1), PART) + 12
        } else {
            0
        };
        let fits = x + w + after <= end;
        let text = if fits {
            part.clone()
        } else {
            format!("+{left}")
        };
        let w = width(&text, PART) + 12;
        out.push(Chip {
            rect: Rect { x, y, w, h: 16 },
            words: Words {
                x: x + w / 2,
                y: y + 12,
                text,
            },
        });
        if !fits {
            break;
        }
        x += w + 4;
    }
    out
}

/// Tasks or stages as a row of dots. Those that run at the same time stand above each other.
fn waves(node: &Node, x: i32, y: i32, end: i32) -> (Vec<(i32, i32)>, Vec<String>, Option<Words>) {
    const STEP: i32 = 17;
    const HIGH: usize = 3;
    let most = ((end - x - 24) / STEP).max(1) as usize;
    let shown = node.waves.len().min(most);
    let column = |wave: usize| -> Vec<(i32, i32)> {
        let count = node.waves[wave].clamp(1, HIGH) as i32;
        (0..count)
            .map(|index| {
                (
                    x + 4 + wave as i32 * STEP,
                    y + (2 * index - count + 1) * 11 / 2,
                )
            })
            .collect()
    };
    let mut dots = Vec::new();
    let mut links = Vec::new();
    for wave in 0..shown {
        if wave > 0 {
            for (x1, y1) in column(wave - 1) {
                for (x2, y2) in column(wave) {
                    links.push(format!("M{x1} {y1}L{x2} {y2}"));
                }
            }
        }
        dots.extend(column(wave));
    }
    let left: usize = node.waves.iter().sum::<usize>() - dots.len();
    let more = (left > 0).then(|| Words {
        x: x + shown as i32 * STEP + 2,
        y: y + 4,
        text: format!("+{left}"),
    });
    (dots, links, more)
}
