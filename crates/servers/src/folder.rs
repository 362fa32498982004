use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    Error, Progress,
    proc_fs::Stat,
    process::{Process, wait_for_stranger},
};

/// A log that is longer than this is put aside at the next start.
const LONG_LOG: u64 = 16 << 20;

/// The folder of one server, held by this process.
///
/// ```text
///  lock       held while a handle lives, so a second `up` is refused at once
///  process    id and start time of the server: whom to wait for after `kill -9` of its parent
///  server.log what it printed (server.log.old: what it printed before that)
/// ```
#[derive(Debug)]
pub(crate) struct Folder {
    name: &'static str,
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is missing, holds it, and waits until a server that a killed run left
    /// behind has stopped.
    pub(crate) fn hold(
        name: &'static str,
        path: &Path,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(Error::io("find", path))?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(Error::io("create", &path))?;
        let file = path.join("lock");
        let lock = File::create(&file).map_err(Error::io("create", &file))?;
        lock.try_lock().map_err(|_| Error::InUse { folder: path.clone() })?;
        let folder = Self { name, path, _lock: lock };
        if let Some(orphan) = folder.orphan()
            && !wait_for_stranger(name, orphan, progress)
        {
            return Err(Error::AlreadyRunning { name, pid: orphan, folder: folder.path });
        }
        Ok(folder)
    }

    /// Where it is; absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of something in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Remembers the server's process for the run after a crash of this one.
    pub(crate) fn remember(&self, process: &Process) -> Result<(), Error> {
        let Some(stat) = Stat::of(process.id()) else { return Ok(()) };
        let file = self.join("process");
        fs::write(&file, format!("{} {}\n", process.id(), stat.started))
            .map_err(Error::io("write", &file))
    }

    /// The remembered process, if that very one is still there.
    fn orphan(&self) -> Option<i32> {
        let text = fs::read_to_string(self.join("process")).ok()?;
        let (pid, started) = text.trim_end().split_once(' ')?;
        let pid = pid.parse().ok()?;
        let started: u64 = started.parse().ok()?;
        (Stat::of(pid)?.started == started).then_some(pid)
    }

    /// The log, from its present end on.
    pub(crate) fn log(&self) -> Result<Log, Error> {
        let path = self.join("server.log");
        let mut start = fs::metadata(&path).map_or(0, |meta| meta.len());
        if start > LONG_LOG {
            fs::rename(&path, self.join("server.log.old")).map_err(Error::io("rename", &path))?;
            start = 0;
        }
        Ok(Log { name: self.name, folder: self.path.clone(), path, start })
    }
}

/// What one start of a server prints.
#[derive(Debug)]
pub(crate) struct Log {
    name: &'static str,
    folder: PathBuf,
    pub(crate) path: PathBuf,
    start: u64,
}

impl Log {
    /// A file to append to.
    pub(crate) fn open(&self) -> Result<File, Error> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .map_err(Error::io("write", &self.path))
    }

    /// What was printed since.
    pub(crate) fn text(&self) -> String {
        let mut bytes = Vec::new();
        let _ = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.start))?;
            file.take(1 << 20).read_to_end(&mut bytes)
        });
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Why the start failed, as far as the log tells. `port` is the one that it was to have.
    pub(crate) fn failure(&self, name: &'static str, port: u16) -> Error {
        let text = self.text();
        if text.contains("ddress already in use") {
            return Error::PortTaken { name, port };
        }
        if ["o space left on device", "Check free disk space"]
            .iter()
            .any(|sign| text.contains(sign))
        {
            return Error::DiskFull { name: self.name, folder: self.folder.clone() };
        }
        let lines: Vec<_> = text.trim_end().lines().collect();
        let said = lines.split_at(lines.len().saturating_sub(8)).1.join("\n");
        Error::NotStarted { name, log: self.path.clone(), said }
    }

    /// The failure of a start that did not come to an end within `patience`.
    pub(crate) fn too_slow(&self, name: &'static str, patience: Duration) -> Error {
        Error::TooSlow { name, seconds: patience.as_secs(), log: self.path.clone() }
    }
}

/// Removes a file that may be missing.
pub(crate) fn remove_file(file: &Path) -> Result<(), Error> {
    absent_is_fine(fs::remove_file(file)).map_err(Error::io("remove", file))
}

/// Removes a folder with all that is in it; it may be missing.
pub(crate) fn remove_folder(folder: &Path) -> Result<(), Error> {
    absent_is_fine(fs::remove_dir_all(folder)).map_err(Error::io("remove", folder))
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
