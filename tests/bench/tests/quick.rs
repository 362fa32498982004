//! That the bench works, not how fast: a figure in a test would be a coin that is tossed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

/// The bench, for a moment: what it prints.
fn bench(options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let bench = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(options)
        .arg("--folder")
        .arg(folder.path())
        .output()
        .unwrap();
    let complained = String::from_utf8_lossy(&bench.stderr);
    assert!(bench.status.success(), "{complained}");
    let left = folder.path().read_dir().unwrap().count();
    assert_eq!(left, 0, "the servers' data are gone with them");
    String::from_utf8(bench.stdout).unwrap()
}

#[test]
fn a_quick_run_loses_nothing_and_prints_the_table() {
    let table = bench(&["--quick"]);
    let measured = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    assert_eq!(
        measured.collect::<Vec<_>>(),
        ["Measured", "intake", "relay", "inbox", "timers"],
        "{table}"
    );
    assert!(table.contains("Servers: Postgres ") && table.contains("fsync on"), "{table}");
}

#[test]
fn when_a_year_is_announced_each_promise_beyond_it_is_counted_anew_and_told_once() {
    let told = bench(&["--quick", "--recount"]);
    assert!(told.contains("open promises of 64 cases counted anew and told in "), "{told}");
}
