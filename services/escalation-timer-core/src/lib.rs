//! The decisions of escalation-timer: clocks of what was promised, and the ladders that climb when
//! it is late.
//!
//! A promise that nobody watches is none. For each there is a clock, and when its due passes a
//! leader hears, and an interval later the one above, until it is *done*: acknowledging does not
//! stop it. Three things make this hard, and are decided here without a database, a broker or a wall
//! clock: the service may be away when a rung is due, it may hear late of what was done in time, and
//! a case may be reopened.
//!
//! ```text
//!     on_command, on_fact, on_wake                       apply
//!  State ───────────────────────────────────▶ [Event] ───────────────▶ State
//!    │ next_at: when to wake                     │ publish
//!    ▼                                           ▼
//!  the aggregate's row                   events::Fact, for others
//! ```
//!
//! The case:
//!
//! ```text
//!  fact \ state │ new       watching                                        ended
//! ──────────────┼──────────────────────────────────────────────────────────────────────────────
//!  accepted     │ watching  noted                                           noted
//!  offered      │ noted     arms the offer's clock to accept, stops the     noted
//!               │           work order's to adjudicate
//!  claimed,     │
//!  assigned,    │ noted     stops the offer's clock to accept               noted
//!  released     │
//!  disputed     │ noted     arms the work order's clock to adjudicate       noted
//!  asked        │ noted     arms the question's clock to reply, unless it    noted
//!               │           is the requester who is asked
//!  replied      │ noted     stops the question's clock to reply             noted
//!  arrived      │ noted     stops arrive, the first time                    noted
//!  held         │ noted     (held), and asks whether its clocks wait too    noted
//!  resumed,     │ noted     (held no more): what of its pause was not       noted
//!  released     │           needed is taken back
//!  done,        │ noted     the same, and stops what waited for this work    noted
//!  cancelled    │           order alone: accept, adjudicate, reply
//!  contained    │ noted     stops contain; complete is promised anew, the   noted
//!               │           first time: the urgent limit from then on
//!  urgency-     │ noted     each running clock gets its next promise;       noted
//!  changed      │           contain begins or ends
//!  replied to   │ noted     stops follow up, and arms the next              stops it, if
//!  its reporter │                                                           that was before
//!  completed(n) │ noted     stops all of cycle n but follow up, arms call   noted
//!               │           back, if this case is to be
//!  attempted,   │
//!  answered,    │ noted     stops call back                                 noted
//!  judged       │
//!  reopened(n)  │ noted     watching, if n is later: told one rung higher   the same
//!  closed       │ noted     ended, all stopped                              noted
//!  (announced)  │ nothing   what is provisional is counted anew: the next   nothing
//!               │           promise, or provisional no more
//!  (wake)       │ nothing   fires what was planned until now, in order;     nothing
//!               │           says once that a promise is at risk; refuses
//!               │           pauses that nobody decided in time
//! ```
//!
//! A command is done of a case that is watched, and of the clock that runs for what the requester was
//! told, unless it names another; else it is rejected and changes nothing.
//!
//! ```text
//!  command              │ by                      if                    then
//! ──────────────────────┼──────────────────────────────────────────────────────────────────────
//!  ask extension        │ the department          it is not due yet     asked
//!  approve extension    │ the policy's approver   asked                 the next promise
//!  refuse extension     │ the policy's approver   asked                 as before
//!  ask pause            │ the department          on hold, not asked,   asked, or granted by the
//!                       │                         not due yet           policy; or its evidence
//!  approve pause        │ the policy's approver   asked, not due yet    the same promise, later
//!  refuse pause         │ the policy's approver   asked                 as before
//!  extend               │ a leader who was told   -                     the next promise, from
//!                       │                                               the leader's rung
//!  take over            │ a leader who was told   no higher one did     told from the rung above
//!  order                │ a leader who was told   -                     the ladder runs on
//!  accept risk          │ of the top two, told    longer than before    the ladder rests
//! ```
//!
//! A leader was told if a rung of theirs has fired for the promise that holds: so nobody gives more
//! time before it is due but by an extension, and nobody who has not heard of it.
//!
//! A clock:
//!
//! ```text
//!          due passes: rung n, then n + 1 ... then the top again and again
//!            ┌───┐
//!            │   ▼            done, or the case ended
//!  armed ──▶ running ──────────────────────────────────▶ stopped, on time or not
//!                                                        and what had fired after it was done
//!                                                        is retracted
//! ```
//!
//! Every rung is planned from the due, never from the moment of waking: asleep or awake, the same
//! rungs fire with the same planned times, each once by (clock, promise, rung, round). A rung at whose
//! post nobody is at work is skipped at once to the next one that is filled; which those are, dispatch
//! says.
//!
//! Several work orders of a cycle share the clocks of the case: the first who comes stops arrive, the
//! first who makes it safe stops contain, and complete runs until all are done. Each offer has its own
//! clock to accept. A pause for one of them rests the clocks of the case, for it is not done without
//! that one.
//!
//! To follow up is promised to who reported the case: at receipt, if the policy does, and with each
//! answer that is not the last. Only an answer keeps it, not that the work is done; each such promise has
//! a clock of its own, and no urgency moves it (`docs/adr/0014-a-clock-for-each-answer.md`).
//!
//! What kept a promise may be heard of after the case has ended, or after another end of the clock:
//! of two ends the earlier one counts, and what had fired after it is retracted then.
//!
//! A clock holds numbered promises. The one that was made last plans the rungs, by the urgency that
//! it names or else by the case's; whether the clock was on time is said of the first.
//!
//! A hold moves no clock: it asks, and only a pause that is granted does. It begins with the hold and
//! ends when the work goes on, or at the cap; the same promise holds until later, by the counted time
//! that the pause takes away. A promise that is late by then stays so: a pause is granted before the
//! due or not at all. Where the policy names nobody to decide, it grants pauses by itself, and its cap is
//! one for all holds of a work order for the same reason in a cycle. An extension makes the next promise
//! instead.
//!
//! A case keeps the rules by which it was accepted, but for one thing: nobody knows the holidays of a
//! year that is not announced. What was promised beyond is provisional, and when that year comes it is
//! counted anew by its calendar, and so is all that follows for the case.
//!
//! A fact is never rejected: one that comes late or twice is [noted](Event::Noted) with its reason
//! and changes nothing.

mod announced;
mod apply;
mod clocks;
mod command;
mod decide;
mod event;
mod fact;
mod follow;
mod hold;
mod ladder;
mod pausing;
mod rejected;
mod state;
#[cfg(test)]
mod tests;
mod wake;
mod warning;

pub use announced::{is_provisional, on_announced};
pub use apply::apply;
pub use command::{
    AcceptRisk, AskExtension, AskPause, Command, DecidePause, Extend, OfLeader, Speaker,
};
pub use decide::on_command;
pub use event::{Event, Reason, Watched, publish};
pub use fact::{Fact, on_fact, on_fact_among, posts_told};
pub use hold::{Hold, Pause, Rested};
pub use rejected::Rejected;
pub use state::{
    Extension, Fired, Moved, Paused, Planned, Promise, Rest, Run, State, TakenOver, Timer, Warning,
    Watch,
};
pub use wake::{Wake, next_at, on_wake, posts_above};
