use authz::Subject;
use events::Traceparent;
use prost::Message;
use rpc::Error;
use tonic::Request;

use crate::Intent;

/// Who asks for a command, and under which key.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who.
    pub subject: Subject,
    /// What for, once.
    pub intent: Intent,
    /// The trace of the request, for what is decided outside of it.
    pub traceparent: Option<Traceparent>,
}

impl Asked {
    /// Of a request to `method`, such as `yizhan.dispatch.v1.Dispatch/Claim`.
    pub fn of<M: Message>(method: &'static str, request: &Request<M>) -> Result<Self, Error> {
        let subject = rpc::subject(request)?.clone();
        let intent = Intent::of(method, &subject, request)?;
        Ok(Self { subject, intent, traceparent: delivery::traceparent() })
    }

    /// Another command that comes of the same request, and is decided once with it.
    #[must_use]
    pub fn beside(&self, what: &str) -> Self {
        let mut beside = self.clone();
        beside.intent.id.method = format!("{}#{what}", self.intent.id.method);
        beside
    }
}
