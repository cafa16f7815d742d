//! What a board chooses: the guard's limits and delays, what is asked of its display, and how its loops and its tank are driven.

use super::ParameterFault;
use super::walk::{CHOICE, CODE, COUNT, DUTY, Walk, milli, span, up_to_min, up_to_ms, up_to_s};
use crate::config::{Circulation, Config, TICK};
use coldcap_calibration::flow::KFactor;
use coldcap_guard::detect::{Delays, FlowLimits, Limits, RawLimits, Watches};
use coldcap_guard::interlock;
use coldcap_thermal::cap::CapLoopConfig;
use coldcap_thermal::channel::{LoopConfig, LoopGains};
use coldcap_thermal::feed_forward::MixingBalance;
use coldcap_thermal::ramp::Ramp;
use coldcap_thermal::schedule::GainTable;
use coldcap_thermal::valve::Characteristic;
use coldcap_units::{Celsius, Kelvin};

/// The coldest that the freeze trip may stand for.
const ICE: Celsius = Celsius::from_milli(0);

/// Every number, in the order in which it is stored. What has rules between its numbers is built by its own constructor.
pub(super) fn walk<W: Walk>(config: &mut Config, walk: &mut W) -> Result<(), ParameterFault> {
    limits(&mut config.limits, walk)?;
    is_above_ice(config)?;
    display(config, walk);
    interlock(&mut config.interlock, walk);
    meter(&mut config.flow_meter, walk);
    tank(config, walk);
    coolant_loop(&mut config.coolant_loop, walk)?;
    cap_loop(&mut config.cap_loop, walk)?;
    circulation(&mut config.circulation, walk);
    rests(&mut config.circulation, walk);
    Ok(())
}

fn limits<W: Walk>(limits: &mut Limits, walk: &mut W) -> Result<(), ParameterFault> {
    let (mut raw, mut flow) = (*limits.raw(), *limits.flow());
    let (mut delays, mut watches) = (*limits.delays(), *limits.watches());
    raw_limits(&mut raw, walk);
    flow_limits(&mut flow, walk);
    sensor_delays(&mut delays, walk);
    machine_delays(&mut delays, walk);
    cap_watches(&mut watches, walk);
    line_watches(&mut watches, walk);
    let checked = Limits::new(raw, flow, delays).and_then(|limits| limits.with_watches(watches));
    *limits = checked.map_err(ParameterFault::Limits)?;
    Ok(())
}

/// A code that is sound by itself may be of another thermistor, or of another divider.
fn is_above_ice(config: &Config) -> Result<(), ParameterFault> {
    match config.thermistor.eval(config.limits.raw().freeze_trip) {
        Ok(at) if at.to_celsius() >= ICE => Ok(()),
        _ => Err(ParameterFault::FreezeTrip),
    }
}

fn raw_limits<W: Walk>(raw: &mut RawLimits, walk: &mut W) {
    walk.field("limits.freeze_trip", &mut raw.freeze_trip, CODE);
    walk.field("limits.freeze_near", &mut raw.freeze_near, CODE);
    walk.field("limits.evaporator_cold", &mut raw.evaporator_cold, CODE);
    walk.field("limits.open_above", &mut raw.open_above, CODE);
    walk.field("limits.short_below", &mut raw.short_below, CODE);
}

fn flow_limits<W: Walk>(flow: &mut FlowLimits, walk: &mut W) {
    walk.pulses(["flow.minimum_edges", "flow.minimum_window"], &mut flow.minimum_flow, 1);
    walk.field("flow.judged_from", &mut flow.judged_from, DUTY);
    walk.field("flow.minimum_pump_current", &mut flow.minimum_pump_current, span(1, 65_535));
}

fn sensor_delays<W: Walk>(delays: &mut Delays, walk: &mut W) {
    walk.field("delays.sensor_stale", &mut delays.sensor_stale, up_to_s(5));
    walk.field("delays.input_stale", &mut delays.input_stale, up_to_s(10));
    walk.field("delays.sensor_fault", &mut delays.sensor_fault, up_to_s(5));
    walk.optional("delays.stuck", &mut delays.stuck, up_to_min(60));
    walk.field("delays.freeze_samples", &mut delays.freeze_samples, span(1, 5));
    walk.field("delays.freeze_near", &mut delays.freeze_near, up_to_s(30));
    walk.field("delays.flow_lost", &mut delays.flow_lost, up_to_s(30));
    walk.field("delays.pump_stopped", &mut delays.pump_stopped, up_to_s(30));
    walk.field("delays.cap_uncoupled", &mut delays.cap_uncoupled, up_to_s(5));
}

fn machine_delays<W: Walk>(delays: &mut Delays, walk: &mut W) {
    walk.field("delays.chiller_stops", &mut delays.chiller_stops, up_to_min(2));
    walk.field("delays.chiller_stuck", &mut delays.chiller_stuck, up_to_min(2));
    walk.field("delays.leak", &mut delays.leak, up_to_s(10));
    walk.field("delays.mains_lost", &mut delays.mains_lost, up_to_s(10));
    walk.field("delays.level_low", &mut delays.level_low, up_to_s(60));
    walk.field("delays.evaporator_cold", &mut delays.evaporator_cold, up_to_s(30));
    walk.field("delays.permit_mismatch", &mut delays.permit_mismatch, up_to_s(10));
    walk.field("delays.pump_runs_on", &mut delays.pump_runs_on, up_to_s(30));
    walk.field("delays.flow_runs_on", &mut delays.flow_runs_on, up_to_min(2));
    walk.field("delays.evaporator_warm", &mut delays.evaporator_warm, up_to_min(10));
    walk.field("delays.link_lost", &mut delays.link_lost, up_to_min(1));
    walk.field("delays.link_back", &mut delays.link_back, up_to_min(10));
}

fn cap_watches<W: Walk>(watches: &mut Watches, walk: &mut W) {
    let Watches { ahead, agreement, heat, dose, .. } = watches;
    walk.field("ahead.horizon", &mut ahead.horizon, up_to_min(2));
    walk.field("ahead.samples", &mut ahead.samples, span(2, 50));
    walk.field("agreement.faces", &mut agreement.faces, CODE);
    walk.field("agreement.safety", &mut agreement.safety, CODE);
    walk.field("agreement.lasts", &mut agreement.lasts, up_to_min(10));
    walk.field("heat.backward", &mut heat.backward, CODE);
    walk.field("heat.uptake", &mut heat.uptake, CODE);
    walk.field("heat.forward", &mut heat.forward, CODE);
    walk.field("heat.lasts", &mut heat.lasts, up_to_min(15));
    walk.field("dose.cold", &mut dose.cold, CODE);
    walk.field("dose.most", &mut dose.most, up_to_min(24 * 60));
    walk.field("dose.bin", &mut dose.bin, span(1_000, 64_800_000));
    walk.field("dose.again", &mut dose.again, up_to_min(24 * 60));
}

fn line_watches<W: Walk>(watches: &mut Watches, walk: &mut W) {
    let flow = &mut watches.occlusion;
    walk.pulses(["occlusion.free_edges", "occlusion.free_window"], &mut flow.free, 0);
    walk.field("occlusion.cold_permille", &mut flow.cold_permille, span(0, 1_000));
    walk.field("occlusion.warm", &mut flow.warm, span(0, u32::MAX));
    walk.field("occlusion.cold", &mut flow.cold, CODE);
    walk.field("occlusion.least_permille", &mut flow.least_permille, span(0, 1_000));
    walk.field("occlusion.lasts", &mut flow.lasts, up_to_min(10));
}

fn display<W: Walk>(config: &mut Config, walk: &mut W) {
    let display = &mut config.display;
    walk.field("display.fitted", &mut display.fitted, CHOICE);
    walk.field("display.oldest_ticks", &mut display.oldest_ticks, span(1, 100));
    walk.field("display.stale", &mut display.stale, up_to_s(30));
    walk.field("display.silent", &mut display.silent, up_to_min(5));
}

/// What the constructor would make stricter is out of its span, and refused.
fn interlock<W: Walk>(config: &mut interlock::Config, walk: &mut W) {
    let (mut resets, mut floor) = (config.clinician_resets(), config.lowest_while_degraded());
    let most = u32::from(interlock::Config::MOST_CLINICIAN_RESETS);
    walk.field("interlock.clinician_resets", &mut resets, span(0, most));
    walk.field("interlock.floor.supply", &mut floor.supply, milli(0, 15_000));
    walk.field("interlock.floor.interface", &mut floor.interface, milli(5_000, 20_000));
    *config = interlock::Config::new(resets).with_floor(floor);
}

fn meter<W: Walk>(meter: &mut KFactor, walk: &mut W) {
    let mut factor = meter.milli_pulses_per_milliliter();
    walk.field("flow_meter.pulses_per_liter", &mut factor, span(1, 10_000_000));
    *meter = KFactor::new(factor).unwrap_or(*meter);
}

fn tank<W: Walk>(config: &mut Config, walk: &mut W) {
    walk.field("tank.hysteresis", &mut config.tank.hysteresis, milli(50, 5_000));
    walk.field("tank.minimum_on", &mut config.tank.minimum_on, up_to_min(30));
    walk.field("tank.minimum_off", &mut config.tank.minimum_off, up_to_min(30));
    walk.field("tank.offset", &mut config.tank_offset, milli(0, 10_000));
    walk.field("tank.coldest", &mut config.coldest_tank, milli(-15_000, 10_000));
    let mains = &mut config.mains;
    walk.field("mains.limit", &mut mains.limit_w, span(1, 65_535));
    walk.field("mains.rest", &mut mains.rest_w, COUNT);
    walk.field("mains.pump", &mut mains.pump_w, COUNT);
    walk.field("mains.chiller", &mut mains.chiller_w, COUNT);
}

fn gains<W: Walk>(
    name: &'static str,
    gains: &mut LoopGains,
    walk: &mut W,
) -> Result<(), ParameterFault> {
    let mut words = gains.to_words();
    walk.words(name, &mut words);
    let read = LoopGains::from_words(&words).filter(|read| read.period() == TICK);
    *gains = read.ok_or(ParameterFault::Gains)?;
    Ok(())
}

fn ramp<W: Walk>(name: &'static str, ramp: &mut Ramp, walk: &mut W) {
    let mut rate = ramp.per_minute();
    walk.field(name, &mut rate, milli(0, 10_000));
    *ramp = Ramp::new(rate);
}

fn coolant_loop<W: Walk>(config: &mut LoopConfig, walk: &mut W) -> Result<(), ParameterFault> {
    let ([mut slow_flow, mut fast_flow], [mut slow, mut fast]) = config.gains.points();
    walk.field("coolant_loop.slow_flow", &mut slow_flow, COUNT);
    walk.field("coolant_loop.fast_flow", &mut fast_flow, COUNT);
    gains("coolant_loop.slow", &mut slow, walk)?;
    gains("coolant_loop.fast", &mut fast, walk)?;
    let table = GainTable::pair([slow_flow, fast_flow], [slow, fast]);
    config.gains = table.map_err(|_| ParameterFault::Gains)?;
    let mut room: Option<Kelvin> = config.balance.map(|balance| balance.least_room);
    walk.optional("coolant_loop.least_room", &mut room, milli(0, 10_000));
    config.balance = room.map(|least_room| MixingBalance { least_room });
    ramp("coolant_loop.ramp", &mut config.ramp, walk);
    walk.field("coolant_loop.lead", &mut config.lead, milli(0, 10_000));
    let mut quadratic = config.valve.characteristic == Characteristic::Quadratic;
    walk.field("valve.quadratic", &mut quadratic, CHOICE);
    config.valve.characteristic =
        if quadratic { Characteristic::Quadratic } else { Characteristic::Linear };
    walk.field("valve.full_stroke", &mut config.valve.full_stroke, up_to_min(2));
    walk.field("valve.tolerance", &mut config.valve.tolerance, span(0, 6_554));
    Ok(())
}

fn cap_loop<W: Walk>(config: &mut CapLoopConfig, walk: &mut W) -> Result<(), ParameterFault> {
    gains("cap_loop.outer", &mut config.outer, walk)?;
    walk.field("cap_loop.floor", &mut config.floor, milli(500, 10_000));
    walk.field("cap_loop.warmest_supply", &mut config.warmest_supply, milli(5_000, 25_000));
    ramp("cap_loop.ramp", &mut config.ramp, walk);
    walk.field("cap_loop.lead", &mut config.lead, milli(0, 15_000));
    Ok(())
}

fn circulation<W: Walk>(loops: &mut Circulation, walk: &mut W) {
    walk.field("circulation.pump", &mut loops.pump, DUTY);
    walk.field("circulation.flowing_from", &mut loops.flowing_from, span(1, 65_535));
    walk.field("circulation.at_target", &mut loops.at_target, milli(10, 3_000));
    walk.field("circulation.at_interface", &mut loops.at_interface, milli(10, 3_000));
    walk.field("circulation.warm_supply", &mut loops.warm_supply, milli(100, 10_000));
    walk.field("circulation.warm_interface", &mut loops.warm_interface, milli(100, 10_000));
    walk.field("circulation.tank_ready", &mut loops.tank_ready, milli(100, 10_000));
    walk.field("circulation.removable_from", &mut loops.removable_from, milli(4_000, 25_000));
    walk.field("circulation.oldest", &mut loops.oldest, up_to_ms(2_000));
    walk.field("circulation.self_test", &mut loops.self_test, up_to_min(1));
    walk.field("circulation.self_test_limit", &mut loops.self_test_limit, up_to_min(5));
}

fn rests<W: Walk>(loops: &mut Circulation, walk: &mut W) {
    walk.field("circulation.pump_heat", &mut loops.pump_heat_mw, COUNT);
    walk.field("circulation.isothermal_settle", &mut loops.isothermal_settle, up_to_min(5));
    walk.field("circulation.isothermal_window", &mut loops.isothermal_window, up_to_min(5));
    let rest = &mut loops.isothermal_rest.uk_per_s;
    walk.field("circulation.isothermal_rest", rest, span(0, u32::MAX));
}
