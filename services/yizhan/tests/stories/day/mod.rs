//! A day of 200 cases, on which everything is killed once.
//!
//! ```text
//!  desks ──> cases      plumbers ──> claim, complete      quality ──> solved, or not: once more
//!    └ each command again under its key until it is answered, as any good client does
//!
//!  meanwhile   intake, dispatch, escalation-timer ────── killed, started again
//!              the broker ────────────────────────────── killed, its store deleted, started again
//!              callback-survey, notification, portal ─── killed, started again
//!
//!  evening     ledger: lost, doubled, still open?
//! ```

mod ledger;
mod people;

use std::sync::Arc;

use events::words::Service;
use serde_json::json;

use crate::{campus::Campus, person::Person};
use ledger::Ledger;
use people::{Absence, People};

/// Cases that are reported before, and while, each thing is killed.
const BATCH: usize = 25;

/// What goes wrong, in this order.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    Killed(Service),
    StoreDeleted,
}

const MISHAPS: [Mishap; 7] = [
    Mishap::Killed(Service::Intake),
    Mishap::Killed(Service::Dispatch),
    Mishap::Killed(Service::EscalationTimer),
    Mishap::StoreDeleted,
    Mishap::Killed(Service::CallbackSurvey),
    Mishap::Killed(Service::Notification),
    Mishap::Killed(Service::Portal),
];

/// One batch for each mishap, and one after the last.
const CASES: usize = BATCH * (MISHAPS.len() + 1);

#[test]
fn of_200_cases_none_is_lost_and_none_is_doubled_while_everything_is_killed_in_turn() {
    assert_eq!(CASES, 200);
    let campus = Campus::in_processes();
    campus.clock_to("10:00");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let people = Arc::new(People::of(&campus));
    let mut day = runtime.spawn(people.clone().work_through(CASES));
    for (batches, mishap) in MISHAPS.into_iter().enumerate() {
        people.may_report(BATCH);
        runtime.block_on(async {
            tokio::select! {
                ended = &mut day => panic!("the day ended early: {ended:?}"),
                () = people.have_reported(BATCH * batches + BATCH / 2) => {}
            }
        });
        happens(&campus, mishap, || runtime.block_on(people.notice(mishap.shows())));
        campus.jump("30m");
    }
    people.may_report(BATCH);
    let accepted = runtime.block_on(day).unwrap();
    campus.settle();

    let auditor = Person::of(&campus, "auditor");
    let ledger = runtime.block_on(Ledger::read(&auditor));
    assert_eq!(accepted.len(), CASES);
    assert_eq!(ledger.lost(&accepted), [""; 0]);
    assert_eq!(ledger.nobodys(&accepted), [""; 0]);
    assert_eq!(ledger.open(), [""; 0]);
    assert_eq!(ledger.doubled(), [""; 0]);
    let letters = campus.account("admin").asks("dlq ls");
    assert_eq!(letters, json!({ "letters": [], "silent": [] }));
}

impl Mishap {
    const fn shows(self) -> Absence {
        match self {
            Self::Killed(
                Service::Intake | Service::Dispatch | Service::CallbackSurvey | Service::Portal,
            ) => Absence::NoAnswer,
            Self::Killed(Service::EscalationTimer | Service::Notification) | Self::StoreDeleted => {
                Absence::Missed
            }
        }
    }
}

/// Nothing comes back before it was missed: a mishap that hits nobody is none.
fn happens(campus: &Campus, mishap: Mishap, until_noticed: impl FnOnce()) {
    match mishap {
        Mishap::Killed(service) => {
            campus.kill(service);
            until_noticed();
            campus.serve(service);
        }
        Mishap::StoreDeleted => {
            let mut broker = campus.broker();
            broker.kill();
            broker.delete_store();
            until_noticed();
            broker.start();
        }
    }
}
