//! The interlock's rules one step at a time, where the exploration says only that none is ever broken.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::interlock::{
    Config, Demand, Event, Floor, Gate, Permit, ResetClass, ResetRefusal, State, TripClass,
    holds_power, limit, step,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Coolant, Duty, Instant, Interface};

fn config() -> Config {
    Config::default()
}

fn set(conditions: &[Condition]) -> Conditions {
    conditions.iter().fold(Conditions::EMPTY, |all, one| all.with(*one))
}

fn seeing(state: State, conditions: &[Condition]) -> State {
    step(&state, &Event::Conditions(set(conditions)), &config()).0
}

fn reset(state: State, by: ResetClass) -> Result<State, ResetRefusal> {
    let (next, effects) = step(&state, &Event::Reset(by), &config());
    effects.answer.unwrap().map(|()| next)
}

#[test]
fn the_loss_of_a_control_sensor_is_remembered_to_the_end_of_the_session() {
    let fresh = State::new();
    assert!(!fresh.is_degraded() && !fresh.lacks_control_sensor());
    assert_eq!(fresh.floor(&config()), None);
    for sensor in [Condition::FrontSensor, Condition::RearSensor] {
        let lost = seeing(fresh, &[sensor]);
        assert!(lost.is_degraded() && lost.lacks_control_sensor());
        assert_eq!(lost.floor(&config()), Some(Floor::PROPOSED));
        assert_eq!(lost.conditions(&config()), set(&[Condition::Degraded]));
        let back = seeing(lost, &[]);
        assert!(back.is_degraded() && !back.lacks_control_sensor());
        let over = step(&back, &Event::SessionOver, &config()).0;
        assert!(!over.is_degraded());
        assert_eq!(over.conditions(&config()), Conditions::EMPTY);
    }
    assert!(!seeing(fresh, &[Condition::SupplySensor]).is_degraded());
    assert!(fresh.with_degraded(true).is_degraded() && !fresh.with_degraded(false).is_degraded());
}

// req: INT-022
#[test]
fn the_end_of_a_visit_releases_what_an_operator_would_and_nothing_else() {
    let over = |state: State| step(&state, &Event::VisitOver, &config()).0;
    let both = seeing(State::new(), &[Condition::FlowLost, Condition::Freeze]);
    assert_eq!(over(both), both, "both are still there");
    let gone = seeing(both, &[]);
    assert_eq!(over(gone).latched(), set(&[Condition::Freeze]));
    assert_ne!(over(gone), State::new());
    let one_left = seeing(
        seeing(State::new(), &[Condition::FlowLost, Condition::PumpStopped]),
        &[Condition::PumpStopped],
    );
    assert_eq!(over(one_left).latched(), set(&[Condition::PumpStopped]));
}

// req: CHN-006
#[test]
fn a_service_trip_alone_holds_the_power() {
    for condition in Condition::ALL {
        let holds = TripClass::of(condition) == Some(TripClass::Service);
        assert_eq!(holds_power(set(&[condition])), holds, "{condition}");
    }
}

#[test]
fn a_floor_may_be_warmer_than_proposed_and_never_colder() {
    let proposed = Floor::PROPOSED;
    assert_eq!((proposed.supply.to_milli(), proposed.interface.to_milli()), (0, 5_000));
    let degraded = State::new().with_degraded(true);
    let floor = |supply, interface| {
        let supply = Coolant::from_milli(supply);
        let interface = Interface::from_milli(interface);
        let config = config().with_floor(Floor { supply, interface });
        let floor = degraded.floor(&config).unwrap();
        assert_eq!(config.lowest_while_degraded(), floor);
        (floor.supply.to_milli(), floor.interface.to_milli())
    };
    assert_eq!(floor(-1, 4_999), (0, 5_000));
    assert_eq!(floor(1, 4_999), (1, 5_000));
    assert_eq!(floor(-1, 5_001), (0, 5_001));
}

#[test]
fn two_resets_of_a_session_are_the_clinicians_and_a_config_can_only_take_away() {
    let freeze = |spent, config: &Config| {
        State::restored(set(&[Condition::Freeze]), spent).class(config).unwrap()
    };
    for (most, allowed) in [(0, 0), (1, 1), (2, 2), (3, 2), (255, 2)] {
        let config = Config::new(most);
        assert_eq!(config.clinician_resets(), allowed);
        for spent in 0..4 {
            let class = if spent < allowed { TripClass::Clinician } else { TripClass::Service };
            assert_eq!(freeze(spent, &config), class, "{spent} of {most}");
        }
    }
    let operator = State::restored(set(&[Condition::FlowLost]), 9);
    assert_eq!(operator.class(&config()), Some(TripClass::Operator), "budgets are the clinician's");
    assert_eq!(operator.clinician_resets(), 9);
    assert_eq!(State::new().class(&config()), None);
}

#[test]
fn what_is_latched_is_shown_and_that_the_resets_are_spent() {
    let shown = |spent| State::restored(set(&[Condition::Freeze]), spent).conditions(&config());
    assert_eq!(shown(1), set(&[Condition::Freeze]));
    assert_eq!(shown(2), set(&[Condition::Freeze, Condition::ResetsSpent]));
}

#[test]
fn a_reset_needs_its_class_a_look_at_the_cause_and_that_it_is_gone() {
    let restored = State::restored(set(&[Condition::Freeze]), 0);
    assert_eq!(reset(State::new(), ResetClass::Service), Err(ResetRefusal::NothingLatched));
    assert_eq!(reset(restored, ResetClass::Clinician), Err(ResetRefusal::CauseRemains), "unseen");
    assert!(!restored.cause_gone());
    let gone = seeing(restored, &[]);
    assert!(gone.cause_gone() && seeing(State::new(), &[]).cause_gone());
    let needs = ResetRefusal::NeedsClass(TripClass::Clinician);
    assert_eq!(reset(gone, ResetClass::Operator), Err(needs));
    let free = reset(gone, ResetClass::Clinician).unwrap();
    assert_eq!((free.latched(), free.clinician_resets()), (Conditions::EMPTY, 1));
    let by_service = reset(gone, ResetClass::Service).unwrap();
    assert_eq!(by_service.clinician_resets(), 0, "service spends nothing");
    for cause in [Condition::Freeze, Condition::FreezeNear] {
        let there = seeing(restored, &[cause]);
        assert!(!there.cause_gone());
        assert_eq!(reset(there, ResetClass::Clinician), Err(ResetRefusal::CauseRemains));
    }
}

#[test]
fn the_worst_may_be_reset_while_less_remains() {
    let both = seeing(State::new(), &[Condition::Leak, Condition::FlowLost]);
    let less = seeing(both, &[Condition::FlowLost]);
    assert!(!less.cause_gone());
    let left = reset(less, ResetClass::Service).unwrap();
    assert_eq!(left.latched(), set(&[Condition::FlowLost]));
    assert_eq!(left.class(&config()), Some(TripClass::Operator));
    assert_eq!(reset(left, ResetClass::Operator), Err(ResetRefusal::CauseRemains));
}

#[test]
fn a_session_begins_with_its_resets_unless_something_severe_is_latched() {
    let begun = |latched: &[Condition]| {
        step(&State::restored(set(latched), 2), &Event::SessionBegan, &config()).0
    };
    assert_eq!(begun(&[]).clinician_resets(), 0);
    assert_eq!(begun(&[Condition::CapUncoupled]).clinician_resets(), 0);
    assert_eq!(begun(&[Condition::Freeze]).clinician_resets(), 2);
    assert_eq!(begun(&[Condition::Leak]).clinician_resets(), 2);
    assert_eq!(begun(&[Condition::Leak]).latched(), set(&[Condition::Leak]));
}

#[test]
fn each_class_takes_away_what_it_must() {
    let permit = |conditions: &[Condition]| {
        let Permit { circulate, chill, power } = seeing(State::new(), conditions).permit(&config());
        [circulate, chill, power]
    };
    assert_eq!(State::new().permit(&config()), Permit::NONE, "nothing was looked at");
    assert_eq!(permit(&[]), [true, true, true]);
    assert_eq!(permit(&[Condition::FlowLost]), [false, true, true]);
    assert_eq!(permit(&[Condition::Freeze]), [false, false, true]);
    assert_eq!(permit(&[Condition::Leak]), [false, false, false]);
    assert_eq!(permit(&[Condition::EvaporatorCold]), [true, false, true]);
    assert_eq!(permit(&[Condition::TankSensor]), [true, false, true]);
    assert_eq!(permit(&[Condition::FrontSensor]), [true, true, true]);
    assert_eq!(permit(&[Condition::FrontSensor, Condition::RearSensor]), [false, false, true]);
}

#[test]
fn what_is_shared_runs_for_one_and_power_for_none_without_all() {
    let of = |circulate, chill, power| Permit { circulate, chill, power };
    assert_eq!(Permit::shared(&[]), Permit::NONE);
    assert_eq!(Permit::shared(&[Permit::ALL, Permit::ALL]), Permit::ALL);
    let one = [of(true, false, true), of(false, false, true)];
    assert_eq!(Permit::shared(&one), of(true, false, true));
    let other = [of(false, false, true), of(false, true, true)];
    assert_eq!(Permit::shared(&other), of(false, true, true));
    assert_eq!(Permit::shared(&[Permit::ALL, of(true, true, false)]), Permit::NONE);
}

#[test]
fn a_demand_is_cut_by_what_is_not_permitted() {
    let demand = Demand { pump: Duty(1), valve: Duty(2), chiller: Duty(3) };
    for bits in 0..8 {
        let [circulate, chill, power] = [0, 1, 2].map(|bit| bits >> bit & 1 == 1);
        let permit = Permit { circulate, chill, power };
        let duty = |allowed: bool, wanted| if allowed { wanted } else { Duty::OFF };
        let expected = Demand {
            pump: duty(power && circulate, Duty(1)),
            valve: duty(power && circulate, Duty(2)),
            chiller: duty(power && chill, Duty(3)),
        };
        assert_eq!(limit(demand, &permit), expected, "{permit:?}");
        assert_eq!(Gate::default().limit(Instant::ZERO, demand, &permit), expected);
    }
}

#[test]
fn what_is_latched_anew_and_what_is_let_go_is_told() {
    let present = Event::Conditions(set(&[Condition::Freeze, Condition::LevelLow]));
    let (state, effects) = step(&State::new(), &present, &config());
    assert_eq!((effects.tripped, effects.released), (set(&[Condition::Freeze]), Conditions::EMPTY));
    assert_eq!(effects.answer, None);
    let again = step(&state, &present, &config()).1;
    assert_eq!((again.tripped, again.released), (Conditions::EMPTY, Conditions::EMPTY));
    let gone = seeing(state, &[]);
    let (_, effects) = step(&gone, &Event::Reset(ResetClass::Clinician), &config());
    assert_eq!((effects.tripped, effects.released), (Conditions::EMPTY, set(&[Condition::Freeze])));
}
