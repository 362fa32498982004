//! Requests as they are parsed: what does not parse is refused with all its violations.

use authz::Subject;
use clock::{AccountId, WorkOrderId};
use dispatch_core::{Adjudicate, Assign, Hold, Merge, Reassign, Return, Split, Transfer};
use events::words::{HoldReason, PostId};
use jiff::Timestamp;
use proto::dispatch::v1::{
    AdjudicateRequest, AssignRequest, FindNextStepsRequest, HoldRequest, Holder as WireHolder,
    ImportHoldersRequest, ListWorkOrdersRequest, MergeRequest, ReassignRequest, ReturnRequest,
    SplitRequest, TransferRequest, WorkOrderState,
};
use rpc::{Error, Fields, PageSize, account};

use crate::{commands::ImportHolders, questions::ListWorkOrders, store::holders::Holder};

/// The most characters of a note, a reason, a question, an answer or the log of a shift.
pub(super) const LONGEST_WORDS: usize = 2_000;

/// Of the most work orders at once somebody asks what comes next.
const MOST_COMPLETED: usize = 200;

/// A work order, and who does something with it.
pub(super) fn deed(work_order: &str, subject: &Subject) -> Result<(WorkOrderId, AccountId), Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", work_order);
    Ok((fields.end("work-order-malformed", work_order)?, account(subject)?))
}

/// Who is to do a work order, and who says so.
pub(super) fn assign(request: &AssignRequest, subject: &Subject) -> Result<Assign, Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", &request.work_order);
    let to = fields.required("to", &request.to);
    let by = account(subject)?;
    let assign = work_order.zip(to).map(|(work_order, to)| Assign { work_order, to, by });
    fields.end("assignment-invalid", assign)
}

/// A time of the wire, cut to microseconds as all are.
pub(super) fn time(at: &prost_types::Timestamp) -> Result<Timestamp, jiff::Error> {
    Timestamp::new(at.seconds, at.nanos / 1_000 * 1_000)
}

/// What a work order is to wait for, and who says so.
pub(super) fn hold(request: &HoldRequest, subject: &Subject) -> Result<Hold, Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", &request.work_order);
    let reason = fields.take("reason", HoldReason::try_from(request.reason()));
    let visit_at = request.visit_at.and_then(|at| fields.take("visit_at", time(&at)));
    let by = account(subject)?;
    let hold = work_order.zip(reason);
    let hold = hold.map(|(work_order, reason)| Hold { work_order, reason, visit_at, by });
    fields.end("hold-invalid", hold)
}

/// What is refused, by whom, and why in their words.
pub(super) fn back(request: ReturnRequest, subject: &Subject) -> Result<(Return, String), Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", &request.work_order);
    let reason = why(&mut fields, request.reason);
    let by = account(subject)?;
    fields.end("return-invalid", work_order.map(|work_order| (Return { work_order, by }, reason)))
}

/// What goes where, by whom, and why in their words.
pub(super) fn transfer(
    request: TransferRequest,
    subject: &Subject,
) -> Result<(Transfer, String), Error> {
    let mut fields = Fields::default();
    let moved = moved(&mut fields, &request.work_order, &request.to);
    let reason = why(&mut fields, request.reason);
    let by = account(subject)?;
    let transfer = moved.map(|(work_order, to)| (Transfer { work_order, to, by }, reason));
    fields.end("transfer-invalid", transfer)
}

/// What goes where, by whose authority.
pub(super) fn reassign(request: &ReassignRequest, subject: &Subject) -> Result<Reassign, Error> {
    let mut fields = Fields::default();
    let moved = moved(&mut fields, &request.work_order, &request.to);
    let by = account(subject)?;
    let reassign = moved.map(|(work_order, to)| Reassign { work_order, to, by });
    fields.end("reassignment-invalid", reassign)
}

/// Of which a part goes where, by whom, and what is asked there in their words.
pub(super) fn split(request: SplitRequest, subject: &Subject) -> Result<(Split, String), Error> {
    let mut fields = Fields::default();
    let moved = moved(&mut fields, &request.work_order, &request.to);
    let task = said(&mut fields, ("task", "say what is asked"), request.task);
    let by = account(subject)?;
    let split = moved.map(|(work_order, to)| (Split { work_order, to, by }, task));
    fields.end("split-invalid", split)
}

/// Which one goes into which.
pub(super) fn merge(request: &MergeRequest, subject: &Subject) -> Result<Merge, Error> {
    let mut fields = Fields::default();
    let work_order = fields.required("work_order", &request.work_order);
    let into = fields.required("into", &request.into);
    let by = account(subject)?;
    let merge = work_order.zip(into).map(|(work_order, into)| Merge { work_order, into, by });
    fields.end("merge-invalid", merge)
}

/// Whose it is, who decides that, and why in their words.
pub(super) fn adjudicate(
    request: AdjudicateRequest,
    subject: &Subject,
) -> Result<(Adjudicate, String), Error> {
    let mut fields = Fields::default();
    let moved = moved(&mut fields, &request.work_order, &request.to);
    let reason = why(&mut fields, request.reason);
    let by = account(subject)?;
    let adjudicate = moved.map(|(work_order, to)| (Adjudicate { work_order, to, by }, reason));
    fields.end("adjudication-invalid", adjudicate)
}

/// A work order, and the post that gets it.
fn moved(fields: &mut Fields, work_order: &str, to: &str) -> Option<(WorkOrderId, PostId)> {
    let work_order = fields.required("work_order", work_order);
    let to = fields.required("to", to);
    work_order.zip(to)
}

/// Why, without the space around it; it must be said.
fn why(fields: &mut Fields, text: String) -> String {
    said(fields, ("reason", "say why"), text)
}

/// What must be said in a field, without the space around it; `ask` says so where it is missing.
fn said(fields: &mut Fields, (field, ask): (&'static str, &str), text: String) -> String {
    let text = fields.text(field, text, LONGEST_WORDS);
    let text = text.trim();
    if text.is_empty() {
        fields.refuse(field, format!("is missing: {ask}"));
    }
    text.to_owned()
}

/// What was done in words, without the space around it.
pub(super) fn note(text: String) -> Result<String, Error> {
    let mut fields = Fields::default();
    let text = fields.text("note", text, LONGEST_WORDS);
    fields.end("note-too-long", Some(text.trim().to_owned()))
}

/// What comes next in words, without the space around it.
pub(super) fn next_steps(text: String) -> Result<String, Error> {
    let mut fields = Fields::default();
    let text = fields.text("next_steps", text, LONGEST_WORDS);
    fields.end("next-steps-too-long", Some(text.trim().to_owned()))
}

/// Of which work orders somebody asks what comes next.
pub(super) fn completed(request: &FindNextStepsRequest) -> Result<Vec<WorkOrderId>, Error> {
    let mut fields = Fields::default();
    if request.work_orders.len() > MOST_COMPLETED {
        fields.refuse("work_orders", format!("are more than {MOST_COMPLETED}"));
    }
    let ids = request.work_orders.iter().take(MOST_COMPLETED).enumerate();
    let ids = ids.map(|(n, id)| fields.required(&format!("work_orders[{n}]"), id));
    let ids: Option<Vec<_>> = ids.collect();
    fields.end("list-invalid", ids)
}

/// Which work orders are asked for.
pub(super) fn list(
    request: &ListWorkOrdersRequest,
    subject: &Subject,
) -> Result<ListWorkOrders, Error> {
    let mut fields = Fields::default();
    let status = match request.state() {
        WorkOrderState::Unspecified => None,
        WorkOrderState::Offered => Some("offered"),
        WorkOrderState::Claimed => Some("claimed"),
        WorkOrderState::Assigned => Some("assigned"),
        WorkOrderState::InProgress => Some("in-progress"),
        WorkOrderState::Contained => Some("contained"),
        WorkOrderState::OnHold => Some("on-hold"),
        WorkOrderState::Disputed => Some("disputed"),
        WorkOrderState::Completed => Some("completed"),
        WorkOrderState::Cancelled => Some("cancelled"),
    };
    let department = fields.optional("department", &request.department);
    let case = fields.optional("case", &request.case);
    let claimed_by = request.mine.then(|| account(subject)).transpose()?;
    let id = fields.optional("work_order", &request.work_order);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    let list = ListWorkOrders { id, status, department, case, claimed_by, page_size, after };
    fields.end("list-invalid", Some(list))
}

/// Who holds which post.
pub(super) fn holders(request: &ImportHoldersRequest) -> Result<ImportHolders, Error> {
    let mut fields = Fields::default();
    let read = |(place, holder): (usize, &WireHolder)| {
        let account = fields.required(&format!("holders[{place}].account"), &holder.account);
        let post = fields.required(&format!("holders[{place}].post"), &holder.post);
        Some(Holder { account: account?, post: post? })
    };
    let read: Vec<_> = request.holders.iter().enumerate().map(read).collect();
    let version = request.version.map(i64::try_from).transpose();
    let version = fields.take("version", version.map_err(|_| "must be at most 2^63-1"));
    let holders = read.into_iter().collect::<Option<Vec<_>>>().zip(version);
    let told = holders.map(|(holders, version)| ImportHolders { holders, version });
    fields.end("holders-invalid", told)
}
