//! The parts of the virtual machine that a scenario may set.

use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::Table;
use coldcap_sim::{MachineParameters, ParameterError};

type Part = fn(&mut MachineParameters) -> &mut f64;

/// Every field: the table that it stands in, `""` for that of the machine itself, its name, and its place.
const FIELDS: [(&str, &str, Part); 16] = [
    ("", "ambient_c", |machine| &mut machine.ambient_c),
    ("tank", "start_c", |machine| &mut machine.tank.start_c),
    ("tank", "litres", |machine| &mut machine.tank.litres),
    ("tank", "chiller_w", |machine| &mut machine.tank.chiller_w),
    ("tank", "gain_w_per_k", |machine| &mut machine.tank.gain_w_per_k),
    ("circuit", "valve_stroke_s", |machine| &mut machine.circuit.valve_stroke_s),
    ("circuit", "full_flow_l_min", |machine| &mut machine.circuit.full_flow_l_min),
    ("circuit", "pump_lag_s", |machine| &mut machine.circuit.pump_lag_s),
    ("circuit", "pump_heat_w", |machine| &mut machine.circuit.pump_heat_w),
    ("circuit", "hose_ml", |machine| &mut machine.circuit.hose_ml),
    ("circuit", "hose_gain_w_per_k", |machine| &mut machine.circuit.hose_gain_w_per_k),
    ("cap", "coolant_ml", |machine| &mut machine.cap.coolant_ml),
    ("cap", "film_resistance", |machine| &mut machine.cap.film_resistance),
    ("sensors", "lag_s", |machine| &mut machine.sensors.lag_s),
    ("sensors", "noise_k", |machine| &mut machine.sensors.noise_k),
    ("sensors", "offset_k", |machine| &mut machine.sensors.offset_k),
];

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
        if part.is_empty() { own.chain(PARTS).collect() } else { own.collect() }
    };
    table.only(&names(""))?;
    set(&table, "", &mut machine)?;
    for part in PARTS.into_iter().filter(|part| table.has(part)) {
        let inner = table.table(part)?;
        inner.only(&names(part))?;
        set(&inner, part, &mut machine)?;
    }
    machine.validate().map_err(|ParameterError { field, value, minimum, maximum }| {
        table.refuse(field, value.to_string(), &format!("{minimum} to {maximum}"))
    })?;
    Ok(machine)
}

fn set(
    table: &Table<'_>,
    part: &str,
    machine: &mut MachineParameters,
) -> Result<(), PlanFileError> {
    for (of, name, place) in FIELDS {
        if of == part && table.has(name) {
            *place(machine) = table.decimal(name, -1e6, 1e6)?;
        }
    }
    Ok(())
}
