//! Needs between the nodes of one card: a short arrow to the next node below or above, or a line in the card's own strip, which
//! lies between its two columns, or right of the only one.

use super::{
    arrange::{Cell, Row},
    place::Rect,
    route::{Channel, Route, Side},
    scene::{Scene, Wire, WireKind},
};

/// The needs within a card, as numbers of wires with the columns of both ends.
fn needs<'a>(scene: &'a Scene, cell: &'a Cell) -> impl Iterator<Item = Need<'a>> {
    let wires = cell.card.map(|card| scene.cards[card].wires.as_slice());
    wires.unwrap_or_default().iter().filter_map(|number| {
        let wire = &scene.wires[*number];
        let (from, to) = position(cell, wire.from).zip(position(cell, wire.to))?;
        (wire.kind == WireKind::Need).then_some(Need {
            number: *number,
            wire,
            columns: (from.0, to.0),
            is_straight: from.0 == to.0 && from.1.abs_diff(to.1) == 1,
        })
    })
}

struct Need<'a> {
    number: usize,
    wire: &'a Wire,
    columns: (usize, usize),
    /// To the node just below or above.
    is_straight: bool,
}

/// Column and row of a node in a card.
fn position(cell: &Cell, node: usize) -> Option<(usize, usize)> {
    let columns = cell.columns.iter().enumerate();
    columns
        .filter_map(|(column, nodes)| {
            let row = nodes.iter().position(|other| *other == node)?;
            Some((column, row))
        })
        .next()
}

/// The routes in the strips of cards.
pub fn routes(scene: &Scene, rows: &[Row]) -> Vec<Route> {
    let mut out = Vec::new();
    for (row, cells) in rows.iter().enumerate() {
        for (index, cell) in cells.cells.iter().enumerate() {
            let along = needs(scene, cell).filter(|need| !need.is_straight);
            let side = |column: usize| match column {
                0 => Side::Right,
                _ => Side::Left,
            };
            out.extend(along.map(|need| Route {
                wire: need.number,
                start: side(need.columns.0),
                end: side(need.columns.1),
                channels: vec![Channel::Strip { row, cell: index }],
            }));
        }
    }
    out
}

/// The arrows between neighbours, each with its wire.
pub fn arrows(scene: &Scene, rows: &[Row], nodes: &[Rect]) -> Vec<(usize, Vec<(i32, i32)>)> {
    let cells = rows.iter().flat_map(|row| &row.cells);
    let needs = cells.flat_map(|cell| needs(scene, cell).filter(|need| need.is_straight));
    needs
        .map(|need| {
            let (from, to) = (nodes[need.wire.from], nodes[need.wire.to]);
            // Side by side if each needs the other.
            let points = match from.y < to.y {
                true => vec![(from.x + 26, from.bottom()), (from.x + 26, to.y)],
                false => vec![(from.x + 40, from.y), (from.x + 40, to.bottom())],
            };
            (need.number, points)
        })
        .collect()
}
