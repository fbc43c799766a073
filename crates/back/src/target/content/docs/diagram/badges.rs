//! The places of the numbers: each on its line, away from other numbers and other lines.

use std::collections::BTreeMap;

use super::{
    measure::width,
    place::{CHIP, Rect},
    scene::{Scene, WireKind},
    tracks::{Layout, Line},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    pub text: String,
    pub color: usize,
    pub rect: Rect,
}

const HEIGHT: i32 = 18;
const BETWEEN: i32 = 2;

/// What it costs to cover the number of another line.
const ANOTHER_BADGE: i32 = 5000;

/// One badge for each mark; those of one line side by side. Lines take turns in order, each takes the place that covers least.
pub fn badges(scene: &Scene, layout: &Layout) -> Vec<Badge> {
    let mut out: Vec<Badge> = Vec::new();
    let obstacles = Obstacles::of(layout);
    for line in &layout.lines {
        let WireKind::Flow { marks, color } = &scene.wires[line.wire].kind else {
            continue;
        };
        let widths: Vec<i32> = marks
            .iter()
            .map(|mark| (width(mark, CHIP) + 8).max(HEIGHT))
            .collect();
        let cost = |place: &Place| obstacles.overlap_cost(place.rect, line, &out) + place.rank;
        let on_line = candidates(line, &widths);
        // The first of those that cost least.
        let mut best = on_line.iter().min_by_key(|place| cost(place)).copied();
        if best.is_some_and(|place| cost(&place) >= ANOTHER_BADGE) {
            // No place on a short line is free: one that touches it is better than to hide a number.
            let beside = on_line.iter().flat_map(Place::beside);
            best = best.into_iter().chain(beside).min_by_key(cost);
        }
        let Some(place) = best else {
            continue;
        };
        let (mut x, mut y) = (place.rect.x, place.rect.y);
        for (mark, w) in marks.iter().zip(widths) {
            // Side by side along a horizontal stretch, below each other along a vertical one.
            let indent = if place.level {
                0
            } else {
                (place.rect.w - w) / 2
            };
            out.push(Badge {
                text: mark.clone(),
                color: *color,
                rect: Rect {
                    x: x + indent,
                    y,
                    w,
                    h: HEIGHT,
                },
            });
            if place.level {
                x += w + BETWEEN;
            } else {
                y += HEIGHT + BETWEEN;
            }
        }
    }
    out
}

/// A place for all badges of a line.
#[derive(Clone, Copy)]
struct Place {
    rect: Rect,
    level: bool,
    rank: i32,
}

impl Place {
    /// Places that still touch the line, on each side of it.
    fn beside(&self) -> impl Iterator<Item = Place> {
        let place = *self;
        let across = if place.level {
            place.rect.h
        } else {
            place.rect.w
        };
        [-1, 1].into_iter().flat_map(move |side| {
            [1, 2].into_iter().map(move |halves| {
                let by = side * halves * (across + BETWEEN) / 2;
                let (x, y) = if place.level { (0, by) } else { (by, 0) };
                Place {
                    rect: Rect {
                        x: place.rect.x + x,
                        y: place.rect.y + y,
                        ..place.rect
                    },
                    rank: place.rank + by.abs() * 10,
                    ..place
                }
            })
        })
    }
}

/// Places along a line, each with a rank: long stretches first, and the middle before the ends.
fn candidates(line: &Line, widths: &[i32]) -> Vec<Place> {
    let count = widths.len() as i32;
    let mut out = Vec::new();
    for (index, pair) in line.points.windows(2).enumerate() {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let length = (x2 - x1).abs() + (y2 - y1).abs();
        let level = y1 == y2;
        let (w, h) = if level {
            (widths.iter().sum::<i32>() + BETWEEN * (count - 1), HEIGHT)
        } else {
            let widest = widths.iter().copied().max().unwrap_or(HEIGHT);
            (widest, HEIGHT * count + BETWEEN * (count - 1))
        };
        // The arrowhead needs room where the line ends.
        let is_last = index + 2 == line.points.len();
        let free = length - if is_last { 12 } else { 0 };
        let along = if level { w } else { h };
        for tenth in [5, 4, 6, 3, 7, 2, 8, 1, 9] {
            let (x, y) = (x1 + (x2 - x1) * tenth / 10, y1 + (y2 - y1) * tenth / 10);
            let short = (along + 16 - free).max(0) * 6;
            out.push(Place {
                rect: Rect {
                    x: x - w / 2,
                    y: y - h / 2,
                    w,
                    h,
                },
                level,
                rank: short + (tenth - 5).abs() * 3 + (240 - length).max(0) / 4,
            });
        }
    }
    out
}

/// What a badge could cover, sorted by one coordinate so that only near ones need to be compared.
struct Obstacles {
    /// By their top.
    nodes: BTreeMap<i32, Vec<Rect>>,
    highest_node: i32,
    /// Horizontal stretches of lines by their top, and vertical ones by their left.
    level: BTreeMap<i32, Vec<(usize, Rect)>>,
    upright: BTreeMap<i32, Vec<(usize, Rect)>>,
}

/// Thickness of a stretch.
const STRETCH: i32 = 2;

impl Obstacles {
    fn of(layout: &Layout) -> Self {
        let mut out = Self {
            nodes: BTreeMap::new(),
            highest_node: 0,
            level: BTreeMap::new(),
            upright: BTreeMap::new(),
        };
        for node in &layout.placement.nodes {
            out.nodes.entry(node.y).or_default().push(*node);
            out.highest_node = out.highest_node.max(node.h);
        }
        for line in &layout.lines {
            for pair in line.points.windows(2) {
                let rect = stretch(pair);
                let stretches = if rect.h == STRETCH {
                    out.level.entry(rect.y)
                } else {
                    out.upright.entry(rect.x)
                };
                stretches.or_default().push((line.wire, rect));
            }
        }
        out
    }

    fn overlap_cost(&self, rect: Rect, own: &Line, placed: &[Badge]) -> i32 {
        let wide = Rect {
            x: rect.x - 3,
            y: rect.y - 3,
            w: rect.w + 6,
            h: rect.h + 6,
        };
        let badges = placed
            .iter()
            .filter(|badge| badge.rect.overlaps(wide))
            .count() as i32;
        let nodes = self
            .nodes
            .range(wide.y - self.highest_node..wide.bottom())
            .flat_map(|(_, nodes)| nodes)
            .filter(|node| node.overlaps(wide))
            .count() as i32;
        let level = self.level.range(wide.y - STRETCH..wide.bottom());
        let upright = self.upright.range(wide.x - STRETCH..wide.right());
        let crossed = level
            .chain(upright)
            .flat_map(|(_, stretches)| stretches)
            .filter(|(wire, stretch)| *wire != own.wire && stretch.overlaps(wide))
            .count() as i32;
        let own_corners = own.points[1..own.points.len().saturating_sub(1)]
            .iter()
            .filter(|(x, y)| {
                wide.overlaps(Rect {
                    x: *x,
                    y: *y,
                    w: 1,
                    h: 1,
                })
            })
            .count() as i32;
        badges * ANOTHER_BADGE + nodes * 3000 + crossed * 120 + own_corners * 60
    }
}

fn stretch(pair: &[(i32, i32)]) -> Rect {
    let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
    Rect {
        x: x1.min(x2) - 1,
        y: y1.min(y2) - 1,
        w: (x2 - x1).abs() + STRETCH,
        h: (y2 - y1).abs() + STRETCH,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::scene::Wire, *};
    use crate::target::content::docs::diagram::place::Placement;

    /// On a line that is no longer than its number there is one place, and the number of the next line is there.
    #[test]
    fn numbers_of_short_lines_beside_each_other_are_all_seen() {
        let wire = |mark: &str| Wire {
            from: 0,
            to: 1,
            kind: WireKind::Flow {
                marks: vec![mark.to_string()],
                color: 0,
            },
        };
        for upright in [false, true] {
            let scene = Scene {
                wires: vec![wire("1"), wire("22")],
                ..Scene::default()
            };
            let lines = (0..2).map(|wire| {
                let across = 100 + 10 * i32::try_from(wire).unwrap_or_default();
                let points = [(100, across), (116, across)];
                Line {
                    wire,
                    points: match upright {
                        true => points.map(|(x, y)| (y, x)).to_vec(),
                        false => points.to_vec(),
                    },
                }
            });
            let layout = Layout {
                rows: Vec::new(),
                placement: Placement {
                    width: 300,
                    bottom: 300,
                    content: (0, 300),
                    bands: Vec::new(),
                    rows: Vec::new(),
                    cells: Vec::new(),
                    strips: Vec::new(),
                    nodes: Vec::new(),
                    heads: Vec::new(),
                },
                lines: lines.collect(),
            };
            let badges = badges(&scene, &layout);
            assert_eq!(badges.len(), 2);
            for (index, badge) in badges.iter().enumerate() {
                let others = badges[..index].iter();
                let hidden = others.filter(|other| other.rect.overlaps(badge.rect));
                assert_eq!(hidden.count(), 0, "{badges:?}");
            }
        }
    }
}
