//! `yizhan alarm`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api,
    cases::{reference, rows},
    desk::Who,
    output::{self, Column, Format},
    visible::in_one_line,
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Raise an alarm: guards and counsellor are alerted at once. A place is enough.
    Open(Box<Open>),
    /// Say that you have it, so that nobody else is alerted.
    Ack {
        /// The case's number or id.
        #[arg(value_parser = reference)]
        case: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// Where.
    #[arg(long, required_unless_present = "campus_phone")]
    place: Option<String>,
    /// `fire`, `injury`, `fight`, `intruder`, `person-at-risk` or `other`; `other` by default.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// What was said.
    #[arg(long)]
    text: Option<String>,
    /// How it came in; `hotline` at the desk by default.
    #[arg(long)]
    channel: Option<String>,
    /// The campus phone that the call came from; its place is known.
    #[arg(long)]
    campus_phone: Option<String>,
    #[command(flatten)]
    who: Who,
}

const OPENED: [Column; 4] =
    [("Alarm", "number"), ("Type", "alarm.type"), ("Place", "place"), ("Level", "level")];

const AT_RISK: [Column; 1] = [("Person at risk", "number")];

const ALERTED: [Column; 4] =
    [("ALERTED", "post"), ("NAME", "name"), ("PHONE", "phone"), ("MOBILE", "mobile")];

const ACKNOWLEDGED: [Column; 3] =
    [("Has it", "by.name"), ("Since", "at"), ("Was known", "repeated")];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Open(open) => {
            let answer = api.post("/alarms", &open.body()).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(output::fields(&answer, &OPENED))?;
            cards(&answer)
        }
        Command::Ack { case } => {
            let answer = api.post(&format!("/alarms/{case}/acknowledge"), &json!({})).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(output::fields(&answer, &ACKNOWLEDGED))
        }
    }
}

/// The cards that come with an answer: of an alarm that was raised, and of a person at risk of whom
/// what was said tells.
pub(super) fn cards(answer: &Value) -> Result<()> {
    answer.get("alarm").and_then(card).map_or(Ok(()), print::text)?;
    let Some(person) = answer.get("person_at_risk") else { return Ok(()) };
    print::line("")?;
    print::text(output::fields(person, &AT_RISK))?;
    person.get("alarm").and_then(card).map_or(Ok(()), print::text)
}

/// What to say and whom to phone, line by line; none of what is no alarm.
pub(super) fn card(alarm: &Value) -> Option<String> {
    let card = alarm.get("card")?;
    let lines = |language| {
        let text = card.get(language).and_then(Value::as_str).unwrap_or_default();
        text.lines().map(in_one_line).collect::<Vec<_>>().join("\n")
    };
    let alerted = output::table(rows(alarm, "alerted"), &ALERTED);
    Some(format!("\n{}\n\n{}\n\n{alerted}", lines("zh"), lines("en")))
}

impl Open {
    fn body(self) -> Value {
        json!({
            "place": self.place.unwrap_or_default(),
            "type": self.kind,
            "text": self.text.unwrap_or_default(),
            "channel": self.channel,
            "campus_phone": self.campus_phone.unwrap_or_default(),
            "caller": self.who.body(),
        })
    }
}
