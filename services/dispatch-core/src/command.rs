use clock::{AccountId, QuestionId, WorkOrderId};
use events::words::{Asked, HoldReason, PostId};
use jiff::Timestamp;

/// What a person may ask of dispatch.
///
/// Only staff may ask it, so who asks is an account. Whether that account may (its post, its
/// department, the case's level) was checked before; who the worker is, is checked here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take an offered work order.
    Claim(Claim),
    /// Tell somebody to do it.
    Assign(Assign),
    /// Record the arrival on site.
    Arrive(Arrive),
    /// Record that the danger is over.
    Contain(Contain),
    /// Let the work wait.
    Hold(Hold),
    /// Go on with it.
    Resume(Resume),
    /// Record that the work is done.
    Complete(Complete),
    /// Give it to another post.
    Transfer(Transfer),
    /// Refuse what another post gave.
    Return(Return),
    /// Give it to another post, or to another of the same, by the dispatcher's authority.
    Reassign(Reassign),
    /// Ask another post for a part of it.
    Split(Split),
    /// Let another work order of the case have its part.
    Merge(Merge),
    /// Decide whose it is, after the second refusal.
    Adjudicate(Adjudicate),
    /// Ask somebody inside the case.
    Ask(Ask),
    /// Answer what was asked.
    Answer(Answer),
}

impl Command {
    /// Its verb, as rejections say it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Claim(_) => Claim::WORD,
            Self::Assign(_) => Assign::WORD,
            Self::Arrive(_) => Arrive::WORD,
            Self::Contain(_) => Contain::WORD,
            Self::Hold(_) => Hold::WORD,
            Self::Resume(_) => Resume::WORD,
            Self::Complete(_) => Complete::WORD,
            Self::Transfer(_) => Transfer::WORD,
            Self::Return(_) => Return::WORD,
            Self::Reassign(_) => Reassign::WORD,
            Self::Split(_) => Split::WORD,
            Self::Merge(_) => Merge::WORD,
            Self::Adjudicate(_) => Adjudicate::WORD,
            Self::Ask(_) => Ask::WORD,
            Self::Answer(_) => Answer::WORD,
        }
    }

    /// The work order that it is about.
    pub const fn work_order(&self) -> WorkOrderId {
        match self {
            Self::Claim(Claim { work_order, .. })
            | Self::Assign(Assign { work_order, .. })
            | Self::Arrive(Arrive { work_order, .. })
            | Self::Contain(Contain { work_order, .. })
            | Self::Hold(Hold { work_order, .. })
            | Self::Resume(Resume { work_order, .. })
            | Self::Complete(Complete { work_order, .. })
            | Self::Transfer(Transfer { work_order, .. })
            | Self::Return(Return { work_order, .. })
            | Self::Reassign(Reassign { work_order, .. })
            | Self::Split(Split { work_order, .. })
            | Self::Merge(Merge { work_order, .. })
            | Self::Adjudicate(Adjudicate { work_order, .. })
            | Self::Ask(Ask { work_order, .. })
            | Self::Answer(Answer { work_order, .. }) => *work_order,
        }
    }
}

/// Take an offered work order: of several who try, one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which one.
    pub work_order: WorkOrderId,
    /// Who will do it.
    pub by: AccountId,
}

/// Tell somebody to do it, whether it was claimed or not, before work on it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assign {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who will do it.
    pub to: AccountId,
    /// Who says so.
    pub by: AccountId,
}

/// Record the arrival on site of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrive {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who arrived.
    pub by: AccountId,
}

/// Record that the danger of a critical one is over; the permanent repair goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contain {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who made it safe.
    pub by: AccountId,
}

/// Let the work wait, by whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// What it waits for.
    pub reason: HoldReason,
    /// When somebody comes, as far as that was agreed with the requester.
    pub visit_at: Option<Timestamp>,
    /// Who says so.
    pub by: AccountId,
}

/// Go on as before the hold, by whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who goes on.
    pub by: AccountId,
}

/// Record that the work is done, by whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complete {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Whether they say what comes next. The words are not decided on, and are not here.
    pub next_steps: bool,
    /// Who did it.
    pub by: AccountId,
}

/// Give it to another post, which must accept it in time and may return it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Whose work it is, in the opinion of the post that has it.
    pub to: PostId,
    /// Who says so.
    pub by: AccountId,
}

/// Refuse what another post transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Return {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who says so.
    pub by: AccountId,
}

/// Give it to another post, or to another of the same, by the dispatcher's authority: not a refusal,
/// and nothing to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassign {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// The post that gets it.
    pub to: PostId,
    /// Who says so.
    pub by: AccountId,
}

/// Ask another post for a part of it: a further work order of the same cycle, which that post must
/// accept in time and may return once. What is asked, is said in words that are not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Which work order; it stays as it is.
    pub work_order: WorkOrderId,
    /// The post that is asked.
    pub to: PostId,
    /// Who says so.
    pub by: AccountId,
}

/// Let another work order of the case have its part: it is cancelled, and who worked on it stays on
/// record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// The one that has its part from now on.
    pub into: WorkOrderId,
    /// Who says so.
    pub by: AccountId,
}

/// Decide whose it is, after the second refusal; that is final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjudicate {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// The post that has to do it.
    pub to: PostId,
    /// Who decides.
    pub by: AccountId,
}

/// Ask what who works on it, or the desk, does not know. The words are not decided on, and are not
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Of which work order.
    pub work_order: WorkOrderId,
    /// Who is asked.
    pub of: Asked,
    /// Who asks.
    pub by: AccountId,
}

/// Answer a question, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Of which work order.
    pub work_order: WorkOrderId,
    /// Which question.
    pub question: QuestionId,
    /// Who answers.
    pub by: AccountId,
}

impl Claim {
    pub(crate) const WORD: &str = "claim";
}

impl Assign {
    pub(crate) const WORD: &str = "assign";
}

impl Arrive {
    pub(crate) const WORD: &str = "arrive";
}

impl Contain {
    pub(crate) const WORD: &str = "contain";
}

impl Hold {
    pub(crate) const WORD: &str = "hold";
}

impl Resume {
    pub(crate) const WORD: &str = "resume";
}

impl Complete {
    pub(crate) const WORD: &str = "complete";
}

impl Transfer {
    pub(crate) const WORD: &str = "transfer";
}

impl Return {
    pub(crate) const WORD: &str = "return";
}

impl Reassign {
    pub(crate) const WORD: &str = "reassign";
}

impl Split {
    pub(crate) const WORD: &str = "split";
}

impl Merge {
    pub(crate) const WORD: &str = "merge";
}

impl Adjudicate {
    pub(crate) const WORD: &str = "adjudicate";
}

impl Ask {
    pub(crate) const WORD: &str = "ask";
}

impl Answer {
    pub(crate) const WORD: &str = "answer";
}
