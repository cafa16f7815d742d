//! One channel: valve, pump, hoses, cap, and the head under it.

use super::actuator::{Obstacle, Pump, Valve};
use super::cap::CapZone;
use super::energy::EnergyBalance;
use super::hose::Hose;
use super::hydraulics::Way;
use super::parameters::{MachineParameters, SkinPlace};
use super::truth::{CapPlacement, CrownTruth, Truth};
use super::{COOLANT_J_PER_L_K, STEP_S};
use crate::fault::{FaultKind, FaultSet, Place};
use crate::patient::{Boundary, PatientParameters, Scalp};
use crate::random::Random;
use crate::sensor::{Character, FlowMeter, Probe, Thermistor};
use coldcap::{CapInputs, ChannelDrives, ChannelInputs};
use coldcap_units::{Duty, Fault, Instant, Reading};

/// The scalp takes its steps half a second apart: nothing under it changes faster, and its heat is the same over the five
/// steps of the cap.
const SCALP_STEPS: u8 = 5;
const SCALP_STEP_S: f64 = SCALP_STEPS as f64 * STEP_S;

/// What a loose cap makes of the resistance between skin and face, and next to no hair of that in front.
const LIFTED: f64 = 4.0;
const BARE: f64 = 1.0 / 6.0;

/// Standard deviation of the pump current's noise in mA.
const CURRENT_NOISE_MA: f64 = 3.0;

/// A zone of the cap with the scalp under it: the front half, the rear half, or the crown between them.
#[derive(Clone, Debug)]
struct Zone {
    scalp: Scalp,
    cap: CapZone,
    hair_resistance: f64,
    /// How much of that there is now: 1 but for a fault.
    seat: f64,
    /// Out of the skin, in W/m², until the scalp's next step.
    flux: f64,
    /// Steps of the cap until then.
    due: u8,
    heat_w: f64,
}

/// What surrounds a zone in one step.
#[derive(Clone, Copy, Debug)]
struct Surroundings {
    worn: bool,
    ambient_c: f64,
    bare_resistance: f64,
    open_resistance: f64,
    /// Area of the zone in m².
    area_m2: f64,
    /// Area of the scalp under it in m².
    scalp_m2: f64,
}

/// The crown with its parts of area and flow.
#[derive(Clone, Debug)]
struct Crown {
    zone: Zone,
    area_part: f64,
    flow_part: f64,
    /// Its area over that of a half.
    to_half: f64,
}

impl Zone {
    /// One step with `litres` of coolant at `inlet_c` through it.
    fn step(&mut self, stream: (f64, f64), around: &Surroundings, balance: &mut EnergyBalance) {
        let interface_c = self.cap.interface_c();
        let boundary = if around.worn {
            let resistance = (self.hair_resistance * self.seat).clamp(0.003, 0.3);
            Boundary { celsius: interface_c, resistance }
        } else {
            Boundary { celsius: around.ambient_c, resistance: around.bare_resistance }
        };
        if self.due == 0 {
            (self.flux, self.due) = (self.scalp.step(&boundary), SCALP_STEPS);
        }
        self.due -= 1;
        let head_w = self.flux * around.scalp_m2;
        let air_w = around.area_m2 / around.open_resistance * (around.ambient_c - interface_c);
        let into_cap_w = if around.worn { head_w } else { air_w };
        let outside = (around.area_m2, around.ambient_c);
        balance.room_j += self.cap.step(stream, into_cap_w * STEP_S, outside);
        if !around.worn {
            balance.room_j += (air_w - head_w) * STEP_S;
        }
        self.heat_w = if around.worn { head_w } else { 0.0 };
    }

    /// Heat of the scalp's last step that the cap's steps have still to bring on, in J per m² of scalp.
    fn under_way(&self) -> f64 {
        self.flux * STEP_S * f64::from(self.due)
    }
}

/// The thermistors of a channel.
#[derive(Clone, Debug)]
struct Thermistors {
    supply: Thermistor,
    returned: Thermistor,
    front: Thermistor,
    rear: Thermistor,
    safety: Thermistor,
    skin: Option<(SkinPlace, Thermistor)>,
}

/// One channel. The cap's sensors hang on a cable of their own: they read while it is uncoupled.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    placement: CapPlacement,
    /// Where the cap is once a fault may have taken it off.
    actual: CapPlacement,
    valve: Valve,
    /// What the read-back says of it.
    valve_seen: Valve,
    pump: Pump,
    way: Option<Way>,
    supply_hose: Hose,
    return_hose: Hose,
    front: Zone,
    rear: Zone,
    crown: Option<Crown>,
    /// A half's part of the flow.
    half_flow: f64,
    /// Of a half.
    around: Surroundings,
    cap_m2: f64,
    sensors: Thermistors,
    meter: FlowMeter,
    random: Random,
}

impl Channel {
    /// At rest in the room, the cap off. Its noise comes from `seeds`.
    pub(super) fn new(
        machine: &MachineParameters,
        patient: &PatientParameters,
        seeds: &mut Random,
    ) -> Self {
        let ambient_c = machine.ambient_c;
        let parts = machine.cap.crown;
        let half_area = parts.map_or(0.5, |crown| 0.5 * (1.0 - crown.area_part));
        let circuit = &machine.circuit;
        let rated = circuit.full_flow_l_min / 60.0;
        let half_flow = parts.map_or(0.5, |crown| 0.5 * (1.0 - crown.flow_part));
        let zone = |part, flow_part: f64, hair_resistance| Zone {
            scalp: Scalp::bare(patient, ambient_c, SCALP_STEP_S),
            cap: CapZone::new(&machine.cap, part, flow_part * rated, ambient_c),
            hair_resistance,
            seat: 1.0,
            flux: 0.0,
            due: 0,
            heat_w: 0.0,
        };
        let hose = || Hose::new(circuit.hose_ml, circuit.hose_gain_w_per_k, ambient_c);
        let front = zone(half_area, half_flow, patient.front_resistance());
        let skin_c = front.scalp.skin_c();
        Self {
            placement: CapPlacement::Off,
            actual: CapPlacement::Off,
            valve: Valve::new(circuit),
            valve_seen: Valve::new(circuit),
            pump: Pump::new(circuit),
            way: circuit.hydraulics.map(|parts| Way::new(&parts, machine.glycol)),
            supply_hose: hose(),
            return_hose: hose(),
            front,
            rear: zone(half_area, half_flow, patient.rear_resistance()),
            crown: parts.map(|crown| Crown {
                zone: zone(crown.area_part, crown.flow_part, patient.crown_resistance()),
                area_part: crown.area_part,
                flow_part: crown.flow_part,
                to_half: crown.area_part / half_area,
            }),
            half_flow,
            around: Surroundings {
                worn: false,
                ambient_c,
                bare_resistance: patient.bare_resistance,
                open_resistance: machine.cap.open_resistance,
                area_m2: half_area * machine.cap.area_m2,
                scalp_m2: half_area * patient.covered_area_m2,
            },
            cap_m2: half_area * machine.cap.area_m2,
            sensors: Thermistors::new(machine, skin_c, seeds),
            meter: FlowMeter::new(machine.sensors.edges_per_ml),
            random: Random::new(seeds.next_u64()),
        }
    }

    pub(super) fn place_cap(&mut self, placement: CapPlacement) {
        self.placement = placement;
        self.actual = placement;
    }

    /// Takes a sensor out, or puts it back.
    pub(super) fn place_sensor(&mut self, place: Place, probe: Probe) {
        self.sensors.at(place).put(probe);
    }

    /// The dividers have this reference voltage now.
    pub(super) fn excite(&mut self, reference_volt: f64) {
        self.sensors.all().for_each(|sensor| sensor.excite(reference_volt));
    }

    /// Hair and air under the cap have this mean resistance now; front and rear keep their ratio.
    pub(super) fn seat_cap(&mut self, resistance: f64) {
        let mean = 0.5 * (self.front.hair_resistance + self.rear.hair_resistance);
        self.front.hair_resistance *= resistance / mean;
        self.rear.hair_resistance *= resistance / mean;
        if let Some(crown) = &mut self.crown {
            crown.zone.hair_resistance *= resistance / mean;
        }
    }

    /// One step on a tank at `tank_c`. Returns the heat that its stream brings to the tank, in J.
    pub(super) fn step(
        &mut self,
        drives: ChannelDrives,
        tank_c: f64,
        faults: FaultSet,
        balance: &mut EnergyBalance,
    ) -> f64 {
        let lifted = if faults.contains(FaultKind::CapLifts) { LIFTED } else { 1.0 };
        let bare = if faults.contains(FaultKind::BareSpot) { BARE } else { 1.0 };
        (self.front.seat, self.rear.seat) = (lifted * bare, lifted);
        let removed = faults.contains(FaultKind::CapOff);
        self.actual = if removed { CapPlacement::Off } else { self.placement };
        let slipped = faults.contains(FaultKind::ValveSlip);
        self.valve_seen.step(drives.valve);
        self.valve.step(if slipped { Duty::FULL } else { drives.valve });
        if !slipped {
            self.valve_seen = self.valve.clone();
        }
        let obstacle = self.obstacle(faults);
        let resistance = self.resistance(obstacle);
        self.pump.step(drives.pump, obstacle, resistance);
        let litres = self.pump.flow() * STEP_S;
        let to_tank = self.circulate(litres, tank_c, balance);
        self.meter.pass(litres * 1_000.0);
        self.follow(faults);
        to_tank
    }

    fn obstacle(&self, faults: FaultSet) -> Obstacle {
        if faults.contains(FaultKind::PumpStop) {
            Obstacle::Dead
        } else if faults.contains(FaultKind::PumpDry) {
            Obstacle::Dry
        } else if faults.contains(FaultKind::Kink) || !self.actual.is_coupled() {
            Obstacle::Blocked
        } else if faults.contains(FaultKind::PartialKink) {
            Obstacle::Narrow
        } else {
            Obstacle::Free
        }
    }

    /// What hoses and cap have against the flow, each with the coolant that is in it, in Pa s/m³; 0 where nobody asks.
    fn resistance(&self, obstacle: Obstacle) -> f64 {
        let Some(way) = &self.way else { return 0.0 };
        let hoses_c = [self.supply_hose.outlet_c(), self.return_hose.outlet_c()];
        way.resistance(hoses_c, self.leaving_c(), obstacle == Obstacle::Narrow)
    }

    /// Moves the coolant round: cap, return hose, mixing valve, pump, supply hose, cap.
    fn circulate(&mut self, litres: f64, tank_c: f64, balance: &mut EnergyBalance) -> f64 {
        let cap_c = self.leaving_c();
        let returned_c = self.return_hose.push(litres, cap_c);
        let fresh = self.valve.position();
        let mixed_c = fresh * tank_c + (1.0 - fresh) * returned_c;
        let rise_k = self.pump.rise_k();
        let inlet_c = self.supply_hose.push(litres, mixed_c + rise_k);
        let ambient_c = self.around.ambient_c;
        balance.pumps_j += litres * COOLANT_J_PER_L_K * rise_k;
        balance.room_j += self.supply_hose.warm(ambient_c) + self.return_hose.warm(ambient_c);
        self.exchange((litres, inlet_c), balance);
        fresh * litres * COOLANT_J_PER_L_K * (returned_c - tank_c)
    }

    /// Temperature of the coolant that leaves the cap in °C: what comes from its zones, mixed.
    fn leaving_c(&self) -> f64 {
        let halves_c = 0.5 * (self.front.cap.coolant_c() + self.rear.cap.coolant_c());
        let Some(crown) = &self.crown else { return halves_c };
        halves_c + crown.flow_part * (crown.zone.cap.coolant_c() - halves_c)
    }

    /// Lets the zones of the cap exchange heat with the stream, the head and the room.
    fn exchange(&mut self, (litres, inlet_c): (f64, f64), balance: &mut EnergyBalance) {
        let worn = self.actual.is_worn();
        let area_m2 = if worn { self.around.scalp_m2 } else { self.cap_m2 };
        self.around = Surroundings { worn, area_m2, ..self.around };
        let stream = (self.half_flow * litres, inlet_c);
        self.front.step(stream, &self.around, balance);
        self.rear.step(stream, &self.around, balance);
        if let Some(crown) = &mut self.crown {
            let around = Surroundings {
                area_m2: self.around.area_m2 * crown.to_half,
                scalp_m2: self.around.scalp_m2 * crown.to_half,
                ..self.around
            };
            crown.zone.step((crown.flow_part * litres, inlet_c), &around, balance);
        }
    }

    /// The coldest inner face in °C.
    fn coldest_face_c(&self) -> f64 {
        let halves_c = self.front.cap.interface_c().min(self.rear.cap.interface_c());
        self.crown.as_ref().map_or(halves_c, |crown| halves_c.min(crown.zone.cap.interface_c()))
    }

    fn follow(&mut self, faults: FaultSet) {
        let (front_c, rear_c) = (self.front.cap.interface_c(), self.rear.cap.interface_c());
        let coldest_c = self.coldest_face_c();
        let sensors = &mut self.sensors;
        sensors.supply.follow(self.supply_hose.inlet_c(), faults.defect(Place::Supply));
        sensors.returned.follow(self.return_hose.outlet_c(), faults.defect(Place::Return));
        sensors.front.follow(front_c, faults.defect(Place::Front));
        sensors.rear.follow(rear_c, faults.defect(Place::Rear));
        // It is placed where the cap is coldest, whichever zone that is.
        sensors.safety.follow(coldest_c, faults.defect(Place::Safety));
        if let Some((place, skin)) = &mut sensors.skin {
            let zone = if *place == SkinPlace::Front { &self.front } else { &self.rear };
            skin.follow(zone.scalp.skin_c(), None);
        }
    }

    /// What its sensors say at `now`; the cap reports `identity`.
    pub(super) fn inputs(&mut self, now: Instant, identity: u32) -> ChannelInputs {
        let noise_ma = CURRENT_NOISE_MA * self.random.gaussian();
        let coupled = self.actual.is_coupled();
        let sensors = &mut self.sensors;
        let read = |sensor: &mut Thermistor| Reading::new(sensor.sample(), now);
        ChannelInputs {
            supply: read(&mut sensors.supply),
            returned: read(&mut sensors.returned),
            front: read(&mut sensors.front),
            rear: read(&mut sensors.rear),
            safety: read(&mut sensors.safety),
            skin: sensors.skin.as_mut().map_or(Reading::absent(), |(_, skin)| read(skin)),
            flow: Reading::new(self.meter.pulses(), now),
            pressure: Reading::absent(),
            pump_current: Reading::new(self.pump.current(noise_ma), now),
            valve: Reading::new(self.valve_seen.read_back(), now),
            cap: CapInputs {
                coupled: Reading::new(coupled, now),
                identity: Reading {
                    value: if coupled { Ok(identity) } else { Err(Fault::Unavailable) },
                    taken: now,
                },
            },
        }
    }

    /// What is really so, but for the tank.
    pub(super) fn truth(&self) -> Truth {
        let (front, rear, crown) = (&self.front, &self.rear, self.crown.as_ref());
        let mean = |quantity: fn(&Scalp) -> f64| {
            let halves = 0.5 * (quantity(&front.scalp) + quantity(&rear.scalp));
            crown.map_or(halves, |crown| {
                halves + crown.area_part * (quantity(&crown.zone.scalp) - halves)
            })
        };
        let coldest_half_c = front.scalp.skin_c().min(rear.scalp.skin_c());
        Truth {
            skin_c: mean(Scalp::skin_c),
            coldest_skin_c: crown
                .map_or(coldest_half_c, |crown| coldest_half_c.min(crown.zone.scalp.skin_c())),
            follicle_c: mean(Scalp::follicle_c),
            interface_front_c: front.cap.interface_c(),
            interface_rear_c: rear.cap.interface_c(),
            supply_c: self.supply_hose.inlet_c(),
            return_c: self.return_hose.outlet_c(),
            perfusion: mean(Scalp::perfusion),
            heat_w: front.heat_w + rear.heat_w + crown.map_or(0.0, |crown| crown.zone.heat_w),
            flow_l_min: self.pump.flow() * 60.0,
            crown: crown.map(|crown| CrownTruth {
                skin_c: crown.zone.scalp.skin_c(),
                follicle_c: crown.zone.scalp.follicle_c(),
                interface_c: crown.zone.cap.interface_c(),
            }),
            ..Truth::default()
        }
    }

    /// Heat in hoses, cap and scalp in J, counted from 0 °C.
    pub(super) fn stored(&self) -> f64 {
        let scalps = self.front.scalp.stored() + self.rear.scalp.stored();
        let caps = self.front.cap.stored() + self.rear.cap.stored();
        // What has left a scalp and is not in the cap yet.
        let under_way = self.front.under_way() + self.rear.under_way();
        let heads = (scalps + under_way) * self.around.scalp_m2;
        let crown = self.crown.as_ref().map_or(0.0, |crown| {
            let head = crown.zone.scalp.stored() + crown.zone.under_way();
            crown.zone.cap.stored() + head * self.around.scalp_m2 * crown.to_half
        });
        self.supply_hose.stored() + self.return_hose.stored() + caps + heads + crown
    }

    /// Heat that blood and tissue brought to the scalp, in J.
    pub(super) fn patient_heat(&self) -> f64 {
        let brought = |zone: &Zone| zone.scalp.heat().blood + zone.scalp.heat().metabolism;
        let crown = self.crown.as_ref().map_or(0.0, |crown| brought(&crown.zone) * crown.to_half);
        (brought(&self.front) + brought(&self.rear) + crown) * self.around.scalp_m2
    }
}

impl Thermistors {
    const fn at(&mut self, place: Place) -> &mut Thermistor {
        match place {
            Place::Supply => &mut self.supply,
            Place::Return => &mut self.returned,
            Place::Front => &mut self.front,
            Place::Rear => &mut self.rear,
            Place::Safety => &mut self.safety,
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Thermistor> {
        let Self { supply, returned, front, rear, safety, skin } = self;
        let skin = skin.as_mut().map(|(_, skin)| skin);
        [supply, returned, front, rear, safety].into_iter().chain(skin)
    }

    fn new(machine: &MachineParameters, skin_c: f64, seeds: &mut Random) -> Self {
        let character = machine.sensors.character();
        let mut at =
            |celsius| Thermistor::new(&character, celsius, STEP_S, Random::new(seeds.next_u64()));
        let ambient_c = machine.ambient_c;
        Self {
            supply: at(ambient_c),
            returned: at(ambient_c),
            front: at(ambient_c),
            rear: at(ambient_c),
            safety: at(ambient_c),
            // Drawn even where it is not fitted, so that fitting one leaves all other noise alone.
            skin: Some(at(skin_c)).and_then(|skin| Some((machine.sensors.skin?, skin))),
        }
    }
}

impl super::SensorParameters {
    /// What every thermistor has in common.
    pub(super) fn character(&self) -> Character {
        Character {
            lag_s: self.lag_s,
            noise_k: self.noise_k,
            offset_k: self.offset_k,
            resistance_part: self.resistance_part,
            steepness_part: self.steepness_part,
            lead_ohm: self.lead_ohm,
            reference_volt: self.reference_volt,
            dissipation_mw_per_k: self.dissipation_mw_per_k,
        }
    }
}
