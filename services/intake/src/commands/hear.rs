use delivery_rpc::{Asked, Failure};
use events::words::{CaseRef, Channel};
use proto::intake::v1::HearWordsResponse;
use rpc::Error;

use super::{
    Said, Spoken,
    accept::{Accepting, permit_complaint},
    case_unknown, find, heed,
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

/// Says whether the words are kept here, with the person at risk of whom they tell.
pub(crate) async fn hear(
    intake: &Intake,
    accepting: &Accepting,
    mut hear: Hear,
) -> Result<HearWordsResponse, Error> {
    permit(intake, &hear).await?;
    let person_at_risk = heed(intake, accepting, &mut hear).await?;
    Ok(HearWordsResponse { withheld: hear.text.is_withheld(), person_at_risk })
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
