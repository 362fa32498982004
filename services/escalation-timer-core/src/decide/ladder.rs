//! What leaders do who were told that it is late.

use events::{
    escalation::{OrderedV1, RiskAcceptedV1, TakenOverV1},
    words::{MoveCause, PostId},
};

use super::{Asked, extension::new_due, is_told};
use crate::{
    clocks::{Anew, promise_anew},
    command::{AcceptRisk, Extend, OfLeader},
    event::Event,
    rejected::Rejected,
    state::{Planned, Timer},
};

/// A leader, and the rung that told them.
struct Told<'a> {
    timer: &'a Timer,
    rung: u8,
    post: &'a PostId,
}

/// The next promise begins with the leader's own rung; whoever is below has been told.
pub(super) fn extend(asked: Asked<'_>, extend: &Extend) -> Result<Vec<Event>, Rejected> {
    let Told { timer, rung, .. } = told(asked, &extend.of)?;
    asked.later(extend.until, timer.promise().due)?;
    let due = new_due(asked, timer, extend.until)?;
    let anew = Anew { since: asked.now, due, urgency: timer.promise().urgency, rung: Some(rung) };
    let by = Some(extend.of.speaker.account);
    Ok(promise_anew(timer, anew).moved(MoveCause::Leader, None, by, asked.now))
}

/// Whoever is told from then on is above them; at the top it is the top again.
pub(super) fn take_over(asked: Asked<'_>, of: &OfLeader) -> Result<Vec<Event>, Rejected> {
    let Told { timer, rung, post } = told(asked, of)?;
    if let Some(before) = timer.taken_over.filter(|before| before.rung >= rung) {
        return Err(Rejected::TakenOver { command: asked.command, rung: before.rung });
    }
    let above = rung.saturating_add(1).min(top(asked, timer));
    let taken = TakenOverV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        rung,
        post: post.clone(),
        by: of.speaker.account,
        at: asked.now,
    };
    Ok(vec![Event::TakenOver { taken, above }])
}

/// What is ordered is for who has the work; the ladder runs on.
pub(super) fn order(asked: Asked<'_>, of: &OfLeader) -> Result<Vec<Event>, Rejected> {
    let Told { timer, rung, post } = told(asked, of)?;
    Ok(vec![Event::Ordered(OrderedV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        rung,
        post: post.clone(),
        by: of.speaker.account,
        at: asked.now,
    })])
}

/// The ladder rests, and goes on from the date where it stood.
pub(super) fn accept_risk(asked: Asked<'_>, accept: &AcceptRisk) -> Result<Vec<Event>, Rejected> {
    let AcceptRisk { of, until } = accept;
    let Told { timer, rung, post } = told(asked, of)?;
    if rung.saturating_add(1) < top(asked, timer) {
        return Err(Rejected::RungTooLow { command: asked.command, rung });
    }
    let before = timer.rest().map_or(asked.now, |rest| rest.until);
    asked.later(*until, before)?;
    let resumes = timer.next().map(|next| Planned { at: next.at.max(*until), ..next });
    let accepted = RiskAcceptedV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        rung,
        post: post.clone(),
        until: *until,
        by: of.speaker.account,
        at: asked.now,
    };
    Ok(vec![Event::RiskAccepted { accepted, resumes }])
}

/// The clock that is meant, and the highest rung of the speaker that fired for its promise.
///
/// Several offers may wait at once; then it is the one of which they were told.
fn told<'a>(asked: Asked<'a>, of: &OfLeader) -> Result<Told<'a>, Rejected> {
    let command = asked.command;
    let meant = |timer: &&Timer| match of.commitment {
        Some(commitment) => timer.commitment == commitment,
        None => is_told(timer),
    };
    let mut those = asked.running().filter(meant).peekable();
    if those.peek().is_none() {
        return Err(Rejected::NothingRuns { command });
    }
    let mine = those.filter_map(|timer| {
        let promise = timer.promise().number;
        let fired = timer.fired.iter().filter(|one| one.promise == promise && !one.retracted);
        let mine = fired.filter(|one| of.speaker.posts.contains(&one.post));
        mine.max_by_key(|one| one.rung).map(|one| Told { timer, rung: one.rung, post: &one.post })
    });
    mine.max_by_key(|told| told.rung).ok_or(Rejected::NotTold { command })
}

fn top(asked: Asked<'_>, timer: &Timer) -> u8 {
    let ladder = asked.rules.ladder(&asked.watch.item, timer.commitment);
    ladder.map_or(1, definitions::Ladder::top)
}
