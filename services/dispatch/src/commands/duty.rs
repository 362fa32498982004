//! What a role alone does not say: who of a department decides, who there is to do the work, how far
//! a leader's arm reaches, who adjudicates what, and who asks and answers whom.

use authz::{Role, Subject};
use clock::AccountId;
use definitions::{Duty, Post, Rules};
use delivery::Tx;
use delivery_rpc::Failure;
use dispatch_core::{
    Command, Order, Return, Split, Work,
    roster::{Presence, Roster},
};
use events::words::{Asked, DepartmentId, PostId, Urgency};
use jiff::Timestamp;
use rpc::{Code, Error};
use sqlx::PgConnection;

use crate::{
    Dispatch,
    rosters::newest_rules,
    store::{rosters, trainings},
};

/// Refuses what the policy allows but a duty does not. Who decides is known by the definitions of the case,
/// who there is and who must be trained by the newest.
pub(super) async fn permit(
    (dispatch, tx): (&Dispatch, &mut Tx<'_>),
    subject: &Subject,
    rules: &Rules,
    command: &Command,
    (work, order): (&Work, &Order),
    now: Timestamp,
) -> Result<(), Failure> {
    let department = order.department();
    match command {
        Command::Assign(assign) => {
            decides(subject, rules, department)?;
            let newest = newest_rules(dispatch, tx).await?;
            let roster = rosters::load(tx, &newest, now).await?;
            is_a_worker(&roster, assign.to, department, now)?;
            is_trained(tx, &roster, &newest, (command, assign.to), (work, order), now).await
        }
        Command::Claim(claim) => {
            let newest = newest_rules(dispatch, tx).await?;
            let roster = rosters::load(tx, &newest, now).await?;
            is_trained(tx, &roster, &newest, (command, claim.by), (work, order), now).await
        }
        // Who has it refuses it for themselves, and knows what else there is to do.
        Command::Return(Return { by, .. }) | Command::Split(Split { by, .. })
            if order.status.worker() == Some(*by) =>
        {
            Ok(())
        }
        Command::Return(_) | Command::Transfer(_) | Command::Split(_) => {
            Ok(decides(subject, rules, department)?)
        }
        Command::Merge(merge) => {
            decides(subject, rules, department)?;
            let into = work.order(merge.into).map_or(department, Order::department);
            Ok(has_both(subject, department, into)?)
        }
        Command::Reassign(reassign) => Ok(reaches(subject, department, &reassign.to)?),
        Command::Adjudicate(_) => Ok(adjudicates(subject, work.urgency)?),
        Command::Ask(ask) => Ok(asks(subject, rules, ask.of, (work, order))?),
        Command::Answer(answer) => {
            let asked = order.questions.iter().find(|question| question.id == answer.question);
            let Some(question) = asked else { return Ok(()) };
            Ok(answers(subject, rules, question.of, (work, order))?)
        }
        Command::Arrive(_)
        | Command::Contain(_)
        | Command::Hold(_)
        | Command::Resume(_)
        | Command::Complete(_) => Ok(()),
    }
}

/// Refuses a handler who only accepts for the department: its A decides, or who stands in for A, or
/// its head. Whoever else may, may by their role.
fn decides(subject: &Subject, rules: &Rules, department: &DepartmentId) -> Result<(), Error> {
    let decides =
        |post: &Post| post.id.department() == department && post.duties.contains(&Duty::Decide);
    let mut posts = subject.posts.iter().filter_map(|post| rules.post(post));
    if has(subject, &[Role::Dispatcher, Role::DepartmentHead]) || posts.any(decides) {
        return Ok(());
    }
    let message = format!(
        "you hold no post of {department} that decides: ask one who does, its head or the dispatcher"
    );
    Err(Error::new(Code::PermissionDenied, "not-deciding", message))
}

/// Refuses somebody who holds no post of the department and stands in at none, for they would never
/// hear of it; and who is away.
fn is_a_worker(
    roster: &Roster,
    to: AccountId,
    department: &DepartmentId,
    now: Timestamp,
) -> Result<(), Error> {
    let message = |what: &str| format!("cannot assign: whoever is to do it {what}");
    match roster.presence(to, department, now) {
        Presence::AtWork => Ok(()),
        Presence::Away { until } => {
            let what = format!("is away until {until}; choose who stands in, or another");
            let error = Error::new(Code::FailedPrecondition, "on-leave", message(&what));
            Err(error.violating("to", what))
        }
        Presence::Stranger => {
            let what = format!("holds no post of {department}; choose somebody who does");
            let error = Error::new(Code::InvalidArgument, "no-such-worker", message(&what));
            Err(error.violating("to", what))
        }
    }
}

/// Refuses an assistant who was not trained for what they are to do.
async fn is_trained(
    connection: &mut PgConnection,
    roster: &Roster,
    rules: &Rules,
    (command, who): (&Command, AccountId),
    (work, order): (&Work, &Order),
    now: Timestamp,
) -> Result<(), Failure> {
    let item = &work.item;
    if !roster.must_be_trained(rules, who, (item, order.department()), now)
        || trainings::is_recorded(connection, who, item).await?
    {
        return Ok(());
    }
    let what = format!("is an assistant without a recorded training for {item}");
    let verb = command.word();
    let message = format!(
        "cannot {verb}: whoever is to do it {what}; whoever answers for them records it, or chooses another"
    );
    let error = Error::new(Code::FailedPrecondition, "not-trained", message);
    // Who takes it themselves named nobody.
    let names_them = matches!(command, Command::Assign(_));
    Err(if names_them { error.violating("to", what) } else { error }.into())
}

/// Refuses a head or a leader the posts of other departments, which may refuse what is theirs: only
/// the dispatcher is above them.
fn reaches(subject: &Subject, department: &DepartmentId, to: &PostId) -> Result<(), Error> {
    if has(subject, &[Role::Dispatcher]) || to.department() == department {
        return Ok(());
    }
    let what = format!("is no post of {department}");
    let message = format!("cannot reassign: {to} {what}; transfer it, or ask the dispatcher");
    Err(Error::new(Code::PermissionDenied, "other-department", message).violating("to", what))
}

/// Refuses a department to leave its part to another one, which may refuse what is not its own: only the
/// dispatcher is above them.
fn has_both(
    subject: &Subject,
    department: &DepartmentId,
    into: &DepartmentId,
) -> Result<(), Error> {
    if has(subject, &[Role::Dispatcher]) || into == department {
        return Ok(());
    }
    let what = format!("is of {into}, and not of {department}");
    let message = format!("cannot merge: the other work order {what}; ask the dispatcher");
    Err(Error::new(Code::PermissionDenied, "other-department", message).violating("into", what))
}

/// Refuses the duty counsellor what can wait for the hall director.
fn adjudicates(subject: &Subject, urgency: Urgency) -> Result<(), Error> {
    match urgency {
        Urgency::Critical => Ok(()),
        Urgency::Normal | Urgency::Urgent if has(subject, &[Role::HallDirector]) => Ok(()),
        Urgency::Normal | Urgency::Urgent => {
            let message =
                "cannot adjudicate: the work order is not critical, so the hall director decides";
            Err(Error::new(Code::FailedPrecondition, "not-critical", message))
        }
    }
}

/// Who speaks for the desk.
const DESK: &[Role] =
    &[Role::DeskAssistant, Role::DutyCounsellor, Role::Dispatcher, Role::HallDirector];

/// Refuses a department what only the desk asks, its own people; and an instruction that nobody else gives.
fn asks(subject: &Subject, rules: &Rules, of: Asked, asked: (&Work, &Order)) -> Result<(), Error> {
    match of {
        Asked::Requester | Asked::Desk => Ok(()),
        Asked::Head => has_a_head(subject, rules, asked),
        Asked::Department if has(subject, DESK) => Ok(()),
        Asked::Department => {
            let what = "is asked by the desk alone; ask the desk or the requester";
            let message = format!("cannot ask: the department {what}");
            let error = Error::new(Code::PermissionDenied, "not-the-desk", message);
            Err(error.violating("of", what))
        }
    }
}

/// Refuses to ask the head where there is none who would hear of it, and who would ask themselves.
fn has_a_head(subject: &Subject, rules: &Rules, asked: (&Work, &Order)) -> Result<(), Error> {
    let (_, order) = asked;
    if head_of(rules, order).is_none() {
        let what = format!("{} has no head; ask the desk", order.department());
        let message = format!("cannot ask: {what}");
        return Err(Error::new(Code::FailedPrecondition, "no-head", message).violating("of", what));
    }
    if is_asked(subject, rules, Asked::Head, asked) {
        let what = "the instruction is yours to give; ask the desk if you need another's";
        let message = format!("cannot ask: {what}");
        let error = Error::new(Code::FailedPrecondition, "asks-themselves", message);
        return Err(error.violating("of", what));
    }
    Ok(())
}

/// The post of the head of the department that has a work order.
fn head_of<'a>(rules: &'a Rules, order: &Order) -> Option<&'a PostId> {
    rules.department(order.department()).and_then(|department| department.head.as_ref())
}

/// Whether somebody is among those who are asked, by the definitions of the case.
pub(crate) fn is_asked(
    subject: &Subject,
    rules: &Rules,
    of: Asked,
    (work, order): (&Work, &Order),
) -> bool {
    match of {
        Asked::Requester => subject.person.is_some_and(|person| work.reporters.contains(&person)),
        Asked::Desk => has(subject, DESK),
        Asked::Department => {
            let worker = order.status.worker();
            let has_it = worker.is_some() && worker == subject.principal.account();
            has_it || subject.department.as_ref() == Some(order.department())
        }
        // Whoever stands in at the post of the head is told, and answers.
        Asked::Head => {
            let theirs = subject.department.as_ref() == Some(order.department());
            let leads = theirs && has(subject, &[Role::DepartmentHead]);
            leads || head_of(rules, order).is_some_and(|post| subject.posts.contains(post))
        }
    }
}

/// Refuses whoever was not asked. Of what its requester is asked, the desk writes the answer down too.
fn answers(
    subject: &Subject,
    rules: &Rules,
    of: Asked,
    asked: (&Work, &Order),
) -> Result<(), Error> {
    let (for_them, who) = match of {
        Asked::Requester => (has(subject, DESK), "who reported it, or the desk for them,"),
        Asked::Desk => (false, "whoever is at the desk"),
        Asked::Department => (false, "the department that has the work order"),
        Asked::Head => (false, "the head of the department that has the work order"),
    };
    if for_them || is_asked(subject, rules, of, asked) {
        return Ok(());
    }
    let message = format!("cannot answer: that is not asked of you; {who} answers it");
    Err(Error::new(Code::PermissionDenied, "not-asked", message))
}

fn has(subject: &Subject, one_of: &[Role]) -> bool {
    one_of.iter().any(|role| subject.roles.contains(role))
}
