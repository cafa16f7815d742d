//! Random walks with hands on everything: whatever is sent, by whom and when, nothing is driven without role, phase,
//! permit and lease.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use bench::dice::Dice;
use bench::hand::{MACHINE, hand, mild, millis, service, standby};
use coldcap::{Action, Actuator, Command, LONGEST_LEASE, Outputs, Phase, TickInput};
use coldcap_session::Role;
use coldcap_units::{Duration, Duty, Fault, Instant};
use proptest::prelude::*;

/// Two channels in whatever happens, with hands on everything.
struct Walk {
    bench: Bench<2>,
    dice: Dice,
    /// When each pump, and the chiller, was last granted.
    granted: [Option<Instant>; 3],
    by_hand: usize,
}

/// What no loop asks of a pump or of the chiller.
const ODD: Duty = Duty(12_347);

impl Walk {
    fn command(&mut self) -> Command {
        let role = self.dice.pick(&[Role::Service, Role::Service, Role::Service, Role::Nurse]);
        let lease = self.dice.pick(&[0, 1, 100, 700, 2_000, 2_001, 9_000, u32::MAX]);
        let actuator = self.dice.pick(&[Actuator::Pump, Actuator::Pump, Actuator::Chiller]);
        let channel = match actuator {
            Actuator::Chiller => MACHINE,
            _ => self.dice.pick(&[0, 1]),
        };
        match self.dice.roll(12) {
            0 => {
                let role = self.dice.pick(&Role::ALL);
                let request = self.dice.request();
                Command { role, ..service(self.dice.pick(&[0, 1]), Action::Request(request)) }
            }
            1 => service(self.dice.pick(&[0, 1]), Action::Fact(self.dice.fact())),
            _ => Command { role, ..service(channel, hand(actuator, ODD, lease)) },
        }
    }

    fn step(&mut self) {
        let mut input = self.bench.next_input();
        mild(&self.bench)(&mut input.inputs);
        if self.dice.once_in(30) {
            let late = self.dice.pick(&[300, 1_900, 5_000]);
            self.bench.now = self.bench.now.plus(millis(late));
            let inputs = self.bench.inputs();
            input = TickInput::new(self.bench.now, inputs);
        }
        for _ in 0..self.dice.roll(5) {
            let command = self.command();
            input.commands.list.push(command);
        }
        input.inputs.panel.stop = self.dice.once_in(80);
        match self.dice.roll(150) {
            0 => input.inputs.channels[0].cap.coupled.value = Ok(false),
            1 => input.inputs.channels[1].supply.value = Err(Fault::Open),
            2 => input.inputs.tank.coolant.value = Err(Fault::Open),
            3 => input.commands.host_silent = Some(Duration::from_secs(4)),
            _ => {}
        }
        let outputs = self.bench.feed(&input);
        self.note(&input, &outputs);
        self.check(&input, &outputs);
    }

    fn note(&mut self, input: &TickInput<2>, outputs: &Outputs<2>) {
        for (command, answer) in input.commands.list.iter().zip(&outputs.answers) {
            let Action::Drive(drive) = command.action else { continue };
            if answer.result.is_err() {
                continue;
            }
            assert_eq!(command.role, Role::Service);
            let place =
                if drive.actuator == Actuator::Chiller { 2 } else { command.channel.into() };
            self.granted[place] = (!drive.lease.is_zero()).then_some(input.now);
        }
    }

    fn check(&mut self, input: &TickInput<2>, outputs: &Outputs<2>) {
        let checkpoint = self.bench.device.control.checkpoint();
        let supervision = self.bench.device.control.config().supervision();
        let wanted = self.bench.device.control.config().circulation.pump;
        let free = |index: usize| {
            let phase = checkpoint.channels[index].state.session.phase();
            matches!(phase, Phase::Standby | Phase::Report)
        };
        let all_free = free(0) && free(1);
        let held = |place: usize| {
            self.granted[place].is_some_and(|at| input.now.since(at) < LONGEST_LEASE)
        };
        let heard = input.commands.host_silent.is_none_or(|silent| silent < millis(3_501));
        let calm = heard && !input.inputs.panel.stop;
        for (index, drive) in outputs.drives.channels.iter().enumerate() {
            let permit = checkpoint.channels[index].state.permit(&supervision);
            if drive.pump == ODD {
                assert!(all_free && held(index) && calm, "channel {index}");
                self.by_hand += 1;
            } else {
                let asked = drive.pump.is_off() || (drive.pump == wanted && !free(index));
                assert!(asked, "channel {index}: {:?}", drive.pump);
            }
            assert!(drive.pump.is_off() || (permit.circulate && permit.power));
            assert!(drive.valve.is_off() || !free(index), "nobody drives a valve here");
        }
        if outputs.drives.chiller == ODD {
            assert!(all_free && held(2) && calm && outputs.drives.permit);
        } else {
            assert!(outputs.drives.chiller.is_off() || !all_free);
        }
    }
}

fn walk(seed: u64, steps: usize) -> usize {
    let mut walk = Walk { bench: standby(), dice: Dice::new(seed), granted: [None; 3], by_hand: 0 };
    (0..steps).for_each(|_| walk.step());
    walk.by_hand
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    // req: HND-001, HND-002, HND-003
    #[test]
    fn whatever_is_sent_nothing_is_driven_without_role_phase_permit_and_lease(seed: u64) {
        walk(seed, 400);
    }
}

/// The walks above come to what they are about.
#[test]
fn walks_do_drive() {
    let by_hand: usize = (0..20).map(|seed| walk(seed, 400)).sum();
    println!("{by_hand} ticks of pumps by hand in 8 000");
    assert!(by_hand > 400, "{by_hand}");
}
