//! Sensors whose calibration did not hold.

use super::{seconds, word};
use crate::report::evidence::SensorFinding;
use coldcap_session::record::{Entry, Kind};

/// The places of sensors, by the code of an entry.
const PLACES: [&str; 7] = ["supply", "return", "front", "rear", "skin", "tank", "evaporator"];

pub(super) fn findings(entries: &[Entry]) -> Vec<SensorFinding> {
    entries.iter().filter(|entry| entry.fields.kind == Kind::SENSOR).map(finding).collect()
}

fn finding(entry: &Entry) -> SensorFinding {
    let fields = &entry.fields;
    let place = usize::from(fields.code).checked_sub(1).and_then(|place| PLACES.get(place));
    let fault = u8::try_from(fields.a).map_or_else(|_| fields.a.to_string(), |a| word("fault", a));
    SensorFinding {
        time_s: seconds(entry.at),
        place: place.map_or_else(|| format!("place {}", fields.code), |name| (*name).to_owned()),
        finding: fault.replace('_', " "),
        sensor: (fields.c != 0).then_some(fields.c),
    }
}
