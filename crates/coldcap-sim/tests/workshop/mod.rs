//! The bench on which the sensors of a virtual machine are calibrated.
#![allow(dead_code)] // Every test file uses its own part.

use coldcap::Drives;
use coldcap_calibration::certificate::{Certificate, Conditions, DecisionRule, Medium};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::physics::front_end::{Divider, fraction};
use coldcap_calibration::physics::generate::Coverage;
use coldcap_calibration::physics::installed::{Excitation, InstalledNtc};
use coldcap_calibration::physics::ntc::Ntc;
use coldcap_calibration::physics::wiring::{PoweredReading, SelfHeating};
use coldcap_calibration::procedure::{Bench, Particulars, ProcedureError, Reading};
use coldcap_calibration::table::{CubicTable, Row, TableHeader};
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_sim::fault::Place;
use coldcap_sim::random::Random;
use coldcap_sim::sensor::Probe;
use coldcap_sim::{FaultSchedule, MachineParameters, PatientParameters, STEP, VirtualMachine};
use coldcap_units::{Instant, Ratio};

const PLACES: [Place; 5] = [Place::Supply, Place::Return, Place::Front, Place::Rear, Place::Safety];

/// A bath's reference is off by this standard deviation in K.
const REFERENCE_K: f64 = 0.002;

/// Codes are averaged over a minute.
pub(crate) const WINDOW: u32 = 600;

pub(crate) const VOLT: f64 = 3.3;

/// A machine on the bench.
pub(crate) struct Workshop {
    pub(crate) plant: VirtualMachine<1>,
    pub(crate) now: Instant,
    pub(crate) drives: Drives<1>,
    reference: Random,
}

impl Workshop {
    /// With every error of sensors that there is.
    pub(crate) fn rough(seed: u64) -> Self {
        let mut machine = MachineParameters::standard();
        machine.sensors.resistance_part = 0.01;
        machine.sensors.steepness_part = 0.01;
        machine.sensors.lead_ohm = 5.0;
        machine.sensors.reference_volt = VOLT;
        Self::with(machine, seed)
    }

    pub(crate) fn with(mut machine: MachineParameters, seed: u64) -> Self {
        machine.tank.start_c = -8.0;
        let plant = VirtualMachine::new(machine, [PatientParameters::standard()], seed).unwrap();
        let drives = Drives { permit: true, ..Drives::default() };
        Self { plant, now: Instant::ZERO, drives, reference: Random::stream(seed, 99) }
    }

    pub(crate) fn step(&mut self) {
        self.plant.step(&self.drives, self.now, &FaultSchedule::none());
        self.now = self.now.plus(STEP);
    }

    pub(crate) fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| self.step());
    }

    pub(crate) fn codes(&mut self) -> [Ratio; 5] {
        let channel = self.plant.inputs(self.now).channels[0];
        [channel.supply, channel.returned, channel.front, channel.rear, channel.safety]
            .map(|reading| reading.value.unwrap())
    }

    /// The mean codes of all five sensors over a minute.
    fn mean_codes(&mut self) -> [Ratio; 5] {
        let mut sums = [0u64; 5];
        for _ in 0..WINDOW {
            self.step();
            let codes = self.codes();
            sums.iter_mut().zip(codes).for_each(|(sum, code)| *sum += u64::from(code.0));
        }
        sums.map(|sum| Ratio((sum / u64::from(WINDOW)) as u32))
    }

    pub(crate) fn put_all(&mut self, probe: Probe) {
        for place in PLACES {
            self.plant.place_sensor(0, place, probe).unwrap();
        }
    }

    /// Mean codes in a bath, once the sensors have settled.
    pub(crate) fn bath(&mut self, celsius: f64) -> [Ratio; 5] {
        self.put_all(Probe::Bath(celsius));
        self.run(60);
        self.mean_codes()
    }

    /// What the operator writes down of a bath, its reference a little off: on a day of its own for each
    /// sensor, or once for all together.
    fn readings(&mut self, celsius: f64, is_check: bool, day: Day) -> [Reading; 5] {
        let mut off = REFERENCE_K * self.reference.gaussian();
        self.bath(celsius).map(|code| {
            if day == Day::Apart {
                off = REFERENCE_K * self.reference.gaussian();
            }
            Reading { celsius: celsius + off, code, uncertainty_kelvin: REFERENCE_K, is_check }
        })
    }

    /// Leads of each sensor in ohms, its terminals bridged.
    fn leads(&mut self) -> [f64; 5] {
        self.put_all(Probe::Bridged);
        self.mean_codes().map(|code| Divider::REFERENCE.ohm(fraction(code)))
    }

    /// Self-heating of each sensor, from one bath at two voltages.
    fn self_heating(&mut self, leads: [f64; 5]) -> [SelfHeating; 5] {
        let mut powered = [5.0, VOLT].map(|volt| {
            self.plant.excite(volt);
            let codes = self.bath(20.0);
            core::array::from_fn(|sensor| {
                let ohm = Divider::REFERENCE.ohm(fraction(codes[sensor])) - leads[sensor];
                let celsius = Ntc::NTC_10K3A1.temperature(ohm).unwrap();
                PoweredReading { celsius, power_mw: Divider::REFERENCE.power_mw(ohm, volt) }
            })
        });
        let [strong, weak]: &mut [[PoweredReading; 5]; 2] = &mut powered;
        core::array::from_fn(|sensor| SelfHeating::measured(weak[sensor], strong[sensor]).unwrap())
    }
}

/// Whether sensors share their baths.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Day {
    Apart,
    Together,
}

/// A sensor's own table and certificate.
pub(crate) struct Own {
    pub(crate) header: TableHeader,
    pub(crate) rows: [Row; 128],
    pub(crate) certificate: Certificate,
    pub(crate) leads_ohm: f64,
    pub(crate) mw_per_kelvin: f64,
}

impl Own {
    pub(crate) fn table(&self) -> CubicTable<'_> {
        CubicTable::new(self.header, &self.rows[..usize::from(self.header.rows)]).unwrap()
    }
}

pub(crate) fn particulars(sensor: u64) -> Particulars {
    Particulars {
        number: 100 + sensor,
        sensor,
        reference: 9_001,
        laboratory: 1,
        operator: 23,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        conditions: Conditions::new(2_200, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::Guarded { tolerance_uk: 15_000 },
    }
}

/// How a sensor is installed, as far as the bench has found out.
fn bench(leads_ohm: f64, self_heating: SelfHeating) -> Bench {
    let ntc = Ntc::NTC_10K3A1;
    let excitation = Some(Excitation { reference_volt: VOLT, self_heating });
    let installed = InstalledNtc::new(ntc, Divider::REFERENCE, leads_ohm, excitation).unwrap();
    let shipped = ntc_10k3a1::TABLE.header();
    let coverage = Coverage {
        log2_segments: 7,
        low: Ratio(0x4800_0000),
        high: Ratio(0xE800_0000),
        short_below: shipped.short_below,
        open_above: shipped.open_above,
    };
    Bench { installed, type_table_crc: shipped.crc, coverage }
}

/// The whole procedure for the five sensors of a channel. At k = 2, one good sensor in twenty does not agree
/// with its check: all baths are then made again. Also says how often that was.
pub(crate) fn calibrate(workshop: &mut Workshop, day: Day) -> ([Own; 5], u32) {
    let leads = workshop.leads();
    let heating = workshop.self_heating(leads);
    for repeats in 0..4 {
        let baths = [(0.0, false), (26.0, false), (-10.0, true)];
        let baths = baths.map(|(celsius, check)| workshop.readings(celsius, check, day));
        let own = |sensor: usize| {
            let mut rows = [Row::default(); 128];
            let readings = baths.map(|bath| bath[sensor]);
            let bench = bench(leads[sensor], heating[sensor]);
            let done = bench.calibrate(&readings, &particulars(1 + sensor as u64), &mut rows);
            match done {
                Ok(done) => Some(Own {
                    header: done.header,
                    rows,
                    certificate: done.certificate,
                    leads_ohm: leads[sensor],
                    mw_per_kelvin: heating[sensor].dissipation_mw_per_kelvin(),
                }),
                Err(ProcedureError::Check { .. }) => None,
                Err(other) => panic!("{other}"),
            }
        };
        let all = [own(0), own(1), own(2), own(3), own(4)];
        if all.iter().all(Option::is_some) {
            return (all.map(Option::unwrap), repeats);
        }
    }
    panic!("four times a check failed");
}
