//! The inputs of a second, averaged.

use coldcap_units::{Coolant, Duration, Fault, Interface, MillilitersPerMinute, quotient};

use super::config::{micro, micro_coolant};
use super::heat::Stream;

/// What one tick brings.
///
/// Supply and return should have their isothermal offsets removed. A value that the machine does not
/// have, or does not believe, is its fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkinInput {
    /// Coolant ahead of the cap.
    pub supply: Result<Coolant, Fault>,
    /// Coolant behind the cap.
    pub returned: Result<Coolant, Fault>,
    /// Coolant flow through the cap.
    pub flow: Result<MillilitersPerMinute, Fault>,
    /// Inner face of the cap, front.
    pub front: Result<Interface, Fault>,
    /// Inner face of the cap, rear.
    pub rear: Result<Interface, Fault>,
    /// Whether the cap is on the head, by the operator's mark.
    pub worn: bool,
    /// Whether its hoses are coupled.
    pub coupled: bool,
    /// Whether the pump is driven.
    pub pump: bool,
    /// Time since the tick before.
    pub dt: Duration,
}

/// Sum and count of one sensor, or why it had nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mean {
    sum: i64,
    count: i64,
    fault: Fault,
}

impl Mean {
    const NONE: Self = Self { sum: 0, count: 0, fault: Fault::Unavailable };

    fn add(&mut self, value: Result<i64, Fault>) {
        match value {
            Ok(value) => {
                self.sum = self.sum.saturating_add(value);
                self.count = self.count.saturating_add(1);
            }
            Err(fault) => self.fault = fault,
        }
    }

    fn value(&self) -> Result<i64, Fault> {
        quotient(self.sum, self.count).ok_or(self.fault)
    }
}

/// The five sensors over a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Second {
    supply: Mean,
    returned: Mean,
    flow: Mean,
    front: Mean,
    rear: Mean,
}

impl Second {
    pub(super) const EMPTY: Self = Self {
        supply: Mean::NONE,
        returned: Mean::NONE,
        flow: Mean::NONE,
        front: Mean::NONE,
        rear: Mean::NONE,
    };

    pub(super) fn add(&mut self, input: &SkinInput) {
        self.supply.add(input.supply.map(micro_coolant));
        self.returned.add(input.returned.map(micro_coolant));
        self.flow.add(input.flow.map(|flow| i64::from(flow.0)));
        self.front.add(input.front.map(|face| micro(face.0)));
        self.rear.add(input.rear.map(|face| micro(face.0)));
    }

    /// Mean of the coolant's two temperatures, or the one that is there.
    pub(super) fn coolant(&self) -> Result<i64, Fault> {
        either(self.supply.value(), self.returned.value())
    }

    /// Mean of the two halves, or the one that is there.
    pub(super) fn interface(&self) -> Result<i64, Fault> {
        either(self.front.value(), self.rear.value())
    }

    /// How many of the two halves have no sensor.
    pub(super) fn missing_halves(&self) -> i64 {
        i64::from(self.front.value().is_err()).saturating_add(i64::from(self.rear.value().is_err()))
    }

    pub(super) fn flow(&self) -> Result<MillilitersPerMinute, Fault> {
        let flow = self.flow.value()?;
        u16::try_from(flow).map(MillilitersPerMinute).map_err(|_| Fault::AboveRange)
    }

    pub(super) fn stream(&self) -> Result<Stream, Fault> {
        let (supply, returned) = (self.supply.value()?, self.returned.value()?);
        Ok(Stream { supply, returned, flow: self.flow()? })
    }
}

fn either(first: Result<i64, Fault>, second: Result<i64, Fault>) -> Result<i64, Fault> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok(first.saturating_add(second) / 2),
        (Ok(value), Err(_)) | (Err(_), Ok(value)) => Ok(value),
        (Err(fault), Err(_)) => Err(fault),
    }
}
