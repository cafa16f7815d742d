//! One channel: the cap, its lines and its pump.

use super::agreement::{AgreementWatch, Codes, HeatWatch};
use super::ahead::AheadWatch;
use super::dose::{DoseWatch, StoredDose};
use super::flow::FlowWatch;
use super::freeze::FreezeWatch;
use super::hold::{Clock, Hold, Tick};
use super::limits::Limits;
use super::presence::Presence;
use super::sensor::SensorWatch;
use crate::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};

/// What one channel showed at a tick, before any calibration.
///
/// The default is a channel that has no inputs at all, with its pump off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChannelSample {
    /// The freeze-safety sensor of the cap.
    pub safety: Reading<Ratio>,
    /// Coolant to the cap.
    pub supply: Reading<Ratio>,
    /// Coolant from the cap.
    pub returned: Reading<Ratio>,
    /// The front control sensor of the cap.
    pub front: Reading<Ratio>,
    /// The rear control sensor of the cap.
    pub rear: Reading<Ratio>,
    /// The flow meter.
    pub flow: Reading<Pulses>,
    /// The current of the pump.
    pub pump_current: Reading<MilliAmps>,
    /// The switch in the coupling: `true` is coupled.
    pub coupled: Reading<bool>,
    /// How hard the pump was driven: the duty that the guard let through at the last tick.
    pub pump_commanded: Duty,
}

/// The temperature sensors of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelSensor {
    /// The freeze-safety sensor of the cap.
    Safety,
    /// Coolant to the cap.
    Supply,
    /// Coolant from the cap.
    Returned,
    /// The front control sensor of the cap.
    Front,
    /// The rear control sensor of the cap.
    Rear,
}

/// Turns the samples of one channel into conditions.
///
/// ```
/// use coldcap_guard::detect::{ChannelDetector, ChannelSample};
/// use coldcap_guard::Condition;
/// # use coldcap_guard::detect::{Delays, FlowLimits, Limits, RawLimits};
/// # use coldcap_units::{Duration, Duty, Instant, MilliAmps, Pulses, Ratio, Reading};
/// # let raw = RawLimits { freeze_trip: Ratio(3_000), freeze_near: Ratio(2_900),
/// #     evaporator_cold: Ratio(3_500), open_above: Ratio(4_000), short_below: Ratio(10) };
/// # let flow = FlowLimits { minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
/// #     judged_from: Duty::from_permille(200), minimum_pump_current: MilliAmps(150) };
/// # let limits = Limits::new(raw, flow, Delays::default())?;
/// let mut detector = ChannelDetector::default();
/// let mut found = [false; 3];
/// for (tick, found) in found.iter_mut().enumerate() {
///     let now = Instant::from_millis(100 * tick as u64);
///     let freezing = Reading::new(limits.raw().freeze_trip, now);
///     let sample = ChannelSample { safety: freezing, ..ChannelSample::default() };
///     *found = detector.step(now, &sample, &limits).contains(Condition::Freeze);
/// }
/// assert_eq!(found, [false, true, true]);
/// # Ok::<(), coldcap_guard::detect::LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChannelDetector {
    clock: Clock,
    coupling: Presence,
    uncoupled: Hold,
    safety: SensorWatch,
    supply: SensorWatch,
    returned: SensorWatch,
    front: SensorWatch,
    rear: SensorWatch,
    freeze: FreezeWatch,
    ahead: AheadWatch,
    agreement: AgreementWatch,
    heat: HeatWatch,
    flow: FlowWatch,
    dose: DoseWatch,
}

impl ChannelDetector {
    /// One tick: the conditions that hold at `now`. Constant time.
    ///
    /// - `freeze`: as many fresh samples in a row as the limits ask for read freezing; samples that
    ///   cannot be read in between do not break the row.
    /// - `freeze_ahead`: the safety sensor falls so that it reaches the freeze limit within the horizon.
    /// - `freeze_near`, `flow_lost`, `flow_low`, `pump_stopped`, `pump_runs_on`, `cap_uncoupled`: held for their delay.
    /// - `safety_disagrees`, `face_disagrees`, `heat_implausible`: see [`Watches`](super::Watches).
    /// - `cold_dose`: cold for so much of a window that moves along.
    /// - `…_sensor`: open, short-circuited or unreadable for its delay, stale, or stuck.
    ///
    /// An input that was never there raises nothing; one that is there and cannot be read counts as
    /// bad. While the cap is uncoupled its own sensors cannot fail; the freeze limits still act.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, now: Instant, sample: &ChannelSample, limits: &Limits) -> Conditions {
        let tick = self.clock.tick(now);
        let uncoupled = self.is_uncoupled(sample, tick, limits);
        let codes = Codes {
            safety: self.safety.step(&sample.safety, tick, limits),
            supply: self.supply.step(&sample.supply, tick, limits),
            returned: self.returned.step(&sample.returned, tick, limits),
            front: self.front.step(&sample.front, tick, limits),
            rear: self.rear.step(&sample.rear, tick, limits),
        };
        if uncoupled {
            self.forget_cap();
        }
        let (safety, taken) = (codes.safety, sample.safety.taken);
        self.failed_sensors()
            .union(self.freeze.step(safety, taken, tick, limits))
            .with_if(Condition::FreezeAhead, self.ahead.step(safety, taken, limits))
            .union(self.flow.step(sample, codes.supply, tick, limits))
            .union(self.compared(sample, &codes, tick, limits))
            .with_if(Condition::ColdDose, self.is_cold_for_long(&codes, uncoupled, tick, limits))
            .with_if(Condition::CapUncoupled, uncoupled)
    }

    /// What the sensors say of each other.
    fn compared(
        &mut self,
        sample: &ChannelSample,
        codes: &Codes,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        let pumped = !sample.pump_commanded.is_off();
        let flowing = self.flow.is_flowing(sample, tick, limits);
        let agreement = self.agreement.step(codes, pumped, tick, limits);
        agreement.union(self.heat.step(codes, flowing, tick, limits))
    }

    fn is_cold_for_long(
        &mut self,
        codes: &Codes,
        uncoupled: bool,
        tick: Tick,
        limits: &Limits,
    ) -> bool {
        let there = [codes.safety, codes.front, codes.rear].into_iter().flatten();
        // A cap that was never seen counts nothing; one that cannot be read any more counts as cold.
        let counts = !uncoupled && self.safety.is_fitted();
        self.dose.step(there.max(), counts, tick, &limits.watches.dose)
    }

    /// Somebody who may judge it has looked at the skin: the alarm of the cold dose ends, and comes
    /// again after a while of cold that is a datum.
    pub fn skin_was_seen(&mut self) {
        self.dose.looked();
    }

    /// Another patient: nobody's cold is held against another.
    pub fn forget_dose(&mut self) {
        self.dose = DoseWatch::default();
    }

    /// The cold that a loss of power must not take.
    #[must_use]
    pub const fn stored_dose(&self) -> StoredDose {
        self.dose.stored()
    }

    /// Takes up the cold from before a loss of power of `gap`. A restart forgets no cold: time leaves the window by
    /// the gap where that is known, and by nothing where it is not. A cap that was cold when the power went counts
    /// as cold for the gap, and for no longer than a bin of the window (15 min): without circulation it warms up.
    /// Where the gap is not known, that bin is counted. An alarm that had ended with a look at the skin is there again.
    ///
    /// ```
    /// use coldcap_guard::detect::{ChannelDetector, StoredDose};
    /// # use coldcap_guard::detect::{Delays, FlowLimits, Limits, RawLimits};
    /// # use coldcap_units::{Duration, Duty, MilliAmps, Pulses, Ratio};
    /// # let raw = RawLimits { freeze_trip: Ratio(3_000), freeze_near: Ratio(2_900),
    /// #     evaporator_cold: Ratio(3_500), open_above: Ratio(4_000), short_below: Ratio(10) };
    /// # let flow = FlowLimits { minimum_flow: Pulses { edges: 20, window: Duration::from_secs(1) },
    /// #     judged_from: Duty::from_permille(200), minimum_pump_current: MilliAmps(150) };
    /// # let limits = Limits::new(raw, flow, Delays::default())?;
    /// let (before, gap) = (ChannelDetector::default(), Some(Duration::from_secs(20)));
    /// let mut after = ChannelDetector::default();
    /// after.restore_dose(&before.stored_dose(), gap, &limits);
    /// assert_eq!(after.cold_dose(), before.cold_dose());
    /// # Ok::<(), coldcap_guard::detect::LimitsError>(())
    /// ```
    pub fn restore_dose(&mut self, stored: &StoredDose, gap: Option<Duration>, limits: &Limits) {
        self.dose = DoseWatch::restored(stored, gap, &limits.watches.dose);
    }

    /// How long the cap was cold within the window of the cold dose.
    #[must_use]
    pub fn cold_dose(&self) -> Duration {
        self.dose.total()
    }

    fn is_uncoupled(&mut self, sample: &ChannelSample, tick: Tick, limits: &Limits) -> bool {
        // req: INT-008
        let delays = &limits.delays;
        let open =
            self.coupling.reads_or_fails(false, &sample.coupled, tick.now, delays.input_stale);
        self.uncoupled.step(open, tick.dt).reached(delays.cap_uncoupled)
    }

    fn forget_cap(&mut self) {
        for sensor in [&mut self.safety, &mut self.front, &mut self.rear] {
            sensor.forget();
        }
    }

    fn failed_sensors(&self) -> Conditions {
        Conditions::EMPTY
            .with_if(Condition::SafetySensor, self.safety.raised().is_some())
            .with_if(Condition::SupplySensor, self.supply.raised().is_some())
            .with_if(Condition::ReturnSensor, self.returned.raised().is_some())
            .with_if(Condition::FrontSensor, self.front.raised().is_some())
            .with_if(Condition::RearSensor, self.rear.raised().is_some())
    }

    /// Why the condition of `sensor` is raised; `None` while it is not.
    #[must_use]
    pub const fn fault(&self, sensor: ChannelSensor) -> Option<Fault> {
        match sensor {
            ChannelSensor::Safety => self.safety.raised(),
            ChannelSensor::Supply => self.supply.raised(),
            ChannelSensor::Returned => self.returned.raised(),
            ChannelSensor::Front => self.front.raised(),
            ChannelSensor::Rear => self.rear.raised(),
        }
    }

    /// The instant of the last step, as evidence for [`health::Watch`](crate::health::Watch).
    #[must_use]
    pub const fn last_step(&self) -> Option<Instant> {
        self.clock.last()
    }
}
