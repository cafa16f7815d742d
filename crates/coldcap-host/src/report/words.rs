//! What names of the protocol are called where people read them.

use coldcap_session::Phase;
use coldcap_wire::message::Vocabulary;

/// A phase, as the report prints it.
pub(super) const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Boot => "start-up",
        Phase::Standby => "standby",
        Phase::FitMeasure => "fit: measuring",
        Phase::FitCalibrate => "fit: matching",
        Phase::FitVerify => "fit: contact test",
        Phase::FitSaved => "fit: stored",
        Phase::Setup => "set-up",
        Phase::FitCheck => "fit check",
        Phase::PreCool => "pre-cooling",
        Phase::Ready => "ready",
        Phase::Infusing => "infusion",
        Phase::PostCool => "post-cooling",
        Phase::Paused => "break",
        Phase::Recool => "re-cooling",
        Phase::Recovery => "recovery",
        Phase::SafeHold => "safe hold",
        Phase::Thaw => "warming",
        Phase::CapOff => "cap off",
        Phase::Report => "report",
    }
}

/// A word of a vocabulary as people read it, or the code where it has none.
pub(super) fn of(vocabulary: &str, code: u8) -> String {
    let known = Vocabulary::named(vocabulary).and_then(|words| words.word(code));
    known.map_or_else(|| code.to_string(), spoken)
}

/// A name of the protocol with spaces in place of underscores.
pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ")
}
