//! That the bench works, not how fast: a figure in a test would be a coin that is tossed.

use std::process::Command;

#[test]
fn a_quick_run_loses_nothing_and_prints_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["--quick", "--folder"])
        .arg(folder.path())
        .output()
        .unwrap();
    let complained = String::from_utf8_lossy(&bench.stderr);
    assert!(bench.status.success(), "{complained}");
    let table = String::from_utf8_lossy(&bench.stdout);
    let measured = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    assert_eq!(
        measured.collect::<Vec<_>>(),
        ["Measured", "intake", "relay", "inbox", "timers"],
        "{table}"
    );
    assert!(table.contains("Servers: Postgres ") && table.contains("fsync on"), "{table}");
    let left = folder.path().read_dir().unwrap().count();
    assert_eq!(left, 0, "the servers' data are gone with them");
}
