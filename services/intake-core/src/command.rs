use clock::{AccountId, CaseId, ContactId, PersonId};
use definitions::Code;
use events::{
    intake::Incident,
    words::{CaseNumber, Channel, DepartmentId, ItemId, PlaceId, Urgency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::Ground;

/// What a person may ask of intake.
///
/// Whether they may (their own case, their duty, the case's level) was checked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a case of what was reported, and promise.
    Accept(Box<Accept>),
    /// End it: its requester does not want it any more.
    Withdraw(Withdraw),
    /// Say "not solved" of a closed case.
    Reopen(Reopen),
    /// Ask again before it is done (催单).
    Chase(Chase),
    /// Make others who reported the same its co-reporters (共同报修人).
    Join(Box<Join>),
    /// Undo that.
    Unjoin(Unjoin),
    /// Decide how much haste it has.
    ChangeUrgency(ChangeUrgency),
    /// Leave a note for others who work on it.
    Note(Note),
    /// Answer whoever reported it.
    Reply(Reply),
    /// End it for another reason than that the work is done.
    CloseAs(Box<CloseAs>),
    /// Take over what was reported in a duplicate.
    Absorb(Box<Absorb>),
    /// Take one more call about an incident.
    JoinIncident(Box<JoinIncident>),
    /// Say what is known of an incident now.
    UpdateIncident(Box<UpdateIncident>),
    /// Say that an incident is over.
    CloseIncident(CloseIncident),
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// Somebody who is logged in.
    Account(AccountId),
    /// A requester or reporter who is not, by a link that was sent to them.
    Person(PersonId),
}

impl Actor {
    /// The account, of who has one.
    pub(crate) const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Person(_) => None,
        }
    }
}

/// Make a case of what was reported. An item and a place, or the phone that hangs there, are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The number that it will have.
    pub number: CaseNumber,
    /// The contact that it comes from.
    pub contact: ContactId,
    /// How it came in.
    pub channel: Channel,
    /// What is asked for.
    pub item: ItemId,
    /// Where, if that was said.
    pub place: Option<PlaceId>,
    /// The campus phone that the call came from.
    pub campus_phone: Option<String>,
    /// What was said, as far as urgency rules look at it; may be empty, and is not kept here.
    pub text: String,
    /// How many persons it affects, if that was said.
    pub people: Option<u16>,
    /// Which of the item's assets it is about, if that was said.
    pub asset: Option<Code>,
    /// Somebody is affected who needs help more than others.
    pub vulnerable: bool,
    /// How much haste, if who accepts may and does decide that, instead of the item's rules.
    pub urgency: Option<Urgency>,
    /// When it was received, if that is past.
    pub received_at: Option<Timestamp>,
    /// Who called; none for an unknown caller.
    pub caller: Option<PersonId>,
    /// For whom, if not for themselves.
    pub on_behalf_of: Option<PersonId>,
    /// The case that it follows, which takes no more reporters.
    pub linked: Option<CaseId>,
    /// What is known of it, if it is an incident; then its first place is the case's.
    pub incident: Option<Incident>,
    /// Who took the contact, and answers for it from now on.
    pub first_receiver: AccountId,
    /// Who records it.
    pub by: Actor,
}

/// End a case for its requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdraw {
    /// Who says so.
    pub by: Actor,
    /// Whether they answer for all who reported it, as the desk does, and not for themselves alone.
    pub for_all: bool,
}

/// Say "not solved" of a closed case: one more cycle of the same case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopen {
    /// Who says so.
    pub by: Actor,
}

/// Ask again for what is not done yet: counted, and told to who has it; never a new case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chase {
    /// Who asks.
    pub by: Actor,
}

/// Make others who reported the same its co-reporters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Who called, and for whom; those who are reporters already stay so.
    pub persons: Vec<PersonId>,
    /// What was said, as far as urgency rules look at it; may be empty, and is not kept here.
    pub text: String,
    /// How many persons it affects, if that was said.
    pub people: Option<u16>,
    /// Which of the item's assets it is about, if that was said.
    pub asset: Option<Code>,
    /// Somebody is affected who needs help more than others.
    pub vulnerable: bool,
    /// Who records it.
    pub by: Actor,
}

/// Undo a joining. An urgency that came with it stays: lowering is a decision of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unjoin {
    /// Who is to hear no more of it.
    pub person: PersonId,
    /// Who undoes it.
    pub by: Actor,
}

/// Decide how much haste a case has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeUrgency {
    /// So much.
    pub urgency: Urgency,
    /// Whether a reason was given, without which it is not lowered.
    pub is_reasoned: bool,
    /// Who decides.
    pub by: Actor,
}

/// Leave a note; its words are not kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Who leaves it.
    pub by: Actor,
}

/// Answer whoever reported it, for now or for good; the words are not kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Until when the next answer is promised; none of an answer for good.
    pub next: Option<Timestamp>,
    /// Whose answer it is, if who gives it is of a department.
    pub department: Option<DepartmentId>,
    /// Who gives it.
    pub by: AccountId,
}

/// End a case for another reason than that the work is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseAs {
    /// What it turned out to be.
    pub disposal: Disposal,
    /// Whether a reason was given, without which nothing is refused.
    pub is_reasoned: bool,
    /// Who decides.
    pub by: Actor,
}

/// What a case turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposal {
    /// The same matter as another case, which absorbs it.
    Duplicate {
        /// Which one.
        of: CaseId,
        /// Its number.
        number: CaseNumber,
    },
    /// Another body's matter.
    NotOurs {
        /// Whose.
        department: DepartmentId,
    },
    /// Nothing that is done.
    Refused,
    /// A trial run.
    Test,
}

/// Take over the reporters and the haste of a duplicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absorb {
    /// The number of the duplicate.
    pub number: CaseNumber,
    /// Who reported it.
    pub reporters: Vec<PersonId>,
    /// How much haste it had.
    pub urgency: Urgency,
    /// Why so much.
    pub ground: Ground,
    /// Where it is, if the case is to be an incident that touches that place.
    pub place: Option<PlaceId>,
    /// Who decides.
    pub by: Actor,
}

/// Take one more call about an incident, from somebody new, known or unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinIncident {
    /// How it came in.
    pub channel: Channel,
    /// Where they are, if that was said.
    pub place: Option<PlaceId>,
    /// The campus phone that they call from.
    pub campus_phone: Option<String>,
    /// Who calls, and what they say; nobody, if they give no name.
    pub join: Join,
}

/// Say what is known of an incident now; all who reported it are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateIncident {
    /// Places that it touches besides.
    pub places: Vec<PlaceId>,
    /// When it is expected to be over, if that is another time than before.
    pub expected_end: Option<Timestamp>,
    /// Whether its cause is told in other words, which are not kept here.
    pub is_worded: bool,
    /// Who says so.
    pub by: Actor,
}

/// Say that an incident is over: it ends for all who reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseIncident {
    /// Who says so.
    pub by: Actor,
}

/// How refusals speak of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    pub(crate) word: &'static str,
    /// What to do instead while the requester is being asked.
    pub(crate) if_completed: &'static str,
    /// What to do instead after the end.
    pub(crate) if_closed: &'static str,
}

impl Withdraw {
    pub(crate) const VERB: Verb = Verb {
        word: "withdraw",
        if_completed: "answer the callback instead",
        if_closed: "nothing is left to be withdrawn",
    };
}

impl Reopen {
    pub(crate) const WORD: &str = "reopen";
}

impl Chase {
    pub(crate) const VERB: Verb = Verb {
        word: "chase",
        if_completed: "if it is not solved, answer the callback with \"not solved\"",
        if_closed: "if it is not solved, reopen it, or report it as a new case that is linked to it",
    };
}

impl Join {
    pub(crate) const VERB: Verb = Verb {
        word: "join",
        if_completed: "report it as a new case that is linked to this one",
        if_closed: "report it as a new case that is linked to this one",
    };
}

impl Unjoin {
    pub(crate) const WORD: &str = "unjoin";
}

impl ChangeUrgency {
    pub(crate) const VERB: Verb = Verb {
        word: "change the urgency",
        if_completed: "nothing is left to be hurried",
        if_closed: "nothing is left to be hurried",
    };
}

impl Note {
    pub(crate) const WORD: &str = "note";
}

impl Reply {
    pub(crate) const VERB: Verb = Verb {
        word: "reply",
        // It is possible then.
        if_completed: "",
        if_closed: "reopen it first, or tell them in a new case that is linked to it",
    };
}

impl CloseAs {
    pub(crate) const VERB: Verb = Verb {
        word: "close",
        if_completed: "the callback says how it ends",
        if_closed: "it has but one end",
    };
}

impl Absorb {
    pub(crate) const VERB: Verb = Verb {
        word: "close as a duplicate of it",
        if_completed: "leave the other open",
        if_closed: "leave the other open",
    };
}

impl JoinIncident {
    pub(crate) const VERB: Verb = Verb { word: "join the incident", ..Join::VERB };
}

impl UpdateIncident {
    pub(crate) const VERB: Verb = Verb {
        word: "update the incident",
        if_completed: "all who reported it were told that it is over",
        if_closed: "open another one if it is not over",
    };
}

impl CloseIncident {
    pub(crate) const VERB: Verb = Verb {
        word: "close the incident",
        if_completed: "all who reported it were told, and the callback says how it ends",
        if_closed: "it has but one end",
    };
}
