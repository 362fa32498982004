//! The ways out.

use delivery::Fault;
use events::words::MessageChannel;

use crate::message::Message;

/// Sends a message, maybe not for the first time. One that fails is put back by the waker, longer
/// each time, with all that is to be sent of its case.
///
/// The words stay in the mailbox: a log may be read by who may not see the case.
pub(crate) fn send(message: &Message) -> Result<(), Fault> {
    let Message { id, case, to, template, channel, .. } = message;
    match channel {
        MessageChannel::Log => {
            tracing::info!(%id, %case, %to, %template, "a post is told");
            Ok(())
        }
        // It is there already.
        MessageChannel::Mailbox => Ok(()),
        // Left by a later release, which will find it again.
        MessageChannel::Mail | MessageChannel::Sms | MessageChannel::Wecom => {
            Err(Fault::own(format!("this release sends nothing by {channel}")))
        }
    }
}
