//! Which conditions trip, and who may reset them.

use crate::{Condition, Conditions};

/// How severe a latched trip is. Ordered: the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TripClass {
    /// Circulation stops until the operator resumes.
    Operator = 1,
    /// Circulation and chilling stop until a clinician resets; at most two of these resets a session.
    Clinician = 2,
    /// All power is cut until service resets. A clinician's trip that needs service because the resets are
    /// spent stops its channel alone.
    Service = 3,
}

/// Whether these trips, once latched, hold the power of the whole machine off.
///
/// ```
/// use coldcap_guard::{Condition, Conditions, interlock::holds_power};
/// assert!(holds_power(Conditions::of(&[Condition::Leak])));
/// assert!(!holds_power(Conditions::of(&[Condition::Freeze, Condition::PowerHeld])));
/// ```
#[must_use]
pub const fn holds_power(trips: Conditions) -> bool {
    trips.intersects(SERVICE)
}

impl TripClass {
    /// The class of the trip that `condition` causes, if it causes one. `front_sensor` and
    /// `rear_sensor` do so only together; see [`trips`].
    ///
    /// ```
    /// use coldcap_guard::{Condition, interlock::TripClass};
    /// assert_eq!(TripClass::of(Condition::Freeze), Some(TripClass::Clinician));
    /// assert_eq!(TripClass::of(Condition::FreezeNear), None);
    /// ```
    #[must_use]
    pub const fn of(condition: Condition) -> Option<Self> {
        Self::worst(Conditions::EMPTY.with(condition))
    }

    /// The worst class in a set of latched trips; `None` if there is none.
    #[must_use]
    pub const fn worst(latched: Conditions) -> Option<Self> {
        if latched.intersects(SERVICE) {
            Some(Self::Service)
        } else if latched.intersects(CLINICIAN) {
            Some(Self::Clinician)
        } else if latched.intersects(OPERATOR) {
            Some(Self::Operator)
        } else {
            None
        }
    }
}

/// Who asks for a reset. Ordered by authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ResetClass {
    /// Whoever resumes the treatment.
    Operator = 1,
    /// A clinician, in two steps, which the session checks.
    Clinician = 2,
    /// A service engineer.
    Service = 3,
}

impl ResetClass {
    /// Whether this authority is enough for a trip of `class`.
    #[must_use]
    pub const fn covers(self, class: TripClass) -> bool {
        self as u8 >= class as u8
    }
}

pub(super) const OPERATOR: Conditions = Conditions::of(&[
    Condition::FlowLost,
    Condition::PumpStopped,
    Condition::CapUncoupled,
    Condition::PowerHeld,
]);

const CLINICIAN: Conditions = Conditions::of(&[
    Condition::Freeze,
    Condition::SafetySensor,
    Condition::SupplySensor,
    Condition::FrontSensor,
    Condition::RearSensor,
    Condition::LoopImplausible,
    Condition::FreezeAhead,
    Condition::SafetyDisagrees,
]);

const SERVICE: Conditions = Conditions::of(&[
    Condition::ChillerStuck,
    Condition::Leak,
    Condition::PermitMismatch,
    Condition::ValveStuck,
    Condition::PumpRunsOn,
]);

/// The two control sensors of the cap.
pub(super) const CONTROL_SENSORS: Conditions =
    Conditions::of(&[Condition::FrontSensor, Condition::RearSensor]);

/// Every condition that can be latched.
pub(super) const LATCHABLE: Conditions = OPERATOR.union(CLINICIAN).union(SERVICE);

/// While any of these holds the chiller may not run.
pub(super) const BLOCKS_CHILL: Conditions =
    Conditions::of(&[Condition::TankSensor, Condition::EvaporatorCold]);

/// Every condition that the interlock looks at.
pub(super) const RELEVANT: Conditions = LATCHABLE.union(BLOCKS_CHILL).with(Condition::FreezeNear);

/// What trips when `present` holds: every condition of a trip class, but one control sensor of the cap
/// alone does not trip.
#[must_use]
pub const fn trips(present: Conditions) -> Conditions {
    // req: INT-002, INT-003
    let latchable = present.intersection(LATCHABLE);
    if present.contains_all(CONTROL_SENSORS) {
        latchable
    } else {
        latchable.difference(CONTROL_SENSORS)
    }
}

/// The trips whose cause is not gone while `present` holds. A freeze, be it there or ahead, is gone only
/// once the sensor is warmer than the warning limit too, so that a reset is not spent on a cap that is about to trip again.
pub(super) const fn causes(present: Conditions) -> Conditions {
    let near = present.contains(Condition::FreezeNear);
    trips(present).with_if(Condition::Freeze, near).with_if(Condition::FreezeAhead, near)
}
