//! How robust a controller is on a plant of first order with delay.

use coldcap_thermal::pid::{Action, Tuning};
use coldcap_thermal::tune::model::Model;
use core::f64::consts::PI;

/// Frequencies of the sweep, even in their logarithm, over six decades.
const POINTS: u32 = 6_000;

/// The largest sensitivity Ms = max |1/(1 + C·P)|: below 1.4 is robust, above 2 is not (Åström and
/// Hägglund, *Advanced PID Control*, 4.6). `None` where the loop is unstable.
pub(super) fn largest(model: &Model, tuning: &Tuning) -> Option<f64> {
    let scale = 1.0 / (model.delay_s + model.time_constant_s).max(1e-6);
    let mut largest: f64 = 1.0;
    let mut turned = 0.0;
    let mut last = None;
    for index in 0..=POINTS {
        let power = -3.0 + 6.0 * f64::from(index) / f64::from(POINTS);
        let [real, imaginary] = open_loop(model, tuning, scale * 10f64.powf(power));
        let [real, imaginary] = [1.0 + real, imaginary];
        largest = largest.max(1.0 / real.hypot(imaginary));
        let angle = imaginary.atan2(real);
        turned += last.map_or(0.0, |last: f64| wrapped(angle - last));
        last = Some(angle);
    }
    // By Nyquist's criterion: with one integral, 1 + L starts near −90° and must end at 0° without having
    // gone round the origin.
    (turned > 0.0 && turned < PI).then_some(largest)
}

fn wrapped(angle: f64) -> f64 {
    angle - 2.0 * PI * (angle / (2.0 * PI)).round()
}

/// C(jω)·P(jω), real and imaginary part.
fn open_loop(model: &Model, tuning: &Tuning, omega: f64) -> [f64; 2] {
    let sign = if tuning.action == Action::Direct { -1.0 } else { 1.0 };
    let gain = sign * tuning.gain * model.gain;
    let Tuning { derivative_time_s: derivative, filter_time_s: filter, .. } = *tuning;
    // Td·jω/(1 + Tf·jω), split into its parts.
    let lag = omega * filter;
    let weight = derivative * omega / (1.0 + lag * lag);
    let controller = [1.0 + weight * lag, weight - 1.0 / (tuning.integral_time_s * omega)];
    let size = gain / (omega * model.time_constant_s).hypot(1.0);
    let angle = -omega * model.delay_s - (omega * model.time_constant_s).atan();
    let plant = [size * angle.cos(), size * angle.sin()];
    [
        controller[0] * plant[0] - controller[1] * plant[1],
        controller[0] * plant[1] + controller[1] * plant[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_thermal::tune::rules::Rule;

    fn of(rule: Rule, model: Model) -> Option<f64> {
        largest(&model, &rule.gains(&model).ok()?.tuning())
    }

    /// S. Skogestad's tight setting has 1.59 for T ≤ 8·L; AMIGO's PI on T = L = 1 has 1.25 and its PID
    /// 1.44 with a filter of Td/10.
    #[test]
    fn known_loops_have_their_sensitivity() {
        for gain in [-4.0, 0.5] {
            let model = Model { gain, time_constant_s: 1.0, delay_s: 1.0 };
            assert!((of(Rule::Simc, model).unwrap_or(0.0) - 1.59).abs() < 0.005);
            assert!((of(Rule::AmigoPi, model).unwrap_or(0.0) - 1.25).abs() < 0.01);
            let gains = Rule::AmigoPid.gains(&model).ok();
            let tuning = gains.map(|gains| gains.tuning().filtered(gains.td_s / 10.0));
            let found = tuning.and_then(|tuning| largest(&model, &tuning)).unwrap_or(0.0);
            assert!((found - 1.44).abs() < 0.01, "{found}");
        }
    }

    #[test]
    fn beyond_the_ultimate_gain_there_is_none() {
        let model = Model { gain: -2.0, time_constant_s: 10.0, delay_s: 1.0 };
        let ultimate = model.ultimate().map_or(0.0, |ultimate| ultimate.gain.abs());
        let at = |part: f64| largest(&model, &Tuning::isa(part * ultimate, 1e4, 0.0));
        assert!(at(0.97).is_some() && at(1.03).is_none());
        assert_eq!(largest(&model, &Tuning::isa(0.1, 10.0, 0.0).reverse()), None);
    }
}
