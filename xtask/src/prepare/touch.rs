//! Sources that look changed for as long as they must be compiled again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};

/// Files that carry the present as their time of change, with the time that they had.
pub(super) struct Touched {
    now: SystemTime,
    files: Vec<(PathBuf, SystemTime)>,
}

/// Makes cargo believe that the files have just changed.
pub(super) fn all<'a>(files: impl Iterator<Item = &'a Path>) -> Result<Touched> {
    #[expect(clippy::disallowed_methods, reason = "files carry the time of the machine")]
    let mut touched = Touched { now: SystemTime::now(), files: Vec::new() };
    for path in files {
        touched.files.push((path.to_owned(), changed(path)?));
        set_changed(path, touched.now)?;
    }
    Ok(touched)
}

impl Touched {
    /// Gives the files their own times back, so that other builds need not compile them again.
    /// One that was written meanwhile keeps its new time.
    pub(super) fn restore(self) -> Result<()> {
        for (path, before) in &self.files {
            if changed(path)? == self.now {
                set_changed(path, *before)?;
            }
        }
        Ok(())
    }
}

fn changed(path: &Path) -> Result<SystemTime> {
    let time = path.metadata().and_then(|metadata| metadata.modified());
    time.with_context(|| format!("reading the time of {}", path.display()))
}

fn set_changed(path: &Path, time: SystemTime) -> Result<()> {
    File::options()
        .append(true)
        .open(path)
        .and_then(|file| file.set_modified(time))
        .with_context(|| format!("setting the time of {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::{all, changed, set_changed};

    #[test]
    fn a_file_gets_its_time_back_unless_it_was_written_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let [left, written] = ["left", "written"].map(|name| folder.path().join(name));
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
        for file in [&left, &written] {
            fs::write(file, "").unwrap();
            set_changed(file, long_ago).unwrap();
        }
        let touched = all([left.as_path(), written.as_path()].into_iter()).unwrap();
        assert!(changed(&left).unwrap() > long_ago);
        let later = touched.now + Duration::from_secs(1);
        set_changed(&written, later).unwrap();
        touched.restore().unwrap();
        assert_eq!(changed(&left).unwrap(), long_ago);
        assert_eq!(changed(&written).unwrap(), later);
    }
}
