//! The contents of a node's box: icon, title, ports, parts, and a pipeline's tasks as dots.

use super::{
    measure::{Style, fit, width},
    place::{Rect, SUBTITLE, TEXT_INSET, TITLE, chip_width},
    scene::{Face, Node},
    view::{Chip, NodeView, Words},
};

const PART: Style = Style::regular(10);

/// The name of the icon in the template.
pub fn icon(node: &Node) -> &'static str {
    match node.face {
        Face::External => "cloud",
        Face::Group => "service",
        _ => node.icon,
    }
}

/// A node in its rectangle.
pub fn paint_node(node: &Node, rect: Rect) -> NodeView {
    let has_third = !node.parts.is_empty() || !node.waves.is_empty();
    let block = if has_third { 36 + 22 } else { 36 };
    let top = rect.y + (rect.h - block) / 2;
    let ports = port_chips(node, rect, top);
    let taken = ports
        .iter()
        .map(|chip| chip.rect.w)
        .max()
        .map_or(0, |w| w + 8);
    let text_x = rect.x + TEXT_INSET;
    let room = rect.w - TEXT_INSET - 10;
    let second = if ports.len() > 1 { taken } else { 0 };
    let subtitle = fit_version(&node.subtitle, room - second);
    let title_y = if subtitle.is_empty() {
        top + 23
    } else {
        top + 14
    };
    let (dots, links, more) = waves(node, text_x, top + 49, rect.right() - 12);
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
        title: Words {
            x: text_x,
            y: title_y,
            text: fit(&node.title, TITLE, room - taken),
        },
        subtitle: (!subtitle.is_empty()).then(|| Words {
            x: text_x,
            y: top + 31,
            text: subtitle,
        }),
        ports,
        parts: part_chips(node, rect, top + 40),
        dots,
        links,
        more,
        scraped: node.scraped,
        tip: tip(node),
    }
}

/// A program and its version. Where there is no room for both, the program's name is cut: the version is what differs.
fn fit_version(text: &str, most: i32) -> String {
    let Some((program, version)) = text.rsplit_once(' ') else {
        return fit(text, SUBTITLE, most);
    };
    let rest = most - width(&format!(" {version}"), SUBTITLE);
    match rest > width("…", SUBTITLE) {
        true => format!("{} {version}", fit(program, SUBTITLE, rest)),
        false => fit(version, SUBTITLE, most),
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

/// At most two ports, at the right of the two lines. Others are shown as a number.
fn port_chips(node: &Node, rect: Rect, top: i32) -> Vec<Chip> {
    let texts: Vec<String> = match node.ports.as_slice() {
        [] | [_] | [_, _] => node.ports.clone(),
        [first, rest @ ..] => vec![first.clone(), format!("+{}", rest.len())],
    };
    texts
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
