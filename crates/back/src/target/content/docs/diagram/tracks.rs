//! Gives each wire a track in each channel, in an order with few crossings. Rows and gaps grow so that the tracks fit.

use std::collections::BTreeMap;

use super::{
    apart::{self, AIR},
    arrange::Row,
    doors::{DOOR_EDGE, Door},
    inner,
    place::{MARGIN, Placement, Room, Sizes, place},
    route::{Channel, Route, Side, routes},
    scene::Scene,
    stack::{APART, Segment, TrackUser, stack, touch},
};

/// The rows, the rectangles and the lines of the picture.
#[derive(Clone, Debug)]
pub struct Layout {
    pub rows: Vec<Row>,
    pub placement: Placement,
    /// The wires, as corners of a line along the axes.
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub wire: usize,
    pub points: Vec<(i32, i32)>,
}

/// Rounds in which tracks and doors are placed, each by the places of the other.
const ROUNDS: usize = 5;
/// The distance between the first or last track and the channel's edge.
const EDGE: i32 = 15;
/// The same in a card's strip, which has nodes at its sides: their arrows have to fit.
const STRIP_EDGE: i32 = 12;
/// The distance between two ends of lines on a node's side, for which nodes grow.
const DOOR_LEAST: i32 = 7;
/// A jog of this size is removed if possible.
const JOG: i32 = 24;

pub fn lay_out(scene: &Scene, rows: &[Row]) -> Layout {
    let sizes = Sizes::of(scene, rows);
    let placement = place(scene, rows, &sizes, &Room::least(rows));
    let mut routes = routes(scene, rows, &placement);
    routes.extend(inner::routes(scene, rows));
    let mut state = State {
        scene,
        sizes: &sizes,
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
                .insert((*channel, state.user(route.wire)), middle);
        }
    }
    state.settle_doors();
    for _ in 0..ROUNDS {
        state.settle_tracks(rows);
        state.settle_doors();
    }
    state.snap_tracks();
    state.settle_doors();
    let fixed = state.align_doors();
    state.separate_doors(&fixed);
    apart::move_apart(&mut state);
    let arrows = inner::arrows(scene, rows, &state.placement.nodes);
    let arrows = arrows
        .into_iter()
        .map(|(wire, points)| Line { wire, points });
    let lines = routes
        .iter()
        .map(|route| state.line(route))
        .chain(arrows)
        .collect();
    Layout {
        rows: rows.to_vec(),
        placement: state.placement,
        lines,
    }
}

/// The places so far, while tracks and doors are settled.
pub struct State<'a> {
    pub scene: &'a Scene,
    sizes: &'a Sizes,
    pub routes: &'a [Route],
    /// The coordinate across the channel.
    pub tracks: BTreeMap<(Channel, TrackUser), i32>,
    /// The coordinate along a node's side.
    pub doors: BTreeMap<Door, i32>,
    pub placement: Placement,
}

impl State<'_> {
    pub fn user(&self, wire: usize) -> TrackUser {
        TrackUser::of(self.scene, wire)
    }

    pub fn start_door(&self, route: &Route) -> Door {
        // All needs to one node share a door; a flow has its own.
        let from = self.scene.wires[route.wire].from;
        Door {
            node: from,
            side: route.start,
            user: self.user(route.wire),
            leaves: true,
        }
    }

    pub fn end_door(&self, route: &Route) -> Door {
        let to = self.scene.wires[route.wire].to;
        Door {
            node: to,
            side: route.end,
            user: self.user(route.wire),
            leaves: false,
        }
    }

    pub fn extent(&self, channel: Channel) -> (i32, i32) {
        let place = &self.placement;
        match channel {
            Channel::Left => (MARGIN, place.content.0),
            Channel::Right => (place.content.1, place.width - MARGIN),
            Channel::Gap { row, gap } => {
                (place.cells[row][gap].right(), place.cells[row][gap + 1].x)
            }
            Channel::Gutter(index) => place.gutter(index),
            Channel::Strip { row, cell } => place.strips[row][cell],
        }
    }

    fn middle(&self, channel: Channel) -> i32 {
        let (low, high) = self.extent(channel);
        (low + high) / 2
    }

    /// The coordinate of a route in each of its channels; the first and the last are those of its doors.
    pub fn stations(&self, route: &Route) -> Vec<i32> {
        let user = self.user(route.wire);
        let door = |door: Door| self.doors.get(&door).copied().unwrap_or_default();
        let tracks = route.channels.iter().map(|channel| {
            self.tracks
                .get(&(*channel, user))
                .copied()
                .unwrap_or_default()
        });
        std::iter::once(door(self.start_door(route)))
            .chain(tracks)
            .chain(std::iter::once(door(self.end_door(route))))
            .collect()
    }

    /// The side of a channel that a door opens into: -1 if the node is at smaller coordinates, 1 if at larger ones.
    fn door_direction(side: Side) -> i32 {
        match side {
            // A door on the right side opens into a channel right of the node: the node is at its left.
            Side::Right | Side::Bottom => -1,
            Side::Left | Side::Top => 1,
        }
    }

    fn segments(&self) -> BTreeMap<Channel, Vec<Segment>> {
        let mut out: BTreeMap<Channel, Vec<Segment>> = BTreeMap::new();
        let mut known: BTreeMap<(Channel, TrackUser), usize> = BTreeMap::new();
        for route in self.routes {
            let user = self.user(route.wire);
            let stations = self.stations(route);
            for (index, channel) in route.channels.iter().enumerate() {
                let middle = self.middle(*channel);
                // After the turn, the route continues in the direction of the station after the next one.
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
                let position = *known.entry((*channel, user)).or_insert_with(|| {
                    let turns = Vec::new();
                    segments.push(Segment {
                        user,
                        turns,
                        low: i32::MAX,
                        high: i32::MIN,
                    });
                    segments.len() - 1
                });
                let segment = &mut segments[position];
                for turn in [first, last] {
                    if !segment.turns.contains(&turn) {
                        segment.turns.push(turn);
                    }
                    segment.low = segment.low.min(turn.0);
                    segment.high = segment.high.max(turn.0);
                }
            }
        }
        out
    }

    fn settle_tracks(&mut self, rows: &[Row]) {
        let mut offsets: BTreeMap<(Channel, TrackUser), (i32, i32)> = BTreeMap::new();
        let mut room = Room::least(rows);
        for (channel, segments) in self.segments() {
            let (order, apart) = stack(&segments);
            let extent = apart.iter().copied().max().unwrap_or(0);
            for (segment, offset) in order.iter().zip(&apart) {
                offsets.insert((channel, segments[*segment].user), (*offset, extent));
            }
            let needed = extent + 2 * EDGE;
            let in_strip = extent + 2 * STRIP_EDGE;
            match channel {
                Channel::Left => room.left = needed,
                Channel::Right => room.right = needed,
                Channel::Gap { row, gap } => room.gaps[row][gap] = needed,
                Channel::Gutter(index) => room.gutters[index] = needed,
                Channel::Strip { row, cell } => room.strips[row][cell] = in_strip,
            }
        }
        room.sides = self.sides(rows);
        self.placement = place(self.scene, rows, self.sizes, &room);
        for (key, (offset, extent)) in offsets {
            let coordinate = self.middle(key.0) - extent / 2 + offset;
            self.tracks.insert(key, coordinate);
        }
    }

    /// How high the nodes of each row are at least, so that the lines at their sides have room.
    fn sides(&self, rows: &[Row]) -> Vec<i32> {
        let mut doors: BTreeMap<usize, [i32; 2]> = BTreeMap::new();
        for door in self.doors.keys() {
            match door.side {
                Side::Left => doors.entry(door.node).or_default()[0] += 1,
                Side::Right => doors.entry(door.node).or_default()[1] += 1,
                Side::Top | Side::Bottom => {}
            }
        }
        // Lines at opposite sides of a channel need heights of their own.
        let height = |row: &Row| {
            let nodes = row
                .cells
                .iter()
                .flat_map(|cell| cell.columns.iter().flatten());
            let counts = nodes.filter_map(|node| doors.get(node));
            let most = counts.fold([0, 0], |most, [left, right]| {
                [most[0].max(*left), most[1].max(*right)]
            });
            2 * DOOR_EDGE + most.iter().sum::<i32>() * DOOR_LEAST
        };
        rows.iter().map(height).collect()
    }

    /// Puts the tracks of two gaps above each other on one line if they nearly are: a jog of a few pixels looks like a mistake.
    fn snap_tracks(&mut self) {
        let segments = self.segments();
        for route in self.routes {
            let user = self.user(route.wire);
            for triple in route.channels.windows(3) {
                let (upper, lower) = ((triple[0], user), (triple[2], user));
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

    /// Whether a track user can move to another track of a channel without coming close to others.
    fn is_free(
        &self,
        (channel, user): (Channel, TrackUser),
        track: i32,
        segments: &BTreeMap<Channel, Vec<Segment>>,
    ) -> bool {
        let (low, high) = self.extent(channel);
        let all = segments.get(&channel).map_or(&[][..], Vec::as_slice);
        let own = all.iter().find(|segment| segment.user == user);
        track >= low + AIR
            && track <= high - AIR
            && all.iter().filter(|other| other.user != user).all(|other| {
                let distance = (self.tracks[&(channel, other.user)] - track).abs();
                distance >= APART.2 || own.is_none_or(|own| !touch(own, other))
            })
    }

    /// The edge of a route's first node, its stations, and the edge of its last node.
    pub fn corners(&self, route: &Route) -> Corners {
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
        let mut all = vec![edge(wire.from, route.start)];
        all.extend(self.stations(route));
        all.push(edge(wire.to, route.end));
        Corners {
            starts_level: route.starts_level(),
            all,
        }
    }

    fn line(&self, route: &Route) -> Line {
        Line {
            wire: route.wire,
            points: self.corners(route).points(),
        }
    }
}

/// What the points of a route are made of: coordinates across and along, in turns.
#[derive(Clone, Debug)]
pub struct Corners {
    pub starts_level: bool,
    pub all: Vec<i32>,
}

impl Corners {
    pub fn points(&self) -> Vec<(i32, i32)> {
        let pairs = self.all.windows(2).enumerate();
        let points = pairs.map(
            |(index, pair)| match (index % 2 == 0) == self.starts_level {
                true => (pair[0], pair[1]),
                false => (pair[1], pair[0]),
            },
        );
        straighten(points)
    }
}

/// The points without those between two others on the same line.
fn straighten(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
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
