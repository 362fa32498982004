//! A campus of one building, with posts of those who do the work and of an assistant, and with an item that promises an arrival and one that does
//! not.

use std::sync::LazyLock;

use definitions::Rules;

const CAMPUS: &str = "
{apiVersion: yizhan/v1, kind: Place, metadata: {name: dorm-7}, spec: {
  names: {zh: 7号楼, en: Dormitory 7}, within: east}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: logistics}, spec: {
  names: {zh: 后勤处, en: Logistics}, calendar: campus, posts: [
    {post: plumbing, names: {zh: 水暖岗, en: Plumbing}, duties: [accept]},
    {post: electric, names: {zh: 电工岗, en: Electric}, duties: [accept]},
    {post: head, names: {zh: 处长, en: Head}}]}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: housing}, spec: {
  names: {zh: 公寓中心, en: Housing}, calendar: campus, posts: [
    {post: caretakers, names: {zh: 楼管, en: Caretakers}, duties: [accept]}]}}
---
{apiVersion: yizhan/v1, kind: Calendar, metadata: {name: hall-days}, spec: {
  names: {zh: 大厅, en: Hall}, extends: campus, validThrough: 2026-12-31,
  notices: [{source: 国庆节, rest: [2026-10-01..2026-10-07]}]}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: hall}, spec: {
  names: {zh: 大厅, en: Hall}, calendar: hall-days,
  assistants: {weeklyHours: 40, nightlyHours: 4}, posts: [
    {post: window-a, names: {zh: 窗口A岗, en: Window A}, kind: A, duties: [decide]},
    {post: window-b, names: {zh: 窗口B岗, en: Window B}, kind: B, answersTo: window-a}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-leak}, spec: {
  names: {zh: 漏水, en: Leak}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: drip}, spec: {
  names: {zh: 滴水, en: Drip}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: someday, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: flooded-papers}, spec: {
  names: {zh: 水浸档案, en: Flooded Papers}, category: plumbing, kind: repair, level: internal,
  department: hall, policy: someday, callback: true, training: required}}
---
{apiVersion: yizhan/v1, kind: Route, metadata: {name: in-dorm-7}, spec: {
  items: [water-leak], within: dorm-7, post: housing/caretakers}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: repairs}, spec: {
  names: {zh: 承诺, en: Promises},
  limits: {
    arrive: {critical: 30min 24x7, urgent: 2h duty-time, normal: 1d working-days},
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {arrive: leaders, complete: leaders, call-back: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00]},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: someday}, spec: {
  names: {zh: 不限到场, en: No Arrival Promised},
  limits: {
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {complete: leaders, call-back: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00]},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: leaders}, spec: {
  names: {zh: 领导, en: Leaders}, rungs: [logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
";

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::small(CAMPUS));
