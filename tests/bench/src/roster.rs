//! What dispatch would have said of who is at work, so that a wake-up has something to look up.

use anyhow::Result;
use async_nats::jetstream;
use clock::{AccountId, Clock, Ids as _, RandomIds};
use events::{
    DispatchFact, Envelope, Fact, Source,
    dispatch::{ROSTER_KEY, RosterChangedV1, Stay},
    encode,
    words::{PostId, Revision, Service},
};
use jiff::{SignedDuration, Timestamp};

use crate::ground::{Ground, INSTALLATION};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Says of each post of the example campus who is there; answers how many posts those are.
pub(crate) async fn say(ground: &Ground) -> Result<u64> {
    let context = jetstream::new(ground.client().await?);
    let clock = Clock::system();
    let mut ids = RandomIds::new(clock.clone());
    let rules = campus_kit::example().into_rules(Revision(1));
    let posts = rules.departments().flat_map(|department| department.posts.keys());
    let mut said = 0;
    for post in posts {
        said += 1;
        let now = clock.now();
        let fact: Fact = DispatchFact::from(staffed(post.clone(), now, &mut ids)).into();
        let envelope = Envelope {
            id: ids.uuid(),
            source: Source { installation: INSTALLATION.parse()?, service: Service::Dispatch },
            key: ROSTER_KEY,
            sequence: said,
            epoch: 1,
            happened: now,
            recorded: now,
            after: [].into(),
            revision: Revision(1),
            traceparent: None,
        };
        context.publish(fact.subject(), encode(&envelope, &fact)?.into()).await?.await?;
    }
    Ok(said)
}

/// Its holder is there for a week, then on leave for three days while another stands in.
fn staffed(post: PostId, now: Timestamp, ids: &mut RandomIds) -> RosterChangedV1 {
    let (holder, deputy): (AccountId, AccountId) = (ids.id(), ids.id());
    let (leave, back) = (now + DAY * 7, now + DAY * 10);
    let stay = |account, from, until, stands_in| Stay { account, from, until, stands_in };
    let stays = vec![
        stay(holder, None, Some(leave), false),
        stay(deputy, Some(leave), Some(back), true),
        stay(holder, Some(back), None, false),
    ];
    RosterChangedV1 { post, stays }
}
