//! Whether sensors that show nearly the same show nearly the same, and whether heat flows downhill.

use super::hold::{Hold, Tick};
use super::limits::Limits;
use crate::{Condition, Conditions};
use coldcap_units::Ratio;

/// The codes of one tick that can be read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Codes {
    pub(super) safety: Option<Ratio>,
    pub(super) front: Option<Ratio>,
    pub(super) rear: Option<Ratio>,
    pub(super) supply: Option<Ratio>,
    pub(super) returned: Option<Ratio>,
}

/// Whether `one` is above `other` by more than `allowed`: colder by more.
fn colder(one: Ratio, other: Ratio, allowed: Ratio) -> bool {
    one.0.saturating_sub(other.0) > allowed.0
}

fn apart(one: Ratio, other: Ratio, allowed: Ratio) -> bool {
    one.0.abs_diff(other.0) > allowed.0
}

/// What the comparison of the cap's three sensors remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct AgreementWatch {
    faces: Hold,
    safety: Hold,
}

impl AgreementWatch {
    /// One step; sensors are compared while coolant is pumped. One that cannot be read is another
    /// detector's, once it is so for long; a sample that is missing neither ends a time nor adds to it.
    pub(super) fn step(
        &mut self,
        codes: &Codes,
        pumped: bool,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        // req: INT-012
        let allowed = &limits.watches.agreement;
        let faces = codes.front.zip(codes.rear);
        let differ = faces.map(|(front, rear)| apart(front, rear, allowed.faces));
        let outside = match (differ, faces.zip(codes.safety)) {
            // Where front and rear differ nobody can tell which of the three is wrong.
            (Some(true), _) => Some(false),
            (_, seen) => seen.map(|((front, rear), safety)| {
                apart(safety, front, allowed.safety) && apart(safety, rear, allowed.safety)
            }),
        };
        let while_pumped = |seen| if pumped { seen } else { Some(false) };
        let faces = self.faces.step_if_seen(while_pumped(differ), tick.dt);
        let safety = self.safety.step_if_seen(while_pumped(outside), tick.dt);
        Conditions::EMPTY
            .with_if(Condition::FaceDisagrees, faces.exceeded(allowed.lasts))
            .with_if(Condition::SafetyDisagrees, safety.exceeded(allowed.lasts))
    }
}

/// What the balance of heat remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct HeatWatch {
    implausible: Hold,
}

impl HeatWatch {
    /// One step: while coolant moves, heat goes from the head into it, and only so much of it. A sample of the coolant
    /// or of its flow that is missing neither ends a time nor adds to it.
    pub(super) fn step(
        &mut self,
        codes: &Codes,
        flowing: Option<bool>,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        let allowed = &limits.watches.heat;
        let coolant = codes.supply.zip(codes.returned);
        let wrong = coolant.map(|(supply, returned)| {
            let (coldest, warmest) = (supply.max(returned), supply.min(returned));
            let mut faces = [codes.front, codes.rear].into_iter().flatten();
            colder(returned, supply, allowed.backward)
                || colder(supply, returned, allowed.uptake)
                || faces.any(|face| {
                    colder(face, coldest, allowed.backward)
                        || colder(warmest, face, allowed.forward)
                })
        });
        let wrong = if flowing == Some(false) { Some(false) } else { flowing.and(wrong) };
        let implausible = self.implausible.step_if_seen(wrong, tick.dt).exceeded(allowed.lasts);
        Conditions::EMPTY.with_if(Condition::HeatImplausible, implausible)
    }
}
