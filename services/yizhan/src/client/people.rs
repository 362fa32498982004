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
    #[arg(short = 'f', long = "file")]
    file: PathBuf,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(api: &Api, import: &Import) -> Result<()> {
    let csv = fs::read_to_string(&import.file);
    let csv = csv.with_context(|| format!("reading {}", import.file.display()))?;
    let body = json!({ "csv": csv, "dry_run": import.dry_run });
    let answer = api.post_whole("/people", &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    for what in ["added", "changed", "closed"] {
        let count = answer.get(what).and_then(Value::as_array).map_or(0, Vec::len);
        print::line(format_args!("{what}: {count}"))?;
    }
    Ok(())
}
