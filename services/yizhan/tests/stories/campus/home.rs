//! The folder of a test's installation.
//!
//! The first `up` makes databases, applies the campus and imports its people, which takes a few
//! seconds. So it is done once for a build of the binary; every test resumes a copy of what it left
//! behind, as the second `up` of a person does.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use clock::{Clock, Ids as _, RandomIds};
use jiff::Timestamp;
use nix::sys::statvfs::statvfs;
use runtime::manual_clock;

use super::program::Program;

/// Where the program expects to be called: `examples/campus` is below it.
pub(crate) const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const PROGRAM: &str = env!("CARGO_BIN_EXE_yizhan");
const CAMPUS: &str = "examples/campus";
/// Kept between runs, below the target folder.
const KEPT: &str = env!("CARGO_TARGET_TMPDIR");
/// When the first `up` is made: in ordinary weeks of a term, with a calendar for months to come.
const FIRST: &str = "2026-11-02T07:00:00+08:00";
const MONDAY: &str = "2026-11-02T08:00:00+08:00";
/// Where files are in memory: an installation has some thousand of them.
const MEMORY: &str = "/dev/shm";
/// Room for each test that may run now, and for some that have failed and were kept.
const ROOM: u64 = 4 << 30;

/// An installation's folder; removed when the test passes, kept and named when it fails.
pub(crate) struct Home {
    folder: PathBuf,
}

impl Home {
    /// One without an installation: the next `up` is its first.
    pub(crate) fn empty() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = spacious().join(format!("yizhan-story-{process}-{number}"));
        drop(fs::remove_dir_all(&folder)); // left by a failed test that had this process id
        fs::create_dir(&folder).unwrap();
        let home = Self { folder };
        home.choose_ports();
        home
    }

    /// A copy of the example campus in which each first text of a file became the second one.
    pub(crate) fn edited_campus(&self, file: &str, edits: &[(&str, &str)]) -> PathBuf {
        let folder = self.path().join("campus");
        drop(fs::remove_dir_all(&folder));
        copy(&Path::new(WORKSPACE).join(CAMPUS), &folder);
        let file = folder.join(file);
        let mut text = fs::read_to_string(&file).unwrap();
        for (before, after) in edits {
            assert!(text.contains(before), "{} has no `{before}`", file.display());
            text = text.replacen(before, after, 1);
        }
        fs::write(file, text).unwrap();
        folder
    }

    /// One with the example campus and its people; it is a Monday at eight in the morning.
    pub(crate) fn with_campus() -> Self {
        let home = Self::empty();
        copy(&made_once(), home.path());
        let now: Timestamp = MONDAY.parse().unwrap();
        let offset = now.duration_since(Clock::system().now());
        manual_clock::write(&home.path().join("clock"), offset).unwrap();
        home.choose_ports();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The program, as a person calls it in a checkout, with this installation as its own.
    pub(crate) fn yizhan(&self) -> Command {
        program(&self.folder)
    }

    /// The portal's usual port is everybody's: tests that run at once would race for it. Those above
    /// 32767 are given to whoever calls out.
    fn choose_ports(&self) {
        let mut ids = RandomIds::new(Clock::system());
        let mut taken = Vec::new();
        while taken.len() < 3 {
            let port = 20_000 + ids.uuid().as_u64_pair().1 % 12_000;
            taken.extend(TcpListener::bind(format!("127.0.0.1:{port}")).ok());
        }
        let lines = ["rpc", "http", "admin"]
            .iter()
            .zip(&taken)
            .map(|(port, listener)| format!("{port} = \"{}\"\n", listener.local_addr().unwrap()));
        let text = format!("[portal]\n{}", lines.collect::<String>());
        fs::write(self.folder.join("endpoints.toml"), text).unwrap();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("kept {}", self.folder.display());
        } else {
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

/// In memory, if there is room and nobody wants them elsewhere.
fn spacious() -> PathBuf {
    let free = statvfs(MEMORY).map_or(0, |memory| memory.blocks_available() * memory.block_size());
    if free > ROOM && env::var_os("TMPDIR").is_none() { MEMORY.into() } else { env::temp_dir() }
}

fn program(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(WORKSPACE).env("YIZHAN_HOME", home);
    for name in ["YIZHAN_URL", "YIZHAN_TOKEN", "YIZHAN_CONFIG"] {
        command.env_remove(name);
    }
    command
}

/// What the first `up` of this build leaves behind. Whoever comes first makes it; the others wait.
fn made_once() -> PathBuf {
    let name = format!("campus-{:016x}", build());
    let made = Path::new(KEPT).join(&name);
    let lock = fs::File::create(Path::new(KEPT).join("campus.lock")).unwrap();
    lock.lock().unwrap();
    if made.exists() {
        return made;
    }
    for entry in fs::read_dir(KEPT).unwrap() {
        let entry = entry.unwrap();
        let is_ours = entry.file_name().to_string_lossy().starts_with("campus-");
        if is_ours {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let home = Home::empty();
    let mut up = home.yizhan();
    up.args(["up", "--clock", "manual", "--at", FIRST]);
    let mut up = Program::start("the first `yizhan up`", up);
    up.wait_for("Yizhan is ready");
    up.interrupt();
    let half = Path::new(KEPT).join(format!("{name}.half"));
    fs::create_dir(&half).unwrap();
    copy(home.path(), &half);
    fs::rename(half, &made).unwrap();
    made
}

/// What the first `up` depends on: the program, the campus, and which servers are found.
fn build() -> u64 {
    let mut hasher = DefaultHasher::new();
    let campus = fs::read_dir(Path::new(WORKSPACE).join(CAMPUS)).unwrap();
    let mut files: Vec<_> = campus.map(|entry| entry.unwrap().path()).collect();
    files.push(PROGRAM.into());
    files.sort();
    for file in files {
        let meta = fs::metadata(&file).unwrap();
        (file, meta.len(), meta.modified().unwrap()).hash(&mut hasher);
    }
    for variable in ["YIZHAN_POSTGRES_BIN", "YIZHAN_NATS_SERVER", "PATH"] {
        env::var_os(variable).hash(&mut hasher);
    }
    hasher.finish()
}

/// All that is in a folder, sharing what the file system can share.
fn copy(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    let copied: io::Result<_> =
        copy.args(["-a", "--reflink=auto"]).arg(from.join(".")).arg(to).status();
    assert!(copied.unwrap().success(), "{} could not be copied", from.display());
}
