//! The hazards that are known of machines like this, and a fault of the virtual machine that brings about each.
//!
//! ```
//! use coldcap_sim::FaultKind;
//! use coldcap_sim::hazard::HAZARDS;
//! assert_eq!((HAZARDS.len(), HAZARDS[5].name().as_str()), (23, "H6"));
//! assert_eq!(HAZARDS[5].fault, FaultKind::Kink);
//! ```

use crate::fault::{Defect, FaultKind, Place};

/// A hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Its number, from 1.
    pub number: u8,
    /// A fault that brings it about. Each hazard has one of its own.
    pub fault: FaultKind,
    /// What it is, and by what the fault stands for it.
    pub about: &'static str,
}

impl Hazard {
    /// `H` and its number.
    #[must_use]
    pub fn name(&self) -> String {
        format!("H{}", self.number)
    }
}

const fn hazard(number: u8, fault: FaultKind, about: &'static str) -> Hazard {
    Hazard { number, fault, about }
}

/// All of them, in order.
pub const HAZARDS: [Hazard; 23] = [
    hazard(
        1,
        FaultKind::ValveSlip,
        "the cap freezes: the mixing valve runs open and says that it does not",
    ),
    hazard(
        2,
        FaultKind::BareSpot,
        "thin hair under a usual target: next to none is under the front half",
    ),
    hazard(3, FaultKind::DrugUnended, "too long in the cold: nobody says that the drug has ended"),
    hazard(4, FaultKind::ChillerWeak, "too warm to help: the chiller has lost refrigerant"),
    hazard(5, FaultKind::PartialKink, "too little flow: a hose is squeezed"),
    hazard(6, FaultKind::Kink, "cold again at once after a kink: the hose is kinked, then free"),
    hazard(7, FaultKind::Leak, "coolant runs out into the tray"),
    hazard(
        8,
        FaultKind::Sensor(Place::Front, Defect::Open),
        "a sensor is broken: the wire in front is open",
    ),
    hazard(
        9,
        FaultKind::Sensor(Place::Safety, Defect::Stuck),
        "a sensor stands still: the one against freezing",
    ),
    hazard(10, FaultKind::CapOff, "the cap is off, or another's"),
    hazard(11, FaultKind::ChillerStuckOn, "a relay is welded: the chiller runs on"),
    hazard(12, FaultKind::PumpDry, "the pump runs dry"),
    hazard(13, FaultKind::LinkLoss, "the host is gone"),
    hazard(14, FaultKind::DisplayFreeze, "the display stands still, and its link goes on"),
    hazard(15, FaultKind::PowerCut, "power fails in the middle of a session"),
    hazard(16, FaultKind::Reset, "the controller is reset"),
    hazard(17, FaultKind::WrongPlan, "the wrong plan: one by which nothing may be cooled"),
    hazard(18, FaultKind::ClockJump, "the wall clock is wrong"),
    hazard(
        19,
        FaultKind::Sensor(Place::Rear, Defect::Warm),
        "a table is damaged: a sensor tells plausible nonsense, 12 K too warm",
    ),
    hazard(20, FaultKind::Replay, "somebody on the line sends old commands again"),
    hazard(21, FaultKind::EvaporatorIced, "coolant freezes at the evaporator"),
    hazard(22, FaultKind::EarlyRemoval, "the cap is pulled off while it is frozen to the hair"),
    hazard(23, FaultKind::Condensation, "water condenses into the machine"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_hazard_has_its_number_and_a_fault_of_its_own() {
        let numbers: Vec<u8> = HAZARDS.iter().map(|hazard| hazard.number).collect();
        assert_eq!(numbers, (1..=23).collect::<Vec<_>>());
        let faults: BTreeSet<&str> = HAZARDS.iter().map(|hazard| hazard.fault.name()).collect();
        assert_eq!(faults.len(), HAZARDS.len());
    }
}
