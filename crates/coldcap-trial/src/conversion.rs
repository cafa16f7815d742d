//! Every raw code through every shipped table.
//!
//! [`survey`] counts what a stretch of codes gives and holds that no code is anything but a value within
//! the span or the one fault that fits it; [`Survey::then`] joins stretches, so that threads can share
//! the 2³² codes. [`hash`] is what is compared between machines.

use crate::digest::Digest;
use crate::source::{Congruential, Source};
use coldcap_calibration::curves::{erfcx, ntc_10k3a1, pt100, pt1000, tc_k, tc_t};
use coldcap_calibration::table::CubicTable;
use coldcap_units::{Fault, MicroCelsius, Ratio};
use core::fmt;

/// The shipped tables by name.
pub const TABLES: [(&str, &CubicTable<'static>); 6] = [
    ("ntc_10k3a1", &ntc_10k3a1::TABLE),
    ("pt100", &pt100::TABLE),
    ("pt1000", &pt1000::TABLE),
    ("tc_k", &tc_k::TABLE),
    ("tc_t", &tc_t::TABLE),
    ("erfcx", &erfcx::TABLE),
];

/// How far a code may step back behind one before it, in µK: what the engine documents.
pub const LARGEST_STEP_BACK: i64 = 2;

/// How many inputs go into the hash that emulated machines compute, too.
pub const INPUTS_EVERYWHERE: u32 = 200_000;

/// How many inputs go into the hash that the host computes in the tests.
pub const INPUTS_ON_HOSTS: u32 = 10_000_000;

/// The hash of what a table makes of so many random codes and of the 2⁸ codes on either side of every
/// limit: every value, every fault.
#[must_use]
pub fn hash(table: &CubicTable<'_>, inputs: u32) -> u64 {
    let mut digest = Digest::new();
    let mut random = Congruential::new(0x7AB1_E000);
    let header = table.header();
    for limit in [header.short_below, header.low, header.high, header.open_above] {
        for offset in 0..512 {
            feed(&mut digest, table, limit.0.wrapping_add(offset).wrapping_sub(256));
        }
    }
    for _ in 0..inputs {
        feed(&mut digest, table, random.word());
    }
    digest.value()
}

fn feed(digest: &mut Digest, table: &CubicTable<'_>, code: u32) {
    digest.feed(match table.eval(Ratio(code)) {
        Ok(MicroCelsius(value)) => u64::from(value as u32),
        Err(fault) => u64::from(fault.code()) << 32,
    });
}

/// What a stretch of codes gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Codes that gave a temperature.
    pub values: u64,
    /// Codes below the electrical limit.
    pub short: u64,
    /// Codes above the electrical limit.
    pub open: u64,
    /// Codes colder than the span.
    pub below: u64,
    /// Codes warmer than the span.
    pub above: u64,
    /// The furthest that a value stepped back behind one before it, in µK.
    pub step_back: i64,
    /// Lowest and highest value so far, both with the sign that makes a table rise.
    extremes: Option<(i64, i64)>,
}

/// A code that gave what it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This code gave this, against the limits of its table.
    Misplaced(Ratio, Result<MicroCelsius, Fault>),
    /// Values stepped back by this much, in µK, at this code or between two stretches.
    Back(Ratio, i64),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misplaced(code, gave) => write!(f, "code {:#010X} gave {gave:?}", code.0),
            Self::Back(code, by) => write!(f, "code {:#010X} steps back by {by} µK", code.0),
        }
    }
}

impl core::error::Error for Found {}

/// What a code must give by the limits of its table: `None` is a value.
fn wanted(table: &CubicTable<'_>, code: Ratio) -> Option<Fault> {
    let header = table.header();
    let (before, beyond) = if table.is_rising() {
        (Fault::BelowRange, Fault::AboveRange)
    } else {
        (Fault::AboveRange, Fault::BelowRange)
    };
    if code < header.short_below {
        Some(Fault::Short)
    } else if code < header.low {
        Some(before)
    } else if code <= header.high {
        None
    } else if code <= header.open_above {
        Some(beyond)
    } else {
        Some(Fault::Open)
    }
}

impl Survey {
    fn see(&mut self, table: &CubicTable<'_>, code: Ratio) -> Result<(), Found> {
        let gave = table.eval(code);
        if gave.err() != wanted(table, code) {
            return Err(Found::Misplaced(code, gave));
        }
        match gave {
            Ok(value) => return self.value(code, i64::from(value.0) * direction(table)),
            Err(Fault::Short) => self.short += 1,
            Err(Fault::Open) => self.open += 1,
            Err(Fault::BelowRange) => self.below += 1,
            Err(_) => self.above += 1,
        }
        Ok(())
    }

    fn value(&mut self, code: Ratio, value: i64) -> Result<(), Found> {
        self.values += 1;
        let (lowest, highest) = self.extremes.unwrap_or((value, value));
        self.step_back = self.step_back.max(highest - value);
        self.extremes = Some((lowest.min(value), highest.max(value)));
        self.checked(code)
    }

    const fn checked(&self, code: Ratio) -> Result<(), Found> {
        if self.step_back > LARGEST_STEP_BACK {
            return Err(Found::Back(code, self.step_back));
        }
        Ok(())
    }

    /// This stretch and the one right behind it, which began at `start`.
    ///
    /// # Errors
    /// [`Found::Back`] where the second steps back behind the first.
    pub fn then(self, next: Self, start: Ratio) -> Result<Self, Found> {
        let across = match (self.extremes, next.extremes) {
            (Some((_, highest)), Some((lowest, _))) => highest - lowest,
            _ => 0,
        };
        let extremes = match (self.extremes, next.extremes) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
        let both = Self {
            values: self.values + next.values,
            short: self.short + next.short,
            open: self.open + next.open,
            below: self.below + next.below,
            above: self.above + next.above,
            step_back: self.step_back.max(next.step_back).max(across),
            extremes,
        };
        both.checked(start)?;
        Ok(both)
    }

    /// All codes that were seen.
    #[must_use]
    pub const fn codes(&self) -> u64 {
        self.values + self.short + self.open + self.below + self.above
    }
}

fn direction(table: &CubicTable<'_>) -> i64 {
    if table.is_rising() { 1 } else { -1 }
}

/// Sees every `stride`-th code from `first` to `last`, both inside.
///
/// # Errors
/// The first code that gives what it must not.
pub fn survey(table: &CubicTable<'_>, first: u32, last: u32, stride: u32) -> Result<Survey, Found> {
    let mut survey = Survey::default();
    let mut code = first;
    loop {
        survey.see(table, Ratio(code))?;
        match code.checked_add(stride.max(1)) {
            Some(next) if next <= last => code = next,
            _ => return Ok(survey),
        }
    }
}

/// What each table must hash to, on every machine, with [`INPUTS_EVERYWHERE`] and with
/// [`INPUTS_ON_HOSTS`] inputs.
pub const EXPECTED: [(&str, u64, u64); 6] = [
    ("ntc_10k3a1", 0xAC27_B242_3300_3B18, 0x3F9C_27CA_26B5_FF1A),
    ("pt100", 0x5D97_E27A_D5CC_2BA3, 0x2514_7A3A_EF53_58B7),
    ("pt1000", 0xB54E_3E03_7884_1484, 0x334E_EEF0_CF66_C6AE),
    ("tc_k", 0x4F7D_4915_04BF_9145, 0x81B1_C235_CA59_0065),
    ("tc_t", 0x8576_0B26_D59E_EAF7, 0x693E_DF0F_9175_568D),
    ("erfcx", 0x7356_507B_6E1B_5242, 0x7957_3E71_03F5_25C2),
];

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_calibration::table::{Row, TableHeader};

    #[test]
    fn every_table_hashes_to_what_is_committed() {
        let got = TABLES.map(|(name, table)| {
            (name, hash(table, INPUTS_EVERYWHERE), hash(table, INPUTS_ON_HOSTS))
        });
        assert_eq!(got, EXPECTED, "{got:#018X?}");
    }

    /// Around every knot and every limit each code, elsewhere every 4099th.
    #[test]
    fn a_slice_of_all_codes_gives_values_or_the_fault_that_fits() {
        for (name, table) in TABLES {
            let sparse = survey(table, 0, u32::MAX, 4_099).unwrap();
            assert_eq!(sparse.codes(), (1 << 32) / 4_099 + 1, "{name}");
            let header = table.header();
            let knots = 1u64 << header.log2_segments;
            let limits = [header.short_below, header.low, header.high, header.open_above];
            let knots = (0..=knots).map(|knot| (knot << 32) / knots);
            for centre in knots.chain(limits.map(|limit| u64::from(limit.0))) {
                let first = centre.saturating_sub(512) as u32;
                let last = (centre + 512).min(u64::from(u32::MAX)) as u32;
                survey(table, first, last, 1).unwrap();
            }
        }
    }

    #[test]
    fn stretches_join_to_the_whole() {
        let table = TABLES[0].1;
        let whole = survey(table, 0, u32::MAX, 1 << 12).unwrap();
        let half = 1u32 << 31;
        let one = survey(table, 0, half - 1, 1 << 12).unwrap();
        let other = survey(table, half, u32::MAX, 1 << 12).unwrap();
        assert_eq!(one.then(other, Ratio(half)), Ok(whole));
        // The wrong way round it steps back, as a table with a kink would.
        assert!(matches!(other.then(one, Ratio(0)), Err(Found::Back(Ratio(0), _))));
    }

    #[test]
    fn a_step_back_beyond_the_documented_one_is_found() {
        // Each row may end 4 µK above the next one's beginning.
        let rows = [Row([0, 1_000, 0, 0]), Row([996, 1_000, 0, 0])];
        let header = TableHeader {
            version: TableHeader::VERSION,
            log2_segments: 1,
            first_row: 0,
            rows: 2,
            low: Ratio(0),
            high: Ratio(u32::MAX),
            short_below: Ratio(0),
            open_above: Ratio(u32::MAX),
            bound_micro_kelvin: 9,
            crc: 0,
        };
        let table = CubicTable::new(header.sealed(&rows), &rows).unwrap();
        let found = survey(&table, (1 << 31) - 9, (1 << 31) + 9, 1);
        assert_eq!(found, Err(Found::Back(Ratio(1 << 31), 3)));
    }
}
