//! How a visit ended, from the notes of its record.

use super::marks::ending_name;
use crate::procedure::Outcome;
use coldcap_session::record::{Entry, Summary};
use coldcap_session::{Note, Phase, Reason};

/// `None` of a visit that has not ended, or whose session follows and has still to come. One that stands in safe hold where the record
/// ends has come to that end so far.
pub(super) fn outcome(
    entries: &[Entry],
    summary: &Summary,
    session_follows: bool,
) -> Option<Outcome> {
    match summary.ended {
        Some(Reason::ABANDONED) => Some(Outcome::SafeHold),
        Some(Reason::COMPLETED) => Some(Outcome::Completed),
        Some(_) => Some(Outcome::EndedEarly),
        None => without_a_session(entries.iter().rev().find_map(change)?)
            .filter(|outcome| *outcome != Outcome::Completed || !session_follows),
    }
}

/// Why it ended before its time, where it did.
pub(super) fn why(entries: &[Entry], summary: &Summary) -> Option<String> {
    match (summary.ended, outcome(entries, summary, false)?) {
        (Some(Reason::COMPLETED), _) | (None, Outcome::Completed) => None,
        (Some(reason), _) => Some(ending_name(reason)),
        (None, Outcome::EndedEarly) => Some("no session was begun".to_owned()),
        (None, _) => None,
    }
}

/// By the last change of the phase, where no session has ended.
const fn without_a_session(last: (Phase, Phase)) -> Option<Outcome> {
    match last {
        (_, Phase::SafeHold) | (Phase::SafeHold, Phase::Standby) => Some(Outcome::SafeHold),
        (Phase::FitSaved, Phase::Standby) => Some(Outcome::Completed),
        (Phase::Boot, _) => None,
        (_, Phase::Standby) => Some(Outcome::EndedEarly),
        _ => None,
    }
}

/// The phase that was left, and the one that was entered.
fn change(entry: &Entry) -> Option<(Phase, Phase)> {
    match entry.note() {
        Some(Note::PhaseChanged { from, to }) => Some((from, to)),
        _ => None,
    }
}
