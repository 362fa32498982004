use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use crate::must;

/// A folder of a test: removed when it passes, kept and named when it fails.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    #[track_caller]
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("yizhan-test-{}-{name}-{number}", process::id()));
        let _ = fs::remove_dir_all(&path); // left by a failed test that had this process id
        must("making a folder for the test", fs::create_dir_all(&path));
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("kept {}", self.0.display());
        } else {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
