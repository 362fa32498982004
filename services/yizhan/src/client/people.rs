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
    /// A CSV file: account, name, roles, department, posts, phone.
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
    for what in ["added", "changed", "closed"] {
        let count = answer.get(what).and_then(Value::as_array).map_or(0, Vec::len);
        print::line(format_args!("{what}: {count}"))?;
    }
    Ok(())
}
