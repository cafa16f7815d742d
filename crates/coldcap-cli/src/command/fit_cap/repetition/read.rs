//! The ticks of the last contact test of a recording, in degrees.

use crate::command::configuration;
use crate::failure::Failure;
use coldcap::{Config, Glance, SkinSide, TickInput};
use coldcap_calibration::contact::balance::{LoopSide, ZoneHeat};
use coldcap_calibration::contact::donning::Donning;
use coldcap_calibration::contact::half_space::{Before, HalfSpace};
use coldcap_calibration::contact::{TestClock, TestTick, Zone};
use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
use coldcap_calibration::physics::drop;
use coldcap_calibration::physics::flux::{Sample, late_flux_into_coolant};
use coldcap_calibration::physics::front_end::celsius;
use coldcap_calibration::physics::half_space::Observation;
use coldcap_host::capture::Reader;
use coldcap_session::Phase;
use coldcap_units::{
    Celsius, Coolant, Duration, Fault, Instant, Interface, MillilitersPerMinute, Ratio, Reading,
    Skin,
};

/// What was seen of a test.
pub(super) struct Test {
    clock: TestClock,
    elapsed: Duration,
    front: Vec<Sample>,
    rear: Vec<Sample>,
    pub(super) around: LoopSide,
    skin: Option<SkinBins>,
    crossed: Vec<drop::Sample>,
    side: Option<SkinSide>,
}

/// The last test of a recording, and the configuration that it was made with.
pub(super) fn last(
    recording: &[u8],
    offsets: &IsothermalOffsets,
) -> Result<(Test, Config), Failure> {
    let unusable = |what: String| Failure::Wrong(format!("visit.ccap: {what}"));
    let reader = Reader::new(recording).map_err(|damage| unusable(damage.to_string()))?;
    let config = configuration::of(&reader).map_err(unusable)?;
    let (mut test, mut phase) = (Test::new(&config), Phase::Boot);
    let (mut entered, mut before) = (phase, Instant::ZERO);
    for tick in reader.ticks() {
        let tick = tick.map_err(|damage| unusable(damage.to_string()))?;
        let input =
            TickInput::read(&tick.inputs).map_err(|error| unusable(format!("inputs: {error}")))?;
        // What a tick does is up to the phase that the tick before has left.
        if entered != phase {
            entered = phase;
            test.enter(phase, &config);
        }
        let shown = Shown::of(&input, offsets, &config);
        test.tick(phase, &shown, input.now.since(before), &config);
        let glance: Glance<1> =
            Glance::read(&tick.outputs).map_err(|error| unusable(format!("outputs: {error}")))?;
        let [now] = glance.phases;
        (phase, before) = (now, input.now);
    }
    Ok((test, config))
}

/// One tick in °C, corrected; nothing where a sensor has no value.
struct Shown {
    /// Of the supply as it is shown, by which the device goes.
    at_target: bool,
    flow: Result<MillilitersPerMinute, Fault>,
    supply: Option<f64>,
    returned: Option<f64>,
    front: Option<f64>,
    rear: Option<f64>,
    skin: Option<f64>,
}

impl Shown {
    fn of(input: &TickInput<1>, offsets: &IsothermalOffsets, config: &Config) -> Self {
        let [channel] = &input.inputs.channels;
        let shown = |reading: Reading<Ratio>| {
            let code = reading.within(input.now, config.circulation.oldest).ok()?;
            celsius(code).ok()
        };
        let target = f64::from(config.session.mild_target.to_milli()) / 1e3;
        let band = f64::from(config.circulation.at_target.to_milli()) / 1e3;
        let supply = shown(channel.supply);
        let [of_supply, of_returned, of_front, of_rear] =
            offsets.to_milli().map(|milli| f64::from(milli) / 1e3);
        let less = |celsius: Option<f64>, offset: f64| celsius.map(|celsius| celsius - offset);
        let flow = channel.flow.and_then(|pulses| config.flow_meter.flow(pulses));
        Self {
            at_target: supply.is_some_and(|supply| (supply - target).abs() <= band),
            flow: flow.within(input.now, config.limits.delays().input_stale),
            supply: less(supply, of_supply),
            returned: less(shown(channel.returned), of_returned),
            front: less(shown(channel.front), of_front),
            rear: less(shown(channel.rear), of_rear),
            skin: shown(channel.skin),
        }
    }

    fn coolant(&self) -> Option<f64> {
        self.supply.zip(self.returned).map(|(supply, returned)| (supply + returned) / 2.0)
    }

    fn is_flowing(&self, config: &Config) -> bool {
        self.flow.is_ok_and(|flow| flow >= config.circulation.flowing_from)
    }

    /// What is outside the hair of a zone, and the inner face that tells whether the cap is on.
    fn around(&self, zone: Zone) -> (Option<f64>, Option<f64>) {
        match zone {
            Zone::Front => (self.front, self.front),
            Zone::Rear => (self.rear, self.rear),
            Zone::Crown => {
                let middle = self.front.zip(self.rear).map(|(front, rear)| (front + rear) / 2.0);
                (self.coolant(), middle)
            }
        }
    }

    /// As the device's rules take it, in thousandths of a degree.
    fn rounded(&self) -> LoopTemperatures {
        LoopTemperatures {
            supply: milli(self.supply).map(Coolant::from_milli),
            returned: milli(self.returned).map(Coolant::from_milli),
            front: milli(self.front).map(Interface::from_milli),
            rear: milli(self.rear).map(Interface::from_milli),
        }
    }
}

fn milli(celsius: Option<f64>) -> Result<i32, Fault> {
    celsius.map(|celsius| (1e3 * celsius).round() as i32).ok_or(Fault::Unavailable)
}

impl Test {
    fn new(config: &Config) -> Self {
        Self {
            clock: TestClock::new(),
            elapsed: Duration::ZERO,
            front: Vec::new(),
            rear: Vec::new(),
            around: LoopSide::new(config.balance),
            skin: config.skin_side.map(SkinBins::new),
            crossed: Vec::new(),
            side: config.skin_side,
        }
    }

    fn enter(&mut self, phase: Phase, config: &Config) {
        match phase {
            Phase::FitCalibrate => self.skin = config.skin_side.map(SkinBins::new),
            Phase::FitVerify => {
                let skin = self.skin.take().map(SkinBins::begun);
                *self = Self { skin, ..Self::new(config) };
            }
            _ => {}
        }
    }

    fn tick(&mut self, phase: Phase, shown: &Shown, dt: Duration, config: &Config) {
        match phase {
            Phase::FitCalibrate => {
                if let Some(skin) = &mut self.skin {
                    skin.wait(shown, dt);
                }
            }
            Phase::FitVerify => {
                if let Some(skin) = &mut self.skin {
                    skin.tick(shown, shown.is_flowing(config), dt);
                }
                self.test(shown, dt, config);
            }
            _ => {}
        }
    }

    fn test(&mut self, shown: &Shown, dt: Duration, config: &Config) {
        let tick = self.clock.step(shown.at_target, shown.is_flowing(config));
        if tick == TestTick::Waiting {
            return;
        }
        self.elapsed = self.elapsed.plus(dt);
        let counts = tick == TestTick::Counts;
        let flow = if counts { shown.flow } else { Err(Fault::Unavailable) };
        self.around.step(&shown.rounded(), flow, dt);
        let elapsed_s = f64::from(self.elapsed.as_millis()) / 1e3;
        self.cross(shown, elapsed_s, counts);
        for (face, zone) in [(shown.front, &mut self.front), (shown.rear, &mut self.rear)] {
            let seen = face.zip(shown.coolant()).filter(|_| counts);
            zone.extend(seen.map(|(face_c, coolant_c)| Sample { elapsed_s, face_c, coolant_c }));
        }
    }

    /// Both sides of the hair over the skin-side sensor.
    fn cross(&mut self, shown: &Shown, elapsed_s: f64, counts: bool) {
        let face = self.side.and_then(|side| side.zone.of([shown.front, shown.rear, None]));
        let seen = shown.skin.zip(face).zip(shown.coolant()).filter(|_| counts);
        self.crossed.extend(seen.map(|((skin_c, face_c), coolant_c)| drop::Sample {
            elapsed_s,
            skin_c,
            face_c,
            coolant_c,
        }));
    }

    /// The contact of the zone under the skin-side sensor in W/(m²·K), by what crosses the hair.
    pub(super) fn drop_conductance(&self) -> Option<f64> {
        drop::conductance(&self.crossed, &self.side?.drop?)
    }

    /// The samples of a zone's inner face.
    pub(super) fn faces(&self, zone: Zone) -> Option<&[Sample]> {
        match zone {
            Zone::Front => Some(&self.front),
            Zone::Rear => Some(&self.rear),
            Zone::Crown => None,
        }
    }

    /// What a zone of this area gives the coolant.
    pub(super) fn heat(&self, zone: Zone, area_cm2: u16, config: &Config) -> ZoneHeat {
        let samples = self.faces(zone);
        let flux = samples.and_then(|samples| late_flux_into_coolant(samples, &config.zones));
        let flux = flux.filter(|flux| *flux >= 0.0).map(|flux| (1e3 * flux).round() as u32);
        ZoneHeat { area_cm2, flux }
    }

    /// The contact of the zone under the skin-side sensor in W/(m²·K), by how the skin cooled.
    pub(super) fn skin_conductance(&self) -> Option<f64> {
        self.skin.as_ref()?.conductance()
    }
}

/// Sums of a bin: skin, outside, and how many.
type Sums = (f64, f64, u32);

/// The skin-side sensor's bins.
struct SkinBins {
    side: SkinSide,
    donning: Donning,
    elapsed: Duration,
    bin: Sums,
    bins: Vec<(f64, f64)>,
}

impl SkinBins {
    fn new(side: SkinSide) -> Self {
        let donning = Donning::new();
        Self { side, donning, elapsed: Duration::ZERO, bin: (0.0, 0.0, 0), bins: Vec::new() }
    }

    fn begun(self) -> Self {
        Self { donning: self.donning, ..Self::new(self.side) }
    }

    fn wait(&mut self, shown: &Shown, dt: Duration) {
        let (outside, face) = shown.around(self.side.zone);
        let celsius = |it: Option<f64>| milli(it).map(Celsius::from_milli);
        self.donning.step(
            milli(shown.skin).map(Skin::from_milli),
            celsius(outside),
            celsius(face),
            celsius(shown.coolant()).map(Coolant),
            dt,
        );
    }

    fn tick(&mut self, shown: &Shown, flowing: bool, dt: Duration) {
        if self.bins.len() >= usize::from(self.side.method.bins) {
            return;
        }
        self.elapsed = self.elapsed.plus(dt);
        let (outside, _) = shown.around(self.side.zone);
        if let Some((skin, outside)) = shown.skin.zip(outside.filter(|_| flowing)) {
            let (of_skin, of_outside, count) = self.bin;
            self.bin = (of_skin + skin, of_outside + outside, count + 1);
        }
        let end = self.side.method.bin.as_millis() * (self.bins.len() as u32 + 1);
        if self.elapsed.as_millis() >= end {
            let (skin, outside, count) = core::mem::replace(&mut self.bin, (0.0, 0.0, 0));
            self.bins.push((skin / f64::from(count), outside / f64::from(count)));
        }
    }

    fn conductance(&self) -> Option<f64> {
        let method: &HalfSpace = &self.side.method;
        let seconds = |it: Duration| f64::from(it.as_millis()) / 1e3;
        let degrees = |milli: i32| f64::from(milli) / 1e3;
        let (skin_c, outside_c): (Vec<f64>, Vec<f64>) = self.bins.iter().copied().unzip();
        let before = self.donning.before();
        let before =
            before.map(|Before { worn, outside }| (degrees(outside.to_milli()), seconds(worn)));
        let resting_c = degrees(self.donning.resting()?.to_milli());
        let flux = method.resting_flux;
        let below = degrees(flux.blood.to_milli()) - resting_c;
        let through = Observation {
            skin_c: &skin_c,
            outside_c: &outside_c,
            bin_s: seconds(method.bin),
            lag_s: seconds(method.lag),
            skipped: method.skipped.into(),
            resting_c,
            before,
            resting_flux: f64::from(flux.tissue.0) / 1e3 * below.max(0.0),
            effusivity: method.effusivity.into(),
        };
        let through = through.conductance()?;
        let wall = method.wall.map_or(0.0, |wall| 1e3 / f64::from(wall.conductance.0));
        Some(1.0 / (1.0 / through - wall))
    }
}
