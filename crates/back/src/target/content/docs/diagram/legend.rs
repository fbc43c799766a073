//! The legend below the picture: the text of each numbered flow, and the meaning of each sign.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    measure::{Style, whole, width},
    place::{CHIP, Rect},
    scene::{LegendEntry, Scene, WireKind},
    view::{BadgeView, Words},
};

#[derive(Clone, Debug, Serialize)]
pub struct Legend {
    pub title: Option<Words>,
    pub entries: Vec<EntryView>,
    pub bottom: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct EntryView {
    pub badge: BadgeView,
    pub label: Vec<Words>,
    pub ends: Vec<Words>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Key {
    pub y: i32,
    pub left: i32,
    pub right: i32,
    pub signs: Vec<Sign>,
    pub bottom: i32,
}

#[derive(Clone, Debug, Serialize)]
pub struct Sign {
    /// `icon`, `need`, `port`, `scraped`, `job`, `note`.
    pub form: &'static str,
    pub icon: String,
    /// Left end and middle line of the drawing.
    pub x: i32,
    pub y: i32,
    pub words: Words,
}

const LABEL: Style = Style::bold(12);
const ENDS: Style = Style::regular(11);
const KEY: Style = Style::regular(11);
const LINE: i32 = 16;
const COLUMN_LEAST: i32 = 290;
const COLUMN_MOST: i32 = 4;
const COLUMN_GAP: i32 = 24;

/// The flows in order, in as many columns as fit.
pub fn legend(scene: &Scene, colors: &[usize], x: i32, (y, w): (i32, i32)) -> Legend {
    if scene.legend.is_empty() {
        return Legend {
            title: None,
            entries: Vec::new(),
            bottom: y - 12,
        };
    }
    let badges = scene.legend.iter().map(|entry| badge_width(&entry.mark));
    let badge_most = badges.max().unwrap_or(20);
    // No name is broken where the picture is wide enough for it.
    let names = scene
        .legend
        .iter()
        .flat_map(|entry| [&entry.from, &entry.to]);
    let widest = names.map(|name| width(name, ENDS)).max().unwrap_or(0);
    let least = COLUMN_LEAST.max(widest + badge_most + 10 + COLUMN_GAP);
    let columns = (w / least).clamp(1, COLUMN_MOST);
    let column_width = (w - COLUMN_GAP * (columns - 1)) / columns;
    let text_width = column_width - badge_most - 10;
    let texts: Vec<Texts> = scene
        .legend
        .iter()
        .map(|entry| Texts::of(entry, text_width))
        .collect();
    let heights: Vec<i32> = texts
        .iter()
        .map(|texts| texts.lines() * LINE + 12)
        .collect();
    let total: i32 = heights.iter().sum();
    let top = y + 30;
    let mut entries = Vec::new();
    let (mut column, mut at, mut lowest, mut passed) = (0, top, top, 0);
    for ((entry, text), height) in scene.legend.iter().zip(texts).zip(heights) {
        // A column ends where its share of the whole height is reached.
        if at > top && (passed + height / 2) * columns / total > column {
            column += 1;
            at = top;
        }
        passed += height;
        let left = x + column * (column_width + COLUMN_GAP);
        let place = Place {
            left,
            top: at,
            text: left + badge_most + 10,
            color: colors[entry.color],
        };
        entries.push(entry_view(entry, text, &place));
        at += height;
        lowest = lowest.max(at);
    }
    let title = Words {
        x,
        y: y + 12,
        text: "Flows".to_string(),
    };
    Legend {
        title: Some(title),
        entries,
        bottom: lowest,
    }
}

/// Where an entry stands: its left end, its top, and the left end of its text; and the class of its colour.
struct Place {
    left: i32,
    top: i32,
    text: i32,
    color: usize,
}

/// The lines of an entry. Nothing of them is cut: this is the only place where a flow is written out.
struct Texts {
    label: Vec<String>,
    ends: Vec<String>,
}

impl Texts {
    fn of(entry: &LegendEntry, width: i32) -> Self {
        let ends = format!("{} → {}", entry.from, entry.to);
        Self {
            label: whole(&entry.label, LABEL, width),
            ends: whole(&ends, ENDS, width),
        }
    }

    fn lines(&self) -> i32 {
        (self.label.len() + self.ends.len()) as i32
    }
}

/// A flow: its number, the lines of its label, and below them its ends.
fn entry_view(entry: &LegendEntry, texts: Texts, place: &Place) -> EntryView {
    let badge = Rect {
        x: place.left,
        y: place.top,
        w: badge_width(&entry.mark),
        h: 18,
    };
    let lines = |from: usize, texts: Vec<String>| {
        let numbered = texts.into_iter().zip(from as i32..);
        let words = numbered.map(|(text, index)| Words {
            x: place.text,
            y: place.top + 13 + index * LINE,
            text,
        });
        words.collect::<Vec<Words>>()
    };
    EntryView {
        ends: lines(texts.label.len(), texts.ends),
        label: lines(0, texts.label),
        badge: BadgeView {
            words: Words {
                x: badge.x + badge.w / 2,
                y: place.top + 13,
                text: entry.mark.clone(),
            },
            rect: badge,
            color: place.color,
        },
    }
}

fn badge_width(mark: &str) -> i32 {
    (width(mark, CHIP) + 8).max(20)
}

/// Icons, and what each means, in the order of the legend.
const ICONS: [(&str, &str); 13] = [
    ("store", "store"),
    ("broker", "message broker"),
    ("server", "server"),
    ("service", "service"),
    ("group", "group"),
    ("dashboard", "dashboard"),
    ("exporter", "exporter"),
    ("job", "job"),
    ("ci", "CI"),
    ("notebook", "notebook"),
    ("pipeline", "pipeline: a dot is a task"),
    ("cloud", "runs elsewhere"),
    ("actor", "person or system outside"),
];

/// A sign before it has a place: its form, the icon, what it means.
type Meaning = (&'static str, &'static str, &'static str);

/// The signs that the picture has.
fn signs_of(scene: &Scene, icons: &BTreeSet<String>) -> Vec<Meaning> {
    let shown = ICONS.iter().filter(|(icon, _)| icons.contains(*icon));
    let mut signs: Vec<Meaning> = shown.map(|(icon, means)| ("icon", *icon, *means)).collect();
    let has = |wanted: bool, form, text| wanted.then_some((form, "", text));
    let needs = scene.wires.iter().any(|wire| wire.kind == WireKind::Need);
    signs.extend(has(needs, "need", "needs"));
    signs.extend(has(
        scene.hides_needs,
        "note",
        "who needs whom is listed in architecture.md",
    ));
    signs.extend(has(
        scene.hides_flows,
        "note",
        "flows are listed in architecture.md",
    ));
    let ports = scene.nodes.iter().any(|node| !node.ports.is_empty());
    signs.extend(has(ports, "port", "port on the host"));
    let scraped = scene.nodes.iter().any(|node| node.scraped);
    signs.extend(has(scraped, "scraped", "scraped by Prometheus"));
    let jobs = scene.nodes.iter().any(|node| node.job);
    signs.extend(has(jobs, "job", "runs to completion"));
    signs
}

/// The meaning of the signs that the picture has, in as many lines as a width of `w` needs.
pub fn key(scene: &Scene, icons: &BTreeSet<String>, x: i32, y: i32, w: i32) -> Key {
    let (mut at, mut line) = (x, y + 26);
    let mut out = Vec::new();
    for (form, icon, text) in signs_of(scene, icons) {
        let drawing = match form {
            "port" => 50,
            "need" | "job" => 32,
            "note" => 0,
            _ => 22,
        };
        let taken = drawing + 7 + width(text, KEY) + 22;
        if at > x && at + taken - 22 > x + w {
            at = x;
            line += 28;
        }
        out.push(Sign {
            form,
            icon: icon.to_string(),
            x: at,
            y: line,
            words: Words {
                x: at + drawing + 7,
                y: line + 4,
                text: text.to_string(),
            },
        });
        at += taken;
    }
    Key {
        y: y + 2,
        left: x,
        right: x + w,
        signs: out,
        bottom: line + 12,
    }
}
