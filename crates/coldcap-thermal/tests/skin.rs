//! The skin observer through its public face, on a head that is simpler than the observer thinks.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic
)]

use coldcap_thermal::skin::{
    ContactFinding, ContactWatch, SkinConfig, SkinEstimate, SkinInput, SkinObserver, WatchLimits,
};
use coldcap_units::{Celsius, Coolant, Duration, Fault, Interface, MillilitersPerMinute, Skin};
use proptest::prelude::*;

const CONFIG: SkinConfig = SkinConfig::REFERENCE;
const SECOND: Duration = Duration::from_secs(1);

fn input() -> SkinInput {
    SkinInput {
        supply: Ok(Coolant::from_milli(-4_000)),
        returned: Ok(Coolant::from_milli(-3_250)),
        flow: Ok(MillilitersPerMinute(1_000)),
        front: Ok(Interface::from_milli(2_150)),
        rear: Ok(Interface::from_milli(1_950)),
        worn: true,
        coupled: true,
        pump: true,
        dt: SECOND,
    }
}

fn run(observer: &mut SkinObserver, input: &SkinInput, times: u32) -> Result<SkinEstimate, Fault> {
    (1..times).for_each(|_| {
        let _ = observer.step(&CONFIG, input);
    });
    observer.step(&CONFIG, input)
}

fn settled() -> SkinObserver {
    let mut observer = SkinObserver::new(&CONFIG);
    run(&mut observer, &input(), 2_400).unwrap();
    observer
}

fn width(estimate: Result<SkinEstimate, Fault>) -> i32 {
    estimate.unwrap().uncertainty.to_milli()
}

/// A head of one node in a steady stream; its hair can change.
struct Head {
    skin: f64,
    hair: f64,
}

impl Head {
    fn step(&mut self) -> SkinInput {
        // All of the heat goes into the stream: background 0.45 W/K, film 0.010 m²K/W on 0.07 m².
        let film = 0.010;
        let coolant = -3.6;
        let flux = (self.skin - coolant) / (self.hair + film);
        self.skin += ((37.0 - self.skin) / 0.042 - flux) / 11_000.0;
        let rise = (0.07 * flux + 0.45 * (22.0 - coolant)) / 65.383;
        let milli = |celsius: f64| (celsius * 1_000.0).round() as i32;
        let face = Interface::from_milli(milli(coolant + film * flux));
        SkinInput {
            supply: Ok(Coolant::from_milli(milli(coolant - rise / 2.0))),
            returned: Ok(Coolant::from_milli(milli(coolant + rise / 2.0))),
            front: Ok(face),
            rear: Ok(face),
            ..input()
        }
    }
}

#[test]
fn a_cap_that_slips_is_noticed_by_its_heat() {
    let mut head = Head { skin: 34.4, hair: 0.033 };
    let (mut observer, mut watch) = (SkinObserver::new(&CONFIG), ContactWatch::new());
    let mut follow = |observer: &mut SkinObserver, head: &mut Head, seconds: u32| {
        let mut finding = ContactFinding::Undecided;
        let mut estimate = Err(Fault::Unavailable);
        for _ in 0..seconds {
            let input = head.step();
            estimate = observer.step(&CONFIG, &input);
            let evidence = observer.contact();
            finding = watch.step(&WatchLimits::REFERENCE, true, true, evidence, SECOND);
        }
        (finding, estimate)
    };
    let (before, good) = follow(&mut observer, &mut head, 3_000);
    assert!(matches!(before, ContactFinding::Trusted(_)), "{before:?}");
    head.hair = 0.08;
    let (_, soon) = follow(&mut observer, &mut head, 90);
    assert!(width(soon) > width(good) * 5 / 4, "{soon:?} {good:?}");
    let (after, _) = follow(&mut observer, &mut head, 510);
    let ContactFinding::Doubtful(evidence) = after else { panic!("{after:?}") };
    assert!((55_000..110_000).contains(&evidence.hair_micro), "{evidence:?}");
    assert!(evidence.hair_low_micro < 80_000 && evidence.hair_high_micro > 80_000);
    // Back in its place: trusted again.
    head.hair = 0.033;
    let (recovered, _) = follow(&mut observer, &mut head, 1_500);
    assert!(matches!(recovered, ContactFinding::Trusted(_)), "{recovered:?}");
}

#[test]
fn nobody_under_the_cap_is_no_number() {
    let mut observer = SkinObserver::new(&CONFIG);
    let off = SkinInput { worn: false, ..input() };
    assert_eq!(observer.estimate(), Err(Fault::Unavailable));
    assert_eq!(run(&mut observer, &off, 600), Err(Fault::Unavailable));
    assert_eq!(observer.time_to(&CONFIG, Skin::from_milli(22_000)), Err(Fault::Unavailable));
    let first = run(&mut observer, &input(), 1).unwrap();
    assert!((33_000..35_000).contains(&first.skin.to_milli()), "{first:?}");
}

#[test]
fn without_any_temperature_it_runs_on_for_three_minutes_and_then_says_nothing() {
    let mut observer = settled();
    let sure = width(observer.estimate());
    let blind = SkinInput {
        supply: Err(Fault::Bus),
        returned: Err(Fault::Bus),
        front: Err(Fault::Open),
        rear: Err(Fault::Open),
        ..input()
    };
    let soon = width(run(&mut observer, &blind, 60));
    let later = width(run(&mut observer, &blind, 120));
    assert!(sure < soon && soon < later);
    assert_eq!(run(&mut observer, &blind, 1), Err(Fault::Open));
    let coolant_only = SkinInput { supply: input().supply, ..blind };
    assert!(width(run(&mut observer, &coolant_only, 1)) > later);
}

#[test]
fn a_new_cap_knows_nothing_of_the_hair() {
    let mut observer = settled();
    let sure = width(observer.estimate());
    let _ = run(&mut observer, &SkinInput { worn: false, ..input() }, 30);
    let seated = width(run(&mut observer, &input(), 240));
    assert!(seated > sure, "{seated} {sure}");
}

#[test]
fn a_reconnected_cap_is_known_less() {
    let mut observer = settled();
    let sure = width(observer.estimate());
    let _ = run(&mut observer, &SkinInput { pump: false, ..input() }, 1);
    assert!(width(run(&mut observer, &input(), 1)) > sure);
}

#[test]
fn a_call_that_is_minutes_late_makes_it_give_up_until_the_cap_is_seated_again() {
    let mut observer = settled();
    let late = SkinInput { dt: Duration::from_secs(300), ..input() };
    assert_eq!(observer.step(&CONFIG, &late), Err(Fault::Stale));
    assert_eq!(run(&mut observer, &input(), 600), Err(Fault::Stale));
    let _ = run(&mut observer, &SkinInput { worn: false, ..input() }, 1);
    assert!(run(&mut observer, &input(), 1).is_ok());
}

#[test]
fn ticks_of_any_length_below_a_second_are_the_same_model() {
    let (mut fine, mut coarse) = (SkinObserver::new(&CONFIG), SkinObserver::new(&CONFIG));
    let tick = SkinInput { dt: Duration::from_millis(100), ..input() };
    for _ in 0..1_800 {
        run(&mut fine, &tick, 10).unwrap();
        run(&mut coarse, &input(), 1).unwrap();
    }
    assert_eq!(fine.estimate(), coarse.estimate());
}

#[test]
fn is_below_does_not_know_what_straddles() {
    let estimate = settled().estimate().unwrap();
    assert_eq!(estimate.is_below(estimate.skin), None);
    assert_eq!(estimate.is_below(Skin::from_milli(30_000)), Some(true));
    assert_eq!(estimate.is_below(estimate.low()), Some(false));
}

/// The same numbers on every target: half an hour of cooling to the bit.
#[test]
fn the_bits_are_frozen() {
    let estimate = settled().estimate().unwrap();
    let bits = (estimate.skin.0.to_fixed().to_bits(), estimate.uncertainty.to_fixed().to_bits());
    assert_eq!(bits, FROZEN);
}

const FROZEN: (i32, i32) = (1_334_212, 250_748);

fn sensor() -> impl Strategy<Value = Result<i32, Fault>> {
    prop_oneof![
        4 => (-40_000..60_000_i32).prop_map(Ok),
        1 => any::<i32>().prop_map(Ok),
        1 => Just(Err(Fault::Open)),
    ]
}

fn anything() -> impl Strategy<Value = SkinInput> {
    let temperatures = (sensor(), sensor(), sensor(), sensor());
    let rest = (any::<u16>(), any::<bool>(), any::<bool>(), any::<bool>(), 0..70_000_u32);
    (temperatures, rest).prop_map(|((supply, returned, front, rear), rest)| SkinInput {
        supply: supply.map(Coolant::from_milli),
        returned: returned.map(Coolant::from_milli),
        flow: Ok(MillilitersPerMinute(rest.0)),
        front: front.map(Interface::from_milli),
        rear: rear.map(Interface::from_milli),
        worn: rest.1,
        coupled: rest.2,
        pump: rest.3,
        dt: Duration::from_millis(rest.4),
    })
}

proptest! {
    #[test]
    fn whatever_comes_in_the_interval_is_never_narrow(
        inputs in prop::collection::vec((anything(), 1..40_u32), 1..20),
    ) {
        let mut observer = SkinObserver::new(&CONFIG);
        for (input, times) in inputs {
            if let Ok(estimate) = run(&mut observer, &input, times) {
                prop_assert!(estimate.uncertainty.to_milli() >= 1_400);
                prop_assert!(estimate.low() <= estimate.skin && estimate.skin <= estimate.high());
                let _ = observer.time_to(&CONFIG, Skin(Celsius::from_milli(22_000)));
            }
            if let Ok(evidence) = observer.contact() {
                prop_assert!(evidence.hair_low_micro <= evidence.hair_micro);
                prop_assert!(evidence.hair_micro <= evidence.hair_high_micro);
            }
        }
    }
}
