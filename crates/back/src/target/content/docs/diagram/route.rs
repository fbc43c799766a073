//! The channels that each wire goes through. Channels are the gutters between rows, the gaps between the cells of a row, and
//! the room left and right of everything; nodes lie in none of them, so no wire crosses a node.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
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
    /// Beside the nodes of a card, within it. No route leads from it into another channel.
    Strip {
        row: usize,
        cell: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

/// From a side of one node to a side of another. Horizontal and vertical channels alternate.
#[derive(Clone, Debug)]
pub struct Route {
    pub wire: usize,
    pub start: Side,
    pub end: Side,
    pub channels: Vec<Channel>,
}

impl Route {
    /// Stretches are level and upright by turns; a door on a left or right side opens into a level one.
    pub fn starts_level(&self) -> bool {
        matches!(self.start, Side::Left | Side::Right)
    }
}

/// The cost of a bend, in pixels of length.
const BEND: i32 = 30;
/// The cost of each other wire in the same channel, in pixels of length.
const SHARED_CHANNEL: i32 = 12;

pub fn routes(scene: &Scene, rows: &[Row], placement: &Placement) -> Vec<Route> {
    let map = Map::of(rows, placement);
    let mut traffic = Traffic::of(rows);
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

/// The wires that are routed already, by the number of the channel.
struct Traffic {
    /// The number of the first gap of each row. The gutters have the numbers before all gaps.
    gaps: Vec<usize>,
    count: Vec<i32>,
    /// The channels in which needs to a node are already.
    bundles: BTreeMap<usize, Vec<bool>>,
}

impl Traffic {
    fn of(rows: &[Row]) -> Self {
        let mut next = 3 + rows.len() + 1;
        let mut gaps = Vec::with_capacity(rows.len());
        for row in rows {
            gaps.push(next);
            next += row.cells.len();
        }
        Self {
            gaps,
            count: vec![0; next],
            bundles: BTreeMap::new(),
        }
    }

    fn number(&self, channel: Channel) -> usize {
        match channel {
            Channel::Left => 0,
            Channel::Right => 1,
            // Strips have one together: no path is searched through them.
            Channel::Strip { .. } => 2,
            Channel::Gutter(index) => 3 + index,
            Channel::Gap { row, gap } => self.gaps[row] + gap,
        }
    }

    fn add(&mut self, channels: &[Channel], bundle: Option<usize>) {
        let length = self.count.len();
        for channel in channels {
            let number = self.number(*channel);
            let known = bundle.map(|target| {
                let new = || vec![false; length];
                let channels = self.bundles.entry(target).or_insert_with(new);
                std::mem::replace(&mut channels[number], true)
            });
            self.count[number] += i32::from(known != Some(true));
        }
    }

    /// The cost of a stretch in a channel: lower if needs to the same node are there already.
    fn stretch_cost(&self, channel: Channel, bundle: Option<usize>) -> StretchCost {
        let number = self.number(channel);
        let there = bundle.and_then(|target| self.bundles.get(&target));
        match there.is_some_and(|channels| channels[number]) {
            true => StretchCost::Shared,
            false => StretchCost::Own(SHARED_CHANNEL * self.count[number]),
        }
    }
}

/// The cost of a stretch in a channel.
#[derive(Clone, Copy, Debug)]
enum StretchCost {
    Shared,
    Own(i32),
}

impl StretchCost {
    fn cost(self, length: i32) -> i32 {
        match self {
            StretchCost::Shared => length / 3,
            StretchCost::Own(company) => length + company,
        }
    }
}

/// An end of a vertical channel in a gutter.
#[derive(Clone, Copy, Debug)]
struct Junction {
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
    /// The two junctions of a channel beside one row are neighbours in this list: 0 and 1, 2 and 3, and so on.
    junctions: Vec<Junction>,
    /// The junctions of each gutter.
    gutters: Vec<Vec<usize>>,
    /// The junctions of each row.
    rows: Vec<Range<usize>>,
    doors: BTreeMap<usize, Vec<Door>>,
}

/// The ends between which a path is searched, and the wires that are routed already.
struct Search<'a> {
    starts: &'a [Door],
    ends: &'a [Door],
    traffic: &'a Traffic,
    bundle: Option<usize>,
}

/// How a junction or a door was reached.
#[derive(Clone, Copy, Debug)]
enum ReachedBy {
    Start(Side),
    Junction(usize),
}

impl Map {
    fn of(rows: &[Row], placement: &Placement) -> Self {
        let mut map = Self {
            junctions: Vec::new(),
            gutters: vec![Vec::new(); rows.len() + 1],
            rows: Vec::new(),
            doors: BTreeMap::new(),
        };
        for (index, row) in rows.iter().enumerate() {
            let (top, bottom) = placement.rows[index];
            let first = map.junctions.len();
            for gap in 0..=row.cells.len() {
                let (channel, x) = vertical(placement, row, index, gap);
                for (gutter, y) in [(index, top), (index + 1, bottom)] {
                    map.gutters[gutter].push(map.junctions.len());
                    map.junctions.push(Junction {
                        channel,
                        gutter,
                        x,
                        y,
                    });
                }
            }
            map.rows.push(first..map.junctions.len());
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

    /// The cheapest path, the first of equal ones.
    fn find(&self, index: usize, wire: &Wire, traffic: &Traffic) -> Option<Route> {
        let bundle = (wire.kind == WireKind::Need).then_some(wire.to);
        let (starts, ends) = (self.doors.get(&wire.from)?, self.doors.get(&wire.to)?);
        let mut best: Option<(i32, ReachedBy, Door)> = None;
        for (start, end) in starts
            .iter()
            .flat_map(|start| ends.iter().map(move |end| (start, end)))
        {
            let is_gutter = matches!(start.channel, Channel::Gutter(_));
            if start.channel == end.channel && (is_gutter || start.row == end.row) {
                let length = (start.x - end.x).abs() + (start.y - end.y).abs();
                let cost = traffic.stretch_cost(start.channel, bundle).cost(length);
                if best.is_none_or(|(known, ..)| cost < known) {
                    best = Some((cost, ReachedBy::Start(start.side), *end));
                }
            }
        }
        let direct = best.map_or(i32::MAX, |(cost, ..)| cost);
        let search = Search {
            starts,
            ends,
            traffic,
            bundle,
        };
        let reached = self.spread(&search, direct);
        for end in ends {
            for (number, step) in self.steps(end, &search) {
                let Some((so_far, _)) = reached[number] else {
                    continue;
                };
                if best.is_none_or(|(known, ..)| so_far + step < known) {
                    best = Some((so_far + step, ReachedBy::Junction(number), *end));
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

    /// Dijkstra's algorithm over the junctions, up to a cost of `limit`.
    fn spread(&self, search: &Search<'_>, mut limit: i32) -> Vec<Option<(i32, ReachedBy)>> {
        let mut reached: Vec<Option<(i32, ReachedBy)>> = vec![None; self.junctions.len()];
        // A junction that was reached at a lower cost since waits twice: it is looked at once.
        let mut waiting: BinaryHeap<Reverse<(i32, usize)>> = BinaryHeap::new();
        // The cost from each junction to the end, where the end is next to it.
        let mut exits: Vec<Option<i32>> = vec![None; self.junctions.len()];
        for (number, step) in search.ends.iter().flat_map(|end| self.steps(end, search)) {
            exits[number] = Some(exits[number].map_or(step, |known| step.min(known)));
        }
        let improve = |number: usize, cost: i32, via: ReachedBy, reached: &mut [Option<_>]| {
            let known = reached[number].map(|(known, _)| known);
            let is_better = known.is_none_or(|known| cost < known);
            if is_better {
                reached[number] = Some((cost, via));
            }
            is_better.then_some(Reverse((cost, number)))
        };
        for start in search.starts {
            for (number, step) in self.steps(start, search) {
                let via = ReachedBy::Start(start.side);
                waiting.extend(improve(number, step, via, &mut reached));
            }
        }
        while let Some(Reverse((cost, current))) = waiting.pop() {
            if cost > limit {
                break;
            }
            if reached[current].is_some_and(|(known, _)| known < cost) {
                continue;
            }
            if let Some(exit) = exits[current] {
                limit = limit.min(cost + exit);
            }
            let via = ReachedBy::Junction(current);
            let junction = &self.junctions[current];
            // The step to the other end of the same channel.
            let twin = &self.junctions[current ^ 1];
            let stretch_cost = search.traffic.stretch_cost(junction.channel, search.bundle);
            let along = stretch_cost.cost((junction.y - twin.y).abs());
            waiting.extend(improve(current ^ 1, cost + along, via, &mut reached));
            let stretch_cost = search
                .traffic
                .stretch_cost(Channel::Gutter(junction.gutter), search.bundle);
            for number in &self.gutters[junction.gutter] {
                let other = &self.junctions[*number];
                let across = if junction.channel == other.channel {
                    0
                } else {
                    stretch_cost.cost((junction.x - other.x).abs() + (junction.y - other.y).abs())
                        + BEND
                };
                waiting.extend(improve(*number, cost + across, via, &mut reached));
            }
        }
        reached
    }

    /// The junctions that a door reaches through its own channel, and the cost of each.
    fn steps(&self, door: &Door, search: &Search<'_>) -> impl Iterator<Item = (usize, i32)> {
        let numbers: Vec<usize> = match door.channel {
            Channel::Gutter(gutter) => self.gutters[gutter].clone(),
            channel => self.rows[door.row]
                .clone()
                .filter(|number| self.junctions[*number].channel == channel)
                .collect(),
        };
        let stretch_cost = search.traffic.stretch_cost(door.channel, search.bundle);
        numbers.into_iter().map(move |number| {
            let junction = &self.junctions[number];
            let length = (junction.x - door.x).abs() + (junction.y - door.y).abs();
            (number, stretch_cost.cost(length) + BEND)
        })
    }

    fn trace(
        &self,
        via: ReachedBy,
        reached: &[Option<(i32, ReachedBy)>],
        end: Door,
        starts: &[Door],
    ) -> (Side, Vec<Channel>) {
        let mut junctions: Vec<Junction> = Vec::new();
        let mut at = via;
        let side = loop {
            match at {
                ReachedBy::Start(side) => break side,
                ReachedBy::Junction(number) => {
                    junctions.push(self.junctions[number]);
                    match reached[number] {
                        Some((_, via)) => at = via,
                        None => break end.side,
                    }
                }
            }
        };
        junctions.reverse();
        let mut channels: Vec<Channel> = Vec::new();
        let mut enter = |channel: Channel| {
            if channels.last() != Some(&channel) {
                channels.push(channel);
            }
        };
        for start in starts.iter().filter(|start| start.side == side) {
            enter(start.channel);
        }
        for (number, junction) in junctions.iter().enumerate() {
            let previous = number.checked_sub(1).map(|previous| junctions[previous]);
            if let Some(previous) = previous
                && previous.channel != junction.channel
            {
                enter(Channel::Gutter(junction.gutter));
            }
            enter(junction.channel);
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
