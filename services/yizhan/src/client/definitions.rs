//! `yizhan apply`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{
    Api,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Apply {
    /// A folder of YAML files, or one file: the whole campus.
    #[arg(short = 'f', long = "file")]
    path: PathBuf,
    /// Check and compare, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

const CHANGES: [Column; 3] = [("CHANGE", "change"), ("KIND", "kind"), ("ID", "id")];

pub(super) async fn run(api: &Api, apply: &Apply) -> Result<()> {
    let answer = api.post_whole("/definitions", &body(&apply.path, apply.dry_run)?).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    let revision = output::cell(&answer, "revision");
    let changes = answer.get("changes").and_then(Value::as_array).map(Vec::as_slice);
    match (changes.unwrap_or_default(), apply.dry_run) {
        ([], _) => print::line(format_args!("Nothing differs from revision {revision}."))?,
        (changes, true) => {
            print::text(output::table(changes, &CHANGES))?;
            print::line(format_args!(
                "Revision {revision} would be made of {} changes.",
                changes.len()
            ))?;
        }
        (changes, false) => {
            print::text(output::table(changes, &CHANGES))?;
            print::line(format_args!(
                "Revision {revision} is in force: {} changes.",
                changes.len()
            ))?;
        }
    }
    Ok(())
}

/// What is sent: every YAML file by its name.
pub(crate) fn body(path: &Path, dry_run: bool) -> Result<Value> {
    let files = yaml_files(path)?;
    if files.is_empty() {
        bail!("{} has no YAML file", path.display());
    }
    let file = |file: &PathBuf| -> Result<Value> {
        let text = fs::read_to_string(file);
        let text = text.with_context(|| format!("reading {}", file.display()))?;
        Ok(json!({ "name": file.display().to_string(), "text": text }))
    };
    let files = files.iter().map(file).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "files": files, "dry_run": dry_run }))
}

fn yaml_files(path: &Path) -> Result<Vec<PathBuf>> {
    let reading = || format!("reading {}", path.display());
    if fs::metadata(path).with_context(reading)?.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(reading)? {
        let entry = entry.with_context(reading)?.path();
        let is_yaml = entry.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if entry.is_dir() {
            files.extend(yaml_files(&entry)?);
        } else if is_yaml {
            files.push(entry);
        }
    }
    files.sort();
    Ok(files)
}
