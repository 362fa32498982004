use std::collections::BTreeSet;

use events::words::PlaceId;

use crate::{
    Code, Names,
    code::names,
    node::Yaml,
    read::{Cursor, Thing, composed, fields, list, parsed, reference, set},
};

/// A place: a campus, a building, a floor or a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: PlaceId,
    /// What it is called, without what it lies in.
    pub names: Names,
    /// The next larger place; a campus has none.
    pub within: Option<PlaceId>,
    /// What urgency rules ask about: `dormitory`, `laboratory`, `switch-room`.
    pub flags: BTreeSet<Code>,
}

/// One document: a campus, or a building with all that is inside.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The document's own place first.
    pub(crate) places: Vec<Place>,
    pub(crate) phones: Vec<(Code, PlaceId)>,
}

pub(crate) fn read(id: &PlaceId, cursor: &mut Cursor<'_>) -> Option<Tree> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let within = f.optional("within", reference(Thing::Place));
        let flags = f.optional("flags", set(parsed));
        let floors = f.optional("floors", list(|cursor| floor(id, cursor)));
        let phones = f.optional("phones", list(phone));
        let (names, within, flags) = (names?, within?, flags?.unwrap_or_default());
        let mut places = vec![Place { id: id.clone(), names, within, flags }];
        places.extend(floors?.unwrap_or_default().into_iter().flatten());
        Some(Tree { places, phones: phones?.unwrap_or_default() })
    })
}

/// A floor, followed by its rooms.
fn floor(building: &PlaceId, cursor: &mut Cursor<'_>) -> Option<Vec<Place>> {
    fields(cursor, |f| {
        let own = f.required("floor", part(building, "f"));
        let names = f.optional("names", names);
        let flags = f.optional("flags", set(parsed));
        let rooms = f.optional("rooms", list(|cursor| room(building, cursor)));
        let (id, number) = own?;
        let usual =
            Names { zh: format!("{}层", number.to_uppercase()), en: format!("Floor {number}") };
        let floor = Place {
            id,
            names: names?.unwrap_or(usual),
            within: Some(building.clone()),
            flags: flags?.unwrap_or_default(),
        };
        let within = Some(floor.id.clone());
        let on_floor = |room: Place| Place { within: within.clone(), ..room };
        let rooms: Vec<Place> = rooms?.unwrap_or_default().into_iter().map(on_floor).collect();
        Some(std::iter::once(floor).chain(rooms).collect())
    })
}

/// A room by its number alone, or with names and flags of its own.
fn room(building: &PlaceId, cursor: &mut Cursor<'_>) -> Option<Place> {
    let number = part(building, "");
    let (own, names, flags) = if matches!(cursor.node.value, Yaml::Map(_)) {
        fields(cursor, |f| {
            let own = f.required("room", &number);
            let names = f.optional("names", names);
            let flags = f.optional("flags", set(parsed));
            Some((own?, names?, flags?.unwrap_or_default()))
        })?
    } else {
        (number(cursor)?, None, BTreeSet::new())
    };
    let (id, number) = own;
    let usual = Names { zh: format!("{}室", number.to_uppercase()), en: format!("Room {number}") };
    Some(Place { id, names: names.unwrap_or(usual), within: None, flags })
}

/// A part of a building: its id is the building's with the part's number after it.
fn part(
    building: &PlaceId,
    prefix: &'static str,
) -> impl Fn(&mut Cursor<'_>) -> Option<(PlaceId, String)> {
    composed(Thing::Place, move |number| format!("{building}-{prefix}{number}"))
}

fn phone(cursor: &mut Cursor<'_>) -> Option<(Code, PlaceId)> {
    fields(cursor, |f| {
        let phone = f.required("phone", |cursor| {
            let phone = parsed(cursor);
            cursor.gives(Thing::Phone, phone)
        });
        let place = f.required("place", reference(Thing::Place));
        Some((phone?, place?))
    })
}
