//! Which campus is none.

use std::{fs, path::PathBuf};

use super::INVALID;
use crate::campus::Campus;

/// What somebody did to the example campus: in which file, what stood there, what stands there now;
/// and what they are told.
struct Slip {
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
    told: &'static [&'static str],
}

const SLIPS: [Slip; 4] = [
    Slip {
        file: "items.yaml",
        right: "callback: true",
        wrong: "calback: true",
        told: &["items.yaml:14:3", "spec.calback", "did you mean `callback`?"],
    },
    Slip {
        file: "places.yaml",
        right: "en: East Campus }",
        wrong: "en: East Campus }\n  within: dorm-7",
        told: &["places-east.yaml:84:11", "spec.within", "itself"],
    },
    Slip {
        file: "ladders.yaml",
        right: "rungs: [hall/quality-a, hall/director, office/vice-president]",
        wrong: "rungs: []",
        told: &["ladders.yaml:44:10: spec.rungs: must have at least one element"],
    },
    Slip {
        file: "calendars.yaml",
        right: "14:30-17:30",
        wrong: "17:30-14:30",
        told: &[
            "calendars.yaml:60:26: spec.working.hours[1]: `17:30-14:30` ends before it starts",
            "a night is two intervals, `22:00-24:00` and `00:00-06:00`",
        ],
    },
];

#[test]
fn a_campus_with_a_slip_is_refused_with_its_file_line_and_field_and_the_old_one_holds() {
    let campus = Campus::open();
    let admin = campus.account("admin");
    for slip in SLIPS {
        let folder = slip.made(&campus);
        let refusal = admin.is_refused(&format!("apply -f {}", folder.display()));
        refusal.says(INVALID, &["definitions-invalid"]);
        refusal.says(INVALID, slip.told);
    }
    let unchanged = admin.asks("apply --dry-run -f examples/campus");
    assert_eq!(unchanged["revision"], 1);
    assert!(unchanged["changes"].as_array().unwrap().is_empty());
}

#[test]
fn a_campus_that_is_larger_than_any_is_refused_and_one_that_is_right_takes_the_place_of_the_old() {
    let campus = Campus::open();
    let admin = campus.account("admin");
    let flood = Slip { file: "items.yaml", right: "Leaking Pipe", wrong: "Leaking Tap", told: &[] }
        .made(&campus);
    let padding = flood.join("padding.yaml");
    fs::write(&padding, format!("# {}\n", "drip".repeat(32 << 18))).unwrap();
    let apply = format!("apply -f {}", flood.display());
    admin.is_refused(&apply).says(INVALID, &["body-too-large"]);

    fs::write(&padding, format!("# {}\n", "drip".repeat(8 << 18))).unwrap();
    let applied = admin.does(&apply);
    assert_eq!(applied["revision"], 2);
    assert_eq!(applied["changes"][0]["id"], "water-leak");
    let case = campus.account("desk-1").opens("water-leak --place dorm-7-402");
    assert_eq!(case.shown()["details"]["revision"], 2);
}

impl Slip {
    /// A copy of the campus with it.
    fn made(&self, campus: &Campus) -> PathBuf {
        campus.home().edited_campus(self.file, &[(self.right, self.wrong)])
    }
}
