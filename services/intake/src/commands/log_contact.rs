use std::slice;

use authz::{Action, Relations};
use clock::{ContactId, Ids as _, PersonId};
use delivery::{Fault, Tx};
use delivery_rpc::{Asked, Failure};
use events::words::{Channel, ContactOutcome, Level};
use jiff::Timestamp;
use proto::intake::v1::LogContactResponse;
use rpc::{Code, Error, account, authorize};
use uuid::Uuid;

use super::{
    Said, Spoken, Whose, accept::no_definitions, accept::permit_receipt, close_as::refer,
    keep_contact, violating,
};
use crate::{
    Intake,
    people::{Directory, Named},
    store::contacts::Contact,
    words::Words,
};

/// A contact that was answered at once, or referred.
#[derive(Clone)]
pub(crate) struct LogContact {
    pub(crate) asked: Asked,
    pub(crate) channel: Channel,
    pub(crate) caller: Option<Named>,
    pub(crate) campus_phone: Option<String>,
    /// What was asked and answered; may be empty.
    pub(crate) text: Words,
    /// Whose matter it is; none if it was answered.
    pub(crate) whose: Option<Whose>,
    pub(crate) received_at: Option<Timestamp>,
}

impl Spoken for LogContact {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        let said = Said {
            channel: Some(self.channel),
            campus_phone: self.campus_phone.clone(),
            caller: self.caller.clone(),
            ..Said::default()
        };
        (&self.asked, &mut self.text, said)
    }
}

/// The field as which what was said is sealed.
pub(crate) const SAID: &str = "contact";

/// Records a contact of which no case comes.
pub(crate) async fn log_contact(
    intake: &Intake,
    log: LogContact,
) -> Result<LogContactResponse, Failure> {
    let asked = &log.asked;
    let subject = &asked.subject;
    authorize(subject, Action::LogContact, Relations::NONE, Level::Public)?;
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    permit_receipt(subject, Relations::NONE, Level::Public, log.received_at, now)?;
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let rules = intake.revisions.newest(&mut tx).await.map_err(Fault::from)?;
    let rules = rules.ok_or_else(no_definitions)?;
    let contact = intake_core::Contact {
        channel: log.channel,
        at: log.received_at,
        first_receiver: account(subject)?,
        referred_to: log.whose.as_ref().map(|whose| whose.department.clone()),
    };
    let recorded = intake_core::log(&rules, &contact, now).map_err(|violations| {
        let sentences: Vec<_> = violations.iter().map(ToString::to_string).collect();
        let error = Error::new(Code::InvalidArgument, "contact-invalid", sentences.join("; "));
        violations.iter().fold(error, violating)
    })?;
    let caller = caller(intake, &mut tx, log.caller.as_ref()).await?;
    let id: ContactId = intake.ids().id();
    let owner = caller.map_or(id.uuid(), PersonId::uuid);
    let words = sealed(intake, &mut tx, owner, log.text.kept()).await?;
    let contact = Contact {
        id,
        channel: recorded.channel,
        at: recorded.at,
        first_receiver: recorded.first_receiver,
        outcome: recorded.outcome,
        caller,
        campus_phone: log.campus_phone.clone(),
        place: None,
        level: Level::Internal,
        words,
    };
    keep_contact(intake, &mut tx, asked, contact, Vec::new(), now).await?;
    if let Some(whose) = &log.whose {
        refer(intake, &mut tx, id.uuid(), owner, whose).await?;
    }
    record(&mut tx, asked, id, recorded.outcome, now).await?;
    let answer = LogContactResponse { contact_id: id.to_string(), person_at_risk: None };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// Who called: known already, or kept from now on.
async fn caller(
    intake: &Intake,
    tx: &mut Tx<'_>,
    named: Option<&Named>,
) -> Result<Option<PersonId>, Failure> {
    let Some(named) = named else { return Ok(None) };
    let mut directory = Directory::load(tx, &intake.seals, &[named]).await?;
    let person = directory.find_or_add(named, true, &mut intake.ids()).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "contact-invalid", "the person is not known")
            .violating("caller.id", "nobody has this id: leave it out")
    })?;
    directory.save(tx).await?;
    Ok(Some(person))
}

async fn sealed(
    intake: &Intake,
    tx: &mut Tx<'_>,
    owner: Uuid,
    text: &str,
) -> Result<Option<Vec<u8>>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut keys = intake.seals.keys(tx, slice::from_ref(&owner)).await?;
    let words = keys.seal(owner, SAID, text)?;
    keys.save(tx).await?;
    Ok(Some(words))
}

async fn record(
    tx: &mut Tx<'_>,
    asked: &Asked,
    id: ContactId,
    outcome: ContactOutcome,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let entry = delivery::audit::Entry {
        at,
        actor: &asked.intent.id.principal,
        action: "contact.recorded",
        key: Some(id.uuid()),
        detail: serde_json::json!({ "outcome": outcome }),
    };
    delivery::audit::record(tx, &entry).await
}
