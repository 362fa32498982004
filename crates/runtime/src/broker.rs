use std::{sync::Arc, time::Duration};

use async_nats::{Auth, Client, ClientError, ConnectErrorKind, ConnectOptions, Event, ServerError};
use delivery::{BrokerError, check_version};
use events::{
    nats::{inbox_prefix, user},
    words::Service,
};
use opentelemetry::metrics::{Counter, Meter};
use secrecy::ExposeSecret as _;
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{Secret, config::Broker};

/// After a connection the client shows whose it is within this time.
const INTRODUCTION: Duration = Duration::from_millis(500);

/// A client that connects when it can, and again whenever it must: a service starts and accepts
/// without its broker.
///
/// What is answered besides is rung at each connection. The password is read at each connect, so that a new one counts without a restart.
pub(crate) async fn connect(
    config: &Broker,
    service: Service,
    password: Option<Secret>,
    meter: &Meter,
) -> Result<(Client, Arc<Notify>), async_nats::ConnectError> {
    let name = config.user.clone().unwrap_or_else(|| user(service).to_owned());
    let mut options = match password {
        None => ConnectOptions::new(),
        Some(password) => ConnectOptions::with_auth_callback(move |_nonce| {
            let mut auth = Auth::new();
            auth.username = Some(name.clone());
            auth.password = Some(password.borrow().expose_secret().to_owned());
            async move { Ok(auth) }
        }),
    };
    if let Some(authority) = &config.authority_file {
        options = options.add_root_certificates(authority.clone()).require_tls(true);
    }
    let refusals = meter
        .u64_counter("yizhan.broker.refusals")
        .with_description("Times that the broker refused something: a right that is missing")
        .build();
    let connected = Arc::new(Notify::new());
    let rung = connected.clone();
    let client = options
        .name(service.word())
        .custom_inbox_prefix(inbox_prefix(service))
        .retry_on_initial_connect()
        .event_callback(move |event| {
            if event == Event::Connected {
                rung.notify_one();
            }
            let refusals = refusals.clone();
            async move { show(&event, &refusals) }
        })
        .connect(config.url.as_str())
        .await?;
    Ok((client, connected))
}

/// Tells of a broker that is too old, once for each connection to it. The service goes on without
/// one: what it commits is published when there is a newer one.
pub(crate) async fn look_at_version(
    client: Client,
    connected: Arc<Notify>,
    stop: CancellationToken,
) {
    while stop.run_until_cancelled(connected.notified()).await.is_some() {
        if stop.run_until_cancelled(sleep(INTRODUCTION)).await.is_none() {
            return;
        }
        if let Err(error @ BrokerError::TooOld { .. }) = check_version(&client) {
            tracing::error!(%error, "the broker is not used: nothing is published or read");
        }
    }
}

/// A refused publish shows here and nowhere else: its caller sees only that time went by.
fn show(event: &Event, refusals: &Counter<u64>) {
    match event {
        event if is_refusal(event) => {
            refusals.add(1, &[]);
            tracing::error!(%event, "the broker refused something");
        }
        Event::ServerError(_)
        | Event::ClientError(_)
        | Event::Disconnected
        | Event::SlowConsumer(_)
        | Event::LameDuckMode => tracing::warn!(%event, "broker"),
        Event::Connected | Event::Draining | Event::Closed => tracing::info!(%event, "broker"),
    }
}

/// Whether it is the broker's no, and not that nobody answers: each attempt to connect to a broker
/// that is away is an event too.
fn is_refusal(event: &Event) -> bool {
    match event {
        Event::ServerError(ServerError::AuthorizationViolation | ServerError::Other(_)) => true,
        Event::ClientError(ClientError::Other(why)) => {
            let of_rights =
                [ConnectErrorKind::AuthorizationViolation, ConnectErrorKind::Authentication];
            of_rights.iter().any(|kind| kind.to_string() == *why)
        }
        Event::ServerError(ServerError::SlowConsumer(_))
        | Event::ClientError(ClientError::MaxReconnects | ClientError::ServerNotInPool)
        | Event::Connected
        | Event::Disconnected
        | Event::LameDuckMode
        | Event::Draining
        | Event::Closed
        | Event::SlowConsumer(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_is_away_refuses_nothing_and_one_that_says_no_does() {
        let on_connect = |kind: ConnectErrorKind| {
            is_refusal(&Event::ClientError(ClientError::Other(kind.to_string())))
        };
        for away in [ConnectErrorKind::Io, ConnectErrorKind::TimedOut, ConnectErrorKind::Dns] {
            assert!(!on_connect(away), "{away}");
        }
        assert!(on_connect(ConnectErrorKind::AuthorizationViolation));
        let denied = "Permissions Violation for Publish to \"intake.case.accepted.v1\"";
        assert!(is_refusal(&Event::ServerError(ServerError::Other(denied.to_owned()))));
        assert!(!is_refusal(&Event::Disconnected));
    }
}
