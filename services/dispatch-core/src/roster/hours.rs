use calendar::{Base, Calendar, Course, Opening, Spent, Start};
use clock::AccountId;
use definitions::{Department, Rules};
use events::words::PostId;
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, Time},
};

use super::{Arrangement, Rejected, Roster, Term, What, stays::gaps};

/// How far back the roster must reach: what was over before was in no week that still runs.
pub const REACHES_BACK: SignedDuration = SignedDuration::from_hours(8 * 24);

/// For how many weeks of an arrangement hours are counted: those of a year.
const WEEKS: usize = 53;

/// Over what the hours of an assistant are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// From a Monday to the next.
    Week,
    /// From the end of duty time to its beginning on the next day.
    Night,
}

impl Span {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Night => "night",
        }
    }
}

/// A week or a night in which an assistant is at work for longer than their department allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// Which of the two.
    pub span: Span,
    /// The Monday of the week, or the day on whose evening the night begins.
    pub of: Date,
    /// For how long they are at work in it.
    pub hours: SignedDuration,
    /// For how long they may be.
    pub limit: SignedDuration,
}

impl Roster {
    /// The weeks and nights that a term touches in which somebody is at work for longer than an
    /// assistant may be: nothing of who holds no post of assistants.
    pub fn excesses(&self, rules: &Rules, who: AccountId, within: Term) -> Vec<Excess> {
        let assists = |department: &&Department| {
            let posts = department.posts.values().filter(|post| post.is_of_assistants());
            posts.flat_map(|post| self.holders_of(&post.id)).any(|holder| holder == who)
        };
        let mut excesses = Vec::new();
        for department in rules.departments().filter(assists) {
            let calendar = rules.calendar_for(&department.id);
            let Some((limits, calendar)) = department.assistants.zip(calendar) else { continue };
            let weeks = weeks(calendar, within).map(|week| (Span::Week, limits.weekly_hours, week));
            let nights = nights(calendar, within);
            let nights = nights.map(|night| (Span::Night, limits.nightly_hours, night));
            for (span, limit, (of, term)) in weeks.chain(nights) {
                let limit = SignedDuration::from_hours(i64::from(limit));
                let hours = self.time_at_work(rules, who, term);
                if hours > limit {
                    excesses.push(Excess { span, of, hours, limit });
                }
            }
        }
        excesses
    }

    /// Refuses to have somebody stand in for longer than an assistant may be at work. What is too long
    /// without it is a defect of the roster and not its fault; by a swap nobody is there for longer.
    pub(super) fn may_stand_in(
        &self,
        rules: &Rules,
        arrangement: &Arrangement,
    ) -> Result<(), Rejected> {
        let (field, who) = match arrangement.what {
            What::Leave { cover: Some(cover), .. } => ("cover", cover),
            What::Cover { by, .. } => ("by", by),
            What::Leave { cover: None, .. } | What::Swap { .. } => return Ok(()),
        };
        let mut then = self.clone();
        then.arrangements.insert(arrangement.id, arrangement.clone());
        let before = self.excesses(rules, who, arrangement.term);
        let after = then.excesses(rules, who, arrangement.term);
        match after.into_iter().find(|excess| !before.contains(excess)) {
            Some(excess) => Err(Rejected::TooLong { field, who, excess }),
            None => Ok(()),
        }
    }

    /// How long somebody is at work within a term, each hour once: in the working hours of what they
    /// hold and of what they stand in at for who is on leave, and as long as they cover a post, for
    /// that says its hours itself; and in no hour of class.
    fn time_at_work(&self, rules: &Rules, who: AccountId, within: Term) -> SignedDuration {
        let mut at_work = Vec::new();
        for post in self.posts_of(who) {
            let arranged = self.arrangements.values();
            let away: Vec<_> = arranged.filter_map(|one| one.absence_from(post, who)).collect();
            let open = open(rules, post, within).into_iter();
            at_work.extend(open.flat_map(|open| gaps(away.clone(), open)));
        }
        for one in self.arrangements.values() {
            let Some(term) = one.term.part_in(within) else { continue };
            match one.what {
                What::Leave { who: away, cover } if cover == Some(who) => {
                    let posts = self.posts_of(away);
                    at_work.extend(posts.flat_map(|post| open(rules, post, term)));
                }
                What::Cover { by, .. } if by == who => at_work.push(term),
                What::Leave { .. } | What::Swap { .. } | What::Cover { .. } => {}
            }
        }
        let classes: Vec<_> =
            self.classes_of(who).iter().filter_map(|class| class.part_in(within)).collect();
        let at_work = at_work.into_iter().flat_map(|there| gaps(classes.clone(), there));
        let at_work = at_work.collect();
        let idle: SignedDuration = gaps(at_work, within).into_iter().map(Term::length).sum();
        within.length() - idle
    }
}

/// The working hours of a post within a term.
fn open(rules: &Rules, post: &PostId, within: Term) -> Vec<Term> {
    let Some(calendar) = rules.calendar_for(post.department()) else { return Vec::new() };
    let Term { from, until } = within;
    let course = Course { base: Base::WorkingHours, start: Start::AtOnce, from, due: until, until };
    let segments = calendar.explain(course, &[]).into_iter();
    let working = segments.filter(|segment| segment.spent == Spent::Working);
    working.map(|segment| Term { from: segment.from, until: segment.to }).collect()
}

/// The weeks that a term touches, by their Mondays.
fn weeks(calendar: &Calendar, within: Term) -> impl Iterator<Item = (Date, Term)> {
    let date = calendar.date(within.from);
    let monday = date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days());
    let midnight = |date: Date| -> Option<Timestamp> {
        calendar.zone().to_timestamp(date.to_datetime(Time::midnight())).ok()
    };
    let week = move |monday: Date| {
        let (from, until) = (midnight(monday)?, midnight(monday.saturating_add(7.days()))?);
        Some((monday, Term { from, until }))
    };
    let weeks = monday.series(7.days()).take(WEEKS).filter_map(week);
    weeks.take_while(move |(_, week)| week.from < within.until)
}

/// The nights that a term touches, by the days on whose evenings they begin.
fn nights(calendar: &Calendar, within: Term) -> impl Iterator<Item = (Date, Term)> {
    let (before, last) = (calendar.date(within.from), calendar.date(within.until));
    let days = before.saturating_sub(1.day()).series(1.day()).take(WEEKS * 7);
    let night = |date: Date| {
        let Opening { open, close } = calendar.night(date)?;
        Some((date, Term { from: open, until: close }))
    };
    let nights = days.take_while(move |date| *date <= last).filter_map(night);
    nights.filter(move |(_, night)| night.overlaps(within))
}
