//! What may be asked of callback-survey, one use case a file.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ decide ─ may they? ─ record ─ save ─ Intent::finish ─ commit
//! ```
//!
//! Each transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

mod record_attempt;

use authz::Subject;
use clock::AccountId;
use delivery_rpc::Intent;
use prost::Message;
use rpc::{Code, Error};
use tonic::Request;

pub(crate) use record_attempt::{RecordAttempt, record_attempt};

/// Who asks, and under which key.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) subject: Subject,
    pub(crate) intent: Intent,
}

impl Asked {
    /// Of a request to `method`, such as `yizhan.callback_survey.v1.CallbackSurvey/RecordAttempt`.
    pub(crate) fn of<M: Message>(
        method: &'static str,
        request: &Request<M>,
    ) -> Result<Self, Error> {
        let subject = rpc::subject(request)?.clone();
        let intent = Intent::of(method, &subject, request)?;
        Ok(Self { subject, intent })
    }
}

/// The account of who asks; a service calls nobody back.
pub(crate) fn account(subject: &Subject) -> Result<AccountId, Error> {
    subject
        .principal
        .account()
        .ok_or_else(|| Error::new(Code::PermissionDenied, "not-permitted", "this needs an account"))
}
