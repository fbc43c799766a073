//! Moves lines apart that touch without crossing: on one track, at a corner, or at an arrow. Tracks and doors have a distance within
//! each channel and on each side. Here are the rest: lines that meet where two channels do.

use std::collections::BTreeSet;

use super::{
    doors::Door,
    route::{Channel, Route},
    stack::TrackUser,
    strokes::HEAD,
    tracks::State,
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

    fn of(pieces: &[Piece]) -> Self {
        pieces.iter().fold(Area::EMPTY, |area, piece| {
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

/// The lines of a user.
struct Lines {
    user: TrackUser,
    /// The numbers of the routes.
    routes: Vec<usize>,
    pieces: Vec<Piece>,
    area: Area,
}

impl Lines {
    fn lie(&mut self, pieces: Vec<Piece>) {
        self.area = Area::of(&pieces);
        self.pieces = pieces;
    }
}

/// Tries to move one of each two lines that touch.
pub fn move_apart(state: &mut State<'_>) {
    let mut all = lines(state);
    for _ in 0..ROUNDS {
        let mut has_moved = false;
        for one in 0..all.len() {
            let touching: Vec<Piece> = all[one].pieces.clone();
            let touching = touching
                .into_iter()
                .filter(|piece| faults_of(&all, one, &[*piece]) > 0);
            for piece in touching.collect::<Vec<_>>() {
                has_moved |= improve(state, &mut all, one, piece);
            }
        }
        if !has_moved {
            return;
        }
    }
}

fn lines(state: &State<'_>) -> Vec<Lines> {
    let mut out: Vec<Lines> = Vec::new();
    for (number, route) in state.routes.iter().enumerate() {
        let user = state.user(route.wire);
        match out.iter_mut().find(|lines| lines.user == user) {
            Some(lines) => lines.routes.push(number),
            None => out.push(Lines {
                user,
                routes: vec![number],
                pieces: Vec::new(),
                area: Area::EMPTY,
            }),
        }
    }
    for lines in &mut out {
        lines.lie(pieces(state, &lines.routes));
    }
    out
}

fn pieces(state: &State<'_>, routes: &[usize]) -> Vec<Piece> {
    let mut out = Vec::new();
    for route in routes {
        let line = state.line(&state.routes[*route]);
        let last = line.points.len().saturating_sub(2);
        for (index, pair) in line.points.windows(2).enumerate() {
            let (from, to) = (pair[0], pair[1]);
            let is_level = from.1 == to.1;
            let (at, from, to) = match is_level {
                true => (from.1, from.0, to.0),
                false => (from.0, from.1, to.1),
            };
            out.push(Piece {
                is_level,
                at,
                low: from.min(to),
                high: from.max(to),
                tip: (index == last).then_some(to),
            });
        }
    }
    out
}

/// Moves what determines a piece, if that leaves fewer faults.
fn improve(state: &mut State<'_>, all: &mut [Lines], one: usize, piece: Piece) -> bool {
    let before = cost(state, all, one);
    let handles = handles(state, &all[one], piece);
    // A straight line from door to door stays straight if both are moved.
    let mut sets: Vec<Vec<Handle>> = handles.iter().map(|handle| vec![*handle]).collect();
    if handles.len() > 1 {
        sets.insert(0, handles.into_iter().collect());
    }
    let mut best: Option<(i32, Vec<Handle>, i32)> = None;
    for handles in sets {
        for step in STEPS.into_iter().flat_map(|step| [step, -step]) {
            if !shift(state, all[one].user, &handles, step) {
                continue;
            }
            let cost = cost(state, all, one) + step.abs();
            shift_back(state, all[one].user, &handles, step);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, handles.clone(), step));
            }
            // Without a fault and a jog, no longer way costs less.
            if cost == step.abs() {
                break;
            }
        }
    }
    let Some((cost, handles, step)) = best else {
        return false;
    };
    let is_better = cost / FAULT < before / FAULT && shift(state, all[one].user, &handles, step);
    if is_better {
        let pieces = pieces(state, &all[one].routes);
        all[one].lie(pieces);
    }
    is_better
}

/// What a fault costs, in pixels of moving.
const FAULT: i32 = 1000;

/// The faults of the lines of a user at their present places, and their short jogs.
fn cost(state: &State<'_>, all: &[Lines], one: usize) -> i32 {
    let pieces = pieces(state, &all[one].routes);
    let jogs = pieces.iter().filter(|piece| piece.high - piece.low < JOG);
    FAULT * faults_of(all, one, &pieces) + 40 * jogs.count() as i32
}

fn faults_of(all: &[Lines], one: usize, pieces: &[Piece]) -> i32 {
    let area = Area::of(pieces);
    let others = all.iter().enumerate().filter(|(other, _)| *other != one);
    let near = others.filter(|(_, lines)| lines.area.is_near(&area));
    let others = near.flat_map(|(_, lines)| &lines.pieces);
    let others = others.filter(|other| Area::of(std::slice::from_ref(other)).is_near(&area));
    let faults = others.map(|other| pieces.iter().filter(|piece| touch(piece, other)).count());
    faults.sum::<usize>() as i32
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

/// The doors and tracks that determine a piece.
fn handles(state: &State<'_>, lines: &Lines, piece: Piece) -> BTreeSet<Handle> {
    let mut out = BTreeSet::new();
    for route in lines.routes.iter().map(|route| &state.routes[*route]) {
        let stations = state.stations(route);
        for (index, at) in stations.iter().enumerate() {
            if *at == piece.at && is_level(route, index) == piece.is_level {
                out.insert(match index.checked_sub(1) {
                    None => Handle::Door(state.start_door(route)),
                    Some(track) => match route.channels.get(track) {
                        Some(channel) => Handle::Track(*channel),
                        None => Handle::Door(state.end_door(route)),
                    },
                });
            }
        }
    }
    out
}

/// Whether a station of a route is the height of a level piece.
fn is_level(route: &Route, station: usize) -> bool {
    station.is_multiple_of(2) == route.starts_level()
}

/// Moves doors and tracks, if all have room.
fn shift(state: &mut State<'_>, user: TrackUser, handles: &[Handle], step: i32) -> bool {
    let fits = handles.iter().all(|handle| match handle {
        Handle::Door(door) => {
            let (low, high) = state.span(*door);
            (low..=high).contains(&(state.doors[door] + step))
        }
        Handle::Track(channel) => {
            let (low, high) = state.extent(*channel);
            let at = state.tracks[&(*channel, user)] + step;
            low + AIR <= at && at <= high - AIR
        }
    });
    if fits {
        shift_back(state, user, handles, -step);
    }
    fits
}

fn shift_back(state: &mut State<'_>, user: TrackUser, handles: &[Handle], step: i32) {
    for handle in handles {
        let place = match handle {
            Handle::Door(door) => state.doors.get_mut(door),
            Handle::Track(channel) => state.tracks.get_mut(&(*channel, user)),
        };
        if let Some(place) = place {
            *place -= step;
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
