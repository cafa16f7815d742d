//! A measured value, or why there is none.

use crate::client::STALE;
use coldcap_units::{Fault, Instant};
use coldcap_wire::message::Value;
use serde::{Serialize, Serializer};

/// A measured value in thousandths of its unit, or why there is none. As JSON the one is an object with `milli` and the other
/// one with `fault`, its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Quantity {
    /// There is one, and it is not stale.
    Value {
        /// Thousandths of the unit: milli-°C of a temperature.
        milli: i32,
        /// How far it may be off, either way, where that is told.
        #[serde(skip_serializing_if = "Option::is_none")]
        within_milli: Option<u16>,
        /// How old it is, in ms.
        age_ms: u32,
    },
    /// There is none that may be shown.
    Fault {
        /// Why.
        #[serde(serialize_with = "by_name")]
        fault: Fault,
        /// How old the last word of it is, in ms; `None` where nothing was ever heard.
        age_ms: Option<u32>,
    },
}

fn by_name<S: Serializer>(fault: &Fault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(fault.name())
}

impl Quantity {
    /// Nothing was heard of it.
    pub const UNHEARD: Self = Self::Fault { fault: Fault::Unavailable, age_ms: None };

    /// The number, if there is one to be shown.
    #[must_use]
    pub const fn milli(self) -> Option<i32> {
        match self {
            Self::Value { milli, .. } => Some(milli),
            Self::Fault { .. } => None,
        }
    }

    /// The value of a message that was heard then. `stale` says that no value of the line may be shown.
    pub(super) fn seen(value: Value, heard: Instant, at: Instant, stale: bool) -> Self {
        let age_ms = at.since(heard).as_millis().saturating_add(value.age_ms.into());
        let too_old = stale || age_ms > STALE.as_millis();
        match value.get() {
            Ok(_) if too_old => Self::Fault { fault: Fault::Stale, age_ms: Some(age_ms) },
            Ok(milli) => Self::Value { milli, within_milli: None, age_ms },
            Err(fault) => Self::Fault { fault, age_ms: Some(age_ms) },
        }
    }

    /// The same with an interval, where it has a number; an interval of 0 is none.
    pub(super) fn within(self, milli: u16) -> Self {
        match self {
            Self::Value { milli: value, age_ms, .. } => {
                let within_milli = (milli > 0).then_some(milli);
                Self::Value { milli: value, within_milli, age_ms }
            }
            fault => fault,
        }
    }
}
