//! What the desk does with a case between its opening and its end.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};

use super::{
    Api, alarms,
    cases::{PROMISES, reference, rows},
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Chase {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// What was said.
    #[arg(long)]
    text: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// How the contact came in; `hotline`, `counter`, `web` ...; `hotline` at the desk by default.
    #[arg(long)]
    channel: Option<String>,
    #[command(flatten)]
    who: Who,
    /// What was said; it may raise the case.
    #[arg(long)]
    text: Option<String>,
    /// How many people it touches.
    #[arg(long)]
    people: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Unjoin {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    #[command(flatten)]
    who: Who,
    /// Why, in words.
    #[arg(long)]
    reason: Option<String>,
}

/// A person, by what tells who it is.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Their id.
    #[arg(long)]
    pub(super) person: Option<String>,
    /// Their phone.
    #[arg(long)]
    pub(super) phone: Option<String>,
    /// Their mail address.
    #[arg(long)]
    pub(super) mail: Option<String>,
    /// Their name.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Their student or staff number.
    #[arg(long)]
    pub(super) number: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeUrgency {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// `normal`, `urgent` or `critical`.
    urgency: String,
    /// Why, in words; needed to lower it.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Note {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// What the others are to know; its requester is not told.
    text: String,
}

#[derive(Debug, Args)]
pub(crate) struct Reply {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// What whoever reported it is to know.
    text: String,
    /// It is an answer for now, and the next one comes until then: `2026-09-01T17:00:00+08:00`.
    #[arg(long)]
    next: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CloseAs {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// `duplicate`, `not-ours`, `refused` or `test`.
    end: String,
    /// Of a duplicate: the number or id of the other case.
    #[arg(long)]
    of: Option<String>,
    #[command(flatten)]
    whose: Whose,
    /// Why, in words; needed to refuse it.
    #[arg(long)]
    reason: Option<String>,
}

/// Whose matter it is instead.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// The department.
    #[arg(long)]
    department: Option<String>,
    /// Where there.
    #[arg(long, requires = "department")]
    window: Option<String>,
    /// Whom to ask there.
    #[arg(long, requires = "department")]
    whom: Option<String>,
}

const JOINED: [Column; 4] = [
    ("Joined", "number"),
    ("Urgency", "urgency"),
    ("Because", "urgency_reason"),
    ("Raised", "raised"),
];

const CHASED: [Column; 5] = [
    ("Chases", "chases"),
    ("To the head", "to_head"),
    ("Last reply", "last_reply.what"),
    ("Replied", "last_reply.at"),
    ("Due", "due"),
];

impl Chase {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let body = json!({ "text": self.text.unwrap_or_default() });
        let answer = api.post(&format!("/cases/{}/chase", self.case), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::text(output::fields(&answer, &CHASED))?;
        alarms::cards(&answer)
    }
}

impl Who {
    /// Nothing, if nothing is told.
    pub(super) fn body(self) -> Option<Value> {
        let given = [
            ("id", self.person),
            ("phone", self.phone),
            ("mail", self.mail),
            ("name", self.name),
            ("number", self.number),
        ];
        let given = given.into_iter();
        let body: Map<_, _> =
            given.filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect();
        (!body.is_empty()).then(|| body.into())
    }
}

impl Join {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, channel, who, text, people } = self;
        let (caller, text) = (who.body(), text.unwrap_or_default());
        let body = json!({ "channel": channel, "caller": caller, "text": text, "people": people });
        let answer = api.post(&format!("/cases/{case}/join"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::text(output::fields(&answer, &JOINED))?;
        print::text(output::table(rows(&answer, "promises"), &PROMISES))?;
        alarms::cards(&answer)
    }
}

impl Unjoin {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, who, reason } = self;
        let person = who.body().unwrap_or_else(|| json!({}));
        let body = json!({ "person": person, "reason": reason.unwrap_or_default() });
        let answer = api.post(&format!("/cases/{case}/unjoin"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::line(format_args!("They hear of {case} no more."))
    }
}

impl ChangeUrgency {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, urgency, reason } = self;
        let body = json!({ "urgency": urgency, "reason": reason.unwrap_or_default() });
        let answer = api.post(&format!("/cases/{case}/urgency"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::line(format_args!("{case} is {urgency}."))?;
        print::text(output::table(rows(&answer, "promises"), &PROMISES))
    }
}

impl Note {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, text } = self;
        let answer = api.post(&format!("/cases/{case}/note"), &json!({ "text": text })).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::line("Noted.")?;
        alarms::cards(&answer)
    }
}

impl Reply {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, text, next } = self;
        let body = json!({ "text": text, "next": next });
        let answer = api.post(&format!("/cases/{case}/reply"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        match answer.get("next").filter(|next| !next.is_null()) {
            Some(_) => {
                let due = output::cell(&answer, "next.due");
                print::line(format_args!("Answered; the next answer is promised until {due}."))
            }
            None => print::line("Answered."),
        }
    }
}

impl Whose {
    /// Nothing, if it is nobody's.
    pub(super) fn body(self) -> Option<Value> {
        let Self { department, window, whom } = self;
        let department = department?;
        Some(json!({ "department": department, "window": window, "person": whom }))
    }
}

impl CloseAs {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, end, of, whose, reason } = self;
        let body = json!({
            "end": end,
            "of": of.unwrap_or_default(),
            "referral": whose.body(),
            "reason": reason.unwrap_or_default(),
        });
        let answer = api.post(&format!("/cases/{case}/close-as"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::line(format_args!("{case} is closed as {end}."))
    }
}
