use std::{collections::BTreeMap, sync::Arc};

use calendar::{Base, Calendar, Due, Limit, OutOfReach, Start};
use events::words::{
    AlarmKind, CalendarId, CaseKind, CaseNumber, Commitment, DepartmentId, End, ItemId, Level,
    MessageChannel, PlaceId, PostId, Revision, Urgency,
};
use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

use crate::{
    Alert, Callback, Circumstances, Department, Judged, Ladder, Language, Occasion, Place, Policy,
    Post, ServiceItem, Share, Template, campus::Campus, during::Moment, urgency,
};

/// One revision of the campus's definitions, ready to be asked.
///
/// Ids that come from outside are unknown until asked for, so every question about one answers
/// `None`; what a document refers to is always there.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub(crate) revision: Revision,
    pub(crate) campus: Arc<Campus>,
    pub(crate) calendars: BTreeMap<CalendarId, Calendar>,
}

impl Rules {
    /// Which revision this is.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The same rules, counted by the calendars of `others`; one that is not there any more goes on as
    /// it was.
    #[must_use]
    pub fn counted_by(&self, others: &Self) -> Self {
        let mut calendars = self.calendars.clone();
        calendars.extend(others.calendars.iter().map(|(id, one)| (id.clone(), one.clone())));
        Self { revision: self.revision, campus: self.campus.clone(), calendars }
    }

    /// The item of this id.
    pub fn item(&self, id: &ItemId) -> Option<&ServiceItem> {
        self.campus.items.get(id)
    }

    /// Every item, by id.
    pub fn items(&self) -> impl Iterator<Item = &ServiceItem> {
        self.campus.items.values()
    }

    /// The item of alarms of this kind; every campus that takes alarms has one of each.
    pub fn alarm_item(&self, kind: AlarmKind) -> Option<&ServiceItem> {
        self.items().find(|item| item.alarm.as_ref().is_some_and(|alarm| alarm.kind == kind))
    }

    /// The item of a person at risk, if a report says that somebody is; whatever it was made about.
    pub fn at_risk(&self, report: &str) -> Option<&ServiceItem> {
        let tells =
            |item: &&ServiceItem| item.alarm.as_ref().is_some_and(|alarm| alarm.is_told_by(report));
        self.items().find(tells)
    }

    /// Who is alerted by a case of an item, if it is for alarms.
    pub fn alert(&self, item: &ItemId) -> Option<&Alert> {
        self.item(item)?.alarm.as_ref()?;
        self.policy(item)?.alert.as_ref()
    }

    /// The place of this id.
    pub fn place(&self, id: &PlaceId) -> Option<&Place> {
        self.campus.places.get(id)
    }

    /// Every place, by id.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.campus.places.values()
    }

    /// The place and each one that it lies in, up to its campus; nothing for an unknown one.
    pub fn path(&self, id: &PlaceId) -> impl Iterator<Item = &Place> {
        self.campus.path(id)
    }

    /// The whole name of a place, from the campus down.
    pub fn place_name(&self, id: &PlaceId, language: Language) -> Option<String> {
        let mut names: Vec<&str> =
            self.path(id).map(|place| place.names.in_language(language)).collect();
        names.reverse();
        let between = match language {
            Language::Chinese => "",
            Language::English => ", ",
        };
        (!names.is_empty()).then(|| names.join(between))
    }

    /// The whole names of places, one after the other; without those that are unknown.
    pub fn place_names(&self, ids: &[PlaceId], language: Language) -> String {
        let names: Vec<_> = ids.iter().filter_map(|id| self.place_name(id, language)).collect();
        names.join(match language {
            Language::Chinese => "、",
            Language::English => "; ",
        })
    }

    /// When an incident of an item is expected to be over, as the clocks of the item's department show
    /// it, or that nobody knows.
    pub fn expected_end(
        &self,
        item: &ItemId,
        end: Option<Timestamp>,
        language: Language,
    ) -> String {
        let calendar = self.item(item).and_then(|item| self.calendar_for(&item.department));
        let known = end.zip(calendar).map(|(end, calendar)| {
            end.to_zoned(calendar.zone().clone()).strftime("%Y-%m-%d %H:%M").to_string()
        });
        known.unwrap_or_else(|| match language {
            Language::Chinese => "待定".to_owned(),
            Language::English => "not known yet".to_owned(),
        })
    }

    /// Where the campus's clocks are: in the zone of its departments' calendars; UTC before there are any.
    pub fn zone(&self) -> TimeZone {
        let calendar = self.departments().find_map(|one| self.calendar_for(&one.id));
        calendar.map_or(TimeZone::UTC, |calendar| calendar.zone().clone())
    }

    /// Where a campus phone hangs.
    pub fn place_of_phone(&self, phone: &str) -> Option<&Place> {
        self.place(self.campus.phones.get(phone)?)
    }

    /// The department of this id.
    pub fn department(&self, id: &DepartmentId) -> Option<&Department> {
        self.campus.departments.get(id)
    }

    /// Every department, by id.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.campus.departments.values()
    }

    /// The post of this id.
    pub fn post(&self, id: &PostId) -> Option<&Post> {
        self.campus.post(id)
    }

    /// The post that is the desk; none if the campus names none.
    pub fn desk(&self) -> Option<&Post> {
        self.campus.desks().next()
    }

    /// The post that gets the work orders of an item at a place that are offered at an instant.
    ///
    /// Whether that is within working hours or duty time is said by the calendar of the item's
    /// department.
    pub fn route(&self, item: &ItemId, place: &PlaceId, at: Timestamp) -> Option<&Post> {
        self.place(place)?;
        let item = self.item(item)?;
        let moment = Moment::of(self.calendar_for(&item.department)?, at);
        let route = self.campus.route(item, place, moment).ok()?;
        self.post(&route.post)
    }

    /// How urgent a matter is, and by which rule. Hours are those of the item's department.
    pub fn urgency(
        &self,
        item: &ItemId,
        place: &PlaceId,
        circumstances: Circumstances<'_>,
    ) -> Option<Judged<'_>> {
        let flagged = |flag: &_| self.path(place).any(|place| place.flags.contains(flag));
        let item = self.item(item)?;
        let calendar = self.calendar_for(&item.department)?;
        Some(urgency::judge(&item.urgency, circumstances, flagged, calendar))
    }

    /// The policy of an item.
    pub fn policy(&self, item: &ItemId) -> Option<&Policy> {
        self.campus.policies.get(&self.item(item)?.policy)
    }

    /// The limit of a commitment; `None` if it is not promised for this item at this urgency.
    pub fn limit(&self, item: &ItemId, commitment: Commitment, urgency: Urgency) -> Option<Limit> {
        if commitment == Commitment::CallBack && self.item(item)?.callback == Share::NONE {
            return None;
        }
        self.policy(item)?.limit(commitment, urgency)
    }

    /// In which time a commitment is counted: that of its limit. What is followed up without one is
    /// counted as what its requester is told.
    pub fn base(&self, item: &ItemId, commitment: Commitment, urgency: Urgency) -> Option<Base> {
        let limit = |commitment| self.limit(item, commitment, urgency);
        let told = || limit(Commitment::Complete).or_else(|| limit(Commitment::Answer));
        let without = || (commitment == Commitment::FollowUp).then(told).flatten();
        limit(commitment).or_else(without).map(Limit::base)
    }

    /// The due of a commitment that somebody names, by the calendar of the item's department; `None`
    /// where no time of it runs.
    pub fn named(
        &self,
        item: &ItemId,
        commitment: Commitment,
        urgency: Urgency,
        at: Timestamp,
    ) -> Option<Due> {
        let calendar = self.calendar_for(&self.item(item)?.department)?;
        calendar.named(self.base(item, commitment, urgency)?, at)
    }

    /// The first instant from `at` on that can be [`named`](Self::named), as the clocks of the item's
    /// department show it; `None` where there is none.
    pub fn named_from(
        &self,
        item: &ItemId,
        commitment: Commitment,
        urgency: Urgency,
        at: Timestamp,
    ) -> Option<Zoned> {
        let calendar = self.calendar_for(&self.item(item)?.department)?;
        let first = calendar.runs_from(self.base(item, commitment, urgency)?, at).ok()?;
        Some(first.at.to_zoned(calendar.zone().clone()))
    }

    /// When a commitment that begins with `at` falls due, by the calendar of the item's department.
    ///
    /// `None` if it is not promised for this item at this urgency.
    pub fn due(
        &self,
        item: &ItemId,
        commitment: Commitment,
        urgency: Urgency,
        at: Timestamp,
    ) -> Result<Option<Due>, OutOfReach> {
        let limit = self.limit(item, commitment, urgency);
        let start = self.start(item, commitment);
        let calendar = self.item(item).and_then(|item| self.calendar_for(&item.department));
        limit.zip(calendar).map(|(limit, calendar)| calendar.due(limit, start, at)).transpose()
    }

    /// When the limit of a commitment begins to count for an item.
    pub fn start(&self, item: &ItemId, commitment: Commitment) -> Start {
        self.policy(item).map_or(Start::AtOnce, |policy| policy.start(commitment))
    }

    /// The item that a complaint about a case of this one is a case of; `None` if the campus names none.
    pub fn complaint_item(&self, item: &ItemId) -> Option<&ServiceItem> {
        self.item(self.policy(item)?.complaint.as_ref()?)
    }

    /// For how long after its receipt an open case of an item is taken for what others report; `None`
    /// where each case is its requester's own matter, or nobody may know of it.
    pub fn similar_within(&self, item: &ItemId) -> Option<SignedDuration> {
        let known = self.item(item).filter(|item| item.level != Level::Hidden)?;
        match known.kind {
            CaseKind::Application | CaseKind::Appointment | CaseKind::Complaint => None,
            CaseKind::Enquiry
            | CaseKind::Repair
            | CaseKind::Alarm
            | CaseKind::Suggestion
            | CaseKind::Hazard => Some(self.policy(item)?.similar_within),
        }
    }

    /// The ladder that a late commitment of an item climbs.
    pub fn ladder(&self, item: &ItemId, commitment: Commitment) -> Option<&Ladder> {
        self.campus.ladders.get(self.policy(item)?.ladder(commitment)?)
    }

    /// The calendar that a department works by.
    pub fn calendar_for(&self, department: &DepartmentId) -> Option<&Calendar> {
        self.calendars.get(&self.department(department)?.calendar)
    }

    /// How an item's requester is called back; `None` if no callback is due.
    pub fn callback(&self, item: &ItemId) -> Option<&Callback> {
        let called = self.item(item)?.callback != Share::NONE;
        self.policy(item).filter(|_| called).map(|policy| &policy.callback)
    }

    /// Whether a callback follows the completion of this case of an item; `None` if there is no such
    /// item.
    pub fn is_called_back(&self, item: &ItemId, number: CaseNumber) -> Option<bool> {
        Some(self.item(item)?.callback.takes(number))
    }

    /// Until when a case of an item that ended so may be reopened; `None` if never.
    pub fn reopens_until(&self, item: &ItemId, end: End, at: Timestamp) -> Option<Timestamp> {
        let days = self.policy(item)?.reopen_within_days(end)?;
        at.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
    }

    /// When a message about an item that is queued at `at` goes out, if it may wait; hours are those
    /// of the item's department.
    pub fn message_goes_at(&self, item: &ItemId, at: Timestamp) -> Timestamp {
        let messages = self.policy(item).and_then(|policy| policy.messages.as_ref());
        let calendar = self.item(item).and_then(|item| self.calendar_for(&item.department));
        messages.zip(calendar).map_or(at, |(messages, calendar)| messages.go_at(at, calendar))
    }

    /// The channels by which a post is told of a case of an item, the first one first.
    pub fn message_channels(&self, item: &ItemId, urgency: Urgency) -> &[MessageChannel] {
        let messages = self.policy(item).and_then(|policy| policy.messages.as_ref());
        messages.map_or(&[], |messages| messages.channels(urgency))
    }

    /// The channels by which a person is told of a case of an item before their mailbox, the first one
    /// first.
    pub fn personal_channels(&self, item: &ItemId, urgency: Urgency) -> &[MessageChannel] {
        let messages = self.policy(item).and_then(|policy| policy.messages.as_ref());
        messages.map_or(&[], |messages| messages.persons(urgency))
    }

    /// How long who was told something critical of an item may take to say that they know; `None` if
    /// nobody is asked to.
    pub fn acknowledge_within(&self, item: &ItemId) -> Option<SignedDuration> {
        self.policy(item)?.messages.as_ref()?.acknowledge
    }

    /// The text of a message.
    pub fn template(&self, occasion: Occasion) -> Option<&Template> {
        let of = |occasion| self.campus.templates.get(&occasion);
        of(occasion).or_else(|| of(occasion.before()?))
    }
}
