//! The platform as a picture: rows of nodes and cards, wires in the channels between them, no wire across a node.
//!
//! In: the model and the graph. Out: a view that the template `docs/architecture.svg` arranges. All coordinates are
//! whole pixels, so the picture is the same on every machine. Written by hand: no crate routes wires around nodes in rows.
//!
//! | step | does |
//! | --- | --- |
//! | [`scene`] | says what is shown |
//! | [`arrange`] | puts it in rows |
//! | [`place`] | gives rows, cells and nodes their rectangles |
//! | [`route`] | finds for each wire the channels it goes through |
//! | [`tracks`] | gives each wire its own track in each channel, so that few cross |
//! | [`doors`] | spreads the ends of wires over the sides of nodes |
//! | [`badges`] | finds places for the numbers |
//! | [`paint`] | turns all of it into the view |

mod arrange;
mod badges;
mod doors;
mod inner;
mod legend;
mod measure;
mod node;
mod paint;
mod place;
mod route;
mod scene;
mod stack;
#[cfg(test)]
mod tests;
mod tracks;
mod view;

pub use view::Picture;

use crate::{graph::Graph, model::Platform};

/// Draws the platform.
pub fn draw(platform: &Platform, graph: &Graph) -> Picture {
    let scene = scene::build(platform, graph);
    let rows = arrange::arrange(&scene);
    let layout = tracks::lay_out(&scene, &rows);
    paint::paint(platform, &scene, &layout)
}
