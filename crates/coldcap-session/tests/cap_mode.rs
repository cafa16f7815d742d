//! Cap mode: the interface is held, the supply is bounded, and everything else is as in coolant mode.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Interface};
use script::{CAP_MODE, GOOD, HAIR, HEAD, PACLITAXEL, PATIENT, Script};

fn demand(script: &Script) -> Demand {
    script.state.demand(&script.config)
}

/// Interface and coldest supply, in thousandths of a degree.
fn held(script: &Script) -> Option<(i32, i32)> {
    let cap = demand(script).cap?;
    Some((cap.interface.to_milli(), cap.coldest_supply.to_milli()))
}

/// A treatment with this much hair at this interface target, just in `pre_cool`.
fn cooling(density: Density, milli: i32) -> Script {
    let mut script = Script::new();
    let hair = Hair { density, ..HAIR };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    let target = Target::Cap(Interface::from_milli(milli));
    script.done(Request::ChoosePlan(PlanRequest { target, ..CAP_MODE }));
    script.done(Request::Worn(true));
    script.done(Request::Start);
    script.minutes(1);
    script.expect(Phase::PreCool);
    script
}

#[test]
fn the_interface_is_held_and_the_supply_is_never_a_target() {
    let expected = Demand {
        circulate: true,
        target: None,
        cap: Some(CapDemand {
            interface: Interface::from_milli(4_000),
            coldest_supply: Coolant::from_milli(-5_000),
        }),
        tank: Some(Coolant::from_milli(-5_000)),
    };
    for script in Script::in_each_cooling_phase_of(CAP_MODE) {
        assert_eq!(demand(&script), expected);
    }
    for script in Script::in_each_cooling_phase_of(PACLITAXEL) {
        assert_eq!(held(&script), None);
    }
}

#[test]
fn the_tank_is_made_ready_for_the_coldest_supply_before_anything_is_cooled() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    assert_eq!(demand(&script).tank, None);
    script.done(Request::ChoosePlan(CAP_MODE));
    let waiting = Demand { tank: Some(Coolant::from_milli(-5_000)), ..Demand::default() };
    assert_eq!(demand(&script), waiting);
    script.done(Request::Worn(true));
    script.done(Request::Start);
    assert_eq!(demand(&script), Demand { circulate: true, ..waiting });
    script.minutes(1);
    script.done(Request::Stop);
    script.expect(Phase::Paused);
    assert_eq!(demand(&script), waiting);
}

/// 9 K below the interface at most, −5 °C at most, and no colder than the hair allows.
#[test]
fn the_cascade_is_bounded_by_machine_hair_and_reach() {
    for (density, milli, interface, supply) in [
        (Density::Full, 2_000, 2_000, -5_000),
        (Density::Full, 4_500, 4_500, -4_500),
        (Density::Full, 10_000, 10_000, 1_000),
        (Density::ScalpShows, 3_000, 5_000, -2_000),
        (Density::ScalpShows, 8_000, 8_000, -1_000),
        (Density::MuchShows, 2_000, 7_000, 0),
        (Density::MuchShows, 9_500, 9_500, 500),
    ] {
        assert_eq!(
            held(&cooling(density, milli)),
            Some((interface, supply)),
            "{density:?} {milli}"
        );
    }
}

#[test]
fn rule_5_density_caps_the_intensity_of_the_interface_and_says_so() {
    let mut script = Script::new();
    let hair = Hair { density: Density::MuchShows, ..HAIR };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    script.done(Request::ChoosePlan(CAP_MODE));
    assert!(script.flagged(Flag::TargetRaised));
    let plan = script.state.plan().unwrap();
    assert_eq!(plan.target(), Target::Cap(Interface::from_milli(7_000)));
}

#[test]
fn rule_1_easing_off_warms_the_interface_and_the_bound_at_once_and_ends() {
    for mut script in Script::in_each_cooling_phase_of(CAP_MODE) {
        for step in 1..=8 {
            script.done(Request::EaseOff);
            let target = Target::Cap(Interface::from_milli(4_000 + 1_000 * step));
            assert_eq!(script.notes[0], Note::Eased { target });
            assert_eq!(held(&script), Some((4_000 + 1_000 * step, -5_000 + 1_000 * step)));
        }
        assert_eq!(script.nurse(Request::EaseOff), Err(Refusal::LimitReached));
        assert_eq!(held(&script), Some((12_000, 3_000)));
    }
}

#[test]
fn an_eased_interface_stays_eased_through_an_interruption() {
    let mut script = Script::infusing(CAP_MODE);
    script.done(Request::EaseOff);
    script.restarted(Some(Duration::from_secs(400)));
    script.seconds(1);
    script.resume();
    assert_eq!(held(&script), Some((5_000, -4_000)));
}

#[test]
fn the_fit_visit_stays_in_coolant_mode() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(CAP_MODE));
    script.done(Request::StartFit);
    script.done(Request::Measure(HEAD));
    script.seen = Observed { isothermal: Progress::Passed, contact: Progress::Running, ..GOOD };
    script.done(Request::Worn(true));
    script.seconds(1);
    script.expect(Phase::FitVerify);
    let mild = Some(Coolant::from_milli(8_000));
    assert_eq!(demand(&script), Demand { circulate: true, target: mild, cap: None, tank: mild });
}

#[test]
fn the_record_says_which_temperature_was_held() {
    let mut script = Script::post_cooling(CAP_MODE);
    script.minutes(60);
    script.expect(Phase::Thaw);
    let summary = script.summary();
    assert_eq!(summary.mode(), Some(ControlMode::Cap));
    assert_eq!(summary.plan.unwrap().target(), CAP_MODE.target);
    let coolant = Script::cooling(PACLITAXEL).summary();
    assert_eq!(coolant.mode(), Some(ControlMode::Coolant));
    assert_eq!(Script::new().summary().mode(), None);
}
