//! What messages are about, and what each can and must say.

use std::{fmt, str::FromStr};

use super::Field;
use crate::problem::instead;

/// What a message is about; the name of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// To a post: a work order is offered.
    Offered,
    /// To the requester: number and promise.
    Accepted,
    /// To the requester: somebody has it.
    Claimed,
    /// To the requester: the work waits, and for what.
    Held,
    /// To the requester: it waits until somebody comes, when that was agreed with them.
    Appointment,
    /// To the requester: the promise that they were told is another one now.
    Promised,
    /// To the requester: the danger is over, and the repair goes on.
    MadeSafe,
    /// To who has it: the requester asks again.
    Chased,
    /// To the head of who has it: the requester has asked again within a day.
    ChasedAgain,
    /// To who has it: a leader has said what is to be done.
    Ordered,
    /// To who has it: little time is left.
    AtRisk,
    /// To who has it: it should have been done by now.
    Overdue,
    /// To the head of who had it last, and to who decides: it was refused twice.
    ReturnedTwice,
    /// To the head of whom it was offered to: nobody took it in time, or came.
    Unclaimed,
    /// To a worker, by name: it is theirs to do.
    Assigned,
    /// To who has a work order: a part that another post had is theirs to do as well.
    PartGiven,
    /// To who had that part: they need not come.
    PartTaken,
    /// To who has it: there is more haste than there was.
    Raised,
    /// To who was to do it, by name, or to the post that it was offered to: they need not come.
    Relieved,
    /// To who decides: the clocks are to rest while the work waits.
    PauseAsked,
    /// To who has it: they rest.
    PauseGranted,
    /// To who has it: they run on.
    PauseRefused,
    /// To who decides: more time is asked for.
    ExtensionAsked,
    /// To who has it: there is more time.
    ExtensionGranted,
    /// To who has it: there is none.
    ExtensionRefused,
    /// To the requester: who has it asks them something.
    Asked,
    /// To who reported it: there is an answer, which they read in the case.
    Replied,
    /// To who reported it: there is an answer for now, and when the next one comes.
    RepliedForNow,
    /// To the desk, or to who has it: the other asks something.
    AskedInside,
    /// To who asked: there is an answer.
    Answered,
    /// To the duty counsellor: the desk was left, and nobody has taken it over.
    DeskUntaken,
    /// To the requester: done, and what comes next.
    Completed,
    /// To who reported it: the link by which they say whether it is solved.
    Survey,
    /// To the requester: "not solved" was heard.
    Reopened,
    /// To a leader: late.
    Rung,
    /// To a leader: a requester said "not solved".
    NotSolved,
    /// To a leader who was told that it was late: it had been done in time, or is now.
    Repaired,
    /// To who reports an incident, and read out to them: it is known, where, and until when.
    IncidentJoined,
    /// To who reported an incident: it goes on, and there is news of it.
    IncidentChanged,
    /// To who reported an incident: it is over.
    IncidentEnded,
    /// To who is to come at once: an alarm.
    Alarm,
    /// To who was alerted at once by an alarm of which nobody else may know: its work is done.
    AlarmEnded,
}

/// Of a work order, as its department or the desk reads it.
const INSIDE: &[Field] = {
    use Field::{Department, Due, Item, Number, Place, Post, Urgency};
    &[Number, Item, Place, Urgency, Due, Department, Post]
};

/// The same, as whoever is to do or decide something reads it.
const WORK: &[Field] = {
    use Field::{Department, Due, Item, Number, Place, Post, Received, Urgency};
    &[Number, Item, Place, Urgency, Received, Due, Department, Post]
};

/// Of a promise that was not kept.
const LATE: &[Field] = {
    use Field::{
        Commitment, Department, Due, Item, Late, Number, Place, Post, Received, Rung, Urgency,
    };
    &[Number, Item, Place, Urgency, Received, Commitment, Due, Late, Department, Post, Rung]
};

impl Occasion {
    /// Every one; a set of definitions has a template for each.
    pub const ALL: [Self; 42] = [
        Self::Offered,
        Self::Accepted,
        Self::Claimed,
        Self::Held,
        Self::Appointment,
        Self::Promised,
        Self::MadeSafe,
        Self::Chased,
        Self::ChasedAgain,
        Self::Ordered,
        Self::AtRisk,
        Self::Overdue,
        Self::ReturnedTwice,
        Self::Unclaimed,
        Self::Assigned,
        Self::PartGiven,
        Self::PartTaken,
        Self::Raised,
        Self::Relieved,
        Self::PauseAsked,
        Self::PauseGranted,
        Self::PauseRefused,
        Self::ExtensionAsked,
        Self::ExtensionGranted,
        Self::ExtensionRefused,
        Self::Asked,
        Self::Replied,
        Self::RepliedForNow,
        Self::AskedInside,
        Self::Answered,
        Self::DeskUntaken,
        Self::Completed,
        Self::Survey,
        Self::Reopened,
        Self::Rung,
        Self::NotSolved,
        Self::Repaired,
        Self::IncidentJoined,
        Self::IncidentChanged,
        Self::IncidentEnded,
        Self::Alarm,
        Self::AlarmEnded,
    ];

    /// The name of its template.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Claimed => "claimed",
            Self::Held => "held",
            Self::Appointment => "appointment",
            Self::Promised => "promised",
            Self::MadeSafe => "made-safe",
            Self::Chased => "chased",
            Self::ChasedAgain => "chased-again",
            Self::Ordered => "ordered",
            Self::AtRisk => "at-risk",
            Self::Overdue => "overdue",
            Self::ReturnedTwice => "returned-twice",
            Self::Unclaimed => "unclaimed",
            Self::Assigned => "assigned",
            Self::PartGiven => "part-given",
            Self::PartTaken => "part-taken",
            Self::Raised => "raised",
            Self::Relieved => "relieved",
            Self::PauseAsked => "pause-asked",
            Self::PauseGranted => "pause-granted",
            Self::PauseRefused => "pause-refused",
            Self::ExtensionAsked => "extension-asked",
            Self::ExtensionGranted => "extension-granted",
            Self::ExtensionRefused => "extension-refused",
            Self::Asked => "asked",
            Self::Replied => "replied",
            Self::RepliedForNow => "replied-for-now",
            Self::AskedInside => "asked-inside",
            Self::Answered => "answered",
            Self::DeskUntaken => "desk-untaken",
            Self::Completed => "completed",
            Self::Survey => "survey",
            Self::Reopened => "reopened",
            Self::Rung => "rung",
            Self::NotSolved => "not-solved",
            Self::Repaired => "repaired",
            Self::IncidentJoined => "incident-joined",
            Self::IncidentChanged => "incident-changed",
            Self::IncidentEnded => "incident-ended",
            Self::Alarm => "alarm",
            Self::AlarmEnded => "alarm-ended",
        }
    }

    /// What is known when it happens, so that its message can say it.
    pub const fn fields(self) -> &'static [Field] {
        use Field::{
            Before, Chases, Commitment, Completed, Cycle, Department, Due, Expected, Handler, Item,
            Late, Link, Next, Number, Place, Places, Post, Reason, Received, Rung, Until, Urgency,
            Visit, Why,
        };
        match self {
            Self::Offered => &[Number, Item, Place, Urgency, Received, Post, Cycle],
            Self::Accepted => &[Number, Item, Place, Urgency, Received, Due],
            Self::Claimed => &[Number, Item, Place, Due, Department, Post, Handler],
            Self::MadeSafe | Self::Asked => &[Number, Item, Place, Due, Department, Post],
            Self::Held => &[Number, Item, Place, Reason, Due, Department, Post],
            Self::Appointment => &[Number, Item, Place, Reason, Visit, Due, Department, Post],
            Self::Promised => &[Number, Item, Place, Before, Due, Why, Department],
            Self::Chased | Self::ChasedAgain => {
                &[Number, Item, Place, Urgency, Received, Due, Department, Post, Chases]
            }
            Self::Ordered => {
                &[Number, Item, Place, Urgency, Commitment, Due, Department, Post, Rung]
            }
            Self::AtRisk => &[Number, Item, Place, Urgency, Commitment, Due, Why, Department, Post],
            Self::Overdue => {
                &[Number, Item, Place, Urgency, Commitment, Due, Late, Department, Post]
            }
            Self::ReturnedTwice | Self::Assigned | Self::Raised => WORK,
            Self::Unclaimed => {
                &[Number, Item, Place, Urgency, Received, Due, Why, Department, Post]
            }
            Self::PauseAsked | Self::ExtensionRefused => {
                &[Number, Item, Place, Urgency, Reason, Due, Department, Post]
            }
            Self::PauseGranted | Self::ExtensionAsked => {
                &[Number, Item, Place, Urgency, Reason, Due, Until, Department, Post]
            }
            Self::PauseRefused => {
                &[Number, Item, Place, Urgency, Reason, Why, Due, Department, Post]
            }
            Self::ExtensionGranted => {
                &[Number, Item, Place, Urgency, Reason, Before, Due, Department, Post]
            }
            Self::Replied | Self::RepliedForNow => &[Number, Item, Place, Due],
            Self::AskedInside
            | Self::Answered
            | Self::PartGiven
            | Self::PartTaken
            | Self::Relieved => INSIDE,
            Self::DeskUntaken => &[Late, Department, Post],
            Self::Completed => &[Number, Item, Place, Completed, Department, Next],
            Self::Survey => &[Number, Item, Place, Completed, Department, Link],
            Self::Reopened => &[Number, Item, Place, Due, Cycle],
            Self::Rung => LATE,
            Self::NotSolved => &[Number, Item, Place, Urgency, Due, Cycle, Rung],
            Self::Repaired => &[Number, Item, Place, Completed, Rung],
            Self::IncidentJoined | Self::IncidentChanged => &[Number, Item, Places, Expected],
            Self::IncidentEnded => &[Number, Item, Places, Completed],
            Self::Alarm => &[Number, Item, Place, Received],
            Self::AlarmEnded => &[Number, Item, Place, Completed, Department, Post],
        }
    }
}

impl Occasion {
    /// What definitions said on this occasion that were written before there was a message for it.
    pub const fn before(self) -> Option<Self> {
        if matches!(self, Self::Appointment) { Some(Self::Held) } else { None }
    }

    /// What its message is for: without these who reads it could do nothing with it.
    pub const fn required(self) -> &'static [Field] {
        use Field::{
            Before, Commitment, Cycle, Department, Due, Expected, Item, Link, Number, Place, Post,
            Reason, Until, Visit, Why,
        };
        match self {
            Self::Offered
            | Self::Assigned
            | Self::PartGiven
            | Self::PartTaken
            | Self::Raised
            | Self::Relieved
            | Self::Alarm => &[Number, Item, Place],
            Self::Accepted | Self::RepliedForNow => &[Number, Due],
            Self::Claimed => &[Number, Department],
            Self::Held | Self::PauseAsked | Self::PauseGranted | Self::ExtensionRefused => {
                &[Number, Reason]
            }
            Self::Appointment => &[Number, Visit],
            Self::Promised => &[Number, Before, Due, Why],
            Self::Unclaimed => &[Number, Why],
            Self::PauseRefused => &[Number, Reason, Why],
            Self::ExtensionAsked => &[Number, Reason, Until],
            Self::ExtensionGranted => &[Number, Reason, Due],
            Self::MadeSafe
            | Self::Chased
            | Self::ChasedAgain
            | Self::ReturnedTwice
            | Self::Asked
            | Self::Replied
            | Self::AskedInside
            | Self::Answered
            | Self::Completed
            | Self::NotSolved
            | Self::Repaired
            | Self::IncidentEnded
            | Self::AlarmEnded => &[Number],
            Self::Ordered => &[Number, Commitment],
            Self::AtRisk | Self::Overdue | Self::Rung => &[Number, Commitment, Due],
            Self::Reopened => &[Number, Cycle],
            Self::IncidentJoined | Self::IncidentChanged => &[Number, Expected],
            Self::DeskUntaken => &[Post],
            Self::Survey => &[Number, Link],
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Occasion {
    type Err = NotAnOccasion;

    fn from_str(text: &str) -> Result<Self, NotAnOccasion> {
        let found = Self::ALL.into_iter().find(|occasion| occasion.word() == text);
        found.ok_or_else(|| NotAnOccasion { text: text.to_owned() })
    }
}

/// A template for something that nobody is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnOccasion {
    text: String,
}

impl fmt::Display for NotAnOccasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = instead(&self.text, Occasion::ALL.iter().map(|occasion| occasion.word()));
        write!(f, "there is no message `{}`{hint}", self.text)
    }
}

impl std::error::Error for NotAnOccasion {}
