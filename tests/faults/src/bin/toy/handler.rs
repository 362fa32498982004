use std::error::Error;

use clock::{Clock, RandomIds};
use delivery::{
    Delivery, Facts, Fault, Locked, Producer, Received, Sources, Stamp, Tx, Wake, Wakes,
};
use delivery_core::Missing;
use events::{
    Fact, Unencodable,
    dispatch::CaseCompletedV1,
    intake::CaseClosedV1,
    words::{Cycle, End, Revision, Service},
};
use faults::{Point, Says};
use jiff::Timestamp;
use sqlx::types::Json;

use crate::{commands, death::Death};

/// What a toy does with facts and wake-ups, and how it asks others.
#[derive(Debug, Clone)]
pub(crate) struct Handler {
    producer: Producer,
    clock: Clock,
    pub(crate) death: Death,
}

impl Handler {
    pub(crate) fn new(delivery: &Delivery, death: Death) -> Self {
        Self { producer: delivery.producer().clone(), clock: delivery.clock().clone(), death }
    }

    /// Says a fact about a case: the one that this service can say.
    pub(crate) fn say(&self, case: &mut Locked) -> Result<(), Unencodable> {
        let now = self.clock.now();
        let Some(fact) = fact(self.producer.source.service, now) else {
            return Ok(());
        };
        let stamp =
            Stamp { happened: now, recorded: now, revision: Revision::NONE, traceparent: None };
        case.append(&self.producer, &fact, &stamp, &mut RandomIds::new(self.clock.clone()))?;
        Ok(())
    }
}

/// The fact that a service says; `None` for one that only listens.
fn fact(service: Service, now: Timestamp) -> Option<Fact> {
    let cycle = Cycle::FIRST;
    match service {
        Service::Intake => {
            Some(CaseClosedV1 { cycle, end: End::Solved, closed_at: now, by: None }.into())
        }
        Service::Dispatch => {
            Some(CaseCompletedV1 { cycle, completed_at: now, workers: Vec::new() }.into())
        }
        Service::CallbackSurvey
        | Service::EscalationTimer
        | Service::Notification
        | Service::Portal => None,
    }
}

impl Facts for Handler {
    /// Keeps a row; dispatch answers what intake says.
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        case: &mut Locked,
        received: Received<'_>,
        _now: Timestamp,
    ) -> Result<(), Fault> {
        let envelope = received.envelope;
        sqlx::query(
            "insert into toy.effect (key, source, sequence, after) values ($1, $2, $3, $4)",
        )
        .bind(envelope.key)
        .bind(envelope.source.service.word())
        .bind(envelope.sequence.cast_signed())
        .bind(Json(&envelope.after))
        .execute(&mut **tx)
        .await?;
        if envelope.source.service == Service::Intake {
            self.say(case).map_err(Fault::own)?;
        }
        self.death.at(Point::FactApplied);
        Ok(())
    }
}

impl Wakes for Handler {
    /// Keeps a row, and says a fact.
    async fn wake(&self, tx: &mut Tx<'_>, case: &mut Locked, _wake: Wake) -> Result<(), Fault> {
        sqlx::query("insert into toy.woken (key) values ($1)")
            .bind(case.key())
            .execute(&mut **tx)
            .await?;
        self.say(case).map_err(Fault::own)?;
        case.wake_at(None);
        self.death.at(Point::WakeUpApplied);
        Ok(())
    }
}

impl Sources for Handler {
    async fn redeliver(&self, missing: Missing) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Missing { service, key: case, from } = missing;
        Ok(commands::print(&Says::Asks { service, case, from })?)
    }
}
