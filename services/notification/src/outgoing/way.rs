use definitions::{Post, Rules};
use events::words::{Level, MessageChannel, Recipient, Urgency};
use serde::{Deserialize, Serialize};

use crate::tell::Matter;

/// A way to a recipient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Way {
    pub(crate) channel: MessageChannel,
    /// The number or the address of a post, or the name that the configuration gives a robot or a
    /// system. None if the channel is in the installation, and none of a person: where they are reached
    /// is asked at the moment of sending, and kept nowhere here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

impl Way {
    /// A way that ends in the installation.
    pub(crate) const fn within(channel: MessageChannel) -> Self {
        Self { channel, address: None }
    }

    /// A way to a person, or an account.
    const fn to_person(channel: MessageChannel) -> Self {
        Self { channel, address: None }
    }

    /// Whether its address is to be looked up before it is taken.
    pub(crate) const fn is_personal(&self) -> bool {
        self.address.is_none() && !self.is_within()
    }

    /// Whether it is no way at all: nobody reads a line of the log at once.
    pub(crate) const fn reaches_nobody(&self) -> bool {
        matches!(self.channel, MessageChannel::Log)
    }

    /// Whether it is the mailbox, which has what its owner is told whatever the way.
    pub(crate) const fn is_mailbox(&self) -> bool {
        matches!(self.channel, MessageChannel::Mailbox)
    }

    /// Whether others than those at the post read what it carries: a group's chat, another system.
    pub(crate) const fn reaches_a_group(&self) -> bool {
        match self.channel {
            MessageChannel::Wecom | MessageChannel::Webhook => true,
            MessageChannel::Sms
            | MessageChannel::Mail
            | MessageChannel::Log
            | MessageChannel::Mailbox => false,
        }
    }

    /// Whether it ends in the installation, so that it is done with the transaction.
    pub(crate) const fn is_within(&self) -> bool {
        matches!(self.channel, MessageChannel::Log | MessageChannel::Mailbox)
    }
}

/// The ways to a recipient of a message about a case, the first one first and at least one.
///
/// A person has those of the policy, and last their mailbox, which is the portal's. A post has those
/// that its definition names, in the order of the policy; the log is its last, so that nothing is said
/// to nobody. An alarm is critical whatever became of its urgency. What is hidden goes to a group only
/// if no way leads to the post alone, and then says nothing of it ([`Way::reaches_a_group`]).
pub(crate) fn ways(rules: &Rules, matter: &Matter, to: &Recipient) -> Vec<Way> {
    let Recipient::Post(post) = to else { return ways_to_person(rules, matter) };
    let channels = rules.message_channels(&matter.item, urgency(rules, matter)).iter();
    let post = rules.post(post);
    let mut ways: Vec<Way> = channels.filter_map(|channel| way(*channel, post?)).collect();
    if matter.level == Level::Hidden {
        ways.sort_by_key(|way| (way.is_within(), way.reaches_a_group()));
    }
    let log = Way::within(MessageChannel::Log);
    if !ways.contains(&log) {
        ways.push(log);
    }
    ways
}

fn ways_to_person(rules: &Rules, matter: &Matter) -> Vec<Way> {
    let channels = if may_be_overheard(matter.level) {
        rules.personal_channels(&matter.item, urgency(rules, matter))
    } else {
        &[]
    };
    let out = channels.iter().map(|channel| Way::to_person(*channel));
    out.chain([Way::within(MessageChannel::Mailbox)]).collect()
}

/// Whether what is said of a case of this level may be seen on a person's phone, as their room-mates
/// see it, or in a mailbox of which nobody here knows who reads it.
pub(crate) const fn may_be_overheard(level: Level) -> bool {
    match level {
        Level::Public | Level::Internal => true,
        Level::Restricted | Level::Confidential | Level::Hidden => false,
    }
}

/// The ways to a post of what is about no case: all that its definition names, and the log.
pub(crate) fn all_ways(post: &Post) -> Vec<Way> {
    let channels = [
        MessageChannel::Sms,
        MessageChannel::Wecom,
        MessageChannel::Webhook,
        MessageChannel::Mail,
        MessageChannel::Log,
    ];
    channels.into_iter().filter_map(|channel| way(channel, post)).collect()
}

/// How urgent what is said of a case is.
pub(crate) fn urgency(rules: &Rules, matter: &Matter) -> Urgency {
    match rules.alert(&matter.item) {
        Some(_) => Urgency::Critical,
        None => matter.urgency,
    }
}

fn way(channel: MessageChannel, post: &Post) -> Option<Way> {
    let address = match channel {
        MessageChannel::Log => return Some(Way::within(channel)),
        MessageChannel::Wecom => post.robot.as_ref().map(ToString::to_string),
        MessageChannel::Webhook => post.webhook.as_ref().map(ToString::to_string),
        MessageChannel::Sms => post.mobile.clone(),
        MessageChannel::Mail => post.mail.clone(),
        MessageChannel::Mailbox => None,
    };
    Some(Way { channel, address: Some(address?) })
}
