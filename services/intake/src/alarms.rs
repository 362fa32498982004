//! Hands alarms over to notification itself: an alarm cannot wait for a broker that is away.
//!
//! What is to be handed over is a row of the transaction that accepted the alarm, so that a crash
//! after the commit loses nothing; it goes once notification has taken it. Notification takes it
//! however often it comes, and by the broker besides, and rings once. Any number of replicas may do
//! this.

use std::time::Duration;

use clock::CaseId;
use futures::{StreamExt as _, stream};
use proto::notification::v1::{RaiseAlarmRequest, notification_client::NotificationClient};
use rpc::{Call, Channel};
use tokio_util::sync::CancellationToken;

use crate::{Intake, store};

/// Between two looks when nobody rings the bell, and between two tries.
const SWEEP: Duration = Duration::from_secs(1);
/// How long notification may take.
const DEADLINE: Duration = Duration::from_secs(3);
/// Handed over at once.
const AT_ONCE: u32 = 16;

/// Hands over until `stop`.
pub(crate) async fn run(
    intake: Intake,
    notification: NotificationClient<Channel>,
    stop: CancellationToken,
) {
    let mut bell = intake.delivery.bell().listen();
    // What keeps failing is logged once.
    let mut fails = false;
    while !stop.is_cancelled() {
        match hand_over(&intake, &notification).await {
            Ok(()) => fails = false,
            Err(error) if fails => tracing::debug!(%error, "alarms still wait"),
            Err(error) => {
                tracing::error!(%error, "alarms wait: notification has not taken them");
                fails = true;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SWEEP) => {}
            () = bell.heard(), if !fails => {}
        }
    }
}

/// Hands over all that waits; one that is refused holds back no other.
async fn hand_over(
    intake: &Intake,
    notification: &NotificationClient<Channel>,
) -> anyhow::Result<()> {
    let mut connection = intake.pool().acquire().await?;
    let waiting = store::alarms::waiting(&mut connection, AT_ONCE).await?;
    drop(connection);
    let raise = |(case, event)| raise(intake, notification.clone(), case, event);
    let handed = stream::iter(waiting).map(raise).buffer_unordered(AT_ONCE as usize);
    let handed: Vec<_> = handed.collect().await;
    handed.into_iter().collect()
}

async fn raise(
    intake: &Intake,
    mut notification: NotificationClient<Channel>,
    case: CaseId,
    event: Vec<u8>,
) -> anyhow::Result<()> {
    let request = Call::within(DEADLINE).request(RaiseAlarmRequest { event });
    notification.raise_alarm(request).await.map_err(rpc::Error::from)?;
    let mut connection = intake.pool().acquire().await?;
    Ok(store::alarms::delete(&mut connection, case).await?)
}
