//! The way to where `--start-at` says: a nurse at each channel, over the protocol, in granted virtual time, as fast as it goes.
//!
//! When a phase begins is known once it has: for a place before that the way is gone a second time. Two channels share a tank,
//! so that one keeps the other waiting; how much later one nurse has to begin is found by going the way again.

use super::place::{Distance, Place};
use crate::failure::Failure;
use crate::machine::settings::VirtualStation;
use coldcap::lane::LINK_IN_MAXIMUM;
use coldcap::{Phase, TICK};
use coldcap_host::client::{Client, ClientConfig};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Nurse;
use coldcap_sim::Equipment;
use coldcap_units::{Duration, Instant};
use core::iter;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;

/// So often the way is gone until both channels are where they should be at once.
const ATTEMPTS: u8 = 8;
/// Two channels are there at once when they are so near to it.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How the nurse's program greets: no host outside says the same.
const BOOT: u32 = 0x6A75_6D70;
/// So often the line that moves is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_mins(1);

/// A machine that is there.
pub(super) struct Brought<const CHANNELS: usize> {
    pub(super) station: VirtualStation<CHANNELS>,
    pub(super) now: Instant,
}

/// Brings a machine that `build` makes to all `places` at once.
pub(super) fn bring<const CHANNELS: usize>(
    build: impl Fn() -> Result<VirtualStation<CHANNELS>, Failure>,
    places: &[Place],
    plan: &PlanFile,
) -> Result<Brought<CHANNELS>, Failure> {
    let bar = bar();
    let mut delays = vec![Duration::ZERO; places.len()];
    let mut attempt = 0;
    let (way, end) = loop {
        let mut way = Way::new(build()?, places, plan, &delays)?;
        let reached = way.scout(&bar)?;
        attempt += 1;
        let last = reached.iter().copied().max().unwrap_or_default();
        let late: Vec<_> = reached.iter().map(|at| last.since(*at)).collect();
        if late.iter().all(|late| *late <= AT_ONCE) || attempt == ATTEMPTS {
            break (way, last);
        }
        delays = delays.iter().zip(&late).map(|(delay, late)| delay.plus(*late)).collect();
    };
    let mut way = match way.now == end {
        true => way,
        false => Way::new(build()?, places, plan, &delays)?,
    };
    while way.now < end {
        way.tick(&bar);
    }
    bar.finish_and_clear();
    way.tell();
    Ok(way.finish())
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// Everything on the way.
struct Way<'a, const CHANNELS: usize> {
    station: VirtualStation<CHANNELS>,
    now: Instant,
    /// The number of the first nurse's line; the doors come before.
    doors: usize,
    staff: Vec<Staff<'a>>,
    drawn: Instant,
}

/// A nurse with her program, at one channel.
struct Staff<'a> {
    place: &'a Place,
    client: Client,
    nurse: Nurse,
    begins: Instant,
    line: usize,
    out: VecDeque<u8>,
    /// The phases that the channel went through, and when each began.
    phases: Vec<(Phase, Instant)>,
}

impl<'a, const CHANNELS: usize> Way<'a, CHANNELS> {
    fn new(
        mut station: VirtualStation<CHANNELS>,
        places: &'a [Place],
        plan: &PlanFile,
        delays: &[Duration],
    ) -> Result<Self, Failure> {
        let mut staff = Vec::new();
        for (place, delay) in places.iter().zip(delays) {
            let line = station.open_line(&Equipment::unsecured(0))?;
            // Nobody is at two channels: the next one has the next number.
            let patient = plan.patient.saturating_add(place.channel as u64);
            staff.push(Staff::new(place, PlanFile { patient, ..plan.clone() }, *delay, line));
        }
        let doors = staff.first().map_or(0, |first| first.line);
        Ok(Self { station, now: Instant::ZERO, doors, staff, drawn: Instant::ZERO })
    }

    /// Goes on until it is known when each place is reached, and nothing more is to be seen before.
    fn scout(&mut self, bar: &ProgressBar) -> Result<Vec<Instant>, Failure> {
        loop {
            self.tick(bar);
            let reached: Option<Vec<_>> =
                self.staff.iter().map(|staff| staff.reached(self.now)).collect::<Result<_, _>>()?;
            if let Some(reached) = reached {
                return Ok(reached);
            }
        }
    }

    fn tick(&mut self, bar: &ProgressBar) {
        if let Some(gap) = self.station.lose_power(self.now) {
            self.now = self.now.plus(gap);
        }
        self.now = self.now.plus(TICK);
        let said: Vec<_> = self.staff.iter_mut().map(|staff| staff.speak(self.now)).collect();
        let silent = iter::repeat_n(&[][..], self.doors);
        let heard: Vec<&[u8]> = silent.chain(said.iter().map(Vec::as_slice)).collect();
        self.station.tick(self.now, &heard);
        for staff in &mut self.staff {
            staff.listen(self.now, &self.station);
        }
        if self.now.since(self.drawn) >= DRAWN_EVERY {
            self.drawn = self.now;
            bar.set_message(self.line());
            bar.tick();
        }
    }

    /// Where everybody is, in words.
    fn line(&self) -> String {
        let phases = self.station.phases().map(Phase::name);
        let phases: Vec<_> = (0..).zip(phases).map(|(n, phase)| format!("{n}: {phase}")).collect();
        format!("SIMULATED {}, channel {}", clock(self.now), phases.join(", "))
    }

    fn tell(&self) {
        eprintln!("{}", self.line());
        for staff in &self.staff {
            if let Some(off) = staff.off(self.now) {
                let (text, off) = (&staff.place.text, off.as_secs());
                eprintln!("--start-at: {text}: missed by {off} s, for the channels share a tank");
            }
        }
    }

    fn finish(mut self) -> Brought<CHANNELS> {
        self.station.close_lines(self.now, self.doors);
        Brought { station: self.station, now: self.now }
    }
}

impl<'a> Staff<'a> {
    fn new(place: &'a Place, plan: PlanFile, delay: Duration, line: usize) -> Self {
        let boot = BOOT.wrapping_add(line as u32);
        let channel = u8::try_from(place.channel).unwrap_or(u8::MAX);
        Self {
            place,
            client: Client::new(ClientConfig { channel, ..ClientConfig::new(boot) }),
            nurse: Nurse::new(plan),
            begins: Instant::ZERO.plus(delay),
            line,
            out: VecDeque::new(),
            phases: Vec::new(),
        }
    }

    /// What goes over her line in this tick.
    fn speak(&mut self, now: Instant) -> Vec<u8> {
        if now > self.begins {
            self.nurse.tick(now, &mut self.client);
            let mut bytes = Vec::new();
            self.client.transmit(now, &mut bytes);
            self.out.extend(bytes);
        }
        let length = self.out.len().min(LINK_IN_MAXIMUM);
        self.out.drain(..length).collect()
    }

    fn listen<const CHANNELS: usize>(&mut self, now: Instant, station: &VirtualStation<CHANNELS>) {
        let phase = station.phases().get(self.place.channel).copied();
        if let Some(phase) = phase
            && self.phases.last().is_none_or(|(last, _)| *last != phase)
        {
            self.phases.push((phase, now));
        }
        if now > self.begins {
            self.client.receive(now, station.sent(self.line));
            while let Some(message) = self.client.poll_message() {
                self.nurse.on_message(now, &message, &mut self.client);
            }
        }
    }

    /// When her place is reached, once that is known.
    fn reached(&self, now: Instant) -> Result<Option<Instant>, Failure> {
        let place = self.place;
        let found = self.phases.iter().position(|(phase, _)| *phase == place.phase);
        let Some(found) = found else {
            return if self.nurse.finished().is_some() { Err(self.never()) } else { Ok(None) };
        };
        let began = self.phases.get(found).map_or(now, |(_, began)| *began);
        let ended = self.phases.get(found + 1).map(|(_, ended)| *ended);
        match place.distance {
            Distance::Before(span) => before(place, began, span).map(Some),
            Distance::Behind(span) => {
                let at = began.plus(span);
                match ended.filter(|ended| *ended <= at) {
                    Some(ended) => Err(too_far(place, ended.since(began))),
                    None => Ok((now >= at).then_some(at)),
                }
            }
        }
    }

    fn never(&self) -> Failure {
        let plan = &self.nurse.plan().name;
        let mut seen: Vec<&str> = Vec::new();
        for (phase, _) in &self.phases {
            if !seen.contains(&phase.name()) {
                seen.push(phase.name());
            }
        }
        let refusal = self.nurse.refusal().map_or(String::new(), |why| format!(" ({why})"));
        let seen = seen.join(", ");
        self.place
            .refused(&format!("the plan {plan} never reaches it{refusal}: allowed are {seen}"))
    }

    /// How far she is from her place, where that is not at once.
    fn off(&self, now: Instant) -> Option<Duration> {
        let at = self.reached(now).ok().flatten();
        let off = at.map_or(Duration::ZERO, |at| at.since(now).max(now.since(at)));
        (off > AT_ONCE).then_some(off)
    }
}

fn before(place: &Place, began: Instant, span: Duration) -> Result<Instant, Failure> {
    let behind_power_up = began.since(Instant::ZERO);
    let first = behind_power_up.minus(TICK);
    match span <= first {
        true => Ok(Instant::ZERO.plus(behind_power_up.minus(span))),
        false => {
            let most = minutes(first);
            Err(place.refused(&format!(
                "the machine is not switched on by then: allowed is -{most}min at most"
            )))
        }
    }
}

fn too_far(place: &Place, lasted: Duration) -> Failure {
    let (phase, most) = (place.phase.name(), minutes(lasted.minus(TICK)));
    place.refused(&format!("{phase} is over by then: allowed is +{most}min at most"))
}

/// Whole tenths of minutes, rounded down.
fn minutes(span: Duration) -> f64 {
    f64::from(span.as_millis() / 6_000) / 10.0
}

fn clock(now: Instant) -> String {
    let seconds = now.as_millis() / 1_000;
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
