//! What makes one machine different from another.

use super::chiller::{Chiller, CompressorParameters};
use super::hydraulics::HydraulicParameters;
use super::ice::FreezeParameters;
use crate::parameter::{ParameterError, check};

/// The parameters of a machine. All channels are alike.
///
/// ```
/// use coldcap_sim::MachineParameters;
/// let mut machine = MachineParameters::standard();
/// machine.cap.film_resistance = 1.0;
/// let refused = machine.validate().unwrap_err();
/// assert_eq!(refused.to_string(), "cap.film_resistance is 1; allowed is 0.003 to 0.05");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MachineParameters {
    /// Temperature of the room in °C, 10 to 40. Hoses and caps begin at it.
    pub ambient_c: f64,
    /// Propylene glycol in the coolant, as a part of its mass, 0.1 to 0.6. It matters where flow depends on viscosity
    /// ([`CircuitParameters::hydraulics`]) or the evaporator can freeze ([`TankParameters::freeze`]).
    pub glycol: f64,
    /// Tank and chiller.
    pub tank: TankParameters,
    /// Valve, pump and hoses.
    pub circuit: CircuitParameters,
    /// Cap.
    pub cap: CapParameters,
    /// Sensors.
    pub sensors: SensorParameters,
}

/// The tank and the chiller that cools it. The tank is stirred; of ice there is that on the evaporator, on request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TankParameters {
    /// Temperature at the beginning in °C, −10 to 40.
    pub start_c: f64,
    /// Volume in L, 1 to 10.
    pub litres: f64,
    /// The level switch opens below this volume in L, 0.5 to 10.
    pub low_level_litres: f64,
    /// What cools its evaporator.
    pub chiller: Chiller,
    /// Conductance from the tank to the room in W/K, 0 to 5.
    pub gain_w_per_k: f64,
    /// Conductance from the evaporator to the tank in W/K, 20 to 500.
    pub evaporator_w_per_k: f64,
    /// Heat capacity of the evaporator in J/K, 500 to 10 000.
    pub evaporator_j_per_k: f64,
    /// How ice grows on the evaporator; without it nothing freezes.
    pub freeze: Option<FreezeParameters>,
}

/// The valve, the pump and the two hoses of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CircuitParameters {
    /// Time of the mixing valve's full stroke in s, 1 to 60. Without power it closes by its spring.
    pub valve_stroke_s: f64,
    /// Flow of the pump at full duty in L/min, 0.2 to 2; with [`hydraulics`](Self::hydraulics) the flow for which pump and
    /// cap are rated.
    pub full_flow_l_min: f64,
    /// Time constant of the pump in s, 0.2 to 10.
    pub pump_lag_s: f64,
    /// Heat of the pump into the coolant at full flow in W, 0 to 30.
    pub pump_heat_w: f64,
    /// Volume of each hose in mL, 10 to 200.
    pub hose_ml: f64,
    /// Conductance from each hose to the room in W/K, 0 to 1.
    pub hose_gain_w_per_k: f64,
    /// A pump's curve against a viscous coolant; without it the flow is the duty's share of the full flow.
    pub hydraulics: Option<HydraulicParameters>,
}

/// The cap. Front and rear halves have equal parts of everything that a crown leaves them, of the coolant, too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapParameters {
    /// Coolant in the cap in mL, 50 to 500.
    pub coolant_ml: f64,
    /// Heat capacity of its wall in J/K, 100 to 2000.
    pub wall_j_per_k: f64,
    /// Resistance between the coolant and the inner face in m²K/W, film and wall together, 0.003 to
    /// 0.05.
    pub film_resistance: f64,
    /// The film's part of that at the rated flow, 0 to 0.9: it goes with the cube root of the flow, the wall does not.
    /// With 0 nothing depends on the flow.
    pub film_part: f64,
    /// Resistance between the inner face of a cap that is not worn and the room in m²K/W, 0.05 to 1.
    pub open_resistance: f64,
    /// Conductance through the cover from the coolant to the room in W/(m² K), 0 to 20.
    pub cover_w_per_m2_k: f64,
    /// Area of a cap that is not worn in m², 0.04 to 0.1; a worn one covers what its patient says.
    pub area_m2: f64,
    /// The zone over the vertex, where the cap has one of its own. Without it the halves meet over the vertex.
    pub crown: Option<CrownParameters>,
}

/// The zone over the vertex, between front and rear. It has no sensor of its own but that the safety sensor lies where the
/// cap is coldest. How its hair differs is the patient's: [`PatientParameters::crown_hair_ratio`].
///
/// [`PatientParameters::crown_hair_ratio`]: crate::PatientParameters::crown_hair_ratio
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrownParameters {
    /// Its part of the cap's area, of its wall and of the coolant in it, 0.05 to 0.6.
    pub area_part: f64,
    /// Its part of the flow, 0.01 to 0.9: what goes another way leaves it stale.
    pub flow_part: f64,
}

/// The sensors. They do not age. A standard machine's thermistors are matched to their type's curve but for
/// an offset; the further errors are for showing what calibration removes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorParameters {
    /// Time constant of every thermistor in s, 0.2 to 30.
    pub lag_s: f64,
    /// Standard deviation of every thermistor's noise in K, 0 to 0.1.
    pub noise_k: f64,
    /// Largest offset of a thermistor in K, 0 to 1. Each has its own, drawn by the seed.
    pub offset_k: f64,
    /// Tolerance of a thermistor's resistance at 25 °C, as a part of it, 0 to 0.05: each has its own.
    pub resistance_part: f64,
    /// Tolerance of how steep a thermistor is in ln R, as a part of it, 0 to 0.05: each has its own.
    pub steepness_part: f64,
    /// Both leads of every thermistor together in Ω, 0 to 100.
    pub lead_ohm: f64,
    /// Reference voltage of the dividers in V, 0 to 5. With 0 a sensor is not warmed by its current.
    pub reference_volt: f64,
    /// Power that warms a thermistor by a kelvin in mW/K, 0.5 to 100: in liquid, in baths and in place alike.
    pub dissipation_mw_per_k: f64,
    /// Edges of the flow meter for each millilitre, 1 to 50.
    pub edges_per_ml: f64,
    /// Where a skin-side sensor is fitted, if it is: it has the same errors as the others, and sees the scalp
    /// and nothing of the cap.
    pub skin: Option<SkinPlace>,
}

/// The half that a skin-side sensor lies under. None lies under a crown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SkinPlace {
    /// Under the front half.
    Front,
    /// Under the rear half.
    Rear,
}

impl MachineParameters {
    /// A machine of the size that published figures suggest: 4 L of propylene glycol, a small
    /// compressor, 1 L/min through a cap of 1 kJ/K (400 J/K of wall and 150 mL of coolant).
    ///
    /// Film and wall of 0.010 m²K/W are 1.5 to 2 mm of silicone and 200 to 500 W/(m² K) of film. The
    /// cooling power at −8 °C, 255 W, is what a compressor of 450 W at 22 °C has left.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            ambient_c: 22.0,
            glycol: 0.3,
            tank: TankParameters {
                start_c: 22.0,
                litres: 4.0,
                low_level_litres: 3.0,
                chiller: Chiller::Compressor(CompressorParameters::standard()),
                gain_w_per_k: 0.8,
                evaporator_w_per_k: 100.0,
                evaporator_j_per_k: 1_500.0,
                freeze: None,
            },
            circuit: CircuitParameters {
                valve_stroke_s: 10.0,
                full_flow_l_min: 1.0,
                pump_lag_s: 0.5,
                pump_heat_w: 5.0,
                hose_ml: 57.0,
                hose_gain_w_per_k: 0.05,
                hydraulics: None,
            },
            cap: CapParameters {
                coolant_ml: 150.0,
                wall_j_per_k: 400.0,
                film_resistance: 0.010,
                film_part: 0.0,
                open_resistance: 0.12,
                cover_w_per_m2_k: 5.0,
                area_m2: 0.07,
                crown: None,
            },
            sensors: SensorParameters {
                lag_s: 3.0,
                noise_k: 0.002,
                offset_k: 0.03,
                resistance_part: 0.0,
                steepness_part: 0.0,
                lead_ohm: 0.0,
                reference_volt: 0.0,
                dissipation_mw_per_k: 8.0,
                edges_per_ml: 10.0,
                skin: None,
            },
        }
    }

    /// Checks every field against its range.
    ///
    /// # Errors
    /// The first field that is out of range, with its path, its value and what is allowed.
    pub fn validate(&self) -> Result<(), ParameterError> {
        check(&[("ambient_c", self.ambient_c, 10.0, 40.0), ("glycol", self.glycol, 0.1, 0.6)])?;
        self.tank.validate()?;
        self.circuit.validate()?;
        self.cap.validate()?;
        self.sensors.validate()
    }
}

impl Default for MachineParameters {
    fn default() -> Self {
        Self::standard()
    }
}

impl TankParameters {
    fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("tank.start_c", self.start_c, -10.0, 40.0),
            ("tank.litres", self.litres, 1.0, 10.0),
            ("tank.low_level_litres", self.low_level_litres, 0.5, 10.0),
            ("tank.gain_w_per_k", self.gain_w_per_k, 0.0, 5.0),
            ("tank.evaporator_w_per_k", self.evaporator_w_per_k, 20.0, 500.0),
            ("tank.evaporator_j_per_k", self.evaporator_j_per_k, 500.0, 10_000.0),
        ])?;
        match &self.chiller {
            Chiller::Compressor(compressor) => compressor.validate()?,
            Chiller::Peltier(stack) => stack.validate()?,
        }
        self.freeze.map_or(Ok(()), |freeze| freeze.validate())
    }
}

impl CircuitParameters {
    fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("circuit.valve_stroke_s", self.valve_stroke_s, 1.0, 60.0),
            ("circuit.full_flow_l_min", self.full_flow_l_min, 0.2, 2.0),
            ("circuit.pump_lag_s", self.pump_lag_s, 0.2, 10.0),
            ("circuit.pump_heat_w", self.pump_heat_w, 0.0, 30.0),
            ("circuit.hose_ml", self.hose_ml, 10.0, 200.0),
            ("circuit.hose_gain_w_per_k", self.hose_gain_w_per_k, 0.0, 1.0),
        ])?;
        self.hydraulics.map_or(Ok(()), |hydraulics| hydraulics.validate())
    }
}

impl CapParameters {
    fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("cap.coolant_ml", self.coolant_ml, 50.0, 500.0),
            ("cap.wall_j_per_k", self.wall_j_per_k, 100.0, 2_000.0),
            ("cap.film_resistance", self.film_resistance, 0.003, 0.05),
            ("cap.film_part", self.film_part, 0.0, 0.9),
            ("cap.open_resistance", self.open_resistance, 0.05, 1.0),
            ("cap.cover_w_per_m2_k", self.cover_w_per_m2_k, 0.0, 20.0),
            ("cap.area_m2", self.area_m2, 0.04, 0.1),
        ])?;
        self.crown.map_or(Ok(()), |crown| crown.validate())
    }
}

impl CrownParameters {
    /// A fifth of the cap with a fifth of the flow. Assumed: how a cap's area and flow are divided is published nowhere that
    /// we saw.
    #[must_use]
    pub const fn even() -> Self {
        Self { area_part: 0.2, flow_part: 0.2 }
    }

    fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("cap.crown.area_part", self.area_part, 0.05, 0.6),
            ("cap.crown.flow_part", self.flow_part, 0.01, 0.9),
        ])
    }
}

impl SensorParameters {
    fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("sensors.lag_s", self.lag_s, 0.2, 30.0),
            ("sensors.noise_k", self.noise_k, 0.0, 0.1),
            ("sensors.offset_k", self.offset_k, 0.0, 1.0),
            ("sensors.resistance_part", self.resistance_part, 0.0, 0.05),
            ("sensors.steepness_part", self.steepness_part, 0.0, 0.05),
            ("sensors.lead_ohm", self.lead_ohm, 0.0, 100.0),
            ("sensors.reference_volt", self.reference_volt, 0.0, 5.0),
            ("sensors.dissipation_mw_per_k", self.dissipation_mw_per_k, 0.5, 100.0),
            ("sensors.edges_per_ml", self.edges_per_ml, 1.0, 50.0),
        ])
    }
}
