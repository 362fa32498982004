//! Who is told what by which fact, and in which words. No input or output.
//!
//! ```text
//!  fact               │ its reporters   its post            a leader's post
//! ────────────────────┼────────────────────────────────────────────────────
//!  case.accepted      │ accepted
//!  case.joined        │ accepted, who is new
//!  workorder.offered  │                 offered
//!  workorder.claimed  │ claimed
//!  workorder.assigned │ claimed         assigned, by name
//!                     │                 relieved (4)
//!  workorder.released │                 relieved (4)        unclaimed, its head's, if nobody came
//!  workorder.held     │ held, or appointment
//!  workorder.contained│ made-safe (2)
//!  workorder.cancelled│                 part-given and
//!                     │                 part-taken, if it
//!                     │                 was merged; else
//!                     │                 relieved, or the
//!                     │                 post, if nobody
//!                     │                 was to do it
//!  case.urgency-      │
//!       changed       │                 raised, if there    returned-twice, who decides',
//!                     │                 is more haste       of what is not decided
//!  case.replied       │ replied, or replied-for-now
//!  workorder.asked    │ asked (1)       asked-inside, or    the desk's, of what is restricted
//!                     │                 the desk
//!  workorder.answered │                 answered, or        the desk's, of what is restricted
//!                     │                 the desk; and by
//!                     │                 name who asked
//!  case.promise-moved │ promised, if    extension-granted
//!                     │ that has moved
//!  case.pause-asked   │                                     pause-asked, who decides'
//!  case.pause-granted │                 pause-granted
//!  case.pause-refused │                 pause-refused
//!  case.extension-    │
//!       asked         │                                     extension-asked, who decides'
//!       refused       │                 extension-refused
//!  case.completed     │ completed
//!  case.callback-due  │ survey, who has a link
//!  case.reopened      │ reopened
//!  case.chased        │                 chased              chased-again, its head's
//!  case.ordered       │                 ordered
//!  workorder.disputed │                                     returned-twice, its head's
//!                     │                                     and who decides'
//!  case.at-risk       │                 at-risk (3)
//!  case.rung-fired    │                 overdue (3), first  rung; unclaimed, the first of an
//!                     │                                     offer, its head's
//!  case.rung-told     │                                     not-solved
//!  case.rung-retracted│                                     repaired, if it is
//!  all others         │ nobody
//!
//!  1  the desk asks those who left no name, and who waits for the end of an incident
//!  2  as soon as no other work order of it is dangerous: by this one, or because that one is over
//!  3  of an answer that is owed, the posts that have work in the department that promised it; if none
//!     has, the desk
//!  4  by name, who was to do it before, unless it was they who said so
//! ```
//!
//! A case may have several work orders. What is about one of them is told to its post, and what is about
//! the case to each post that has one. With a work order that goes to another department go the questions
//! that its department was asked: the post is told of each (`asked-inside`) as it is of the offer.
//!
//! The reporters of an incident hear of it so, and of what moves on the way nothing:
//!
//! ```text
//!  case.accepted         │ incident-joined
//!  case.joined           │ incident-joined, who is new; incident-ended, once it is over
//!  case.incident-updated │ incident-changed, until it is over
//!  case.completed,       │
//!  case.closed           │ incident-ended, at the first of them
//!  case.reopened         │ reopened
//! ```
//!
//! Of an alarm guards and counsellor are alerted, step by step (`crate::alarm`), which says all that an
//! offer would; who reported it spoke to somebody, and is told nothing. Of a person at risk nobody is
//! told anything but those who handle it: the posts that its policy alerts. Those that it alerts at
//! once are told `alarm-ended` by case.completed, for it may be one of them that ends it.
//!
//! A desk that was left and not taken over is about no case: `desk-untaken` tells the post that it
//! answers to.
//!
//! A fact about an earlier cycle than the one that runs tells nobody: its requester has been told
//! more since. Who reported without a name is told nothing, and the case goes its way all the same.

mod addressee;
mod hear;
mod matter;
mod render;
#[cfg(test)]
mod tests;

use addressee::Addressee;
pub(crate) use addressee::{is_told, through_the_desk};
#[cfg(test)]
pub(crate) use hear::Rung;
pub(crate) use hear::{Heard, Notice, Says, hear};
pub(crate) use matter::Matter;
pub(crate) use render::{Words, of_desk, words};
