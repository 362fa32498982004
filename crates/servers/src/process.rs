use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};

use crate::{Progress, proc_fs};

/// How long a server may take to stop before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often something is looked at that cannot be waited for.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// A child process with a thread of its own that lives exactly as long.
///
/// The kernel's parent-death signal, which the guard asks for, follows the *thread* that spawned:
/// from a runtime's worker the server would be stopped when that worker retires.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    end: Arc<End>,
    owner: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct End {
    status: Mutex<Option<ExitStatus>>,
    changed: Condvar,
}

impl End {
    fn status(&self) -> MutexGuard<'_, Option<ExitStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Process {
    /// Starts `command` in a process group of its own, with nothing to read from.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        let end = Arc::new(End::default());
        let (started, start) = mpsc::channel();
        let owner = thread::Builder::new().name("server owner".to_owned()).spawn({
            let end = Arc::clone(&end);
            move || match command.process_group(0).stdin(Stdio::null()).spawn() {
                Ok(child) => {
                    let _ = started.send(Ok(child.id()));
                    own(child, &end);
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            }
        })?;
        let pid = start.recv().unwrap_or_else(|_| Err(io::Error::other("no owner thread")))?;
        Ok(Self { pid: Pid::from_raw(pid.cast_signed()), end, owner: Some(owner) })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Waits for its end, at most this long.
    pub(crate) fn wait(&self, at_most: Duration) -> Option<ExitStatus> {
        let (status, _) = self
            .end
            .changed
            .wait_timeout_while(self.end.status(), at_most, |status| status.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        *status
    }

    /// Sends a signal, unless it has ended: the id may be another's by then.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.end.status().is_none() {
            let _ = kill(self.pid, signal);
        }
    }

    /// Asks it to stop, waits, and kills it if that does not help.
    pub(crate) fn stop(self, gentle: Signal) {
        self.signal(gentle);
        self.resume();
        self.wait(PATIENCE);
    } // dropped, and so killed if it still lives

    /// Ends it and its children at once, as the kernel does when memory runs out.
    pub(crate) fn kill(&self) {
        let children = self.pause(); // so that it cannot start more
        signal_all(&children, Signal::SIGKILL);
        self.signal(Signal::SIGKILL);
        self.wait(PATIENCE);
        wait_until(PATIENCE, || !children.iter().copied().any(lives));
    }

    /// Stops it and its children where they are; returns them when all stand still.
    pub(crate) fn pause(&self) -> Vec<i32> {
        // While its status is held it is not reaped, and its id nobody else's.
        let status = self.end.status();
        if status.is_some() {
            return Vec::new();
        }
        signal_all(&[self.id()], Signal::SIGSTOP);
        wait_until(PATIENCE, || stands_still(self.id()));
        let children = proc_fs::children(self.id());
        signal_all(&children, Signal::SIGSTOP);
        wait_until(PATIENCE, || children.iter().copied().all(stands_still));
        children
    }

    /// Lets it and its children run on.
    pub(crate) fn resume(&self) {
        let status = self.end.status();
        if status.is_none() {
            signal_all(&proc_fs::children(self.id()), Signal::SIGCONT);
            signal_all(&[self.id()], Signal::SIGCONT);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.wait(Duration::ZERO).is_none() {
            self.kill();
        }
        if let Some(owner) = self.owner.take() {
            let _ = owner.join();
        }
    }
}

fn signal_all(pids: &[i32], signal: Signal) {
    for &pid in pids {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// What the owner thread does after the start: wait, reap, tell.
fn own(mut child: Child, end: &End) {
    let pid = Pid::from_raw(child.id().cast_signed());
    // Without reaping, so that the id stays the child's own until the status is told.
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(pid), flags) == Err(Errno::EINTR) {}
    let mut status = end.status();
    // An error means that somebody else has reaped it: ended, nobody knows how.
    *status = Some(child.wait().unwrap_or_default());
    end.changed.notify_all();
}

fn lives(pid: i32) -> bool {
    proc_fs::Stat::of(pid).is_some_and(proc_fs::Stat::lives)
}

fn stands_still(pid: i32) -> bool {
    proc_fs::Stat::of(pid).is_none_or(|stat| stat.state == 'T' || !stat.lives())
}

/// Looks at `done` until it is so; false if it was not within `at_most`.
pub(crate) fn wait_until(at_most: Duration, mut done: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + at_most;
    while !done() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(TICK);
    }
    true
}

/// Waits until a process that nobody here owns has ended.
pub(crate) fn wait_for_stranger(name: &str, pid: i32, progress: Progress<'_>) -> bool {
    if lives(pid) {
        progress(&format!("waiting for the previous {name} (process {pid}) to stop"));
    }
    wait_until(PATIENCE, || !lives(pid))
}
