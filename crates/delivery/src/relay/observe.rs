//! What the stream says of itself, and the messages in it.

use std::collections::BTreeSet;

use async_nats::jetstream::stream::{self, RawMessageErrorKind};
use delivery_core::{Found, Observed};
use events::decode;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use uuid::Uuid;

use crate::fault::BoxError;

/// Messages that are asked for at once.
const IN_FLIGHT: usize = 32;

/// A message of ours, by all that it is recognised by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity {
    pub(super) event: Uuid,
    pub(super) key: Uuid,
    pub(super) sequence: u64,
}

/// The state of a stream that was just asked for, with the list of its holes.
pub(super) async fn observe(stream: &stream::Stream) -> Result<Observed, BoxError> {
    let info = stream.cached_info();
    let holes = info.state.deleted_count.unwrap_or(0) > 0;
    if !holes {
        return observed(info, BTreeSet::new());
    }
    let detailed = stream.info_builder().with_deleted(true).fetch().await?.info;
    let deleted = detailed.state.deleted.iter().flatten().copied().collect();
    observed(&detailed, deleted)
}

fn observed(info: &stream::Info, deleted: BTreeSet<u64>) -> Result<Observed, BoxError> {
    Ok(Observed {
        created: created(info)?,
        first: info.state.first_sequence,
        last: info.state.last_sequence,
        deleted,
    })
}

/// When a stream was created.
pub(super) fn created(info: &stream::Info) -> Result<Timestamp, BoxError> {
    Ok(Timestamp::from_nanosecond(info.created.unix_timestamp_nanos())?)
}

/// The messages from `from` to `to`; those that are gone are left out.
pub(super) async fn read(
    stream: &stream::Stream,
    from: u64,
    to: u64,
) -> Result<Vec<Reading>, BoxError> {
    futures::stream::iter(from..=to)
        .map(|sequence| read_one(stream, sequence))
        .buffered(IN_FLIGHT)
        .try_filter_map(async |reading| Ok(reading))
        .try_collect()
        .await
}

/// A message that was read back, and who it is.
pub(super) type Reading = (Found, Option<Identity>);

async fn read_one(stream: &stream::Stream, sequence: u64) -> Result<Option<Reading>, BoxError> {
    match stream.get_raw_message(sequence).await {
        Ok(message) => {
            let identity = identify(&message.payload);
            let event = identity.map(|identity| identity.event);
            let at = Timestamp::from_nanosecond(message.time.unix_timestamp_nanos())?;
            Ok(Some((Found { sequence, event, at }, identity)))
        }
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Who a message is, if it can be one of ours at all.
fn identify(payload: &[u8]) -> Option<Identity> {
    let envelope = match decode(payload) {
        Ok(received) => received.envelope,
        Err(broken) => broken.envelope()?.clone(),
    };
    let (event, key, sequence) = (envelope.id, envelope.key, envelope.sequence);
    Some(Identity { event, key, sequence })
}
