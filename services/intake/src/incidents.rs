//! Why an incident is, in the words of who knows it: those of its last update, or of its opening.
//!
//! They are kept as all that is said of a case is, sealed, and so are in no event and in no message:
//! who waits reads them on the case, and hears them from the desk.

use authz::Action;
use clock::CaseId;
use delivery::Tx;
use delivery_rpc::Failure;
use intake_core::Case;

use crate::{
    Intake,
    commands::{REMARK, WORDS, owner},
    store,
};

/// What is said of the cause now; empty if nothing ever was.
pub(crate) async fn cause(
    intake: &Intake,
    tx: &mut Tx<'_>,
    id: CaseId,
    case: &Case,
) -> Result<String, Failure> {
    let own = owner(id, case.caller);
    let keys = intake.seals.keys(tx, &[own]).await?;
    let last = store::remarks::last(tx, id, Action::UpdateIncident.word()).await?;
    let words = if let Some(remark) = last {
        keys.open(own, REMARK, &remark.words)?
    } else {
        let report = store::reports::load(tx, id).await?.and_then(|report| report.words);
        report.map(|words| keys.open(own, WORDS, &words)).transpose()?.flatten()
    };
    Ok(words.unwrap_or_default())
}
