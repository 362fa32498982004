//! One round: the way of some cases from the call to the first warning, and of its peers.

use anyhow::Result;
use events::words::Service;
use sqlx::PgPool;

use crate::{
    batches,
    cli::Load,
    count::{Counts, counts, digest, same},
    ground::Ground,
    intake::{Intake, Matter},
    pgbench,
    report::{Measurement, Round, Sample, shown},
    store::{Store, WRITTEN},
    timer::Timer,
};

/// Measures all four, each right beside its peer.
pub(crate) async fn round(ground: &Ground, load: Load) -> Result<Round> {
    let intake = Intake::open(ground, Matter::Burst).await?;
    let timer = Box::pin(Timer::open(ground)).await?;
    let store = Store::open(ground).await?;
    Ok(Round {
        intake: told(Measurement::Intake, accept(ground, &intake, load).await?),
        relay: told(Measurement::Relay, relay(ground, &intake).await?),
        inbox: told(Measurement::Inbox, hear(ground, &timer, &store).await?),
        timers: told(Measurement::Timers, wake(ground, &intake, &timer, &store).await?),
    })
}

async fn accept(ground: &Ground, intake: &Intake, load: Load) -> Result<Sample> {
    ground.settle().await?;
    let raw = pgbench::accept(ground, intake, load).await?;
    ground.settle().await?;
    let ours = intake.accept(load).await?;
    same("rows of cases", &ours.rows, &raw.rows)?;
    Ok(Sample { ours: ours.pace, raw: raw.pace })
}

async fn relay(ground: &Ground, intake: &Intake) -> Result<Sample> {
    let events = intake.outbox().await?;
    ground.settle().await?;
    let raw = batches::publish(ground, events).await?;
    ground.settle().await?;
    let ours = intake.relay(ground).await?;
    Ok(Sample { ours, raw })
}

async fn hear(ground: &Ground, timer: &Timer, store: &Store) -> Result<Sample> {
    ground.settle().await?;
    let (events, ours) = timer.hear(ground).await?;
    ground.settle().await?;
    let raw = store.insert(timer.pool(), events).await?;
    same("rows of facts", &written(timer.pool()).await?, &written(store.pool()).await?)?;
    Ok(Sample { ours, raw })
}

async fn wake(ground: &Ground, intake: &Intake, timer: &Timer, store: &Store) -> Result<Sample> {
    ground.settle().await?;
    let (until, clocks, ours) = timer.leap(ground).await?;
    let woken = timer.woken().await?;
    same("wake-ups", &clocks, &(woken.len() as u64))?;
    ground.settle().await?;
    let raw = store.claim(until, &woken).await?;
    same("rows of wake-ups", &written(timer.pool()).await?, &written(store.pool()).await?)?;
    // From one end to the other: each case that was accepted is at risk, once.
    let cases = digest(intake.pool(), "select id as key from intake.cases").await?;
    let warned = "select key from delivery.audit where action = 'clock.at-risk'";
    let (warned, copied) =
        (digest(timer.pool(), warned).await?, digest(store.pool(), warned).await?);
    same("cases with a warning", &warned, &cases)?;
    same("cases with a warning", &warned, &copied)?;
    Ok(Sample { ours, raw })
}

/// The rows of what facts and wake-ups write.
async fn written(pool: &PgPool) -> Result<Counts> {
    let mut counts = counts(pool, Service::EscalationTimer).await?;
    counts.retain(|table, _| WRITTEN.contains(&table.as_str()));
    Ok(counts)
}

fn told(measurement: Measurement, sample: Sample) -> Sample {
    let (Sample { ours, raw }, unit) = (sample, measurement.unit());
    eprintln!("  {:<7} {:>8} {unit}, raw {:>8}", measurement.name(), shown(ours), shown(raw));
    sample
}
