//! Room on the disk of an installation.
//!
//! Postgres and nats-server both break off in the middle of their work when it is gone, and come
//! back only by a new start. So `up` ends before that, in words that say what to do.

use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::statvfs::statvfs;

use crate::home::Home;

/// Postgres logs ahead in files of 16 MiB and needs the next one at any moment: room for four.
const LEAST: u64 = 64 << 20;
const MEBIBYTE: u64 = 1 << 20;

/// Fails if there is too little.
pub(crate) fn check(home: &Home) -> Result<()> {
    let folder = home.folder();
    let disk =
        statvfs(folder).with_context(|| format!("asking the disk of {}", folder.display()))?;
    enough(disk.blocks_available() * disk.fragment_size())
        .with_context(|| format!("the disk of {} is full", folder.display()))
}

/// Goes on until there is too little.
pub(crate) async fn watch(home: &Home) -> anyhow::Error {
    loop {
        if let Err(full) = check(home) {
            return full;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn enough(left: u64) -> Result<()> {
    anyhow::ensure!(
        left >= LEAST,
        "{} MiB are left and at least {} are needed: free some and start it again; \
         what was accepted is kept",
        left / MEBIBYTE,
        LEAST / MEBIBYTE
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_is_told_with_how_much_is_needed() {
        assert!(enough(LEAST).is_ok());
        let full = enough(LEAST - 1).unwrap_err().to_string();
        assert!(
            full.starts_with("63 MiB are left and at least 64 are needed: free some"),
            "{full}"
        );
    }
}
