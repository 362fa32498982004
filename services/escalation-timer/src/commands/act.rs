use std::slice;

use authz::{Action, decide};
use clock::{AccountId, CaseId, Ids as _};
use delivery::{Fault, Tx, lock_one, save};
use delivery_rpc::{Asked, Failure, head};
use escalation_timer_core::{Command, Event, Rejected, on_command};
use jiff::Timestamp;
use proto::delivery::v1::Head;
use rpc::{Code, Error, authorize};

use crate::{
    EscalationTimer,
    record::{Change, record},
    store::{
        self,
        words::{About, Words},
    },
};

/// What somebody does with the clocks of a case.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) asked: Asked,
    pub(crate) case: CaseId,
    /// What is asked for.
    pub(crate) command: Command,
    /// What of the policy must allow it.
    pub(crate) action: Action,
    /// Who asks.
    pub(crate) account: AccountId,
    /// An order or evidence, in their words; empty for all else.
    pub(crate) words: String,
}

/// Somebody does something with the clocks of a case.
pub(crate) async fn act(timer: &EscalationTimer, deed: Deed) -> Result<Head, Failure> {
    let Deed { asked: Asked { subject, intent, .. }, case: id, command, action, account, words } =
        deed;
    let unknown = || refusal(&Rejected::NoSuchCase { command: command.word() });
    let machine = timer.clock().machine();

    let mut tx = timer.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut locked = lock_one(&mut tx, id.uuid()).await?;
    let case = store::watch::load(&mut tx, id).await?.ok_or_else(unknown)?;
    let watch = case.state.watch().ok_or_else(unknown)?;

    // Read under the lock, so that what comes later is later.
    let now = timer.clock().now();
    let rules = timer.rules(&mut tx, watch).await?;
    let level = case.concerned.level;
    let relations = case.concerned.relations(&subject, &case.state);
    if !decide(&subject, Action::ListClocks, relations, level).is_allowed() {
        return Err(unknown().into());
    }
    authorize(&subject, action, relations, level)?;
    let events = on_command(&case.state, &rules, &command, now, &mut timer.ids())
        .map_err(|rejected| refusal(&rejected))?;

    let kept = Kept { case: id, account, at: now, words };
    kept.keep(&mut tx, timer, &events).await?;
    let actor = intent.id.principal.clone();
    record(&mut tx, timer, Change { locked: &mut locked, case, events, actor }, now).await?;
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    let head = head(&locked);
    intent.finish(&mut tx, &head).await?;
    tx.commit().await?;
    timer.delivery.bell().ring();
    Ok(head)
}

/// What was written, and by whom.
struct Kept {
    case: CaseId,
    account: AccountId,
    at: Timestamp,
    words: String,
}

impl Kept {
    /// Keeps the words beside the event that tells of them without saying them.
    async fn keep(
        self,
        tx: &mut Tx<'_>,
        timer: &EscalationTimer,
        events: &[Event],
    ) -> Result<(), Fault> {
        let Self { case, account, at, words: text } = self;
        let Some(about) = events.iter().find_map(about) else { return Ok(()) };
        let (id, words) = (timer.ids().uuid(), Words { about, account, at, text });
        store::words::insert(tx, &timer.masters(), (id, case), &words).await
    }
}

fn about(event: &Event) -> Option<About> {
    match event {
        Event::Ordered(order) => {
            Some(About::Order { timer: order.timer, post: order.post.clone() })
        }
        Event::EvidenceGiven { work_order, .. } => Some(About::Evidence(*work_order)),
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Armed { .. }
        | Event::RungFired { .. }
        | Event::Rested { .. }
        | Event::WarningPlanned { .. }
        | Event::AtRisk(_)
        | Event::RungRetracted(_)
        | Event::RungTold(_)
        | Event::PromiseMoved(_)
        | Event::Counted { .. }
        | Event::Confirmed { .. }
        | Event::PausesCarried(_)
        | Event::ExtensionAsked(_)
        | Event::ExtensionRefused(_)
        | Event::Held(_)
        | Event::HoldEnded { .. }
        | Event::PauseAsked(_)
        | Event::PauseGranted { .. }
        | Event::PauseRefused(_)
        | Event::TakenOver { .. }
        | Event::RiskAccepted { .. }
        | Event::Stopped(_)
        | Event::Ended { .. }
        | Event::Noted { .. } => None,
    }
}

fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::NoSuchCase { .. } => Code::NotFound,
        Rejected::NotLater { .. } | Rejected::TooFar { .. } | Rejected::OffHours { .. } => {
            Code::InvalidArgument
        }
        Rejected::NotApprover { .. } | Rejected::NotTold { .. } | Rejected::RungTooLow { .. } => {
            Code::PermissionDenied
        }
        Rejected::ExtensionPending { .. }
        | Rejected::PausePending { .. }
        | Rejected::PauseGranted { .. }
        | Rejected::TakenOver { .. } => Code::Conflict,
        Rejected::CaseClosed { .. }
        | Rejected::NothingRuns { .. }
        | Rejected::Expired { .. }
        | Rejected::NoExtensions { .. }
        | Rejected::ExtensionNotAsked { .. }
        | Rejected::NotOnHold { .. }
        | Rejected::NeverPauses { .. }
        | Rejected::NoPause { .. }
        | Rejected::PauseNotAsked { .. }
        | Rejected::EvidenceMissing { .. } => Code::FailedPrecondition,
    };
    let error = Error::new(code, rejected.reason(), rejected.to_string());
    match rejected.field() {
        Some(field) => error.violating(field, rejected.to_string()),
        None => error,
    }
}
