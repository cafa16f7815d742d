//! What the tests of the front ends share.
#![allow(dead_code)]

use coldcap_units::Instant;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_hal_mock::eh1::spi::{Mock, Transaction};

pub(crate) type Bus = Mock<u8>;
pub(crate) type Steps = Vec<Transaction<u8>>;

/// One exchange: chip select falls and rises around it.
pub(crate) fn exchange(sent: &[u8], back: &[u8]) -> Steps {
    vec![
        Transaction::transaction_start(),
        Transaction::transfer_in_place(sent.to_vec(), back.to_vec()),
        Transaction::transaction_end(),
    ]
}

/// A bus that expects these exchanges.
pub(crate) fn bus(steps: &[Steps]) -> Bus {
    Mock::new(&steps.concat())
}

pub(crate) fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Runs a future whose bus never waits.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the mock does not wait"),
    }
}

/// An SPI device that always fails.
#[derive(Debug)]
pub(crate) struct Broken;

impl embedded_hal::spi::ErrorType for Broken {
    type Error = embedded_hal::spi::ErrorKind;
}

impl embedded_hal::spi::SpiDevice for Broken {
    fn transaction(
        &mut self,
        _: &mut [embedded_hal::spi::Operation<'_, u8>],
    ) -> Result<(), Self::Error> {
        Err(embedded_hal::spi::ErrorKind::ModeFault)
    }
}
