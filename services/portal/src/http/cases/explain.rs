use authz::Action;
use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{Commitment, HoldReason};
use jiff::Timestamp;
use proto::{escalation_timer::v1 as timer, words::v1 as wire_words};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    reference,
    show::find,
    steps::{Reader, is_inside},
    views::Promise,
};
use crate::{
    http::{
        extract::{Answer, Caller},
        schema::{self, Refused},
        wire::{instant, lower, some, word},
    },
    portal::Portal,
};

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Explanation {
    number: String,
    #[schema(schema_with = schema::urgency)]
    urgency: String,
    /// The rule that gave the urgency; absent where intake does not answer.
    urgency_reason: Option<String>,
    /// Those of the running cycle.
    promises: Vec<Promise>,
    /// The clocks of all cycles, the oldest first.
    clocks: Vec<ClockView>,
    /// The work that waited or waits, the oldest first.
    holds: Vec<HoldView>,
    /// What leaders ordered, the oldest first; nothing for its requester.
    orders: Vec<OrderView>,
    /// The instant that running segments are counted to.
    as_of: Option<Timestamp>,
}

/// Work on hold, and what became of the pause of its clocks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
struct HoldView {
    work_order: String,
    cycle: u32,
    #[schema(schema_with = schema::hold_reason_or_none)]
    reason: Option<HoldReason>,
    from: Option<Timestamp>,
    /// Absent while it waits.
    ended: Option<Timestamp>,
    /// `unasked`, `asked`, `granted` or `refused`.
    pause: Option<String>,
    /// The post that decides, while it is asked; absent for its requester.
    approver: Option<String>,
    /// Nothing is granted before evidence is given.
    evidence_missing: bool,
    /// In the words of who asked; absent for its requester.
    evidence: Option<String>,
    /// The cap of a granted pause.
    until: Option<Timestamp>,
    /// `after-due`, `not-in-policy`, `denied` or `undecided`.
    refused_by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
struct OrderView {
    /// The clock that is late.
    clock: String,
    /// Whose order it is: `<department>/<post>`, and the account.
    post: String,
    by: String,
    at: Option<Timestamp>,
    text: String,
}

/// More time that was asked for and not decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Extension)]
struct ExtensionView {
    until: Option<Timestamp>,
    #[schema(schema_with = schema::hold_reason_or_none)]
    reason: Option<HoldReason>,
    /// The post that decides: `<department>/<post>`.
    approver: String,
    /// Who asked, and when.
    by: String,
    at: Option<Timestamp>,
}

/// One commitment's clock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clock)]
struct ClockView {
    id: String,
    /// What it is about: `case`, `offer` or `work-order`, and its id.
    subject: Option<String>,
    subject_id: String,
    #[schema(schema_with = schema::commitment_or_none)]
    commitment: Option<Commitment>,
    cycle: u32,
    /// `running` or `stopped`.
    state: Option<String>,
    stopped_at: Option<Timestamp>,
    /// Whether it stopped by the due time of promise 1.
    on_time: Option<bool>,
    /// Numbered from 1; the last one holds.
    promises: Vec<NumberedPromise>,
    /// Fired or planned, in order; none for its requester.
    rungs: Vec<LadderStep>,
    /// Without gaps; their lengths sum to the elapsed time.
    segments: Vec<Segment>,
    /// Absent where nobody asked, and for its requester.
    extension: Option<ExtensionView>,
    /// The highest leader's rung that made it their own; absent for none, and for its requester.
    taken_over_by_rung: Option<u32>,
    /// Until when a leader answers for its lateness: the ladder rests.
    risk_accepted_until: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
struct NumberedPromise {
    number: u32,
    due: Option<Timestamp>,
    provisional: bool,
    /// Whether statistics count it: promise 1 alone.
    counted: bool,
    /// Why it is for another time than was promised before: `extension`, `leader`, `pause`,
    /// `containment`, `urgency` or `calendar`; null where it is not.
    why: Option<String>,
    /// What the work waits for, of an extension or a pause.
    #[schema(schema_with = schema::hold_reason_or_none)]
    reason: Option<HoldReason>,
    /// The rung that is told when it passes; absent for its requester.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_rung: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rung)]
struct LadderStep {
    promise: u32,
    rung: u32,
    /// A later one repeats the top.
    round: u32,
    /// Who is told: `<department>/<post>`.
    post: Option<String>,
    planned: Option<Timestamp>,
    /// Absent while it is only planned.
    fired: Option<Timestamp>,
    /// Fired before the facts of an outage were all known.
    unconfirmed: bool,
    /// It was done before this fired, and that was learned after.
    retracted: bool,
    /// The posts below that nobody was at work at, so that this one was told instead.
    skipped: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Segment {
    /// `working`, `off`, `paused` or `overdue`.
    kind: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Why it was paused.
    reason: Option<String>,
}

/// Explains a case
///
/// Why it is as urgent as it is, what was promised, and how its clocks ran.
#[utoipa::path(
    get, path = "/cases/{case}/explain", tag = "cases",
    operation_id = "explainCase",
    params(("case" = String, Path, description = "Its number or id")),
    responses((status = 200, description = "Why", body = Explanation), Refused),
)]
pub(in crate::http) async fn explain(
    State(portal): State<Portal>,
    caller: Caller,
    Path(case): Path<String>,
) -> Answer<Explanation> {
    let found = find(&portal, &caller, reference(&case)?, Action::ListClocks).await?;
    let request = timer::ListClocksRequest { case_id: found.case.id.to_string() };
    let request = portal.on_behalf(&caller)?.request(request);
    let answer = portal.peers.escalation_timer()?.list_clocks(request).await?.into_inner();
    let (urgency_reason, promises) =
        found.details.map(|details| (details.urgency_reason, details.promises)).unzip();
    let mut clocks: Vec<_> = answer.clocks.into_iter().map(ClockView::from).collect();
    let mut holds: Vec<_> = answer.holds.into_iter().map(HoldView::from).collect();
    let mut orders: Vec<_> = answer.orders.into_iter().map(OrderView::from).collect();
    if found.reader == Reader::Requester {
        clocks.retain(|clock| clock.commitment.is_none_or(|commitment| !is_inside(commitment)));
        clocks.iter_mut().for_each(ClockView::for_requester);
        holds.iter_mut().for_each(HoldView::for_requester);
        orders.clear();
    }
    Ok(Json(Explanation {
        number: found.case.number,
        urgency: found.case.urgency,
        urgency_reason,
        promises: promises.into_iter().flatten().map(Promise::from).collect(),
        clocks,
        holds,
        orders,
        as_of: instant(answer.as_of),
    }))
}

impl ClockView {
    /// They hear of no leaders, and of what is not decided nothing.
    fn for_requester(&mut self) {
        self.rungs.clear();
        for promise in &mut self.promises {
            promise.first_rung = None;
        }
        (self.extension, self.taken_over_by_rung) = (None, None);
    }
}

impl HoldView {
    fn for_requester(&mut self) {
        (self.approver, self.evidence) = (None, None);
    }
}

impl From<timer::Hold> for HoldView {
    fn from(hold: timer::Hold) -> Self {
        Self {
            pause: lower(hold.pause().as_str_name(), "PAUSE_STATE_"),
            work_order: hold.work_order,
            cycle: hold.cycle,
            reason: word::<wire_words::HoldReason, _>(hold.reason),
            from: instant(hold.from),
            ended: instant(hold.ended),
            approver: some(hold.approver),
            evidence_missing: hold.evidence_missing,
            evidence: some(hold.evidence),
            until: instant(hold.until),
            refused_by: some(hold.refused_by),
        }
    }
}

impl From<timer::Order> for OrderView {
    fn from(order: timer::Order) -> Self {
        let timer::Order { clock, post, by, at, text } = order;
        Self { clock, post, by, at: instant(at), text }
    }
}

impl From<timer::Extension> for ExtensionView {
    fn from(extension: timer::Extension) -> Self {
        let timer::Extension { until, reason, approver, by, at } = extension;
        let reason = word::<wire_words::HoldReason, _>(reason);
        Self { until: instant(until), reason, approver, by, at: instant(at) }
    }
}

impl From<timer::Clock> for ClockView {
    fn from(clock: timer::Clock) -> Self {
        Self {
            subject: lower(clock.subject().as_str_name(), "SUBJECT_KIND_"),
            commitment: word::<wire_words::Commitment, _>(clock.commitment),
            cycle: clock.cycle,
            state: lower(clock.state().as_str_name(), "CLOCK_STATE_"),
            stopped_at: instant(clock.stopped_at),
            on_time: clock.on_time,
            promises: clock.promises.into_iter().map(NumberedPromise::from).collect(),
            rungs: clock.rungs.into_iter().map(LadderStep::from).collect(),
            segments: clock.segments.into_iter().map(Segment::from).collect(),
            extension: clock.extension.map(ExtensionView::from),
            taken_over_by_rung: Some(clock.taken_over_by_rung).filter(|rung| *rung > 0),
            risk_accepted_until: instant(clock.risk_accepted_until),
            id: clock.id,
            subject_id: clock.subject_id,
        }
    }
}

impl From<timer::NumberedPromise> for NumberedPromise {
    fn from(promise: timer::NumberedPromise) -> Self {
        let timer::NumberedPromise { number, due, provisional, first_rung, counted, why, reason } =
            promise;
        Self {
            number,
            due: instant(due),
            provisional,
            counted,
            why: some(why),
            reason: word::<wire_words::HoldReason, _>(reason),
            first_rung: Some(first_rung),
        }
    }
}

impl From<timer::Rung> for LadderStep {
    fn from(rung: timer::Rung) -> Self {
        Self {
            promise: rung.promise,
            rung: rung.rung,
            round: rung.round,
            post: some(rung.post),
            planned: instant(rung.planned),
            fired: instant(rung.fired),
            unconfirmed: rung.unconfirmed,
            retracted: rung.retracted,
            skipped: rung.skipped,
        }
    }
}

impl From<timer::Segment> for Segment {
    fn from(segment: timer::Segment) -> Self {
        Self {
            kind: lower(segment.kind().as_str_name(), "SEGMENT_KIND_"),
            from: instant(segment.from),
            to: instant(segment.to),
            reason: some(segment.reason),
        }
    }
}
