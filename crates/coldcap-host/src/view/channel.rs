//! One channel: one patient.

use super::history::{History, Sample};
use super::quantity::Quantity;
use crate::client::STALE;
use crate::priority::Priority;
use coldcap_session::Phase;
use coldcap_units::Instant;
use coldcap_wire::message::{ChannelStatus, Value, Vocabulary};
use serde::Serialize;
use std::borrow::Cow;

/// The code of a plan that holds the cap's inner face.
const CONTROL_CAP: u8 = 1;

/// Which temperature the plan holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// The coolant on its way to the cap.
    Coolant,
    /// The cap's inner face.
    Cap,
}

/// When the scalp skin is back at 22 °C, from now: what the machine predicts in a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rewarming {
    /// At the earliest, in s, where that is told.
    pub earliest_s: Option<u16>,
    /// At the latest, in s, where that is told.
    pub latest_s: Option<u16>,
    /// `latest_s` means that or later.
    pub or_later: bool,
}

/// A break, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakPicture {
    /// Why, where this host was there when it began: a name, or the number of a reason that is the site's own.
    pub reason: Option<Cow<'static, str>>,
    /// How much of it is left, in ms; `None` where it has no planned end, or where that is over.
    pub left_ms: Option<u32>,
    /// It is longer than was planned.
    pub over_budget: bool,
    /// When the scalp skin is back at 22 °C; `None` where that is not told.
    pub rewarming: Option<Rewarming>,
}

/// One channel, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelPicture {
    /// Which one, from 0.
    pub channel: u8,
    /// The phase of its session; `None` where that is not known now.
    pub phase: Option<Cow<'static, str>>,
    /// The code of that phase.
    pub phase_code: Option<u8>,
    /// For how long it has gone on, in ms.
    pub elapsed_ms: Option<u32>,
    /// How long it still has to run, in ms; `None` where it has no planned end.
    pub left_ms: Option<u32>,
    /// Time with coolant flowing through the worn cap in this phase, in ms.
    pub cooled_ms: Option<u32>,
    /// Time at target in this phase, in ms.
    pub at_target_ms: Option<u32>,
    /// The break that goes on.
    pub on_break: Option<BreakPicture>,
    /// Which temperature is held.
    pub control: Option<Control>,
    /// Its target, in milli-°C.
    pub target_milli: Option<i32>,
    /// Where the ramp towards that stands, in milli-°C.
    pub ramp_milli: Option<i32>,
    /// Coolant on its way to the cap.
    pub supply: Quantity,
    /// Coolant on its way back.
    pub returned: Quantity,
    /// The cap's inner face, front.
    pub front: Quantity,
    /// The cap's inner face, rear.
    pub rear: Quantity,
    /// The separate freeze-safety sensor.
    pub safety: Quantity,
    /// Scalp skin, an estimate with its interval.
    pub skin: Quantity,
    /// Coolant flow, in thousandths of L/min, which is mL/min.
    pub flow: Quantity,
    /// The cap's coupling is closed.
    pub coupled: Option<bool>,
    /// The operator has said that the cap is worn.
    pub worn: Option<bool>,
    /// The target is held.
    pub at_target: Option<bool>,
    /// A hair-toxic drug is running.
    pub drug_running: Option<bool>,
    /// The guard lets coolant circulate.
    pub permitted: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    status: Option<(Instant, ChannelStatus)>,
    reason: Option<u16>,
    history: History,
}

impl Channel {
    pub(super) fn see(&mut self, at: Instant, status: &ChannelStatus) {
        self.history.see(at, status.phase, &sample(status));
        // One that does not know of the break yet may come behind the word that it began.
        let was_on_break = self.status.is_some_and(|(_, status)| is_break(&status));
        if was_on_break && !is_break(status) {
            self.reason = None;
        }
        self.status = Some((at, *status));
    }

    /// The machine was started anew, or is another one.
    pub(super) const fn forget(&mut self) {
        (self.status, self.reason) = (None, None);
    }

    pub(super) const fn begin_break(&mut self, reason: u16) {
        self.reason = Some(reason);
    }

    pub(super) const fn end_break(&mut self) {
        self.reason = None;
    }

    pub(super) fn mark(&mut self, at: Instant, condition: u16, priority: Option<Priority>) {
        self.history.mark(at, condition, priority);
    }

    pub(super) const fn history(&self) -> &History {
        &self.history
    }

    pub(super) const fn is_told(&self) -> bool {
        self.status.is_some()
    }

    pub(super) fn revision(&self) -> u16 {
        self.status.map_or(0, |(_, status)| status.revision)
    }

    pub(super) fn picture(&self, channel: u8, at: Instant, stale: bool) -> ChannelPicture {
        let quantity = |of: fn(&ChannelStatus) -> Value| match &self.status {
            Some((heard, status)) => Quantity::seen(of(status), *heard, at, stale),
            None => Quantity::UNHEARD,
        };
        let old = |heard: Instant| stale || at.since(heard) > STALE;
        let now = self.status.filter(|(heard, _)| !old(*heard)).map(|(_, status)| status);
        let flag = |bit: u16| now.map(|status| status.flags & bit != 0);
        ChannelPicture {
            channel,
            phase: now.map(|status| phase(status.phase)),
            phase_code: now.map(|status| status.phase),
            elapsed_ms: now.map(|status| status.elapsed_ms),
            left_ms: now.map(|status| status.remaining_ms).filter(|left| *left > 0),
            cooled_ms: now.map(|status| status.cooled_ms),
            at_target_ms: now.map(|status| status.at_target_ms),
            on_break: now.and_then(|status| self.on_break(&status)),
            control: now.map(|status| control(&status)),
            target_milli: now.and_then(|status| targets(&status)[0]),
            ramp_milli: now.and_then(|status| targets(&status)[1]),
            supply: quantity(|status| status.supply),
            returned: quantity(|status| status.returned),
            front: quantity(|status| status.front),
            rear: quantity(|status| status.rear),
            safety: quantity(|status| status.safety),
            skin: quantity(|status| status.skin)
                .within(self.status.map_or(0, |(_, status)| status.skin_uncertainty_mk)),
            flow: quantity(|status| status.flow),
            coupled: flag(ChannelStatus::COUPLED),
            worn: flag(ChannelStatus::WORN),
            at_target: flag(ChannelStatus::AT_TARGET),
            drug_running: flag(ChannelStatus::DRUG_RUNNING),
            permitted: flag(ChannelStatus::PERMITTED),
        }
    }

    fn on_break(&self, status: &ChannelStatus) -> Option<BreakPicture> {
        is_break(status).then(|| BreakPicture {
            reason: self.reason.map(reason),
            left_ms: Some(status.remaining_ms).filter(|left| *left > 0),
            over_budget: status.flags & ChannelStatus::OVER_BUDGET != 0,
            rewarming: rewarming(status),
        })
    }
}

const fn is_break(status: &ChannelStatus) -> bool {
    status.phase == Phase::Paused.code()
}

/// What the curves take of a status.
fn sample(status: &ChannelStatus) -> Sample {
    let [target, ramp] = targets(status);
    let fresh =
        |value: Value| value.get().ok().filter(|_| u32::from(value.age_ms) <= STALE.as_millis());
    let faces = [status.front, status.rear].map(fresh);
    Sample {
        target: ramp.or(target),
        coolant: fresh(status.supply),
        interface: match faces {
            [Some(front), Some(rear)] => Some(front.midpoint(rear)),
            [one, other] => one.or(other),
        },
        skin: fresh(status.skin),
    }
}

/// What is held, and where the ramp towards it stands.
fn targets(status: &ChannelStatus) -> [Option<i32>; 2] {
    let valid = |bit: u8, milli: i32| (status.targets_valid & bit != 0).then_some(milli);
    match control(status) {
        Control::Coolant => [
            valid(ChannelStatus::TARGET_VALID, status.target_mc),
            valid(ChannelStatus::EFFECTIVE_VALID, status.effective_mc),
        ],
        Control::Cap => [
            valid(ChannelStatus::INTERFACE_TARGET_VALID, status.interface_target_mc),
            valid(ChannelStatus::INTERFACE_EFFECTIVE_VALID, status.interface_effective_mc),
        ],
    }
}

const fn control(status: &ChannelStatus) -> Control {
    match status.control {
        CONTROL_CAP => Control::Cap,
        _ => Control::Coolant,
    }
}

fn rewarming(status: &ChannelStatus) -> Option<Rewarming> {
    let valid = |bit: u8, seconds: u16| (status.warm_valid & bit != 0).then_some(seconds);
    let latest_s = valid(ChannelStatus::WARM_LATEST_VALID, status.warm_latest_s);
    let told = Rewarming {
        earliest_s: valid(ChannelStatus::WARM_EARLIEST_VALID, status.warm_earliest_s),
        latest_s,
        or_later: latest_s == Some(u16::MAX),
    };
    (told.earliest_s.is_some() || told.latest_s.is_some()).then_some(told)
}

/// The phase's name; that of one that is not known is its number.
fn phase(code: u8) -> Cow<'static, str> {
    Phase::from_code(code).map_or_else(|| format!("phase_{code}").into(), |it| it.name().into())
}

/// The machine's own reasons have names, the site's own have numbers.
fn reason(code: u16) -> Cow<'static, str> {
    if code == 0 {
        return "no reason given".into();
    }
    let reasons = Vocabulary::named("reason");
    let known = u8::try_from(code).ok().and_then(|code| reasons?.word(code));
    known.map_or_else(|| format!("reason {code}").into(), Into::into)
}
