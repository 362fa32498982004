use authz::{Action, Relation, Relations, Subject, decide};
use clock::{AccountId, CaseId, ContactId, Ids as _, PersonId, RandomIds};
use definitions::Rules;
use events::words::{AlarmKind, CaseNumber, Channel, ItemId, Level};
use intake_core::{Accept, Actor, Command, Event, State, on_command};
use jiff::Timestamp;
use rpc::{Code, Error, account, authorize};

use super::{AcceptCase, Wanted};
use crate::{
    commands::{actor, case_unknown, refusal},
    people::{Directory, Named},
};

/// A case that is about to be accepted.
pub(super) struct Decided {
    pub(super) case: CaseId,
    pub(super) contact: ContactId,
    pub(super) caller: Option<PersonId>,
    pub(super) events: Vec<Event>,
}

/// What is known besides, when a case is accepted.
pub(super) struct Known<'a> {
    pub(super) rules: &'a Rules,
    /// The number that it will have.
    pub(super) number: CaseNumber,
    /// The case that it follows.
    pub(super) linked: Option<CaseId>,
}

/// What becomes of one contact.
pub(super) fn decide_one(
    call: &AcceptCase,
    Known { rules, number, linked }: Known<'_>,
    directory: &mut Directory,
    now: Timestamp,
    ids: &mut RandomIds,
) -> Result<Decided, Error> {
    let subject = &call.asked.subject;
    let caller = match &call.caller {
        Some(named) => Some(person("caller", named, call, directory, ids)?),
        None if call.is_told_by_another() => None,
        // Who may report for themselves alone is their own caller.
        None => subject.person,
    };
    let other = call.on_behalf_of.as_ref();
    let on_behalf_of =
        other.map(|named| person("on_behalf_of", named, call, directory, ids)).transpose()?;
    let item = item(&call.wanted, rules)?;
    permit(call, &item, caller, rules, now)?;
    let (first_receiver, by) = received(subject, caller, directory)?;
    let contact = ids.id();
    let command = Command::Accept(Box::new(Accept {
        number,
        contact,
        channel: call.channel,
        item,
        place: call.place.clone(),
        campus_phone: call.campus_phone.clone(),
        text: call.text.heard().to_owned(),
        people: call.people,
        // An inventory id that is no code of the definitions is in no rule.
        asset: call.asset.as_deref().and_then(|asset| asset.parse().ok()),
        vulnerable: call.vulnerable,
        urgency: None,
        received_at: call.received_at,
        caller,
        on_behalf_of,
        linked,
        incident: call.incident.clone(),
        first_receiver,
        by,
    }));
    let events =
        on_command(&State::New, rules, command, now, ids).map_err(|rejected| refusal(&rejected))?;
    Ok(Decided { case: ids.id(), contact, caller, events })
}

/// Who took the contact, and whose deed it is.
///
/// Whoever complains by a link is logged in nowhere: they received themselves, as who reports on the web
/// does. Without an account that is by the id of the person, which is no account's.
fn received(
    subject: &Subject,
    caller: Option<PersonId>,
    directory: &Directory,
) -> Result<(AccountId, Actor), Error> {
    match (subject.principal.account(), caller) {
        (None, Some(person)) => {
            let known = directory.get(person).and_then(|known| known.account);
            let account = known.unwrap_or_else(|| AccountId::from_uuid(person.uuid()));
            Ok((account, Actor::Person(person)))
        }
        (None, None) | (Some(_), _) => Ok((account(subject)?, actor(subject)?)),
    }
}

/// The item that is asked for, as far as it can be said before it is looked at.
fn item(wanted: &Wanted, rules: &Rules) -> Result<ItemId, Error> {
    match wanted {
        Wanted::Item(item) | Wanted::Complaint(Some(item)) => Ok(item.clone()),
        Wanted::Complaint(None) => Err(case_unknown()),
        Wanted::Alarm(kind) => alarm(*kind, rules),
        Wanted::Heard => alarm(AlarmKind::PersonAtRisk, rules),
    }
}

fn alarm(kind: AlarmKind, rules: &Rules) -> Result<ItemId, Error> {
    rules.alarm_item(kind).map(|item| item.id.clone()).ok_or_else(|| {
        let message = "this campus takes no alarms: apply an item for each type of them";
        Error::new(Code::FailedPrecondition, "no-alarms", message)
    })
}

/// The one who is named, known or new.
fn person(
    field: &str,
    named: &Named,
    call: &AcceptCase,
    directory: &mut Directory,
    ids: &mut RandomIds,
) -> Result<PersonId, Error> {
    directory.find_or_add(named, call.is_told_by_another(), ids).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "case-invalid", "the person is not known")
            .violating(format!("{field}.id"), "nobody has this id: leave it out")
    })
}

impl AcceptCase {
    /// Whether somebody takes what others report, and so knows who it was and by which channel it came.
    pub(in crate::commands) fn is_told_by_another(&self) -> bool {
        let action = match &self.wanted {
            Wanted::Alarm(_) | Wanted::Heard => Action::OpenAlarm,
            Wanted::Item(_) => Action::AcceptCase,
            Wanted::Complaint(_) => Action::ComplainCase,
        };
        decide(&self.asked.subject, action, Relations::NONE, Level::Public).is_allowed()
    }
}

/// Whoever reports for themselves does so on the web: figures by channel are no use if anybody could
/// say "hotline".
fn permit_channel(call: &AcceptCase) -> Result<(), Error> {
    if call.channel == Channel::Web || call.is_told_by_another() {
        return Ok(());
    }
    let message =
        format!("`{}` is stated by the desk alone: yours is `{}`", call.channel, Channel::Web);
    Err(Error::new(Code::InvalidArgument, "case-invalid", message.as_str())
        .violating("channel", message))
}

/// Holds that they may state this time of receipt: clocks would run from it, and figures by hour would
/// follow it. One that is still to come is nobody's, and refused as such with all that is wrong.
pub(in crate::commands) fn permit_receipt(
    subject: &Subject,
    relations: Relations,
    level: Level,
    received_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Error> {
    let is_past = received_at.is_some_and(|at| at <= now);
    if !is_past || decide(subject, Action::BackdateCase, relations, level).is_allowed() {
        return Ok(());
    }
    let message = "only the duty counsellor records what was received earlier";
    Err(Error::new(Code::PermissionDenied, "backdating-not-permitted", message))
}

fn permit(
    call: &AcceptCase,
    item: &ItemId,
    caller: Option<PersonId>,
    rules: &Rules,
    now: Timestamp,
) -> Result<(), Error> {
    let subject = &call.asked.subject;
    let own = caller.is_some() && caller == subject.person;
    let relations = Relations::NONE.with(Relation::Own, own);
    let item = rules.item(item);
    let level = item.map_or(Level::Public, |item| item.level);
    let action = match (&call.wanted, &call.incident) {
        (Wanted::Alarm(_), _) => Action::OpenAlarm,
        (Wanted::Item(_), Some(_)) => Action::OpenIncident,
        (Wanted::Item(_), None) => Action::AcceptCase,
        // It was permitted by what it is about, whatever its own level.
        (Wanted::Complaint(_) | Wanted::Heard, _) => return permit_channel(call),
    };
    authorize(subject, action, relations, level)?;
    permit_receipt(subject, relations, level, call.received_at, now)?;
    permit_channel(call)?;
    match (item, call.kind) {
        (Some(item), Some(kind)) if item.kind != kind => {
            let message = format!("`{}` is of the kind `{}`, not `{kind}`", item.id, item.kind);
            Err(Error::new(Code::InvalidArgument, "case-invalid", message.as_str())
                .violating("kind", message))
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}
