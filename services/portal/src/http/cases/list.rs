use authz::Action;
use axum::{Json, extract::State};
use clock::CaseId;
use events::words::{DepartmentId, ItemId, PlaceId, Urgency};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    handlers::Published,
    show::note_reading,
    steps::Reader,
    views::{Case, with_names},
};
use crate::{
    head::Head,
    http::{
        extract::{Answer, Caller, Params},
        schema::{self, Refused},
    },
    portal::Portal,
    refusal::Refusal,
    store::{
        boards::{self, BoardCase, Filter},
        work_orders,
    },
};

/// Cases of one page, if nothing is said, and at most.
const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

const STATES: [&str; 3] = ["open", "resolved", "closed"];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// `open`, `resolved` or `closed`.
    state: Option<String>,
    #[param(schema_with = schema::urgency)]
    urgency: Option<Urgency>,
    #[param(value_type = Option<String>)]
    item: Option<ItemId>,
    /// This place and all inside it.
    #[param(value_type = Option<String>)]
    place: Option<PlaceId>,
    /// Where the work of the running cycle lies.
    #[param(value_type = Option<String>)]
    department: Option<DepartmentId>,
    /// Only those that the asker claimed.
    #[serde(default)]
    mine: bool,
    /// Only those whose reporters were promised another answer, the next due first; with no other of
    /// these but `limit`, `page` and `head`.
    #[serde(default)]
    follow_ups: bool,
    /// 1 to 200; 50 if it is missing.
    limit: Option<u32>,
    /// `next` of the page before.
    page: Option<String>,
    /// Of a command's answer: waits until its change is shown, for at most 500 ms.
    #[param(value_type = Option<String>)]
    head: Option<Head>,
}

impl Wanted {
    /// Whether some of the newest are left out.
    const fn narrows(&self) -> bool {
        let Self { state, urgency, item, place, department, mine, .. } = self;
        let named = item.is_some() || place.is_some() || department.is_some();
        state.is_some() || urgency.is_some() || named || *mine
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Cases {
    cases: Vec<Case>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists cases
///
/// Those that the asker may see, the newest first; with `follow_ups` those whose reporters wait for
/// another answer, the next due first.
#[utoipa::path(
    get, path = "/cases", tag = "cases", params(Wanted),
    operation_id = "listCases",
    responses((status = 200, description = "A page", body = Cases), Refused),
)]
pub(in crate::http) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Cases> {
    let limit = wanted.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let filter = filter(&wanted, &caller)?;
    if let Some(head) = &wanted.head {
        head.await_shown(portal.pool()).await?;
    }
    let found = match authz::scope(&caller.subject, Action::ListCases) {
        Some(scope) if wanted.follow_ups => {
            boards::follow_ups(portal.pool(), &scope, filter.beyond, limit + 1).await?
        }
        Some(scope) => boards::list(portal.pool(), &scope, &filter, limit + 1).await?,
        None => Vec::new(),
    };
    let (mut cases, has_more) = page(&portal, &caller, found, limit).await?;
    if Reader::of_lists(&caller.subject) == Reader::Requester {
        let published = Published::now(&portal).await?;
        for case in &mut cases {
            published.limit_case(case);
        }
    }
    let ordered_at = |case: &Case| {
        if wanted.follow_ups { case.follow_up_due } else { case.received_at }
    };
    let next = cases.last().filter(|_| has_more);
    let next = next.and_then(|case| Some(cursor(ordered_at(case)?, case.id)));
    Ok(Json(Cases { cases, next }))
}

/// The first of the cases whose reporters wait for another answer, the next due first; and the next page.
pub(in crate::http) async fn owed(
    portal: &Portal,
    caller: &Caller,
    limit: u32,
) -> Result<(Vec<Case>, Option<String>), Refusal> {
    let Some(scope) = authz::scope(&caller.subject, Action::ListCases) else {
        return Ok((Vec::new(), None));
    };
    let found = boards::follow_ups(portal.pool(), &scope, None, limit + 1).await?;
    let (cases, has_more) = page(portal, caller, found, limit).await?;
    let last = cases.last().filter(|_| has_more);
    let next = last.and_then(|case| Some(cursor(case.follow_up_due?, case.id)));
    Ok((cases, next))
}

/// So many of these, and whether there are more; that they were read is noted of those of which it must be.
async fn page(
    portal: &Portal,
    caller: &Caller,
    mut found: Vec<BoardCase>,
    limit: u32,
) -> Result<(Vec<Case>, bool), Refusal> {
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let traced = found.iter().filter(|case| authz::is_traced(case.level()));
    let traced: Vec<_> = traced.map(|case| CaseId::from_uuid(case.key)).collect();
    note_reading(portal, caller, &traced, Action::ListCases).await?;
    Ok((named(portal, found).await?, has_more))
}

fn filter(wanted: &Wanted, caller: &Caller) -> Result<Filter, Refusal> {
    if wanted.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        return Err(Refusal::field("state", format!("must be one of {}", STATES.join(", "))));
    }
    if wanted.follow_ups && wanted.narrows() {
        let message = "goes with `limit`, `page` and `head` alone";
        return Err(Refusal::field("follow_ups", message));
    }
    let beyond = wanted.page.as_deref().map(|page| {
        beyond(page).ok_or_else(|| Refusal::field("page", "must be `next` of an earlier page"))
    });
    Ok(Filter {
        case: None,
        state: wanted.state.clone(),
        urgency: wanted.urgency,
        item: wanted.item.clone(),
        place: wanted.place.clone(),
        department: wanted.department.clone(),
        holder: caller.subject.principal.account().filter(|_| wanted.mine),
        beyond: beyond.transpose()?,
    })
}

/// Where the next page begins: the last case of this one.
fn cursor(at: Timestamp, id: Uuid) -> String {
    format!("{}_{id}", at.as_microsecond())
}

fn beyond(page: &str) -> Option<(Timestamp, Uuid)> {
    let (micros, key) = page.split_once('_')?;
    Some((Timestamp::from_microsecond(micros.parse().ok()?).ok()?, key.parse().ok()?))
}

/// Cases of the board with the names of who holds them.
pub(super) async fn named(portal: &Portal, found: Vec<BoardCase>) -> Result<Vec<Case>, Refusal> {
    let keys: Vec<_> = found.iter().map(|case| case.key).collect();
    let mut open = work_orders::open(portal.pool(), &keys).await?;
    let cases = found.into_iter().map(|case| {
        let open = open.remove(&case.key).unwrap_or_default();
        Case::of_board(case, open)
    });
    let mut cases: Vec<_> = cases.collect();
    with_names(portal, cases.iter_mut().flat_map(Case::holders)).await?;
    Ok(cases)
}
