//! What can be wrong although each document is right: names, cycles, and what is left open.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    fmt::Display,
};

use calendar::Calendar;
use events::words::{CalendarId, Commitment, End, Level, PlaceId, Urgency};

use crate::{
    alarm,
    campus::Campus,
    complaint,
    department::Duty,
    document::Sources,
    during::{self, During, Moment},
    item::ServiceItem,
    layer::Base,
    policy::{Policy, REOPENABLE},
    problem::{At, Problem, instead},
    read::{Named, Notes, Thing},
    route::{Route, Unrouted},
    share::Share,
    template::Occasion,
};

/// Ids that are given twice. A category is named by each of its items.
pub(crate) fn repeated(notes: &Notes) -> Vec<Problem> {
    let mut first: BTreeMap<(Thing, &str), &Named> = BTreeMap::new();
    let mut problems = Vec::new();
    for named in notes.given.iter().filter(|named| named.thing != Thing::Category) {
        match first.entry((named.thing, &named.id)) {
            btree_map::Entry::Vacant(place) => {
                place.insert(named);
            }
            btree_map::Entry::Occupied(before) => {
                let (word, id, place) = (named.thing.word(), &named.id, before.get().place());
                problems
                    .push(named.problem(format!("the {word} `{id}` is there already: {place}")));
            }
        }
    }
    problems
}

/// Ids that nobody gives.
pub(crate) fn unknown(notes: &Notes) -> Vec<Problem> {
    let given: BTreeSet<(Thing, &str)> =
        notes.given.iter().map(|named| (named.thing, named.id.as_str())).collect();
    let unknown = |named: &&Named| {
        !notes.unread.contains(&named.thing) && !given.contains(&(named.thing, named.id.as_str()))
    };
    let dangling = notes.used.iter().filter(unknown);
    dangling
        .map(|named| {
            let alike = given.iter().filter(|(thing, _)| *thing == named.thing);
            let hint = instead(&named.id, alike.map(|(_, id)| *id));
            let (word, id) = (named.thing.word(), &named.id);
            named.problem(format!("there is no {word} `{id}`{hint}"))
        })
        .collect()
}

/// Places that lie within themselves, and calendars that extend themselves.
pub(crate) fn cycles(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let within = campus
        .places
        .values()
        .filter_map(|place| Some((&place.id, place.within.as_ref()?)))
        .collect();
    let extends = campus
        .layers
        .iter()
        .filter_map(|(id, layer)| match &layer.base {
            Base::Extends(below) => Some((id, below)),
            Base::Zone(_) => None,
        })
        .collect();
    let places = circles(&within).map(|circle| (Thing::Place, "within", "lies within", circle));
    let layers = circles(&extends).map(|circle| (Thing::Calendar, "extends", "extends", circle));
    places
        .chain(layers)
        .filter_map(|(thing, field, verb, (id, circle))| {
            let source = sources.get(&(thing, id.clone()))?;
            Some(source.problem(&["spec", field], format!("`{id}` {verb} itself: {circle}")))
        })
        .collect()
}

/// Each circle once: its smallest id, and how it runs.
fn circles<Id: Ord + Display>(
    above: &BTreeMap<&Id, &Id>,
) -> impl Iterator<Item = (String, String)> {
    above.keys().filter_map(|start| {
        let mut circle = format!("{start}");
        let mut one = *start;
        for _ in 0..above.len() {
            one = above.get(one)?;
            circle = format!("{circle} -> {one}");
            if one == *start {
                return Some((start.to_string(), circle));
            }
            if one < *start {
                return None;
            }
        }
        None
    })
}

/// The calendar of each department, its layers put over one another.
pub(crate) fn calendars(
    campus: &Campus,
    sources: &Sources,
) -> Result<BTreeMap<CalendarId, Calendar>, Vec<Problem>> {
    let mut calendars = BTreeMap::new();
    let mut problems = Vec::new();
    for department in campus.departments.values() {
        match campus.calendar(&department.calendar) {
            Ok(calendar) => {
                calendars.insert(department.calendar.clone(), calendar);
            }
            Err(refusal) => {
                let message =
                    format!("`{}` is no calendar to work by: {refusal}", department.calendar);
                let source = sources.get(&(Thing::Department, department.id.to_string()));
                problems
                    .extend(source.map(|source| source.problem(&["spec", "calendar"], message)));
            }
        }
    }
    if problems.is_empty() { Ok(calendars) } else { Err(problems) }
}

/// Years that the lowest layer says are decided, and of which it knows nothing.
///
/// The state names days of rest every year; a layer on it may have a year without any.
pub(crate) fn missing_years(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let lowest = campus.layers.iter().filter(|(_, layer)| matches!(layer.base, Base::Zone(_)));
    let missing = lowest.filter_map(|(id, layer)| Some((id, layer, layer.layer.missing_year()?)));
    missing
        .filter_map(|(id, layer, year)| {
            let source = sources.get(&(Thing::Calendar, id.to_string()))?;
            let message = format!(
                "no notice names a day of {year}: there must be one for each year up to that of \
                 `validThrough`, {}",
                layer.layer.valid_through
            );
            Some(source.problem(&["spec", "notices"], message))
        })
        .collect()
}

/// What a set leaves open, or says twice: routes, the desk, callbacks, reopening, alarms, complaints,
/// messages.
pub(crate) fn left_open(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let mut problems = unrouted(campus, sources);
    for route in campus.routes.values() {
        if campus.post(&route.post).is_some_and(|post| !post.duties.contains(&Duty::Accept)) {
            let message = format!("the post `{}` has no duty `accept`", route.post);
            problems.extend(at_route(sources, route, "post", message));
        }
    }
    problems.extend(other_desks(campus, sources));
    for item in campus.items.values().filter(|item| item.callback != Share::NONE) {
        let source = sources.get(&(Thing::Item, item.id.to_string()));
        let refused = uncallable(campus, item);
        problems.extend(
            source
                .zip(refused)
                .map(|(source, refused)| source.problem(&["spec", "callback"], refused)),
        );
    }
    for policy in campus.policies.values() {
        problems
            .extend(policy.reopened_in_vain().filter_map(|end| final_end(sources, policy, end)));
    }
    problems.extend(alarm::faults(campus, sources));
    problems.extend(complaint::faults(campus, sources));
    let missing = Occasion::ALL.iter().filter(|one| !campus.templates.contains_key(one));
    problems.extend(missing.map(|occasion| {
        Problem::new("the set", At::default(), "", format!("there is no Template `{occasion}`"))
    }));
    problems
}

/// Posts that are the desk too: there is one, or nobody would know which is asked.
fn other_desks(campus: &Campus, sources: &Sources) -> impl Iterator<Item = Problem> {
    let mut desks = campus.desks();
    let first = desks.next();
    desks.filter_map(move |post| {
        let source = sources.get(&(Thing::Department, post.id.department().to_string()))?;
        let message =
            format!("`{}` cannot be the desk, for `{}` is: choose one", post.id, first?.id);
        Some(source.problem(&["spec", "posts"], message))
    })
}

/// Why nobody could be called back about an item.
fn uncallable(campus: &Campus, item: &ServiceItem) -> Option<String> {
    if item.level >= Level::Confidential {
        let follows = "a confidential matter is never called back: its counsellor follows up";
        return Some(format!("{follows}; it must be `false`"));
    }
    let policy = campus.policies.get(&item.policy);
    let due = |policy: &Policy| policy.limit(Commitment::CallBack, Urgency::Normal).is_some();
    let promised = policy.is_some_and(due);
    (!promised).then(|| format!("the policy `{}` has no limits for call-back", item.policy))
}

/// The places where routes begin, and the campuses: which routes lead from a place changes only there.
pub(crate) fn where_routes_begin(campus: &Campus) -> BTreeSet<&PlaceId> {
    let roots = campus.places.values().filter(|place| place.within.is_none());
    let begin = campus.routes.values().filter_map(|route| route.within.as_ref());
    roots.map(|place| &place.id).chain(begin).collect()
}

/// Items that no post gets somewhere, or two posts.
fn unrouted(campus: &Campus, sources: &Sources) -> Vec<Problem> {
    let places = where_routes_begin(campus);
    let mut problems = Vec::new();
    for item in campus.items.values() {
        for place in &places {
            for (fault, when) in faults(campus, item, place) {
                problems.extend(match fault {
                    Unrouted::Gap => gap(sources, item, place, &when),
                    Unrouted::Tie(one, other) => tie(sources, item, place, (one, other), &when),
                });
            }
        }
    }
    problems
}

/// What is wrong with an item at a place, and when: nothing is said if it always is.
fn faults<'a>(
    campus: &'a Campus,
    item: &ServiceItem,
    place: &PlaceId,
) -> Vec<(Unrouted<'a>, String)> {
    let mut faults: Vec<(Unrouted<'_>, Vec<Moment>)> = Vec::new();
    for moment in Moment::ALL {
        let wrong = |place: &PlaceId| campus.route(item, place, moment).err();
        let Some(fault) = wrong(place) else { continue };
        // What is wrong on the whole campus is not told again for each of its buildings.
        if campus.path(place).skip(1).any(|above| wrong(&above.id) == Some(fault)) {
            continue;
        }
        match faults.iter_mut().find(|(before, _)| *before == fault) {
            Some((_, moments)) => moments.push(moment),
            None => faults.push((fault, vec![moment])),
        }
    }
    faults.into_iter().map(|(fault, moments)| (fault, during::when(&moments))).collect()
}

fn tie(
    sources: &Sources,
    item: &ServiceItem,
    place: &PlaceId,
    (one, other): (&Route, &Route),
    when: &str,
) -> Option<Problem> {
    let during = match one.during.max(other.during) {
        During::RoundTheClock => String::new(),
        narrower @ (During::DutyTime | During::WorkingHours) => format!(" during {narrower}"),
    };
    let message = format!(
        "the route `{}` ties with the route `{}` for the item `{}` at `{place}`{when}; \
         a route for this item within this place{during} would decide",
        other.id, one.id, item.id
    );
    at_route(sources, other, "post", message)
}

fn gap(sources: &Sources, item: &ServiceItem, place: &PlaceId, when: &str) -> Option<Problem> {
    let source = sources.get(&(Thing::Item, item.id.to_string()))?;
    let message = format!(
        "no route leads from `{}` at `{place}` to a post{when}; \
         a Route for the item or its category `{}` is missing",
        item.id, item.category
    );
    Some(source.problem(&["metadata", "name"], message))
}

fn final_end(sources: &Sources, policy: &Policy, end: End) -> Option<Problem> {
    let source = sources.get(&(Thing::Policy, policy.id.to_string()))?;
    let message = format!(
        "nothing is reopened after this end; there are: {}",
        REOPENABLE.map(End::word).join(", ")
    );
    Some(source.problem(&["spec", "reopenWithinDays", end.word()], message))
}

fn at_route(sources: &Sources, route: &Route, field: &str, message: String) -> Option<Problem> {
    let source = sources.get(&(Thing::Route, route.id.to_string()))?;
    Some(source.problem(&["spec", field], message))
}
