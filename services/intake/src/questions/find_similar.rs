use std::collections::BTreeMap;

use authz::{Action, Scope, Subject};
use clock::CaseId;
use definitions::Rules;
use delivery_rpc::{Failure, note_reads};
use events::words::{ItemId, PlaceId};
use intake_core::State;
use jiff::Timestamp;
use proto::intake::v1::FindSimilarResponse;
use rpc::{Error, Fields, scope};
use sqlx::PgConnection;

use super::list_cases::below;
use crate::{
    Intake,
    api::answers,
    commands::accept::no_definitions,
    store::{incidents, list, similar},
};

/// More than these nobody reads while somebody is on the line.
const MOST: u32 = 10;

/// What somebody reports.
#[derive(Debug, Clone)]
pub(crate) struct FindSimilar {
    pub(crate) item: ItemId,
    pub(crate) place: Option<PlaceId>,
    pub(crate) campus_phone: Option<String>,
    /// Only what was recorded before this case.
    pub(crate) before: Option<CaseId>,
}

/// What they may be speaking of, of what `subject` may see: the newest first. What is hidden is offered to
/// nobody, whoever may see it.
pub(crate) async fn find_similar(
    intake: &Intake,
    subject: &Subject,
    asked: FindSimilar,
) -> Result<FindSimilarResponse, Failure> {
    let scope = scope(subject, Action::ListCases)?.without_hidden();
    let now = intake.clock().now();
    let mut tx = intake.pool().begin().await?;
    let rules = intake.revisions.newest(&mut tx).await.map_err(delivery::Fault::from)?;
    let rules = rules.ok_or_else(no_definitions)?;
    let place = located(&rules, &asked)?;
    let found = open_or_running(&mut tx, &scope, &rules, &asked, &place, now).await?;
    let read = found.iter().filter_map(|(id, state)| Some((*id, state.case()?.level)));
    note_reads(&mut tx, now, subject, Action::ListCases, read).await?;
    tx.commit().await?;
    let cases = found.iter().filter_map(|(id, state)| answers::similar(*id, state)).collect();
    Ok(FindSimilarResponse { cases })
}

/// Where it is, as far as the campus knows the place, and the item.
fn located(rules: &Rules, asked: &FindSimilar) -> Result<PlaceId, Error> {
    let FindSimilar { item, place, campus_phone, .. } = asked;
    let mut fields = Fields::default();
    if rules.item(item).is_none() {
        fields.refuse("item", format!("there is no item `{item}`"));
    }
    let found = match (place, campus_phone) {
        (Some(place), _) => {
            let known = rules.place(place).ok_or_else(|| format!("there is no place `{place}`"));
            fields.take("place", known)
        }
        (None, Some(phone)) => {
            let known = rules.place_of_phone(phone);
            let known = known.ok_or_else(|| format!("there is no campus phone `{phone}`"));
            fields.take("campus_phone", known)
        }
        (None, None) => {
            fields.refuse("place", "must be given, or a campus phone, which tells it");
            None
        }
    };
    fields.end("list-invalid", found.map(|place| place.id.clone()))
}

/// The open cases in and around a place, and the incidents that cover it, however long they run.
async fn open_or_running(
    connection: &mut PgConnection,
    scope: &Scope,
    rules: &Rules,
    asked: &FindSimilar,
    place: &PlaceId,
    now: Timestamp,
) -> Result<Vec<(CaseId, State)>, Failure> {
    let FindSimilar { item, before, .. } = asked;
    let Some(within) = rules.similar_within(item) else { return Ok(Vec::new()) };
    let places = around(rules, place);
    let since = now.checked_sub(within).unwrap_or(now);
    let among = Some(similar::candidates(connection, item, &places, since).await?);
    let filter = list::Filter { among, before: *before, limit: MOST, ..list::Filter::default() };
    let cases = list::cases(connection, scope, &filter).await?;
    let covering = incidents::Filter {
        status: "open",
        item: Some(item.clone()),
        places: Some(rules.path(place).map(|one| one.id.clone()).collect()),
        before: *before,
        limit: MOST,
    };
    let running = incidents::list(connection, scope, &covering).await?;
    // Each once: an incident is a case too.
    let received = |(id, state): (CaseId, State)| Some(((state.case()?.received_at, id), state));
    let found: BTreeMap<_, _> = cases.into_iter().chain(running).filter_map(received).collect();
    let newest = found.into_iter().rev().take(MOST as usize);
    Ok(newest.map(|((_, id), state)| (id, state)).collect())
}

/// Where the same matter may have been reported: the place, what it lies in up to its building, and all
/// that lies in it. Another room of the floor is another matter.
fn around(rules: &Rules, place: &PlaceId) -> Vec<PlaceId> {
    let larger = rules.path(place).skip(1).filter(|one| one.within.is_some());
    larger.map(|one| one.id.clone()).chain(below(rules, place)).collect()
}
