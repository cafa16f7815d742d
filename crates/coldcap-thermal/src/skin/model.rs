//! The skin node: heat from the body, heat to whatever is outside, and how both depend on what is not
//! known.

use super::config::{SkinParameters, micro};
use super::number::{approach, mul_div};
use super::perfusion;

/// One whole in the millionth shares of this module.
pub(super) const ONE: i64 = 1_000_000;

/// Resistances are held in 10⁻⁹ m²K/W, so that a slow gain still moves them.
const NANO_PER_MICRO: i64 = 1_000;

/// The slow half of the observer: skin, perfusion and the two resistances around the skin.
///
/// Temperatures in µ°C, heat flux in mW/m², resistances in 10⁻⁹ m²K/W.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scalp {
    /// Temperature of the skin's surface.
    pub(super) skin: i64,
    /// Temperature of the bone and fat under it.
    pub(super) deep: i64,
    /// Share of the warm perfusion, in billionths.
    pub(super) perfusion: i64,
    /// Hair and trapped air.
    pub(super) hair: i64,
    /// From the blood to the skin's surface.
    pub(super) tissue: i64,
    /// By how much the skin moves when the hair's resistance grows by a factor e, in µK.
    pub(super) by_hair: i64,
    /// By how much the skin moves when the tissue's resistance grows by a factor e, in µK.
    pub(super) by_tissue: i64,
    /// What is left of an error of the skin at the beginning, in millionths.
    pub(super) memory: i64,
}

/// What the skin looks at: a temperature in µ°C behind a resistance in 10⁻⁹ m²K/W.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Outside {
    pub(super) temperature: i64,
    pub(super) resistance: i64,
}

impl Scalp {
    /// Warm, as before the first cap.
    pub(super) fn warm(parameters: &SkinParameters) -> Self {
        Self {
            skin: micro(parameters.warm_skin.0),
            deep: between(parameters, micro(parameters.warm_skin.0)),
            perfusion: perfusion::FULL,
            hair: nano(parameters.hair_micro),
            tissue: nano(parameters.tissue_micro),
            by_hair: 0,
            by_tissue: 0,
            memory: ONE,
        }
    }

    /// What it looks at under a cap whose inner face is at `interface`.
    pub(super) const fn under(&self, interface: i64) -> Outside {
        Outside { temperature: interface, resistance: self.hair }
    }

    /// Heat flux from the skin to `outside` in mW/m².
    pub(super) const fn flux(&self, outside: &Outside) -> i64 {
        flux(self.skin.saturating_sub(outside.temperature), outside.resistance)
    }

    /// `seconds` pass for everything.
    pub(super) fn step(&mut self, parameters: &SkinParameters, outside: &Outside, seconds: i64) {
        self.sense(parameters, outside, seconds);
        self.advance(parameters, outside, seconds);
    }

    /// The equation of [`advance`](Self::advance), differentiated by each logarithm of a resistance.
    fn sense(&mut self, parameters: &SkinParameters, outside: &Outside, seconds: i64) {
        let total = conductance(outside.resistance)
            .saturating_add(conductance(self.tissue))
            .saturating_add(self.blood(parameters));
        let moved = |state: i64, driven: i64| -> i64 {
            let lost = mul_div(total, state, ONE);
            state.saturating_add(warmed(parameters, driven.saturating_sub(lost), seconds))
        };
        let conducted = flux(self.below_core(parameters), self.tissue);
        self.by_hair = moved(self.by_hair, self.flux(outside));
        self.by_tissue = moved(self.by_tissue, conducted.saturating_neg());
        self.memory = moved(self.memory, 0);
    }

    /// `seconds` pass for skin and perfusion: `C·dT/dt = (Tc − T)·(1/Rt + G·f) − (T − To)/Ro`.
    pub(super) fn advance(&mut self, parameters: &SkinParameters, outside: &Outside, seconds: i64) {
        self.advance_losing(parameters, self.near(parameters), self.flux(outside), seconds);
    }

    /// The tissue above bone and fat.
    pub(super) fn near(&self, parameters: &SkinParameters) -> i64 {
        mul_div(self.tissue, i64::from(parameters.near_milli), 1_000)
    }

    /// The same where what is [`near`](Self::near) is known, and the flux to the outside in mW/m².
    pub(super) fn advance_losing(
        &mut self,
        parameters: &SkinParameters,
        near: i64,
        lost: i64,
        seconds: i64,
    ) {
        let below_core = self.below_core(parameters);
        let conducted = flux(self.deep.saturating_sub(self.skin), near);
        let carried = mul_div(self.blood(parameters), below_core, ONE);
        let from_core = flux(
            micro(parameters.core).saturating_sub(self.deep),
            self.tissue.saturating_sub(near),
        );
        let gained = conducted.saturating_add(carried).saturating_sub(lost);
        self.skin = self.skin.saturating_add(warmed(parameters, gained, seconds));
        let stored = from_core.saturating_sub(conducted).saturating_mul(seconds);
        self.deep =
            self.deep.saturating_add(mul_div(stored, 1_000, i64::from(parameters.deep_j_per_m2_k)));
        self.perfusion = perfusion::step(parameters, self.perfusion, self.skin, seconds);
    }

    fn below_core(&self, parameters: &SkinParameters) -> i64 {
        micro(parameters.core).saturating_sub(self.skin)
    }

    /// Conductance by blood in mW/(m²K).
    fn blood(&self, parameters: &SkinParameters) -> i64 {
        mul_div(i64::from(parameters.blood_mw_per_m2_k), self.perfusion, perfusion::FULL)
    }
}

/// Where bone and fat are at rest over a skin at `skin`.
pub(super) fn between(parameters: &SkinParameters, skin: i64) -> i64 {
    approach(skin, micro(parameters.core), i64::from(parameters.near_milli), 1_000)
}

/// 10⁻⁶ m²K/W in 10⁻⁹ m²K/W.
pub(super) const fn nano(micro: u32) -> i64 {
    (micro as i64).saturating_mul(NANO_PER_MICRO)
}

/// Heat flux in mW/m² through a resistance in 10⁻⁹ m²K/W at a difference in µK.
pub(super) const fn flux(difference: i64, resistance: i64) -> i64 {
    mul_div(difference, 1_000_000, resistance)
}

/// Conductance in mW/(m²K) of a resistance in 10⁻⁹ m²K/W.
const fn conductance(resistance: i64) -> i64 {
    mul_div(1_000_000, 1_000_000, resistance)
}

/// By how much `flux` in mW/m² warms the skin node in `seconds`, in µK.
fn warmed(parameters: &SkinParameters, flux: i64, seconds: i64) -> i64 {
    let milli_joule = flux.saturating_mul(seconds);
    mul_div(milli_joule, 1_000, i64::from(parameters.skin_j_per_m2_k))
}

/// The fast half: the cap's inner face, in µ°C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CapNode {
    pub(super) interface: i64,
}

impl CapNode {
    /// A measurement draws it over some seconds: sensor noise is small, its lag is not.
    pub(super) fn measured(&mut self, interface: i64) {
        self.interface = approach(self.interface, interface, 1, 3);
    }

    /// Without its sensors: coolant at `coolant` flows, the head gives `flux` in mW/m². The face is
    /// above the coolant by the drop over film and wall, and gets there within the wall's minute.
    pub(super) fn driven(&mut self, parameters: &SkinParameters, coolant: i64, flux: i64) {
        let drop = mul_div(flux, i64::from(parameters.film_micro), 1_000);
        self.interface = approach(self.interface, coolant.saturating_add(drop), 1, 60);
    }

    /// Without its sensors and without flow: the head and the room warm a closed cap.
    pub(super) fn resting(&mut self, parameters: &SkinParameters, flux: i64, seconds: i64) {
        let capacity = cap_capacity(parameters);
        self.interface = rest(parameters, capacity, self.interface, flux, seconds);
    }
}

/// Temperature of a closed cap of a heat capacity in J/(m²K), after `seconds` with `flux` from the head in mW/m²:
/// `C·dT/dt = q + U·(Tr − T)`, all by m².
pub(super) fn rest(
    parameters: &SkinParameters,
    capacity: i64,
    cap: i64,
    flux: i64,
    seconds: i64,
) -> i64 {
    let below_room = micro(parameters.room).saturating_sub(cap);
    let cover = mul_div(i64::from(parameters.cover_mw_per_m2_k), below_room, ONE);
    let joules = flux.saturating_add(cover).saturating_mul(seconds);
    cap.saturating_add(mul_div(joules, 1_000, capacity))
}

/// Heat capacity of the whole cap in J/(m²K).
pub(super) fn cap_capacity(parameters: &SkinParameters) -> i64 {
    let whole =
        i64::from(parameters.wall_j_per_k).saturating_add(i64::from(parameters.coolant_j_per_k));
    mul_div(whole, 10_000, i64::from(parameters.area_cm2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: SkinParameters = SkinParameters::REFERENCE;
    const COLD: i64 = 2_100_000;

    fn cooled(hair_micro: u32, minutes: i64) -> Scalp {
        let mut scalp = Scalp { hair: nano(hair_micro), ..Scalp::warm(&HEAD) };
        for _ in 0..minutes * 60 {
            let outside = scalp.under(COLD);
            scalp.step(&HEAD, &outside, 1);
        }
        scalp
    }

    /// The steady state solved by bisection in real numbers.
    fn steady(hair: f64, tissue: f64) -> f64 {
        let (mut low, mut high) = (2.1_f64, 37.0_f64);
        for _ in 0..60 {
            let skin = 0.5 * (low + high);
            let share = 0.25 + 0.75 * (-(34.2 - skin) / 4.5).exp();
            let gained = (37.0 - skin) * (1.0 / tissue + 14.8 * share) - (skin - 2.1) / hair;
            if gained > 0.0 { low = skin } else { high = skin }
        }
        low
    }

    #[test]
    fn settles_where_its_equation_says() {
        for hair_micro in [8_000, 33_500, 60_000, 100_000] {
            let exact = steady(f64::from(hair_micro) * 1e-6, 0.0515);
            let skin = cooled(hair_micro, 120).skin as f64 / 1e6;
            assert!((skin - exact).abs() < 0.02, "{skin} for {exact}");
        }
    }

    /// Bone and fat still give heat after a quarter of an hour, and hardly any after an hour.
    #[test]
    fn the_deep_node_slows_the_skin() {
        let above = |minutes| cooled(33_500, minutes).skin - cooled(33_500, 240).skin;
        assert!((500_000..2_500_000).contains(&above(15)), "{}", above(15));
        assert!(above(60).abs() < 100_000, "{}", above(60));
    }

    /// With the slow perfusion held, a step of 1 % in either resistance moves the skin by what the
    /// sensitivities say.
    #[test]
    fn the_sensitivities_are_derivatives() {
        let law = SkinParameters { blood_mw_per_m2_k: 0, ..HEAD };
        let run = |hair: i64, tissue: i64| {
            let mut scalp = Scalp { hair, tissue, ..Scalp::warm(&law) };
            for _ in 0..3_600 {
                let outside = scalp.under(COLD);
                scalp.step(&law, &outside, 1);
            }
            scalp
        };
        let base = run(33_500_000, 50_600_000);
        let hairier = run(33_835_000, 50_600_000).skin - base.skin;
        let fatter = run(33_500_000, 51_106_000).skin - base.skin;
        assert!((hairier * 100 - base.by_hair).abs() < base.by_hair / 50);
        assert!((fatter * 100 - base.by_tissue).abs() < -base.by_tissue / 50);
        assert!(base.memory.abs() < 500);
    }

    #[test]
    fn a_closed_cap_warms_by_its_heat() {
        // 38 W into 988 J/K for a second are 38.5 mK; the cover adds 0.35 W/K · 24 K: 8.5 mK.
        let after = rest(&HEAD, cap_capacity(&HEAD), -2_000_000, 38_000 * 10_000 / 700, 1);
        assert!((after + 2_000_000 - 46_960).abs() < 100, "{after}");
    }
}
