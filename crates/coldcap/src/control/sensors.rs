//! The calibrations of a channel's sensors while the machine runs: whose they are, whether they are in date, and
//! whether a fit visit finds them as they were.
//!
//! None of it stops what runs. A calibration that is asked for and not in date lets nothing begin; a check that
//! finds a sensor off calls service.

use crate::config::Config;
use crate::inputs::ChannelInputs;
use crate::sensors::{CapSensors, ChannelSensors, SensorPlace, SensorPlaces};
use coldcap_calibration::check::drift::{DriftState, DriftWatch};
use coldcap_calibration::isothermal::PairOffset;
use coldcap_calibration::sensor::SensorCalibration;
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::WallTime;
use coldcap_session::record::{Fields, Kind};
use coldcap_units::{Fault, Instant};

/// The date of instant zero, by what the wall clock says now.
pub(super) fn date_of(now: Instant, wall: WallTime) -> TimeStamp {
    let clock = match wall.quality {
        coldcap_session::ClockQuality::Unknown => ClockQuality::Unknown,
        coldcap_session::ClockQuality::Entered | coldcap_session::ClockQuality::Kept => {
            ClockQuality::SetByHand
        }
        coldcap_session::ClockQuality::Synchronised => ClockQuality::Synchronised,
    };
    TimeStamp { unix_s: wall.unix_ms.saturating_sub(now.as_millis()) / 1_000, clock }
}

/// What a channel knows of the calibrations of its sensors.
#[derive(Clone, Copy, Debug)]
pub(super) struct SensorWatch {
    channel: usize,
    coupled: bool,
    identity: Option<u32>,
    cap: Option<&'static CapSensors>,
    due: SensorPlaces,
    drift: Option<DriftWatch>,
    compared: bool,
    disagrees: bool,
}

impl SensorWatch {
    pub(super) fn new(channel: u8, config: &Config) -> Self {
        let channel = usize::from(channel);
        Self {
            channel,
            coupled: false,
            identity: None,
            cap: None,
            due: SensorPlaces::NONE,
            drift: config.sensors.channels.get(channel).and_then(|own| own.drift),
            compared: false,
            disagrees: false,
        }
    }

    pub(super) fn drift(&self) -> DriftState {
        self.drift.map_or_else(DriftState::default, |watch| watch.state())
    }

    pub(super) fn restore(&mut self, state: DriftState, disagrees: bool) {
        self.drift = self.drift.map(|watch| watch.with_state(state));
        self.disagrees = disagrees;
    }

    pub(super) const fn disagrees(&self) -> bool {
        self.disagrees
    }

    /// Which cap is coupled. It is remembered until it is seen to be gone: an identity that cannot be read for a
    /// while must not give its sensors another curve.
    pub(super) fn see(&mut self, line: &ChannelInputs, now: Instant, config: &Config) {
        let oldest = config.circulation.oldest;
        let coupled = line.cap.coupled.within(now, oldest);
        self.coupled = coupled == Ok(true);
        if coupled == Ok(false) {
            (self.identity, self.cap) = (None, None);
        } else if let Ok(identity) = line.cap.identity.within(now, oldest)
            && self.identity != Some(identity)
        {
            (self.identity, self.cap) = (Some(identity), config.sensors.cap(identity));
        }
    }

    /// The cap on the line, remembered until it is seen to be gone; none while it does not say who it is.
    pub(super) const fn cap(&self) -> Option<u32> {
        self.identity
    }

    /// The calibrated sensors of the line, and of the cap on it.
    pub(super) fn own<'a>(
        &self,
        config: &'a Config,
    ) -> (Option<&'a ChannelSensors>, Option<&'static CapSensors>) {
        (config.sensors.channels.get(self.channel), self.cap)
    }

    fn at(&self, place: SensorPlace, config: &Config) -> Option<SensorCalibration> {
        let (line, cap) = self.own(config);
        match place {
            SensorPlace::Supply => line?.supply,
            SensorPlace::Returned => line?.returned,
            SensorPlace::Skin => line?.skin,
            SensorPlace::Front => cap?.front,
            SensorPlace::Rear => cap?.rear,
            SensorPlace::Tank => config.sensors.tank,
            SensorPlace::Evaporator => config.sensors.evaporator,
        }
    }

    /// Whether what is asked of this place holds now.
    fn check(&self, place: SensorPlace, now: Instant, config: &Config) -> Result<(), Fault> {
        let in_cap = matches!(place, SensorPlace::Front | SensorPlace::Rear);
        if in_cap && self.identity.is_none() {
            // Without a cap nothing begins anyway; one that does not say who it is has no calibration.
            return if self.coupled { Err(Fault::Uncalibrated) } else { Ok(()) };
        }
        let sensors = &config.sensors;
        let calibrated = self.at(place, config).map(|own| own.at());
        let left_ms = sensors.policy.due.left_ms(calibrated, sensors.powered_up)?;
        if now.as_millis() < left_ms { Ok(()) } else { Err(Fault::Expired) }
    }

    /// One tick: what is asked for and not in date, each place once for the record when it comes to be so.
    pub(super) fn judge(&mut self, now: Instant, config: &Config) -> SensorPlaces {
        let required = config.sensors.policy.required;
        if required.is_empty() {
            return SensorPlaces::NONE;
        }
        let broken = |place: &SensorPlace| self.check(*place, now, config).is_err();
        let due = required.iter().filter(broken).fold(SensorPlaces::NONE, SensorPlaces::with);
        let new = due.difference(self.due);
        self.due = due;
        new
    }

    /// The entry of a place that is not in date.
    pub(super) fn entry(&self, place: SensorPlace, now: Instant, config: &Config) -> Fields {
        let fault = self.check(place, now, config).err();
        self.fields(place, fault.unwrap_or(Fault::Expired), 0, config)
    }

    fn fields(&self, place: SensorPlace, fault: Fault, found_uk: i32, config: &Config) -> Fields {
        let sensor = self.at(place, config).map_or(0, |own| own.sensor());
        let code = u16::from(place.code());
        let entry = Fields::new(Kind::SENSOR, code, i32::from(fault.code()), found_uk);
        Fields { c: sensor, ..entry }
    }

    pub(super) const fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    pub(super) const fn forget_comparison(&mut self) {
        self.compared = false;
    }

    pub(super) const fn has_compared(&self) -> bool {
        self.compared
    }

    /// Return and supply were in one bath: whether they agree by their certificates, and whether they wander. What
    /// is wrong stands under the return sensor, for nobody can tell which of the two it is.
    pub(super) fn compare(
        &mut self,
        pair: Option<&PairOffset>,
        config: &Config,
    ) -> [Option<Fields>; 2] {
        self.compared = true;
        pair.map_or([None; 2], |pair| [self.cross_check(pair, config), self.follow(pair, config)])
    }

    /// How well it is known what the coolant itself differs by between the two.
    pub(super) fn bath_u_uk(&self, config: &Config) -> u32 {
        self.own(config).0.map_or(ChannelSensors::NONE.bath_u_uk, |line| line.bath_u_uk)
    }

    fn cross_check(&mut self, pair: &PairOffset, config: &Config) -> Option<Fields> {
        let place = SensorPlace::Returned;
        let certified = self.at(SensorPlace::Supply, config).zip(self.at(place, config));
        let agreement = certified.and_then(|(supply, returned)| {
            pair.agreement(supply.expanded_uk(), returned.expanded_uk()).ok()
        });
        self.disagrees = agreement.is_some_and(|agreement| !agreement.agrees());
        let agreement = agreement.filter(|_| self.disagrees)?;
        let entry = self.fields(place, Fault::Disagrees, pair.offset_uk, config);
        Some(Fields { d: agreement.en_milli.into(), ..entry })
    }

    fn follow(&mut self, pair: &PairOffset, config: &Config) -> Option<Fields> {
        let watch = self.drift.as_mut()?;
        let fault = watch.check(pair.offset_uk).fault().err()?;
        let (found_uk, checks) = (watch.estimate_uk(), watch.state().checks);
        let entry = self.fields(SensorPlace::Returned, fault, found_uk, config);
        Some(Fields { d: checks.into(), ..entry })
    }

    /// What is to be signalled.
    pub(super) fn conditions(&self) -> Conditions {
        let drifts = self.drift.is_some_and(|watch| watch.verdict().fault().is_err());
        let due = self.is_due() || self.disagrees || drifts;
        Conditions::EMPTY.with_if(Condition::CalibrationDue, due)
    }
}
