//! The roster (排班): who is at work at a post, and who stands in for whom.
//!
//! A post stays when people change. Who holds one is imported; what differs from that for a time is
//! an [`Arrangement`]: a leave, a swap or a cover. Leave is a person's, from all that they hold; a
//! swap and a cover are a post's. All of them are one aggregate, so that nobody is promised as
//! somebody's cover while they are being sent on leave.
//!
//! ```text
//!  holders   ──────────────────────────────────────────────▶  imported
//!  − away         ├─ leave ─┤      ├─ swap, who ─┤ ... ├─ back, with ─┤
//!  + stands in    ├─ cover ─┤      ├─ with ──────┤ ... ├─ who ────────┤
//!  = stays   ─────┤         ├──────┤                               what others are told
//!                  nobody: C of the same work stands in; else a defect
//! ```
//!
//! An arrangement, by the hour and by the command:
//!
//! ```text
//!  command │ to come               running               over
//! ─────────┼──────────────────────────────────────────────────────────────
//!  end     │ no time is left       over now              rejected
//!  another │ rejected where it would have somebody away who is promised to stand in, or to stand
//!          │ in who is away; allowed at any other time
//! ```
//!
//! An assistant studies besides, so a department says for how many hours of a week and of a night they
//! may be at work: in the working hours of what they hold and stand in at for who is on leave, and for
//! as long as they cover a post. Nobody is arranged to stand in for longer; whoever is at work for longer
//! without that is shown.
//!
//! Whoever is in [class](Class) is at work nowhere, and nobody arranges that they stand in then. Others are
//! told of the classes of the next weeks, and of the next ones each week.
//!
//! Of an item that needs training an assistant takes no work order before theirs is recorded.
//!
//! A time in which nobody is at work at a post is a defect of the roster and is shown; nobody's leave
//! is refused for it.

mod arrangement;
mod classes;
mod decide;
mod hours;
mod rejected;
mod stays;
mod training;

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, ArrangementId};
use events::words::{DepartmentId, PostId};
use jiff::Timestamp;

pub use arrangement::{Arrangement, Term, What};
pub use classes::{Class, Day, NotDay};
pub use decide::{Command, Cover, Event, Leave, Swap, Wanted, apply, on_command};
pub use hours::{Excess, REACHES_BACK, Span};
pub use rejected::Rejected;
pub use stays::{deputies, uncovered};
pub use training::Train;

/// Who holds which post, and what was arranged besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// Who holds each post that somebody holds.
    pub holders: BTreeMap<PostId, BTreeSet<AccountId>>,
    /// What was arranged: all that is not over, and what was not eight days ago.
    pub arrangements: BTreeMap<ArrangementId, Arrangement>,
    /// When each assistant is in class, in order: what is not over, and what was not eight days ago.
    pub classes: BTreeMap<AccountId, Vec<Term>>,
}

/// How somebody stands to the work of a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// They are at work at a post of it.
    AtWork,
    /// They hold a post of it, and are away.
    Away {
        /// Until when.
        until: Timestamp,
    },
    /// They hold no post of it, and stand in at none.
    Stranger,
}

impl Roster {
    /// Who holds a post, at work or not.
    pub fn holders_of(&self, post: &PostId) -> impl Iterator<Item = AccountId> {
        self.holders.get(post).into_iter().flatten().copied()
    }

    /// The posts that somebody holds.
    pub fn posts_of(&self, account: AccountId) -> impl Iterator<Item = &PostId> {
        let holds = move |(_, holders): &(_, &BTreeSet<_>)| holders.contains(&account);
        self.holders.iter().filter(holds).map(|(post, _)| post)
    }

    /// How somebody stands to the work of a department at an instant.
    pub fn presence(
        &self,
        account: AccountId,
        department: &DepartmentId,
        at: Timestamp,
    ) -> Presence {
        let covered = self.arrangements.values().filter_map(|one| match &one.what {
            What::Cover { post, .. } => Some(post),
            What::Leave { .. } | What::Swap { .. } => None,
        });
        let posts: BTreeSet<_> = self.holders.keys().chain(covered).collect();
        let mut theirs = posts.into_iter().filter(|post| post.department() == department);
        if theirs.any(|post| self.at_work(post, at).contains(&account)) {
            return Presence::AtWork;
        }
        if !self.posts_of(account).any(|post| post.department() == department) {
            return Presence::Stranger;
        }
        let absences = self.arrangements.values().filter_map(|one| one.absence(account));
        let absences = absences.chain(self.class_at(account, at));
        let until = absences.filter(|term| term.contains(at)).map(|term| term.until).max();
        until.map_or(Presence::Stranger, |until| Presence::Away { until })
    }

    /// The posts that an arrangement concerns: those at which it changes who is at work.
    pub fn concerned<'a>(&'a self, arrangement: &'a Arrangement) -> BTreeSet<&'a PostId> {
        match &arrangement.what {
            What::Leave { who, .. } => self.posts_of(*who).collect(),
            What::Swap { post, .. } | What::Cover { post, .. } => [post].into(),
        }
    }

    fn at_work(&self, post: &PostId, at: Timestamp) -> BTreeSet<AccountId> {
        self.at_work_as_told(post, at, Timestamp::MAX)
    }

    /// The same, as if there were no classes that begin from an instant on, of which others are not told
    /// yet.
    fn at_work_as_told(
        &self,
        post: &PostId,
        at: Timestamp,
        near: Timestamp,
    ) -> BTreeSet<AccountId> {
        let mut there: BTreeSet<_> = self.holders_of(post).collect();
        let running = || self.arrangements.values();
        there.extend(running().filter_map(|one| one.stands_in(self, post, at)));
        for one in running() {
            if let Some(away) = one.away(post, at) {
                there.remove(&away);
            }
        }
        let attends = |who| self.class_at(who, at).is_some_and(|class| class.from < near);
        there.retain(|account| !attends(*account));
        there
    }
}
