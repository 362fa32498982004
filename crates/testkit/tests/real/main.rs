//! The testkit on real servers: needs what `./yizhan test` sets.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::thread;

mod database;
mod eventually;
mod nats;
mod proxy;

/// What a part of the testkit says when it gives up.
fn panic_of<F: Future>(work: impl FnOnce() -> F + Send + 'static) -> String {
    let panic = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work());
    })
    .join()
    .unwrap_err();
    *panic.downcast::<String>().unwrap()
}
