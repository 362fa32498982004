use std::time::Duration;

use http::HeaderValue;
use tonic::metadata::MetadataValue;

use crate::{Code, Error, IdempotencyKey, idempotency};

/// What goes along with a message: on whose behalf, under which key, how long it may take.
///
/// ```
/// use std::time::Duration;
/// let key = "0190a5b2-0000-7000-8000-000000000001".parse()?;
/// let call = rpc::Call::within(Duration::from_secs(2)).on_behalf("token")?.idempotent(key);
/// let request = call.request(());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Call {
    token: Option<HeaderValue>,
    key: Option<IdempotencyKey>,
    deadline: Option<Duration>,
}

impl Call {
    /// A call of a service that speaks for itself, within the usual deadline of 5 s.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, to be answered within `deadline`, all tries included.
    pub fn within(deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// On behalf of whom the token speaks for. A token that cannot be sent is an internal error.
    pub fn on_behalf(self, token: &str) -> Result<Self, Error> {
        let mut value =
            HeaderValue::try_from(format!("Bearer {token}")).map_err(Error::internal)?;
        value.set_sensitive(true);
        Ok(Self { token: Some(value), ..self })
    }

    /// A command that is done once under this key.
    #[must_use]
    pub fn idempotent(self, key: IdempotencyKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The message with all of that, for a generated client.
    pub fn request<M>(&self, message: M) -> tonic::Request<M> {
        let mut request = tonic::Request::new(message);
        if let Some(deadline) = self.deadline {
            request.set_timeout(deadline);
        }
        let metadata = request.metadata_mut();
        if let Some(token) =
            self.token.clone().and_then(|token| MetadataValue::try_from(token.as_bytes()).ok())
        {
            metadata.insert("authorization", token);
        }
        if let Some(key) = self.key.as_ref().and_then(|key| key.as_str().parse().ok()) {
            metadata.insert(idempotency::HEADER, key);
        }
        request
    }
}

/// The error of a call whose time is over.
pub(super) fn too_late() -> Error {
    Error::new(Code::Unavailable, "deadline-exceeded", "there was no answer in time")
}
