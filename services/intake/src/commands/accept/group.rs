use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
};

use clock::{CaseId, PersonId};
use definitions::{Alert, Rules};
use delivery::{
    Fault, Locked, Stamp, Tx,
    idempotency::{begin_group, finish_group},
    lock, save,
};
use delivery_rpc::{Failure, Intent, head};
use events::words::{ContactOutcome, Level};
use intake_core::{Event, State};
use jiff::Timestamp;
use proto::intake::v1::AcceptCaseResponse;
use rpc::Error;

use super::{
    AcceptCase, at_risk, complaint,
    decide::{Decided, Known, decide_one},
    linked::linked,
    numbers::Numbers,
};
use crate::{
    Intake,
    api::answers,
    commands::existing::{WORDS, owner},
    people::Directory,
    record::{Cause, Change, record},
    store::{
        self,
        contacts::{self, Contact},
        relations::Related,
        reports::{self, Report},
    },
};

/// What became of a group of calls.
pub(super) enum Outcome {
    /// All of it is committed.
    Committed {
        /// In the order of the calls.
        answers: Vec<AcceptCaseResponse>,
        /// How many were not decided before.
        new: u64,
    },
    /// Nothing was done, because of these.
    Refused(BTreeMap<usize, Error>),
}

/// A call that was not decided before; after it, the person at risk of whom it tells.
struct New {
    place: usize,
    call: AcceptCase,
    decided: Decided,
}

/// Decides all calls and commits, or does nothing.
pub(super) async fn accept(
    intake: &Intake,
    mut tx: Tx<'_>,
    rules: &Rules,
    numbers: &mut Numbers,
    calls: &[&AcceptCase],
) -> Result<Outcome, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut answers = BTreeMap::new();
    let mut refused = BTreeMap::new();
    let mut undecided = Vec::new();
    let group = calls.iter().map(|call| &call.asked.intent);
    let group = group.map(|intent| (intent.id.clone(), intent.digest)).collect();
    let mut begun = begin_group(&mut tx, &group, machine).await?;
    for (place, call) in calls.iter().enumerate() {
        match begun.remove(&call.asked.intent.id).map(Intent::answered).transpose() {
            Ok(Some(Some(answer))) => drop(answers.insert(place, answer)),
            Ok(Some(None) | None) => undecided.push((place, *call)),
            Err(failure) => drop(refused.insert(place, failure.into())),
        }
    }

    let undecided = completed(intake, &mut tx, rules, undecided, &mut refused).await?;
    let mut directory = directory(intake, &mut tx, &undecided).await?;
    // Those that are given to refused calls can be given again.
    let mut taken = numbers.clone();
    let mut new = Vec::new();
    for (place, call) in &undecided {
        let decided = match linked(&mut tx, call).await? {
            Ok(linked) => {
                let mut deciding = Deciding { intake, rules, directory: &mut directory, now };
                deciding.decide((*place, &**call), linked, &mut taken)?
            }
            Err(refusal) => Err(refusal),
        };
        match decided {
            Ok(decided) => new.extend(decided),
            Err(refusal) => drop(refused.insert(*place, refusal)),
        }
    }
    if !refused.is_empty() {
        return Ok(Outcome::Refused(refused));
    }
    *numbers = taken;

    let told = write(intake, &mut tx, rules, directory, &new, now).await?;
    let kept = calls.iter().enumerate().filter_map(|(place, call)| {
        Some((call.asked.intent.id.clone(), Intent::kept(told.get(&place)?)))
    });
    finish_group(&mut tx, &kept.collect()).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    answers.extend(told);
    Ok(Outcome::Committed { answers: answers.into_values().collect(), new: new.len() as u64 })
}

/// The calls with what a complaint has of the case that it is about; without those that are refused for
/// what is open already.
async fn completed<'a>(
    intake: &Intake,
    tx: &mut Tx<'_>,
    rules: &Rules,
    calls: Vec<(usize, &'a AcceptCase)>,
    refused: &mut BTreeMap<usize, Error>,
) -> Result<Vec<(usize, Cow<'a, AcceptCase>)>, Failure> {
    let mut completed = Vec::with_capacity(calls.len());
    for (place, call) in calls {
        let call = if call.is_complaint() {
            complaint::complete(intake, tx, rules, call).await?.map(Cow::Owned)
        } else {
            at_risk::admit(tx, call).await?.map(|()| Cow::Borrowed(call))
        };
        match call {
            Ok(call) => completed.push((place, call)),
            Err(refusal) => drop(refused.insert(place, refusal)),
        }
    }
    Ok(completed)
}

/// What is looked at to decide a call.
struct Deciding<'a> {
    intake: &'a Intake,
    rules: &'a Rules,
    directory: &'a mut Directory,
    now: Timestamp,
}

impl Deciding<'_> {
    /// What a call comes to: its case, and with it that of the person at risk of whom it tells.
    fn decide(
        &mut self,
        (place, call): (usize, &AcceptCase),
        mut linked: Option<CaseId>,
        numbers: &mut Numbers,
    ) -> Result<Result<Vec<New>, Error>, Fault> {
        let Self { intake, rules, ref mut directory, now } = *self;
        let (call, person) = call.heed(rules);
        let mut new = Vec::new();
        for call in [Some(call), person].into_iter().flatten() {
            let number =
                numbers.next().ok_or_else(|| Fault::own("too few numbers were reserved"))?;
            let known = Known { rules, number, linked };
            let decided = match decide_one(&call, known, directory, now, &mut intake.ids()) {
                Ok(decided) => decided,
                Err(refusal) => return Ok(Err(refusal)),
            };
            linked = Some(decided.case);
            new.push(New { place, call, decided });
        }
        Ok(Ok(new))
    }
}

/// Everybody whom these calls are about.
async fn directory(
    intake: &Intake,
    tx: &mut Tx<'_>,
    calls: &[(usize, Cow<'_, AcceptCase>)],
) -> Result<Directory, Fault> {
    let named = calls.iter().flat_map(|(_, call)| [&call.caller, &call.on_behalf_of]);
    let named: Vec<_> = named.flatten().collect();
    let mut directory = Directory::load(&mut *tx, &intake.seals, &named).await?;
    // Who reports for themselves is not named, and has a key since they were imported.
    let themselves = calls.iter().filter_map(|(_, call)| call.asked.subject.person);
    let themselves: Vec<_> = themselves.map(PersonId::uuid).collect();
    directory.keys.load(&mut *tx, &themselves).await?;
    Ok(directory)
}

/// Writes all that was decided; answers what to tell, by the place of the call.
async fn write(
    intake: &Intake,
    tx: &mut Tx<'_>,
    rules: &Rules,
    mut directory: Directory,
    new: &[New],
    now: Timestamp,
) -> Result<BTreeMap<usize, AcceptCaseResponse>, Failure> {
    let mut reports = Vec::new();
    for New { call, decided, .. } in new {
        let owner = owner(decided.case, decided.caller);
        let words = Some(call.text.kept()).filter(|text| !text.is_empty());
        let words = words.map(|text| directory.keys.seal(owner, WORDS, text)).transpose()?;
        if words.is_some() || call.asset.is_some() {
            reports.push(Report { case: decided.case, asset: call.asset.clone(), words });
        }
    }
    directory.save(tx).await?;
    let keys = new.iter().flat_map(|new| [new.decided.contact.uuid(), new.decided.case.uuid()]);
    let mut locked = lock(tx, &keys.collect::<Vec<_>>()).await?;
    let mut by_key: BTreeMap<_, _> = locked.iter_mut().map(|one| (one.key(), one)).collect();
    let (mut recorded, mut changes) = (Vec::new(), Vec::new());
    for New { call, decided, .. } in new {
        let of = |key| by_key.remove(&key).ok_or_else(|| Fault::own("a new key is not locked"));
        let [contact, case] = [decided.contact.uuid(), decided.case.uuid()].map(of);
        let (contact, locked, cause) = (contact?, case?, cause(call, decided, now));
        let stamp = cause.stamp(now, rules.revision());
        recorded.extend(contact_of(intake, contact, call, decided, &stamp)?);
        let (state, events) = (State::New, decided.events.clone());
        changes.push(Change { locked, state, events, cause });
    }
    contacts::insert(tx, &recorded, now).await?;
    record(tx, intake, &mut changes, now).await?;
    reports::insert(tx, &reports).await?;
    let handlers = changes.iter().flat_map(|change| handlers(rules, change));
    store::relations::insert(tx, &handlers.collect::<Vec<_>>()).await?;
    let told = tell(rules, &changes, new, now);
    save(tx, &mut locked, intake.clock().machine()).await?;
    Ok(told)
}

/// Whose deed it is: of who is logged in, or of the person for whom a service speaks.
fn cause(call: &AcceptCase, decided: &Decided, now: Timestamp) -> Cause {
    let cause = Cause::of(&call.asked, now);
    match (call.asked.subject.principal.account(), decided.caller) {
        (None, Some(person)) => Cause { actor: format!("person:{person}"), ..cause },
        (None, None) | (Some(_), _) => cause,
    }
}

/// What each caller is told: of what they reported, and how to speak with a person at risk.
fn tell(
    rules: &Rules,
    changes: &[Change<'_>],
    new: &[New],
    now: Timestamp,
) -> BTreeMap<usize, AcceptCaseResponse> {
    let mut told: BTreeMap<_, AcceptCaseResponse> = BTreeMap::new();
    for (Change { locked, state, .. }, New { place, call, .. }) in changes.iter().zip(new) {
        let id = CaseId::from_uuid(locked.key());
        let answer = answers::accepted(id, state, rules, head(locked), now);
        let hidden = state.case().is_some_and(|case| case.level == Level::Hidden);
        // Whose screen it is, nobody knows.
        let blank = hidden && !call.is_told_by_another();
        match told.entry(*place) {
            Entry::Vacant(first) if blank => drop(first.insert(answers::blank(answer))),
            Entry::Vacant(first) => drop(first.insert(answer)),
            Entry::Occupied(_) if blank => {}
            Entry::Occupied(mut first) => {
                first.get_mut().person_at_risk = answers::person_at_risk(answer);
            }
        }
    }
    told
}

/// Who handles an alarm sees it before anybody was told of it.
fn handlers(rules: &Rules, change: &Change<'_>) -> Vec<(CaseId, Related)> {
    let id = CaseId::from_uuid(change.locked.key());
    let alert = change.state.case().and_then(|case| rules.alert(&case.item));
    let posts = alert.into_iter().flat_map(Alert::posts);
    posts.map(|post| (id, Related::EscalatedToMe(post.clone()))).collect()
}

/// The contact of a case, told to others under its own key.
fn contact_of(
    intake: &Intake,
    locked: &mut Locked,
    call: &AcceptCase,
    decided: &Decided,
    stamp: &Stamp,
) -> Result<Option<Contact>, Failure> {
    let Some(event @ Event::Accepted { accepted, .. }) = decided.events.first() else {
        return Ok(None);
    };
    if let Some((_, fact)) = intake_core::contact(event, decided.case) {
        locked.append(intake.delivery.producer(), &fact, stamp, &mut intake.ids())?;
    }
    Ok(Some(Contact {
        id: decided.contact,
        channel: accepted.channel,
        at: accepted.received_at,
        first_receiver: accepted.first_receiver,
        outcome: ContactOutcome::Opened,
        caller: decided.caller,
        campus_phone: call.campus_phone.clone(),
        place: None,
        words: None,
        level: if accepted.level == Level::Hidden { Level::Hidden } else { Level::Internal },
    }))
}
