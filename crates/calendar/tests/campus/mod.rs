//! A campus in China: the state's holidays of 2024 to 2026, a summer and a winter working day.

use calendar::{Calendar, Hours, Layer, Notice, Season, Terms, Weekdays, Working, zone};
use jiff::{Timestamp, civil::Weekday};

/// The yearly notices of the State Council's General Office (关于…年部分节假日安排的通知):
/// source, days of rest, make-up workdays.
const NOTICES: [(&str, &[&str], &[&str]); 3] = [
    (
        "国务院办公厅关于2024年部分节假日安排的通知, 2023-10-25",
        &[
            "2024-01-01",
            "2024-02-10..2024-02-17",
            "2024-04-04..2024-04-06",
            "2024-05-01..2024-05-05",
            "2024-06-08..2024-06-10",
            "2024-09-15..2024-09-17",
            "2024-10-01..2024-10-07",
        ],
        &[
            "2024-02-04",
            "2024-02-18",
            "2024-04-07",
            "2024-04-28",
            "2024-05-11",
            "2024-09-14",
            "2024-09-29",
            "2024-10-12",
        ],
    ),
    (
        "国务院办公厅关于2025年部分节假日安排的通知, 2024-11-12",
        &[
            "2025-01-01",
            "2025-01-28..2025-02-04",
            "2025-04-04..2025-04-06",
            "2025-05-01..2025-05-05",
            "2025-05-31..2025-06-02",
            "2025-10-01..2025-10-08",
        ],
        &["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
    ),
    (
        "国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04",
        &[
            "2026-01-01..2026-01-03",
            "2026-02-15..2026-02-23",
            "2026-04-04..2026-04-06",
            "2026-05-01..2026-05-05",
            "2026-06-19..2026-06-21",
            "2026-09-25..2026-09-27",
            "2026-10-01..2026-10-07",
        ],
        &["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
    ),
];

pub(crate) fn notice(source: &str, rest: &[&str], work: &[&str]) -> Notice {
    let dates = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Notice { source: source.to_owned(), rest: dates(rest), work: dates(work) }
}

pub(crate) fn hours(intervals: &[&str]) -> Hours {
    Hours::new(intervals.iter().map(|text| text.parse().unwrap())).unwrap()
}

pub(crate) fn national() -> Layer {
    Layer {
        valid_through: "2026-12-31".parse().unwrap(),
        working: None,
        duty: None,
        terms: Terms::default(),
        notices: NOTICES.map(|(source, rest, work)| notice(source, rest, work)).into(),
    }
}

pub(crate) fn campus() -> Layer {
    let summer = Season {
        from: "05-01".parse().unwrap(),
        to: "09-30".parse().unwrap(),
        hours: hours(&["08:00-12:00", "15:00-18:00"]),
    };
    let monday_to_friday = Weekday::Monday.cycle_forward().take(5).collect::<Weekdays>();
    let winter = hours(&["08:00-12:00", "14:30-17:30"]);
    Layer {
        valid_through: "2027-01-31".parse().unwrap(),
        working: Some(Working::new(monday_to_friday, winter, vec![summer]).unwrap()),
        duty: Some(hours(&["07:00-23:00"])),
        terms: Terms::default(),
        notices: Vec::new(),
    }
}

pub(crate) fn calendar() -> Calendar {
    over(&[])
}

/// The campus's calendar with more specific layers over it.
pub(crate) fn over(layers: &[Layer]) -> Calendar {
    let all = [&[national(), campus()], layers].concat();
    Calendar::new(zone("Asia/Shanghai").unwrap(), &all).unwrap()
}

/// An instant by its local time in Shanghai, such as `2024-02-08 16:00`.
pub(crate) fn at(local: &str) -> Timestamp {
    format!("{}:00+08:00", local.replace(' ', "T")).parse().unwrap()
}
