//! `yizhan case complain`.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::{
    Api, alarms,
    cases::{PROMISES, reference, rows},
    desk::Who,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Complain {
    /// The number or id of the case complained of.
    #[arg(value_parser = reference)]
    case: String,
    /// What they complain of.
    #[arg(long)]
    text: String,
    /// How it came in; `hotline`, `counter`, `web` ...; `hotline` at the desk by default.
    #[arg(long)]
    channel: Option<String>,
    #[command(flatten)]
    who: Who,
}

const OPENED: [Column; 2] = [("Complaint", "number"), ("Place", "place")];

impl Complain {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let Self { case, text, channel, who } = self;
        let body = json!({ "text": text, "channel": channel, "person": who.body() });
        let answer = api.post(&format!("/cases/{case}/complaint"), &body).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        told(&answer)
    }
}

/// The number of a complaint that was opened, until when it is answered, and what to do if it tells of a
/// person at risk.
pub(super) fn told(complaint: &Value) -> Result<()> {
    print::text(output::fields(complaint, &OPENED))?;
    print::text(output::table(rows(complaint, "promises"), &PROMISES))?;
    alarms::cards(complaint)
}
