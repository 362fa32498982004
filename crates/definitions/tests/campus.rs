//! The example campus is right, and its rules answer as its documents say.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use definitions::{Circumstances, Language, Occasion, Rules};
use events::words::{
    AlarmKind, CaseKind, Commitment, End, ItemId, Level, PlaceId, Revision, Urgency,
};
use jiff::Timestamp;

fn rules() -> Rules {
    files::parse(&files::campus()).unwrap().into_rules(Revision(1))
}

fn item(id: &str) -> ItemId {
    id.parse().unwrap()
}

fn place(id: &str) -> PlaceId {
    id.parse().unwrap()
}

/// An instant by its local time in Shanghai.
fn at(local: &str) -> Timestamp {
    format!("{}:00+08:00", local.replace(' ', "T")).parse().unwrap()
}

/// What is said at a local time, and nothing else.
fn said<'a>(text: &'a str, received: &str) -> Circumstances<'a> {
    Circumstances { text, people: None, asset: None, vulnerable: false, at: at(received) }
}

#[test]
fn the_example_campus_has_no_problem() {
    let problems = files::parse(&files::campus()).err().unwrap_or_default();
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines, <[String; 0]>::default());
}

#[test]
fn stored_documents_make_the_same_rules_again() {
    let set = files::parse(&files::campus()).unwrap();
    let stored = serde_json::to_string(set.documents()).unwrap();
    let documents: Vec<definitions::Document> = serde_json::from_str(&stored).unwrap();
    let again = Rules::from_documents(Revision(1), &documents).unwrap();
    assert_eq!(again, set.into_rules(Revision(1)));
}

#[test]
fn a_field_of_a_newer_release_is_ignored_in_a_stored_document() {
    let mut documents = files::parse(&files::campus()).unwrap().documents().to_vec();
    for document in &mut documents {
        document.value.insert("status".to_owned(), "from release N+1".into());
    }
    assert_eq!(Rules::from_documents(Revision(1), &documents).unwrap(), rules());
}

#[test]
fn promises_of_a_repair_follow_the_table() {
    let rules = rules();
    let due = |commitment, urgency, received| {
        let due = rules.due(&item("water-leak"), commitment, urgency, at(received)).unwrap();
        due.map(|due| due.at)
    };
    let monday = "2026-11-02 10:00";
    assert_eq!(due(Commitment::Accept, Urgency::Normal, monday), Some(at("2026-11-02 16:30")));
    assert_eq!(due(Commitment::Arrive, Urgency::Normal, monday), Some(at("2026-11-03 17:30")));
    assert_eq!(due(Commitment::Complete, Urgency::Normal, monday), Some(at("2026-11-05 17:30")));
    let night = "2026-11-02 22:30";
    assert_eq!(due(Commitment::Arrive, Urgency::Urgent, night), Some(at("2026-11-03 08:30")));
    assert_eq!(due(Commitment::Arrive, Urgency::Critical, night), Some(at("2026-11-02 23:00")));
    assert_eq!(due(Commitment::Contain, Urgency::Critical, night), Some(at("2026-11-03 00:30")));
    assert_eq!(due(Commitment::Contain, Urgency::Normal, night), None);
    assert_eq!(due(Commitment::Answer, Urgency::Normal, night), None);
}

#[test]
fn the_national_holiday_and_its_make_up_saturday_are_known() {
    let rules = rules();
    let due = rules
        .due(&item("door-lock"), Commitment::Complete, Urgency::Normal, at("2026-09-29 19:00"))
        .unwrap()
        .unwrap();
    // Wednesday the 30th, Thursday the 8th and Friday the 9th; Saturday the 10th is worked too.
    assert_eq!(due.at, at("2026-10-09 17:30"));
    let weekend = rules
        .due(&item("door-lock"), Commitment::Arrive, Urgency::Normal, at("2026-10-09 19:00"))
        .unwrap()
        .unwrap();
    assert_eq!(weekend.at, at("2026-10-10 17:30"));
}

#[test]
fn a_department_may_lay_hours_of_its_own_over_those_of_the_campus() {
    let mut files = files::campus();
    let departments = files.get_mut("departments.yaml").unwrap();
    let housing = departments.rfind("calendar: campus").unwrap(); // the last of that file
    departments.replace_range(housing.., &departments[housing..].replacen("campus", "nights", 1));
    let nights = "\n---\napiVersion: yizhan/v1\nkind: Calendar\nmetadata: { name: nights }\nspec:\n  \
                  names: { zh: 夜间, en: Nights }\n  extends: campus\n  validThrough: 2026-12-31\n  \
                  duty: [00:00-24:00]\n";
    files.get_mut("calendars.yaml").unwrap().push_str(nights);
    let rules = files::parse(&files).unwrap().into_rules(Revision(1));
    let due = |department: &str, limit: &str| {
        let calendar = rules.calendar_for(&department.parse().unwrap()).unwrap();
        let from = at("2026-11-02 22:30");
        calendar.due(limit.parse().unwrap(), calendar::Start::AtOnce, from).unwrap().at
    };
    assert_eq!(due("housing", "2h duty-time"), at("2026-11-03 00:30"));
    assert_eq!(due("logistics", "2h duty-time"), at("2026-11-03 08:30"));
    assert_eq!(due("housing", "1d working-days"), due("logistics", "1d working-days"));
}

#[test]
fn an_item_without_callback_promises_none() {
    let mut files = files::campus();
    let items = files.get_mut("items.yaml").unwrap();
    *items = items.replacen("callback: true", "callback: false", 1);
    let rules = files::parse(&files).unwrap().into_rules(Revision(1));
    let call_back = |id| rules.limit(&item(id), Commitment::CallBack, Urgency::Normal);
    assert_eq!(call_back("water-leak"), None);
    assert_eq!(call_back("door-lock"), "2d working-days".parse().ok());
    assert!(rules.callback(&item("water-leak")).is_none());
    assert_eq!(rules.callback(&item("door-lock")).map(|callback| callback.attempts), Some(3));
}

#[test]
fn what_others_report_is_taken_for_an_open_case_for_so_long_as_its_policy_says() {
    let mut files = files::campus();
    let policies = files.get_mut("policies.yaml").unwrap();
    *policies = policies.replace("similarWithinHours: 72", "similarWithinHours: 24");
    let rules = files::parse(&files).unwrap().into_rules(Revision(1));
    for (id, hours) in [
        ("water-leak", Some(24)),
        // Its policy does not say.
        ("alarm-fire", Some(72)),
        ("person-at-risk", None),
        ("service-complaint", None),
        ("moon-dust", None),
    ] {
        let within = rules.similar_within(&item(id));
        assert_eq!(within, hours.map(jiff::SignedDuration::from_hours), "{id}");
    }
}

#[test]
fn the_most_specific_route_wins() {
    let rules = rules();
    let post = |item_id, place_id| {
        rules
            .route(&item(item_id), &place(place_id), at("2026-11-02 10:00"))
            .map(|post| post.id.to_string())
    };
    assert_eq!(post("door-lock", "dorm-7-204").as_deref(), Some("housing/caretakers"));
    assert_eq!(post("door-lock", "library-201").as_deref(), Some("logistics/carpentry"));
    assert_eq!(post("door-lock", "east").as_deref(), Some("logistics/carpentry"));
    assert_eq!(post("water-leak", "dorm-7-204").as_deref(), Some("logistics/plumbing"));
    assert_eq!(post("water-leak", "nowhere"), None);
    assert_eq!(post("nothing", "dorm-7-204"), None);
}

#[test]
fn urgency_comes_from_what_is_said_from_the_place_and_from_how_many() {
    let rules = rules();
    let judge = |item_id, place_id, text, people| {
        let circumstances = Circumstances { people, ..said(text, "2026-11-02 10:00") };
        let judged = rules.urgency(&item(item_id), &place(place_id), circumstances).unwrap();
        (judged.urgency, judged.rule.map(|rule| rule.reason.as_str()))
    };
    assert_eq!(judge("water-leak", "dorm-7-204", "", None), (Urgency::Normal, None));
    assert_eq!(
        judge("water-leak", "dorm-7-204", "卫生间爆管了", None),
        (Urgency::Critical, Some("flooding"))
    );
    assert_eq!(
        judge("water-leak", "dorm-7-204", "The pipe BURST, it drips downstairs", Some(30)),
        (Urgency::Critical, Some("flooding"))
    );
    assert_eq!(
        judge("water-leak", "dorm-7-102", "drips", None),
        (Urgency::Critical, Some("water-at-switchgear"))
    );
    assert_eq!(
        judge("water-leak", "dorm-7-204", "漏到楼下", Some(20)),
        (Urgency::Urgent, Some("many-affected"))
    );
    assert_eq!(
        judge("power-failure", "chemistry-203", "", None),
        (Urgency::Urgent, Some("laboratory"))
    );
    assert_eq!(judge("power-failure", "dorm-7-203", "", Some(19)), (Urgency::Normal, None));
}

#[test]
fn a_campus_phone_knows_where_it_hangs() {
    let rules = rules();
    let phone = rules.place_of_phone("cp-703").unwrap();
    assert_eq!(phone.id, place("dorm-7-f3"));
    assert!(rules.place_of_phone("cp-999").is_none());
}

#[test]
fn a_place_is_named_from_the_campus_down() {
    let rules = rules();
    let name = |language| rules.place_name(&place("dorm-7-102"), language).unwrap();
    assert_eq!(name(Language::Chinese), "东校区7号学生公寓1层配电间");
    assert_eq!(name(Language::English), "East Campus, Dormitory 7, Floor 1, Switch Room");
    assert_eq!(rules.place_name(&place("nowhere"), Language::English), None);
    assert_eq!(
        rules.place_name(&place("dorm-5-304-b2"), Language::English).unwrap(),
        "East Campus, Dormitory 5, Floor 3, Room 304, Bed 2"
    );
    assert!(rules.place(&place("dorm-5-304-b2")).unwrap().is_bed);
    assert!(!rules.place(&place("dorm-5-304")).unwrap().is_bed);
}

#[test]
fn each_promise_climbs_its_own_ladder() {
    let rules = rules();
    let rungs = |id, commitment| {
        let ladder = rules.ladder(&item(id), commitment).unwrap();
        assert_eq!(usize::from(ladder.top()), ladder.rungs().len());
        assert_eq!((ladder.rung(0), ladder.rung(ladder.top() + 1)), (None, None));
        assert_eq!(ladder.climb(Urgency::Urgent).interval.to_string(), "4h duty-time");
        (1..=ladder.top()).map(|rung| ladder.rung(rung).unwrap().to_string()).collect::<Vec<_>>()
    };
    let leaders = [
        "logistics/repair-leader",
        "logistics/section-chief",
        "logistics/deputy-head",
        "logistics/head",
        "office/vice-president",
    ];
    assert_eq!(rungs("water-leak", Commitment::Complete), leaders);
    for commitment in [Commitment::Accept, Commitment::Arrive, Commitment::Contain] {
        assert_eq!(rungs("water-leak", commitment), leaders[..4], "{commitment}");
    }
    let quality = ["hall/quality-a", "hall/director", "office/vice-president"];
    assert_eq!(rungs("water-leak", Commitment::CallBack), quality);
    assert_eq!(rungs("network-down", Commitment::Complete)[1], "network/head");
}

#[test]
fn a_case_may_be_reopened_for_seven_days_and_an_unreachable_one_for_thirty() {
    let rules = rules();
    let until = |end| rules.reopens_until(&item("water-leak"), end, at("2026-11-02 10:00"));
    assert_eq!(until(End::Solved), Some(at("2026-11-09 10:00")));
    assert_eq!(until(End::Unreachable), Some(at("2026-12-02 10:00")));
    assert_eq!(until(End::Withdrawn), None);
}

#[test]
fn complaints_come_to_the_quality_office_and_are_told_to_the_hall_and_the_school_alone() {
    let rules = rules();
    let complaint = rules.complaint_item(&item("water-leak")).unwrap();
    assert_eq!((complaint.kind, complaint.level), (CaseKind::Complaint, Level::Restricted));
    assert!(
        complaint.callback == definitions::Share::NONE
            && rules.complaint_item(&complaint.id).is_none()
    );
    for place_id in ["dorm-7-204", "south", "west"] {
        for time in ["2026-11-02 10:00", "2026-11-02 23:30", "2026-11-07 10:00"] {
            let post = rules.route(&complaint.id, &place(place_id), at(time)).unwrap();
            assert_eq!(post.id.to_string(), "hall/quality-a", "{place_id} {time}");
        }
    }
    for commitment in [Commitment::Accept, Commitment::Answer] {
        let ladder = rules.ladder(&complaint.id, commitment).unwrap();
        let rungs: Vec<_> = ladder.rungs().map(ToString::to_string).collect();
        assert_eq!(rungs, ["hall/director", "office/vice-president"], "{commitment}");
    }
    assert!(rules.complaint_item(&item("person-at-risk")).is_none());
}

#[test]
fn every_message_can_be_told_in_both_languages() {
    let rules = rules();
    for occasion in Occasion::ALL {
        let template = rules.template(occasion).unwrap();
        for language in [Language::Chinese, Language::English] {
            let text = template.render(language, |field| format!("<{}>", field.word()));
            let names = if occasion == Occasion::DeskUntaken { "<post>" } else { "<number>" };
            assert!(text.contains(names), "{occasion}: {text}");
            assert!(!text.contains(['{', '}']), "{occasion}: {text}");
        }
    }
}

/// Whom to call first, by the type of an alarm.
const fn called_first(kind: AlarmKind) -> &'static [&'static str] {
    match kind {
        AlarmKind::Fire => &["119"],
        AlarmKind::Injury => &["120"],
        AlarmKind::Fight | AlarmKind::Intruder => &["110"],
        AlarmKind::PersonAtRisk => &["110", "120"],
        // What it is, is asked before.
        AlarmKind::Other => &["119", "120", "110"],
    }
}

/// The numbers that a card says first: all of its first line up to a condition, or of one that begins
/// by a question all that it has.
fn numbers(kind: AlarmKind, card: &str) -> Vec<&'static str> {
    let first = card.lines().next().unwrap();
    let said = if kind == AlarmKind::Other { card } else { first };
    let until =
        said.find([':', '\u{ff1a}', ',', '\u{ff0c}', ';']).filter(|_| kind != AlarmKind::Other);
    let said = &said[..until.unwrap_or(said.len())];
    let mut found: Vec<_> = ["119", "120", "110"]
        .into_iter()
        .filter_map(|number| Some((said.find(number)?, number)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, number)| number).collect()
}

#[test]
fn each_alarm_has_a_card_in_both_languages_and_alerts_guards_and_counsellor_at_once() {
    let rules = rules();
    for kind in AlarmKind::ALL {
        let item = rules.alarm_item(*kind).unwrap();
        let card = &item.alarm.as_ref().unwrap().card;
        for card in [&card.zh, &card.en] {
            assert_eq!(numbers(*kind, card), called_first(*kind), "{kind}: {card}");
        }
        let alert = rules.alert(&item.id).unwrap();
        let at_once: Vec<_> = alert.at_once.iter().map(ToString::to_string).collect();
        assert_eq!(at_once, ["security/guard-post", "hall/duty-counsellor"], "{kind}");
        assert_eq!(alert.every, jiff::SignedDuration::from_secs(60));
        assert!(alert.posts().count() > at_once.len(), "{kind} has a next one");
        let hidden = *kind == AlarmKind::PersonAtRisk;
        assert_eq!((item.kind, item.level == Level::Hidden), (CaseKind::Alarm, hidden), "{kind}");
    }
    assert_eq!(rules.alert(&item("water-leak")), None);
}

#[test]
fn a_report_tells_of_a_person_at_risk_by_what_people_say_and_not_by_what_sounds_like_it() {
    let rules = rules();
    for (report, told) in [
        ("室友说不想活了", true),
        ("他站在天台要跳楼", true),
        ("有人跳楼", true),
        ("她说想死", true),
        ("隔壁宿舍有人上吊", true),
        ("好像服毒了", true),
        ("他割腕了,在流血", true),
        ("桌上有一封遗书", true),
        ("他说活着没意思,死了算了", true),
        ("My roommate wants to kill herself", true),
        ("They said they would KILL THEMSELVES tonight", true),
        ("i want to end my life", true),
        ("He is talking about ending it: suicide", true),
        ("She doesn't want to live", true),
        // Accepted: one alarm too many is better than one too few.
        ("反自杀讲座的投影仪坏了", true),
        ("电脑死机了", false),
        ("网络又断了,急死了", false),
        ("水管冻死了,拧不动", false),
        ("The deadline is killing me", false),
        ("This heating will kill the plants", false),
        ("Pesticide smell in the corridor", false),
        ("The projector died at the end of life of its lamp", false),
        ("上吊灯的螺丝松了", true),
        ("吊灯坏了", false),
        ("楼梯扶手松动,怕人摔下去", false),
        ("想换死锁的锁芯", false),
    ] {
        let at_risk = rules.at_risk(report).map(|item| item.id.to_string());
        assert_eq!(at_risk.is_some(), told, "{report}");
        assert!(at_risk.is_none_or(|id| id == "person-at-risk"));
    }
}

#[test]
fn whoever_says_that_somebody_may_harm_themselves_tells_of_a_person_at_risk() {
    let rules = rules();
    let at_risk = |report| rules.at_risk(report).map(|item| item.id.to_string());
    for report in
        ["水龙头坏了,室友说不想活了", "有人要跳楼!", "he said he will KILL HIMSELF tonight"]
    {
        assert_eq!(at_risk(report).as_deref(), Some("person-at-risk"), "{report}");
    }
    for report in ["", "水龙头坏了", "the bulb is dead", "parasuicidelike"] {
        assert_eq!(at_risk(report), None, "{report}");
    }
}
