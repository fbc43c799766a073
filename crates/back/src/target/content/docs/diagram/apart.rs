//! Moves lines apart that touch without crossing: on one track, at a corner, or at an arrow. Tracks and doors have a distance within
//! each channel and on each side. Here are the rest: lines that meet where two channels do.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use super::{
    doors::Door,
    route::{Channel, Route, Side},
    stack::TrackUser,
    strokes::HEAD,
    tracks::{State, points},
};

/// Lines closer than this look like one.
const CLEAR: i32 = 5;
/// From a crossing to the next corner.
const CORNER: i32 = 3;
/// From a track to the edge of its channel, where arrows end.
pub const AIR: i32 = HEAD.0 + 3;
/// How far lines are moved, the shortest way first.
const STEPS: [i32; 9] = [3, 4, 5, 6, 8, 10, 12, 14, 17];
/// The most rounds over all lines that touch.
const ROUNDS: usize = 4;
/// A stretch that is shorter looks like a mistake.
const JOG: i32 = 8;

/// A straight piece of a line.
#[derive(Clone, Copy, Debug)]
struct Piece {
    is_level: bool,
    /// Its coordinate, and its ends along the other axis.
    at: i32,
    low: i32,
    high: i32,
    /// The point of its arrow.
    tip: Option<i32>,
}

/// Further apart than this, no two pieces touch: an arrow's point is the longest that one has of another's.
const NEAR: i32 = HEAD.0 + HEAD.1 + CLEAR;

/// The rectangle around pieces: it saves to ask each of them.
#[derive(Clone, Copy, Debug)]
struct Area {
    low: (i32, i32),
    high: (i32, i32),
}

impl Area {
    /// Of no pieces: nothing is near it.
    const EMPTY: Area = Area {
        low: (i32::MAX, i32::MAX),
        high: (i32::MIN, i32::MIN),
    };

    fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Self {
        pieces.into_iter().fold(Area::EMPTY, |area, piece| {
            let (low, high) = match piece.is_level {
                true => ((piece.low, piece.at), (piece.high, piece.at)),
                false => ((piece.at, piece.low), (piece.at, piece.high)),
            };
            Area {
                low: (area.low.0.min(low.0), area.low.1.min(low.1)),
                high: (area.high.0.max(high.0), area.high.1.max(high.1)),
            }
        })
    }

    /// With this many pixels more around it.
    fn grown(self, by: i32) -> Self {
        Area {
            low: (self.low.0.saturating_sub(by), self.low.1.saturating_sub(by)),
            high: (
                self.high.0.saturating_add(by),
                self.high.1.saturating_add(by),
            ),
        }
    }

    fn is_near(&self, other: &Area) -> bool {
        let meet = |low: i32, high: i32| i64::from(low) <= i64::from(high) + i64::from(NEAR);
        meet(self.low.0, other.high.0)
            && meet(other.low.0, self.high.0)
            && meet(self.low.1, other.high.1)
            && meet(other.low.1, self.high.1)
    }
}

/// What determines the coordinate of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Handle {
    Door(Door),
    Track(Channel),
}

/// A line of a user. Its points follow from its corners, so a move is tried without a look at the state.
struct Way {
    start: Side,
    /// The edge of the first node, the station of each handle, and the edge of the last node.
    corners: Vec<i32>,
    handles: Vec<Handle>,
    pieces: Vec<Piece>,
}

/// The lines of a user.
struct Lines {
    user: TrackUser,
    ways: Vec<Way>,
    area: Area,
}

impl Lines {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.ways.iter().flat_map(|way| &way.pieces)
    }

    /// The doors and tracks that determine a piece.
    fn handles(&self, piece: &Piece) -> BTreeSet<Handle> {
        let mut out = BTreeSet::new();
        for way in &self.ways {
            for (index, handle) in way.handles.iter().enumerate() {
                let is_level = index.is_multiple_of(2) == way.start.opens_level();
                if way.corners[index + 1] == piece.at && is_level == piece.is_level {
                    out.insert(*handle);
                }
            }
        }
        out
    }

    /// The lines that a move of these handles moves: each with its corners that change.
    fn moved_by(&self, handles: &[Handle]) -> Vec<(usize, Vec<usize>)> {
        let ways = self.ways.iter().enumerate().map(|(number, way)| {
            let moved = way.handles.iter().enumerate();
            let moved = moved.filter(|(_, handle)| handles.contains(handle));
            (number, moved.map(|(index, _)| index + 1).collect())
        });
        ways.filter(|(_, moved): &(usize, Vec<usize>)| !moved.is_empty())
            .collect()
    }
}

/// Tries to move one of each two lines that touch.
pub fn move_apart(state: &mut State<'_>) {
    let mut all = lines(state);
    for _ in 0..ROUNDS {
        let mut has_moved = false;
        for one in 0..all.len() {
            let mut near = near(&all, one);
            let touches = |piece: &&Piece| near.iter().any(|other| touch(piece, other));
            let touching: Vec<Piece> = all[one].pieces().filter(touches).copied().collect();
            for piece in touching {
                if improve(state, &mut all[one], &near, &piece) {
                    has_moved = true;
                    near = self::near(&all, one);
                }
            }
        }
        if !has_moved {
            return;
        }
    }
}

/// The pieces of others that the lines of a user touch, or would touch if they were moved.
fn near(all: &[Lines], one: usize) -> Vec<Piece> {
    let area = all[one].area.grown(STEPS[STEPS.len() - 1]);
    let others = all.iter().enumerate();
    let others = others.filter(|(other, lines)| *other != one && lines.area.is_near(&area));
    let pieces = others.flat_map(|(_, lines)| lines.pieces());
    pieces
        .filter(|piece| Area::of([*piece]).is_near(&area))
        .copied()
        .collect()
}

fn lines(state: &State<'_>) -> Vec<Lines> {
    let mut out: Vec<Lines> = Vec::new();
    let mut known: BTreeMap<TrackUser, usize> = BTreeMap::new();
    for route in state.routes {
        let user = state.user(route.wire);
        let number = *known.entry(user).or_insert(out.len());
        if number == out.len() {
            out.push(Lines {
                user,
                ways: Vec::new(),
                area: Area::EMPTY,
            });
        }
        out[number].ways.push(way(state, route));
    }
    for lines in &mut out {
        lines.area = Area::of(lines.pieces());
    }
    out
}

fn way(state: &State<'_>, route: &Route) -> Way {
    let tracks = route.channels.iter().copied().map(Handle::Track);
    let doors = [state.start_door(route), state.end_door(route)].map(Handle::Door);
    let corners = state.corners(route);
    Way {
        pieces: pieces(&corners, route.start),
        start: route.start,
        corners,
        handles: [doors[0]]
            .into_iter()
            .chain(tracks)
            .chain([doors[1]])
            .collect(),
    }
}

fn pieces(corners: &[i32], start: Side) -> Vec<Piece> {
    let points = points(corners, start);
    let last = points.len().saturating_sub(2);
    let pairs = points.windows(2).enumerate();
    pairs
        .map(|(index, pair)| {
            let (from, to) = (pair[0], pair[1]);
            let is_level = from.1 == to.1;
            let (at, from, to) = match is_level {
                true => (from.1, from.0, to.0),
                false => (from.0, from.1, to.1),
            };
            Piece {
                is_level,
                at,
                low: from.min(to),
                high: from.max(to),
                tip: (index == last).then_some(to),
            }
        })
        .collect()
}

/// Moves what determines a piece, if that leaves fewer faults. `near` are the pieces of others that count.
fn improve(state: &mut State<'_>, lines: &mut Lines, near: &[Piece], piece: &Piece) -> bool {
    let costs: Vec<i32> = lines
        .ways
        .iter()
        .map(|way| cost(&way.pieces, near))
        .collect();
    let before: i32 = costs.iter().sum();
    let handles = lines.handles(piece);
    // A straight line from door to door stays straight if both are moved.
    let mut sets: Vec<Vec<Handle>> = handles.iter().map(|handle| vec![*handle]).collect();
    if handles.len() > 1 {
        sets.insert(0, handles.into_iter().collect());
    }
    // What a move has to cost less than: fewer faults than now, and less than the best move so far.
    let mut least = before / FAULT * FAULT;
    let mut best: Option<(Vec<Handle>, i32)> = None;
    for handles in sets {
        let moved = lines.moved_by(&handles);
        let stays = before - moved.iter().map(|(way, _)| costs[*way]).sum::<i32>();
        let range = room(state, lines.user, &handles);
        for step in STEPS.into_iter().flat_map(|step| [step, -step]) {
            if !range.contains(&step) {
                continue;
            }
            let mut cost = stays + step.abs();
            for (way, corners) in &moved {
                if cost >= least {
                    break;
                }
                cost += self::cost(&lines.ways[*way].moved(corners, step), near);
            }
            if cost < least {
                least = cost;
                best = Some((handles.clone(), step));
            }
        }
    }
    let Some((handles, step)) = best else {
        return false;
    };
    shift(state, lines.user, &handles, step);
    for (way, corners) in lines.moved_by(&handles) {
        let way = &mut lines.ways[way];
        way.pieces = way.moved(&corners, step);
        for corner in corners {
            way.corners[corner] += step;
        }
    }
    lines.area = Area::of(lines.pieces());
    true
}

impl Way {
    /// Its pieces where some of its corners are moved.
    fn moved(&self, moved: &[usize], step: i32) -> Vec<Piece> {
        let mut corners = self.corners.clone();
        for corner in moved {
            corners[*corner] += step;
        }
        pieces(&corners, self.start)
    }
}

/// What a fault costs, in pixels of moving.
const FAULT: i32 = 1000;

/// The faults of pieces, and short jogs among them.
fn cost(pieces: &[Piece], near: &[Piece]) -> i32 {
    let jogs = pieces.iter().filter(|piece| piece.high - piece.low < JOG);
    let faults = pieces.iter().map(|piece| {
        let others = near.iter().filter(|other| touch(piece, other));
        others.count() as i32
    });
    FAULT * faults.sum::<i32>() + 40 * jogs.count() as i32
}

/// Whether two pieces touch and do not just cross.
fn touch(one: &Piece, other: &Piece) -> bool {
    if one.is_level == other.is_level {
        let is_on = |piece: &Piece, arrow: &Piece| {
            arrow.tip.is_some_and(|tip| {
                let base = match tip == arrow.high {
                    true => tip - HEAD.0,
                    false => tip + HEAD.0,
                };
                piece.low <= tip.max(base) && tip.min(base) <= piece.high
            })
        };
        let apart = (one.at - other.at).abs();
        return apart < CLEAR && one.low < other.high + CLEAR && other.low < one.high + CLEAR
            || apart <= HEAD.1 + 2 && (is_on(one, other) || is_on(other, one));
    }
    // How far the crossing is from the nearer end of each, less than nothing outside of it.
    let depth = |piece: &Piece, at: i32| (at - piece.low).min(piece.high - at);
    let depths = [depth(one, other.at), depth(other, one.at)];
    if depths.iter().any(|depth| *depth <= -CLEAR) {
        return false;
    }
    let is_on =
        |arrow: &Piece, at: i32| arrow.tip.is_some_and(|tip| (tip - at).abs() <= HEAD.0 + 2);
    depths.iter().any(|depth| *depth < CORNER) || is_on(one, other.at) || is_on(other, one.at)
}

/// How far doors and tracks can be moved together.
fn room(state: &State<'_>, user: TrackUser, handles: &[Handle]) -> RangeInclusive<i32> {
    let all = handles.iter().map(|handle| match handle {
        Handle::Door(door) => {
            let (low, high) = state.span(*door);
            let at = state.doors[door];
            (low - at, high - at)
        }
        Handle::Track(channel) => {
            let (low, high) = state.extent(*channel);
            let at = state.tracks[&(*channel, user)];
            (low + AIR - at, high - AIR - at)
        }
    });
    let (low, high) = all.fold((i32::MIN, i32::MAX), |room, (low, high)| {
        (room.0.max(low), room.1.min(high))
    });
    low..=high
}

fn shift(state: &mut State<'_>, user: TrackUser, handles: &[Handle], step: i32) {
    for handle in handles {
        let place = match handle {
            Handle::Door(door) => state.doors.get_mut(door),
            Handle::Track(channel) => state.tracks.get_mut(&(*channel, user)),
        };
        if let Some(place) = place {
            *place += step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(at: i32, (low, high): (i32, i32)) -> Piece {
        Piece {
            is_level: true,
            at,
            low,
            high,
            tip: None,
        }
    }

    fn upright(at: i32, ends: (i32, i32)) -> Piece {
        Piece {
            is_level: false,
            ..level(at, ends)
        }
    }

    #[test]
    fn lines_that_cross_do_not_touch() {
        let line = level(50, (0, 100));
        assert!(!touch(&line, &upright(40, (0, 100))));
        // A corner on the line, and one close to it.
        assert!(touch(&line, &upright(40, (50, 100))));
        assert!(touch(&line, &upright(40, (53, 100))));
        assert!(!touch(&line, &upright(40, (55, 100))));
        // Beside it.
        assert!(touch(&line, &level(52, (90, 200))));
        assert!(!touch(&line, &level(59, (90, 200))));
        // Through and along its arrow.
        let arrow = Piece {
            tip: Some(100),
            ..line
        };
        assert!(touch(&arrow, &upright(92, (0, 100))));
        assert!(touch(&arrow, &level(56, (95, 200))));
    }

    #[test]
    fn pieces_that_touch_are_near() {
        let line = level(0, (0, 20));
        for (at, low) in (-40..60).flat_map(|at| (-40..60).map(move |low| (at, low))) {
            let other = [level(at, (low, low + 9)), upright(at, (low, low + 9))];
            for other in other {
                for (tip, others) in [
                    (None, None),
                    (Some(20), Some(low)),
                    (Some(0), Some(low + 9)),
                ] {
                    let (line, other) = (
                        Piece { tip, ..line },
                        Piece {
                            tip: others,
                            ..other
                        },
                    );
                    let is_near = Area::of(&[line]).is_near(&Area::of(&[other]));
                    assert!(is_near || !touch(&line, &other), "{line:?} {other:?}");
                }
            }
        }
    }
}
