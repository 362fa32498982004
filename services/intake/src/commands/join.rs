use authz::Action;
use clock::{Ids as _, PersonId};
use delivery::Tx;
use delivery_rpc::{Asked, Failure, head};
use events::words::{CaseRef, Channel, ContactOutcome, Level};
use intake_core::{Command, Event};
use proto::intake::v1::JoinCaseResponse;
use rpc::{Code, Error, account};

use super::{Said, Spoken, actor, existing::Existing, keep_contact};
use crate::{
    Intake,
    api::answers,
    people::{Directory, Named},
    store::contacts::Contact,
    words::Words,
};

/// A contact about what somebody else reported already.
#[derive(Clone)]
pub(crate) struct Join {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) channel: Channel,
    pub(crate) caller: Option<Named>,
    pub(crate) on_behalf_of: Option<Named>,
    /// In their words; may be empty.
    pub(crate) text: Words,
    pub(crate) people: Option<u16>,
    pub(crate) asset: Option<String>,
    pub(crate) vulnerable: bool,
}

impl Spoken for Join {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        let said = Said {
            channel: Some(self.channel),
            caller: self.caller.clone(),
            on_behalf_of: self.on_behalf_of.clone(),
            ..Said::about(self.case)
        };
        (&self.asked, &mut self.text, said)
    }
}

/// Makes who calls, and for whom, co-reporters of a case; what they say may raise it.
pub(crate) async fn join(intake: &Intake, join: Join) -> Result<JoinCaseResponse, Failure> {
    let Join { asked, case, channel, text, .. } = &join;
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, *case, &asked.subject, Action::JoinCase).await?;
    let named = (join.caller.as_ref(), join.on_behalf_of.as_ref());
    let persons = persons(intake, &mut tx, named).await?;
    let command = Command::Join(Box::new(intake_core::Join {
        persons: persons.clone(),
        text: text.heard().to_owned(),
        people: join.people,
        // An inventory id that is no code of the definitions is in no rule.
        asset: join.asset.as_deref().and_then(|asset| asset.parse().ok()),
        vulnerable: join.vulnerable,
        by: actor(&asked.subject)?,
    }));
    let events = existing.decide(&mut tx, intake, command, now).await?;
    let raised = events.iter().any(|event| matches!(event, Event::UrgencyChanged { .. }));
    let speaker = persons.first().copied();
    existing.remark_of(&mut tx, intake, asked, text, now, speaker).await?;
    existing.record(&mut tx, intake, asked, events, now).await?;
    let contact = Contact {
        id: intake.ids().id(),
        channel: *channel,
        at: now,
        first_receiver: account(&asked.subject)?,
        outcome: ContactOutcome::Joined,
        caller: join.caller.is_some().then_some(speaker).flatten(),
        campus_phone: None,
        place: None,
        level: Level::Internal,
        words: None,
    };
    keep_contact(intake, &mut tx, asked, contact, vec![existing.id], now).await?;
    let answer = answer(intake, &mut tx, &existing, raised).await?;
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// Who calls, then for whom: known already, or kept from now on.
pub(super) async fn persons(
    intake: &Intake,
    tx: &mut Tx<'_>,
    (caller, on_behalf_of): (Option<&Named>, Option<&Named>),
) -> Result<Vec<PersonId>, Failure> {
    let named = [("caller", caller), ("on_behalf_of", on_behalf_of)];
    let named: Vec<_> = named.into_iter().filter_map(|(field, one)| Some((field, one?))).collect();
    let all: Vec<_> = named.iter().map(|(_, one)| *one).collect();
    let mut directory = Directory::load(tx, &intake.seals, &all).await?;
    let mut persons = Vec::new();
    for (field, one) in named {
        let person = directory.find_or_add(one, true, &mut intake.ids()).ok_or_else(|| {
            Error::new(Code::InvalidArgument, "join-invalid", "the person is not known")
                .violating(format!("{field}.id"), "nobody has this id: leave it out")
        })?;
        persons.push(person);
    }
    directory.save(tx).await?;
    Ok(persons)
}

async fn answer(
    intake: &Intake,
    tx: &mut Tx<'_>,
    existing: &Existing,
    raised: bool,
) -> Result<JoinCaseResponse, Failure> {
    let rules = intake.rules_of(tx, &existing.state).await?;
    let joined = answers::joined(&existing.state, &rules);
    Ok(JoinCaseResponse { head: Some(head(&existing.locked)), raised, ..joined })
}
