//! The view of the picture, as the template `docs/architecture.svg` reads it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    legend::{Key, Legend},
    place::Rect,
};

/// What the template `docs/architecture.svg` gets.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    pub width: i32,
    pub height: i32,
    /// The description for screen readers.
    pub title: String,
    pub description: String,
    pub heading: Words,
    pub lead: Vec<Words>,
    pub bands: Vec<BandView>,
    pub cards: Vec<CardView>,
    pub needs: Vec<LineView>,
    pub flows: Vec<LineView>,
    pub nodes: Vec<NodeView>,
    pub badges: Vec<BadgeView>,
    pub legend: Legend,
    pub key: Key,
    /// The icons in the picture.
    pub icons: BTreeSet<String>,
}

/// A text and where it stands: `x` is its start, `y` its base line.
#[derive(Clone, Debug, Serialize)]
pub struct Words {
    pub x: i32,
    pub y: i32,
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct BandView {
    #[serde(flatten)]
    pub rect: Rect,
    /// `outside`, `ci`, `pipelines`.
    pub lane: &'static str,
    /// The middle of the name that is written upwards.
    pub name: Words,
    /// The component that runs its contents, written upwards too.
    pub runner: Option<Words>,
    pub tab: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct CardView {
    #[serde(flatten)]
    pub rect: Rect,
    pub title: Vec<Words>,
    pub text: Vec<Words>,
    /// The group's own picture, relative to this one.
    pub link: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    /// With a gap where a line above it crosses.
    pub path: String,
    /// The arrow's point, as a path.
    pub head: String,
    /// Number of the colour; needs have none.
    pub color: usize,
}

#[derive(Clone, Debug, Serialize)]
pub struct NodeView {
    #[serde(flatten)]
    pub rect: Rect,
    /// `component`, `external`, `pipeline`, `ci`, `actor`.
    pub face: &'static str,
    pub job: bool,
    pub icon: String,
    /// Left and top of the icon's square.
    pub icon_x: i32,
    pub icon_y: i32,
    pub title: Vec<Words>,
    pub subtitle: Vec<Words>,
    pub ports: Vec<Chip>,
    pub parts: Vec<Chip>,
    /// Tasks or stages: circles, and the lines between them.
    pub dots: Vec<(i32, i32)>,
    pub links: Vec<String>,
    /// The text that stands for dots without room.
    pub more: Option<Words>,
    pub scraped: bool,
    /// All texts of the node, not cut, for the tooltip.
    pub tip: String,
}

/// A text in a rounded box.
#[derive(Clone, Debug, Serialize)]
pub struct Chip {
    #[serde(flatten)]
    pub rect: Rect,
    pub words: Words,
}

#[derive(Clone, Debug, Serialize)]
pub struct BadgeView {
    #[serde(flatten)]
    pub rect: Rect,
    pub words: Words,
    pub color: usize,
}
