use std::collections::BTreeMap;

use calendar::{Calendar, Incomplete};
use events::words::{
    CalendarId, DepartmentId, DocumentId, DocumentKind, ItemId, LadderId, PlaceId, PostId,
};

use crate::{
    Code,
    department::{self, Department, Duty, Post},
    item::{self, ServiceItem},
    ladder::{self, Ladder},
    layer::{self, Base, CalendarLayer},
    place::{self, Place},
    policy::{self, Policy},
    read::Cursor,
    route::{self, Route},
    template::{self, Occasion, Template},
};

/// The documents of one set as types, by their ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Campus {
    pub(crate) items: BTreeMap<ItemId, ServiceItem>,
    pub(crate) places: BTreeMap<PlaceId, Place>,
    pub(crate) phones: BTreeMap<Code, PlaceId>,
    pub(crate) departments: BTreeMap<DepartmentId, Department>,
    pub(crate) routes: BTreeMap<Code, Route>,
    pub(crate) ladders: BTreeMap<LadderId, Ladder>,
    pub(crate) layers: BTreeMap<CalendarId, CalendarLayer>,
    pub(crate) policies: BTreeMap<Code, Policy>,
    pub(crate) templates: BTreeMap<Occasion, Template>,
}

impl Campus {
    /// Reads the `spec` of a document and keeps what it defines.
    pub(crate) fn read(
        &mut self,
        kind: DocumentKind,
        id: &DocumentId,
        cursor: &mut Cursor<'_>,
    ) -> Option<()> {
        let id = id.as_str();
        match kind {
            DocumentKind::ServiceItem => {
                let item = item::read(id.parse().ok()?, cursor)?;
                self.items.insert(item.id.clone(), item);
            }
            DocumentKind::Department => {
                let department = department::read(id.parse().ok()?, cursor)?;
                self.departments.insert(department.id.clone(), department);
            }
            DocumentKind::Place => {
                let tree = place::read(&id.parse().ok()?, cursor)?;
                self.places.extend(tree.places.into_iter().map(|one| (one.id.clone(), one)));
                self.phones.extend(tree.phones);
            }
            DocumentKind::Route => {
                let route = route::read(id.parse().ok()?, cursor)?;
                self.routes.insert(route.id.clone(), route);
            }
            DocumentKind::Ladder => {
                let ladder = ladder::read(id.parse().ok()?, cursor)?;
                self.ladders.insert(ladder.id.clone(), ladder);
            }
            DocumentKind::Calendar => {
                self.layers.insert(id.parse().ok()?, layer::read(cursor)?);
            }
            DocumentKind::Policy => {
                let policy = policy::read(id.parse().ok()?, cursor)?;
                self.policies.insert(policy.id.clone(), policy);
            }
            DocumentKind::Template => {
                let template = template::read(id.parse().ok()?, cursor)?;
                self.templates.insert(template.occasion, template);
            }
        }
        Some(())
    }

    /// The post of this id.
    pub(crate) fn post(&self, id: &PostId) -> Option<&Post> {
        self.departments.get(id.department())?.posts.get(id)
    }

    /// The posts that are the desk: one at most, in a set that was not refused.
    pub(crate) fn desks(&self) -> impl Iterator<Item = &Post> {
        let posts = self.departments.values().flat_map(|department| department.posts.values());
        posts.filter(|post| post.duties.contains(&Duty::Desk))
    }

    /// The place, then each one that it lies in, up to its campus.
    pub(crate) fn path(&self, place: &PlaceId) -> impl Iterator<Item = &Place> {
        let up = |place: &&Place| self.places.get(place.within.as_ref()?);
        std::iter::successors(self.places.get(place), up)
    }

    /// The calendar that lies on all layers from this one down.
    pub(crate) fn calendar(&self, id: &CalendarId) -> Result<Calendar, Unresolved> {
        let mut layers = Vec::new();
        let mut next = id;
        let zone = loop {
            let document = self.layers.get(next).ok_or(Unresolved::Bottomless)?;
            layers.push(document.layer.clone());
            match &document.base {
                Base::Zone(zone) => break zone.clone(),
                Base::Extends(_) if layers.len() > self.layers.len() => {
                    return Err(Unresolved::Bottomless);
                }
                Base::Extends(below) => next = below,
            }
        };
        layers.reverse();
        Ok(Calendar::new(zone, &layers)?)
    }
}

/// Layers that do not make a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unresolved {
    /// It lies on itself or on one that is not there.
    #[error("no layer says where its times are kept")]
    Bottomless,
    /// Something is left open.
    #[error(transparent)]
    Incomplete(#[from] Incomplete),
}
