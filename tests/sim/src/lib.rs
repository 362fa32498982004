//! Two worlds in memory in which the decisions of Yizhan run while everything goes wrong, thousands of
//! times a minute.
//!
//! A person thinks of ten ways in which a promise could be lost; a seed thinks of the eleventh. Each
//! world makes its seed choose who acts, who hears what when, and what breaks; then the faults stop,
//! and an account that asks none of the decisions says in words what must not be. The same seed gives
//! the same run, so that a red seed is a test.
//!
//! ```text
//!  delivery                                    repairs
//!  the order of facts                          the whole life of a repair
//!
//!  three toy services                          intake, dispatch, escalation-timer and
//!    │ relay: a leader, rivals                 callback-survey, each by its own core
//!    ▼                                           │ outbox        ▲ inbox
//!  a broker that wipes, crashes and forgets      ▼               │
//!    │ inbox: groups, gaps, dead letters       a post office that is late, doubles and loses
//!    ▼                                           ▲ commands, sent again and at once
//!  nothing lost, doubled or out of order       requesters, workers, leaders, callers; nights
//!                                                and weekends pass
//!
//!  decides: delivery-core                      decide: the four cores, and delivery-core's judge
//! ```
//!
//! [`delivery`] asks whether a fact takes effect once and in order, down to the stream's sequences;
//! [`repairs`] takes that judgement as given and asks whether the services then agree with each other
//! and with what people did. In both a mistake can be planted, to show that the world finds it.
//!
//! ```sh
//! cargo test --package sim                                                    # 500 and 1,000 seeds
//! ./yizhan sim 10000
//! SIM_SEED=4711 cargo test --package sim --test repairs whatever              # one, if it is red
//! ```

mod dice;

pub mod delivery;
pub mod repairs;
