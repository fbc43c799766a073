//! Every line is seen from end to end, and no two that have nothing to do with each other touch.

use std::collections::BTreeMap;

use super::super::{
    place::Rect,
    scene::{Scene, WireKind},
    stack::TrackUser,
    strokes::GAP,
    tracks::Layout,
    view::{LineView, Picture},
};

/// The side of a square in which points are found: what is near a point is in the nine squares around it.
const SQUARE: f64 = 6.0;
/// The distance from one line to another, from middle to middle, that can be seen.
const APART: f64 = 2.0;
/// How far round corners and gaps may be from the line between the corners.
const ASIDE: f64 = 4.5;

type Point = (f64, f64);

struct Seen<'a> {
    user: TrackUser,
    name: String,
    points: &'a [(i32, i32)],
    drawn: Vec<Point>,
    head: Rect,
}

/// What is wrong with the lines of a picture.
pub fn faults(scene: &Scene, layout: &Layout, picture: &Picture) -> Vec<String> {
    let seen = seen(scene, layout, picture);
    let crossings = crossings(&seen);
    let mut near: BTreeMap<(i32, i32), Vec<(usize, Point)>> = BTreeMap::new();
    for (number, line) in seen.iter().enumerate() {
        for point in &line.drawn {
            near.entry(square(*point))
                .or_default()
                .push((number, *point));
        }
    }
    let mut out = Vec::new();
    for (number, line) in seen.iter().enumerate() {
        out.extend(hidden(line, &crossings[number]));
        let touched = line.drawn.iter().find_map(|point| {
            let mut places = around(&near, *point);
            let other = places.find(|(other, place)| {
                seen[*other].user != line.user && distance(*point, *place) < APART
            });
            other.map(|(other, _)| (other, point))
        });
        if let Some((other, point)) = touched {
            out.push(format!(
                "{} touches {} at {point:?}",
                line.name, seen[other].name
            ));
        }
        // The arrow's point reaches no further than the squares around its middle.
        let middle = (
            f64::from(2 * line.head.x + line.head.w) / 2.0,
            f64::from(2 * line.head.y + line.head.h) / 2.0,
        );
        let hit = around(&near, middle).find(|(other, place)| {
            seen[*other].user != line.user && contains_point(line.head, *place)
        });
        if let Some((other, place)) = hit {
            let other = &seen[other].name;
            out.push(format!(
                "{other} runs through the arrow of {} at {place:?}",
                line.name
            ));
        }
    }
    out
}

fn seen<'a>(scene: &Scene, layout: &'a Layout, picture: &Picture) -> Vec<Seen<'a>> {
    let (mut needs, mut flows) = (picture.needs.iter(), picture.flows.iter());
    let lines = layout.lines.iter().map(|line| {
        let wire = &scene.wires[line.wire];
        let view = match wire.kind {
            WireKind::Need => needs.next(),
            WireKind::Flow { .. } => flows.next(),
        };
        let view: &LineView = view.expect("each line is drawn");
        let title = |node: usize| &scene.nodes[node].title;
        let head = points(&view.head);
        let (x, y) = head[0];
        let far = head.iter().fold((x, y, x, y), |far, point| {
            let (x, y) = *point;
            (far.0.min(x), far.1.min(y), far.2.max(x), far.3.max(y))
        });
        Seen {
            user: TrackUser::of(scene, line.wire),
            name: format!("{} -> {}", title(wire.from), title(wire.to)),
            points: &line.points,
            drawn: points(&view.path),
            head: Rect {
                x: far.0 as i32,
                y: far.1 as i32,
                w: (far.2 - far.0) as i32,
                h: (far.3 - far.1) as i32,
            },
        }
    });
    lines.collect()
}

/// Points of a path, one pixel apart.
fn points(path: &str) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    let mut at = (0.0, 0.0);
    let starts = path.char_indices().filter(|(_, c)| c.is_alphabetic());
    let starts: Vec<usize> = starts.map(|(start, _)| start).collect();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(path.len());
        let numbers = path[start + 1..end].split_whitespace();
        let numbers: Vec<f64> = numbers.map(|it| it.parse().expect("a number")).collect();
        match (&path[*start..start + 1], numbers.as_slice()) {
            ("M", [x, y]) => at = (*x, *y),
            ("L", [x, y]) => {
                out.extend(between(at, (*x, *y)));
                at = (*x, *y);
            }
            ("Q", [v, w, x, y]) => {
                let bent = (0..=16).map(|step| {
                    let t = f64::from(step) / 16.0;
                    let part = |a: f64, b: f64, c: f64| {
                        (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c
                    };
                    (part(at.0, *v, *x), part(at.1, *w, *y))
                });
                out.extend(bent);
                at = (*x, *y);
            }
            ("Z", []) => {}
            _ => panic!("{path}"),
        }
    }
    out
}

fn between(from: Point, to: Point) -> Vec<Point> {
    let steps = distance(from, to).ceil().max(1.0) as i32;
    let place = |step: i32| {
        let part = f64::from(step) / f64::from(steps);
        (
            from.0 + (to.0 - from.0) * part,
            from.1 + (to.1 - from.1) * part,
        )
    };
    (0..=steps).map(place).collect()
}

fn distance(one: Point, other: Point) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

fn square((x, y): Point) -> (i32, i32) {
    ((x / SQUARE).floor() as i32, (y / SQUARE).floor() as i32)
}

fn around(
    near: &BTreeMap<(i32, i32), Vec<(usize, Point)>>,
    point: Point,
) -> impl Iterator<Item = (usize, Point)> {
    let (x, y) = square(point);
    let squares = (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
    squares
        .filter_map(|square| near.get(&square))
        .flatten()
        .copied()
}

fn contains_point(rect: Rect, (x, y): Point) -> bool {
    let inside = |at: f64, low: i32, high: i32| f64::from(low) <= at && at <= f64::from(high);
    inside(x, rect.x, rect.right()) && inside(y, rect.y, rect.bottom())
}

/// Where each line crosses one that has nothing to do with it.
fn crossings(seen: &[Seen<'_>]) -> Vec<Vec<Point>> {
    let inside = |at: i32, one: i32, other: i32| one.min(other) < at && at < one.max(other);
    let cross = |pair: &[(i32, i32)], other: &[(i32, i32)]| {
        let ([a, b], [c, d]) = (pair, other) else {
            return None;
        };
        let level = a.1 == b.1 && c.0 == d.0 && inside(c.0, a.0, b.0) && inside(a.1, c.1, d.1);
        let upright = a.0 == b.0 && c.1 == d.1 && inside(a.0, c.0, d.0) && inside(c.1, a.1, b.1);
        match (level, upright) {
            (true, _) => Some((f64::from(c.0), f64::from(a.1))),
            (_, true) => Some((f64::from(a.0), f64::from(c.1))),
            _ => None,
        }
    };
    seen.iter()
        .map(|line| {
            let others = seen.iter().filter(|other| other.user != line.user);
            let pairs = others.flat_map(|other| other.points.windows(2));
            let stretches = || line.points.windows(2);
            pairs
                .flat_map(|other| stretches().filter_map(move |pair| cross(pair, other)))
                .collect()
        })
        .collect()
}

/// Where a line is not drawn between its first point and its arrow, although no other crosses it there.
fn hidden(line: &Seen<'_>, crossings: &[Point]) -> Option<String> {
    let squares = |places: &[Point]| -> BTreeMap<(i32, i32), Vec<(usize, Point)>> {
        let mut out: BTreeMap<(i32, i32), Vec<(usize, Point)>> = BTreeMap::new();
        for place in places {
            out.entry(square(*place)).or_default().push((0, *place));
        }
        out
    };
    let (drawn, crossings) = (squares(&line.drawn), squares(crossings));
    let pairs = line.points.windows(2);
    let mut points = pairs.flat_map(|pair| {
        let [from, to] = [pair[0], pair[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        between(from, to)
    });
    let point = points.find(|point| {
        let is_near = |places, most: f64| {
            around(places, *point).any(|(_, place)| distance(place, *point) <= most)
        };
        !is_near(&drawn, ASIDE)
            && !is_near(&crossings, f64::from(GAP) + 0.5)
            && !contains_point(line.head, *point)
    })?;
    Some(format!("{} can't be seen at {point:?}", line.name))
}
