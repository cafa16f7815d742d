//! What the estimate is worth: standard deviations that grow and shrink with what is measured.

use coldcap_units::Fault;

use super::config::SkinParameters;
use super::model::{ONE, Scalp};
use super::number::{approach, mul_div, root_of_squares};

/// What heat leaves open about hair and tissue at best, in millionths of their logarithm: found in
/// simulation, the sensors' part not included.
const HAIR_FLOOR: i64 = 110_000;
const TISSUE_FLOOR: i64 = 90_000;
/// Time constants with which doubt about hair and tissue shrinks while heat teaches, in s.
const HAIR_DOUBT_S: i64 = 240;
const TISSUE_DOUBT_S: i64 = 1_500;
/// And with which it grows back: while there is no heat, and while heat is contradicted, in s.
const FORGET_S: i64 = 7_200;
const DISBELIEVE_S: i64 = 300;
/// A reconnected cap may have moved: doubt about the hair is at least this. One whose heat has changed
/// did: at least that. In millionths.
const RECONNECTED: i64 = 150_000;
const CHANGED: i64 = 300_000;
/// The reduced order itself, one standard deviation, and the beginning's, in µK.
const MODEL: i64 = 700_000;
const BEGINNING: i64 = 500_000;
/// The order is worst while the face changes: so many µK for each µK/s of it.
const HASTE_S: i64 = 12;
/// One half without a sensor; none with one; per second without any temperature: µK.
const HALF_BLIND: i64 = 600_000;
const BLIND: i64 = 1_200_000;
const BLIND_PER_S: i64 = 8_000;

/// The skin's slow time constant in s.
const SKIN_S: i64 = 240;

/// Standard deviations of what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Doubt {
    /// Of the logarithm of the hair's resistance, in millionths.
    hair: i64,
    /// Of the logarithm of the tissue's resistance, in millionths.
    pub(super) tissue: i64,
    /// Of the heat that taught, in millionths of it.
    pub(super) heat: i64,
    /// By missing sensors, in µK.
    blind: i64,
}

impl Doubt {
    /// What is known of everybody.
    pub(super) const fn prior(parameters: &SkinParameters) -> Self {
        let (hair, tissue) = prior(parameters);
        Self { hair, tissue, heat: 0, blind: 0 }
    }

    /// Somebody has put the cap on: of the hair under it nothing is known.
    pub(super) const fn seated(&mut self, parameters: &SkinParameters) {
        *self = Self { tissue: self.tissue, ..Self::prior(parameters) };
    }

    pub(super) fn hair_taught(&mut self) {
        self.hair = approach(self.hair, HAIR_FLOOR.min(self.hair), 1, HAIR_DOUBT_S);
    }

    pub(super) fn tissue_taught(&mut self) {
        self.tissue = approach(self.tissue, TISSUE_FLOOR.min(self.tissue), 1, TISSUE_DOUBT_S);
    }

    /// A second without heat.
    pub(super) fn forget(&mut self, parameters: &SkinParameters, fault: Fault) {
        let (hair, tissue) = prior(parameters);
        let denied = fault == Fault::Disagrees;
        let time = if denied { DISBELIEVE_S } else { FORGET_S };
        // What contradicted heat has taught is worth no more than the prior, which then stands for it.
        self.heat = if denied { approach(self.heat, 0, 1, time) } else { self.heat };
        self.hair = approach(self.hair, hair.max(self.hair), 1, time);
        self.tissue = approach(self.tissue, tissue.max(self.tissue), 1, time);
    }

    pub(super) fn reconnected(&mut self) {
        self.hair = self.hair.max(RECONNECTED);
    }

    pub(super) fn contact_changed(&mut self) {
        self.hair = self.hair.max(CHANGED);
    }

    /// Doubt by missing sensors comes over a minute, as the face's error does, and goes as slowly as the
    /// skin forgets.
    pub(super) fn blinded(&mut self, told: bool, missing_halves: i64) {
        let floor = match missing_halves {
            0 => 0,
            1 => HALF_BLIND,
            _ => BLIND,
        };
        let time = if floor > self.blind { 60 } else { SKIN_S };
        self.blind = if told {
            approach(self.blind, floor, 1, time)
        } else {
            self.blind.max(floor).saturating_add(BLIND_PER_S)
        };
    }

    /// Two standard deviations of the hair's resistance as a share of it, in millionths.
    pub(super) fn hair_two_sigma(&self) -> i64 {
        root_of_squares(&[self.hair, self.heat]).saturating_mul(2)
    }

    /// Two standard deviations of the skin in µK. `haste` is the change of the face in µK/s.
    pub(super) fn two_sigma(&self, scalp: &Scalp, interface: i64, haste: i64) -> i64 {
        let across = scalp.skin.saturating_sub(interface);
        root_of_squares(&[
            mul_div(scalp.by_hair, self.hair, ONE),
            mul_div(scalp.by_tissue, self.tissue, ONE),
            mul_div(across, self.heat, ONE),
            mul_div(BEGINNING, scalp.memory, ONE),
            MODEL,
            haste.saturating_mul(HASTE_S),
            self.blind,
        ])
        .saturating_mul(2)
    }
}

/// Doubt about hair and tissue without any heat.
const fn prior(parameters: &SkinParameters) -> (i64, i64) {
    (
        (parameters.hair_spread_milli as i64).saturating_mul(1_000),
        (parameters.tissue_spread_milli as i64).saturating_mul(1_000),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: SkinParameters = SkinParameters::REFERENCE;

    /// Skin at 18 °C over a face at 2 °C, settled.
    fn plateau() -> Scalp {
        Scalp {
            skin: 18_000_000,
            by_hair: 9_000_000,
            by_tissue: -8_000_000,
            memory: 0,
            ..Scalp::warm(&HEAD)
        }
    }

    fn taught() -> Doubt {
        let mut doubt = Doubt { heat: 60_000, ..Doubt::prior(&HEAD) };
        (0..600).for_each(|_| doubt.hair_taught());
        (0..3_600).for_each(|_| doubt.tissue_taught());
        doubt
    }

    fn width(doubt: &Doubt) -> i64 {
        doubt.two_sigma(&plateau(), 2_000_000, 0)
    }

    /// 10 % of the heat over 16 K between skin and face are 1.6 K, over 21 K 2.1 K.
    #[test]
    fn ten_percent_of_the_uptake_cost_what_they_cost() {
        let only = Doubt { hair: 0, tissue: 0, heat: 100_000, blind: 0 };
        let two_sigma = only.two_sigma(&Scalp { skin: 23_000_000, ..plateau() }, 2_000_000, 0);
        let expected = 2.0 * (2.1e6_f64.powi(2) + 0.7e6_f64.powi(2)).sqrt();
        assert!((two_sigma as f64 - expected).abs() < 10.0);
    }

    #[test]
    fn heat_teaches_and_its_absence_forgets() {
        let prior = width(&Doubt::prior(&HEAD));
        let mut doubt = taught();
        let best = width(&doubt);
        assert!(best * 3 < prior * 2, "{best} {prior}");
        (0..600).for_each(|_| doubt.forget(&HEAD, Fault::Unavailable));
        let later = width(&doubt);
        (0..600).for_each(|_| doubt.forget(&HEAD, Fault::Disagrees));
        assert!(best < later && later < width(&doubt));
    }

    #[test]
    fn a_change_of_contact_and_missing_sensors_widen() {
        let best = width(&taught());
        let mut doubt = taught();
        doubt.reconnected();
        let reconnected = width(&doubt);
        doubt.contact_changed();
        assert!(best < reconnected && reconnected < width(&doubt));
        let mut doubt = taught();
        (0..300).for_each(|_| doubt.blinded(true, 1));
        let half = width(&doubt);
        (0..100).for_each(|_| doubt.blinded(false, 2));
        assert!(best < half && half < width(&doubt));
        (0..2_400).for_each(|_| doubt.blinded(true, 0));
        assert!(width(&doubt) - best < best / 100);
    }
}
