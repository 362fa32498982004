use std::slice;

use authz::{Action, Relation, Relations, Subject, decide};
use clock::{PersonId, WorkOrderId};
use delivery::{Fault, lock, save};
use delivery_rpc::{Asked, Failure, head};
use dispatch_core::{Command, Concerned, Event, Order, Rejected, Work, on_command};
use events::{
    dispatch::{WorkOrderAnsweredV1, WorkOrderAskedV1},
    words::Asked as Party,
};
use proto::delivery::v1::Head;
use rpc::{Code, Error, authorize};
use sqlx::PgConnection;

use super::duty;
use crate::{
    Dispatch,
    record::{Case, Change, record},
    store::{
        self, notes, questions,
        reasons::{self, About},
        tasks,
    },
};

/// What somebody does with a work order.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) asked: Asked,
    /// What is asked for.
    pub(crate) command: Command,
    /// What was done, or why, in their words; empty where there are none.
    pub(crate) words: String,
    /// What comes next, in words of whoever completes it; empty where there are none.
    pub(crate) next_steps: String,
}

/// Somebody does something with a work order: one use case, for what differs is decided by the
/// core.
pub(crate) async fn work(
    dispatch: &Dispatch,
    Deed { asked, command, words, next_steps }: Deed,
) -> Result<Head, Failure> {
    let Asked { subject, intent, .. } = asked;
    let work_order = command.work_order();
    let unknown = || refusal(&Rejected::NoSuchWorkOrder { command: command.word(), work_order });
    let machine = dispatch.clock().machine();

    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let id = store::work::case_of(&mut tx, work_order).await?.ok_or_else(unknown)?;
    let mut locked = lock(&mut tx, &[id.uuid()]).await?.pop().ok_or_else(unknown)?;
    let case = store::work::load(&mut tx, id).await?.ok_or_else(unknown)?;
    let (work, order) = find(&case, work_order).ok_or_else(unknown)?;

    // Read under the lock, so that what comes later is later.
    let now = dispatch.clock().now();
    let rules = dispatch.revisions.rules(&mut tx, work.revision).await.map_err(Fault::from)?;
    let (relations, level) = (relations(&subject, work, order, &command), work.level);
    if !decide(&subject, shown_by(&command), relations, level).is_allowed() {
        return Err(unknown().into());
    }
    // Who sees it hears first why nobody could do it now: that a colleague was faster says more
    // than that they may not.
    let events = on_command(&case.state, &rules, &command, now, &mut dispatch.ids())
        .map_err(|rejected| refusal(&rejected))?;
    authorize(&subject, action(&command), relations, level)?;
    let concerned = concerned(&mut tx, work).await?;
    concerned.permit(order, &command).map_err(|rejected| refusal(&rejected))?;
    duty::permit((dispatch, &mut tx), &subject, &rules, &command, (work, order), now).await?;
    let kept = Kept::of(&command, (work, order), &events, &subject);

    let actor = intent.id.principal.clone();
    record(&mut tx, dispatch, Change { locked: &mut locked, case, events, actor }, now).await?;
    keep(&mut tx, dispatch, work_order, kept, &words).await?;
    if !next_steps.is_empty() {
        let masters = dispatch.masters();
        store::next_steps::insert(&mut tx, &masters, work_order, &next_steps).await?;
    }
    save(&mut tx, slice::from_mut(&mut locked), machine).await?;
    let head = head(&locked);
    intent.finish(&mut tx, &head).await?;
    tx.commit().await?;
    dispatch.delivery.bell().ring();
    Ok(head)
}

/// Whom it is about, if it is a complaint: read beside its lock, for the work complained of is done, or
/// goes on without a thought of it.
async fn concerned(connection: &mut PgConnection, work: &Work) -> Result<Concerned, Fault> {
    let Some(of) = work.complains_of else { return Ok(Concerned::default()) };
    let case = store::work::load(connection, of).await?;
    Ok(case.and_then(|case| case.state.work().map(Concerned::of)).unwrap_or_default())
}

/// What of the policy must allow it.
const fn action(command: &Command) -> Action {
    match command {
        Command::Claim(_) => Action::Claim,
        Command::Assign(_) => Action::Assign,
        Command::Arrive(_) => Action::Arrive,
        Command::Contain(_) => Action::Contain,
        Command::Hold(_) => Action::Hold,
        Command::Resume(_) => Action::Resume,
        Command::Complete(_) => Action::Complete,
        Command::Transfer(_) => Action::Transfer,
        Command::Return(_) => Action::Return,
        Command::Reassign(_) => Action::Reassign,
        Command::Split(_) => Action::Split,
        Command::Merge(_) => Action::Merge,
        Command::Adjudicate(_) => Action::Adjudicate,
        Command::Ask(_) => Action::AskQuestion,
        Command::Answer(_) => Action::AnswerQuestion,
    }
}

/// What shows somebody that the work order is there: whoever is asked may see nothing of it but the
/// question.
const fn shown_by(command: &Command) -> Action {
    match command {
        Command::Answer(_) => Action::ListQuestions,
        Command::Claim(_)
        | Command::Assign(_)
        | Command::Arrive(_)
        | Command::Contain(_)
        | Command::Hold(_)
        | Command::Resume(_)
        | Command::Complete(_)
        | Command::Transfer(_)
        | Command::Return(_)
        | Command::Reassign(_)
        | Command::Split(_)
        | Command::Merge(_)
        | Command::Adjudicate(_)
        | Command::Ask(_) => Action::ListWorkOrders,
    }
}

/// As what the words of a deed are kept.
enum Kept {
    /// What was done.
    Note,
    /// Why.
    Reason(About),
    /// What is asked of the post that gets this part.
    Task(WorkOrderId),
    /// What is asked.
    Question(WorkOrderAskedV1),
    /// What is answered, and whose answer it is of those who reported it, as far as that is known.
    Answer(WorkOrderAnsweredV1, Option<PersonId>),
}

impl Kept {
    fn of(
        command: &Command,
        (work, order): (&Work, &Order),
        events: &[Event],
        by: &Subject,
    ) -> Self {
        let said = events.iter().find_map(|event| {
            if let Event::Asked(asked) = event {
                Some(Self::Question(asked.clone()))
            } else if let Event::Offered { offered, .. } = event {
                offered.split.map(|_| Self::Task(offered.work_order))
            } else if let Event::Answered(answered) = event {
                Some(Self::Answer(answered.clone(), answer_of(answered.of, work, by)))
            } else {
                None
            }
        });
        said.unwrap_or(match command {
            Command::Transfer(_) | Command::Return(_) => Self::Reason(About::Offer(order.offer.id)),
            Command::Adjudicate(_) => Self::Reason(About::Adjudication(order.id)),
            Command::Claim(_)
            | Command::Assign(_)
            | Command::Arrive(_)
            | Command::Contain(_)
            | Command::Hold(_)
            | Command::Resume(_)
            | Command::Complete(_)
            | Command::Reassign(_)
            | Command::Split(_)
            | Command::Merge(_)
            | Command::Ask(_)
            | Command::Answer(_) => Self::Note,
        })
    }
}

/// The reporter whose answer it is: they who say it, or the only one for whom the desk says it.
fn answer_of(asked: Party, work: &Work, by: &Subject) -> Option<PersonId> {
    match asked {
        Party::Requester => {}
        Party::Desk | Party::Department | Party::Head => return None,
    }
    let theirs = by.person.filter(|person| work.reporters.contains(person));
    let only = work.reporters.first().filter(|_| work.reporters.len() == 1);
    theirs.or(only.copied())
}

async fn keep(
    connection: &mut PgConnection,
    dispatch: &Dispatch,
    work_order: WorkOrderId,
    kept: Kept,
    words: &str,
) -> Result<(), Fault> {
    let masters = dispatch.masters();
    match kept {
        _ if words.is_empty() => Ok(()),
        Kept::Note => notes::insert(connection, &masters, work_order, words).await,
        Kept::Reason(about) => {
            reasons::insert(connection, &masters, work_order, about, words).await
        }
        Kept::Task(part) => tasks::insert(connection, &masters, part, words).await,
        Kept::Question(asked) => questions::insert(connection, &masters, &asked, words).await,
        Kept::Answer(answered, of) => {
            questions::answer(connection, &masters, (&answered, of), words).await
        }
    }
}

fn find(case: &Case, work_order: WorkOrderId) -> Option<(&Work, &Order)> {
    let work = case.state.work()?;
    Some((work, work.order(work_order)?))
}

/// A question that its requester is asked is their own, and nothing else of the work is.
fn relations(subject: &Subject, work: &Work, order: &Order, command: &Command) -> Relations {
    let asked = if let Command::Answer(answer) = command {
        order.questions.iter().find(|one| one.id == answer.question)
    } else {
        None
    };
    let asked = asked.is_some_and(|question| question.of == Party::Requester);
    let reported = subject.person.is_some_and(|person| work.reporters.contains(&person));
    let worker = order.status.worker();
    let told = !work.escalated_to.is_disjoint(&subject.posts);
    Relations::NONE
        .with(Relation::Own, asked && reported)
        .with(Relation::Assigned, worker.is_some() && worker == subject.principal.account())
        .with(Relation::InMyDepartment, subject.department.as_ref() == Some(order.department()))
        .with(Relation::EscalatedToMe, told)
}

fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::NoSuchWorkOrder { .. } | Rejected::NoSuchQuestion { .. } => Code::NotFound,
        Rejected::AlreadyClaimed { .. }
        | Rejected::NotYours { .. }
        | Rejected::AlreadyAnswered { .. } => Code::Conflict,
        Rejected::NoSuchPost { .. }
        | Rejected::NotAccepting { .. }
        | Rejected::VisitPast { .. } => Code::InvalidArgument,
        Rejected::CaseClosed { .. }
        | Rejected::NotClaimed { .. }
        | Rejected::AlreadyTheirs { .. }
        | Rejected::AlreadyBegun { .. }
        | Rejected::AlreadyArrived { .. }
        | Rejected::NotArrived { .. }
        | Rejected::NotCritical { .. }
        | Rejected::AlreadyContained { .. }
        | Rejected::OnHold { .. }
        | Rejected::NotOnHold { .. }
        | Rejected::Disputed { .. }
        | Rejected::NotDisputed { .. }
        | Rejected::Final { .. }
        | Rejected::NotTransferred { .. }
        | Rejected::CameFrom { .. }
        | Rejected::SamePost { .. }
        | Rejected::HasOne { .. }
        | Rejected::TooMany { .. }
        | Rejected::IntoItself { .. }
        | Rejected::NotInThisCase { .. }
        | Rejected::OtherCycle { .. }
        | Rejected::IntoNoPost { .. }
        | Rejected::Concerned { .. }
        | Rejected::AlreadyCompleted { .. }
        | Rejected::Cancelled { .. } => Code::FailedPrecondition,
    };
    let error = Error::new(code, rejected.reason(), rejected.to_string());
    if let Rejected::NoSuchPost { .. } | Rejected::NotAccepting { .. } = rejected {
        return error.violating("to", rejected.to_string());
    }
    if let Rejected::VisitPast { .. } = rejected {
        return error.violating("visit_at", rejected.to_string());
    }
    error
}
