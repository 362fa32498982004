use std::collections::BTreeSet;

use events::words::{ItemId, PlaceId, PostId};

use crate::{
    Code,
    campus::Campus,
    during::{During, Moment},
    item::ServiceItem,
    read::{Cursor, Fields, Thing, fields, parsed, reference, set},
};

/// Which post gets the work orders of some items at some places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) id: Code,
    matter: Matter,
    /// With all that lies inside; `None` is everywhere.
    pub(crate) within: Option<PlaceId>,
    /// When it leads there.
    pub(crate) during: During,
    pub(crate) post: PostId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Matter {
    Items(BTreeSet<ItemId>),
    Category(Code),
}

/// Why no post gets a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unrouted<'a> {
    /// No route leads there.
    Gap,
    /// Neither is at least as specific in matter, place and time as the other.
    Tie(&'a Route, &'a Route),
}

impl Route {
    pub(crate) fn covers(&self, item: &ServiceItem) -> bool {
        match &self.matter {
            Matter::Items(items) => items.contains(&item.id),
            Matter::Category(category) => *category == item.category,
        }
    }
}

impl Campus {
    /// The one route that is at least as specific as every other, in matter, in place and in time.
    ///
    /// One that is more specific in one and less in another ties: the campus says which is meant by
    /// a third route for that matter at that place and time.
    pub(crate) fn route(
        &self,
        item: &ServiceItem,
        place: &PlaceId,
        moment: Moment,
    ) -> Result<&Route, Unrouted<'_>> {
        let path: Vec<&PlaceId> = self.path(place).map(|place| &place.id).collect();
        let ranked: Vec<Ranked<'_>> = self
            .routes
            .values()
            .filter(|route| route.covers(item) && route.during.is(moment))
            .filter_map(|route| Ranked::new(route, &path))
            .collect();
        let by_matter = ranked.iter().max_by_key(|one| one.matter).ok_or(Unrouted::Gap)?;
        let by_place = ranked.iter().max_by_key(|one| one.place).ok_or(Unrouted::Gap)?;
        let by_time = ranked.iter().max_by_key(|one| one.route.during).ok_or(Unrouted::Gap)?;
        let best = |one: &&Ranked<'_>| {
            one.matter == by_matter.matter
                && one.place == by_place.place
                && one.route.during == by_time.route.during
        };
        let mut best = ranked.iter().filter(best);
        match (best.next(), best.next()) {
            (Some(one), None) => Ok(one.route),
            (Some(one), Some(other)) => Err(Unrouted::Tie(one.route, other.route)),
            (None, _) => {
                let rivals = [by_matter, by_place, by_time].map(|one| one.route);
                let [one, ..] = rivals;
                let other = rivals.into_iter().find(|other| other.id != one.id).unwrap_or(one);
                Err(Unrouted::Tie(one, other))
            }
        }
    }
}

/// A route that leads from a place, and how specific it is.
struct Ranked<'a> {
    route: &'a Route,
    /// An item is more specific than its category.
    matter: u8,
    /// How deep in the tree it begins: 0 is everywhere, 1 a campus.
    place: usize,
}

impl<'a> Ranked<'a> {
    /// `None` if the route begins elsewhere. `path` leads from the place up to its campus.
    fn new(route: &'a Route, path: &[&PlaceId]) -> Option<Self> {
        let place = match &route.within {
            None => 0,
            Some(within) => path.len() - path.iter().position(|one| *one == within)?,
        };
        let matter = match route.matter {
            Matter::Items(_) => 1,
            Matter::Category(_) => 0,
        };
        Some(Self { route, matter, place })
    }
}

pub(crate) fn read(id: Code, cursor: &mut Cursor<'_>) -> Option<Route> {
    fields(cursor, |f| {
        let matter = matter(f);
        let within = f.optional("within", reference(Thing::Place));
        let during = f.optional("during", parsed);
        let post = f.required("post", reference(Thing::Post));
        let during = during?.unwrap_or_default();
        Some(Route { id, matter: matter?, within: within?, during, post: post? })
    })
}

fn matter(f: &mut Fields<'_, '_>) -> Option<Matter> {
    let items = f.optional("items", set(reference(Thing::Item)));
    let category = f.optional("category", reference(Thing::Category));
    match (items?, category?) {
        (Some(items), None) => Some(Matter::Items(items)),
        (None, Some(category)) => Some(Matter::Category(category)),
        (None, None) | (Some(_), Some(_)) => f.refuse("must have either `items` or `category`"),
    }
}
