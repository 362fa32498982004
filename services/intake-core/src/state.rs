use clock::{AccountId, CaseId, ContactId, PersonId};
use definitions::Code;
use events::{
    intake::{self, Promise},
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, DepartmentId, End, ItemId, Level,
        PlaceId, Revision, Urgency,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a case stands.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was accepted yet.
    #[default]
    New,
    /// Accepted or reopened, and not completed.
    Open(Case),
    /// Completed; its requester is being asked.
    Resolved {
        /// The case.
        case: Case,
        /// How it was completed.
        resolution: Resolution,
    },
    /// Ended; it may be reopened for a while, if it was completed before.
    Closed {
        /// The case.
        case: Case,
        /// How it was completed, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolution: Option<Resolution>,
        /// How it ended.
        closing: Closing,
    },
}

impl State {
    /// The case, once it is accepted.
    pub const fn case(&self) -> Option<&Case> {
        match self {
            Self::New => None,
            Self::Open(case) | Self::Resolved { case, .. } | Self::Closed { case, .. } => {
                Some(case)
            }
        }
    }

    pub(crate) const fn case_mut(&mut self) -> Option<&mut Case> {
        match self {
            Self::New => None,
            Self::Open(case) | Self::Resolved { case, .. } | Self::Closed { case, .. } => {
                Some(case)
            }
        }
    }

    /// How the running cycle was completed, if it was.
    pub const fn resolution(&self) -> Option<&Resolution> {
        match self {
            Self::New | Self::Open(_) => None,
            Self::Resolved { resolution, .. } => Some(resolution),
            Self::Closed { resolution, .. } => resolution.as_ref(),
        }
    }

    /// Its word in columns and lists.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open(_) => "open",
            Self::Resolved { .. } => "resolved",
            Self::Closed { .. } => "closed",
        }
    }
}

/// One accepted matter (办件), over all its cycles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The definitions under which it was accepted, which stay its own.
    pub revision: Revision,
    /// The number that people say.
    pub number: CaseNumber,
    /// What kind of matter it is.
    pub kind: CaseKind,
    /// How it came in.
    pub channel: Channel,
    /// The contact that opened it.
    pub contact: ContactId,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Why so much and no more.
    pub ground: Ground,
    /// Who may see it.
    pub level: Level,
    /// When it was received: the clocks of the first cycle run from here.
    pub received_at: Timestamp,
    /// When it was recorded; later than received if it was written on paper.
    pub accepted_at: Timestamp,
    /// Who took the first contact, for ever (首问责任人).
    pub first_receiver: AccountId,
    /// Who called; none for an unknown caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PersonId>,
    /// For whom, if not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// Who reported it, the first reporter first; empty for an unknown caller.
    pub reporters: Vec<PersonId>,
    /// The cycle that runs, or ran last.
    pub cycle: Cycle,
    /// When that cycle began, if it is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_at: Option<Timestamp>,
    /// What was promised for that cycle.
    pub promises: Vec<Promise>,
    /// Where its matter goes on after an end, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Instead>,
    /// The case that it follows, if it was reported when that took no more reporters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<CaseId>,
    /// How often its requester asked again before it was done, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chased: Option<Chased>,
    /// What whoever reported it was answered, over all cycles; its words are not kept here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Replied>,
    /// The incident that it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
}

impl Case {
    /// When the cycle that runs, or ran last, began: its clocks run from here.
    pub(crate) fn began_at(&self) -> Timestamp {
        self.reopened_at.unwrap_or(self.received_at)
    }

    /// The promise that its requester was told: to complete, or else to answer.
    ///
    /// Every policy has one of the two; `None` only if its calendar has no such day.
    pub fn told(&self) -> Option<&Promise> {
        let of = |commitment| self.promises.iter().find(move |one| one.commitment == commitment);
        of(Commitment::Complete).or_else(|| of(Commitment::Answer))
    }

    /// Whether whoever reported it was promised an answer that they do not have: with the last one of
    /// the cycle, or at its beginning.
    pub(crate) fn owes_reply(&self) -> bool {
        match self.replies.iter().rfind(|reply| reply.cycle == self.cycle) {
            Some(last) => last.next.is_some(),
            None => self.promises.iter().any(|one| one.commitment == Commitment::FollowUp),
        }
    }
}

/// An answer to whoever reported a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// In which cycle.
    pub cycle: Cycle,
    /// When.
    pub at: Timestamp,
    /// Whose it is, if who gave it is of a department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// Until when the next one was promised; none of an answer for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// What a case is besides, if it is an incident (突发事件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Where, and until when.
    pub known: intake::Incident,
    /// How often somebody called about it since it was opened.
    pub calls: u32,
}

/// Why a case has its urgency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// No rule of the item asks for haste.
    Usual,
    /// The item's rule with this code.
    Rule(Code),
    /// Somebody decided so, by authority.
    Authority,
    /// It is an alarm.
    Alarm,
}

/// Where the matter of a case goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instead {
    /// It is a duplicate of this one.
    Case(CaseId),
    /// It is the matter of this department.
    Department(DepartmentId),
}

/// That a case was chased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chased {
    /// How often, over all cycles.
    pub times: u16,
    /// When last.
    pub last_at: Timestamp,
}

/// How the work of a cycle was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// Who claimed, was assigned or completed any of it.
    pub workers: Vec<AccountId>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The way.
    pub end: End,
    /// When: the time for reopening runs from here.
    pub at: Timestamp,
}
