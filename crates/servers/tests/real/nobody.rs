//! As root where user namespaces are forbidden: Postgres runs as the user `nobody`.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{Gid, geteuid, setgroups};
use servers::{Error, Password, Postgres, Setup};

use crate::scratch::{Scratch, programs};

/// Uid and gid of `nobody` by convention.
const NOBODY: u32 = 65_534;

/// Whether `nobody` can take part here; says why if not.
fn can_run(scratch: &Scratch, programs: &[&Path]) -> bool {
    if !geteuid().is_root() {
        eprintln!("not run: this is an ordinary user, who cannot become another");
        return false;
    }
    // The group that a login gives to root, for the guard to drop.
    if let Err(refused) = setgroups(&[Gid::from_raw(0)]) {
        eprintln!("not run: root cannot choose its groups here: {refused}");
        return false;
    }
    open(scratch.path(), 0o755);
    let closed = |path: &Path| {
        let path = fs::canonicalize(path).unwrap();
        let mut all = path.ancestors();
        all.find(|path| fs::metadata(path).unwrap().mode() & 0o001 == 0).map(Path::to_path_buf)
    };
    let closed = programs.iter().copied().chain([scratch.path()]).find_map(closed);
    if let Some(path) = &closed {
        eprintln!("not run: {} is closed to everybody but its owner", path.display());
    }
    closed.is_none()
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The guard of a machine that forbids user namespaces: it refuses to enter one.
fn without_namespaces(scratch: &Scratch) -> PathBuf {
    let guard = scratch.path().join("guard");
    let toy = env!("CARGO_BIN_EXE_servers-toy");
    fs::write(&guard, format!("#!/bin/sh\n[ \"$2\" != namespace ] && exec '{toy}' \"$@\"\n"))
        .unwrap();
    open(&guard, 0o755);
    guard
}

fn start(setup: &Setup) -> Result<Postgres, Error> {
    let password = Password::random().unwrap();
    Postgres::start(&programs().postgres, setup, &password, &[], &|_| ())
}

#[test]
fn the_guard_drops_user_and_groups_of_root_to_become_nobody() {
    let scratch = Scratch::new("nobody-guard");
    let sh = Path::new("/bin/sh");
    if !can_run(&scratch, &[sh]) {
        return;
    }
    let guarded = Command::new(env!("CARGO_BIN_EXE_servers-toy"))
        .args(["guard", "nobody", "SIGTERM", &std::process::id().to_string()])
        .args([sh, Path::new("-c"), Path::new("id -u; id -g; id -G")])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&guarded.stdout),
        format!("{NOBODY}\n").repeat(3),
        "{guarded:?}"
    );
}

#[test]
fn where_namespaces_are_forbidden_postgres_runs_as_nobody_in_a_folder_that_becomes_nobodys() {
    let scratch = Scratch::new("nobody-open");
    if !can_run(&scratch, &[programs().postgres.path()]) {
        return;
    }
    let setup = Setup { guard: without_namespaces(&scratch), ..scratch.setup("pg") };
    let mut postgres = start(&setup).unwrap();
    postgres.restart().unwrap();
    // The server itself has written this one.
    for path in ["", "data", "data/postmaster.pid"] {
        let meta = fs::metadata(setup.folder.join(path)).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (NOBODY, NOBODY), "{path:?}");
    }
}

#[test]
fn a_folder_that_nobody_cannot_enter_is_named_with_the_fix() {
    let scratch = Scratch::new("nobody-closed");
    if !can_run(&scratch, &[programs().postgres.path()]) {
        return;
    }
    let setup = Setup { guard: without_namespaces(&scratch), ..scratch.setup("roots/pg") };
    fs::create_dir(scratch.path().join("roots")).unwrap();
    open(&scratch.path().join("roots"), 0o700);
    let refused = start(&setup).unwrap_err();
    assert!(
        matches!(&refused, Error::Unreachable { folder } if *folder == setup.folder),
        "{refused}"
    );
    assert!(refused.to_string().contains("a folder that everybody can enter"), "{refused}");
}
