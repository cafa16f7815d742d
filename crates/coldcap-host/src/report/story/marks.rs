//! Moments worth a line in the plot, and what the machine remarked.

use super::{seconds, word};
use crate::plan::PlanFile;
use crate::report::treatment::Mark;
use coldcap_session::record::Entry;
use coldcap_session::{ByHand, Event, Note, Reason};

pub(super) fn marks(entries: &[Entry], plan: Option<&PlanFile>) -> Vec<Mark> {
    let name = |id: u16| {
        let drug = plan.and_then(|plan| plan.drugs.iter().find(|drug| drug.id == id));
        drug.map_or_else(|| format!("drug {id}"), |drug| drug.name.clone())
    };
    let mark = |entry: &Entry, label: String| Mark { time_s: seconds(entry.at), label };
    let marked = entries.iter().filter_map(|entry| match (entry.note(), entry.fields.event()) {
        (Some(Note::DrugStarted { drug, .. }), _) => {
            Some(mark(entry, format!("{} start", name(drug))))
        }
        (Some(Note::DrugEnded { drug, .. }), _) => Some(mark(entry, format!("{} end", name(drug)))),
        (_, Some(Event::ByHand(told))) => Some(mark(entry, driven_by_hand(&told))),
        _ => None,
    });
    marked.collect()
}

/// What the machine flagged or lengthened, and why it ended before its time.
pub(super) fn remarks(entries: &[Entry]) -> Vec<Mark> {
    let said = entries.iter().filter_map(|entry| {
        let label = match entry.note()? {
            Note::Flag(flag) => word("flag", flag.code()).replace('_', " "),
            Note::Ended { reason } if reason != Reason::COMPLETED => {
                format!("cooling ended: {}", reason_name(reason))
            }
            Note::Extended { minutes } => format!("running phase lengthened by {minutes} min"),
            _ => return None,
        };
        Some(Mark { time_s: seconds(entry.at), label })
    });
    said.collect()
}

/// What a reason is called in reports.
#[must_use]
pub fn reason_name(reason: Reason) -> String {
    let name = match reason {
        Reason::STOPPED => "stopped",
        Reason::OPERATOR_TRIP => "stopped by the guard (operator may resume)",
        Reason::CLINICIAN_TRIP => "stopped by the guard (clinician must reset)",
        Reason::SERVICE_TRIP => "stopped by the guard (service must reset)",
        Reason::UNCOUPLED => "cap uncoupled",
        Reason::NOT_WORN => "cap not worn",
        Reason::POWER_GAP => "power gap",
        Reason::COMPLETED => "completed",
        Reason::UNATTENDED => "unattended",
        Reason::ABANDONED => "abandoned",
        Reason(0) => "no reason given",
        Reason(code) => return format!("planned (reason {code})"),
    };
    name.to_owned()
}

/// What a reason is called where it ended a session.
#[must_use]
pub fn ending_name(reason: Reason) -> String {
    match reason {
        Reason(code @ 1..128) => format!("ended by hand (reason {code})"),
        _ => reason_name(reason),
    }
}

/// What is driven by hand, in words.
fn driven_by_hand(told: &ByHand) -> String {
    match told {
        ByHand::Driven { actuator, duty, role } => {
            let (name, percent) = (actuator.name(), f64::from(duty.to_permille()) / 10.0);
            let by = format!("{role:?}").to_lowercase();
            format!("{name} driven by hand at {percent} % ({by})")
        }
        ByHand::Ended { actuator, end } => {
            let (name, why) = (actuator.name(), end.name().replace('_', " "));
            format!("{name} driven by hand no more ({why})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_session::{Actuator, HandEnd, Role};
    use coldcap_units::Duty;

    #[test]
    fn what_is_driven_by_hand_is_said_in_words() {
        let (actuator, role) = (Actuator::Pump, Role::Service);
        let driven = ByHand::Driven { actuator, duty: Duty::from_permille(505), role };
        assert_eq!(driven_by_hand(&driven), "pump driven by hand at 50.5 % (service)");
        let ended = ByHand::Ended { actuator: Actuator::Chiller, end: HandEnd::HostLost };
        assert_eq!(driven_by_hand(&ended), "chiller driven by hand no more (host lost)");
    }
}
