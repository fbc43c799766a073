//! Rectangles for rows, cells and nodes. The input is the room that the channels between them need.

use super::{
    arrange::{Cell, Lane, Row},
    measure::{Style, width},
    node, paint,
    scene::{Face, Node, Scene},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    pub fn right(self) -> i32 {
        self.x + self.w
    }

    pub fn bottom(self) -> i32 {
        self.y + self.h
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// Room for tracks, in pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Above each row, and below the last.
    pub gutters: Vec<i32>,
    /// Between the cells of each row.
    pub gaps: Vec<Vec<i32>>,
    /// Beside the nodes of each cell, within its card.
    pub strips: Vec<Vec<i32>>,
    /// Along the sides of the nodes of each row.
    pub sides: Vec<i32>,
    pub left: i32,
    pub right: i32,
}

impl Room {
    /// The room of a picture without wires.
    pub fn least(rows: &[Row]) -> Self {
        Self {
            gutters: vec![0; rows.len() + 1],
            gaps: rows
                .iter()
                .map(|row| vec![0; row.cells.len().saturating_sub(1)])
                .collect(),
            strips: rows.iter().map(|row| vec![0; row.cells.len()]).collect(),
            sides: vec![0; rows.len()],
            left: 0,
            right: 0,
        }
    }
}

/// The rows of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    pub lane: Lane,
    pub rect: Rect,
    /// The height of the first row: lines run below it, so the lane's name stands beside it.
    pub first: i32,
}

#[derive(Clone, Debug)]
pub struct Placement {
    pub width: i32,
    /// The end of the rows; the legend is below it.
    pub bottom: i32,
    /// Left and right edge of the area between the two outer channels.
    pub content: (i32, i32),
    pub bands: Vec<Band>,
    /// Top and bottom of each row, its band included.
    pub rows: Vec<(i32, i32)>,
    /// Each row's cells.
    pub cells: Vec<Vec<Rect>>,
    /// Left and right edge of each cell's strip.
    pub strips: Vec<Vec<(i32, i32)>>,
    pub nodes: Vec<Rect>,
    /// The y of a card's first node, below its head, for each row.
    pub heads: Vec<i32>,
}

impl Placement {
    /// Top and bottom of the gutter above a row, or below the last.
    pub fn gutter(&self, index: usize) -> (i32, i32) {
        let top = match index.checked_sub(1) {
            Some(above) => self.rows[above].1,
            None => HEADER,
        };
        let bottom = self.rows.get(index).map_or(self.bottom, |row| row.0);
        (top, bottom)
    }
}

pub const MARGIN: i32 = 28;
/// Height of the title above the rows.
pub const HEADER: i32 = 104;
pub const CARD_PAD: i32 = 12;
/// A lane's name, written upwards at its left.
pub const TAB: i32 = 30;
pub const NODE_GAP: i32 = 20;
/// From a node's left edge to its text.
pub const TEXT_INSET: i32 = 54;
pub const TITLE: Style = Style::bold(13);
pub const SUBTITLE: Style = Style::regular(11);
pub const CHIP: Style = Style::bold(11);
pub const CARD_TITLE: Style = Style::bold(15);
pub const CARD_TEXT: Style = Style::regular(11);
pub const CARD_LINE: i32 = 15;
pub const CARD_TITLE_LINE: i32 = 18;
/// Least room between cells and between rows.
const GAP_LEAST: i32 = 26;
const GUTTER_LEAST: i32 = 26;
const WIDTH_LEAST: i32 = 560;
/// The longest title that makes a picture wider, and the highest text beside a lane that makes it higher.
const HEADING_MOST: i32 = 1600;
const RUNNER_MOST: i32 = 300;
/// The longest subtitle that makes a node wider: as long as the longest versions of images.
pub const SUBTITLE_MOST: i32 = 380;

/// What the texts need. It does not depend on the room for lines, so it is measured once.
pub struct Sizes {
    widths: NodeWidths,
    /// The least height of the nodes of each row.
    heights: Vec<i32>,
    /// The width of the picture's title.
    heading: i32,
}

impl Sizes {
    pub fn of(scene: &Scene, rows: &[Row]) -> Self {
        let widths = NodeWidths::of(scene);
        let heights = rows.iter().map(|row| row_node_height(scene, row, &widths));
        Self {
            heights: heights.collect(),
            widths,
            heading: width(&scene.heading, paint::HEADING).min(HEADING_MOST),
        }
    }
}

/// Places everything, row by row. Cells grow to the width of the widest row.
pub fn place(scene: &Scene, rows: &[Row], sizes: &Sizes, room: &Room) -> Placement {
    let left = MARGIN + room.left;
    let places = rows.iter().enumerate().map(|(index, row)| RowRoom {
        widths: row
            .cells
            .iter()
            .zip(&room.strips[index])
            .map(|(cell, strip)| sizes.widths.cell(scene, cell, *strip))
            .collect(),
        gaps: &room.gaps[index],
        strips: &room.strips[index],
        height: sizes.heights[index].max(room.sides[index]),
    });
    let places: Vec<RowRoom<'_>> = places.collect();
    let natural = rows
        .iter()
        .zip(&places)
        .map(|(row, room)| room.width() + lane_extra(row.lane));
    let content = natural.max().unwrap_or(0).max(WIDTH_LEAST);
    let content = content.max(sizes.heading);
    let mut out = Placement {
        width: left + content + room.right + MARGIN,
        bottom: 0,
        content: (left, left + content),
        bands: Vec::new(),
        rows: Vec::new(),
        cells: Vec::new(),
        strips: Vec::new(),
        nodes: vec![Rect::default(); scene.nodes.len()],
        heads: Vec::new(),
    };
    let mut y = HEADER;
    for (index, row) in rows.iter().enumerate() {
        let least = if index == 0 { 0 } else { GUTTER_LEAST };
        y += least.max(room.gutters[index]);
        y += place_row(scene, row, y, &places[index], &mut out);
    }
    out.bottom = y + room.gutters.last().copied().unwrap_or(0);
    out
}

/// What a row needs.
struct RowRoom<'a> {
    /// The widths of its cells, if they are not stretched.
    widths: Vec<i32>,
    gaps: &'a [i32],
    strips: &'a [i32],
    /// The height of its nodes.
    height: i32,
}

impl RowRoom<'_> {
    fn width(&self) -> i32 {
        let gaps: i32 = self.gaps.iter().map(|gap| GAP_LEAST.max(*gap)).sum();
        self.widths.iter().sum::<i32>() + gaps
    }
}

/// Places one row at `y` and returns its height.
fn place_row(scene: &Scene, row: &Row, y: i32, room: &RowRoom<'_>, out: &mut Placement) -> i32 {
    let (left, right) = out.content;
    let is_lane = row.lane != Lane::Groups;
    let has_cards = row.cells.iter().any(|cell| cell.card.is_some());
    let spread = Spread::of(row, room, right - left);
    let mut x = left + spread.indent + if is_lane { TAB + CARD_PAD } else { 0 };
    let stretched = row.cells.iter().zip(&room.widths);
    let stretched = stretched.map(|(cell, w)| w + spread.stretch * cell.columns.len() as i32);
    let stretched: Vec<i32> = stretched.collect();
    let head = card_head(scene, row, &stretched);
    let height = if !is_lane && !has_cards {
        room.height
    } else if is_lane {
        room.height + 2 * CARD_PAD
    } else {
        let columns = row.cells.iter().flat_map(|cell| &cell.columns);
        let count = columns.map(Vec::len).max().unwrap_or(1) as i32;
        head + count * (room.height + NODE_GAP) - NODE_GAP + CARD_PAD
    };
    let (mut cells, mut strips) = (Vec::new(), Vec::new());
    for (index, cell) in row.cells.iter().enumerate() {
        let w = stretched[index];
        let rect = if is_lane {
            Rect {
                x,
                y: y + CARD_PAD,
                w,
                h: room.height,
            }
        } else {
            Rect { x, y, w, h: height }
        };
        strips.push(if is_lane || !has_cards {
            out.nodes[cell.columns[0][0]] = rect;
            (rect.right(), rect.right())
        } else {
            let strip = strip_width(cell, room.strips[index]);
            place_nodes(cell, rect, (head, room.height), strip, &mut out.nodes)
        });
        cells.push(rect);
        x += w + GAP_LEAST.max(room.gaps.get(index).copied().unwrap_or(0)) + spread.gap;
    }
    out.cells.push(cells);
    out.strips.push(strips);
    out.heads.push(y + head);
    out.rows.push((y, y + height));
    let band = Rect {
        x: left,
        y,
        w: right - left,
        h: height,
    };
    match out.bands.last_mut() {
        Some(last) if last.lane == row.lane => last.rect.h = band.bottom() - last.rect.y,
        _ => out.bands.push(Band {
            lane: row.lane,
            rect: band,
            first: height,
        }),
    }
    height
}

/// Places the nodes of a card, and returns the edges of its strip.
fn place_nodes(
    cell: &Cell,
    rect: Rect,
    (head, height): (i32, i32),
    strip: i32,
    nodes: &mut [Rect],
) -> (i32, i32) {
    let columns = cell.columns.len() as i32;
    let w = (rect.w - 2 * CARD_PAD - strip) / columns;
    for (index, column) in cell.columns.iter().enumerate() {
        let x = rect.x + CARD_PAD + index as i32 * (w + strip);
        for (row, node) in column.iter().enumerate() {
            let y = rect.y + head + row as i32 * (height + NODE_GAP);
            nodes[*node] = Rect { x, y, w, h: height };
        }
    }
    let left = rect.x + CARD_PAD + w;
    (left, left + strip)
}

/// Columns keep a distance without lines, too.
fn strip_width(cell: &Cell, lines: i32) -> i32 {
    lines.max(if cell.columns.len() > 1 { 16 } else { 0 })
}

/// How a row that is narrower than the widest one is filled up.
struct Spread {
    /// Added to each column of nodes.
    stretch: i32,
    /// Added to each gap.
    gap: i32,
    /// Before the first cell.
    indent: i32,
}

impl Spread {
    fn of(row: &Row, room: &RowRoom<'_>, content: i32) -> Self {
        let columns: i32 = row.cells.iter().map(|cell| cell.columns.len() as i32).sum();
        let free = (content - room.width() - lane_extra(row.lane)).max(0);
        let most = match row.lane {
            Lane::Outside => 0,
            Lane::Ci | Lane::Pipelines => 120,
            // Alone in its row a card is as wide as the picture, so that the wires beside it are short.
            Lane::Groups if row.cells.len() == 1 => free,
            Lane::Groups => 170,
        };
        let stretch = (free / columns.max(1)).min(most);
        let rest = free - stretch * columns;
        // One or two pixels that can't be divided stay at the right, where nobody sees them.
        let gap = if rest < columns {
            0
        } else {
            rest / (row.cells.len() as i32 + 1)
        };
        Self {
            stretch,
            gap,
            indent: gap,
        }
    }
}

/// The preferred width of nodes, by what they stand for.
struct NodeWidths {
    component: i32,
    pipeline: i32,
    ci: i32,
    outside: i32,
}

impl NodeWidths {
    fn of(scene: &Scene) -> Self {
        let widest = |faces: &[Face], least: i32, most: i32| {
            let nodes = scene.nodes.iter().filter(|node| faces.contains(&node.face));
            nodes
                .map(natural_width)
                .max()
                .unwrap_or(0)
                .clamp(least, most)
        };
        Self {
            component: widest(&[Face::Component], 196, 380),
            pipeline: widest(&[Face::Pipeline], 170, 380),
            ci: widest(&[Face::Ci], 170, 380),
            outside: widest(&[Face::Actor, Face::External, Face::Group], 150, 380),
        }
    }

    fn cell(&self, scene: &Scene, cell: &Cell, strip: i32) -> i32 {
        match cell.card {
            Some(_) => {
                let columns = cell.columns.len() as i32;
                2 * CARD_PAD + columns * self.component + strip_width(cell, strip)
            }
            None => self.node(&scene.nodes[cell.columns[0][0]]),
        }
    }

    fn node(&self, node: &Node) -> i32 {
        match node.face {
            Face::Pipeline => self.pipeline,
            Face::Ci => self.ci,
            Face::Component => self.component,
            Face::Actor | Face::External | Face::Group => self.outside,
        }
    }
}

fn natural_width(node: &Node) -> i32 {
    let ports = node.ports.iter().take(2).map(|port| chip_width(port) + 8);
    let chips = ports.max().unwrap_or(0);
    // The chip of a second port stands beside the subtitle.
    let second = if node.ports.len() > 1 { chips } else { 0 };
    let title = width(&node.title, TITLE) + chips;
    let subtitle = width(&node.subtitle, SUBTITLE).min(SUBTITLE_MOST) + second;
    TEXT_INSET + title.max(subtitle) + 12
}

/// A chip's width around its text.
pub fn chip_width(text: &str) -> i32 {
    width(text, CHIP) + 12
}

fn lane_extra(lane: Lane) -> i32 {
    match lane {
        Lane::Groups => 0,
        Lane::Outside | Lane::Ci | Lane::Pipelines => TAB + 2 * CARD_PAD,
    }
}

/// The height of the highest node: texts that are too long for its width take more lines.
fn row_node_height(scene: &Scene, row: &Row, widths: &NodeWidths) -> i32 {
    let nodes = row
        .cells
        .iter()
        .flat_map(|cell| cell.columns.iter().flatten());
    let height = |node: &usize| {
        let node = &scene.nodes[*node];
        let least = match node.face {
            Face::Actor | Face::External | Face::Group => 50,
            Face::Component if node.parts.is_empty() => 54,
            Face::Component => 76,
            Face::Pipeline | Face::Ci => 82,
        };
        least + node::Texts::of(node, widths.node(node)).extra()
    };
    let runner = paint::runner(scene, row.lane).map_or(0, |text| {
        width(&text, paint::RUNNER).min(RUNNER_MOST) + paint::RUNNER_AIR - 2 * CARD_PAD
    });
    nodes.map(height).max().unwrap_or(54).max(runner)
}

/// From a card's top to its first node: the room for the longest title and description in the row.
fn card_head(scene: &Scene, row: &Row, widths: &[i32]) -> i32 {
    let cells = row.cells.iter().zip(widths);
    let heights = cells.filter_map(|(cell, w)| {
        let card = &scene.cards[cell.card?];
        let (titles, texts) = (paint::card_title(card, *w), paint::card_text(card, *w));
        Some((titles.len() as i32 - 1) * CARD_TITLE_LINE + texts.len() as i32 * CARD_LINE)
    });
    36 + heights.max().unwrap_or(0) + 6
}
