//! Every row of the table of bursts in `docs/alarms.md`, held against what the iterator gives.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::alarm::tone::{
    FUNDAMENTALS_HZ, LIMITS, PARTIALS, Pattern, Preset, RISE_PERCENT, Tone, ToneError,
};
use coldcap_guard::alarm::{Priority, REMINDER_LENGTH};
use coldcap_units::Duration;
use proptest::prelude::*;

fn ms(millis: u32) -> Duration {
    Duration::from_millis(millis)
}

/// Lengths of the pulses, and of the silences behind each.
fn split(pattern: Pattern) -> (Vec<u32>, Vec<u32>) {
    let tones: Vec<Tone> = pattern.collect();
    let lengths = |sounding: bool| -> Vec<u32> {
        let some = tones.iter().filter(|tone| tone.sounding == sounding);
        some.map(|tone| tone.length.as_millis()).collect()
    };
    assert!(tones.iter().enumerate().all(|(index, tone)| tone.sounding == (index % 2 == 0)));
    (lengths(true), lengths(false))
}

fn within_5_percent(values: &[u32]) -> bool {
    let (least, most) = (values.iter().min().unwrap(), values.iter().max().unwrap());
    most * 100 <= least * 105
}

/// The table of section "Tones", row by row, for a burst of high priority.
fn is_high(pattern: Pattern) {
    let (pulses, silences) = split(pattern);
    assert_eq!(pulses.len(), 10);
    assert!(pulses.iter().all(|td| (75..=200).contains(td)) && within_5_percent(&pulses));
    let x: Vec<u32> = [1, 2, 4, 6, 7, 9].map(|after| silences[after - 1]).to_vec();
    assert!(x.iter().all(|x| (50..=125).contains(x)) && within_5_percent(&x));
    assert_eq!((silences[2], silences[7]), (2 * x[0] + pulses[0], 2 * x[0] + pulses[0]));
    assert!((350..=1_300).contains(&silences[4]));
    assert!((2_500..=15_000).contains(&silences[9]));
    assert!(2 * RISE_PERCENT * pulses[0] <= 100 * x[0], "falls before it rises");
}

fn is_medium(pattern: Pattern) {
    let (pulses, silences) = split(pattern);
    assert_eq!(pulses.len(), 3);
    assert!(pulses.iter().all(|td| (125..=250).contains(td)) && within_5_percent(&pulses));
    assert!(silences[..2].iter().all(|y| (125..=250).contains(y)));
    assert!(within_5_percent(&silences[..2]));
    assert!((2_500..=30_000).contains(&silences[2]));
    assert!(2 * RISE_PERCENT * pulses[0] <= 100 * silences[0]);
}

fn is_low(pattern: Pattern) {
    let (pulses, silences) = split(pattern);
    assert!((1..=2).contains(&pulses.len()));
    assert!(pulses.iter().all(|td| (125..=250).contains(td)) && within_5_percent(&pulses));
    let (pause, between) = silences.split_last().unwrap();
    assert!(between.iter().all(|y| (125..=250).contains(y)));
    assert!(*pause > 15_000);
}

#[test]
fn al_14_the_shipped_patterns_are_those_of_the_document() {
    let (x, group) = (100, 2 * 100 + 150);
    let silences = vec![x, x, group, x, 1_000, x, x, group, x, 5_000];
    assert_eq!(split(Pattern::of(Priority::High)), (vec![150; 10], silences));
    assert_eq!(split(Pattern::of(Priority::Medium)), (vec![200; 3], vec![200, 200, 10_000]));
    assert_eq!(split(Pattern::of(Priority::Low)), (vec![200; 2], vec![200, 30_000]));
    assert_eq!(Pattern::of(Priority::None).count(), 0);
    let bursts = Priority::ALL.map(|priority| Preset::of(priority).burst().as_millis());
    assert_eq!(bursts, [3_800, 1_000, 600]);
}

// req: ALM-014
#[test]
fn al_14_the_shipped_patterns_keep_every_row_of_the_table() {
    is_high(Pattern::of(Priority::High));
    is_medium(Pattern::of(Priority::Medium));
    is_low(Pattern::of(Priority::Low));
    let pace = |priority| {
        let preset = Preset::of(priority);
        preset.pulse().plus(preset.spacing())
    };
    assert!(pace(Priority::Medium) >= pace(Priority::High));
}

#[test]
fn al_14_frequencies_rise_and_levels_keep_every_row_of_the_table() {
    assert!((15..=20).contains(&RISE_PERCENT));
    for (priority, fundamental) in [
        (Priority::Low, FUNDAMENTALS_HZ[0]),
        (Priority::Medium, FUNDAMENTALS_HZ[1]),
        (Priority::High, FUNDAMENTALS_HZ[2]),
    ] {
        for tone in Pattern::of(priority) {
            assert_eq!(FUNDAMENTALS_HZ[usize::from(tone.frequency)], fundamental);
        }
        assert!((150..=1_000).contains(&fundamental));
        let peaks: Vec<u16> = PARTIALS.iter().map(|p| fundamental * p.multiple).collect();
        // Both wordings: four harmonics above the fundamental, and four peaks with one below 1 kHz.
        assert!(peaks[1..].iter().filter(|hz| (300..=4_000).contains(*hz)).count() >= 4);
        assert!(peaks.iter().filter(|hz| (150..=4_000).contains(*hz)).count() >= 4);
        assert!(peaks.iter().any(|hz| *hz <= 1_000));
    }
    let levels = PARTIALS.iter().map(|p| f64::from(p.amplitude_permille) / 1_000.0);
    assert!(levels.into_iter().all(|level| (20.0 * log10(level)).abs() <= 15.0));
}

/// A test may use the machine's own logarithm.
fn log10(value: f64) -> f64 {
    value.log10()
}

#[test]
fn a_preset_is_of_its_priority_and_no_priority_has_no_tone() {
    for priority in [Priority::High, Priority::Medium, Priority::Low] {
        assert_eq!(Preset::of(priority).priority(), priority);
    }
    assert_eq!(Pattern::of(Priority::None).next(), None);
}

#[test]
fn a_reminder_is_one_burst_and_no_second() {
    for priority in [Priority::High, Priority::Medium] {
        let preset = Preset::of(priority);
        assert!(preset.burst() <= REMINDER_LENGTH);
        assert!(preset.burst().plus(preset.pause()) > REMINDER_LENGTH);
    }
}

#[test]
fn every_limit_has_a_source_and_a_range() {
    for limit in &LIMITS {
        assert!(!limit.source.is_empty() && limit.most.is_none_or(|most| most >= limit.least));
    }
}

#[test]
fn a_figure_one_millisecond_out_of_range_is_refused() {
    let high = |pulse, spacing, gap, pause| {
        Preset::high(ms(pulse), ms(spacing), ms(gap), ms(pause)).map(|_| ())
    };
    assert_eq!(high(75, 50, 350, 2_500), Ok(()));
    assert_eq!(high(200, 125, 1_300, 15_000), Ok(()));
    assert_eq!(high(74, 50, 350, 2_500), Err(ToneError::Pulse));
    assert_eq!(high(201, 125, 1_300, 15_000), Err(ToneError::Pulse));
    assert_eq!(high(75, 49, 350, 2_500), Err(ToneError::Spacing));
    assert_eq!(high(75, 126, 350, 2_500), Err(ToneError::Spacing));
    assert_eq!(high(75, 50, 349, 2_500), Err(ToneError::Gap));
    assert_eq!(high(75, 50, 1_301, 2_500), Err(ToneError::Gap));
    assert_eq!(high(75, 50, 350, 2_499), Err(ToneError::Pause));
    assert_eq!(high(75, 50, 350, 15_001), Err(ToneError::Pause));
    // 36 % of 150 ms are 54 ms: it has just fallen.
    assert_eq!(high(150, 54, 350, 2_500), Ok(()));
    assert_eq!(high(150, 53, 350, 2_500), Err(ToneError::RiseAndFall));
    // 36 % of 140 ms are more than 50 ms.
    assert_eq!(high(140, 50, 350, 2_500), Err(ToneError::RiseAndFall));
    let medium = |pulse, spacing, pause| Preset::medium(ms(pulse), ms(spacing), ms(pause));
    assert!(medium(125, 125, 2_500).is_ok() && medium(250, 250, 30_000).is_ok());
    assert_eq!(medium(124, 125, 2_500), Err(ToneError::Pulse));
    assert_eq!(medium(250, 251, 2_500), Err(ToneError::Spacing));
    assert_eq!(medium(250, 250, 30_001), Err(ToneError::Pause));
    let low = |pulses, pause| Preset::low(pulses, ms(200), ms(200), ms(pause));
    assert!(low(1, 15_001).is_ok() && low(2, 3_600_000).is_ok());
    assert_eq!((low(0, 20_000), low(3, 20_000)), (Err(ToneError::Pulses), Err(ToneError::Pulses)));
    assert_eq!(low(2, 15_000), Err(ToneError::Pause));
}

proptest! {
    /// Whatever can be made keeps the table; what does not keep it cannot be made.
    // req: ALM-014
    #[test]
    fn al_14_every_preset_that_can_be_made_keeps_every_row_of_the_table(
        pulse in 50u32..300,
        spacing in 30u32..300,
        gap in 200u32..1_500,
        pause in 1_000u32..40_000,
        pulses in 0u8..4,
    ) {
        let high = Preset::high(ms(pulse), ms(spacing), ms(gap), ms(pause));
        if let Ok(preset) = high {
            is_high(preset.pattern());
        }
        let allowed = (75..=200).contains(&pulse) && (50..=125).contains(&spacing)
            && (350..=1_300).contains(&gap) && (2_500..=15_000).contains(&pause)
            && 36 * pulse <= 100 * spacing;
        prop_assert_eq!(high.is_ok(), allowed);
        let medium = Preset::medium(ms(pulse), ms(spacing), ms(pause));
        if let Ok(preset) = medium {
            is_medium(preset.pattern());
        }
        let slow = (125..=250).contains(&pulse) && (125..=250).contains(&spacing)
            && 36 * pulse <= 100 * spacing;
        prop_assert_eq!(medium.is_ok(), slow && (2_500..=30_000).contains(&pause));
        let low = Preset::low(pulses, ms(pulse), ms(spacing), ms(pause));
        if let Ok(preset) = low {
            is_low(preset.pattern());
        }
        prop_assert_eq!(low.is_ok(), slow && (1..=2).contains(&pulses) && pause > 15_000);
    }
}
