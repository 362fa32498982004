use std::{
    sync::Arc,
    task::{Context, Poll},
};

use authz::Subject;
use events::words::Service as ServiceName;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use crate::{
    CALLER, Error,
    tls::Peer,
    token::{Refusal, TokenVerifier, Verified},
};

/// Describe the interface or the server itself, and nothing that anybody keeps here.
const OPEN: [&str; 2] = ["/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/"];

/// Puts the verified [`Subject`] into the request, or refuses it.
///
/// A token counts first: who uses the portal is the person, not the portal. Without one a service
/// speaks for itself, by its certificate, or by its word where only loopback can speak.
#[derive(Debug, Clone)]
pub(super) struct Authenticate {
    tokens: Arc<TokenVerifier>,
}

impl Authenticate {
    pub(super) fn new(tokens: Arc<TokenVerifier>) -> Self {
        Self { tokens }
    }
}

impl<S> Layer<S> for Authenticate {
    type Service = Authenticated<S>;

    fn layer(&self, inner: S) -> Authenticated<S> {
        Authenticated { inner, tokens: self.tokens.clone() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Authenticated<S> {
    inner: S,
    tokens: Arc<TokenVerifier>,
}

impl<S> Service<Request<Body>> for Authenticated<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The clone was not asked whether it is ready; the one that was must be used.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let tokens = self.tokens.clone();
        Box::pin(async move {
            if OPEN.iter().any(|path| request.uri().path().starts_with(path)) {
                return inner.call(request).await;
            }
            let peer = request.extensions().get::<Peer>().cloned();
            match identify(&tokens, request.headers(), peer.as_ref()).await {
                Ok(subject) => {
                    request.extensions_mut().insert(subject);
                    inner.call(request).await
                }
                Err(refusal) => Ok(Status::from(Error::from(refusal)).into_http()),
            }
        })
    }
}

async fn identify(
    tokens: &TokenVerifier,
    headers: &HeaderMap,
    peer: Option<&Peer>,
) -> Result<Subject, Refusal> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or(Refusal::Malformed)?;
        let Verified { subject, authenticated_at: _ } = tokens.verify(token).await?;
        return Ok(subject);
    }
    let service = match peer {
        Some(Peer { identity: Some(identity), .. }) => Some(identity.service),
        Some(Peer { identity: None, address }) if address.ip().is_loopback() => named(headers),
        Some(Peer { identity: None, .. }) | None => None,
    };
    service.map(Subject::service).ok_or(Refusal::Missing)
}

fn named(headers: &HeaderMap) -> Option<ServiceName> {
    headers.get(CALLER)?.to_str().ok()?.parse().ok()
}
