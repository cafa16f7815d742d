//! The rig drives a device, its plant and the hands at it over the step lane.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap::canonical::{Canonical, Source};
use coldcap::lane::{LaneError, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap::{ChannelInputs, Config, Device, Inputs, Phase, TICK, TickInput, field_at};
use coldcap_sim::{
    BuildError, DeviceLane, FaultSchedule, Machine, PatientParameters, Rig, RigError,
};
use coldcap_units::{Duration, Instant};
use std::io;

/// What a [`Puppet`] was handed, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Tick { now: Instant, link: Vec<u8>, channel: Box<ChannelInputs> },
    Restart(Option<Duration>),
    Equipped,
    End,
}

/// A device in front of whose outputs somebody sits: phase and drives are theirs.
#[derive(Debug)]
struct Puppet {
    device: Device<1>,
    phase: Phase,
    /// What pump and chiller are driven with.
    drive: u16,
    spoil: fn(&mut [u8; REPLY_LENGTH]),
    told: Vec<Told>,
}

impl Puppet {
    fn new(phase: Phase, drive: u16) -> Self {
        let device = Device::new(Config::reference());
        Self { device, phase, drive, spoil: |_| (), told: Vec::new() }
    }

    fn spoilt(spoil: fn(&mut [u8; REPLY_LENGTH])) -> Rig<Self> {
        Self { spoil, ..Self::new(Phase::Standby, 0) }.rig()
    }

    fn rig(self) -> Rig<Self> {
        Rig::new(self, PatientParameters::standard(), 1, FaultSchedule::none()).unwrap()
    }
}

/// Where a field of the canonical outputs begins.
fn offset_of(field: &str) -> usize {
    (0..512).find(|offset| field_at(*offset) == field).unwrap()
}

impl DeviceLane for Puppet {
    fn tick(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<(), RigError> {
        let Step::Tick { now, inputs, link } = Step::decode(step)? else { panic!("no tick") };
        let inputs: Inputs<1> = Inputs::read(now, &mut Source::new(inputs)).unwrap();
        let channel = Box::new(inputs.channels[0]);
        self.told.push(Told::Tick { now, link: link.to_vec(), channel });
        let mut own = [0; REPLY_LENGTH];
        self.device.serve(step, &mut own)?;
        let own = Reply::decode(&own)?;
        let mut outputs = own.outputs.to_vec();
        outputs[offset_of("drives.permit")] = 1;
        for field in ["drives.pump", "drives.chiller"] {
            let at = offset_of(field);
            outputs[at..at + 2].copy_from_slice(&self.drive.to_le_bytes());
        }
        outputs[offset_of("channel.phase")] = self.phase.code();
        Reply { outputs: &outputs, ..own }.encode(reply)?;
        (self.spoil)(reply);
        Ok(())
    }

    fn tell(&mut self, step: &[u8; STEP_LENGTH]) -> Result<(), RigError> {
        self.told.push(match Step::decode(step)? {
            Step::Restart { gap } => Told::Restart(gap),
            Step::End => Told::End,
            Step::Equip { .. } => Told::Equipped,
            Step::Tick { .. } => panic!("a tick wants an answer"),
        });
        Ok(())
    }
}

fn at(tick: u64) -> Instant {
    Instant::from_millis(tick * u64::from(TICK.as_millis()))
}

fn run(rig: &mut impl Machine, ticks: core::ops::Range<u64>) {
    for tick in ticks {
        rig.tick(at(tick), &[]).unwrap();
    }
}

/// The inputs of the channel at the last tick.
fn last_channel(told: &[Told]) -> &ChannelInputs {
    told.iter()
        .rev()
        .find_map(|told| match told {
            Told::Tick { channel, .. } => Some(&**channel),
            _ => None,
        })
        .unwrap()
}

#[test]
fn a_tick_hands_over_now_and_the_bytes_of_the_host_and_brings_everything_back() {
    let mut rig = Puppet::new(Phase::Standby, 0).rig();
    let tick = rig.tick(at(7), b"from the host").unwrap();
    let input: TickInput<1> = TickInput::read(tick.tick_input).unwrap();
    assert_eq!(input.now, at(7));
    assert_eq!(tick.outputs[..8], at(7).as_millis().to_le_bytes());
    let skin_c = tick.truth.unwrap().skin_c;
    assert!((33.0..36.0).contains(&skin_c), "{skin_c}");
    let told = rig.into_device().told;
    let Told::Tick { now, link, channel } = &told[0] else { panic!("{told:?}") };
    assert_eq!((*now, &link[..]), (at(7), &b"from the host"[..]));
    assert_eq!(**channel, input.inputs.channels[0]);
}

#[test]
fn the_hands_follow_the_phase_and_the_plant_follows_the_drives() {
    let mut rig = Puppet::new(Phase::Setup, u16::MAX).rig();
    run(&mut rig, 1..190);
    let before = rig.into_device();
    assert_eq!(last_channel(&before.told).cap.coupled.value, Ok(false));
    assert_eq!(last_channel(&before.told).flow.value.unwrap().edges, 0);

    let mut rig = Puppet::new(Phase::Setup, u16::MAX).rig();
    run(&mut rig, 1..300);
    let after = rig.into_device();
    assert_eq!(last_channel(&after.told).cap.coupled.value, Ok(true));
    assert!(last_channel(&after.told).flow.value.unwrap().edges > 100);

    let mut rig = Puppet::new(Phase::Standby, u16::MAX).rig();
    run(&mut rig, 1..300);
    assert_eq!(last_channel(&rig.into_device().told).cap.coupled.value, Ok(false));
}

#[test]
fn drives_act_from_the_next_tick_on() {
    let mut rig = Puppet::new(Phase::PreCool, u16::MAX).rig();
    let mut flow = |tick| rig.tick(at(tick), &[]).unwrap().truth.unwrap().flow_l_min;
    assert!(flow(1) <= 0.0);
    assert!((2..50).map(flow).last().unwrap() > 0.5);
}

#[test]
fn a_power_cut_stops_every_drive_and_lets_the_plant_go_on() {
    let mut rig = Puppet::new(Phase::PreCool, u16::MAX).rig();
    run(&mut rig, 1..600);
    let gap = Duration::from_secs(20);
    rig.cut_power(at(600), gap).unwrap();
    let truth = rig.tick(at(800), &[]).unwrap().truth.unwrap();
    assert!(truth.flow_l_min < 0.05, "{}", truth.flow_l_min);
    let told = rig.into_device().told;
    assert_eq!(told[599], Told::Restart(Some(gap)));
    assert!(matches!(told[600], Told::Tick { now, .. } if now == at(800)));
    assert_eq!(last_channel(&told).flow.value.unwrap().edges, 0);
}

#[test]
fn the_tank_warms_as_long_as_the_power_is_gone() {
    let tank_after = |gap| {
        let mut rig = Puppet::new(Phase::Setup, u16::MAX).rig();
        run(&mut rig, 1..3_000);
        rig.cut_power(at(3_000), gap).unwrap();
        rig.tick(at(3_001), &[]).unwrap().truth.unwrap().tank_c
    };
    let [none, short, long] = [0, 60, 120].map(|mins| tank_after(Duration::from_mins(mins)));
    assert!(none < 19.0 && none + 0.3 < short && short + 0.3 < long, "{none} {short} {long}");
}

#[test]
fn faults_reach_the_plant() {
    let faults = FaultSchedule::parse("kink@30..40").unwrap();
    let puppet = Puppet::new(Phase::PreCool, u16::MAX);
    let mut rig = Rig::new(puppet, PatientParameters::standard(), 1, faults).unwrap();
    let mut flow_after = |tick| {
        run(&mut rig, tick - 99..tick);
        rig.tick(at(tick), &[]).unwrap().truth.unwrap().flow_l_min
    };
    let [before, _, _, during] = [100, 200, 290, 390].map(&mut flow_after);
    assert!(before > 0.5 && during <= 0.0, "{before} {during}");
    assert!(flow_after(500) > 0.5);
}

#[test]
fn the_end_is_told() {
    let mut rig = Puppet::new(Phase::Standby, 0).rig();
    rig.end().unwrap();
    assert_eq!(rig.into_device().told, [Told::End]);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let outputs = |seed| {
        let patient = PatientParameters::standard();
        let mut rig = Rig::in_process(patient, seed, FaultSchedule::none()).unwrap();
        (1..100).map(|tick| rig.tick(at(tick), &[]).unwrap().outputs.to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(outputs(3), outputs(3));
    assert_ne!(outputs(3), outputs(4));
}

#[test]
fn an_answer_that_is_none_is_an_error() {
    let wrong_kind = Puppet::spoilt(|reply| reply[0] = 0xFF).tick(at(1), &[]).map(|_| ());
    assert!(matches!(wrong_kind, Err(RigError::Lane(LaneError::Kind))), "{wrong_kind:?}");
    let no_outputs = Puppet::spoilt(|reply| reply[4..6].fill(0)).tick(at(1), &[]).map(|_| ());
    assert!(matches!(no_outputs, Err(RigError::Outputs)), "{no_outputs:?}");
    let too_long = Puppet::spoilt(|reply| reply[4..6].fill(0xFF)).tick(at(1), &[]).map(|_| ());
    assert!(matches!(too_long, Err(RigError::Lane(LaneError::Length))), "{too_long:?}");
}

#[test]
fn more_bytes_than_a_step_holds_are_refused_and_the_rig_goes_on() {
    let mut rig = Puppet::new(Phase::Standby, 0).rig();
    let refused = rig.tick(at(1), &[0; STEP_LENGTH]).map(|_| ());
    assert!(matches!(refused, Err(RigError::Lane(LaneError::Length))), "{refused:?}");
    assert!(rig.tick(at(2), &[]).is_ok());
}

#[test]
fn a_device_in_this_process_takes_each_block_where_it_belongs() {
    let mut device = Device::<1>::new(Config::reference());
    let (mut step, mut reply) = ([0; STEP_LENGTH], [0; REPLY_LENGTH]);
    Step::End.encode(&mut step).unwrap();
    let ended = DeviceLane::tick(&mut device, &step, &mut reply);
    assert!(matches!(ended, Err(RigError::Lane(LaneError::Kind))), "{ended:?}");
    assert!(device.tell(&step).is_ok());
    step[0] = 0xFF;
    assert!(matches!(device.tell(&step), Err(RigError::Lane(LaneError::Kind))));
}

#[test]
fn a_patient_out_of_range_is_refused() {
    let mut patient = PatientParameters::standard();
    patient.core_c = 50.0;
    let refused = Rig::in_process(patient, 1, FaultSchedule::none()).map(|_| ());
    assert!(matches!(refused, Err(RigError::Build(BuildError::Patient { .. }))), "{refused:?}");
}

#[test]
fn every_error_says_one_line() {
    let gone = RigError::from(io::Error::from(io::ErrorKind::BrokenPipe));
    for error in [gone, RigError::from(LaneError::Kind), RigError::Outputs] {
        let line = error.to_string();
        assert!(!line.is_empty() && !line.contains('\n'), "{line}");
    }
}
