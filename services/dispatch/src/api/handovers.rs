//! Handovers on the wire: who signs as what.

use std::collections::BTreeSet;

use definitions::{Code, MOST_CHECKS};
use dispatch_core::checklist::Ticks;
use proto::dispatch::v1::{HandoverSignature, SignHandoverRequest};
use rpc::{Error, Fields};

use super::requests::LONGEST_WORDS;
use crate::{
    commands::{Signature, Signs},
    store::handovers::PassedOn,
};

/// The most characters of the name of what is signed for.
const LONGEST_VERSION: usize = 64;

/// What is signed, for what, and what who leaves passes on.
pub(super) fn sign(request: SignHandoverRequest) -> Result<Signature, Error> {
    let mut fields = Fields::default();
    let signature = request.signature();
    let log = fields.text("log", request.log, LONGEST_WORDS);
    let log = log.trim().to_owned();
    let ticks = Ticks {
        checked: codes(&mut fields, "checked", &request.checked),
        missing: codes(&mut fields, "missing", &request.missing),
    };
    let who = fields.optional("left_by", &request.left_by);
    let version = fields.text("version", request.version, LONGEST_VERSION);
    if version.is_empty() {
        fields.refuse(
            "version",
            "is missing: show the handover, and repeat the version that it says",
        );
    }
    let signs = match signature {
        HandoverSignature::Leaving => {
            Some(Signs::Leaving { who, passed_on: PassedOn { log, ticks } })
        }
        HandoverSignature::TakingOver => {
            if !log.is_empty() {
                fields.refuse("log", "is written by who leaves; leave it out");
            }
            for (field, given) in [("checked", &request.checked), ("missing", &request.missing)] {
                if !given.is_empty() {
                    fields.refuse(field, "is said by who leaves; leave it out");
                }
            }
            if who.is_some() {
                fields.refuse("left_by", "says who leaves; leave it out to take over");
            }
            Some(Signs::TakingOver)
        }
        HandoverSignature::Unspecified => {
            fields.refuse("signature", "is missing: say whether you leave or take over");
            None
        }
    };
    fields.end("handover-invalid", signs.map(|signs| Signature { signs, version }))
}

/// Things of a check list; none has more.
fn codes(fields: &mut Fields, field: &str, given: &[String]) -> BTreeSet<Code> {
    if given.len() > MOST_CHECKS {
        fields.refuse(field, format!("has more than {MOST_CHECKS} things"));
        return BTreeSet::new();
    }
    given.iter().filter_map(|code| fields.required(field, code)).collect()
}
