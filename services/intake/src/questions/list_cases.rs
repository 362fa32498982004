use authz::{Action, Subject, is_traced, scope};
use clock::CaseId;
use delivery::{Tx, audit};
use delivery_rpc::Failure;
use events::words::{ItemId, PlaceId, Urgency};
use intake_core::State;
use proto::intake::v1::ListCasesResponse;
use rpc::{Code, Error};
use serde_json::json;
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
    let mut tx = intake.pool().begin().await?;
    let places = match &asked.place {
        None => None,
        Some(place) => Some(below(intake, &mut tx, place).await?),
    };
    let ListCases { status, urgency, item, page_size, after, .. } = asked;
    // One more shows whether there is a further page.
    let limit = page_size + 1;
    let filter = Filter { status, urgency, item, places, before: after, limit };
    let mut cases = list::cases(&mut tx, &scope, &filter).await?;
    let more = cases.len() > page_size as usize;
    cases.truncate(page_size as usize);
    trace(intake, &mut tx, subject, &cases).await?;
    tx.commit().await?;
    let last = cases.last().filter(|_| more);
    let next_page_token = last.map(|(id, _)| id.to_string()).unwrap_or_default();
    let cases = cases.iter().filter_map(|(id, state)| answers::summary(*id, state)).collect();
    Ok(ListCasesResponse { cases, next_page_token })
}

/// An audit row for each case whose reading leaves one.
async fn trace(
    intake: &Intake,
    tx: &mut Tx<'_>,
    subject: &Subject,
    found: &[(CaseId, State)],
) -> Result<(), sqlx::Error> {
    let levels = found.iter().filter_map(|(id, state)| Some((id, state.case()?.level)));
    for (case, level) in levels.filter(|(_, level)| is_traced(*level)) {
        let entry = audit::Entry {
            at: intake.clock().now(),
            actor: &subject.principal.to_string(),
            action: "case.read",
            key: Some(case.uuid()),
            detail: json!({ "level": level }),
        };
        audit::record(tx, &entry).await?;
    }
    Ok(())
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
