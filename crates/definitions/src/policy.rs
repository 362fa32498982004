use std::collections::{BTreeMap, BTreeSet};

use calendar::{Calendar, Hours, Limit, Start};
use events::words::{Commitment, End, HoldReason, ItemId, LadderId, MessageChannel, Urgency};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::{
    Alert, Code, Names, alarm,
    code::names,
    layer::day_hours,
    read::{Cursor, Fields, Thing, count, fields, list, parsed, reference, table},
    respite::{self, ExtensionRule, PauseRule},
};

/// What is promised for a group of items, and what follows when it is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: Code,
    /// What it is called.
    pub names: Names,
    limits: BTreeMap<Commitment, BTreeMap<Urgency, Limit>>,
    from_next_day: BTreeSet<Commitment>,
    ladders: BTreeMap<Commitment, LadderId>,
    /// When and how often a requester is called back.
    pub callback: Callback,
    /// When people are told; at once and at any hour if it does not say.
    pub messages: Option<Messages>,
    reopen_within_days: BTreeMap<End, u16>,
    pauses: BTreeMap<HoldReason, PauseRule>,
    /// How a promise may be extended before it is due; `None` if it may not.
    pub extensions: Option<ExtensionRule>,
    /// Who is alerted, if these are alarms.
    pub alert: Option<Alert>,
    /// The item that a complaint about one of its cases is a case of; `None` if nobody can complain.
    pub complaint: Option<ItemId>,
    /// For how long after its receipt an open case is taken for what others report of the same item at
    /// the same place.
    pub similar_within: SignedDuration,
}

/// The hours for which it is, if a policy does not say.
const SIMILAR_WITHIN: u16 = 72;

/// When people are told what nobody needs to be woken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    /// The hours of every day outside of which nobody is disturbed.
    pub within: Hours,
    /// For so long messages to one recipient wait for one another, to go out as one.
    pub gather: SignedDuration,
    /// How long who was told something critical may take to say that they know, around the clock,
    /// before the desk phones them; nobody is asked to if it does not say.
    pub acknowledge: Option<SignedDuration>,
    channels: BTreeMap<Urgency, Vec<MessageChannel>>,
    persons: BTreeMap<Urgency, Vec<MessageChannel>>,
}

impl Messages {
    /// The channels by which a post is told of such a case, the first one first; each further one is
    /// for when those before it fail.
    pub fn channels(&self, urgency: Urgency) -> &[MessageChannel] {
        self.channels.get(&urgency).map_or(&[], Vec::as_slice)
    }

    /// The channels by which a person is told of such a case, the first one first, before their
    /// mailbox, which has it in the end however they were told.
    pub fn persons(&self, urgency: Urgency) -> &[MessageChannel] {
        self.persons.get(&urgency).map_or(&[], Vec::as_slice)
    }

    /// When a message that was queued at `at` goes out: gathered, and within the hours.
    pub(crate) fn go_at(&self, at: Timestamp, calendar: &Calendar) -> Timestamp {
        let gathered = at.checked_add(self.gather).unwrap_or(at);
        if calendar.within(&self.within, gathered) {
            return gathered;
        }
        // There is an opening on every day, save one that a change of the clock swallows.
        let days = calendar.date(gathered).series(1.day()).take(3);
        let openings = days.flat_map(|day| self.within.on(day, calendar.zone()));
        let next = openings.map(|opening| opening.open).find(|open| *open >= gathered);
        next.unwrap_or(gathered)
    }
}

/// When requesters are called back, and when one who cannot be reached has been tried enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// How many attempts are made.
    pub attempts: u16,
    /// On how many different days, at least.
    pub days: u16,
    /// At how many different hours of the day, at least.
    pub hours: u16,
    /// When people may be called, on every day.
    pub within: Hours,
}

impl Policy {
    /// The limit of a commitment; `None` if it is not promised at this urgency.
    pub fn limit(&self, commitment: Commitment, urgency: Urgency) -> Option<Limit> {
        self.limits.get(&commitment)?.get(&urgency).copied()
    }

    /// When the limit of a commitment begins to count.
    pub fn start(&self, commitment: Commitment) -> Start {
        if self.from_next_day.contains(&commitment) { Start::NextWorkingDay } else { Start::AtOnce }
    }

    /// The ladder that a late commitment climbs; every commitment with a limit has one.
    pub fn ladder(&self, commitment: Commitment) -> Option<&LadderId> {
        self.ladders.get(&commitment)
    }

    /// How many days after such an end its requester may reopen the case; `None` if never.
    pub fn reopen_within_days(&self, end: End) -> Option<u16> {
        self.reopen_within_days.get(&end).copied()
    }

    /// How clocks may pause for this reason; `None` if they may not.
    pub fn pause(&self, reason: HoldReason) -> Option<&PauseRule> {
        self.pauses.get(&reason)
    }

    /// Ends with such a figure although they are final: intake would never keep it.
    pub(crate) fn reopened_in_vain(&self) -> impl Iterator<Item = End> {
        self.reopen_within_days.keys().copied().filter(|end| !REOPENABLE.contains(end))
    }
}

/// The ends after which a requester may say "not solved": all that anybody knew is that it was done.
pub(crate) const REOPENABLE: [End; 3] = [End::Solved, End::Unreachable, End::Uncalled];

pub(crate) fn read(id: Code, cursor: &mut Cursor<'_>) -> Option<Policy> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let limits = f.required("limits", table(limits));
        let from_next_day = f.optional("fromNextDay", list(parsed));
        let ladders = f.required("ladders", table(reference(Thing::Ladder)));
        let callback = f.required("callback", |cursor| fields(cursor, callback));
        let messages = f.optional("messages", |cursor| fields(cursor, messages));
        let reopening = f.required("reopenWithinDays", table(count(1..=366)));
        let pauses = f.optional("pauses", respite::pauses);
        let extensions = f.optional("extensions", respite::extensions);
        let alert = f.optional("alert", alarm::alert);
        let complaint = f.optional("complaint", reference(Thing::Item));
        let similar = f.optional("similarWithinHours", count(1..=8_784));
        let (limits, ladders) = (limits?, ladders?);
        let from_next_day = from_next_day?.unwrap_or_default();
        refuse_incomplete(f, &limits, &ladders, &from_next_day)?;
        Some(Policy {
            id,
            names: names?,
            limits,
            from_next_day: from_next_day.into_iter().collect(),
            ladders,
            callback: callback?,
            messages: messages?,
            reopen_within_days: reopening?,
            pauses: pauses?.unwrap_or_default(),
            extensions: extensions?,
            alert: alert?,
            complaint: complaint?,
            similar_within: SignedDuration::from_hours(similar?.unwrap_or(SIMILAR_WITHIN).into()),
        })
    })
}

fn limits(cursor: &mut Cursor<'_>) -> Option<BTreeMap<Urgency, Limit>> {
    table(parsed::<Limit>)(cursor)
}

/// A promise without a figure, or with nobody to hear of its lateness, is none.
fn refuse_incomplete(
    f: &mut Fields<'_, '_>,
    limits: &BTreeMap<Commitment, BTreeMap<Urgency, Limit>>,
    ladders: &BTreeMap<Commitment, LadderId>,
    from_next_day: &[Commitment],
) -> Option<()> {
    let mut complete = Some(());
    for commitment in from_next_day.iter().filter(|one| !limits.contains_key(one)) {
        let message = format!("names `{commitment}`, which has no limits");
        complete = f.refuse_below(&["fromNextDay"], message);
    }
    for (commitment, limits) in limits {
        for urgency in promised(*commitment).iter().filter(|one| !limits.contains_key(one)) {
            let path = ["limits", commitment.word()];
            complete = f.refuse_below(&path, format!("has no figure for `{urgency}`"));
        }
        if !ladders.contains_key(commitment) {
            let message = format!("must name the ladder of `{commitment}`, which has limits");
            complete = f.refuse_below(&["ladders"], message);
        }
    }
    if !limits.contains_key(&Commitment::Complete) && !limits.contains_key(&Commitment::Answer) {
        complete = f.refuse_below(
            &["limits"],
            "must have `complete` or `answer`: it is what people are told",
        );
    }
    complete
}

/// The urgencies at which a commitment, once promised, needs a limit. Only danger is contained.
fn promised(commitment: Commitment) -> &'static [Urgency] {
    match commitment {
        Commitment::Contain => &[Urgency::Critical],
        Commitment::Accept
        | Commitment::Arrive
        | Commitment::Complete
        | Commitment::Answer
        | Commitment::Reply
        | Commitment::Adjudicate
        | Commitment::FollowUp
        | Commitment::CallBack => Urgency::ALL,
    }
}

fn callback(f: &mut Fields<'_, '_>) -> Option<Callback> {
    let attempts = f.required("attempts", count(1..=20));
    let days = f.required("days", count(1..=20));
    let hours = f.required("hours", count(1..=20));
    let within = f.required("within", day_hours);
    let callback = Callback { attempts: attempts?, days: days?, hours: hours?, within: within? };
    if callback.attempts < callback.days.max(callback.hours) {
        return f.refuse("must have at least as many attempts as days and as hours");
    }
    Some(callback)
}

fn messages(f: &mut Fields<'_, '_>) -> Option<Messages> {
    let within = f.required("within", day_hours);
    let minutes = f.required("gatherMinutes", count(0..=60));
    let acknowledge = f.optional("acknowledgeMinutes", count(1..=60));
    let channels = f.optional("channels", table(list(channel)));
    let persons = f.optional("persons", table(list(personal_channel)));
    Some(Messages {
        within: within?,
        gather: SignedDuration::from_mins(i64::from(minutes?)),
        acknowledge: acknowledge?.map(|minutes: u16| SignedDuration::from_mins(minutes.into())),
        channels: channels?.unwrap_or_default(),
        persons: persons?.unwrap_or_default(),
    })
}

/// One way to a post. Its mailbox is none: nobody would hear of it.
fn channel(cursor: &mut Cursor<'_>) -> Option<MessageChannel> {
    match parsed(cursor)? {
        channel @ (MessageChannel::Log
        | MessageChannel::Sms
        | MessageChannel::Wecom
        | MessageChannel::Webhook
        | MessageChannel::Mail) => Some(channel),
        channel @ MessageChannel::Mailbox => cursor.refuse(format!(
            "a post is not told by {channel}; there are: wecom, sms, webhook, mail, log"
        )),
    }
}

/// One way to a person. Their mailbox is not named: it is always the last.
fn personal_channel(cursor: &mut Cursor<'_>) -> Option<MessageChannel> {
    match parsed(cursor)? {
        channel @ (MessageChannel::Sms | MessageChannel::Mail) => Some(channel),
        channel @ (MessageChannel::Log
        | MessageChannel::Wecom
        | MessageChannel::Webhook
        | MessageChannel::Mailbox) => cursor.refuse(format!(
            "a person is not told by {channel}; there are: sms, mail, and after them always the mailbox"
        )),
    }
}
