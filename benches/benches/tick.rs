//! One tick of control and protection, and one of the whole device with its link.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap::{Config, Control, Device, Inputs, TICK, TickInput};
use coldcap_sim::{MachineParameters, PatientParameters, VirtualMachine};
use coldcap_units::Instant;
use criterion::{Criterion, criterion_group, criterion_main};

fn inputs() -> (Instant, Inputs<1>) {
    let patients = [PatientParameters::standard()];
    let mut plant = VirtualMachine::new(MachineParameters::standard(), patients, 1).unwrap();
    let now = Instant::from_millis(100);
    (now, plant.inputs(now))
}

fn tick(criterion: &mut Criterion) {
    let (start, inputs) = inputs();
    criterion.bench_function("Control::tick, one channel", |bencher| {
        let mut control: Control<1> = Control::new(Config::reference());
        let mut now = start;
        bencher.iter(|| {
            now = now.plus(TICK);
            control.tick(&TickInput::new(now, inputs)).drives
        });
    });
    criterion.bench_function("Device::tick and transmit, one channel", |bencher| {
        let mut device: Device<1> = Device::new(Config::reference());
        let mut bytes = [0; 600];
        let mut now = start;
        bencher.iter(|| {
            now = now.plus(TICK);
            let (_, outputs) = device.tick(now, inputs);
            (outputs.drives, device.link.transmit(now, &mut bytes))
        });
    });
}

criterion_group!(benches, tick);
criterion_main!(benches);
