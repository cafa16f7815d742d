//! Target against measured, phase bands and alarm marks, in a memory that is bounded.

use crate::condition::name;
use crate::priority::Priority;
use coldcap_units::Instant;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::VecDeque;

/// So many points are kept at most. Where there are more, two become one, and the time from one to the next is doubled:
/// of a day each stands for 32 s.
pub const HISTORY_MAXIMUM: usize = 4_096;

/// So many alarm marks are kept, and as many phase bands; then the oldest give way.
pub const MARKS_MAXIMUM: usize = 256;

/// The time from one point to the next in the beginning, in ms.
const FIRST_STEP_MS: u64 = 1_000;

/// The lowest and the highest of what a point stands for, in milli-°C: what was short is kept, however long the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The lowest.
    pub low: i32,
    /// The highest.
    pub high: i32,
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.low, self.high].serialize(serializer)
    }
}

impl Span {
    const fn of(milli: i32) -> Self {
        Self { low: milli, high: milli }
    }

    fn with(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// What the curves were for some time; `None` where there was no valid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// When that time began, in ms.
    pub at_ms: u64,
    /// Where the ramp towards the target stood, or the target; of the temperature that is held.
    pub target: Option<Span>,
    /// Coolant on its way to the cap.
    pub coolant: Option<Span>,
    /// The cap's inner face: the mean of front and rear, or the one of them that is valid.
    pub interface: Option<Span>,
    /// Scalp skin.
    pub skin: Option<Span>,
}

/// A phase, from when on it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// From when on, in ms.
    pub from_ms: u64,
    /// The code of the phase.
    pub phase: u8,
}

/// An alarm rose, or became more urgent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// When, in ms.
    pub at_ms: u64,
    /// The condition's name.
    pub name: Cow<'static, str>,
    /// How urgent it was, where that was told.
    pub priority: Option<Priority>,
}

/// One status, as the curves take it, in milli-°C.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) target: Option<i32>,
    pub(super) coolant: Option<i32>,
    pub(super) interface: Option<i32>,
    pub(super) skin: Option<i32>,
}

/// The curves of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    step_ms: u64,
    points: Vec<Point>,
    bands: VecDeque<Band>,
    marks: VecDeque<Mark>,
}

impl Default for History {
    fn default() -> Self {
        let (bands, marks) = (VecDeque::new(), VecDeque::new());
        Self { step_ms: FIRST_STEP_MS, points: Vec::new(), bands, marks }
    }
}

impl History {
    /// The time that a point stands for, in ms. Where two points are further apart there is nothing in between.
    #[must_use]
    pub const fn step_ms(&self) -> u64 {
        self.step_ms
    }

    /// The points, in their order.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The phases, in their order; each ends where the next begins.
    pub fn bands(&self) -> impl DoubleEndedIterator<Item = &Band> {
        self.bands.iter()
    }

    /// The alarms, in the order of their rise.
    pub fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.marks.iter()
    }

    pub(super) fn see(&mut self, at: Instant, phase: u8, sample: &Sample) {
        let at_ms = at.as_millis();
        if self.bands.back().is_none_or(|band| band.phase != phase) {
            keep(&mut self.bands, Band { from_ms: at_ms, phase });
        }
        self.push(sample.point(at_ms / self.step_ms * self.step_ms));
    }

    pub(super) fn mark(&mut self, at: Instant, condition: u16, priority: Option<Priority>) {
        let mark = Mark { at_ms: at.as_millis(), name: name(condition), priority };
        keep(&mut self.marks, mark);
    }

    /// A time that was set back belongs to the last point.
    fn push(&mut self, point: Point) {
        match self.points.last_mut() {
            Some(last) if last.at_ms >= point.at_ms => last.take_in(&point),
            _ => self.points.push(point),
        }
        if self.points.len() >= HISTORY_MAXIMUM {
            self.thin();
        }
    }

    /// Two points become one.
    fn thin(&mut self) {
        self.step_ms = self.step_ms.saturating_mul(2);
        let step_ms = self.step_ms;
        self.points.dedup_by(|next, kept| {
            let same = next.at_ms / step_ms == kept.at_ms / step_ms;
            if same {
                kept.take_in(next);
            }
            kept.at_ms = kept.at_ms / step_ms * step_ms;
            same
        });
    }
}

fn keep<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() >= MARKS_MAXIMUM {
        queue.pop_front();
    }
    queue.push_back(item);
}

impl Sample {
    fn point(&self, at_ms: u64) -> Point {
        Point {
            at_ms,
            target: self.target.map(Span::of),
            coolant: self.coolant.map(Span::of),
            interface: self.interface.map(Span::of),
            skin: self.skin.map(Span::of),
        }
    }
}

impl Point {
    fn take_in(&mut self, later: &Self) {
        self.target = later.target.or(self.target);
        self.coolant = both(self.coolant, later.coolant);
        self.interface = both(self.interface, later.interface);
        self.skin = both(self.skin, later.skin);
    }
}

fn both(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.with(other)),
        (one, other) => one.or(other),
    }
}
