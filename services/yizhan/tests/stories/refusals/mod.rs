//! What is refused at the command line: the exit code, the reason, and that nothing half is done.

mod campuses;
mod cases;
mod desk;
mod endings;
mod persons;
mod starts;
mod time;
mod work;

use crate::account::Refusal;

/// The exit codes of the command line.
const INVALID: i32 = 1;
const NOT_LOGGED_IN: i32 = 3;
const NOT_PERMITTED: i32 = 4;
const NOT_THERE: i32 = 5;
const NOT_NOW: i32 = 6;

impl Refusal {
    /// Holds that it has this exit code and says all of these.
    #[track_caller]
    fn says(&self, code: i32, parts: &[&str]) {
        let says_all = parts.iter().all(|part| self.message.contains(part));
        assert!(self.code == code && says_all, "not {code} {parts:?}: {self:?}");
    }
}
