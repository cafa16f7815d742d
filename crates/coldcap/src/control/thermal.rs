//! The fourth stage of one channel: its loops, the estimate of the skin, and who watches both.

use super::calibrate::MeasuredChannel;
use super::uncooled::{Seen, Uncooled};
use crate::config::Config;
use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{CapDemand, Demand};
use coldcap_thermal::cap::{CapInput, CapLoop, CapOutput, CapTarget};
use coldcap_thermal::channel::{CoolantLoop, LoopInput, LoopOutput};
use coldcap_thermal::skin::{
    ContactFinding, ContactWatch, Forecast, ForecastRun, SkinEstimate, SkinInput, SkinObserver,
};
use coldcap_thermal::watch::{Finding, Verdict, Watch, WatchInput, WatchMode};
use coldcap_units::{Coolant, Duration, Duty, Fault, Instant, Interface, Reading, Skin};

/// Above this the skin counts as warm again in a break.
const WARM_AGAIN: Skin = Skin::from_milli(22_000);
/// Heat must be measured again for so long before the cap's contact can be told: twice the time that the
/// contact watch wants it to be doubtful for.
const HEAT_AGAIN: Duration = Duration::from_mins(2);
/// How often the length of a break is foretold.
const FORECAST_EVERY: Duration = Duration::from_secs(10);

/// The loops of one channel.
#[derive(Clone, Debug)]
pub(super) struct Thermal {
    coolant: CoolantLoop,
    cap: CapLoop,
    observer: SkinObserver,
    contact: ContactWatch,
    watch: Watch,
    uncooled: Uncooled,
    /// Coolant got colder without a drive, and nobody took that yet.
    colder: bool,
    /// The loop did too little before power failed, and no clinician has seen that yet.
    did_too_little: bool,
    /// The valve should be read back and cannot be, or could not be until a moment ago.
    valve_unseen: Held,
    /// The same for the return sensor, without which nobody can tell what contact the cap has.
    heat_unseen: Held,
    /// The valve was found to stay open, and is still read as open.
    stays_open: bool,
    finding: ContactFinding,
    shown: CapOutput,
    forecast: Option<Forecast>,
    since_forecast: Duration,
    /// A forecast under way, and since when.
    foretelling: Option<(ForecastRun, Duration)>,
    /// Whether the last tick left the skin's estimate to this one.
    put_off: bool,
}

/// What the session knows of the head under the cap.
#[derive(Clone, Copy)]
pub(super) struct Wearing {
    pub(super) worn: bool,
    /// A cold target is held on a worn cap.
    pub(super) cooling: bool,
    /// A break is on: coolant rests.
    pub(super) resting: bool,
}

/// What the loops are given beside the channel's own sensors.
#[derive(Clone, Copy)]
pub(super) struct Surroundings {
    pub(super) tank: Reading<Coolant>,
    /// What the guard left of the last demand.
    pub(super) driven: Duty,
    pub(super) dt: Duration,
}

impl Thermal {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            coolant: CoolantLoop::new(),
            cap: CapLoop::new(),
            observer: SkinObserver::new(&config.skin),
            contact: ContactWatch::new(),
            watch: Watch::new(),
            uncooled: Uncooled::new(),
            colder: false,
            did_too_little: false,
            valve_unseen: Held::new(),
            heat_unseen: Held::new(),
            stays_open: false,
            finding: ContactFinding::Undecided,
            shown: CapOutput::default(),
            forecast: None,
            since_forecast: FORECAST_EVERY,
            foretelling: None,
            put_off: false,
        }
    }

    /// One tick of the skin's estimate and of the contact watch. A busy tick leaves the estimate to the next one, which does
    /// not, however busy it is.
    pub(super) fn estimate(
        &mut self,
        measured: &MeasuredChannel,
        offsets: Option<IsothermalOffsets>,
        wearing: Wearing,
        pump: Duty,
        (dt, busy): (Duration, bool),
        config: &Config,
    ) {
        let skin = if offsets.is_some() { &config.skin } else { &config.skin_unmatched };
        let corrected = offsets.unwrap_or(IsothermalOffsets::NONE);
        let LoopTemperatures { supply, returned, front, rear } =
            corrected.correct(&measured.loop_temperatures(config));
        let flow = measured.flow.within(measured.now, config.limits.delays().input_stale);
        let input = SkinInput {
            supply,
            returned,
            flow,
            front,
            rear,
            worn: wearing.worn,
            coupled: measured.is_coupled(),
            pump: !pump.is_off(),
            dt,
        };
        self.put_off = busy && !self.put_off;
        if self.put_off {
            self.observer.put_off(dt);
        } else {
            // The fault of an estimate is shown where the estimate is.
            let _ = self.observer.step(skin, &input);
        }
        let evidence = self.observer.contact();
        let cooling = wearing.cooling && !pump.is_off();
        self.finding =
            self.contact.step(&config.contact_watch, wearing.worn, cooling, evidence, dt);
        self.foretell(wearing, dt, config);
    }

    /// The length of a break, every few seconds: a forecast is many steps of the model, a few a tick.
    fn foretell(&mut self, wearing: Wearing, dt: Duration, config: &Config) {
        if !(wearing.resting && wearing.worn) {
            (self.forecast, self.foretelling) = (None, None);
            self.since_forecast = FORECAST_EVERY;
            return;
        }
        self.since_forecast = self.since_forecast.plus(dt);
        match self.foretelling.take() {
            Some((run, age)) => self.go_on_foretelling(run, age.plus(dt), config),
            None if self.since_forecast >= FORECAST_EVERY => {
                let begun = self.observer.forecast(&config.skin, WARM_AGAIN);
                self.forecast = self.forecast.filter(|_| begun.is_ok());
                self.foretelling = begun.ok().map(|run| (run, Duration::ZERO));
            }
            None => {}
        }
    }

    fn go_on_foretelling(&mut self, mut run: ForecastRun, age: Duration, config: &Config) {
        match run.advance(&config.skin) {
            Some(told) => (self.forecast, self.since_forecast) = (Some(told), age),
            None => self.foretelling = Some((run, age)),
        }
    }

    /// One tick of the loops: the valve's demand. Where the watch does not believe what it sees, or
    /// the valve does not do what it is told, the valve is closed at once; in the next tick the interlock
    /// hears of it and keeps it closed.
    pub(super) fn regulate(
        &mut self,
        measured: &MeasuredChannel,
        demand: &Demand,
        permitted: bool,
        surroundings: &Surroundings,
        config: &Config,
    ) -> Duty {
        let heatless = lost(&measured.returned, measured.now, config.circulation.oldest);
        self.heat_unseen.step(heatless, Duration::ZERO, HEAT_AGAIN, surroundings.dt);
        let input = self.cap_input(measured, surroundings, config);
        let wanted = permitted && !self.distrusts();
        self.shown = match demand.cap {
            Some(cap) => self.hold_interface(cap, wanted, &input, config),
            None => self.hold_supply(demand.target, wanted, &input, config),
        };
        let target = self.shown.target.or(demand.target.filter(|_| permitted));
        let read_back = measured.valve.within(measured.now, config.circulation.oldest);
        let unseen = permitted && lost(&measured.valve, measured.now, config.circulation.oldest);
        let stale = config.limits.delays().input_stale;
        self.valve_unseen.step(unseen, stale, stale, surroundings.dt);
        self.watch_over(target, read_back.ok(), &input, surroundings.driven, config);
        self.watch_uncooled(&input, surroundings.driven, config);
        if self.distrusts() {
            self.shown.valve = Duty::OFF;
        }
        self.shown.valve
    }

    fn hold_interface(
        &mut self,
        cap: CapDemand,
        wanted: bool,
        input: &CapInput,
        config: &Config,
    ) -> CapOutput {
        let target = CapTarget { interface: cap.interface, coldest_supply: cap.coldest_supply };
        let inner = (&config.coolant_loop, &mut self.coolant);
        self.cap.step(&config.cap_loop, inner, wanted.then_some(target), input)
    }

    fn hold_supply(
        &mut self,
        target: Option<Coolant>,
        wanted: bool,
        input: &CapInput,
        config: &Config,
    ) -> CapOutput {
        self.cap = CapLoop::new();
        let target = target.filter(|_| wanted);
        let input = LoopInput {
            target,
            supply: input.supply,
            returned: input.returned,
            tank: input.tank,
            flow: input.flow,
            valve_achieved: input.valve_achieved,
            dt: input.dt,
        };
        let LoopOutput { effective, valve } = self.coolant.step(&config.coolant_loop, input);
        CapOutput { target, effective, valve, ..CapOutput::default() }
    }

    fn cap_input(
        &self,
        measured: &MeasuredChannel,
        surroundings: &Surroundings,
        config: &Config,
    ) -> CapInput {
        let (now, oldest) = (measured.now, config.circulation.oldest);
        CapInput {
            front: measured.front.within(now, oldest),
            rear: measured.rear.within(now, oldest),
            safety: measured.safety.within(now, oldest),
            // Where no heat is measured nobody can tell a cap that lifts from one that is cold: the
            // sign trap is shut for as long, and until heat has had the time to speak.
            contact_doubtful: self.contact_is_doubtful() || self.heat_unseen.holds,
            supply: measured.supply.within(now, oldest),
            returned: measured.returned.within(now, oldest),
            tank: surroundings.tank.within(now, oldest),
            flow: measured.flow.within(now, config.limits.delays().input_stale),
            // A position that is not known is best known from what the valve was told: were it taken
            // for closed, the loop would close a healthy valve and warm the patient.
            valve_achieved: measured.valve.within(now, oldest).unwrap_or(surroundings.driven),
            dt: surroundings.dt,
        }
    }

    /// One tick of the watch. `driven` is what the guard left of the demand of the tick before, so it is
    /// what the valve had to follow until now; the watch's limit allows for twice its stroke. A position
    /// that is not known says nothing against the valve.
    fn watch_over(
        &mut self,
        target: Option<Coolant>,
        read_back: Option<Duty>,
        input: &CapInput,
        driven: Duty,
        config: &Config,
    ) {
        let flowing = input.flow.is_ok_and(|flow| flow >= config.circulation.flowing_from);
        // Coolant at rest, or without a target, tells nothing of valve and sensor; but a dip of the flow
        // must not throw away minutes of what was seen.
        let watches = flowing && target.is_some();
        let watched = WatchInput {
            dt: input.dt,
            mode: if watches { WatchMode::Auto } else { WatchMode::Resting },
            setpoint: target.map(|target| target.0),
            measured: input.supply.map(|supply| supply.0),
            drive: driven,
            achieved: read_back,
            companion: input.returned.ok().map(|returned| returned.0),
        };
        self.watch.step(&config.loop_watch, watched);
    }

    /// One tick of the watch over coolant that nothing cools.
    fn watch_uncooled(&mut self, input: &CapInput, driven: Duty, config: &Config) {
        let supply = input.supply.ok().map(|supply| supply.0);
        let returned = input.returned.ok().map(|returned| returned.0);
        let faces = [input.front, input.rear].map(|face| face.ok().map(|face| face.0));
        let measured = [supply, returned].into_iter().chain(faces).flatten();
        let seen = Seen {
            undriven: driven.is_off(),
            flowing: input.flow.ok().map(|flow| flow >= config.circulation.flowing_from),
            supply,
            coldest: measured.min(),
            dt: input.dt,
        };
        self.colder |= self.uncooled.step(&seen);
    }

    /// A clinician has seen what the watch said: warnings, and that it is too little, begin anew. Distrust
    /// is the interlock's.
    pub(super) fn acknowledge(&mut self) {
        if !self.distrusts() {
            self.watch.acknowledge();
            self.did_too_little = false;
        }
    }

    /// Whether the loop did too little, with power or before it failed, and no clinician has seen that yet.
    pub(super) fn does_too_little(&self) -> bool {
        let verdict = self.watch.verdict();
        let tripped = verdict.finding().filter(|_| verdict.is_trip());
        self.did_too_little || tripped.is_some_and(|finding| !finding.is_distrust())
    }

    /// What a treatment's loop did before power failed.
    pub(super) const fn restore(&mut self, did_too_little: bool) {
        self.did_too_little = did_too_little;
    }

    /// Whether the watch found that a sensor or the valve cannot be trusted, and nobody took that yet.
    pub(super) const fn distrusts(&self) -> bool {
        self.colder || self.watch.distrust().is_some()
    }

    /// What the interlock must hear of: it latches that, counts who resets it, and keeps it over a loss
    /// of power. The watch begins anew.
    ///
    /// A valve is stuck where its read-back says so, and stays it for as long; that it does not close by
    /// the supply's word alone may as well be the sensor. Whether what made a loop implausible is gone
    /// nobody can see while it rests.
    pub(super) fn take_distrust(
        &mut self,
        measured: &MeasuredChannel,
        driven: Duty,
        config: &Config,
    ) -> Conditions {
        let open = is_open(measured, driven, config);
        let found = self.watch.distrust();
        if found.is_some() {
            self.watch = Watch::new();
            self.did_too_little = false;
        }
        let stuck = found == Some(Finding::StuckOn) && open;
        let colder = core::mem::take(&mut self.colder);
        self.stays_open = open && (stuck || self.stays_open);
        Conditions::EMPTY
            .with_if(Condition::ValveStuck, self.stays_open)
            .with_if(Condition::LoopImplausible, colder || (found.is_some() && !stuck))
    }

    /// Whether the watch has warned of something since a clinician last acknowledged, and it has not become
    /// a trip.
    ///
    /// It is a flag of the status and no alarm: a warm cap or a weak chiller makes a healthy loop warn, and
    /// there is nothing to do about it but to look.
    pub(super) const fn has_warned(&self) -> bool {
        matches!(self.watch.verdict(), Verdict::Warn(_))
    }

    /// What loops and estimate have to signal.
    pub(super) fn conditions(&self) -> Conditions {
        Conditions::EMPTY
            .with_if(Condition::ContactDoubtful, self.contact_is_doubtful())
            .with_if(Condition::ValveUnseen, self.valve_unseen.holds)
            .with_if(Condition::TooWarm, self.does_too_little())
    }

    pub(super) const fn finding(&self) -> &ContactFinding {
        &self.finding
    }

    const fn contact_is_doubtful(&self) -> bool {
        matches!(self.finding, ContactFinding::Doubtful(_))
    }

    /// What the loops aim at, for the status.
    pub(super) const fn shown(&self) -> &CapOutput {
        &self.shown
    }

    pub(super) fn skin(&self) -> Result<SkinEstimate, Fault> {
        self.observer.estimate()
    }

    /// From now until the skin is back at 22 °C: at the earliest and at the latest.
    pub(super) fn warm_again(&self) -> (Option<Duration>, Option<Duration>) {
        match self.forecast {
            None => (None, None),
            Some(Forecast::Reached) => (Some(Duration::ZERO), Some(Duration::ZERO)),
            Some(Forecast::Within(crossing)) => {
                (Some(self.left(crossing.earliest)), crossing.latest.map(|it| self.left(it)))
            }
            Some(Forecast::Later { earliest, .. }) => (earliest.map(|it| self.left(it)), None),
        }
    }

    const fn left(&self, foretold: Duration) -> Duration {
        foretold.minus(self.since_forecast)
    }
}

/// Something that counts once it has been for long enough, and until it has not been for long enough.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    holds: bool,
    other: Duration,
}

impl Held {
    const fn new() -> Self {
        Self { holds: false, other: Duration::ZERO }
    }

    fn step(&mut self, is: bool, on_after: Duration, off_after: Duration, dt: Duration) {
        let needed = if self.holds { off_after } else { on_after };
        self.other = if is == self.holds { Duration::ZERO } else { self.other.plus(dt) };
        if is != self.holds && self.other >= needed {
            *self = Self { holds: is, other: Duration::ZERO };
        }
    }
}

/// Whether the valve is read as further open than it is driven.
fn is_open(measured: &MeasuredChannel, driven: Duty, config: &Config) -> bool {
    let position = measured.valve.within(measured.now, config.circulation.oldest);
    let tolerance = config.loop_watch.settings().read_back.tolerance;
    position.is_ok_and(|position| position.0.saturating_sub(driven.0) > tolerance.0)
}

/// Whether a value that the machine has cannot be had now.
fn lost<T: Copy>(reading: &Reading<T>, now: Instant, oldest: Duration) -> bool {
    !matches!(reading.within(now, oldest), Ok(_) | Err(Fault::Absent))
}

impl MeasuredChannel {
    /// Whether the mean of the control sensors lies within the band around `target`. In a session that goes on
    /// without one of them, `degraded`, the other one tells alone where that one cannot be read.
    pub(super) fn is_at_interface(
        &self,
        target: Interface,
        degraded: bool,
        config: &Config,
    ) -> bool {
        let oldest = config.circulation.oldest;
        let above = |face: &Reading<Interface>| {
            face.within(self.now, oldest).map(|face| face.0.minus(target.0))
        };
        let twice = match (above(&self.front), above(&self.rear)) {
            (Ok(front), Ok(rear)) => front.plus(rear),
            (Ok(left), Err(_)) | (Err(_), Ok(left)) if degraded => left.plus(left),
            _ => return false,
        };
        twice.abs() <= config.circulation.at_interface.plus(config.circulation.at_interface)
    }
}
