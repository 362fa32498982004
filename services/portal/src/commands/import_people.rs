use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use authz::{Action, Role};
use clock::{AccountId, Ids, PersonId};
use definitions::{Document, Rules};
use delivery::{Tx, audit};
use events::words::Revision;
use jiff::Timestamp;
use proto::intake::v1::GetDefinitionsRequest;
use rpc::{Error, IdempotencyKey};
use sealing::Masters;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

use super::{Intent, change_password, hand_over::hand_over};
use crate::{
    authenticate::Identity,
    people::{Difference, Known, Row, compare, parse},
    portal::Portal,
    refusal::Refusal,
    secret::hex,
    store::{
        people::{self, Written},
        people_import::{self, State},
    },
};

/// The key that whatever changes many accounts is locked by, one after the other.
pub(super) const PEOPLE: Uuid = Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0000_0002);

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
    let (known, now) = (people::known(&mut tx, &masters).await?, portal.clock().now());
    let difference = compare(&known, &rows)?;
    let closing = closing(&known, &difference);
    let writing = Writing { masters, ids: portal.ids(), password: password.as_deref(), now };
    writing.perform(&mut tx, (&known, &rows), &difference, &closing).await?;
    let entry = audit::Entry {
        at: now,
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
pub(super) async fn rules(portal: &Portal, asker: &Identity) -> Result<Rules, Refusal> {
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
    now: Timestamp,
}

impl<I: Ids> Writing<'_, I> {
    /// Writes what differs, and keeps what it was before and is now, so that it can be undone. A file
    /// that changes nothing leaves what is kept of the one before.
    async fn perform(
        mut self,
        tx: &mut Tx<'_>,
        (known, rows): (&[Known], &[Row]),
        difference: &Difference,
        closing: &BTreeSet<AccountId>,
    ) -> Result<(), Refusal> {
        let written = self.written(known, rows, difference)?;
        let accounts = written.iter().map(|one| &one.account).chain(closing);
        let accounts: Vec<_> = accounts.map(|account| account.uuid()).collect();
        if accounts.is_empty() {
            return Ok(());
        }
        people_import::forget(tx).await?;
        people_import::keep(tx, &accounts, State::Before, self.now).await?;
        people::write(tx, &written, self.password).await?;
        people::close(tx, closing, self.now).await?;
        Ok(people_import::keep(tx, &accounts, State::After, self.now).await?)
    }

    /// What is added or changed; new accounts get their ids, requesters one as persons too.
    fn written<'r>(
        &mut self,
        known: &[Known],
        rows: &'r [Row],
        difference: &Difference,
    ) -> Result<Vec<Written<'r>>, Refusal> {
        let by_login: BTreeMap<_, _> =
            known.iter().map(|known| (&known.row.login, known.account)).collect();
        let changed = difference.changed.iter().map(|changed| &changed.account);
        let touched: BTreeSet<_> = difference.added.iter().chain(changed).collect();
        let mut written = Vec::new();
        for row in rows.iter().filter(|row| touched.contains(&row.login)) {
            let account = by_login.get(&row.login).or_else(|| by_login.get(row.formerly.as_ref()?));
            let account = account.copied();
            let account = account.unwrap_or_else(|| self.ids.id());
            let asks = row.roles.contains(&Role::Requester) || row.roles.contains(&Role::Graduate);
            let person: Option<PersonId> = asks.then(|| self.ids.id());
            let sealed = row.personal.seal(&self.masters, account)?;
            written.push(Written { account, person, row, sealed });
        }
        Ok(written)
    }
}
