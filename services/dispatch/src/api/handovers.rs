//! Handovers on the wire: who signs as what.

use proto::dispatch::v1::{HandoverSignature, SignHandoverRequest};
use rpc::{Error, Fields};

use super::requests::LONGEST_WORDS;
use crate::commands::Signature;

/// What is signed, and what who leaves writes down.
pub(super) fn sign(request: SignHandoverRequest) -> Result<Signature, Error> {
    let mut fields = Fields::default();
    let signature = request.signature();
    let log = fields.text("log", request.log, LONGEST_WORDS);
    let log = log.trim();
    let signature = match signature {
        HandoverSignature::Leaving => Some(Signature::Leaving { log: log.to_owned() }),
        HandoverSignature::TakingOver => {
            if !log.is_empty() {
                fields.refuse("log", "is written by who leaves; leave it out");
            }
            Some(Signature::TakingOver)
        }
        HandoverSignature::Unspecified => {
            fields.refuse("signature", "is missing: say whether you leave or take over");
            None
        }
    };
    fields.end("handover-invalid", signature)
}
