//! The decisions that keep "nothing accepted is lost" true, without a database or a broker.
//!
//! `delivery` performs them on Postgres and JetStream; the simulator in `tests/sim` performs the
//! same ones on a store and a broker in memory that drop, double, reorder and forget.
//!
//! ```text
//!   command ── one transaction ──> state + outbox + pending          (delivery)
//!                                        │
//!                     relay: one writer per stream, fenced by the stream's last sequence
//!                                        │   Relay::step(outcome) -> Act
//!                                        v
//!                                    JetStream                       may lose, double, reorder
//!                                        │
//!                     inbox: compare with the head of (source, key)
//!                                        │   judge(header, known) -> Verdict
//!                                        v
//!                  one transaction ──> effect + head                 (delivery)
//! ```
//!
//! Three facts carry the guarantee. Postgres is the truth, so what the broker lost is put back from
//! the outbox. The stream refuses a publish whose expected last sequence is not its own, so resends
//! and rival leaders are harmless. And the head of a key moves in the transaction of its effect, so
//! each event takes effect once and in order, however often it arrives.

mod inbox;
mod relay;
mod tries;

pub use inbox::{
    Header, Kept, Known, Missing, REDELIVER_AFTER, Readable, Stuck, Verdict, Wait, in_the_end,
    judge, missing,
};
pub use relay::{
    AGED_OUT, ATOMIC_BATCH, Act, Found, Lane, Lost, MAX_AGE, ONE_BY_ONE, Observed, Outcome,
    Pending, Publication, RECENT, Recorded, Relay, Settlement, lane,
};
pub use tries::{Fault, MAX_TRIES, TryAgain, after_own_fault, halves, of_sqlstate, pause};
