use std::collections::BTreeSet;

use authz::{Action, Subject, is_traced, scope};
use clock::{AccountId, WorkOrderId};
use delivery::{Tx, audit};
use delivery_rpc::Failure;
use events::words::DepartmentId;
use proto::dispatch::v1::ListWorkOrdersResponse;
use rpc::{Code, Error};
use serde_json::json;

use crate::{
    Dispatch,
    api::answers,
    store::list::{self, CaseRef, Filter, Found},
};

/// Which work orders are asked for; each that is given narrows.
#[derive(Debug, Clone)]
pub(crate) struct ListWorkOrders {
    /// The word of the status.
    pub(crate) status: Option<&'static str>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) case: Option<CaseRef>,
    pub(crate) claimed_by: Option<AccountId>,
    /// 1 to 200.
    pub(crate) page_size: u32,
    /// The last one of the previous page.
    pub(crate) after: Option<WorkOrderId>,
}

/// The work orders that `subject` may see, the most urgent and then the oldest first.
pub(crate) async fn list_work_orders(
    dispatch: &Dispatch,
    subject: &Subject,
    asked: ListWorkOrders,
) -> Result<ListWorkOrdersResponse, Failure> {
    let scope = scope(subject, Action::ListWorkOrders).ok_or_else(|| {
        Error::new(Code::PermissionDenied, "not-permitted", "you may not list work orders")
    })?;
    let ListWorkOrders { status, department, case, claimed_by, page_size, after } = asked;
    // One more shows whether there is a further page.
    let limit = page_size + 1;
    let filter = Filter { status, department, case, claimed_by, after, limit };
    let mut tx = dispatch.pool().begin().await?;
    let mut found = list::work_orders(&mut tx, &scope, &filter).await?;
    let more = found.len() > page_size as usize;
    found.truncate(page_size as usize);
    trace(dispatch, &mut tx, subject, &found).await?;
    tx.commit().await?;
    let last = found.last().filter(|_| more);
    let next_page_token = last.map(|last| last.id.to_string()).unwrap_or_default();
    let work_orders = found.iter().filter_map(answers::work_order).collect();
    Ok(ListWorkOrdersResponse { work_orders, next_page_token })
}

/// An audit row for each case whose reading leaves one.
async fn trace(
    dispatch: &Dispatch,
    tx: &mut Tx<'_>,
    subject: &Subject,
    found: &[Found],
) -> Result<(), sqlx::Error> {
    let levels = found.iter().filter_map(|one| Some((one.case_id, one.case.state.work()?.level)));
    let traced: BTreeSet<_> = levels.filter(|(_, level)| is_traced(*level)).collect();
    for (case, level) in traced {
        let entry = audit::Entry {
            at: dispatch.clock().now(),
            actor: &subject.principal.to_string(),
            action: "case.read",
            key: Some(case.uuid()),
            detail: json!({ "level": level }),
        };
        audit::record(tx, &entry).await?;
    }
    Ok(())
}
