use std::{fmt, str::FromStr};

use crate::{
    Language,
    problem::instead,
    read::{Cursor, Unknown, fields, text},
};

/// The text of one message, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it is about.
    pub occasion: Occasion,
    zh: Vec<Piece>,
    en: Vec<Piece>,
}

impl Template {
    /// The message in a language, each field replaced by its value.
    pub fn render(&self, language: Language, value: impl Fn(Field) -> String) -> String {
        let pieces = match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        };
        let render = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Field(field) => value(*field),
        };
        pieces.iter().map(render).collect()
    }
}

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

/// What a message can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The case's number.
    Number,
    /// The item's name.
    Item,
    /// The place with all that it lies in.
    Place,
    /// How much haste.
    Urgency,
    /// When it was received.
    Received,
    /// When it was promised.
    Due,
    /// When it was done.
    Completed,
    /// What was promised before.
    Before,
    /// What the work waits for.
    Reason,
    /// Why a promise moved, why nobody has it, or why no clock rests; of one that is at risk, what to do
    /// where it cannot be kept.
    Why,
    /// Until when more time is asked for, or a clock rests at most.
    Until,
    /// When somebody comes, as agreed.
    Visit,
    /// How long the promise is overdue, or the desk without anybody.
    Late,
    /// Which promise.
    Commitment,
    /// The department that has it, or whose desk it is.
    Department,
    /// The post that has it, or the desk.
    Post,
    /// Which time round.
    Cycle,
    /// Which rung.
    Rung,
    /// How often its requester asked again.
    Chases,
    /// All places that an incident touches.
    Places,
    /// When an incident is expected to be over.
    Expected,
    /// Where whoever is told answers: a link of their own.
    Link,
    /// After the post, in brackets: what who has it is called, if their department publishes that.
    Handler,
    /// At the end: what comes next in words of who completed it, if they said so.
    Next,
}

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
        const INSIDE: &[Field] = &[Number, Item, Place, Urgency, Due, Department, Post];
        const WORK: &[Field] = &[Number, Item, Place, Urgency, Received, Due, Department, Post];
        const LATE: &[Field] = &[
            Number, Item, Place, Urgency, Received, Commitment, Due, Late, Department, Post, Rung,
        ];
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

impl Field {
    /// Its word between braces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Item => "item",
            Self::Place => "place",
            Self::Urgency => "urgency",
            Self::Received => "received",
            Self::Due => "due",
            Self::Completed => "completed",
            Self::Before => "before",
            Self::Reason => "reason",
            Self::Why => "why",
            Self::Until => "until",
            Self::Visit => "visit",
            Self::Late => "late",
            Self::Commitment => "commitment",
            Self::Department => "department",
            Self::Post => "post",
            Self::Cycle => "cycle",
            Self::Rung => "rung",
            Self::Chases => "chases",
            Self::Places => "places",
            Self::Expected => "expected",
            Self::Link => "link",
            Self::Handler => "handler",
            Self::Next => "next",
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

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

pub(crate) fn read(occasion: Occasion, cursor: &mut Cursor<'_>) -> Option<Template> {
    fields(cursor, |f| {
        let zh = f.required("zh", |cursor| pieces(occasion, cursor));
        let en = f.required("en", |cursor| pieces(occasion, cursor));
        Some(Template { occasion, zh: zh?, en: en? })
    })
}

fn pieces(occasion: Occasion, cursor: &mut Cursor<'_>) -> Option<Vec<Piece>> {
    let text = text(cursor)?;
    let mut pieces = Vec::new();
    let mut right = Some(());
    for (index, part) in text.split('{').enumerate() {
        let (word, plain) = match part.split_once('}') {
            None if index == 0 => (None, part),
            Some((word, plain)) if index > 0 => (Some(word), plain),
            None | Some(_) => {
                return cursor.refuse("`{` and `}` must enclose a field, such as `{number}`");
            }
        };
        match word.map(|word| field(occasion, word)) {
            None => {}
            Some(Ok(field)) => pieces.push(Piece::Field(field)),
            Some(Err(message)) => right = cursor.refuse(message),
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.to_owned()));
        }
    }
    let said = |field: &Field| {
        pieces.iter().any(|piece| matches!(piece, Piece::Field(said) if said == field))
    };
    // What was applied before more was asked for is used as it is; and of what was meant by a field
    // that is unknown nobody can tell whether it is missing.
    let asks = cursor.unknown == Unknown::Refused && right.is_some();
    let missing = occasion.required().iter().filter(|field| asks && !said(field));
    let missing: Vec<_> = missing.map(|field| format!("`{{{}}}`", field.word())).collect();
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        return cursor.refuse(format!("the message `{occasion}` must say {missing}"));
    }
    right.map(|()| pieces)
}

/// The field of this word, if it is known on the occasion.
fn field(occasion: Occasion, word: &str) -> Result<Field, String> {
    let known = occasion.fields();
    known.iter().copied().find(|field| field.word() == word).ok_or_else(|| {
        let hint = instead(word, known.iter().map(|field| field.word()));
        format!("the message `{occasion}` knows no field `{{{word}}}`{hint}")
    })
}
