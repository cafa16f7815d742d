//! What was planned for one session: minutes, target, and what the hair and the patient allow.

mod contraindication;
mod hair;
mod limits;
mod stored;
mod target;

pub use contraindication::{Contraindication, Gate, Override, gate};
pub use hair::{Coldest, Density, Hair, HairType};
pub use limits::PlanLimits;
pub use target::{ControlMode, Target};

use crate::regimen::Source;
use crate::request::{Field, Refusal};
use coldcap_units::{Celsius, Coolant, Duration, Interface};

/// Which minutes count toward the planned post-cooling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PostClock {
    /// Only minutes in which coolant really cooled the worn cap; breaks stop the clock.
    #[default]
    Cooled = 0,
    /// All minutes since the end of the last hair-toxic drug.
    Elapsed = 1,
}

impl PostClock {
    /// The code in records and on the wire: 0 cooled, 1 elapsed.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The clock with this code, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Cooled),
            1 => Some(Self::Elapsed),
            _ => None,
        }
    }
}

/// What an operator asks for. Nothing here has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanRequest {
    /// The regimen's number by its source; 0 means that none is named.
    pub regimen: u16,
    /// Whose number and minutes these are: a source of [`regimen`](crate::regimen), the site's own
    /// protocol, or nobody.
    pub source: Source,
    /// A clinician's reason to go outside of what the source says, 1 to 127; 0 without one.
    pub reason: u8,
    /// Cooling before the infusion.
    pub pre: Duration,
    /// Cooling after the end of the last hair-toxic drug.
    pub post: Duration,
    /// The longest single break.
    pub break_each: Duration,
    /// All breaks of the session together.
    pub break_total: Duration,
    /// The temperature to hold, of the coolant or of the cap's inner face.
    pub target: Target,
    /// Which minutes count toward `post`.
    pub post_clock: PostClock,
}

/// Which figure of a plan cannot be used, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanError {
    /// The offending field.
    pub field: Field,
    /// What was asked for: milliseconds for a duration, thousandths of a degree for a target,
    /// the code for a hair answer.
    pub value: i32,
    /// The smallest allowed value, in the same unit.
    pub minimum: i32,
    /// The largest allowed value, in the same unit.
    pub maximum: i32,
}

impl core::fmt::Display for PlanError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { field, value, minimum, maximum } = self;
        write!(f, "{} is {value}, allowed is {minimum} to {maximum}", field.name())
    }
}

impl core::error::Error for PlanError {}

impl From<PlanError> for Refusal {
    fn from(PlanError { field, value, minimum, maximum }: PlanError) -> Self {
        match (field, value) {
            (Field::Density | Field::Hair, 0) => Self::Unanswered(field),
            _ => Self::OutOfRange { field, minimum, maximum },
        }
    }
}

/// How a checked plan differs from what was asked for. Every change is warmer or longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Adjustments {
    /// The target was raised to what the hair density allows.
    pub target_raised: bool,
    /// Pre-cooling was lengthened for the hair type.
    pub pre_lengthened: bool,
}

/// A plan whose figures are within their ranges. Only [`Plan::new`] makes one.
///
/// ```
/// use coldcap_session::{Plan, PlanRequest, PostClock, Hair, Density, HairType, Target};
/// use coldcap_session::regimen::Source;
/// use coldcap_units::{Coolant, Duration};
///
/// // Paclitaxel every week, by one published table: 30 minutes before, 60 after.
/// let request = PlanRequest {
///     regimen: 3,
///     source: Source::PAXMAN_FAQ,
///     reason: 0,
///     pre: Duration::from_mins(30),
///     post: Duration::from_mins(60),
///     break_each: Duration::from_mins(10),
///     break_total: Duration::from_mins(20),
///     target: Target::Coolant(Coolant::from_milli(-4_000)),
///     post_clock: PostClock::Cooled,
/// };
/// let plan = Plan::new(request)?;
/// assert_eq!(plan.post().as_mins(), 60);
///
/// // Scalp that shows through caps the intensity; thick hair lengthens pre-cooling.
/// let hair = Hair { density: Density::ScalpShows, kind: HairType::ThickOrTightlyCurled };
/// let (plan, changed) = plan.for_hair(hair)?;
/// assert_eq!((plan.target().to_milli(), plan.pre().as_mins()), (-2_000, 45));
/// assert!(changed.target_raised && changed.pre_lengthened);
/// # Ok::<(), coldcap_session::PlanError>(())
/// ```
///
/// Its minutes are whole seconds: what cools is rounded up, breaks are rounded down. Its target is in whole
/// thousandths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// Of the coolant or of the interface, as `mode` says.
    held: Celsius,
    regimen: u16,
    pre_s: u16,
    post_s: u16,
    break_each_s: u16,
    break_total_s: u16,
    source: Source,
    reason: u8,
    mode: ControlMode,
    post_clock: PostClock,
}

impl Plan {
    /// The shortest and longest pre-cooling.
    pub const PRE: [Duration; 2] = [Duration::from_mins(10), Duration::from_mins(60)];
    /// The shortest and longest post-cooling.
    pub const POST: [Duration; 2] = [Duration::from_mins(10), Duration::from_mins(240)];
    /// The shortest and longest single break.
    pub const BREAK_EACH: [Duration; 2] = [Duration::ZERO, Duration::from_mins(15)];
    /// The least and the most break time of a session.
    pub const BREAK_TOTAL: [Duration; 2] = [Duration::ZERO, Duration::from_mins(45)];
    /// The coldest and the warmest target of coolant mode.
    pub const TARGET: [Coolant; 2] = [Coolant::from_milli(-8_000), Coolant::from_milli(5_000)];
    /// The coldest and the warmest target of cap mode. The figures are coldcap's own choice.
    ///
    /// +2 °C is 1 K above the guard's warning at +1 °C and 2 K above its trip at 0 °C, where tissue
    /// is not far from freezing (−0.55 °C). One maker publishes 3 to 5 °C for its caps. +10 °C matches
    /// the warmest target of coolant mode: in a one-dimensional head model with an ordinary fit,
    /// coolant at +5 °C shows 9.7 °C at the interface and 21 °C of skin, and skin reaches 22 °C, the
    /// published limit of effect, at some 11 °C of interface.
    pub const INTERFACE: [Interface; 2] =
        [Interface::from_milli(2_000), Interface::from_milli(10_000)];
    /// The post-cooling that applies where no regimen is named: the longest figure that the vendors'
    /// public pages give (90 to 180 minutes).
    pub const LONGEST_PUBLISHED_POST: Duration = Duration::from_mins(180);
    /// The shortest pre-cooling for thick or tightly curled hair, from the same pages.
    pub const THICK_HAIR_PRE: Duration = Duration::from_mins(45);

    /// Checks the figures of a request. Where no regimen or no source is named, the longest published
    /// post-cooling applies. Whether the minutes are those of the source is not judged here, but in
    /// [`regimen::judge`](crate::regimen::judge).
    ///
    /// # Errors
    /// [`PlanError`] names the first figure out of its range, and the range.
    pub fn new(request: PlanRequest) -> Result<Self, PlanError> {
        // req: SES-016
        let unnamed = request.regimen == 0 || request.source == Source::NONE;
        let least = if unnamed { Self::LONGEST_PUBLISHED_POST } else { Duration::ZERO };
        PlanLimits::WIDEST.check(&request)?;
        Ok(Self::packed(&PlanRequest { post: request.post.max(least), ..request }))
    }

    /// The plan of a record: as it applied then, by whatever table.
    pub(crate) fn as_it_was(request: PlanRequest) -> Result<Self, PlanError> {
        PlanLimits::WIDEST.check(&request)?;
        Ok(Self::packed(&request))
    }

    fn packed(request: &PlanRequest) -> Self {
        Self {
            held: held(request.target),
            regimen: request.regimen,
            pre_s: whole_up(request.pre),
            post_s: whole_up(request.post),
            break_each_s: whole(request.break_each),
            break_total_s: whole(request.break_total),
            source: request.source,
            reason: request.reason,
            mode: request.target.mode(),
            post_clock: request.post_clock,
        }
    }

    /// The same plan within what the hair allows, and what was changed.
    ///
    /// # Errors
    /// [`PlanError`] on [`Field::Density`] or [`Field::Hair`] when an answer is missing, or when so
    /// little hair is left that the scalp must not be cooled.
    pub fn for_hair(self, hair: Hair) -> Result<(Self, Adjustments), PlanError> {
        // req: SES-014
        let target = self.target().within(hair.check()?);
        let pre = self.pre().max(hair.kind.shortest_pre());
        let changed = Adjustments {
            target_raised: target != self.target(),
            pre_lengthened: pre != self.pre(),
        };
        Ok((Self { held: held(target), pre_s: whole_up(pre), ..self }, changed))
    }

    /// The request that asks for just this plan.
    #[must_use]
    pub const fn request(&self) -> PlanRequest {
        PlanRequest {
            regimen: self.regimen,
            source: self.source,
            reason: self.reason,
            pre: self.pre(),
            post: self.post(),
            break_each: self.break_each(),
            break_total: self.break_total(),
            target: self.target(),
            post_clock: self.post_clock,
        }
    }

    /// The regimen's number by its source; 0 when none is named.
    #[must_use]
    pub const fn regimen(&self) -> u16 {
        self.regimen
    }

    /// Whose number and minutes these are.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The clinician's reason to go outside of what the source says; 0 without one.
    #[must_use]
    pub const fn reason(&self) -> u8 {
        self.reason
    }

    /// Planned cooling before the infusion.
    #[must_use]
    pub const fn pre(&self) -> Duration {
        seconds(self.pre_s)
    }

    /// Planned cooling after the end of the last hair-toxic drug.
    #[must_use]
    pub const fn post(&self) -> Duration {
        seconds(self.post_s)
    }

    /// The longest single break.
    #[must_use]
    pub const fn break_each(&self) -> Duration {
        seconds(self.break_each_s)
    }

    /// All breaks together.
    #[must_use]
    pub const fn break_total(&self) -> Duration {
        seconds(self.break_total_s)
    }

    /// The temperature to hold, and with it the mode.
    #[must_use]
    pub const fn target(&self) -> Target {
        match self.mode {
            ControlMode::Coolant => Target::Coolant(Coolant(self.held)),
            ControlMode::Cap => Target::Cap(Interface(self.held)),
        }
    }

    /// Which minutes count toward post-cooling.
    #[must_use]
    pub const fn post_clock(&self) -> PostClock {
        self.post_clock
    }
}

/// Whole thousandths, as on the wire and in the record.
fn held(target: Target) -> Celsius {
    Celsius::from_milli(target.to_milli())
}

/// What makes rounding down rounding up.
const NEARLY_A_SECOND: Duration = Duration::from_millis(999);

fn whole_up(span: Duration) -> u16 {
    whole(span.plus(NEARLY_A_SECOND))
}

/// Whole seconds; every duration in its range fits.
fn whole(span: Duration) -> u16 {
    u16::try_from(span.as_secs()).unwrap_or(u16::MAX)
}

const fn seconds(count: u16) -> Duration {
    Duration::from_secs(count as u32)
}

fn span(field: Field, value: Duration, [low, high]: [Duration; 2]) -> Result<(), PlanError> {
    if value >= low && value <= high {
        return Ok(());
    }
    let millis = |span: Duration| i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
    Err(PlanError { field, value: millis(value), minimum: millis(low), maximum: millis(high) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request() -> PlanRequest {
        PlanRequest {
            regimen: 1,
            source: Source::SITE,
            reason: 0,
            pre: Duration::from_mins(30),
            post: Duration::from_mins(60),
            break_each: Duration::from_mins(10),
            break_total: Duration::from_mins(20),
            target: Target::Coolant(Coolant::from_milli(-4_000)),
            post_clock: PostClock::Cooled,
        }
    }

    const FULL: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

    #[test]
    fn each_range_is_inclusive_and_named() {
        type Set = fn(&mut PlanRequest, u32);
        let minute = Duration::from_mins;
        let tries: [(Field, Set, u32, u32); 4] = [
            (Field::Pre, |r, m| r.pre = minutes(m), 10, 60),
            (Field::Post, |r, m| r.post = minutes(m), 10, 240),
            (Field::BreakEach, |r, m| r.break_each = minutes(m), 0, 15),
            (Field::BreakTotal, |r, m| r.break_total = minutes(m), 0, 45),
        ];
        for (field, set, low, high) in tries {
            for allowed in [low, high] {
                let mut asked = request();
                set(&mut asked, allowed);
                assert!(Plan::new(asked).is_ok(), "{field:?} {allowed}");
            }
            let mut asked = request();
            set(&mut asked, high + 1);
            let error = Plan::new(asked).unwrap_err();
            assert_eq!((error.field, error.maximum), (field, (high * 60_000) as i32));
            assert_eq!(error.minimum, minute(low).as_millis() as i32);
        }
    }

    fn minutes(count: u32) -> Duration {
        Duration::from_mins(count)
    }

    #[test]
    fn a_site_plans_within_its_own_limits() {
        let [minute, cold] = [Duration::from_mins(40), Duration::from_mins(5)];
        let strict = PlanLimits {
            pre: [minute, minute],
            break_each: cold,
            target: [Coolant::from_milli(-3_999), Coolant::from_milli(0)],
            ..PlanLimits::WIDEST
        };
        let fields = |request: PlanRequest| strict.check(&request).map_err(|no| no.field);
        assert_eq!(fields(request()), Err(Field::Pre));
        let asked = PlanRequest { pre: minute, ..request() };
        assert_eq!(fields(asked), Err(Field::BreakEach));
        let asked = PlanRequest { break_each: cold, ..asked };
        let (value, minimum, maximum) = (-4_000, -3_999, 0);
        let error = PlanError { field: Field::Target, value, minimum, maximum };
        assert_eq!(strict.check(&asked), Err(error));
        let target = Target::Cap(Interface::from_milli(4_000));
        assert_eq!(fields(PlanRequest { target, ..asked }), Ok(()));
    }

    #[test]
    fn target_is_bounded_to_the_millidegree() {
        for (mode, milli, fits) in [
            (ControlMode::Coolant, -8_001, false),
            (ControlMode::Coolant, -8_000, true),
            (ControlMode::Coolant, 5_000, true),
            (ControlMode::Coolant, 5_001, false),
            (ControlMode::Cap, 1_999, false),
            (ControlMode::Cap, 2_000, true),
            (ControlMode::Cap, 10_000, true),
            (ControlMode::Cap, 10_001, false),
        ] {
            let asked = PlanRequest { target: Target::from_milli(mode, milli), ..request() };
            assert_eq!(Plan::new(asked).is_ok(), fits, "{mode:?} {milli}");
        }
        let cold =
            PlanRequest { target: Target::from_milli(ControlMode::Cap, -4_000), ..request() };
        let (value, minimum, maximum) = (-4_000, 2_000, 10_000);
        let error = PlanError { field: Field::Interface, value, minimum, maximum };
        assert_eq!(Plan::new(cold), Err(error));
    }

    #[test]
    fn without_a_named_regimen_the_longest_post_cooling_applies() {
        let plan = Plan::new(PlanRequest { regimen: 0, ..request() }).unwrap();
        assert_eq!(plan.post().as_mins(), 180);
        let longer = PlanRequest { regimen: 0, post: minutes(200), ..request() };
        assert_eq!(Plan::new(longer).unwrap().post().as_mins(), 200);
    }

    #[test]
    fn without_a_named_source_the_longest_post_cooling_applies_too() {
        let plan = Plan::new(PlanRequest { source: Source::NONE, ..request() }).unwrap();
        assert_eq!(plan.post().as_mins(), 180);
        let past = Plan::as_it_was(PlanRequest { source: Source::NONE, ..request() }).unwrap();
        assert_eq!(past.post().as_mins(), 60, "a record says what applied then");
    }

    #[test]
    fn seconds_are_whole_cooling_up_and_breaks_down() {
        let odd = |minutes: u32| Duration::from_millis(minutes * 60_000 + 1);
        let asked = PlanRequest {
            pre: odd(30),
            post: odd(60),
            break_each: odd(10),
            break_total: odd(20),
            ..request()
        };
        let plan = Plan::new(asked).unwrap();
        assert_eq!((plan.pre().as_millis(), plan.post().as_millis()), (1_801_000, 3_601_000));
        assert_eq!((plan.break_each(), plan.break_total()), (minutes(10), minutes(20)));
        assert_eq!(Plan::new(plan.request()), Ok(plan));
    }

    #[test]
    fn full_ordinary_hair_changes_nothing() {
        let plan = Plan::new(request()).unwrap();
        assert_eq!(plan.for_hair(FULL), Ok((plan, Adjustments::default())));
    }

    proptest! {
        #[test]
        fn hair_only_ever_makes_a_plan_warmer_and_longer(
            cap in any::<bool>(), share in 0i32..=1_000, pre in 10u32..=60, density in 1u8..=4,
            kind in 1u8..=2,
        ) {
            let coolant = Target::from_milli(ControlMode::Coolant, -8_000 + 13 * share);
            let interface = Target::from_milli(ControlMode::Cap, 2_000 + 8 * share);
            let target = if cap { interface } else { coolant };
            let asked = PlanRequest { target, pre: minutes(pre), ..request() };
            let plan = Plan::new(asked).unwrap();
            let hair = Hair {
                density: Density::from_code(density).unwrap(),
                kind: HairType::from_code(kind).unwrap(),
            };
            match plan.for_hair(hair) {
                Ok((fitted, changed)) => {
                    prop_assert_eq!(fitted.target().mode(), plan.target().mode());
                    prop_assert!(fitted.target().to_milli() >= plan.target().to_milli());
                    prop_assert!(fitted.pre() >= plan.pre());
                    prop_assert_eq!(fitted.post(), plan.post());
                    prop_assert_eq!(changed.target_raised, fitted.target() != plan.target());
                    // A hair type never changes the intensity.
                    let ordinary = Hair { kind: HairType::Ordinary, ..hair };
                    prop_assert_eq!(plan.for_hair(ordinary).unwrap().0.target(), fitted.target());
                }
                Err(error) => {
                    prop_assert_eq!((error.field, density), (Field::Density, 4));
                }
            }
        }
    }
}
