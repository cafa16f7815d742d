//! Whether a reported probability is one: simulated heads, measured with simulated tapes.
//!
//! `COLDCAP_SIZED_HEADS` sets the number of heads.
//!
//! ```text
//! COLDCAP_SIZED_HEADS=1000000 cargo test --release -p coldcap-calibration --test size_population -- --nocapture
//! ```
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::cap::{
    CapSize, HeadMeasures, HeadReadings, Ladder, LadderData, LadderError, Liner, Measure,
    MeasureError, ReadingError, SizeChoice, Stretch,
};
use coldcap_calibration::hair::{HairDensity, HairKind};

/// A generator of repeatable random numbers (SplitMix64), and normal ones by Box and Muller.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Mean and deviation of the head circumference, from the summary of ANSUR II.
fn survey(sex: &str) -> (f64, f64) {
    let lines = include_str!("data/head_ansur2_summary.csv").lines();
    let line = lines.into_iter().find(|line| line.starts_with(&format!("{sex},headcircumference")));
    let fields: Vec<f64> = line.unwrap().split(',').skip(3).map(|it| it.parse().unwrap()).collect();
    (fields[0], fields[1])
}

/// A head between the survey's 1st and 99th percentile: 85 % women; arcs in proportion, with 10 mm of
/// their own, which is what vertex height and breadth leave open at a given circumference.
fn head(random: &mut Random) -> [f64; 3] {
    let (women, men) = (survey("F"), survey("M"));
    loop {
        let (mean, deviation) = if random.uniform() < 0.85 { women } else { men };
        let around = mean + deviation * random.normal();
        if (520.0..613.0).contains(&around) {
            let mut arc = |share: f64| share * around + 10.0 * random.normal();
            return [around, arc(0.6095), arc(0.6184)];
        }
    }
}

/// The size with the least score for exact measures, in floating point and by its definition.
fn right(data: &LadderData<'_>, head: [f64; 3]) -> CapSize {
    let score = |liner: &Liner| -> f64 {
        (0..3)
            .map(|k| {
                let meant = f64::from(liner.relaxed[k]) / 10.0
                    * (1.0 + f64::from(data.stretch[k].meant) / 1e3);
                ((head[k] - meant) / f64::from(data.tolerance[k]) * 10.0).powi(2)
            })
            .sum()
    };
    let least = data.liners.iter().min_by(|a, b| score(a).total_cmp(&score(b)));
    least.unwrap().size
}

/// Two readings of each measure over hair that is one and the same for all of them.
fn measured(
    random: &mut Random,
    head: [f64; 3],
    hair: (HairDensity, HairKind),
    hair_mm: f64,
) -> Option<HeadReadings> {
    let hair_error = hair_mm * random.normal();
    let mut readings = [[0u16; 2]; 3];
    for (k, place) in readings.iter_mut().enumerate() {
        let (laid, share) = if k == 0 { (1.3, 1.0) } else { (2.0, 0.5) };
        let common = head[k] + hair_error * share + laid * random.normal();
        *place = [(); 2].map(|()| (common + 1.3 * random.normal()).round() as u16);
    }
    HeadReadings::new(&readings[0], &readings[1], &readings[2], hair).ok()
}

const HAIRS: [((HairDensity, HairKind), f64); 3] = [
    ((HairDensity::Full, HairKind::ThickOrCurled), 6.0),
    ((HairDensity::Full, HairKind::Ordinary), 4.5),
    ((HairDensity::MuchShows, HairKind::Ordinary), 3.0),
];

#[test]
fn reported_probabilities_are_those_of_the_population() {
    let count = std::env::var("COLDCAP_SIZED_HEADS").ok().and_then(|it| it.parse().ok());
    let count: u64 = count.unwrap_or(60_000);
    let ladder = Ladder::REFERENCE;
    for (hair, hair_mm) in HAIRS {
        let mut random = Random(2_024);
        // Of every size's probability, in tenths: heads, sum of probabilities, times it was right.
        let mut bins = [[0.0f64; 3]; 10];
        let mut best = [[0.0f64; 3]; 10];
        let (mut both, mut found, mut either) = (0u32, 0u32, 0u32);
        for _ in 0..count {
            let exact = head(&mut random);
            let Some(readings) = measured(&mut random, exact, hair, hair_mm) else { continue };
            let choice = ladder.choose(&readings);
            let truth = right(ladder.data(), exact);
            let book = |bins: &mut [[f64; 3]; 10], probability: f64, hit: bool| {
                let bin = &mut bins[((probability * 10.0) as usize).min(9)];
                bin[0] += 1.0;
                bin[1] += probability;
                bin[2] += f64::from(u8::from(hit));
            };
            for (liner, probability) in ladder.data().liners.iter().zip(choice.probabilities) {
                book(&mut bins, f64::from(probability.0) / 1e3, liner.size == truth);
            }
            book(&mut best, f64::from(choice.confidence.0) / 1e3, choice.best == truth);
            found += 1;
            both += u32::from(choice.try_both());
            let tried = choice.best == truth || (choice.try_both() && choice.runner_up == truth);
            either += u32::from(tried);
        }
        let share = |part: u32| 100.0 * f64::from(part) / f64::from(found);
        println!(
            "{hair:?}: two are tried in {:.1} %; the right one is among them in {:.1} %",
            share(both),
            share(either)
        );
        for (name, bins) in [("every size", bins), ("the best", best)] {
            for [heads, sum, hits] in bins.into_iter().filter(|bin| bin[0] >= 500.0) {
                let (reported, true_share) = (sum / heads, hits / heads);
                println!("    {name}: reported {reported:.3}, true {true_share:.3} of {heads}");
                assert!((reported - true_share).abs() <= 0.03, "{hair:?}, {name}");
            }
        }
        // Two are tried below 0.8, so the right one is missed in less than a fifth of the rest.
        assert!(share(either) >= 90.0);
        assert!(u64::from(found) * 100 >= count * 95, "{found}");
    }
}

fn chosen(around: u16, along: u16, across: u16) -> SizeChoice {
    let hair = (HairDensity::MuchShows, HairKind::Ordinary);
    let twice = |it: u16| [it, it];
    let head = HeadReadings::new(&twice(around), &twice(along), &twice(across), hair).unwrap();
    Ladder::REFERENCE.choose(&head)
}

#[test]
fn a_head_in_the_middle_of_a_size_is_that_size() {
    let expected = [
        (529, CapSize::ExtraSmall),
        (548, CapSize::Small),
        (566, CapSize::Medium),
        (585, CapSize::Large),
        (604, CapSize::ExtraLarge),
    ];
    for (around, size) in expected {
        let arc = |share: f64| (share * f64::from(around)).round() as u16;
        let choice = chosen(around, arc(0.6095), arc(0.6184));
        assert_eq!(choice.best, size);
        assert!(
            choice.confidence.0 > 950 && !choice.try_both() && choice.outside == 0,
            "{choice:?}"
        );
        let sum: u16 = choice.probabilities.iter().map(|it| it.0).sum();
        assert!(sum.abs_diff(1_000) <= 3, "{sum}");
    }
}

#[test]
fn between_two_sizes_both_are_tried() {
    let choice = chosen(557, 339, 344);
    assert!(choice.try_both() && choice.confidence.0 < 600, "{choice:?}");
    let two = [choice.best, choice.runner_up];
    assert!(two.contains(&CapSize::Small) && two.contains(&CapSize::Medium));
}

#[test]
fn arcs_move_the_size_and_show_a_gap_at_the_crown() {
    // A high skull takes the larger one of two, a flat one leaves a gap.
    assert_eq!(chosen(557, 355, 360).best, CapSize::Medium);
    assert_eq!(chosen(557, 325, 330).best, CapSize::Small);
    assert_eq!(chosen(566, 330, 350).outside, 2);
    assert_eq!(chosen(566, 345, 330).outside, 4);
    assert_eq!(chosen(566, 345, 350).outside, 0);
}

#[test]
fn slips_of_the_tape_are_refused() {
    use Measure::{Circumference, Coronal, Sagittal};
    let hair = (HairDensity::Full, HairKind::Ordinary);
    let of = |around: &[u16], along: &[u16], across: &[u16]| {
        HeadReadings::new(around, along, across, hair).unwrap_err()
    };
    let good: &[u16] = &[350, 351];
    assert_eq!(of(&[560], good, good), ReadingError::Count(Circumference, 1));
    assert_eq!(of(&[560; 2], &[350; 9], good), ReadingError::Count(Sagittal, 9));
    assert_eq!(of(&[560; 2], good, &[340, 356]), ReadingError::Apart(Coronal));
    let error = MeasureError { measure: Circumference, value: 510, minimum: 520, maximum: 613 };
    assert_eq!(of(&[510; 2], good, good), ReadingError::Measure(error));
    assert!(HeadReadings::new(&[560; 2], good, &[340, 355], hair).is_ok());
}

#[test]
fn an_averaged_head_counts_like_two_readings() {
    let hair = (HairDensity::Full, HairKind::Ordinary);
    let measures = HeadMeasures::new(560, 341, 346).unwrap();
    let averaged = Ladder::REFERENCE.choose(&HeadReadings::averaged(&measures, hair));
    let twice = HeadReadings::new(&[559, 561], &[340, 342], &[345, 347], hair).unwrap();
    let twice = Ladder::REFERENCE.choose(&twice);
    assert_eq!(averaged.best, twice.best);
    assert!(averaged.confidence.0.abs_diff(twice.confidence.0) < 15);
}

#[test]
fn ladders_are_checked() {
    let data = *Ladder::REFERENCE.data();
    assert!(Ladder::new(data).is_ok());
    let one = LadderData { liners: &data.liners[..1], ..data };
    assert_eq!(Ladder::new(one), Err(LadderError::Sizes(1)));
    let mut swapped = data.liners.to_vec();
    swapped.swap(1, 2);
    let swapped = LadderData { liners: &swapped, ..data };
    assert_eq!(Ladder::new(swapped), Err(LadderError::Order(CapSize::Small)));
    let mut stretch = data.stretch;
    stretch[1] = Stretch { least: 10, meant: 0, most: 20 };
    let error = LadderError::Stretch(Measure::Sagittal);
    assert_eq!(Ladder::new(LadderData { stretch, ..data }), Err(error));
    let tolerance = [93, 140, 9];
    let error = LadderError::Tolerance(Measure::Coronal);
    assert_eq!(Ladder::new(LadderData { tolerance, ..data }), Err(error));
}

/// How many heads of the population no size fits: surely, and by what is measured.
#[test]
fn few_heads_fit_no_size() {
    let mut random = Random(11);
    let count = 20_000;
    let (mut outside, mut surely) = (0u32, 0u32);
    for _ in 0..count {
        let [around, along, across] = head(&mut random).map(|it| it.round() as u16);
        if HeadMeasures::new(around, along, across).is_ok() {
            let choice = chosen(around, along, across);
            assert_eq!(choice.surely_outside & !choice.outside, 0);
            outside += u32::from(choice.outside != 0);
            surely += u32::from(choice.surely_outside != 0);
        }
    }
    let share = |these: u32| 100.0 * f64::from(these) / f64::from(count);
    println!("outside {:.1} %, surely {:.1} %", share(outside), share(surely));
    assert!(share(surely) < 10.0);
}

/// Probabilities are shares of the ladder: a head that fits none of it is told so.
#[test]
fn a_head_that_fits_no_size_is_told_apart_from_one_that_may() {
    let tall = chosen(561, 400, 400);
    assert_eq!((tall.outside & 6, tall.surely_outside & 6), (6, 6), "{tall:?}");
    let flat = chosen(520, 300, 310);
    assert_eq!((flat.best, flat.surely_outside), (CapSize::ExtraSmall, 6));
    // 5 mm short of a window that begins at 335 mm, known to 3 mm.
    let near = chosen(566, 330, 350);
    assert_eq!((near.outside, near.surely_outside), (2, 0));
    assert_eq!((tall.fitting, flat.fitting, near.fitting), (None, None, Some(near.best)));
}

/// What the likeliest size does not reach another one may: it is named, and is another one.
#[test]
fn a_size_that_fits_is_named_where_the_likeliest_does_not() {
    let mut others = 0;
    for around in (521..=612).step_by(7) {
        for along in (around / 2 + 10..around * 3 / 4).step_by(3) {
            for across in (around / 2 + 10..around * 3 / 4).step_by(3) {
                if HeadMeasures::new(around, along, across).is_err() {
                    continue;
                }
                let choice = chosen(around, along, across);
                let best_fits = choice.surely_outside == 0;
                assert!(!best_fits || choice.fitting.is_some(), "{choice:?}");
                assert!(best_fits || choice.fitting != Some(choice.best), "{choice:?}");
                others += u32::from(!best_fits && choice.fitting.is_some());
            }
        }
    }
    println!("{others} heads of another size than the likeliest");
    assert!(others > 0);
}
