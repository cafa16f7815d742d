//! What the observer takes for granted, with its ranges.

use core::fmt;

use coldcap_units::{Celsius, Coolant, Duration, Kelvin, MillilitersPerMinute, Skin};

/// The parameters of cap, loop, scalp and doubt, before they are checked.
///
/// [`SkinParameters::REFERENCE`] holds the reference values with their sources. Resistances are in
/// 10⁻⁶ m²K/W, shares in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinParameters {
    /// Covered area in cm², 300 to 1000.
    pub area_cm2: u16,
    /// Resistance of coolant film and cap wall in 10⁻⁶ m²K/W, 1000 to 60 000.
    pub film_micro: u32,
    /// Heat capacity of the cap's wall in J/K, 50 to 2000.
    pub wall_j_per_k: u16,
    /// Heat capacity of the coolant in the cap in J/K, 50 to 3000.
    pub coolant_j_per_k: u16,
    /// Conductance of the cover to the room in mW/(m²K), 0 to 20 000.
    pub cover_mw_per_m2_k: u16,
    /// Conductance from the room to everything between the two coolant sensors, cover and hoses, in
    /// mW/K, 0 to 3000.
    pub background_mw_per_k: u16,
    /// Coolant between the two sensors in mL, 20 to 2000.
    pub loop_ml: u16,
    /// Density times specific heat of the coolant in J/(L K), 2000 to 4500.
    pub coolant_j_per_l_k: u16,
    /// Below this flow no heat is computed; 50 mL/min or more.
    pub least_flow: MillilitersPerMinute,
    /// The room, 5 to 45 °C.
    pub room: Celsius,
    /// Arterial blood, 30 to 42 °C.
    pub core: Celsius,
    /// The bare skin before cooling, 25 to 37 °C: where the observer begins, and where perfusion is full.
    pub warm_skin: Skin,
    /// Median resistance of hair and trapped air in 10⁻⁶ m²K/W, 3000 to 300 000.
    pub hair_micro: u32,
    /// Standard deviation of its natural logarithm in thousandths, 20 to 1000.
    pub hair_spread_milli: u16,
    /// Resistance from the blood to the skin's surface by conduction alone in 10⁻⁶ m²K/W, 20 000 to 200 000.
    pub tissue_micro: u32,
    /// Standard deviation of its natural logarithm in thousandths, 20 to 500: mostly fat.
    pub tissue_spread_milli: u16,
    /// Resistance from bare skin to the room in 10⁻⁶ m²K/W, 30 000 to 500 000.
    pub bare_micro: u32,
    /// Heat capacity of the skin node in J/(m²K), 3000 to 40 000.
    pub skin_j_per_m2_k: u16,
    /// Heat capacity of the fat and bone under it in J/(m²K), 3000 to 60 000.
    pub deep_j_per_m2_k: u16,
    /// The share of the tissue's resistance that lies between the two, in thousandths, 200 to 800.
    pub near_milli: u16,
    /// Heat that blood of full perfusion brings to the skin in mW/(m²K), 0 to 60 000.
    pub blood_mw_per_m2_k: u16,
    /// The share of perfusion that cold skin keeps, in thousandths, 0 to 1000.
    pub perfusion_floor_milli: u16,
    /// Kelvins over which perfusion falls by a factor e, 1 to 20 K.
    pub perfusion_decay: Kelvin,
    /// Time constant of the fall, 10 s to 10 min.
    pub perfusion_fall: Duration,
    /// Time constant of the recovery, 10 min to 10 h.
    pub perfusion_recovery: Duration,
    /// What the two coolant sensors may still differ by after their isothermal match, one standard
    /// deviation, 1 to 500 mK.
    pub mismatch: Kelvin,
    /// What flow meter and coolant data may be off, one standard deviation in thousandths, 5 to 200.
    pub heat_spread_milli: u16,
}

impl SkinParameters {
    /// The reference cap and head.
    ///
    /// - Cap, loop and coolant: 0.07 m², film and wall 0.010 m²K/W (1.5 to 2 mm of silicone and 200 to
    ///   500 W/m²K of film), 400 J/K of wall and 150 mL of 30 % propylene glycol, 5 W/m²K of cover, two
    ///   hoses of 57 mL and 0.05 W/K.
    /// - Hair: log-normal, median 0.0335 m²K/W, logarithmic deviation 0.38; it gives the 19.0 ± 3.15 °C
    ///   of 62 patients (Komen et al., The Breast 2016).
    /// - Tissue: the layers of the head of Fiala, Lomas and Stohrer (J Appl Physiol 1999) in series give
    ///   0.0303 m²K/W without fat; 1.5 to 5 mm of fat at 0.16 W/(m K) bring it to 0.0397 … 0.0616, so
    ///   0.0506 with a logarithmic deviation of 0.14; 0.0515 follows the population well. Somewhat more
    ///   than half of it lies outside the middle of the bone.
    /// - Warm skin 34.2 °C: 34.4 °C over 1.5 mm of fat (Janssen 2005), less over more.
    /// - Blood: 1.9·10⁻³ 1/s in 2 mm of skin times 3.90 MJ/(m³K) are 14.8 W/(m²K).
    /// - Skin node 9.25 kJ/(m²K): 2 mm of skin are 8 kJ. Under it 28 kJ/(m²K): 14.5 mm of bone are 35 kJ, 1.5
    ///   to 5 mm of fat 3 to 10 kJ, and the outer part of both follows (fitted, as the first: a reduced
    ///   order has no such quantities of its own).
    /// - Perfusion: `0.25 + 0.75·exp((T − T0)/4.5 K)` by Janssen 2007 and Bülow 1985, down within a
    ///   minute, up over 2 h (Khoshnevis and Diller 2014).
    /// - Mismatch 0.03 K, heat 3 %: the published models of the mixture differ by 2.7 %.
    pub const REFERENCE: Self = Self {
        area_cm2: 700,
        film_micro: 10_000,
        wall_j_per_k: 400,
        coolant_j_per_k: 588,
        cover_mw_per_m2_k: 5_000,
        background_mw_per_k: 450,
        loop_ml: 264,
        coolant_j_per_l_k: 3_923,
        least_flow: MillilitersPerMinute(300),
        room: Celsius::from_milli(22_000),
        core: Celsius::from_milli(37_000),
        warm_skin: Skin::from_milli(34_200),
        hair_micro: 33_500,
        hair_spread_milli: 380,
        tissue_micro: 51_500,
        tissue_spread_milli: 140,
        bare_micro: 117_000,
        skin_j_per_m2_k: 9_250,
        deep_j_per_m2_k: 28_000,
        near_milli: 550,
        blood_mw_per_m2_k: 14_800,
        perfusion_floor_milli: 250,
        perfusion_decay: Kelvin::from_milli(4_500),
        perfusion_fall: Duration::from_secs(60),
        perfusion_recovery: Duration::from_secs(7_200),
        mismatch: Kelvin::from_milli(30),
        heat_spread_milli: 30,
    };

    const fn rules(&self) -> [Rule; 26] {
        [
            ("area_cm2", self.area_cm2 as i64, 300, 1_000),
            ("film_micro", self.film_micro as i64, 1_000, 60_000),
            ("wall_j_per_k", self.wall_j_per_k as i64, 50, 2_000),
            ("coolant_j_per_k", self.coolant_j_per_k as i64, 50, 3_000),
            ("cover_mw_per_m2_k", self.cover_mw_per_m2_k as i64, 0, 20_000),
            ("background_mw_per_k", self.background_mw_per_k as i64, 0, 3_000),
            ("loop_ml", self.loop_ml as i64, 20, 2_000),
            ("coolant_j_per_l_k", self.coolant_j_per_l_k as i64, 2_000, 4_500),
            ("least_flow", self.least_flow.0 as i64, 50, u16::MAX as i64),
            ("room", self.room.to_milli() as i64, 5_000, 45_000),
            ("core", self.core.to_milli() as i64, 30_000, 42_000),
            ("warm_skin", self.warm_skin.to_milli() as i64, 25_000, 37_000),
            ("hair_micro", self.hair_micro as i64, 3_000, 300_000),
            ("hair_spread_milli", self.hair_spread_milli as i64, 20, 1_000),
            ("tissue_micro", self.tissue_micro as i64, 20_000, 200_000),
            ("tissue_spread_milli", self.tissue_spread_milli as i64, 20, 500),
            ("bare_micro", self.bare_micro as i64, 30_000, 500_000),
            ("skin_j_per_m2_k", self.skin_j_per_m2_k as i64, 3_000, 40_000),
            ("deep_j_per_m2_k", self.deep_j_per_m2_k as i64, 3_000, 60_000),
            ("near_milli", self.near_milli as i64, 200, 800),
            ("blood_mw_per_m2_k", self.blood_mw_per_m2_k as i64, 0, 60_000),
            ("perfusion_floor_milli", self.perfusion_floor_milli as i64, 0, 1_000),
            ("perfusion_decay", self.perfusion_decay.to_milli() as i64, 1_000, 20_000),
            ("perfusion_fall", self.perfusion_fall.as_secs() as i64, 10, 600),
            ("perfusion_recovery", self.perfusion_recovery.as_secs() as i64, 600, 36_000),
            ("heat_spread_milli", self.heat_spread_milli as i64, 5, 200),
        ]
    }
}

/// A name, a value and the inclusive range, temperatures in thousandths, times in seconds.
type Rule = (&'static str, i64, i64, i64);

/// A parameter outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinConfigError {
    /// Name of the field of [`SkinParameters`].
    pub field: &'static str,
    /// The value that was refused: temperatures in thousandths, times in seconds.
    pub value: i64,
    /// The smallest allowed value.
    pub minimum: i64,
    /// The largest allowed value.
    pub maximum: i64,
}

impl fmt::Display for SkinConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, minimum, maximum } = self;
        write!(f, "{field} is {value}; allowed is {minimum} to {maximum}")
    }
}

impl core::error::Error for SkinConfigError {}

/// Checked parameters.
///
/// ```
/// use coldcap_thermal::skin::{SkinConfig, SkinParameters};
/// assert!(SkinConfig::new(SkinParameters::REFERENCE).is_ok());
/// let bald = SkinParameters { hair_micro: 0, ..SkinParameters::REFERENCE };
/// let refused = SkinConfig::new(bald).unwrap_err();
/// assert_eq!(refused.to_string(), "hair_micro is 0; allowed is 3000 to 300000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinConfig {
    parameters: SkinParameters,
}

impl SkinConfig {
    /// [`SkinParameters::REFERENCE`], which a test holds to be valid.
    pub const REFERENCE: Self = Self { parameters: SkinParameters::REFERENCE };

    /// Checks every parameter.
    ///
    /// # Errors
    /// [`SkinConfigError`] for the first field that is out of its range.
    ///
    /// # Panics
    /// Never.
    pub fn new(parameters: SkinParameters) -> Result<Self, SkinConfigError> {
        let mismatch = ("mismatch", i64::from(parameters.mismatch.to_milli()), 1, 500);
        let rules = parameters.rules();
        let broken = rules
            .iter()
            .chain([&mismatch])
            .find(|(_, value, minimum, maximum)| value < minimum || value > maximum);
        match broken {
            Some(&(field, value, minimum, maximum)) => {
                Err(SkinConfigError { field, value, minimum, maximum })
            }
            None => Ok(Self { parameters }),
        }
    }

    /// What was checked.
    #[must_use]
    pub const fn parameters(&self) -> &SkinParameters {
        &self.parameters
    }
}

/// A temperature in millionths of a degree.
pub(super) const fn micro(temperature: Celsius) -> i64 {
    (temperature.to_fixed().to_bits() as i64).saturating_mul(1_000_000) / 65_536
}

/// A coolant temperature in millionths of a degree.
pub(super) const fn micro_coolant(coolant: Coolant) -> i64 {
    micro(coolant.0)
}

/// From millionths of a degree.
pub(super) const fn celsius(micro: i64) -> Celsius {
    Celsius::from_micro(clamped(micro))
}

/// A difference from millionths of a kelvin.
pub(super) const fn kelvin(micro: i64) -> Kelvin {
    Kelvin::from_micro(clamped(micro))
}

/// To the range of 32 bits.
pub(super) const fn clamped(value: i64) -> i32 {
    if value > i32::MAX as i64 {
        i32::MAX
    } else if value < i32::MIN as i64 {
        i32::MIN
    } else {
        value as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn the_reference_is_valid() {
        assert_eq!(SkinConfig::new(SkinParameters::REFERENCE), Ok(SkinConfig::REFERENCE));
    }

    #[test]
    fn every_field_is_checked_at_both_ends() {
        for (field, value, minimum, maximum) in SkinParameters::REFERENCE.rules() {
            assert!((minimum..=maximum).contains(&value), "{field}");
        }
        let reference = SkinParameters::REFERENCE;
        let hot = SkinParameters { core: Celsius::from_milli(42_001), ..reference };
        assert_eq!(SkinConfig::new(hot).map_err(|error| error.field), Err("core"));
        let blind = SkinParameters { mismatch: Kelvin::ZERO, ..reference };
        assert_eq!(SkinConfig::new(blind).map_err(|error| error.field), Err("mismatch"));
    }

    #[test]
    fn temperatures_survive_the_round_trip_to_a_step() {
        for milli in [-40_000, -4_000, 0, 18_300, 37_000] {
            let back = celsius(micro(Celsius::from_milli(milli)));
            assert!((back.to_milli() - milli).abs() <= 1);
        }
    }
}
