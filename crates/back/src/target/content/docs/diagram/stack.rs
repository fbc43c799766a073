//! The order of the tracks in one channel: few crossings, little room.

use super::scene::{Scene, WireKind};

/// Distances between tracks: of two flows, of a flow and a need, of two needs.
pub const APART: (i32, i32, i32) = (17, 12, 9);

/// Who uses a track: all needs to one node share one, a flow has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrackUser {
    Flow(usize),
    NeedsOf(usize),
}

impl TrackUser {
    pub fn of(scene: &Scene, wire: usize) -> Self {
        match scene.wires[wire].kind {
            WireKind::Flow { .. } => Self::Flow(wire),
            WireKind::Need => Self::NeedsOf(scene.wires[wire].to),
        }
    }
}

/// One user's stretch of a channel.
#[derive(Clone, Debug)]
pub struct Segment {
    pub user: TrackUser,
    /// Where wires turn into it or out of it, and to which side: -1 to smaller coordinates, 1 to larger ones.
    pub turns: Vec<(i32, i32)>,
    pub low: i32,
    pub high: i32,
}

/// The order of the segments from small to large coordinates, and the distance of each from the first track.
pub fn stack(segments: &[Segment]) -> (Vec<usize>, Vec<i32>) {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|index| {
        let segment = &segments[*index];
        (
            segment.turns.iter().map(|turn| turn.1).sum::<i32>(),
            segment.low,
            segment.user,
        )
    });
    let cost: Vec<Vec<i32>> = segments
        .iter()
        .map(|first| {
            segments
                .iter()
                .map(|second| crossings(first, second))
                .collect()
        })
        .collect();
    for _ in 0..3 {
        let before = order.clone();
        for segment in 0..segments.len() {
            reinsert(&mut order, segment, &cost);
        }
        if order == before {
            break;
        }
    }
    let mut offsets: Vec<i32> = Vec::new();
    for (index, segment) in order.iter().enumerate() {
        let offset = order[..index]
            .iter()
            .zip(&offsets)
            .filter(|(other, _)| touch(&segments[**other], &segments[*segment]))
            .map(|(other, offset)| {
                offset + distance_between(&segments[*other], &segments[*segment])
            })
            .max();
        offsets.push(offset.unwrap_or(0));
    }
    (order, offsets)
}

/// Moves a segment to the place with the fewest crossings, the first of equal ones.
fn reinsert(order: &mut Vec<usize>, segment: usize, cost: &[Vec<i32>]) {
    let Some(current) = order.iter().position(|other| *other == segment) else {
        return;
    };
    order.remove(current);
    let mut here: i32 = order.iter().map(|other| cost[segment][*other]).sum();
    let mut best = (here, 0);
    let mut at_current = here;
    for (index, other) in order.iter().enumerate() {
        here += cost[*other][segment] - cost[segment][*other];
        if index + 1 == current {
            at_current = here;
        }
        if here < best.0 {
            best = (here, index + 1);
        }
    }
    let place = if at_current <= best.0 {
        current
    } else {
        best.1
    };
    order.insert(place, segment);
}

/// How often two segments cross when `first` has the smaller coordinate.
fn crossings(first: &Segment, second: &Segment) -> i32 {
    let inside = |position: i32, segment: &Segment| match position {
        at if at > segment.low && at < segment.high => 4,
        at if at == segment.low || at == segment.high => 1,
        _ => 0,
    };
    let down = first.turns.iter().filter(|turn| turn.1 > 0);
    let up = second.turns.iter().filter(|turn| turn.1 < 0);
    down.map(|turn| inside(turn.0, second)).sum::<i32>()
        + up.map(|turn| inside(turn.0, first)).sum::<i32>()
}

/// Whether two segments need different tracks.
pub fn touch(one: &Segment, other: &Segment) -> bool {
    const AIR: i32 = 18;
    one.low - AIR < other.high && other.low - AIR < one.high
}

fn distance_between(one: &Segment, other: &Segment) -> i32 {
    match (one.user, other.user) {
        (TrackUser::Flow(_), TrackUser::Flow(_)) => APART.0,
        (TrackUser::NeedsOf(_), TrackUser::NeedsOf(_)) => APART.2,
        _ => APART.1,
    }
}
