use clock::{AccountId, ArrangementId, Ids};
use definitions::Rules;
use events::words::PostId;
use jiff::Timestamp;
use serde::Serialize;

use super::{Arrangement, Rejected, Roster, Term, What};

/// What may be asked of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Somebody goes on leave.
    Leave(Leave),
    /// Two of a post swap turns.
    Swap(Swap),
    /// Somebody stands in at a post.
    Cover(Cover),
    /// An arrangement is over, or is not to be.
    End {
        /// Which.
        id: ArrangementId,
    },
}

/// A time that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// From when; from now on if it is not said.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
}

/// Somebody goes on leave from all posts that they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Who.
    pub who: AccountId,
    /// When.
    pub when: Wanted,
    /// Who stands in at all these posts, if anybody does.
    pub cover: Option<AccountId>,
}

/// Two who hold a post swap turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// Where.
    pub post: PostId,
    /// Whose turn is taken first.
    pub who: AccountId,
    /// By whom.
    pub with: AccountId,
    /// When.
    pub when: Wanted,
    /// When it is given back.
    pub back: Wanted,
}

/// Somebody stands in at a post that they do not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Where.
    pub post: PostId,
    /// Who.
    pub by: AccountId,
    /// When.
    pub when: Wanted,
}

/// What became of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It is arranged.
    Arranged(Arrangement),
    /// It ended early; of what is to come no time is left.
    Ended {
        /// Which.
        id: ArrangementId,
        /// When.
        at: Timestamp,
    },
}

/// Changes the roster by what happened.
pub fn apply(roster: &mut Roster, event: &Event) {
    match event {
        Event::Arranged(arrangement) => {
            roster.arrangements.insert(arrangement.id, arrangement.clone());
        }
        Event::Ended { id, at } => {
            if let Some(arrangement) = roster.arrangements.get_mut(id) {
                *arrangement = arrangement.clone().ended(*at);
            }
        }
    }
}

/// Decides on a command.
pub fn on_command(
    roster: &Roster,
    rules: &Rules,
    command: &Command,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Event, Rejected> {
    let (term, what) = match command {
        Command::Leave(leave) => roster.leave(leave, now)?,
        Command::Swap(swap) => roster.swap(rules, swap, now)?,
        Command::Cover(cover) => roster.cover(rules, cover, now)?,
        Command::End { id } => return roster.end(*id, now),
    };
    let arrangement = Arrangement { id: ids.id(), term, what };
    roster.may_stand_in(rules, &arrangement)?;
    Ok(Event::Arranged(arrangement))
}

const FIRST: [&str; 2] = ["from", "until"];
const BACK: [&str; 2] = ["back_from", "back_until"];

impl Roster {
    fn leave(&self, leave: &Leave, now: Timestamp) -> Result<(Term, What), Rejected> {
        let Leave { who, when, cover } = *leave;
        let term = is_to_come(when, FIRST, now)?;
        self.holds_a_post("account", who)?;
        self.can_be_away("from", who, term)?;
        if let Some(cover) = cover {
            is_another("cover", who, cover)?;
            self.holds_a_post("cover", cover)?;
            self.is_there("cover", cover, term)?;
        }
        Ok((term, What::Leave { who, cover }))
    }

    fn swap(&self, rules: &Rules, swap: &Swap, now: Timestamp) -> Result<(Term, What), Rejected> {
        let Swap { ref post, who, with, when, back } = *swap;
        is_known(rules, post)?;
        let term = is_to_come(when, FIRST, now)?;
        let back = is_to_come(back, BACK, now)?;
        if term.overlaps(back) {
            return Err(Rejected::TurnsOverlap);
        }
        is_another("with", who, with)?;
        self.is_of_the_post("account", who, post)?;
        self.is_of_the_post("with", with, post)?;
        self.can_be_away("from", who, term)?;
        self.is_there("with", with, term)?;
        self.can_be_away("back_from", with, back)?;
        self.is_there("back_from", who, back)?;
        Ok((term, What::Swap { post: post.clone(), who, with, back }))
    }

    fn cover(
        &self,
        rules: &Rules,
        cover: &Cover,
        now: Timestamp,
    ) -> Result<(Term, What), Rejected> {
        let Cover { ref post, by, when } = *cover;
        is_known(rules, post)?;
        let term = is_to_come(when, FIRST, now)?;
        self.holds_a_post("by", by)?;
        if self.holders_of(post).any(|holder| holder == by) {
            return Err(Rejected::HoldsIt { who: by, post: post.clone() });
        }
        self.is_there("by", by, term)?;
        Ok((term, What::Cover { post: post.clone(), by }))
    }

    fn end(&self, id: ArrangementId, now: Timestamp) -> Result<Event, Rejected> {
        let unknown = || Rejected::NoSuchArrangement { id };
        let arrangement = self.arrangements.get(&id).ok_or_else(unknown)?;
        let (what, at) = (arrangement.what.word(), arrangement.over_at());
        if at <= now {
            return Err(Rejected::AlreadyOver { what, at });
        }
        Ok(Event::Ended { id, at: now })
    }

    fn holds_a_post(&self, field: &'static str, who: AccountId) -> Result<(), Rejected> {
        match self.posts_of(who).next() {
            Some(_) => Ok(()),
            None => Err(Rejected::HoldsNoPost { field, who }),
        }
    }

    fn is_of_the_post(
        &self,
        field: &'static str,
        who: AccountId,
        post: &PostId,
    ) -> Result<(), Rejected> {
        if self.holders_of(post).any(|holder| holder == who) {
            return Ok(());
        }
        Err(Rejected::NotOfThePost { field, who, post: post.clone() })
    }

    /// Refuses an absence of who is away then already, or was promised to stand in then.
    fn can_be_away(
        &self,
        field: &'static str,
        who: AccountId,
        wanted: Term,
    ) -> Result<(), Rejected> {
        if let Some(term) = self.absence(who, wanted) {
            return Err(Rejected::AlreadyAway { field, who, term });
        }
        let mut duties = self.arrangements.values().filter_map(|one| one.duty(who));
        match duties.find(|term| term.overlaps(wanted)) {
            Some(term) => Err(Rejected::StandsInThen { field, who, term }),
            None => Ok(()),
        }
    }

    /// Refuses as a stand-in who is away then, or in class.
    fn is_there(&self, field: &'static str, who: AccountId, wanted: Term) -> Result<(), Rejected> {
        if let Some(term) = self.absence(who, wanted) {
            return Err(Rejected::AwayThen { field, who, term });
        }
        match self.classes_of(who).iter().find(|class| class.overlaps(wanted)) {
            Some(class) => Err(Rejected::InClass { field, who, term: *class }),
            None => Ok(()),
        }
    }

    /// When somebody is away within a term.
    fn absence(&self, who: AccountId, wanted: Term) -> Option<Term> {
        let mut absences = self.arrangements.values().filter_map(|one| one.absence(who));
        absences.find(|term| term.overlaps(wanted))
    }
}

fn is_known(rules: &Rules, post: &PostId) -> Result<(), Rejected> {
    match rules.post(post) {
        Some(_) => Ok(()),
        None => Err(Rejected::NoSuchPost { post: post.clone() }),
    }
}

fn is_to_come(
    wanted: Wanted,
    [begins, ends]: [&'static str; 2],
    now: Timestamp,
) -> Result<Term, Rejected> {
    let (from, until) = (wanted.from.unwrap_or(now), wanted.until);
    if from < now {
        return Err(Rejected::InThePast { field: begins, from });
    }
    if until <= from {
        return Err(Rejected::EndsBeforeItBegins { field: ends, from, until });
    }
    Ok(Term { from, until })
}

fn is_another(field: &'static str, who: AccountId, other: AccountId) -> Result<(), Rejected> {
    if who == other { Err(Rejected::Themselves { field }) } else { Ok(()) }
}
