//! What a loss of power, an acknowledgement and a second try must not make better than it is.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, code};
use coldcap::{Action, Outputs, Phase};
use coldcap_guard::Condition;
use coldcap_session::{Request, Role};
use coldcap_units::Ratio;

fn tells(outputs: &Outputs<1>, condition: Condition) -> bool {
    outputs.machine.alarms.contains(condition)
}

/// What was stopped because it got colder is stopped again, however soon somebody tries again.
#[test]
fn a_second_try_behind_a_minute_is_stopped_as_the_first() {
    for rest_s in [30, 60, 120] {
        let mut bench: Bench<1> = Bench::new();
        bench.until(Phase::Standby);
        bench.run(60);
        bench.bring_to(Phase::FitCalibrate);
        let mut milli = 20_000;
        let mut tick = |bench: &mut Bench<1>, request: Option<Request>| {
            let runs = !bench.drives.channels[0].pump.is_off();
            milli = if runs { (milli - 400).max(-8_000) } else { (milli + 2).min(20_000) };
            let [supply, returned] =
                [milli, milli + 1_000].map(|milli| code(bench.device.control.config(), milli));
            let command =
                request.map(|request| bench.command_as(Role::Clinician, Action::Request(request)));
            let mut input = bench.next_input();
            let line = &mut input.inputs.channels[0];
            let noise = (line.supply.taken.as_millis() / 100 % 7) as u32 * 65_536;
            line.supply.value = Ok(Ratio(supply.0 + noise));
            line.returned.value = Ok(Ratio(returned.0 + noise));
            command.into_iter().for_each(|command| input.commands.list.push(command));
            tells(&bench.feed(&input), Condition::LoopImplausible)
        };
        assert!((0..600).any(|_| tick(&mut bench, None)));
        (0..rest_s * 10).for_each(|_| _ = tick(&mut bench, None));
        for request in [
            Request::ClinicianReset { confirm: false },
            Request::ClinicianReset { confirm: true },
            Request::Acknowledge,
            Request::Measure(bench::HEAD),
        ] {
            tick(&mut bench, Some(request));
            (0..10).for_each(|_| _ = tick(&mut bench, None));
        }
        assert_eq!(bench.phase(), Phase::FitCalibrate, "{rest_s}");
        let stopped = (0..400).any(|_| {
            tick(&mut bench, None);
            bench.phase() != Phase::FitCalibrate
        });
        assert!(stopped, "{rest_s} s of rest");
    }
}
