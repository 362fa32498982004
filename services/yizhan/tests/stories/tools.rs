//! The commands that need no portal: what they say, and how they end.

use std::{
    fs, io,
    process::Output,
    time::{Duration, Instant},
};

use events::words::Service;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::campus::{Campus, home::Home, program::Program};

/// What a command without the portal says, if it does what it is asked for.
fn says(home: &Home, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = home.yizhan().args(arguments).output().unwrap();
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// What it complains of, and its exit code.
fn complains(home: &Home, arguments: &[&str]) -> (i32, String) {
    let Output { status, stderr, .. } = home.yizhan().args(arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn each_shell_gets_a_completion_that_knows_the_commands() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = says(&home, &["completion", shell]);
        assert!(["withdraw", "advance", "replay"].iter().all(|word| script.contains(word)));
    }
}

#[test]
fn who_has_seen_enough_of_an_output_ends_it_without_a_word() {
    let home = Home::empty();
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut yizhan = home.yizhan();
    yizhan.args(["completion", "bash"]).stdout(writer);
    let Output { status, stderr, .. } = yizhan.output().unwrap();
    assert!(
        status.success() && stderr.is_empty(),
        "{status}: {}",
        String::from_utf8_lossy(&stderr)
    );
}

#[test]
fn where_nobody_has_logged_in_a_command_asks_for_that() {
    let home = Home::empty();
    let (code, error) = complains(&home, &["case", "list"]);
    assert!(code == 3 && error.contains("nobody is logged in: `yizhan login"), "{code}: {error}");
}

#[test]
fn doctor_names_the_servers_and_what_becomes_of_the_installation() {
    let home = Home::with_campus();
    let report = says(&home, &["doctor"]);
    for part in ["Postgres", "nats-server", "is not running: `./yizhan up` starts it"] {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn databases_that_are_migrated_stay_as_they_are() {
    let campus = Campus::servers();
    let config = campus.home().path().join("config.toml");
    let report = says(campus.home(), &["migrate", "--config", config.to_str().unwrap()]);
    for service in Service::ALL {
        assert!(report.contains(&format!("{service}: delivery has version ")), "{report}");
    }
    let one = ["migrate", "intake", "--config", config.to_str().unwrap()];
    assert!(says(campus.home(), &one).lines().all(|line| line.starts_with("intake: ")));
}

#[test]
fn an_installation_is_wiped_only_by_somebody_who_says_yes_and_not_while_it_runs() {
    let campus = Campus::servers();
    let (code, error) = complains(campus.home(), &["reset", "--yes"]);
    assert!(code == 1 && error.contains("is in use: stop `yizhan up` first"), "{error}");

    let home = Home::with_campus();
    let (code, error) = complains(&home, &["reset"]);
    assert!(code == 1 && error.contains("`yizhan reset --yes` wipes without asking"), "{error}");
    assert!(home.path().join("keys").exists());

    let photos = home.path().join("photos");
    fs::create_dir_all(photos.join("servers")).unwrap();
    fs::write(photos.join("gate.jpg"), "a gate").unwrap();
    let (code, error) = complains(&home, &["--home", photos.to_str().unwrap(), "reset", "--yes"]);
    assert!(code == 1 && error.contains("is no installation of Yizhan"), "{error}");
    assert_eq!(fs::read_dir(&photos).unwrap().count(), 2);
    let wiped = says(&home, &["reset", "--yes"]);
    assert!(
        wiped.contains("Wiped") && wiped.contains("as Yizhan did not make it: photos"),
        "{wiped}"
    );
    let left = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["photos"]);

    let home = Home::with_campus();
    assert!(says(&home, &["reset", "--yes"]).contains("Wiped"));
    assert!(!home.path().exists());
    assert!(says(&home, &["reset", "--yes"]).contains("There is nothing to wipe"));
}

#[test]
fn time_that_was_moved_ahead_is_not_turned_back_by_a_restart() {
    let home = Home::with_campus();
    let up = |arguments: &[&str]| {
        let mut up = home.yizhan();
        up.arg("up").args(arguments);
        Program::start("`yizhan up`", up)
    };
    let mut system = up(&[]);
    system.wait_for("Yizhan is ready");
    let (code, error) = complains(&home, &["clock", "jump", "2h"]);
    assert!(code == 1 && error.contains("start it with `--clock manual`"), "{error}");
    let begun = Instant::now();
    let (code, error) = complains(&home, &["clock", "advance", "2h"]);
    assert!(code == 1 && error.contains("start it with `--clock manual`"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30), "what is final is not waited for");
    system.interrupt();

    let mut manual = up(&["--clock", "manual"]);
    manual.wait_for("Yizhan is ready");
    says(&home, &["clock", "jump", "2h"]);
    for (by, refused) in [("99999999h", 2), ("438000h", 1)] {
        for movement in ["jump", "advance"] {
            let (code, error) = complains(&home, &["clock", movement, by]);
            assert!(code == refused && error.contains("at most 50 years"), "{error}");
        }
    }
    manual.interrupt();
    let mut back = up(&[]);
    assert_eq!(back.ended().code(), Some(1));
    let refusal = back.output();
    assert!(refusal.contains("was moved 2h ahead"), "{refusal}");
    assert!(refusal.contains("`--clock manual`") && refusal.contains("`./yizhan reset`"));
}

#[test]
fn it_ends_with_its_postgres_and_says_so() {
    let home = Home::with_campus();
    let mut up = home.yizhan();
    up.args(["up", "--clock", "manual"]);
    let mut up = Program::start("`yizhan up`", up);
    up.wait_for("Yizhan is ready");
    let known = fs::read_to_string(home.path().join("servers/postgres/process")).unwrap();
    let pid = known.split(' ').next().unwrap().parse().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    assert_eq!(up.ended().code(), Some(1));
    let said = up.output();
    assert!(said.contains("Postgres has ended, see ") && said.contains("start it again"), "{said}");
}

#[test]
fn who_does_not_answer_may_answer_later() {
    const LATER: i32 = 7;
    let campus = Campus::in_processes();
    let [admin, desk] = ["admin", "desk-1"].map(|name| campus.account(name));
    let case = desk.opens("water-leak --place dorm-7-402 --text 'it drips'");
    campus.kill(Service::Intake);
    let shown = desk.asks(&format!("case show {case}"));
    assert_eq!(shown["case"]["state"], "open");
    assert!(shown["details"].is_null());
    assert_eq!(shown["details_missing"], "intake does not answer", "nobody takes it for all");
    campus.serve(Service::Intake);
    campus.kill(Service::Dispatch);
    let refusal = admin.is_refused("dlq ls");
    assert_eq!(refusal.code, LATER, "{refusal:?}");
    assert!(refusal.message.contains("dispatch did not answer"), "{refusal:?}");
    campus.kill(Service::Portal);
    let refusal = admin.is_refused("dlq ls");
    assert_eq!(refusal.code, LATER, "{refusal:?}");
    assert!(refusal.message.contains("the portal does not answer"), "{refusal:?}");
}

#[test]
fn an_audit_that_somebody_changed_or_cut_off_is_found_in_the_databases() {
    let campus = Campus::in_processes();
    let desk = campus.account("desk-1");
    for _ in 0..3 {
        let case = desk.opens("water-leak --place dorm-7-402");
        desk.does(&format!("case withdraw {case}"));
    }
    // What is not chained yet is chained at the start.
    campus.kill(Service::Intake);
    campus.serve(Service::Intake);
    campus.settle();
    let report = says(campus.home(), &["audit", "verify"]);
    let of_intake = report.lines().find(|line| line.starts_with("intake: ")).unwrap();
    assert!(of_intake.contains("rows are as they were written"), "{report}");
    assert!(of_intake.contains("compared with what") && of_intake.contains("portal"), "{report}");

    let verify = || {
        let Output { status, stdout, .. } =
            campus.home().yizhan().args(["audit", "verify", "intake"]).output().unwrap();
        assert_eq!(status.code(), Some(1));
        String::from_utf8(stdout).unwrap()
    };
    campus.forge(
        Service::Intake,
        "update delivery.audit set actor = 'account:nobody' where action = 'case.closed'",
    );
    let found = verify();
    assert!(found.matches("is not as it was written").count() >= 3, "{found}");
    campus.forge(
        Service::Intake,
        "delete from delivery.audit_chain where place > 2; delete from delivery.audit where seq > 2",
    );
    let found = verify();
    assert!(found.contains("the chain ends at link 2, but"), "{found}");
}
