//! Places for the numbers: on their own line, away from other numbers and other lines.

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

/// One badge a mark, those of a line beside each other; lines in order, each where it disturbs least.
pub fn badges(scene: &Scene, layout: &Layout) -> Vec<Badge> {
    let mut out: Vec<Badge> = Vec::new();
    for line in &layout.lines {
        let WireKind::Flow { marks, color } = &scene.wires[line.wire].kind else {
            continue;
        };
        let widths: Vec<i32> = marks
            .iter()
            .map(|mark| (width(mark, CHIP) + 8).max(HEIGHT))
            .collect();
        let total = widths.iter().sum::<i32>() + 2 * (widths.len() as i32 - 1);
        let best =
            candidates(line, total)
                .into_iter()
                .enumerate()
                .min_by_key(|(index, (rect, rank))| {
                    (trouble(*rect, line, layout, &out) + rank, *index)
                });
        let Some((_, (rect, _))) = best else {
            continue;
        };
        let mut x = rect.x;
        for (mark, w) in marks.iter().zip(widths) {
            out.push(Badge {
                text: mark.clone(),
                color: *color,
                rect: Rect {
                    x,
                    y: rect.y,
                    w,
                    h: HEIGHT,
                },
            });
            x += w + 2;
        }
    }
    out
}

/// Places along a line, with a rank: long stretches before short ones, the middle before the ends.
fn candidates(line: &Line, total: i32) -> Vec<(Rect, i32)> {
    let mut out = Vec::new();
    for (index, pair) in line.points.windows(2).enumerate() {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let length = (x2 - x1).abs() + (y2 - y1).abs();
        let along = if y1 == y2 { total } else { HEIGHT };
        // The arrowhead needs room where the line ends.
        let is_last = index + 2 == line.points.len();
        let free = length - if is_last { 12 } else { 0 };
        for tenth in [5, 4, 6, 3, 7, 2, 8, 1, 9] {
            let (x, y) = (x1 + (x2 - x1) * tenth / 10, y1 + (y2 - y1) * tenth / 10);
            let rect = Rect {
                x: x - total / 2,
                y: y - HEIGHT / 2,
                w: total,
                h: HEIGHT,
            };
            let short = (along + 16 - free).max(0) * 6;
            let rank = short + (tenth - 5).abs() * 3 + (240 - length).max(0) / 4;
            out.push((rect, rank));
        }
    }
    out
}

/// What a badge would cover.
fn trouble(rect: Rect, own: &Line, layout: &Layout, placed: &[Badge]) -> i32 {
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
    let nodes = layout
        .placement
        .nodes
        .iter()
        .filter(|node| node.overlaps(wide))
        .count() as i32;
    let crossed: i32 = layout
        .lines
        .iter()
        .filter(|line| line.wire != own.wire)
        .flat_map(|line| line.points.windows(2))
        .filter(|pair| stretch(pair).overlaps(wide))
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
    badges * 5000 + nodes * 3000 + crossed * 120 + own_corners * 60
}

fn stretch(pair: &[(i32, i32)]) -> Rect {
    let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
    Rect {
        x: x1.min(x2) - 1,
        y: y1.min(y2) - 1,
        w: (x2 - x1).abs() + 2,
        h: (y2 - y1).abs() + 2,
    }
}
