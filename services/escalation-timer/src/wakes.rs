//! What the hour alone brings about: rungs.

use authz::Principal;
use clock::CaseId;
use delivery::{Fault, Locked, Tx, Wake, Wakes};
use escalation_timer_core::{self as core, on_wake, posts_above};
use events::words::Service;

use crate::{
    EscalationTimer,
    record::{Change, record},
    store,
};

impl Wakes for EscalationTimer {
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        let known = store::watch::load(tx, CaseId::from_uuid(aggregate.key())).await?;
        let Some((case, revision)) = known.and_then(|case| {
            let revision = case.state.watch()?.revision;
            Some((case, revision))
        }) else {
            aggregate.wake_at(None);
            return Ok(());
        };
        let rules = self.revisions.rules(tx, revision).await?;
        let Wake { now, unconfirmed } = wake;
        let posts = posts_above(&case.state, &rules);
        let unattended = store::rosters::unattended(tx, &posts, now).await?;
        let wake = core::Wake { now, confirmed: !unconfirmed, unattended: &unattended };
        let events = on_wake(&case.state, &rules, wake, &mut self.ids());
        let actor = Principal::Service(Service::EscalationTimer).to_string();
        record(tx, self, Change { locked: aggregate, case, events, actor }, now).await
    }
}
