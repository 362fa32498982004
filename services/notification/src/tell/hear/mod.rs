//! What follows from each fact: who is told, and what is known from then on.

mod dispatch;
mod escalation;
mod intake;
mod survey;

use clock::{AccountId, CallbackId, PersonId, QuestionId, TimerId, WorkOrderId};
use definitions::Occasion;
use events::{
    Fact, IntakeFact,
    words::{
        Commitment, DepartmentId, HoldReason, MoveCause, PauseRefusal, PostId, Recipient, Revision,
    },
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Addressee, Matter};

/// What follows from a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// What is known from now on; still nothing until the case was accepted.
    pub(crate) matter: Option<Matter>,
    /// Who is told.
    pub(crate) notices: Vec<Notice>,
}

/// Somebody is to be told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Who.
    pub(crate) to: Addressee,
    /// Of what.
    pub(crate) occasion: Occasion,
    /// What only this fact says.
    pub(crate) particulars: Particulars,
    /// What it says of a rung.
    pub(crate) says: Says,
    /// The question that it is about, if that is what its recipient is told of once, and not the event:
    /// with a work order its questions go to the same post.
    pub(crate) question: Option<QuestionId>,
}

impl Notice {
    /// A post is to be told something of which the case says all.
    pub(crate) fn to_post(post: &PostId, occasion: Occasion) -> Self {
        to_post(post, occasion, Particulars::default())
    }

    fn new(to: Addressee, occasion: Occasion, particulars: Particulars) -> Self {
        Self { to, occasion, particulars, says: Says::Other, question: None }
    }
}

/// What a message says of a rung, so that what nobody heard yet can be called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Says {
    /// That it fired.
    Raised(Rung),
    /// That it is no longer true.
    CalledOff(Rung),
    /// Something else.
    Other,
}

/// One rung of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rung {
    pub(crate) timer: TimerId,
    pub(crate) promise: u16,
    pub(crate) number: u8,
    pub(crate) round: u16,
}

/// What a fact says that the case does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Particulars {
    /// Which promise is late.
    pub(crate) commitment: Option<Commitment>,
    /// When that fell due.
    pub(crate) due: Option<Timestamp>,
    /// By how much it is late.
    pub(crate) late: Option<SignedDuration>,
    /// Which rung is told.
    pub(crate) rung: Option<u8>,
    /// What was promised before.
    pub(crate) before: Option<Timestamp>,
    /// What the work waits for.
    pub(crate) reason: Option<HoldReason>,
    /// Why it is so.
    pub(crate) why: Option<Why>,
    /// Until when more time is asked for, or a clock rests at most.
    pub(crate) until: Option<Timestamp>,
    /// When somebody comes, as agreed.
    pub(crate) visit: Option<Timestamp>,
    /// How often its requester asked again.
    pub(crate) chases: Option<u16>,
    /// When an incident is expected to be over, if that is still to come.
    pub(crate) expected: Option<Timestamp>,
    /// The callback that a link leads to.
    pub(crate) callback: Option<CallbackId>,
    /// Who has it, by themselves.
    pub(crate) handler: Option<AccountId>,
    /// The work orders that were completed with a word on what comes next.
    pub(crate) next_steps: Vec<WorkOrderId>,
    /// Whose it is; of whoever has the work of the case if it is absent.
    pub(crate) whose: Option<Whose>,
}

/// Why it is as a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A promise moved.
    Moved {
        cause: MoveCause,
        /// What the work waits for, or waited for.
        reason: Option<HoldReason>,
        /// It holds until an earlier time than before.
        is_sooner: bool,
    },
    /// Nobody claimed it in time.
    Unclaimed,
    /// Whoever claimed it did not come in time.
    Unattended,
    /// Nobody is at work where it was offered to.
    Uncovered,
    /// Its clocks do not rest.
    Unpaused(PauseRefusal),
    /// Little time is left for this, and it says what to do where that cannot be kept.
    AtRisk(Commitment),
}

/// Whose something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// This post's.
    Post(PostId),
    /// Of the posts in this department that have work of it.
    WorkIn(DepartmentId),
    /// Whoever's is at the desk.
    Desk,
    /// The head's of this department.
    HeadOf(DepartmentId),
    /// Nobody knows whose.
    Unknown,
}

/// Takes in a fact, which was decided under `revision`.
pub(crate) fn hear(known: Option<Matter>, fact: &Fact, revision: Revision) -> Heard {
    match (known, fact) {
        (Some(mut matter), fact) => {
            let notices = matter.hear(fact, revision);
            Heard { matter: Some(matter), notices }
        }
        (None, Fact::Intake(IntakeFact::CaseAccepted(accepted))) => {
            let matter = Matter::begin(accepted, revision);
            let notices = matter.taken_in(&matter.reporters, accepted.received_at);
            Heard { matter: Some(matter), notices }
        }
        (None, _) => Heard { matter: None, notices: Vec::new() },
    }
}

impl Matter {
    fn hear(&mut self, fact: &Fact, revision: Revision) -> Vec<Notice> {
        match fact {
            Fact::Intake(fact) => self.hear_intake(fact, revision),
            Fact::Dispatch(fact) => self.hear_dispatch(fact),
            Fact::Escalation(fact) => self.hear_escalation(fact),
            Fact::Survey(fact) => self.hear_survey(fact),
            Fact::Notify(_) | Fact::Definition(_) | Fact::Audit(_) => Vec::new(),
        }
    }

    /// The posts that have it, each once; nobody while none does.
    fn to_holders(&self, occasion: Occasion, particulars: &Particulars) -> Vec<Notice> {
        let notice = |post: &PostId| {
            let particulars = particulars.clone().of(Some(post));
            to_post(post, occasion, particulars)
        };
        self.posts().into_iter().map(notice).collect()
    }

    /// The post that has a work order.
    fn to_post_of(
        &self,
        order: WorkOrderId,
        occasion: Occasion,
        particulars: Particulars,
    ) -> Vec<Notice> {
        let post = self.post_of(order);
        post.map(|post| to_post(post, occasion, particulars)).into_iter().collect()
    }

    /// What moves on the way is told to who waits for it; of an incident they wait for the end alone.
    fn to_waiting(&self, occasion: Occasion, particulars: &Particulars) -> Vec<Notice> {
        match self.incident {
            Some(_) => Vec::new(),
            None => self.to_reporters_of(occasion, particulars),
        }
    }

    fn to_reporters(&self, occasion: Occasion) -> Vec<Notice> {
        self.to_reporters_of(occasion, &Particulars::default())
    }

    fn to_reporters_of(&self, occasion: Occasion, particulars: &Particulars) -> Vec<Notice> {
        to_people(&self.reporters, occasion, particulars)
    }
}

impl Particulars {
    /// The same, of what this post has; of all that have the work if there is none.
    fn of(self, post: Option<&PostId>) -> Self {
        Self { whose: post.cloned().map(Whose::Post), ..self }
    }
}

fn to_people(people: &[PersonId], occasion: Occasion, particulars: &Particulars) -> Vec<Notice> {
    let notice = |person: &PersonId| {
        let to = Addressee::Named(Recipient::Person(*person));
        Notice::new(to, occasion, particulars.clone())
    };
    people.iter().map(notice).collect()
}

fn to_account(account: AccountId, occasion: Occasion, particulars: Particulars) -> Notice {
    Notice::new(Addressee::Named(Recipient::Account(account)), occasion, particulars)
}

fn to_post(post: &PostId, occasion: Occasion, particulars: Particulars) -> Notice {
    Notice::new(Addressee::Named(Recipient::Post(post.clone())), occasion, particulars)
}

fn to_head(department: &DepartmentId, occasion: Occasion, particulars: Particulars) -> Notice {
    Notice::new(Addressee::HeadOf(department.clone()), occasion, particulars)
}

pub(super) fn to_desk(occasion: Occasion, particulars: Particulars) -> Notice {
    Notice::new(Addressee::Desk, occasion, particulars)
}
