use authz::{Action, Subject};
use clock::{AccountId, WorkOrderId};
use delivery_rpc::{Failure, note_reads};
use events::words::{CaseRef, DepartmentId};
use proto::dispatch::v1::ListWorkOrdersResponse;
use rpc::{PageSize, scope};

use crate::{
    Dispatch,
    api::answers::{self, Written},
    store::{
        list::{self, Filter},
        next_steps, notes, reasons, tasks,
    },
};

/// Which work orders are asked for; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ListWorkOrders {
    pub(crate) id: Option<WorkOrderId>,
    /// The word of the status.
    pub(crate) status: Option<&'static str>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) case: Option<CaseRef>,
    pub(crate) claimed_by: Option<AccountId>,
    pub(crate) page_size: PageSize,
    /// The last one of the previous page.
    pub(crate) after: Option<WorkOrderId>,
}

/// The work orders that `subject` may see, the most urgent and then the oldest first.
pub(crate) async fn list_work_orders(
    dispatch: &Dispatch,
    subject: &Subject,
    asked: ListWorkOrders,
) -> Result<ListWorkOrdersResponse, Failure> {
    let scope = scope(subject, Action::ListWorkOrders)?;
    let ListWorkOrders { id, status, department, case, claimed_by, page_size, after } = asked;
    let limit = page_size.limit();
    let filter = Filter { id, status, department, case, claimed_by, after, limit };
    let mut tx = dispatch.pool().begin().await?;
    let mut found = list::work_orders(&mut tx, &scope, &filter).await?;
    let next_page_token = page_size.cut(&mut found, |last| last.id.to_string());
    let cases = found.iter().filter_map(|one| Some((one.case_id, one.case.state.work()?.level)));
    note_reads(&mut tx, dispatch.clock().now(), subject, Action::ListWorkOrders, cases).await?;
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let mut notes = notes::load(&mut tx, &dispatch.masters(), &ids).await?;
    let mut next_steps = next_steps::load(&mut tx, &dispatch.masters(), &ids).await?;
    let mut tasks = tasks::load(&mut tx, &dispatch.masters(), &ids).await?;
    let reasons = reasons::load(&mut tx, &dispatch.masters(), &ids).await?;
    tx.commit().await?;
    let shown = |one: &list::Found| {
        let (note, task) = (notes.remove(&one.id), tasks.remove(&one.id));
        let next_steps = next_steps.remove(&one.id);
        answers::work_order(one, Written { note, next_steps, task, reasons: &reasons })
    };
    let work_orders = found.iter().filter_map(shown).collect();
    Ok(ListWorkOrdersResponse { work_orders, next_page_token })
}
