//! Messages of one stream, in groups, until told to stop.

use std::time::Duration;

use async_nats::jetstream::{
    AckKind, Message,
    consumer::{PullConsumer, pull::MessagesError},
};
use events::words::Stream;
use futures::{Stream as Messages, StreamExt};
use jiff::SignedDuration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::{Facts, Shared, Sources, arrival::Arrival};
use crate::{
    Fault, broker,
    fault::{BoxError, Causes},
};

/// The most messages of one transaction.
pub(super) const GROUP: usize = 256;
/// How long a group that is not full waits for more.
const LINGER: Duration = Duration::from_millis(5);
/// Nothing came for so long.
const QUIET: Duration = Duration::from_millis(500);
/// Messages that the broker may send ahead.
const AHEAD: usize = 2_048;
/// The longest pause while the broker, or the stream, is away.
const LONGEST_ABSENCE: SignedDuration = SignedDuration::from_secs(2);
/// The longest pause while our own store, or a callee, is away.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How long a reader that stops gives back, and for how long nobody gets what it gave back.
const GIVING_BACK: Duration = Duration::from_secs(2);

impl<F: Facts, S: Sources> Shared<F, S> {
    /// Follows one stream: makes its consumer, also again after the broker lost it.
    pub(super) async fn pull(&self, stream: Stream, stop: &CancellationToken) {
        let mut failures = 0;
        while !stop.is_cancelled() {
            let followed = self.follow(stream, stop, &mut failures).await;
            let (stream, error) = (stream.name(), followed.as_ref().err());
            match (error.map(|error| Causes(&**error)), failures) {
                (None, _) => failures = 0,
                (Some(error), 0) => {
                    failures = 1;
                    tracing::warn!(stream, %error, "the stream cannot be read and is tried again");
                }
                (Some(error), _) => {
                    failures = failures.saturating_add(1);
                    tracing::debug!(stream, %error, "the stream still cannot be read");
                }
            }
            rest(delivery_core::pause(failures, LONGEST_ABSENCE), stop).await;
        }
    }

    async fn follow(
        &self,
        stream: Stream,
        stop: &CancellationToken,
        failures: &mut u32,
    ) -> Result<(), BoxError> {
        let source = &self.delivery.producer.source;
        let nats = &self.delivery.nats;
        let made = || broker::consumer(nats, stream, source.service, &source.installation);
        let mut connects = broker::connects(nats);
        let consumer = made().await?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(AHEAD)
            .expires(Duration::from_secs(30))
            .heartbeat(Duration::from_secs(5))
            .messages()
            .await?;
        let groups = messages.chunks_timeout(GROUP, LINGER);
        tokio::pin!(groups);
        let mut faults = 0;
        loop {
            let group = tokio::select! {
                () = stop.cancelled() => return give_back(groups, &consumer).await,
                group = StreamExt::next(&mut groups) => group,
                () = tokio::time::sleep(QUIET) => {
                    let now = broker::connects(nats);
                    // Over a new connection the consumer may be gone, which would show after 10 s.
                    // One that is still there is kept, and its messages with it: they are pulled
                    // again by now, and what is on its way here would be lost to us until the
                    // broker's time-out.
                    if now != connects && is_another(&consumer, &made().await?) {
                        return Ok(());
                    }
                    connects = now;
                    continue;
                }
            };
            let Some(group) = group else {
                return Ok(());
            };
            let (messages, broken) = until_error(group);
            if !messages.is_empty() {
                *failures = 0;
                self.take(stream, messages, &mut faults, stop).await?;
            }
            if let Some(error) = broken {
                return Err(error.into());
            }
        }
    }

    /// Processes a group and acknowledges it; when the surroundings fail it comes again later.
    async fn take(
        &self,
        stream: Stream,
        messages: Vec<Message>,
        faults: &mut u32,
        stop: &CancellationToken,
    ) -> Result<(), BoxError> {
        match self.process_messages(stream, &messages).await {
            Ok(()) => {
                *faults = 0;
                for message in messages {
                    message.ack().await?;
                }
            }
            Err(fault) => {
                *faults += 1;
                let pause = delivery_core::pause(*faults, LONGEST_PAUSE);
                let (name, pause_ms) = (stream.name(), pause.as_millis());
                tracing::warn!(stream = name, pause_ms, fault = %Causes(&fault), "a group comes again");
                for message in messages {
                    message.ack_with(AckKind::Nak(Some(pause.unsigned_abs()))).await?;
                }
                rest(pause, stop).await;
            }
        }
        Ok(())
    }

    async fn process_messages(&self, stream: Stream, messages: &[Message]) -> Result<(), Fault> {
        let ours = &self.delivery.producer.source.installation;
        let mut arrivals = Vec::with_capacity(messages.len());
        for message in messages {
            match Arrival::open(stream, message.payload.clone(), ours) {
                Ok(arrival) => arrivals.push(arrival),
                Err(reason) => self.bury_stray(stream, message, &reason).await?,
            }
        }
        self.process(arrivals).await
    }
}

/// Whether a consumer was made anew since.
fn is_another(before: &PullConsumer, now: &PullConsumer) -> bool {
    before.cached_info().created != now.cached_info().created
}

/// The messages before the first error, and that error.
fn until_error(
    group: Vec<Result<Message, MessagesError>>,
) -> (Vec<Message>, Option<MessagesError>) {
    let mut messages = Vec::with_capacity(group.len());
    for item in group {
        match item {
            Ok(message) => messages.push(message),
            Err(error) => return (messages, Some(error)),
        }
    }
    (messages, None)
}

/// Naks what was sent ahead, so that another replica need not wait for the broker's time-out: not
/// before this one has gone, or it would come here again.
async fn give_back<G>(
    mut groups: std::pin::Pin<&mut G>,
    consumer: &PullConsumer,
) -> Result<(), BoxError>
where
    G: Messages<Item = Vec<Result<Message, MessagesError>>>,
{
    let gone = Instant::now() + GIVING_BACK;
    let all = async {
        let mut is_all = false;
        loop {
            // A group that is not full comes when it has lingered.
            match timeout(2 * LINGER, StreamExt::next(&mut groups)).await {
                Ok(None) => return Ok(()),
                Ok(Some(group)) => {
                    is_all = false;
                    for message in group.into_iter().flatten() {
                        let until = gone.saturating_duration_since(Instant::now());
                        message.ack_with(AckKind::Nak(Some(until))).await?;
                    }
                }
                Err(_) if is_all => return Ok(()),
                // The broker's answer comes behind all that it sent before it.
                Err(_) => {
                    consumer.get_info().await?;
                    is_all = true;
                }
            }
        }
    };
    // The client asks for more while it hands out: a backlog has no end in sight.
    timeout_at(gone, all).await.unwrap_or(Ok(()))
}

async fn rest(pause: SignedDuration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause.unsigned_abs()) => {}
    }
}
