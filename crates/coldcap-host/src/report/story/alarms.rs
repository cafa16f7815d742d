//! Alarms, from the entries that the guard's signals made.

use super::seconds;
use crate::condition;
use crate::priority::Priority;
use crate::report::treatment::AlarmSpan;
use coldcap_session::record::{Entry, Fields, Kind};

/// What an alarm's entry tells of one condition, by its `a`; 3 tells of a set.
const CLEARED: i32 = 0;
const ROSE: i32 = 1;
const ESCALATED: i32 = 2;
const ACKNOWLEDGED: i32 = 3;

/// An alarm whose end may not have been read yet.
struct Running {
    code: u16,
    span: AlarmSpan,
}

pub(super) fn alarms(entries: &[Entry]) -> Vec<AlarmSpan> {
    let mut all: Vec<Running> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.fields.kind == Kind::ALARM) {
        take(&mut all, &entry.fields, seconds(entry.at));
    }
    all.into_iter().map(|running| running.span).collect()
}

fn take(all: &mut Vec<Running>, fields: &Fields, at_s: f64) {
    if fields.a == ACKNOWLEDGED {
        return acknowledge(all, fields.c, at_s);
    }
    let code = fields.code;
    let is_open = |running: &&mut Running| running.code == code && running.span.clear_s.is_none();
    match (fields.a, all.iter_mut().rev().find(is_open)) {
        (CLEARED, Some(running)) => running.span.clear_s = Some(at_s),
        (ESCALATED, Some(running)) => {
            running.span.priority = priority(fields.b).max(running.span.priority);
        }
        (ROSE, None) => all.push(Running { code, span: risen(code, fields.b, at_s) }),
        _ => {}
    }
}

fn risen(code: u16, level: i32, onset_s: f64) -> AlarmSpan {
    AlarmSpan {
        id: condition::name(code).into_owned(),
        priority: priority(level),
        onset_s,
        clear_s: None,
        acknowledged_s: None,
    }
}

fn acknowledge(all: &mut [Running], set: u64, at_s: f64) {
    for running in all.iter_mut().filter(|running| running.span.clear_s.is_none()) {
        let is_meant = set & condition::mask(running.code) != 0;
        if is_meant && running.span.acknowledged_s.is_none() {
            running.span.acknowledged_s = Some(at_s);
        }
    }
}

/// One that is not known may be the most urgent.
fn priority(code: i32) -> Priority {
    Priority::from_code(code).unwrap_or(Priority::High)
}
