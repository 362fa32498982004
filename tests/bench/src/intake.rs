//! Intake, from the call to the stream.

use std::{sync::Arc, time::Instant};

use anyhow::{Result, ensure};
use authz::{Role, Subject};
use events::words::{Service, Stream};
use jiff::Timestamp;
use proto::{
    intake::v1::{
        AcceptCaseRequest, ApplyDefinitionsRequest, Person, SourceFile, intake_client::IntakeClient,
    },
    words::v1::Channel as Way,
};
use rpc::Channel;
use service_kit::{Door, Replica, Site, somebody};
use sqlx::PgPool;
use testkit::eventually;
use tokio::task::JoinSet;

use crate::{
    cli::Load,
    count::{Counts, added, counts},
    ground::Ground,
    pace::{pace, per_second},
};

const DOOR: Door = |host, serving| Box::pin(::intake::run(host, serving));

/// How far the relay has recorded the stream INTAKE.
const RECORDED: &str = "select coalesce(max(last), 0) from delivery.relay_state
                        where stream = 'INTAKE'";

/// An intake that knows the example campus. It runs only while it is measured.
pub(crate) struct Intake {
    site: Arc<Site>,
    /// Who takes the calls.
    desk: Subject,
    /// What each of them is about.
    matter: Matter,
}

/// What somebody calls about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matter {
    /// Critical: promised around the clock.
    Burst,
    /// Normal: promised in working days.
    Drip,
}

impl Matter {
    const fn text(self) -> &'static str {
        match self {
            Self::Burst => "三楼水管爆管,水淹了",
            Self::Drip => "水龙头滴水",
        }
    }
}

/// What accepting came to.
pub(crate) struct Accepted {
    /// Cases per second.
    pub(crate) pace: f64,
    /// The rows that it wrote.
    pub(crate) rows: Counts,
}

impl Intake {
    /// Makes one, and has a first case accepted and published with the definitions.
    pub(crate) async fn open(ground: &Ground, matter: Matter) -> Result<Self> {
        let site = Site::on(&ground.postgres(), Service::Intake, &::intake::SCHEMAS).await;
        let desk = somebody(Role::DeskAssistant, None);
        let intake = Self { site: Arc::new(site), desk, matter };
        let replica = intake.start(ground).await;
        intake.apply(&replica, campus_kit::files()).await?;
        call(&intake.site, &intake.desk, matter, replica.channel(), 0).await?;
        eventually("the definitions are published", async || intake.pending().await == 0).await;
        replica.stop().await;
        Ok(intake)
    }

    /// Starts it with the broker.
    pub(crate) async fn start(&self, ground: &Ground) -> Replica {
        self.site.start_with(DOOR, |config| config.broker.url = ground.broker()).await
    }

    /// Has the campus of these files apply.
    pub(crate) async fn apply(
        &self,
        replica: &Replica,
        files: Vec<(String, String)>,
    ) -> Result<()> {
        let files = files.into_iter().map(|(name, text)| SourceFile { name, text });
        let request = ApplyDefinitionsRequest { files: files.collect(), dry_run: false };
        let request = self.site.asks(&somebody(Role::SystemAdministrator, None), request);
        IntakeClient::new(replica.channel()).apply_definitions(request).await?;
        Ok(())
    }

    /// Its time.
    pub(crate) fn now(&self) -> Timestamp {
        self.site.now()
    }

    /// Moves its time ahead.
    pub(crate) fn jump_to(&self, at: Timestamp) {
        self.site.jump_to(at);
    }

    /// Its rows.
    pub(crate) fn pool(&self) -> &PgPool {
        self.site.pool()
    }

    /// Has cases accepted over gRPC, without a broker: that is the relay's measurement.
    pub(crate) async fn accept(&self, load: Load) -> Result<Accepted> {
        let replica = self.site.start(DOOR).await;
        // The first call has the definitions parsed.
        let matter = self.matter;
        call(&self.site, &self.desk, matter, replica.channel(), load.cases() + 1).await?;
        let before = counts(self.pool(), Service::Intake).await?;
        let began = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..load.callers {
            let (site, desk, channel) = (self.site.clone(), self.desk.clone(), replica.channel());
            callers.spawn(async move {
                for call_of_theirs in 1..=load.each {
                    let number = caller * load.each + call_of_theirs;
                    call(&site, &desk, matter, channel.clone(), number).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(called) = callers.join_next().await {
            called??;
        }
        let pace = per_second(load.cases().into(), began.elapsed());
        let rows = added(&before, &counts(self.pool(), Service::Intake).await?);
        let cases = rows.get("intake.cases").copied().unwrap_or_default();
        ensure!(cases == i64::from(load.cases()), "{cases} of {} are accepted", load.cases());
        replica.stop().await;
        Ok(Accepted { pace, rows })
    }

    /// What is to be published, in order: subjects and payloads.
    pub(crate) async fn outbox(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let pending = "select o.subject, o.payload
                       from delivery.outbox_pending p join delivery.outbox o using (seq, day)
                       where p.stream = 'INTAKE' order by p.lane, p.seq";
        Ok(sqlx::query_as(pending).fetch_all(self.pool()).await?)
    }

    /// Has all that is pending published: events per second.
    pub(crate) async fn relay(&self, ground: &Ground) -> Result<f64> {
        let (pending, before) = (self.pending().await, self.recorded().await?);
        let replica = self.start(ground).await;
        let pace = pace("relay", pending, async || Ok(self.recorded().await? - before)).await?;
        let told = "select count(*) from delivery.outbox where stream = 'INTAKE'";
        eventually("the stream holds what was told, each once", async || {
            let stored = ground.stored(Stream::Intake.name()).await.ok()?;
            (self.site.count(told).await.cast_unsigned() == stored).then_some(())
        })
        .await;
        replica.stop().await;
        Ok(pace)
    }

    async fn pending(&self) -> u64 {
        self.site.count("select count(*) from delivery.outbox_pending").await.cast_unsigned()
    }

    async fn recorded(&self) -> Result<u64> {
        let last: i64 = sqlx::query_scalar(RECORDED).fetch_one(self.pool()).await?;
        Ok(last.cast_unsigned())
    }
}

/// Somebody calls who never did before. Answered after the commit.
async fn call(
    site: &Site,
    desk: &Subject,
    matter: Matter,
    channel: Channel,
    number: u32,
) -> Result<()> {
    let caller = Person {
        name: format!("来电 {number}"),
        phone: format!("1{number:010}"),
        ..Person::default()
    };
    let request = AcceptCaseRequest {
        channel: Way::Hotline.into(),
        item: "water-leak".to_owned(),
        place: "dorm-7-304".to_owned(),
        text: matter.text().to_owned(),
        caller: Some(caller),
        ..AcceptCaseRequest::default()
    };
    IntakeClient::new(channel).accept_case(site.asks(desk, request)).await?;
    Ok(())
}
