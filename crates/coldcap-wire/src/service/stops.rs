//! The last word is a stop's: what was given before it begins nothing behind it.

use crate::message::MACHINE;

/// Channels that are told apart. Those beyond share the last place: a stop there counts for all of them.
const PLACES: usize = 8;

/// Whether a command begins something, and which stop ends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begins {
    /// It begins nothing: it says what is so, asks, sets, or takes away.
    #[default]
    Nothing,
    /// What it begins ends by a stop of its channel, or of the machine.
    AtItsChannel,
    /// What it begins ends by a stop of whatever channel, as all that is driven by hand.
    Anywhere,
}

impl Begins {
    /// Whether a stop of channel `stopped` ends what this begins at `channel`; either may be [`MACHINE`].
    ///
    /// ```
    /// use coldcap_wire::message::MACHINE;
    /// use coldcap_wire::service::Begins;
    /// assert!(Begins::AtItsChannel.ends_by(MACHINE, 1) && !Begins::AtItsChannel.ends_by(0, 1));
    /// assert!(Begins::Anywhere.ends_by(0, 1) && !Begins::Nothing.ends_by(1, 1));
    /// ```
    #[must_use]
    pub const fn ends_by(self, stopped: u8, channel: u8) -> bool {
        match self {
            Self::Nothing => false,
            Self::AtItsChannel => stopped == channel || stopped == MACHINE,
            Self::Anywhere => true,
        }
    }
}

/// The newest stop of each channel, in one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stops {
    /// Those of the channels, and at the end that of the machine.
    newest: [Option<u16>; PLACES + 1],
}

impl Stops {
    pub(super) const fn new() -> Self {
        Self { newest: [None; PLACES + 1] }
    }

    /// A stop has come. An old copy of one says nothing of what was given behind it.
    pub(super) fn note(&mut self, channel: u8, rid: u16) {
        let Some(newest) = self.newest.get_mut(usize::from(place(channel))) else { return };
        if newest.is_none_or(|newest| is_ahead(rid, newest)) {
            *newest = Some(rid);
        }
    }

    /// Ids turn over: an old stop would lie ahead of what is given one day. One that is so far behind the newest id that
    /// whatever was given before it is too old by itself holds nothing up.
    pub(super) fn forget(&mut self, newest: u16, kept: u16) {
        let old = |stop: &mut u16| newest.wrapping_sub(*stop).cast_signed() >= kept.cast_signed();
        for stop in &mut self.newest {
            let _ = stop.take_if(old);
        }
    }

    /// Whether what would begin was given before a stop that ends it: ids are a count. It was held up, or it is sent again.
    pub(super) fn overtook(&self, begins: Begins, channel: u8, rid: u16) -> bool {
        let stops = (0u8..).zip(&self.newest);
        let ends = |stopped: u8| begins.ends_by(channel_of(stopped), channel_of(place(channel)));
        stops.into_iter().any(|(at, stop)| stop.is_some_and(|stop| ends(at) && is_ahead(stop, rid)))
    }
}

const fn place(channel: u8) -> u8 {
    let last = if channel == MACHINE { PLACES } else { PLACES.saturating_sub(1) } as u8;
    if channel < last { channel } else { last }
}

const fn channel_of(place: u8) -> u8 {
    if place as usize == PLACES { MACHINE } else { place }
}

const fn is_ahead(rid: u16, of: u16) -> bool {
    rid.wrapping_sub(of).cast_signed() > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_newest_stop_counts_and_ids_wrap() {
        let mut stops = Stops::new();
        assert!(!stops.overtook(Begins::Anywhere, 0, 1));
        stops.note(0, 3);
        stops.note(0, u16::MAX - 1);
        assert!(stops.overtook(Begins::AtItsChannel, 0, 2));
        assert!(!stops.overtook(Begins::AtItsChannel, 0, 3), "the stop itself");
        assert!(!stops.overtook(Begins::AtItsChannel, 0, 4));
        assert!(!stops.overtook(Begins::AtItsChannel, 1, 2), "another channel");
        assert!(stops.overtook(Begins::Anywhere, 1, 2));
        assert!(!stops.overtook(Begins::Nothing, 0, 2));
        stops.note(MACHINE, 9);
        assert!(stops.overtook(Begins::AtItsChannel, 1, 8));
    }

    proptest! {
        /// Against a list of all stops. What shares a place is stopped too often, never too seldom.
        #[test]
        fn no_stop_is_forgotten(
            given in prop::collection::vec((prop_oneof![0u8..12, Just(MACHINE)], any::<bool>()), 1..40),
            asked in 0usize..40,
        ) {
            let mut stops = Stops::new();
            let (asked, first) = (asked % given.len(), u16::MAX - 20);
            for (rid, (channel, stop)) in (0u16..).zip(&given) {
                if *stop {
                    stops.note(*channel, first.wrapping_add(rid));
                }
            }
            let (channel, _) = given[asked];
            let behind = given[asked + 1..].iter().filter(|(_, stop)| *stop);
            for begins in [Begins::Nothing, Begins::AtItsChannel, Begins::Anywhere] {
                let ends = behind.clone().any(|(stopped, _)| begins.ends_by(*stopped, channel));
                let found = stops.overtook(begins, channel, first.wrapping_add(asked as u16));
                prop_assert!(found == ends || (found && channel >= 7), "{begins:?} {channel}");
            }
        }
    }
}
