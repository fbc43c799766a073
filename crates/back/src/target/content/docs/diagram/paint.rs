//! Fills the view of the picture: texts cut to fit, lines as SVG paths, colours as classes.

use std::collections::BTreeSet;

use super::{
    arrange::Lane,
    badges::{self, Badge},
    inner, legend,
    measure::{Style, fit, wrap},
    node::{icon, paint_node},
    palette,
    place::{CARD_LINE, CARD_PAD, CARD_TEXT, CARD_TITLE, MARGIN, Rect, TAB},
    scene::{Card, Scene, WireKind},
    tracks::Layout,
    view::{BadgeView, BandView, CardView, LineView, Picture, Words},
};
use crate::model::{Group, Platform};

/// Length of an arrow's point, and half of its width.
const HEAD: (i32, i32) = (9, 4);
const HEADING: Style = Style::bold(26);
const RUNNER: Style = Style::regular(10);
pub const LEAD: Style = Style::regular(13);

/// `group` is the group of the picture; `None` for a picture of the whole platform.
pub fn paint(
    platform: &Platform,
    scene: &Scene,
    layout: &Layout,
    group: Option<&Group>,
) -> Picture {
    let place = &layout.placement;
    let inside = place.width - 2 * MARGIN;
    let lead = match group {
        Some(group) => &group.description,
        None => &platform.description,
    };
    let lead = lead.clone().unwrap_or_default();
    let lead = wrap(&lead, LEAD, inside, 2);
    let icons: BTreeSet<String> = scene
        .nodes
        .iter()
        .map(|node| icon(node).to_string())
        .collect();
    let colors = palette::palette(scene, layout);
    let legend = legend::legend(scene, &colors, MARGIN, (place.bottom + 36, inside));
    let key = legend::key(scene, &icons, MARGIN, legend.bottom, inside);
    let title = match &platform.environment {
        Some(environment) => format!("{} ({environment})", platform.name),
        None => platform.name.clone(),
    };
    let title = match group {
        Some(group) => format!("{title}: {}", group.name),
        None => title,
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
        bands: layout
            .placement
            .bands
            .iter()
            .filter_map(|(lane, rect)| band(scene, *lane, *rect))
            .collect(),
        cards: cards(scene, layout),
        needs: needs(scene, layout),
        flows: flows(scene, layout, &colors),
        nodes: scene
            .nodes
            .iter()
            .zip(&place.nodes)
            .map(|(node, rect)| paint_node(node, *rect))
            .collect(),
        badges: badges::badges(scene, layout)
            .iter()
            .map(|it| badge(it, &colors))
            .collect(),
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

fn band(scene: &Scene, lane: Lane, rect: Rect) -> Option<BandView> {
    let (lane, name, runner) = match lane {
        Lane::Groups => return None,
        Lane::Outside => ("outside", "OUTSIDE", &None),
        Lane::Ci => ("ci", "CI", &scene.ci_runner),
        Lane::Pipelines => ("pipelines", "PIPELINES", &scene.pipeline_runner),
    };
    let upright = |x: i32, text: String| Words {
        x: rect.x + x,
        y: rect.y + rect.h / 2,
        text,
    };
    let runner = runner.as_ref().map(|runner| format!("run by {runner}"));
    Some(BandView {
        rect,
        lane,
        name: upright(
            if runner.is_some() { 13 } else { TAB / 2 + 4 },
            name.to_string(),
        ),
        runner: runner.map(|text| upright(25, fit(&text, RUNNER, rect.h - 10))),
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
                link: card
                    .has_picture
                    .then(|| format!("architecture/{}.svg", card.title)),
            });
        }
    }
    out
}

fn needs(scene: &Scene, layout: &Layout) -> Vec<LineView> {
    let cells = layout.rows.iter().flat_map(|row| &row.cells);
    let inner = cells.filter(|cell| cell.card.is_some()).flat_map(|cell| {
        inner::inner(scene, cell).into_iter().map(move |inner| {
            let points = inner::points(cell, &inner, &layout.placement.nodes);
            NeedLine {
                to: inner.to,
                points,
                in_card: true,
            }
        })
    });
    let outer = layout
        .lines
        .iter()
        .filter(|line| scene.wires[line.wire].kind == WireKind::Need)
        .map(|line| NeedLine {
            to: scene.wires[line.wire].to,
            points: line.points.clone(),
            in_card: false,
        });
    let all: Vec<NeedLine> = outer.chain(inner).collect();
    let drawn = all.iter().enumerate();
    drawn
        .map(|(index, need)| {
            let below = all[..index].iter().filter(|other| other.to != need.to);
            LineView {
                bridges: bridges(&need.points, below.map(|other| other.points.as_slice())),
                in_card: need.in_card,
                ..line(&need.points, 0)
            }
        })
        .collect()
}

/// The line of a need as it is drawn.
struct NeedLine {
    /// The node that is needed: lines to the same one may meet.
    to: usize,
    points: Vec<(i32, i32)>,
    /// Whether it stays within the card of its group.
    in_card: bool,
}

/// Half of the length of a bridge.
const BRIDGE: i32 = 7;

/// Where a line passes over others: without a gap in the lower one, two lines of one colour that cross look like two that turn.
fn bridges<'a>(points: &[(i32, i32)], below: impl Iterator<Item = &'a [(i32, i32)]>) -> String {
    let below: Vec<&[(i32, i32)]> = below.collect();
    let inside = |at: i32, one: i32, other: i32| one.min(other) < at && at < one.max(other);
    let mut out = String::new();
    for pair in points.windows(2) {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        for other in below.iter().flat_map(|points| points.windows(2)) {
            let ((v1, w1), (v2, w2)) = (other[0], other[1]);
            if y1 == y2 && v1 == v2 && inside(v1, x1, x2) && inside(y1, w1, w2) {
                out.push_str(&format!("M{} {y1}h{}", v1 - BRIDGE, 2 * BRIDGE));
            } else if x1 == x2 && w1 == w2 && inside(w1, y1, y2) && inside(x1, v1, v2) {
                out.push_str(&format!("M{x1} {}v{}", w1 - BRIDGE, 2 * BRIDGE));
            }
        }
    }
    out
}

fn flows(scene: &Scene, layout: &Layout, colors: &[usize]) -> Vec<LineView> {
    layout
        .lines
        .iter()
        .filter_map(|drawn| match &scene.wires[drawn.wire].kind {
            WireKind::Flow { color, .. } => Some(line(&drawn.points, colors[*color])),
            WireKind::Need => None,
        })
        .collect()
}

/// A line with round corners that ends shortly before the point of its arrow.
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
    LineView {
        path,
        head,
        color,
        bridges: String::new(),
        in_card: false,
    }
}

fn distance(a: (i32, i32), b: (i32, i32)) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

/// The unit step from one point to another on the same axis.
fn direction(from: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    ((to.0 - from.0).signum(), (to.1 - from.1).signum())
}

fn badge(badge: &Badge, colors: &[usize]) -> BadgeView {
    let rect = badge.rect;
    BadgeView {
        rect,
        words: Words {
            x: rect.x + rect.w / 2,
            y: rect.y + 13,
            text: badge.text.clone(),
        },
        color: colors[badge.color],
    }
}

#[cfg(test)]
mod tests {
    use super::bridges;

    #[test]
    fn a_line_has_a_bridge_where_it_crosses_another() {
        let (level, upright) = ([(0, 50), (100, 50)], [(40, 0), (40, 90), (80, 90)]);
        assert_eq!(bridges(&level, [&upright[..]].into_iter()), "M33 50h14");
        assert_eq!(bridges(&upright, [&level[..]].into_iter()), "M40 43v14");
        assert_eq!(bridges(&level, [&[(0, 60), (100, 60)][..]].into_iter()), "");
    }
}
