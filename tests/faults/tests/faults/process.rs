use std::{
    os::unix::process::ExitStatusExt as _,
    process::{ExitStatus, Stdio},
};

use events::words::Service;
use faults::{Command, Point, Says, variables};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::postgres::PgConnectOptions;
use testkit::{Proxy, eventually};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout},
    sync::mpsc,
};

/// A toy to be started, and by which links.
#[must_use]
pub(crate) struct Start {
    service: Service,
    postgres: String,
    nats: String,
    dies: Option<Point>,
}

impl Start {
    pub(crate) fn new(service: Service, postgres: String, nats: String) -> Self {
        Self { service, postgres, nats, dies: None }
    }

    /// Lets it reach the broker by this link.
    pub(crate) fn nats_by(self, link: &Proxy) -> Self {
        Self { nats: format!("nats://127.0.0.1:{}", link.port()), ..self }
    }

    /// Lets it reach its store by this link.
    pub(crate) fn postgres_by(self, link: &Proxy) -> Self {
        let own = self.postgres.parse::<PgConnectOptions>().unwrap().get_port();
        let postgres = self.postgres.replace(&format!(":{own}/"), &format!(":{}/", link.port()));
        Self { postgres, ..self }
    }

    /// Lets it kill itself there, the first time that it comes by.
    pub(crate) fn dying_at(self, point: Point) -> Self {
        Self { dies: Some(point), ..self }
    }

    pub(crate) async fn start(self) -> Toy {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_toy"));
        command
            .arg(self.service.word())
            .env(variables::POSTGRES, self.postgres)
            .env(variables::NATS, self.nats)
            .envs(self.dies.map(|point| (variables::DIES, point.word())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (answer, answers) = mpsc::unbounded_channel();
        let (ask, asks) = mpsc::unbounded_channel();
        tokio::spawn(listen(child.stdout.take().unwrap(), answer, ask));
        let stdin = child.stdin.take().unwrap();
        let mut toy = Toy { child, stdin, answers, asks };
        assert_eq!(toy.answers.recv().await, Some(Says::Ready));
        toy
    }
}

/// A toy service: a process.
pub(crate) struct Toy {
    child: Child,
    stdin: ChildStdin,
    answers: mpsc::UnboundedReceiver<Says>,
    asks: mpsc::UnboundedReceiver<(Service, Command)>,
}

impl Toy {
    /// Its answer; `None` if it died before it gave one.
    pub(crate) async fn tell(&mut self, command: &Command) -> Option<Says> {
        let mut line = serde_json::to_vec(command).unwrap();
        line.push(b'\n');
        self.stdin.write_all(&line).await.ok()?;
        self.answers.recv().await
    }

    /// The next thing that it has asked of another service, as a command for that one.
    pub(crate) fn asked(&mut self) -> Option<(Service, Command)> {
        self.asks.try_recv().ok()
    }

    /// Stops it, as a machine that swaps or a frozen container does (SIGSTOP).
    pub(crate) fn stop(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it run on.
    pub(crate) fn wake(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Kills it.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until it has killed itself; 1 if it has, and 0 if it ended otherwise.
    pub(crate) async fn has_died(&mut self) -> u64 {
        let ended = async || self.child.try_wait().unwrap();
        let status: ExitStatus = eventually("it has killed itself", ended).await;
        u64::from(status.signal() == Some(Signal::SIGKILL as i32))
    }

    /// Lets it drain and end.
    pub(crate) async fn end(mut self) {
        drop(self.stdin);
        assert!(self.child.wait().await.unwrap().success());
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().unwrap();
        kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
    }
}

/// Tells what a toy answers from what it asks.
async fn listen(
    stdout: ChildStdout,
    answers: mpsc::UnboundedSender<Says>,
    asks: mpsc::UnboundedSender<(Service, Command)>,
) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let says = serde_json::from_str(&line).unwrap();
        if let Says::Asks { service, case, from } = says {
            drop(asks.send((service, Command::Redeliver { case, from })));
        } else {
            drop(answers.send(says));
        }
    }
}
