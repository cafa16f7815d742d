//! The interlock's word: it can only take circulation away.

use super::TripClass;
use super::transition::Transition;
use crate::note::Reason;
use crate::phase::Phase;

pub(super) fn obey(t: &mut Transition<'_>, circulate_denied: bool, class: TripClass) {
    // req: SES-007
    if !circulate_denied {
        return;
    }
    if class >= TripClass::Clinician {
        t.state.trip = t.state.trip.max(class);
    }
    t.give_up_return();
    let phase = t.state.phase;
    if class == TripClass::Service && (phase.circulates() || phase.is_interrupted()) {
        // A treatment stays known: the drip does not stop because the cooler did.
        t.interrupt(Phase::SafeHold, Reason::SERVICE_TRIP);
    } else {
        t.halt(Reason::of_trip(class));
    }
}
