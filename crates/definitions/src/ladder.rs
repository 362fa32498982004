use calendar::Limit;
use events::words::{LadderId, PostId, Urgency};

use crate::{
    Names,
    code::names,
    read::{Cursor, Thing, fields, parsed, reference, some},
};

/// A ladder (逐级上报): who hears of a lateness, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Its id.
    pub id: LadderId,
    /// What it is called.
    pub names: Names,
    rungs: Vec<PostId>,
    climb: PerUrgency<Climb>,
}

/// How fast a ladder is climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Climb {
    /// From the due to the second rung, and from rung to rung.
    pub interval: Limit,
    /// From round to round at the top.
    pub repeat: Limit,
}

impl Ladder {
    /// The post on rung `rung`, from 1.
    pub fn rung(&self, rung: u8) -> Option<&PostId> {
        self.rungs.get(usize::from(rung).checked_sub(1)?)
    }

    /// The posts from the lowest rung up.
    pub fn rungs(&self) -> impl ExactSizeIterator<Item = &PostId> {
        self.rungs.iter()
    }

    /// The number of the highest rung.
    pub fn top(&self) -> u8 {
        u8::try_from(self.rungs.len()).unwrap_or(u8::MAX)
    }

    /// How fast it is climbed.
    pub fn climb(&self, urgency: Urgency) -> Climb {
        *self.climb.get(urgency)
    }
}

/// One of each, so that nothing is left open.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PerUrgency<T> {
    normal: T,
    urgent: T,
    critical: T,
}

impl<T> PerUrgency<T> {
    fn get(&self, urgency: Urgency) -> &T {
        match urgency {
            Urgency::Normal => &self.normal,
            Urgency::Urgent => &self.urgent,
            Urgency::Critical => &self.critical,
        }
    }
}

pub(crate) fn read(id: LadderId, cursor: &mut Cursor<'_>) -> Option<Ladder> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let rungs = f.required("rungs", rungs);
        let climb = f.required("climb", |cursor| {
            fields(cursor, |f| {
                let normal = f.required(Urgency::Normal.word(), climb);
                let urgent = f.required(Urgency::Urgent.word(), climb);
                let critical = f.required(Urgency::Critical.word(), climb);
                Some(PerUrgency { normal: normal?, urgent: urgent?, critical: critical? })
            })
        });
        Some(Ladder { id, names: names?, rungs: rungs?, climb: climb? })
    })
}

fn rungs(cursor: &mut Cursor<'_>) -> Option<Vec<PostId>> {
    const MOST: usize = 16;
    let rungs = some(reference(Thing::Post))(cursor)?;
    if rungs.len() > MOST {
        return cursor.refuse(format!("must have at most {MOST} rungs"));
    }
    Some(rungs)
}

fn climb(cursor: &mut Cursor<'_>) -> Option<Climb> {
    fields(cursor, |f| {
        let interval = f.required("interval", parsed);
        let repeat = f.required("repeat", parsed);
        Some(Climb { interval: interval?, repeat: repeat? })
    })
}
