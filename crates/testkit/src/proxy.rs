use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::AbortHandle,
};

use crate::must;

/// A link between clients and one server that a test can spoil.
///
/// ```text
///            hold: bytes wait here, both ends wait for each other (a cable pulled out)
///  client ── swallow: bytes are read and thrown away (an acknowledgement lost) ── server
///            delay: each piece comes later (a slow line)
///            cut: connections end, new ones are taken; refuse: new ones end too
/// ```
///
/// Everything that passed or was swallowed is counted, so that a test can show that its fault hit.
/// After bytes of a connection were swallowed its two ends disagree: [`cut`](Self::cut) before
/// [`pass`](Self::pass).
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    plan: watch::Sender<Plan>,
    records: Arc<Records>,
    listening: AbortHandle,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server: requests.
    ToServer,
    /// From the server to the client: answers.
    ToClient,
}

/// What went one way so far, over all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes handed on.
    pub passed: u64,
    /// Bytes thrown away.
    pub swallowed: u64,
    /// Bytes that had to wait for the end of a hold, or are waiting.
    pub held: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    Pass,
    Hold,
    Swallow,
    Delay(Duration),
}

/// What is to happen to bytes and connections from now on.
#[derive(Debug, Default)]
struct Plan {
    to_server: Mode,
    to_client: Mode,
    refusing: bool,
    /// Connections of an earlier one end.
    generation: u64,
}

impl Plan {
    fn mode(&self, direction: Direction) -> Mode {
        match direction {
            Direction::ToServer => self.to_server,
            Direction::ToClient => self.to_client,
        }
    }

    fn set(&mut self, direction: Direction, mode: Mode) {
        match direction {
            Direction::ToServer => self.to_server = mode,
            Direction::ToClient => self.to_client = mode,
        }
    }
}

#[derive(Debug, Default)]
struct Records {
    to_server: Mutex<Record>,
    to_client: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    traffic: Traffic,
    swallowed: Vec<u8>,
}

impl Records {
    fn of(&self, direction: Direction) -> MutexGuard<'_, Record> {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1, for the server on that port of 127.0.0.1.
    pub async fn to(server: u16) -> Self {
        let listener = must("listening", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await);
        let port = must("listening", listener.local_addr()).port();
        let plan = watch::Sender::new(Plan::default());
        let records = Arc::new(Records::default());
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, server));
        let listening = tokio::spawn(listen(listener, server, plan.clone(), Arc::clone(&records)));
        Self { port, plan, records, listening: listening.abort_handle() }
    }

    /// Where clients connect, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Hands everything on again, what was held first.
    pub fn pass(&self) {
        self.plan.send_modify(|plan| {
            *plan = Plan { generation: plan.generation, ..Plan::default() };
        });
    }

    /// Lets bytes of this direction wait until [`pass`](Self::pass).
    pub fn hold(&self, direction: Direction) {
        self.set(direction, Mode::Hold);
    }

    /// Throws away what is sent in this direction from now on.
    pub fn swallow(&self, direction: Direction) {
        self.set(direction, Mode::Swallow);
    }

    /// Hands each piece of this direction on only after this time.
    pub fn delay(&self, direction: Direction, by: Duration) {
        self.set(direction, Mode::Delay(by));
    }

    /// Ends all connections; new ones are taken.
    pub fn cut(&self) {
        self.plan.send_modify(|plan| plan.generation += 1);
    }

    /// Ends all connections and each new one at once, until [`pass`](Self::pass).
    pub fn refuse(&self) {
        self.plan.send_modify(|plan| {
            plan.generation += 1;
            plan.refusing = true;
        });
    }

    /// What went this way so far.
    pub fn traffic(&self, direction: Direction) -> Traffic {
        self.records.of(direction).traffic
    }

    /// The bytes of this direction that were thrown away, as text: whether it was the
    /// acknowledgement that was lost, and not a keep-alive.
    pub fn swallowed(&self, direction: Direction) -> String {
        String::from_utf8_lossy(&self.records.of(direction).swallowed).into_owned()
    }

    fn set(&self, direction: Direction, mode: Mode) {
        self.plan.send_modify(|plan| plan.set(direction, mode));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn listen(
    listener: TcpListener,
    server: SocketAddr,
    plan: watch::Sender<Plan>,
    records: Arc<Records>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let plan = plan.subscribe();
        if !plan.borrow().refusing {
            tokio::spawn(link(client, server, plan, Arc::clone(&records)));
        }
    }
}

/// One connection: both directions, until both have ended or it is cut.
async fn link(
    client: TcpStream,
    server: SocketAddr,
    mut plan: watch::Receiver<Plan>,
    records: Arc<Records>,
) {
    let generation = plan.borrow().generation;
    let Ok(server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let requests = Pump { direction: Direction::ToServer, plan: plan.clone(), records: &records };
    let answers = Pump { direction: Direction::ToClient, plan: plan.clone(), records: &records };
    let both = async {
        tokio::join!(requests.run(from_client, to_server), answers.run(from_server, to_client))
    };
    tokio::select! {
        _ = both => {}
        _ = plan.wait_for(|plan| plan.generation != generation) => {}
    }
}

/// One direction of one connection.
struct Pump<'a> {
    direction: Direction,
    plan: watch::Receiver<Plan>,
    records: &'a Records,
}

impl Pump<'_> {
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = from.read(&mut buffer).await?;
            let Some(piece) = buffer.get(..length).filter(|piece| !piece.is_empty()) else {
                self.release(0).await;
                return to.shutdown().await;
            };
            match self.release(length).await {
                Mode::Swallow => {
                    let mut record = self.records.of(self.direction);
                    record.traffic.swallowed += piece.len() as u64;
                    record.swallowed.extend_from_slice(piece);
                    continue;
                }
                Mode::Delay(by) => tokio::time::sleep(by).await,
                Mode::Pass | Mode::Hold => {}
            }
            to.write_all(piece).await?;
            self.records.of(self.direction).traffic.passed += piece.len() as u64;
        }
    }

    /// Waits while this direction is held, with so many bytes in hand, and returns what to do then.
    async fn release(&mut self, length: usize) -> Mode {
        let direction = self.direction;
        let now = self.plan.borrow().mode(direction);
        if now != Mode::Hold {
            return now;
        }
        self.records.of(direction).traffic.held += length as u64;
        let released = self.plan.wait_for(|plan| plan.mode(direction) != Mode::Hold).await;
        released.map_or(Mode::Swallow, |plan| plan.mode(direction))
    }
}
