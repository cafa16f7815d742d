//! Which notes of the session are events for whoever watches.

use crate::outputs::{Event, EventKind};
use coldcap_session::Note;
use coldcap_units::Duration;

/// The event of a note, if it has one. The record keeps every note; events are the live view.
pub(super) fn event(channel: u8, note: &Note) -> Option<Event> {
    let event = |kind, code, value| Some(Event { channel, kind, code, value });
    match *note {
        Note::PhaseChanged { from, to } => {
            event(EventKind::Phase, u16::from(to.code()), i32::from(from.code()))
        }
        Note::BreakBegan { reason } => event(EventKind::BreakBegan, u16::from(reason.0), 0),
        Note::BreakEnded { length } => event(EventKind::BreakEnded, 0, millis(length)),
        Note::Flag(flag) => event(EventKind::Flag, u16::from(flag.code()), 0),
        Note::DrugStarted { drug, hair_toxic } => {
            event(EventKind::DrugStarted, drug, i32::from(hair_toxic))
        }
        Note::DrugEnded { drug, hair_toxic } => {
            event(EventKind::DrugEnded, drug, i32::from(hair_toxic))
        }
        Note::Ended { reason } => event(EventKind::Ended, u16::from(reason.0), 0),
        Note::Restarted { gap } => event(EventKind::Restarted, 0, gap.map_or(-1, millis)),
        _ => None,
    }
}

fn millis(span: Duration) -> i32 {
    i32::try_from(span.as_millis()).unwrap_or(i32::MAX)
}
