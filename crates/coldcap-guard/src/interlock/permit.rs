//! What the guard allows, and the one place where demands meet it.

use coldcap_units::{Duty, Instant};

/// What the actuators are allowed to do. Nothing is allowed until the first conditions were judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permit {
    /// The pump may run and the mixing valve may open.
    pub circulate: bool,
    /// The chiller may run.
    pub chill: bool,
    /// The power permit line may be given. Without it nothing runs.
    pub power: bool,
}

impl Permit {
    /// Nothing is allowed: the safe state.
    pub const NONE: Self = Self { circulate: false, chill: false, power: false };

    /// Everything is allowed.
    pub const ALL: Self = Self { circulate: true, chill: true, power: true };

    /// What the shared parts of a machine may do, from the permits of its channels.
    ///
    /// The chiller may run for any channel that still may have cold coolant; power needs every channel.
    /// A machine without channels gets nothing.
    ///
    /// ```
    /// use coldcap_guard::interlock::Permit;
    /// let tripped = Permit { circulate: false, chill: false, power: true };
    /// assert_eq!(Permit::shared(&[Permit::ALL, tripped]), Permit::ALL);
    /// assert_eq!(Permit::shared(&[Permit::ALL, Permit::NONE]), Permit::NONE);
    /// assert_eq!(Permit::shared(&[]), Permit::NONE);
    /// ```
    #[must_use]
    pub fn shared(channels: &[Self]) -> Self {
        // req: CHN-002
        let power = !channels.is_empty() && channels.iter().all(|permit| permit.power);
        Self {
            circulate: power && channels.iter().any(|permit| permit.circulate),
            chill: power && channels.iter().any(|permit| permit.chill),
            power,
        }
    }
}

/// What control asks of the actuators. A channel leaves the chiller off; the machine leaves the pump
/// and the valve off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Demand {
    /// The pump of a channel.
    pub pump: Duty,
    /// The mixing valve of a channel: off recirculates, full takes everything from the tank.
    pub valve: Duty,
    /// The chiller.
    pub chiller: Duty,
}

/// The demand that is left under `permit`. It never raises any value: the guard can only take cooling
/// away.
///
/// ```
/// use coldcap_guard::interlock::{Demand, Permit, limit};
/// use coldcap_units::Duty;
///
/// let wanted = Demand { pump: Duty(40_000), valve: Duty(9_000), chiller: Duty::FULL };
/// let permit = Permit { circulate: false, chill: true, power: true };
/// let left = Demand { pump: Duty::OFF, valve: Duty::OFF, chiller: Duty::FULL };
/// assert_eq!(limit(wanted, &permit), left);
/// assert_eq!(limit(wanted, &Permit::NONE), Demand::default());
/// ```
#[must_use]
pub const fn limit(demand: Demand, permit: &Permit) -> Demand {
    // req: INT-007
    let circulate = permit.power && permit.circulate;
    Demand {
        pump: if circulate { demand.pump } else { Duty::OFF },
        valve: if circulate { demand.valve } else { Duty::OFF },
        chiller: if permit.power && permit.chill { demand.chiller } else { Duty::OFF },
    }
}

/// The last stage ahead of the drivers: [`limit`], and the memory of when it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gate {
    ran: Option<Instant>,
}

impl Gate {
    /// [`limit`] at the tick of `now`.
    ///
    /// # Panics
    /// Never.
    pub fn limit(&mut self, now: Instant, demand: Demand, permit: &Permit) -> Demand {
        self.ran = Some(now);
        limit(demand, permit)
    }

    /// The instant of the last run, as evidence for [`health::Watch`](crate::health::Watch).
    #[must_use]
    pub const fn last_step(&self) -> Option<Instant> {
        self.ran
    }
}
