//! The order of the tracks in one channel: few crossings, little room.

/// Between a flow and a flow, a flow and a need, two needs.
pub const APART: (i32, i32, i32) = (17, 12, 9);

/// Needs to one node share tracks; a flow has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rider {
    Flow(usize),
    NeedsOf(usize),
}

/// One rider's stretch of a channel.
#[derive(Clone, Debug)]
pub struct Segment {
    pub rider: Rider,
    /// Where it is left or entered, and to which side: -1 to smaller coordinates, 1 to larger ones.
    pub taps: Vec<(i32, i32)>,
    pub low: i32,
    pub high: i32,
}

/// An order of the segments from small to large coordinates, and how far each is from the first track.
pub fn stack(segments: &[Segment]) -> (Vec<usize>, Vec<i32>) {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|index| {
        let segment = &segments[*index];
        (
            segment.taps.iter().map(|tap| tap.1).sum::<i32>(),
            segment.low,
            segment.rider,
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
            .map(|(other, offset)| offset + apart(&segments[*other], &segments[*segment]))
            .max();
        offsets.push(offset.unwrap_or(0));
    }
    (order, offsets)
}

/// Moves a segment to where it crosses least, the nearest such place to the start.
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
    let down = first.taps.iter().filter(|tap| tap.1 > 0);
    let up = second.taps.iter().filter(|tap| tap.1 < 0);
    down.map(|tap| inside(tap.0, second)).sum::<i32>()
        + up.map(|tap| inside(tap.0, first)).sum::<i32>()
}

/// Whether two segments need different tracks.
pub fn touch(one: &Segment, other: &Segment) -> bool {
    const AIR: i32 = 18;
    one.low - AIR < other.high && other.low - AIR < one.high
}

fn apart(one: &Segment, other: &Segment) -> i32 {
    match (one.rider, other.rider) {
        (Rider::Flow(_), Rider::Flow(_)) => APART.0,
        (Rider::NeedsOf(_), Rider::NeedsOf(_)) => APART.2,
        _ => APART.1,
    }
}
