//! Several work orders of one case, who has each, and what they are asked.

use clock::{AccountId, Ids, OfferId, QuestionId, SeededIds, TimerId, WorkOrderId};
use definitions::Occasion;
use events::{
    DispatchFact, EscalationFact, Fact,
    dispatch::{
        Merged, Split, WorkOrderAnsweredV1, WorkOrderAskedV1, WorkOrderAssignedV1,
        WorkOrderCancelledV1, WorkOrderCompletedV1, WorkOrderContainedV1, WorkOrderOfferedV1,
        WorkOrderReleasedV1,
    },
    escalation::{ArmedV1, AtRiskV1, RungFiredV1},
    words::{Asked, Commitment, Cycle, DepartmentId, Level, PostId, ReleaseCause, Subject},
};
use serde_json::Value;

use super::{CAMPUS, Case, alarms, facts::*};
use crate::{
    inserts,
    tell::{is_told, words},
};

/// A fact for each occasion.
pub(super) fn each() -> Vec<Fact> {
    let (work_order, _, _) = work();
    let part = offered_to("logistics/electrical", second());
    let merged = merged_into(second().0, work_order);
    vec![released(ReleaseCause::Expired).into(), assigned(1).into(), part.into(), merged.into()]
}

fn department() -> DepartmentId {
    "logistics".parse().unwrap()
}

/// A second work order of the same cycle, for the electricians.
fn second() -> (WorkOrderId, OfferId) {
    (SeededIds::new(33).id(), SeededIds::new(34).id())
}

fn offered_to(post: &str, (work_order, offer): (WorkOrderId, OfferId)) -> DispatchFact {
    let DispatchFact::WorkOrderOffered(first) = offered(1) else { panic!("an offer") };
    let post: PostId = post.parse().unwrap();
    let department = post.department().clone();
    WorkOrderOfferedV1 { work_order, offer, department, post, ..first }.into()
}

/// One that was split: the plumbers have the first work order, the electricians the second.
pub(super) fn split() -> Case {
    let mut case = Case::offered();
    let told = case.hears(offered_to("logistics/electrical", second()));
    assert_eq!(told, ["post/logistics/electrical: offered"]);
    case
}

fn cancelled(work_order: WorkOrderId) -> DispatchFact {
    let (department, at, merged) = (department(), at("25T10:00"), None);
    WorkOrderCancelledV1 { work_order, cycle: Cycle::FIRST, department, at, merged }.into()
}

fn merged_into(work_order: WorkOrderId, into: WorkOrderId) -> DispatchFact {
    let merged = Some(Merged { into, by: SeededIds::new(31).id() });
    let (department, at) = (department(), at("25T10:00"));
    WorkOrderCancelledV1 { work_order, cycle: Cycle::FIRST, department, at, merged }.into()
}

fn done((work_order, offer): (WorkOrderId, OfferId)) -> DispatchFact {
    let (_, _, by) = work();
    let (cycle, department, at) = (Cycle::FIRST, department(), at("25T10:00"));
    let next_steps = false;
    WorkOrderCompletedV1 { work_order, offer, cycle, department, by, at, next_steps }.into()
}

fn safe(work_order: WorkOrderId) -> DispatchFact {
    let DispatchFact::WorkOrderContained(first) = contained(1) else { panic!("made safe") };
    WorkOrderContainedV1 { work_order, ..first }.into()
}

#[test]
fn of_a_part_that_another_does_both_posts_hear() {
    let (work_order, _, _) = work();
    let told = split().hears(merged_into(second().0, work_order));
    assert_eq!(
        told,
        ["post/logistics/plumbing: part-given", "post/logistics/electrical: part-taken"]
    );
}

#[test]
fn who_reported_it_hears_that_they_are_safe_when_no_part_is_dangerous_any_more() {
    let (work_order, _, _) = work();
    let mut case = split();
    let nobody = <[String; 0]>::default();
    assert_eq!(case.hears(safe(work_order)), nobody, "the socket is still live");
    let told = case.hears(safe(second().0));
    assert!(!told.is_empty() && told.iter().all(|one| one.ends_with("made-safe")), "{told:?}");

    assert_eq!(case.hears(safe(second().0)), nobody, "once");

    let mut case = split();
    assert_eq!(case.hears(safe(work_order)), nobody);
    let told = case.hears(done(second()));
    assert!(!told.is_empty() && told.iter().all(|one| one.ends_with("made-safe")), "{told:?}");

    let mut case = split();
    assert_eq!(case.hears(safe(work_order)), nobody);
    let told = case.hears(cancelled(second().0));
    assert_eq!(told, ["post/logistics/electrical: relieved"], "nobody made that safe");
    let mut case = split();
    case.hears(safe(work_order));
    case.hears(merged_into(second().0, work_order));
    let told = case.hears(safe(work_order));
    assert!(!told.is_empty(), "what was dangerous of the part is so no more");
}

#[test]
fn a_part_of_what_an_earlier_release_kept_without_its_name_takes_nothing_from_it() {
    let mut case = Case::offered();
    let matter = case.matter.as_mut().unwrap();
    matter.orders = None;
    let DispatchFact::WorkOrderOffered(mut part) = offered_to("logistics/electrical", second())
    else {
        panic!("an offer")
    };
    let (from, _, by) = work();
    part.split = Some(Split { from, by });
    case.hears(DispatchFact::from(part));
    assert_eq!(case.matter.as_ref().unwrap().posts().len(), 2);
}

fn released(cause: ReleaseCause) -> DispatchFact {
    let (work_order, offer, worker) = work();
    WorkOrderReleasedV1 {
        work_order,
        offer,
        cycle: Cycle::FIRST,
        department: department(),
        cause,
        by: None,
        worker: Some(worker),
        at: at("25T09:35"),
    }
    .into()
}

/// By somebody else.
fn assigned(number: u16) -> DispatchFact {
    let (work_order, offer, to) = work();
    WorkOrderAssignedV1 {
        work_order,
        offer,
        cycle: cycle(number),
        department: department(),
        by: SeededIds::new(31).id(),
        to,
        at: at("25T09:10"),
    }
    .into()
}

/// The clock of an offer.
fn waiting() -> TimerId {
    SeededIds::new(35).id()
}

fn accept_armed(offer: OfferId) -> EscalationFact {
    let (subject, commitment, due) = (Subject::Offer(offer), Commitment::Accept, at("25T09:10"));
    ArmedV1 { timer: waiting(), subject, commitment, due, ..armed_promise() }.into()
}

/// The first rung of an offer, or a later one.
fn accept_late(offer: OfferId, rung: u8, planned: &str) -> EscalationFact {
    RungFiredV1 {
        timer: waiting(),
        subject: Subject::Offer(offer),
        commitment: Commitment::Accept,
        rung,
        planned: at(planned),
        fired: at(planned),
        ladder: "duty".parse().unwrap(),
        post: "logistics/repair-leader".parse().unwrap(),
        ..rung_fired(1)
    }
    .into()
}

/// Who asks, and who answers.
fn asker() -> AccountId {
    SeededIds::new(36).id()
}

fn question() -> QuestionId {
    SeededIds::new(16).id()
}

fn asked_by(of: Asked, by: AccountId) -> DispatchFact {
    let DispatchFact::WorkOrderAsked(fact) = asked(1, of) else { panic!("a question") };
    WorkOrderAskedV1 { by, ..fact }.into()
}

/// The clock of the question is late.
fn reply_late() -> EscalationFact {
    RungFiredV1 {
        timer: SeededIds::new(37).id(),
        subject: Subject::Question(question()),
        commitment: Commitment::Reply,
        rung: 1,
        ladder: "hall".parse().unwrap(),
        post: "hall/director".parse().unwrap(),
        ..rung_fired(1)
    }
    .into()
}

#[test]
fn what_is_about_the_case_each_post_hears_once_that_has_work_of_it() {
    let mut case = split();
    let both = |occasion: &str| {
        ["electrical", "plumbing"].map(|post| format!("post/logistics/{post}: {occasion}"))
    };
    case.hears(armed());
    assert_eq!(case.hears(chased(1, false)), both("chased"));
    assert_eq!(case.hears(chased(1, true))[2..], ["the head of logistics: chased-again"]);
    assert_eq!(case.hears(at_risk(1)), both("at-risk"));
    assert_eq!(case.hears(late(1, "25T21:00"))[1..], both("overdue"));
    assert_eq!(case.hears(ordered(1)), both("ordered"));
    // Another one for the same post.
    case.hears(offered_to(
        "logistics/plumbing",
        (SeededIds::new(38).id(), SeededIds::new(39).id()),
    ));
    assert_eq!(case.hears(chased(1, false)), both("chased"));
}

#[test]
fn who_has_no_open_work_order_any_more_is_not_told() {
    let (plumbers, electricians) =
        ("post/logistics/plumbing: chased", "post/logistics/electrical: chased");
    let mut merged = split();
    let told = merged.hears(cancelled(second().0));
    assert_eq!(told, ["post/logistics/electrical: relieved"]);
    assert_eq!(merged.hears(chased(1, false)), [plumbers]);
    let mut halved = split();
    let (work_order, offer, _) = work();
    halved.hears(done((work_order, offer)));
    assert_eq!(halved.hears(chased(1, false)), [electricians]);
    halved.hears(cancelled(second().0));
    assert_eq!(halved.hears(chased(1, false)), <[String; 0]>::default(), "nobody has it");
}

#[test]
fn a_message_names_the_post_that_it_is_about_and_of_the_case_all_that_have_it() {
    let mut case = split();
    let late = case.reads(fired(1));
    let with = "It is with Electrical Repairs and Plumbing and Heating, Logistics Office.";
    assert!(late[2].contains(with), "{late:?}");
    let claimed = case.reads(claimed(1));
    let hands = "in the hands of Plumbing and Heating, Logistics Office";
    assert!(claimed[2].contains(hands), "{claimed:?}");
    let chased = case.reads(chased(1, false));
    assert!(chased[2].contains("Electrical Repairs, please hurry"), "{chased:?}");
}

/// What is said of a fact, without what no row holds and with marks of it.
fn said(case: &mut Case, fact: impl Into<Fact>) -> (String, Option<String>) {
    let notice = case.notices(fact).remove(0);
    let words = words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), &notice).unwrap();
    (words.text, words.full)
}

#[test]
fn who_has_a_case_is_named_after_the_post_where_their_department_publishes_it() {
    let (_, _, by) = work();
    let (text, full) = said(&mut Case::offered(), claimed(1));
    let name = inserts::name(by);
    let named = text
        .replace("后勤处水暖维修岗接办", &format!("后勤处水暖维修岗({name})接办"))
        .replace("Plumbing and Heating,", &format!("Plumbing and Heating ({name}),"));
    assert_ne!(named, text);
    assert_eq!(full, Some(named));

    let mut unnamed = Case::accepted();
    let (work_order, offer, _) = work();
    unnamed.hears(offered_to("teaching/classrooms", (work_order, offer)));
    let (text, full) = said(&mut unnamed, claimed(1));
    assert!(text.contains("Classroom Equipment Repairs, Academic Affairs Office"), "{text}");
    assert_eq!(full, None);
}

#[test]
fn what_comes_next_is_said_of_each_part_that_has_a_word_on_it_and_in_its_own_cycle() {
    let (mut case, (work_order, offer, _)) = (split(), work());
    let DispatchFact::WorkOrderCompleted(first) = done((work_order, offer)) else { panic!("done") };
    case.hears(DispatchFact::from(WorkOrderCompletedV1 { next_steps: true, ..first }));
    case.hears(done(second()));
    let (text, full) = said(&mut case, completed(1));
    let mark = inserts::next_steps(work_order);
    let said_of_it = text
        .replace("后续安排请在办件中查看。", &format!("后续安排:{mark}"))
        .replace("Please read in the case what comes next.", &format!("What comes next: {mark}"));
    assert_ne!(said_of_it, text);
    assert_eq!(full, Some(said_of_it));
    case.hears(reopened(2));
    let (text, full) = said(&mut case, completed(2));
    assert!(text.ends_with("just say so."), "{text}");
    assert_eq!(full, None);
}

#[test]
fn a_row_of_an_earlier_release_knows_the_post_alone_and_learns_the_work_order_by_its_next_fact() {
    let mut case = Case::offered();
    let mut row = serde_json::to_value(&case.matter).unwrap();
    for field in ["orders", "questions"] {
        row.as_object_mut().unwrap().remove(field);
    }
    case.matter = serde_json::from_value(row).unwrap();
    assert_eq!(case.hears(chased(1, false)), ["post/logistics/plumbing: chased"]);
    case.hears(claimed(1));
    case.hears(offered_to("logistics/electrical", second()));
    assert_eq!(case.hears(chased(1, false)).len(), 2);
    // And an earlier release reads what this one writes.
    let row = serde_json::to_value(&case.matter).unwrap();
    assert_eq!(row["post"], Value::from("logistics/electrical"));
}

#[test]
fn of_an_offer_that_nobody_takes_in_time_the_head_hears_once_and_its_post_alone_is_late() {
    let (_, offer, _) = work();
    let mut case = split();
    case.hears(accept_armed(offer));
    let first = case.notices(accept_late(offer, 1, "25T09:10"));
    let said: Vec<_> = first.iter().map(|one| format!("{}: {}", one.to, one.occasion)).collect();
    assert_eq!(
        said,
        [
            "post/logistics/repair-leader: rung",
            "post/logistics/plumbing: overdue",
            "the head of logistics: unclaimed",
        ]
    );
    let said = words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), &first[2]).unwrap().text;
    let said: Vec<_> = said.lines().collect();
    assert_eq!(
        said,
        [
            "【无人办理】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急,2026-11-25 09:00 接报,已派后勤处水暖维修岗:到时限无人接单。应于 2026-11-25 21:00 前办结,请过问。",
            "Nobody is on it: 2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, critical, reported 2026-11-25 09:00, offered to Plumbing and Heating, Logistics Office: nobody has claimed it in time. It is due 2026-11-25 21:00. Please see to it.",
        ]
    );
    assert_eq!(
        case.hears(accept_late(offer, 2, "25T09:40")),
        ["post/logistics/repair-leader: rung"]
    );
    let worker = format!("account/{}: relieved", work().2);
    assert_eq!(case.hears(released(ReleaseCause::Expired)), [worker], "the head once");
}

#[test]
fn of_a_worker_who_did_not_come_the_head_hears_and_of_other_ends_of_an_offer_who_had_it_alone() {
    let worker = work().2;
    for cause in [ReleaseCause::Transferred, ReleaseCause::Returned, ReleaseCause::Reassigned] {
        let told = Case::offered().hears(released(cause));
        assert_eq!(told, [format!("account/{worker}: relieved")], "{cause:?}");
        let DispatchFact::WorkOrderReleased(by_them) = released(cause) else { panic!() };
        let by_them = WorkOrderReleasedV1 { by: Some(worker), ..by_them };
        let told = Case::offered().hears(DispatchFact::from(by_them));
        assert_eq!(told, <[String; 0]>::default(), "they gave it away themselves");
    }
    let mut case = Case::offered();
    let said = case.reads(released(ReleaseCause::Expired));
    assert!(said[1].contains("已派后勤处水暖维修岗:接单人到时限未到场"), "{said:?}");
    assert!(said[2].contains("whoever claimed it did not come in time"), "{said:?}");
    // The next offer is another one.
    case.hears(offered_to("logistics/plumbing", (work().0, second().1)));
    case.hears(accept_armed(second().1));
    let told = case.hears(accept_late(second().1, 1, "25T09:10"));
    assert_eq!(told.last().unwrap(), "the head of logistics: unclaimed");
}

#[test]
fn who_is_assigned_is_told_by_name_unless_they_took_it_themselves_and_who_waits_that_they_come() {
    let (mut case, (_, _, worker)) = (Case::offered(), work());
    let told = case.notices(assigned(1));
    let [notice, waiting @ ..] = &told[..] else { panic!("{told:?}") };
    assert!(waiting.len() == 2 && waiting.iter().all(|one| one.occasion == Occasion::Claimed));
    assert!(waiting.iter().all(|one| one.particulars.handler == Some(worker)));
    assert_eq!(notice.to.to_string(), format!("account/{worker}"));
    let said = words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), notice).unwrap().text;
    let said: Vec<_> = said.lines().collect();
    assert_eq!(
        said,
        [
            "【派给您】2026-11-000007 水管漏水,东校区化学楼2层201室,非常紧急,2026-11-25 09:00 接报,由您办理,应于 2026-11-25 21:00 前办结。",
            "Assigned to you: 2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, critical, reported 2026-11-25 09:00. It is due 2026-11-25 21:00.",
        ]
    );
    let DispatchFact::WorkOrderAssigned(fact) = assigned(1) else { panic!() };
    let own = WorkOrderAssignedV1 { by: fact.to, ..fact };
    assert_eq!(case.hears(DispatchFact::from(own)), <[String; 0]>::default(), "they have it");
    let DispatchFact::WorkOrderAssigned(fact) = assigned(1) else { panic!() };
    let other = WorkOrderAssignedV1 { to: asker(), ..fact };
    let told = case.hears(DispatchFact::from(other));
    let by_name = |who: AccountId, what: &str| format!("account/{who}: {what}");
    assert_eq!(told[..2], [by_name(asker(), "assigned"), by_name(worker, "relieved")]);
    assert_eq!(case.hears(cancelled(work().0)), [by_name(asker(), "relieved")]);
    for (item, level, is_told_by_name) in
        [("alarm-fire", Level::Restricted, true), ("person-at-risk", Level::Hidden, false)]
    {
        let alarm = alarms::case(item, level).matter.unwrap();
        let [to] = &notice.to.find(&CAMPUS, &alarm)[..] else { panic!() };
        assert_eq!(is_told(&CAMPUS, &alarm, notice.occasion, to), is_told_by_name, "{item}");
    }
}

#[test]
fn who_asked_hears_by_name_that_there_is_an_answer_besides_whom_they_asked_for() {
    let by_name = format!("account/{}: answered", asker());
    for (of, post) in [
        (Asked::Requester, "post/logistics/plumbing: answered"),
        (Asked::Desk, "post/logistics/plumbing: answered"),
        (Asked::Department, "the desk: answered"),
    ] {
        let mut case = Case::offered();
        case.hears(asked_by(of, asker()));
        assert_eq!(case.hears(answered(1, of)), [post, &by_name], "{of:?}");
        assert_eq!(case.hears(answered(1, of)), [post], "{of:?}: it is no longer open");
    }
    let mut case = Case::offered();
    case.hears(asked_by(Asked::Desk, asker()));
    let DispatchFact::WorkOrderAnswered(fact) = answered(1, Asked::Desk) else { panic!() };
    let own = WorkOrderAnsweredV1 { by: asker(), ..fact };
    let told = case.hears(DispatchFact::from(own));
    assert_eq!(told, ["post/logistics/plumbing: answered"], "who found it themselves knows");
}

#[test]
fn with_a_work_order_its_open_question_goes_to_the_next_department_and_to_nobody_else() {
    let moved = |of: Asked, post: &str| {
        let mut case = Case::offered();
        case.hears(asked_by(of, asker()));
        case.hears(released(ReleaseCause::Transferred));
        case.notices(offered_to(post, (work().0, second().1)))
    };
    let told = moved(Asked::Department, "housing/caretakers");
    let [offered, asked] = &told[..] else { panic!("{told:?}") };
    assert_eq!(offered.occasion.word(), "offered");
    assert_eq!((asked.occasion.word(), asked.question), ("asked-inside", Some(question())));
    assert_eq!(asked.to.to_string(), "post/housing/caretakers");
    assert_eq!(moved(Asked::Department, "logistics/electrical").len(), 1, "its department knows");
    for of in [Asked::Desk, Asked::Requester] {
        assert_eq!(moved(of, "housing/caretakers").len(), 1, "{of:?}");
    }
    let mut case = Case::offered();
    case.hears(asked_by(Asked::Department, asker()));
    case.hears(answered(1, Asked::Department));
    let told = case.hears(offered_to("housing/caretakers", (work().0, second().1)));
    assert_eq!(told, ["post/housing/caretakers: offered"], "what is answered");
}

#[test]
fn of_a_late_reply_the_leader_reads_who_owes_it_and_never_whoever_asked() {
    let owes = |of: Option<Asked>| {
        let mut case = Case::offered();
        if let Some(of) = of {
            case.hears(asked_by(of, asker()));
        }
        let notices = case.notices(reply_late());
        assert_eq!(notices.len(), 1, "no post is late with its work: {notices:?}");
        words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), &notices[0]).unwrap().text
    };
    let desk = owes(Some(Asked::Desk));
    assert!(desk.contains("“reply”") && !desk.contains("Plumbing"), "{desk}");
    assert!(desk.contains("It is with Service Desk, One-Stop Service Hall."), "{desk}");
    let plumbers = owes(Some(Asked::Department));
    assert!(plumbers.contains("It is with Plumbing and Heating, Logistics Office."), "{plumbers}");
    assert!(owes(None).contains("It is with —, —."), "one that an earlier release heard of");
}

#[test]
fn what_is_about_an_offer_that_is_at_risk_or_a_dispute_concerns_its_post_alone() {
    let mut case = split();
    let EscalationFact::AtRisk(risk) = at_risk(1) else { panic!() };
    let subject = Subject::WorkOrder(second().0);
    let told = case.hears(EscalationFact::from(AtRiskV1 { subject, ..risk }));
    assert_eq!(told, ["post/logistics/electrical: at-risk"]);
}
