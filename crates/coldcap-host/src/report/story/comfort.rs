//! How the patient bore the cold.

use super::seconds;
use crate::report::account::{Comfort, ComfortKind};
use coldcap_session::record::Entry;
use coldcap_session::{Event, Note, Phase, Request, Role};

pub(super) fn comfort(entries: &[Entry]) -> Vec<Comfort> {
    let mut told = Vec::new();
    let mut phase = None;
    let mut asked = None;
    for entry in entries {
        if let Some(Event::Request { request: Request::EaseOff, role }) = entry.fields.event() {
            asked = Some(role);
        }
        match entry.note() {
            Some(Note::PhaseChanged { to, .. }) => phase = Some(to),
            Some(note) => told.extend(kind(note, asked).map(|what| of(entry, phase, what))),
            None => {}
        }
    }
    told
}

fn of(entry: &Entry, phase: Option<Phase>, what: ComfortKind) -> Comfort {
    Comfort { time_s: seconds(entry.at), phase, what }
}

fn kind(note: Note, asked: Option<Role>) -> Option<ComfortKind> {
    Some(match note {
        Note::Comfort(score) => ComfortKind::Score(score),
        Note::Symptom(symptom) => ComfortKind::Symptom(symptom),
        Note::Eased { target } => ComfortKind::EasedOff {
            mode: target.mode(),
            target_c: f64::from(target.to_milli()) / 1_000.0,
            by: asked.map_or_else(String::new, |role| format!("{role:?}").to_lowercase()),
        },
        _ => return None,
    })
}
