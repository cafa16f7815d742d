//! The observer: one estimate of the skin a tick, with what it is worth.

use coldcap_units::{Duration, Fault, Kelvin, Skin};

use super::config::{SkinConfig, SkinParameters, celsius, clamped, kelvin, micro};
use super::doubt::Doubt;
use super::forecast::{Forecast, ForecastRun, Rewarming, Spread};
use super::heat::{Heat, HeatMeter};
use super::model::{CapNode, ONE, Outside, Scalp, nano};
use super::number::{approach, mul_div};
use super::second::{Second, SkinInput};

/// The model steps by this much.
const STEP: Duration = Duration::from_secs(1);
/// As many steps at most in one call; a longer silence makes the observer give up.
const MOST_STEPS: u32 = 60;
/// Heat teaches the hair, and a little the tissue, for so long after a seating; afterwards the tissue.
const SEATING_S: u32 = 600;
/// Fixed gains: part of the relative error of the heat that a second takes over.
const HAIR_GAIN: i64 = 80;
const TISSUE_GAIN_SEATING: i64 = 2_000;
const TISSUE_GAIN: i64 = 250;
/// Errors of the heat beyond this teach no faster, in millionths.
const MOST_SURPRISE: i64 = 500_000;
/// Shares are taken of at least this much heat, in mW.
const LEAST_MW: i64 = 4_000;
/// Time constant over which a surprise is averaged in s, and what makes a change of contact of it.
const SURPRISE_S: i64 = 60;
const CONTACT_CHANGED: i64 = 150_000;
/// Hair and tissue are held within this, in 10⁻⁹ m²K/W.
const HAIR: (i64, i64) = (3_000_000, 300_000_000);
/// The tissue stays within this many of its standard deviations.
const TISSUE_REACH: i64 = 3;
/// Without any temperature of cap or coolant the model runs on for so long, in seconds.
const HOLD_S: u32 = 180;

/// What the skin is thought to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinEstimate {
    /// The mean of the covered skin.
    pub skin: Skin,
    /// Half the width of the interval that is meant to hold the truth in 95 cases of 100: two standard
    /// deviations. In the virtual population it held it in 99 of 100; no measured head has been tried.
    pub uncertainty: Kelvin,
}

impl SkinEstimate {
    /// The lower end of the interval.
    #[must_use]
    pub const fn low(&self) -> Skin {
        Skin(self.skin.0.plus(self.uncertainty.negated()))
    }

    /// The upper end of the interval.
    #[must_use]
    pub const fn high(&self) -> Skin {
        Skin(self.skin.0.plus(self.uncertainty))
    }

    /// Whether the skin is below `limit`; `None` where the interval straddles it.
    #[must_use]
    pub fn is_below(&self, limit: Skin) -> Option<bool> {
        if self.high() < limit {
            Some(true)
        } else if self.low() >= limit {
            Some(false)
        } else {
            None
        }
    }
}

/// What heat says about the contact, and how it came to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactEvidence {
    /// Heat from the head, background and storage taken away, in mW.
    pub heat_mw: i32,
    /// That heat over the difference between the model's skin and the coolant, in mW/K.
    pub uptake_mw_per_kelvin: i32,
    /// Resistance of hair and trapped air in 10⁻⁶ m²K/W.
    pub hair_micro: u32,
    /// The lower end of its interval (95 %) in 10⁻⁶ m²K/W.
    pub hair_low_micro: u32,
    /// The upper end of its interval in 10⁻⁶ m²K/W.
    pub hair_high_micro: u32,
    /// For how long heat has taught this resistance since the cap was seated.
    pub learned: Duration,
}

/// The observer of one channel's skin. Call [`step`](Self::step) once a tick, whether or not a cap is on.
///
/// ```
/// use coldcap_thermal::skin::{SkinConfig, SkinInput, SkinObserver};
/// use coldcap_units::{Coolant, Duration, Fault, Interface, MillilitersPerMinute};
///
/// let config = SkinConfig::REFERENCE;
/// let mut observer = SkinObserver::new(&config);
/// let cooling = SkinInput {
///     supply: Ok(Coolant::from_milli(-4_000)),
///     returned: Ok(Coolant::from_milli(-3_320)),
///     flow: Ok(MillilitersPerMinute(1_000)),
///     front: Ok(Interface::from_milli(1_150)),
///     rear: Ok(Interface::from_milli(1_050)),
///     worn: true,
///     coupled: true,
///     pump: true,
///     dt: Duration::from_millis(100),
/// };
/// let mut estimate = Err(Fault::Unavailable);
/// for _tick in 0..30 * 600 {
///     estimate = observer.step(&config, &cooling);
/// }
/// let estimate = estimate.unwrap();
/// assert!((15_000..23_000).contains(&estimate.skin.to_milli()), "{estimate:?}");
/// assert!(estimate.uncertainty.to_milli() > 2_000);
///
/// // Nobody under the cap: no number.
/// let off = SkinInput { worn: false, ..cooling };
/// let mut last = Ok(estimate);
/// for _tick in 0..20 {
///     last = observer.step(&config, &off);
/// }
/// assert_eq!(last, Err(Fault::Unavailable));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinObserver {
    scalp: Scalp,
    cap: CapNode,
    meter: HeatMeter,
    doubt: Doubt,
    seconds: Second,
    pending: Duration,
    state: State,
    heat: Result<Heat, Fault>,
    /// Change of the face in the last second, in µK, smoothed.
    haste: i64,
    coolant: Result<i64, Fault>,
    /// Both answers as of the last second: they cost more than the nine ticks between two of them.
    told: Told,
}

/// What the observer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Told {
    estimate: Result<SkinEstimate, Fault>,
    contact: Result<ContactEvidence, Fault>,
}

impl Told {
    const fn nothing(fault: Fault) -> Self {
        Self { estimate: Err(fault), contact: Err(fault) }
    }
}

/// What is known about where the cap is and how long heat has taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    worn: bool,
    flowing: bool,
    learned_s: u32,
    blind_s: u32,
    surprise: i64,
    fault: Option<Fault>,
}

impl SkinObserver {
    /// Before the first cap: warm skin, and about the hair only what is known of everybody.
    #[must_use]
    pub fn new(config: &SkinConfig) -> Self {
        let parameters = config.parameters();
        let room = micro(parameters.room);
        Self {
            scalp: Scalp::warm(parameters),
            cap: CapNode { interface: room },
            meter: HeatMeter::new(),
            doubt: Doubt::prior(parameters),
            seconds: Second::EMPTY,
            pending: Duration::ZERO,
            state: State {
                worn: false,
                flowing: false,
                learned_s: 0,
                blind_s: 0,
                surprise: 0,
                fault: Some(Fault::Unavailable),
            },
            heat: Err(Fault::Unavailable),
            haste: 0,
            coolant: Err(Fault::Unavailable),
            told: Told::nothing(Fault::Unavailable),
        }
    }

    /// One tick. The model itself moves in whole seconds; at most 60 of them in a call.
    ///
    /// # Errors
    /// - [`Fault::Unavailable`] while no cap is worn;
    /// - [`Fault::Stale`] from a call that came more than a minute late on, until the cap is off and on;
    /// - the interface's fault when neither cap nor coolant had a temperature for three minutes.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, config: &SkinConfig, input: &SkinInput) -> Result<SkinEstimate, Fault> {
        let parameters = config.parameters();
        let before = self.state;
        self.seat(parameters, input.worn);
        self.seconds.add(input);
        self.pending = self.pending.plus(input.dt);
        let mut steps = 0_u32;
        while self.pending >= STEP && steps < MOST_STEPS {
            self.second(parameters, input);
            self.pending = self.pending.minus(STEP);
            steps = steps.saturating_add(1);
        }
        if steps > 0 {
            self.seconds = Second::EMPTY;
        }
        if self.pending >= STEP {
            self.pending = Duration::ZERO;
            self.state.fault = Some(Fault::Stale);
        }
        if steps > 0 || self.state != before {
            self.told = self.reckon();
        }
        self.told.estimate
    }

    /// Leaves this time to the next [`step`](Self::step), in a tick that has enough to do: nothing of it is lost but what
    /// its sensors said.
    ///
    /// # Panics
    /// Never.
    pub fn put_off(&mut self, dt: Duration) {
        self.pending = self.pending.plus(dt);
    }

    /// The estimate as of the last whole second.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Panics
    /// Never.
    pub const fn estimate(&self) -> Result<SkinEstimate, Fault> {
        self.told.estimate
    }

    /// What heat said about the contact in the last whole second.
    ///
    /// # Errors
    /// The fault that kept heat from being measured in the last second: [`Fault::Unavailable`] also in
    /// the first two minutes of flow, [`Fault::Disagrees`] where stream and wall contradict each other.
    ///
    /// # Panics
    /// Never.
    pub const fn contact(&self) -> Result<ContactEvidence, Fault> {
        self.told.contact
    }

    /// Both answers from what is known now.
    fn reckon(&self) -> Told {
        match self.state.fault {
            Some(fault) => Told::nothing(fault),
            None => Told { estimate: Ok(self.skin()), contact: self.evidence() },
        }
    }

    fn skin(&self) -> SkinEstimate {
        let two_sigma = self.doubt.two_sigma(&self.scalp, self.cap.interface, self.haste);
        SkinEstimate { skin: Skin(celsius(self.scalp.skin)), uncertainty: kelvin(two_sigma) }
    }

    fn evidence(&self) -> Result<ContactEvidence, Fault> {
        let heat = self.heat?;
        let above_coolant = self.scalp.skin.saturating_sub(self.coolant?).max(ONE);
        let reach = mul_div(self.scalp.hair, self.doubt.hair_two_sigma(), ONE);
        let resistance = |nano: i64| clamped((nano / 1_000).max(0)).unsigned_abs();
        Ok(ContactEvidence {
            heat_mw: clamped(heat.head_mw),
            uptake_mw_per_kelvin: clamped(mul_div(heat.head_mw, ONE, above_coolant)),
            hair_micro: resistance(self.scalp.hair),
            hair_low_micro: resistance(self.scalp.hair.saturating_sub(reach)),
            hair_high_micro: resistance(self.scalp.hair.saturating_add(reach)),
            learned: Duration::from_secs(self.state.learned_s),
        })
    }

    /// Begins to foretell when the skin will have warmed to `limit` if the cap stays on and nothing flows
    /// any more: [`ForecastRun::advance`] does it, a few steps of the model a call.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Panics
    /// Never.
    pub fn forecast(&self, config: &SkinConfig, limit: Skin) -> Result<ForecastRun, Fault> {
        let estimate = self.estimate()?;
        let spread = Spread {
            skin: i64::from(estimate.uncertainty.to_milli()).saturating_mul(1_000),
            hair: self.doubt.hair_two_sigma(),
            tissue: self.doubt.tissue.saturating_mul(2),
        };
        let rewarming = Rewarming::new(config.parameters(), self.scalp, self.cap.interface);
        Ok(ForecastRun::new(config.parameters(), rewarming, micro(limit.0), spread))
    }

    /// The whole forecast at once: up to 3 × 90 steps of the model, too many for a tick of a small
    /// machine; see [`forecast`](Self::forecast).
    ///
    /// # Errors
    /// As [`step`](Self::step).
    ///
    /// # Panics
    /// Never.
    pub fn time_to(&self, config: &SkinConfig, limit: Skin) -> Result<Forecast, Fault> {
        let mut run = self.forecast(config, limit)?;
        let told = (0..ForecastRun::MOST_CALLS).find_map(|_| run.advance(config));
        told.ok_or(Fault::Unavailable)
    }

    /// The share of its warm perfusion that the skin is thought to have, in thousandths.
    #[must_use]
    pub fn perfusion_milli(&self) -> u16 {
        u16::try_from(self.scalp.perfusion / 1_000_000).unwrap_or(1_000)
    }

    /// A cap that is put on meets a scalp of which the hair is not known; one that is off tells nothing.
    fn seat(&mut self, parameters: &SkinParameters, worn: bool) {
        if worn && !self.state.worn {
            self.scalp.hair = nano(parameters.hair_micro);
            self.scalp.by_hair = 0;
            self.doubt.seated(parameters);
            self.state = State { learned_s: 0, blind_s: 0, surprise: 0, fault: None, ..self.state };
        } else if !worn {
            self.state.fault = Some(Fault::Unavailable);
        }
        self.state.worn = worn;
    }

    fn second(&mut self, parameters: &SkinParameters, input: &SkinInput) {
        let seconds = self.seconds;
        let flow = seconds.flow();
        let drives = input.worn && input.coupled && input.pump;
        let flowing = drives && flow.map_or(true, |flow| flow >= parameters.least_flow);
        self.reconnect(flowing);
        self.coolant = if flowing { seconds.coolant() } else { Err(Fault::Unavailable) };
        if !input.worn {
            self.bare(parameters, &seconds);
            return;
        }
        self.face(parameters, &seconds, flowing);
        let interface = seconds.interface();
        let stream = if flowing { seconds.stream() } else { Err(Fault::Unavailable) };
        self.heat = self.meter.step(parameters, stream, interface);
        self.learn(parameters);
        let outside = self.scalp.under(self.cap.interface);
        self.scalp.step(parameters, &outside, 1);
        if let Err(fault) = self.heat {
            self.doubt.forget(parameters, fault);
        }
    }

    /// No cap: the room, and nothing to learn.
    fn bare(&mut self, parameters: &SkinParameters, seconds: &Second) {
        if let Ok(interface) = seconds.interface() {
            self.cap.measured(interface);
        }
        self.meter = HeatMeter::new();
        self.heat = Err(Fault::Unavailable);
        let room = micro(parameters.room);
        let outside = Outside { temperature: room, resistance: nano(parameters.bare_micro) };
        self.scalp.step(parameters, &outside, 1);
    }

    /// The cap's inner face: measured, or driven by the coolant, or left to itself.
    fn face(&mut self, parameters: &SkinParameters, seconds: &Second, flowing: bool) {
        let before = self.cap.interface;
        let flux = self.scalp.flux(&self.scalp.under(before));
        let missing = seconds.missing_halves();
        match (seconds.interface(), self.coolant) {
            (Ok(interface), _) => self.cap.measured(interface),
            (Err(_), Ok(coolant)) if flowing => self.cap.driven(parameters, coolant, flux),
            (Err(_), _) => self.cap.resting(parameters, flux, 1),
        }
        let told = seconds.interface().is_ok() || self.coolant.is_ok();
        self.watch_blindness(told, missing, seconds.interface());
        let change = self.cap.interface.saturating_sub(before).saturating_abs();
        self.haste = approach(self.haste, change, 1, 60);
    }

    /// Without any temperature the model runs on for a while, and then says nothing.
    fn watch_blindness(&mut self, told: bool, missing: i64, interface: Result<i64, Fault>) {
        self.doubt.blinded(told, missing);
        self.state.blind_s = if told { 0 } else { self.state.blind_s.saturating_add(1) };
        match (interface, self.state.fault) {
            (Err(fault), None) if self.state.blind_s > HOLD_S => self.state.fault = Some(fault),
            (_, Some(fault)) if told && fault != Fault::Stale => self.state.fault = None,
            _ => {}
        }
    }

    fn reconnect(&mut self, flowing: bool) {
        if flowing && !self.state.flowing {
            self.doubt.reconnected();
            self.state.surprise = 0;
        }
        self.state.flowing = flowing;
    }

    /// What the heat is above what the model expects, as a share of that, teaches the hair at first and
    /// the tissue later.
    fn learn(&mut self, parameters: &SkinParameters) {
        let Ok(heat) = self.heat else { return };
        self.doubt.heat = heat.spread_milli.saturating_mul(1_000);
        let surprise = self.surprise(parameters, heat.head_mw);
        self.state.surprise = approach(self.state.surprise, surprise, 1, SURPRISE_S);
        self.state.learned_s = self.state.learned_s.saturating_add(1);
        if self.state.learned_s <= SEATING_S {
            self.learn_hair(surprise);
            self.learn_tissue(parameters, surprise, TISSUE_GAIN_SEATING);
        } else if self.state.surprise.saturating_abs() > CONTACT_CHANGED {
            self.state.learned_s = 0;
            self.doubt.contact_changed();
        } else {
            self.learn_tissue(parameters, surprise, TISSUE_GAIN);
            self.doubt.tissue_taught();
        }
    }

    fn surprise(&self, parameters: &SkinParameters, head_mw: i64) -> i64 {
        let flux = self.scalp.flux(&self.scalp.under(self.cap.interface));
        let expected = mul_div(flux, i64::from(parameters.area_cm2), 10_000);
        let surprise = mul_div(head_mw.saturating_sub(expected), ONE, expected.max(LEAST_MW));
        surprise.clamp(MOST_SURPRISE.saturating_neg(), MOST_SURPRISE)
    }

    fn learn_hair(&mut self, surprise: i64) {
        let change = mul_div(self.scalp.hair, surprise, ONE.saturating_mul(HAIR_GAIN));
        self.scalp.hair = self.scalp.hair.saturating_sub(change).clamp(HAIR.0, HAIR.1);
        self.doubt.hair_taught();
    }

    fn learn_tissue(&mut self, parameters: &SkinParameters, surprise: i64, gain: i64) {
        let change = mul_div(self.scalp.tissue, surprise, ONE.saturating_mul(gain));
        let prior = nano(parameters.tissue_micro);
        let spread = i64::from(parameters.tissue_spread_milli).saturating_mul(TISSUE_REACH);
        let reach = mul_div(prior, spread.min(600), 1_000);
        let (low, high) = (prior.saturating_sub(reach), prior.saturating_add(reach));
        self.scalp.tissue = self.scalp.tissue.saturating_sub(change).min(high).max(low);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::{Coolant, Interface, MillilitersPerMinute};
    use proptest::prelude::*;

    const CONFIG: SkinConfig = SkinConfig::REFERENCE;

    fn stream() -> impl Strategy<Value = SkinInput> {
        let switches = (prop::bool::weighted(0.9), prop::bool::weighted(0.9), any::<bool>());
        let spans = prop_oneof![8 => 0..1_500_u32, 1 => 50_000..70_000_u32];
        (switches, 0..1_500_u16, -9_000..25_000_i32, any::<bool>(), spans).prop_map(
            |((worn, coupled, pump), flow, milli, open, millis)| SkinInput {
                supply: Ok(Coolant::from_milli(milli)),
                returned: Ok(Coolant::from_milli(milli + 700)),
                flow: Ok(MillilitersPerMinute(flow)),
                front: if open {
                    Err(Fault::Open)
                } else {
                    Ok(Interface::from_milli(milli + 5_000))
                },
                rear: Ok(Interface::from_milli(milli + 5_000)),
                worn,
                coupled,
                pump,
                dt: Duration::from_millis(millis),
            },
        )
    }

    #[test]
    fn a_tick_that_was_put_off_is_made_up_for_by_the_next() {
        let cooled = SkinInput {
            supply: Ok(Coolant::from_milli(-4_000)),
            returned: Ok(Coolant::from_milli(-3_320)),
            flow: Ok(MillilitersPerMinute(1_000)),
            front: Ok(Interface::from_milli(1_150)),
            rear: Ok(Interface::from_milli(1_050)),
            worn: true,
            coupled: true,
            pump: true,
            dt: Duration::from_millis(100),
        };
        let (mut steady, mut late) = (SkinObserver::new(&CONFIG), SkinObserver::new(&CONFIG));
        for tick in 1..=6_000_u32 {
            let before = late.estimate();
            let _ = steady.step(&CONFIG, &cooled);
            // Every seventh is put off, among them some that end a second.
            if tick % 7 == 0 {
                late.put_off(cooled.dt);
                assert_eq!(late.estimate(), before);
            } else {
                let _ = late.step(&CONFIG, &cooled);
                assert_eq!(late.estimate(), steady.estimate(), "tick {tick}");
            }
        }
        assert!(steady.estimate().is_ok());
    }

    proptest! {
        /// What it has reckoned is what it would reckon: nothing changes between two seconds.
        #[test]
        fn what_is_told_is_never_older_than_what_is_known(
            inputs in prop::collection::vec((stream(), 1..300_u32), 1..12),
        ) {
            let mut observer = SkinObserver::new(&CONFIG);
            for (input, times) in inputs {
                for _ in 0..times {
                    let _ = observer.step(&CONFIG, &input);
                    prop_assert_eq!(observer.told, observer.reckon());
                }
            }
        }
    }
}
