//! What became of what was accepted: lost 0, doubled 0, out of order 0, and at rest, or the test
//! has failed.
//!
//! ```text
//!  caller: accepted ── lost at home? ──> outbox of intake ── lost on the way? ──> effects there
//!          (n facts)   doubled?          (the truth)         doubled? in order?
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use events::words::{Service, Stream};
use sqlx::{AssertSqlSafe, types::Json};
use testkit::within;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{caller::Caller, world::World};

/// How long it may take until all is at rest again after a fault.
const PATIENCE: Duration = Duration::from_secs(25);

/// One line for each fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    lost: Vec<String>,
    doubled: Vec<String>,
    out_of_order: Vec<String>,
    unfinished: Vec<String>,
}

/// A fact, by its place in its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
struct Said {
    key: Uuid,
    #[sqlx(try_from = "String")]
    source: Source,
    #[sqlx(try_from = "i64")]
    sequence: u64,
}

/// A service by the word in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Source(Service);

impl TryFrom<String> for Source {
    type Error = events::words::UnknownWord;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse().map(Self)
    }
}

/// A fact that took effect.
#[derive(Debug, sqlx::FromRow)]
struct Effect {
    #[sqlx(flatten)]
    said: Said,
    after: Json<BTreeMap<Service, u64>>,
}

impl Account {
    /// Waits until everything accepted took effect and nothing is under way, or for some time, and
    /// gives account.
    pub(crate) async fn at_rest(world: &World, caller: &Caller) -> Self {
        Self::at_rest_within(PATIENCE, world, caller).await
    }

    /// The same with another patience.
    pub(crate) async fn at_rest_within(limit: Duration, world: &World, caller: &Caller) -> Self {
        let at_rest = async || {
            let account = Self::of(world, caller).await;
            account.lost.is_empty() && account.unfinished.is_empty()
        };
        // One that never comes to rest says in its account why.
        let _ = timeout(limit, within(limit * 2, "all is at rest", at_rest)).await;
        Self::of(world, caller).await
    }

    /// Gives account of this moment.
    async fn of(world: &World, caller: &Caller) -> Self {
        let mut account = Self::default();
        account.add_accepted(world, caller).await;
        for reader in world.services() {
            for source in world.services().filter(|source| reader.hears(*source)) {
                account.add_journey(world, source, reader).await;
            }
            account.add_order(reader, &effects(world, reader).await);
            account.add_unfinished(world, reader).await;
        }
        account
    }

    /// Shows that nothing was lost, doubled or out of order although each of these faults hit.
    #[track_caller]
    pub(crate) fn assert_whole(&self, hits: &[(&str, u64)]) {
        let Self { lost, doubled, out_of_order, .. } = self;
        let counts = [lost, doubled, out_of_order].map(Vec::len);
        eprintln!("[lost, doubled, out of order]: {counts:?}, hits: {hits:?}");
        assert_eq!(self, &Self::default(), "with {hits:?}");
        let missed: Vec<_> = hits.iter().filter(|(_, count)| *count == 0).collect();
        assert!(!hits.is_empty() && missed.is_empty(), "these faults never hit: {missed:?}");
    }

    /// Shows the same of the time before any fault.
    #[track_caller]
    pub(crate) fn assert_undisturbed(&self) {
        assert_eq!(self, &Self::default(), "before any fault");
    }

    /// From the caller to the outbox of intake; dispatch answers each fact once.
    async fn add_accepted(&mut self, world: &World, caller: &Caller) {
        let outbox = said(world, Service::Intake).await;
        let kept: BTreeSet<_> = outbox.iter().collect();
        for accepted in caller.accepted() {
            for sequence in accepted.sequence - u64::from(accepted.facts) + 1..=accepted.sequence {
                let said = Said { key: accepted.case, source: Source(Service::Intake), sequence };
                if !kept.contains(&said) {
                    self.lost.push(format!("accepted and not in the outbox: {said:?}"));
                }
            }
        }
        self.add_number("facts of intake", outbox.len() as u64, caller.facts());
        if world.services().any(|service| service == Service::Dispatch) {
            let heard = effects(world, Service::Dispatch).await;
            let heard: BTreeSet<_> = heard.into_iter().map(|effect| effect.said).collect();
            let answers = said(world, Service::Dispatch).await.len();
            self.add_number("answers of dispatch", answers as u64, heard.len() as u64);
        }
    }

    fn add_number(&mut self, what: &str, found: u64, expected: u64) {
        let line = format!("{found} {what} and not {expected}");
        if found < expected {
            self.lost.push(line);
        } else if found > expected {
            self.doubled.push(line);
        }
    }

    /// From the outbox of `source` to the effects at `reader`.
    async fn add_journey(&mut self, world: &World, source: Service, reader: Service) {
        let mut there = BTreeMap::<Said, u32>::new();
        for effect in effects(world, reader).await {
            *there.entry(effect.said).or_default() += 1;
        }
        let dropped = dropped(world, reader).await;
        for said in BTreeSet::from_iter(said(world, source).await) {
            match there.get(&said) {
                None if dropped.contains(&(said.key, said.sequence)) => {}
                None => self.lost.push(format!("not at {reader}: {said:?}")),
                Some(1) => {}
                Some(count) => self.doubled.push(format!("{count} at {reader}: {said:?}")),
            }
        }
    }

    /// Per key and source one after the other, and none before what its producer had heard.
    fn add_order(&mut self, reader: Service, effects: &[Effect]) {
        let mut heads = BTreeMap::<(Uuid, Service), u64>::new();
        for Effect { said, after } in effects {
            let head = |service| heads.get(&(said.key, service)).copied().unwrap_or(0);
            if said.sequence <= head(said.source.0) {
                let head = head(said.source.0);
                self.out_of_order.push(format!("at {reader} after {head}: {said:?}"));
            }
            for (service, sequence) in &after.0 {
                if reader.hears(*service) && head(*service) < *sequence {
                    let line = format!("at {reader} before {service} {sequence}: {said:?}");
                    self.out_of_order.push(line);
                }
            }
            heads.insert((said.key, said.source.0), said.sequence);
        }
    }

    /// What a service has not published, keeps waiting, or has not read.
    async fn add_unfinished(&mut self, world: &World, service: Service) {
        for what in ["outbox_pending", "outbox_parked", "inbox_waiting", "dead"] {
            let query = format!("select count(*) from delivery.{what}");
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(query))
                .fetch_one(world.store(service))
                .await
                .unwrap();
            if count > 0 {
                self.unfinished.push(format!("{count} in {what} of {service}"));
            }
        }
        for stream in service.reads() {
            let played = world.services().any(|source| source == stream.producer());
            if played && !is_read(world, *stream, service).await {
                self.unfinished.push(format!("{service} has not read all of {stream}"));
            }
        }
    }
}

/// Every row of the outbox: one that numbers a fact again is a row too many.
async fn said(world: &World, source: Service) -> Vec<Said> {
    sqlx::query_as("select key, $1 as source, sequence from delivery.outbox")
        .bind(source.word())
        .fetch_all(world.store(source))
        .await
        .unwrap()
}

async fn effects(world: &World, reader: Service) -> Vec<Effect> {
    sqlx::query_as("select key, source, sequence, after from toy.effect order by place")
        .fetch_all(world.store(reader))
        .await
        .unwrap()
}

/// What a person gave up there, by key and sequence.
async fn dropped(world: &World, reader: Service) -> BTreeSet<(Uuid, u64)> {
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "select key, (detail->>'sequence')::bigint from delivery.audit
         where action = 'dead-letter.drop'",
    )
    .fetch_all(world.store(reader))
    .await
    .unwrap();
    rows.into_iter().map(|(key, sequence)| (key, sequence.cast_unsigned())).collect()
}

async fn is_read(world: &World, stream: Stream, reader: Service) -> bool {
    let info = world.reader(stream, reader).await;
    info.is_some_and(|info| info.num_pending == 0 && info.num_ack_pending == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(source: Service, sequence: u64, after: &[(Service, u64)]) -> Effect {
        let said = Said { key: Uuid::nil(), source: Source(source), sequence };
        Effect { said, after: Json(after.iter().copied().collect()) }
    }

    fn disorder(effects: &[Effect]) -> usize {
        let mut account = Account::default();
        account.add_order(Service::EscalationTimer, effects);
        account.out_of_order.len()
    }

    #[test]
    fn disorder_within_a_source_and_between_two_is_seen() {
        let question = |sequence| effect(Service::Intake, sequence, &[]);
        let answer = || effect(Service::Dispatch, 1, &[(Service::Intake, 2)]);
        assert_eq!(disorder(&[question(1), question(2), answer()]), 0);
        assert_eq!(disorder(&[question(2), question(1)]), 1);
        assert_eq!(disorder(&[question(1), question(1)]), 1);
        assert_eq!(disorder(&[question(1), answer(), question(2)]), 1);
    }
}
