//! What is driven by hand: by service, while nobody is on any cap of the machine, and for as long as a lease lasts.
//!
//! It stands in the place of the loop's demand, ahead of the guard's permit and of what the mains has. Whatever makes it
//! end makes it end for good: nothing begins again by itself, and what was asked for in the two seconds before, or is on
//! its way, is refused.

use super::calibrate::Measured;
use super::channel::Channel;
use super::{Control, LONGEST_LEASE, LONGEST_TICK};
use crate::command::{Action, Command, Commands, Drive};
use crate::drives::ChannelDrives;
use crate::outputs::{Event, Outputs};
use coldcap_guard::interlock::Permit;
use coldcap_session::{Accepted, Actuator, Answer, HandEnd, Refusal, Request, Role};
use coldcap_units::{Duration, Duty};

/// Where something can be driven by hand; a number is that of the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Pump(usize),
    Valve(usize),
    Chiller,
}

impl Place {
    const fn actuator(self) -> Actuator {
        match self {
            Self::Pump(_) => Actuator::Pump,
            Self::Valve(_) => Actuator::Valve,
            Self::Chiller => Actuator::Chiller,
        }
    }

    /// Whether it matters to this channel: the chiller matters to each.
    const fn is_of(self, channel: usize) -> bool {
        match self {
            Self::Pump(index) | Self::Valve(index) => index == channel,
            Self::Chiller => true,
        }
    }
}

/// One actuator: what is driven now, and what is left of its lease.
#[derive(Clone, Copy, Debug, Default)]
struct Hand {
    driven: Option<Duty>,
    left: Duration,
    /// For so long nothing begins here: something stood against it just now.
    barred: Duration,
}

impl Hand {
    /// All time counts for a lease, and only what somebody watched for what stands against another.
    fn pass(&mut self, dt: Duration) {
        self.left = self.left.minus(dt);
        self.barred = self.barred.minus(dt.min(LONGEST_TICK));
    }

    /// The end, for this reason; whether there was something to end.
    fn end(&mut self, end: HandEnd) -> bool {
        if !matches!(end, HandEnd::Asked | HandEnd::Expired) {
            self.barred = LONGEST_LEASE;
        }
        self.left = Duration::ZERO;
        self.driven.take().is_some()
    }

    /// Drives from now on, or goes on; whether it is otherwise than before.
    fn grant(&mut self, drive: Drive) -> bool {
        self.left = drive.lease.min(LONGEST_LEASE);
        self.driven.replace(drive.duty) != Some(drive.duty)
    }
}

/// What stands against all of it, as this tick has seen it.
#[derive(Clone, Copy, Debug, Default)]
struct Sight {
    /// The stop key of the machine is pressed, or stays pressed.
    stopped: bool,
    /// The host was silent for longer than its heartbeat may take.
    lost: bool,
    /// The tank cannot be read, or is as cold as it may be made.
    no_cold: bool,
}

/// What a machine is driven by hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByHand<const CHANNELS: usize> {
    /// Pump and valve of each channel.
    channels: [[Hand; 2]; CHANNELS],
    chiller: Hand,
    sight: Sight,
}

impl<const CHANNELS: usize> ByHand<CHANNELS> {
    pub(super) fn new() -> Self {
        Self {
            channels: [[Hand::default(); 2]; CHANNELS],
            chiller: Hand::default(),
            sight: Sight::default(),
        }
    }

    /// In the place of what the loops of this channel want.
    pub(super) fn over(&self, channel: usize, demand: ChannelDrives) -> ChannelDrives {
        let [pump, valve] = self.channels.get(channel).copied().unwrap_or_default();
        ChannelDrives {
            pump: pump.driven.unwrap_or(demand.pump),
            valve: valve.driven.unwrap_or(demand.valve),
        }
    }

    /// In the place of what the tank wants; `None` where it is left to the tank.
    pub(super) const fn chiller(&self) -> Option<Duty> {
        self.chiller.driven
    }

    fn at(&mut self, place: Place) -> Option<&mut Hand> {
        match place {
            Place::Pump(index) => self.channels.get_mut(index).map(|[pump, _]| pump),
            Place::Valve(index) => self.channels.get_mut(index).map(|[_, valve]| valve),
            Place::Chiller => Some(&mut self.chiller),
        }
    }

    fn each(&mut self) -> impl Iterator<Item = (Place, &mut Hand)> {
        let channels = self.channels.iter_mut().enumerate().flat_map(|(index, [pump, valve])| {
            [(Place::Pump(index), pump), (Place::Valve(index), valve)]
        });
        channels.chain([(Place::Chiller, &mut self.chiller)])
    }
}

/// What stands against driving by hand now.
struct Bars<const CHANNELS: usize> {
    all: Option<HandEnd>,
    channels: [Option<HandEnd>; CHANNELS],
    chiller: Option<HandEnd>,
}

impl<const CHANNELS: usize> Bars<CHANNELS> {
    fn of(&self, place: Place) -> Option<HandEnd> {
        let channel = |index| self.channels.get(index).copied().unwrap_or(Some(HandEnd::Denied));
        self.all.or_else(|| match place {
            Place::Pump(index) | Place::Valve(index) => channel(index),
            Place::Chiller => self.chiller,
        })
    }
}

impl<const CHANNELS: usize> Control<CHANNELS> {
    /// The beginning of a tick: all of the time that passed counts, however late the tick is.
    pub(super) fn begin_by_hand(
        &mut self,
        dt: Duration,
        measured: &Measured<CHANNELS>,
        commands: &Commands,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: HND-001
        let limit = self.config.limits.delays().link_lost;
        let tank = measured.tank.within(measured.now, self.config.circulation.oldest);
        self.by_hand.sight = Sight {
            stopped: measured.inputs.panel.stop,
            lost: commands.host_silent.is_some_and(|silent| silent > limit),
            no_cold: !tank.is_ok_and(|tank| tank > self.config.coldest_tank),
        };
        self.by_hand.each().for_each(|(_, hand)| hand.pass(dt));
        let over = |hand: &Hand| hand.driven.is_some() && hand.left.is_zero();
        self.end_by_hand(|_, hand| over(hand).then_some(HandEnd::Expired), outputs);
    }

    /// Somebody drives by hand, or lets go.
    pub(super) fn drive(
        &mut self,
        command: &Command,
        drive: Drive,
        outputs: &mut Outputs<CHANNELS>,
    ) -> Answer {
        // req: HND-002
        if command.role != Role::Service {
            return Err(Refusal::NotPermitted(command.role));
        }
        let place = place::<CHANNELS>(command.channel, drive.actuator);
        let place = place.ok_or(Refusal::WrongPhase)?;
        if drive.lease.is_zero() {
            let asked = |it, _: &Hand| (it == place).then_some(HandEnd::Asked);
            let ended = self.end_by_hand(asked, outputs);
            return Ok(if ended { Accepted::Done } else { Accepted::NoChange });
        }
        self.may_drive(place)?;
        if self.by_hand.at(place).is_some_and(|hand| hand.grant(drive)) {
            let (actuator, duty, role) = (drive.actuator, drive.duty, command.role);
            let driven = coldcap_session::ByHand::Driven { actuator, duty, role };
            self.tell_by_hand(place, driven, outputs);
        }
        Ok(Accepted::Done)
    }

    fn may_drive(&mut self, place: Place) -> Result<(), Refusal> {
        // req: REC-006
        let mut of = self.channels.iter().enumerate().filter(|(index, _)| place.is_of(*index));
        if of.clone().any(|(_, channel)| channel.is_behind()) {
            return Err(Refusal::TooEarly);
        }
        let untested = of.any(|(_, channel)| !channel.tests.passed_at_power_up());
        let (shared, permits) = self.permits();
        match self.bars(&shared, &permits).of(place) {
            Some(HandEnd::Denied) => return Err(Refusal::FaultActive),
            Some(_) => return Err(Refusal::WrongPhase),
            None if untested => return Err(Refusal::NotTested),
            None => {}
        }
        if self.by_hand.at(place).is_none_or(|hand| !hand.barred.is_zero()) {
            return Err(Refusal::WrongPhase);
        }
        // A compressor that has just run must stand for a while.
        let rests = place == Place::Chiller && !self.machine.may_chill();
        if rests { Err(Refusal::TooEarly) } else { Ok(()) }
    }

    /// After a command: whoever stops, at whatever channel, or wants to begin has the machine to himself.
    pub(super) fn let_go(&mut self, command: &Command, outputs: &mut Outputs<CHANNELS>) {
        // req: HND-003
        let Action::Request(request) = command.action else { return self.follow_phases(outputs) };
        if request == Request::Stop {
            self.end_by_hand(|_, _| Some(HandEnd::Stopped), outputs);
        } else if command.action.begins() {
            self.end_by_hand(|_, _| Some(HandEnd::Begun), outputs);
        }
        self.follow_phases(outputs);
    }

    /// What is driven by hand ends where a phase has changed since this was last asked.
    fn follow_phases(&mut self, outputs: &mut Outputs<CHANNELS>) {
        let mut moved = false;
        for channel in &mut self.channels {
            moved |= channel.has_moved();
        }
        if moved {
            self.end_by_hand(|_, _| Some(HandEnd::Begun), outputs);
        }
    }

    /// After session and guard were heard: what may not go on ends in this tick.
    pub(super) fn judge_by_hand(
        &mut self,
        (shared, permits): &(Permit, [Permit; CHANNELS]),
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: HND-003
        self.follow_phases(outputs);
        let bars = self.bars(shared, permits);
        self.end_by_hand(|place, _| bars.of(place), outputs);
    }

    fn bars(&self, shared: &Permit, permits: &[Permit; CHANNELS]) -> Bars<CHANNELS> {
        let Sight { stopped, lost, no_cold } = self.by_hand.sight;
        let stopped = stopped.then_some(HandEnd::Stopped);
        let mut channels = [Some(HandEnd::Denied); CHANNELS];
        for (bar, permit) in channels.iter_mut().zip(permits) {
            let denied = !(permit.power && permit.circulate);
            *bar = denied.then_some(HandEnd::Denied);
        }
        // req: HND-005
        let used = self.channels.iter().any(Channel::may_hold_somebody).then_some(HandEnd::Begun);
        let denied = !(shared.power && shared.chill) || no_cold;
        Bars {
            all: stopped.or(lost.then_some(HandEnd::HostLost)).or(used),
            channels,
            chiller: denied.then_some(HandEnd::Denied),
        }
    }

    /// Ends what `why` gives a reason for, and enters what there was to end; whether there was anything.
    fn end_by_hand(
        &mut self,
        why: impl Fn(Place, &Hand) -> Option<HandEnd>,
        outputs: &mut Outputs<CHANNELS>,
    ) -> bool {
        let (mut any, config) = (false, &self.config);
        for (place, hand) in self.by_hand.each() {
            let ended = why(place, hand).filter(|end| hand.end(*end));
            if let Some(end) = ended {
                let told = coldcap_session::ByHand::Ended { actuator: place.actuator(), end };
                tell(&mut self.channels, place, told, |channel, told| {
                    channel.tell_by_hand(told, config, outputs);
                });
                any = true;
            }
        }
        any
    }

    fn tell_by_hand(
        &mut self,
        place: Place,
        told: coldcap_session::ByHand,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        let config = &self.config;
        tell(&mut self.channels, place, told, |channel, told| {
            channel.tell_by_hand(told, config, outputs);
        });
    }
}

/// Tells the records that it matters to.
fn tell(
    channels: &mut [Channel],
    place: Place,
    told: coldcap_session::ByHand,
    mut enter: impl FnMut(&mut Channel, coldcap_session::ByHand),
) {
    // req: HND-004
    let concerned = channels.iter_mut().enumerate().filter(|(index, _)| place.is_of(*index));
    concerned.for_each(|(_, channel)| enter(channel, told));
}

/// Where the actuator of a command is. The chiller is asked of the machine, pump and valve of a channel.
fn place<const CHANNELS: usize>(channel: u8, actuator: Actuator) -> Option<Place> {
    let index = Some(usize::from(channel)).filter(|index| *index < CHANNELS);
    match actuator {
        Actuator::Pump => index.map(Place::Pump),
        Actuator::Valve => index.map(Place::Valve),
        Actuator::Chiller => (channel == Event::MACHINE).then_some(Place::Chiller),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // req: HND-001, HND-003
    #[test]
    fn all_time_ends_a_lease_and_only_what_was_watched_frees_an_actuator() {
        let mut hand =
            Hand { driven: Some(Duty::FULL), left: LONGEST_LEASE, barred: Duration::ZERO };
        assert!(hand.end(HandEnd::Stopped));
        hand.left = LONGEST_LEASE;
        hand.pass(Duration::from_secs(60));
        assert_eq!((hand.left, hand.barred), (Duration::ZERO, LONGEST_LEASE.minus(LONGEST_TICK)));
        hand.pass(Duration::from_millis(100));
        assert!(!hand.barred.is_zero());
    }
}
