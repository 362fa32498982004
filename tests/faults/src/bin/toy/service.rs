use std::{env, time::Duration};

use anyhow::Context as _;
use clock::Clock;
use delivery::{Delivery, Producer, Schema, claim};
use events::{Source, words::Service};
use faults::{installation, variables};
use opentelemetry::metrics::{MeterProvider as _, NoopMeterProvider};
use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{commands, death::Death, handler::Handler};

/// What every connection of a service is limited by.
const LIMITS: [(&str, &str); 3] = [
    ("lock_timeout", "2s"),
    ("statement_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// Runs a service until stdin ends, and drains it.
pub(crate) async fn run(service: Service) -> anyhow::Result<()> {
    let delivery = connect(service).await?;
    let handler = Handler::new(&delivery, Death::planned()?);
    let (stop, parts) = (CancellationToken::new(), TaskTracker::new());
    for relay in delivery.relays() {
        parts.spawn(relay.run(stop.clone()));
    }
    parts.spawn(delivery.inbox(handler.clone(), handler.clone()).run(stop.clone()));
    parts.spawn(delivery.waker(handler.clone()).run(stop.clone()));
    parts.spawn(delivery.upkeep().run(stop.clone()));
    commands::listen(&delivery, &handler).await?;
    stop.cancel();
    parts.close();
    parts.wait().await;
    Ok(())
}

async fn connect(service: Service) -> anyhow::Result<Delivery> {
    let options: PgConnectOptions = variable(variables::POSTGRES)?.parse()?;
    let options = options.application_name(service.word()).options(LIMITS);
    let installation = installation()?;
    let mut first = PgConnection::connect_with(&options).await?;
    Schema::DELIVERY.check(&mut first).await?;
    let epoch = u32::try_from(claim(&mut first, &installation).await?)?;
    first.close().await?;
    let pool = PgPoolOptions::new().acquire_timeout(Duration::from_secs(3)).max_connections(5);
    let nats = async_nats::ConnectOptions::new()
        .name(service.word())
        .retry_on_initial_connect()
        .connect(variable(variables::NATS)?)
        .await?;
    let producer = Producer { source: Source { installation, service }, epoch };
    let meter = NoopMeterProvider::new().meter("toy");
    Ok(Delivery::new(pool.connect_lazy_with(options), nats, producer, Clock::system(), &meter))
}

fn variable(name: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("{name} is not set"))
}
