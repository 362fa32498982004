use std::collections::BTreeSet;

use events::words::PlaceId;

use crate::{
    Code, Names,
    code::names,
    node::Yaml,
    read::{Cursor, Thing, composed, fields, list, parsed, reference, set},
};

/// A place: a campus, a building, a floor, a room or a bed.
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
    /// Whether it is a bed: at most one person lives there.
    pub is_bed: bool,
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
        let mut places = vec![Place { id: id.clone(), names, within, flags, is_bed: false }];
        places.extend(floors?.unwrap_or_default().into_iter().flatten());
        Some(Tree { places, phones: phones?.unwrap_or_default() })
    })
}

/// A floor, followed by its rooms, each followed by its beds.
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
            is_bed: false,
        };
        let within = Some(floor.id.clone());
        let on_floor =
            |place: Place| Place { within: place.within.or_else(|| within.clone()), ..place };
        let rooms = rooms?.unwrap_or_default().into_iter().flatten().map(on_floor);
        Some(std::iter::once(floor).chain(rooms).collect())
    })
}

/// A room by its number alone, or with names, flags and beds of its own.
fn room(building: &PlaceId, cursor: &mut Cursor<'_>) -> Option<Vec<Place>> {
    let number = part(building, "");
    if !matches!(cursor.node.value, Yaml::Map(_)) {
        let (id, number) = number(cursor)?;
        let names = room_names(&number);
        return Some(vec![Place {
            id,
            names,
            within: None,
            flags: BTreeSet::new(),
            is_bed: false,
        }]);
    }
    fields(cursor, |f| {
        let own = f.required("room", &number);
        let names = f.optional("names", names);
        let flags = f.optional("flags", set(parsed));
        let id = own.as_ref().map(|(id, _)| id.clone());
        let beds = f.optional("beds", list(|cursor| bed(id.as_ref()?, cursor)));
        let (id, number) = own?;
        let names = names?.unwrap_or_else(|| room_names(&number));
        let flags = flags?.unwrap_or_default();
        let room = Place { id, names, within: None, flags, is_bed: false };
        Some(std::iter::once(room).chain(beds?.unwrap_or_default()).collect())
    })
}

fn room_names(number: &str) -> Names {
    let number = number.to_uppercase();
    Names { zh: format!("{number}室"), en: format!("Room {number}") }
}

/// A bed by its number.
fn bed(room: &PlaceId, cursor: &mut Cursor<'_>) -> Option<Place> {
    let (id, number) = part(room, "b")(cursor)?;
    let number = number.to_uppercase();
    let names = Names { zh: format!("{number}号床"), en: format!("Bed {number}") };
    Some(Place { id, names, within: Some(room.clone()), flags: BTreeSet::new(), is_bed: true })
}

/// A part of a building or room: its id is that of the whole with the part's number after it.
fn part(
    whole: &PlaceId,
    prefix: &'static str,
) -> impl Fn(&mut Cursor<'_>) -> Option<(PlaceId, String)> {
    composed(Thing::Place, move |number| format!("{whole}-{prefix}{number}"))
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
