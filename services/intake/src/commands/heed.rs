use authz::Action;
use delivery::Fault;
use delivery_rpc::{Asked, Failure};
use events::words::{CaseRef, Channel, Level, PlaceId};
use proto::intake::v1::PersonAtRisk;
use rpc::Error;

use super::{
    accept::{AcceptCase, Accepting, Wanted},
    existing::{find, may},
};
use crate::{Intake, api::answers, people::Named, store, words::Words};

/// By whom, how and about what something was said.
#[derive(Clone, Default)]
pub(crate) struct Said {
    /// A case that is there; none of a contact of which no case comes.
    pub(crate) about: Option<CaseRef>,
    /// As the desk states it; on the web where nobody does.
    pub(crate) channel: Option<Channel>,
    /// Where whoever says it is, or from which phone they call.
    pub(crate) place: Option<PlaceId>,
    pub(crate) campus_phone: Option<String>,
    pub(crate) caller: Option<Named>,
    pub(crate) on_behalf_of: Option<Named>,
    /// Whoever says it may speak of that case, whether or not they see it.
    pub(crate) permitted: bool,
}

impl Said {
    /// Said about a case, by whoever sends the command.
    pub(crate) fn about(case: CaseRef) -> Self {
        Self { about: Some(case), ..Self::default() }
    }
}

/// A command with which something is said.
pub(crate) trait Spoken {
    /// Who asks, what they say, and about what.
    fn spoken(&mut self) -> (&Asked, &mut Words, Said);
}

/// Words that tell of a person at risk make that person a hidden case, before anything else is done;
/// they are kept with it alone. What they were said about goes on as it would have.
///
/// Under the key of the command, so that a repeated one finds the case there. Of words that were heard
/// before it is there.
pub(crate) async fn heed(
    intake: &Intake,
    accepting: &Accepting,
    command: &mut impl Spoken,
) -> Result<Option<PersonAtRisk>, Error> {
    let (asked, words, said) = command.spoken();
    if words.heard().is_empty() {
        return Ok(None);
    }
    let Some((linked, place)) = told_of(intake, asked, words, &said).await? else {
        return Ok(None);
    };
    let text = words.clone();
    *words = words.withhold();
    if text.is_again() {
        return Ok(None);
    }
    let person = AcceptCase {
        asked: asked.beside("person-at-risk"),
        kind: None,
        channel: said.channel.unwrap_or(Channel::Web),
        campus_phone: None,
        wanted: Wanted::Heard,
        place: Some(place),
        text,
        caller: said.caller,
        on_behalf_of: said.on_behalf_of,
        asset: None,
        people: None,
        vulnerable: false,
        received_at: None,
        linked,
        incident: None,
    };
    let told_by_another = person.is_told_by_another();
    let answer = accepting.accept(person).await?;
    Ok(if told_by_another { answers::person_at_risk(answer) } else { None })
}

/// What a person at risk came with, and where they may be, if words tell of one. Where nothing says
/// it, that is anywhere on the campus.
///
/// What is hidden itself, or none of the asker's, makes no other case.
async fn told_of(
    intake: &Intake,
    asked: &Asked,
    words: &Words,
    said: &Said,
) -> Result<Option<(Option<CaseRef>, PlaceId)>, Failure> {
    let mut connection = intake.pool().acquire().await?;
    let rules = intake.revisions.newest(&mut connection).await.map_err(Fault::from)?;
    let Some(rules) = rules.filter(|rules| rules.at_risk(words.heard()).is_some()) else {
        return Ok(None);
    };
    let phone = said.campus_phone.as_deref().and_then(|phone| rules.place_of_phone(phone));
    let there = said.place.as_ref().and_then(|place| rules.place(place)).or(phone);
    let Some(about) = said.about else {
        let campus = || rules.places().find(|place| place.within.is_none());
        return Ok(there.or_else(campus).map(|place| (None, place.id.clone())));
    };
    let id = find(&mut connection, about).await?;
    let state = store::cases::load(&mut connection, id).await?;
    let relations = store::relations::of(&mut connection, id, &asked.subject).await?;
    let case = state.case().filter(|case| case.level != Level::Hidden);
    let seen =
        |level| said.permitted || may(&asked.subject, Action::GetCase, relations, level).is_ok();
    let case = case.filter(|case| seen(case.level));
    Ok(case.map(|case| {
        let place = there.map_or_else(|| case.place.clone(), |place| place.id.clone());
        (Some(CaseRef::Id(id)), place)
    }))
}
