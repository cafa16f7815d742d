//! Counter-examples in the words of `coldcap session` scripts.

use super::coverage::snake;
use super::sights::GOOD;
use coldcap::supervise::Event;
use coldcap_guard::Conditions;
use coldcap_session::{Amendment, Fact, Observed, Progress, Request};
use coldcap_units::Duration;
use core::fmt::Write;

/// The events as `[[at]]` entries, one a line, with the time at which each comes.
#[must_use]
pub fn script(events: &[Event]) -> String {
    let mut script = Script::default();
    for event in events {
        script.add(event);
    }
    script.text
}

#[derive(Default)]
struct Script {
    text: String,
    now: u64,
    input: String,
}

impl Script {
    fn add(&mut self, event: &Event) {
        match event {
            Event::Advance { dt, seen, conditions } => {
                let input = input(seen, *conditions);
                if input != self.input {
                    self.line(&format!("input = {{ {input} }}"));
                    self.input = input;
                }
                self.now += u64::from(dt.as_millis());
                let passed = span(*dt);
                self.line(&format!("# {passed} have passed"));
            }
            Event::Request { request, role } => {
                let by = format!("{role:?}").to_lowercase();
                self.line(&format!("do = {}, role = \"{by}\"", asked(request)));
            }
            Event::Fact(fact) => self.line(&format!("fact = {}", told(*fact))),
            Event::Restarted { gap } => {
                let gap = gap.map_or_else(
                    || "rtc = \"lost\"".to_owned(),
                    |gap| format!("gap_s = {}", gap.as_secs()),
                );
                self.line(&format!("power = \"off\", {gap}"));
                self.line("power = \"on\"");
            }
            Event::WallSet { new, .. } => {
                self.line(&format!("# the wall clock is set to {} ms", new.unix_ms));
            }
        }
    }

    fn line(&mut self, what: &str) {
        let seconds = self.now / 1_000;
        let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let tenths = self.now % 1_000 / 100;
        let _ = writeln!(self.text, "{hours:02}:{minutes:02}:{rest:02}.{tenths}  {what}");
    }
}

fn span(dt: Duration) -> String {
    format!("{}.{} s", dt.as_secs(), dt.as_millis() % 1_000 / 100)
}

fn asked(request: &Request) -> String {
    let debug = format!("{request:?}");
    let name: String = debug.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    let more = match request {
        Request::ConfirmFit { confirm }
        | Request::ClinicianReset { confirm }
        | Request::ServiceReset { confirm } => format!(", confirm = {confirm}"),
        Request::EndSession { reason, confirm } | Request::Resume { reason, confirm } => {
            format!(", reason = {reason}, confirm = {confirm}")
        }
        Request::Worn(worn) => format!(", worn = {worn}"),
        Request::Pause(reason) => format!(", reason = {reason}"),
        Request::Extend(minutes) => format!(", minutes = {minutes}"),
        Request::Amend(amendment) => {
            let Amendment { mark, drug, earlier, reason } = amendment;
            let mark = snake(&format!("{mark:?}"));
            let earlier = earlier.as_secs();
            format!(", mark = \"{mark}\", drug = {drug}, earlier_s = {earlier}, reason = {reason}")
        }
        Request::SelectPatient { patient, reason } => {
            let contraindications = patient.contraindications;
            format!(", contraindications = {contraindications}, reason = {reason}")
        }
        _ => String::new(),
    };
    format!("\"{}\"{more}", snake(&name))
}

fn told(fact: Fact) -> String {
    match fact {
        Fact::DrugStarted { drug, hair_toxic } => {
            format!("\"drug_started\", drug = {drug}, hair_toxic = {hair_toxic}")
        }
        Fact::DrugEnded { drug, hair_toxic } => {
            format!("\"drug_ended\", drug = {drug}, hair_toxic = {hair_toxic}")
        }
        Fact::CapOff => "\"cap_off\"".into(),
        Fact::Symptom(symptom) => format!("\"symptom\", symptom = {symptom}"),
        Fact::Comfort(score) => format!("\"comfort\", score = {score}"),
    }
}

/// What differs from all being well.
fn input(seen: &Observed, conditions: Conditions) -> String {
    let mut parts = Vec::new();
    let mut differs = |name: &str, value: &str, differs: bool| {
        if differs {
            parts.push(format!("{name} = \"{value}\""));
        }
    };
    differs("self_test", progress(seen.self_test), seen.self_test != GOOD.self_test);
    differs("cap", "uncoupled", !seen.coupled);
    differs("flow", "none", !seen.flowing && seen.coupled);
    differs("tank", "warm", !seen.tank_ready);
    differs("supply", "warm", !seen.at_target && seen.flowing);
    differs("sensors", progress(seen.isothermal), seen.isothermal != GOOD.isothermal);
    differs("contact", progress(seen.contact), seen.contact != GOOD.contact);
    differs("interface", "cold", !seen.removable);
    differs("calibration", "due", seen.calibration_due);
    parts.extend(conditions.iter().map(|condition| format!("{condition} = true")));
    if parts.is_empty() { "all = \"well\"".into() } else { parts.join(", ") }
}

const fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Running => "undecided",
        Progress::Passed => "passed",
        Progress::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sights::UNCOUPLED;
    use super::*;
    use coldcap_guard::Condition;
    use coldcap_session::Role;

    #[test]
    fn a_script_reads_as_one() {
        let minute = Duration::from_mins(1);
        let leak = Conditions::of(&[Condition::Leak]);
        let events = [
            Event::Advance { dt: minute, seen: GOOD, conditions: Conditions::EMPTY },
            Event::Request {
                request: Request::Resume { reason: 1, confirm: true },
                role: Role::Nurse,
            },
            Event::Request { request: Request::Stop, role: Role::Observer },
            Event::Fact(Fact::DrugStarted { drug: 1, hair_toxic: true }),
            Event::Restarted { gap: Some(minute) },
            Event::Advance { dt: minute, seen: UNCOUPLED, conditions: leak },
        ];
        let expected = "\
00:00:00.0  input = { all = \"well\" }
00:01:00.0  # 60.0 s have passed
00:01:00.0  do = \"resume\", reason = 1, confirm = true, role = \"nurse\"
00:01:00.0  do = \"stop\", role = \"observer\"
00:01:00.0  fact = \"drug_started\", drug = 1, hair_toxic = true
00:01:00.0  power = \"off\", gap_s = 60
00:01:00.0  power = \"on\"
00:01:00.0  input = { cap = \"uncoupled\", leak = true }
00:02:00.0  # 60.0 s have passed
";
        assert_eq!(script(&events), expected);
    }
}
