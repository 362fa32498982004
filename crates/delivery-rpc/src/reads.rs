use std::collections::BTreeSet;

use authz::{Action, Subject, is_traced};
use clock::CaseId;
use delivery::{Tx, audit};
use events::words::Level;
use jiff::Timestamp;
use serde_json::json;

/// Leaves an audit row for each of these cases whose reading leaves one.
pub async fn note_reads(
    tx: &mut Tx<'_>,
    now: Timestamp,
    subject: &Subject,
    action: Action,
    cases: impl IntoIterator<Item = (CaseId, Level)>,
) -> Result<(), sqlx::Error> {
    let traced: BTreeSet<_> = cases.into_iter().filter(|(_, level)| is_traced(*level)).collect();
    for (case, level) in traced {
        let entry = audit::Entry {
            at: now,
            actor: &subject.principal.to_string(),
            action: "case.read",
            key: Some(case.uuid()),
            detail: json!({ "level": level, "for": action.word() }),
        };
        audit::record(tx, &entry).await?;
    }
    Ok(())
}
