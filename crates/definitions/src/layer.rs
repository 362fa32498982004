use calendar::{Hours, Interval, Layer, Notice, Season, Term, Terms, Weekdays, Working, zone};
use events::words::CalendarId;
use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::{
    Code, Names,
    code::names,
    read::{Cursor, Fields, Thing, fields, list, parsed, reference, some, text},
};

/// A calendar document: one layer, and what it lies on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CalendarLayer {
    pub(crate) names: Names,
    pub(crate) base: Base,
    pub(crate) layer: Layer,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Base {
    /// It lies on another one.
    Extends(CalendarId),
    /// It is the lowest, and says where its times are kept.
    Zone(TimeZone),
}

pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<CalendarLayer> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let base = base(f);
        let valid_through = f.required("validThrough", day);
        let working = f.optional("working", working);
        let duty = f.optional("duty", day_hours);
        let terms = f.optional("terms", terms);
        let notices = f.optional("notices", list(notice));
        let layer = Layer {
            valid_through: valid_through?,
            working: working?,
            duty: duty?,
            terms: terms?.unwrap_or_default(),
            notices: notices?.unwrap_or_default(),
        };
        if let Err(contradiction) = layer.consistent() {
            return f.refuse_below(&["notices"], contradiction.to_string());
        }
        Some(CalendarLayer { names: names?, base: base?, layer })
    })
}

fn base(f: &mut Fields<'_, '_>) -> Option<Base> {
    let extends = f.optional("extends", reference(Thing::Calendar));
    let zone = f.optional("zone", time_zone);
    match (extends?, zone?) {
        (Some(extends), None) => Some(Base::Extends(extends)),
        (None, Some(zone)) => Some(Base::Zone(zone)),
        (None, None) | (Some(_), Some(_)) => f.refuse(
            "must have either `extends`, the calendar below it, or `zone`, such as Asia/Shanghai",
        ),
    }
}

fn time_zone(cursor: &mut Cursor<'_>) -> Option<TimeZone> {
    let name = text(cursor)?;
    match zone(&name) {
        Some(zone) => Some(zone),
        None => cursor.refuse(format!(
            "`{name}` is no time zone: it must be an IANA name such as Asia/Shanghai"
        )),
    }
}

fn day(cursor: &mut Cursor<'_>) -> Option<Date> {
    let text = text(cursor)?;
    match text.parse::<Date>() {
        Ok(day) if day.to_string() == text => Some(day),
        Ok(_) | Err(_) => {
            cursor.refuse(format!("`{text}` is not a day: it must read like `2026-12-31`"))
        }
    }
}

fn working(cursor: &mut Cursor<'_>) -> Option<Working> {
    fields(cursor, |f| {
        let days = f.required("days", some(weekday));
        let hours = f.required("hours", day_hours);
        let seasons = f.optional("seasons", list(season));
        let days: Weekdays = days?.into_iter().collect();
        match Working::new(days, hours?, seasons?.unwrap_or_default()) {
            Ok(working) => Some(working),
            Err(refusal) => f.refuse(refusal.to_string()),
        }
    })
}

fn weekday(cursor: &mut Cursor<'_>) -> Option<Weekday> {
    let text = text(cursor)?;
    let day = match text.as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return cursor.refuse(format!("`{text}` is no weekday: it must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday")),
    };
    Some(day)
}

/// The intervals of a day.
pub(crate) fn day_hours(cursor: &mut Cursor<'_>) -> Option<Hours> {
    let intervals: Vec<Interval> = list(parsed)(cursor)?;
    match Hours::new(intervals) {
        Ok(hours) => Some(hours),
        Err(refusal) => cursor.refuse(refusal.to_string()),
    }
}

fn season(cursor: &mut Cursor<'_>) -> Option<Season> {
    fields(cursor, |f| {
        let from = f.required("from", parsed);
        let to = f.required("to", parsed);
        let hours = f.required("hours", day_hours);
        Some(Season { from: from?, to: to?, hours: hours? })
    })
}

/// Terms and vacations; no day belongs to two.
fn terms(cursor: &mut Cursor<'_>) -> Option<Terms> {
    match Terms::new(list(term)(cursor)?) {
        Ok(terms) => Some(terms),
        Err(refusal) => cursor.refuse(refusal.to_string()),
    }
}

fn term(cursor: &mut Cursor<'_>) -> Option<Term> {
    fields(cursor, |f| {
        let name = f.required("term", parsed::<Code>);
        let dates = f.required("dates", parsed);
        let days = f.optional("days", some(weekday));
        let hours = f.optional("hours", day_hours);
        Some(Term {
            name: name?.to_string(),
            dates: dates?,
            days: days?.map(|days| days.into_iter().collect()),
            hours: hours?,
        })
    })
}

fn notice(cursor: &mut Cursor<'_>) -> Option<Notice> {
    fields(cursor, |f| {
        let source = f.required("source", text);
        let rest = f.optional("rest", list(parsed));
        let work = f.optional("work", list(parsed));
        Some(Notice {
            source: source?,
            rest: rest?.unwrap_or_default(),
            work: work?.unwrap_or_default(),
        })
    })
}
