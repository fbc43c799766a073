//! Which channels a wire goes through. Channels are the gutters between rows, the gaps between the cells of a row, and
//! the room left and right of everything; nodes lie in none of them, so no wire crosses a node.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    arrange::{Lane, Row},
    inner,
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
    for (index, wire) in flows.chain(needs) {
        let mut cells = rows.iter().flat_map(|row| &row.cells);
        let stays = cells.any(|cell| inner::is_inner(cell, wire.from, wire.to));
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

    /// What a stretch in a channel costs: less where the bundle is already.
    fn cost(&self, channel: Channel, length: i32, bundle: Option<usize>) -> i32 {
        match bundle {
            Some(target) if self.bundles.contains(&(channel, target)) => length / 3,
            _ => length + COMPANY * self.count.get(&channel).copied().unwrap_or(0),
        }
    }
}

/// An end of a vertical channel in a gutter.
#[derive(Clone, Copy, Debug)]
struct Mouth {
    channel: Channel,
    row: usize,
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
    mouths: Vec<Mouth>,
    doors: BTreeMap<usize, Vec<Door>>,
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
            doors: BTreeMap::new(),
        };
        for (index, row) in rows.iter().enumerate() {
            let (top, bottom) = placement.rows[index];
            for gap in 0..=row.cells.len() {
                let (channel, x) = vertical(placement, row, index, gap);
                for (gutter, y) in [(index, top), (index + 1, bottom)] {
                    map.mouths.push(Mouth {
                        channel,
                        row: index,
                        gutter,
                        x,
                        y,
                    });
                }
            }
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
                let cost = traffic.cost(start.channel, length, bundle);
                if best.is_none_or(|(known, ..)| cost < known) {
                    best = Some((cost, Via::Start(start.side), *end));
                }
            }
        }
        let reached = self.spread(starts, traffic, bundle);
        for end in ends {
            for (number, mouth) in self.mouths.iter().enumerate() {
                let Some((so_far, _)) = reached[number] else {
                    continue;
                };
                if let Some(step) = step(mouth, end, traffic, bundle)
                    && best.is_none_or(|(known, ..)| so_far + step < known)
                {
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

    /// Dijkstra over the mouths.
    fn spread(
        &self,
        starts: &[Door],
        traffic: &Traffic,
        bundle: Option<usize>,
    ) -> Vec<Option<(i32, Via)>> {
        let mut reached: Vec<Option<(i32, Via)>> = vec![None; self.mouths.len()];
        let mut done = vec![false; self.mouths.len()];
        for start in starts {
            for (number, mouth) in self.mouths.iter().enumerate() {
                if let Some(cost) = step(mouth, start, traffic, bundle)
                    && reached[number].is_none_or(|(known, _)| cost < known)
                {
                    reached[number] = Some((cost, Via::Start(start.side)));
                }
            }
        }
        while let Some((cost, current)) = (0..self.mouths.len())
            .filter(|number| !done[*number])
            .filter_map(|number| Some((reached[number]?.0, number)))
            .min()
        {
            done[current] = true;
            for (number, mouth) in self.mouths.iter().enumerate() {
                let Some(length) = self.mouths[current].step(mouth, traffic, bundle) else {
                    continue;
                };
                if !done[number] && reached[number].is_none_or(|(known, _)| cost + length < known) {
                    reached[number] = Some((cost + length, Via::Mouth(current)));
                }
            }
        }
        reached
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

impl Mouth {
    /// To the other end of the same channel, or to another mouth in the same gutter.
    fn step(&self, other: &Mouth, traffic: &Traffic, bundle: Option<usize>) -> Option<i32> {
        if self.row == other.row && self.channel == other.channel && self.gutter != other.gutter {
            return Some(traffic.cost(self.channel, (self.y - other.y).abs(), bundle));
        }
        if self.gutter != other.gutter {
            return None;
        }
        if self.channel == other.channel {
            return Some(0);
        }
        let length = (self.x - other.x).abs() + (self.y - other.y).abs();
        Some(traffic.cost(Channel::Gutter(self.gutter), length, bundle) + BEND)
    }
}

/// Between a node's door and a mouth that it leads to without another channel.
fn step(mouth: &Mouth, door: &Door, traffic: &Traffic, bundle: Option<usize>) -> Option<i32> {
    let same = match door.channel {
        Channel::Gutter(gutter) => gutter == mouth.gutter,
        channel => channel == mouth.channel && door.row == mouth.row,
    };
    let length = (mouth.x - door.x).abs() + (mouth.y - door.y).abs();
    same.then(|| traffic.cost(door.channel, length, bundle) + BEND)
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
