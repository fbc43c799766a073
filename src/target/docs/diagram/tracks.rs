//! A track of its own for each wire in each channel, in an order that lets few cross; rows and gaps grow to hold them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    arrange::Row,
    place::{MARGIN, Placement, Room, place},
    route::{Channel, Route, Side, routes},
    scene::{Scene, WireKind},
};

/// Everything with its place.
#[derive(Clone, Debug)]
pub struct Layout {
    pub rows: Vec<Row>,
    pub placement: Placement,
    /// The wires between cells, as corners of a line along the axes.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub wire: usize,
    pub points: Vec<(i32, i32)>,
}

/// Needs to one node share tracks; a flow has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rider {
    Flow(usize),
    NeedsOf(usize),
}

/// One rider's stretch of a channel.
#[derive(Clone, Debug)]
struct Segment {
    rider: Rider,
    /// Where it is left or entered, and to which side: -1 to smaller coordinates, 1 to larger ones.
    taps: Vec<(i32, i32)>,
    low: i32,
    high: i32,
}

/// Times that tracks and doors are settled by each other's places.
const ROUNDS: usize = 5;
/// From the first or last track to the channel's edge.
const EDGE: i32 = 15;
/// A shift of a track that is removed where it can be.
const JOG: i32 = 24;
/// From a node's corner to its first door.
const DOOR_EDGE: i32 = 8;
/// Between two doors of a side, where it is long enough.
const DOOR_STEP: i32 = 14;
/// Between a flow and a flow, a flow and a need, two needs.
const APART: (i32, i32, i32) = (17, 12, 9);

pub fn lay_out(scene: &Scene, rows: &[Row]) -> Layout {
    let placement = place(scene, rows, &Room::least(rows));
    let routes = routes(scene, rows, &placement);
    let mut state = State {
        scene,
        routes: &routes,
        tracks: BTreeMap::new(),
        doors: BTreeMap::new(),
        placement,
    };
    for route in &routes {
        for channel in &route.channels {
            let middle = state.middle(*channel);
            state
                .tracks
                .insert((*channel, state.rider(route.wire)), middle);
        }
    }
    state.settle_doors();
    for _ in 0..ROUNDS {
        state.settle_tracks(rows);
        state.settle_doors();
    }
    state.snap_tracks();
    state.settle_doors();
    state.align_doors();
    let lines = routes.iter().map(|route| state.line(route)).collect();
    Layout {
        rows: rows.to_vec(),
        placement: state.placement,
        lines,
    }
}

struct State<'a> {
    scene: &'a Scene,
    routes: &'a [Route],
    /// The coordinate across the channel.
    tracks: BTreeMap<(Channel, Rider), i32>,
    /// The coordinate along a node's side.
    doors: BTreeMap<Door, i32>,
    placement: Placement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Door {
    node: usize,
    side: Side,
    rider: Rider,
    leaves: bool,
}

impl State<'_> {
    fn rider(&self, wire: usize) -> Rider {
        match self.scene.wires[wire].kind {
            WireKind::Flow { .. } => Rider::Flow(wire),
            WireKind::Need => Rider::NeedsOf(self.scene.wires[wire].to),
        }
    }

    fn start_door(&self, route: &Route) -> Door {
        // A node's own needs share one door, a flow has its own.
        let from = self.scene.wires[route.wire].from;
        Door {
            node: from,
            side: route.start,
            rider: self.rider(route.wire),
            leaves: true,
        }
    }

    fn end_door(&self, route: &Route) -> Door {
        let to = self.scene.wires[route.wire].to;
        Door {
            node: to,
            side: route.end,
            rider: self.rider(route.wire),
            leaves: false,
        }
    }

    fn extent(&self, channel: Channel) -> (i32, i32) {
        let place = &self.placement;
        match channel {
            Channel::Left => (MARGIN, place.content.0),
            Channel::Right => (place.content.1, place.width - MARGIN),
            Channel::Gap { row, gap } => {
                (place.cells[row][gap].right(), place.cells[row][gap + 1].x)
            }
            Channel::Gutter(index) => place.gutter(index),
        }
    }

    fn middle(&self, channel: Channel) -> i32 {
        let (low, high) = self.extent(channel);
        (low + high) / 2
    }

    /// The coordinates across all channels of a route, between those of its two doors.
    fn stations(&self, route: &Route) -> Vec<i32> {
        let rider = self.rider(route.wire);
        let door = |door: Door| self.doors.get(&door).copied().unwrap_or_default();
        let tracks = route.channels.iter().map(|channel| {
            self.tracks
                .get(&(*channel, rider))
                .copied()
                .unwrap_or_default()
        });
        std::iter::once(door(self.start_door(route)))
            .chain(tracks)
            .chain(std::iter::once(door(self.end_door(route))))
            .collect()
    }

    /// For the first and the last channel: to which side of it the node's door is.
    fn door_direction(side: Side) -> i32 {
        match side {
            // A door on the right side opens into a channel right of the node: the node is at its left.
            Side::Right | Side::Bottom => -1,
            Side::Left | Side::Top => 1,
        }
    }

    fn segments(&self) -> BTreeMap<Channel, Vec<Segment>> {
        let mut out: BTreeMap<Channel, Vec<Segment>> = BTreeMap::new();
        for route in self.routes {
            let rider = self.rider(route.wire);
            let stations = self.stations(route);
            for (index, channel) in route.channels.iter().enumerate() {
                let middle = self.middle(*channel);
                // Beyond the neighbouring channel's track the route goes on to that channel's other end.
                let toward = |far: i32| if far < middle { -1 } else { 1 };
                let first = match index {
                    0 => (stations[0], Self::door_direction(route.start)),
                    _ => (stations[index], toward(stations[index - 1])),
                };
                let last = match stations.get(index + 3) {
                    None => (stations[index + 2], Self::door_direction(route.end)),
                    Some(far) => (stations[index + 2], toward(*far)),
                };
                let segments = out.entry(*channel).or_default();
                let position = segments.iter().position(|segment| segment.rider == rider);
                let position = position.unwrap_or_else(|| {
                    let taps = Vec::new();
                    segments.push(Segment {
                        rider,
                        taps,
                        low: i32::MAX,
                        high: i32::MIN,
                    });
                    segments.len() - 1
                });
                let segment = &mut segments[position];
                for tap in [first, last] {
                    if !segment.taps.contains(&tap) {
                        segment.taps.push(tap);
                    }
                    segment.low = segment.low.min(tap.0);
                    segment.high = segment.high.max(tap.0);
                }
            }
        }
        out
    }

    fn settle_tracks(&mut self, rows: &[Row]) {
        let mut offsets: BTreeMap<(Channel, Rider), (i32, i32)> = BTreeMap::new();
        let mut room = Room::least(rows);
        for (channel, segments) in self.segments() {
            let (order, apart) = stack(&segments);
            let extent = apart.iter().copied().max().unwrap_or(0);
            for (segment, offset) in order.iter().zip(&apart) {
                offsets.insert((channel, segments[*segment].rider), (*offset, extent));
            }
            let needed = extent + 2 * EDGE;
            match channel {
                Channel::Left => room.left = needed,
                Channel::Right => room.right = needed,
                Channel::Gap { row, gap } => room.gaps[row][gap] = needed,
                Channel::Gutter(index) => room.gutters[index] = needed,
            }
        }
        self.placement = place(self.scene, rows, &room);
        for (key, (offset, extent)) in offsets {
            let coordinate = self.middle(key.0) - extent / 2 + offset;
            self.tracks.insert(key, coordinate);
        }
    }

    /// Spreads the doors of each node's side so that no two wires cross right in front of it.
    fn settle_doors(&mut self) {
        let mut sides: BTreeMap<(usize, Side), BTreeMap<Door, (i32, i32)>> = BTreeMap::new();
        for route in self.routes {
            let stations = self.stations(route);
            let count = stations.len();
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
                    _ if self.facing(route).is_some() => (1, beyond),
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

    /// Brings the tracks of two gaps above each other into one line where they nearly are: a jog of some pixels looks like
    /// a mistake.
    fn snap_tracks(&mut self) {
        let segments = self.segments();
        for route in self.routes {
            let rider = self.rider(route.wire);
            for triple in route.channels.windows(3) {
                let (upper, lower) = ((triple[0], rider), (triple[2], rider));
                if !matches!(triple[1], Channel::Gutter(_)) {
                    continue;
                }
                let (one, other) = (self.tracks[&upper], self.tracks[&lower]);
                if one == other || (one - other).abs() > JOG {
                    continue;
                }
                if self.is_free(lower, one, &segments) {
                    self.tracks.insert(lower, one);
                } else if self.is_free(upper, other, &segments) {
                    self.tracks.insert(upper, other);
                }
            }
        }
    }

    /// Whether a rider may have another track in a channel without coming close to others.
    fn is_free(
        &self,
        (channel, rider): (Channel, Rider),
        track: i32,
        segments: &BTreeMap<Channel, Vec<Segment>>,
    ) -> bool {
        let (low, high) = self.extent(channel);
        let all = segments.get(&channel).map_or(&[][..], Vec::as_slice);
        let own = all.iter().find(|segment| segment.rider == rider);
        track > low + 6
            && track < high - 6
            && all
                .iter()
                .filter(|other| other.rider != rider)
                .all(|other| {
                    let distance = (self.tracks[&(channel, other.rider)] - track).abs();
                    distance >= APART.2 || own.is_none_or(|own| !touch(own, other))
                })
    }

    /// Makes wires between nodes that face each other straight where both sides have room for it.
    fn align_doors(&mut self) {
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
    }

    /// The coordinates that both sides of a route share, where its two nodes face each other across one channel.
    fn facing(&self, route: &Route) -> Option<(i32, i32)> {
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
        (route.channels.len() == 1 && across && low <= high).then_some((low, high))
    }

    /// Where on its side a door may be.
    fn span(&self, door: Door) -> (i32, i32) {
        let rect = self.placement.nodes[door.node];
        match door.side {
            Side::Left | Side::Right => (rect.y + DOOR_EDGE, rect.bottom() - DOOR_EDGE),
            Side::Top | Side::Bottom => (rect.x + DOOR_EDGE, rect.right() - DOOR_EDGE),
        }
    }

    /// Places for all doors of a side with one of them at a coordinate, in their old order; `None` if there is no room.
    fn make_room(&self, door: Door, at: i32, fixed: &BTreeSet<Door>) -> Option<Vec<(Door, i32)>> {
        let mut side: Vec<(i32, Door)> = self
            .doors
            .iter()
            .filter(|(other, _)| (other.node, other.side) == (door.node, door.side))
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

    fn line(&self, route: &Route) -> Line {
        let stations = self.stations(route);
        let wire = &self.scene.wires[route.wire];
        let edge = |node: usize, side: Side| {
            let rect = self.placement.nodes[node];
            match side {
                Side::Left => rect.x,
                Side::Right => rect.right(),
                Side::Top => rect.y,
                Side::Bottom => rect.bottom(),
            }
        };
        // Stations are y and x by turns; a door on a left or right side has a y.
        let starts_level = matches!(route.start, Side::Left | Side::Right);
        let mut all = vec![edge(wire.from, route.start)];
        all.extend(&stations);
        all.push(edge(wire.to, route.end));
        let points = all
            .windows(2)
            .enumerate()
            .map(|(index, pair)| match (index % 2 == 0) == starts_level {
                true => (pair[0], pair[1]),
                false => (pair[1], pair[0]),
            })
            .collect();
        Line {
            wire: route.wire,
            points: straighten(points),
        }
    }
}

/// Without corners that lie on a line.
fn straighten(points: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    let mut out: Vec<(i32, i32)> = Vec::new();
    for point in points {
        if out.last() == Some(&point) {
            continue;
        }
        if let [.., before, last] = out.as_slice()
            && (before.0 == last.0 && last.0 == point.0 || before.1 == last.1 && last.1 == point.1)
        {
            out.pop();
        }
        out.push(point);
    }
    out
}

/// An order of the segments from small to large coordinates, and how far each is from the first track.
fn stack(segments: &[Segment]) -> (Vec<usize>, Vec<i32>) {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|index| {
        let segment = &segments[*index];
        (
            segment.taps.iter().map(|tap| tap.1).sum::<i32>(),
            segment.low,
            segment.rider,
        )
    });
    let cost: Vec<Vec<i32>> = segments
        .iter()
        .map(|first| {
            segments
                .iter()
                .map(|second| crossings(first, second))
                .collect()
        })
        .collect();
    for _ in 0..3 {
        let before = order.clone();
        for segment in 0..segments.len() {
            reinsert(&mut order, segment, &cost);
        }
        if order == before {
            break;
        }
    }
    let mut offsets: Vec<i32> = Vec::new();
    for (index, segment) in order.iter().enumerate() {
        let offset = order[..index]
            .iter()
            .zip(&offsets)
            .filter(|(other, _)| touch(&segments[**other], &segments[*segment]))
            .map(|(other, offset)| offset + apart(&segments[*other], &segments[*segment]))
            .max();
        offsets.push(offset.unwrap_or(0));
    }
    (order, offsets)
}

/// Moves a segment to where it crosses least, the nearest such place to the start.
fn reinsert(order: &mut Vec<usize>, segment: usize, cost: &[Vec<i32>]) {
    let Some(current) = order.iter().position(|other| *other == segment) else {
        return;
    };
    order.remove(current);
    let mut here: i32 = order.iter().map(|other| cost[segment][*other]).sum();
    let mut best = (here, 0);
    let mut at_current = here;
    for (index, other) in order.iter().enumerate() {
        here += cost[*other][segment] - cost[segment][*other];
        if index + 1 == current {
            at_current = here;
        }
        if here < best.0 {
            best = (here, index + 1);
        }
    }
    let place = if at_current <= best.0 {
        current
    } else {
        best.1
    };
    order.insert(place, segment);
}

/// How often two segments cross when `first` has the smaller coordinate.
fn crossings(first: &Segment, second: &Segment) -> i32 {
    let inside = |position: i32, segment: &Segment| match position {
        at if at > segment.low && at < segment.high => 4,
        at if at == segment.low || at == segment.high => 1,
        _ => 0,
    };
    let down = first.taps.iter().filter(|tap| tap.1 > 0);
    let up = second.taps.iter().filter(|tap| tap.1 < 0);
    down.map(|tap| inside(tap.0, second)).sum::<i32>()
        + up.map(|tap| inside(tap.0, first)).sum::<i32>()
}

/// Whether two segments need different tracks.
fn touch(one: &Segment, other: &Segment) -> bool {
    const AIR: i32 = 18;
    one.low - AIR < other.high && other.low - AIR < one.high
}

fn apart(one: &Segment, other: &Segment) -> i32 {
    match (one.rider, other.rider) {
        (Rider::Flow(_), Rider::Flow(_)) => APART.0,
        (Rider::NeedsOf(_), Rider::NeedsOf(_)) => APART.2,
        _ => APART.1,
    }
}
