use authz::{Action, Subject};
use clock::CaseId;
use delivery_rpc::{Failure, note_reads};
use events::words::PlaceId;
use intake_core::State;
use proto::intake::v1::{GetIncidentResponse, ListIncidentsResponse};
use rpc::{PageSize, scope};

use super::list_cases::{below, placed};
use crate::{
    Intake,
    api::answers,
    store::incidents::{self, Filter},
};

/// Which incidents are asked for.
#[derive(Debug, Clone)]
pub(crate) struct ListIncidents {
    /// The word of the state.
    pub(crate) status: &'static str,
    /// Touching this place, one that it lies in or one inside of it.
    pub(crate) place: Option<PlaceId>,
    pub(crate) page_size: PageSize,
    /// The last incident of the previous page.
    pub(crate) after: Option<CaseId>,
}

/// The incidents that `subject` may join or look at by their duty, the newest first.
pub(crate) async fn list_incidents(
    intake: &Intake,
    subject: &Subject,
    asked: ListIncidents,
) -> Result<ListIncidentsResponse, Failure> {
    let scope = scope(subject, Action::ListIncidents)?;
    let mut tx = intake.pool().begin().await?;
    let places = match &asked.place {
        None => None,
        Some(place) => {
            let rules = placed(intake, &mut tx, place).await?;
            let larger = rules.path(place).map(|one| one.id.clone());
            Some(larger.chain(below(&rules, place)).collect())
        }
    };
    let ListIncidents { status, page_size, after, .. } = asked;
    let limit = page_size.limit();
    let filter = Filter { status, item: None, places, before: after, limit };
    let mut found = incidents::list(&mut tx, &scope, &filter).await?;
    let next_page_token = page_size.cut(&mut found, |(id, _)| id.to_string());
    let read = found.iter().filter_map(|(id, state)| Some((*id, state.case()?.level)));
    note_reads(&mut tx, intake.clock().now(), subject, Action::ListIncidents, read).await?;
    tx.commit().await?;
    let incidents = found.iter().map(|(id, state)| shown(*id, state)).collect();
    Ok(ListIncidentsResponse { incidents, next_page_token })
}

fn shown(id: CaseId, state: &State) -> GetIncidentResponse {
    GetIncidentResponse {
        summary: answers::summary(id, state),
        incident: state.case().and_then(|case| answers::incident(case, String::new())),
        read_out: String::new(),
    }
}
