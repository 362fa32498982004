use clock::{AccountId, CallbackId, PersonId};
use events::words::{
    CaseNumber, Cycle, End, ItemId, Level, PlaceId, Revision, Score, Urgency, Verdict,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the asking after a case stands.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Callback-survey has not heard of the case.
    #[default]
    New,
    /// The cycle is being worked on: there is nothing to ask yet.
    Idle(Survey),
    /// The cycle is completed, and somebody is to be asked.
    Calling {
        /// The case.
        survey: Survey,
        /// The open callback.
        call: Call,
    },
    /// The cycle has a verdict, which a first "not solved" would still turn.
    Judged {
        /// The case.
        survey: Survey,
        /// The callback that came to it.
        call: Call,
        /// What it came to.
        verdict: Verdict,
    },
    /// The case ended without a verdict; it may be reopened.
    Ended {
        /// The case.
        survey: Survey,
        /// How it ended.
        end: End,
    },
}

impl State {
    /// The case, once it is known.
    pub const fn survey(&self) -> Option<&Survey> {
        match self {
            Self::New => None,
            Self::Idle(survey)
            | Self::Calling { survey, .. }
            | Self::Judged { survey, .. }
            | Self::Ended { survey, .. } => Some(survey),
        }
    }

    /// The callbacks of all cycles, the oldest first; one without a fate is open.
    pub fn callbacks(&self) -> impl Iterator<Item = (&Call, Option<Fate>)> {
        let past = self.survey().into_iter().flat_map(|survey| &survey.past);
        let newest = match self {
            Self::New | Self::Idle(_) | Self::Ended { .. } => None,
            Self::Calling { call, .. } => Some((call, None)),
            Self::Judged { call, verdict, .. } => Some((call, Some(Fate::Judged(*verdict)))),
        };
        past.map(|past| (&past.call, Some(past.fate))).chain(newest)
    }

    pub(crate) fn call_mut(&mut self, id: CallbackId) -> Option<&mut Call> {
        self.calls_mut().find(|call| call.id == id)
    }

    pub(crate) fn calls_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        let (survey, newest) = match self {
            Self::New => (None, None),
            Self::Idle(survey) | Self::Ended { survey, .. } => (Some(survey), None),
            Self::Calling { survey, call } | Self::Judged { survey, call, .. } => {
                (Some(survey), Some(call))
            }
        };
        let past = survey.into_iter().flat_map(|survey| &mut survey.past);
        past.map(|past| &mut past.call).chain(newest)
    }

    /// Its word in columns and lists.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Idle(_) => "idle",
            Self::Calling { .. } => "calling",
            Self::Judged { .. } => "judged",
            Self::Ended { .. } => "ended",
        }
    }
}

/// The asking after one case, over all its cycles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// What the case is about.
    pub matter: Matter,
    /// The cycle that runs, or ran last.
    pub cycle: Cycle,
    /// The callbacks that are over, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// What a case is about, as whoever calls back must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// The definitions under which it was accepted.
    pub revision: Revision,
    /// The number that people say.
    pub number: CaseNumber,
    /// What was asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it: restricted cases are not called back from the desk.
    pub level: Level,
}

/// A callback that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Which one.
    pub call: Call,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It came to a verdict.
    Judged(Verdict),
    /// Nobody need be asked any more.
    Withdrawn,
}

/// One callback (回访): the asking after one cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which one.
    pub id: CallbackId,
    /// The completed cycle.
    pub cycle: Cycle,
    /// When it was completed.
    pub completed_at: Timestamp,
    /// Whom to ask, the first reporter first; empty for an unknown caller, who is asked on site.
    pub reporters: Vec<PersonId>,
    /// Who was one when it was opened, and is none any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<PersonId>,
    /// Who claimed, was assigned or completed it: none of them may call back.
    pub workers: Vec<AccountId>,
    /// Until when the first attempt is promised.
    pub first_attempt_by: Timestamp,
    /// From when on the next attempt may be made, as of the last one.
    pub not_before: Timestamp,
    /// The attempts so far, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempted>,
    /// The answers so far, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
}

impl Call {
    /// When it should be tried: the first time as promised, then as soon as it may be.
    pub fn due(&self) -> Timestamp {
        if self.attempts.is_empty() { self.first_attempt_by } else { self.not_before }
    }

    /// Whether this is whom the callback asks.
    pub(crate) fn asks(&self, person: PersonId) -> bool {
        self.reporters.first() == Some(&person)
    }

    /// What somebody said last by their link.
    pub fn answered_by(&self, person: PersonId) -> Option<&Answered> {
        self.answers.iter().rev().find(|answered| answered.person == Some(person))
    }
}

/// One attempt to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    /// Who made it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Somebody could be asked.
    pub reached: bool,
}

/// One answer; its words are kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When it was given.
    pub at: Timestamp,
    /// Who asked; none for one by a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Whose link it came by; none for one that somebody heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Whether it is solved.
    pub solved: bool,
    /// Whether it was on time, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// How the worker behaved, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attitude: Option<Score>,
    /// The mark for the whole, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// They complained of it besides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complains: bool,
}

impl Answered {
    /// Whether it was a verdict that it is solved: somebody asked, and heard so.
    pub(crate) const fn settles(&self) -> bool {
        self.solved && self.by.is_some()
    }
}
