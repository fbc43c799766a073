//! The platform as a picture: rows of nodes and cards, wires in the channels between them, no wire across a node.
//!
//! In: the model and the graph. Out: a view that the template `docs/architecture.svg` arranges. All coordinates are
//! whole pixels, so the picture is the same on every machine. It is written by hand: no crate routes wires around nodes in rows.
//!
//! | step | does |
//! | --- | --- |
//! | [`index`] | sorts components, edges and flows by group |
//! | [`scene`] | decides what is shown |
//! | [`scope`] | the same for a platform that is too large for one picture |
//! | [`arrange`] | puts it in rows |
//! | [`shorten`] | swaps entries of rows whose wires become shorter |
//! | [`place`] | gives rows, cells and nodes their rectangles |
//! | [`route`] | finds for each wire the channels it goes through |
//! | [`tracks`] | gives each wire its own track in each channel, so that few cross |
//! | [`doors`] | spreads the ends of wires over the sides of nodes |
//! | [`apart`] | moves lines apart that touch without crossing, by their [`pieces`] |
//! | [`badges`] | finds places for the numbers |
//! | [`palette`] | gives flows that meet different colours |
//! | [`strokes`] | cuts the lower one of two lines that cross, rounds corners |
//! | [`paint`] | turns all of it into the view |

mod apart;
mod arrange;
mod badges;
mod doors;
mod index;
mod inner;
mod legend;
mod measure;
mod node;
mod paint;
mod palette;
mod pieces;
mod place;
mod route;
mod scene;
mod scope;
mod shorten;
mod stack;
mod strokes;
#[cfg(test)]
mod tests;
mod tracks;
mod view;

pub use view::Picture;

use index::Index;
use scene::Scene;

use crate::{
    graph::Graph,
    model::{Group, Platform},
    threads,
};

/// What is made of the pictures of a platform.
pub struct Pictures<T> {
    /// The whole platform, or an overview of its groups.
    pub main: T,
    /// The pictures of the groups by name, if `main` is an overview.
    pub groups: Vec<(String, T)>,
}

/// Draws the platform, and also each group if the platform is too large for one picture. A picture takes far more room than its
/// text, so `write` gets each as soon as it is drawn.
pub fn draw<T: Send>(
    platform: &Platform,
    graph: &Graph,
    write: impl Fn(Picture) -> T + Sync,
) -> Pictures<T> {
    let index = Index::of(platform, graph);
    let groups = match scope::is_whole(platform) {
        true => Vec::new(),
        false => groups(platform, &index, &write),
    };
    Pictures {
        main: write(main(platform, &index)),
        groups,
    }
}

/// Draws only the main picture.
pub fn draw_main(platform: &Platform, graph: &Graph) -> Picture {
    main(platform, &Index::of(platform, graph))
}

/// Whether each group has a picture of its own.
pub fn has_groups(platform: &Platform) -> bool {
    !scope::is_whole(platform)
}

fn main(platform: &Platform, index: &Index<'_>) -> Picture {
    let scene = match scope::is_whole(platform) {
        true => scene::build(platform, index),
        false => scope::overview(platform, index),
    };
    painted(platform, scene, None)
}

fn groups<T: Send>(
    platform: &Platform,
    index: &Index<'_>,
    write: &(impl Fn(Picture) -> T + Sync),
) -> Vec<(String, T)> {
    let edges = index.by_group();
    let with_members = |group: &&Group| !index.members(&group.name).is_empty();
    let groups: Vec<&Group> = platform.groups.iter().filter(with_members).collect();
    threads::each(groups, |group| {
        let edges = edges
            .get(group.name.as_str())
            .map_or(&[][..], Vec::as_slice);
        let scene = scope::group(platform, index, &group.name, edges);
        let picture = painted(platform, scene, Some(group));
        (group.name.clone(), write(picture))
    })
}

fn painted(platform: &Platform, mut scene: Scene, group: Option<&Group>) -> Picture {
    scene.heading = paint::heading(platform, group);
    let rows = arrange::arrange(&scene);
    let layout = tracks::lay_out(&scene, &rows);
    paint::paint(platform, &scene, &layout, group)
}
