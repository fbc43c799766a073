//! Needs between the nodes of one card: a short arrow to the next node below, or a line in the card's own strip.

use super::{
    arrange::Cell,
    place::Rect,
    scene::{Scene, WireKind},
};

/// The distance between two lines of a strip.
const STEP: i32 = 8;
/// The length of an arrow's head. No other line may touch it: it would look like the line that the arrow belongs to.
pub const HEAD: i32 = 9;
/// The distance from a node's corner to its lines into a strip at its right, and into one at its left.
const LEFT_INSET: i32 = 8;
const RIGHT_INSET: i32 = 17;

/// A need inside of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner {
    pub from: usize,
    pub to: usize,
    pub way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the node just below or above.
    Straight,
    /// Along the strip, this far from its left edge.
    Strip(i32),
}

/// The needs within a card; those to one node share a track.
pub fn inner(scene: &Scene, cell: &Cell) -> Vec<Inner> {
    let mut tracks: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    let wires = cell.card.map(|card| scene.cards[card].wires.as_slice());
    for wire in wires.unwrap_or_default() {
        let wire = &scene.wires[*wire];
        let ends = position(cell, wire.from).zip(position(cell, wire.to));
        let (WireKind::Need, Some((from, to))) = (&wire.kind, ends) else {
            continue;
        };
        let is_straight = from.0 == to.0 && from.1.abs_diff(to.1) == 1;
        let track = (!is_straight).then(|| {
            let known = tracks.iter().position(|target| *target == wire.to);
            known.unwrap_or_else(|| {
                tracks.push(wire.to);
                tracks.len() - 1
            })
        });
        found.push((wire, track));
    }
    let first = match tracks.len() {
        0 | 1 => HEAD,
        _ => HEAD + STEP,
    };
    let inner = found.into_iter().map(|(wire, track)| Inner {
        from: wire.from,
        to: wire.to,
        way: match track {
            None => Way::Straight,
            Some(track) => Way::Strip(first + track as i32 * STEP),
        },
    });
    inner.collect()
}

/// Column and row of a node in a card.
fn position(cell: &Cell, node: usize) -> Option<(usize, usize)> {
    let column = cell
        .columns
        .iter()
        .position(|column| column.contains(&node))?;
    let row = cell.columns[column]
        .iter()
        .position(|other| *other == node)?;
    Some((column, row))
}

/// Width of a card's strip: between its two columns, else at the right of the only one.
pub fn strip(scene: &Scene, cell: &Cell) -> i32 {
    let lines = inner(scene, cell);
    let offsets = || {
        lines.iter().filter_map(|inner| match inner.way {
            Way::Straight => None,
            Way::Strip(offset) => Some(offset),
        })
    };
    let (first, last) = (offsets().min(), offsets().max());
    match (first.zip(last), cell.columns.len() > 1) {
        (None, false) => 0,
        (None, true) => 16,
        // Arrows lead into both columns, and there is nothing at the right of the only one.
        (Some((first, last)), true) => first + last,
        (Some((_, last)), false) => last + HEAD,
    }
}

/// The points of a line.
pub fn points(cell: &Cell, inner: &Inner, nodes: &[Rect]) -> Vec<(i32, i32)> {
    let (from, to) = (nodes[inner.from], nodes[inner.to]);
    match inner.way {
        Way::Straight => {
            // Side by side if each needs the other.
            let x = from.x + if from.y < to.y { 26 } else { 40 };
            if from.y < to.y {
                vec![(x, from.bottom()), (x, to.y)]
            } else {
                vec![(x, from.y), (x, to.bottom())]
            }
        }
        Way::Strip(offset) => {
            let first = cell.columns[0]
                .iter()
                .map(|node| nodes[*node].right())
                .max();
            let x = first.unwrap_or(0) + offset;
            let side = |rect: Rect| if rect.x < x { rect.right() } else { rect.x };
            // Nodes of both columns have the same heights, so each column has its own heights for lines into the strip. Else
            // two lines would look like one between unrelated nodes.
            let inset = |rect: Rect| if rect.x < x { LEFT_INSET } else { RIGHT_INSET };
            let (start, end) = (from.bottom() - inset(from), to.y + inset(to));
            vec![(side(from), start), (x, start), (x, end), (side(to), end)]
        }
    }
}
