use async_nats::{Auth, Client, ConnectOptions, Event};
use events::{
    nats::{inbox_prefix, user},
    words::Service,
};
use opentelemetry::metrics::{Counter, Meter};
use secrecy::ExposeSecret as _;

use crate::{Secret, config::Broker};

/// A client that connects when it can, and again whenever it must: a service starts and accepts
/// without its broker.
///
/// The password is read at each connect, so that a new one counts without a restart.
pub(crate) async fn connect(
    config: &Broker,
    service: Service,
    password: Option<Secret>,
    meter: &Meter,
) -> Result<Client, async_nats::ConnectError> {
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
    options
        .name(service.word())
        .custom_inbox_prefix(inbox_prefix(service))
        .retry_on_initial_connect()
        .event_callback(move |event| {
            let refusals = refusals.clone();
            async move { show(&event, &refusals) }
        })
        .connect(config.url.as_str())
        .await
}

/// A refused publish shows here and nowhere else: its caller sees only that time went by.
fn show(event: &Event, refusals: &Counter<u64>) {
    match event {
        Event::ServerError(_) | Event::ClientError(_) => {
            refusals.add(1, &[]);
            tracing::error!(%event, "the broker refused something");
        }
        Event::Disconnected | Event::SlowConsumer(_) | Event::LameDuckMode => {
            tracing::warn!(%event, "broker");
        }
        Event::Connected | Event::Draining | Event::Closed => tracing::info!(%event, "broker"),
    }
}
