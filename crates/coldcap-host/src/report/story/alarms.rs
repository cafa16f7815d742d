//! Alarms, from the entries that the guard's signals made.

use super::seconds;
use crate::priority::Priority;
use crate::report::treatment::AlarmSpan;
use coldcap_session::record::{Entry, Fields, Kind};
use coldcap_wire::message::Vocabulary;

/// What an alarm's entry tells of one condition, by its `a`; 3 tells of a set.
const CLEARED: i32 = 0;
const ROSE: i32 = 1;
const ESCALATED: i32 = 2;
const ACKNOWLEDGED: i32 = 3;

/// The first code of a vendor's conditions, and the bit in a set that stands for it.
const VENDOR: (u8, u8) = (192, 48);

/// An alarm whose end may not have been read yet.
struct Running {
    code: u8,
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
    let Ok(code) = u8::try_from(fields.code) else { return };
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

fn risen(code: u8, level: i32, onset_s: f64) -> AlarmSpan {
    let known = Vocabulary::named("condition").and_then(|words| words.word(code));
    AlarmSpan {
        id: known.map_or_else(|| format!("vendor_{code}"), str::to_owned),
        priority: priority(level),
        onset_s,
        clear_s: None,
        acknowledged_s: None,
    }
}

fn acknowledge(all: &mut [Running], set: u64, at_s: f64) {
    for running in all.iter_mut().filter(|running| running.span.clear_s.is_none()) {
        let is_meant = bit(running.code).is_some_and(|bit| set >> bit & 1 == 1);
        if is_meant && running.span.acknowledged_s.is_none() {
            running.span.acknowledged_s = Some(at_s);
        }
    }
}

/// Which bit of a set stands for a condition.
fn bit(code: u8) -> Option<u8> {
    let (first, first_bit) = VENDOR;
    let bit = if code < first { code } else { code - first + first_bit };
    (bit < 64 && (code >= first || code < first_bit)).then_some(bit)
}

/// One that is not known may be the most urgent.
fn priority(code: i32) -> Priority {
    Priority::from_code(code).unwrap_or(Priority::High)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_bit_for_each_condition_and_for_sixteen_of_a_vendor() {
        assert_eq!([0, 47, 48, 191].map(bit), [Some(0), Some(47), None, None]);
        assert_eq!([192, 207, 208, 255].map(bit), [Some(48), Some(63), None, None]);
    }
}
