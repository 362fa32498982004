//! The installation's nats-server, behind the back of the `up` that started it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{home::Home, program::Program};

/// A nats-server that can be killed, lose its store, and come back at the same port.
pub(crate) struct Broker {
    folder: PathBuf,
    /// The guard that makes it die with this test.
    guard: Command,
    server: Server,
}

enum Server {
    /// Started by `up`: its process id.
    OfUp(i32),
    Killed,
    /// Started again by the test.
    Ours(Program),
}

impl Broker {
    /// The one that `up` has started.
    pub(crate) fn of(home: &Home) -> Self {
        let folder = home.path().join("servers/nats");
        let known = fs::read_to_string(folder.join("process")).unwrap();
        let pid: i32 = known.split(' ').next().unwrap().parse().unwrap();
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
        keep_port(home.path(), &folder.join("nats.conf"));
        let mut guard = home.yizhan();
        guard.args(["guard", "own", "SIGTERM", &process::id().to_string()]).arg(program);
        guard.arg("-c").arg(folder.join("nats.conf"));
        Self { folder, guard, server: Server::OfUp(pid) }
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        match std::mem::replace(&mut self.server, Server::Killed) {
            Server::OfUp(pid) => {
                kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
                wait_until_gone(pid);
            }
            Server::Ours(mut program) => program.kill(),
            Server::Killed => panic!("it was killed before"),
        }
    }

    /// Deletes its store: every stream and consumer is gone.
    pub(crate) fn delete_store(&self) {
        assert!(matches!(self.server, Server::Killed), "kill it first");
        fs::remove_dir_all(self.folder.join("store")).unwrap();
    }

    /// Changes its configuration, for the next start.
    pub(crate) fn configure(&self, change: impl Fn(&str) -> String) {
        assert!(matches!(self.server, Server::Killed), "kill it first");
        let file = self.folder.join("nats.conf");
        let text = fs::read_to_string(&file).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text, "nothing is changed");
        fs::write(file, changed).unwrap();
    }

    /// Starts it again after it was killed.
    pub(crate) fn start(&mut self) {
        assert!(matches!(self.server, Server::Killed), "it runs");
        let mut command = Command::new(self.guard.get_program());
        command.args(self.guard.get_args()).current_dir("/");
        let program = Program::start("nats-server", command);
        program.wait_for("Server is ready");
        self.server = Server::Ours(program);
    }
}

/// `up` lets it take a free port; from now on that one is its own.
fn keep_port(home: &Path, conf: &Path) {
    let config = fs::read_to_string(home.join("config.toml")).unwrap();
    let config: toml::Value = toml::from_str(&config).unwrap();
    let address = config["broker"]["url"].as_str().unwrap().trim_start_matches("nats://");
    let text = fs::read_to_string(conf).unwrap().replace("127.0.0.1:-1", address);
    assert!(text.contains(address), "{} names no address that is known here", conf.display());
    fs::write(conf, text).unwrap();
}

/// Its parent reaps it; then the port is free.
fn wait_until_gone(pid: i32) {
    let process = Path::new("/proc").join(pid.to_string());
    let begun = Instant::now();
    while process.exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{pid} does not die");
        thread::sleep(Duration::from_millis(1));
    }
}
