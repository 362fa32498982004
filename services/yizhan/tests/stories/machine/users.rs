//! Whoever starts it: an ordinary user, and root where nobody else may look.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use nix::unistd::geteuid;

use crate::campus::{
    home::{Home, WORKSPACE},
    program::Program,
};

/// `nobody` by convention.
const ORDINARY: u32 = 65_534;

#[test]
fn an_ordinary_user_starts_it_from_a_checkout_of_somebody_else() {
    if !geteuid().is_root() {
        eprintln!("not run: this is an ordinary user, and so are all other stories");
        return;
    }
    let home = Home::empty();
    let checkout = checkout(&home.path().join("checkout"));
    let mine = home.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::rename(home.path().join("endpoints.toml"), mine.join("endpoints.toml")).unwrap();
    for given in [&mine, &mine.join("endpoints.toml")] {
        chown(given, Some(ORDINARY), Some(ORDINARY)).unwrap();
    }
    let yizhan = |arguments: &[&str]| {
        let mut command = Command::new(checkout.join("target/debug/yizhan"));
        command.current_dir(&checkout).uid(ORDINARY).gid(ORDINARY);
        command.env("YIZHAN_HOME", &mine).args(arguments);
        command
    };

    let mut up = Program::start("`yizhan up` of an ordinary user", yizhan(&["up"]));
    up.wait_for("Yizhan is ready");
    let process = fs::metadata(format!("/proc/{}", up.id())).unwrap();
    assert_eq!(process.uid(), ORDINARY);
    let data = fs::metadata(mine.join("servers/postgres/data")).unwrap();
    assert_eq!((data.uid(), data.mode() & 0o077), (ORDINARY, 0));
    for line in [&["login", "desk-1"][..], &["case", "open", "water-leak", "--place", "dorm-7-402"]]
    {
        let answer = yizhan(line).output().unwrap();
        assert!(answer.status.success(), "{line:?}: {}", String::from_utf8_lossy(&answer.stderr));
    }
    let cases = || {
        let listed = yizhan(&["case", "list", "-o", "json"]).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        listed["cases"].as_array().unwrap().len()
    };
    // Another process does not know for which head the board is to wait.
    let begun = Instant::now();
    while cases() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the case is on no board");
    }
    assert_eq!(cases(), 1);
    up.interrupt();
}

#[test]
fn root_starts_it_in_a_folder_of_root_alone() {
    if !geteuid().is_root() {
        eprintln!("not run: this is an ordinary user, who cannot be root");
        return;
    }
    let home = Home::with_campus();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let mut up = home.yizhan();
    up.arg("up");
    let mut up = Program::start("`yizhan up` of root", up);
    up.wait_for("Yizhan is ready");
    up.interrupt();
}

/// What `up` needs of a checkout, for everybody to read and for nobody but root to change.
fn checkout(folder: &Path) -> PathBuf {
    let program = folder.join("target/debug/yizhan");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_yizhan"), &program).unwrap();
    for part in ["examples", ".cache/servers"] {
        let from = Path::new(WORKSPACE).join(part);
        if !from.exists() {
            continue; // the servers are installed on this machine
        }
        let to = folder.join(part);
        fs::create_dir_all(&to).unwrap();
        let mut copy = Command::new("cp");
        let copied = copy.args(["-RL", "--reflink=auto"]).arg(from.join(".")).arg(&to).status();
        assert!(copied.unwrap().success(), "{part} could not be copied");
    }
    let readable = Command::new("chmod").args(["-R", "a+rX,go-w"]).arg(folder).status().unwrap();
    assert!(readable.success());
    folder.to_path_buf()
}
