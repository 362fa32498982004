use std::collections::BTreeMap;

use events::words::{CaseKind, DepartmentId, ItemId, Level};

use crate::{
    Alarm, Code, Names, Share, UrgencyRule, alarm,
    code::names,
    read::{Cursor, Thing, fields, list, parsed, reference, text},
    share, urgency,
};

/// A service item (服务事项): an entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceItem {
    /// Its id.
    pub id: ItemId,
    /// What it is called.
    pub names: Names,
    /// The group that it is routed and shown with.
    pub category: Code,
    /// The kind of its cases.
    pub kind: CaseKind,
    /// Who may see its cases.
    pub level: Level,
    /// The department that answers for it and whose calendar its promises are counted in.
    pub department: DepartmentId,
    /// The policy with its limits, ladders, callback and reopening.
    pub policy: Code,
    /// How many of its cases are followed by a callback.
    pub callback: Share,
    /// What one of its cases may be about: a lift, a boiler, a switch.
    pub assets: BTreeMap<Code, Names>,
    /// What makes one of its cases more urgent than normal.
    pub urgency: Vec<UrgencyRule>,
    /// What makes its cases alarms, if they are.
    pub alarm: Option<Alarm>,
    /// Whether an assistant must be trained for it before they take one of its work orders.
    pub trained: bool,
}

pub(crate) fn read(id: ItemId, cursor: &mut Cursor<'_>) -> Option<ServiceItem> {
    fields(cursor, |f| {
        let names = f.required("names", names);
        let category = f.required("category", category);
        let kind = f.required("kind", parsed);
        let level = f.required("level", parsed);
        let department = f.required("department", reference(Thing::Department));
        let policy = f.required("policy", reference(Thing::Policy));
        let callback = f.required("callback", share::read);
        let assets = f.optional("assets", assets).map(Option::unwrap_or_default);
        let urgency = f.optional("urgency", |cursor| urgency::read(assets.as_ref(), cursor));
        let alarm = f.optional("alarm", alarm::read);
        let trained = f.optional("training", training);
        Some(ServiceItem {
            id,
            names: names?,
            category: category?,
            kind: kind?,
            level: level?,
            department: department?,
            policy: policy?,
            callback: callback?,
            assets: assets?,
            urgency: urgency?.unwrap_or_default(),
            alarm: alarm?,
            trained: trained?.is_some(),
        })
    })
}

fn training(cursor: &mut Cursor<'_>) -> Option<()> {
    match &*text(cursor)? {
        "required" => Some(()),
        other => cursor
            .refuse(format!("must be `required`, not `{other}`, or left out if none is needed")),
    }
}

fn category(cursor: &mut Cursor<'_>) -> Option<Code> {
    let category = parsed(cursor);
    cursor.gives(Thing::Category, category)
}

fn assets(cursor: &mut Cursor<'_>) -> Option<BTreeMap<Code, Names>> {
    let mut assets = BTreeMap::new();
    for (asset, names) in list(asset)(cursor)? {
        let twice = format!("the asset `{asset}` is given twice");
        if assets.insert(asset, names).is_some() {
            return cursor.refuse(twice);
        }
    }
    Some(assets)
}

fn asset(cursor: &mut Cursor<'_>) -> Option<(Code, Names)> {
    fields(cursor, |f| {
        let asset = f.required("asset", parsed);
        let names = f.required("names", names);
        Some((asset?, names?))
    })
}
