use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;
use serde::Deserialize;

use crate::{
    Durability, Error, Places, Program, Progress, Server, Setup, Version,
    folder::{Folder, Log, remove_folder},
    guard::{self, Guarded, Identity},
    port,
    process::{Process, TICK},
};

/// How long a start may take, with a large store to read.
const PATIENCE: Duration = Duration::from_mins(1);

/// A nats-server of our own with JetStream on 127.0.0.1; stopped when dropped.
///
/// ```text
///  <folder>/nats.conf   ours (address, store), then the caller's
///  <folder>/store/      JetStream's files
///  <folder>/version     the newest nats-server that ran on the store
///  <folder>/server.log
/// ```
#[derive(Debug)]
pub struct Nats {
    program: Program<Self>,
    folder: Folder,
    guard: PathBuf,
    durability: Durability,
    config: String,
    port: Option<u16>,
    process: Option<Process>,
}

impl Server for Nats {
    const NAME: &'static str = "nats-server";
    const FLOOR: Version = Version::new([2, 14, 0], 2);
    const VARIABLE: &'static str = "YIZHAN_NATS_SERVER";
    const EXECUTABLE: &'static str = "nats-server";
    const COMPANIONS: &'static [&'static str] = &[];
    const IN_WHEELS: &'static str = "bin/nats-server";

    fn named(places: &Places) -> Option<PathBuf> {
        places.nats.clone()
    }

    fn usual_folders() -> Vec<PathBuf> {
        Vec::new()
    }
}

impl Nats {
    /// Starts the nats-server of a folder on the store that it left there, if any.
    ///
    /// `config` is further configuration text, such as `authorization { ... }`; address and
    /// JetStream's store are not its business.
    pub fn start(
        program: &Program<Self>,
        setup: &Setup,
        config: &str,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let mut nats = Self {
            program: program.clone(),
            folder: Folder::hold(Self::NAME, &setup.folder, progress)?,
            guard: guard::absolute(&setup.guard)?,
            durability: setup.durability,
            config: config.to_owned(),
            port: setup.port,
            process: None,
        };
        nats.check_version()?;
        nats.launch()?;
        Ok(nats)
    }

    /// Its port on 127.0.0.1; the same after each restart.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or_default()
    }

    /// Where clients connect, without user and password.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port())
    }

    /// JetStream's files: for tests that damage them while it is stopped.
    pub fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// What it printed: for people.
    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Whether it runs, as far as its process tells.
    pub fn is_running(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.wait(Duration::ZERO).is_none())
    }

    /// Stops it, if it runs. Killed if it takes longer than 20 s.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop(Signal::SIGTERM);
        }
    }

    /// Kills it, as a crash does.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again at the same port on the same store, stopping it first if it runs.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop();
        port::at_the_same(|| self.launch())
    }

    /// Stops it, if it runs, and deletes its store: every stream and consumer.
    pub fn wipe(&mut self) -> Result<(), Error> {
        self.stop();
        remove_folder(&self.store())
    }

    /// Lets it stand still (SIGSTOP) with all its connections open; returns when it does.
    pub fn pause(&self) -> Result<(), Error> {
        self.process()?.pause();
        Ok(())
    }

    /// Lets it run on after [`pause`](Self::pause).
    pub fn resume(&self) -> Result<(), Error> {
        self.process()?.resume();
        Ok(())
    }

    /// Uses other configuration text from the next [`restart`](Self::restart) on.
    pub fn configure(&mut self, config: &str) {
        config.clone_into(&mut self.config);
    }

    fn process(&self) -> Result<&Process, Error> {
        self.process.as_ref().ok_or(Error::NotRunning { name: Self::NAME })
    }

    /// A store is never opened by an older release line than one that wrote it.
    fn check_version(&self) -> Result<(), Error> {
        let file = self.folder.join("version");
        let found = self.program.version();
        let made_by = match fs::read_to_string(&file) {
            Ok(text) => Version::read(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io("read", &file)(error)),
        };
        match made_by {
            Some(made_by) if made_by.line() > found.line() => Err(Error::MadeByAnother {
                name: Self::NAME,
                folder: self.folder.path().to_path_buf(),
                made_by,
                path: self.program.path().to_path_buf(),
                found,
                variable: Self::VARIABLE,
            }),
            Some(made_by) if made_by >= found => Ok(()),
            Some(_) | None => {
                fs::write(&file, format!("{found}\n")).map_err(Error::io("write", &file))
            }
        }
    }

    fn launch(&mut self) -> Result<(), Error> {
        let ports = self.folder.join("ports");
        remove_folder(&ports)?; // files of killed servers
        fs::create_dir(&ports).map_err(Error::io("create", &ports))?;
        let file = self.folder.join("nats.conf");
        fs::write(&file, self.config_text(&ports)).map_err(Error::io("write", &file))?;

        let log = self.folder.log()?;
        let guarded =
            Guarded { guard: &self.guard, identity: Identity::Own, signal: Signal::SIGTERM };
        let mut command = guarded.command(self.program.path(), ["-c".as_ref(), file.as_os_str()]);
        command.stdout(log.open()?).stderr(log.open()?);
        let process = Process::spawn(command).map_err(Error::no_guard(&self.guard))?;
        self.folder.remember(&process)?;
        self.port = Some(self.wait_for_port(&process, &log, &ports)?);
        self.process = Some(process);
        Ok(())
    }

    fn config_text(&self, ports: &Path) -> String {
        let port = self.port.map_or(-1, i32::from);
        let sync = match self.durability {
            Durability::Full => "\n  sync_interval: always",
            Durability::None => "",
        };
        let (ports, store) = (quoted(ports), quoted(&self.store()));
        format!(
            "listen: \"127.0.0.1:{port}\"\nports_file_dir: {ports}\n\
             jetstream {{\n  store_dir: {store}{sync}\n}}\n\n{}\n",
            self.config
        )
    }

    /// The server tells the port that it took in `<ports>/nats-server_<pid>.ports`.
    fn wait_for_port(&self, process: &Process, log: &Log, ports: &Path) -> Result<u16, Error> {
        let file = ports.join(format!("nats-server_{}.ports", process.id()));
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if process.wait(TICK).is_some() {
                return Err(log.failure(Self::NAME, self.port()));
            }
            // Half written, it does not parse: the next look will.
            if let Some(port) = fs::read(&file).ok().and_then(|text| Ports::parse(&text)) {
                return Ok(port);
            }
        }
        Err(log.too_slow(Self::NAME, PATIENCE))
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.stop();
    }
}

#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
}

impl Ports {
    fn parse(text: &[u8]) -> Option<u16> {
        let ports: Self = serde_json::from_slice(text).ok()?;
        ports.nats.first()?.rsplit_once(':')?.1.parse().ok()
    }
}

/// A path as a string of nats-server's configuration language, which reads JSON's escapes.
fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_the_server_writes() {
        assert_eq!(Ports::parse(br#"{"nats":["nats://127.0.0.1:44123"]}"#), Some(44123));
        assert_eq!(Ports::parse(br#"{"nats":["nats://127.0."#), None);
    }

    #[test]
    fn a_path_with_a_quote_does_not_end_the_string() {
        assert_eq!(quoted(Path::new(r#"/a "b"\c"#)), r#""/a \"b\"\\c""#);
    }
}
