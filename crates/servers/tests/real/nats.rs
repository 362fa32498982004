//! A real nats-server: started, stopped, killed, paused, wiped, and refused.

use std::{
    cell::Cell,
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::unistd::Pid;
use servers::{Error, Nats, Setup};

use crate::scratch::{Scratch, process_and_group, programs};

fn start(setup: &Setup, config: &str) -> Result<Nats, Error> {
    Nats::start(&programs().nats, setup, config, &|_| ())
}

/// A client that speaks as much of the protocol as a test needs.
struct Client {
    lines: BufReader<TcpStream>,
}

impl Client {
    fn connect(port: u16, options: &str) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut client = Self { lines: BufReader::new(stream) };
        assert!(client.line().unwrap().starts_with("INFO "));
        client.send(&format!("CONNECT {{\"verbose\":false{options}}}\r\nPING\r\n"));
        client
    }

    fn send(&mut self, text: &str) {
        self.lines.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.lines.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Asks JetStream, and returns its answer as JSON text.
    fn ask(&mut self, subject: &str, body: &str) -> String {
        assert_eq!(self.line().unwrap(), "PONG");
        self.send(&format!(
            "SUB inbox 1\r\nPUB $JS.API.{subject} inbox {}\r\n{body}\r\nPING\r\n",
            body.len()
        ));
        let length: usize = loop {
            let line = self.line().unwrap();
            if line.starts_with("MSG inbox ") {
                break line.rsplit_once(' ').unwrap().1.parse().unwrap();
            }
        };
        let mut answer = vec![0; length];
        self.lines.read_exact(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }
}

fn make_stream(port: u16) -> String {
    Client::connect(port, "")
        .ask("STREAM.CREATE.TOY", r#"{"name":"TOY","subjects":["toy.>"],"storage":"file"}"#)
}

fn stream_names(port: u16) -> String {
    Client::connect(port, "").ask("STREAM.NAMES", "")
}

#[test]
fn it_keeps_its_streams_and_its_port_through_stop_kill_and_restart_but_not_through_a_wipe() {
    let scratch = Scratch::new("nats-restart");
    let mut nats = start(&scratch.setup("nats"), "").unwrap();
    let port = nats.port();
    assert!(make_stream(port).contains("\"did_create\":true"));

    nats.restart().unwrap();
    assert_eq!(nats.port(), port);
    assert!(stream_names(port).contains("TOY"));
    nats.kill();
    assert!(!nats.is_running());
    nats.restart().unwrap();
    assert!(stream_names(port).contains("TOY"));

    nats.wipe().unwrap();
    assert!(!nats.store().exists());
    nats.restart().unwrap();
    assert!(!stream_names(port).contains("TOY"));
}

#[test]
fn the_callers_configuration_is_in_force_and_can_be_changed_at_a_restart() {
    let scratch = Scratch::new("nats-config");
    let config =
        |user: &str| format!("authorization {{ users = [{{ user: {user}, password: secret }}] }}");
    let mut nats = start(&scratch.setup("nats"), &config("intake")).unwrap();
    let answer = |nats: &Nats, user: &str| {
        let login = format!(",\"user\":\"{user}\",\"pass\":\"secret\"");
        Client::connect(nats.port(), &login).line().unwrap()
    };
    assert_eq!(answer(&nats, "intake"), "PONG");
    assert_eq!(answer(&nats, "dispatch"), "-ERR 'Authorization Violation'");
    nats.configure(&config("dispatch"));
    nats.restart().unwrap();
    assert_eq!(answer(&nats, "dispatch"), "PONG");
}

#[test]
fn a_wrong_configuration_is_told_in_the_servers_own_words() {
    let scratch = Scratch::new("nats-wrong");
    let refused = start(&scratch.setup("nats"), "no_such_key: 1").unwrap_err();
    assert!(
        matches!(&refused, Error::NotStarted { said, .. } if said.contains("no_such_key")),
        "{refused}"
    );
}

#[test]
fn a_paused_one_answers_when_resumed() {
    let scratch = Scratch::new("nats-pause");
    let nats = start(&scratch.setup("nats"), "").unwrap();
    let mut client = Client::connect(nats.port(), "");
    assert_eq!(client.line().unwrap(), "PONG");
    nats.pause().unwrap();
    client.send("PING\r\n");
    client.lines.get_ref().set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert_eq!(client.line().unwrap_err().kind(), ErrorKind::WouldBlock);
    nats.resume().unwrap();
    client.lines.get_ref().set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(client.line().unwrap(), "PONG");
}

#[test]
fn a_paused_one_can_be_stopped() {
    let scratch = Scratch::new("nats-pause-stop");
    let mut nats = start(&scratch.setup("nats"), "").unwrap();
    nats.pause().unwrap();
    let begun = Instant::now();
    nats.stop();
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(matches!(nats.pause(), Err(Error::NotRunning { .. })));
}

#[test]
fn it_outlives_the_thread_that_started_it() {
    let scratch = Scratch::new("nats-thread");
    let setup = scratch.setup("nats");
    let nats = thread::spawn(move || start(&setup, "").unwrap()).join().unwrap();
    let watched = Instant::now();
    while watched.elapsed() < Duration::from_millis(500) {
        assert!(nats.is_running());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_port_that_another_program_holds_is_named() {
    let scratch = Scratch::new("nats-port");
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let refused = start(&Setup { port: Some(port), ..scratch.setup("nats") }, "").unwrap_err();
    assert!(matches!(refused, Error::PortTaken { port: p, .. } if p == port), "{refused}");
}

#[test]
fn a_store_of_a_newer_server_is_refused_with_the_fix() {
    let scratch = Scratch::new("nats-newer");
    let setup = scratch.setup("nats");
    fs::create_dir_all(&setup.folder).unwrap();
    fs::write(setup.folder.join("version"), "9.1.0\n").unwrap();
    let refused = start(&setup, "").unwrap_err().to_string();
    assert!(refused.contains("made by nats-server 9.1.0"), "{refused}");
}

#[test]
fn ctrl_c_in_the_terminal_does_not_reach_it_because_its_process_group_is_its_own() {
    let scratch = Scratch::new("nats-group");
    let setup = scratch.setup("nats");
    let _nats = start(&setup, "").unwrap();
    let (process, group) = process_and_group(&setup);
    assert_eq!(group, process);
}

#[test]
fn killing_the_parent_shuts_it_down_cleanly() {
    let scratch = Scratch::new("nats-orphan");
    let setup = scratch.setup("nats");
    let mut parent = Command::new(&setup.guard)
        .arg("nats")
        .arg(&setup.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut port).unwrap();
    make_stream(port.trim_end().parse().unwrap());
    parent.kill().unwrap();
    parent.wait().unwrap();

    let nats = start(&setup, "").unwrap();
    assert!(stream_names(nats.port()).contains("TOY"));
    assert!(fs::read_to_string(nats.log()).unwrap().contains("Server Exiting"));
}

#[test]
fn a_start_waits_until_the_process_of_the_last_one_is_gone() {
    let scratch = Scratch::new("nats-waits");
    let setup = scratch.setup("nats");
    fs::create_dir_all(&setup.folder).unwrap();
    // Two servers on one store would ruin it. Anybody will do for the slow one: it is known by its
    // process id and the time of its start.
    let slow = Command::new("sleep").arg("300").spawn().unwrap();
    let (process, slow) = (Pid::from_raw(slow.id().cast_signed()), Cell::new(Some(slow)));
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let started = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap();
    fs::write(setup.folder.join("process"), format!("{process} {started}\n")).unwrap();

    Nats::start(&programs().nats, &setup, "", &|line| {
        assert_eq!(
            line,
            format!("waiting for the previous nats-server (process {process}) to stop")
        );
        let mut slow = slow.take().unwrap();
        slow.kill().unwrap();
        slow.wait().unwrap();
    })
    .unwrap();
    assert!(slow.take().is_none(), "it did not wait");
}
