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
//!            on_fact, on_wake                            apply
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
//!  arrived      │ noted     stops arrive, the first time                    noted
//!  contained    │ noted     stops contain; complete is promised anew, the   noted
//!               │           first time: the urgent limit from then on
//!  urgency-     │ noted     each running clock gets its next promise;       noted
//!  changed      │           contain begins or ends
//!  completed(n) │ noted     stops all of cycle n, arms call back            noted
//!  attempted,   │
//!  answered,    │ noted     stops call back                                 noted
//!  judged       │
//!  reopened(n)  │ noted     watching, if n is later: told one rung higher   the same
//!  closed       │ noted     ended, all stopped                              noted
//!  (wake)       │ nothing   fires what was planned until now, in order      nothing
//! ```
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
//! rungs fire with the same planned times, each once by (clock, promise, rung, round).
//!
//! A clock holds numbered promises. The one that was made last plans the rungs, by the urgency that
//! it names or else by the case's; whether the clock was on time is said of the first.
//!
//! What holds a work order, or lets it go on, moves no clock: time stops only for a pause that was
//! granted, which begins and ends by facts of its own. So `held` and `resumed` are not read.
//!
//! A fact is never rejected: one that comes late or twice is [noted](Event::Noted) with its reason
//! and changes nothing. Nobody commands clocks yet, so there is no `on_command`.

mod clocks;
mod event;
mod fact;
mod follow;
mod ladder;
mod state;
#[cfg(test)]
mod tests;
mod wake;

pub use event::{Event, Reason, Watched, apply, publish};
pub use fact::{Fact, on_fact};
pub use state::{Fired, Planned, Promise, Run, State, Timer, Watch};
pub use wake::{Wake, next_at, on_wake};
