use std::env;

use faults::{Point, variables};
use nix::{
    sys::{
        prctl,
        signal::{Signal, kill},
    },
    unistd::Pid,
};

/// The point at which this process kills itself, if there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Death(Option<Point>);

impl Death {
    /// As the environment says.
    pub(crate) fn planned() -> anyhow::Result<Self> {
        let Ok(word) = env::var(variables::DIES) else {
            return Ok(Self(None));
        };
        let point = Point::by_word(&word);
        anyhow::ensure!(point.is_some(), "`{word}` is no point at which a toy can die");
        Ok(Self(point))
    }

    /// Does not return if this is the point: nothing is flushed, closed or told to anybody.
    pub(crate) fn at(self, point: Point) {
        if self.0 == Some(point) {
            let _ = kill(Pid::this(), Signal::SIGKILL);
            // Not reached, unless there was no way to send the signal: the test would see this one.
            std::process::abort();
        }
    }
}

/// Has the kernel kill this process with the test that started it, also while it is stopped.
pub(crate) fn die_with_the_test() -> nix::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)
}
