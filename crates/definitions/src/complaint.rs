//! What can be wrong with the items that complaints are cases of.

use events::words::{CaseKind, Level};

use crate::{
    campus::Campus, check::where_routes_begin, document::Sources, during::Moment,
    item::ServiceItem, policy::Policy, problem::Problem, read::Thing,
};

/// Complaints that are none, that everybody would read, or that would come to whom they are about.
pub(crate) fn faults(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    for policy in campus.policies.values() {
        let complaint = policy.complaint.as_ref().and_then(|id| campus.items.get(id));
        let source = sources.get(&(Thing::Policy, policy.id.to_string()));
        let Some((complaint, source)) = complaint.zip(source) else { continue };
        // Where the work of something else goes, says nothing of a complaint.
        let told = match mistakes(complaint) {
            mistakes if mistakes.is_empty() => partial(campus, policy, complaint),
            mistakes => mistakes,
        };
        problems.extend(
            told.into_iter().map(|message| source.problem(&["spec", "complaint"], message)),
        );
    }
    problems
}

fn mistakes(complaint: &ServiceItem) -> Vec<String> {
    let ServiceItem { id, kind, level, .. } = complaint;
    let mut mistakes = Vec::new();
    if *kind != CaseKind::Complaint {
        mistakes.push(format!("`{id}` is of the kind `{kind}`, not `complaint`"));
    }
    match level {
        Level::Restricted | Level::Confidential => {}
        Level::Public | Level::Internal | Level::Hidden => mistakes.push(format!(
            "`{id}` is `{level}`: a complaint is `restricted` or `confidential`, so that whoever \
             takes it sees no more of it, and whoever handles it does"
        )),
    }
    mistakes
}

/// Items of this policy about which a complaint would come to the post that has their work.
fn partial(campus: &Campus, policy: &Policy, complaint: &ServiceItem) -> Vec<String> {
    let about = campus.items.values().filter(|item| item.policy == policy.id);
    about.filter_map(|item| decided_by_itself(campus, item, complaint)).collect()
}

fn decided_by_itself(
    campus: &Campus,
    item: &ServiceItem,
    complaint: &ServiceItem,
) -> Option<String> {
    let post = |item, place, moment| Some(&campus.route(item, place, moment).ok()?.post);
    let all =
        |item, place| Moment::ALL.map(|moment| post(item, place, moment)).into_iter().flatten();
    let places = where_routes_begin(campus);
    // What was done by night may be complained of by day.
    let (place, post) = places.iter().find_map(|place| {
        let theirs = all(item, *place).find(|post| all(complaint, *place).any(|one| one == *post));
        Some((*place, theirs?))
    })?;
    Some(format!(
        "a complaint about `{}` at `{place}` would come to `{post}`, which it is about: \
         `{}` needs a route to another post",
        item.id, complaint.id
    ))
}
