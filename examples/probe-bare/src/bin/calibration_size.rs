//! Calibration as functions of its own: their sizes and what can be reached from them are read from this image. It is
//! never run.
#![no_std]
#![no_main]

use coldcap_calibration::cap::{HeadMeasures, HeadReadings, Ladder, SizeChoice};
use coldcap_calibration::certificate::{CERTIFICATE_LEN, Certificate, CertificateError};
use coldcap_calibration::check::drift::{Drift, DriftWatch};
use coldcap_calibration::check::due::{Due, DuePolicy};
use coldcap_calibration::contact::balance::{EnergyBalance, LoopSide, ZoneHeat};
use coldcap_calibration::contact::drop::DropFit;
use coldcap_calibration::contact::flux::FluxFit;
use coldcap_calibration::contact::half_space::HalfSpaceFit;
use coldcap_calibration::contact::judge::{Judgement, ZoneLimits, judge_by_methods};
use coldcap_calibration::contact::{
    ContactFault, ContactResult, ContactSample, ContactTest, ZoneFault, ZoneFit, ZoneState,
};
use coldcap_calibration::coolant::{Mixture, temperature_rise};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::flow::KFactor;
use coldcap_calibration::hair::{HairDensity, HairKind};
use coldcap_calibration::isothermal::{
    IsothermalFault, IsothermalOffsets, IsothermalTest, LoopTemperatures,
};
use coldcap_calibration::progress::Progress;
use coldcap_calibration::record::{CapCalibration, FitMethod, RECORD_LEN, RecordError};
use coldcap_calibration::sensor::{SensorCalibration, SensorCalibrationError};
use coldcap_calibration::table::CubicTable;
use coldcap_calibration::time_stamp::TimeStamp;
use coldcap_units::{
    Celsius, Coolant, Duration, Fault, Interface, Kelvin, MicroCelsius, MillilitersPerMinute,
    Permille, Pulses, Ratio, Skin,
};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare as _;

probe_bare::memory! {
    MEMORY_CALIBRATION: IsothermalTest, ContactTest, FluxFit, FluxFit, LoopSide, DropFit, HalfSpaceFit, DriftWatch
}

#[inline(never)]
fn probe_convert(table: &CubicTable<'_>, code: Ratio) -> Result<MicroCelsius, Fault> {
    table.eval(code)
}

#[inline(never)]
fn probe_flow(factor: KFactor, counted: Pulses) -> Result<MillilitersPerMinute, Fault> {
    factor.flow(counted)
}

#[inline(never)]
fn probe_certificate_read(bytes: &[u8; CERTIFICATE_LEN]) -> Result<Certificate, CertificateError> {
    Certificate::from_bytes(bytes)
}

#[inline(never)]
fn probe_certificate_taken(
    table: &'static CubicTable<'static>,
    certificate: &Certificate,
) -> Result<SensorCalibration, SensorCalibrationError> {
    SensorCalibration::new(table, certificate)
}

#[inline(never)]
fn probe_certificate_due(policy: &DuePolicy, at: Option<TimeStamp>, now: TimeStamp) -> Due {
    policy.judge(at, now)
}

#[inline(never)]
fn probe_certificate_drift(watch: &mut DriftWatch, deviation_uk: i32) -> Drift {
    watch.check(deviation_uk)
}

#[inline(never)]
fn probe_fit_isothermal(
    test: &mut IsothermalTest,
    shown: &LoopTemperatures,
    dt: Duration,
) -> Progress<Result<IsothermalOffsets, IsothermalFault>> {
    test.step(shown, dt)
}

#[inline(never)]
fn probe_fit_bath(flow: MillilitersPerMinute, heat_mw: i32, mixture: Mixture) -> Option<Kelvin> {
    temperature_rise(flow, heat_mw, mixture)
}

#[inline(never)]
fn probe_fit_contact(
    test: &mut ContactTest,
    sample: &ContactSample,
    dt: Duration,
) -> Progress<Result<ContactResult, ContactFault>> {
    test.step(sample, dt)
}

type Told = Progress<Result<ZoneFit, ZoneFault>>;

#[inline(never)]
fn probe_fit_flux(
    fit: &mut FluxFit,
    face: Result<Interface, Fault>,
    coolant: [Result<Coolant, Fault>; 2],
    dt: Duration,
) -> (Told, Option<u32>) {
    (fit.step(face, coolant, dt), fit.late_flux_into_coolant())
}

#[inline(never)]
fn probe_fit_loop(
    around: &mut LoopSide,
    shown: &LoopTemperatures,
    flow: Result<MillilitersPerMinute, Fault>,
    dt: Duration,
) -> Option<(i32, u32)> {
    around.step(shown, flow, dt);
    around.heat(Mixture::PropyleneGlycol30)
}

#[inline(never)]
fn probe_fit_balance(
    zones: &[ZoneHeat; 3],
    shared: Permille,
    around: (i32, u32),
) -> Option<EnergyBalance> {
    EnergyBalance::new(zones, shared, around)
}

#[inline(never)]
fn probe_fit_judge(
    zones: &[ZoneState; 3],
    methods: [Option<FitMethod>; 3],
    balance: Option<&EnergyBalance>,
    density: Option<HairDensity>,
    limits: &ZoneLimits,
) -> Judgement {
    judge_by_methods(zones, methods, balance, density, limits)
}

#[inline(never)]
fn probe_fit_size(
    ladder: &Ladder<'_>,
    measures: &HeadMeasures,
    hair: (HairDensity, HairKind),
) -> SizeChoice {
    ladder.choose(&HeadReadings::averaged(measures, hair))
}

#[inline(never)]
fn probe_fit_store(calibration: &CapCalibration) -> [u8; RECORD_LEN] {
    calibration.to_bytes()
}

#[inline(never)]
fn probe_fit_load(bytes: &[u8; RECORD_LEN]) -> Result<CapCalibration, RecordError> {
    CapCalibration::from_bytes(bytes)
}

#[inline(never)]
fn probe_skin_drop(
    fit: &mut DropFit,
    skin: Result<Skin, Fault>,
    face: Result<Interface, Fault>,
    coolant: [Result<Coolant, Fault>; 2],
    dt: Duration,
) -> Told {
    fit.step(skin, face, coolant, dt)
}

#[inline(never)]
fn probe_skin_half_space(
    fit: &mut HalfSpaceFit,
    skin: Result<Skin, Fault>,
    outside: Result<Celsius, Fault>,
    dt: Duration,
) -> Told {
    fit.step(skin, outside, dt)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_CALIBRATION);
    let _ = black_box(&ntc_10k3a1::TABLE);
    let _ = black_box(probe_convert as fn(&_, _) -> _);
    let _ = black_box(probe_flow as fn(_, _) -> _);
    let _ = black_box(probe_certificate_read as fn(&_) -> _);
    let _ = black_box(probe_certificate_taken as fn(_, &_) -> _);
    let _ = black_box(probe_certificate_due as fn(&_, _, _) -> _);
    let _ = black_box(probe_certificate_drift as fn(&mut _, _) -> _);
    let _ = black_box(probe_fit_isothermal as fn(&mut _, &_, _) -> _);
    let _ = black_box(probe_fit_bath as fn(_, _, _) -> _);
    let _ = black_box(probe_fit_contact as fn(&mut _, &_, _) -> _);
    let _ = black_box(probe_fit_flux as fn(&mut _, _, _, _) -> _);
    let _ = black_box(probe_fit_loop as fn(&mut _, &_, _, _) -> _);
    let _ = black_box(probe_fit_balance as fn(&_, _, _) -> _);
    let _ = black_box(probe_fit_judge as fn(&_, _, Option<&_>, _, &_) -> _);
    let _ = black_box(probe_fit_size as fn(&_, &_, _) -> _);
    let _ = black_box(probe_fit_store as fn(&_) -> _);
    let _ = black_box(probe_fit_load as fn(&_) -> _);
    let _ = black_box(probe_skin_drop as fn(&mut _, _, _, _, _) -> _);
    let _ = black_box(probe_skin_half_space as fn(&mut _, _, _, _) -> _);
    loop {}
}
