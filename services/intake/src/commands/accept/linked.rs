use authz::Action;
use clock::CaseId;
use delivery::Tx;
use delivery_rpc::Failure;
use events::words::CaseRef;
use rpc::{Code, Error};

use super::AcceptCase;
use crate::{commands::may, store};

/// The case that a new one is to follow, which whoever reports it may see, unless it was looked at
/// before.
pub(super) async fn linked(
    tx: &mut Tx<'_>,
    call: &AcceptCase,
) -> Result<Result<Option<CaseId>, Error>, Failure> {
    let Some(linked) = call.linked else { return Ok(Ok(None)) };
    let id = match linked {
        CaseRef::Id(id) => Some(id),
        CaseRef::Number(number) => store::cases::by_number(tx, number).await?,
    };
    if call.is_looked_at() {
        return Ok(Ok(id));
    }
    let Some(id) = id else { return Ok(Err(unknown())) };
    let state = store::cases::load(tx, id).await?;
    let Some(case) = state.case() else { return Ok(Err(unknown())) };
    let subject = &call.asked.subject;
    let relations = store::relations::of(tx, id, subject).await?;
    let seen = may(subject, Action::GetCase, relations, case.level);
    Ok(seen.map(|()| Some(id)).map_err(|_| unknown()))
}

fn unknown() -> Error {
    let message = "there is no such case, or none for you";
    Error::new(Code::InvalidArgument, "case-invalid", message).violating("linked_to", message)
}
