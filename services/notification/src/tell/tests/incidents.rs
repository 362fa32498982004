//! What many wait for at once.

use events::{
    Fact, IntakeFact,
    intake::{CaseAcceptedV1, CaseClosedV1, CaseIncidentUpdatedV1, CaseJoinedV1, Incident},
    words::{Cycle, End},
};

use super::{
    Case, TITLE, accepted, at, claimed, completed, contained, cycle, held, moved, offered, person,
    reopened,
};

#[test]
fn who_reports_an_incident_is_told_where_and_until_when_what_changes_and_that_it_is_over() {
    let (mut case, nobody) = (Case::default(), <[String; 0]>::default());
    let reporters =
        |occasion: &str| [person(1), person(2)].map(|id| format!("person/{id}: {occasion}"));
    assert_eq!(case.hears(incident()), reporters("incident-joined"));
    let joined = CaseJoinedV1 {
        cycle: Cycle::FIRST,
        joined: vec![person(3)],
        reporters: [1, 2, 3].map(person).to_vec(),
        by: None,
        at: at("25T09:00"),
    };
    let third = |occasion: &str| format!("person/{}: {occasion}", person(3));
    assert_eq!(case.hears(IntakeFact::from(joined)), [third("incident-joined")]);
    assert_eq!(case.hears(offered(1)), ["post/logistics/plumbing: offered"]);
    for fact in [claimed(1).into(), contained(1).into(), held(1).into(), Fact::from(moved(1))] {
        assert_eq!(case.hears(fact), nobody, "they wait for the end alone");
    }
    let changed = [&reporters("incident-changed")[..], &[third("incident-changed")]].concat();
    assert_eq!(case.hears(news()), changed);
    let ended = [&reporters("incident-ended")[..], &[third("incident-ended")]].concat();
    assert_eq!(case.hears(over()), ended);
    assert_eq!(case.hears(completed(1)), nobody, "they know");
    assert_eq!(case.hears(reopened(2)).len(), 2);
    assert_eq!(case.hears(completed(2)).len(), 2, "over once more");
    assert_eq!(case.hears(over()), nobody, "of an earlier cycle");
}

#[test]
fn an_incident_whose_work_is_completed_is_over_once_however_it_is_closed() {
    let mut case = Case::default();
    case.hears(incident());
    assert_eq!(case.hears(completed(1)).len(), 2);
    assert_eq!(case.hears(over()), <[String; 0]>::default());
    let mut duplicate = Case::default();
    duplicate.hears(incident());
    let end = End::Duplicate;
    let closed = CaseClosedV1 { cycle: cycle(1), end, closed_at: at("25T10:00"), by: None };
    assert_eq!(duplicate.hears(IntakeFact::from(closed)), <[String; 0]>::default());
}

#[test]
fn an_incident_is_spoken_of_in_the_campus_s_words() {
    let mut case = Case::default();
    for (fact, zh, en) in [
        (
            Fact::from(incident()),
            "“水管漏水”(东校区化学楼)我们已经知道,正在处理,编号 2026-11-000007,预计恢复时间:2026-11-25 11:00。有变化和恢复时都会通知您。",
            "“Leaking Pipe” (East Campus, Chemistry Building) is known and being worked on as 2026-11-000007. Expected to be over: 2026-11-25 11:00. You will be told when that changes and when it is over.",
        ),
        (
            news().into(),
            "您反映的“水管漏水”(东校区化学楼、东校区7号学生公寓,编号 2026-11-000007)仍在处理,预计恢复时间:待定。",
            "“Leaking Pipe” (East Campus, Chemistry Building; East Campus, Dormitory 7), which you reported as 2026-11-000007, goes on. Expected to be over: not known yet.",
        ),
        (
            over().into(),
            "您反映的“水管漏水”(东校区化学楼、东校区7号学生公寓,编号 2026-11-000007)已于 2026-11-25 13:00 恢复。如果您那里没有恢复,请直接告诉我们。",
            "“Leaking Pipe” (East Campus, Chemistry Building; East Campus, Dormitory 7), which you reported as 2026-11-000007, was over at 2026-11-25 13:00. If it is not over where you are, just say so.",
        ),
    ] {
        assert_eq!(case.reads(fact), [TITLE, zh, en]);
    }
}

#[test]
fn who_calls_about_what_is_over_hears_that_it_is_and_no_news_come_after() {
    let mut case = Case::default();
    case.hears(incident());
    case.hears(offered(1));
    case.hears(completed(1));
    let joined = CaseJoinedV1 {
        cycle: Cycle::FIRST,
        joined: vec![person(3)],
        reporters: [1, 2, 3].map(person).to_vec(),
        by: None,
        at: at("25T21:00"),
    };
    let told = case.hears(IntakeFact::from(joined));
    assert_eq!(told, [format!("person/{}: incident-ended", person(3))]);
    let nobody = <[String; 0]>::default();
    assert_eq!(case.hears(news()), nobody);
    assert_eq!(case.hears(over()), nobody);
}

/// A fact for each occasion.
pub(super) fn each() -> [Fact; 3] {
    [incident().into(), news().into(), over().into()]
}

/// The same in all of the building, until eleven o'clock.
fn incident() -> IntakeFact {
    let IntakeFact::CaseAccepted(accepted) = accepted() else { unreachable!() };
    let known =
        Incident { places: vec!["chemistry".parse().unwrap()], expected_end: Some(at("25T11:00")) };
    CaseAcceptedV1 { incident: Some(known), ..accepted }.into()
}

/// It is in a dormitory too, and nobody knows how long it will last.
fn news() -> IntakeFact {
    let places = ["chemistry", "dorm-7"].map(|place| place.parse().unwrap()).to_vec();
    let incident = Incident { places, expected_end: None };
    let at = at("25T10:30");
    CaseIncidentUpdatedV1 { cycle: Cycle::FIRST, incident, by: None, at }.into()
}

fn over() -> IntakeFact {
    let (end, closed_at) = (End::Uncalled, at("25T13:00"));
    CaseClosedV1 { cycle: Cycle::FIRST, end, closed_at, by: None }.into()
}
