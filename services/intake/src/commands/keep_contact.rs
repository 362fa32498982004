use std::slice;

use clock::CaseId;
use delivery::{Tx, lock_one, save};
use delivery_rpc::{Asked, Failure};
use events::{intake::ContactRecordedV1, words::Revision};
use jiff::Timestamp;

use crate::{
    Intake,
    record::Cause,
    store::contacts::{self, Contact},
};

/// Keeps a contact that opened no case, and tells it under its own key, which is new and so waits for
/// nobody's lock.
pub(super) async fn keep_contact(
    intake: &Intake,
    tx: &mut Tx<'_>,
    asked: &Asked,
    contact: Contact,
    cases: Vec<CaseId>,
    now: Timestamp,
) -> Result<(), Failure> {
    let Contact { channel, at, first_receiver, outcome, .. } = contact;
    let recorded = ContactRecordedV1 { channel, at, first_receiver, outcome, cases };
    let mut locked = lock_one(tx, contact.id.uuid()).await?;
    let stamp = Cause::of(asked, now).stamp(now, Revision::NONE);
    locked.append(intake.delivery.producer(), &recorded.into(), &stamp, &mut intake.ids())?;
    contacts::insert(tx, &[contact], now).await?;
    save(tx, slice::from_mut(&mut locked), intake.clock().machine()).await?;
    Ok(())
}
