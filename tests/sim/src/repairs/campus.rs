//! A small campus with nights and weekends, where little is promised for long.

use std::sync::LazyLock;

use clock::{AccountId, PersonId};
use definitions::Rules;
use events::words::{ItemId, PlaceId, PostId};
use uuid::Uuid;

const CAMPUS: &str = "
{apiVersion: yizhan/v1, kind: Place, metadata: {name: dorm-7}, spec: {
  names: {zh: 7号楼, en: Dormitory 7}, within: east}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: logistics}, spec: {
  names: {zh: 后勤处, en: Logistics}, calendar: campus, posts: [
    {post: plumbing, names: {zh: 水暖岗, en: Plumbing}, duties: [accept]},
    {post: electric, names: {zh: 电工岗, en: Electric}, duties: [accept]},
    {post: leader, names: {zh: 班长, en: Team Leader}},
    {post: chief, names: {zh: 科长, en: Section Chief}},
    {post: head, names: {zh: 处长, en: Head}},
    {post: quality, names: {zh: 质量岗, en: Quality}}]}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: housing}, spec: {
  names: {zh: 公寓中心, en: Housing}, calendar: campus, posts: [
    {post: caretakers, names: {zh: 楼管, en: Caretakers}, duties: [accept]}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-leak}, spec: {
  names: {zh: 漏水, en: Leak}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: true, urgency: [
    {urgency: critical, reason: flooding, names: {zh: 大量进水, en: Flooding},
     when: {words: [flooding]}},
    {urgency: urgent, reason: many-affected, names: {zh: 多人, en: Many}, when: {people: 20}}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: bench}, spec: {
  names: {zh: 长椅, en: Bench}, category: plumbing, kind: repair, level: public,
  department: logistics, policy: someday, callback: false}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: door-card}, spec: {
  names: {zh: 门禁卡, en: Door Card}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: answered, callback: false}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: repairs}, spec: {
  names: {zh: 承诺, en: Promises},
  limits: {
    accept: {critical: 10min 24x7, urgent: 30min duty-time, normal: 4h working-hours},
    arrive: {critical: 30min 24x7, urgent: 2h duty-time, normal: 1d working-days},
    contain: {critical: 2h 24x7},
    adjudicate: {critical: 5min 24x7, urgent: 2h working-hours, normal: 2h working-hours},
    reply: {critical: 10min 24x7, urgent: 1h duty-time, normal: 4h working-hours},
    complete: {critical: 48h 24x7, urgent: 64h duty-time, normal: 10d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {
    accept: duty, arrive: duty, contain: duty, adjudicate: quality, reply: quality,
    complete: leaders, follow-up: quality, call-back: quality},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00, 14:30-21:30]},
  pauses: {
    no-access: {upTo: 48h 24x7},
    requester-answer: {upTo: 48h 24x7, approver: logistics/head},
    outside-authority: {upTo: 24h 24x7, approver: logistics/head, evidence: true}},
  extensions: {upTo: 96h 24x7, approver: logistics/head},
  reopenWithinDays: {closed-solved: 7, closed-unreachable: 30}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: someday}, spec: {
  names: {zh: 不限到场, en: No Arrival Promised},
  limits: {complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days}},
  ladders: {complete: leaders},
  callback: {attempts: 1, days: 1, hours: 1, within: [08:30-12:00]},
  reopenWithinDays: {closed-uncalled: 7}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: answered}, spec: {
  names: {zh: 限时答复, en: An Answer Promised},
  limits: {
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    follow-up: {critical: 4h 24x7, urgent: 8h duty-time, normal: 1d working-days}},
  ladders: {complete: leaders, follow-up: quality},
  callback: {attempts: 1, days: 1, hours: 1, within: [08:30-12:00]},
  reopenWithinDays: {closed-uncalled: 7}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: duty}, spec: {
  names: {zh: 值班, en: Duty}, rungs: [logistics/leader, logistics/chief], climb: {
    critical: {interval: 30min 24x7, repeat: 24h 24x7},
    urgent: {interval: 4h duty-time, repeat: 32h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: leaders}, spec: {
  names: {zh: 领导, en: Leaders},
  rungs: [logistics/leader, logistics/chief, logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 24h 24x7},
    urgent: {interval: 4h duty-time, repeat: 32h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: quality}, spec: {
  names: {zh: 质量, en: Quality},
  rungs: [logistics/quality, logistics/chief, logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 24h 24x7},
    urgent: {interval: 4h duty-time, repeat: 32h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
";

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::small(CAMPUS));

/// The posts that work orders go to.
pub(super) static WORKING: LazyLock<Vec<PostId>> = LazyLock::new(|| with(true));
/// The posts on the rungs of ladders.
pub(super) static LEADING: LazyLock<Vec<PostId>> = LazyLock::new(|| with(false));

fn with(accepting: bool) -> Vec<PostId> {
    let posts = RULES.departments().flat_map(|department| department.posts.values());
    posts.filter(|post| post.duties.is_empty() != accepting).map(|post| post.id.clone()).collect()
}

/// All items of the campus.
pub(super) static ITEMS: LazyLock<Vec<ItemId>> =
    LazyLock::new(|| RULES.items().map(|item| item.id.clone()).collect());
/// All places of the campus.
pub(super) static PLACES: LazyLock<Vec<PlaceId>> =
    LazyLock::new(|| RULES.places().map(|place| place.id.clone()).collect());

/// Somebody of the staff. The first few work with their hands, and call back too.
pub(super) const fn account(number: u64) -> AccountId {
    AccountId::from_uuid(Uuid::from_u64_pair(1, number))
}

/// Somebody who reports.
pub(super) const fn person(number: u64) -> PersonId {
    PersonId::from_uuid(Uuid::from_u64_pair(2, number))
}

/// How many of the staff do repairs; who calls back is one of them or one of as many others.
pub(super) const WORKERS: u64 = 4;
/// How many persons report.
pub(super) const PERSONS: u64 = 6;
