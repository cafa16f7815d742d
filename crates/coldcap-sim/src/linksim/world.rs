//! Both ends, the line between them, and time.

use super::attacker::Attacker;
use super::device::SimDevice;
use super::host::SimHost;
use super::judge::{Failure, Judge};
use super::line::{Faults, Line};
use super::options::Options;
use crate::random::Random;

/// Once the link is healed all that waits must have ended within so many round trips.
pub const ROUND_TRIPS: u64 = 20;
/// One step of the world in milliseconds.
const STEP_MS: u64 = 10;

/// What a run without a failure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Commands that were carried out.
    pub carried_out: u32,
    /// Downloads that were completed.
    pub downloads: u32,
    /// Reports that arrived.
    pub reports: u32,
    /// From the healing of the line until nothing waited, in milliseconds.
    pub healed_ms: u64,
}

/// Both ends, the line between them, and time.
#[derive(Debug)]
pub struct World {
    options: Options,
    random: Random,
    now_ms: u64,
    /// Host minus device: what jumps have made of it.
    jumped_ms: i64,
    jumped: bool,
    device: SimDevice,
    host: SimHost,
    to_device: Line,
    to_host: Line,
    attackers: [Attacker; 2],
    judge: Judge,
    /// What happens when: at a time, one of the kinds of [`Happening`].
    happenings: Vec<(u64, Happening)>,
    faults: Faults,
    room: Vec<u8>,
}

/// What happens to an end now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The device loses power and is started again.
    DeviceReboots,
    /// The host's program is started again.
    HostRestarts,
    /// The line takes packets of another length.
    PieceChanges,
    /// The host's clock jumps.
    ClockJumps,
    /// The host makes new keys while its session goes on.
    KeysChange,
}

/// Plays a run from beginning to end.
///
/// # Errors
/// The first rule that was broken, by [`Judge`].
pub fn run(options: &Options) -> Result<Summary, Failure> {
    let mut world = World::new(options);
    while world.elapsed_ms() < options.faulty_ms {
        world.step();
        world.judged()?;
    }
    world.require_uncut()?;
    let mut summary = world.summary();
    world.heal();
    let reports = world.host.reports();
    world.host.forget_downloads();
    let end = options.faulty_ms + options.kept_apart_ms() + ROUND_TRIPS * options.round_trip_ms();
    while world.elapsed_ms() < end {
        world.step();
        world.judged()?;
        if world.unfinished(reports).is_none() {
            summary = Summary {
                downloads: summary.downloads + world.host.downloads(),
                reports: world.host.reports(),
                carried_out: world.judge.carried_out(),
                healed_ms: world.elapsed_ms() - options.faulty_ms,
            };
            return Ok(summary);
        }
    }
    let what = world.unfinished(reports).unwrap_or_default();
    world.judge.broken("healed", world.now_ms, || what);
    world.judged().map(|()| summary)
}

impl World {
    /// Both ends at power-up.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let line = |stream| Line::new(options.seed, stream, options.delay_ms, options.bytes_per_ms);
        let mut world = Self {
            options: *options,
            random: Random::stream(options.seed, 3),
            now_ms: options.start_ms,
            jumped_ms: 0,
            jumped: false,
            device: SimDevice::new(options.seed, options.role),
            host: SimHost::new(options),
            to_device: line(4),
            to_host: line(5),
            attackers: [Attacker::new(options.seed), Attacker::new(options.seed.wrapping_add(1))],
            judge: Judge::default(),
            happenings: Vec::new(),
            faults: options.faults,
            room: Vec::new(),
        };
        world.plan();
        world
    }

    fn plan(&mut self) {
        let counts = [
            (Happening::DeviceReboots, self.options.device_reboots),
            (Happening::HostRestarts, self.options.host_restarts),
            (Happening::PieceChanges, self.options.mtu_changes),
            (Happening::ClockJumps, self.options.clock_jumps),
            (Happening::KeysChange, self.options.rekeys),
        ];
        for (happening, count) in counts {
            for _ in 0..count {
                let at = self.random.next_u64() % self.options.faulty_ms.max(1);
                self.happenings.push((at, happening));
            }
        }
        self.happenings.sort_by_key(|(at, _)| core::cmp::Reverse(*at));
    }

    /// The device's time.
    #[must_use]
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Time since the beginning.
    #[must_use]
    pub const fn elapsed_ms(&self) -> u64 {
        self.now_ms - self.options.start_ms
    }

    /// An attacker alone has not cut the link.
    fn require_uncut(&mut self) -> Result<(), Failure> {
        let cut = self.options.is_sound() && self.host.losses() > 0;
        self.judge.require(!cut, "cut", self.now_ms, || "the host lost a sound link".into());
        self.judged()
    }

    /// The host's time: another beginning, another pace, and jumps.
    fn host_ms(&self) -> u64 {
        let drift = self.now_ms as i64 * i64::from(self.options.drift_ppm) / 1_000_000;
        (self.now_ms + 500_000).saturating_add_signed(drift + self.jumped_ms)
    }

    /// Faults end: the line carries all, nobody else is on it, clocks and programs run on.
    pub fn heal(&mut self) {
        self.faults = Faults::NONE;
        self.happenings.clear();
        (self.options.replays, self.options.forgeries) = (0.0, 0.0);
        self.options.withholds = 0.0;
        self.options.stall = None;
        self.host.calm_down(self.host_ms(), &mut self.judge);
    }

    /// The first rule that was broken, if one was.
    ///
    /// # Errors
    /// That failure.
    pub fn judged(&self) -> Result<(), Failure> {
        self.judge.failure().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    fn summary(&self) -> Summary {
        Summary {
            carried_out: self.judge.carried_out(),
            downloads: self.host.downloads(),
            reports: self.host.reports(),
            healed_ms: 0,
        }
    }

    fn unfinished(&self, reports: u32) -> Option<String> {
        if !self.device.is_up() {
            return Some("the device does not hear the host".into());
        }
        self.host.unfinished(reports, self.device.settings())
    }

    /// One step of time.
    pub fn step(&mut self) {
        self.now_ms += STEP_MS;
        while let Some(happening) = self.next_happening() {
            self.happen(happening);
        }
        let stalled =
            self.options.stall.is_some_and(|(at, span)| (at..at + span).contains(&self.now_ms));
        let Options { replays, forgeries, .. } = self.options;
        if !stalled {
            let [to_device, to_host] = &mut self.attackers;
            to_device.act(self.now_ms, STEP_MS, replays, forgeries, &mut self.to_device);
            to_host.act(self.now_ms, STEP_MS, replays, forgeries, &mut self.to_host);
            self.deliver();
        }
        let (now_ms, host_ms) = (self.now_ms, self.host_ms());
        self.device.tick(now_ms, &mut self.judge);
        self.host.tick(host_ms, now_ms, &mut self.judge, !self.jumped);
        let ([to_device, to_host], withholds) = (&mut self.attackers, self.options.withholds);
        let (line, faults) = (&mut self.to_host, &self.faults);
        // Each hears both directions: what was said in one is tried in the other, too.
        self.device.transmit(now_ms, line, faults, &mut self.judge, |frame| {
            to_device.hear(frame);
            to_host.hear(frame);
            !to_host.withholds(frame, withholds)
        });
        self.host.transmit(host_ms, now_ms, &mut self.to_device, faults, |frame| {
            to_device.hear(frame);
            to_host.hear(frame);
            !to_device.withholds(frame, withholds)
        });
    }

    fn next_happening(&mut self) -> Option<Happening> {
        let elapsed = self.elapsed_ms();
        self.happenings.pop_if(|(at, _)| *at <= elapsed).map(|(_, happening)| happening)
    }

    fn deliver(&mut self) {
        let (now_ms, host_ms) = (self.now_ms, self.host_ms());
        let chunk = self.faults.chunk.max(1);
        let mut room = core::mem::take(&mut self.room);
        room.clear();
        self.to_device.arrived(now_ms, &mut room);
        for bytes in room.chunks(chunk) {
            self.device.receive(now_ms, bytes, &mut self.judge);
        }
        room.clear();
        self.to_host.arrived(now_ms, &mut room);
        for bytes in room.chunks(chunk) {
            self.host.receive(host_ms, now_ms, bytes, &mut self.judge);
        }
        self.room = room;
    }

    /// Other faults from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// Bytes that nobody sent arrive in the next step.
    pub fn inject(&mut self, at_device: bool, bytes: &[u8]) {
        let line = if at_device { &mut self.to_device } else { &mut self.to_host };
        line.inject(self.now_ms, bytes.to_vec());
    }

    /// Lets something happen to one of the ends.
    pub fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::DeviceReboots => self.device.reboot(&mut self.judge, self.now_ms),
            Happening::HostRestarts => self.host.restart(self.host_ms()),
            Happening::PieceChanges => self.host.change_piece(),
            Happening::KeysChange => self.host.rekey(self.host_ms()),
            Happening::ClockJumps => {
                self.jumped = true;
                self.jumped_ms += (self.random.next_u64() % 180_000) as i64 - 90_000;
            }
        }
    }
}
