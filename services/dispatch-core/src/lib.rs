//! The decisions of dispatch: which department works on a case, who does it, and when it is done.
//!
//! Two handlers reach for the same work order, a requester withdraws while the tap is being
//! tightened, a fact comes twice or after its case has ended: whatever happens, exactly one of the
//! possible orders is on record, and everybody is told that one. So all of it is decided here, from
//! a state and an argument, without a database, a broker or a wall clock. The adapter locks the
//! case, loads, asks, writes what follows and commits.
//!
//! ```text
//!            on_command, on_fact, on_wake                    apply
//!  State ───────────────────────────────────▶ [Event] ───────────────▶ State
//!                                                │ publish
//!                                                ▼
//!                                        events::Fact, for others
//! ```
//!
//! The case:
//!
//! ```text
//!  fact \ state │ new       working                 done                    ended
//! ──────────────┼───────────────────────────────────────────────────────────────────────────────
//!  accepted     │ working   noted                   noted                   noted
//!  reopened(n)  │ noted     working, if n is later  working, if n is later  working, if n is later
//!  closed       │ noted     ended, all cancelled    ended                   noted
//!  rung fired   │ noted     its post may see it     its post may see it     its post may see it
//!  urgency-     │ noted     listed and offered by   listed by it            noted
//!  changed      │           it from then on
//!  joined,      │ noted     its reporters may    the same                the same
//!  unjoined     │           answer
//!  pause        │ noted     shown with what is on   noted                   noted
//!               │           hold, else noted
//!
//!  command      │ no such   by the work order       by the work order       case closed
//!               │           │
//!               │           └─ the last open one completed ──▶ done
//!  (wake)       │ nothing   by the work order       nothing                 nothing
//! ```
//!
//! A work order. Who has it goes on with it, and nobody else (`*`):
//!
//! ```text
//!  command \ state │ offered    claimed,     in progress  contained    on hold     disputed
//!                  │            assigned
//! ─────────────────┼─────────────────────────────────────────────────────────────────────────
//!  claim           │ claimed    -            -            -            -           -
//!  assign          │ assigned   assigned (1) -            -            -           -
//!  arrive *        │ -          in progress  -            -            -           -
//!  contain *       │ -          -            contained(2) -            -           -
//!  hold *          │ -          on hold      on hold      on hold      -           -
//!  resume *        │ -          -            -            -            as before   -
//!  complete *      │ -          completed(3) completed    completed    completed   -
//!  transfer (4)    │ offered, or disputed if it was refused before ──────────────  -
//!  return (4)      │ offered to where it came from, the second time disputed ────  -
//!  reassign (4)    │ offered elsewhere, or anew where somebody has it ───────────  -
//!  split           │ as before, and a part of it offered to another post ───────  -
//!  merge           │ cancelled, and its part another's of the case (4) ─────────  -
//!  adjudicate      │ -          -            -            -            -           offered (5)
//!  ask *           │ -          asked        asked        asked        asked       -
//!  ask (7)         │ asked      asked        asked        asked        asked       -
//!  answer          │ answered, once ───────────────────────────────────────────────────────────
//!  (wake)          │ -          offered (6)  -            -            -           -
//!  (case ended)    │ cancelled ──────────────────────────────────────────────────────────────
//!
//!  -  rejected, with the state and the way out; so is all of a completed or cancelled one
//!  1  to another than who has it
//!  2  critical ones only
//!  3  without an arrival: allowed, and shown
//!  4  once it was adjudicated it leaves its post no more; what moves is released first: the offer that
//!     ended, and who had it
//!  5  final: whoever gets it can hand it on no more
//!  6  released: nobody came or held it until the limit to arrive, counted from the claim, from the
//!     assignment, or from the end of a hold before the arrival; with more haste, from when that is heard,
//!     if it is sooner
//!  7  what the desk asks the department that has it
//! ```
//!
//! A return is a refusal; after one, any further return or transfer is the second, and who stands
//! above the posts decides. To transfer it back where it came from is a return by
//! another name, so that is rejected. The dispatcher's reassignment refuses nothing and leaves
//! nothing to return; a disputed one it does not touch, and an adjudicated one it only takes from
//! its worker. However often a work order moves, the clocks to arrive, to contain and to complete
//! are the case's and run on.
//!
//! A case is done when every open work order of its cycle is. A burst pipe under a socket is the
//! plumbers' and the electricians': who has the work splits a part off for another post, with words
//! of what is asked there. The part is one work order more of the same cycle, with an offer and so a
//! clock to accept of its own; its post may give it back to where it was split off, as if it had been
//! transferred. A post has one part of a case at a time from a split, and a case at most eight.
//!
//! ```text
//!        split                      merge
//!   A ──────────▶ A ───────────────────────▶ A   goes on with both parts
//!            └──▶ B, offered elsewhere ──┘   B   cancelled; its workers stay workers of the cycle
//! ```
//!
//! A merge undoes no decision: what was adjudicated goes nowhere, though another may go into it, and
//! what is disputed or over takes nothing up. The questions of what was merged nobody answers any more,
//! as of all that is over: who asked has the work no longer, and who goes on asks what they need. A
//! merge never ends a cycle, for the one that it goes into is open. Whoever worked on what was merged
//! does not call back either.
//!
//! Desk, department and requester ask each other inside a case. A question changes nothing of the work
//! and stops no clock: who cannot go on without the answer holds it besides. It is answered once, and
//! goes with the work order to whichever post has it; what nobody answered until the end of the work,
//! nobody answers any more.
//!
//! A complaint is a case too, and never goes to whom it is about: whoever had a part in the work
//! complained of is [`Concerned`], the post as well as the person at whichever post they are now.
//!
//! A fact is never rejected: one that comes late or twice is [noted](Event::Noted) with its reason
//! and changes nothing.

pub mod checklist;
mod command;
mod concern;
mod decide;
mod event;
mod fact;
pub mod handover;
mod offer;
mod order;
mod question;
mod rejected;
pub mod roster;
mod state;
#[cfg(test)]
mod tests;
mod wake;

pub use command::{
    Adjudicate, Answer, Arrive, Ask, Assign, Claim, Command, Complete, Contain, Hold, Merge,
    Reassign, Resume, Return, Split, Transfer,
};
pub use concern::Concerned;
pub use decide::on_command;
pub use event::{Event, Reason, apply, publish};
pub use fact::{Fact, on_fact};
pub use order::{Offer, Order, Pause, Release, Status, Taken};
pub use question::{Answered, Question};
pub use rejected::Rejected;
pub use state::{State, Work};
pub use wake::{next_at, on_wake};
