use std::{fmt, str::FromStr};

use clock::{AccountId, CaseId, OfferId, PersonId, QuestionId, WorkOrderId};

use super::{CaseNumber, NotACaseNumber, PostId};
use crate::text::shown;

/// A case, as people or programs name it: by its number or its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseRef {
    /// Its id.
    Id(CaseId),
    /// Its number.
    Number(CaseNumber),
}

impl CaseRef {
    /// Its id, if it is named by that.
    pub const fn id(self) -> Option<CaseId> {
        match self {
            Self::Id(id) => Some(id),
            Self::Number(_) => None,
        }
    }

    /// Its number, if it is named by that.
    pub const fn number(self) -> Option<CaseNumber> {
        match self {
            Self::Id(_) => None,
            Self::Number(number) => Some(number),
        }
    }
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl FromStr for CaseRef {
    type Err = NotACaseNumber;

    fn from_str(text: &str) -> Result<Self, NotACaseNumber> {
        text.parse().map(Self::Id).or_else(|_| text.parse().map(Self::Number))
    }
}

/// What a clock runs for: the case itself, or a part of it.
///
/// As text `case`, `offer/<uuid>`, `work-order/<uuid>`, `question/<uuid>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The case of the event's key: arrive, contain, complete, call back.
    Case,
    /// One offer of a work order: accept.
    Offer(OfferId),
    /// One department's work order.
    WorkOrder(WorkOrderId),
    /// One question: reply.
    Question(QuestionId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("case"),
            Self::Offer(id) => write!(f, "offer/{id}"),
            Self::WorkOrder(id) => write!(f, "work-order/{id}"),
            Self::Question(id) => write!(f, "question/{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let parsed = match text.split_once('/') {
            None if text == "case" => Some(Self::Case),
            Some(("offer", id)) => id.parse().ok().map(Self::Offer),
            Some(("work-order", id)) => id.parse().ok().map(Self::WorkOrder),
            Some(("question", id)) => id.parse().ok().map(Self::Question),
            None | Some(_) => None,
        };
        parsed.ok_or_else(|| NotAPointer {
            kind: "subject",
            text: shown(text),
            shapes: "case, offer/<uuid>, work-order/<uuid> or question/<uuid>",
        })
    }
}

on_the_wire_as_text!(Subject, "^(case|(offer|work-order|question)/[0-9a-f-]{36})$");

/// Whom a message is for.
///
/// As text `person/<uuid>`, `account/<uuid>`, `post/<department>/<post>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// A requester or reporter.
    Person(PersonId),
    /// A member of staff.
    Account(AccountId),
    /// Whoever holds the post.
    Post(PostId),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person/{id}"),
            Self::Account(id) => write!(f, "account/{id}"),
            Self::Post(id) => write!(f, "post/{id}"),
        }
    }
}

impl FromStr for Recipient {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let parsed = match text.split_once('/') {
            Some(("person", id)) => id.parse().ok().map(Self::Person),
            Some(("account", id)) => id.parse().ok().map(Self::Account),
            Some(("post", id)) => id.parse().ok().map(Self::Post),
            None | Some(_) => None,
        };
        parsed.ok_or_else(|| NotAPointer {
            kind: "recipient",
            text: shown(text),
            shapes: "person/<uuid>, account/<uuid> or post/<department>/<post>",
        })
    }
}

on_the_wire_as_text!(
    Recipient,
    "^((person|account)/[0-9a-f-]{36}|post/[a-z0-9-]{1,32}/[a-z0-9-]{1,32})$"
);

/// A text that points to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: it must be {shapes}")]
pub struct NotAPointer {
    kind: &'static str,
    text: String,
    shapes: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a5b2-0000-7000-8000-000000000001";

    #[test]
    fn a_case_is_called_by_its_id_or_its_number_and_by_nothing_else() {
        for text in ["2026-09-000123", "0190a5b2-0000-7000-8000-000000000001"] {
            let case: CaseRef = text.parse().unwrap();
            assert_eq!(case.to_string(), text);
            assert_ne!(case.id().is_some(), case.number().is_some());
        }
        assert!("".parse::<CaseRef>().is_err() && "2026-9-123".parse::<CaseRef>().is_err());
    }

    #[test]
    fn a_pointer_reads_back_from_its_text() {
        for part in ["offer", "work-order", "question"] {
            let text = format!("{part}/{ID}");
            assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
        }
        assert_eq!("case".parse::<Subject>().unwrap().to_string(), "case");
        for text in [format!("person/{ID}"), format!("account/{ID}"), "post/water/duty".to_owned()]
        {
            assert_eq!(text.parse::<Recipient>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_pointer_to_nothing_is_refused() {
        for wrong in ["", "offer", "offer/7", "cases", "case/", "work_order/x"] {
            assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
        }
        for wrong in ["case", "post/duty", "person/7"] {
            assert!(wrong.parse::<Recipient>().is_err(), "{wrong}");
        }
    }
}
