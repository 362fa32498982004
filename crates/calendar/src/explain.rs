use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Base, Calendar, Pause, Start};

/// The course of a promise, from its cause until an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// Which time counts.
    pub base: Base,
    /// When it begins to.
    pub start: Start,
    /// The instant of its cause: the receipt, the offer, the completion.
    pub from: Timestamp,
    /// When it was due.
    pub due: Timestamp,
    /// Up to when it is told: the end, or now.
    pub until: Timestamp,
}

/// How a stretch of the elapsed time was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spent {
    /// It counted.
    Working,
    /// It did not: a night, a day of rest, before the start.
    Off,
    /// It would have counted, or not, but the promise rested.
    Paused,
    /// The due had passed.
    Overdue,
}

/// A stretch of the elapsed time; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// What it was.
    pub spent: Spent,
}

impl Segment {
    /// How long it was on the wall.
    pub fn length(self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

impl Calendar {
    /// Where the time of a promise went, without gaps: the lengths sum to `until - from`.
    ///
    /// `due` is the one that the pauses gave; a pause is told with its nights, up to the due.
    /// Neighbours differ in how they were spent. Nothing if `until` is not after `from`.
    pub fn explain(&self, course: Course, pauses: &[Pause]) -> Vec<Segment> {
        let Course { base, start, from, due, until } = course;
        let mut told = Told { cursor: from, segments: Vec::new() };
        let end = due.clamp(from, until.max(from));
        // Without a working day ahead nothing ever counts.
        let begun = self.begin(start, from).unwrap_or(end);
        for opening in self.openings(base, begun).take_while(|opening| opening.open < end) {
            told.until(opening.open.max(begun), Spent::Off);
            told.until(opening.close.min(end), Spent::Working);
        }
        told.until(end, Spent::Off);
        told.until(until, Spent::Overdue);
        rested(&told.segments, pauses)
    }

    /// When so many percent of the counted time up to the due have passed; `None` where none counts.
    pub fn spent(&self, course: Course, pauses: &[Pause], percent: u8) -> Option<Timestamp> {
        let segments = self.explain(Course { until: course.due, ..course }, pauses);
        let working = segments.into_iter().filter(|segment| segment.spent == Spent::Working);
        let total: SignedDuration = working.clone().map(Segment::length).sum();
        let mut left = SignedDuration::from_secs(total.as_secs() * i64::from(percent) / 100);
        working.into_iter().find_map(|segment| {
            if left <= segment.length() {
                return segment.from.checked_add(left).ok();
            }
            left -= segment.length();
            None
        })
    }
}

/// The same segments, with what lies in a pause told as such.
fn rested(segments: &[Segment], pauses: &[Pause]) -> Vec<Segment> {
    let mut pauses: Vec<Pause> = pauses.to_vec();
    pauses.sort_by_key(|pause| pause.from);
    let Some(first) = segments.first() else { return Vec::new() };
    let mut told = Told { cursor: first.from, segments: Vec::new() };
    for segment in segments {
        let in_time = pauses.iter().filter(|_| segment.spent != Spent::Overdue);
        for pause in in_time {
            told.until(pause.from.min(segment.to), segment.spent);
            told.until(pause.to.min(segment.to), Spent::Paused);
        }
        told.until(segment.to, segment.spent);
    }
    told.segments
}

struct Told {
    cursor: Timestamp,
    segments: Vec<Segment>,
}

impl Told {
    /// Goes on to `to`; a stretch that is empty is left out, one like the last joins it.
    fn until(&mut self, to: Timestamp, spent: Spent) {
        if to <= self.cursor {
            return;
        }
        match self.segments.last_mut() {
            Some(last) if last.spent == spent => last.to = to,
            _ => self.segments.push(Segment { from: self.cursor, to, spent }),
        }
        self.cursor = to;
    }
}
