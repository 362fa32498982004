//! `yizhan roster classes`.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Api,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Timetable {
    /// Whose, by login name.
    account: String,
    /// A CSV file: dates, weekday, hours, such as `2026-08-31..2027-01-17,monday,08:00-09:40`. One without
    /// rows has all their classes forgotten.
    #[arg(short = 'f', long = "file")]
    file: PathBuf,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: [&str; 3] = ["dates", "weekday", "hours"];

const CHANGES: [Column; 4] =
    [("CLASS", "change"), ("DATES", "dates"), ("WEEKDAY", "weekday"), ("HOURS", "hours")];

pub(super) async fn run(api: &Api, timetable: &Timetable) -> Result<()> {
    let Timetable { account, file, dry_run } = timetable;
    let reading = || format!("reading {}", file.display());
    let text = fs::read_to_string(file).with_context(reading)?;
    let classes = classes(&text).with_context(reading)?;
    let body = json!({ "account": account, "classes": classes, "dry_run": dry_run });
    let answer = api.post("/roster/classes", &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    let changes: Vec<_> =
        ["added", "removed"].iter().flat_map(|change| changed(&answer, change)).collect();
    if changes.is_empty() {
        return print::line("nothing changes.");
    }
    print::text(output::table(&changes, &CHANGES))
}

/// The rows of a file, whatever is in them: what is wrong with one, dispatch says.
fn classes(text: &str) -> Result<Vec<Value>> {
    // A spreadsheet begins its files with a mark of their encoding.
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header = COLUMNS.join(",");
    if lines.next().map(str::trim) != Some(&*header) {
        bail!("the first line must be `{header}`");
    }
    let rows = lines.filter(|line| !line.trim().is_empty()).map(|line| {
        let mut cells = line.splitn(COLUMNS.len(), ',').map(str::trim);
        COLUMNS.iter().map(|column| (*column, cells.next().unwrap_or_default())).collect()
    });
    Ok(rows.collect())
}

fn changed(answer: &Value, change: &str) -> Vec<Value> {
    let classes = answer.get(change).and_then(Value::as_array).into_iter().flatten();
    let named = classes.cloned().map(|mut class| {
        if let Some(fields) = class.as_object_mut() {
            fields.insert("change".to_owned(), change.into());
        }
        class
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_row_by_row_and_what_is_missing_is_left_to_be_refused() {
        let text =
            "\u{feff}dates,weekday,hours\r\n\r\n2026-09-01..2026-09-30, monday,08:00-09:40\r\nx\n";
        let read = classes(text).unwrap();
        let monday = json!({
            "dates": "2026-09-01..2026-09-30", "weekday": "monday", "hours": "08:00-09:40",
        });
        assert_eq!(read, [monday, json!({ "dates": "x", "weekday": "", "hours": "" })]);
        assert!(classes("dates,weekday,hours").unwrap().is_empty());
        for text in ["", "2026-09-01..2026-09-30,monday,08:00-09:40"] {
            let refused = classes(text).unwrap_err().to_string();
            assert!(refused.contains("must be `dates,weekday,hours`"), "{refused}");
        }
    }
}
