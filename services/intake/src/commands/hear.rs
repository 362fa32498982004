use authz::Action;
use delivery_rpc::{Asked, Failure};
use events::words::{CaseRef, Channel};
use intake_core::{Actor, Command, Note};
use proto::intake::v1::HearWordsResponse;
use rpc::Error;

use super::{
    Said, Spoken,
    accept::{Accepting, permit_complaint},
    case_unknown,
    existing::Existing,
    find, heed,
};
use crate::{Intake, people::Named, store, words::Words};

/// What was said about a case to a service that would keep the words.
pub(crate) struct Hear {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) channel: Channel,
    pub(crate) person: Option<Named>,
    pub(crate) text: Words,
}

impl Spoken for Hear {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        let said = Said {
            channel: Some(self.channel),
            caller: self.person.clone(),
            permitted: true,
            ..Said::about(self.case)
        };
        (&self.asked, &mut self.text, said)
    }
}

/// Says whether the words are kept here, with the person at risk of whom they tell. Who followed a link
/// makes one while it is open, whatever they say: what else it is, that one is noted.
pub(crate) async fn hear(
    intake: &Intake,
    accepting: &Accepting,
    mut hear: Hear,
) -> Result<HearWordsResponse, Error> {
    permit(intake, &hear).await?;
    let words = hear.text.clone();
    let person_at_risk = match heed(intake, accepting, &mut hear).await {
        Err(error) if error.reason() == "already-heard" => {
            add(intake, &hear, &words).await?.ok_or(error)?;
            None
        }
        heard => heard?,
    };
    Ok(HearWordsResponse { withheld: hear.text.is_withheld(), person_at_risk })
}

/// Keeps the words with the open case of the person at risk of whom they told before, for those who
/// handle it, and once for each key; `None` if it has ended.
async fn add(
    intake: &Intake,
    Hear { asked, case, person, .. }: &Hear,
    words: &Words,
) -> Result<Option<()>, Failure> {
    let Some(person) = person.as_ref().and_then(|named| named.id) else { return Ok(None) };
    // Their deed, and not the service's.
    let mut asked = asked.beside("note");
    asked.intent.id.principal = format!("person:{person}");
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if asked.intent.begin::<HearWordsResponse>(&mut tx, machine).await?.is_some() {
        return Ok(Some(()));
    }
    let about = find(&mut tx, *case).await?;
    let Some(open) = store::cases::open_at_risk(&mut tx, person, about).await? else {
        return Ok(None);
    };
    let mut existing = Existing::lock_following(&mut tx, open, Action::AddNote).await?;
    let command = Command::Note(Note { by: Actor::Person(person) });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, words, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    asked.intent.finish(&mut tx, &HearWordsResponse::default()).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(Some(()))
}

/// Whoever may complain of the case may speak of it.
async fn permit(intake: &Intake, Hear { asked, case, .. }: &Hear) -> Result<(), Failure> {
    let mut connection = intake.pool().acquire().await?;
    let id = find(&mut connection, *case).await?;
    let state = store::cases::load(&mut connection, id).await?;
    let case = state.case().ok_or_else(case_unknown)?;
    let relations = store::relations::of(&mut connection, id, &asked.subject).await?;
    Ok(permit_complaint(&asked.subject, relations, case.level)?)
}
