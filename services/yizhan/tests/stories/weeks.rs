//! Fridays late, Saturdays that are workdays, and what was written on paper meanwhile.

use jiff::Timestamp;

use crate::{account::Case, campus::Campus};

const FRIDAY_NIGHT: &str = "2026-11-06T22:30:00+08:00";
/// Of a week whose Saturday makes up for the National Day holiday.
const FRIDAY_EVENING: &str = "2026-10-09T17:00:00+08:00";

#[test]
fn who_has_no_hot_water_on_friday_at_half_past_ten_has_it_on_saturday() {
    let campus = Campus::open();
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    campus.clock_on(FRIDAY_NIGHT);
    let case = desk.opens("no-hot-water --place dorm-7-402");
    let shown = case.shown();
    assert_eq!(shown["case"]["urgency"], "urgent", "it is evening, in a dormitory: {shown}");
    // Half an hour of duty time is left of this day, and the next one has sixteen.
    assert_eq!(due(&case, "accept"), minute("2026-11-07T07:00:00+08:00"));
    assert_eq!(due(&case, "arrive"), minute("2026-11-07T08:30:00+08:00"));
    assert_eq!(due(&case, "complete"), minute("2026-11-07T22:30:00+08:00"));

    campus.advance("1h");
    let [offered] = &case.messages("offered")[..] else { panic!("it is offered to one post") };
    assert_eq!(offered["state"], "queued", "it is urgent, not dangerous: the crew sleeps");
    assert!(case.rungs_of("accept").is_empty(), "the night does not count");

    campus.clock_on("2026-11-07T07:05:00+08:00");
    assert_eq!(case.messages("offered")[0]["state"], "sent");
    assert_eq!(case.rungs_of("accept").len(), 1, "nobody took it at seven");
    plumber.does(&format!("work claim {case}"));
    plumber.does(&format!("work arrive {case}"));
    plumber.does(&format!("work complete {case}"));
    assert!(case.rungs(1).is_empty());
    let callback = case.callbacks();
    assert_eq!(callback.len(), 1, "{callback:?}");
}

#[test]
fn what_is_promised_beyond_the_last_announced_year_is_counted_anew_when_the_next_one_is() {
    let campus = Campus::beginning("2026-12-29T09:00:00+08:00");
    let [admin, desk] = ["admin", "desk-1"].map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402 --phone 1001");
    campus.settle();
    let promise = |number: usize| {
        let clocks = case.clocks();
        let complete = clocks.iter().find(|clock| clock["commitment"] == "complete").unwrap();
        complete["promises"][number].clone()
    };
    assert_eq!(due(&case, "complete"), minute("2027-01-01T17:30:00+08:00"));
    assert_eq!(promise(0)["provisional"], true, "nobody knows the holidays of 2027");
    let arrive = due(&case, "arrive");

    // No arrangement of the state, but one of this test.
    let next_year = "2026-10-10]\n    - source: an arrangement for 2027\n      \
                     rest: [2027-01-01..2027-01-03]\n      work: [2027-01-10]";
    let edits =
        [("validThrough: 2026-12-31", "validThrough: 2027-12-31"), ("2026-10-10]", next_year)];
    let folder = campus.home().edited_campus("calendars.yaml", &edits);
    admin.does(&format!("apply -f {}", folder.display()));
    campus.settle();

    assert_eq!(case.due(1), minute("2027-01-04T17:30:00+08:00"));
    let first = due(&case, "complete");
    assert_eq!(first, minute("2027-01-01T17:30:00+08:00"), "which statistics count");
    assert_eq!(promise(1)["provisional"], false);
    assert_eq!(due(&case, "arrive"), arrive, "what was decided stays as it was promised");
    assert_eq!(case.told("promised").len(), 1);
    let moved = case.shown()["timeline"].as_array().unwrap().clone();
    let moved: Vec<_> = moved.iter().filter(|step| step["what"] == "case.promise-moved").collect();
    let [moved] = &moved[..] else { panic!("{moved:?}") };
    assert_eq!(moved["detail"]["why"], "calendar");

    campus.clock_on("2027-01-04T17:29:00+08:00");
    assert!(case.rungs(1).is_empty(), "it is not late on a holiday");
    campus.clock_on("2027-01-04T17:31:00+08:00");
    assert_eq!(case.rungs(1).len(), 1);
}

#[test]
fn a_saturday_that_makes_up_for_a_holiday_counts_as_a_working_day() {
    let campus = Campus::beginning(FRIDAY_EVENING);
    let [desk, plumber] = ["desk-1", "plumber-1"].map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402");
    assert_eq!(case.shown()["case"]["urgency"], "normal");
    // Half an hour on Friday and three and a half on Saturday.
    assert_eq!(due(&case, "accept"), minute("2026-10-10T11:30:00+08:00"));
    // Saturday, Monday, Tuesday.
    assert_eq!(due(&case, "complete"), minute("2026-10-13T17:30:00+08:00"));

    campus.clock_on("2026-10-10T11:00:00+08:00");
    plumber.does(&format!("work claim {case}"));
    campus.clock_on("2026-10-10T13:00:00+08:00");
    assert!(case.rungs_of("accept").is_empty(), "it was taken in time");
    // Nothing is counted on Sunday.
    let second = desk.opens("water-leak --place dorm-7-302");
    assert_eq!(due(&second, "accept"), minute("2026-10-12T09:00:00+08:00"));
}

#[test]
fn what_was_written_on_paper_during_an_outage_is_late_from_when_it_was_received() {
    let campus = Campus::open();
    let [desk, counsellor, plumber] =
        ["desk-1", "counsellor", "plumber-1"].map(|name| campus.account(name));
    campus.clock_to("08:30");
    let received = campus.now();
    campus.jump("6h");
    let form = |text: &str| {
        format!("water-leak --place dorm-7-402 --text '{text}' --received-at {received}")
    };
    let refusal = desk.is_refused(&format!("case open {}", form("a pipe burst")));
    assert!(refusal.message.contains("backdating-not-permitted"), "{refusal:?}");
    let forms = ["a pipe burst", "it drips through the ceiling", "the pipe burst again"];
    let cases = forms.map(|text| counsellor.opens(&form(text)));

    for case in &cases {
        let shown = &case.shown()["case"];
        assert_eq!(shown["received_at"], received.to_string());
        // Whoever reads it sees that it was entered late, and when.
        let entered: Timestamp = shown["entered_late_at"].as_str().unwrap().parse().unwrap();
        assert!(entered >= received + jiff::SignedDuration::from_hours(6), "{shown}");
    }
    let at_once = desk.opens("water-leak --place dorm-7-302");
    let listed = counsellor.asks("case list");
    let late = listed["cases"].as_array().unwrap().iter();
    let late: Vec<_> = late.filter(|case| !case["entered_late_at"].is_null()).collect();
    assert_eq!(late.len(), cases.len(), "{listed}");
    assert!(late.iter().all(|case| case["number"] != at_once.to_string()));
    // Twelve hours from the receipt, not from the entry.
    assert_eq!(cases[0].due(1), received + jiff::SignedDuration::from_hours(12));
    // Somebody was to be there half an hour after it was received; leaders hear of it in order.
    let rungs = cases[0].rungs_of("arrive");
    assert_eq!(rungs[0].planned, received + jiff::SignedDuration::from_mins(30));
    let posts: Vec<_> = rungs.iter().take(3).map(|rung| rung.post.as_str()).collect();
    assert_eq!(posts, ["repair-leader", "section-chief", "deputy-head"]);
    // To take it on, its post has the time that it always has.
    assert!(cases[0].rungs_of("accept").is_empty());
    plumber.repairs(&cases[0]);
    assert_eq!(cases[0].state(), ("resolved".into(), 1));

    plumber.repairs(&at_once);
    let month = campus.now().to_string()[..7].to_owned();
    let director = campus.account("director");
    let figures = director.asks(&format!("callback figures --month {month}"));
    let counted = ["completed", "entered_late"].map(|name| figures[name].as_u64().unwrap());
    assert_eq!(counted, [2, 1], "{figures}");
}

/// When this was to be done, to the minute.
fn due(case: &Case<'_>, commitment: &str) -> Timestamp {
    let clocks = case.clocks();
    let clock = clocks.iter().find(|clock| clock["commitment"] == commitment).unwrap();
    minute(clock["promises"][0]["due"].as_str().unwrap())
}

/// A time without its seconds.
fn minute(time: &str) -> Timestamp {
    let time: Timestamp = time.parse().unwrap();
    Timestamp::from_second(time.as_second().div_euclid(60) * 60).unwrap()
}
