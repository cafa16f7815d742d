//! How much of a drug the follicles met, against a scalp that was not cooled: for research, on virtual patients.
//!
//! The index is the drug's plasma curve times the share of the perfusion that the cold left times an uptake that falls with
//! temperature, summed over the time that was looked at, and divided by the same of a scalp that stayed warm. It is there to
//! tell courses apart, such as a break during an infusion from one after it.
//!
//! **What it is not.** No dose: nothing is in milligrams, and no figure may be added to or taken off one. No prediction of
//! hair: in a registry of patients neither the amount of hair nor its wetting changed the result, and who keeps hair depends on drug, dose,
//! age and hair type, none of which is here. Not for a device and not for a clinical report: the device's crates and
//! `coldcap-host`, which writes reports, cannot import this crate (`cargo xtask arch`). Its three factors were never
//! measured together in anybody, and whether delivery follows perfusion in this way is itself a hypothesis.
//!
//! ```
//! use coldcap_sim::exposure::{Agent, Exposure};
//!
//! // An infusion of an hour into a scalp at 20 °C with a quarter of its perfusion, looked at for two hours.
//! let mut exposure = Exposure::new(Agent::Docetaxel, 60.0, 34.8);
//! for minute in 0..120 {
//!     exposure.see(f64::from(minute), 1.0, 20.0, 0.25);
//! }
//! let index = exposure.index();
//! assert!(index.low < index.central && index.central < index.high);
//! assert!((0.05..0.10).contains(&index.central) && index.high < 0.2);
//! ```

use core::fmt;
use core::str::FromStr;

/// Drugs whose published figures fix a curve. Paclitaxel is not among them: its elimination saturates, and what is
/// published of it does not fix one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// Product information: 100 mg/m² in an hour reach 3.7 µg/mL and an area of 4.6 h·µg/mL; half-lives of 4 min, 36 min and
    /// 11.1 h; 113 L and 21 L/(h m²), so a mean stay of 3.0 h at 1.8 m². Those fix the three weights. The other two curves:
    /// a stay of 2.6 h (2.1 m²), and a last half-life of 17 h (Baker et al., Clin Cancer Res 2004, who sampled for longer).
    Docetaxel,
    /// Label in the United States: half-lives of 5 min and 20 to 48 h, clearance of 324 to 809 mL/(min m²), volume of 809
    /// to 1 214 L/m². The middle, the quickest and the slowest corner of these.
    Doxorubicin,
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Agent {
    type Err = ();

    /// By its name.
    ///
    /// # Errors
    /// There is none of this name.
    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|agent| agent.name() == name).ok_or(())
    }
}

/// One part of a curve: its share of the area under the curve, and its half-life in minutes.
type Part = (f64, f64);

/// A plasma curve: after a dose given at once it is the sum of its parts' decays. A part that is not there has no share.
type Curve = [Part; 3];

impl Agent {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Docetaxel, Self::Doxorubicin];

    /// Its name, as the command line spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Docetaxel => "docetaxel",
            Self::Doxorubicin => "doxorubicin",
        }
    }

    /// The curve of the middle first.
    const fn curves(self) -> &'static [Curve; 3] {
        match self {
            Self::Docetaxel => &[
                [(0.7320, 4.0), (0.0899, 36.0), (0.1781, 666.0)],
                [(0.6738, 4.0), (0.1775, 36.0), (0.1487, 666.0)],
                [(0.6039, 4.0), (0.2863, 36.0), (0.1098, 1_020.0)],
            ],
            Self::Doxorubicin => &[
                [(0.3355, 5.0), (0.6645, 1_860.0), (0.0, 1.0)],
                [(0.4241, 5.0), (0.5759, 1_200.0), (0.0, 1.0)],
                [(0.0984, 5.0), (0.9016, 2_880.0), (0.0, 1.0)],
            ],
        }
    }
}

/// By how much uptake rises with 10 K: 2 to 3 in general; eight times from 18 to 37 °C is 3.0 (Dunnill et al., PLoS ONE 2020,
/// anthracyclines in keratinocytes).
const Q10: [f64; 3] = [2.5, 2.0, 3.0];

/// How much deeper than the model's perfusion may fall: to 25 % in the model, to 13 to 33 % over the published range of
/// parameters (Janssen, van Leeuwen and van Steenhoven 2005).
const DEPTH: [f64; 3] = [1.0, 0.67 / 0.75, 0.87 / 0.75];

/// Every curve with every uptake and every depth.
const VARIANTS: usize = 27;

/// What the follicles of one scalp met.
#[derive(Clone, Debug)]
pub struct Exposure {
    agent: Agent,
    infusion_min: f64,
    warm_c: f64,
    /// Of each variant, the cooled scalp's sum, and the share of the curve's area that was looked at.
    sums: [(f64, f64); VARIANTS],
}

/// A relative exposure: 1 is that of a scalp that was not cooled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Index {
    /// With the middle of everything.
    pub central: f64,
    /// The lowest of all variants of curve, uptake and perfusion.
    pub low: f64,
    /// The highest of them.
    pub high: f64,
    /// The share of the area under the middle curve that was looked at, 0 to 1. What the blood brings later is in neither
    /// scalp's sum.
    pub covered: f64,
}

impl Exposure {
    /// Nothing has been seen yet of an infusion at a constant rate of `infusion_min` minutes, above zero. `warm_c` is what the
    /// follicles of the scalp have that is not cooled, in °C.
    #[must_use]
    pub const fn new(agent: Agent, infusion_min: f64, warm_c: f64) -> Self {
        Self { agent, infusion_min, warm_c, sums: [(0.0, 0.0); VARIANTS] }
    }

    /// Adds a piece of `step_min` minutes that begins `since_min` minutes after the infusion began, with follicles at
    /// `follicle_c` °C and this share of the warm perfusion, 0 to 1. Before the infusion there is nothing to add. Panics:
    /// never.
    pub fn see(&mut self, since_min: f64, step_min: f64, follicle_c: f64, perfusion: f64) {
        let curves = self.agent.curves();
        let brought = |curve: &Curve| {
            area(curve, self.infusion_min, since_min + step_min)
                - area(curve, self.infusion_min, since_min)
        };
        let brought = curves.each_ref().map(brought);
        let uptake = Q10.map(|q10| libm::pow(q10, (follicle_c - self.warm_c) / 10.0));
        let flow = DEPTH.map(|depth| (1.0 - (1.0 - perfusion) * depth).max(0.0));
        let mut sums = self.sums.iter_mut();
        for brought in brought {
            for (flow, uptake) in flow.iter().flat_map(|f| uptake.iter().map(move |u| (f, u))) {
                if let Some((sum, seen)) = sums.next() {
                    *sum += brought * flow * uptake;
                    *seen += brought;
                }
            }
        }
    }

    /// What came of it so far; an exposure to nothing is 1.
    #[must_use]
    pub fn index(&self) -> Index {
        let relative = |(sum, seen): &(f64, f64)| if *seen > 0.0 { sum / seen } else { 1.0 };
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for index in self.sums.iter().map(relative) {
            (low, high) = (low.min(index), high.max(index));
        }
        let [middle, ..] = &self.sums;
        Index { central: relative(middle), low, high, covered: middle.1 }
    }
}

/// The share of the area under `curve` until `until_min` minutes after an infusion at a constant rate began.
///
/// For a part with the time constant τ and an infusion of T: `(t − τ(1 − e^(−t/τ)))/T` while it runs, and
/// `1 − τ/T·(e^(T/τ) − 1)·e^(−t/τ)` after it.
fn area(curve: &Curve, infusion_min: f64, until_min: f64) -> f64 {
    let until = until_min.max(0.0);
    let part = |(share, half_life): &Part| {
        let constant = half_life / core::f64::consts::LN_2;
        let running = until.min(infusion_min);
        let held = constant / infusion_min * -libm::expm1(-running / constant);
        share * (running / infusion_min - held * libm::exp(-(until - running) / constant))
    };
    curve.iter().map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The curve of docetaxel gives back the figures that it was made from: 3.7 µg/mL at the end of an hour for an area of
    /// 4.6 h·µg/mL, and a mean stay of 3.0 h.
    #[test]
    fn docetaxel_has_the_published_figures() {
        let [middle, ..] = Agent::Docetaxel.curves();
        let at_end = (area(middle, 60.0, 60.001) - area(middle, 60.0, 59.999)) / 0.002 * 60.0;
        assert!((at_end - 3.7 / 4.6).abs() < 0.001, "{at_end}");
        let stay: f64 = middle.iter().map(|(share, half)| share * half).sum();
        assert!((stay / core::f64::consts::LN_2 / 60.0 - 3.0).abs() < 0.01);
    }

    /// 809 to 1 214 L/m² over 324 to 809 mL/(min m²) are the mean stays.
    #[test]
    fn doxorubicin_has_the_published_figures() {
        let stays = [29.76, 16.67, 62.45];
        for (curve, hours) in Agent::Doxorubicin.curves().iter().zip(stays) {
            let stay: f64 = curve.iter().map(|(share, half)| share * half).sum();
            assert!((stay / core::f64::consts::LN_2 / 60.0 - hours).abs() < 0.02, "{stay}");
        }
    }

    #[test]
    fn every_curve_has_all_of_its_area_in_the_end() {
        for curve in [Agent::Docetaxel, Agent::Doxorubicin].iter().flat_map(|a| a.curves()) {
            assert!((curve.iter().map(|(share, _)| share).sum::<f64>() - 1.0).abs() < 2e-4);
            assert!((area(curve, 60.0, 1.0e6) - 1.0).abs() < 2e-4);
            assert!(area(curve, 60.0, 0.0).abs() < 1e-12 && area(curve, 60.0, -5.0).abs() < 1e-12);
        }
    }

    /// The closed area against a sum of small doses.
    #[test]
    fn an_infusion_is_many_small_doses() {
        let [middle, ..] = Agent::Doxorubicin.curves();
        let dose = |since: f64| -> f64 {
            let decayed = |(share, half): &Part| {
                share * -libm::expm1(-since.max(0.0) / half * core::f64::consts::LN_2)
            };
            middle.iter().map(decayed).sum()
        };
        let doses = 6_000;
        let until = 75.0;
        let sum: f64 = (0..doses)
            .map(|dose_number| {
                dose(until - 60.0 * (f64::from(dose_number) + 0.5) / f64::from(doses))
            })
            .sum();
        assert!((sum / f64::from(doses) - area(middle, 60.0, until)).abs() < 1e-6);
    }

    #[test]
    fn a_warm_scalp_is_one_and_a_colder_one_less() {
        let seen = |follicle_c: f64, perfusion: f64| {
            let mut exposure = Exposure::new(Agent::Docetaxel, 60.0, 34.8);
            (-30..120)
                .for_each(|minute| exposure.see(f64::from(minute), 1.0, follicle_c, perfusion));
            exposure.index()
        };
        let warm = seen(34.8, 1.0);
        assert!(
            [warm.central, warm.low, warm.high].iter().all(|index| (index - 1.0).abs() < 1e-12)
        );
        let (cold, colder) = (seen(20.0, 0.27), seen(18.0, 0.26));
        assert!(colder.central < cold.central && cold.high < 1.0 && colder.low > 0.0);
        let nothing = Exposure::new(Agent::Docetaxel, 60.0, 34.8).index();
        assert!((nothing.central - 1.0).abs() < 1e-12 && nothing.covered.abs() < 1e-12);
    }
}
