//! A process of the real binary: what it prints, and how it ends.

use std::{
    io::{self, BufReader},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Far longer than any start or stop takes, for a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A process that runs until it is told otherwise; what it printed is shown if the test fails.
pub(crate) struct Program {
    name: String,
    child: Child,
    printed: Arc<Printed>,
}

#[derive(Default)]
struct Printed {
    output: Mutex<Output>,
    more: Condvar,
}

#[derive(Default)]
struct Output {
    text: String,
    has_ended: bool,
}

impl Program {
    /// Starts it; standard output and error are read as one.
    pub(crate) fn start(name: &str, mut command: Command) -> Self {
        let (reader, writer) = io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().unwrap();
        // It holds the pipe open on our side.
        drop(command);
        let printed = Arc::new(Printed::default());
        let to = printed.clone();
        thread::spawn(move || to.fill(BufReader::new(reader)));
        Self { name: name.to_owned(), child, printed }
    }

    /// Waits until it has printed `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        let has_said = self.printed.becomes(|output| output.text.contains(text));
        assert!(has_said, "{} has not said `{text}`:\n{}", self.name, self.output());
    }

    /// Lets it drain, as Ctrl-C does, and holds that it ends well.
    pub(crate) fn interrupt(&mut self) {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGINT).unwrap();
        let status = self.ended();
        assert!(status.success(), "{} ended with {status}", self.name);
    }

    /// Has it read its files again.
    pub(crate) fn hang_up(&self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGHUP).unwrap();
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a machine that loses its power does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        let was_killed = status.signal() == Some(Signal::SIGKILL as i32);
        assert!(was_killed, "{} had ended before, with {status}", self.name);
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let has_ended = self.printed.becomes(|output| output.has_ended);
        assert!(has_ended, "{} does not end", self.name);
        self.child.wait().unwrap()
    }

    /// What it has printed.
    pub(crate) fn output(&self) -> String {
        self.printed.lock().text.clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- {} printed:\n{}", self.name, self.output());
        }
        // One that has ended already needs nothing.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Printed {
    fn lock(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap()
    }

    /// Whether it becomes so before the process ends, or patience does.
    fn becomes(&self, is_so: impl Fn(&Output) -> bool) -> bool {
        let goes_on = |output: &mut Output| !output.has_ended && !is_so(output);
        is_so(&self.more.wait_timeout_while(self.lock(), PATIENCE, goes_on).unwrap().0)
    }

    fn fill(&self, mut lines: impl io::BufRead) {
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
            self.lock().text.push_str(&line);
            self.more.notify_all();
            line.clear();
        }
        self.lock().has_ended = true;
        self.more.notify_all();
    }
}
