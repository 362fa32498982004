//! What the desk cannot do to a case.

use super::{INVALID, NOT_NOW, NOT_PERMITTED, NOT_THERE};
use crate::campus::Campus;

#[test]
fn what_is_wrong_with_a_command_of_the_desk_is_named_and_nothing_is_done() {
    let campus = Campus::open();
    let names = ["desk-1", "counsellor", "plumber-1", "student-1"];
    let [desk, counsellor, plumber, student] = names.map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402 --phone 10010");
    let steps = case.steps();

    let slips: [(_, &str, i32, &[&str]); 25] = [
        (&desk, "case note CASE ''", INVALID, &["text: "]),
        (&student, "case note CASE mine", NOT_THERE, &["case-unknown"]),
        (&desk, "case note 2026-11-999999 hello", NOT_THERE, &["case-unknown"]),
        (&desk, "case reply CASE ''", INVALID, &["reply-invalid", "text: "]),
        (&desk, "case reply CASE soon --next 2020-01-01T10:00:00+08:00", INVALID, &["next: "]),
        (&desk, "case reply CASE soon --next tomorrow", INVALID, &["next"]),
        (&student, "case reply CASE mine", NOT_THERE, &["case-unknown"]),
        (&desk, "case reply 2026-11-999999 hello", NOT_THERE, &["case-unknown"]),
        (&desk, "case urgency CASE hurry", INVALID, &["urgency: ", "critical"]),
        (&desk, "case urgency CASE normal", NOT_NOW, &["urgency-unchanged"]),
        (&plumber, "case urgency CASE critical", NOT_PERMITTED, &["not-permitted"]),
        (&desk, "case close-as CASE test", NOT_PERMITTED, &["not-permitted"]),
        (&counsellor, "case close-as CASE done", INVALID, &["end: "]),
        (&counsellor, "case close-as CASE duplicate", INVALID, &["close-invalid", "of: "]),
        (&counsellor, "case close-as CASE duplicate --of CASE", INVALID, &["of: "]),
        (&counsellor, "case close-as CASE not-ours", INVALID, &["close-invalid"]),
        (
            &counsellor,
            "case close-as CASE not-ours --department gardening",
            INVALID,
            &["department: "],
        ),
        (&counsellor, "case close-as CASE refused", INVALID, &["reason-missing"]),
        (&desk, "case join CASE --phone abc", INVALID, &["phone"]),
        (&desk, "case unjoin CASE --phone 10011", NOT_NOW, &["not-joined"]),
        (&desk, "case chase 2026-11-999999", NOT_THERE, &["case-unknown"]),
        (&desk, "contact log answered --channel smoke", INVALID, &["channel: "]),
        (&desk, "alarm open --place dorm-7-402 --type dragon", INVALID, &["type: "]),
        (&desk, "alarm open --place dorm-99", INVALID, &["place: "]),
        (&desk, "alarm ack CASE", NOT_THERE, &["case-unknown"]),
    ];
    for (who, line, code, parts) in slips {
        let line = line.replace("CASE", &case.to_string());
        who.is_refused(&line).says(code, parts);
    }
    assert_eq!(case.steps(), steps);
}
