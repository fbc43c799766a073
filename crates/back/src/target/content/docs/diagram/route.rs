//! Which channels a wire goes through. Channels are the gutters between rows, the gaps between the cells of a row, and
//! the room left and right of everything; nodes lie in none of them, so no wire crosses a node.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    arrange::{Lane, Row},
    place::Placement,
    scene::{Scene, Wire, WireKind},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Left,
    Right,
    /// Between a row's cells of this index and the next.
    Gap {
        row: usize,
        gap: usize,
    },
    /// Above the row of this index, or below the last.
    Gutter(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// From a side of one node to a side of another. Channels lie across each other by turns.
#[derive(Clone, Debug)]
pub struct Route {
    pub wire: usize,
    pub start: Side,
    pub end: Side,
    pub channels: Vec<Channel>,
}

/// Pixels that a bend is worth.
const BEND: i32 = 30;
/// Pixels that another wire in the same channel is worth.
const COMPANY: i32 = 12;

pub fn routes(scene: &Scene, rows: &[Row], placement: &Placement) -> Vec<Route> {
    let map = Map::of(rows, placement);
    let mut traffic = Traffic::default();
    let mut out = Vec::new();
    let is_flow = |wire: &Wire| matches!(wire.kind, WireKind::Flow { .. });
    let order = scene.wires.iter().enumerate();
    let flows = order.clone().filter(|(_, wire)| is_flow(wire));
    let needs = order.filter(|(_, wire)| !is_flow(wire));
    let cards = scene.cards_of_nodes();
    for (index, wire) in flows.chain(needs) {
        let stays = cards[wire.from].is_some() && cards[wire.from] == cards[wire.to];
        if wire.from == wire.to || stays && !is_flow(wire) {
            continue;
        }
        if let Some(route) = map.find(index, wire, &traffic) {
            traffic.add(&route.channels, (!is_flow(wire)).then_some(wire.to));
            out.push(route);
        }
    }
    out
}

/// Who is in which channel already.
#[derive(Default)]
struct Traffic {
    count: BTreeMap<Channel, i32>,
    bundles: BTreeSet<(Channel, usize)>,
}

impl Traffic {
    fn add(&mut self, channels: &[Channel], bundle: Option<usize>) {
        for channel in channels {
            let is_new = match bundle {
                Some(target) => self.bundles.insert((*channel, target)),
                None => true,
            };
            *self.count.entry(*channel).or_default() += i32::from(is_new);
        }
    }

    /// What a channel costs: less where the bundle is already.
    fn toll(&self, channel: Channel, bundle: Option<usize>) -> Toll {
        match bundle {
            Some(target) if self.bundles.contains(&(channel, target)) => Toll::Shared,
            _ => Toll::Own(COMPANY * self.count.get(&channel).copied().unwrap_or(0)),
        }
    }
}

/// What a stretch in a channel costs.
#[derive(Clone, Copy, Debug)]
enum Toll {
    Shared,
    Own(i32),
}

impl Toll {
    fn cost(self, length: i32) -> i32 {
        match self {
            Toll::Shared => length / 3,
            Toll::Own(company) => length + company,
        }
    }
}

/// An end of a vertical channel in a gutter.
#[derive(Clone, Copy, Debug)]
struct Mouth {
    channel: Channel,
    gutter: usize,
    x: i32,
    y: i32,
}

/// Where a node meets a channel.
#[derive(Clone, Copy, Debug)]
struct Door {
    side: Side,
    channel: Channel,
    row: usize,
    x: i32,
    y: i32,
}

struct Map {
    /// The two mouths of a channel's stretch beside a row are neighbours: 0 and 1, 2 and 3, and so on.
    mouths: Vec<Mouth>,
    /// The mouths of each gutter.
    gutters: Vec<Vec<usize>>,
    /// The mouths of each row.
    rows: Vec<Range<usize>>,
    doors: BTreeMap<usize, Vec<Door>>,
}

/// What a way is looked for between, and who is where already.
struct Trip<'a> {
    starts: &'a [Door],
    ends: &'a [Door],
    traffic: &'a Traffic,
    bundle: Option<usize>,
}

/// How a mouth or a door was reached.
#[derive(Clone, Copy, Debug)]
enum Via {
    Start(Side),
    Mouth(usize),
}

impl Map {
    fn of(rows: &[Row], placement: &Placement) -> Self {
        let mut map = Self {
            mouths: Vec::new(),
            gutters: vec![Vec::new(); rows.len() + 1],
            rows: Vec::new(),
            doors: BTreeMap::new(),
        };
        for (index, row) in rows.iter().enumerate() {
            let (top, bottom) = placement.rows[index];
            let first = map.mouths.len();
            for gap in 0..=row.cells.len() {
                let (channel, x) = vertical(placement, row, index, gap);
                for (gutter, y) in [(index, top), (index + 1, bottom)] {
                    map.gutters[gutter].push(map.mouths.len());
                    map.mouths.push(Mouth {
                        channel,
                        gutter,
                        x,
                        y,
                    });
                }
            }
            map.rows.push(first..map.mouths.len());
            for cell in 0..row.cells.len() {
                map.add_doors(rows, placement, index, cell);
            }
        }
        map
    }

    fn add_doors(&mut self, rows: &[Row], placement: &Placement, row: usize, cell: usize) {
        let place = &rows[row].cells[cell];
        for (index, column) in place.columns.iter().enumerate() {
            for node in column {
                let rect = placement.nodes[*node];
                let (x, y) = (rect.x + rect.w / 2, rect.y + rect.h / 2);
                let mut doors = Vec::new();
                let mut door = |side, channel, x, y| {
                    doors.push(Door {
                        side,
                        channel,
                        row,
                        x,
                        y,
                    });
                };
                if rows[row].lane == Lane::Groups {
                    if index == 0 {
                        let (channel, _) = vertical(placement, &rows[row], row, cell);
                        door(Side::Left, channel, rect.x, y);
                    }
                    if index + 1 == place.columns.len() {
                        let (channel, _) = vertical(placement, &rows[row], row, cell + 1);
                        door(Side::Right, channel, rect.right(), y);
                    }
                } else {
                    door(Side::Top, Channel::Gutter(row), x, rect.y);
                    door(Side::Bottom, Channel::Gutter(row + 1), x, rect.bottom());
                }
                self.doors.insert(*node, doors);
            }
        }
    }

    /// The cheapest way, the first of equals.
    fn find(&self, index: usize, wire: &Wire, traffic: &Traffic) -> Option<Route> {
        let bundle = (wire.kind == WireKind::Need).then_some(wire.to);
        let (starts, ends) = (self.doors.get(&wire.from)?, self.doors.get(&wire.to)?);
        let mut best: Option<(i32, Via, Door)> = None;
        for (start, end) in starts
            .iter()
            .flat_map(|start| ends.iter().map(move |end| (start, end)))
        {
            let is_gutter = matches!(start.channel, Channel::Gutter(_));
            if start.channel == end.channel && (is_gutter || start.row == end.row) {
                let length = (start.x - end.x).abs() + (start.y - end.y).abs();
                let cost = traffic.toll(start.channel, bundle).cost(length);
                if best.is_none_or(|(known, ..)| cost < known) {
                    best = Some((cost, Via::Start(start.side), *end));
                }
            }
        }
        let direct = best.map_or(i32::MAX, |(cost, ..)| cost);
        let trip = Trip {
            starts,
            ends,
            traffic,
            bundle,
        };
        let reached = self.spread(&trip, direct);
        for end in ends {
            for (number, step) in self.steps(end, &trip) {
                let Some((so_far, _)) = reached[number] else {
                    continue;
                };
                if best.is_none_or(|(known, ..)| so_far + step < known) {
                    best = Some((so_far + step, Via::Mouth(number), *end));
                }
            }
        }
        let (_, via, end) = best?;
        let (start, channels) = self.trace(via, &reached, end, starts);
        Some(Route {
            wire: index,
            start,
            end: end.side,
            channels,
        })
    }

    /// Dijkstra over the mouths, as far as a way of `limit` or less leads.
    fn spread(&self, trip: &Trip<'_>, mut limit: i32) -> Vec<Option<(i32, Via)>> {
        let mut reached: Vec<Option<(i32, Via)>> = vec![None; self.mouths.len()];
        let mut waiting: BTreeSet<(i32, usize)> = BTreeSet::new();
        let mut exits: BTreeMap<usize, i32> = BTreeMap::new();
        for (number, step) in trip.ends.iter().flat_map(|end| self.steps(end, trip)) {
            let exit = exits.entry(number).or_insert(step);
            *exit = step.min(*exit);
        }
        let mut improve = |number: usize, cost: i32, via: Via, waiting: &mut BTreeSet<_>| {
            let known = reached[number].map(|(known, _)| known);
            if known.is_none_or(|known| cost < known) {
                waiting.extend([(cost, number)]);
                if let Some(known) = known {
                    waiting.remove(&(known, number));
                }
                reached[number] = Some((cost, via));
            }
        };
        for start in trip.starts {
            for (number, step) in self.steps(start, trip) {
                improve(number, step, Via::Start(start.side), &mut waiting);
            }
        }
        while let Some((cost, current)) = waiting.pop_first() {
            if cost > limit {
                break;
            }
            if let Some(exit) = exits.get(&current) {
                limit = limit.min(cost + exit);
            }
            let via = Via::Mouth(current);
            let mouth = &self.mouths[current];
            // To the other end of the same channel.
            let twin = &self.mouths[current ^ 1];
            let toll = trip.traffic.toll(mouth.channel, trip.bundle);
            let along = toll.cost((mouth.y - twin.y).abs());
            improve(current ^ 1, cost + along, via, &mut waiting);
            let toll = trip
                .traffic
                .toll(Channel::Gutter(mouth.gutter), trip.bundle);
            for number in &self.gutters[mouth.gutter] {
                let other = &self.mouths[*number];
                let across = if mouth.channel == other.channel {
                    0
                } else {
                    toll.cost((mouth.x - other.x).abs() + (mouth.y - other.y).abs()) + BEND
                };
                improve(*number, cost + across, via, &mut waiting);
            }
        }
        reached
    }

    /// The mouths that a door leads to without another channel, and what that costs.
    fn steps(&self, door: &Door, trip: &Trip<'_>) -> impl Iterator<Item = (usize, i32)> {
        let numbers: Vec<usize> = match door.channel {
            Channel::Gutter(gutter) => self.gutters[gutter].clone(),
            channel => self.rows[door.row]
                .clone()
                .filter(|number| self.mouths[*number].channel == channel)
                .collect(),
        };
        let toll = trip.traffic.toll(door.channel, trip.bundle);
        numbers.into_iter().map(move |number| {
            let mouth = &self.mouths[number];
            let length = (mouth.x - door.x).abs() + (mouth.y - door.y).abs();
            (number, toll.cost(length) + BEND)
        })
    }

    fn trace(
        &self,
        via: Via,
        reached: &[Option<(i32, Via)>],
        end: Door,
        starts: &[Door],
    ) -> (Side, Vec<Channel>) {
        let mut mouths: Vec<Mouth> = Vec::new();
        let mut at = via;
        let side = loop {
            match at {
                Via::Start(side) => break side,
                Via::Mouth(number) => {
                    mouths.push(self.mouths[number]);
                    match reached[number] {
                        Some((_, via)) => at = via,
                        None => break end.side,
                    }
                }
            }
        };
        mouths.reverse();
        let mut channels: Vec<Channel> = Vec::new();
        let mut enter = |channel: Channel| {
            if channels.last() != Some(&channel) {
                channels.push(channel);
            }
        };
        for start in starts.iter().filter(|start| start.side == side) {
            enter(start.channel);
        }
        for (number, mouth) in mouths.iter().enumerate() {
            let previous = number.checked_sub(1).map(|previous| mouths[previous]);
            if let Some(previous) = previous
                && previous.channel != mouth.channel
            {
                enter(Channel::Gutter(mouth.gutter));
            }
            enter(mouth.channel);
        }
        enter(end.channel);
        (side, channels)
    }
}

/// The channel left of a row's cell of this index, and the middle of it.
fn vertical(placement: &Placement, row: &Row, index: usize, gap: usize) -> (Channel, i32) {
    let cells = &placement.cells[index];
    if gap == 0 {
        return (Channel::Left, placement.content.0 - 12);
    }
    if gap == row.cells.len() {
        return (Channel::Right, placement.content.1 + 12);
    }
    let middle = (cells[gap - 1].right() + cells[gap].x) / 2;
    (
        Channel::Gap {
            row: index,
            gap: gap - 1,
        },
        middle,
    )
}
