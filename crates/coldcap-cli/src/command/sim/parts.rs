//! The parts of the virtual machine that a scenario may set.

use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_sim::machine::{
    Chiller, CompressorParameters, CrownParameters, FreezeParameters, HydraulicParameters,
    PeltierParameters,
};
use coldcap_sim::{MachineParameters, ParameterError};

/// A place in the machine, where this machine has it.
type Part = fn(&mut MachineParameters) -> Option<&mut f64>;

/// Every field: the table that it stands in, `""` for that of the machine itself, its name, and its place.
const FIELDS: [(&str, &str, Part); 38] = [
    ("", "ambient_c", |machine| Some(&mut machine.ambient_c)),
    ("", "glycol", |machine| Some(&mut machine.glycol)),
    ("tank", "start_c", |machine| Some(&mut machine.tank.start_c)),
    ("tank", "litres", |machine| Some(&mut machine.tank.litres)),
    ("tank", "chiller_w", |machine| Some(&mut compressor(machine)?.full_w)),
    ("tank", "slope_w_per_k", |machine| Some(&mut compressor(machine)?.slope_w_per_k)),
    ("tank", "start_delay_s", |machine| Some(&mut compressor(machine)?.start_delay_s)),
    ("tank", "minimum_on_s", |machine| Some(&mut compressor(machine)?.minimum_on_s)),
    ("tank", "minimum_off_s", |machine| Some(&mut compressor(machine)?.minimum_off_s)),
    ("tank", "modules", |machine| Some(&mut peltier(machine)?.modules)),
    ("tank", "seebeck_v_per_k", |machine| Some(&mut peltier(machine)?.seebeck_v_per_k)),
    ("tank", "ohm", |machine| Some(&mut peltier(machine)?.ohm)),
    ("tank", "conducts_w_per_k", |machine| Some(&mut peltier(machine)?.conducts_w_per_k)),
    ("tank", "full_a", |machine| Some(&mut peltier(machine)?.full_a)),
    ("tank", "sink_k_per_w", |machine| Some(&mut peltier(machine)?.sink_k_per_w)),
    ("tank", "sink_j_per_k", |machine| Some(&mut peltier(machine)?.sink_j_per_k)),
    ("tank", "surface_m2", |machine| Some(&mut machine.tank.freeze.as_mut()?.surface_m2)),
    ("tank", "metal_part", |machine| Some(&mut machine.tank.freeze.as_mut()?.metal_part)),
    ("tank", "gain_w_per_k", |machine| Some(&mut machine.tank.gain_w_per_k)),
    ("circuit", "valve_stroke_s", |machine| Some(&mut machine.circuit.valve_stroke_s)),
    ("circuit", "full_flow_l_min", |machine| Some(&mut machine.circuit.full_flow_l_min)),
    ("circuit", "pump_lag_s", |machine| Some(&mut machine.circuit.pump_lag_s)),
    ("circuit", "pump_heat_w", |machine| Some(&mut machine.circuit.pump_heat_w)),
    ("circuit", "hose_ml", |machine| Some(&mut machine.circuit.hose_ml)),
    ("circuit", "hose_gain_w_per_k", |machine| Some(&mut machine.circuit.hose_gain_w_per_k)),
    ("circuit", "shut_off_kpa", |machine| Some(&mut hydraulics(machine)?.shut_off_kpa)),
    ("circuit", "free_flow_l_min", |machine| Some(&mut hydraulics(machine)?.free_flow_l_min)),
    ("circuit", "bore_mm", |machine| Some(&mut hydraulics(machine)?.bore_mm)),
    ("circuit", "hose_m", |machine| Some(&mut hydraulics(machine)?.hose_m)),
    ("circuit", "cap_m", |machine| Some(&mut hydraulics(machine)?.cap_m)),
    ("cap", "coolant_ml", |machine| Some(&mut machine.cap.coolant_ml)),
    ("cap", "film_resistance", |machine| Some(&mut machine.cap.film_resistance)),
    ("cap", "film_part", |machine| Some(&mut machine.cap.film_part)),
    ("cap", "area_part", |machine| Some(&mut machine.cap.crown.as_mut()?.area_part)),
    ("cap", "flow_part", |machine| Some(&mut machine.cap.crown.as_mut()?.flow_part)),
    ("sensors", "lag_s", |machine| Some(&mut machine.sensors.lag_s)),
    ("sensors", "noise_k", |machine| Some(&mut machine.sensors.noise_k)),
    ("sensors", "offset_k", |machine| Some(&mut machine.sensors.offset_k)),
];

fn compressor(machine: &mut MachineParameters) -> Option<&mut CompressorParameters> {
    match &mut machine.tank.chiller {
        Chiller::Compressor(compressor) => Some(compressor),
        Chiller::Peltier(_) => None,
    }
}

fn peltier(machine: &mut MachineParameters) -> Option<&mut PeltierParameters> {
    match &mut machine.tank.chiller {
        Chiller::Compressor(_) => None,
        Chiller::Peltier(stack) => Some(stack),
    }
}

fn hydraulics(machine: &mut MachineParameters) -> Option<&mut HydraulicParameters> {
    machine.circuit.hydraulics.as_mut()
}

/// What chooses a variant, and the table that it stands in.
const VARIANTS: [(&str, &str); 4] =
    [("tank", "chiller"), ("tank", "freezes"), ("circuit", "viscous"), ("cap", "crown")];

const PARTS: [&str; 4] = ["tank", "circuit", "cap", "sensors"];

/// The standard machine, with what `[machine]` says otherwise.
pub(super) fn machine(root: &Table<'_>) -> Result<MachineParameters, PlanFileError> {
    let mut machine = MachineParameters::standard();
    if !root.has("machine") {
        return Ok(machine);
    }
    let table = root.table("machine")?;
    let names = |part: &str| -> Vec<&str> {
        let own = FIELDS.iter().filter(|(of, ..)| *of == part).map(|(_, name, _)| *name);
        let variants = VARIANTS.iter().filter(|(of, _)| *of == part).map(|(_, name)| *name);
        let own = own.chain(variants);
        if part.is_empty() { own.chain(PARTS).collect() } else { own.collect() }
    };
    table.only(&names(""))?;
    set(&table, "", &mut machine)?;
    for part in PARTS.into_iter().filter(|part| table.has(part)) {
        let inner = table.table(part)?;
        inner.only(&names(part))?;
        choose(&inner, &mut machine)?;
        set(&inner, part, &mut machine)?;
    }
    machine.validate().map_err(|ParameterError { field, value, minimum, maximum }| {
        table.refuse(field, value.to_string(), &format!("{minimum} to {maximum}"))
    })?;
    Ok(machine)
}

/// Takes the variants that a table asks for; their fields begin with the standard ones.
fn choose(table: &Table<'_>, machine: &mut MachineParameters) -> Result<(), PlanFileError> {
    let chillers = [
        ("compressor", Chiller::Compressor(CompressorParameters::standard())),
        ("peltier", Chiller::Peltier(PeltierParameters::standard())),
    ];
    machine.tank.chiller = table.choice_or("chiller", &chillers, machine.tank.chiller)?;
    if table.has("freezes") {
        machine.tank.freeze = table.boolean("freezes")?.then(FreezeParameters::standard);
    }
    if table.has("viscous") {
        machine.circuit.hydraulics = table.boolean("viscous")?.then(HydraulicParameters::standard);
    }
    if table.has("crown") {
        machine.cap.crown = table.boolean("crown")?.then(CrownParameters::even);
    }
    Ok(())
}

fn set(
    table: &Table<'_>,
    part: &str,
    machine: &mut MachineParameters,
) -> Result<(), PlanFileError> {
    for (of, name, place) in FIELDS {
        if of == part && table.has(name) {
            let value = table.decimal(name, -1e6, 1e6)?;
            let Some(place) = place(machine) else {
                let allowed =
                    "only where its variant is chosen, by chiller, freezes, viscous or crown";
                return Err(table.refuse(name, value.to_string(), allowed));
            };
            *place = value;
        }
    }
    Ok(())
}
