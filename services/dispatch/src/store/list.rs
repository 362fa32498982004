use authz::{Relation, Scope};
use clock::{AccountId, CaseId, WorkOrderId};
use dispatch_core::State;
use events::{
    intake::Promise,
    words::{CaseRef, DepartmentId},
};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::work::Row;
use crate::record::Case;

/// Which of the work orders that somebody may see; each that is given narrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Which one.
    pub(crate) id: Option<WorkOrderId>,
    /// The word of the status.
    pub(crate) status: Option<&'static str>,
    /// Whose work it is.
    pub(crate) department: Option<DepartmentId>,
    /// The case that it belongs to.
    pub(crate) case: Option<CaseRef>,
    /// Who claimed it.
    pub(crate) claimed_by: Option<AccountId>,
    /// After this one: where the previous page ended.
    pub(crate) after: Option<WorkOrderId>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// A work order that was found, with its case.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) id: WorkOrderId,
    pub(crate) case_id: CaseId,
    pub(crate) case: Case,
}

/// The work orders within `scope`, the most urgent and then the oldest first.
///
/// The rows show the relations assigned, in my department and escalated to me.
pub(crate) async fn work_orders(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
) -> Result<Vec<Found>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select o.id, o.case_id, w.state as "state: Json<State>", w.number, w.cycle,
                  w.promise as "promise: Json<Promise>", w.rung
           from dispatch.work_order o join dispatch.work w on w.case_id = o.case_id
           where (o.level = any($1)
                  or o.level = any($2) and o.claimed_by = $3
                  or o.level = any($4) and o.department = $5
                  or o.level = any($6) and w.escalated_to
                      && array(select post from dispatch.holder where account = $3))
             and ($7::text = o.status
                  or $7 is null and (o.status not in ('completed', 'cancelled')
                                     or coalesce($9::uuid, $14::uuid) is not null or $10::text is not null))
             and ($8::text is null or o.department = $8)
             and ($9::uuid is null or o.case_id = $9)
             and ($10::text is null or w.number = $10)
             and ($11::uuid is null or o.claimed_by = $11)
             and ($12::uuid is null or (o.haste, o.offered_at, o.id) >
                      (select haste, offered_at, id from dispatch.work_order where id = $12))
             and ($14::uuid is null or o.id = $14)
           order by o.haste, o.offered_at, o.id
           limit $13"#,
        &scope.levels(Relation::Unrelated),
        &scope.levels(Relation::Assigned),
        scope.account().map(AccountId::uuid),
        &scope.levels(Relation::InMyDepartment),
        scope.department().map(DepartmentId::as_str),
        &scope.levels(Relation::EscalatedToMe),
        filter.status,
        filter.department.as_ref().map(DepartmentId::as_str),
        filter.case.and_then(CaseRef::id).map(CaseId::uuid),
        filter.case.and_then(CaseRef::number).map(|number| number.to_string()),
        filter.claimed_by.map(AccountId::uuid),
        filter.after.map(WorkOrderId::uuid),
        i64::from(filter.limit),
        filter.id.map(WorkOrderId::uuid),
    )
    .fetch_all(connection)
    .await?;
    let found = rows.into_iter().map(|row| {
        let (id, case_id): (Uuid, Uuid) = (row.id, row.case_id);
        let case = Row {
            state: row.state,
            number: row.number,
            cycle: row.cycle,
            promise: row.promise,
            rung: row.rung,
        };
        Ok(Found {
            id: WorkOrderId::from_uuid(id),
            case_id: CaseId::from_uuid(case_id),
            case: case.try_into()?,
        })
    });
    found.collect()
}
