use authz::Subject;
use delivery::{
    Tx,
    idempotency::{self, Answer, Begun, CommandId, Digest},
};
use jiff::Timestamp;
use rpc::{Code, IdempotencyKey};
use serde::{Serialize, de::DeserializeOwned};

use crate::{refusal::Refusal, secret::sha256};

/// The status of an answer: refusals are not stored.
const OK: i32 = 0;

/// One intention of somebody at the portal itself: the command with the key under which it is
/// decided once.
pub(crate) struct Intent {
    id: CommandId,
    digest: Digest,
}

impl Intent {
    /// The intention to do `method` with `body`, which holds no password: what is stored of it is a
    /// fast hash.
    pub(crate) fn of(
        method: &'static str,
        subject: &Subject,
        key: &IdempotencyKey,
        body: &impl Serialize,
    ) -> Result<Self, Refusal> {
        let principal = subject.principal.to_string();
        let id = CommandId { principal, method: method.to_owned(), key: key.to_string() };
        Ok(Self { id, digest: sha256(&serde_json::to_vec(body)?) })
    }

    /// Claims the key before anything else. With an answer, the command was decided before.
    pub(crate) async fn begin<A: DeserializeOwned>(
        &self,
        tx: &mut Tx<'_>,
        machine: Timestamp,
    ) -> Result<Option<A>, Refusal> {
        match idempotency::begin(tx, &self.id, self.digest, machine).await? {
            Begun::New => Ok(None),
            Begun::Repeated(answer) => Ok(Some(serde_json::from_slice(&answer.body)?)),
            Begun::OtherCommand => Err(Refusal::new(
                Code::Conflict,
                "idempotency-key-reused",
                "this Idempotency-Key was used for another command: take a new one",
            )),
        }
    }

    /// Keeps the answer, in the transaction that decided it.
    pub(crate) async fn finish(
        &self,
        tx: &mut Tx<'_>,
        answer: &impl Serialize,
    ) -> Result<(), Refusal> {
        let answer = Answer { status: OK, body: serde_json::to_vec(answer)? };
        Ok(idempotency::finish(tx, &self.id, answer).await?)
    }
}
