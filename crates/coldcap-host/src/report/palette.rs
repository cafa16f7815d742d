//! Colours, and what tells curves apart where there are none.
//!
//! The lines take the colours of Okabe and Ito (jfly.uni-koeln.de/color, 2008), which people with any
//! of the common kinds of colour blindness tell apart; dashes tell them apart in black and white.

use crate::priority::Priority;
use coldcap_session::Phase;

/// How a curve is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    /// Its colour.
    pub(super) colour: &'static str,
    /// Its width.
    pub(super) width: &'static str,
    /// Its dashes.
    pub(super) dashes: &'static str,
}

const fn stroke(colour: &'static str, width: &'static str, dashes: &'static str) -> Stroke {
    Stroke { colour, width, dashes }
}

pub(super) const MODEL: Stroke = stroke("#D55E00", "1.8", "none");
pub(super) const MEASURED: Stroke = stroke("#0072B2", "3", "none");
pub(super) const TARGET: Stroke = stroke("#000000", "1.4", "1 4");
pub(super) const SUPPLY: Stroke = stroke("#0072B2", "2.6", "none");
pub(super) const FRONT: Stroke = stroke("#009E73", "1.6", "14 4");
pub(super) const REAR: Stroke = stroke("#B07400", "1.6", "9 3 2 3");
pub(super) const SKIN_TRUE: Stroke = stroke("#D55E00", "1.8", "6 5");
pub(super) const SKIN_ESTIMATE: Stroke = stroke("#A0457F", "1.6", "3 3");
pub(super) const FLOW: Stroke = stroke("#0072B2", "1.6", "none");
pub(super) const VALVE: Stroke = stroke("#009E73", "1.6", "none");
pub(super) const CHILLER: Stroke = stroke("#555555", "1.2", "none");

/// The colour of an alarm.
pub(super) const fn priority_colour(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "#D55E00",
        Priority::Medium => "#F0C000",
        Priority::Low => "#56B4E9",
    }
}

/// The colour of the band of a phase.
pub(super) const fn phase_colour(phase: Phase) -> &'static str {
    match phase {
        Phase::Infusing => "#8DC3E8",
        Phase::PreCool | Phase::Ready | Phase::PostCool => "#CBE3F4",
        Phase::Recool => "#E0E4CF",
        Phase::Paused | Phase::Recovery => "#FBE2BC",
        Phase::SafeHold => "#F3BFA8",
        Phase::Thaw => "#F5E4DC",
        Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::FitSaved => "#E4E1EF",
        Phase::Boot
        | Phase::Standby
        | Phase::Setup
        | Phase::FitCheck
        | Phase::CapOff
        | Phase::Report => "#ECEEF0",
    }
}
