//! A service of which nothing runs but its interface.

use std::{collections::BTreeSet, sync::Arc};

use authz::{Principal, Role, Subject};
use clock::{AccountId, Clock, Ids as _, RandomIds};
use delivery::{Delivery, Producer, Schema, Stamp, lock, save};
use events::{
    Fact, Source,
    survey::CaseJudgedV1,
    words::{Cycle, Level, Revision, Service, Verdict},
};
use opentelemetry::metrics::{MeterProvider as _, NoopMeterProvider};
use rpc::{Channel, Server, Target, client::Connector, token::TokenVerifier};
use testkit::Database;
use tonic::service::Routes;
use uuid::Uuid;

/// Callback-survey, that far.
pub(crate) struct Survey {
    pub(crate) delivery: Delivery,
    /// Dropped after all who use it.
    _database: Database,
}

impl Survey {
    pub(crate) async fn new() -> Self {
        let database = Database::prepared(async |owner, run_time| {
            Schema::DELIVERY.migrate(owner, run_time).await?;
            Ok(())
        })
        .await;
        let nats = async_nats::ConnectOptions::new().retry_on_initial_connect();
        let nats = nats.connect("nats://127.0.0.1:1").await.unwrap();
        let installation = "campus".parse().unwrap();
        let source = Source { installation, service: Service::CallbackSurvey };
        let producer = Producer { source, epoch: 1 };
        let meter = NoopMeterProvider::new().meter("tests");
        let delivery = Delivery::new(database.pool(), nats, producer, Clock::system(), &meter);
        Self { delivery, _database: database }
    }

    /// Says one fact about a new key, which it returns.
    pub(crate) async fn says(&self) -> Uuid {
        let (key, now) = (id(), self.delivery.clock().now());
        let fact = CaseJudgedV1 { cycle: Cycle::FIRST, verdict: Verdict::Solved, judged_at: now };
        let stamp =
            Stamp { happened: now, recorded: now, revision: Revision::NONE, traceparent: None };
        let mut tx = self.delivery.pool().begin().await.unwrap();
        let mut locked = lock(&mut tx, &[key]).await.unwrap();
        let aggregate = locked.first_mut().unwrap();
        let mut ids = RandomIds::new(self.delivery.clock().clone());
        let producer = self.delivery.producer();
        aggregate.append(producer, &Fact::from(fact), &stamp, &mut ids).unwrap();
        save(&mut tx, &mut locked, now).await.unwrap();
        tx.commit().await.unwrap();
        key
    }

    /// Serves on loopback, for services alone.
    pub(crate) async fn serve(&self) -> Target {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
        let target = format!("http://{}", server.address()).parse().unwrap();
        let routes = Routes::new(delivery_rpc::service(self.delivery.clone()));
        let (installation, clock) = ("campus".parse().unwrap(), Clock::system());
        let tokens = Arc::new(TokenVerifier::new(installation, clock));
        tokio::spawn(async move {
            let meter = NoopMeterProvider::new().meter("tests");
            let never = std::future::pending();
            server.serve(routes, proto::DESCRIPTORS, tokens, &meter, never).await
        });
        target
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(self.delivery.pool()).await.unwrap()
    }
}

/// A channel of `caller` to callback-survey.
pub(crate) fn channel(caller: Service, target: &Target) -> Channel {
    Connector::new(caller, None).connect(Service::CallbackSurvey, target).unwrap()
}

pub(crate) fn id() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

pub(crate) fn somebody(role: Role) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(id())),
        person: None,
        roles: BTreeSet::from([role]),
        department: None,
        posts: BTreeSet::new(),
        highest: Level::Confidential,
    }
}
