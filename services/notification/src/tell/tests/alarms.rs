//! Who hears of an alarm, and of a person at risk.

use definitions::Occasion;
use events::{
    IntakeFact,
    intake::CaseAcceptedV1,
    words::{Asked, CaseKind, Level, MessageChannel, Recipient, Urgency},
};

use super::{CAMPUS, Case, facts::*};
use crate::{
    outgoing::{urgency, ways},
    tell::{Matter, Notice, is_told, through_the_desk, words},
};

fn alarm(item: &str, level: Level) -> Matter {
    case(item, level).matter.unwrap()
}

/// An alarm that was accepted.
pub(super) fn case(item: &str, level: Level) -> Case {
    let IntakeFact::CaseAccepted(accepted) = accepted() else { panic!("an acceptance") };
    let (kind, item) = (CaseKind::Alarm, item.parse().unwrap());
    let mut case = Case::default();
    case.hears(IntakeFact::from(CaseAcceptedV1 { kind, item, level, ..accepted }));
    case
}

#[test]
fn guards_are_not_offered_what_they_were_alerted_by_and_of_a_person_at_risk_no_leader_hears() {
    let fire = alarm("alarm-fire", Level::Restricted);
    let hidden = alarm("person-at-risk", Level::Hidden);
    let (guards, leader) = ("security/guard-post", "logistics/repair-leader");
    for (matter, post, occasion, told) in [
        (&fire, guards, Occasion::Offered, false),
        (&fire, guards, Occasion::Overdue, true),
        (&fire, leader, Occasion::Rung, true),
        (&fire, leader, Occasion::Offered, true),
        (&hidden, guards, Occasion::Offered, false),
        (&hidden, guards, Occasion::Overdue, true),
        (&hidden, leader, Occasion::Rung, false),
        (&hidden, leader, Occasion::Offered, false),
        (&hidden, "hall/counsellor-standby", Occasion::Rung, true),
    ] {
        let to = Recipient::Post(post.parse().unwrap());
        assert_eq!(is_told(&CAMPUS, matter, occasion, &to), told, "{post}: {occasion}");
    }
    for matter in [&fire, &hidden] {
        let reporter = Recipient::Person(person(1));
        assert!(!is_told(&CAMPUS, matter, Occasion::Accepted, &reporter), "they spoke to somebody");
    }
}

#[test]
fn what_the_reporter_of_an_alarm_is_asked_the_desk_asks_them() {
    let mut fire = case("alarm-fire", Level::Restricted);
    fire.hears(offered(1));
    let notices = fire.notices(asked(1, Asked::Requester));
    let told = through_the_desk(&CAMPUS, fire.matter.as_ref().unwrap(), notices);
    let told: Vec<_> = told.iter().map(|one| (one.to.to_string(), one.occasion)).collect();
    assert_eq!(told, [("the desk".to_owned(), Occasion::AskedInside)]);
}

#[test]
fn an_alarm_says_what_and_where_and_how_to_say_that_one_has_it() {
    let fire = alarm("alarm-fire", Level::Restricted);
    let notice = Notice::to_post(&"security/guard-post".parse().unwrap(), Occasion::Alarm);
    let said = words((&CAMPUS, &CAMPUS), &fire, &notice).unwrap().text;
    let number = fire.number.to_string();
    for part in
        ["火情", "Fire", &CAMPUS.place_name(&fire.place, definitions::Language::English).unwrap()]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(said.matches(&format!("alarm ack {number}")).count(), 2, "{said}");
}

#[test]
fn an_alarm_goes_by_the_ways_of_what_is_critical_whatever_became_of_its_urgency() {
    let fire = alarm("alarm-fire", Level::Restricted);
    let lowered = Matter { urgency: Urgency::Normal, ..fire.clone() };
    let guards = Recipient::Post("security/guard-post".parse().unwrap());
    let by = |matter: &Matter| -> Vec<_> {
        ways(&CAMPUS, matter, &guards).into_iter().map(|way| way.channel).collect()
    };
    assert_eq!(by(&lowered), [MessageChannel::Wecom, MessageChannel::Sms, MessageChannel::Log]);
    assert_eq!(by(&lowered), by(&fire));
    assert_eq!(urgency(&CAMPUS, &lowered), Urgency::Critical);
}

#[test]
fn of_what_is_hidden_a_group_is_the_last_to_be_told() {
    let hidden = alarm("person-at-risk", Level::Hidden);
    let guards = Recipient::Post("security/guard-post".parse().unwrap());
    let ways: Vec<_> = ways(&CAMPUS, &hidden, &guards).into_iter().map(|way| way.channel).collect();
    assert_eq!(ways, [MessageChannel::Sms, MessageChannel::Wecom, MessageChannel::Log]);
}

#[test]
fn that_the_work_about_a_person_at_risk_is_done_is_told_to_whom_it_alerts_at_once() {
    let mut hidden = case("person-at-risk", Level::Hidden);
    hidden.hears(offered(1));
    let notices = hidden.notices(completed(1));
    let [notice] = &notices[..] else { panic!("{notices:?}") };
    let matter = hidden.matter.unwrap();
    let to = notice.to.find(&CAMPUS, &matter);
    let to: Vec<_> = to.iter().map(ToString::to_string).collect();
    assert_eq!(to, ["post/security/guard-post", "post/hall/duty-counsellor"]);
    let said = words((&CAMPUS, &CAMPUS), &matter, notice).unwrap().text;
    assert!(said.contains("办结") && said.contains("was completed by"), "{said}");
    let mut fire = case("alarm-fire", Level::Restricted);
    let notices = fire.notices(completed(1));
    assert!(notices.iter().all(|notice| notice.occasion == Occasion::Completed), "{notices:?}");
}
