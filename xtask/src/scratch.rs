//! Folders for the time of a command.

use std::fs;
use std::path::Path;
use std::process;

use anyhow::{Context as _, Result};
use tempfile::{Builder, TempDir};

/// A new folder below `parent`, gone when it is dropped.
///
/// A process that is killed drops nothing; so the folder's name begins with our process id, and
/// those that belong to no process any more are removed first.
pub(crate) fn folder(parent: &Path) -> Result<TempDir> {
    fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    sweep(parent)?;
    Builder::new()
        .prefix(&format!("{}-", process::id()))
        .tempdir_in(parent)
        .with_context(|| format!("making a folder in {}", parent.display()))
}

fn sweep(parent: &Path) -> Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.split_once('-').and_then(|(process, _)| process.parse::<u32>().ok());
        if owner.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            // Another command may sweep at the same time: who is second finds nothing.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::folder;

    #[test]
    fn folders_of_dead_processes_are_removed_and_those_of_the_living_stay() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join("4194305-x"); // above the highest process id
        fs::create_dir(&dead).unwrap();
        let first = folder(parent.path()).unwrap();
        let second = folder(parent.path()).unwrap();
        assert!(!dead.exists());
        assert!(first.path().exists() && second.path().exists());
    }
}
