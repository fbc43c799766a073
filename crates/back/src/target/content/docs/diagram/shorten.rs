//! Swaps entries of a picture's rows, as long as that makes the wires clearly shorter.
//!
//! Two entries that take the same room leave all others where they are. So only the wires of their own nodes are measured again:
//! to measure all of them for each try took a twentieth of the time that a large platform takes.

use super::{
    arrange::Order,
    scene::{Scene, Wire, WireKind},
};

/// The most rounds in which the order is improved.
const PASSES: usize = 6;
/// Limits how far apart two entries are that are tried: a large picture swaps only close ones.
const WORK: usize = 20_000_000;

/// A column and a height, with every row 1000 wide.
type Place = (i64, i64);

/// The lists of an order, in which entries are swapped.
const LISTS: [fn(&mut Order) -> &mut Vec<usize>; 5] = [
    |order| &mut order.cards,
    |order| &mut order.pipelines,
    |order| &mut order.ci,
    |order| &mut order.above,
    |order| &mut order.below,
];

/// Swaps pairs of entries of a list if that makes the wires shorter.
pub(super) fn improve(order: &mut Order, scene: &Scene) {
    let entries: usize = LISTS.iter().map(|list| list(order).len()).sum();
    let look = (scene.nodes.len() + scene.wires.len()) * entries * PASSES;
    let reach = WORK / look.max(1);
    let mut wires = Wires::of(order, scene);
    for _ in 0..PASSES {
        let before = wires.length;
        for (number, list) in LISTS.iter().enumerate() {
            for (left, right) in pairs(list(order).len(), reach) {
                let moves = match number {
                    0 => wires.moves_of_cards(order, left, right),
                    _ => wires.moves_of_nodes(list(order), left, right),
                };
                list(order).swap(left, right);
                let is_shorter = match moves {
                    Some(moves) => wires.take(&moves),
                    None => wires.take_all(order),
                };
                if !is_shorter {
                    list(order).swap(left, right);
                }
            }
        }
        debug_assert_eq!(wires.length, Wires::of(order, scene).length);
        if wires.length == before {
            return;
        }
    }
}

/// Where a node would stand after a swap.
struct Move {
    node: usize,
    to: Place,
}

/// The places of the nodes, and what follows for the wires.
struct Wires<'a> {
    scene: &'a Scene,
    /// The wires at each node.
    at: Vec<Vec<&'a Wire>>,
    places: Vec<Place>,
    /// Of all wires together. A flow counts as several needs.
    length: i64,
    /// Which nodes a swap moves, while it is tried.
    moved: Vec<bool>,
}

impl<'a> Wires<'a> {
    fn of(order: &Order, scene: &'a Scene) -> Self {
        let mut at = vec![Vec::new(); scene.nodes.len()];
        for wire in scene.wires.iter().filter(|wire| wire.from != wire.to) {
            at[wire.from].push(wire);
            at[wire.to].push(wire);
        }
        let mut places = vec![(0, 0); scene.nodes.len()];
        order.put(&mut places);
        Self {
            scene,
            at,
            length: scene.wires.iter().map(|wire| length(wire, &places)).sum(),
            moved: vec![false; places.len()],
            places,
        }
    }

    /// The moves if two nodes of a lane swap.
    fn moves_of_nodes(&self, lane: &[usize], left: usize, right: usize) -> Option<Vec<Move>> {
        let (one, other) = (lane[left], lane[right]);
        Some(vec![
            self.to_place_of(one, other),
            self.to_place_of(other, one),
        ])
    }

    /// The moves if two cards swap; `None` where they are not equally wide, and other cards move, too.
    fn moves_of_cards(&self, order: &Order, left: usize, right: usize) -> Option<Vec<Move>> {
        let columns = |at: usize| &order.cells[order.cards[at]].columns;
        let (one, other) = (columns(left), columns(right));
        if one.len() != other.len() {
            return None;
        }
        let mut moves = Vec::new();
        for (one, other) in one.iter().zip(other) {
            // All nodes of a column have one place.
            let (at_one, at_other) = (*one.first()?, *other.first()?);
            moves.extend(one.iter().map(|node| self.to_place_of(*node, at_other)));
            moves.extend(other.iter().map(|node| self.to_place_of(*node, at_one)));
        }
        Some(moves)
    }

    fn to_place_of(&self, node: usize, other: usize) -> Move {
        Move {
            node,
            to: self.places[other],
        }
    }

    /// Makes the moves if they make the wires clearly shorter, and says so.
    fn take(&mut self, moves: &[Move]) -> bool {
        for step in moves {
            self.moved[step.node] = true;
        }
        let before = self.length_at(moves);
        let mut old = Vec::with_capacity(moves.len());
        for step in moves {
            old.push(self.places[step.node]);
            self.places[step.node] = step.to;
        }
        let after = self.length_at(moves);
        for step in moves {
            self.moved[step.node] = false;
        }
        let is_shorter = self.keep_if_shorter(self.length - before + after);
        if !is_shorter {
            for (step, place) in moves.iter().zip(old) {
                self.places[step.node] = place;
            }
        }
        is_shorter
    }

    /// The same where any node may have moved.
    fn take_all(&mut self, order: &Order) -> bool {
        let mut places = vec![(0, 0); self.places.len()];
        order.put(&mut places);
        let wires = self.scene.wires.iter();
        let is_shorter = self.keep_if_shorter(wires.map(|wire| length(wire, &places)).sum());
        if is_shorter {
            self.places = places;
        }
        is_shorter
    }

    fn keep_if_shorter(&mut self, length: i64) -> bool {
        let is_shorter = length * 200 < self.length * 199;
        if is_shorter {
            self.length = length;
        }
        is_shorter
    }

    /// Of the wires at nodes that are moved: one between two of them is measured once, at its start.
    fn length_at(&self, moves: &[Move]) -> i64 {
        let wires = moves.iter().flat_map(|step| {
            let wires = self.at[step.node].iter();
            wires.filter(|wire| wire.from == step.node || !self.moved[wire.from])
        });
        wires.map(|wire| length(wire, &self.places)).sum()
    }
}

fn length(wire: &Wire, places: &[Place]) -> i64 {
    let (from, to) = (places[wire.from], places[wire.to]);
    let length = (from.0 - to.0).abs() + (from.1 - to.1).abs();
    match wire.kind {
        WireKind::Flow { .. } => length * 4,
        WireKind::Need => length,
    }
}

/// All pairs of `length` entries that are at most `reach` apart.
fn pairs(length: usize, reach: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).flat_map(move |left| {
        let end = length.min(left + 1 + reach);
        (left + 1..end).map(move |right| (left, right))
    })
}
