//! Moves lines apart that touch without crossing: on one track, at a corner, or at an arrow. Tracks and doors have a distance within
//! each channel and on each side. Here are the rest: lines that meet where two channels do.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use super::{
    doors::Door,
    pieces::{Area, Near, Piece, pieces},
    route::{Channel, Route},
    stack::TrackUser,
    strokes::HEAD,
    tracks::{Corners, State},
};

/// From a track to the edge of its channel, where arrows end.
pub const AIR: i32 = HEAD.0 + 3;
/// How far lines are moved, the shortest way first.
const STEPS: [i32; 9] = [3, 4, 5, 6, 8, 10, 12, 14, 17];
/// The most rounds over all lines that touch.
const ROUNDS: usize = 4;
/// A stretch that is shorter looks like a mistake.
const JOG: i32 = 8;

/// What determines the coordinate of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Handle {
    Door(Door),
    Track(Channel),
}

/// A line of a user. Its points follow from its corners, so a move is tried without a look at the state.
struct Way {
    /// The edge of the first node, the station of each handle, and the edge of the last node.
    corners: Corners,
    handles: Vec<Handle>,
    pieces: Vec<Piece>,
}

/// The lines of a user.
struct Lines {
    user: TrackUser,
    ways: Vec<Way>,
    area: Area,
    /// Whether they, or lines around them, have changed since they were looked at.
    is_new: bool,
}

impl Lines {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.ways.iter().flat_map(|way| &way.pieces)
    }

    /// Where their pieces are, and can be after a move.
    fn reach(&self) -> Area {
        self.area.grown(STEPS[STEPS.len() - 1])
    }

    /// The doors and tracks that determine a piece.
    fn handles(&self, piece: &Piece) -> BTreeSet<Handle> {
        let mut out = BTreeSet::new();
        for way in &self.ways {
            for (index, handle) in way.handles.iter().enumerate() {
                let is_level = index.is_multiple_of(2) == way.corners.starts_level;
                if way.corners.all[index + 1] == piece.at && is_level == piece.is_level {
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
            // Where nothing has changed around it since, it was tried in vain.
            if !std::mem::take(&mut all[one].is_new) {
                continue;
            }
            let mut near = near(&all, one);
            let touches = |piece: &&Piece| near.touching(piece) > 0;
            let touching: Vec<Piece> = all[one].pieces().filter(touches).copied().collect();
            for piece in touching {
                let before = all[one].area;
                if improve(state, &mut all[one], &near, &piece) {
                    has_moved = true;
                    near = self::near(&all, one);
                    let areas = [before, all[one].area];
                    for lines in &mut all {
                        let around = lines.reach();
                        lines.is_new |= areas.iter().any(|area| area.is_near(&around));
                    }
                }
            }
        }
        if !has_moved {
            return;
        }
    }
}

/// The pieces of others that the lines of a user touch, or would touch if they were moved.
fn near(all: &[Lines], one: usize) -> Near {
    let around = all[one].reach();
    let others = all.iter().enumerate();
    let others = others.filter(|(other, lines)| *other != one && lines.area.is_near(&around));
    Near::of(&around, others.flat_map(|(_, lines)| lines.pieces()))
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
                is_new: true,
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
        pieces: pieces(&corners),
        corners,
        handles: [doors[0]]
            .into_iter()
            .chain(tracks)
            .chain([doors[1]])
            .collect(),
    }
}

/// Moves what determines a piece, if that leaves fewer faults. `near` are the pieces of others that count.
fn improve(state: &mut State<'_>, lines: &mut Lines, near: &Near, piece: &Piece) -> bool {
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
                cost += self::cost(&lines.ways[*way].moved_pieces(corners, step), near);
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
        way.pieces = way.moved_pieces(&corners, step);
        for corner in corners {
            way.corners.all[corner] += step;
        }
    }
    lines.area = Area::of(lines.pieces());
    true
}

impl Way {
    /// Its pieces where some of its corners are moved.
    fn moved_pieces(&self, moved: &[usize], step: i32) -> Vec<Piece> {
        let mut corners = self.corners.clone();
        for corner in moved {
            corners.all[*corner] += step;
        }
        pieces(&corners)
    }
}

/// What a fault costs, in pixels of moving.
const FAULT: i32 = 1000;

/// The faults of pieces, and short jogs among them.
fn cost(pieces: &[Piece], near: &Near) -> i32 {
    let jogs = pieces.iter().filter(|piece| piece.high - piece.low < JOG);
    let faults: usize = pieces.iter().map(|piece| near.touching(piece)).sum();
    FAULT * faults as i32 + 40 * jogs.count() as i32
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
