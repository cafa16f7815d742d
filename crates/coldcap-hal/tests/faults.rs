//! Every kind of failure that `embedded-hal` knows becomes a fault, and none becomes a sensor that was never fitted.
#![allow(missing_docs)]

use coldcap_hal::fault;
use coldcap_units::{Fault, Instant, Reading};
use embedded_hal::i2c::NoAcknowledgeSource::{Address, Data, Unknown};
use embedded_hal::{digital, i2c, pwm, spi};

#[test]
fn every_kind_of_a_bus_is_told_as_the_bus() {
    use spi::ErrorKind as Spi;
    let kinds = [Spi::Overrun, Spi::ModeFault, Spi::FrameFormat, Spi::ChipSelectFault, Spi::Other];
    assert!(kinds.map(fault::of_spi).iter().all(|fault| *fault == Fault::Bus));

    use i2c::ErrorKind as I2c;
    let silent = [Address, Data, Unknown].map(I2c::NoAcknowledge);
    let kinds = [I2c::Bus, I2c::ArbitrationLoss, I2c::Overrun, I2c::Other];
    let all = silent.into_iter().chain(kinds).map(fault::of_i2c);
    assert!(all.clone().count() == 7 && all.into_iter().all(|fault| fault == Fault::Bus));
}

#[test]
fn a_pin_that_fails_is_told_as_the_bus() {
    assert_eq!(fault::of_digital(digital::ErrorKind::Other), Fault::Bus);
    assert_eq!(fault::of_pwm(pwm::ErrorKind::Other), Fault::Bus);
}

#[test]
fn a_reading_is_of_its_instant() {
    let now = Instant::from_millis(7);
    assert_eq!(fault::reading(Ok(3), now), Reading::new(3, now));
    assert_eq!(fault::reading::<u8>(Err(Fault::Open), now), Reading::faulty(Fault::Open, now));
}
