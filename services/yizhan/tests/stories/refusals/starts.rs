//! What cannot start, and says what to do about it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use events::words::Service;

use crate::campus::{
    Campus,
    home::{Home, WORKSPACE},
    program::Program,
};

#[test]
fn a_service_whose_port_is_taken_says_which_one_and_where_that_is_set() {
    let campus = Campus::servers();
    let address = campus.endpoint(Service::Intake, "rpc");
    let address = address.trim_start_matches("http://");
    let _taken = TcpListener::bind(address).unwrap();
    let output = fails_to_serve(&campus, &[]);
    assert!(output.contains(address) && output.contains("is the port taken?"), "{output}");
}

#[test]
fn a_service_with_a_wrong_password_says_so_within_three_seconds() {
    let campus = Campus::servers();
    let wrong = campus.home().path().join("wrong");
    fs::write(&wrong, "guess").unwrap();
    let begun = Instant::now();
    let output =
        fails_to_serve(&campus, &[("YIZHAN_STORE__PASSWORD_FILE", wrong.to_str().unwrap())]);
    let took = begun.elapsed();
    assert!(output.contains("role intake") && output.contains("store.password_file"), "{output}");
    assert!(took < Duration::from_secs(3), "it took {took:?}");
}

#[test]
fn a_broker_that_is_too_old_is_named_once_and_intake_is_ready_without_one() {
    let campus = Campus::servers();
    let broker = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", broker.local_addr().unwrap());
    thread::spawn(move || {
        broker.incoming().for_each(|stream| play_nats(stream.unwrap(), "2.10.1"));
    });
    let mut serve = campus.home().yizhan();
    serve.args(["serve", "intake", "--config"]).arg(campus.home().path().join("config.toml"));
    let mut serve = Program::start("intake", {
        serve.env("YIZHAN_BROKER__URL", url);
        serve
    });
    let named = "nats-server 2.10.1 is too old, and Yizhan needs 2.14 or newer";
    serve.wait_for("the broker is not used");
    campus.wait_until_ready(Service::Intake);
    thread::sleep(Duration::from_secs(3));
    let output = serve.output();
    let told = output.lines().filter(|line| line.contains("the broker is not used"));
    assert!(told.clone().all(|line| line.contains(named) && line.contains("broker.url")));
    assert_eq!(told.count(), 1, "{output}");
    let lines = output.lines().filter(|line| line.contains(named)).count();
    assert!(lines <= 8, "{output}");
    serve.interrupt();
}

/// What a nats-server of this version says to whoever connects, and nothing else.
fn play_nats(mut stream: TcpStream, version: &str) {
    let info = format!(
        r#"INFO {{"server_id":"old","version":"{version}","proto":1,"host":"127.0.0.1","port":4222,"max_payload":1048576,"headers":true}}"#
    );
    stream.write_all(format!("{info}\r\n").as_bytes()).unwrap();
    let heard = BufReader::new(stream.try_clone().unwrap());
    for line in heard.lines().map_while(Result::ok).filter(|line| line == "PING") {
        let _ = stream.write_all(line.replace("PING", "PONG\r\n").as_bytes());
    }
}

#[test]
fn a_second_up_of_an_installation_that_runs_is_refused() {
    let campus = Campus::servers();
    let output = campus.home().yizhan().arg("up").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("is in use: another `yizhan up` is running"), "{error}");
}

#[test]
fn a_first_start_that_ends_between_the_campus_and_its_people_is_completed_by_the_next() {
    let home = Home::empty();
    let checkout = home.path().join("checkout");
    let (example, people) = ("examples/campus", "examples/campus/people.csv");
    fs::create_dir_all(checkout.join("examples")).unwrap();
    let mut copy = Command::new("cp");
    copy.current_dir(WORKSPACE).arg("-r").arg(example).arg(checkout.join(example));
    assert!(copy.status().unwrap().success());
    symlink(Path::new(WORKSPACE).join(".cache"), checkout.join(".cache")).unwrap();
    fs::remove_file(checkout.join(people)).unwrap();
    let up = || {
        let mut up = home.yizhan();
        up.current_dir(&checkout).arg("up");
        Program::start("`yizhan up`", up)
    };

    let mut first = up();
    assert_eq!(first.ended().code(), Some(1), "{}", first.output());
    assert!(first.output().contains("people.csv"), "{}", first.output());

    fs::copy(Path::new(WORKSPACE).join(people), checkout.join(people)).unwrap();
    let mut second = up();
    second.wait_for("Yizhan is ready");
    assert!(!second.output().contains("applying"), "{}", second.output());
    let login = home.yizhan().args(["login", "plumber-1"]).output().unwrap();
    assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));
    second.interrupt();
}

#[test]
fn a_demo_password_that_was_lost_is_not_replaced_by_one_that_opens_nothing() {
    let home = Home::with_campus();
    let kept = home.path().join("keys/demo-password");
    fs::remove_file(&kept).unwrap();
    let mut up = home.yizhan();
    up.args(["up", "--clock", "manual"]);
    let mut up = Program::start("`yizhan up`", up);
    up.wait_for("keys/demo-password was lost");
    assert!(!kept.exists() && !up.output().contains("Their password,"), "{}", up.output());
    up.interrupt();
}

/// What `yizhan serve intake` prints before it gives up.
fn fails_to_serve(campus: &Campus, environment: &[(&str, &str)]) -> String {
    let mut serve = campus.home().yizhan();
    serve.args(["serve", "intake", "--config"]).arg(campus.home().path().join("config.toml"));
    serve.envs(environment.iter().copied());
    let mut serve = Program::start("intake", serve);
    let status = serve.ended();
    assert_eq!(status.code(), Some(1), "{}", serve.output());
    serve.output()
}
