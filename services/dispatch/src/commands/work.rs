use std::slice;

use authz::{Action, Relation, Relations, Subject, decide};
use clock::WorkOrderId;
use delivery::{Fault, lock, save};
use delivery_rpc::{Asked, Failure, head};
use dispatch_core::{Assign, Command, Order, Rejected, Work, on_command};
use proto::delivery::v1::Head;
use rpc::{Code, Error, authorize};

use super::duty;
use crate::{
    Dispatch,
    record::{Case, Change, record},
    store,
};

/// What somebody does with a work order.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) asked: Asked,
    /// What is asked for.
    pub(crate) command: Command,
    /// What of the policy must allow it.
    pub(crate) action: Action,
    /// What was done, in their words; may be empty.
    pub(crate) note: String,
}

/// Somebody does something with a work order: one use case, for what differs is decided by the
/// core.
pub(crate) async fn work(
    dispatch: &Dispatch,
    Deed { asked, command, action, note }: Deed,
) -> Result<Head, Failure> {
    let Asked { subject, intent, .. } = asked;
    let work_order = command.work_order();
    let unknown = || refusal(&Rejected::NoSuchWorkOrder { command: command.word(), work_order });
    let machine = dispatch.clock().machine();

    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let id = store::work::case_of(&mut tx, work_order).await?.ok_or_else(unknown)?;
    let mut locked = lock(&mut tx, &[id.uuid()]).await?.pop().ok_or_else(unknown)?;
    let case = store::work::load(&mut tx, id).await?.ok_or_else(unknown)?;
    let (work, order) = find(&case, work_order).ok_or_else(unknown)?;

    // Read under the lock, so that what comes later is later.
    let now = dispatch.clock().now();
    let rules = dispatch.revisions.rules(&mut tx, work.revision).await.map_err(Fault::from)?;
    let (relations, level) = (relations(&subject, work, order), work.level);
    if !decide(&subject, Action::ListWorkOrders, relations, level).is_allowed() {
        return Err(unknown().into());
    }
    // Who sees it hears first why nobody could do it now: that a colleague was faster says more
    // than that they may not.
    let events = on_command(&case.state, &rules, &command, now, &mut dispatch.ids())
        .map_err(|rejected| refusal(&rejected))?;
    authorize(&subject, action, relations, level)?;
    if let Command::Assign(Assign { to, .. }) = &command {
        duty::decides(&subject, &rules, order.department())?;
        duty::is_a_worker(&mut tx, *to, order.department()).await?;
    }

    let actor = intent.id.principal.clone();
    record(&mut tx, dispatch, Change { locked: &mut locked, case, events, actor }, now).await?;
    if !note.is_empty() {
        store::notes::insert(&mut tx, &dispatch.masters(), work_order, &note).await?;
    }
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    let head = head(&locked);
    intent.finish(&mut tx, &head).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(head)
}

fn find(case: &Case, work_order: WorkOrderId) -> Option<(&Work, &Order)> {
    let work = case.state.work()?;
    Some((work, work.order(work_order)?))
}

fn relations(subject: &Subject, work: &Work, order: &Order) -> Relations {
    let worker = order.status.worker();
    let told = !work.escalated_to.is_disjoint(&subject.posts);
    Relations::NONE
        .with(Relation::Assigned, worker.is_some() && worker == subject.principal.account())
        .with(Relation::InMyDepartment, subject.department.as_ref() == Some(order.department()))
        .with(Relation::EscalatedToMe, told)
}

fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::NoSuchWorkOrder { .. } => Code::NotFound,
        Rejected::AlreadyClaimed { .. } | Rejected::NotYours { .. } => Code::Conflict,
        Rejected::NoSuchPost { .. } | Rejected::NotAccepting { .. } => Code::InvalidArgument,
        Rejected::CaseClosed { .. }
        | Rejected::NotClaimed { .. }
        | Rejected::AlreadyTheirs { .. }
        | Rejected::AlreadyBegun { .. }
        | Rejected::AlreadyArrived { .. }
        | Rejected::NotArrived { .. }
        | Rejected::NotCritical { .. }
        | Rejected::AlreadyContained { .. }
        | Rejected::OnHold { .. }
        | Rejected::NotOnHold { .. }
        | Rejected::Disputed { .. }
        | Rejected::NotDisputed { .. }
        | Rejected::Final { .. }
        | Rejected::NotTransferred { .. }
        | Rejected::CameFrom { .. }
        | Rejected::SamePost { .. }
        | Rejected::AlreadyCompleted { .. }
        | Rejected::Cancelled { .. } => Code::FailedPrecondition,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}
