use std::collections::BTreeMap;

use clock::{OfferId, WorkOrderId};
use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, Sealed};
use sqlx::PgConnection;
use uuid::Uuid;

/// What somebody gave a reason for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// That an offer ended.
    Offer(OfferId),
    /// That it was adjudicated so: once at most.
    Adjudication(WorkOrderId),
}

impl About {
    const fn uuid(self) -> Uuid {
        match self {
            Self::Offer(offer) => offer.uuid(),
            Self::Adjudication(work_order) => work_order.uuid(),
        }
    }
}

/// What was said of some work orders.
#[derive(Debug)]
pub(crate) struct Reasons(BTreeMap<Uuid, String>);

impl Reasons {
    /// Why, if it was said; else empty.
    pub(crate) fn about(&self, about: About) -> String {
        self.0.get(&about.uuid()).cloned().unwrap_or_default()
    }
}

/// Keeps why, in somebody's own words, sealed with a key of its own.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    work_order: WorkOrderId,
    about: About,
    words: &str,
) -> Result<(), Fault> {
    let about = about.uuid();
    let sealed = Sealed::seal(masters, place(about), words, &SystemRandom::new());
    let Sealed { key, words } = sealed.map_err(Fault::own)?;
    sqlx::query!(
        "insert into dispatch.reason (about, work_order, key_id, wrapped, sealed)
         values ($1, $2, $3, $4, $5)",
        about,
        work_order.uuid(),
        key.by.bytes(),
        key.wrapped,
        words,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All that was said of these work orders.
pub(crate) async fn load(
    connection: &mut PgConnection,
    masters: &Masters,
    work_orders: &[WorkOrderId],
) -> Result<Reasons, Fault> {
    let ids: Vec<Uuid> = work_orders.iter().copied().map(WorkOrderId::uuid).collect();
    let rows = sqlx::query!(
        "select about, key_id, wrapped, sealed from dispatch.reason where work_order = any($1)",
        &ids,
    )
    .fetch_all(connection)
    .await?;
    let opened = rows.into_iter().map(|row| {
        let sealed = Sealed::of_row(&row.key_id, row.wrapped, row.sealed).map_err(Fault::own)?;
        Ok((row.about, sealed.open(masters, place(row.about)).map_err(Fault::own)?))
    });
    opened.collect::<Result<_, Fault>>().map(Reasons)
}

const fn place(about: Uuid) -> Place<'static> {
    Place { field: "reason", owner: about.into_bytes() }
}
