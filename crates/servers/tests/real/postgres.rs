//! A real Postgres: made, started, stopped, killed, paused, and refused.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use servers::{Error, Password, Postgres, Setup};

use crate::scratch::{Scratch, process_and_group, programs};

fn start(setup: &Setup, password: &Password) -> Result<Postgres, Error> {
    Postgres::start(&programs().postgres, setup, password, &["max_connections=20"], &|_| ())
}

/// Runs one statement by `psql`, which the tests take from PATH or from beside the server.
fn psql(url: &str, statement: &str) -> Result<String, String> {
    let beside = programs().postgres.path().with_file_name("psql");
    let output =
        Command::new(beside).args(["-X", "-w", "-q", "-A", "-t", "-c", statement, url]).output();
    let output = output.unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn it_keeps_its_data_and_its_port_through_stop_kill_and_restart() {
    let scratch = Scratch::new("restart");
    let password = Password::random().unwrap();
    let mut postgres = start(&scratch.setup("pg"), &password).unwrap();
    let (url, port) = (postgres.url("postgres"), postgres.port());
    psql(&url, "create table kept (n int); insert into kept values (1)").unwrap();

    postgres.stop();
    assert!(!postgres.is_running());
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    postgres.restart().unwrap();
    assert_eq!(psql(&url, "update kept set n = n + 1 returning n").unwrap(), "2");

    postgres.kill();
    assert!(!postgres.is_running());
    postgres.restart().unwrap();
    assert_eq!(psql(&url, "select n from kept").unwrap(), "2");
    assert!(fs::read_to_string(postgres.log()).unwrap().contains("not properly shut down"));
    assert_eq!(postgres.port(), port);
}

#[test]
fn it_is_private_and_asks_for_its_password() {
    let scratch = Scratch::new("private");
    let password = Password::random().unwrap();
    let postgres = start(&scratch.setup("pg"), &password).unwrap();
    let url = postgres.url("postgres");
    let show = |name: &str| psql(&url, &format!("show {name}")).unwrap();
    assert_eq!(show("listen_addresses"), "127.0.0.1");
    assert_eq!(show("unix_socket_directories"), "");
    assert_eq!(show("max_connections"), "20");
    assert_eq!(psql(&url, "select datcollate from pg_database limit 1").unwrap(), "C");

    let guess = url.replace(password.reveal(), "guess");
    assert!(psql(&guess, "select 1").unwrap_err().contains("password authentication failed"));
}

#[test]
fn another_password_than_that_of_the_data_is_told_at_the_start() {
    let scratch = Scratch::new("password");
    let setup = scratch.setup("pg");
    drop(start(&setup, &Password::random().unwrap()).unwrap());
    let begun = Instant::now();
    let refused = start(&setup, &Password::random().unwrap()).unwrap_err();
    assert!(matches!(refused, Error::WrongPassword { .. }), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[test]
fn a_paused_one_keeps_its_connections_and_answers_when_resumed() {
    let scratch = Scratch::new("pause");
    let postgres = start(&scratch.setup("pg"), &Password::random().unwrap()).unwrap();
    let mut session = Command::new(programs().postgres.path().with_file_name("psql"))
        .args(["-X", "-q", "-A", "-t", &postgres.url("postgres")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ask = session.stdin.take().unwrap();
    let lines = BufReader::new(session.stdout.take().unwrap()).lines();
    let (answered, answer) = mpsc::channel();
    thread::spawn(move || lines.map(Result::unwrap).try_for_each(|line| answered.send(line)));
    writeln!(ask, "select 'before';").unwrap();
    assert_eq!(answer.recv().unwrap(), "before");

    postgres.pause().unwrap();
    writeln!(ask, "select 'during';").unwrap();
    answer.recv_timeout(Duration::from_millis(200)).unwrap_err();
    // The kernel still takes a connection, but nobody answers on it.
    let mut silent = TcpStream::connect((Ipv4Addr::LOCALHOST, postgres.port())).unwrap();
    silent.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    silent.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap(); // SSLRequest
    silent.read_exact(&mut [0]).unwrap_err();

    postgres.resume().unwrap();
    assert_eq!(answer.recv().unwrap(), "during");
    drop(ask);
    session.wait().unwrap();
}

#[test]
fn a_stale_pid_file_does_not_keep_it_from_starting() {
    let scratch = Scratch::new("stale");
    let setup = scratch.setup("pg");
    let password = Password::random().unwrap();
    drop(start(&setup, &password).unwrap());
    // The pid of a program that lives and is no Postgres: this one.
    let pid_file = setup.folder.join("data/postmaster.pid");
    let text = format!("{}\n{}\n1\n1\n\n127.0.0.1\n\nready   \n", std::process::id(), "/elsewhere");
    fs::write(&pid_file, &text).unwrap();
    let mut postgres = start(&setup, &password).unwrap();
    postgres.kill();
    // A zombie's pid: a child that ended and that nobody has asked.
    let mut zombie = Command::new("true").spawn().unwrap();
    fs::write(
        &pid_file,
        text.replacen(&std::process::id().to_string(), &zombie.id().to_string(), 1),
    )
    .unwrap();
    postgres.restart().unwrap();
    zombie.wait().unwrap();
}

#[test]
fn a_folder_in_use_is_refused_at_once() {
    let scratch = Scratch::new("in-use");
    let setup = scratch.setup("pg");
    let password = Password::random().unwrap();
    let _postgres = start(&setup, &password).unwrap();
    let refused = start(&setup, &password).unwrap_err();
    assert!(matches!(refused, Error::InUse { .. }), "{refused}");
}

#[test]
fn data_of_another_major_version_are_refused_with_the_fix() {
    let scratch = Scratch::new("major");
    let setup = scratch.setup("pg");
    fs::create_dir_all(setup.folder.join("data")).unwrap();
    fs::write(setup.folder.join("data/PG_VERSION"), "12\n").unwrap();
    let refused = start(&setup, &Password::random().unwrap()).unwrap_err().to_string();
    assert!(refused.contains("made by Postgres 12"), "{refused}");
    assert!(refused.contains("point YIZHAN_POSTGRES_BIN at Postgres 12"), "{refused}");
}

#[test]
fn a_port_that_another_program_holds_is_named() {
    let scratch = Scratch::new("port");
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let setup = Setup { port: Some(port), ..scratch.setup("pg") };
    let refused = start(&setup, &Password::random().unwrap()).unwrap_err();
    assert!(matches!(refused, Error::PortTaken { port: p, .. } if p == port), "{refused}");
}

#[test]
fn a_half_made_cluster_is_made_anew() {
    let scratch = Scratch::new("half");
    let setup = scratch.setup("pg");
    fs::create_dir_all(setup.folder.join("data.new/base")).unwrap();
    fs::write(setup.folder.join("password.new"), "left behind").unwrap();
    let postgres = start(&setup, &Password::random().unwrap()).unwrap();
    assert_eq!(psql(&postgres.url("postgres"), "select 1").unwrap(), "1");
    assert!(!setup.folder.join("password.new").exists());
}

#[test]
fn ctrl_c_in_the_terminal_does_not_reach_it_because_its_process_group_is_its_own() {
    let scratch = Scratch::new("group");
    let setup = scratch.setup("pg");
    let _postgres = start(&setup, &Password::random().unwrap()).unwrap();
    let (process, group) = process_and_group(&setup);
    assert_eq!(group, process);
}

#[test]
fn killing_the_parent_shuts_it_down_cleanly() {
    let scratch = Scratch::new("orphan");
    let setup = scratch.setup("pg");
    let mut parent = parent_of_postgres(&setup);
    parent.kill().unwrap();
    parent.wait().unwrap();
    // Starting it again waits for the orphan, whose end was a shutdown and no crash.
    let password = Password::kept_in(&setup.folder.with_extension("password")).unwrap();
    let postgres = start(&setup, &password).unwrap();
    let log = fs::read_to_string(postgres.log()).unwrap();
    assert!(log.contains("received fast shutdown request"), "{log}");
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[test]
fn killing_the_parent_while_it_makes_the_cluster_leaves_none() {
    let scratch = Scratch::new("orphan-initdb");
    let setup = scratch.setup("pg");
    let mut parent = spawn_parent(&setup);
    let begun = Instant::now();
    while !setup.folder.join("data.new/global").exists() {
        assert!(begun.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1));
    }
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(!setup.folder.join("data").exists());
    let password = Password::kept_in(&setup.folder.with_extension("password")).unwrap();
    let postgres = start(&setup, &password).unwrap();
    assert_eq!(psql(&postgres.url("postgres"), "select 1").unwrap(), "1");
}

/// A disk of 20 MB, too small for a cluster, in a user namespace.
#[test]
fn a_full_disk_is_named() {
    let scratch = Scratch::new("disk");
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        command.arg("sh").arg(scratch.path()).arg(env!("CARGO_BIN_EXE_servers-toy"));
        command.stdin(Stdio::null()).output()
    };
    let mount = "mount -t tmpfs -o size=20m small \"$1\"";
    let allowed = namespace(mount);
    if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("not run: no tmpfs can be mounted in a user namespace here: {allowed:?}");
        return;
    }
    let full = namespace(&format!("{mount} && \"$2\" postgres \"$1/pg\"")).unwrap();
    let said = String::from_utf8(full.stderr).unwrap();
    assert!(said.contains("no space left on the disk"), "{said}");
    assert!(said.contains("free some and start again"), "{said}");
}

fn parent_of_postgres(setup: &Setup) -> Child {
    let mut parent = spawn_parent(setup);
    let mut port = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut port).unwrap();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port.trim_end().parse().unwrap())).unwrap();
    parent
}

fn spawn_parent(setup: &Setup) -> Child {
    Command::new(&setup.guard)
        .arg("postgres")
        .arg(&setup.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}
