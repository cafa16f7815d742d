//! A device whose record, state and keys outlive its power.
#![allow(missing_docs)]

mod bench;

use bench::Bench;
use bench::host::{Host, hello};
use bench::keyed::slot;
use coldcap::journaled::{Journaled, JournaledLane, Layout, Pace, PowerUp, StartError};
use coldcap::lane::{REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap::{
    Action, CheckpointError, Config, Device, EntryBytes, Inputs, Outputs, Phase, Served, TickInput,
};
use coldcap_journal::restart::{Refusal, ResetCause, RestartLimits};
use coldcap_journal::simulated::{Refused, SimulatedFlash};
use coldcap_journal::{Error, Images, Journal, Region};
use coldcap_session::Request;
use coldcap_session::record::Entry;
use coldcap_units::{Duration, Fault, Instant, Reading};
use coldcap_wire::message::{AnyMessage, CommandHead, ReadRecord};
use coldcap_wire::security::Role;
use core::ops::{Deref, DerefMut};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use proptest::prelude::*;

const BYTES: usize = 64 * 1024;
type Machine<const CHANNELS: usize> = Journaled<CHANNELS, Flash>;

/// On the heap: a test's stack has no room for many.
#[derive(Clone, Debug)]
struct Flash(Box<SimulatedFlash<BYTES, 4096, 8>>);

impl Flash {
    fn new() -> Self {
        Self(Box::new(SimulatedFlash::new()))
    }
}

impl Deref for Flash {
    type Target = SimulatedFlash<BYTES, 4096, 8>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Flash {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl ErrorType for Flash {
    type Error = Refused;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 8;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.0.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.0.write(offset, bytes)
    }
}

const LAYOUT: Layout = Layout {
    journal: Region { start: 0, length: 56 * 1024, sector: 8192 },
    keys: Region { start: 56 * 1024, length: 8192, sector: 4096 },
    pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
};

fn provisioned<const CHANNELS: usize>() -> Machine<CHANNELS> {
    Journaled::provision(Config::unsecured_bench(), Flash::new(), LAYOUT).unwrap()
}

/// The machine does what the bench's device does from now on.
fn follow<const N: usize>(machine: &mut Machine<N>, bench: &mut Bench<N>) -> Outputs<N> {
    let (now, inputs) = (bench.now.plus(coldcap::TICK), bench.inputs());
    let before = bench.device.clone();
    bench.tick();
    machine.device = before;
    let (_, outputs) = machine.tick(now, inputs);
    machine.store(None, &outputs).unwrap();
    assert_eq!(machine.device.control.checkpoint(), bench.device.control.checkpoint());
    outputs
}

fn stored(bench: &mut Bench<1>) -> Flash {
    let mut machine = provisioned();
    follow(&mut machine, bench);
    machine.release()
}

#[test]
fn halves_apart_store_what_they_store_joined() {
    let mut joined = provisioned::<1>();
    let Journaled { device: Device { mut control, mut link }, mut keeper } = provisioned();
    for tick in 1..=400 {
        let (now, inputs) = (Instant::from_millis(tick * 100), Inputs::default());
        let (_, outputs) = joined.tick(now, inputs);
        joined.store(None, &outputs).unwrap();
        let commands = link.take_commands(now);
        let outputs = control.tick(&TickInput { now, inputs, commands });
        keeper.store(None, &control, &outputs).unwrap();
        link.publish(&outputs);
    }
    assert!(keeper.failure().is_none());
    let image = |flash: Flash| format!("{flash:?}");
    assert_eq!(image(joined.release()), image(keeper.release()));
}

/// What the sensors of the bench read behind a gap.
fn known(bench: &Bench<1>, gap: Duration) -> PowerUp<1> {
    PowerUp {
        cause: ResetCause::BrownOut,
        gap: Some(gap),
        failures: 0,
        now: bench.now.plus(coldcap::TICK),
        inputs: bench.inputs(),
        limits: RestartLimits::default(),
    }
}

fn begin(flash: Flash, known: &PowerUp<1>) -> Result<Machine<1>, StartError> {
    let journal = Journal::open(flash, LAYOUT.journal)?;
    Journaled::power_up(Config::unsecured_bench(), journal, LAYOUT, known)
}

/// The gap with which the control of a machine went on.
fn gap_of(machine: &Machine<1>, bench: &Bench<1>) -> Option<Option<Duration>> {
    let checkpoint = bench.device.control.checkpoint();
    let config = Config::unsecured_bench();
    let with = |gap| coldcap::Control::restored(config, &checkpoint, gap).checkpoint();
    let gaps = [None, Some(0), Some(20_000), Some(30_001), Some(400_000)];
    let gaps = gaps.map(|gap| gap.map(Duration::from_millis));
    gaps.into_iter().find(|gap| with(*gap) == machine.device.control.checkpoint())
}

const SHORT: Duration = Duration::from_secs(20);

#[test]
fn a_state_goes_on_from_what_is_stored_in_every_phase() {
    let reached = [Phase::Standby, Phase::PreCool, Phase::Infusing, Phase::PostCool];
    for phase in reached {
        let mut bench = bench_in(phase);
        let flash = stored(&mut bench);
        let machine = begin(flash, &known(&bench, SHORT)).unwrap();
        assert_eq!(gap_of(&machine, &bench), Some(Some(SHORT)), "{phase:?}");
    }
}

/// A bench in a treatment, by the way that an operator takes.
fn bench_in(phase: Phase) -> Bench<1> {
    let mut bench = Bench::new();
    bench.until(Phase::Standby);
    if phase != Phase::Standby {
        bench.bring_to(phase);
        // Until the cap is cold.
        bench.run(600);
    }
    bench
}

#[test]
fn a_cap_that_is_warm_or_unseen_takes_somebody() {
    let mut bench = bench_in(Phase::PreCool);
    let flash = stored(&mut bench);
    let mut warm = known(&bench, SHORT);
    let code = |milli| bench::code(bench.device.control.config(), milli);
    warm.inputs.channels[0].rear = Reading::new(code(16_000), warm.now);
    let machine = begin(flash.clone(), &warm).unwrap();
    assert_eq!(gap_of(&machine, &bench), Some(None));

    let mut blind = known(&bench, SHORT);
    blind.inputs.channels[0].front = Reading::faulty(Fault::Open, blind.now);
    let machine = begin(flash.clone(), &blind).unwrap();
    assert_eq!(gap_of(&machine, &bench), Some(Some(Duration::from_millis(30_001))));

    // Nothing that is long becomes shorter by it.
    let long = PowerUp { gap: Some(Duration::from_secs(400)), ..blind };
    let machine = begin(flash, &long).unwrap();
    assert_eq!(gap_of(&machine, &bench), Some(Some(Duration::from_secs(400))));
}

#[test]
fn software_that_fails_again_and_again_does_not_start() {
    let mut bench = bench_in(Phase::PreCool);
    let flash = stored(&mut bench);
    let failed = PowerUp { cause: ResetCause::Watchdog, failures: 2, ..known(&bench, SHORT) };
    let refused = begin(flash, &failed).unwrap_err();
    assert_eq!(refused, StartError::Refused(Refusal::TooManyFailures));
}

#[test]
fn keys_outlive_the_power_and_without_a_whole_image_nothing_starts() {
    let mut machine: Machine<1> = provisioned();
    for id in [3, 7] {
        machine.device.link.keys_mut().add(slot(id, Role::Clinician)).unwrap();
    }
    machine.store_keys().unwrap();
    let flash = machine.release();
    let bench = Bench::new();
    let machine = begin(flash.clone(), &known(&bench, SHORT)).unwrap();
    let ids: Vec<u32> = machine.device.link.keys().slots().map(|key| key.id).collect();
    assert_eq!(ids, [3, 7]);

    let keys = LAYOUT.keys.start as usize;
    let mut rotten = flash.clone();
    rotten.flip(keys + 30, 1);
    assert!(begin(rotten.clone(), &known(&bench, SHORT)).is_ok(), "the other copy is whole");
    rotten.flip(keys + 4096 + 30, 1);
    let refused = begin(rotten, &known(&bench, SHORT)).unwrap_err();
    assert_eq!(refused, StartError::Flash(Error::NoImage));

    // Another version's, and such as are no keys.
    for (version, content) in [(2, vec![]), (1, vec![0; 64]), (1, vec![0; 3])] {
        let mut other = flash.clone();
        Images::new(&mut other, LAYOUT.keys).unwrap().store(version, &content).unwrap();
        let refused = begin(other, &known(&bench, SHORT)).unwrap_err();
        assert_eq!(refused, StartError::Flash(Error::NoImage));
    }
}

#[test]
fn a_copy_of_the_keys_that_rotted_is_written_again_and_what_fails_is_told() {
    let mut machine: Machine<1> = provisioned();
    machine.device.link.keys_mut().add(slot(3, Role::Clinician)).unwrap();
    machine.store_keys().unwrap();
    let (flash, bench) = (machine.release(), Bench::new());
    let known = known(&bench, SHORT);
    for (rotten, other) in [(0, 4096), (4096, 0)] {
        let keys = LAYOUT.keys.start as usize + 30;
        let mut flash = flash.clone();
        flash.flip(keys + rotten, 1);
        let machine = begin(flash.clone(), &known).unwrap();
        assert_eq!(machine.failure(), None);
        let mut mended = machine.release();
        mended.flip(keys + other, 1);
        let machine = begin(mended, &known).unwrap();
        assert_eq!(machine.device.link.keys().slots().count(), 1);
        // It cannot be written again.
        flash.wear_out(keys + rotten, 0xFF);
        let mut machine = begin(flash, &known).unwrap();
        assert_eq!(machine.failure(), Some(Error::Worn));
        // A commit does not change that.
        let (_, outputs) = machine.tick(known.now, known.inputs);
        machine.store(None, &outputs).unwrap();
        assert_eq!(machine.failure(), Some(Error::Worn));
        assert_eq!(machine.store_keys(), Err(Error::Worn));
        machine.journal_mut().flash_mut().wear_out(0, 0);
        machine.store_keys().unwrap();
        assert_eq!(machine.failure(), None);
    }
}

#[test]
fn the_state_of_another_machine_is_not_gone_on_from() {
    let mut bench = Bench::new();
    let journal = Journal::open(stored(&mut bench), LAYOUT.journal).unwrap();
    let known = PowerUp::unknown(bench.now, Inputs::default());
    let refused = Machine::<2>::power_up(Config::unsecured_bench(), journal, LAYOUT, &known);
    assert_eq!(refused.unwrap_err(), StartError::Checkpoint(CheckpointError::OtherChannels(1)));

    let (mut bench, mut machine) = (Bench::<2>::new(), provisioned::<2>());
    follow(&mut machine, &mut bench);
    let journal = Journal::open(machine.release(), LAYOUT.journal).unwrap();
    let known = PowerUp::unknown(bench.now, Inputs::default());
    let refused = Machine::<1>::power_up(Config::unsecured_bench(), journal, LAYOUT, &known);
    assert!(matches!(refused.unwrap_err(), StartError::Flash(Error::TooLong { .. })));
}

/// In how many of so many ticks something is programmed.
fn commits(bench: &mut Bench<1>, machine: &mut Machine<1>, ticks: u32) -> usize {
    let mut writes = machine.journal_mut().flash_mut().work().writes;
    let mut count = 0;
    for _ in 0..ticks {
        follow(machine, bench);
        let now = machine.journal_mut().flash_mut().work().writes;
        count += usize::from(now != writes);
        writes = now;
    }
    count
}

#[test]
fn a_commit_is_due_every_ten_seconds_of_a_treatment_and_every_minute_else() {
    let (mut bench, mut machine) = (bench_in(Phase::Standby), provisioned());
    assert_eq!(commits(&mut bench, &mut machine, 3 * 600 + 1), 4);
    let (mut bench, mut machine) = (bench_in(Phase::PreCool), provisioned());
    bench.run(60);
    assert_eq!(commits(&mut bench, &mut machine, 301), 4);
}

#[test]
fn what_happens_is_stored_at_once_and_a_host_can_ask_for_it_behind_a_loss_of_power() {
    let (mut bench, mut machine) = (bench_in(Phase::PreCool), provisioned());
    follow(&mut machine, &mut bench);
    let pause = Request::Pause(0);
    let outputs = bench.act(&[Action::Request(pause)]);
    assert!(!outputs.entries.is_empty());
    machine.device = bench.device.clone();
    machine.store(None, &outputs).unwrap();

    let mut machine = begin(machine.release(), &known(&bench, SHORT)).unwrap();
    let mut host = Host::default();
    let say = |machine: &mut Machine<1>, frame: &[u8]| {
        machine.device.link.receive(bench.now, frame);
        let mut out = [0; 4096];
        let mut heard = Vec::new();
        loop {
            match machine.device.link.transmit(bench.now, &mut out) {
                0 => return heard,
                length => heard.extend_from_slice(&out[..length]),
            }
        }
    };
    let hello = host.frame(&hello());
    say(&mut machine, &hello);
    let first = Entry::from_bytes(&outputs.entries.as_slice()[0].0).index;
    let head = CommandHead::new(1, 0);
    let read = host.frame(&ReadRecord { head, from: first, count: u8::MAX });
    let bytes = say(&mut machine, &read);
    let heard = host.read(&bytes);
    let entries: Vec<_> = heard
        .iter()
        .filter_map(|message| match message {
            AnyMessage::RecordEntry(entry) => Some(entry.entry.0),
            _ => None,
        })
        .collect();
    let told: Vec<_> = outputs.entries.iter().map(|entry| entry.0).collect();
    assert_eq!(entries, told);
}

#[test]
fn a_flash_that_fails_is_told_and_stops_nothing() {
    let (mut bench, mut machine) = (bench_in(Phase::PreCool), provisioned());
    follow(&mut machine, &mut bench);
    assert_eq!(machine.failure(), None);
    bench.run(11);
    machine.journal_mut().flash_mut().fail_after(3, 1);
    machine.device = bench.device.clone();
    let (_, outputs) = machine.tick(bench.now.plus(coldcap::TICK), bench.inputs());
    let failed = machine.store(None, &outputs).unwrap_err();
    assert_eq!(machine.failure(), Some(failed));
    assert!(outputs.channels[0].phase.is_cooling());
    // Meanwhile whatever is told and not stored is an error, too.
    let mut told = outputs;
    told.now = told.now.plus(coldcap::TICK);
    told.entries = Default::default();
    assert_eq!(machine.store(None, &told), Ok(()));
    told.entries.push(EntryBytes([7; 48]));
    assert_eq!(machine.store(None, &told), Err(failed));
    // It is tried again a second later, whatever happens meanwhile, and what is stored then ends the failure.
    machine.journal_mut().flash_mut().power_up();
    bench.tick();
    assert_eq!(commits(&mut bench, &mut machine, 9), 0);
    assert_eq!(machine.failure(), Some(failed));
    assert_eq!(commits(&mut bench, &mut machine, 1), 1);
    assert_eq!(machine.failure(), None);
}

#[test]
fn nothing_is_erased_while_something_circulates() {
    let (mut bench, mut machine) = (bench_in(Phase::PreCool), provisioned());
    let outputs = follow(&mut machine, &mut bench);
    assert!(!machine.wants_erasure(&outputs));
    let (mut bench, mut machine) = (bench_in(Phase::Standby), provisioned());
    let outputs = follow(&mut machine, &mut bench);
    assert!(machine.wants_erasure(&outputs));
    machine.erase_ahead().unwrap();
    assert!(!machine.wants_erasure(&outputs));
}

/// Both machines behind the lane, fed with the same.
struct Both {
    device: Box<Device<1>>,
    journaled: Box<JournaledLane<1, Flash>>,
}

impl Both {
    fn new() -> Self {
        let config = Config::unsecured_bench();
        let journaled = JournaledLane::new(config, Flash::new(), LAYOUT).unwrap();
        Self { device: Box::new(Device::new(config)), journaled: Box::new(journaled) }
    }

    /// Outputs and bytes for the host are the same.
    fn serve(&mut self, step: &Step<'_>) {
        let mut block = [0; STEP_LENGTH];
        step.encode(&mut block).unwrap();
        let mut replies = [[0; REPLY_LENGTH]; 2];
        let [one, other] = &mut replies;
        let served = self.device.serve(&block, one).unwrap();
        assert_eq!(self.journaled.serve(&block, other), Ok(served));
        if served == Served::Ticked {
            let [one, other] = replies.each_ref().map(|reply| Reply::decode(reply).unwrap());
            assert_eq!(one, other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_machine_with_a_journal_does_what_one_in_memory_does(
        cuts in proptest::collection::vec((1..90_u64, proptest::option::of(0..60_000_u32)), 1..6),
    ) {
        let (mut both, mut bench) = (Both::new(), bench_in(Phase::Standby));
        let mut now = Instant::ZERO;
        for (ticks, gap) in cuts {
            for _ in 0..ticks {
                now = now.plus(coldcap::TICK);
                let inputs: Inputs<1> = bench.inputs();
                let mut bytes = [0; 512];
                let mut sink = coldcap::canonical::SliceSink::new(&mut bytes);
                coldcap::canonical::Canonical::write(&inputs, now, &mut sink);
                let length = sink.finish().unwrap();
                both.serve(&Step::Tick { now, inputs: &bytes[..length], link: &[] });
                bench.tick();
            }
            let gap = gap.map(Duration::from_millis);
            both.serve(&Step::Restart { gap });
            now = now.plus(gap.unwrap_or_default());
        }
    }
}
