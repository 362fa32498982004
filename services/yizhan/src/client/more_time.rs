//! `yizhan extension` and `yizhan pause`: more time for the clocks of a case.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api, cases,
    output::{self, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Extension {
    /// Ask for more time before it is due.
    Ask {
        #[command(flatten)]
        case: Case,
        /// Until when: `2026-09-07T17:30:00+08:00`.
        #[arg(long)]
        until: String,
        /// `parts`, `budget`, `staff`, `no-access`, `requester-answer` or `outside-authority`.
        #[arg(long)]
        reason: String,
    },
    /// Grant it: the requester is told the new promise.
    Approve(Case),
    /// Refuse it: the promise holds as it was.
    Refuse(Case),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pause {
    /// Ask that the clocks wait with work on hold. The hold asks by itself; this gives evidence, or
    /// asks again after a no.
    Ask {
        #[command(flatten)]
        of: OnHold,
        /// What shows that it must wait, in words.
        #[arg(long)]
        evidence: Option<String>,
    },
    /// Grant it: the clocks wait until the work is resumed or the cap passes.
    Approve(OnHold),
    /// Refuse it: the work waits, its clocks do not.
    Refuse(OnHold),
}

#[derive(Debug, Args)]
pub(crate) struct Case {
    /// The case's number or id.
    #[arg(value_parser = cases::reference)]
    case: String,
}

#[derive(Debug, Args)]
pub(crate) struct OnHold {
    #[command(flatten)]
    case: Case,
    /// Which work order, if several wait; the newest by default.
    #[arg(long)]
    work_order: Option<String>,
}

pub(super) async fn extension(api: &Api, command: Extension) -> Result<()> {
    match command {
        Extension::Ask { case, until, reason } => {
            let body = json!({ "until": until, "reason": reason });
            let done = "an extension is asked for";
            act(api, &case, "extension/ask", &body, done).await
        }
        Extension::Approve(case) => {
            act(api, &case, "extension/approve", &json!({}), "the promise has moved").await
        }
        Extension::Refuse(case) => {
            act(api, &case, "extension/refuse", &json!({}), "the promise holds as it was").await
        }
    }
}

pub(super) async fn pause(api: &Api, command: Pause) -> Result<()> {
    match command {
        Pause::Ask { of, evidence } => {
            let evidence = evidence.unwrap_or_default();
            let body = json!({ "work_order": of.work_order, "evidence": evidence });
            act(api, &of.case, "pause/ask", &body, "a pause is asked for").await
        }
        Pause::Approve(of) => {
            let body = json!({ "work_order": of.work_order });
            act(api, &of.case, "pause/approve", &body, "its clocks wait").await
        }
        Pause::Refuse(of) => {
            let body = json!({ "work_order": of.work_order });
            act(api, &of.case, "pause/refuse", &body, "its clocks run on").await
        }
    }
}

async fn act(api: &Api, case: &Case, verb: &str, body: &Value, done: &str) -> Result<()> {
    let Case { case } = case;
    let answer = api.post(&format!("/cases/{case}/{verb}"), body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    print::line(format_args!("{case}: {done}."))
}
