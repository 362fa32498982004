//! `yizhan people`.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Api,
    output::{self, Format},
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A CSV file: account, name, roles, department, posts, phone; if wanted also level, mail, number,
    /// home, formerly.
    #[arg(short = 'f', long = "file", required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Undo the last import instead: what it changed is as it was before. Once; the import before it is
    /// undone by its file.
    #[arg(long, conflicts_with = "file")]
    undo: bool,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(api: &Api, import: &Import) -> Result<()> {
    let answer = match &import.file {
        Some(file) => {
            let csv = fs::read_to_string(file);
            let csv = csv.with_context(|| format!("reading {}", file.display()))?;
            let body = json!({ "csv": csv, "dry_run": import.dry_run });
            api.post_whole("/people", &body).await?
        }
        None => api.post_whole("/people/undo", &json!({ "dry_run": import.dry_run })).await?,
    };
    if api.format == Format::Json {
        return output::json(&answer);
    }
    if let Some(at) = answer.get("imported_at").and_then(Value::as_str) {
        print::line(format_args!("the import of {at}"))?;
    }
    for what in ["added", "changed", "closed"] {
        print::line(format_args!("{what}: {}", whom(&answer, what)))?;
    }
    Ok(())
}

/// How many, and the first of them by name.
fn whom(answer: &Value, what: &str) -> String {
    const SHOWN: usize = 10;
    let all = answer.get(what).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |one: &Value| {
        let name = one.as_str().or_else(|| one.get("account")?.as_str());
        name.unwrap_or_default().to_owned()
    };
    let shown: Vec<_> = all.iter().take(SHOWN).map(name).collect();
    let more = if all.len() > SHOWN { ", ..." } else { "" };
    match all {
        [] => "0".to_owned(),
        _ => format!("{} ({}{more})", all.len(), shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_an_import_touches_is_named_as_far_as_it_fits_a_line() {
        let many: Vec<_> = (1..=11).map(|number| format!("student-{number}")).collect();
        let answer = json!({ "added": many, "changed": [{ "account": "desk-1", "columns": [] }] });
        assert!(whom(&answer, "added").starts_with("11 (student-1, student-2,"));
        assert!(whom(&answer, "added").ends_with("student-10, ...)"));
        assert_eq!(whom(&answer, "changed"), "1 (desk-1)");
        assert_eq!(whom(&answer, "closed"), "0");
    }
}
