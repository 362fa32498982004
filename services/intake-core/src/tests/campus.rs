//! A campus of one building with a phone, an item that is called back, one that is not, and one of
//! which two in five cases are.

use std::sync::LazyLock;

use definitions::Rules;

const CAMPUS: &str = "
{apiVersion: yizhan/v1, kind: Place, metadata: {name: dorm-7}, spec: {
  names: {zh: 7号楼, en: Dormitory 7}, within: east, phones: [{phone: '6701', place: dorm-7}]}}
---
{apiVersion: yizhan/v1, kind: Department, metadata: {name: logistics}, spec: {
  names: {zh: 后勤处, en: Logistics}, calendar: campus, posts: [
    {post: plumbing, names: {zh: 水暖岗, en: Plumbing}, duties: [accept]},
    {post: head, names: {zh: 处长, en: Head}}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-leak}, spec: {
  names: {zh: 漏水, en: Leak}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: true, assets: [
    {asset: main-valve, names: {zh: 总阀, en: Main Valve}}], urgency: [
    {urgency: critical, reason: flooding, names: {zh: 大量进水, en: Flooding},
     when: {words: [水淹, flooding]}},
    {urgency: urgent, reason: many-affected, names: {zh: 多人, en: Many}, when: {people: 20}},
    {urgency: urgent, reason: main-valve, names: {zh: 总阀, en: Main Valve},
     when: {assets: [main-valve]}},
    {urgency: urgent, reason: vulnerable, names: {zh: 需要照顾, en: Vulnerable},
     when: {vulnerable: true}}]}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-hours}, spec: {
  names: {zh: 供水时间, en: Hours of Water}, category: plumbing, kind: enquiry, level: public,
  department: logistics, policy: answers, callback: false}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-pressure}, spec: {
  names: {zh: 水压, en: Water Pressure}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: repairs, callback: 40%}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: water-quality}, spec: {
  names: {zh: 水质, en: Water Quality}, category: plumbing, kind: repair, level: internal,
  department: logistics, policy: watched, callback: true}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: watched}, spec: {
  names: {zh: 跟进, en: Followed Up},
  limits: {
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {complete: leaders, call-back: leaders, follow-up: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00, 14:30-21:30]},
  reopenWithinDays: {closed-solved: 7, closed-unreachable: 30}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: repairs}, spec: {
  names: {zh: 承诺, en: Promises},
  limits: {
    accept: {critical: 10min 24x7, urgent: 30min duty-time, normal: 4h working-hours},
    arrive: {critical: 30min 24x7, urgent: 2h duty-time, normal: 1d working-days},
    contain: {critical: 2h 24x7},
    complete: {critical: 12h 24x7, urgent: 16h duty-time, normal: 3d working-days},
    call-back: {critical: 12h 24x7, urgent: 24h 24x7, normal: 2d working-days}},
  ladders: {accept: leaders, arrive: leaders, contain: leaders, complete: leaders,
    call-back: leaders},
  callback: {attempts: 3, days: 2, hours: 2, within: [08:30-12:00, 14:30-21:30]},
  reopenWithinDays: {closed-solved: 7, closed-unreachable: 30, closed-uncalled: 7}}}
---
{apiVersion: yizhan/v1, kind: ServiceItem, metadata: {name: referral}, spec: {
  names: {zh: 转办, en: Referral}, category: plumbing, kind: enquiry, level: internal,
  department: logistics, policy: reports, callback: false}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: reports}, spec: {
  names: {zh: 回复, en: Reports},
  limits: {
    answer: {critical: 1h 24x7, urgent: 2h duty-time, normal: 1d working-days},
    follow-up: {critical: 1h 24x7, urgent: 2h duty-time, normal: 1d working-days}},
  ladders: {answer: leaders, follow-up: leaders},
  callback: {attempts: 1, days: 1, hours: 1, within: [08:30-12:00]},
  reopenWithinDays: {closed-uncalled: 7}}}
---
{apiVersion: yizhan/v1, kind: Policy, metadata: {name: answers}, spec: {
  names: {zh: 答复, en: Answers},
  limits: {answer: {critical: 1h 24x7, urgent: 2h duty-time, normal: 1d working-days}},
  ladders: {answer: leaders, follow-up: leaders},
  callback: {attempts: 1, days: 1, hours: 1, within: [08:30-12:00]},
  reopenWithinDays: {closed-uncalled: 7}}}
---
{apiVersion: yizhan/v1, kind: Ladder, metadata: {name: leaders}, spec: {
  names: {zh: 领导, en: Leaders}, rungs: [logistics/head], climb: {
    critical: {interval: 30min 24x7, repeat: 2h 24x7},
    urgent: {interval: 4h duty-time, repeat: 16h duty-time},
    normal: {interval: 1d working-days, repeat: 5d working-days}}}}
";

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::small(CAMPUS));
