//! The view of the picture: texts cut to fit, lines as SVG paths, colours as classes.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    arrange::Lane,
    badges::{self, Badge},
    inner,
    legend::{self, Key, Legend},
    measure::{Style, fit, width, wrap},
    place::{
        CARD_LINE, CARD_PAD, CARD_TEXT, CARD_TITLE, MARGIN, Rect, SUBTITLE, TAB, TEXT_INSET, TITLE,
        chip_width,
    },
    scene::{Card, Face, Node, Scene, WireKind},
    tracks::Layout,
};
use crate::model::Platform;

/// What the template `docs/architecture.svg` gets.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    pub width: i32,
    pub height: i32,
    /// For readers who can't see it.
    pub title: String,
    pub description: String,
    pub heading: Words,
    pub lead: Vec<Words>,
    pub bands: Vec<BandView>,
    pub cards: Vec<CardView>,
    pub needs: Vec<LineView>,
    pub flows: Vec<LineView>,
    pub nodes: Vec<NodeView>,
    pub badges: Vec<BadgeView>,
    pub legend: Legend,
    pub key: Key,
    /// Icons that are used.
    pub icons: BTreeSet<String>,
}

/// A text and where it stands: `x` is its start, `y` its base line.
#[derive(Clone, Debug, Serialize)]
pub struct Words {
    pub x: i32,
    pub y: i32,
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct BandView {
    #[serde(flatten)]
    pub rect: Rect,
    /// `outside`, `ci`, `pipelines`.
    pub lane: &'static str,
    /// The middle of the name that is written upwards.
    pub name: Words,
    pub tab: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct CardView {
    #[serde(flatten)]
    pub rect: Rect,
    pub title: Words,
    pub text: Vec<Words>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    pub path: String,
    /// The arrow's point, as a path.
    pub head: String,
    /// Number of the colour; needs have none.
    pub color: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct NodeView {
    #[serde(flatten)]
    pub rect: Rect,
    /// `component`, `external`, `pipeline`, `ci`, `actor`.
    pub face: &'static str,
    pub job: bool,
    pub icon: String,
    /// Left and top of the icon's square.
    pub icon_x: i32,
    pub icon_y: i32,
    pub title: Words,
    pub subtitle: Option<Words>,
    pub ports: Vec<Chip>,
    pub parts: Vec<Chip>,
    /// Tasks or stages: circles, and the lines between them.
    pub dots: Vec<(i32, i32)>,
    pub links: Vec<String>,
    /// Says that there are more dots than fit.
    pub more: Option<Words>,
    pub scraped: bool,
    /// All that the node has, uncut, for who points at it.
    pub tip: String,
}

/// A text in a rounded box.
#[derive(Clone, Debug, Serialize)]
pub struct Chip {
    #[serde(flatten)]
    pub rect: Rect,
    pub words: Words,
}

#[derive(Clone, Debug, Serialize)]
pub struct BadgeView {
    #[serde(flatten)]
    pub rect: Rect,
    pub words: Words,
    pub color: usize,
}

/// Colours of flows; the template has as many classes.
pub const COLORS: usize = 7;
/// Length of an arrow's point, and half of its width.
const HEAD: (i32, i32) = (9, 4);
const PART: Style = Style::regular(10);
const HEADING: Style = Style::bold(26);
pub const LEAD: Style = Style::regular(13);

pub fn paint(platform: &Platform, scene: &Scene, layout: &Layout) -> Picture {
    let place = &layout.placement;
    let inside = place.width - 2 * MARGIN;
    let lead = platform.description.clone().unwrap_or_default();
    let lead = wrap(&lead, LEAD, inside, 2);
    let icons: BTreeSet<String> = scene
        .nodes
        .iter()
        .map(|node| icon(node).to_string())
        .collect();
    let legend = legend::legend(scene, MARGIN, place.bottom + 36, inside);
    let key = legend::key(scene, &icons, MARGIN, legend.bottom, inside);
    let title = match &platform.environment {
        Some(environment) => format!("{} ({environment})", platform.name),
        None => platform.name.clone(),
    };
    Picture {
        width: place.width,
        height: key.bottom + MARGIN,
        description: description(platform, scene),
        heading: Words {
            x: MARGIN,
            y: MARGIN + 28,
            text: fit(&title, HEADING, inside),
        },
        title,
        lead: lines(lead, MARGIN, MARGIN + 50, 18),
        bands: layout.placement.bands.iter().filter_map(band).collect(),
        cards: cards(scene, layout),
        needs: needs(scene, layout),
        flows: flows(scene, layout),
        nodes: scene
            .nodes
            .iter()
            .zip(&place.nodes)
            .map(|(node, rect)| paint_node(node, *rect))
            .collect(),
        badges: badges::badges(scene, layout).iter().map(badge).collect(),
        legend,
        key,
        icons,
    }
}

fn description(platform: &Platform, scene: &Scene) -> String {
    use crate::text::count;
    let components: usize = scene.cards.iter().map(|card| card.nodes.len()).sum();
    let counts = [
        count(scene.cards.len(), "group"),
        count(components, "component"),
        count(scene.pipelines.len(), "pipeline"),
        count(scene.legend.len(), "flow"),
    ];
    let flows: Vec<String> = scene
        .legend
        .iter()
        .map(|entry| {
            format!(
                "{}: {} to {}, {}",
                entry.mark, entry.from, entry.to, entry.label
            )
        })
        .collect();
    format!(
        "Architecture of {}: {}. {}",
        platform.name,
        counts.join(", "),
        flows.join("; ")
    )
}

fn lines(texts: Vec<String>, x: i32, y: i32, step: i32) -> Vec<Words> {
    texts
        .into_iter()
        .enumerate()
        .map(|(index, text)| Words {
            x,
            y: y + index as i32 * step,
            text,
        })
        .collect()
}

fn band((lane, rect): &(Lane, Rect)) -> Option<BandView> {
    let (lane, name) = match lane {
        Lane::Groups => return None,
        Lane::Outside => ("outside", "OUTSIDE"),
        Lane::Ci => ("ci", "CI"),
        Lane::Pipelines => ("pipelines", "PIPELINES"),
    };
    Some(BandView {
        rect: *rect,
        lane,
        name: Words {
            x: rect.x + TAB / 2 + 4,
            y: rect.y + rect.h / 2,
            text: name.to_string(),
        },
        tab: TAB,
    })
}

/// A card's description, wrapped to the card's width.
pub fn card_text(card: &Card, w: i32) -> Vec<String> {
    wrap(&card.description, CARD_TEXT, w - 2 * CARD_PAD - 4, 2)
}

fn cards(scene: &Scene, layout: &Layout) -> Vec<CardView> {
    let mut out = Vec::new();
    for (row, rects) in layout.rows.iter().zip(&layout.placement.cells) {
        for (cell, rect) in row.cells.iter().zip(rects) {
            let Some(card) = cell.card.map(|card| &scene.cards[card]) else {
                continue;
            };
            let x = rect.x + CARD_PAD + 2;
            out.push(CardView {
                rect: *rect,
                title: Words {
                    x,
                    y: rect.y + 26,
                    text: fit(&card.title, CARD_TITLE, rect.w - 2 * CARD_PAD - 4),
                },
                text: lines(card_text(card, rect.w), x, rect.y + 44, CARD_LINE),
            });
        }
    }
    out
}

fn needs(scene: &Scene, layout: &Layout) -> Vec<LineView> {
    let cells = layout.rows.iter().flat_map(|row| &row.cells);
    let inner = cells.filter(|cell| cell.card.is_some()).flat_map(|cell| {
        inner::inner(scene, cell)
            .into_iter()
            .map(move |inner| inner::points(cell, &inner, &layout.placement.nodes))
    });
    let outer = layout
        .lines
        .iter()
        .filter(|line| scene.wires[line.wire].kind == WireKind::Need)
        .map(|line| line.points.clone());
    outer.chain(inner).map(|points| line(&points, 0)).collect()
}

fn flows(scene: &Scene, layout: &Layout) -> Vec<LineView> {
    layout
        .lines
        .iter()
        .filter_map(|drawn| match &scene.wires[drawn.wire].kind {
            WireKind::Flow { color, .. } => Some(line(&drawn.points, color % COLORS)),
            WireKind::Need => None,
        })
        .collect()
}

/// A line with round corners, ending a little before its arrow's point.
fn line(points: &[(i32, i32)], color: usize) -> LineView {
    let (length, half) = HEAD;
    let mut path = String::new();
    let last = points.len() - 1;
    let (dx, dy) = direction(points[last - 1], points[last]);
    for (index, (x, y)) in points.iter().copied().enumerate() {
        if index == 0 {
            path.push_str(&format!("M{x} {y}"));
        } else if index == last {
            path.push_str(&format!(
                "L{} {}",
                x - dx * (length - 2),
                y - dy * (length - 2)
            ));
        } else {
            let (before, after) = (points[index - 1], points[index + 1]);
            let radius = 10
                .min(distance(before, (x, y)) / 2)
                .min(distance((x, y), after) / 2);
            let (ax, ay) = direction((x, y), before);
            let (bx, by) = direction((x, y), after);
            path.push_str(&format!(
                "L{} {}Q{x} {y} {} {}",
                x + ax * radius,
                y + ay * radius,
                x + bx * radius,
                y + by * radius
            ));
        }
    }
    let (x, y) = points[last];
    let (bx, by) = (x - dx * length, y - dy * length);
    let head = format!(
        "M{x} {y}L{} {}L{} {}Z",
        bx - dy * half,
        by + dx * half,
        bx + dy * half,
        by - dx * half
    );
    LineView { path, head, color }
}

fn distance(a: (i32, i32), b: (i32, i32)) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

/// The unit step from one point to another on the same axis.
fn direction(from: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    ((to.0 - from.0).signum(), (to.1 - from.1).signum())
}

fn badge(badge: &Badge) -> BadgeView {
    let rect = badge.rect;
    BadgeView {
        rect,
        words: Words {
            x: rect.x + rect.w / 2,
            y: rect.y + 13,
            text: badge.text.clone(),
        },
        color: badge.color % COLORS,
    }
}

fn icon(node: &Node) -> &str {
    const KNOWN: [&str; 12] = [
        "store",
        "broker",
        "server",
        "dashboard",
        "exporter",
        "job",
        "ci",
        "notebook",
        "actor",
        "pipeline",
        "cloud",
        "service",
    ];
    match node.face {
        Face::External => "cloud",
        _ if KNOWN.contains(&node.icon.as_str()) => &node.icon,
        _ => "server",
    }
}

fn paint_node(node: &Node, rect: Rect) -> NodeView {
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
    let subtitle = fit(&node.subtitle, SUBTITLE, room - second);
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
            Face::External => "external",
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

/// At most two ports, at the right of the two lines; what is more is counted.
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

/// The parts that fit on one line; what is more is counted.
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

/// Tasks or stages as dots in a row, those side by side above each other.
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
