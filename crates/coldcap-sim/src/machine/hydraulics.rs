//! A pump's curve against hoses and cap full of a viscous coolant.

use super::coolant::Viscosity;
use crate::parameter::{ParameterError, check};

/// A pump with a straight curve from its shut-off pressure to its free flow, against hoses and a cap in which the coolant
/// flows without turbulence: cold coolant flows less. That holds up to a Reynolds number of some 2300; beyond it the model
/// lets too much through.
///
/// With less drive the curve moves as those of centrifugal pumps: flow with the speed, pressure with its square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HydraulicParameters {
    /// Pressure of the pump at full duty against a closed way in kPa, 5 to 300.
    pub shut_off_kpa: f64,
    /// Flow of the pump at full duty against nothing in L/min, 0.5 to 4.
    pub free_flow_l_min: f64,
    /// Bore of the hoses in mm, 3 to 12.
    pub bore_mm: f64,
    /// Length of each hose in m, 0.5 to 6. Its volume, and with it its delay, is [`CircuitParameters::hose_ml`].
    ///
    /// [`CircuitParameters::hose_ml`]: super::CircuitParameters::hose_ml
    pub hose_m: f64,
    /// The length of such a hose that resists as much as the cap and its couplings, in m, 0 to 20.
    pub cap_m: f64,
}

impl HydraulicParameters {
    /// Two hoses of 2 m and 6 mm, as the volume of the standard hose has it. The pump's curve and the cap's resistance are
    /// assumed, so that coolant of 30 % at −4 °C flows at 1.0 L/min.
    #[must_use]
    pub const fn standard() -> Self {
        Self { shut_off_kpa: 60.0, free_flow_l_min: 2.0, bore_mm: 6.0, hose_m: 2.0, cap_m: 2.0 }
    }

    pub(super) fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("circuit.hydraulics.shut_off_kpa", self.shut_off_kpa, 5.0, 300.0),
            ("circuit.hydraulics.free_flow_l_min", self.free_flow_l_min, 0.5, 4.0),
            ("circuit.hydraulics.bore_mm", self.bore_mm, 3.0, 12.0),
            ("circuit.hydraulics.hose_m", self.hose_m, 0.5, 6.0),
            ("circuit.hydraulics.cap_m", self.cap_m, 0.0, 20.0),
        ])
    }
}

/// The pump's side.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    shut_off_pa: f64,
    /// In L/s.
    free_flow: f64,
}

impl Curve {
    pub(super) fn new(parameters: &HydraulicParameters) -> Self {
        let free_flow = parameters.free_flow_l_min / 60.0;
        Self { shut_off_pa: parameters.shut_off_kpa * 1e3, free_flow }
    }

    /// Flow in L/s at this duty, above 0, against this resistance in Pa s/m³: where `d²·p₀·(1 − q/(d·q₀))` meets `R·q`.
    pub(super) fn flow(&self, duty: f64, resistance: f64) -> f64 {
        let per_litre = resistance / 1e3;
        let own = duty * self.shut_off_pa / self.free_flow;
        duty * duty * self.shut_off_pa / (per_litre + own)
    }
}

/// A squeezed hose, as a length of a free one in m: 5 cm at 1.3 mm of a bore of 6 mm.
const SQUEEZED_M: f64 = 23.0;

/// The way through hoses and cap.
#[derive(Clone, Debug)]
pub(super) struct Way {
    viscosity: Viscosity,
    /// Resistance of a metre for each Pa s of viscosity: Hagen and Poiseuille's `128/(π·d⁴)`, in m⁻³ for each metre.
    per_metre: f64,
    hose_m: f64,
    cap_m: f64,
}

impl Way {
    /// With a coolant of so much `glycol`.
    pub(super) fn new(parameters: &HydraulicParameters, glycol: f64) -> Self {
        let bore = parameters.bore_mm / 1e3;
        Self {
            viscosity: Viscosity::new(glycol),
            per_metre: 128.0 / (core::f64::consts::PI * bore * bore * bore * bore),
            hose_m: parameters.hose_m,
            cap_m: parameters.cap_m,
        }
    }

    /// In Pa s/m³, with coolant of these temperatures in supply and return hose and in the cap. A squeezed one is the
    /// return hose.
    pub(super) fn resistance(
        &self,
        [supply_c, return_c]: [f64; 2],
        cap_c: f64,
        squeezed: bool,
    ) -> f64 {
        let return_m = self.hose_m + if squeezed { SQUEEZED_M } else { 0.0 };
        let viscous = self.hose_m * self.viscosity.at(supply_c)
            + return_m * self.viscosity.at(return_c)
            + self.cap_m * self.viscosity.at(cap_c);
        self.per_metre * viscous
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: HydraulicParameters = HydraulicParameters::standard();

    fn at(celsius: f64, duty: f64, squeezed: bool, glycol: f64) -> f64 {
        let way = Way::new(&STANDARD, glycol);
        let resistance = way.resistance([celsius; 2], celsius, squeezed);
        Curve::new(&STANDARD).flow(duty, resistance) * 60.0
    }

    /// 4 m of 6 mm at 1 L/min: 24 kPa for 35 % at −4 °C, as another computation has it.
    #[test]
    fn the_pressure_over_hoses_is_what_others_compute() {
        let way = Way::new(&HydraulicParameters { cap_m: 0.0, ..STANDARD }, 0.35);
        let pascal = way.resistance([-4.0; 2], -4.0, false) / 60_000.0;
        assert!((pascal / 24_000.0 - 1.0).abs() < 0.02, "{pascal} Pa");
    }

    /// The working point lies on both lines, whatever the duty.
    #[test]
    fn pressure_of_the_pump_is_that_of_the_way() {
        let (way, curve) = (Way::new(&STANDARD, 0.3), Curve::new(&STANDARD));
        for (duty, celsius) in [(1.0, 20.0), (1.0, -8.0), (0.5, -4.0), (0.1, 5.0)] {
            let resistance = way.resistance([celsius; 2], celsius, false);
            let flow = curve.flow(duty, resistance);
            let pump = duty * duty * 60e3 * (1.0 - flow / (duty * 2.0 / 60.0));
            assert!((resistance * flow / 1e3 - pump).abs() < 1e-6, "{pump}");
            assert!(flow * 60.0 < 2.0 * duty);
        }
    }

    #[test]
    fn cold_coolant_flows_less_and_so_does_more_glycol() {
        let flows = [20.0, 5.0, -4.0, -8.0].map(|celsius| at(celsius, 1.0, false, 0.3));
        assert!(flows.is_sorted_by(|warm, cold| warm > cold), "{flows:?}");
        assert!((1.45..1.6).contains(&flows[0]) && (1.0..1.1).contains(&flows[2]), "{flows:?}");
        assert!(at(-4.0, 1.0, false, 0.4) < 0.8 * flows[2]);
        // Half the speed leaves less than half of the flow.
        assert!(at(-4.0, 0.5, false, 0.3) < 0.5 * flows[2]);
    }

    #[test]
    fn a_squeezed_hose_leaves_a_third() {
        let left = at(-4.0, 1.0, true, 0.3) / at(-4.0, 1.0, false, 0.3);
        assert!((0.3..0.4).contains(&left), "{left}");
    }
}
