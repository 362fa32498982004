use authz::{Action, Relations, Subject};
use clock::WorkOrderId;
use delivery_rpc::Failure;
use events::words::Level;
use proto::dispatch::v1::{FindNextStepsResponse, NextSteps};
use rpc::authorize;

use crate::{Dispatch, store::next_steps};

/// What comes next after these work orders, as far as it was said.
pub(crate) async fn find_next_steps(
    dispatch: &Dispatch,
    subject: &Subject,
    asked: &[WorkOrderId],
) -> Result<FindNextStepsResponse, Failure> {
    authorize(subject, Action::FindNextSteps, Relations::NONE, Level::Public)?;
    let mut connection = dispatch.pool().acquire().await?;
    let found = next_steps::load(&mut connection, &dispatch.masters(), asked).await?.into_iter();
    let found =
        found.map(|(work_order, text)| NextSteps { work_order: work_order.to_string(), text });
    Ok(FindNextStepsResponse { next_steps: found.collect() })
}
