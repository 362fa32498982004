//! What the hour alone brings about: rungs; and what a change of the calendars does.
//!
//! All that one claim took is read, and written, in as many statements as one case is.

use std::{collections::BTreeSet, sync::Arc};

use authz::Principal;
use definitions::Rules;
use delivery::{Fault, Locked, Tx, Wake, Wakes, Waking};
use escalation_timer_core::{
    self as core, Event, State, apply, is_provisional, on_announced, on_wake, posts_above,
};
use events::words::{PostId, Revision, Service};
use jiff::Timestamp;

use crate::{
    EscalationTimer,
    record::{Case, Change, Written, counted_by, take, write},
    store,
};

/// A case that is woken.
struct Woken<'a> {
    aggregate: &'a mut Locked,
    wake: Wake,
    case: Case,
    /// What follows from another year of its calendars, and the case after it.
    announced: Option<(Vec<Event>, State)>,
    rules: Arc<Rules>,
}

impl Woken<'_> {
    fn state(&self) -> &State {
        self.announced.as_ref().map_or(&self.case.state, |(_, after)| after)
    }
}

impl Wakes for EscalationTimer {
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        self.wake_all(tx, &mut [Waking { aggregate, wake }]).await
    }

    async fn wake_all(&self, tx: &mut Tx<'_>, claimed: &mut [Waking<'_>]) -> Result<(), Fault> {
        let Some(now) = claimed.iter().map(|waking| waking.wake.now).max() else { return Ok(()) };
        let keys: Vec<_> = claimed.iter().map(|waking| waking.aggregate.key()).collect();
        let mut known = store::watch::load_all(tx, &keys).await?;
        let newest = revisions::calendars(tx).await?;
        let mut woken = Vec::with_capacity(claimed.len());
        for Waking { aggregate, wake } in claimed {
            let known = known.remove(&aggregate.key());
            match known.filter(|case| case.state.watch().is_some()) {
                Some(case) => woken.push(self.begin(tx, aggregate, *wake, case, newest).await?),
                None => aggregate.wake_at(None),
            }
        }
        let posts: BTreeSet<_> =
            woken.iter().flat_map(|one| posts_above(one.state(), &one.rules)).collect();
        let unattended = store::rosters::unattended(tx, &posts, now).await?;
        let written = woken.into_iter().map(|woken| self.end(woken, &unattended));
        write(tx, written.collect::<Result<_, _>>()?).await
    }
}

impl EscalationTimer {
    /// Counts what is provisional by the newest calendars, if it is not yet.
    async fn begin<'a>(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &'a mut Locked,
        wake: Wake,
        case: Case,
        newest: Revision,
    ) -> Result<Woken<'a>, Fault> {
        let revision = case.state.watch().map_or(newest, |watch| watch.revision);
        let calendars = counted_by(&case.state);
        let rules = self.revisions.counted_by(tx, revision, calendars).await?;
        if !is_provisional(&case.state) || calendars >= newest {
            return Ok(Woken { aggregate, wake, case, announced: None, rules });
        }
        let anew = self.revisions.counted_by(tx, revision, newest).await?;
        let events = on_announced(&case.state, &rules, (newest, &anew), wake.now);
        let mut after = case.state.clone();
        for event in &events {
            apply(&mut after, event);
        }
        Ok(Woken { aggregate, wake, case, announced: Some((events, after)), rules: anew })
    }

    /// Fires what is due after that.
    fn end(&self, woken: Woken<'_>, unattended: &BTreeSet<PostId>) -> Result<Written, Fault> {
        let Wake { now, unconfirmed } = woken.wake;
        let wake = core::Wake { now, confirmed: !unconfirmed, unattended };
        let fired = on_wake(woken.state(), &woken.rules, wake, &mut self.ids());
        let Woken { aggregate, case, announced, .. } = woken;
        let announced = announced.map(|(events, _)| events).unwrap_or_default();
        let events = announced.into_iter().chain(fired).collect();
        let actor = Principal::Service(Service::EscalationTimer).to_string();
        take(self, Change { locked: aggregate, case, events, actor }, now)
    }

    /// Has every case woken that was promised something beyond what the calendars of then had decided.
    pub(crate) async fn recount(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
        let calendars = revisions::calendars(tx).await?;
        let cases = store::watch::provisional(tx, calendars).await?;
        Ok(delivery::nudge_all(tx, &cases, now).await?)
    }
}
