//! Requests as they are parsed: what does not parse is refused with all its violations.

use authz::Subject;
use clock::{AccountId, WorkOrderId};
use dispatch_core::Assign;
use proto::dispatch::v1::{
    AssignRequest, Holder as WireHolder, ListWorkOrdersRequest, WorkOrderState,
};
use rpc::{Error, Fields, PageSize, account};

use crate::{questions::ListWorkOrders, store::holders::Holder};

/// The most characters of a note.
const LONGEST_NOTE: usize = 2_000;

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

/// What was done in words, without the space around it.
pub(super) fn note(text: String) -> Result<String, Error> {
    let mut fields = Fields::default();
    let text = fields.text("note", text, LONGEST_NOTE);
    fields.end("note-too-long", Some(text.trim().to_owned()))
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
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    let list = ListWorkOrders { status, department, case, claimed_by, page_size, after };
    fields.end("list-invalid", Some(list))
}

/// Who holds which post.
pub(super) fn holders(holders: &[WireHolder]) -> Result<Vec<Holder>, Error> {
    let mut fields = Fields::default();
    let read = |(place, holder): (usize, &WireHolder)| {
        let account = fields.required(&format!("holders[{place}].account"), &holder.account);
        let post = fields.required(&format!("holders[{place}].post"), &holder.post);
        Some(Holder { account: account?, post: post? })
    };
    let read: Vec<_> = holders.iter().enumerate().map(read).collect();
    fields.end("holders-invalid", read.into_iter().collect())
}
