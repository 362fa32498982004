//! A campus of one place with three ladders: duty, leaders and quality. For doors all is the
//! leaders'.

use std::sync::LazyLock;

use definitions::Rules;

pub(super) const CAMPUS: &str = "
{apiVersion: yizhan/v1, kind: Department, metadata: {name: logistics}, spec: {
  names: {zh: 后勤处, en: Logistics}, calendar: campus, posts: [
    {post: plumbing, names: {zh: 水暖岗, en: Plumbing}, duties: [accept]},
    {post: leader, names: {zh: 班长, en: Team Leader}},
    {post: chief, names: {zh: 科长, en: Section Chief}},
    {post: head, names: {zh: 处长, en: Head}},
    {post: quality, names: {zh: 质量岗, en: Quality}}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-leak}, spec: {
  names: {zh: 漏水, en: Leak}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: street-sign}, spec: {
  names: {zh: 路牌, en: Street Sign}, category: plumbing, kind: repair, level: public,
  department: logistics, policy: repairs, callback: false}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: broken-door}, spec: {
  names: {zh: 门坏, en: Door}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: doors, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: lamp}, spec: {
  names: {zh: 路灯, en: Lamp}, category: plumbing, kind: repair, level: public,
  department: logistics, policy: doors, callback: 40%}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: bench}, spec: {
  names: {zh: 长椅, en: Bench}, category: plumbing, kind: repair, level: public,
  department: logistics, policy: someday, callback: false}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: someday}, spec: {
  names: {zh: 只承诺完成, en: Only Completion Promised},
  limits: {complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days}},
  ladders: {complete: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00]},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: repairs}, spec: {
  names: {zh: 承诺, en: Promises},
  limits: {
    accept: {critical: 10min 24x7, urgent: 30min duty-time, normal: 4h working-hours},
    arrive: {critical: 30min 24x7, urgent: 2h duty-time, normal: 1d working-days},
    contain: {critical: 2h 24x7},
    adjudicate: {critical: 5min 24x7, urgent: 2h working-hours, normal: 2h working-hours},
    reply: {critical: 10min 24x7, urgent: 1h duty-time, normal: 4h working-hours},
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {
    accept: duty, arrive: leaders, contain: duty, adjudicate: quality, reply: quality,
    complete: leaders, call-back: quality},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00]},
  pauses: {
    no-access: {upTo: 48h 24x7},
    requester-answer: {upTo: 48h 24x7, approver: logistics/head},
    outside-authority: {upTo: 48h 24x7, approver: logistics/head, evidence: true}},
  extensions: {upTo: 48h 24x7, approver: logistics/head},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: doors}, spec: {
  names: {zh: 门, en: Doors},
  limits: {
    accept: {critical: 10min 24x7, urgent: 30min duty-time, normal: 4h working-hours},
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {accept: leaders, complete: leaders, call-back: quality, follow-up: quality},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00]},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: duty}, spec: {
  names: {zh: 值班, en: Duty}, rungs: [logistics/leader, logistics/chief], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: leaders}, spec: {
  names: {zh: 领导, en: Leaders}, rungs: [logistics/leader, logistics/chief, logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: quality}, spec: {
  names: {zh: 质量, en: Quality}, rungs: [logistics/quality, logistics/chief, logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
";

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::small(CAMPUS));
