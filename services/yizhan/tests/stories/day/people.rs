//! Those who work through the day.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use crate::{campus::Campus, person::Person};

/// Far longer than the day takes; what is not done by then is what the ledger is for.
const DAY: Duration = Duration::from_mins(4);
/// Longer than it takes until somebody needs what is away.
const NOTICE: Duration = Duration::from_mins(1);
/// Where somebody found nothing to do.
const PAUSE: Duration = Duration::from_millis(100);

/// Why a colleague or a requester was faster.
const TOO_LATE: [&str; 4] =
    ["already-claimed", "already-completed", "case-closed", "work-order-cancelled"];

/// How it shows that something is away.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absence {
    /// It is asked.
    NoAnswer,
    /// Things happen that it is to hear of.
    Missed,
}

pub(super) struct People {
    desks: [Person; 2],
    plumbers: [Person; 2],
    quality: Person,
    /// What may be reported now.
    reports: Semaphore,
    /// The numbers that were told.
    accepted: watch::Sender<BTreeSet<String>>,
}

impl People {
    pub(super) fn of(campus: &Campus) -> Self {
        let person = |name| Person::of(campus, name);
        Self {
            desks: ["desk-1", "desk-2"].map(person),
            plumbers: ["plumber-1", "plumber-2"].map(person),
            quality: person("quality"),
            reports: Semaphore::new(0),
            accepted: watch::Sender::new(BTreeSet::new()),
        }
    }

    /// Lets so many more cases be reported.
    pub(super) fn may_report(&self, cases: usize) {
        self.reports.add_permits(cases);
    }

    /// Until so many cases are accepted.
    pub(super) async fn have_reported(&self, cases: usize) {
        let enough = |accepted: &BTreeSet<String>| accepted.len() >= cases;
        self.accepted.subscribe().wait_for(enough).await.unwrap();
    }

    /// Until somebody has no answer from what is away, or another case is accepted behind its back.
    pub(super) async fn notice(&self, absence: Absence) {
        let (repeated, accepted) = (self.repeated(), self.accepted.borrow().len());
        let is_noticed = || match absence {
            Absence::NoAnswer => self.repeated() > repeated,
            Absence::Missed => self.accepted.borrow().len() > accepted,
        };
        let noticed = async {
            while !is_noticed() {
                sleep(PAUSE / 10).await;
            }
        };
        assert!(timeout(NOTICE, noticed).await.is_ok(), "it is away and nobody notices");
    }

    /// How often somebody had no answer.
    fn repeated(&self) -> usize {
        let all = self.desks.iter().chain(&self.plumbers).chain([&self.quality]);
        all.map(Person::repeated).sum()
    }

    /// Reports so many cases and works until all of them have ended, or the day has; the numbers.
    pub(super) async fn work_through(self: Arc<Self>, cases: usize) -> BTreeSet<String> {
        let ([early, late], [one, other]) = (&self.desks, &self.plumbers);
        let work = async {
            tokio::join!(
                self.report(early, cases / 2),
                self.report(late, cases / 2),
                repair(one),
                repair(other),
                call_back(&self.quality),
            )
        };
        let day = async {
            tokio::select! {
                (.., never) = work => match never {},
                () = self.all_have_ended(cases) => {}
            }
        };
        if timeout(DAY, day).await.is_err() {
            eprintln!("the day was too short");
        }
        self.accepted.borrow().clone()
    }

    /// Each case as soon as it may be; one in ten is withdrawn at once.
    async fn report(&self, desk: &Person, cases: usize) {
        let leak = json!({ "item": "water-leak", "place": "dorm-7-402", "channel": "hotline" });
        for _ in 0..cases {
            self.reports.acquire().await.unwrap().forget();
            let accepted = desk.tells("/cases", &leak).await.unwrap();
            let number = accepted["number"].as_str().unwrap().to_owned();
            self.accepted.send_modify(|accepted| assert!(accepted.insert(number.clone())));
            if number.ends_with('7') {
                let withdrawn = desk.tells(&format!("/cases/{number}/withdraw"), &json!({})).await;
                assert!(withdrawn.is_ok() || withdrawn == Err("case-completed".into()));
            }
        }
    }

    async fn all_have_ended(&self, cases: usize) {
        self.have_reported(cases).await;
        let is_closed = |case: &&Value| case["state"] == "closed";
        while self.quality.all("/cases", "cases").await.iter().filter(is_closed).count() < cases {
            sleep(PAUSE).await;
        }
    }
}

/// Claims and completes what is offered. A colleague may be faster, and a requester.
async fn repair(plumber: &Person) -> Infallible {
    loop {
        let orders = plumber.all("/work-orders", "work_orders").await;
        let offered = orders.iter().filter(|order| order["state"] == "offered");
        for order in offered.map(|order| order["id"].as_str().unwrap()) {
            for step in ["claim", "complete"] {
                let done = plumber.tells(&format!("/work-orders/{order}/{step}"), &json!({})).await;
                if let Err(reason) = done {
                    assert!(TOO_LATE.contains(&&*reason), "{step}: {reason}");
                    break;
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// Asks who is to be asked; in one of ten first cycles it is not solved.
async fn call_back(quality: &Person) -> Infallible {
    loop {
        for callback in quality.all("/callbacks", "callbacks").await {
            let number = callback["case_number"].as_str().unwrap();
            let solved = !(number.ends_with('3') && callback["cycle"] == 1);
            let answer = json!({ "reached": true, "solved": solved });
            let id = callback["id"].as_str().unwrap();
            quality.tells(&format!("/callbacks/{id}/attempts"), &answer).await.unwrap();
        }
        sleep(PAUSE).await;
    }
}
