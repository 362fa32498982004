use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use events::words::Service as ServiceName;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, request::Parts};
use http_body_util::{BodyExt as _, Full};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout_at},
};
use tonic::{Status, body::Body};
use tower::{Service, ServiceExt as _};

use super::{
    call::too_late,
    follow::{Follow, Replicas, endpoint},
    target::Target,
};
use crate::{CALLER, Error, tls::Credentials, trace};

/// The deadline of a call that names none.
const DEADLINE: Duration = Duration::from_secs(5);

/// Before the second and the third try.
const BACK_OFF: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(200)];

const GRPC_TIMEOUT: &str = "grpc-timeout";

/// Opens channels from one service to others.
#[derive(Debug, Clone)]
pub struct Connector {
    caller: ServiceName,
    credentials: Option<watch::Receiver<Arc<Credentials>>>,
}

/// A target that cannot be spoken to in this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It needs certificates, and there are none.
    #[error("{0} needs certificates: give them ([tls])")]
    NoCredentials(Target),
    /// Certificates are given, and the target is plaintext.
    #[error("{0} is plaintext, and this service has certificates: use dns:// or https://")]
    Plaintext(Target),
}

impl Connector {
    /// For calls of `caller`, over mutual TLS if there are credentials.
    pub fn new(
        caller: ServiceName,
        credentials: Option<watch::Receiver<Arc<Credentials>>>,
    ) -> Self {
        Self { caller, credentials }
    }

    /// A channel to `callee`. It connects when it is first used, and again by itself.
    ///
    /// Must be called inside a tokio runtime: replicas and credentials are followed in the
    /// background for as long as the channel lives.
    pub fn connect(&self, callee: ServiceName, target: &Target) -> Result<Channel, ConnectError> {
        let inner = match (target, self.credentials.clone()) {
            (Target::Resolved { .. } | Target::Secure { .. }, None) => {
                return Err(ConnectError::NoCredentials(target.clone()));
            }
            (Target::Plain(_), Some(_)) => return Err(ConnectError::Plaintext(target.clone())),
            (Target::Plain(uri), None) => endpoint(uri.clone()).connect_lazy(),
            (Target::Resolved { host, port }, Some(credentials)) => {
                let replicas = Replicas::Resolved { host: host.clone(), port: *port };
                Follow::new(replicas, callee, credentials).start()
            }
            (Target::Secure { authority }, Some(credentials)) => {
                Follow::new(Replicas::Given(authority.clone()), callee, credentials).start()
            }
        };
        Ok(Channel { inner, caller: HeaderValue::from_static(self.caller.word()), callee })
    }
}

/// A connection to another service, for its generated client; cheap to clone.
///
/// It sends the trace context and the caller's name along, gives each call a deadline over all its
/// tries, and tries twice more, with the same metadata, what is UNAVAILABLE. That is safe: commands
/// carry an idempotency key, and questions change nothing.
#[derive(Debug, Clone)]
pub struct Channel {
    inner: tonic::transport::Channel,
    caller: HeaderValue,
    callee: ServiceName,
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    /// Always ready: each try waits for its own connection, within the call's deadline.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        trace::inject(request.headers_mut());
        request.headers_mut().insert(CALLER, self.caller.clone());
        let (channel, callee) = (self.inner.clone(), self.callee);
        Box::pin(async move {
            let until = Instant::now() + deadline(request.headers()).unwrap_or(DEADLINE);
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let tries = retried(channel, callee, parts, body, until);
            timeout_at(until, tries).await.unwrap_or_else(|_| Err(too_late().into()))
        })
    }
}

async fn retried(
    channel: tonic::transport::Channel,
    callee: ServiceName,
    parts: Parts,
    body: Bytes,
    until: Instant,
) -> Result<Response<Body>, Status> {
    let mut back_off = BACK_OFF.into_iter();
    loop {
        let answer = attempt(channel.clone(), callee, &parts, &body, until).await;
        let (true, Some(pause)) = (is_unavailable(&answer), back_off.next()) else {
            return answer;
        };
        tracing::debug!(callee = callee.word(), "a call is tried again");
        sleep(pause).await;
    }
}

async fn attempt(
    channel: tonic::transport::Channel,
    callee: ServiceName,
    parts: &Parts,
    body: &Bytes,
    until: Instant,
) -> Result<Response<Body>, Status> {
    let mut request = Request::new(Body::new(Full::new(body.clone())));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers.clone();
    let left = until.saturating_duration_since(Instant::now());
    request.headers_mut().insert(GRPC_TIMEOUT, milliseconds(left));
    channel.oneshot(request).await.map_err(|error| {
        let message = format!("{callee} does not answer");
        Error::unavailable("service-unreachable", message, error).into()
    })
}

/// A service that is not there, or that says so itself.
fn is_unavailable(answer: &Result<Response<Body>, Status>) -> bool {
    match answer {
        Ok(response) => Status::from_header_map(response.headers())
            .is_some_and(|status| status.code() == tonic::Code::Unavailable),
        Err(status) => status.code() == tonic::Code::Unavailable,
    }
}

/// A deadline as gRPC writes it: at most 8 digits and a unit.
fn milliseconds(left: Duration) -> HeaderValue {
    let millis = left.as_millis().clamp(1, 99_999_999);
    HeaderValue::try_from(format!("{millis}m")).unwrap_or(HeaderValue::from_static("5S"))
}

fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(GRPC_TIMEOUT)?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number.checked_mul(3600)?)),
        "M" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_read_in_every_unit_of_grpc() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(GRPC_TIMEOUT, HeaderValue::from_static(text));
            deadline(&headers)
        };
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read("1500m"), Some(Duration::from_millis(1500)));
        assert_eq!(read("1H"), Some(Duration::from_hours(1)));
        assert_eq!(read("250000u"), Some(Duration::from_millis(250)));
        for malformed in ["", "S", "5", "5x", "-1S"] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn a_deadline_is_written_with_at_most_eight_digits() {
        assert_eq!(milliseconds(Duration::from_secs(2)), "2000m");
        assert_eq!(milliseconds(Duration::from_secs(u64::MAX)), "99999999m");
        assert_eq!(milliseconds(Duration::ZERO), "1m");
    }
}
