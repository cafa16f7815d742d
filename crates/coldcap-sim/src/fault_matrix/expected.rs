//! What a machine has to make of every fault: by which alarm it says so, how soon, and what it does.

use crate::fault::{Defect, FaultKind, Place};
use coldcap_guard::Condition::{
    self, CapUncoupled, ChillerStuck, ContactDoubtful, DisplaySilent, EvaporatorCold,
    FaceDisagrees, FlowLost, FlowLow, Freeze, FreezeAhead, FreezeNear, FrontSensor,
    HeatImplausible, Leak, LinkLost, LoopImplausible, PumpRunsOn, PumpStopped, RearSensor,
    Restarted, ReturnSensor, SafetyDisagrees, SafetySensor, SupplySensor, TooWarm,
};

/// From when a fault can be seen at all: its time counts from then on, and while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// At once.
    Fault,
    /// While the cap is coupled: its sensors are looked at then.
    Coupled,
    /// While the pump is driven.
    Driven,
    /// While a head is cooled: the pump is driven in a phase that cools.
    Cooling,
    /// While the pump is not driven.
    PumpOff,
    /// While the chiller is not driven.
    ChillerOff,
    /// While the chiller is driven.
    ChillerOn,
    /// From the fault on, where it struck while somebody was treated.
    Treated,
    /// From the fault on, where a display had drawn anything before: a machine may be without one.
    Displayed,
}

impl Onset {
    /// In words, behind "within so many seconds".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fault => "of the fault",
            Self::Coupled => "with the cap coupled",
            Self::Driven => "with the pump driven",
            Self::Cooling => "of cooling",
            Self::PumpOff => "with the pump off",
            Self::ChillerOff => "with the chiller off",
            Self::ChillerOn => "with the chiller driven",
            Self::Treated => "of its return in a treatment",
            Self::Displayed => "of the fault, once a display took part",
        }
    }
}

/// What is done as soon as it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The pump stops.
    Stops,
    /// All power is cut.
    CutsPower,
    /// Cooling goes on, and somebody is told.
    GoesOn,
    /// Somebody is told; whether the pump stops follows from what else is there.
    Tells,
}

impl Reaction {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stops => "pump off",
            Self::CutsPower => "power off",
            Self::GoesOn => "goes on",
            Self::Tells => "tells",
        }
    }
}

/// What is expected of a fault.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    /// It is seen.
    Seen {
        /// By one of these alarms.
        by: &'static [Condition],
        /// So soon, in s.
        within_s: f64,
        /// From when on.
        onset: Onset,
        /// What is done.
        reaction: Reaction,
    },
    /// A request is refused by it, where it strikes before the plan is chosen: nobody is treated.
    Refused,
    /// Nothing here can see it, for this reason.
    Unseen(&'static str),
}

const fn seen(
    by: &'static [Condition],
    within_s: f64,
    onset: Onset,
    reaction: Reaction,
) -> Expected {
    Expected::Seen { by, within_s, onset, reaction }
}

impl Expected {
    /// What is expected of this fault.
    #[must_use]
    pub const fn of(kind: FaultKind) -> Self {
        use Onset::{ChillerOff, ChillerOn, Cooling, Displayed, Driven, Fault, PumpOff, Treated};
        use Reaction::{CutsPower, GoesOn, Stops, Tells};
        match kind {
            FaultKind::Kink | FaultKind::PumpDry => seen(&[FlowLost], 7.0, Driven, Stops),
            FaultKind::PumpStop => seen(&[PumpStopped, FlowLost], 7.0, Driven, Stops),
            FaultKind::PumpStuckOn => seen(&[PumpRunsOn], 1.5, PumpOff, CutsPower),
            FaultKind::ChillerStuckOn => seen(&[ChillerStuck], 17.0, ChillerOff, CutsPower),
            FaultKind::Leak | FaultKind::Condensation => seen(&[Leak], 1.0, Fault, CutsPower),
            FaultKind::CapOff => seen(&[CapUncoupled], 2.0, Cooling, Stops),
            FaultKind::Sensor(place, defect) => Self::of_sensor(place, defect),
            FaultKind::LinkLoss | FaultKind::HostCrash => seen(&[LinkLost], 4.0, Fault, GoesOn),
            FaultKind::DisplayFreeze => seen(&[DisplaySilent], 10.5, Displayed, GoesOn),
            FaultKind::PowerCut | FaultKind::Reset => seen(&[Restarted], 0.5, Treated, Stops),
            FaultKind::PartialKink => seen(&[FlowLow], 45.0, Driven, GoesOn),
            FaultKind::ValveSlip => seen(
                &[FreezeNear, FreezeAhead, Freeze, LoopImplausible, TooWarm],
                400.0,
                Driven,
                Tells,
            ),
            FaultKind::CapLifts => seen(
                &[ContactDoubtful, FreezeNear, FreezeAhead, Freeze, FaceDisagrees],
                890.0,
                Cooling,
                Tells,
            ),
            FaultKind::EvaporatorIced => seen(&[EvaporatorCold], 450.0, ChillerOn, Tells),
            FaultKind::WrongPlan => Self::Refused,
            FaultKind::ChillerWeak => Self::Unseen(
                "not within ten minutes: a cold tank lasts for half an hour and more; then it is `too_warm` \
                 (`examples/scenarios/sustained-deviation.toml`)",
            ),
            FaultKind::BareSpot => Self::Unseen(
                "no sensor lies on the skin: the target alone protects a bare spot, and hair that is entered at the fit visit",
            ),
            FaultKind::DrugUnended => {
                Self::Unseen("nobody but a person knows; the dose of cold is what limits it")
            }
            FaultKind::ClockJump => Self::Unseen(
                "minutes are ticks: nothing follows from the clock, and the record says who set it",
            ),
            FaultKind::EarlyRemoval => {
                Self::Unseen("the cap is thawed before its removal is asked for")
            }
            FaultKind::FrameNoise | FaultKind::Replay => Self::Unseen(
                "there is no link here: [faults.md](faults.md), and the link simulator in [campaigns.md](campaigns.md)",
            ),
        }
    }

    const fn of_sensor(place: Place, defect: Defect) -> Self {
        use Onset::{Coupled, Driven, Fault};
        use Reaction::{GoesOn, Stops};
        let (sensor, disagrees, onset, warm_s): (&'static [Condition], &'static [Condition], _, _) =
            match place {
                Place::Supply => {
                    (&[SupplySensor], &[HeatImplausible, LoopImplausible], Fault, 95.0)
                }
                Place::Return => (&[ReturnSensor], &[HeatImplausible], Fault, 95.0),
                Place::Front => (&[FrontSensor], &[FaceDisagrees], Coupled, 65.0),
                Place::Rear => (&[RearSensor], &[FaceDisagrees], Coupled, 65.0),
                Place::Safety => (&[SafetySensor], &[SafetyDisagrees], Coupled, 65.0),
            };
        let reaction = match (place, defect) {
            (Place::Supply, Defect::Warm) => Reaction::Tells,
            (Place::Supply | Place::Safety, _) => Stops,
            _ => GoesOn,
        };
        match defect {
            Defect::Open | Defect::Short => seen(sensor, 1.0, onset, reaction),
            Defect::Stuck => seen(sensor, 61.0, onset, reaction),
            Defect::Warm => seen(disagrees, warm_s, Driven, reaction),
        }
    }
}
