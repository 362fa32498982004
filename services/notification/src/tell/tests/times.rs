//! Why a promise moved, and who hears of more time that is asked for, granted and refused.

use clock::{Ids, SeededIds};
use events::{
    EscalationFact, Fact, IntakeFact,
    escalation::{
        ExtensionAskedV1, ExtensionRefusedV1, PauseAskedV1, PauseGrantedV1, PauseRefusedV1,
        PromiseMovedV1,
    },
    intake::CaseUrgencyChangedV1,
    words::{Commitment, Cycle, HoldReason, MoveCause, PauseRefusal, Urgency, UrgencyCause},
};

use super::{Case, facts::*};

const HEAD: &str = "post/logistics/head";
const LEAK: &str = "2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, \
    critical";

/// A fact for each occasion.
pub(super) fn each() -> Vec<Fact> {
    vec![
        pause_asked().into(),
        pause_granted().into(),
        pause_refused(PauseRefusal::Denied).into(),
        extension_asked().into(),
        extension_refused(Some(HoldReason::Parts)).into(),
        extended(1).into(),
    ]
}

fn pause_asked() -> EscalationFact {
    PauseAskedV1 {
        work_order: work().0,
        cycle: Cycle::FIRST,
        reason: HoldReason::RequesterAnswer,
        from: at("25T10:00"),
        approver: "logistics/head".parse().unwrap(),
        evidence_needed: false,
        at: at("25T10:00"),
    }
    .into()
}

fn pause_granted() -> EscalationFact {
    PauseGrantedV1 {
        work_order: work().0,
        cycle: Cycle::FIRST,
        reason: HoldReason::RequesterAnswer,
        from: at("25T10:00"),
        until: at("28T10:00"),
        by: Some(SeededIds::new(30).id()),
        at: at("25T10:20"),
    }
    .into()
}

fn pause_refused(cause: PauseRefusal) -> EscalationFact {
    PauseRefusedV1 {
        work_order: work().0,
        cycle: Cycle::FIRST,
        reason: HoldReason::RequesterAnswer,
        from: Some(at("25T10:00")),
        cause,
        by: None,
        at: at("25T10:20"),
    }
    .into()
}

fn extension_asked() -> EscalationFact {
    ExtensionAskedV1 {
        timer: timer(),
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        due: at("25T21:00"),
        until: at("26T18:00"),
        reason: HoldReason::Parts,
        approver: "logistics/head".parse().unwrap(),
        by: work().2,
        at: at("25T12:00"),
    }
    .into()
}

fn extension_refused(reason: Option<HoldReason>) -> EscalationFact {
    ExtensionRefusedV1 {
        timer: timer(),
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        due: at("25T21:00"),
        reason,
        by: SeededIds::new(30).id(),
        at: at("25T12:30"),
    }
    .into()
}

fn extended(number: u16) -> EscalationFact {
    let (why, reason) = (MoveCause::Extension, Some(HoldReason::Parts));
    PromiseMovedV1 { new: at("26T18:00"), why, reason, ..moved_promise(number) }.into()
}

#[test]
fn who_decides_is_told_what_is_asked_for_and_who_asked_what_became_of_it() {
    let (mut case, plumbers) = (Case::offered(), "post/logistics/plumbing");
    assert_eq!(case.hears(pause_asked()), [format!("{HEAD}: pause-asked")]);
    assert_eq!(case.hears(pause_granted()), [format!("{plumbers}: pause-granted")]);
    for cause in [PauseRefusal::Denied, PauseRefusal::Undecided, PauseRefusal::AfterDue] {
        let told = case.hears(pause_refused(cause));
        assert_eq!(told, [format!("{plumbers}: pause-refused")], "{cause:?}");
    }
    assert_eq!(case.hears(extension_asked()), [format!("{HEAD}: extension-asked")]);
    let told = case.hears(extension_refused(None));
    assert_eq!(told, [format!("{plumbers}: extension-refused")]);
    let mut told = [person(1), person(2)].map(|id| format!("person/{id}: promised")).to_vec();
    told.push(format!("{plumbers}: extension-granted"));
    assert_eq!(case.hears(extended(1)), told);
    case.hears(reopened(2));
    for fact in each() {
        assert_eq!(case.hears(fact), <[String; 0]>::default(), "of an earlier cycle");
    }
}

#[test]
fn what_is_asked_for_is_said_with_its_reason_and_its_times() {
    let mut case = Case::offered();
    for (fact, zh, en) in [
        (
            pause_asked(),
            "【请审批停表】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急:后勤处水暖维修岗因“等诉求人答复”挂起,申请期间不计时。应于 2026-11-25 21:00 前办结,请在此之前审批。",
            "Please decide on a pause: LEAK. Plumbing and Heating, Logistics Office, waits (the requester's answer is awaited) and asks that this time does not count. It is due 2026-11-25 21:00; please decide before then.",
        ),
        (
            pause_granted(),
            "【已停表】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急:“等诉求人答复”期间不计时,最长到 2026-11-28 10:00。能继续时请立即恢复办理。",
            "Paused: LEAK. The time does not count (the requester's answer is awaited), until 2026-11-28 10:00 at most. Please go on as soon as you can.",
        ),
        (
            pause_refused(PauseRefusal::Denied),
            "【未停表】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急:“等诉求人答复”期间照常计时,因为审批人未同意。仍应于 2026-11-25 21:00 前办结。",
            "Not paused: LEAK. The time counts on (the requester's answer is awaited): who decides said no. It is still due 2026-11-25 21:00.",
        ),
        (
            extension_asked(),
            "【请审批延期】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急,现在后勤处水暖维修岗:因“等配件”申请由 2026-11-25 21:00 延至 2026-11-26 18:00。请审批。",
            "Please decide on an extension: LEAK, with Plumbing and Heating, Logistics Office. It is due 2026-11-25 21:00, and they ask for time until 2026-11-26 18:00 (parts are awaited).",
        ),
        (
            extension_refused(Some(HoldReason::Parts)),
            "【未延期】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急:因“等配件”申请的延期未获批准,仍应于 2026-11-25 21:00 前办结。",
            "Not extended: LEAK. More time was asked for (parts are awaited) and refused. It is still due 2026-11-25 21:00.",
        ),
    ] {
        assert_eq!(case.reads(fact)[1..], [zh.to_owned(), en.replace("LEAK", LEAK)]);
    }
    let notice = case.notices(extended(1)).pop().unwrap();
    let words =
        super::words((&super::CAMPUS, &super::CAMPUS), case.matter.as_ref().unwrap(), &notice)
            .unwrap();
    let said = "Extended: LEAK. It was due 2026-11-25 21:00 and is now due 2026-11-26 18:00 (parts are \
        awaited).";
    assert_eq!(words.text.lines().nth(1).unwrap(), said.replace("LEAK", LEAK));
}

#[test]
fn a_requester_is_told_why_a_promise_moved() {
    let no_access = Some(HoldReason::NoAccess);
    for (why, reason, new, zh, en) in [
        (
            MoveCause::Extension,
            Some(HoldReason::Parts),
            "26T18:00",
            "等配件,已批准延期",
            "parts are awaited; more time was granted",
        ),
        (MoveCause::Leader, None, "26T18:00", "领导批准延期", "a leader gave more time"),
        (
            MoveCause::Pause,
            no_access,
            "26T18:00",
            "无人在场,等待期间不计时",
            "nobody is there to open; the time until then does not count",
        ),
        (
            MoveCause::Pause,
            Some(HoldReason::RequesterAnswer),
            "26T18:00",
            "等您答复,等待期间不计时",
            "your answer is awaited; the time until then does not count",
        ),
        (MoveCause::Pause, no_access, "25T20:00", "等待提前结束", "the wait was over sooner"),
        (
            MoveCause::Containment,
            None,
            "26T18:00",
            "险情已排除,后续按紧急办理",
            "the danger is over, and the rest is done as urgent",
        ),
        (MoveCause::Urgency, None, "26T18:00", "紧急程度改为紧急", "it is now urgent"),
        (
            MoveCause::Calendar,
            None,
            "26T18:00",
            "新的校历已公布",
            "the calendar of that time was announced",
        ),
    ] {
        let mut case = Case::offered();
        let urgent = CaseUrgencyChangedV1 {
            cycle: Cycle::FIRST,
            before: Urgency::Critical,
            urgency: Urgency::Urgent,
            cause: UrgencyCause::Decision,
            promises: Vec::new(),
            by: None,
            at: at("25T14:00"),
        };
        case.hears(IntakeFact::from(urgent));
        let moved = PromiseMovedV1 { new: at(new), why, reason, ..moved_promise(1) };
        let [_, said, in_english] = &case.reads(EscalationFact::from(moved))[..] else { panic!() };
        assert!(said.ends_with(&format!(",原因:{zh}。")), "{said}");
        assert!(in_english.ends_with(&format!(": {en}.")), "{in_english}");
    }
}
