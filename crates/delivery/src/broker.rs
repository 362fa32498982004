//! Streams are made by their producer and consumers by their reader, at start and again after the
//! broker's store was wiped.

use std::{collections::HashMap, sync::atomic::Ordering, time::Duration};

use async_nats::{
    Client,
    jetstream::{
        self, ErrorCode,
        consumer::{AckPolicy, PullConsumer, pull},
        context::{CreateStreamError, GetStreamError, GetStreamErrorKind},
        stream::{self, DiscardPolicy, RetentionPolicy, StorageType},
    },
};
use events::{
    nats::{Discard, INSTALLATION, Retention, durable, stream_config},
    words::{Installation, Service, Stream},
};

use crate::fault::BoxError;

/// The oldest nats-server that sets its consumers back when it has lost the tail of a stream
/// (`docs/adr/0004-oldest-broker.md`): `major.minor`.
const FLOOR: (u32, u32) = (2, 14);

/// Why the broker cannot be used as it is.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// Not connected, or no answer.
    #[error("the broker does not answer")]
    Away(#[source] BoxError),
    /// It would skip events after a crash.
    #[error(
        "nats-server {found} is too old, and Yizhan needs 2.14 or newer: upgrade it, or name a \
         newer one by broker.url"
    )]
    TooOld {
        /// Its version.
        found: String,
    },
    /// The stream is another university's.
    #[error(
        "stream {stream} belongs to the installation `{found}` and not to `{ours}`: each \
         installation needs a NATS account of its own"
    )]
    OtherInstallation {
        /// The stream.
        stream: &'static str,
        /// Whose it is; empty if nobody's.
        found: String,
        /// Who we are.
        ours: Installation,
    },
}

impl BrokerError {
    fn away(error: impl Into<BoxError>) -> Self {
        Self::Away(error.into())
    }
}

/// Refuses a server that is too old; an unknown version is one that is not connected.
pub fn check_version(client: &Client) -> Result<(), BrokerError> {
    let found = client.server_info().version;
    match version(&found) {
        Some(version) if version >= FLOOR => Ok(()),
        Some(_) => Err(BrokerError::TooOld { found }),
        None => Err(BrokerError::away("not connected")),
    }
}

/// Major and minor number of a server's version.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(['.', '-']).map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

/// How often the client has connected: a change means that the broker may have lost anything.
pub(crate) fn connects(client: &Client) -> u64 {
    client.statistics().connects.load(Ordering::Relaxed)
}

/// How a producer makes a stream, with so many replicas.
///
/// Public so that a test can make one with a flaw.
pub fn stream_settings(
    stream: Stream,
    installation: &Installation,
    replicas: usize,
) -> stream::Config {
    let config = stream_config(stream, installation);
    stream::Config {
        name: config.name.to_owned(),
        subjects: config.subjects,
        retention: match config.retention {
            Retention::Limits => RetentionPolicy::Limits,
        },
        discard: match config.discard {
            Discard::New => DiscardPolicy::New,
        },
        max_age: config.max_age,
        storage: StorageType::File,
        num_replicas: replicas,
        deny_delete: config.deny_delete,
        deny_purge: config.deny_purge,
        allow_atomic_publish: config.allow_atomic_publish,
        metadata: config.metadata.into_iter().collect(),
        ..stream::Config::default()
    }
}

/// The producer's stream, made if there is none.
///
/// One that is there is brought back to what delivery rests on; its replicas, its limits and its
/// guards are as whoever runs the broker set them.
pub(crate) async fn own_stream(
    client: &Client,
    stream: Stream,
    installation: &Installation,
    replicas: usize,
) -> Result<stream::Stream, BrokerError> {
    check_version(client)?;
    let context = jetstream::new(client.clone());
    let there = existing(&context, stream).await.map_err(BrokerError::away)?;
    let handle = if let Some(handle) = there {
        handle
    } else {
        context
            .create_stream(stream_settings(stream, installation, replicas))
            .await
            .map_err(|error: CreateStreamError| BrokerError::away(error))?;
        context.get_stream(stream.name()).await.map_err(BrokerError::away)?
    };
    let found = &handle.cached_info().config;
    check_owner(&found.metadata, stream, installation)?;
    let needed = mended(found, stream_settings(stream, installation, replicas));
    if needed != *found {
        let stream = stream.name();
        tracing::warn!(stream, ?found, "the stream was not as it must be and is mended");
        context.update_stream(needed).await.map_err(BrokerError::away)?;
    }
    Ok(handle)
}

/// What `found` must become, so that it takes what `made` takes and keeps it as long.
fn mended(found: &stream::Config, made: stream::Config) -> stream::Config {
    // Zero is for ever.
    let long_enough = found.max_age.is_zero() || found.max_age >= made.max_age;
    stream::Config {
        subjects: made.subjects,
        retention: made.retention,
        discard: made.discard,
        max_age: if long_enough { found.max_age } else { made.max_age },
        allow_atomic_publish: made.allow_atomic_publish,
        ..found.clone()
    }
}

/// The reader's durable consumer on another service's stream, made if there is none, and anew if it
/// is ahead of the stream.
///
/// A broker that crashed may have lost the end of a stream and not the place of its readers: what is
/// published there next would never be delivered. A new consumer begins at the start, and heads tell
/// what is known already.
pub(crate) async fn consumer(
    client: &Client,
    stream: Stream,
    reader: Service,
    installation: &Installation,
) -> Result<PullConsumer, BrokerError> {
    check_version(client)?;
    let context = jetstream::new(client.clone());
    let handle = context.get_stream(stream.name()).await.map_err(BrokerError::away)?;
    check_owner(&handle.cached_info().config.metadata, stream, installation)?;
    let config = pull::Config {
        durable_name: Some(durable(reader).to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(30),
        // A limit would lose everything while the reader's store is away.
        max_deliver: -1,
        max_ack_pending: 8_192,
        ..pull::Config::default()
    };
    let name = durable(reader);
    let make = async || handle.get_or_create_consumer(name, config.clone()).await;
    let consumer = make().await.map_err(BrokerError::away)?;
    let delivered = consumer.cached_info().delivered.stream_sequence;
    if delivered <= handle.cached_info().state.last_sequence {
        return Ok(consumer);
    }
    // The stream may have grown since it was asked.
    let last = handle.get_info().await.map_err(BrokerError::away)?.state.last_sequence;
    if delivered <= last {
        return Ok(consumer);
    }
    let stream = stream.name();
    tracing::warn!(
        stream,
        delivered,
        last,
        "the broker lost events that were read; all are read again"
    );
    handle.delete_consumer(name).await.map_err(BrokerError::away)?;
    make().await.map_err(BrokerError::away)
}

fn check_owner(
    metadata: &HashMap<String, String>,
    stream: Stream,
    ours: &Installation,
) -> Result<(), BrokerError> {
    let found = metadata.get(INSTALLATION).map(String::as_str).unwrap_or_default();
    if found == ours.as_str() {
        return Ok(());
    }
    let (stream, found) = (stream.name(), found.to_owned());
    Err(BrokerError::OtherInstallation { stream, found, ours: ours.clone() })
}

/// A stream, if there is one.
pub(crate) async fn existing(
    context: &jetstream::Context,
    stream: Stream,
) -> Result<Option<stream::Stream>, GetStreamError> {
    match context.get_stream(stream.name()).await {
        Ok(handle) => Ok(Some(handle)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(cause)
        if cause.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(version("2.14.0-RC.1") >= Some(FLOOR));
        assert!(version("2.15.1") > Some(FLOOR) && version("10.0.0") > Some(FLOOR));
        assert!(version("2.9.25") < Some(FLOOR) && version("2.12.8") < Some(FLOOR));
        assert_eq!(version(""), None);
    }

    #[test]
    fn a_stream_of_another_installation_is_refused_by_name() {
        let ours = "hunan".parse().unwrap();
        let metadata = HashMap::from([(INSTALLATION.to_owned(), "liuzhou".to_owned())]);
        let refused = check_owner(&metadata, Stream::Intake, &ours).unwrap_err().to_string();
        assert!(refused.starts_with("stream INTAKE belongs to the installation `liuzhou`"));
        assert!(check_owner(&HashMap::new(), Stream::Intake, &ours).is_err(), "nor nobody's");
    }
}
