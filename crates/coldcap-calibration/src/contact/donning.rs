//! When the cap was put on, and what was before: one rule for the device and for whoever repeats it.

use super::half_space::Before;
use crate::average::Average;
use coldcap_units::{Celsius, Coolant, Duration, Fault, Kelvin, Skin};

/// The inner face is this much warmer than the coolant under a head, and not in the air.
///
/// 12 K between a head and coolant at room temperature let 1 to 3 K drop over the reference wall, within 5
/// to 30 s; room air that is 6 K warmer than the coolant lets 0.5 K.
pub const LEAST_DROP: Kelvin = Kelvin::from_milli(500);

/// The resting skin is the mean over such a stretch. The cap is noticed within two of them, so that the
/// last but one is always from before it.
pub const RESTING: Duration = Duration::from_secs(15);

/// Watches for the moment at which a cap with uncooled coolant is put on a head.
///
/// ```
/// use coldcap_calibration::contact::donning::Donning;
/// use coldcap_units::{Celsius, Coolant, Duration, Skin};
///
/// let mut donning = Donning::new();
/// let tick = |donning: &mut Donning, face| {
///     let (skin, coolant) = (Skin::from_milli(34_000), Coolant::from_milli(22_000));
///     let face = Celsius::from_milli(face);
///     donning.step(Ok(skin), Ok(face), Ok(face), Ok(coolant), Duration::from_millis(100));
/// };
/// (0..600).for_each(|_| tick(&mut donning, 22_000));
/// assert!(donning.before().is_none());
/// (0..100).for_each(|_| tick(&mut donning, 25_000));
/// let before = donning.before().unwrap();
/// assert_eq!((before.worn, before.outside.to_milli()), (Duration::from_secs(10), 25_000));
/// assert_eq!(donning.resting(), Some(Skin::from_milli(34_000)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Donning {
    stretch: Duration,
    skin: Average,
    /// The newest whole stretch, and the one before it.
    whole: [Option<Skin>; 2],
    worn: Duration,
    outside: Average,
}

impl Donning {
    /// Of a cap that is not on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One tick: the skin-side sensor; what is outside the hair there (the inner face, or the coolant where
    /// there is no sensor on it); the inner face that tells whether the cap is on; the coolant.
    ///
    /// What has no value leaves things as they are.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        skin: Result<Skin, Fault>,
        outside: Result<Celsius, Fault>,
        face: Result<Celsius, Fault>,
        coolant: Result<Coolant, Fault>,
        elapsed: Duration,
    ) {
        let drop = face.and_then(|face| coolant.map(|coolant| face.minus(coolant.0)));
        match drop {
            Ok(drop) if drop < LEAST_DROP => {
                (self.worn, self.outside) = (Duration::ZERO, Average::default());
                self.rest(skin, elapsed);
            }
            Err(_) if self.worn.is_zero() => {}
            _ => self.wear(outside, elapsed),
        }
    }

    fn wear(&mut self, outside: Result<Celsius, Fault>, elapsed: Duration) {
        self.worn = self.worn.plus(elapsed);
        if let Ok(outside) = outside {
            self.outside.add(outside.to_milli());
        }
    }

    fn rest(&mut self, skin: Result<Skin, Fault>, elapsed: Duration) {
        if let Ok(skin) = skin {
            self.skin.add(skin.to_milli());
        }
        self.stretch = self.stretch.plus(elapsed);
        if self.stretch >= RESTING {
            let [newest, _] = self.whole;
            self.whole = [self.skin.mean().map(Skin::from_milli), newest];
            (self.stretch, self.skin) = (Duration::ZERO, Average::default());
        }
    }

    /// The bare skin, as it was before the cap; `None` where it was never seen for long enough.
    #[must_use]
    pub fn resting(&self) -> Option<Skin> {
        let [newest, older] = self.whole;
        older.or(newest)
    }

    /// How long the cap has been on and what was outside meanwhile; `None` where it is not on.
    #[must_use]
    pub fn before(&self) -> Option<Before> {
        let outside = self.outside.mean().map(Celsius::from_milli);
        outside.map(|outside| Before { worn: self.worn, outside })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(donning: &mut Donning, skin: Result<i32, Fault>, face: i32) {
        let face = Ok(Celsius::from_milli(face));
        let coolant = Ok(Coolant::from_milli(22_000));
        donning.step(skin.map(Skin::from_milli), face, face, coolant, Duration::from_millis(100));
    }

    #[test]
    fn a_cap_that_is_taken_off_again_begins_anew() {
        let mut donning = Donning::new();
        (0..400).for_each(|_| tick(&mut donning, Ok(34_000), 22_000));
        (0..100).for_each(|_| tick(&mut donning, Ok(33_000), 24_000));
        assert!(donning.before().is_some());
        (0..400).for_each(|_| tick(&mut donning, Ok(33_900), 22_400));
        assert_eq!((donning.before(), donning.resting()), (None, Some(Skin::from_milli(33_900))));
    }

    /// The face takes its time; the skin that has begun to cool by then is not the resting skin.
    #[test]
    fn the_skin_between_cap_and_notice_does_not_count() {
        let mut donning = Donning::new();
        (0..450).for_each(|_| tick(&mut donning, Ok(34_000), 22_000));
        (0..150).for_each(|_| tick(&mut donning, Ok(33_000), 22_400));
        tick(&mut donning, Ok(33_000), 23_000);
        assert_eq!(donning.resting(), Some(Skin::from_milli(34_000)));
    }

    #[test]
    fn without_a_sensor_there_is_no_resting_skin() {
        let mut donning = Donning::new();
        (0..600).for_each(|_| tick(&mut donning, Err(Fault::Absent), 22_000));
        assert_eq!((donning.resting(), donning.before()), (None, None));
    }
}
