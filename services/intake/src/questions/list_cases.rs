use std::sync::Arc;

use authz::{Action, Subject};
use clock::CaseId;
use definitions::Rules;
use delivery_rpc::{Failure, note_reads};
use events::words::{ItemId, PlaceId, Urgency};
use proto::intake::v1::ListCasesResponse;
use rpc::{Code, Error, PageSize, scope};
use sqlx::PgConnection;

use crate::{
    Intake,
    api::answers,
    store::list::{self, Filter},
};

/// Which cases are asked for; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ListCases {
    /// The word of the state.
    pub(crate) status: Option<&'static str>,
    pub(crate) urgency: Option<Urgency>,
    pub(crate) item: Option<ItemId>,
    /// This place and all below it.
    pub(crate) place: Option<PlaceId>,
    pub(crate) page_size: PageSize,
    /// The last case of the previous page.
    pub(crate) after: Option<CaseId>,
}

/// The cases that `subject` may see, the newest first.
pub(crate) async fn list_cases(
    intake: &Intake,
    subject: &Subject,
    asked: ListCases,
) -> Result<ListCasesResponse, Failure> {
    let scope = scope(subject, Action::ListCases)?;
    let mut tx = intake.pool().begin().await?;
    let places = match &asked.place {
        None => None,
        Some(place) => {
            let rules = placed(intake, &mut tx, place).await?;
            Some(below(&rules, place))
        }
    };
    let ListCases { status, urgency, item, page_size, after, .. } = asked;
    let limit = page_size.limit();
    let filter = Filter { status, urgency, item, places, among: None, before: after, limit };
    let mut cases = list::cases(&mut tx, &scope, &filter).await?;
    let next_page_token = page_size.cut(&mut cases, |(id, _)| id.to_string());
    let read = cases.iter().filter_map(|(id, state)| Some((*id, state.case()?.level)));
    note_reads(&mut tx, intake.clock().now(), subject, Action::ListCases, read).await?;
    tx.commit().await?;
    let cases = cases.iter().filter_map(|(id, state)| answers::summary(*id, state)).collect();
    Ok(ListCasesResponse { cases, next_page_token })
}

/// The newest rules, in which there is this place.
pub(super) async fn placed(
    intake: &Intake,
    connection: &mut PgConnection,
    place: &PlaceId,
) -> Result<Arc<Rules>, Failure> {
    let rules = intake.revisions.newest(connection).await.map_err(delivery::Fault::from)?;
    Ok(rules.filter(|rules| rules.place(place).is_some()).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "list-invalid", "the list cannot be narrowed so")
            .violating("place", format!("there is no place `{place}`"))
    })?)
}

/// The place and all that lie in it.
pub(super) fn below(rules: &Rules, place: &PlaceId) -> Vec<PlaceId> {
    let within = |id: &PlaceId| rules.path(id).any(|larger| larger.id == *place);
    rules.places().map(|place| place.id.clone()).filter(within).collect()
}
