//! The handover of the desk's shift, which dispatch keeps; what is left to be done each service knows of
//! its own.

use axum::{Json, extract::State};
use jiff::Timestamp;
use proto::dispatch::v1::{
    self as dispatch, HandoverSignature, ShowHandoverRequest, SignHandoverRequest,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    callbacks::{self, Callback},
    cases::{self, Account, views::Case, with_names},
    extract::{Answer, Body, Caller, Key},
    phone_calls::{self, PhoneCall},
    questions::{self, LONGEST_PAGE, Question},
    schema::Refused,
    wire::{instant, some},
    work_orders::{self, WorkOrder},
};
use crate::{
    portal::Portal,
    refusal::{Refusal, if_answered},
};

/// All that is asked of it.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(sign))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Desk {
    /// Who has the desk; null if nobody signed yet, or who had it left.
    on_shift: Option<Account>,
    /// Of a desk that was left: from then on the duty counsellor takes over, if nobody else does.
    falls_to_counsellor_at: Option<Timestamp>,
    /// The last 20 handovers, the newest first; one without a successor is signed by one alone.
    handovers: Vec<Handover>,
    /// Names what the asker would sign for: of a desk that was left, the handover; else the work orders
    /// and questions that are left now, as far as they see them, also those that do not fit in here.
    /// Callbacks and calls to phone are shown beside them, and not signed for.
    version: String,
    /// What passes from hand to hand with the desk, in the order of the campus's list; empty if it has
    /// none.
    check_list: Vec<Thing>,
    left: Left,
}

/// A thing of the check list: a key, a device, a list.
#[derive(Debug, Serialize, ToSchema)]
struct Thing {
    /// By this code a signature says whether it is there.
    check: String,
    /// What it is called, in both languages.
    name: String,
    /// How it was at the last handover; null if it was not on the list then.
    last: Option<Tick>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Tick {
    Checked,
    Missing,
}

#[derive(Debug, Serialize, ToSchema)]
struct Handover {
    id: String,
    left_by: Option<Account>,
    /// Who signed that: they, or the duty counsellor for who went without.
    left_signed_by: Option<Account>,
    left_at: Option<Timestamp>,
    /// Who took over; null while nobody has.
    taken_by: Option<Account>,
    taken_at: Option<Timestamp>,
    /// How many work orders and questions were left, as far as who left saw them and the asker may.
    work_orders: u32,
    questions: u32,
    /// Of the check list as it was then, by their codes: what was there, and what was missing.
    checked: Vec<String>,
    missing: Vec<String>,
    /// What who left wrote down: the duty log.
    log: Option<String>,
}

/// What is left to be done now, as far as the asker may see it: at most 200 of each, and twice as many
/// questions. What a service does not say is null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeftToDo)]
struct Left {
    /// Those that are not done, the most urgent first.
    work_orders: Option<Vec<WorkOrder>>,
    /// What departments asked the desk or a requester, the oldest first.
    questions: Option<Vec<Question>>,
    /// Those that are due, the first due first.
    callbacks: Option<Vec<Callback>>,
    /// Whom the desk is to phone.
    phone_calls: Option<Vec<PhoneCall>>,
    /// Cases whose reporters wait for another answer, the next due first.
    follow_ups: Option<Vec<Case>>,
    /// By name, the lists that go on: there is more than fits in here.
    cut: Vec<&'static str>,
}

/// Shows the handover of the desk
///
/// Who has the desk, who handed it to whom, and what is left to be done.
#[utoipa::path(
    get, path = "/handover", tag = "handover",
    operation_id = "showHandover",
    responses((status = 200, description = "The desk", body = Desk), Refused),
)]
pub(super) async fn show(State(portal): State<Portal>, caller: Caller) -> Answer<Desk> {
    let request = portal.on_behalf(&caller)?.request(ShowHandoverRequest {});
    let answer = portal.peers.dispatch()?.show_handover(request).await?.into_inner();
    let mut on_shift = Account::nameless(&answer.on_shift);
    let last = answer.handovers.first();
    let check_list = answer.check_list.into_iter().map(|check| Thing::of(check, last)).collect();
    let mut handovers: Vec<_> = answer.handovers.into_iter().map(Handover::from).collect();
    let people = handovers.iter_mut().flat_map(Handover::people).chain(&mut on_shift);
    with_names(&portal, people).await?;
    let left = left(&portal, &caller).await;
    let falls_to_counsellor_at = instant(answer.falls_to_counsellor_at);
    let version = answer.version;
    Ok(Json(Desk { on_shift, falls_to_counsellor_at, handovers, version, check_list, left }))
}

async fn left(portal: &Portal, caller: &Caller) -> Left {
    let mut cut = Vec::new();
    let work_orders = work_orders::open(portal, caller, LONGEST_PAGE).await;
    let work_orders = listed(&mut cut, "work_orders", work_orders);
    let questions = listed(&mut cut, "questions", questions::of_the_desk(portal, caller).await);
    let callbacks = callbacks::due(portal, caller, LONGEST_PAGE).await;
    let callbacks = listed(&mut cut, "callbacks", callbacks);
    let phone_calls = phone_calls::open(portal, caller, LONGEST_PAGE).await;
    let phone_calls = listed(&mut cut, "phone_calls", phone_calls);
    let follow_ups = cases::list::owed(portal, caller, LONGEST_PAGE).await;
    let follow_ups = listed(&mut cut, "follow_ups", follow_ups);
    Left { work_orders, questions, callbacks, phone_calls, follow_ups, cut }
}

/// The first page of a list, by name among those that are cut if another follows.
fn listed<T>(
    cut: &mut Vec<&'static str>,
    name: &'static str,
    page: Result<(Vec<T>, Option<String>), Refusal>,
) -> Option<Vec<T>> {
    if_answered(page.map(|(rows, next)| {
        cut.extend(next.map(|_| name));
        rows
    }))
}

/// Who signs.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = HandoverSignature)]
enum Signature {
    Leaving,
    TakingOver,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSignature)]
pub(super) struct Sign {
    signature: Signature,
    /// Of who leaves: the duty log, up to 2,000 characters; nothing restricted, for all at the desk read
    /// it.
    #[serde(default)]
    log: String,
    /// Of who leaves: what of the `check_list` is there, and what is missing, by their codes. Each thing
    /// is in exactly one of both; they are empty where there is no list, and for who takes over.
    #[serde(default)]
    checked: Vec<String>,
    #[serde(default)]
    missing: Vec<String>,
    /// What was shown and is signed for, by its `version`. Who leaves may sign for what they were shown
    /// up to 10 minutes ago in this shift.
    version: String,
    /// Of the duty counsellor, who signs for who went without: the account that leaves.
    left_by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedHandover)]
pub(super) struct Signed {
    /// The handover that is signed.
    handover: String,
    /// What came since the asker was shown what they signed for: it is left with the rest.
    came_since: Vec<CameSince>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CameSince {
    case_number: String,
    work_order: String,
    /// The question about it that came; null if the work order came.
    question: Option<String>,
}

/// Signs the handover of the desk
///
/// Who leaves signs for what is left to be done, then who takes over signs for it: whoever is at work
/// there, or the duty counsellor. Whoever took over leaves; the duty counsellor signs for who went
/// without, and names them. Who leaves says of each thing of the check list whether it is there, and who
/// takes over signs for that too. Refused by `handover-invalid`, `not-at-the-desk`,
/// `not-the-counsellor`, `not-on-shift`, `already-signed`, `handover-waits`, `handover-changed`,
/// `unchecked`, `nothing-to-take-over`, `same-person` and `definitions-unknown`.
#[utoipa::path(
    post, path = "/handover/sign", tag = "handover",
    operation_id = "signHandover", request_body = Sign,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is signed", body = Signed), Refused),
)]
pub(super) async fn sign(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Sign { signature, log, checked, missing, version, left_by }): Body<Sign>,
) -> Answer<Signed> {
    let signature = match signature {
        Signature::Leaving => HandoverSignature::Leaving,
        Signature::TakingOver => HandoverSignature::TakingOver,
    };
    let signature = signature.into();
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let left_by = left_by.unwrap_or_default();
    let signed = SignHandoverRequest { signature, log, version, left_by, checked, missing };
    let request = call.request(signed);
    let answer = portal.peers.dispatch()?.sign_handover(request).await?.into_inner();
    let came_since = answer.came_since.into_iter().map(CameSince::from).collect();
    Ok(Json(Signed { handover: answer.handover, came_since }))
}

impl Handover {
    fn people(&mut self) -> impl Iterator<Item = &mut Account> {
        self.left_by.iter_mut().chain(&mut self.left_signed_by).chain(&mut self.taken_by)
    }
}

impl Thing {
    /// A thing of the list, and how it was at the last handover.
    fn of(
        dispatch::Check { check, name_zh, name_en }: dispatch::Check,
        last: Option<&dispatch::Handover>,
    ) -> Self {
        let was_in = |ticks: &[String]| ticks.contains(&check);
        let last = last.and_then(|last| {
            let missing = was_in(&last.missing).then_some(Tick::Missing);
            was_in(&last.checked).then_some(Tick::Checked).or(missing)
        });
        Self { check, name: format!("{name_zh} {name_en}"), last }
    }
}

impl From<dispatch::CameSince> for CameSince {
    fn from(came: dispatch::CameSince) -> Self {
        let dispatch::CameSince { case_number, work_order, question } = came;
        Self { case_number, work_order, question: some(question) }
    }
}

impl From<dispatch::Handover> for Handover {
    fn from(handover: dispatch::Handover) -> Self {
        Self {
            id: handover.id,
            left_by: Account::nameless(&handover.left_by),
            left_signed_by: Account::nameless(&handover.left_signed_by),
            left_at: instant(handover.left_at),
            taken_by: Account::nameless(&handover.taken_by),
            taken_at: instant(handover.taken_at),
            work_orders: handover.work_orders,
            questions: handover.questions,
            checked: handover.checked,
            missing: handover.missing,
            log: some(handover.log),
        }
    }
}
