//! What depends on the hour: who gets the work, and how urgent it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use definitions::{Circumstances, Code, Rules};
use events::words::{Revision, Urgency};
use jiff::Timestamp;

/// A Monday, and a Saturday that is made up, at work; an evening; a holiday by day; a night.
const WORK: &str = "2026-11-02 10:00";
const MADE_UP: &str = "2026-10-10 10:00";
const EVENING: &str = "2026-11-02 20:00";
const HOLIDAY: &str = "2026-10-01 10:00";
const NIGHT: &str = "2026-11-03 02:00";

fn rules() -> Rules {
    files::parse(&files::campus()).unwrap().into_rules(Revision(1))
}

fn at(local: &str) -> Timestamp {
    format!("{}:00+08:00", local.replace(' ', "T")).parse().unwrap()
}

#[test]
fn nights_and_holidays_go_to_the_duty_crew() {
    let rules = rules();
    let post = |item: &str, place: &str, when| {
        let post = rules.route(&item.parse().unwrap(), &place.parse().unwrap(), at(when));
        post.unwrap().id.to_string()
    };
    let posts = |item: &str, place: &str| {
        [WORK, MADE_UP, EVENING, HOLIDAY, NIGHT].map(|when| post(item, place, when))
    };
    let east = posts("water-leak", "dorm-7-304");
    assert!(east.iter().all(|post| post == "logistics/plumbing"), "{east:?}");
    let [day, night] = ["logistics/repairs-south", "logistics/night-crew"];
    assert_eq!(posts("water-leak", "dorm-11-304"), [day, day, night, night, night]);
    let [desk, field, duty] = ["network/helpdesk-b", "network/field-crew", "network/duty-crew"];
    assert_eq!(posts("network-down", "dorm-7-304"), [desk, desk, field, field, duty]);
    assert_eq!(posts("network-down", "computing-b101"), [duty; 5]);
    assert_eq!(posts("weak-wifi", "computing-b101"), [desk, desk, field, field, duty]);
    let caretakers = posts("door-lock", "dorm-7-304");
    assert!(caretakers.iter().all(|post| post == "housing/caretakers"), "{caretakers:?}");
}

#[test]
fn working_hours_begin_with_their_first_instant_and_end_before_their_last() {
    let rules = rules();
    let post = |when| {
        let (item, place) = ("roof-leak".parse().unwrap(), "library-101".parse().unwrap());
        rules.route(&item, &place, at(when)).unwrap().id.name().to_owned()
    };
    assert_eq!(post("2026-11-02 07:59"), "night-crew");
    assert_eq!(post("2026-11-02 08:00"), "carpentry");
    assert_eq!(post("2026-11-02 12:00"), "night-crew");
    assert_eq!(post("2026-11-02 14:30"), "carpentry");
    assert_eq!(post("2026-05-06 14:30"), "night-crew", "in summer the afternoon begins at three");
}

#[test]
fn a_vacation_of_the_items_own_department_counts_and_no_other() {
    let rules = rules();
    let post = |item: &str| {
        let (item, place) = (item.parse().unwrap(), "library-101".parse().unwrap());
        rules.route(&item, &place, at("2026-07-13 10:00")).unwrap().id.to_string()
    };
    assert_eq!(post("card-lost"), "card/duty-crew");
    assert_eq!(post("network-down"), "network/helpdesk-b");
}

/// What is judged of an item at a place and a time, and nothing else is known.
fn judged(rules: &Rules, item: &str, place: &str, said: Circumstances<'_>) -> (Urgency, String) {
    let judged = rules.urgency(&item.parse().unwrap(), &place.parse().unwrap(), said).unwrap();
    let reason = judged.rule.map(|rule| rule.reason.to_string()).unwrap_or_default();
    (judged.urgency, reason)
}

fn silent(when: &str) -> Circumstances<'static> {
    Circumstances { text: "", people: None, asset: None, vulnerable: false, at: at(when) }
}

fn reason(urgency: Urgency, reason: &str) -> (Urgency, String) {
    (urgency, reason.to_owned())
}

#[test]
fn the_hour_makes_a_matter_urgent() {
    let rules = rules();
    let judge = |item, place, when| judged(&rules, item, place, silent(when));
    let normal = reason(Urgency::Normal, "");
    let evening = reason(Urgency::Urgent, "evening");
    assert_eq!(judge("no-hot-water", "dorm-11-304", "2026-11-06 22:30"), evening);
    assert_eq!(judge("no-hot-water", "dorm-11-304", "2026-11-06 16:59"), normal);
    assert_eq!(judge("no-hot-water", "library-201", "2026-11-06 22:30"), normal);
    let dark = reason(Urgency::Urgent, "dark-way");
    assert_eq!(judge("street-lamp", "south", "2026-11-06 06:29"), dark);
    assert_eq!(judge("street-lamp", "south", "2026-11-06 06:30"), normal);
    assert_eq!(judge("street-lamp", "south", "2026-11-06 23:59"), dark);
    let lesson = reason(Urgency::Urgent, "classroom");
    assert_eq!(judge("network-down", "teaching-1-205", WORK), lesson);
    assert_eq!(judge("network-down", "teaching-1-205", EVENING), normal);
    assert_eq!(judge("network-down", "teaching-1-205", HOLIDAY), normal);
    let cold = reason(Urgency::Urgent, "cold-night");
    assert_eq!(judge("heating-fault", "dorm-7-304", NIGHT), cold);
    assert_eq!(judge("heating-fault", "dorm-7-304", EVENING), normal);
}

#[test]
fn an_asset_or_somebody_vulnerable_makes_a_matter_urgent() {
    let rules = rules();
    let lift = |asset: &str, vulnerable| {
        let asset: Code = asset.parse().unwrap();
        let said = Circumstances { asset: Some(&asset), vulnerable, ..silent(WORK) };
        judged(&rules, "lift-fault", "library-101", said)
    };
    assert_eq!(lift("goods-lift", false), reason(Urgency::Normal, ""));
    assert_eq!(lift("accessible-lift", false), reason(Urgency::Urgent, "only-lift"));
    assert_eq!(lift("goods-lift", true), reason(Urgency::Urgent, "vulnerable-person"));
    let shower: Code = "emergency-shower".parse().unwrap();
    let said = Circumstances { asset: Some(&shower), ..silent(WORK) };
    let critical = reason(Urgency::Critical, "emergency-shower");
    assert_eq!(judged(&rules, "no-water", "chemistry-201", said), critical);
    assert_eq!(judged(&rules, "no-water", "chemistry-101", said).0, Urgency::Normal);
    assert_eq!(judged(&rules, "no-water", "chemistry-201", silent(WORK)).0, Urgency::Normal);
}

#[test]
fn messages_are_gathered_for_a_minute_and_wait_for_the_morning() {
    let rules = rules();
    let goes = |when: &str| rules.message_goes_at(&"water-leak".parse().unwrap(), at(when));
    for (queued, goes_at) in [
        ("2026-11-02 10:00", "2026-11-02 10:01"),
        ("2026-11-02 21:58", "2026-11-02 21:59"),
        ("2026-11-02 21:59", "2026-11-03 07:00"),
        ("2026-11-02 22:00", "2026-11-03 07:00"),
        ("2026-11-03 00:00", "2026-11-03 07:00"),
        ("2026-11-03 06:58", "2026-11-03 07:00"),
        ("2026-11-03 06:59", "2026-11-03 07:00"),
        ("2026-11-03 07:00", "2026-11-03 07:01"),
    ] {
        assert_eq!(goes(queued), at(goes_at), "{queued}");
    }
    let unknown = "unheard-of".parse().unwrap();
    assert_eq!(rules.message_goes_at(&unknown, at(NIGHT)), at(NIGHT));
}
