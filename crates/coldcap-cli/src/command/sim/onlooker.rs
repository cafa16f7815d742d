//! Who looks on while a scenario is played: asks what it says, and holds what comes of it against what must.

use super::scenario::{End, Scenario};
use crate::command::answer;
use crate::command::expectation::{Driven, Expect, Met, Now};
use crate::failure::Failure;
use crate::treatment::Companion;
use coldcap::{EventKind, Glance, Phase};
use coldcap_guard::alarm::{Priority, Row};
use coldcap_guard::{Condition, Conditions};
use coldcap_host::client::{Client, CommandBody, Message};
use coldcap_sim::bedside::runs_forbidden;
use coldcap_sim::{MachineTick, RigError};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::EventReport;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// An answer that has not come by then comes no more.
const PATIENCE: Duration = Duration::from_secs(10);

/// Skin that was colder than this was frozen, or might have been.
const COLDEST_SKIN_C: f64 = 0.0;

#[derive(Debug)]
pub(super) struct Onlooker {
    deeds: VecDeque<(Duration, CommandBody)>,
    expects: VecDeque<Expect>,
    end: End,
    asked: Vec<(u16, Instant)>,
    refused: Option<&'static str>,
    phase: Phase,
    driven: Driven,
    active: Conditions,
    /// What events have made of an alarm's priority.
    risen: Vec<(Condition, Priority)>,
    met: Vec<Met>,
    broken: Option<String>,
}

impl Onlooker {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            deeds: scenario.deeds.clone().into(),
            expects: scenario.expects.clone().into(),
            end: scenario.end,
            asked: Vec::new(),
            refused: None,
            phase: Phase::Boot,
            driven: Driven::default(),
            active: Conditions::default(),
            risen: Vec::new(),
            met: Vec::new(),
            broken: None,
        }
    }

    /// The first thing that is not as it must be.
    pub(super) fn failed(&self) -> Option<String> {
        self.met.iter().find_map(Met::failed).or_else(|| self.broken.clone())
    }

    /// What came of it, in words.
    pub(super) fn line(&self) -> String {
        let good = self.met.iter().filter(|met| met.judged.met).count();
        let held =
            if self.broken.is_none() { "all invariants held" } else { "an invariant BROKEN" };
        format!("{good} of {} expectations met; {held}", self.met.len())
    }

    fn break_if(&mut self, broken: bool, what: impl FnOnce() -> String) {
        if broken && self.broken.is_none() {
            self.broken = Some(what());
        }
    }

    fn judge(&mut self, now: Instant) {
        let at = now.since(Instant::ZERO);
        self.asked.retain(|(_, since)| now.since(*since) < PATIENCE);
        while self.asked.is_empty()
            && let Some(expect) = self.expects.pop_front_if(|expect| expect.time <= at)
        {
            let alarms: Vec<_> =
                self.active.iter().map(|condition| (condition, self.priority(condition))).collect();
            let (phase, driven, refused) = (self.phase, Some(self.driven), self.refused);
            self.met.push(expect.met(&Now { phase, driven, alarms: &alarms, refused }));
        }
    }

    fn priority(&self, condition: Condition) -> Priority {
        let risen = self.risen.iter().find(|(known, _)| *known == condition);
        risen.map_or(Row::of(condition).priority, |(_, priority)| *priority)
    }

    fn answered(&mut self, rid: u16, refused: Option<&'static str>) {
        let before = self.asked.len();
        self.asked.retain(|(known, _)| *known != rid);
        if self.asked.len() < before {
            self.refused = refused;
        }
    }

    /// An alarm rises by its row's priority, becomes more urgent, and begins anew once it has cleared.
    fn alarmed(&mut self, event: &EventReport) {
        let Some(condition) = u8::try_from(event.code).ok().and_then(Condition::from_code) else {
            return;
        };
        let is = |kind: EventKind| event.kind == kind as u8;
        if is(EventKind::AlarmCleared) {
            self.risen.retain(|(known, _)| *known != condition);
        } else if is(EventKind::AlarmRose) || is(EventKind::AlarmEscalated) {
            let all = [Priority::Low, Priority::Medium, Priority::High];
            let priority = all.into_iter().find(|one| i32::from(*one as u8) == event.value);
            self.risen.retain(|(known, _)| *known != condition);
            self.risen.extend(priority.map(|priority| (condition, priority)));
        }
    }

    fn conclude(&mut self, summary: &Value) {
        let outcome = summary["outcome"].as_str().unwrap_or_default().to_owned();
        let truth = |field: &str| summary["truth"][field].as_f64();
        let (least, fall) = (truth("skin_min_c"), truth("peak_skin_rate_k_min"));
        let End { outcome: wanted, skin_at_least_c, skin_falls_at_most_k_min } = self.end;
        self.break_if(outcome == "timed_out", || {
            "end.outcome: timed_out: allowed is a visit that comes to its end".into()
        });
        let differs = wanted.is_some_and(|wanted| wanted != outcome);
        self.break_if(differs, || {
            format!("end.outcome: {outcome}: allowed is {}", wanted.unwrap_or_default())
        });
        let low = least.zip(skin_at_least_c).filter(|(found, least)| found < least);
        self.break_if(low.is_some(), || {
            let (found, least) = low.unwrap_or_default();
            format!("end.skin_at_least_c: {found}: allowed is {least} and more")
        });
        let fast = fall.zip(skin_falls_at_most_k_min).filter(|(found, most)| found > most);
        self.break_if(fast.is_some(), || {
            let (found, most) = fast.unwrap_or_default();
            format!("end.skin_falls_at_most_k_min: {found}: allowed is {most} and less")
        });
        let unverified = summary["record"]["verified"] == Value::Bool(false);
        self.break_if(unverified, || "record: not recomputed: allowed is the live state".into());
    }
}

impl Companion for Onlooker {
    fn speak(&mut self, now: Instant, client: &mut Client) {
        let at = now.since(Instant::ZERO);
        while let Some((_, body)) = self.deeds.pop_front_if(|(due, _)| *due <= at) {
            self.asked.push((client.command(now, body), now));
        }
    }

    fn hear(&mut self, _: Instant, message: &Message) {
        match message {
            Message::Response { rid, response, .. } => self.answered(*rid, answer::why(response)),
            Message::TooLate { rid, .. } => self.answered(*rid, Some("expired")),
            Message::Stale { rid, .. } => self.answered(*rid, Some("stale")),
            Message::TimedOut { rid, .. } => self.answered(*rid, Some("no answer")),
            Message::LineTooSlow { rid, .. } => self.answered(*rid, Some("line too slow")),
            Message::Event(event) => self.alarmed(event),
            _ => {}
        }
    }

    fn see(&mut self, now: Instant, tick: &MachineTick<'_>) -> Result<(), Failure> {
        let glance: Glance<1> = Glance::read(tick.outputs).map_err(|_| RigError::Outputs)?;
        [self.phase] = glance.phases;
        self.driven = Driven::from(&glance);
        self.active = glance.alarms;
        let (phase, at_s) = (self.phase, now.as_millis() as f64 / 1e3);
        self.break_if(runs_forbidden(&glance.drives, phase), || {
            format!("pump: runs in {phase} at {at_s} s: allowed is where coolant may circulate")
        });
        let frozen = tick.truth.filter(|truth| truth.coldest_skin_c < COLDEST_SKIN_C);
        self.break_if(frozen.is_some(), || {
            let skin_c = frozen.map_or(0.0, |truth| truth.coldest_skin_c);
            format!("skin: {skin_c:.2} °C at {at_s} s: allowed is {COLDEST_SKIN_C} °C and more")
        });
        self.judge(now);
        Ok(())
    }

    fn end(&mut self, summary: &mut Value) {
        let missed = core::mem::take(&mut self.expects);
        self.met.extend(missed.iter().map(Expect::missed));
        self.conclude(summary);
        summary["expectations"] = self.met.iter().map(Met::document).collect();
        summary["broken"] = json!(self.broken);
    }
}
