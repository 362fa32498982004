//! The decisions of intake: what is accepted and promised, and when a case is resolved, closed or
//! reopened.
//!
//! Whoever reports a burst pipe is told, before the call ends, how urgent it is and until when it
//! will be repaired; and whatever dispatch and callback-survey say later, and however often, the
//! case has one end or one more cycle. So all of it is decided here, from a state and an argument,
//! without a database, a broker or a wall clock. The adapter locks the case, loads, asks, writes
//! what follows and commits.
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
//!  command \ state │ new           open             resolved           closed
//! ─────────────────┼──────────────────────────────────────────────────────────────────────────
//!  accept          │ open          already          already            already accepted
//!  withdraw        │ no such case  closed           case completed     case closed
//!  reopen          │ no such case  case open        callback pending   open in n + 1, in time
//!  chase           │ no such case  counted          case completed     case closed
//!  join            │ no such case  counted in;      case completed     case closed
//!                  │               may be raised
//!  close as        │ no such case  closed, of no    case completed     case closed
//!                  │               other cycle
//!  absorb          │ no such case  joins all        case completed     case closed
//!  note, unjoin    │ no such case  done             done               done
//!  reply           │ no such case  told             told; closed, if   case closed
//!                  │                                it is the last and
//!                  │                                nobody calls back
//!  urgency         │ no such case  raised, lowered  case completed     case closed
//!  join incident   │ no such case  counted in       case completed     case closed
//!  update incident │ no such case  told to all      case completed     case closed
//!  close incident  │ no such case  closed, told     case completed     case closed
//!                  │               to all
//!
//!  fact \ state    │
//! ─────────────────┼──────────────────────────────────────────────────────────────────────────
//!  completed(n)    │ noted         resolved, or     noted              noted
//!                  │               closed if nobody
//!                  │               is called back or
//!                  │               waits for a reply
//!  judged(n)       │ noted         noted            closed; not        not solved: open in
//!                  │                                solved: open in    n + 1, in time
//!                  │                                n + 1
//! ```
//!
//! *In time* is what the item's policy allows after such an end, counted from the closing to when
//! the person spoke, not to when we heard: an outage of ours takes nobody's right away.
//!
//! An incident (突发事件) is a case that also knows which places it touches and until when it is
//! expected to last, so it has one number, one work order, one promise and one end for all who call:
//! sixty calls about one burst main are sixty reporters of one case, and send one crew. What was
//! reported at these places before, as cases of their own, is closed as its duplicate. Its reporters
//! are told when they join, when what is known changes, and when it is over; over it is when its
//! work is completed, which is called back as any, or when who may says so, which is not: all were
//! told, and whoever still waits says "not solved" as after any end. The three commands are refused
//! for a case that is none, and none of its reporters withdraws it for the others
//! (`docs/adr/0010-an-incident-is-a-case.md`). Nor does one of several who reported any other case: the
//! desk takes whoever does not want it any more off it, and may withdraw it for all.
//!
//! An answer to whoever reported a case is not its work. Each may promise the next, and the policy may
//! promise the first at receipt (to follow up): then the case waits for it, whatever was completed
//! (`docs/adr/0014-a-clock-for-each-answer.md`).
//!
//! An alarm (报警) is a case of an item for alarms, and critical (`docs/adr/0011-alarms.md`). Alerting
//! is notification's.
//!
//! A fact is never rejected: one that comes late or twice, or is about another cycle, is
//! [noted](Event::Noted) with its reason and changes nothing.
//!
//! Names, numbers and words of people are no part of it: persons are ids, and the text of a report
//! is looked at once, for its urgency, and not kept here.

mod command;
mod contact;
mod cycle;
mod decide;
mod event;
mod fact;
mod incident;
mod rejected;
mod state;
#[cfg(test)]
mod tests;
mod urgency;
mod wake;

pub use command::{
    Absorb, Accept, Actor, ChangeUrgency, Chase, CloseAs, CloseIncident, Command, Disposal, Join,
    JoinIncident, Note, Reopen, Reply, Unjoin, UpdateIncident, Verb, Withdraw,
};
pub use contact::{Contact, log};
pub use decide::on_command;
pub use event::{Event, Kept, Reason, apply, contact, publish};
pub use fact::{Fact, on_fact};
pub use incident::read_out;
pub use rejected::{OpenLinked, Rejected, Violation};
pub use state::{Case, Chased, Closing, Ground, Incident, Instead, Replied, Resolution, State};
pub use wake::{next_at, on_wake};
