//! What of a case's steps is told to whom: one table, and nothing else.
//!
//! A fact says all that services need. People are told what concerns them: a requester what happens
//! to their case and who has it, but not which leaders were told, and of staff nobody but the handler;
//! who works on it, that it was asked after and what came of that, but not what was answered about
//! themselves. What is not in the table is told to nobody but those who may read all.

use authz::{Action, Relation, Relations, Subject, decide};
use events::words::{Commitment, Level};

use crate::store::timeline::Step;

/// Who reads a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Reader {
    /// It is their own and no more.
    Requester,
    /// It is their duty.
    Staff,
    /// They may read what was answered about the work, and so all of it.
    Quality,
}

impl Reader {
    /// What somebody is who stands in these relations to a case of this level and may see it.
    pub(super) fn of(subject: &Subject, relations: Relations, level: Level) -> Self {
        let may = |action, relations| decide(subject, action, relations, level).is_allowed();
        if may(Action::ReadAnswers, relations) {
            Self::Quality
        } else if may(Action::GetCase, relations.without(Relation::Own)) {
            Self::Staff
        } else {
            Self::Requester
        }
    }

    /// What somebody is to the cases of a list: a requester, if nothing but that a case is their own
    /// could show it to them.
    pub(in crate::http) fn of_lists(subject: &Subject) -> Self {
        let others = Relation::ALL.iter().filter(|relation| **relation != Relation::Own);
        let may = |relation: &Relation| {
            let relations = Relations::NONE.with(*relation, true);
            decide(subject, Action::ListCases, relations, Level::Public).is_allowed()
        };
        if others.into_iter().any(may) { Self::Staff } else { Self::Requester }
    }
}

/// How much of a step is told.
#[derive(Clone, Copy)]
enum Told {
    /// Not even that it was.
    Nothing,
    /// These fields, and not who did it.
    Fields(&'static [&'static str]),
    /// These fields, and who did it.
    FieldsAndActor(&'static [&'static str]),
    Everything,
}

use Told::{Everything, Fields, FieldsAndActor, Nothing};

#[rustfmt::skip]
const TABLE: &[(&str, Told, Told)] = &[
    // step                     to the requester                                        to staff
    ("case.accepted",           Fields(&["number", "kind", "channel", "item", "place", "urgency", "received_at", "cycle",
                                         "promises", "incident"]),                      Everything),
    ("case.reopened",           Fields(&["cycle", "cause", "reopened_at", "kind", "item", "place", "urgency", "promises"]),
                                                                                        Everything),
    ("case.resolved",           Fields(&["cycle", "resolved_at", "item", "urgency"]),   Everything),
    ("case.closed",             Fields(&["cycle", "end", "closed_at"]),                 Everything),
    ("case.chased",             Fields(&["cycle", "chases", "at"]),                     Everything),
    ("case.noted",              Nothing,                                                Everything),
    // Its words are shown beside the timeline.
    ("case.replied",            Fields(&["cycle", "next", "department", "at"]),         Everything),
    // One reporter learns nothing about another.
    ("case.joined",             Nothing,                                                Everything),
    ("case.unjoined",           Nothing,                                                Everything),
    ("case.incident-updated",   Fields(&["cycle", "incident", "at"]),                   Everything),
    ("case.urgency-changed",    Fields(&["cycle", "before", "urgency", "promises", "at"]), Everything),

    ("workorder.offered",       Fields(&["cycle", "department", "offered_at"]),         Everything),
    // The department publishes who has it.
    ("workorder.claimed",       FieldsAndActor(&["cycle", "department", "at"]),         Everything),
    ("workorder.assigned",      Fields(&["cycle", "department", "at"]),                 Everything),
    ("workorder.arrived",       Fields(&["cycle", "department", "at"]),                 Everything),
    ("workorder.contained",     Fields(&["cycle", "department", "at"]),                 Everything),
    ("workorder.held",          Fields(&["cycle", "department", "reason", "visit_at", "at"]), Everything),
    ("workorder.resumed",       Fields(&["cycle", "department", "at"]),                 Everything),
    // Whose work it is, departments settle among themselves.
    ("workorder.released",      Nothing,                                                Everything),
    ("workorder.disputed",      Nothing,                                                Everything),
    // What desk and departments ask each other is not the requester's; what they are asked themselves
    // they are shown with its words, beside the timeline.
    ("workorder.asked",         Nothing,                                                Everything),
    ("workorder.answered",      Nothing,                                                Everything),
    ("workorder.completed",     Fields(&["cycle", "department", "at", "next_steps"]),   Everything),
    ("workorder.cancelled",     Fields(&["cycle", "department", "at"]),                 Everything),
    ("case.completed",          Fields(&["cycle", "completed_at"]),                     Everything),

    ("case.armed",              Nothing,                                                Everything),
    ("case.at-risk",            Nothing,                                                Everything),
    ("case.rung-fired",         Nothing,                                                Everything),
    ("case.rung-retracted",     Nothing,                                                Everything),
    ("case.rung-told",          Nothing,                                                Everything),
    ("case.clock-stopped",      Nothing,                                                Everything),
    ("case.promise-moved",      Fields(&["commitment", "cycle", "promise", "old", "new", "provisional", "why", "reason", "at"]),
                                                                                        Everything),
    ("case.extension-asked",    Nothing,                                                Everything),
    ("case.extension-refused",  Nothing,                                                Everything),
    ("case.pause-asked",        Nothing,                                                Everything),
    ("case.pause-granted",      Fields(&["cycle", "reason", "from", "until", "at"]),    Everything),
    ("case.pause-refused",      Nothing,                                                Everything),
    // What leaders say to each other and to the department is not the requester's, but for what they wait for.
    ("case.ordered",            Nothing,                                                Everything),
    ("case.taken-over",         Nothing,                                                Everything),
    ("case.risk-accepted",      Fields(&["commitment", "cycle", "until", "at"]),        Everything),

    ("case.callback-due",       Fields(&["cycle", "first_attempt_by"]),                 Everything),
    ("case.callback-attempted", Fields(&["cycle", "attempt", "at", "reached"]),         Everything),
    ("case.answered",           Fields(&["cycle", "at", "solved"]),                     FieldsAndActor(&["callback", "cycle", "at", "by", "solved"])),
    ("case.callback-withdrawn", Fields(&["cycle"]),                                     Everything),
    ("case.judged",             Fields(&["cycle", "verdict", "judged_at"]),             Everything),

    ("case.told",               Nothing,                                                Everything),
    ("case.acknowledged",       Nothing,                                                Everything),
    ("case.unheard",            Nothing,                                                Everything),
    ("case.phoned",             Nothing,                                                Everything),
    ("case.alarm-acknowledged", Nothing,                                                Everything),
];

/// A step as `reader` is told of it, if they are.
pub(super) fn told(reader: Reader, step: Step) -> Option<Step> {
    let line = TABLE.iter().find(|(what, ..)| *what == step.what);
    let told = match (reader, line) {
        (Reader::Quality, _) => Everything,
        (Reader::Requester, _) if commitment(&step).is_some_and(is_inside) => Nothing,
        // Departments share work out among themselves.
        (Reader::Requester, _) if step.detail.get("merged").is_some() => Nothing,
        (Reader::Requester | Reader::Staff, None) => Nothing,
        (Reader::Requester, Some((_, told, _))) | (Reader::Staff, Some((_, _, told))) => *told,
    };
    match told {
        Nothing => None,
        Fields(fields) => Some(Step { actor: None, ..only(fields, step) }),
        FieldsAndActor(fields) => Some(only(fields, step)),
        Everything => Some(step),
    }
}

/// Whether a promise is one that desk and departments gave each other: not even that it was is the
/// requester's.
pub(super) const fn is_inside(commitment: Commitment) -> bool {
    match commitment {
        Commitment::Reply => true,
        Commitment::Accept
        | Commitment::Arrive
        | Commitment::Contain
        | Commitment::Complete
        | Commitment::Answer
        | Commitment::Adjudicate
        | Commitment::FollowUp
        | Commitment::CallBack => false,
    }
}

/// The promise that a step is about, if it is about one.
fn commitment(step: &Step) -> Option<Commitment> {
    step.detail.get("commitment")?.as_str()?.parse().ok()
}

fn only(fields: &[&str], mut step: Step) -> Step {
    if let Some(detail) = step.detail.as_object_mut() {
        detail.retain(|field, _| fields.contains(&field.as_str()));
    }
    step
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fmt::Write as _, fs};

    use authz::Principal;
    use authz::Role;
    use clock::AccountId;
    use events::words::Aggregate;
    use jiff::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/events/golden");

    /// A step of each event that a timeline shows, with the fields of its golden file.
    fn steps() -> Vec<Step> {
        let shown = events::registry().map(|registered| registered.event_type).filter(|one| {
            match one.aggregate {
                Aggregate::Case | Aggregate::WorkOrder => true,
                Aggregate::Account
                | Aggregate::Audit
                | Aggregate::Contact
                | Aggregate::Document
                | Aggregate::Handover
                | Aggregate::Incident
                | Aggregate::Message
                | Aggregate::Person
                | Aggregate::Roster
                | Aggregate::Seal => false,
            }
        });
        let step = |event_type: events::EventType| {
            let golden = fs::read(format!("{GOLDEN}/{event_type}.json")).unwrap();
            let mut golden: Value = serde_json::from_slice(&golden).unwrap();
            Step {
                at: Timestamp::UNIX_EPOCH,
                source: event_type.producer().to_string(),
                sequence: 1,
                what: format!("{}.{}", event_type.aggregate, event_type.what),
                actor: Some(AccountId::from_uuid(Uuid::from_u128(1))),
                detail: golden["data"].take(),
            }
        };
        shown.map(step).collect()
    }

    #[test]
    fn every_step_is_told_as_the_table_says_and_no_further() {
        let mut page = String::new();
        for step in steps() {
            let _ = writeln!(page, "{}", step.what);
            for reader in [Reader::Requester, Reader::Staff, Reader::Quality] {
                let told = told(reader, step.clone());
                let fields = told.as_ref().map_or_else(Vec::new, |told| {
                    told.detail.as_object().unwrap().keys().map(String::as_str).collect()
                });
                let by = told.as_ref().is_some_and(|told| told.actor.is_some());
                let by = if by { " by" } else { "" };
                let _ = match &told {
                    None => writeln!(page, "  {reader:?}: nothing"),
                    Some(_) => writeln!(page, "  {reader:?}:{by} {}", fields.join(" ")),
                };
            }
        }
        insta::assert_snapshot!(page);
    }

    #[test]
    fn the_table_has_a_line_for_every_step_and_for_nothing_else() {
        let lines: Vec<_> = TABLE.iter().map(|(what, ..)| *what).collect();
        let steps = steps();
        let named: BTreeSet<_> = steps.iter().map(|step| step.what.as_str()).collect();
        assert_eq!(lines.iter().copied().collect::<BTreeSet<_>>(), named);
        assert_eq!(lines.len(), named.len(), "no line twice");
    }

    #[test]
    fn of_what_is_promised_inside_its_requester_is_told_nothing_whatever_the_step() {
        let (mut told_of, mut silent) = (0, 0);
        for step in steps().into_iter().filter(|step| commitment(step).is_some()) {
            for promised in Commitment::ALL {
                let mut step = step.clone();
                step.detail["commitment"] = promised.word().into();
                let told = told(Reader::Requester, step.clone()).is_some();
                assert!(!(told && *promised == Commitment::Reply), "{step:?}");
                *(if told { &mut told_of } else { &mut silent }) += 1;
                assert!(super::told(Reader::Staff, step).is_some());
            }
        }
        assert!(told_of > 0 && silent > 0, "{told_of} {silent}");
    }

    #[test]
    fn a_step_of_a_later_release_is_told_to_those_who_may_read_all() {
        let mut later = steps().remove(0);
        later.what = "case.audited".to_owned();
        assert_eq!(told(Reader::Requester, later.clone()), None);
        assert_eq!(told(Reader::Staff, later.clone()), None);
        assert_eq!(told(Reader::Quality, later.clone()), Some(later));
    }

    #[test]
    fn a_reader_is_what_their_duty_makes_them_and_a_requester_without_one() {
        let subject = |roles: &[Role]| Subject {
            principal: Principal::Account(AccountId::from_uuid(Uuid::from_u128(1))),
            person: None,
            roles: roles.iter().copied().collect(),
            department: None,
            posts: BTreeSet::new(),
            highest: Level::Confidential,
        };
        let own = Relations::NONE.with(Relation::Own, true);
        let assigned = Relations::NONE.with(Relation::Assigned, true);
        for (roles, relations, reader) in [
            (&[Role::Requester][..], own, Reader::Requester),
            (&[Role::Requester, Role::DepartmentHandler], own, Reader::Requester),
            (&[Role::Requester, Role::DeskAssistant], own, Reader::Staff),
            (&[Role::DepartmentHandler], assigned, Reader::Staff),
            (&[Role::DutyCounsellor], Relations::NONE, Reader::Staff),
            (&[Role::QualityOfficer], Relations::NONE, Reader::Quality),
            (&[Role::HallDirector], Relations::NONE, Reader::Quality),
            (&[Role::Auditor], Relations::NONE, Reader::Quality),
        ] {
            let found = Reader::of(&subject(roles), relations, Level::Internal);
            assert_eq!(found, reader, "{roles:?} {relations:?}");
        }
    }
}
