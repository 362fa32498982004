//! What intake knows, as the wire has it.

use clock::CaseId;
use definitions::{Change, Document, Rules};
use delivery_rpc::timestamp;
use events::intake::Promise;
use intake_core::{Case, Ground, State};
use jiff::Timestamp;
use proto::{
    delivery::v1::Head,
    intake::v1::{
        AcceptCaseResponse, Alarm, AlertedPost, CaseState, CaseSummary, ChangeKind, DocumentChange,
        GetCaseResponse, Incident, JoinCaseResponse, Person, PersonAtRisk, SimilarCase,
    },
    words::v1 as wire,
};

use crate::people::{Field, Known};

/// What the caller is told of a case that was just accepted.
pub(crate) fn accepted(
    id: CaseId,
    state: &State,
    rules: &Rules,
    head: Head,
    now: Timestamp,
) -> AcceptCaseResponse {
    let Some(case) = state.case() else { return AcceptCaseResponse::default() };
    AcceptCaseResponse {
        head: Some(head),
        case_id: id.to_string(),
        number: case.number.to_string(),
        urgency: wire::Urgency::from(case.urgency).into(),
        urgency_reason: urgency_reason(case, rules),
        level: wire::Level::from(case.level).into(),
        place: case.place.to_string(),
        promises: case.promises.iter().map(promise).collect(),
        read_out: intake_core::read_out(rules, case, now).unwrap_or_default(),
        alarm: alarm(case, rules),
        person_at_risk: None,
    }
}

/// All that somebody is told who reports a person at risk for themselves: its number, and whom to
/// phone.
pub(crate) fn blank(answer: AcceptCaseResponse) -> AcceptCaseResponse {
    let AcceptCaseResponse { head, case_id, number, place, alarm, .. } = answer;
    let alarm =
        alarm.map(|alarm| Alarm { card_zh: String::new(), card_en: String::new(), ..alarm });
    AcceptCaseResponse { head, case_id, number, place, alarm, ..AcceptCaseResponse::default() }
}

/// The case of a person at risk, for who is told of it with another.
pub(crate) fn person_at_risk(answer: AcceptCaseResponse) -> Option<PersonAtRisk> {
    let AcceptCaseResponse { case_id, number, alarm, .. } = answer;
    Some(PersonAtRisk { case_id, number, alarm: Some(alarm?) })
}

/// What to say and whom to call, if a case is an alarm; and whom it alerts first.
fn alarm(case: &Case, rules: &Rules) -> Option<Alarm> {
    let alarm = rules.item(&case.item)?.alarm.as_ref()?;
    let alerted = rules.alert(&case.item).map_or(&[][..], |alert| &alert.at_once);
    let post = |id| {
        let post = rules.post(id)?;
        Some(AlertedPost {
            post: post.id.to_string(),
            name_zh: post.names.zh.clone(),
            name_en: post.names.en.clone(),
            phone: post.phone.clone().unwrap_or_default(),
            mobile: post.mobile.clone().unwrap_or_default(),
        })
    };
    Some(Alarm {
        kind: wire::AlarmKind::from(alarm.kind).into(),
        card_zh: alarm.card.zh.clone(),
        card_en: alarm.card.en.clone(),
        alerted: alerted.iter().filter_map(post).collect(),
    })
}

/// What a case is besides, if it is an incident.
pub(crate) fn incident(case: &Case, cause: String) -> Option<Incident> {
    let incident = case.incident.as_ref()?;
    Some(Incident {
        places: incident.known.places.iter().map(ToString::to_string).collect(),
        expected_end: incident.known.expected_end.map(timestamp),
        calls: incident.calls,
        reporters: u32::try_from(case.reporters.len()).unwrap_or(u32::MAX),
        cause,
    })
}

/// What a co-reporter is told of the case that they joined.
pub(crate) fn joined(state: &State, rules: &Rules) -> JoinCaseResponse {
    let Some(case) = state.case() else { return JoinCaseResponse::default() };
    JoinCaseResponse {
        number: case.number.to_string(),
        urgency: wire::Urgency::from(case.urgency).into(),
        urgency_reason: urgency_reason(case, rules),
        promises: case.promises.iter().map(promise).collect(),
        ..JoinCaseResponse::default()
    }
}

/// A case without what is sealed.
pub(crate) fn case(id: CaseId, state: &State, case: &Case, rules: &Rules) -> GetCaseResponse {
    let closed_at = match state {
        State::New | State::Open(_) | State::Resolved { .. } => None,
        State::Closed { closing, .. } => Some(closing.at),
    };
    GetCaseResponse {
        summary: summary(id, state),
        channel: wire::Channel::from(case.channel).into(),
        urgency_reason: urgency_reason(case, rules),
        first_receiver: case.first_receiver.to_string(),
        recorded_at: Some(timestamp(case.accepted_at)),
        resolved_at: state.resolution().map(|resolution| timestamp(resolution.at)),
        closed_at: closed_at.map(timestamp),
        promises: case.promises.iter().map(promise).collect(),
        revision: case.revision.0,
        alarm: alarm(case, rules),
        ..GetCaseResponse::default()
    }
}

/// A case in a list; none for one that was never accepted.
pub(crate) fn summary(id: CaseId, state: &State) -> Option<CaseSummary> {
    let case = state.case()?;
    let (word, end, told) = match state {
        State::New => return None,
        State::Open(_) => (CaseState::Open, None, case.told()),
        State::Resolved { .. } => (CaseState::Resolved, None, case.told()),
        State::Closed { closing, .. } => (CaseState::Closed, Some(closing.end), None),
    };
    let is_late = case.received_at < case.accepted_at;
    Some(CaseSummary {
        id: id.to_string(),
        number: case.number.to_string(),
        kind: wire::CaseKind::from(case.kind).into(),
        item: case.item.to_string(),
        place: case.place.to_string(),
        urgency: wire::Urgency::from(case.urgency).into(),
        level: wire::Level::from(case.level).into(),
        state: word.into(),
        end: end.map_or(wire::End::Unspecified, wire::End::from).into(),
        cycle: case.cycle.get().into(),
        received_at: Some(timestamp(case.received_at)),
        promise: told.map(promise),
        entered_late_at: is_late.then(|| timestamp(case.accepted_at)),
    })
}

/// A case that somebody may be speaking of who reports something.
pub(crate) fn similar(id: CaseId, state: &State) -> Option<SimilarCase> {
    let case = state.case()?;
    Some(SimilarCase {
        summary: summary(id, state),
        reporters: u32::try_from(case.reporters.len()).unwrap_or(u32::MAX),
        incident: case.incident.is_some(),
    })
}

/// A promise as it is told.
pub(crate) fn promise(promise: &Promise) -> wire::Promise {
    wire::Promise {
        commitment: wire::Commitment::from(promise.commitment).into(),
        due: Some(timestamp(promise.due)),
        provisional: promise.provisional,
    }
}

/// A person, as far as they are known.
pub(crate) fn person(known: &Known) -> Person {
    let field = |field| known.details.get(field).unwrap_or_default().to_owned();
    Person {
        id: known.id.to_string(),
        name: field(Field::Name),
        phone: field(Field::Phone),
        mail: field(Field::Mail),
        number: field(Field::Number),
    }
}

/// What became of a document that was among `old` or not.
pub(crate) fn document_change(change: &Change, old: &[Document]) -> DocumentChange {
    let known = old.iter().any(|one| one.kind == change.kind && one.id == change.id);
    let what = match (&change.document, known) {
        (None, _) => ChangeKind::Removed,
        (Some(_), true) => ChangeKind::Changed,
        (Some(_), false) => ChangeKind::Added,
    };
    DocumentChange { change: what.into(), kind: change.kind.to_string(), id: change.id.to_string() }
}

/// The rule that gave a case its urgency, in both languages; empty where none asks for haste.
fn urgency_reason(case: &Case, rules: &Rules) -> String {
    match &case.ground {
        Ground::Usual => String::new(),
        Ground::Authority => "由工作人员决定 decided by the staff".to_owned(),
        Ground::Alarm => "报警 an alarm".to_owned(),
        Ground::Rule(code) => {
            let item = rules.item(&case.item);
            let rule = item.and_then(|item| item.urgency.iter().find(|rule| rule.reason == *code));
            rule.map_or_else(
                || code.to_string(),
                |rule| format!("{} {}", rule.names.zh, rule.names.en),
            )
        }
    }
}
