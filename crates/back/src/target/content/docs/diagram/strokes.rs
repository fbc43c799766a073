//! Lines as they are drawn: with round corners, and with a gap in the lower one of two that cross.
//!
//! The gap is a part of the lower line that is not drawn. Nothing is painted over it in the colour of the background: that would also
//! hide the corners and the neighbours that lie beside the crossing.

use std::collections::BTreeMap;

use super::stack::TrackUser;

/// Length of an arrow's point, and half of its width.
pub const HEAD: (i32, i32) = (9, 4);
/// Half of a gap.
pub const GAP: i32 = 3;
const RADIUS: i32 = 10;
/// The least length of a line between a gap and a corner.
const REST: i32 = 2;

/// A line before it is drawn. Those of one user lead to the same node, or are the same flow: where they meet, they are one.
pub struct Stroke<'a> {
    pub user: TrackUser,
    pub points: &'a [(i32, i32)],
}

/// A line as SVG paths.
#[derive(Debug, PartialEq, Eq)]
pub struct Drawn {
    pub path: String,
    /// The arrow's point.
    pub head: String,
}

/// Where another line crosses a stretch of a line.
struct Mark {
    stretch: usize,
    /// From the beginning of the stretch.
    offset: i32,
    /// The line passes below.
    is_below: bool,
}

/// A stretch of a line: the number of the line, and of the stretch in it.
type Stretch = (usize, usize);

/// The place of a crossing, and who crosses there: the one that is to be below comes first.
type Place = ((i32, i32), [TrackUser; 2]);

pub fn draw(strokes: &[Stroke<'_>]) -> Vec<Drawn> {
    let marks = marks(strokes);
    let radii = radii(strokes, &marks);
    let lines = strokes.iter().zip(&marks);
    lines
        .map(|(stroke, marks)| Drawn {
            path: path(stroke, marks, &radii),
            head: head(stroke.points),
        })
        .collect()
}

/// The crossings of each line.
fn marks(strokes: &[Stroke<'_>]) -> Vec<Vec<Mark>> {
    let mut out: Vec<Vec<Mark>> = strokes.iter().map(|_| Vec::new()).collect();
    for ((at, _), pairs) in crossings(strokes) {
        // The one below is cut, so it needs more room between the crossing and its next corner.
        let clear = |side: usize| {
            let rooms = pairs.iter().map(|pair| room(strokes, pair[side], at));
            rooms.min().unwrap_or(0)
        };
        let below = usize::from(clear(0) < GAP + REST && clear(1) > clear(0));
        for pair in &pairs {
            for (side, (line, stretch)) in pair.iter().enumerate() {
                let mark = Mark {
                    stretch: *stretch,
                    offset: distance(strokes[*line].points[*stretch], at),
                    is_below: side == below,
                };
                out[*line].push(mark);
            }
        }
    }
    for marks in &mut out {
        marks.sort_by_key(|mark| (mark.stretch, mark.offset));
    }
    out
}

/// All crossings of lines that have nothing to do with each other.
fn crossings(strokes: &[Stroke<'_>]) -> BTreeMap<Place, Vec<[Stretch; 2]>> {
    let mut level: BTreeMap<i32, Vec<Stretch>> = BTreeMap::new();
    let mut upright: Vec<Stretch> = Vec::new();
    for (line, stroke) in strokes.iter().enumerate() {
        for (stretch, pair) in stroke.points.windows(2).enumerate() {
            match pair[0].1 == pair[1].1 {
                true => level.entry(pair[0].1).or_default().push((line, stretch)),
                false => upright.push((line, stretch)),
            }
        }
    }
    let mut out: BTreeMap<Place, Vec<[Stretch; 2]>> = BTreeMap::new();
    for one in upright {
        let (from, to) = ends(strokes, one);
        let (low, high) = (from.1.min(to.1), from.1.max(to.1));
        let between = level.range(low..high).filter(|(y, _)| **y > low);
        for other in between.flat_map(|(_, stretches)| stretches) {
            let (start, end) = ends(strokes, *other);
            let users = [strokes[one.0].user, strokes[other.0].user];
            let is_between = start.0.min(end.0) < from.0 && from.0 < start.0.max(end.0);
            if !is_between || users[0] == users[1] {
                continue;
            }
            let at = (from.0, start.1);
            let (users, pair) = match height(users[0]) < height(users[1]) {
                true => (users, [one, *other]),
                false => ([users[1], users[0]], [*other, one]),
            };
            out.entry((at, users)).or_default().push(pair);
        }
    }
    out
}

/// Needs are below flows.
fn height(user: TrackUser) -> (bool, usize) {
    match user {
        TrackUser::NeedsOf(node) => (false, node),
        TrackUser::Flow(wire) => (true, wire),
    }
}

fn ends(strokes: &[Stroke<'_>], (line, stretch): Stretch) -> ((i32, i32), (i32, i32)) {
    let points = strokes[line].points;
    (points[stretch], points[stretch + 1])
}

/// From a point of a stretch to its nearer end.
fn room(strokes: &[Stroke<'_>], stretch: Stretch, at: (i32, i32)) -> i32 {
    let (from, to) = ends(strokes, stretch);
    distance(from, at).min(distance(at, to))
}

/// The radius of each corner: round corners end before the next crossing. Lines of one user turn in the same way.
fn radii(strokes: &[Stroke<'_>], marks: &[Vec<Mark>]) -> BTreeMap<(TrackUser, (i32, i32)), i32> {
    let mut out = BTreeMap::new();
    for (stroke, marks) in strokes.iter().zip(marks) {
        for corner in 1..stroke.points.len() - 1 {
            let at = stroke.points[corner];
            let (before, after) = (stroke.points[corner - 1], stroke.points[corner + 1]);
            let half = distance(before, at).min(distance(at, after)) / 2;
            let near = marks
                .iter()
                .filter(|mark| mark.stretch == corner || mark.stretch + 1 == corner);
            let free = near.map(|mark| {
                let start = stroke.points[mark.stretch];
                let end = stroke.points[mark.stretch + 1];
                let from_corner = match mark.stretch == corner {
                    true => mark.offset,
                    false => distance(start, end) - mark.offset,
                };
                from_corner - if mark.is_below { GAP } else { 0 }
            });
            let radius = free.min().unwrap_or(RADIUS).min(half).clamp(0, RADIUS);
            let known = out.entry((stroke.user, at)).or_insert(radius);
            *known = radius.min(*known);
        }
    }
    out
}

/// A line with round corners and gaps that ends shortly before the point of its arrow.
fn path(
    stroke: &Stroke<'_>,
    marks: &[Mark],
    radii: &BTreeMap<(TrackUser, (i32, i32)), i32>,
) -> String {
    let points = stroke.points;
    let radius = |point: usize| {
        radii
            .get(&(stroke.user, points[point]))
            .copied()
            .unwrap_or(0)
    };
    let last = points.len() - 2;
    let mut out = format!("M{} {}", points[0].0, points[0].1);
    for stretch in 0..=last {
        let (from, to) = (points[stretch], points[stretch + 1]);
        let (dx, dy) = direction(from, to);
        let place = |offset: i32| format!("{} {}", from.0 + dx * offset, from.1 + dy * offset);
        let start = if stretch == 0 { 0 } else { radius(stretch) };
        let end = match stretch == last {
            true => distance(from, to) - (HEAD.0 - 2),
            false => distance(from, to) - radius(stretch + 1),
        };
        let mut at = start;
        let below = marks
            .iter()
            .filter(|mark| mark.stretch == stretch && mark.is_below);
        for mark in below {
            let (gap, after) = (mark.offset - GAP, (mark.offset + GAP).min(end));
            if gap > at {
                out.push_str(&format!("L{}", place(gap)));
            }
            if after > at {
                out.push_str(&format!("M{}", place(after)));
                at = after;
            }
        }
        if end > at {
            out.push_str(&format!("L{}", place(end)));
        }
        if stretch < last && radius(stretch + 1) > 0 {
            let (x, y) = to;
            let (bx, by) = direction(to, points[stretch + 2]);
            let radius = radius(stretch + 1);
            out.push_str(&format!("Q{x} {y} {} {}", x + bx * radius, y + by * radius));
        }
    }
    out
}

fn head(points: &[(i32, i32)]) -> String {
    let (length, half) = HEAD;
    let [.., before, (x, y)] = points else {
        return String::new();
    };
    let (dx, dy) = direction(*before, (*x, *y));
    let (bx, by) = (x - dx * length, y - dy * length);
    format!(
        "M{x} {y}L{} {}L{} {}Z",
        bx - dy * half,
        by + dx * half,
        bx + dy * half,
        by - dx * half
    )
}

fn distance(a: (i32, i32), b: (i32, i32)) -> i32 {
    (a.0 - b.0).abs() + (a.1 - b.1).abs()
}

/// The unit step from one point to another on the same axis.
fn direction(from: (i32, i32), to: (i32, i32)) -> (i32, i32) {
    ((to.0 - from.0).signum(), (to.1 - from.1).signum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(lines: &[(usize, &[(i32, i32)])]) -> Vec<String> {
        let strokes: Vec<Stroke<'_>> = lines
            .iter()
            .map(|(node, points)| Stroke {
                user: TrackUser::NeedsOf(*node),
                points,
            })
            .collect();
        draw(&strokes).into_iter().map(|line| line.path).collect()
    }

    #[test]
    fn the_lower_of_two_lines_that_cross_has_a_gap() {
        let level: &[(i32, i32)] = &[(0, 50), (100, 50)];
        let upright: &[(i32, i32)] = &[(40, 0), (40, 100)];
        assert_eq!(
            paths(&[(0, level), (1, upright)]),
            ["M0 50L37 50M43 50L93 50", "M40 0L40 93"]
        );
        assert_eq!(
            paths(&[(1, level), (0, upright)]),
            ["M0 50L93 50", "M40 0L40 47M40 53L40 93"]
        );
        assert_eq!(
            paths(&[(0, level), (0, upright)]),
            ["M0 50L93 50", "M40 0L40 93"]
        );
    }

    /// A bridge over the first line wiped out its corner, which lies four pixels beside the crossing.
    #[test]
    fn a_corner_beside_a_crossing_stays() {
        let corner: &[(i32, i32)] = &[(0, 50), (44, 50), (44, 100)];
        let upright: &[(i32, i32)] = &[(40, 0), (40, 100)];
        assert_eq!(
            paths(&[(0, corner), (1, upright)]),
            ["M0 50L40 50Q44 50 44 54L44 93", "M40 0L40 47M40 53L40 93"]
        );
    }
}
