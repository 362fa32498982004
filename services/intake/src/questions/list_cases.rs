use authz::{Action, Subject, scope};
use clock::CaseId;
use delivery_rpc::Failure;
use events::words::{ItemId, PlaceId, Urgency};
use proto::intake::v1::ListCasesResponse;
use rpc::{Code, Error};
use sqlx::PgConnection;

use crate::{
    Intake,
    api::answers,
    store::list::{self, Filter},
};

/// Which cases are asked for; each that is given narrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListCases {
    /// The word of the state.
    pub(crate) status: Option<&'static str>,
    pub(crate) urgency: Option<Urgency>,
    pub(crate) item: Option<ItemId>,
    /// This place and all below it.
    pub(crate) place: Option<PlaceId>,
    /// 1 to 200.
    pub(crate) page_size: u32,
    /// The last case of the previous page.
    pub(crate) after: Option<CaseId>,
}

/// The cases that `subject` may see, the newest first.
pub(crate) async fn list_cases(
    intake: &Intake,
    subject: &Subject,
    asked: ListCases,
) -> Result<ListCasesResponse, Failure> {
    let scope = scope(subject, Action::ListCases).ok_or_else(|| {
        Error::new(Code::PermissionDenied, "not-permitted", "you may not list cases")
    })?;
    let mut connection = intake.pool().acquire().await?;
    let places = match &asked.place {
        None => None,
        Some(place) => Some(below(intake, &mut connection, place).await?),
    };
    let ListCases { status, urgency, item, page_size, after, .. } = asked;
    // One more shows whether there is a further page.
    let limit = page_size + 1;
    let filter = Filter { status, urgency, item, places, before: after, limit };
    let mut cases = list::cases(&mut connection, &scope, &filter).await?;
    let more = cases.len() > page_size as usize;
    cases.truncate(page_size as usize);
    let last = cases.last().filter(|_| more);
    let next_page_token = last.map(|(id, _)| id.to_string()).unwrap_or_default();
    let cases = cases.iter().filter_map(|(id, state)| answers::summary(*id, state)).collect();
    Ok(ListCasesResponse { cases, next_page_token })
}

/// The place and all that lie in it.
async fn below(
    intake: &Intake,
    connection: &mut PgConnection,
    place: &PlaceId,
) -> Result<Vec<PlaceId>, Failure> {
    let rules = intake.revisions.newest(connection).await.map_err(delivery::Fault::from)?;
    let rules = rules.filter(|rules| rules.place(place).is_some()).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "list-invalid", "the list cannot be narrowed so")
            .violating("place", format!("there is no place `{place}`"))
    })?;
    let within = |id: &PlaceId| rules.path(id).any(|larger| larger.id == *place);
    Ok(rules.places().map(|place| place.id.clone()).filter(within).collect())
}
