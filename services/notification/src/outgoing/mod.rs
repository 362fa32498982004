//! What goes out to one recipient, and when. No input or output.
//!
//! A *message* says one cause to one recipient. A *sending* is one effect outside of here: one
//! letter, one text, one line in a chat. It carries one or more messages to one recipient over one
//! channel, so that a leader who has thirty late repairs after an outage hears it once.
//!
//! ```text
//!  message    │ goes out                     becomes
//! ────────────┼──────────────────────────────────────────────────────────────
//!  queued     │ an alarm: at once            sending, alone
//!             │ critical: at once            sending, in one sending with all
//!             │ normal: gathered a minute,   that waits for the same recipient
//!             │ within the campus's hours
//!             │ a rung that is called off    withdrawn, and so is what calls
//!             │ before it went out           it off: nobody was told
//!  sending    │ the effect was performed     sent
//!             │ nobody knows: killed, or     sending, performed again, after a
//!             │ nobody answered              while by the next way
//!             │ the way refused it           sending, by the next way
//!             │ the way is crowded           critical: sending, by the next way
//!             │                              normal: sending, later
//!             │ its budget is spent          an alarm: sending, by the next way
//!             │                              else: sending, in its turn, and
//!             │                              with it what is queued meanwhile
//!             │ its case is not for others   sending, by the mailbox
//!             │ any more
//!             │ no way is left               failed
//!  sent       │                              for ever
//! ```
//!
//! A way is a channel and where it ends: the robot of a post's group, its number, its own system. The
//! last way to a post is the log, so that only a broken installation fails; that to a person is their
//! mailbox, and where else they are reached no way says: it is looked up when it is taken.
//!
//! What is to stay in a person's mailbox shares no sending with what leaves for their phone: the one
//! would go along, or the other stay behind.
//!
//! An alarm shares a sending with nothing: a text may be cut off, and a digest waits for room. Of
//! what else goes together, what is critical is said first.
//!
//! So a message that fits one screen waits at most a minute by day, and until the morning by night;
//! only what is critical wakes anybody, and who is awake then reads the rest as well.
//!
//! The aggregate is the recipient, and not the message: what is merged must have one lock, and a
//! recipient's sendings must be in one order. Its key is the person's or account's id, and for a post
//! made of its name ([`key`]). Facts come by case, so a fact inserts its messages and nudges their
//! recipients; what was sent is told by case again, so a recipient nudges the cases.

mod decide;
mod outcome;
#[cfg(test)]
mod tests;
mod way;

use clock::{MessageId, SendingId};
use definitions::Occasion;
use events::words::{Recipient, Urgency};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use uuid::{Builder, Uuid};

use crate::tell::Says;

pub(crate) use decide::{Budget, MINUTE, SOON};
pub(crate) use outcome::{Next, Outcome};
pub(crate) use way::{Way, all_ways, may_be_overheard, urgency, ways};

/// Whether a message may wake somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// It waits for others, and for the morning.
    Normal,
    /// It goes at once, and takes along what waits.
    Critical,
}

/// A message that has not gone out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) message: MessageId,
    pub(crate) weight: Weight,
    /// It goes alone, and waits for nothing.
    pub(crate) is_alarm: bool,
    /// The ways to its recipient, the first one first.
    pub(crate) ways: Vec<Way>,
    /// When it goes out, unless another takes it along.
    pub(crate) goes_at: Timestamp,
    pub(crate) says: Says,
}

/// One effect outside of here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) id: SendingId,
    /// The ways that are left, the first of them in use.
    pub(crate) ways: Vec<Way>,
    /// It carries something critical.
    pub(crate) critical: bool,
    /// It carries an alarm, and nothing else.
    pub(crate) is_alarm: bool,
    /// How often the way in use was tried.
    pub(crate) tries: u32,
    pub(crate) messages: Vec<MessageId>,
}

/// All that has not arrived at one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// In the order in which it was queued.
    pub(crate) waiting: Vec<Waiting>,
    /// Begun, and not known to be done.
    pub(crate) under_way: Vec<Sending>,
}

/// What follows from a wake-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A sending that was begun ends in the installation, and is to be performed, maybe not for the
    /// first time. All others are the courier's.
    Perform(SendingId),
    /// These will not be said.
    Withdraw(Vec<MessageId>),
    /// From now on it may have gone out.
    Begin(Sending),
    /// A sending that nobody has tried yet carries these too.
    Join {
        /// Which.
        sending: SendingId,
        /// They are critical, and so is it from now on.
        critical: bool,
        /// These.
        messages: Vec<MessageId>,
    },
}

impl Weight {
    /// Its word in columns.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Critical => "critical",
        }
    }

    /// The weight of this word; a word that a later release wrote waits.
    pub(crate) fn read(word: &str) -> Self {
        if word == Self::Critical.word() { Self::Critical } else { Self::Normal }
    }

    /// How much a message weighs. Nobody is woken to hear that there is nothing left to do.
    pub(crate) const fn of(occasion: Occasion, urgency: Urgency) -> Self {
        match occasion {
            Occasion::Alarm | Occasion::DeskUntaken => Self::Critical,
            Occasion::Completed
            | Occasion::Survey
            | Occasion::Repaired
            | Occasion::IncidentEnded
            | Occasion::AlarmEnded => Self::Normal,
            Occasion::Offered
            | Occasion::Accepted
            | Occasion::Claimed
            | Occasion::Held
            | Occasion::Appointment
            | Occasion::Promised
            | Occasion::MadeSafe
            | Occasion::Chased
            | Occasion::ChasedAgain
            | Occasion::Ordered
            | Occasion::AtRisk
            | Occasion::Overdue
            | Occasion::ReturnedTwice
            | Occasion::Unclaimed
            | Occasion::Assigned
            | Occasion::PartGiven
            | Occasion::PartTaken
            | Occasion::Raised
            | Occasion::Relieved
            | Occasion::PauseAsked
            | Occasion::PauseGranted
            | Occasion::PauseRefused
            | Occasion::ExtensionAsked
            | Occasion::ExtensionGranted
            | Occasion::ExtensionRefused
            | Occasion::Asked
            | Occasion::Replied
            | Occasion::RepliedForNow
            | Occasion::AskedInside
            | Occasion::Answered
            | Occasion::Reopened
            | Occasion::Rung
            | Occasion::NotSolved
            | Occasion::IncidentJoined
            | Occasion::IncidentChanged => match urgency {
                Urgency::Normal | Urgency::Urgent => Self::Normal,
                Urgency::Critical => Self::Critical,
            },
        }
    }
}

/// The key of a recipient's aggregate.
pub(crate) fn key(to: &Recipient) -> Uuid {
    match to {
        Recipient::Person(id) => id.uuid(),
        Recipient::Account(id) => id.uuid(),
        Recipient::Post(_) => {
            let name = digest(&SHA256, to.to_string().as_bytes());
            let mut bytes = [0; 16];
            for (byte, of_name) in bytes.iter_mut().zip(name.as_ref()) {
                *byte = *of_name;
            }
            Builder::from_custom_bytes(bytes).into_uuid()
        }
    }
}
