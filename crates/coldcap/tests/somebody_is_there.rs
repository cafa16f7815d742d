//! Acknowledging says that somebody is there: who may, what it re-arms, and when the alarm is over.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, code};
use coldcap::{Action, Config, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::{Accepted, Answer, Attendance, Refusal, Role};
use coldcap_units::{Duration, Reading};

fn attendance(bench: &Bench<1>) -> Attendance {
    bench.device.control.checkpoint().channels[0].state.session.attendance()
}

fn press(bench: &mut Bench<1>, role: Role, channel: u8, action: Action) -> (Answer, Priority) {
    let command = coldcap::Command { channel, ..bench.command_as(role, action) };
    let mut input = bench.next_input();
    input.commands.list.push(command);
    let outputs = bench.feed(&input);
    (outputs.answers.as_slice()[0].result, outputs.machine.sounding)
}

/// In `ready`, its limit on waiting run out.
fn waiting() -> Bench<1> {
    let mut config = Config::reference();
    // The sensors of this bench are too still to be believed for two hours.
    config.session.ready_limit = Duration::from_mins(10);
    let mut bench = Bench::with(config);
    bench.bring_to(Phase::Ready);
    bench.run(10 * 60 + 5);
    assert!(matches!(attendance(&bench), Attendance::Over(_)));
    bench
}

// req: ALM-011
#[test]
fn an_observer_or_service_silences_nothing() {
    for action in [Action::AcknowledgeAlarms, Action::PauseAudio] {
        for (role, channel) in [(Role::Observer, 0), (Role::Service, 0), (Role::Observer, 255)] {
            let mut bench = Bench::<1>::new();
            bench.bring_to(Phase::Infusing);
            let cold = code(bench.device.control.config(), -500);
            for _ in 0..5 {
                bench.tick_with(|inputs| {
                    let safety = &mut inputs.channels[0].safety;
                    *safety = Reading::new(cold, safety.taken);
                });
            }
            let (answer, sounding) = press(&mut bench, role, channel, action);
            assert_eq!(answer, Err(Refusal::NotPermitted(role)), "{action:?} {channel}");
            assert_eq!(sounding, Priority::High, "{action:?} by {role:?}");
        }
    }
}

// req: ALM-016
#[test]
fn a_limit_that_was_answered_is_no_alarm_until_it_runs_out_again() {
    for channel in [0, 255] {
        let mut bench = waiting();
        let (answer, _) = press(&mut bench, Role::Nurse, channel, Action::AcknowledgeAlarms);
        assert_eq!(answer, Ok(Accepted::Done));
        assert!(matches!(attendance(&bench), Attendance::Watching(_)), "{channel}");
        for _ in 0..9 * 600 {
            assert_eq!(bench.tick().machine.sounding, Priority::None);
        }
        assert!(!bench.tick().machine.alarms.contains(Condition::Waiting));
        bench.run(65);
        assert!(bench.tick().machine.alarms.contains(Condition::Waiting), "it ran out again");
        assert_eq!(bench.phase(), Phase::Ready);
    }
}

#[test]
fn nobody_who_re_armed_a_limit_is_told_that_nothing_was_done() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::Ready);
    bench.run(600);
    let before = attendance(&bench);
    let (answer, _) = press(&mut bench, Role::Nurse, 0, Action::AcknowledgeAlarms);
    assert_eq!(answer, Ok(Accepted::Done));
    assert!(attendance(&bench).left() > before.left());
}

#[test]
fn where_nothing_waits_and_nothing_signals_the_press_is_refused() {
    let mut bench = Bench::<1>::new();
    bench.until(Phase::Standby);
    bench.run(5);
    for channel in [0, 255] {
        let (answer, _) = press(&mut bench, Role::Nurse, channel, Action::AcknowledgeAlarms);
        assert_eq!(answer, Err(Refusal::NothingToAcknowledge), "{channel}");
    }
}
