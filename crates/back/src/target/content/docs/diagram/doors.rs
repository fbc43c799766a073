//! Where wires meet the sides of nodes (doors). Doors keep a distance, and their order avoids crossings in front of the node.
//! Wires between two nodes that face each other are straight.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    route::{Channel, Route, Side},
    stack::TrackUser,
    tracks::State,
};

/// The distance between a node's corner and its first door.
pub const DOOR_EDGE: i32 = 8;
/// The distance between two doors of a side, if the side is long enough.
const DOOR_STEP: i32 = 14;
/// The distance between two doors that lie opposite each other and belong to different wires.
const CLEAR: i32 = 6;

/// An end of a wire at a side of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Door {
    pub node: usize,
    pub side: Side,
    pub user: TrackUser,
    pub leaves: bool,
}

impl State<'_> {
    /// Spreads the doors of each node's side so that no two wires cross right in front of it.
    pub fn settle_doors(&mut self) {
        let mut sides: BTreeMap<(usize, Side), BTreeMap<Door, (i32, i32)>> = BTreeMap::new();
        for route in self.routes {
            let stations = self.stations(route);
            let count = stations.len();
            let is_facing = self.facing(route).is_some();
            let ends = [
                (self.start_door(route), stations[1], stations[2]),
                (
                    self.end_door(route),
                    stations[count - 2],
                    stations[count - 3],
                ),
            ];
            for (door, track, beyond) in ends {
                let rect = self.placement.nodes[door.node];
                let (edge, middle) = match door.side {
                    Side::Left => (rect.x, rect.y + rect.h / 2),
                    Side::Right => (rect.right(), rect.y + rect.h / 2),
                    Side::Top => (rect.y, rect.x + rect.w / 2),
                    Side::Bottom => (rect.bottom(), rect.x + rect.w / 2),
                };
                let away = (track - edge).abs();
                // A door of the same row counts as straight on.
                let key = match beyond - middle {
                    _ if is_facing => (1, beyond),
                    -8..=8 => (1, beyond),
                    ..-8 => (0, away),
                    _ => (2, -away),
                };
                sides
                    .entry((door.node, door.side))
                    .or_default()
                    .insert(door, key);
            }
        }
        for ((node, side), doors) in sides {
            let rect = self.placement.nodes[node];
            let (start, length) = match side {
                Side::Left | Side::Right => (rect.y, rect.h),
                Side::Top | Side::Bottom => (rect.x, rect.w),
            };
            let mut sorted: Vec<((i32, i32), Door)> =
                doors.into_iter().map(|(door, key)| (key, door)).collect();
            sorted.sort();
            let count = sorted.len() as i32;
            let step = ((length - 16) / count).clamp(1, DOOR_STEP);
            let first = start + length / 2 - step * (count - 1) / 2;
            for (index, (_, door)) in sorted.into_iter().enumerate() {
                self.doors.insert(door, first + index as i32 * step);
            }
        }
    }

    /// Makes wires between nodes that face each other straight if both sides have room.
    pub fn align_doors(&mut self) -> BTreeSet<Door> {
        let mut fixed: BTreeSet<Door> = BTreeSet::new();
        for route in self.routes {
            let Some((low, high)) = self.facing(route) else {
                continue;
            };
            let doors = [self.start_door(route), self.end_door(route)];
            let [start, end] = doors.map(|door| self.doors[&door]);
            for at in [end, start, (low + high) / 2] {
                let moves = doors.map(|door| self.make_room(door, at, &fixed));
                if let ([Some(one), Some(other)], true) = (moves, (low..=high).contains(&at)) {
                    self.doors.extend(one);
                    self.doors.extend(other);
                    fixed.extend(doors);
                    break;
                }
            }
        }
        fixed
    }

    /// Moves doors apart that lie opposite each other across a channel. Otherwise two wires would look like one wire between
    /// unrelated nodes. `fixed` are the ends of straight wires.
    pub fn separate_doors(&mut self, fixed: &BTreeSet<Door>) {
        let mut channels: BTreeMap<Channel, BTreeSet<Door>> = BTreeMap::new();
        for route in self.routes {
            let ends = [route.channels.first(), route.channels.last()];
            let doors = [self.start_door(route), self.end_door(route)];
            for (channel, door) in ends.into_iter().zip(doors) {
                channels.extend(
                    channel
                        .map(|channel| (*channel, BTreeSet::new()))
                        .filter(|(channel, _)| !channels.contains_key(channel)),
                );
                if let Some(known) = channel.and_then(|channel| channels.get_mut(channel)) {
                    known.insert(door);
                }
            }
        }
        for doors in channels.values() {
            for door in doors.iter().filter(|door| !fixed.contains(door)) {
                self.separate(*door, doors);
            }
        }
    }

    fn separate(&mut self, door: Door, doors: &BTreeSet<Door>) {
        let at = self.doors[&door];
        let faces = |other: &&Door| other.node != door.node && other.side != door.side;
        let opposite: Vec<i32> = doors
            .iter()
            .filter(faces)
            .map(|other| self.doors[other])
            .collect();
        let clear = |place: i32, others: &[i32], least: i32| {
            others.iter().all(|other| (other - place).abs() >= least)
        };
        if clear(at, &opposite, CLEAR) {
            return;
        }
        let beside =
            |other: &&Door| **other != door && (other.node, other.side) == (door.node, door.side);
        let own: Vec<i32> = doors
            .iter()
            .filter(beside)
            .map(|other| self.doors[other])
            .collect();
        let (low, high) = self.span(door);
        let mut places: Vec<i32> = (low..=high).collect();
        places.sort_by_key(|place| ((place - at).abs(), *place));
        for least in [CLEAR, CLEAR / 2] {
            let free =
                |place: &&i32| clear(**place, &opposite, CLEAR) && clear(**place, &own, least);
            if let Some(place) = places.iter().find(free) {
                self.doors.insert(door, *place);
                return;
            }
        }
    }

    /// The coordinates that both sides of a route share, where its two nodes face each other across one channel.
    fn facing(&self, route: &Route) -> Option<(i32, i32)> {
        if route.channels.len() != 1 {
            return None;
        }
        let across = matches!(
            (route.start, route.end),
            (Side::Bottom, Side::Top)
                | (Side::Top, Side::Bottom)
                | (Side::Left, Side::Right)
                | (Side::Right, Side::Left)
        );
        let start = self.span(self.start_door(route));
        let end = self.span(self.end_door(route));
        let (low, high) = (start.0.max(end.0), start.1.min(end.1));
        (across && low <= high).then_some((low, high))
    }

    /// The range of coordinates that a door can have on its side.
    pub fn span(&self, door: Door) -> (i32, i32) {
        let rect = self.placement.nodes[door.node];
        match door.side {
            Side::Left | Side::Right => (rect.y + DOOR_EDGE, rect.bottom() - DOOR_EDGE),
            Side::Top | Side::Bottom => (rect.x + DOOR_EDGE, rect.right() - DOOR_EDGE),
        }
    }

    /// Places for all doors of a side in their order, with one of them at a given coordinate; `None` if there is no room.
    fn make_room(&self, door: Door, at: i32, fixed: &BTreeSet<Door>) -> Option<Vec<(Door, i32)>> {
        let first = Door {
            user: TrackUser::Flow(0),
            leaves: false,
            ..door
        };
        let mut side: Vec<(i32, Door)> = self
            .doors
            .range(first..)
            .take_while(|(other, _)| (other.node, other.side) == (door.node, door.side))
            .map(|(other, place)| (*place, *other))
            .collect();
        side.sort();
        let own = side.iter().position(|(_, other)| *other == door)? as i32;
        let (low, high) = self.span(door);
        side.iter()
            .enumerate()
            .map(|(index, (place, other))| {
                let index = index as i32;
                let new = match index - own {
                    0 => at,
                    before @ ..0 => (at + before * DOOR_STEP).min(*place),
                    after => (at + after * DOOR_STEP).max(*place),
                };
                let stays = new == *place;
                ((low..=high).contains(&new) && (stays || !fixed.contains(other)))
                    .then_some((*other, new))
            })
            .collect()
    }
}
