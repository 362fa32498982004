use tokio::sync::watch;

/// Rung after each commit, so that relay, inbox and waker look at once instead of at their next
/// sweep.
///
/// A hint and nothing more: whoever misses it finds the work by sweeping. Cheap to clone; all
/// clones ring for the same listeners.
#[derive(Debug, Clone)]
pub struct Bell(watch::Sender<()>);

impl Bell {
    /// A bell with nobody listening yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    /// Tells all listeners that something was committed, or that the time was moved.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// Hears each ring from now on.
    pub fn listen(&self) -> Listener {
        Listener { ears: self.0.subscribe(), _bell: self.clone() }
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

/// One who hears each ring once, also one that came while he was busy.
#[derive(Debug)]
pub struct Listener {
    ears: watch::Receiver<()>,
    /// Keeps the bell hung up, so that waiting never fails.
    _bell: Bell,
}

impl Listener {
    /// Waits for a ring since the last call.
    pub async fn heard(&mut self) {
        if self.ears.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_ring_while_busy_is_heard_once() {
        let bell = Bell::new();
        let mut listener = bell.listen();
        assert_eq!(listener.heard().now_or_never(), None);
        bell.ring();
        bell.ring();
        assert_eq!(listener.heard().now_or_never(), Some(()));
        assert_eq!(listener.heard().now_or_never(), None);
    }
}
