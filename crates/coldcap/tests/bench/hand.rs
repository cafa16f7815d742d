//! Hands on a bench: service drives its actuators.

use super::{Bench, code};
use coldcap::{
    Action, Actuator, Command, CommandId, Config, Device, Drive, Drives, Inputs, Outputs, Phase,
};
use coldcap_session::record::Entry;
use coldcap_session::{Accepted, Answer, ByHand, Event, HandEnd, Request, Role};
use coldcap_units::{Duration, Duty, Ratio};

pub(crate) const MACHINE: u8 = u8::MAX;
pub(crate) const HALF: Duty = Duty::from_permille(500);

pub(crate) fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn hand(actuator: Actuator, duty: Duty, lease: u32) -> Action {
    Action::Drive(Drive { actuator, duty, lease: millis(lease) })
}

pub(crate) fn pump(lease: u32) -> Action {
    hand(Actuator::Pump, HALF, lease)
}

pub(crate) fn service(channel: u8, action: Action) -> Command {
    Command { id: CommandId(9), channel, role: Role::Service, action }
}

/// A tick with these commands and inputs that are a little different.
pub(crate) fn tick<const N: usize>(
    bench: &mut Bench<N>,
    commands: &[Command],
    spoil: impl FnOnce(&mut Inputs<N>),
) -> Outputs<N> {
    let mut input = bench.next_input();
    spoil(&mut input.inputs);
    commands.iter().for_each(|command| input.commands.list.push(*command));
    bench.feed(&input)
}

pub(crate) fn give<const N: usize>(bench: &mut Bench<N>, command: Command) -> (Outputs<N>, Answer) {
    let outputs = tick(bench, &[command], |_| {});
    let answer = outputs.answers.as_slice()[0].result;
    (outputs, answer)
}

/// In standby for so long that nothing of the start stands against it.
pub(crate) fn standby<const N: usize>() -> Bench<N> {
    standing(Config::unsecured_bench())
}

pub(crate) fn standing<const N: usize>(config: Config) -> Bench<N> {
    let mut bench = Bench::with(config);
    bench.until(Phase::Standby);
    bench.run(3);
    bench
}

/// With the pump of channel 0 driven.
pub(crate) fn driving<const N: usize>() -> Bench<N> {
    let mut bench = standby();
    let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
    assert_eq!((answer, outputs.drives.channels[0].pump), (Ok(Accepted::Done), HALF));
    bench
}

pub(crate) fn pumps<const N: usize>(outputs: &Outputs<N>) -> bool {
    !outputs.drives.channels[0].pump.is_off()
}

/// What the records of a tick tell of driving by hand, with the channel.
pub(crate) fn told<const N: usize>(outputs: &Outputs<N>) -> Vec<(u8, ByHand)> {
    let entries = outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0));
    let by_hand = entries.filter_map(|entry| match entry.fields.event() {
        Some(Event::ByHand(told)) => Some((entry.channel, told)),
        _ => None,
    });
    by_hand.collect()
}

pub(crate) fn ended(actuator: Actuator, end: HandEnd) -> ByHand {
    ByHand::Ended { actuator, end }
}

pub(crate) fn driven(actuator: Actuator, duty: Duty) -> ByHand {
    ByHand::Driven { actuator, duty, role: Role::Service }
}

/// A tank that has cold in store, and may have more.
pub(crate) fn mild<const N: usize>(bench: &Bench<N>) -> impl Fn(&mut Inputs<N>) + use<N> {
    let mild = code(bench.device.control.config(), 5_000);
    move |inputs| {
        let coolant = &mut inputs.tank.coolant;
        let noise = (coolant.taken.as_millis() / 100 % 7) as u32;
        coolant.value = Ok(Ratio(mild.0 + 65_536 * noise));
    }
}

/// A session that somebody has stopped.
pub(crate) fn paused<const N: usize>() -> Bench<N> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::PreCool);
    bench.ask(Request::Stop).unwrap();
    bench
}

/// Where a treated patient has gone, and her cap with her.
pub(crate) fn reported<const N: usize>() -> Bench<N> {
    let mut bench = paused();
    for confirm in [false, true] {
        bench.ask(Request::EndSession { reason: 1, confirm }).unwrap();
    }
    bench.until(Phase::CapOff);
    let open = |inputs: &mut Inputs<N>| inputs.channels[0].cap.coupled.value = Ok(false);
    (0..30).for_each(|_| drop(bench.tick_with(open)));
    let command = bench.command(0, Action::Request(Request::ConfirmRemoved));
    tick(&mut bench, &[command], open);
    assert_eq!(bench.phase(), Phase::Report);
    bench.run(5);
    bench
}

/// Power is away for so long.
pub(crate) fn cut_power<const N: usize>(bench: &mut Bench<N>, gap: Duration) {
    let checkpoint = bench.device.control.checkpoint();
    bench.device = Device::restored(Config::unsecured_bench(), &checkpoint, Some(gap));
    bench.drives = Drives::default();
}
