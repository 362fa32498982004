use std::slice;

use authz::{Action, Relations, Role, Subject};
use clock::AccountId;
use delivery::{Tx, audit, lock_one, save};
use delivery_rpc::{Asked, Failure};
use dispatch_core::{
    checklist::{Unchecked, on_ticks},
    handover::{Command, Event, Rejected, Shift, apply, on_command},
    roster::deputies,
};
use events::{dispatch::DESK_KEY, words::Level};
use jiff::Timestamp;
use proto::dispatch::v1::{CameSince, SignHandoverResponse};
use rpc::{Code, Error, account, authorize};
use serde_json::{Value, json};

use crate::{
    Dispatch, desk, rosters,
    store::{
        self,
        handover_shown::{self, Came, Shown},
        handovers::{self, Leaving, Left, PassedOn},
    },
};

/// A signature under a handover of the desk's shift.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) signs: Signs,
    /// Names what was shown, and is signed for.
    pub(crate) version: String,
}

/// As what somebody signs.
#[derive(Debug)]
pub(crate) enum Signs {
    /// As who leaves, with what they pass on. The duty counsellor names who went without.
    Leaving { who: Option<AccountId>, passed_on: PassedOn },
    /// As who takes over.
    TakingOver,
}

/// Somebody signs that they leave the desk, or that they take it over.
pub(crate) async fn sign_handover(
    dispatch: &Dispatch,
    asked: Asked,
    Signature { signs, version }: Signature,
) -> Result<SignHandoverResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    authorize(&subject, Action::SignHandover, Relations::NONE, Level::Public)?;
    let by = account(&subject)?;
    let (command, passed_on) = command(by, signs);
    let machine = dispatch.clock().machine();
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut locked = lock_one(&mut tx, DESK_KEY).await?;
    // Read under the lock, so that what comes later is later.
    let now = dispatch.clock().now();
    let mut shift = handovers::shift(&mut tx).await?;
    permit(&mut tx, dispatch, &subject, (shift, command), now).await?;
    let event = on_command(shift, command, now, &mut dispatch.ids()).map_err(refusal)?;
    let left = desk::left(&mut tx, &subject).await?;
    let seen = Shown { to: by, version: &version };
    let since = desk::since(&mut tx, shift, &left, seen, now).await?.ok_or_else(changed)?;
    let (handover, action, detail) = match event {
        Event::Left { handover, by, signed_by, at } => {
            let check_list = desk::check_list(dispatch, &mut tx).await?;
            on_ticks(&check_list, &passed_on.ticks).map_err(|unchecked| unticked(&unchecked))?;
            let leaving = Leaving { handover, by, signed_by, at };
            let version = desk::signed(handover, &left, &passed_on);
            let kept = (&passed_on, &*version);
            handovers::insert(&mut tx, &dispatch.masters(), leaving, &left, kept).await?;
            (handover, "handover.left", detail(by, &left, &since, kept))
        }
        Event::TakenOver { handover, by, at } => {
            handovers::take(&mut tx, (handover, by, at)).await?;
            (handover, "handover.taken-over", json!({ "version": version }))
        }
    };
    let (actor, key) = (&*intent.id.principal, Some(handover.uuid()));
    audit::record(&mut tx, &audit::Entry { at: now, actor, action, key, detail }).await?;
    apply(&mut shift, event);
    locked.wake_at(shift.next_at());
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    handover_shown::forget(&mut tx, desk::oldest(now)?).await?;
    let came_since = handover_shown::came(&mut tx, &since).await?;
    let came_since = came_since.into_iter().map(shown).collect();
    let answer = SignHandoverResponse { handover: handover.to_string(), came_since };
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(answer)
}

/// What the audit keeps of who left: what was written down only by its name.
fn detail(
    left_by: AccountId,
    left: &Left,
    since: &Left,
    (PassedOn { ticks, .. }, version): (&PassedOn, &str),
) -> Value {
    json!({
        "left_by": left_by, "version": version,
        "work_orders": left.work_orders, "questions": left.questions,
        "came_since": { "work_orders": since.work_orders, "questions": since.questions },
        "checked": ticks.checked, "missing": ticks.missing,
    })
}

fn shown(Came { case_number, work_order, question }: Came) -> CameSince {
    let question = question.map(|id| id.to_string()).unwrap_or_default();
    CameSince { case_number, work_order: work_order.to_string(), question }
}

/// What is decided on, and what is passed on with it.
fn command(by: AccountId, signs: Signs) -> (Command, PassedOn) {
    match signs {
        Signs::Leaving { who, passed_on } => {
            (Command::Leave { who: who.unwrap_or(by), by }, passed_on)
        }
        Signs::TakingOver => (Command::TakeOver { by }, PassedOn::default()),
    }
}

/// Refuses whoever is not at the desk now. Who took it over leaves it whenever they go, and the duty
/// counsellor stands above it: they alone sign for another.
async fn permit(
    tx: &mut Tx<'_>,
    dispatch: &Dispatch,
    subject: &Subject,
    (shift, command): (Shift, Command),
    now: Timestamp,
) -> Result<(), Failure> {
    if subject.roles.contains(&Role::DutyCounsellor) {
        return Ok(());
    }
    let by = match command {
        Command::Leave { who, by } if who != by => {
            let what = "is another: the duty counsellor alone signs for who went without";
            let message = format!("cannot sign: whoever leaves {what}");
            let error = Error::new(Code::PermissionDenied, "not-the-counsellor", message);
            return Err(error.violating("left_by", what).into());
        }
        Command::Leave { by, .. } if has_it(shift, by) => return Ok(()),
        Command::Leave { by, .. } | Command::TakeOver { by } => by,
    };
    let rules = rosters::newest_rules(dispatch, tx).await?;
    let roster = store::rosters::load(tx, &rules, now).await?;
    let is_there = rules
        .desk()
        .is_some_and(|desk| roster.is_at(by, &desk.id, &deputies(&rules, &desk.id), now));
    if is_there {
        return Ok(());
    }
    let message = "cannot sign: you are not at work at the desk now; whoever the roster has there \
                   signs, or the duty counsellor";
    Err(Error::new(Code::PermissionDenied, "not-at-the-desk", message).into())
}

fn has_it(shift: Shift, who: AccountId) -> bool {
    match shift {
        Shift::Had { by } => by == who,
        Shift::Unsigned | Shift::Left { .. } => false,
    }
}

fn changed() -> Error {
    let what = "names nothing that you were shown in this shift within the last 10 minutes";
    let message = "cannot sign: what is left has changed, and it is too long since it was shown, or it \
                   was not shown to you; show the handover again, and sign for that";
    Error::new(Code::Conflict, "handover-changed", message).violating("version", what)
}

fn unticked(unchecked: &Unchecked) -> Error {
    let error = Error::new(Code::InvalidArgument, "unchecked", unchecked.to_string());
    unchecked.violations().fold(error, |error, (field, what)| error.violating(field, what))
}

fn refusal(rejected: Rejected) -> Error {
    let code = match rejected {
        Rejected::AlreadySigned | Rejected::Waits | Rejected::NotOnShift => Code::Conflict,
        Rejected::NothingToTakeOver | Rejected::SamePerson => Code::FailedPrecondition,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}
