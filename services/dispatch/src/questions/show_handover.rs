use authz::{Action, Relations, Subject};
use definitions::Check;
use delivery_rpc::{Failure, timestamp};
use dispatch_core::handover::Shift;
use events::words::Level;
use proto::dispatch::v1::{self as wire, ShowHandoverResponse};
use rpc::{authorize, scope};

use crate::{
    Dispatch, desk,
    store::{
        handover_shown::{self, Shown},
        handovers::{self, Handover},
    },
};

/// How many handovers are shown.
const SHOWN: i64 = 20;

/// Who has the desk, and who handed it to whom. What of it is left now is kept for a while, so that who
/// was shown it may sign for it.
pub(crate) async fn show_handover(
    dispatch: &Dispatch,
    subject: &Subject,
) -> Result<ShowHandoverResponse, Failure> {
    authorize(subject, Action::ShowHandover, Relations::NONE, Level::Public)?;
    let work_orders = scope(subject, Action::ListWorkOrders)?;
    let questions = scope(subject, Action::ListQuestions)?;
    let mut tx = dispatch.pool().begin().await?;
    let shift = handovers::shift(&mut tx).await?;
    let scopes = (&work_orders, &questions);
    let left = desk::left(&mut tx, subject).await?;
    let version = desk::shown(&mut tx, shift, &left).await?;
    match (shift, subject.principal.account()) {
        (Shift::Unsigned | Shift::Had { .. }, Some(to)) => {
            let seen = Shown { to, version: &version };
            let now = dispatch.clock().now();
            handover_shown::forget(&mut tx, desk::oldest(now)?).await?;
            handover_shown::keep(&mut tx, seen, &left, now).await?;
        }
        // What was left is kept with the handover, and a service signs nothing.
        (Shift::Left { .. }, _) | (Shift::Unsigned | Shift::Had { .. }, None) => {}
    }
    let last = handovers::list(&mut tx, &dispatch.masters(), scopes, SHOWN).await?;
    let check_list = desk::check_list(dispatch, &mut tx).await?;
    tx.commit().await?;
    let on_shift = match shift {
        Shift::Had { by } => by.to_string(),
        Shift::Unsigned | Shift::Left { .. } => String::new(),
    };
    Ok(ShowHandoverResponse {
        on_shift,
        falls_to_counsellor_at: shift.falls_to_counsellor_at().map(timestamp),
        handovers: last.into_iter().map(shown).collect(),
        version,
        check_list: check_list.into_iter().map(listed).collect(),
    })
}

fn listed(Check { check, names }: Check) -> wire::Check {
    wire::Check { check: check.to_string(), name_zh: names.zh, name_en: names.en }
}

fn shown(handover: Handover) -> wire::Handover {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    wire::Handover {
        id: handover.id.to_string(),
        left_by: handover.left_by.to_string(),
        left_signed_by: handover.left_signed_by.to_string(),
        left_at: Some(timestamp(handover.left_at)),
        taken_by: handover.taken.map(|(by, _)| by.to_string()).unwrap_or_default(),
        taken_at: handover.taken.map(|(_, at)| timestamp(at)),
        work_orders: count(handover.work_orders),
        questions: count(handover.questions),
        checked: handover.checked,
        missing: handover.missing,
        log: handover.log,
    }
}
