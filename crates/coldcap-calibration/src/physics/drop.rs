//! The contact of a zone from the heat that crosses its hair, in floating point: the host's repetition of
//! [`crate::contact::drop`], written down anew from its formula.

use crate::contact::drop::DropMethod;

/// One tick of a zone in which all of it was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Seconds since the test began, at the end of the tick.
    pub elapsed_s: f64,
    /// The skin in °C.
    pub skin_c: f64,
    /// The cap's inner face in °C, its offset removed.
    pub face_c: f64,
    /// The coolant within the cap in °C.
    pub coolant_c: f64,
}

/// `h = (G·(T_face − T_coolant) + C·dT_face/dt) / (T_skin − T_face)` in W/(m²·K), over the window's means, with the rise of
/// the face from the means of its halves. `None` where half of the window is empty or the flux is not positive; where there
/// is no drop it is infinite. Whether it lies within the method's range is left to the caller.
///
/// ```
/// use coldcap_calibration::contact::drop::DropMethod;
/// use coldcap_calibration::physics::drop::{Sample, conductance};
/// // 5 K over 94.8 W/(m²·K) of wall, and 15 K from skin to inner face.
/// let tick = |n: u32| Sample {
///     elapsed_s: 0.1 * f64::from(n),
///     skin_c: 28.0,
///     face_c: 13.095,
///     coolant_c: 8.0,
/// };
/// let ticks: Vec<Sample> = (1..=1_200).map(tick).collect();
/// let found = conductance(&ticks, &DropMethod::AFTER_RAMP).unwrap();
/// assert!((found - 31.6).abs() < 1e-9);
/// ```
#[must_use]
pub fn conductance(samples: &[Sample], method: &DropMethod) -> Option<f64> {
    let (from, to) = method.window;
    let [from, to] = [from, to].map(|it| f64::from(it.as_millis()) / 1e3);
    let middle = (from + to) / 2.0;
    let [skin, ..] = means(samples, from, to)?;
    let ([_, first, ahead], [_, second, behind]) =
        (means(samples, from, middle)?, means(samples, middle, to)?);
    let above = f64::from(method.face_above.to_milli()) / 1e3;
    let face = (first + second) / 2.0 - above;
    let through = f64::from(method.wall.conductance.0) / 1e3 * (face - (ahead + behind) / 2.0);
    let stored = f64::from(method.wall.heat_capacity) * (second - first) / (middle - from);
    let (flux, drop) = (through + stored, skin - face);
    (flux > 0.0).then(|| if drop > 0.0 { flux / drop } else { f64::INFINITY })
}

/// Means of skin, face and coolant after `from` and up to `to`; half a millisecond is no tick.
fn means(samples: &[Sample], from: f64, to: f64) -> Option<[f64; 3]> {
    let within = |it: &&Sample| it.elapsed_s > from + 5e-4 && it.elapsed_s <= to + 5e-4;
    let (mut count, mut sums) = (0u32, [0.0; 3]);
    for sample in samples.iter().filter(within) {
        count = count.saturating_add(1);
        let values = [sample.skin_c, sample.face_c, sample.coolant_c];
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    (count > 0).then(|| sums.map(|sum| sum / f64::from(count)))
}
