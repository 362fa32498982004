use authz::Action;
use clock::{Ids as _, PersonId};
use delivery::Tx;
use delivery_rpc::{Asked, Failure, head};
use events::words::{CaseRef, Channel, ContactOutcome, Level, PlaceId};
use intake_core::{Command, Disposal, Event};
use jiff::Timestamp;
use proto::{intake::v1::JoinIncidentResponse, words::v1 as wire};
use rpc::{Code, Error, account};

use super::{
    Said, Spoken, actor,
    close_as::{absorb, lock_both},
    existing::Existing,
    join::persons,
    keep_contact,
};
use crate::{Intake, incidents, people::Named, store::contacts::Contact, words::Words};

/// One more who has what the others have.
#[derive(Clone)]
pub(crate) struct JoinIncident {
    pub(crate) asked: Asked,
    pub(crate) incident: CaseRef,
    pub(crate) who: Joining,
    /// What who calls says, in their words; may be empty.
    pub(crate) text: Words,
}

/// Who joins.
#[derive(Clone)]
pub(crate) enum Joining {
    /// Whoever calls.
    Call(Box<IncidentCall>),
    /// All who reported this case.
    Case(CaseRef),
}

/// A call about an incident.
#[derive(Clone)]
pub(crate) struct IncidentCall {
    pub(crate) channel: Channel,
    pub(crate) campus_phone: Option<String>,
    pub(crate) place: Option<PlaceId>,
    pub(crate) caller: Option<Named>,
    pub(crate) on_behalf_of: Option<Named>,
    pub(crate) people: Option<u16>,
    pub(crate) vulnerable: bool,
}

impl Spoken for JoinIncident {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        let said = Said::about(self.incident);
        let said = match &self.who {
            Joining::Call(call) => Said {
                channel: Some(call.channel),
                place: call.place.clone(),
                campus_phone: call.campus_phone.clone(),
                caller: call.caller.clone(),
                on_behalf_of: call.on_behalf_of.clone(),
                ..said
            },
            Joining::Case(_) => said,
        };
        (&self.asked, &mut self.text, said)
    }
}

/// Takes a call about an incident, or a case that was one all along; answers what to read out.
pub(crate) async fn join_incident(
    intake: &Intake,
    JoinIncident { asked, incident, who, text }: JoinIncident,
) -> Result<JoinIncidentResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let (existing, joined) = match who {
        Joining::Call(call) => {
            take_call(intake, &mut tx, &asked, incident, (*call, &text), now).await?
        }
        Joining::Case(case) => take_case(intake, &mut tx, &asked, incident, case, now).await?,
    };
    let answer = answer(intake, &mut tx, &existing, joined, now).await?;
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// What came of it, besides that it was counted.
#[derive(Debug, Clone, Copy)]
struct Joined {
    somebody: bool,
    raised: bool,
}

async fn take_call(
    intake: &Intake,
    tx: &mut Tx<'_>,
    asked: &Asked,
    incident: CaseRef,
    (call, text): (IncidentCall, &Words),
    now: Timestamp,
) -> Result<(Existing, Joined), Failure> {
    let mut existing = Existing::lock(tx, incident, &asked.subject, Action::JoinCase).await?;
    let named = (call.caller.as_ref(), call.on_behalf_of.as_ref());
    let persons = persons(intake, tx, named).await?;
    let command = Command::JoinIncident(Box::new(intake_core::JoinIncident {
        channel: call.channel,
        place: call.place,
        campus_phone: call.campus_phone.clone(),
        join: intake_core::Join {
            persons: persons.clone(),
            text: text.heard().to_owned(),
            people: call.people,
            asset: None,
            vulnerable: call.vulnerable,
            by: actor(&asked.subject)?,
        },
    }));
    let events = existing.decide(tx, intake, command, now).await?;
    let joined = Joined {
        somebody: events.iter().any(|event| matches!(event, Event::Joined(_))),
        raised: events.iter().any(|event| matches!(event, Event::UrgencyChanged { .. })),
    };
    let place = match events.first() {
        Some(Event::Called { place }) => place.clone(),
        Some(_) | None => None,
    };
    let speaker: Option<PersonId> = persons.first().copied();
    existing.remark_of(tx, intake, asked, text, now, speaker).await?;
    existing.record(tx, intake, asked, events, now).await?;
    let contact = Contact {
        id: intake.ids().id(),
        channel: call.channel,
        at: now,
        first_receiver: account(&asked.subject)?,
        outcome: ContactOutcome::Joined,
        caller: call.caller.is_some().then_some(speaker).flatten(),
        campus_phone: call.campus_phone,
        place,
        level: Level::Internal,
        words: None,
    };
    keep_contact(intake, tx, asked, contact, vec![existing.id], now).await?;
    Ok((existing, joined))
}

/// The case ends as a duplicate: that is a decision of its own, and so is who may take it.
async fn take_case(
    intake: &Intake,
    tx: &mut Tx<'_>,
    asked: &Asked,
    incident: CaseRef,
    case: CaseRef,
    now: Timestamp,
) -> Result<(Existing, Joined), Failure> {
    lock_both(tx, incident, case).await?;
    let mut existing = Existing::lock(tx, incident, &asked.subject, Action::JoinCase).await?;
    let duplicate = Existing::lock(tx, case, &asked.subject, Action::CloseCaseAs).await;
    let mut duplicate = duplicate.map_err(|failure| match Error::from(failure) {
        error if error.code() == Code::NotFound => {
            let message = "there is no such case, or none for you";
            Error::new(Code::InvalidArgument, "join-invalid", message).violating("case", message)
        }
        error => error,
    })?;
    let known = |one: &Existing| one.state.case().cloned().ok_or_else(super::case_unknown);
    let (before, case) = (known(&existing)?, known(&duplicate)?);
    let (disposal, by) =
        (Disposal::Duplicate { of: existing.id, number: before.number }, actor(&asked.subject)?);
    let close = intake_core::CloseAs { disposal, is_reasoned: false, by };
    let events = duplicate.decide(tx, intake, Command::CloseAs(Box::new(close)), now).await?;
    absorb(intake, tx, asked, &duplicate, &mut existing, Some(case.place), now).await?;
    duplicate.record(tx, intake, asked, events, now).await?;
    let after = known(&existing)?;
    let joined = Joined {
        somebody: after.reporters.len() > before.reporters.len(),
        raised: after.urgency > before.urgency,
    };
    Ok((existing, joined))
}

async fn answer(
    intake: &Intake,
    tx: &mut Tx<'_>,
    existing: &Existing,
    joined: Joined,
    now: Timestamp,
) -> Result<JoinIncidentResponse, Failure> {
    let case = existing.state.case().ok_or_else(super::case_unknown)?;
    let rules = intake.rules_of(tx, &existing.state).await?;
    Ok(JoinIncidentResponse {
        head: Some(head(&existing.locked)),
        number: case.number.to_string(),
        read_out: intake_core::read_out(&rules, case, now).unwrap_or_default(),
        cause: incidents::cause(intake, tx, existing.id, case).await?,
        joined: joined.somebody,
        urgency: wire::Urgency::from(case.urgency).into(),
        raised: joined.raised,
        person_at_risk: None,
    })
}
