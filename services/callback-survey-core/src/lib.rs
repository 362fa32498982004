//! The decisions of callback-survey: who is called back when, and what the answers come to.
//!
//! A repair is not solved because the worker says so. Somebody who had no part in it asks the person
//! who reported it, at an hour when people may be called, and the first "not solved" takes the case
//! up again. So all of it is decided here, from a state and an argument, without a database, a
//! broker or a wall clock. The adapter locks the case, loads, asks, writes what follows and commits.
//!
//! ```text
//!            on_command, on_fact, on_wake                    apply
//!  State ───────────────────────────────────▶ [Event] ───────────────▶ State
//!                                                │ publish
//!                                                ▼
//!                                        events::Fact, for others
//! ```
//!
//! The case, in its cycle n:
//!
//! ```text
//!  fact \ state  │ new     idle              calling           judged            ended
//! ───────────────┼─────────────────────────────────────────────────────────────────────────────
//!  accepted      │ idle    noted             noted             noted             noted
//!  resolved(n)   │ noted   calling, if one   noted             noted             noted
//!                │         is due
//!  reopened(n+1) │ noted   idle in n + 1     withdrawn, idle   idle in n + 1     idle in n + 1
//!  closed(n)     │ noted   ended             withdrawn, ended  noted             noted
//!  unjoined      │ noted   all links of that person lead nowhere
//!  joined        │ noted   those of who was unjoined before lead there again; others noted
//!
//!  command       │
//! ───────────────┼─────────────────────────────────────────────────────────────────────────────
//!  attempt       │ no such callback          calling, or       no callback open
//!                │                           judged unreachable
//!                │                           by the last one
//!  answer        │ no such callback          judged, but for   kept; the first   kept
//!                │                           a "solved" by     "not solved"
//!                │                           link              judges again
//! ```
//!
//! A callback of an earlier cycle takes answers too: they are kept, and judge nothing any more.
//! One that was withdrawn takes none.
//!
//! Attempts are made within the hours of the item's policy, and at different times of day:
//! a second one within an hour of a day, and one after which the days and hours that the policy asks
//! for could not be reached with the attempts that are left, are refused with the time from which on
//! it would be right. Who let it ring twice in a minute has tried once, and such a pair would make
//! `unreachable` come sooner than anybody was really sought. Answers are never refused for the hour:
//! what somebody said is not to be lost.
//!
//! Whoever reported it may answer by a link too, which asks for no hour: once, and who said that it is
//! solved may still say that it is not. A "not solved" judges like any other; a "solved" is kept and
//! judges nothing, for the callback is made all the same: nobody knows who follows a link, and whoever
//! did the work may have reported it. A link is over when "not solved" would reopen nothing any more;
//! that of an earlier cycle says how it stands with the one that runs.
//!
//! A fact is never rejected: one that comes late or twice, or is about another cycle, is
//! [noted](Event::Noted) with its reason and changes nothing.

mod calling;
mod command;
mod decide;
mod event;
mod fact;
mod figures;
mod link;
mod next;
mod state;
#[cfg(test)]
mod tests;
mod wake;

pub use command::{Answer, Attempt, Command, Rejected, Through};
pub use decide::on_command;
pub use event::{Event, Reason, apply, publish};
pub use fact::{Fact, on_fact};
pub use figures::Figures;
pub use link::{Followed, Standing, Takes, follow};
pub use next::next;
pub use state::{Answered, Attempted, Call, Fate, Matter, Past, State, Survey};
pub use wake::{next_at, on_wake};
