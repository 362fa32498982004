use std::slice;

use authz::{Action, Relations, Role, Subject};
use clock::AccountId;
use delivery::{Tx, audit, lock_one, save};
use delivery_rpc::{Asked, Failure};
use dispatch_core::{
    handover::{Command, Event, Rejected, Shift, apply, on_command},
    roster::deputies,
};
use events::{dispatch::DESK_KEY, words::Level};
use jiff::Timestamp;
use proto::dispatch::v1::{CameSince, SignHandoverResponse};
use rpc::{Code, Error, account, authorize};
use serde_json::json;

use crate::{
    Dispatch, desk, rosters,
    store::{
        self,
        handover_shown::{self, Came, Shown},
        handovers::{self, Leaving},
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
    /// As who leaves, with what they write down; it may be empty. The duty counsellor names who went
    /// without.
    Leaving { who: Option<AccountId>, log: String },
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
    let (command, log) = command(by, &signs);
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
            let leaving = Leaving { handover, by, signed_by, at };
            let version = desk::signed(handover, &left, log);
            let kept = (log, &*version);
            handovers::insert(&mut tx, &dispatch.masters(), leaving, &left, kept).await?;
            let (work_orders, questions) = (&left.work_orders, &left.questions);
            let came_since =
                json!({ "work_orders": since.work_orders, "questions": since.questions });
            let detail = json!({ "left_by": by, "version": version, "work_orders": work_orders,
                                 "questions": questions, "came_since": came_since });
            (handover, "handover.left", detail)
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

fn shown(Came { case_number, work_order, question }: Came) -> CameSince {
    let question = question.map(|id| id.to_string()).unwrap_or_default();
    CameSince { case_number, work_order: work_order.to_string(), question }
}

/// What is decided on, and what is written down with it.
fn command(by: AccountId, signs: &Signs) -> (Command, &str) {
    match signs {
        Signs::Leaving { who, log } => (Command::Leave { who: who.unwrap_or(by), by }, log),
        Signs::TakingOver => (Command::TakeOver { by }, ""),
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

fn refusal(rejected: Rejected) -> Error {
    let code = match rejected {
        Rejected::AlreadySigned | Rejected::Waits | Rejected::NotOnShift => Code::Conflict,
        Rejected::NothingToTakeOver | Rejected::SamePerson => Code::FailedPrecondition,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}
