//! Fills the view of the picture: texts cut to fit, lines as SVG paths, colours as classes.

use std::collections::BTreeSet;

use super::{
    arrange::Lane,
    badges::{self, Badge},
    legend,
    measure::{Style, fit, whole, wrap},
    node::{icon, paint_node},
    palette,
    place::{Band, CARD_LINE, CARD_PAD, CARD_TEXT, CARD_TITLE, CARD_TITLE_LINE, MARGIN, TAB},
    scene::{Card, Scene, WireKind},
    stack::TrackUser,
    strokes::{self, Stroke},
    tracks::Layout,
    view::{BadgeView, BandView, CardView, LineView, Picture, Words},
};
use crate::model::{Group, Platform};

pub const HEADING: Style = Style::bold(26);
pub const RUNNER: Style = Style::regular(10);
/// Above and below that text, together.
pub const RUNNER_AIR: i32 = 10;
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
    let [needs, flows] = drawn(scene, layout, &colors);
    let legend = legend::legend(scene, &colors, MARGIN, (place.bottom + 36, inside));
    let key = legend::key(scene, &icons, MARGIN, legend.bottom, inside);
    Picture {
        width: place.width,
        height: key.bottom + MARGIN,
        description: description(platform, scene),
        heading: Words {
            x: MARGIN,
            y: MARGIN + 28,
            text: fit(&scene.heading, HEADING, inside),
        },
        title: scene.heading.clone(),
        lead: lines(lead, MARGIN, MARGIN + 50, 18),
        bands: layout
            .placement
            .bands
            .iter()
            .filter_map(|it| band(scene, *it))
            .collect(),
        cards: cards(scene, layout),
        needs,
        flows,
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

/// What the picture shows.
pub fn heading(platform: &Platform, group: Option<&Group>) -> String {
    let title = match &platform.environment {
        Some(environment) => format!("{} ({environment})", platform.name),
        None => platform.name.clone(),
    };
    match group {
        Some(group) => format!("{title}: {}", group.name),
        None => title,
    }
}

/// The component that runs the contents of a lane.
pub fn runner(scene: &Scene, lane: Lane) -> Option<String> {
    let runner = match lane {
        Lane::Groups | Lane::Outside => None,
        Lane::Ci => scene.ci_runner.as_ref(),
        Lane::Pipelines => scene.pipeline_runner.as_ref(),
    };
    runner.map(|runner| format!("run by {runner}"))
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

pub fn lines(texts: Vec<String>, x: i32, y: i32, step: i32) -> Vec<Words> {
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

fn band(scene: &Scene, band: Band) -> Option<BandView> {
    let rect = band.rect;
    let runner = runner(scene, band.lane);
    let (lane, name) = match band.lane {
        Lane::Groups => return None,
        Lane::Outside => ("outside", "OUTSIDE"),
        Lane::Ci => ("ci", "CI"),
        Lane::Pipelines => ("pipelines", "PIPELINES"),
    };
    let upright = |x: i32, text: String| Words {
        x: rect.x + x,
        y: rect.y + band.first / 2,
        text,
    };
    Some(BandView {
        rect,
        lane,
        name: upright(
            if runner.is_some() { 13 } else { TAB / 2 + 4 },
            name.to_string(),
        ),
        runner: runner.map(|text| upright(25, fit(&text, RUNNER, band.first - RUNNER_AIR))),
        tab: TAB,
    })
}

/// A card's title, on as many lines as it needs.
pub fn card_title(card: &Card, w: i32) -> Vec<String> {
    whole(&card.title, CARD_TITLE, w - 2 * CARD_PAD - 4)
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
            let title = card_title(card, rect.w);
            let below = (title.len() as i32 - 1) * CARD_TITLE_LINE;
            out.push(CardView {
                rect: *rect,
                text: lines(card_text(card, rect.w), x, rect.y + 44 + below, CARD_LINE),
                title: lines(title, x, rect.y + 26, CARD_TITLE_LINE),
                link: card
                    .has_picture
                    .then(|| format!("architecture/{}.svg", card.title)),
            });
        }
    }
    out
}

/// The needs, and the flows.
fn drawn(scene: &Scene, layout: &Layout, colors: &[usize]) -> [Vec<LineView>; 2] {
    let strokes: Vec<Stroke<'_>> = layout
        .lines
        .iter()
        .map(|line| Stroke {
            user: TrackUser::of(scene, line.wire),
            points: &line.points,
        })
        .collect();
    let mut out = [Vec::new(), Vec::new()];
    for (line, drawn) in layout.lines.iter().zip(strokes::draw(&strokes)) {
        let (place, color) = match &scene.wires[line.wire].kind {
            WireKind::Need => (0, 0),
            WireKind::Flow { color, .. } => (1, colors[*color]),
        };
        out[place].push(LineView {
            path: drawn.path,
            head: drawn.head,
            color,
        });
    }
    out
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
