//! The device in C's hands says and drives the same, bit for bit, as the one that Rust holds.
#![allow(missing_docs, clippy::expect_used, clippy::indexing_slicing)]

use coldcap::canonical::SliceSink;
use coldcap::{
    CapInputs, ChannelInputs, Config, Device, Inputs, Panel, TankInputs, VendorConditions,
};
use coldcap_c::*;
use coldcap_sim::random::Random;
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};
use coldcap_wire::Sender;
use coldcap_wire::message::{Action, CommandHead, Hello, Message, Operate, Origin};
use core::ptr::null_mut;

/// Under Miri a tick takes most of a second.
const TICKS: u64 = if cfg!(miri) { 12 } else { 3_000 };
const POWER_FAILS_EVERY: u64 = if cfg!(miri) { 5 } else { 997 };
const SEEDS: u64 = if cfg!(miri) { 1 } else { 4 };

/// Inputs as Rust and as C have them, drawn together.
struct Board {
    random: Random,
    now: u64,
    to_c: coldcap_inputs_t,
}

impl Board {
    fn below(&mut self, count: u32) -> u32 {
        (self.random.uniform() * f64::from(count)) as u32
    }

    /// A reading that is mostly there, mostly fresh, and sometimes from the future.
    fn reading(&mut self, value: u32) -> (Reading<u32>, coldcap_reading_t) {
        let age = u64::from(self.below(20) * 100);
        let taken_ms = if self.below(50) == 0 { self.now + age } else { self.now - age.min(100) };
        let taken = Instant::from_millis(taken_ms);
        if self.below(30) == 0 {
            let fault = Fault::ALL[self.below(14) as usize];
            let c = coldcap_reading_t { taken_ms, fault: fault.code(), ..Default::default() };
            return (Reading::faulty(fault, taken), c);
        }
        let c = coldcap_reading_t { taken_ms, value, valid: 1, ..Default::default() };
        (Reading::new(value, taken), c)
    }

    fn code(&mut self, c: fn(&mut coldcap_inputs_t) -> &mut coldcap_reading_t) -> Reading<Ratio> {
        let value = 0x8000_0000 + self.below(0x1000_0000);
        let (reading, to) = self.reading(value);
        *c(&mut self.to_c) = to;
        reading.map(Ratio)
    }

    fn small(
        &mut self,
        most: u32,
        c: fn(&mut coldcap_inputs_t) -> &mut coldcap_reading_t,
    ) -> Reading<u16> {
        let value = self.below(most + 1);
        let (reading, to) = self.reading(value);
        *c(&mut self.to_c) = to;
        reading.map(|value| value as u16)
    }

    fn switch(&mut self, c: fn(&mut coldcap_inputs_t) -> &mut coldcap_reading_t) -> Reading<bool> {
        let value = u32::from(self.below(200) != 0);
        let (reading, to) = self.reading(value);
        *c(&mut self.to_c) = to;
        reading.map(|value| value == 1)
    }

    fn flow(&mut self, channel: usize) -> Reading<Pulses> {
        let (edges, window_ms) = (self.below(40) as u16, 100);
        let (reading, c) = self.reading(0);
        let coldcap_reading_t { taken_ms, valid, fault, .. } = c;
        let filled = if valid == 1 { (edges, window_ms) } else { (0, 0) };
        self.to_c.channels[channel].flow =
            coldcap_pulses_t { taken_ms, window_ms: filled.1, edges: filled.0, valid, fault };
        reading.map(|_| Pulses { edges, window: Duration::from_millis(window_ms) })
    }

    fn channel<const AT: usize>(&mut self) -> ChannelInputs {
        ChannelInputs {
            supply: self.code(|c| &mut c.channels[AT].supply),
            returned: self.code(|c| &mut c.channels[AT].returned),
            front: self.code(|c| &mut c.channels[AT].front),
            rear: self.code(|c| &mut c.channels[AT].rear),
            safety: self.code(|c| &mut c.channels[AT].safety),
            skin: self.code(|c| &mut c.channels[AT].skin),
            flow: self.flow(AT),
            pressure: self.code(|c| &mut c.channels[AT].pressure),
            pump_current: self.small(65_535, |c| &mut c.channels[AT].pump_current).map(MilliAmps),
            valve: self.small(65_535, |c| &mut c.channels[AT].valve).map(Duty),
            cap: CapInputs {
                coupled: self.switch(|c| &mut c.channels[AT].coupled),
                identity: {
                    let (reading, c) = self.reading(4_711);
                    self.to_c.channels[AT].identity = c;
                    reading
                },
            },
        }
    }

    fn inputs<const CHANNELS: usize>(&mut self) -> Inputs<CHANNELS> {
        self.to_c = coldcap_inputs_t::default();
        let both = [self.channel::<0>(), self.channel::<1>()];
        let vendor = if self.below(100) == 0 { self.below(65_536) as u16 } else { 0 };
        let [stop, acknowledge, audio_pause] = [300, 100, 100].map(|rare| self.below(rare) == 0);
        self.to_c.vendor = vendor;
        self.to_c.panel_stop = u8::from(stop);
        self.to_c.panel_acknowledge = u8::from(acknowledge);
        self.to_c.panel_audio_pause = u8::from(audio_pause);
        Inputs {
            tank: TankInputs {
                coolant: self.code(|c| &mut c.tank.coolant),
                evaporator: self.code(|c| &mut c.tank.evaporator),
                level: self.switch(|c| &mut c.tank.level),
                chiller: self.small(65_535, |c| &mut c.tank.chiller).map(Duty),
            },
            channels: core::array::from_fn(|channel| both[channel]),
            leak: self.switch(|c| &mut c.leak),
            mains: self.switch(|c| &mut c.mains),
            battery: self.small(1_000, |c| &mut c.battery).map(Permille),
            permit: self.switch(|c| &mut c.permit),
            panel: Panel { stop, acknowledge, audio_pause },
            vendor: VendorConditions::from_bits(vendor),
        }
    }
}

/// A host that asks for this and that.
struct Host {
    sender: Sender,
    rid: u16,
}

impl Host {
    fn frame<M: Message>(&mut self, message: &M) -> Vec<u8> {
        let mut out = vec![0; 300];
        let length = self.sender.send_message(message, &mut out).expect("it fits");
        out.truncate(length);
        out
    }

    fn says(&mut self, board: &mut Board) -> Vec<u8> {
        self.rid += 1;
        let head = CommandHead::new(self.rid, board.below(3) as u8);
        match board.below(12) {
            0 => self.frame(&hello()),
            1..=3 => {
                let (action, argument) = (Action(board.below(25) as u8), board.below(4) as u16);
                let confirm = board.below(2) as u8;
                self.frame(&Operate { head, action, confirm, argument })
            }
            4 => vec![board.below(256) as u8; board.below(30) as usize],
            _ => Vec::new(),
        }
    }
}

fn hello() -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max: 4,
        origin: Origin::DEVICE,
        model: 0,
        serial: 0,
        firmware: 0,
        schema: coldcap_wire::message::SCHEMA,
        mtu: 240,
        channels: 0,
        features: 0,
        boot: 77,
    }
}

/// A device in C's hands, in memory of its own.
struct InC {
    memory: Vec<u128>,
    config: coldcap_config_t,
    device: *mut coldcap_device_t,
}

impl InC {
    fn begin(channels: u8) -> Self {
        let mut config = coldcap_config_t::default();
        // SAFETY: the pointer is to a value that is there.
        let filled = unsafe { coldcap_config_reference(&mut config, COLDCAP_ABI) };
        assert_eq!(filled, COLDCAP_DONE);
        config.channels = channels;
        config.inputs = COLDCAP_INPUTS_SIMULATED;
        config.line = COLDCAP_LINE_UNSECURED_BENCH;
        let memory = vec![0; coldcap_device_size(channels) / 16 + 1];
        let mut this = Self { memory, config, device: null_mut() };
        let (at, size) = (this.memory.as_mut_ptr().cast(), this.memory.len() * 16);
        // SAFETY: memory, configuration and pointer are there, and this device is the only one in it.
        let begun = unsafe { coldcap_init(at, size, &this.config, &mut this.device) };
        assert_eq!(begun, COLDCAP_DONE);
        this
    }

    fn tick(&mut self, now: u64, inputs: &coldcap_inputs_t, link: &[u8]) -> Said {
        let mut said = Said::default();
        let mut outputs = core::mem::MaybeUninit::uninit();
        let [mut input, mut output, mut sent] = [[0; 1_536]; 3];
        // SAFETY: the device is one, and every other pointer is to a value of this function, as long as is said.
        unsafe {
            assert_eq!(coldcap_receive(self.device, now, link.as_ptr(), link.len()), COLDCAP_DONE);
            let made = outputs.as_mut_ptr();
            let length = coldcap_tick_recorded(self.device, now, inputs, made, input.as_mut_ptr());
            said.input = taken(&input, length);
            let length = coldcap_outputs_to_bytes(made, output.as_mut_ptr(), output.len());
            said.output = taken(&output, length);
            let length = coldcap_transmit(self.device, now, sent.as_mut_ptr(), 600);
            said.sent = taken(&sent, length);
            said.proofs = [0; 2].map(|_| coldcap_spend_health(self.device));
            said.deadline = coldcap_next_deadline(self.device);
            assert_eq!(made.as_ref().map(|outputs| outputs.misfilled), Some(0));
        }
        said
    }

    /// Power fails, and is back.
    fn restore(&mut self, gap_ms: i64) {
        let mut stored = [0; COLDCAP_CHECKPOINT_MAX];
        let (at, size) = (self.memory.as_mut_ptr().cast(), self.memory.len() * 16);
        // SAFETY: as in `begin`; the stored bytes are there.
        unsafe {
            let length = coldcap_checkpoint(self.device, stored.as_mut_ptr(), stored.len());
            let bytes = taken(&stored, length);
            let (from, length) = (bytes.as_ptr(), bytes.len());
            let restored =
                coldcap_restore(at, size, &self.config, from, length, gap_ms, &mut self.device);
            assert_eq!(restored, COLDCAP_DONE);
        }
    }
}

fn taken(bytes: &[u8], length: i32) -> Vec<u8> {
    bytes[..usize::try_from(length).expect("it was done")].to_vec()
}

/// All that a tick says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    input: Vec<u8>,
    output: Vec<u8>,
    sent: Vec<u8>,
    proofs: [i32; 2],
    deadline: u64,
}

fn in_rust<const CHANNELS: usize>(
    device: &mut Device<CHANNELS>,
    now: u64,
    inputs: Inputs<CHANNELS>,
    link: &[u8],
) -> Said {
    let now = Instant::from_millis(now);
    device.link.receive(now, link);
    let (input, outputs) = device.tick(now, inputs);
    let mut said = Said { proofs: [i32::from(outputs.health.is_some()), 0], ..Said::default() };
    said.input = written(|sink| input.write(sink));
    said.output = written(|sink| outputs.write(sink));
    let mut sent = [0; 600];
    let length = device.link.transmit(now, &mut sent);
    said.sent = sent[..length].to_vec();
    said.deadline = device.link.next_deadline().as_millis();
    said
}

fn written(write: impl FnOnce(&mut SliceSink<'_>)) -> Vec<u8> {
    let mut bytes = [0; 2_048];
    let mut sink = SliceSink::new(&mut bytes);
    write(&mut sink);
    let length = sink.finish().expect("it fits");
    bytes[..length].to_vec()
}

/// Ticks both, and gives how often something happened: bytes that were sent, and ticks that made entries or events.
fn compare<const CHANNELS: usize>(seed: u64, ticks: u64) -> (usize, usize) {
    let mut c = InC::begin(CHANNELS as u8);
    let mut rust: Device<CHANNELS> = Device::new(Config::unsecured_bench());
    let (random, to_c) = (Random::new(seed), coldcap_inputs_t::default());
    let mut board = Board { random, now: 0, to_c };
    let mut host = Host { sender: Sender::default(), rid: 0 };
    let (mut sent, mut eventful) = (0, 0);
    for tick in 1..=ticks {
        board.now += 100;
        if tick % POWER_FAILS_EVERY == 0 {
            let gap = i64::from(board.below(3)) * 10_000 - 10_000;
            let known = u32::try_from(gap).ok().map(Duration::from_millis);
            c.restore(gap);
            let config = Config::unsecured_bench();
            rust = Device::restored(config, &rust.control.checkpoint(), known);
        }
        let (inputs, link) = (board.inputs(), host.says(&mut board));
        let theirs = in_rust(&mut rust, board.now, inputs, &link);
        let ours = c.tick(board.now, &board.to_c, &link);
        assert_eq!(ours, theirs, "tick {tick} of seed {seed}");
        sent += ours.sent.len();
        eventful += usize::from(ours.output.len() > theirs.output.len().min(280 * CHANNELS));
    }
    (sent, eventful)
}

#[test]
fn a_machine_with_one_channel() {
    for seed in 0..SEEDS {
        let (sent, eventful) = compare::<1>(seed, TICKS);
        assert!(cfg!(miri) || (sent > 10_000 && eventful > 50), "{sent} {eventful}");
    }
}

#[test]
fn a_machine_with_two_channels() {
    for seed in 0..SEEDS {
        let (sent, eventful) = compare::<2>(seed, TICKS);
        assert!(cfg!(miri) || (sent > 10_000 && eventful > 50), "{sent} {eventful}");
    }
}

/// For simulators: a block of the lane does what the calls do one by one.
#[cfg(feature = "lane")]
#[test]
fn the_lane_is_served() {
    use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH, Step};
    let c = InC::begin(1);
    let mut rust: Device<1> = Device::new(Config::unsecured_bench());
    assert_eq!((COLDCAP_STEP_LENGTH, COLDCAP_REPLY_LENGTH), (STEP_LENGTH, REPLY_LENGTH));
    let mut serve = |step: Step<'_>| {
        let mut block = [0; STEP_LENGTH];
        step.encode(&mut block).expect("it fits");
        let [mut ours, mut theirs] = [[0; REPLY_LENGTH]; 2];
        // SAFETY: the device is one, and the blocks are as long as they have to be.
        let served = unsafe { coldcap_serve(c.device, block.as_ptr(), ours.as_mut_ptr()) };
        let _ = rust.serve(&block, &mut theirs);
        assert_eq!(ours, theirs);
        served
    };
    let inputs = written(|sink| {
        coldcap::canonical::Canonical::write(
            &Inputs::<1>::default(),
            Instant::from_millis(100),
            sink,
        );
    });
    let tick = |now| Step::Tick { now: Instant::from_millis(now), inputs: &inputs, link: &[1, 0] };
    assert_eq!(serve(tick(100)), COLDCAP_SERVED_TICK);
    assert_eq!(serve(Step::Restart { gap: None }), COLDCAP_SERVED_RESTART);
    assert_eq!(serve(tick(200)), COLDCAP_SERVED_TICK);
    let equip = Step::Equip { transport: None, entropy: [7; 32], keys: &[] };
    assert_eq!(serve(equip), COLDCAP_SERVED_EQUIP);
    let broken = Step::Tick { now: Instant::ZERO, inputs: &[1], link: &[] };
    assert_eq!(serve(broken), COLDCAP_ERROR_LANE);
    assert_eq!(serve(Step::End), COLDCAP_SERVED_END);
    // SAFETY: the device is one.
    assert_eq!(unsafe { coldcap_restart(c.device, -1) }, COLDCAP_DONE);
}
