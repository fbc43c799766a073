//! The straight pieces that lines are made of, and which of them touch without crossing.

use super::{strokes::HEAD, tracks::Corners};

/// Lines closer than this look like one.
const CLEAR: i32 = 5;
/// From a crossing to the next corner.
const CORNER: i32 = 3;

/// A straight piece of a line.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub is_level: bool,
    /// Its coordinate, and its ends along the other axis.
    pub at: i32,
    pub low: i32,
    pub high: i32,
    /// The point of its arrow.
    tip: Option<i32>,
}

/// Further apart than this, no two pieces touch: an arrow's point is the longest that one has of another's.
const NEAR: i32 = HEAD.0 + HEAD.1 + CLEAR;

/// Further beside it, no piece that runs alike touches another.
const BESIDE: i32 = HEAD.1 + 2;
const _: () = assert!(CLEAR <= BESIDE);

/// The rectangle around pieces: it saves to ask each of them.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    low: (i32, i32),
    high: (i32, i32),
}

impl Area {
    /// Of no pieces: nothing is near it.
    pub const EMPTY: Area = Area {
        low: (i32::MAX, i32::MAX),
        high: (i32::MIN, i32::MIN),
    };

    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Self {
        pieces.into_iter().fold(Area::EMPTY, |area, piece| {
            let (low, high) = match piece.is_level {
                true => ((piece.low, piece.at), (piece.high, piece.at)),
                false => ((piece.at, piece.low), (piece.at, piece.high)),
            };
            Area {
                low: (area.low.0.min(low.0), area.low.1.min(low.1)),
                high: (area.high.0.max(high.0), area.high.1.max(high.1)),
            }
        })
    }

    /// With this many pixels more around it.
    pub fn grown(self, by: i32) -> Self {
        Area {
            low: (self.low.0.saturating_sub(by), self.low.1.saturating_sub(by)),
            high: (
                self.high.0.saturating_add(by),
                self.high.1.saturating_add(by),
            ),
        }
    }

    pub fn is_near(&self, other: &Area) -> bool {
        let meet = |low: i32, high: i32| i64::from(low) <= i64::from(high) + i64::from(NEAR);
        meet(self.low.0, other.high.0)
            && meet(other.low.0, self.high.0)
            && meet(self.low.1, other.high.1)
            && meet(other.low.1, self.high.1)
    }
}

/// The pieces of a line by its corners.
pub fn pieces(corners: &Corners) -> Vec<Piece> {
    let points = corners.points();
    let last = points.len().saturating_sub(2);
    let pairs = points.windows(2).enumerate();
    pairs
        .map(|(index, pair)| {
            let (from, to) = (pair[0], pair[1]);
            let is_level = from.1 == to.1;
            let (at, from, to) = match is_level {
                true => (from.1, from.0, to.0),
                false => (from.0, from.1, to.1),
            };
            Piece {
                is_level,
                at,
                low: from.min(to),
                high: from.max(to),
                tip: (index == last).then_some(to),
            }
        })
        .collect()
}

/// Pieces near an area, in the order of their coordinates.
pub struct Near {
    level: Vec<Piece>,
    upright: Vec<Piece>,
}

impl Near {
    /// Those of some pieces that are near an area.
    pub fn of<'a>(around: &Area, pieces: impl Iterator<Item = &'a Piece>) -> Self {
        let pieces = pieces.filter(|piece| Area::of([*piece]).is_near(around));
        let (mut level, mut upright): (Vec<Piece>, Vec<Piece>) =
            pieces.copied().partition(|piece| piece.is_level);
        level.sort_by_key(|piece| piece.at);
        upright.sort_by_key(|piece| piece.at);
        Self { level, upright }
    }

    /// How many of them a piece touches.
    pub fn touching(&self, piece: &Piece) -> usize {
        let (alike, across) = match piece.is_level {
            true => (&self.level, &self.upright),
            false => (&self.upright, &self.level),
        };
        let alike = between(alike, piece.at - BESIDE, piece.at + BESIDE);
        let across = between(across, piece.low - CLEAR, piece.high + CLEAR);
        let others = alike.iter().chain(across);
        others.filter(|other| touch(piece, other)).count()
    }
}

/// Those of sorted pieces whose coordinate is in a range.
fn between(pieces: &[Piece], low: i32, high: i32) -> &[Piece] {
    let first = pieces.partition_point(|piece| piece.at < low);
    let rest = &pieces[first..];
    &rest[..rest.partition_point(|piece| piece.at <= high)]
}

/// Whether two pieces touch and do not just cross.
fn touch(one: &Piece, other: &Piece) -> bool {
    if one.is_level == other.is_level {
        let is_on = |piece: &Piece, arrow: &Piece| {
            arrow.tip.is_some_and(|tip| {
                let base = match tip == arrow.high {
                    true => tip - HEAD.0,
                    false => tip + HEAD.0,
                };
                piece.low <= tip.max(base) && tip.min(base) <= piece.high
            })
        };
        let apart = (one.at - other.at).abs();
        return apart < CLEAR && one.low < other.high + CLEAR && other.low < one.high + CLEAR
            || apart <= HEAD.1 + 2 && (is_on(one, other) || is_on(other, one));
    }
    // How far the crossing is from the nearer end of each, less than nothing outside of it.
    let depth = |piece: &Piece, at: i32| (at - piece.low).min(piece.high - at);
    let depths = [depth(one, other.at), depth(other, one.at)];
    if depths.iter().any(|depth| *depth <= -CLEAR) {
        return false;
    }
    let is_on =
        |arrow: &Piece, at: i32| arrow.tip.is_some_and(|tip| (tip - at).abs() <= HEAD.0 + 2);
    depths.iter().any(|depth| *depth < CORNER) || is_on(one, other.at) || is_on(other, one.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(at: i32, (low, high): (i32, i32)) -> Piece {
        Piece {
            is_level: true,
            at,
            low,
            high,
            tip: None,
        }
    }

    fn upright(at: i32, ends: (i32, i32)) -> Piece {
        Piece {
            is_level: false,
            ..level(at, ends)
        }
    }

    #[test]
    fn lines_that_cross_do_not_touch() {
        let line = level(50, (0, 100));
        assert!(!touch(&line, &upright(40, (0, 100))));
        // A corner on the line, and one close to it.
        assert!(touch(&line, &upright(40, (50, 100))));
        assert!(touch(&line, &upright(40, (53, 100))));
        assert!(!touch(&line, &upright(40, (55, 100))));
        // Beside it.
        assert!(touch(&line, &level(52, (90, 200))));
        assert!(!touch(&line, &level(59, (90, 200))));
        // Through and along its arrow.
        let arrow = Piece {
            tip: Some(100),
            ..line
        };
        assert!(touch(&arrow, &upright(92, (0, 100))));
        assert!(touch(&arrow, &level(56, (95, 200))));
    }

    #[test]
    fn pieces_that_touch_are_near() {
        let line = level(0, (0, 20));
        for (at, low) in (-40..60).flat_map(|at| (-40..60).map(move |low| (at, low))) {
            let other = [level(at, (low, low + 9)), upright(at, (low, low + 9))];
            for other in other {
                for (tip, others) in [
                    (None, None),
                    (Some(20), Some(low)),
                    (Some(0), Some(low + 9)),
                ] {
                    let (line, other) = (
                        Piece { tip, ..line },
                        Piece {
                            tip: others,
                            ..other
                        },
                    );
                    let is_near = Area::of(&[line]).is_near(&Area::of(&[other]));
                    assert!(is_near || !touch(&line, &other), "{line:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn what_a_piece_touches_is_found_by_its_place() {
        // Numbers without a pattern, the same in each run.
        let mut seed = 1_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            i32::try_from((seed >> 8) % below).unwrap_or_default()
        };
        let pieces: Vec<Piece> = (0..400)
            .map(|_| {
                let (at, low) = (next(120), next(120));
                let high = low + next(60);
                Piece {
                    is_level: next(2) == 0,
                    tip: [None, Some(low), Some(high)][usize::from(next(3) as u8)],
                    ..level(at, (low, high))
                }
            })
            .collect();
        for piece in &pieces {
            let near = Near::of(&Area::of([piece]), pieces.iter());
            let all = pieces.iter().filter(|other| touch(piece, other)).count();
            assert_eq!(near.touching(piece), all, "{piece:?}");
        }
    }
}
