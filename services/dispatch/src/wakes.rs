//! What the hour alone brings about: claims without an arrival end, a desk that nobody takes over is the duty
//! counsellor's, and others are told of the classes of another week.

use authz::Principal;
use clock::CaseId;
use delivery::{Fault, Locked, Tx, Wake, Wakes};
use dispatch_core::on_wake;
use events::{
    dispatch::{DESK_KEY, ROSTER_KEY},
    words::Service,
};

use crate::{
    Dispatch, desk,
    record::{Change, record},
    rosters, store,
};

impl Wakes for Dispatch {
    /// Whether all facts of that moment are in makes no difference: an arrival is recorded here,
    /// under the same lock, and a case that ended unheard is cancelled as an offered one.
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        if aggregate.key() == DESK_KEY {
            return desk::wake(self, tx, aggregate, wake.now).await;
        }
        if aggregate.key() == ROSTER_KEY {
            return rosters::wake(self, tx, aggregate, wake.now).await;
        }
        let known = store::work::load(tx, CaseId::from_uuid(aggregate.key())).await?;
        let Some((case, revision)) = known.and_then(|case| {
            let revision = case.state.work()?.revision;
            Some((case, revision))
        }) else {
            aggregate.wake_at(None);
            return Ok(());
        };
        let rules = self.revisions.rules(tx, revision).await?;
        let Wake { now, unconfirmed: _ } = wake;
        let events = on_wake(&case.state, &rules, now, &mut self.ids());
        let actor = Principal::Service(Service::Dispatch).to_string();
        record(tx, self, Change { locked: aggregate, case, events, actor }, now).await
    }
}
