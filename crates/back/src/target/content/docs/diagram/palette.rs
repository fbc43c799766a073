//! The colours of flows: two that cross or lie side by side look like one where they have the same.

use super::{
    scene::{Scene, WireKind},
    tracks::{Layout, Line},
};

/// Colours of flows; the template has as many classes.
pub const COLORS: usize = 7;

/// The class of each mark, by the mark's number. Marks take turns; one that meets another of its class takes the next class in which
/// it meets the fewest.
pub fn palette(scene: &Scene, layout: &Layout) -> Vec<usize> {
    let drawn: Vec<(usize, &Line)> = layout
        .lines
        .iter()
        .filter_map(|line| match scene.wires[line.wire].kind {
            WireKind::Flow { color, .. } => Some((color, line)),
            WireKind::Need => None,
        })
        .collect();
    let marks = drawn.iter().map(|(mark, _)| mark + 1);
    let in_legend = scene.legend.iter().map(|entry| entry.color + 1);
    let count = marks.chain(in_legend).max().unwrap_or(0);
    let mut met = vec![vec![0; count]; count];
    for (index, (mark, line)) in drawn.iter().enumerate() {
        for (other, others) in &drawn[..index] {
            if mark != other && meet(line, others) {
                met[*mark][*other] += 1;
                met[*other][*mark] += 1;
            }
        }
    }
    let mut classes: Vec<usize> = Vec::with_capacity(count);
    for met in &met {
        let first = classes.len() % COLORS;
        let turns = (0..COLORS).map(|turn| (first + turn) % COLORS);
        let meetings = |class: usize| -> usize {
            let known = classes.iter().zip(met);
            known
                .filter(|(known, _)| **known == class)
                .map(|(_, met)| *met)
                .sum()
        };
        let best = turns.min_by_key(|class| meetings(*class));
        classes.push(best.unwrap_or(first));
    }
    classes
}

/// As near as this, two stretches look like one.
const NEAR: i32 = 20;

/// Whether two lines cross, or run side by side.
fn meet(one: &Line, other: &Line) -> bool {
    let stretches = |line: &Line| -> Vec<[(i32, i32); 2]> {
        let pairs = line.points.windows(2);
        pairs.map(|pair| [pair[0], pair[1]]).collect()
    };
    let others = stretches(other);
    let span = |from: i32, to: i32| (from.min(to), from.max(to));
    stretches(one).iter().any(|[a, b]| {
        others.iter().any(|[c, d]| {
            let (x, y) = (span(a.0, b.0), span(a.1, b.1));
            let (v, w) = (span(c.0, d.0), span(c.1, d.1));
            let near = |a: (i32, i32), b: (i32, i32)| a.0 <= b.1 + NEAR && b.0 <= a.1 + NEAR;
            near(x, v) && near(y, w)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(i32, i32)]) -> Line {
        Line {
            wire: 0,
            points: points.to_vec(),
        }
    }

    #[test]
    fn lines_meet_where_they_cross_or_run_side_by_side() {
        let level = line(&[(0, 100), (200, 100)]);
        assert!(meet(&level, &line(&[(50, 0), (50, 200)])));
        assert!(meet(&level, &line(&[(0, 112), (200, 112)])));
        assert!(!meet(&level, &line(&[(0, 140), (200, 140)])));
        assert!(!meet(&level, &line(&[(230, 0), (230, 200)])));
    }
}
