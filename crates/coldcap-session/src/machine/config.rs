//! The limits of the machine, as data.

use crate::plan::{Coldest, PlanLimits};
use coldcap_units::{Coolant, Duration, Interface, Kelvin};

/// Every duration and step that is not part of a plan, and within which limits one is. Any values are safe to step with.
///
/// [`Config::DEFAULT`] holds coldcap's own choices; where a published figure stands behind one, the
/// field says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// The self-test must finish within this. 60 s.
    pub boot_limit: Duration,
    /// The second of two steps must follow the first within this. 30 s.
    pub confirm_window: Duration,
    /// One circulating step of a fit visit may take this long. 10 min.
    pub fit_limit: Duration,
    /// The fit check may take this long. 5 min.
    pub fit_check_limit: Duration,
    /// How long the target must be held without a gap before pre-cooling or re-cooling is done. 60 s.
    pub target_hold: Duration,
    /// Pre-cooling or post-cooling may overrun its planned minutes by this before it is flagged. 30 min.
    pub overrun: Duration,
    /// Unattended time in `ready` before it is flagged. 60 min.
    pub ready_limit: Duration,
    /// From that flag to thawing. 30 min.
    pub ready_grace: Duration,
    /// Unattended time in `infusing` before it is flagged; cooling goes on. 240 min.
    pub infusing_limit: Duration,
    /// Re-cooling may take this long before it is flagged, however it began. 20 min.
    pub recool_limit: Duration,
    /// From a flag in pre-cooling, post-cooling or re-cooling to thawing. 10 min.
    pub waiting_grace: Duration,
    /// From the flag of an overlong break, or of a recovery that nobody answers, to thawing. 2 min.
    pub break_grace: Duration,
    /// A recovery that nobody answers is flagged after this. 10 min.
    pub recovery_limit: Duration,
    /// A power gap up to this lets cooling return by itself. 30 s, the figure within which alarm
    /// settings of medical equipment commonly must survive.
    pub short_gap: Duration,
    /// A power gap over this is flagged. 10 min, the longest published break.
    pub long_gap: Duration,
    /// After a short gap, the self-test must pass within this for cooling to return by itself. 10 s.
    pub restart_window: Duration,
    /// How often in one session cooling may return by itself. 3.
    pub restart_limit: u8,
    /// The cap warms at least this long before removal. 5 min, published by two vendors as 5 to 10.
    pub thaw_minimum: Duration,
    /// After this the cap may be removed in any case. 20 min.
    pub thaw_maximum: Duration,
    /// All extensions of a session together, in minutes. 60.
    pub extension_limit: u8,
    /// By how much a mark of a drug can be moved to an earlier time, all in all. 60 min.
    pub longest_amendment: Duration,
    /// Resets by a clinician in one session. 2.
    pub reset_limit: u8,
    /// The coolant temperature of the contact test. +8 °C.
    pub mild_target: Coolant,
    /// One step of easing off. 1 K.
    pub ease_step: Kelvin,
    /// Easing off ends here in coolant mode. +8 °C.
    pub warmest_target: Coolant,
    /// Easing off ends here in cap mode. +12 °C, what the interface shows under an ordinary fit when
    /// the coolant is at +8 °C (12.3 °C in a one-dimensional head model).
    pub warmest_interface: Interface,
    /// The cascade of cap mode never asks for a colder supply, whatever the interface shows. −5 °C, the
    /// cold end of what is published of machines that hold their coolant (−4 to −5 °C). Under hair that
    /// insulates hardly (0.005 m²K/W) it still brings the interface to some +3 °C.
    pub coldest_supply: Coolant,
    /// Nor does it ask for a supply that is further below the planned interface than this, so that a
    /// sensor that reads too warm cannot drive the cap as cold as the machine can. 9 K; in the head
    /// model the tightest contact holds the interface 7.6 K above its coolant.
    pub interface_reach: Kelvin,
    /// While a control sensor of the cap is lost nothing colder is asked for. The guard has the same floor.
    pub degraded_floor: Coldest,
    /// Within which limits the site plans. All that a plan may be.
    pub plans: PlanLimits,
}

impl Config {
    /// coldcap's own choices; each field says which.
    pub const DEFAULT: Self = Self {
        boot_limit: Duration::from_secs(60),
        confirm_window: Duration::from_secs(30),
        fit_limit: Duration::from_mins(10),
        fit_check_limit: Duration::from_mins(5),
        target_hold: Duration::from_secs(60),
        overrun: Duration::from_mins(30),
        ready_limit: Duration::from_mins(60),
        ready_grace: Duration::from_mins(30),
        infusing_limit: Duration::from_mins(240),
        recool_limit: Duration::from_mins(20),
        waiting_grace: Duration::from_mins(10),
        break_grace: Duration::from_mins(2),
        recovery_limit: Duration::from_mins(10),
        short_gap: Duration::from_secs(30),
        long_gap: Duration::from_mins(10),
        restart_window: Duration::from_secs(10),
        restart_limit: 3,
        thaw_minimum: Duration::from_mins(5),
        thaw_maximum: Duration::from_mins(20),
        extension_limit: 60,
        longest_amendment: Duration::from_mins(60),
        reset_limit: 2,
        mild_target: Coolant::from_milli(8_000),
        ease_step: Kelvin::from_milli(1_000),
        warmest_target: Coolant::from_milli(8_000),
        warmest_interface: Interface::from_milli(12_000),
        coldest_supply: Coolant::from_milli(-5_000),
        interface_reach: Kelvin::from_milli(9_000),
        degraded_floor: Coldest {
            coolant: Coolant::from_milli(0),
            interface: Interface::from_milli(5_000),
        },
        plans: PlanLimits::WIDEST,
    };
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}
