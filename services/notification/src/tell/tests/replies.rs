//! Whoever reported it is answered; and what is owed to them is told to who owes it.

use clock::{Ids as _, SeededIds};
use definitions::Rules;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    dispatch::{WorkOrderCancelledV1, WorkOrderOfferedV1},
    escalation::{ArmedV1, AtRiskV1, RungFiredV1},
    intake::{CaseRepliedV1, Promise},
    words::{Commitment, Level, Revision, Urgency},
};

use super::{CAMPUS, Case, alarms, facts::*, words};
use crate::outgoing::Weight;

/// An answer, and until when the next one is promised.
fn replied(number: u16, next: Option<&str>) -> IntakeFact {
    let (cycle, department, by) = (cycle(number), "hall".parse().ok(), work().2);
    let promise = |due| Promise { commitment: Commitment::FollowUp, ..completes(due) };
    CaseRepliedV1 { cycle, next: next.map(promise), department, by, at: at("25T10:00") }.into()
}

/// An answer for now of this department.
fn replied_for_now(department: &str) -> IntakeFact {
    let IntakeFact::CaseReplied(replied) = replied(1, Some("25T15:00")) else { unreachable!() };
    CaseRepliedV1 { department: department.parse().ok(), ..replied }.into()
}

/// Whoever reported it is promised an answer until 15:00.
fn promised() -> EscalationFact {
    let (commitment, due) = (Commitment::FollowUp, at("25T15:00"));
    ArmedV1 { commitment, due, ..armed_promise() }.into()
}

/// Little of that time is left.
fn soon() -> EscalationFact {
    let (due, planned) = (at("25T15:00"), at("25T13:45"));
    AtRiskV1 {
        timer: timer(),
        subject: rung_fired(1).subject,
        commitment: Commitment::FollowUp,
        cycle: cycle(1),
        promise: 1,
        due,
        planned,
        at: planned,
    }
    .into()
}

/// It has passed.
fn late() -> EscalationFact {
    let (planned, fired) = (at("25T15:00"), at("25T15:01"));
    let (commitment, post) = (Commitment::FollowUp, "hall/duty-counsellor".parse().unwrap());
    RungFiredV1 { commitment, rung: 1, planned, fired, post, ..rung_fired(1) }.into()
}

/// Nobody has work of it any more.
fn idle() -> DispatchFact {
    let ((work_order, _, _), department) = (work(), "logistics".parse().unwrap());
    WorkOrderCancelledV1 {
        work_order,
        cycle: cycle(1),
        department,
        at: at("25T11:00"),
        merged: None,
    }
    .into()
}

pub(super) fn each() -> Vec<Fact> {
    vec![replied(1, Some("25T15:00")).into(), replied(1, None).into()]
}

fn reporters(occasion: &str) -> [String; 2] {
    [1, 2].map(|number| format!("person/{}: {occasion}", person(number)))
}

#[test]
fn who_reported_it_hears_that_there_is_an_answer_and_when_the_next_one_comes() {
    let (mut case, nobody) = (Case::offered(), <[String; 0]>::default());
    assert_eq!(case.hears(replied(1, Some("25T15:00"))), reporters("replied-for-now"));
    assert_eq!(case.hears(replied(1, None)), reporters("replied"));
    assert_eq!(case.hears(replied(2, None)), nobody, "of a cycle that is not known");
    case.hears(completed(1));
    assert_eq!(case.hears(replied(1, None)), reporters("replied"), "when all is done, too");
}

#[test]
fn the_words_of_an_answer_are_read_in_the_case_and_not_in_the_message() {
    let title = "2026-11-000007 水管漏水 Leaking Pipe";
    for (next, zh, en) in [
        (
            None,
            "您的办件 2026-11-000007(水管漏水)有答复了,请在办件中查看,或致电服务台。",
            "There is an answer to your case 2026-11-000007 (Leaking Pipe). Please read it in the case, or phone the desk.",
        ),
        (
            Some("25T15:00"),
            "您的办件 2026-11-000007(水管漏水)有阶段性答复,请在办件中查看,或致电服务台;最迟 2026-11-25 15:00 再次答复您。",
            "There is an answer for now to your case 2026-11-000007 (Leaking Pipe). Please read it in the case, or phone the desk. You will have the next answer by 2026-11-25 15:00.",
        ),
    ] {
        assert_eq!(Case::offered().reads(replied(1, next)), [title, zh, en]);
    }
    let weight = |urgency| Weight::of(definitions::Occasion::Replied, urgency);
    assert_eq!(
        [Urgency::Normal, Urgency::Critical].map(weight),
        [Weight::Normal, Weight::Critical]
    );
}

#[test]
fn what_was_accepted_before_there_was_a_message_of_it_is_told_in_the_newest_words() {
    let mut documents = campus_kit::documents();
    for document in documents.iter_mut().filter(|document| document.id.as_str() == "replied") {
        document.value["spec"]["en"] = "There is news of {number}.".into();
    }
    let other = Rules::from_documents(Revision(1), &documents).unwrap();
    documents.retain(|document| document.id.as_str() != "replied");
    let without = Rules::from_documents(Revision(1), &documents).unwrap();
    let mut case = Case::offered();
    let notice = case.notices(replied(1, None)).remove(0);
    let said = |rules: &Rules, newest: &Rules| {
        let words = words((rules, newest), case.matter.as_ref().unwrap(), &notice)?;
        words.text.lines().nth(1).map(str::to_owned)
    };
    let news = Some("There is news of 2026-11-000007.".to_owned());
    assert_eq!(said(&without, &without), None);
    assert_eq!(said(&without, &other), news);
    assert_eq!(said(&other, &CAMPUS), news, "and otherwise in the words of its time");
}

#[test]
fn who_promised_an_answer_hears_that_it_is_owed_and_the_desk_where_they_have_no_work_of_it() {
    const DESK: (&str, &str) = ("the desk", "It is with Service Desk, One-Stop Service Hall.");
    const PLUMBERS: (&str, &str) =
        ("post/logistics/plumbing", "It is with Plumbing and Heating, Logistics Office.");
    let is_owed_by = |case: &mut Case, (owes, named): (&str, &str)| {
        assert_eq!(case.hears(soon()), [format!("{owes}: at-risk")]);
        let rung = "post/hall/duty-counsellor: rung".to_owned();
        assert_eq!(case.hears(late()), [rung, format!("{owes}: overdue")]);
        let leader = case.reads(late()).concat();
        assert!(leader.contains(named), "{leader}");
    };
    for (department, owes) in [("hall", DESK), ("logistics", PLUMBERS)] {
        let mut case = Case::offered();
        case.hears(promised());
        is_owed_by(&mut case, DESK);
        case.hears(replied_for_now(department));
        is_owed_by(&mut case, owes);
        case.hears(replied(1, None));
        is_owed_by(&mut case, DESK);
        case.hears(replied_for_now(department));
        case.hears(idle());
        case.hears(completed(1));
        is_owed_by(&mut case, DESK);
    }
}

#[test]
fn who_cannot_answer_in_time_is_told_to_answer_for_now_and_others_to_ask_for_more_time() {
    let mut case = Case::offered();
    let [_, zh, en] = &case.reads(soon())[..] else { panic!("a title and two lines") };
    assert!(zh.ends_with("请服务台抓紧;不能按时的,请先作阶段性答复,并约定下次答复时间。"), "{zh}");
    let said = "Service Desk, please hurry, or answer for now and say when the next answer comes.";
    assert!(en.contains("“follow up”") && en.ends_with(said), "{en}");
    let [_, zh, en] = &case.reads(at_risk(1))[..] else { panic!("a title and two lines") };
    assert!(zh.ends_with("不能按时的,请在到期前申请延期。"), "{zh}");
    assert!(en.ends_with("please hurry, or ask for an extension before it is due."), "{en}");
}

#[test]
fn all_that_have_work_in_the_department_that_promised_an_answer_owe_it() {
    let mut case = Case::offered();
    let DispatchFact::WorkOrderOffered(first) = offered(1) else { unreachable!() };
    let (work_order, offer, post) =
        (SeededIds::new(30).id(), SeededIds::new(31).id(), "logistics/electrical".parse().unwrap());
    let other = WorkOrderOfferedV1 { work_order, offer, post, ..first };
    case.hears(DispatchFact::from(other));
    case.hears(promised());
    case.hears(replied_for_now("logistics"));
    let both = ["post/logistics/electrical: at-risk", "post/logistics/plumbing: at-risk"];
    assert_eq!(case.hears(soon()), both);
}

#[test]
fn who_reported_an_alarm_is_told_of_no_answer() {
    for (item, level) in [("alarm-fire", Level::Restricted), ("person-at-risk", Level::Hidden)] {
        let mut case = alarms::case(item, level);
        let notices = case.notices(replied(1, None));
        let matter = case.matter.as_ref().unwrap();
        for notice in notices {
            for to in notice.to.find(&CAMPUS, matter) {
                assert!(!crate::tell::is_told(&CAMPUS, matter, notice.occasion, &to), "{to}");
            }
        }
    }
}
