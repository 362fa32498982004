use authz::Subject;
use delivery::{
    Fault, Tx,
    idempotency::{self, Answer, Begun, CommandId, Digest},
};
use jiff::Timestamp;
use prost::Message;
use ring::digest;
use rpc::{Code, Error, idempotency_key};
use tonic::Request;

use crate::Failure;

/// The status of an answer: refusals are not stored.
const OK: i32 = 0;

/// One intention of a caller: the command with the key under which it is decided once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Whose, what for, and the key.
    pub id: CommandId,
    /// What was asked.
    pub digest: Digest,
}

impl Intent {
    /// The intention of a request to `method`, such as `Intake/AcceptCase`. Without an
    /// Idempotency-Key it is refused.
    pub fn of<M: Message>(
        method: &'static str,
        subject: &Subject,
        request: &Request<M>,
    ) -> Result<Self, Error> {
        let key = idempotency_key(request)?.to_string();
        let id = CommandId { principal: subject.principal.to_string(), method: method.into(), key };
        let mut digest = Digest::default();
        let sha = digest::digest(&digest::SHA256, &request.get_ref().encode_to_vec());
        digest.copy_from_slice(sha.as_ref());
        Ok(Self { id, digest })
    }

    /// Claims the key in the command's transaction, before anything else. With an answer, the
    /// command was decided before: it is to be given again, and nothing else to be done.
    pub async fn begin<A: Message + Default>(
        &self,
        tx: &mut Tx<'_>,
        machine: Timestamp,
    ) -> Result<Option<A>, Failure> {
        Self::answered(idempotency::begin(tx, &self.id, self.digest, machine).await?)
    }

    /// What [`Intent::begin`] says, of a key that was claimed with others.
    pub fn answered<A: Message + Default>(begun: Begun) -> Result<Option<A>, Failure> {
        match begun {
            Begun::New => Ok(None),
            Begun::Repeated(answer) => Ok(Some(A::decode(&*answer.body).map_err(Fault::own)?)),
            Begun::OtherCommand => Err(Error::new(
                Code::Conflict,
                "idempotency-key-reused",
                "this Idempotency-Key was used for another command: take a new one",
            )
            .into()),
        }
    }

    /// Keeps the answer, in the transaction that decided it.
    pub async fn finish(&self, tx: &mut Tx<'_>, answer: &impl Message) -> Result<(), sqlx::Error> {
        idempotency::finish(tx, &self.id, Self::kept(answer)).await
    }

    /// An answer as it is kept, for [`idempotency::finish_group`].
    pub fn kept(answer: &impl Message) -> Answer {
        Answer { status: OK, body: answer.encode_to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use events::words::Service;
    use proto::delivery::v1::{Head, RedeliverRequest};

    use super::*;

    fn request(key: Option<&'static str>, from: u64) -> Request<RedeliverRequest> {
        let mut request = Request::new(RedeliverRequest { key: String::new(), from });
        if let Some(key) = key {
            request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
        }
        request
    }

    fn intent(request: &Request<RedeliverRequest>) -> Result<Intent, Error> {
        Intent::of("Delivery/Redeliver", &Subject::service(Service::Dispatch), request)
    }

    #[test]
    fn an_intention_is_the_same_by_caller_method_key_and_body() {
        let first = intent(&request(Some("a"), 1)).unwrap();
        assert_eq!(intent(&request(Some("a"), 1)).unwrap(), first);
        let other = intent(&request(Some("a"), 2)).unwrap();
        assert_eq!(other.id, first.id);
        assert_ne!(other.digest, first.digest);
        assert_eq!(intent(&request(None, 1)).unwrap_err().reason(), "idempotency-key-missing");
    }

    #[test]
    fn an_answer_comes_back_as_it_was_given() {
        let head = Head { key: "k".to_owned(), sequence: 7 };
        let kept = Begun::Repeated(Intent::kept(&head));
        assert_eq!(Intent::answered::<Head>(kept).unwrap(), Some(head));
        assert_eq!(Intent::answered::<Head>(Begun::New).unwrap(), None);
        let reused = Error::from(Intent::answered::<Head>(Begun::OtherCommand).unwrap_err());
        assert_eq!((reused.code(), reused.reason()), (Code::Conflict, "idempotency-key-reused"));
    }
}
