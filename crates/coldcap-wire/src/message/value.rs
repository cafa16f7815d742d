//! A measured value on the wire.

use super::describe::structure;
use coldcap_units::{Fault, Instant, Reading};

structure! {
    /// A measured value, or why there is none, and how old it is. Where `fault` is not 0, `value` is 0 and
    /// means nothing.
    Value, "Value" {
        /// The value, in the unit that the field holding it states.
        value: i32 = "as stated",
        /// Why there is no value; 0 if there is one. A code not known means: not available.
        fault: u8 = "code: fault",
        /// Age when the message was made; 65535 means that old or older.
        age_ms: u16 = "ms",
    }
}

impl Value {
    /// The value of `reading` as seen at `now`.
    ///
    /// ```
    /// use coldcap_units::{Fault, Instant, Reading};
    /// use coldcap_wire::message::Value;
    ///
    /// let taken = Instant::from_millis(1_000);
    /// let value = Value::new(Reading::new(-4_000, taken), Instant::from_millis(1_250));
    /// assert_eq!(value, Value { value: -4_000, fault: 0, age_ms: 250 });
    /// assert_eq!(value.get(), Ok(-4_000));
    ///
    /// let open = Value::new(Reading::faulty(Fault::Open, taken), taken);
    /// assert_eq!(open.get(), Err(Fault::Open));
    /// ```
    #[must_use]
    pub fn new(reading: Reading<i32>, now: Instant) -> Self {
        let age_ms = u16::try_from(reading.age(now).as_millis()).unwrap_or(u16::MAX);
        match reading.value {
            Ok(value) => Self { value, fault: 0, age_ms },
            Err(fault) => Self { value: 0, fault: fault.code(), age_ms },
        }
    }

    /// The value of a sensor that this machine does not have.
    #[must_use]
    pub const fn absent() -> Self {
        Self { value: 0, fault: Fault::Absent.code(), age_ms: u16::MAX }
    }

    /// The number, if it is one.
    ///
    /// # Errors
    /// The fault that stands in its place; [`Fault::Unavailable`] for a code this crate does not know.
    pub fn get(self) -> Result<i32, Fault> {
        match self.fault {
            0 => Ok(self.value),
            code => Err(Fault::from_code(code).unwrap_or(Fault::Unavailable)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_leaves_no_number_behind() {
        let value = Value::new(Reading::faulty(Fault::Short, Instant::ZERO), Instant::ZERO);
        assert_eq!(value, Value { value: 0, fault: Fault::Short.code(), age_ms: 0 });
    }

    #[test]
    fn a_fault_from_the_future_is_a_fault() {
        let value = Value { value: 21_000, fault: 200, age_ms: 0 };
        assert_eq!(value.get(), Err(Fault::Unavailable));
    }

    #[test]
    fn age_stops_at_its_maximum() {
        let value = Value::new(Reading::new(1, Instant::ZERO), Instant::from_millis(1 << 40));
        assert_eq!(value.age_ms, u16::MAX);
        assert_eq!(Value::absent().get(), Err(Fault::Absent));
    }
}
