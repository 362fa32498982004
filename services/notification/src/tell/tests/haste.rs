//! More haste than there was, as whoever has the work hears of it.

use events::{
    Fact, IntakeFact,
    intake::{CaseUrgencyChangedV1, Promise},
    words::{Commitment, Cycle, Urgency, UrgencyCause},
};

use super::{CAMPUS, Case, facts::*, orders::split};
use crate::tell::words;

/// The urgency of the case changes.
fn changed(before: Urgency, urgency: Urgency) -> Fact {
    let (commitment, due) = (Commitment::Complete, at("25T13:00"));
    let changed = CaseUrgencyChangedV1 {
        cycle: Cycle::FIRST,
        before,
        urgency,
        cause: UrgencyCause::Decision,
        promises: vec![Promise { commitment, due, provisional: false }],
        by: None,
        at: at("25T09:20"),
    };
    IntakeFact::from(changed).into()
}

pub(super) fn raised() -> Fact {
    changed(Urgency::Normal, Urgency::Critical)
}

#[test]
fn each_post_that_has_it_hears_how_urgent_it_is_and_until_when_it_is_promised_now() {
    let mut case = split();
    let less = changed(Urgency::Critical, Urgency::Normal);
    assert_eq!(case.hears(less), <[String; 0]>::default());
    let notices = case.notices(raised());
    let told: Vec<_> = notices.iter().map(|one| format!("{}: {}", one.to, one.occasion)).collect();
    assert_eq!(told, ["post/logistics/electrical: raised", "post/logistics/plumbing: raised"]);
    let said = words((&CAMPUS, &CAMPUS), case.matter.as_ref().unwrap(), &notices[1]).unwrap().text;
    let said: Vec<_> = said.lines().collect();
    assert_eq!(
        said,
        [
            "【提高紧急程度】2026-11-000007 水管漏水,东校区化学楼2层201室:现为非常紧急,2026-11-25 09:00 接报,应于 2026-11-25 13:00 前办结,请水暖维修岗尽快到场。",
            "More urgent: 2026-11-000007 Leaking Pipe, East Campus, Chemistry Building, Floor 2, Room 201, reported 2026-11-25 09:00, is critical now. It is due 2026-11-25 13:00. Plumbing and Heating, please go as soon as you can.",
        ]
    );
}

#[test]
fn who_decides_whose_it_is_hears_that_they_are_to_do_so_sooner() {
    let mut case = Case::offered();
    case.hears(disputed(1));
    assert_eq!(
        case.hears(raised()),
        ["post/logistics/plumbing: raised", "who decides: returned-twice"]
    );
}
