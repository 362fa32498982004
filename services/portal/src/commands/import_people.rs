use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use authz::{Action, Role};
use clock::{AccountId, Ids, PersonId};
use definitions::{Document, Rules};
use delivery::{Tx, audit};
use events::words::{Revision, Service};
use prost::Message;
use proto::{
    dispatch::v1::{Holder, ImportHoldersRequest},
    intake::v1::{GetDefinitionsRequest, ImportRequestersRequest, Requester},
};
use rpc::{Code, Error, IdempotencyKey};
use sealing::Masters;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use super::{Intent, change_password};
use crate::{
    authenticate::Identity,
    people::{Difference, Known, Row, compare, parse},
    portal::Portal,
    refusal::Refusal,
    secret::{hex, sha256},
    store::people::{self, Written},
};

/// The key that imports are locked by, one after the other.
const PEOPLE: Uuid = Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0000_0002);

/// Requesters of one call to intake, far below the largest message.
const REQUESTERS_PER_CALL: usize = 2_000;

/// A file of people.
#[derive(Debug, Clone)]
pub(crate) struct ImportPeople {
    /// Its text.
    pub(crate) csv: String,
    /// Says what would change, and changes nothing.
    pub(crate) dry_run: bool,
    /// Given to accounts that have no password.
    pub(crate) initial_password: Option<SecretString>,
}

/// Makes the accounts what the file says, all or none; then hands the requesters to intake and the
/// holders of posts to dispatch.
///
/// The accounts are committed before, so that each keeps its ids whatever happens. If one of the
/// two does not answer, the error says so, and the same import sent again completes it.
pub(crate) async fn import_people(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
    import: ImportPeople,
) -> Result<Difference, Refusal> {
    asker.permit(Action::ImportPeople)?;
    if let Some(password) = &import.initial_password {
        change_password::check("initial_password", password)?;
    }
    let rows = parse(&import.csv, &rules(portal, asker).await?)?;
    let masters = portal.masters();
    if import.dry_run {
        let mut tx = portal.pool().begin().await?;
        return Ok(compare(&people::known(&mut tx, &masters).await?, &rows)?);
    }
    let intent = intent(asker, key, &import, &masters)?;
    let password = match import.initial_password {
        Some(password) => Some(portal.passwords.hash(password).await?),
        None => None,
    };

    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, portal.clock().machine()).await? {
        tx.rollback().await?;
        hand_over(portal, asker, key).await?;
        return Ok(before);
    }
    let _locked = delivery::lock(&mut tx, &[PEOPLE]).await?;
    let known = people::known(&mut tx, &masters).await?;
    let difference = compare(&known, &rows)?;
    let writing = Writing { masters, ids: portal.ids(), password: password.as_deref() };
    writing.perform(&mut tx, &known, &rows, &difference).await?;
    let closing = closing(&known, &difference);
    people::close(&mut tx, &closing, portal.clock().now()).await?;
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "people.import",
        key: None,
        detail: json!({ "added": difference.added.len(), "changed": difference.changed.len(),
                        "closed": closing }),
    };
    audit::record(&mut tx, &entry).await?;
    intent.finish(&mut tx, &difference).await?;
    tx.commit().await?;

    hand_over(portal, asker, key).await?;
    Ok(difference)
}

/// The intention to import these. Of a password it has a keyed hash, so that another one is another
/// command, and nobody who reads the store can guess it.
fn intent(
    asker: &Identity,
    key: &IdempotencyKey,
    import: &ImportPeople,
    masters: &Masters,
) -> Result<Intent, Refusal> {
    const METHOD: &str = "Portal/ImportPeople";
    let password = import.initial_password.as_ref().map(ExposeSecret::expose_secret);
    match password.map(|password| hex(&masters.index("initial_password", password))) {
        Some(password) => Intent::of(METHOD, &asker.subject, key, &(&import.csv, password)),
        None => Intent::of(METHOD, &asker.subject, key, &import.csv),
    }
}

/// The definitions of now, which know departments and posts.
async fn rules(portal: &Portal, asker: &Identity) -> Result<Rules, Refusal> {
    let request = portal.on_behalf_at_length(asker)?.request(GetDefinitionsRequest { revision: 0 });
    let answer = portal.peers.intake()?.get_definitions(request).await?.into_inner();
    let document = |one: proto::intake::v1::Document| -> Option<Document> {
        let value = serde_json::from_str(&one.content).ok()?;
        Some(Document { kind: one.kind.parse().ok()?, id: one.id.parse().ok()?, value })
    };
    let documents: Vec<_> = answer.documents.into_iter().filter_map(document).collect();
    Rules::from_documents(Revision(answer.revision), &documents).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Error::internal(format!("the definitions are not understood here: {first}")).into()
    })
}

/// The accounts that the file no longer has.
fn closing(known: &[Known], difference: &Difference) -> BTreeSet<AccountId> {
    let closed: BTreeSet<_> = difference.closed.iter().collect();
    let missing = known.iter().filter(|known| closed.contains(&known.row.login));
    missing.map(|known| known.account).collect()
}

/// What it takes to write accounts.
struct Writing<'a, I> {
    masters: Arc<Masters>,
    ids: I,
    password: Option<&'a str>,
}

impl<I: Ids> Writing<'_, I> {
    /// Writes what is added or changed; new accounts get their ids, requesters one as persons too.
    async fn perform(
        mut self,
        tx: &mut Tx<'_>,
        known: &[Known],
        rows: &[Row],
        difference: &Difference,
    ) -> Result<(), Refusal> {
        let by_login: BTreeMap<_, _> =
            known.iter().map(|known| (&known.row.login, known.account)).collect();
        let changed = difference.changed.iter().map(|changed| &changed.account);
        let touched: BTreeSet<_> = difference.added.iter().chain(changed).collect();
        let mut written = Vec::new();
        for row in rows.iter().filter(|row| touched.contains(&row.login)) {
            let account = by_login.get(&row.login).copied();
            let account = account.unwrap_or_else(|| self.ids.id());
            let is_requester = row.roles.contains(&Role::Requester);
            let person: Option<PersonId> = is_requester.then(|| self.ids.id());
            let sealed = row.personal.seal(&self.masters, account)?;
            written.push(Written { account, person, row, sealed });
        }
        Ok(people::write(tx, &written, self.password).await?)
    }
}

/// Tells intake who may ask for something, and dispatch who holds which post: all of both, as they
/// are in the store, so that it may be done again.
async fn hand_over(portal: &Portal, asker: &Identity, key: &IdempotencyKey) -> Result<(), Refusal> {
    let mut tx = portal.pool().begin().await?;
    let requesters = people::requesters(&mut tx, &portal.masters()).await?;
    let holders = people::holders(&mut tx).await?;
    tx.rollback().await?;
    for requesters in requesters.chunks(REQUESTERS_PER_CALL) {
        let message = ImportRequestersRequest { requesters: requesters.iter().map(wire).collect() };
        let call = portal.on_behalf_at_length(asker)?.idempotent(derived(key, &message)?);
        let answer = portal.peers.intake()?.import_requesters(call.request(message)).await;
        answer.map_err(|status| not_handed_over(Service::Intake, status.into()))?;
    }
    let holder =
        |(account, post): (AccountId, String)| Holder { account: account.to_string(), post };
    let message = ImportHoldersRequest { holders: holders.into_iter().map(holder).collect() };
    let call = portal.on_behalf_at_length(asker)?.idempotent(derived(key, &message)?);
    let answer = portal.peers.dispatch()?.import_holders(call.request(message)).await;
    answer.map_err(|status| not_handed_over(Service::Dispatch, status.into()))?;
    Ok(())
}

fn wire(requester: &people::Requester) -> Requester {
    Requester {
        person: requester.person.to_string(),
        account: requester.account.to_string(),
        name: requester.personal.name.clone(),
        phone: requester.personal.phone.clone().unwrap_or_default(),
        mail: String::new(),
        number: String::new(),
    }
}

/// The key of a command that follows from another: the same for the same content.
fn derived(key: &IdempotencyKey, message: &impl Message) -> Result<IdempotencyKey, Error> {
    let bytes = [key.as_str().as_bytes(), &message.encode_to_vec()].concat();
    hex(&sha256(&bytes)).parse().map_err(Error::internal)
}

fn not_handed_over(to: Service, error: Error) -> Refusal {
    if error.code() != Code::Unavailable {
        return error.into();
    }
    let message = format!(
        "the accounts are imported, and {to} does not answer: send the same import once more"
    );
    Error::unavailable("people-not-handed-over", message, error).into()
}
