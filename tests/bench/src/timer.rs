//! Escalation-timer, from the stream to the warning.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use async_nats::jetstream;
use events::{
    nats::durable,
    words::{Service, Stream},
};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx as _;
use service_kit::{Door, Replica, Site};
use sqlx::PgPool;
use testkit::eventually;
use uuid::Uuid;

use crate::{
    ground::{Ground, INSTALLATION},
    pace::pace,
    roster,
};

const DOOR: Door = |host, serving| Box::pin(escalation_timer::run(host, serving));

/// An escalation-timer that knows the example campus and who is at work there. It runs only while
/// it is measured.
pub(crate) struct Timer {
    site: Site,
}

/// What a wake-up left of its case: whole rows, as Postgres writes them.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Woken {
    key: Uuid,
    pub(crate) aggregate: String,
    pub(crate) watch: String,
    pub(crate) audit: String,
    pub(crate) outbox: String,
}

impl Timer {
    /// Makes one, and has it hear what the streams hold already.
    pub(crate) async fn open(ground: &Ground) -> Result<Self> {
        let service = Service::EscalationTimer;
        let site = Site::on(&ground.postgres(), service, &escalation_timer::SCHEMAS).await;
        let context = jetstream::new(ground.client().await?);
        for stream in [Stream::Dispatch, Stream::Survey] {
            let settings = delivery::stream_settings(stream, &INSTALLATION.parse()?, 1);
            context.create_stream(settings).await?;
        }
        let (posts, timer) = (roster::say(ground).await?.cast_signed(), Self { site });
        let replica = timer.start(ground).await;
        let rosters = "select count(*) from escalation_timer.roster";
        let watches = "select count(*) from escalation_timer.watch";
        eventually("the rosters and the first case are heard", async || {
            timer.site.count(rosters).await == posts && timer.site.count(watches).await == 1
        })
        .await;
        replica.stop().await;
        Ok(timer)
    }

    /// Moves its time ahead.
    pub(crate) fn jump_to(&self, at: Timestamp) {
        self.site.jump_to(at);
    }

    /// How many promises are to be counted anew when another year is announced.
    pub(crate) async fn provisional(&self) -> u64 {
        let armed = "select count(*) from delivery.outbox
                     where convert_from(payload, 'utf8') like '%\"provisional\":true%'";
        self.site.count(armed).await.cast_unsigned()
    }

    /// How many promises moved.
    pub(crate) async fn moved(&self) -> u64 {
        let moved = "select count(*) from delivery.audit where action = 'promise.moved'";
        self.site.count(moved).await.cast_unsigned()
    }

    /// How many events it has said. Asking for it costs nothing: the number of an event is taken
    /// within the transaction that says it.
    pub(crate) async fn said(&self) -> u64 {
        let last = self.site.count("select last_value from delivery.outbox_seq").await;
        last.cast_unsigned()
    }

    /// Whether the stream has all that it said.
    pub(crate) async fn told_all(&self) -> bool {
        self.site.count("select count(*) from delivery.outbox_pending").await == 0
    }

    /// Its rows.
    pub(crate) fn pool(&self) -> &PgPool {
        self.site.pool()
    }

    /// Has all that is in INTAKE applied: how many events that were, and events per second.
    pub(crate) async fn hear(&self, ground: &Ground) -> Result<(u64, f64)> {
        let context = jetstream::new(ground.client().await?);
        let stream = context.get_stream(Stream::Intake.name()).await?;
        let floor = async || -> Result<u64> {
            let reader = stream.consumer_info(durable(Service::EscalationTimer)).await?;
            Ok(reader.ack_floor.stream_sequence)
        };
        let before = floor().await?;
        let events = stream.cached_info().state.last_sequence - before;
        let replica = self.start(ground).await;
        let pace = pace("inbox", events, async || Ok(floor().await? - before)).await?;
        replica.stop().await;
        let kept = "select (select count(*) from delivery.inbox_waiting)
                         + (select count(*) from delivery.dead)";
        let kept = self.site.count(kept).await;
        ensure!(kept == 0, "inbox: {kept} events could not be applied");
        Ok((events, pace))
    }

    /// Moves the time until every case has a clock at risk: until when, how many clocks those are, and wake-ups
    /// per second. Each must say once that a clock is at risk.
    pub(crate) async fn leap(&self, ground: &Ground) -> Result<(Timestamp, u64, f64)> {
        let replica = self.start(ground).await;
        eventually("what was heard is answered", async || self.told_all().await).await;
        let last: Option<jiff_sqlx::Timestamp> =
            sqlx::query_scalar("select max(next_at) from delivery.aggregate")
                .fetch_one(self.pool())
                .await?;
        let until = last.context("no clock runs")?.to_jiff() + SignedDuration::from_secs(1);
        let due = "select count(*) from delivery.aggregate where next_at <= $1";
        let due = sqlx::query_scalar::<_, i64>(due).bind(until.to_sqlx());
        let due = due.fetch_one(self.pool()).await?.cast_unsigned();
        let before = self.said().await;
        self.site.jump_to(until);
        let pace = pace("timers", due, async || Ok(self.said().await - before)).await?;
        let warned = "select count(*) from delivery.audit where action = 'clock.at-risk'";
        let all = due.cast_signed();
        eventually("each case has its warning", async || self.site.count(warned).await == all)
            .await;
        replica.stop().await;
        Ok((until, due, pace))
    }

    /// What the wake-ups left, by key.
    pub(crate) async fn woken(&self) -> Result<BTreeMap<Uuid, Woken>> {
        let rows = "select a.key, a::text as aggregate, w::text as watch, u::text as audit,
                           o::text as outbox
                    from delivery.aggregate a
                    join escalation_timer.watch w on w.case_id = a.key
                    join delivery.audit u on u.key = a.key and u.action = 'clock.at-risk'
                    join delivery.outbox o on o.key = a.key and o.subject like '%.at-risk.%'";
        let rows: Vec<Woken> = sqlx::query_as(rows).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|woken| (woken.key, woken)).collect())
    }

    /// Starts it with the broker.
    pub(crate) async fn start(&self, ground: &Ground) -> Replica {
        self.site.start_with(DOOR, |config| config.broker.url = ground.broker()).await
    }
}
