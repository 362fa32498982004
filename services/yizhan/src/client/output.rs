//! Answers for people and for programs.

use std::fmt::Write as _;

use anyhow::Result;
use clap::ValueEnum;
use jiff::{Timestamp, fmt::temporal::Pieces, tz::TimeZone};
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::visible::{in_one_line, indented};
use crate::print;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// People.
    Table,
    /// Programs: the answer as it came.
    Json,
}

/// A column: its title, and where its value is in a row (`holder.name`).
pub(super) type Column = (&'static str, &'static str);

/// Prints an answer as it came.
pub(super) fn json(answer: &Value) -> Result<()> {
    print::line(format_args!("{}", serde_json::to_string_pretty(answer)?))
}

/// Prints the rows of an answer's list.
pub(super) fn list(format: Format, answer: &Value, rows: &str, columns: &[Column]) -> Result<()> {
    if format == Format::Json {
        return json(answer);
    }
    let rows = answer.get(rows).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if rows.is_empty() {
        print::line("Nothing to show.")?;
    } else {
        print::text(table(rows, columns))?;
    }
    Ok(())
}

/// A table with a title line; what is absent is a dash.
pub(super) fn table(rows: &[Value], columns: &[Column]) -> String {
    let titles = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let cells = |row| columns.iter().map(|(_, path)| in_one_line(&cell(row, path))).collect();
    let cells = rows.iter().map(cells);
    let lines: Vec<Vec<String>> = std::iter::once(titles).chain(cells).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|c| c.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let padding = width - cell.width() + 2;
            let _ = write!(row, "{cell}{:padding$}", "");
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// The value at a dotted path, as people read it; `last` is the last of a list.
pub(super) fn cell(row: &Value, path: &str) -> String {
    let value = path.split('.').try_fold(row, |value, key| match value {
        Value::Array(values) if key == "last" => values.last(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.get(key),
    });
    value.map_or_else(|| "-".to_owned(), plain)
}

/// A value without quotes and braces.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => shortened(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(fields) => {
            // Ids and what has parts of its own are for `-o json`.
            fields
                .iter()
                .filter(|(_, value)| is_short(value))
                .map(|(key, value)| format!("{key}={}", plain(value)))
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}

/// A word, a number, an instant: what reads well in the middle of a line.
fn is_short(value: &Value) -> bool {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => {
            let last = text.rsplit('/').next().unwrap_or(text);
            !text.is_empty() && last.parse::<clock::CaseId>().is_err()
        }
    }
}

/// An instant as people read it, at the offset that it has; anything else as it is.
fn shortened(text: &str) -> String {
    let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
    let at = text.parse::<Timestamp>().ok().zip(offset);
    let at = at.map(|(at, offset)| at.to_zoned(TimeZone::fixed(offset)));
    at.map_or_else(|| text.to_owned(), |at| print::instant(&at))
}

/// One thing, a field per line; what is absent is left out, and a text of several lines stays in its
/// column.
pub(super) fn fields(thing: &Value, columns: &[Column]) -> String {
    let width = columns.iter().map(|(title, _)| title.width()).max().unwrap_or(0);
    let mut text = String::new();
    for (title, path) in columns {
        let cell = cell(thing, path);
        if cell != "-" {
            let padding = width - title.width() + 2;
            let cell = indented(&cell, width + 2);
            let _ = writeln!(text, "{title}{:padding$}{cell}", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up_also_with_chinese_names() {
        let rows = [
            json!({ "name": "江水生", "post": "logistics/plumbing" }),
            json!({ "name": "An", "at": "2026-09-01T16:00:00.123456+08:00" }),
        ];
        let columns = [("NAME", "name"), ("POST", "post"), ("AT", "at")];
        assert_eq!(
            table(&rows, &columns),
            "NAME    POST                AT\n\
             江水生  logistics/plumbing  -\n\
             An      -                   2026-09-01 16:00:00 +08\n"
        );
    }

    #[test]
    fn quotes_and_dashes_are_as_narrow_as_they_are_shown() {
        let rows = [json!({ "text": "“no”—…", "at": "x" }), json!({ "text": "123456", "at": "y" })];
        let columns = [("TEXT", "text"), ("AT", "at")];
        assert_eq!(table(&rows, &columns), "TEXT    AT\n“no”—…  x\n123456  y\n");
    }

    #[test]
    fn what_somebody_wrote_makes_no_row_and_no_field_and_moves_no_cursor() {
        let case = json!({ "text": "drip\nState  closed\u{1b}[A", "state": "open" });
        assert_eq!(
            table(std::slice::from_ref(&case), &[("TEXT", "text"), ("STATE", "state")]),
            "TEXT                        STATE\ndrip⏎State  closed\\u{1b}[A  open\n"
        );
        assert_eq!(
            fields(&case, &[("Text", "text"), ("State", "state")]),
            "Text   drip\n       State  closed\\u{1b}[A\nState  open\n"
        );
    }

    #[test]
    fn a_path_leads_into_objects_and_to_the_last_of_a_list() {
        let clock = json!({ "promises": [{ "due": "a" }, { "due": "b" }], "on_time": true });
        assert_eq!(cell(&clock, "promises.last.due"), "b");
        assert_eq!(cell(&clock, "on_time"), "yes");
        assert_eq!(cell(&clock, "promises.first"), "-");
        let lists = json!({ "checked": ["keys", "radio"], "missing": [] });
        assert_eq!((&*cell(&lists, "checked"), &*cell(&lists, "missing")), ("keys,radio", "-"));
        assert_eq!(
            cell(
                &json!({ "detail": { "cycle": 2, "by": null, "parts": [1],
            "offer": "offer/0190a5b2-0000-7000-8000-000000000001" } }),
                "detail"
            ),
            "cycle=2"
        );
    }

    #[test]
    fn fields_that_are_absent_are_left_out() {
        let thing = json!({ "number": "2026-09-000001", "holder": { "name": null }, "cycle": 2 });
        let columns = [("Number", "number"), ("Holder", "holder.name"), ("Cycle", "cycle")];
        assert_eq!(fields(&thing, &columns), "Number  2026-09-000001\nCycle   2\n");
    }
}
