//! What an alarm sounds like: bursts of pulses, as an iterator of on and off.
//!
//! A [`Pattern`] is one period of the sound of a priority: the pulses of a burst with the silences
//! between them, and the pause before the next burst. Clone it or [`cycle`](Iterator::cycle) it for as long
//! as [`State::sounding`](super::State::sounding) says so; a burst that has begun is finished, so that a
//! reminder is one whole burst.
//!
//! Every figure of a [`Preset`] lies in the range that public summaries of IEC 60601-1-8 give
//! ([`LIMITS`]); a preset that does not cannot be made, not even when it is compiled:
//!
//! ```compile_fail
//! use coldcap_guard::alarm::tone::Preset;
//! use coldcap_units::Duration;
//! // A pulse of 74 ms is shorter than 75 ms.
//! const TOO_SHORT: Preset = match Preset::high(
//!     Duration::from_millis(74), Duration::from_millis(100),
//!     Duration::from_millis(1_000), Duration::from_millis(5_000),
//! ) {
//!     Ok(preset) => preset,
//!     Err(_) => panic!("out of range"),
//! };
//! assert_eq!(TOO_SHORT.pulses(), 10);
//! ```
//!
//! ```
//! use coldcap_guard::alarm::{Priority, tone::Pattern};
//!
//! let medium: Vec<_> = Pattern::of(Priority::Medium)
//!     .map(|tone| (tone.sounding, tone.length.as_millis()))
//!     .collect();
//! let pulse = (true, 200);
//! assert_eq!(medium, [pulse, (false, 200), pulse, (false, 200), pulse, (false, 10_000)]);
//! ```
//!
//! No conformity with that standard or any other is claimed: nothing here was checked against its text.

use super::priority::Priority;
use coldcap_units::Duration;
use core::fmt;

/// A stretch of sound or of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tone {
    /// Whether it sounds.
    pub sounding: bool,
    /// How long. A pulse lasts from where it has risen to 90 % of its amplitude to where it has fallen to
    /// 90 %; a silence lies between, and holds fall and rise.
    pub length: Duration,
    /// Which of [`FUNDAMENTALS_HZ`] sounds; of a silence the one that sounded before.
    pub frequency: u8,
}

/// The fundamental frequencies that [`Tone::frequency`] points to, in hertz: low, medium, high.
pub const FUNDAMENTALS_HZ: [u16; 3] = [400, 500, 600];

/// One of the frequencies that sound together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partial {
    /// How often the fundamental frequency.
    pub multiple: u16,
    /// Its amplitude in thousandths of that of the fundamental.
    pub amplitude_permille: u16,
}

const fn partial(multiple: u16, amplitude_permille: u16) -> Partial {
    Partial { multiple, amplitude_permille }
}

/// What sounds together in every pulse: the fundamental and four harmonics, all within 8 dB.
pub const PARTIALS: [Partial; 5] =
    [partial(1, 1_000), partial(2, 800), partial(3, 600), partial(4, 500), partial(5, 400)];

/// From 10 to 90 % of the amplitude and back: so much of a pulse, in per cent. Between 15 and 20 it is
/// inside what either of two contradicting texts says.
pub const RISE_PERCENT: u32 = 18;

/// A range that a figure of a tone must lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Of which priority's tone; `None` is of each.
    pub priority: Option<Priority>,
    /// Which figure.
    pub name: &'static str,
    /// The least allowed value.
    pub least: u32,
    /// The greatest allowed value; `None` where nothing is said.
    pub most: Option<u32>,
    /// The unit of both.
    pub unit: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

impl Limit {
    pub(super) const fn allows(&self, value: u32) -> bool {
        let under = match self.most {
            Some(most) => value <= most,
            None => true,
        };
        value >= self.least && under
    }

    const fn allows_span(&self, span: Duration) -> bool {
        self.allows(span.as_millis())
    }
}

const SUMMARY: &str = "public summaries of IEC 60601-1-8";
const KNOWN: &str = "general knowledge of IEC 60601-1-8; no public text found";

const fn limit(
    priority: Option<Priority>,
    name: &'static str,
    (least, most): (u32, u32),
    unit: &'static str,
    source: &'static str,
) -> Limit {
    let most = if most == u32::MAX { None } else { Some(most) };
    Limit { priority, name, least, most, unit, source }
}

const HIGH: Option<Priority> = Some(Priority::High);
const MEDIUM: Option<Priority> = Some(Priority::Medium);
const LOW: Option<Priority> = Some(Priority::Low);

const HIGH_PULSE: Limit = limit(HIGH, "pulse", (75, 200), "ms", SUMMARY);
const HIGH_SPACING: Limit = limit(HIGH, "between pulses", (50, 125), "ms", SUMMARY);
const HIGH_GAP: Limit = limit(HIGH, "between pulses 5 and 6", (350, 1_300), "ms", SUMMARY);
const HIGH_PAUSE: Limit = limit(HIGH, "between bursts", (2_500, 15_000), "ms", SUMMARY);
const MEDIUM_PULSE: Limit = limit(MEDIUM, "pulse", (125, 250), "ms", SUMMARY);
const MEDIUM_SPACING: Limit = limit(MEDIUM, "between pulses", (125, 250), "ms", SUMMARY);
const MEDIUM_PAUSE: Limit = limit(MEDIUM, "between bursts", (2_500, 30_000), "ms", KNOWN);
const LOW_PULSES: Limit = limit(LOW, "pulses in a burst", (1, 2), "", SUMMARY);
const LOW_PULSE: Limit = limit(LOW, "pulse", (125, 250), "ms", SUMMARY);
const LOW_SPACING: Limit = limit(LOW, "between pulses", (125, 250), "ms", SUMMARY);
const LOW_PAUSE: Limit = limit(LOW, "between bursts", (15_001, u32::MAX), "ms", KNOWN);
const FREQUENCY: Limit = limit(None, "fundamental", (150, 1_000), "Hz", SUMMARY);
const HARMONIC: Limit = limit(None, "harmonics, four at least", (300, 4_000), "Hz", SUMMARY);
/// 15 dB down and up.
const LEVEL: Limit = limit(None, "their amplitude, 15 dB", (178, 5_623), "permille", SUMMARY);
const RISE: Limit =
    limit(None, "rise, of the pulse", (15, 20), "%", "inside both of two contradicting texts");

/// Every range, for people. None of them was checked against the text of a standard.
pub const LIMITS: [Limit; 17] = [
    limit(HIGH, "pulses in a burst", (10, 10), "", SUMMARY),
    HIGH_PULSE,
    HIGH_SPACING,
    HIGH_GAP,
    HIGH_PAUSE,
    limit(MEDIUM, "pulses in a burst", (3, 3), "", SUMMARY),
    MEDIUM_PULSE,
    MEDIUM_SPACING,
    MEDIUM_PAUSE,
    LOW_PULSES,
    LOW_PULSE,
    LOW_SPACING,
    LOW_PAUSE,
    FREQUENCY,
    HARMONIC,
    LEVEL,
    RISE,
];

/// Why a tone was refused: which figure is out of its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToneError {
    /// The length of a pulse.
    Pulse,
    /// The silence between two pulses.
    Spacing,
    /// The silence between the fifth and the sixth pulse.
    Gap,
    /// The pause between two bursts.
    Pause,
    /// The number of pulses.
    Pulses,
    /// The fall of a pulse would not end before the next one rises.
    RiseAndFall,
}

impl fmt::Display for ToneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pulse => "the pulse is shorter or longer than allowed",
            Self::Spacing => "the silence between pulses is shorter or longer than allowed",
            Self::Gap => "the gap in the burst is shorter or longer than allowed",
            Self::Pause => "the pause between bursts is shorter or longer than allowed",
            Self::Pulses => "allowed are one or two pulses",
            Self::RiseAndFall => "a pulse would rise before the last one has fallen",
        })
    }
}

impl core::error::Error for ToneError {}

/// The times of one priority's tone, each within its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Preset {
    priority: Priority,
    pulses: u8,
    pulse: Duration,
    spacing: Duration,
    gap: Duration,
    pause: Duration,
}

impl Preset {
    /// High: ten pulses in two groups of three and two. The silence between the third and the fourth
    /// pulse of a group of five is two of the others and a pulse.
    ///
    /// # Errors
    /// The first figure that is out of its range.
    pub const fn high(
        pulse: Duration,
        spacing: Duration,
        gap: Duration,
        pause: Duration,
    ) -> Result<Self, ToneError> {
        let preset = Self { priority: Priority::High, pulses: 10, pulse, spacing, gap, pause };
        if !HIGH_GAP.allows_span(gap) {
            return Err(ToneError::Gap);
        }
        preset.checked(&HIGH_PULSE, &HIGH_SPACING, &HIGH_PAUSE)
    }

    /// Medium: three pulses.
    ///
    /// # Errors
    /// The first figure that is out of its range.
    pub const fn medium(
        pulse: Duration,
        spacing: Duration,
        pause: Duration,
    ) -> Result<Self, ToneError> {
        let (priority, pulses, gap) = (Priority::Medium, 3, Duration::ZERO);
        let preset = Self { priority, pulses, pulse, spacing, gap, pause };
        preset.checked(&MEDIUM_PULSE, &MEDIUM_SPACING, &MEDIUM_PAUSE)
    }

    /// Low: one pulse or two.
    ///
    /// # Errors
    /// The first figure that is out of its range.
    pub const fn low(
        pulses: u8,
        pulse: Duration,
        spacing: Duration,
        pause: Duration,
    ) -> Result<Self, ToneError> {
        if !LOW_PULSES.allows(pulses as u32) {
            return Err(ToneError::Pulses);
        }
        let (priority, gap) = (Priority::Low, Duration::ZERO);
        let preset = Self { priority, pulses, pulse, spacing, gap, pause };
        preset.checked(&LOW_PULSE, &LOW_SPACING, &LOW_PAUSE)
    }

    const fn checked(
        self,
        pulse: &Limit,
        spacing: &Limit,
        pause: &Limit,
    ) -> Result<Self, ToneError> {
        // req: ALM-014
        let edges = self.pulse.as_millis().saturating_mul(2 * RISE_PERCENT);
        if !pulse.allows_span(self.pulse) {
            Err(ToneError::Pulse)
        } else if !spacing.allows_span(self.spacing) {
            Err(ToneError::Spacing)
        } else if !pause.allows_span(self.pause) {
            Err(ToneError::Pause)
        } else if edges > self.spacing.as_millis().saturating_mul(100) {
            Err(ToneError::RiseAndFall)
        } else {
            Ok(self)
        }
    }

    /// coldcap's own preset for `priority`; that of low for no priority.
    #[must_use]
    pub const fn of(priority: Priority) -> Self {
        match priority {
            Priority::High => PRESETS.0,
            Priority::Medium => PRESETS.1,
            Priority::Low | Priority::None => PRESETS.2,
        }
    }

    /// Whose tone it is.
    #[must_use]
    pub const fn priority(&self) -> Priority {
        self.priority
    }

    /// How many pulses a burst has.
    #[must_use]
    pub const fn pulses(&self) -> u8 {
        self.pulses
    }

    /// How long a pulse sounds.
    #[must_use]
    pub const fn pulse(&self) -> Duration {
        self.pulse
    }

    /// The silence between two pulses.
    #[must_use]
    pub const fn spacing(&self) -> Duration {
        self.spacing
    }

    /// The silence between the fifth and the sixth pulse; zero where there is no sixth.
    #[must_use]
    pub const fn gap(&self) -> Duration {
        self.gap
    }

    /// The pause between two bursts.
    #[must_use]
    pub const fn pause(&self) -> Duration {
        self.pause
    }

    /// From 10 to 90 % of the amplitude, in microseconds.
    #[must_use]
    pub const fn rise_us(&self) -> u32 {
        self.pulse.as_millis().saturating_mul(10 * RISE_PERCENT)
    }

    /// From the first pulse to the end of the last.
    #[must_use]
    pub fn burst(&self) -> Duration {
        let period = self.pattern().fold(Duration::ZERO, |all, tone| all.plus(tone.length));
        period.minus(self.pause)
    }

    /// One period: a burst and the pause after it.
    #[must_use]
    pub const fn pattern(self) -> Pattern {
        Pattern { preset: Some(self), next: 0 }
    }

    const fn frequency(&self) -> u8 {
        (self.priority as u8).saturating_sub(1)
    }

    /// The silence after a pulse; the first has number 1.
    const fn silence_after(&self, pulse: u8) -> Duration {
        match pulse {
            last if last == self.pulses => self.pause,
            3 | 8 => self.spacing.plus(self.spacing).plus(self.pulse),
            5 => self.gap,
            _ => self.spacing,
        }
    }
}

const fn accepted(preset: Result<Preset, ToneError>) -> Preset {
    match preset {
        Ok(preset) => preset,
        // Where a preset is out of its range nothing is compiled: see below.
        Err(_) => Preset {
            priority: Priority::None,
            pulses: 0,
            pulse: Duration::ZERO,
            spacing: Duration::ZERO,
            gap: Duration::ZERO,
            pause: Duration::ZERO,
        },
    }
}

const fn ms(millis: u32) -> Duration {
    Duration::from_millis(millis)
}

/// High, medium, low.
const PRESETS: (Preset, Preset, Preset) = (
    accepted(Preset::high(ms(150), ms(100), ms(1_000), ms(5_000))),
    accepted(Preset::medium(ms(200), ms(200), ms(10_000))),
    accepted(Preset::low(2, ms(200), ms(200), ms(30_000))),
);

const _: () = assert!(PRESETS.0.pulses == 10 && PRESETS.1.pulses == 3, "out of range");
const _: () = assert!(PRESETS.2.pulses == 2, "out of range");
/// A medium burst is not faster than a high one.
const _: () = assert!(
    PRESETS.1.pulse.plus(PRESETS.1.spacing).as_millis()
        >= PRESETS.0.pulse.plus(PRESETS.0.spacing).as_millis()
);
const _: () = assert!(RISE.allows(RISE_PERCENT));
const _: () = assert!(spectrum_is_in_range(&FUNDAMENTALS_HZ), "a frequency is out of range");

const fn spectrum_is_in_range(fundamentals: &[u16]) -> bool {
    let (mut right, mut left) = (true, fundamentals);
    while let [fundamental, rest @ ..] = left {
        right &= FREQUENCY.allows(*fundamental as u32) && harmonics(*fundamental, &PARTIALS) >= 4;
        left = rest;
    }
    right
}

/// How many partials above the fundamental are where and as loud as they must be.
const fn harmonics(fundamental: u16, partials: &[Partial]) -> u32 {
    let (mut count, mut left) = (0u32, partials);
    while let [partial, rest @ ..] = left {
        let frequency = (fundamental as u32).saturating_mul(partial.multiple as u32);
        let is_heard = LEVEL.allows(partial.amplitude_permille as u32);
        let counts = partial.multiple > 1 && HARMONIC.allows(frequency) && is_heard;
        count = count.saturating_add(counts as u32);
        left = rest;
    }
    count
}

/// One period of a tone, as [`Tone`]s. See the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    preset: Option<Preset>,
    /// How many tones there were.
    next: u8,
}

impl Pattern {
    /// The tone of `priority`; no tone at all for none.
    #[must_use]
    pub const fn of(priority: Priority) -> Self {
        match priority {
            Priority::None => Self { preset: None, next: 0 },
            _ => Preset::of(priority).pattern(),
        }
    }
}

impl Iterator for Pattern {
    type Item = Tone;

    fn next(&mut self) -> Option<Tone> {
        let preset = self.preset?;
        let (passed, is_silence) = (self.next / 2, self.next % 2 == 1);
        if passed >= preset.pulses {
            return None;
        }
        self.next = self.next.saturating_add(1);
        let silence = preset.silence_after(passed.saturating_add(1));
        let length = if is_silence { silence } else { preset.pulse };
        Some(Tone { sounding: !is_silence, length, frequency: preset.frequency() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spectrum is checked when the crate is compiled; here it is seen to be refused.
    #[test]
    fn a_partial_counts_where_it_is_one_in_range_and_heard() {
        let count = |multiple, amplitude| harmonics(500, &[partial(multiple, amplitude)]);
        assert_eq!([1, 2, 8, 9].map(|multiple| count(multiple, 1_000)), [0, 1, 1, 0]);
        assert_eq!([177, 178, 5_623, 5_624].map(|level| count(2, level)), [0, 1, 1, 0]);
        assert_eq!(harmonics(100, &[partial(2, 1_000), partial(3, 1_000)]), 1, "below 300 Hz");
    }

    #[test]
    fn a_limit_without_an_end_allows_all_from_its_least_on() {
        let allows = |most| {
            let limit = limit(HIGH, "a", (3, most), "ms", KNOWN);
            [2, 3, 4, u32::MAX].map(|value| limit.allows(value))
        };
        assert_eq!(allows(u32::MAX), [false, true, true, true]);
        assert_eq!(allows(3), [false, true, false, false]);
        assert!(limit(HIGH, "a", (3, 3), "ms", KNOWN).allows_span(ms(3)));
    }

    #[test]
    fn a_spectrum_needs_every_fundamental_in_its_range() {
        assert!(spectrum_is_in_range(&[150]) && !spectrum_is_in_range(&[149]));
        assert!(!spectrum_is_in_range(&[149, 300]) && !spectrum_is_in_range(&[300, 1_001]));
        // Of so high a fundamental too few harmonics are below 4 kHz.
        assert!(!spectrum_is_in_range(&[1_000]));
    }

    #[test]
    fn a_tone_that_is_out_of_range_makes_no_sound() {
        let silent = accepted(Err(ToneError::Pulse));
        assert_eq!((silent.pulses, silent.pattern().count()), (0, 0));
        let heard = accepted(Preset::medium(ms(200), ms(200), ms(10_000)));
        assert_eq!(heard, Preset::of(Priority::Medium));
    }
}
