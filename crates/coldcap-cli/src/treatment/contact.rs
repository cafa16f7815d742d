//! The contact at the start of a session against the patient's own fit visit.
//!
//! The device keeps no more of the course than a digest; the host has the record, and compares.

use coldcap_calibration::contact::baseline::{Change, REPEATABILITY, compare_records};
use coldcap_calibration::contact::{Conductance, Verdict, Zone};
use coldcap_calibration::record::{CapCalibration, FitMethod, RecordedZone, ZoneRecord};
use coldcap_host::report::{ContactAdvice, ContactZone};
use coldcap_session::record::{Entry, Fields, Kind};
use serde_json::{Value, json};

/// What the first two minutes of pre-cooling have told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartContact {
    verdict: Verdict,
    zones: [StartZone; 3],
}

#[derive(Clone, Copy, Debug)]
struct StartZone {
    zone: Zone,
    /// Conductance and its standard uncertainty in W/(m²·K).
    found: Option<(f64, f64)>,
    change: Change,
}

impl StartContact {
    /// From the last advice of a record, and the fit visit's calibration if there is one.
    pub(crate) fn of(entries: &[Entry], fit: Option<&CapCalibration>) -> Option<Self> {
        let is_contact = |entry: &&Entry| entry.fields.kind == Kind::CONTACT;
        let fields = entries.iter().rev().find(is_contact)?.fields;
        let verdict = Verdict::from_code(u8::try_from(fields.code).ok()?)?;
        let unknown = [ZoneRecord::Unobserved; 3];
        let baseline = fit.and_then(|fit| fit.detail).map_or(unknown, |detail| detail.zones);
        let words = zones(&fields);
        let zones = Zone::ALL.map(|zone| start_zone(zone, zone.of(words), &zone.of(baseline)));
        Some(Self { verdict, zones })
    }

    pub(crate) fn document(&self) -> Value {
        let zones = self.zones.iter().map(|shown| {
            json!({
                "zone": shown.zone.name(),
                "h_w_m2k": shown.found.map(|(h, _)| h),
                "u_w_m2k": shown.found.map(|(_, u)| u),
                "against_fit_visit": name(shown.change),
            })
        });
        json!({ "verdict": self.verdict.name(), "zones": zones.collect::<Vec<_>>() })
    }

    /// The same for the report.
    pub(crate) fn advice(&self) -> ContactAdvice {
        let zone = |shown: &StartZone| ContactZone {
            zone: shown.zone.name().to_owned(),
            conductance: shown.found.map(|(h, _)| h),
            uncertainty: shown.found.map(|(_, u)| u),
            against_fit_visit: name(shown.change).to_owned(),
        };
        ContactAdvice {
            verdict: self.verdict.name().to_owned() + self.hint(),
            zones: self.zones.iter().map(zone).collect(),
        }
    }

    const fn hint(&self) -> &'static str {
        match self.verdict {
            Verdict::Repeat => " (within the uncertainty of the limit)",
            _ => "",
        }
    }

    /// One line for people.
    pub(crate) fn line(&self) -> String {
        let zones = self.zones.iter().filter_map(|shown| {
            let (h, u) = shown.found?;
            let (zone, change) = (shown.zone.name(), name(shown.change));
            Some(format!("{zone} {h:.1} ± {:.1} ({change})", 2.0 * u))
        });
        let zones = zones.collect::<Vec<_>>().join(", ");
        format!(
            "contact in the first two minutes, W/(m² K), against the fit visit: {zones}; advice: {}{}",
            self.verdict.name(),
            self.hint()
        )
    }
}

/// The zones, as an entry keeps them.
fn zones(fields: &Fields) -> [u32; 3] {
    [fields.a.cast_unsigned(), fields.b.cast_unsigned(), fields.c as u32]
}

/// What a session's first minutes tell is always by the inner face.
fn start_zone(zone: Zone, word: u32, fit: &ZoneRecord) -> StartZone {
    let start = RecordedZone::from_word(word);
    let watts = |it: Conductance| f64::from(it.0) / 1e3;
    let found = start.map(|start| (watts(start.conductance()), watts(start.uncertainty())));
    let change = start.map_or(Change::Unknown, |start| {
        let start = ZoneRecord::Observed(start, FitMethod::InnerFace);
        compare_records(&start, fit, REPEATABILITY)
    });
    StartZone { zone, found, change }
}

const fn name(change: Change) -> &'static str {
    match change {
        Change::Unknown => "unknown",
        Change::Unchanged => "unchanged",
        Change::Worse => "worse",
        Change::Better => "better",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(front: (u32, u32)) -> Entry {
        let joined = (front.1 << 16 | front.0).cast_signed();
        let fields = Fields::new(Kind::CONTACT, 4, joined, 0);
        Entry { fields, ..Entry::from_bytes(&[0; _]) }
    }

    #[test]
    fn the_last_advice_is_read_and_without_a_fit_visit_nothing_is_compared() {
        assert!(StartContact::of(&[], None).is_none());
        let contact = StartContact::of(&[entry((1, 1)), entry((3_010, 602))], None).unwrap();
        let document = contact.document();
        assert_eq!(document["zones"][0]["h_w_m2k"], 30.1);
        assert_eq!(document["zones"][0]["against_fit_visit"], "unknown");
        assert_eq!(document["zones"][1]["h_w_m2k"], Value::Null);
        assert!(contact.line().contains("front 30.1 ± 12.0 (unknown); advice: repeat"));
    }
}
