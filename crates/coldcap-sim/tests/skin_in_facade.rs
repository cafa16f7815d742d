//! The skin's estimate as the whole machine makes it, from a fit visit to the end of a treatment.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Phase, TICK};
use coldcap_sim::PatientParameters;
use coldcap_units::Duration;
use facade::{BOTH, Facade};

/// Looks at every tick of a treatment.
struct Look {
    facade: Facade,
    ticks: u32,
    inside: u32,
    worst_k: f64,
}

impl Look {
    fn run(&mut self, seconds: u32) {
        for _ in 0..seconds * 10 {
            self.facade.tick();
            let (skin, width, truth) = self.facade.skin().expect("an estimate while worn");
            let error = (skin - truth).abs();
            self.ticks += 1;
            self.inside += u32::from(error <= width);
            self.worst_k = self.worst_k.max(error);
        }
    }

    fn print(&self, what: &str) {
        let (skin, width, truth) = self.facade.skin().unwrap();
        let error = skin - truth;
        println!("{what:10} {skin:5.2} ± {width:4.2}, true {truth:5.2}, error {error:5.2}");
    }

    fn run_to(&mut self, what: &str, seconds: u32) {
        self.run(seconds);
        self.print(what);
    }
}

#[test]
fn the_interval_holds_the_truth_of_the_standard_patient_in_both_modes() {
    for target in BOTH {
        let facade = Facade::cooling(PatientParameters::standard(), 1, target);
        let mut look = Look { facade, ticks: 0, inside: 0, worst_k: 0.0 };
        println!("{target:?}");
        for (minute, seconds) in [(10, 600), (15, 300), (30, 900), (45, 900), (60, 900)] {
            look.run_to(&format!("{minute} min"), seconds);
        }
        look.facade.walk();
        look.run_to("break", 300);
        look.facade.come_back();
        look.run_to("recool 5", 300);
        look.run_to("recool 20", 900);
        let share = f64::from(look.inside) / f64::from(look.ticks);
        println!("inside in {:.1} % of the ticks, worst {:.2} K", 100.0 * share, look.worst_k);
        assert!(share >= 0.95, "{target:?}: {share}");
        assert!(look.worst_k < 2.5, "{target:?}: {}", look.worst_k);
    }
}

/// From now until the skin is really at 22 °C with the cap closed.
fn really_warm_after(facade: &mut Facade) -> Duration {
    let begun = facade.now;
    while facade.truth().skin_c < 22.0 {
        facade.tick();
        assert!(facade.now.since(begun) < Duration::from_mins(30));
    }
    facade.now.since(begun)
}

#[test]
fn a_break_tells_when_the_skin_is_warm_again_at_the_earliest_and_at_the_latest() {
    for target in BOTH {
        let mut facade = Facade::cooling(PatientParameters::standard(), 1, target);
        facade.until(Phase::Ready);
        facade.run(600);
        facade.walk();
        let mut told = Vec::new();
        let begun = facade.now;
        for _ in 0..4 {
            facade.run(30);
            let channel = &facade.channel;
            assert!(channel.skin_uncertainty.is_some());
            let latest = channel.warm_latest;
            told.push((facade.now.since(begun), channel.warm_earliest.unwrap(), latest));
        }
        let passed = facade.now.since(begun);
        let warm = passed.plus(really_warm_after(&mut facade));
        for (at, earliest, latest) in told {
            let left = warm.minus(at);
            println!("{target:?}, {at:?}: really {left:?}, told {earliest:?} to {latest:?}");
            assert!(earliest <= left, "{target:?}");
            assert!(latest.is_none_or(|latest| latest.plus(TICK) >= left), "{target:?}");
        }
    }
}
