use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::{Credentials, Identity};

/// A client that does not finish its handshake is dropped after this.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);

/// After an error of `accept` (out of file descriptors), before the next.
const BREATHER: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection; an extension of every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Where from.
    pub address: SocketAddr,
    /// Who, by certificate; `None` over plaintext, which only loopback may speak.
    pub identity: Option<Identity>,
}

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Stream,
    peer: Peer,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

/// All connections that `listener` gets from now on: over mutual TLS if there are credentials.
///
/// Handshakes run beside each other, so that a slow one holds back nobody. Ends with the receiver.
pub(crate) fn accept(
    listener: TcpListener,
    credentials: Option<watch::Receiver<Arc<Credentials>>>,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = sender.closed() => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let newest = credentials.as_ref().map(|newest| newest.borrow().clone());
                    tokio::spawn(greet(stream, address, newest, sender.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    });
    ReceiverStream::new(receiver)
}

async fn greet(
    stream: TcpStream,
    address: SocketAddr,
    credentials: Option<Arc<Credentials>>,
    sender: mpsc::Sender<io::Result<Connection>>,
) {
    let greeted = match credentials {
        None => plain(stream, address),
        Some(credentials) => timeout(HANDSHAKE_WITHIN, secure(stream, address, &credentials))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
    };
    match greeted {
        // The receiver is gone when the server stops; so is the connection then.
        Ok(connection) => drop(sender.send(Ok(connection)).await),
        Err(error) => tracing::info!(peer = %address, %error, "a handshake failed"),
    }
}

fn plain(stream: TcpStream, address: SocketAddr) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    Ok(Connection { stream: Stream::Plain(stream), peer: Peer { address, identity: None } })
}

async fn secure(
    stream: TcpStream,
    address: SocketAddr,
    credentials: &Credentials,
) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    let stream = TlsAcceptor::from(credentials.server()).accept(stream).await?;
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let identity = certificate
        .ok_or_else(|| io::Error::other("the peer showed no certificate"))
        .and_then(|certificate| Identity::of(certificate).map_err(io::Error::other))?;
    if identity.installation != credentials.identity().installation {
        return Err(io::Error::other(format!("{identity} is of another installation")));
    }
    let peer = Peer { address, identity: Some(identity) };
    Ok(Connection { stream: Stream::Secure(Box::new(stream)), peer })
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Secure(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Secure(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Secure(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Secure(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
