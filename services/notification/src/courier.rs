//! Carries out of the installation what was begun: with no transaction open, so that a gateway that
//! hangs holds up nobody.
//!
//! ```text
//!  lock its recipient ─ is it still to be tried? ─ note the attempt ─ commit
//!  look up where its person is reached, and their links; post it      at least once
//!  lock its recipient ─ what follows? ─ note it ─ commit
//! ```
//!
//! Attempts are in machine time, as all back-off is.

use std::{collections::HashMap, time::Duration};

use clock::SendingId;
use delivery::{Fault, Tx, lock_one, nudge};
use events::words::MessageChannel;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Notification, channels,
    channels::Letter,
    message::Message,
    outgoing::{Budget, MINUTE, Next, Outcome, SOON, Sending, Way, may_be_overheard},
    store,
    store::ways::{Room, ToTry},
    tell::Words,
};

/// Between two looks when nobody rings.
const SWEEP: Duration = Duration::from_millis(500);
/// Under way at once.
const AT_ONCE: usize = 16;
/// Of those, to persons: whoever knows where they are reached may hang, and posts do not wait for that.
const TO_PERSONS: usize = AT_ONCE / 2;

/// Carries until `stop`.
pub(crate) async fn run(notification: Notification, stop: CancellationToken) {
    let mut bell = notification.delivery.bell().listen();
    let mut tasks = JoinSet::new();
    let mut under_way = UnderWay::new();
    while !stop.is_cancelled() {
        while let Some(done) = tasks.try_join_next_with_id() {
            let task = done.map_or_else(|panic| panic.id(), |(task, ())| task);
            under_way.remove(&task);
        }
        match notification.to_try(&under_way).await {
            Ok(to_try) => {
                for due in to_try {
                    let (notification, ToTry { id, recipient, .. }) = (notification.clone(), due);
                    let task = tasks.spawn(async move {
                        if let Err(fault) = notification.carry(id, recipient).await {
                            tracing::warn!(sending = %id, %fault, "it is carried again");
                        }
                    });
                    under_way.insert(task.id(), due);
                }
            }
            Err(error) => tracing::warn!(%error, "nothing is carried"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SWEEP) => {}
            () = bell.heard() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// What is carried now, by the task that does it.
type UnderWay = HashMap<task::Id, ToTry>;

/// An attempt that was made.
struct Ended<'a> {
    sending: &'a Sending,
    messages: &'a [Message],
    next: Next,
    /// Something went out of the installation: it counts for the budget of its way.
    has_left: bool,
}

impl Notification {
    /// What is due, and nobody carries yet, as far as there is room.
    async fn to_try(&self, under_way: &UnderWay) -> Result<Vec<ToTry>, sqlx::Error> {
        let personal = under_way.values().filter(|one| one.is_personal).count();
        let room = Room {
            all: AT_ONCE.saturating_sub(under_way.len()),
            to_persons: TO_PERSONS.saturating_sub(personal),
        };
        let carried: Vec<_> = under_way.values().map(|one| one.id).collect();
        let machine = self.clock().machine();
        let mut connection = self.pool().acquire().await?;
        store::ways::to_try(&mut connection, machine, &carried, room).await
    }

    /// One attempt, and what follows from it.
    async fn carry(&self, id: SendingId, recipient: Uuid) -> Result<(), Fault> {
        let Some((sending, messages)) = self.begin_attempt(id, recipient).await? else {
            return Ok(());
        };
        let Some(way) = sending.ways.first() else { return Ok(()) };
        let (outcome, has_left) = match self.look_up(way, id, &messages).await {
            Ok((to, messages)) => {
                let letter = Letter { id, to: &to, messages: &messages };
                (self.channels.post(way, &letter).await, true)
            }
            Err(outcome) => (outcome, false),
        };
        let next = sending.on_outcome(outcome, self.clock().machine());
        let ended = Ended { sending: &sending, messages: &messages, next, has_left };
        self.end_attempt(recipient, ended).await
    }

    /// What no row holds: where its person is reached, and their links. Whoever knows those and does not
    /// answer is as good as a way that does not. For the rest that it says nobody waits.
    async fn look_up(
        &self,
        way: &Way,
        id: SendingId,
        messages: &[Message],
    ) -> Result<(SecretString, Vec<Message>), Outcome> {
        let to = messages.first().map(|message| &message.to).ok_or(Outcome::Refused)?;
        let to = self.addresses.find(way, to).await.map_err(|error| {
            tracing::warn!(sending = %id, %error, "where it is to arrive is not known now");
            Outcome::Away
        })?;
        let to = to.ok_or(Outcome::Refused)?;
        let mut messages = messages.to_vec();
        self.links.fill(&mut messages).await.map_err(|error| {
            tracing::warn!(sending = %id, error = format!("{error:#}"), "its link cannot be had now");
            Outcome::Away
        })?;
        let words = messages.iter_mut().map(|message| &mut message.words).collect();
        self.inserts.fill(words, longest(way)).await;
        Ok((to, messages))
    }

    /// Notes an attempt before it is made; none if another replica makes it, or something else follows
    /// in its place. What is hidden is not in its words where others read along.
    async fn begin_attempt(
        &self,
        id: SendingId,
        recipient: Uuid,
    ) -> Result<Option<(Sending, Vec<Message>)>, Fault> {
        let mut tx = self.pool().begin().await?;
        let _lock = lock_one(&mut tx, recipient).await?;
        let machine = self.clock().machine();
        let Some(sending) = store::ways::still_to_try(&mut tx, id, machine).await? else {
            return Ok(None);
        };
        let mut messages = store::messages::of_sending(&mut tx, id).await?;
        if let Some(next) = self.in_place(&mut tx, &sending, machine).await? {
            self.follow(&mut tx, (&sending, recipient), &messages, next).await?;
            tx.commit().await?;
            self.delivery.bell().ring();
            return Ok(None);
        }
        let tries = sending.tries + 1;
        let (again, over) = (machine + channels::LEASE, machine - MINUTE);
        store::ways::attempt(&mut tx, id, machine, (again, over)).await?;
        if sending.ways.first().is_some_and(Way::reaches_a_group) {
            let hidden = store::messages::hidden_of_sending(&mut tx, id).await?;
            for message in &mut messages {
                if let Some(number) = hidden.get(&message.id) {
                    message.words = Words::sealed(*number);
                }
            }
        }
        tx.commit().await?;
        Ok(Some((Sending { tries, ..sending }, messages)))
    }

    /// What follows in place of an attempt; none if it is made. A person is told by their phone or mail
    /// only what others may see there by now, and each way carries as much as it may this minute: what
    /// weighs more and is due as well first.
    async fn in_place(
        &self,
        tx: &mut Tx<'_>,
        sending: &Sending,
        machine: Timestamp,
    ) -> Result<Option<Next>, sqlx::Error> {
        let Some(way) = sending.ways.first() else { return Ok(None) };
        if way.is_personal() {
            let levels = store::messages::levels_of_sending(tx, sending.id).await?;
            if !levels.into_iter().all(may_be_overheard) {
                return Ok(Some(sending.on_secret()));
            }
        }
        let Some(most) = self.channels.per_minute(way) else { return Ok(None) };
        // Several posts have one robot, as all persons have one gateway.
        if !store::ways::take_turns(tx, way).await? {
            return Ok(Some(Next::Again(machine + SOON)));
        }
        let tried = store::ways::tried_since(tx, way, machine - MINUTE).await?;
        // Also what has just left the turn to another.
        let ahead = store::ways::weightier(tx, sending, way, machine + SOON).await?;
        let budget = Budget { most: most as usize, tried: &tried, ahead };
        Ok(sending.on_budget(budget, machine))
    }

    async fn end_attempt(
        &self,
        recipient: Uuid,
        Ended { sending, messages, next, has_left }: Ended<'_>,
    ) -> Result<(), Fault> {
        let mut tx = self.pool().begin().await?;
        let _lock = lock_one(&mut tx, recipient).await?;
        if !has_left {
            store::ways::took_no_room(&mut tx, sending.id).await?;
        }
        self.follow(&mut tx, (sending, recipient), messages, next).await?;
        tx.commit().await?;
        self.delivery.bell().ring();
        Ok(())
    }

    /// Notes what follows.
    async fn follow(
        &self,
        tx: &mut Tx<'_>,
        (sending, recipient): (&Sending, Uuid),
        messages: &[Message],
        next: Next,
    ) -> Result<(), sqlx::Error> {
        let (now, machine) = (self.clock().now(), self.clock().machine());
        match next {
            Next::Sent => {
                store::outgoing::sent(tx, sending.id, now).await?;
                store::messages::nudge_cases(tx, messages, now).await?;
            }
            Next::Again(at) => store::ways::try_at(tx, sending.id, at).await?,
            Next::Take(ways) => {
                let within = ways.first().is_some_and(Way::is_within);
                if ways.first().is_some_and(Way::reaches_nobody) {
                    self.unheard(tx, sending, messages, now).await?;
                }
                let try_at: Option<Timestamp> = (!within).then_some(machine);
                store::ways::take(tx, sending.id, &ways, try_at).await?;
                if within {
                    nudge(tx, recipient, now).await?;
                }
            }
            Next::GiveUp => {
                store::ways::give_up(tx, sending.id).await?;
                self.unheard(tx, sending, messages, now).await?;
            }
        }
        Ok(())
    }

    /// No way out is left: whoever was to be told something critical is phoned at once.
    async fn unheard(
        &self,
        tx: &mut Tx<'_>,
        sending: &Sending,
        messages: &[Message],
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        if !sending.critical {
            return Ok(());
        }
        store::acknowledgements::undelivered(tx, sending.id).await?;
        store::messages::nudge_cases(tx, messages, now).await
    }
}

/// The longest text with what it need not say: a text message is paid for by its parts, and few gateways
/// take many.
const fn longest(way: &Way) -> usize {
    match way.channel {
        MessageChannel::Sms => 500,
        MessageChannel::Log
        | MessageChannel::Mailbox
        | MessageChannel::Wecom
        | MessageChannel::Webhook
        | MessageChannel::Mail => usize::MAX,
    }
}
