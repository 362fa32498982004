//! Timetables on the wire.

use std::{fmt::Display, str::FromStr};

use dispatch_core::roster::Class;
use proto::dispatch::v1::{self as wire, ReplaceTimetableRequest};
use rpc::{Error, Fields};

use crate::commands::ReplaceTimetable;

/// How many classes a timetable has at most: more than a week has hours of teaching.
const MOST: usize = 50;

/// Who is in which classes, of which no two are at once.
pub(super) fn replace(request: &ReplaceTimetableRequest) -> Result<ReplaceTimetable, Error> {
    let mut fields = Fields::default();
    let who = fields.required("account", &request.account);
    if request.classes.len() > MOST {
        let says = format!("are {}, and may be {MOST}", request.classes.len());
        fields.refuse("classes", says);
        return fields.end("timetable-invalid", None);
    }
    let mut classes: Vec<Class> = Vec::with_capacity(request.classes.len());
    for (place, class) in request.classes.iter().enumerate() {
        let Some(class) = read(&mut fields, place, class) else { continue };
        if let Some(other) = classes.iter().find(|other| class.overlaps(other)) {
            let says = format!(
                "of row {} overlap with {} on {}: nobody is in two classes at once",
                place + 1,
                other.hours,
                other.day
            );
            fields.refuse(&format!("classes[{place}].hours"), says);
        }
        classes.push(class);
    }
    let dry_run = request.dry_run;
    let timetable = who.map(|who| ReplaceTimetable { who, classes, dry_run });
    fields.end("timetable-invalid", timetable)
}

fn read(fields: &mut Fields, place: usize, class: &wire::Class) -> Option<Class> {
    let dates = part(fields, (place, "dates"), &class.dates);
    let day = part(fields, (place, "weekday"), &class.weekday);
    let hours = part(fields, (place, "hours"), &class.hours);
    Some(Class { dates: dates?, day: day?, hours: hours? })
}

fn part<T: FromStr<Err: Display>>(
    fields: &mut Fields,
    (place, name): (usize, &str),
    text: &str,
) -> Option<T> {
    let read = text.parse().map_err(|error: T::Err| format!("of row {}: {error}", place + 1));
    fields.take(&format!("classes[{place}].{name}"), read)
}

/// A class, as it was written down.
pub(crate) fn class(class: &Class) -> wire::Class {
    let Class { dates, day, hours } = class;
    wire::Class { dates: dates.to_string(), weekday: day.to_string(), hours: hours.to_string() }
}
