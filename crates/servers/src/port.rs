use std::{
    net::{Ipv4Addr, TcpListener},
    thread,
    time::{Duration, Instant},
};

use crate::Error;

/// How often another free port is tried.
const ATTEMPTS: u32 = 5;

/// How long a server waits for its own port when it is started again: while it was down, an
/// outgoing connection of some program may have been given it for a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// Starts something at a port that nobody has, and returns that port.
pub(crate) fn at_a_free_one(mut start: impl FnMut(u16) -> Result<(), Error>) -> Result<u16, Error> {
    let mut attempt = 1;
    loop {
        let port = free()?;
        match start(port) {
            // Somebody was quicker between our look and the server's.
            Err(Error::PortTaken { .. }) if attempt < ATTEMPTS => attempt += 1,
            started => return started.map(|()| port),
        }
    }
}

/// Starts something at the port that it had before.
pub(crate) fn at_the_same(mut start: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match start() {
            Err(Error::PortTaken { .. }) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(100));
            }
            started => return started,
        }
    }
}

fn free() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| Error::NoFreePort { source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(port: u16) -> Result<(), Error> {
        Err(Error::PortTaken { name: "toy", port })
    }

    #[test]
    fn a_port_lost_to_another_program_is_tried_again_and_not_for_ever() {
        let mut tried = 0;
        let port = at_a_free_one(|port| {
            tried += 1;
            if tried < 3 { taken(port) } else { Ok(()) }
        });
        assert!(port.unwrap() > 0);
        assert_eq!(tried, 3);
        assert!(matches!(at_a_free_one(taken), Err(Error::PortTaken { .. })));
    }

    #[test]
    fn another_failure_is_not_tried_again() {
        let mut tried = 0;
        let failed = at_the_same(|| {
            tried += 1;
            Err(Error::NotRunning { name: "toy" })
        });
        assert!(matches!(failed, Err(Error::NotRunning { .. })));
        assert_eq!(tried, 1);
    }
}
