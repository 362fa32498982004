//! A folder for one test, and how servers are set up in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use nix::unistd::{Pid, getpgid};
use servers::{Durability, Places, Programs, Setup};

/// A folder that is removed if the test passes.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("servers-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn setup(&self, folder: &str) -> Setup {
        Setup {
            folder: self.0.join(folder),
            guard: env!("CARGO_BIN_EXE_servers-toy").into(),
            durability: Durability::None,
            port: None,
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// A server's process id, and the id of its process group.
pub(crate) fn process_and_group(setup: &Setup) -> (Pid, Pid) {
    let remembered = fs::read_to_string(setup.folder.join("process")).unwrap();
    let (id, _) = remembered.split_once(' ').unwrap();
    let process = Pid::from_raw(id.parse().unwrap());
    (process, getpgid(Some(process)).unwrap())
}

/// Both servers as this machine has them, fetched if it has not.
pub(crate) fn programs() -> Programs {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    servers::provide(&Places::of_process(&project), &|_| ()).unwrap()
}
