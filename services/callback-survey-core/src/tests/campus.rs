//! A campus with an item that is called back, one that is not, one of which two in five cases are,
//! and one with few hours to call in.

use std::sync::LazyLock;

use definitions::Rules;

const CAMPUS: &str = "
{apiVersion: yizhan/v1, kind: Department, metadata: {name: logistics}, spec: {
  names: {zh: 后勤处, en: Logistics}, calendar: campus, posts: [
    {post: plumbing, names: {zh: 水暖岗, en: Plumbing}, duties: [accept]},
    {post: head, names: {zh: 处长, en: Head}}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-leak}, spec: {
  names: {zh: 漏水, en: Leak}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-hours}, spec: {
  names: {zh: 供水时间, en: Hours of Water}, category: plumbing, kind: enquiry, level: public,
  department: logistics, policy: repairs, callback: false}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-meter}, spec: {
  names: {zh: 水表, en: Water Meter}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: lunchtime, callback: true}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-pressure}, spec: {
  names: {zh: 水压, en: Water Pressure}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: 40%}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: repairs}, spec: {
  names: {zh: 承诺, en: Promises},
  limits: {
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {complete: leaders, call-back: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00, 14:30-21:30]},
  reopenWithinDays: {closed-solved: 7, closed-unreachable: 30}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: lunchtime}, spec: {
  names: {zh: 午间, en: Lunchtime},
  limits: {
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {complete: leaders, call-back: leaders},
  callback: {attempts: 4, days: 1, hours: 4, within: [12:00-12:45]},
  reopenWithinDays: {closed-solved: 7}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: leaders}, spec: {
  names: {zh: 领导, en: Leaders}, rungs: [logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
";

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::small(CAMPUS));
