//! What the maker of a machine finds by itself.

use crate::canonical::{Canonical, Malformed, Sink, Source};
use coldcap_guard::Conditions;
use coldcap_units::Instant;

/// Where the vendor's conditions begin in a set of conditions.
const FIRST_PLACE: u32 = 48;

/// The maker's own conditions, codes 192 to 207, that hold at a tick.
///
/// The board finds them, after the onset delay that their rows disclose, and hands in at every tick what holds
/// then ([`Inputs::vendor`](crate::Inputs::vendor)). Of several that change in one tick one is taken a tick, the
/// lowest code first and what begins before what ends, so that no flood of them costs the record an entry; none
/// that held for a tick is missed. They alarm and do nothing else: by the rows of
/// [`Config::alarms`](crate::Config::alarms), and what has no row there as medium, for as long as it holds. The
/// interlock never hears of them, so they permit nothing and take no cooling away; what has to stop is stopped
/// by [`Panel::stop`](crate::Panel::stop) or by the board's own power switch.
///
/// ```
/// use coldcap::{Config, Control, Inputs, TickInput, VendorConditions};
/// use coldcap_guard::alarm::{Harm, Onset, OnsetDelay, Priority, Row, Scope, Table};
/// use coldcap_guard::{Condition, Conditions};
/// use coldcap_units::Instant;
///
/// const FAN: Row = Row::new(
///     Condition::Vendor0,
///     Scope::Machine,
///     (Harm::Irreversible, Onset::Prompt),
///     OnsetDelay::Rule("the fan's tachometer is silent for 2 s"),
/// )
/// .latching();
/// // A row that breaks a rule does not compile.
/// static ALARMS: Table<'static> = match Table::new(&[FAN]) {
///     Ok(table) => table,
///     Err(_) => panic!("a row of the maker's breaks a rule"),
/// };
///
/// let mut control: Control<1> = Control::new(Config { alarms: &ALARMS, ..Config::reference() });
/// let fan_stands = VendorConditions::of(Conditions::of(&[Condition::Vendor0]));
/// let inputs = Inputs { vendor: fan_stands, ..Inputs::default() };
/// let outputs = control.tick(&TickInput::new(Instant::from_millis(100), inputs));
/// assert!(outputs.machine.alarms.contains(Condition::Vendor0));
/// assert_eq!(outputs.machine.highest, Priority::High);
/// assert_eq!(outputs.machine.alarms.bits() >> 48, 1); // on the wire
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VendorConditions(u16);

impl VendorConditions {
    /// None of them holds.
    pub const NONE: Self = Self(0);

    /// What of `conditions` is a vendor's; coldcap's own are found by nobody else, and dropped.
    #[must_use]
    pub const fn of(conditions: Conditions) -> Self {
        Self(conditions.bits().wrapping_shr(FIRST_PLACE) as u16)
    }

    /// Bit `n` stands for the condition with code 192 + `n`.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The set as [`from_bits`](Self::from_bits) takes it.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The same as a set of conditions.
    #[must_use]
    pub const fn conditions(self) -> Conditions {
        Conditions::from_bits((self.0 as u64).wrapping_shl(FIRST_PLACE))
    }

    /// Whether none of them holds.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// What of them the alarms were told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    told: u16,
    /// What has begun and was not told yet.
    waiting: u16,
}

impl Told {
    /// One tick: takes in one change.
    pub(crate) const fn step(&mut self, found: VendorConditions) -> Conditions {
        // req: ALM-015
        self.waiting = (self.waiting | found.0) & !self.told;
        let over = self.told & !found.0;
        let changed = if self.waiting == 0 { over } else { self.waiting };
        let lowest = changed & changed.wrapping_neg();
        self.told ^= lowest;
        self.waiting &= !lowest;
        VendorConditions(self.told).conditions()
    }
}

/// Only where one holds: who writes none writes nothing.
impl Canonical for VendorConditions {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.0.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        match u16::read(now, source)? {
            0 => Err(Malformed::Choice),
            bits => Ok(Self(bits)),
        }
    }
}
