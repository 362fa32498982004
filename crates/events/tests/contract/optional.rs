//! What a golden file leaves out: a field that was added later is absent where there is nothing to say, and
//! on the wire as its type says where there is.

use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact, Received, SurveyFact, What, decode,
    dispatch::{Merged, Split},
    encode,
    escalation::{ExtensionRefusedV1, PauseRefusedV1},
    intake::CaseAcceptedV1,
    survey::CallbackDueV1,
    words::{Commitment, Cycle, HoldReason, PauseRefusal},
};
use serde_json::{Value, json};

use crate::samples;

/// The data of a fact as it lies on the wire, and that it is read as what was written.
#[track_caller]
fn written(fact: impl Into<Fact>) -> Value {
    let fact = fact.into();
    let envelope = samples::envelope(&fact);
    let bytes = encode(&envelope, &fact).unwrap();
    let read = decode(&bytes).unwrap();
    assert_eq!(read, Received { envelope, what: What::Known(fact) });
    serde_json::from_slice::<Value>(&bytes).unwrap()["data"].take()
}

#[test]
fn a_callback_names_who_has_a_link_of_their_own() {
    let due = CallbackDueV1 {
        callback: samples::id(7),
        cycle: Cycle::FIRST,
        first_attempt_by: samples::at("21:30:00"),
        linked: vec![samples::id(8), samples::id(9)],
    };
    let data = json!({
        "callback": "0190a5b2-0000-7000-8000-000000000007",
        "cycle": 1,
        "first_attempt_by": "2026-09-01T13:30:00Z",
        "linked": [
            "0190a5b2-0000-7000-8000-000000000008",
            "0190a5b2-0000-7000-8000-000000000009",
        ],
    });
    assert_eq!(written(SurveyFact::from(due)), data);
}

#[test]
fn a_complaint_says_of_which_case() {
    let accepted = samples::facts().into_iter().find_map(|fact| {
        let Fact::Intake(IntakeFact::CaseAccepted(accepted)) = fact else { return None };
        Some(accepted)
    });
    let complaint = CaseAcceptedV1 { complains_of: Some(samples::id(3)), ..accepted.unwrap() };
    let data = written(IntakeFact::from(complaint));
    assert_eq!(data["complains_of"], "0190a5b2-0000-7000-8000-000000000003");
}

#[test]
fn a_refused_extension_says_what_the_work_waits_for() {
    let refused = ExtensionRefusedV1 {
        timer: samples::id(5),
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        due: samples::at("21:30:00"),
        reason: Some(HoldReason::Parts),
        by: samples::id(6),
        at: samples::at("15:00:00"),
    };
    assert_eq!(written(EscalationFact::from(refused))["reason"], "parts");
}

#[test]
fn a_refused_pause_says_of_which_hold() {
    let refused = PauseRefusedV1 {
        work_order: samples::id(3),
        cycle: Cycle::FIRST,
        reason: HoldReason::NoAccess,
        from: Some(samples::at("10:00:00")),
        cause: PauseRefusal::Denied,
        by: None,
        at: samples::at("11:00:00"),
    };
    assert_eq!(written(EscalationFact::from(refused))["from"], "2026-09-01T02:00:00Z");
}

#[test]
fn work_orders_say_what_they_are_a_part_of_where_their_part_went_and_when_somebody_comes() {
    let id = |n: u8| format!("0190a5b2-0000-7000-8000-00000000000{n}");
    for fact in samples::facts() {
        let Fact::Dispatch(fact) = fact else { continue };
        if let DispatchFact::WorkOrderOffered(mut offered) = fact {
            offered.split = Some(Split { from: samples::id(3), by: samples::id(4) });
            let data = written(DispatchFact::from(offered));
            assert_eq!(data["split"], json!({ "from": id(3), "by": id(4) }));
        } else if let DispatchFact::WorkOrderHeld(mut held) = fact {
            held.visit_at = Some(samples::at("15:00:00"));
            let data = written(DispatchFact::from(held));
            assert_eq!(data["visit_at"], "2026-09-01T07:00:00Z");
        } else if let DispatchFact::WorkOrderCancelled(mut cancelled) = fact {
            cancelled.merged = Some(Merged { into: samples::id(5), by: samples::id(6) });
            let data = written(DispatchFact::from(cancelled));
            assert_eq!(data["merged"], json!({ "into": id(5), "by": id(6) }));
        }
    }
}
