//! The contact of a zone from its inner face, in floating point: the host's repetition of
//! [`crate::contact::flux`].
//!
//! The device works in whole thousandths of a degree and in logarithms of 16 fractional bits. This is the
//! same method written down anew from its formula, fed with samples that no table has touched, so that
//! a slip in one of them shows.

use crate::contact::flux::{FluxMethod, Stretch};

/// One tick of a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Seconds since the test began, at the end of the tick.
    pub elapsed_s: f64,
    /// The cap's inner face in °C, its offset removed.
    pub face_c: f64,
    /// The coolant within the cap in °C.
    pub coolant_c: f64,
}

/// A conductance in W/(m²·K) with its standard uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The contact's conductance.
    pub conductance: f64,
    /// Its standard uncertainty (k = 1).
    pub uncertainty: f64,
}

/// The conductance of a zone by `log₂ h = c + a·log₂ U + b·log₂ r`, with U the late flux over the fall
/// from core to coolant and r early over late flux. `None` where a window is empty, or a flux is not
/// positive. Whether it lies within the method's range is left to the caller.
///
/// ```
/// use coldcap_calibration::contact::flux::FluxMethod;
/// use coldcap_calibration::physics::flux::{Sample, conductance};
/// // A drop of 4 K over 100 W/(m²·K) of wall, 29 K below the core.
/// let tick = |n: u32| Sample { elapsed_s: 0.1 * f64::from(n), face_c: 12.0, coolant_c: 8.0 };
/// let ticks: Vec<Sample> = (1..=1_200).map(tick).collect();
/// let found = conductance(&ticks, &FluxMethod::AFTER_RAMP).unwrap();
/// // 400 W/m² over 29 K are U = 13 793 mW/(m²·K); −850 211/65 536 + 130 582/65 536 · log₂ U.
/// assert!((found.conductance - 22.032).abs() < 0.001);
/// ```
#[must_use]
pub fn conductance(samples: &[Sample], method: &FluxMethod) -> Option<Found> {
    let flux = |stretch| flux(samples, method, stretch);
    let (early, by_early, _) = flux(method.early)?;
    let (late, by_late, coolant) = flux(method.late)?;
    let uptake = late / (f64::from(method.core.to_milli()) / 1e3 - coolant);
    if early <= 0.0 || late <= 0.0 || uptake <= 0.0 {
        return None;
    }
    let bits = |number: i32| f64::from(number) / 65_536.0;
    let law = &method.law;
    let log = bits(law.constant)
        + bits(law.uptake) * libm::log2(1e3 * uptake)
        + bits(law.ratio) * libm::log2(early / late);
    let conductance = libm::exp2(log) / 1e3;
    let share = |permille: u16| f64::from(permille) / 1e3;
    let power = bits(law.uptake) * by_late + bits(law.ratio) * (by_early - by_late);
    let wall = share(method.wall.uncertainty.0) * power;
    let power = bits(law.uptake) * (1.0 - by_late) + bits(law.ratio) * (by_late - by_early);
    let capacity = share(method.wall.heat_capacity_uncertainty.0) * power;
    let off = wall_w(method) * f64::from(method.mismatch.to_milli()) / 1e3 * 0.577;
    let mismatch = off * ((bits(law.uptake) - bits(law.ratio)) / late + bits(law.ratio) / early);
    let own = libm::hypot(libm::hypot(wall, capacity), mismatch);
    let uncertainty = conductance * libm::hypot(share(method.law_uncertainty.0), own);
    Some(Found { conductance, uncertainty })
}

/// By how much the middle flux is off `early^m · late^(1 − m)`, as a drop over the wall in K: more than
/// [`FluxMethod::largest_misfit`], and the zone is [`ZoneFault::Misfit`](crate::contact::ZoneFault::Misfit). `None` as in
/// [`conductance`].
#[must_use]
pub fn misfit(samples: &[Sample], method: &FluxMethod) -> Option<f64> {
    let flux = |stretch| flux(samples, method, stretch).map(|(flux, ..)| flux);
    let (early, middle, late) = (flux(method.early)?, flux(method.middle)?, flux(method.late)?);
    if early <= 0.0 || late <= 0.0 {
        return None;
    }
    let part = f64::from(method.law.middle) / 65_536.0;
    let expected = late * libm::exp2(part * libm::log2(early / late));
    Some(libm::fabs(middle - expected) / wall_w(method))
}

/// How far the coolant lies below the core late in the test, in K: less than [`FluxMethod::least_fall`], and there
/// is nothing to tell.
#[must_use]
pub fn fall(samples: &[Sample], method: &FluxMethod) -> Option<f64> {
    let (_, _, coolant) = flux(samples, method, method.late)?;
    Some(f64::from(method.core.to_milli()) / 1e3 - coolant)
}

fn wall_w(method: &FluxMethod) -> f64 {
    f64::from(method.wall.conductance.0) / 1e3
}

/// The late flux into the coolant in W/m²: what an energy balance adds up.
#[must_use]
pub fn late_flux_into_coolant(samples: &[Sample], method: &FluxMethod) -> Option<f64> {
    flux(samples, method, method.late).map(|(flux, through, _)| flux * through)
}

/// Mean heat flux of a window in W/m², by which power of the wall's conductance it goes, and mean coolant in
/// °C: through the wall, and what the wall takes up by the difference of its halves.
fn flux(samples: &[Sample], method: &FluxMethod, (from, to): Stretch) -> Option<(f64, f64, f64)> {
    let [from, to] = [from, to].map(|it| f64::from(it.as_millis()) / 1e3);
    let middle = (from + to) / 2.0;
    let (first, ahead) = means(samples, from, middle)?;
    let (second, behind) = means(samples, middle, to)?;
    let coolant = (ahead + behind) / 2.0;
    let wall = wall_w(method);
    let stored = f64::from(method.wall.heat_capacity) * (second - first) / (middle - from);
    let through = wall * ((first + second) / 2.0 - coolant);
    Some((through + stored, through / (through + stored), coolant))
}

/// Means of face and coolant after `from` and up to `to`; half a millisecond is no tick.
fn means(samples: &[Sample], from: f64, to: f64) -> Option<(f64, f64)> {
    let within = |it: &&Sample| it.elapsed_s > from + 5e-4 && it.elapsed_s <= to + 5e-4;
    let (count, face, coolant) =
        samples.iter().filter(within).fold((0u32, 0.0, 0.0), |(count, face, coolant), it| {
            (count.saturating_add(1), face + it.face_c, coolant + it.coolant_c)
        });
    (count > 0).then(|| (face / f64::from(count), coolant / f64::from(count)))
}
