use clock::{QuestionId, WorkOrderId};
use events::words::{End, PostId};
use jiff::Timestamp;

/// Why a command was not done; nothing has changed.
///
/// None says who else has the work: that is for those who may list it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The case has no such work order.
    #[error("cannot {command}: this case has no work order {work_order}; list yours to see its id")]
    NoSuchWorkOrder {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        work_order: WorkOrderId,
    },
    /// The case ended before.
    #[error("cannot {command}: the case has ended ({end}); if it comes back, it is offered anew")]
    CaseClosed {
        /// The verb.
        command: &'static str,
        /// How it ended.
        end: End,
    },
    /// Somebody was faster.
    #[error("cannot {command}: the work order is claimed already; choose one that is offered")]
    AlreadyClaimed {
        /// The verb.
        command: &'static str,
    },
    /// Nobody has taken it yet.
    #[error("cannot {command}: the work order is only offered; claim it first")]
    NotClaimed {
        /// The verb.
        command: &'static str,
    },
    /// Somebody else has taken it.
    #[error("cannot {command}: another person has the work order, and only they can")]
    NotYours {
        /// The verb.
        command: &'static str,
    },
    /// Whoever was to be assigned has it.
    #[error("cannot {command}: that person has the work order already; choose another")]
    AlreadyTheirs {
        /// The verb.
        command: &'static str,
    },
    /// Work on it has begun, and is one person's until its post is offered it anew.
    #[error("cannot {command}: work on it has begun ({state}); reassign it to its post first")]
    AlreadyBegun {
        /// The verb.
        command: &'static str,
        /// How far it is.
        state: &'static str,
    },
    /// The arrival is on record.
    #[error("cannot {command}: the work order is {state} already; complete it when it is done")]
    AlreadyArrived {
        /// The verb.
        command: &'static str,
        /// How far it is.
        state: &'static str,
    },
    /// Nobody is there who could have made it safe.
    #[error("cannot {command}: the work order is only {state}; arrive first")]
    NotArrived {
        /// The verb.
        command: &'static str,
        /// How far it is.
        state: &'static str,
    },
    /// There is no danger that could be over.
    #[error("cannot {command}: the work order is not critical; complete it when it is done")]
    NotCritical {
        /// The verb.
        command: &'static str,
    },
    /// It was made safe before.
    #[error("cannot {command}: the work order is contained already; complete it when it is done")]
    AlreadyContained {
        /// The verb.
        command: &'static str,
    },
    /// The work waits.
    #[error("cannot {command}: the work order is on hold; resume it first")]
    OnHold {
        /// The verb.
        command: &'static str,
    },
    /// Nobody can come any more when it was agreed.
    #[error("cannot {command}: {visit_at} is past; name when somebody is going to come")]
    VisitPast {
        /// The verb.
        command: &'static str,
        /// When they were to come.
        visit_at: Timestamp,
    },
    /// The work does not wait.
    #[error("cannot {command}: the work order is not on hold but {state}; go on with it")]
    NotOnHold {
        /// The verb.
        command: &'static str,
        /// How far it is.
        state: &'static str,
    },
    /// Nobody has it until somebody decided.
    #[error("cannot {command}: the work order is disputed; wait for the adjudication")]
    Disputed {
        /// The verb.
        command: &'static str,
    },
    /// There is nothing to decide.
    #[error(
        "cannot {command}: the work order is not disputed but {state}; transfer or reassign it"
    )]
    NotDisputed {
        /// The verb.
        command: &'static str,
        /// How far it is.
        state: &'static str,
    },
    /// Whose it is was decided.
    #[error(
        "cannot {command}: it was adjudicated whose work order it is, and that is final; assign or \
         reassign it within its post"
    )]
    Final {
        /// The verb.
        command: &'static str,
    },
    /// Nobody gave it who could get it back.
    #[error(
        "cannot {command}: no other post transferred the work order here; transfer it to the post \
         whose it is"
    )]
    NotTransferred {
        /// The verb.
        command: &'static str,
    },
    /// A transfer to the post that transferred it here is a refusal, and is counted as one.
    #[error("cannot {command}: the work order came from {post}; return it")]
    CameFrom {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        post: PostId,
    },
    /// The post has it.
    #[error("cannot {command}: the work order is with {post} already; choose another post")]
    SamePost {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        post: PostId,
    },
    /// The post has a part of the case, of which it can be asked.
    #[error(
        "cannot {command}: {post} has a work order of this case already; choose another post, or ask \
         in that one"
    )]
    HasOne {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        post: PostId,
    },
    /// There are as many as anybody can follow.
    #[error(
        "cannot {command}: {most} work orders of this case are open already; complete or merge one \
         first"
    )]
    TooMany {
        /// The verb.
        command: &'static str,
        /// So many.
        most: usize,
    },
    /// It would have its own part.
    #[error("cannot {command}: the work order cannot go into itself; choose another of its case")]
    IntoItself {
        /// The verb.
        command: &'static str,
    },
    /// What somebody else asked for stays theirs.
    #[error(
        "cannot {command}: this case has no work order {into}; choose one that is open in the same case"
    )]
    NotInThisCase {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        into: WorkOrderId,
    },
    /// What was done before the case was reopened is over.
    #[error(
        "cannot {command}: {into} is of an earlier cycle of the case; choose one of the running cycle"
    )]
    OtherCycle {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        into: WorkOrderId,
    },
    /// Nobody could do the part there.
    #[error("cannot {command}: {into} is {state}; choose one that a post has")]
    IntoNoPost {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        into: WorkOrderId,
        /// How far it is.
        state: &'static str,
    },
    /// It would be theirs to decide about themselves.
    #[error(
        "cannot {command}: who would have it then had a part in the work that it complains of; \
         {instead}"
    )]
    Concerned {
        /// The verb.
        command: &'static str,
        /// What else there is to do.
        instead: &'static str,
    },
    /// Nobody defined such a post.
    #[error("cannot {command}: there is no post {post}; choose one of the definitions")]
    NoSuchPost {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        post: PostId,
    },
    /// The post takes no work orders.
    #[error("cannot {command}: {post} takes no work orders; choose a post with the duty to accept")]
    NotAccepting {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        post: PostId,
    },
    /// Nobody asked that of it.
    #[error(
        "cannot {command}: the work order has no question {question}; list the questions to see its id"
    )]
    NoSuchQuestion {
        /// The verb.
        command: &'static str,
        /// What was to be answered.
        question: QuestionId,
    },
    /// Somebody was faster.
    #[error("cannot {command}: the question is answered already; add what is new as a note")]
    AlreadyAnswered {
        /// The verb.
        command: &'static str,
    },
    /// The work is done.
    #[error(
        "cannot {command}: the work order is completed; if it is not solved, its case is reopened"
    )]
    AlreadyCompleted {
        /// The verb.
        command: &'static str,
    },
    /// The work is no longer wanted.
    #[error("cannot {command}: the work order is cancelled; choose one that is offered")]
    Cancelled {
        /// The verb.
        command: &'static str,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NoSuchWorkOrder { .. } => "no-such-work-order",
            Self::CaseClosed { .. } => "case-closed",
            Self::AlreadyClaimed { .. } => "already-claimed",
            Self::NotClaimed { .. } => "not-claimed",
            Self::NotYours { .. } => "not-yours",
            Self::AlreadyTheirs { .. } => "already-theirs",
            Self::AlreadyBegun { .. } => "already-begun",
            Self::AlreadyArrived { .. } => "already-arrived",
            Self::NotArrived { .. } => "not-arrived",
            Self::NotCritical { .. } => "not-critical",
            Self::AlreadyContained { .. } => "already-contained",
            Self::OnHold { .. } => "on-hold",
            Self::VisitPast { .. } => "visit-past",
            Self::NotOnHold { .. } => "not-on-hold",
            Self::Disputed { .. } => "disputed",
            Self::NotDisputed { .. } => "not-disputed",
            Self::Final { .. } => "adjudicated",
            Self::NotTransferred { .. } => "not-transferred",
            Self::CameFrom { .. } => "came-from-there",
            Self::SamePost { .. } => "same-post",
            Self::HasOne { .. } => "post-has-one",
            Self::TooMany { .. } => "too-many-work-orders",
            Self::IntoItself { .. } => "into-itself",
            Self::NotInThisCase { .. } => "not-in-this-case",
            Self::OtherCycle { .. } => "other-cycle",
            Self::IntoNoPost { .. } => "into-no-post",
            Self::Concerned { .. } => "concerned-by-the-complaint",
            Self::NoSuchPost { .. } => "no-such-post",
            Self::NotAccepting { .. } => "not-accepting",
            Self::NoSuchQuestion { .. } => "no-such-question",
            Self::AlreadyAnswered { .. } => "already-answered",
            Self::AlreadyCompleted { .. } => "already-completed",
            Self::Cancelled { .. } => "work-order-cancelled",
        }
    }
}
