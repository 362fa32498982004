//! A disk that fills while it runs: a small one in memory, in a namespace of its own.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::campus::{home::Home, program::Program};

/// Room for an installation and its work, in MiB.
const SIZE: u64 = 512;

#[test]
fn a_disk_that_fills_stops_it_in_clear_words_and_every_accepted_case_is_there_afterwards() {
    let home = Home::with_campus();
    let Some(disk) = Disk::mount(&home) else { return };
    let mut up = disk.up();
    up.wait_for("Yizhan is ready");
    disk.asks(&["login", "desk-1"]).unwrap();
    let mut accepted = vec![disk.opens_a_case().unwrap()];

    disk.fill();
    let begun = Instant::now();
    let refused = loop {
        match disk.opens_a_case() {
            Ok(number) => accepted.push(number),
            Err(refused) => break refused,
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing is ever refused");
    };
    assert!(refused.starts_with("error: "), "{refused}");
    let_it_end(&mut up);
    let_it_end(&mut disk.up());

    disk.make_room();
    let mut up = disk.up();
    up.wait_for("Yizhan is ready");
    let begun = Instant::now();
    let cases = loop {
        let listed = disk.asks(&["case", "list", "--limit", "200", "-o", "json"]).unwrap();
        let cases: Value = serde_json::from_str(&listed).unwrap();
        let cases = cases["cases"].as_array().unwrap().clone();
        if cases.len() >= accepted.len() {
            break cases;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{accepted:?} became {cases:?}");
    };
    let numbers: Vec<_> = cases.iter().map(|case| case["number"].as_str().unwrap()).collect();
    for number in &accepted {
        assert!(numbers.contains(&number.as_str()), "{number} is not among {numbers:?}");
    }
    // Of the last one it was not known whether it was accepted; if it was, then wholly.
    assert!(numbers.len() <= accepted.len() + 1, "{numbers:?} of {accepted:?}");
    for number in &numbers {
        disk.has_offered(number);
    }
    disk.opens_a_case().unwrap();
    up.interrupt();
}

/// It ends by itself, and says what is full and what to do.
fn let_it_end(up: &mut Program) {
    let status = up.ended();
    let said = up.output();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("the disk of ") && said.contains("/disk is full: "), "{said}");
    assert!(said.contains("free some and start it again"), "{said}");
}

/// A disk with an installation.
struct Disk<'a> {
    home: &'a Home,
    /// Its namespace lives as long as this process.
    holder: Program,
}

impl<'a> Disk<'a> {
    /// One with a copy of a home; none where that is forbidden.
    fn mount(home: &'a Home) -> Option<Self> {
        let script = format!(
            "mkdir \"$1/disk\" && mount -t tmpfs -o size={SIZE}m small \"$1/disk\" &&
             cd \"$1\" && cp -a keys servers endpoints.toml disk && echo mounted && exec sleep 600"
        );
        let mut holder = Command::new("unshare");
        holder.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
        let allowed = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "small", "/mnt"])
            .output();
        if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
            eprintln!("not run: no tmpfs can be mounted in a user namespace here: {allowed:?}");
            return None;
        }
        holder.arg(home.path());
        let holder = Program::start("the small disk", holder);
        holder.wait_for("mounted");
        Some(Self { home, holder })
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("disk")
    }

    /// The same folder, as it is seen from outside.
    fn seen(&self) -> PathBuf {
        let root = Path::new("/proc").join(self.holder.id().to_string()).join("root");
        root.join(self.folder().strip_prefix("/").unwrap())
    }

    fn up(&self) -> Program {
        let yizhan = self.home.yizhan();
        let mut up = Command::new("nsenter");
        up.args(["--user", "--mount", "--preserve-credentials", "--target"]);
        up.arg(self.holder.id().to_string());
        up.arg(format!("--wd={}", yizhan.get_current_dir().unwrap().display()));
        up.arg(yizhan.get_program()).arg("up").env("YIZHAN_HOME", self.folder());
        Program::start("`yizhan up` on the small disk", up)
    }

    /// What the command line answers, from outside.
    fn asks(&self, arguments: &[&str]) -> Result<String, String> {
        let mut yizhan = self.home.yizhan();
        yizhan.env("YIZHAN_HOME", self.seen()).args(arguments);
        let output = yizhan.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// The number of the new case, or why there is none.
    fn opens_a_case(&self) -> Result<String, String> {
        let line = ["case", "open", "water-leak", "--place", "dorm-7-402", "-o", "json"];
        let accepted: Value = serde_json::from_str(&self.asks(&line)?).unwrap();
        Ok(accepted["number"].as_str().unwrap().to_owned())
    }

    /// Waits until there is a work order for a case.
    fn has_offered(&self, case: &str) {
        let begun = Instant::now();
        while !self.asks(&["case", "show", case]).unwrap().contains("workorder.offered") {
            assert!(begun.elapsed() < Duration::from_secs(30), "{case} was never offered");
        }
    }

    fn ballast(&self) -> PathBuf {
        self.seen().join("ballast")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut ballast = fs::File::create(self.ballast()).unwrap();
        // At once, and then to the last page.
        let full = [1 << 20, 1 << 12].map(|size| {
            let block = vec![1; size];
            std::iter::repeat_with(|| ballast.write_all(&block)).find_map(Result::err).unwrap()
        });
        assert!(full.iter().all(|error| error.kind() == io::ErrorKind::StorageFull), "{full:?}");
    }

    fn make_room(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}
