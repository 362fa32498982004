//! Requests as they are parsed: what does not parse is refused with all its violations.

use authz::Subject;
use clock::CaseId;
use escalation_timer_core::{
    AcceptRisk, AskExtension, AskPause, Command, DecidePause, Extend, OfLeader, Speaker,
};
use events::words::{Commitment, HoldReason};
use jiff::Timestamp;
use proto::{
    escalation_timer::v1::{
        AcceptRiskRequest, AskExtensionRequest, AskPauseRequest, ExtendLateRequest,
        GiveOrderRequest, TakeOverRequest,
    },
    words::v1 as words,
};
use rpc::{Error, Fields, account};

/// The most characters of an order, or of evidence.
const LONGEST: usize = 2_000;

/// A command on the clocks of a case, and what was written with it.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) case: CaseId,
    pub(super) command: Command,
    pub(super) words: String,
}

impl Read {
    const fn wordless(case: CaseId, command: Command) -> Self {
        Self { case, command, words: String::new() }
    }
}

pub(super) fn ask_extension(
    request: &AskExtensionRequest,
    subject: &Subject,
) -> Result<Read, Error> {
    let (by, mut fields) = (account(subject)?, Fields::default());
    let case = fields.required("case_id", &request.case_id);
    let until = until(&mut fields, request.until.as_ref());
    let reason = fields.take("reason", HoldReason::try_from(request.reason()));
    let read = || {
        let (until, reason) = (until?, reason?);
        Some(Read::wordless(case?, Command::AskExtension(AskExtension { by, until, reason })))
    };
    let read = read();
    fields.end("command-invalid", read)
}

/// A yes or a no to an extension.
pub(super) fn decide_extension(
    case_id: &str,
    subject: &Subject,
    command: fn(Speaker) -> Command,
) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let case = fields.required("case_id", case_id);
    fields.end("command-invalid", case.map(|case| Read::wordless(case, command(speaker))))
}

pub(super) fn ask_pause(request: AskPauseRequest, subject: &Subject) -> Result<Read, Error> {
    let (by, mut fields) = (account(subject)?, Fields::default());
    let AskPauseRequest { case_id, work_order, evidence } = request;
    let case = fields.required("case_id", &case_id);
    let work_order = fields.optional("work_order", &work_order);
    let words = fields.text("evidence", evidence, LONGEST).trim().to_owned();
    let ask = AskPause { by, work_order, evidence: !words.is_empty() };
    let command = Command::AskPause(ask);
    fields.end("command-invalid", case.map(|case| Read { case, command, words }))
}

/// A yes or a no to a pause.
pub(super) fn decide_pause(
    (case_id, work_order): (&str, &str),
    subject: &Subject,
    command: fn(DecidePause) -> Command,
) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let case = fields.required("case_id", case_id);
    let work_order = fields.optional("work_order", work_order);
    let command = command(DecidePause { speaker, work_order });
    fields.end("command-invalid", case.map(|case| Read::wordless(case, command)))
}

pub(super) fn extend_late(request: &ExtendLateRequest, subject: &Subject) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let case = fields.required("case_id", &request.case_id);
    let until = until(&mut fields, request.until.as_ref());
    let of = OfLeader { speaker, commitment: commitment(&mut fields, request.commitment) };
    let command = until.map(|until| Command::Extend(Extend { of, until }));
    let read = case.zip(command).map(|(case, command)| Read::wordless(case, command));
    fields.end("command-invalid", read)
}

pub(super) fn take_over(request: &TakeOverRequest, subject: &Subject) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let case = fields.required("case_id", &request.case_id);
    let of = OfLeader { speaker, commitment: commitment(&mut fields, request.commitment) };
    let command = Command::TakeOver(of);
    fields.end("command-invalid", case.map(|case| Read::wordless(case, command)))
}

pub(super) fn give_order(request: GiveOrderRequest, subject: &Subject) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let GiveOrderRequest { case_id, text, commitment: late } = request;
    let case = fields.required("case_id", &case_id);
    let words = fields.text("text", text, LONGEST).trim().to_owned();
    if words.is_empty() {
        fields.refuse("text", "says nothing: say what is to be done");
    }
    let command = Command::Order(OfLeader { speaker, commitment: commitment(&mut fields, late) });
    fields.end("command-invalid", case.map(|case| Read { case, command, words }))
}

pub(super) fn accept_risk(request: &AcceptRiskRequest, subject: &Subject) -> Result<Read, Error> {
    let (speaker, mut fields) = (speaker(subject)?, Fields::default());
    let case = fields.required("case_id", &request.case_id);
    let until = until(&mut fields, request.until.as_ref());
    let of = OfLeader { speaker, commitment: commitment(&mut fields, request.commitment) };
    let command = until.map(|until| Command::AcceptRisk(AcceptRisk { of, until }));
    let read = case.zip(command).map(|(case, command)| Read::wordless(case, command));
    fields.end("command-invalid", read)
}

/// Who speaks, and as what.
fn speaker(subject: &Subject) -> Result<Speaker, Error> {
    Ok(Speaker { account: account(subject)?, posts: subject.posts.clone() })
}

fn until(fields: &mut Fields, at: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    let Some(at) = at else {
        fields.refuse("until", "is missing: say until when");
        return None;
    };
    fields.take("until", Timestamp::new(at.seconds, at.nanos / 1_000 * 1_000))
}

/// What is late; nothing where it is left to what the requester was told.
fn commitment(fields: &mut Fields, value: i32) -> Option<Commitment> {
    match words::Commitment::try_from(value) {
        Ok(words::Commitment::Unspecified) => None,
        Ok(word) => fields.take("commitment", Commitment::try_from(word)),
        Err(unknown) => fields.take("commitment", Err(unknown)),
    }
}
