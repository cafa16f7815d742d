//! What a machine is made of: everything that does not change while it runs.

use crate::sensors::Sensors;
use coldcap_calibration::cap::Ladder;
use coldcap_calibration::contact::balance::BalanceMethod;
use coldcap_calibration::contact::drop::DropMethod;
use coldcap_calibration::contact::flux::FluxMethod;
use coldcap_calibration::contact::half_space::HalfSpace;
use coldcap_calibration::contact::judge::ZoneLimits;
use coldcap_calibration::contact::{ContactLimits, Zone};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::flow::KFactor;
use coldcap_calibration::isothermal::Rest;
use coldcap_calibration::table::CubicTable;
use coldcap_guard::alarm::Table;
use coldcap_guard::detect::{Delays, FlowLimits, Limits, OcclusionLimits, RawLimits, Watches};
use coldcap_guard::display::DisplayLimits;
use coldcap_session::Role;
use coldcap_thermal::cap::CapLoopConfig;
use coldcap_thermal::channel::LoopConfig;
use coldcap_thermal::skin::{SkinConfig, SkinParameters, WatchLimits};
use coldcap_thermal::tank::TankConfig;
use coldcap_thermal::watch::{WatchConfig, WatchSettings};
use coldcap_units::{
    Coolant, Duration, Duty, Interface, Kelvin, MilliAmps, MillilitersPerMinute, Pulses, Ratio,
};
use coldcap_wire::security::{Policy, Rule, Transport};

/// The period of the tick: 100 ms.
pub const TICK: Duration = Duration::from_millis(100);

/// Where the inputs of a device come from. It stands in the hello, in every recording and on every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Origin {
    /// Real sensors.
    Device = 0,
    /// A simulated machine.
    Simulated = 1,
    /// A recording that is played again.
    Replay = 2,
}

/// Who the device says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Where its inputs come from.
    pub origin: Origin,
    /// The maker's model number.
    pub model: u16,
    /// The serial number.
    pub serial: u64,
    /// The firmware's version: one byte each of major, minor, patch and build.
    pub firmware: u32,
    /// Told apart by every power-up.
    pub boot: u32,
}

/// Who may speak with the device, and how it knows.
///
/// ```
/// use coldcap::{Config, LinkAccess};
/// use coldcap_wire::security::{Policy, Transport};
///
/// // A maker who lets nobody read anything without a key.
/// let access = LinkAccess::Keyed { transport: Transport::Serial, policy: Policy::CLOSED };
/// let config = Config { access, ..Config::reference() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAccess {
    /// Whoever holds a key, with the role of that key; see [`Link::keys_mut`](crate::Link::keys_mut).
    Keyed {
        /// What the packets travel in: a handshake is bound to it.
        transport: Transport,
        /// What each role may send, and whether the status may be read without a key. A maker's own rows stand in
        /// constant memory.
        policy: Policy<'static>,
    },
    /// Anybody at all, for benches and tests: nothing is sealed, and whoever reaches the line has this role.
    UnsecuredBench {
        /// The role that everybody has.
        role: Role,
        /// The rows of a maker's own commands.
        vendor: &'static [Rule],
    },
}

impl LinkAccess {
    /// By keys, over a serial line; the status may be read without one.
    pub const STANDARD: Self =
        Self::Keyed { transport: Transport::Serial, policy: Policy::STANDARD };
}

/// Everything that does not change while the machine runs.
///
/// The reference values are those of the virtual machine. A board replaces what differs on it.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Who the device says it is.
    pub identity: Identity,
    /// Who may speak with the device, and how it knows.
    pub access: LinkAccess,
    /// The curve of every thermistor that has none of its own.
    pub thermistor: CubicTable<'static>,
    /// Which thermistors have been calibrated, and what is asked of that.
    pub sensors: Sensors,
    /// The flow meter.
    pub flow_meter: KFactor,
    /// The guard's limits, on raw codes.
    pub limits: Limits,
    /// By which rows the alarms signal: coldcap's own, and behind them a maker's. [`Table::new`] has checked them,
    /// and it stands in constant memory: see the example at [`VendorConditions`](crate::VendorConditions).
    pub alarms: &'static Table<'static>,
    /// What is asked of a display that takes part.
    pub display: DisplayLimits,
    /// How often a clinician may reset in a session, and how cold it may be with one control sensor.
    pub interlock: coldcap_guard::interlock::Config,
    /// Durations of the session that no plan holds.
    pub session: coldcap_session::Config,
    /// The coolant loop of each channel.
    pub coolant_loop: LoopConfig,
    /// The cap loop around it, in cap mode.
    pub cap_loop: CapLoopConfig,
    /// Watches over each channel's loop.
    pub loop_watch: WatchConfig,
    /// What the skin's observer takes for granted, with the loop's sensors matched at a fit visit.
    pub skin: SkinConfig,
    /// The same without that match: two sensors may then differ by more.
    pub skin_unmatched: SkinConfig,
    /// When the contact of a worn cap is doubtful.
    pub contact_watch: WatchLimits,
    /// The chiller of the tank.
    pub tank: TankConfig,
    /// How far below the coldest target the tank is held.
    pub tank_offset: Kelvin,
    /// The coldest that the tank is ever held, whatever is wished: above what the coolant and the
    /// evaporator bear.
    pub coldest_tank: Coolant,
    /// What the machine may draw from the mains.
    pub mains: crate::arbiter::MainsBudget,
    /// Judges the contact of the cap at the fit visit.
    pub contact: ContactLimits,
    /// The sizes of its caps.
    pub ladder: Ladder<'static>,
    /// Finds the contact of the zones at the fit visit, from the sensors on the inner face.
    pub zones: FluxMethod,
    /// The skin-side sensor of the fit visit; `None` where the machine has none.
    pub skin_side: Option<SkinSide>,
    /// Compares the zones' heat with the loop's at the fit visit.
    pub balance: BalanceMethod,
    /// Finds it again in the first two minutes of pre-cooling, for an advice.
    pub zones_at_start: FluxMethod,
    /// By how much two sensors of the loop and the cap may differ before they are matched.
    pub unmatched: Kelvin,
    /// What is asked of a zone.
    pub zone_limits: ZoneLimits,
    /// What the loop drives and judges by.
    pub circulation: Circulation,
}

/// A sensor on the skin of one zone, for the fit visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkinSide {
    /// The zone that it lies under.
    pub zone: Zone,
    /// Finds that zone's contact from how the skin cools: against the inner face, or against the coolant under the
    /// crown, which has no sensor on it.
    pub method: HalfSpace,
    /// Finds it from the heat that crosses the hair; `None` where no inner face is beside the sensor.
    pub drop: Option<DropMethod>,
}

impl SkinSide {
    /// Under this zone of the reference machine's cap.
    #[must_use]
    pub const fn under(zone: Zone) -> Self {
        let (method, drop) = match zone {
            Zone::Front | Zone::Rear => (HalfSpace::DURING_RAMP, Some(DropMethod::AFTER_RAMP)),
            Zone::Crown => (HalfSpace::DURING_RAMP_WITH_COOLANT, None),
        };
        Self { zone, method, drop }
    }
}

/// What a loop drives and judges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circulation {
    /// The pump's duty while coolant circulates.
    pub pump: Duty,
    /// From this flow on, coolant moves.
    pub flowing_from: MillilitersPerMinute,
    /// Within this of its target, the supply is at it.
    pub at_target: Kelvin,
    /// In cap mode: within this of its target, the mean of the control sensors is at it.
    pub at_interface: Kelvin,
    /// Warmer than its target by more than this for long, the supply is too warm. A machine on record stood
    /// at 1.3 to 1.7 K above its setting for three hours.
    pub warm_supply: Kelvin,
    /// In cap mode: the same for the warmer of the control sensors, which differ.
    pub warm_interface: Kelvin,
    /// The tank is ready when it is no more than this above what it is held at.
    pub tank_ready: Kelvin,
    /// From this on at both control sensors, the cap comes off without pulling hair.
    pub removable_from: Interface,
    /// A calibrated value older than this is stale.
    pub oldest: Duration,
    /// How long sensors must be free of faults at power-up.
    pub self_test: Duration,
    /// A self-test that has not passed by then has failed.
    pub self_test_limit: Duration,
    /// The pump's heat into the coolant at that duty, in milliwatts. At the fit visit nothing carries it
    /// away, and supply and return differ by it: 1 W too much or too little is 1 W of the head's heat
    /// later on.
    pub pump_heat_mw: u16,
    /// How long coolant moves before the sensors are compared: a whole round of it.
    pub isothermal_settle: Duration,
    /// How long the sensors are compared in one bath at the fit visit.
    pub isothermal_window: Duration,
    /// How much they may move meanwhile. Where they move more the match waits, and where they do so until the
    /// fit visit's step has taken too long, it is not made.
    pub isothermal_rest: Rest,
}

impl Circulation {
    /// The reference values.
    pub const REFERENCE: Self = Self {
        pump: Duty::FULL,
        flowing_from: MillilitersPerMinute(300),
        at_target: Kelvin::from_milli(500),
        at_interface: Kelvin::from_milli(750),
        warm_supply: Kelvin::from_milli(1_000),
        warm_interface: Kelvin::from_milli(2_500),
        tank_ready: Kelvin::from_milli(1_500),
        removable_from: Interface::from_milli(10_000),
        oldest: Duration::from_millis(500),
        self_test: Duration::from_secs(5),
        self_test_limit: Duration::from_secs(30),
        pump_heat_mw: 5_000,
        isothermal_settle: Duration::from_secs(20),
        isothermal_window: Duration::from_secs(30),
        isothermal_rest: Rest::REFERENCE,
    };
}

/// Pulses of the reference flow meter for a millilitre, in thousandths: ten a millilitre.
const REFERENCE_MILLI_PULSES_PER_MILLILITER: u32 = 10_000;

impl Config {
    /// The reference machine on a bench: everybody who reaches its link is a clinician. Never on a machine that
    /// somebody is treated with.
    ///
    /// # Panics
    /// Never, as [`reference`](Self::reference).
    #[must_use]
    pub fn unsecured_bench() -> Self {
        let access = LinkAccess::UnsecuredBench { role: Role::Clinician, vendor: &[] };
        Self { access, ..Self::reference() }
    }

    /// What session and interlock are configured with.
    #[must_use]
    pub const fn supervision(&self) -> crate::supervise::Config {
        crate::supervise::Config::new(self.session, self.interlock)
    }

    /// The reference machine: thermistors 10K3A1 under 10 kΩ, ten pulses a millilitre, the delays and
    /// limits that the crates propose.
    ///
    /// # Panics
    /// Never: a test holds the reference values to be valid, and the fallbacks below are safe.
    #[must_use]
    pub fn reference() -> Self {
        Self {
            identity: Identity {
                origin: Origin::Simulated,
                model: 1,
                serial: 1,
                firmware: 0x0001_0000,
                boot: 1,
            },
            access: LinkAccess::STANDARD,
            thermistor: ntc_10k3a1::TABLE,
            sensors: Sensors::NONE,
            flow_meter: REFERENCE_METER,
            limits: REFERENCE_LIMITS,
            alarms: &Table::SHIPPED,
            display: DisplayLimits::PROPOSED,
            interlock: coldcap_guard::interlock::Config::default(),
            session: coldcap_session::Config::DEFAULT,
            coolant_loop: REFERENCE_LOOP,
            cap_loop: REFERENCE_CAP_LOOP,
            loop_watch: REFERENCE_WATCH,
            skin: SkinConfig::REFERENCE,
            skin_unmatched: unmatched(),
            contact_watch: WatchLimits::REFERENCE,
            tank: TankConfig::REFERENCE,
            tank_offset: Kelvin::from_milli(4_000),
            coldest_tank: Coolant::from_milli(-8_500),
            mains: crate::arbiter::MainsBudget::REFERENCE,
            contact: ContactLimits::AFTER_RAMP,
            ladder: Ladder::REFERENCE,
            zones: FluxMethod::AFTER_RAMP,
            skin_side: None,
            balance: BalanceMethod::AFTER_RAMP,
            zones_at_start: FluxMethod::AT_START,
            unmatched: UNMATCHED,
            zone_limits: ZoneLimits::PROPOSED,
            circulation: Circulation::REFERENCE,
        }
    }
}

const REFERENCE_METER: KFactor = match KFactor::new(REFERENCE_MILLI_PULSES_PER_MILLILITER) {
    Ok(meter) => meter,
    Err(_) => panic!("the reference K-factor is not zero"),
};

const REFERENCE_LOOP: LoopConfig = match LoopConfig::reference(TICK) {
    Ok(config) => config,
    Err(_) => panic!("the reference tuning fits the tick"),
};

const REFERENCE_CAP_LOOP: CapLoopConfig = match CapLoopConfig::reference(TICK) {
    Ok(config) => config,
    Err(_) => panic!("the reference tuning fits the tick"),
};

const REFERENCE_WATCH: WatchConfig = match WatchConfig::new(&WatchSettings::REFERENCE_VALVE, TICK) {
    Ok(config) => config,
    Err(_) => panic!("the reference settings fit the tick"),
};

/// How far two thermistors of the reference machine may differ before they are matched.
const UNMATCHED: Kelvin = Kelvin::from_milli(60);

fn unmatched() -> SkinConfig {
    let parameters = SkinParameters { mismatch: UNMATCHED, ..SkinParameters::REFERENCE };
    SkinConfig::new(parameters).unwrap_or(SkinConfig::REFERENCE)
}

/// −12.0 °C under the reference divider, 61 699.5 Ω: 0.8 K above the freezing point of 30 % propylene
/// glycol. By the Steinhart–Hart equation, as the guard's other limits.
const REFERENCE_EVAPORATOR_COLD: Ratio = ntc_10k3a1::EVAPORATOR_COLD;

const REFERENCE_LIMITS: Limits = match Limits::new(
    RawLimits {
        freeze_trip: ntc_10k3a1::FREEZE_TRIP,
        freeze_near: ntc_10k3a1::FREEZE_NEAR,
        evaporator_cold: REFERENCE_EVAPORATOR_COLD,
        open_above: ntc_10k3a1::OPEN_ABOVE,
        short_below: ntc_10k3a1::SHORT_BELOW,
    },
    FlowLimits {
        minimum_flow: Pulses { edges: 3_000, window: Duration::from_mins(1) },
        judged_from: Duty::from_permille(200),
        minimum_pump_current: MilliAmps(100),
    },
    Delays::DEFAULT,
) {
    Ok(limits) => match limits.with_watches(REFERENCE_WATCHES) {
        Ok(limits) => limits,
        Err(_) => panic!("the reference watches fit together"),
    },
    Err(_) => panic!("the reference limits fit together"),
};

/// The reference pump moves 1 L/min at full duty. The codes are those of 20 °C and −4 °C by the
/// Steinhart–Hart equation, 12 493.3 Ω and 40 150.1 Ω under 10 kΩ. At −4 °C a coolant of glycol is three
/// times as viscous; that seven tenths are left of the flow is a proposal.
const REFERENCE_WATCHES: Watches = Watches {
    occlusion: OcclusionLimits {
        free: Pulses { edges: 10_000, window: Duration::from_mins(1) },
        cold_permille: 700,
        warm: Ratio(0x8E30_2DD1),
        cold: Ratio(0xCCF4_0A05),
        ..Watches::DEFAULT.occlusion
    },
    ..Watches::DEFAULT
};
