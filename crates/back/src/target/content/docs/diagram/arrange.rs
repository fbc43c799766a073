//! The row of each node, and the order in it: nodes that are connected come close together.
//!
//! The order starts as the user's. [`shorten`] then swaps what makes the wires clearly shorter.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    scene::{Scene, Wire, WireKind},
    shorten,
};

/// A row of cells, from top to bottom of the picture.
#[derive(Clone, Debug)]
pub struct Row {
    pub lane: Lane,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Outside,
    Ci,
    Pipelines,
    Groups,
}

/// A node of a lane, or a card with its nodes in one column or two.
#[derive(Clone, Debug)]
pub struct Cell {
    pub card: Option<usize>,
    pub columns: Vec<Vec<usize>>,
}

/// Nodes side by side in a lane.
const LANE_MOST: usize = 6;
/// Nodes of a group in one column.
const COLUMN_MOST: usize = 3;
/// The most columns of cards: a wider picture is not readable at the width of a page. More cards make it longer.
const WIDE_MOST: usize = 10;

pub fn arrange(scene: &Scene) -> Vec<Row> {
    let mut order = Order::of(scene);
    shorten::improve(&mut order, scene);
    order.rows()
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub above: Vec<usize>,
    pub ci: Vec<usize>,
    pub pipelines: Vec<usize>,
    /// Cards, and nodes outside of cards.
    pub cards: Vec<usize>,
    pub below: Vec<usize>,
    /// The cell of each card.
    pub cells: Vec<Cell>,
}

impl Order {
    fn of(scene: &Scene) -> Self {
        Self {
            above: scene.outside_above.clone(),
            ci: scene.ci.clone(),
            pipelines: scene.pipelines.clone(),
            cards: (0..scene.cards.len() + scene.boxes.len()).collect(),
            below: scene.outside_below.clone(),
            cells: (0..scene.cards.len())
                .map(|card| card_cell(scene, card))
                .chain(scene.boxes.iter().map(|node| Cell {
                    card: None,
                    columns: vec![vec![*node]],
                }))
                .collect(),
        }
    }

    /// The place of each node in the rows that [`Order::rows`] makes.
    pub fn put(&self, places: &mut [(i64, i64)]) {
        let mut row = 0;
        for lane in [&self.above, &self.ci, &self.pipelines] {
            row = put_lane(lane, row, places);
        }
        let grid = self.grid();
        let mut taken = 0;
        let mut cards = self.cards.iter().map(|card| &self.cells[*card]).peekable();
        let mut here: Vec<&Cell> = Vec::new();
        while let Some(cell) = cards.next() {
            let at = grid.row(taken, cell);
            taken += cell.columns.len();
            here.push(cell);
            if cards.peek().is_some_and(|next| grid.row(taken, next) == at) {
                continue;
            }
            let columns = here.iter().map(|cell| cell.columns.len()).sum();
            let stacks = here.drain(..).flat_map(|cell| &cell.columns);
            for (column, nodes) in stacks.enumerate() {
                put_stack(nodes, column, columns, row, places);
            }
            row += 1;
        }
        put_lane(&self.below, row, places);
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        rows.extend(lane_rows(Lane::Outside, &self.above));
        rows.extend(lane_rows(Lane::Ci, &self.ci));
        rows.extend(lane_rows(Lane::Pipelines, &self.pipelines));
        rows.extend(self.card_rows());
        rows.extend(lane_rows(Lane::Outside, &self.below));
        rows
    }

    /// Cards in rows that make the picture about twice as wide as high. Nodes outside of cards in as many rows as columns, since
    /// each of them is wider than high.
    fn grid(&self) -> Grid {
        let units: usize = self.cells.iter().map(|cell| cell.columns.len()).sum();
        let mut wide = 1;
        let width_to_height = match self.cells.iter().all(|cell| cell.card.is_none()) {
            true => 1,
            false => 2,
        };
        while wide < WIDE_MOST && wide * wide < units * width_to_height {
            wide += 1;
        }
        Grid {
            units,
            rows: units.div_ceil(wide).max(1),
        }
    }

    /// The rows of the cards are as even as the order allows.
    fn card_rows(&self) -> Vec<Row> {
        let grid = self.grid();
        let mut out: Vec<Row> = Vec::new();
        let mut taken = 0;
        for cell in self.cards.iter().map(|card| self.cells[*card].clone()) {
            let row = grid.row(taken, &cell);
            taken += cell.columns.len();
            while out.len() <= row {
                out.push(Row {
                    lane: Lane::Groups,
                    cells: Vec::new(),
                });
            }
            out[row].cells.push(cell);
        }
        out.retain(|row| !row.cells.is_empty());
        out
    }
}

/// How the columns of all cards are distributed over rows.
struct Grid {
    units: usize,
    rows: usize,
}

impl Grid {
    /// The row of a cell: all columns are put in one line, which is cut into rows. The row is where the cell's middle lies.
    fn row(&self, taken: usize, cell: &Cell) -> usize {
        (2 * taken + cell.columns.len()) * self.rows / (2 * self.units.max(1))
    }
}

fn put_lane(nodes: &[usize], first_row: usize, places: &mut [(i64, i64)]) -> usize {
    let mut row = first_row;
    for chunk in nodes.chunks(lane_length(nodes.len())) {
        for (column, node) in chunk.iter().enumerate() {
            put_stack(&[*node], column, chunk.len(), row, places);
        }
        row += 1;
    }
    row
}

fn put_stack(
    nodes: &[usize],
    column: usize,
    columns: usize,
    row: usize,
    places: &mut [(i64, i64)],
) {
    let x = (2 * column as i64 + 1) * 500 / columns.max(1) as i64;
    for node in nodes {
        places[*node] = (x, row as i64 * 160);
    }
}

/// How many nodes of a lane stand in each of its rows.
fn lane_length(nodes: usize) -> usize {
    let rows = nodes.div_ceil(LANE_MOST).max(1);
    nodes.div_ceil(rows).max(1)
}

fn lane_rows(lane: Lane, nodes: &[usize]) -> Vec<Row> {
    nodes
        .chunks(lane_length(nodes.len()))
        .map(|chunk| Row {
            lane,
            cells: chunk
                .iter()
                .map(|node| Cell {
                    card: None,
                    columns: vec![vec![*node]],
                })
                .collect(),
        })
        .collect()
}

/// A card's nodes, each above the nodes that it needs, so that most arrows point to the next node below.
fn card_cell(scene: &Scene, card: usize) -> Cell {
    let mut waiting = Waiting::of(scene, card);
    let mut sorted: Vec<usize> = Vec::new();
    while let Some(next) = waiting.next_after(sorted.last().copied()) {
        waiting.remove(next);
        sorted.push(next);
    }
    let columns = if sorted.len() > COLUMN_MOST { 2 } else { 1 };
    let height = sorted.len().div_ceil(columns).max(1);
    Cell {
        card: Some(card),
        columns: sorted.chunks(height).map(<[usize]>::to_vec).collect(),
    }
}

/// The nodes of a card that have no place yet.
struct Waiting<'a> {
    nodes: &'a [usize],
    /// The index of each among the nodes.
    positions: BTreeMap<usize, usize>,
    /// The wires that leave each node inside of the card.
    wires: BTreeMap<usize, Vec<&'a Wire>>,
    /// How many nodes without a place need it.
    needed: BTreeMap<usize, usize>,
    /// Positions of the nodes without a place, and of those that no node without a place needs.
    left: BTreeSet<usize>,
    free: BTreeSet<usize>,
}

impl<'a> Waiting<'a> {
    fn of(scene: &'a Scene, card: usize) -> Self {
        let nodes = &scene.cards[card].nodes;
        let pairs = nodes.iter().enumerate();
        let positions: BTreeMap<usize, usize> = pairs.map(|(at, node)| (*node, at)).collect();
        let mut wires: BTreeMap<usize, Vec<&Wire>> = BTreeMap::new();
        let mut needed: BTreeMap<usize, usize> = BTreeMap::new();
        for wire in scene.cards[card].wires.iter().map(|it| &scene.wires[*it]) {
            wires.entry(wire.from).or_default().push(wire);
            if wire.kind == WireKind::Need && positions.contains_key(&wire.from) {
                *needed.entry(wire.to).or_default() += 1;
            }
        }
        let left: BTreeSet<usize> = (0..nodes.len()).collect();
        let mut free = left.clone();
        free.retain(|at| !needed.contains_key(&nodes[*at]));
        Self {
            nodes,
            positions,
            wires,
            needed,
            left,
            free,
        }
    }

    /// The one just above the last placed node that needs it, if it is free. Else the first that no other node without a place
    /// needs. In a cycle: the first.
    fn next_after(&self, last: Option<usize>) -> Option<usize> {
        let ends = last.and_then(|last| self.wires.get(&last));
        let ends = ends.into_iter().flatten().map(|wire| wire.to);
        let below = ends.filter_map(|node| self.positions.get(&node));
        let follower = below.filter(|at| self.free.contains(at)).min();
        let next = follower.or(self.free.first()).or(self.left.first())?;
        Some(self.nodes[*next])
    }

    fn remove(&mut self, node: usize) {
        let at = self.positions[&node];
        self.left.remove(&at);
        self.free.remove(&at);
        let needs = self.wires.get(&node).into_iter().flatten();
        for wire in needs.filter(|wire| wire.kind == WireKind::Need) {
            let Some(count) = self.needed.get_mut(&wire.to) else {
                continue;
            };
            *count -= 1;
            if let Some(at) = self.positions.get(&wire.to)
                && *count == 0
                && self.left.contains(at)
            {
                self.free.insert(*at);
            }
        }
    }
}
