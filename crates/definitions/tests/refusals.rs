//! What `apply` refuses, and in which words.
//!
//! Each slip is one edit of the example campus. The snapshot is the catalogue of refusals: read it
//! as the person who made the slip.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use std::{fmt::Write, thread};

/// What somebody wrote wrongly: in which file, what stands there, and what they wrote instead.
type Slip = (&'static str, &'static str, &'static str, &'static str);

const SLIPS: &[Slip] = &[
    // The form of a document
    ("a bracket is left open", "calendars.yaml", "duty: [07:00-23:00]", "duty: [07:00-23:00"),
    ("another version", "policies.yaml", "apiVersion: yizhan/v1", "apiVersion: yizhan/v2"),
    ("an unknown kind", "ladders.yaml", "kind: Ladder", "kind: Leader"),
    ("a document without a name", "ladders.yaml", "  name: leaders", "  nam: leaders"),
    ("a typo in a field", "items.yaml", "  callback: true", "  calback: true"),
    ("a field twice", "places-east.yaml", "  flags: [dormitory]", "  within: east"),
    ("a number for a text", "places-east.yaml", "floor: \"1\"", "floor: 1"),
    ("a list for a text", "departments.yaml", "phone: \"8610\"", "phone: [\"8610\"]"),
    ("an empty name", "items.yaml", "en: Leaking Pipe", "en: \"\""),
    ("a name in one language only", "items.yaml", "zh: 水管漏水, ", ""),
    ("a character that is none", "places-east.yaml", "en: Dormitory 7", "en: \"Dormitory\\0 7\""),
    ("an unknown word", "items.yaml", "level: internal", "level: secret"),
    (
        "training that may be or not",
        "items-network.yaml",
        "training: required",
        "training: welcome",
    ),
    ("capitals in an id", "places-east.yaml", "  name: dorm-7", "  name: Dorm7"),
    // Names
    ("a typo in a department", "items.yaml", "department: logistics", "department: logistic"),
    ("a typo in a policy", "items.yaml", "policy: repairs", "policy: repair"),
    ("a typo in a ladder", "policies.yaml", "complete: leaders", "complete: leader"),
    ("a typo in a post", "routes.yaml", "logistics/plumbing", "logistics/pluming"),
    ("a post without department", "routes.yaml", "logistics/plumbing", "plumbing"),
    ("a typo in a place", "routes.yaml", "within: dorm-7", "within: dorm-8"),
    ("a typo in a category", "routes.yaml", "category: plumbing", "category: plumber"),
    ("a typo in a calendar", "departments.yaml", "calendar: campus", "calendar: campos"),
    ("a phone in no place", "places-east.yaml", "place: dorm-7-f3", "place: dorm-7-f5"),
    ("a document twice", "routes.yaml", "  name: electrical", "  name: plumbing"),
    ("a room twice", "places-east.yaml", "\"206\"", "\"205\""),
    ("a bed twice", "places-east.yaml", "beds: [\"1\", \"2\"", "beds: [\"1\", \"1\""),
    ("capitals in a bed", "places-east.yaml", "beds: [\"1\", \"2\"", "beds: [\"A\", \"2\""),
    ("a phone twice", "places-east.yaml", "phone: cp-703", "phone: cp-701"),
    ("a post twice", "departments.yaml", "post: section-chief", "post: repair-leader"),
    ("a reason twice", "items.yaml", "reason: water-at-switchgear", "reason: flooding"),
    ("a department with a reserved name", "departments.yaml", "name: housing", "name: case"),
    // Who is asked
    ("a share of more than all", "items.yaml", "callback: true", "callback: 120%"),
    ("a share of nothing", "items.yaml", "callback: true", "callback: 0%"),
    ("a confidential callback", "items.yaml", "level: internal", "level: confidential"),
    // Circles
    (
        "a place within itself",
        "places.yaml",
        "en: East Campus }",
        "en: East Campus }\n  within: dorm-7",
    ),
    ("a calendar on itself", "calendars.yaml", "  zone: Asia/Shanghai", "  extends: campus"),
    // Time
    ("an interval that ends before it starts", "calendars.yaml", "14:30-17:30", "17:30-14:30"),
    ("intervals that overlap", "calendars.yaml", "14:30-17:30", "11:30-17:30"),
    ("an interval that no clock shows", "calendars.yaml", "07:00-23:00", "7-23"),
    ("a day without hours", "calendars.yaml", "duty: [07:00-23:00]", "duty: []"),
    ("an unknown weekday", "calendars.yaml", "friday", "freitag"),
    ("a day that does not exist", "calendars.yaml", "2026-02-28", "2026-02-30"),
    ("a holiday that ends before it starts", "calendars.yaml", "..2026-01-03", "..2025-01-03"),
    ("rest and work on the same day", "calendars.yaml", "work: [2026-01-04", "work: [2026-01-03"),
    ("a season that is none", "calendars.yaml", "to: 09-30", "to: 09-31"),
    ("an unknown time zone", "calendars.yaml", "Asia/Shanghai", "Asia/Hangzhou"),
    ("a calendar in the air", "calendars.yaml", "  zone: Asia/Shanghai\n", ""),
    ("a calendar without duty time", "calendars.yaml", "  duty: [07:00-23:00]\n", ""),
    ("a year missing between notices", "calendars.yaml", ARRANGEMENT_OF_2025, ""),
    (
        "a year that is said to be decided and is not",
        "calendars.yaml",
        "validThrough: 2026-12-31",
        "validThrough: 2027-12-31",
    ),
    (
        "seasons that overlap",
        "calendars.yaml",
        "      - { from: 05-01,",
        "      - { from: 09-30, to: 10-31, hours: [09:00-12:00] }\n      - { from: 05-01,",
    ),
    ("terms that overlap", "calendars.yaml", "2024-02-26..2024-07-07", "2024-02-25..2024-07-07"),
    (
        "a term that ends before it starts",
        "calendars.yaml",
        "2024-02-26..2024-07-07",
        "2024-02-26..2023-07-07",
    ),
    // Posts
    ("an unknown kind of post", "departments.yaml", "kind: A", "kind: D"),
    (
        "an assistant who decides",
        "departments.yaml",
        "answersTo: dispatch-a\n      duties: [accept]",
        "answersTo: dispatch-a\n      duties: [accept, decide]",
    ),
    ("half a name of handlers", "departments.yaml", "handlers: named\n", "handlers: surname\n"),
    (
        "assistants who may work for more hours than a week has",
        "departments.yaml",
        "weeklyHours: 40",
        "weeklyHours: 169",
    ),
    (
        "assistants who may work all night, or so it seems",
        "departments.yaml",
        ", nightlyHours: 4",
        "",
    ),
    ("an assistant of nobody", "departments.yaml", "      answersTo: dispatch-a\n", ""),
    ("a typo in an A post", "departments.yaml", "answersTo: dispatch-a", "answersTo: dispatsh-a"),
    (
        "an assistant of an assistant",
        "departments.yaml",
        "answersTo: dispatch-a",
        "answersTo: dispatch-c",
    ),
    (
        "a leader who answers to a post",
        "departments.yaml",
        "post: head\n",
        "post: head\n      answersTo: dispatch-a\n",
    ),
    (
        "a desk that nobody stands above",
        "departments-offices.yaml",
        "      answersTo: duty-counsellor\n",
        "",
    ),
    (
        "two desks",
        "departments-offices.yaml",
        "duties: [accept]\n      phone: \"8832\"",
        "duties: [accept, desk]\n      phone: \"8832\"",
    ),
    (
        "a check list of a post that hands nothing over",
        "departments-offices.yaml",
        "      phone: \"8840\"\n",
        "      phone: \"8840\"\n      handover: [{ check: coins, names: { zh: 零钱, en: Coins } }]\n",
    ),
    ("a check twice", "departments-offices.yaml", "check: radio", "check: keys"),
    ("a check in one language only", "departments-offices.yaml", "zh: 对讲机, ", ""),
    ("a check that is no code", "departments-offices.yaml", "check: first-aid", "check: First Aid"),
    // Promises
    ("a limit without a figure", "policies.yaml", "normal: 3d working-days", "normal: soon"),
    ("no limit for an urgency", "policies.yaml", ", normal: 3d working-days", ""),
    (
        "a limit of nothing",
        "policies.yaml",
        "accept: { critical: 10min",
        "accept: { critical: 0min",
    ),
    (
        "days of 24x7",
        "policies.yaml",
        "critical: 12h 24x7, urgent: 24h",
        "critical: 1d 24x7, urgent: 24h",
    ),
    (
        "a person told in a group",
        "policies.yaml",
        "critical: [sms, mail]",
        "critical: [wecom, mail]",
    ),
    ("a mailbox that is named", "policies.yaml", "normal: [mail]", "normal: [mail, mailbox]"),
    ("a promise without a ladder", "policies.yaml", "    arrive: duty\n", ""),
    (
        "a callback without a limit",
        "policies.yaml",
        "    call-back: { critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days }\n",
        "",
    ),
    ("fewer attempts than days", "policies.yaml", "attempts: 3", "attempts: 1"),
    ("a pause for what a department lacks", "policies.yaml", "no-access: {", "parts: {"),
    ("a pause without a cap", "policies.yaml", "no-access: { upTo: 48h 24x7 }", "no-access: {}"),
    (
        "evidence that nobody looks at",
        "policies.yaml",
        "72h 24x7, approver: logistics/head",
        "72h 24x7, evidence: true",
    ),
    (
        "an extension that nobody grants",
        "policies.yaml",
        "5d working-days, approver: logistics/head",
        "5d working-days",
    ),
    ("a report like one of no time ago", "policies.yaml", "inHours: 72", "inHours: 0"),
    ("reopening after an unknown end", "policies.yaml", "closed-solved: 7", "solved: 7"),
    ("reopening after a final end", "policies.yaml", "closed-uncalled: 7", "withdrawn: 7"),
    (
        "a ladder without rungs",
        "ladders.yaml",
        "rungs: [hall/quality-a, hall/director, office/vice-president]",
        "rungs: []",
    ),
    (
        "a rule for normal",
        "items.yaml",
        "urgency: critical\n      reason: locked-in",
        "urgency: normal\n      reason: locked-in",
    ),
    ("a rule without a condition", "items.yaml", "when: { people: 20 }", "when: {}"),
    ("an asset that the item has not", "items-network.yaml", "assets: [switch]", "assets: [swich]"),
    ("an asset twice", "items-network.yaml", "asset: switch,", "asset: socket,"),
    ("a rule for everybody", "items-water-and-power.yaml", "vulnerable: true", "vulnerable: false"),
    ("an unknown part of a day", "items-network.yaml", "during: working-hours", "during: lessons"),
    ("outside of nothing", "items-card.yaml", "outside: working-hours", "outside: 24x7"),
    (
        "a night that ends before it starts",
        "items-buildings.yaml",
        "[18:00-24:00, 00:00-06:30]",
        "[18:00-06:30]",
    ),
    // Routes
    ("a route for nothing", "routes.yaml", "  category: plumbing\n", ""),
    ("a post that takes no work", "routes.yaml", "logistics/plumbing", "logistics/head"),
    ("no route", "routes.yaml", "category: electrical", "category: plumbing\n  within: library"),
    ("two routes of equal rank", "routes.yaml", "category: electrical", "category: plumbing"),
    (
        "two routes crosswise",
        "routes.yaml",
        "items: [door-lock]\n  within: dorm-7",
        "items: [water-leak]\n  post: logistics/plumbing\n---\napiVersion: yizhan/v1\nkind: Route\nmetadata:\n  name: water-of-dorm-7\nspec:\n  category: plumbing\n  within: dorm-7",
    ),
    ("an unknown time of a route", "routes-offices.yaml", "during: duty-time", "during: nights"),
    ("two routes of equal rank at work", "routes.yaml", "  during: working-hours\n", ""),
    (
        "no route at night",
        "routes.yaml",
        "category: building\n  post: logistics/night-crew",
        "category: building\n  during: duty-time\n  post: logistics/night-crew",
    ),
    (
        "two routes crosswise in working hours",
        "routes.yaml",
        "items: [door-lock]\n  within: dorm-7",
        "items: [door-lock]\n  within: south",
    ),
    // Messages
    ("an unknown field in a message", "templates.yaml", "{received} 接报,请", "{recieved} 接报,请"),
    ("a field that is not known yet", "templates.yaml", "承诺最迟 {due}", "承诺最迟 {completed}"),
    (
        "a message without its number and its promise",
        "templates.yaml",
        "已受理,编号 {number},我们承诺最迟 {due} 办结",
        "已受理,我们会尽快办结",
    ),
    ("a brace that stays open", "templates.yaml", "编号 {number}", "编号 {number"),
    ("an unknown message", "templates.yaml", "name: reopened", "name: reopend"),
    // Alarms
    ("a type of alarm without an item", "items-alarms.yaml", "type: fire", "type: fier"),
    ("two items for one type", "items-alarms.yaml", "type: fight", "type: fire"),
    ("a card in one language only", "items-alarms.yaml", "      en: |", "      em: |"),
    (
        "an alarm that is called back about",
        "items-alarms.yaml",
        "callback: false",
        "callback: true",
    ),
    ("a repair that is an alarm", "items-alarms.yaml", "kind: alarm", "kind: repair"),
    ("an alarm without a type", "items.yaml", "kind: repair", "kind: alarm"),
    ("a person at risk whom others see", "items-alarms.yaml", "level: hidden", "level: restricted"),
    ("a hidden repair", "items.yaml", "level: internal", "level: hidden"),
    (
        "words that make everything a fire",
        "items-alarms.yaml",
        "type: fire",
        "type: fire\n    words: [起火]",
    ),
    ("an alarm that alerts nobody", "items-alarms.yaml", "policy: alarms", "policy: repairs"),
    (
        "a post that is alerted twice",
        "policies.yaml",
        "next: [security/guard-leader,",
        "next: [security/guard-post,",
    ),
    ("a step of no length", "policies.yaml", "everySeconds: 60", "everySeconds: 0"),
    // Complaints
    ("a typo in the item of complaints", "policies.yaml", "complaint: service-c", "complaint: c"),
    (
        "a complaint that is a repair",
        "policies.yaml",
        "complaint: service-complaint",
        "complaint: door-lock",
    ),
    (
        "a complaint that everybody reads",
        "items-complaints.yaml",
        "level: restricted",
        "level: internal",
    ),
    (
        "a complaint that comes to whom it is about",
        "routes-offices.yaml",
        "hall/quality-a",
        "card/window-b",
    ),
    (
        "days counted from the next one of what has no limit",
        "policies.yaml",
        "fromNextDay: [accept, answer]",
        "fromNextDay: [accept, complete]",
    ),
    // Everything at once
    (
        "several slips",
        "policies.yaml",
        "complete: leaders\n    call-back: quality",
        "complete: leader\n    calback: quality",
    ),
];

/// A notice as a whole, so that one can be missing.
const ARRANGEMENT_OF_2025: &str =
    "    - source: 国务院办公厅关于2025年部分节假日安排的通知, 2024-11-12
      rest:
        - 2025-01-01 # 元旦 New Year
        - 2025-01-28..2025-02-04 # 春节 Spring Festival
        - 2025-04-04..2025-04-06 # 清明节 Tomb-Sweeping Day
        - 2025-05-01..2025-05-05 # 劳动节 Labour Day
        - 2025-05-31..2025-06-02 # 端午节 Dragon Boat Festival
        - 2025-10-01..2025-10-08 # 国庆节、中秋节 National Day and Mid-Autumn Festival
      work: [2025-01-26, 2025-02-08, 2025-04-27, 2025-09-28, 2025-10-11]
";

fn refused(files: &files::Files) -> Vec<definitions::Problem> {
    files::parse(files).err().unwrap_or_default()
}

fn refusal((name, file, right, wrong): Slip) -> String {
    let mut files = files::campus();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(right), "{name}: {file} does not say {right:?}");
    *text = text.replacen(right, wrong, 1);
    let mut told = format!("# {name}\n");
    let problems = refused(&files);
    assert!(!problems.is_empty() && problems.is_sorted(), "{name}: {problems:?}");
    for problem in problems {
        writeln!(told, "{problem}").unwrap();
    }
    told
}

#[test]
fn every_slip_is_refused_with_its_place_and_what_is_allowed() {
    // Each reads the whole campus, so they are shared among threads.
    let told: Vec<_> = thread::scope(|scope| {
        let share = |slips: &'static [Slip]| {
            scope.spawn(move || slips.iter().map(|slip| refusal(*slip)).collect::<Vec<_>>())
        };
        let shares: Vec<_> = SLIPS.chunks(SLIPS.len().div_ceil(4)).map(share).collect();
        shares.into_iter().flat_map(|share| share.join().unwrap()).collect()
    });
    insta::assert_snapshot!("refusals", told.join("\n"));
}

#[test]
fn a_document_of_more_than_48_kib_is_refused() {
    let mut files = files::campus();
    let text = files.get_mut("places-east.yaml").unwrap();
    *text = text.replacen("Dormitory 5", &"Dormitory 7 ".repeat(5_000), 1);
    let problems = refused(&files);
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("places-east.yaml:2:1: is "), "{told:?}");
    assert!(told[0].contains("at most 49152 (48 KiB)"), "{told:?}");
}

#[test]
fn a_check_list_has_at_most_twenty_things() {
    let radio = "        - { check: radio, names: { zh: 对讲机, en: Radio } }\n";
    // Three others are listed with it.
    for (radios, is_right) in [(17, true), (18, false)] {
        let mut files = files::campus();
        let text = files.get_mut("departments-offices.yaml").unwrap();
        let numbered = |number| radio.replace("radio", &format!("radio-{number}"));
        *text = text.replacen(radio, &(1..=radios).map(numbered).collect::<String>(), 1);
        let problems = refused(&files);
        let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told.is_empty(), is_right, "{told:?}");
        assert!(is_right || told[0].contains("has 21 checks"), "{told:?}");
    }
}

#[test]
fn a_missing_message_is_named() {
    let mut files = files::campus();
    files.remove("templates.yaml");
    let problems = refused(&files);
    assert_eq!(problems.len(), definitions::Occasion::ALL.len());
    assert_eq!(problems[0].to_string(), "the set: there is no Template `accepted`");
}

#[test]
fn all_problems_of_all_files_are_told_at_once_and_in_order() {
    let mut files = files::campus();
    for text in files.values_mut() {
        *text = text.replacen("kind:", "knid:", 1).replacen("names:", "nmaes:", 2);
    }
    let problems = refused(&files);
    assert!(problems.is_sorted());
    for file in files.keys() {
        assert!(problems.iter().any(|problem| problem.file == *file), "{file}");
    }
}

#[test]
fn what_is_no_campus_at_all_is_refused_and_never_panics() {
    for text in ["", "---", "null", "[]", "42", "a: &a [*a]", "\u{0}", "{", "- - -", "? ? ?"] {
        let refused = definitions::Set::parse([("strange.yaml", text)]);
        assert!(refused.is_err(), "{text:?}");
    }
}

#[test]
fn a_document_that_nests_too_deep_is_refused_before_the_stack_ends() {
    for depth in [16, 60, 100, 250, 100_000] {
        let text = format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
        let problems = definitions::Set::parse([("deep.yaml", text.as_str())]).unwrap_err();
        assert!(problems[0].to_string().contains("cannot be read as YAML"), "{}", problems[0]);
    }
}
