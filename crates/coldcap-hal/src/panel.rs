//! The keys of the front panel, as [`coldcap::Panel`].

use crate::debounce::{Contact, Debounce};
use crate::level;
use coldcap::Panel;
use coldcap_units::{Duration, Fault, Instant};
use embedded_hal::digital::{InputPin, PinState};

/// The keys of a front panel: stop, acknowledge, pause of the sound.
///
/// | key | wired | counts as down | counts as up | pin that cannot be read |
/// |---|---|---|---|---|
/// | stop | opens a loop that is closed | **at once** | once it was up for 50 ms | down |
/// | acknowledge, pause | closes a loop | once it was down for 30 ms | at once | up |
///
/// A broken wire stops, and silences nothing: each fails to the side on which nobody is harmed. A stop key's first sample
/// of all counts as it is, so that power-up is no stop where the key is up; whatever comes later has to be up for its time.
///
/// Keys are short: poll more often than there are ticks. A key that went down since the last [`take`](Self::take) is in the
/// next one, even if it is up again.
///
/// ```
/// use coldcap::Panel;
/// use coldcap_hal::PanelKeys;
/// use coldcap_units::Instant;
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let pin = |seen: [State; 3]| Mock::new(&seen.map(Transaction::get));
/// let (up, down) = (State::High, State::Low);
/// let mut pins = [
///     pin([State::Low, State::High, State::Low]), // the loop of the stop key opens for one sample
///     pin([up, up, down]),
///     pin([up, up, up]),
/// ];
/// let [stop, acknowledge, pause] = pins.clone();
/// let mut keys = PanelKeys::new((stop, PinState::Low), (acknowledge, PinState::Low), (pause, PinState::Low));
/// keys.poll(Instant::from_millis(80));
/// keys.poll(Instant::from_millis(90));
/// keys.poll(Instant::from_millis(100));
/// assert_eq!(keys.take(), Panel { stop: true, ..Panel::default() });
/// pins.iter_mut().for_each(Mock::done);
/// ```
#[derive(Debug)]
pub struct PanelKeys<S, A, M> {
    stop: Key<S>,
    acknowledge: Key<A>,
    audio_pause: Key<M>,
}

impl<S: InputPin, A: InputPin, M: InputPin> PanelKeys<S, A, M> {
    /// The keys on these pins, each with the level of its pin while the loop is *closed*: the stop key is up then, the
    /// other two are down.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(
        stop: (S, PinState),
        acknowledge: (A, PinState),
        audio_pause: (M, PinState),
    ) -> Self {
        Self {
            stop: Key::stop(stop.0, stop.1),
            acknowledge: Key::other(acknowledge.0, acknowledge.1),
            audio_pause: Key::other(audio_pause.0, audio_pause.1),
        }
    }

    /// Looks at every key. `now` must not go back; where it does, no time has passed.
    ///
    /// # Panics
    /// Never. Each pin is read once.
    pub fn poll(&mut self, now: Instant) {
        self.stop.poll(now);
        self.acknowledge.poll(now);
        self.audio_pause.poll(now);
    }

    /// The keys for the next tick: those that are down, or were down at any look since this was asked before. Before the
    /// first look the stop key is down.
    ///
    /// # Panics
    /// Never.
    pub fn take(&mut self) -> Panel {
        Panel {
            stop: self.stop.take(),
            acknowledge: self.acknowledge.take(),
            audio_pause: self.audio_pause.take(),
        }
    }

    /// [`poll`](Self::poll) and [`take`](Self::take), for a board that looks once a tick. A press that is shorter than a tick
    /// may be missed then.
    ///
    /// # Panics
    /// Never.
    pub fn read(&mut self, now: Instant) -> Panel {
        self.poll(now);
        self.take()
    }

    /// Why a key could not be read at the last look, the stop key's fault first; `None` where all could. The panel has no
    /// place for it: a maker's condition has ([`coldcap::VendorConditions`]).
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.stop.fault.or(self.acknowledge.fault).or(self.audio_pause.fault)
    }
}

/// A key. The good side of its contact is the closed loop.
#[derive(Debug)]
struct Key<P> {
    pin: P,
    closed: PinState,
    /// Whether it is down while its loop is closed.
    closes: bool,
    contact: Contact,
    has_begun: bool,
    is_down: bool,
    was_down: bool,
    fault: Option<Fault>,
}

const STOP: Debounce = Debounce::REFERENCE;

/// Acknowledging and pausing take something away, so it is *down* that has to stand.
const OTHER: Debounce = match Debounce::new(Duration::ZERO, Duration::from_millis(30)) {
    Ok(debounce) => debounce,
    Err(_) => Debounce::REFERENCE,
};

impl<P: InputPin> Key<P> {
    fn stop(pin: P, closed: PinState) -> Self {
        Self::new(pin, closed, false, STOP)
    }

    fn other(pin: P, closed: PinState) -> Self {
        Self::new(pin, closed, true, OTHER)
    }

    fn new(pin: P, closed: PinState, closes: bool, debounce: Debounce) -> Self {
        let contact = Contact::new(debounce);
        // What is not known is an open loop.
        let (has_begun, is_down, was_down) = (false, !closes, false);
        Self { pin, closed, closes, contact, has_begun, is_down, was_down, fault: None }
    }

    /// The first sample of a stop key counts as it is.
    fn begin(&mut self, is_closed: bool) {
        if !core::mem::replace(&mut self.has_begun, true) && !self.closes {
            self.contact.begin(is_closed);
        }
    }

    fn poll(&mut self, now: Instant) {
        let is_closed = match level::is_at(&mut self.pin, self.closed) {
            Ok(is_closed) => {
                self.fault = None;
                self.begin(is_closed);
                self.contact.sample(now, is_closed).unwrap_or(false)
            }
            Err(fault) => {
                self.fault = Some(fault);
                self.has_begun = true;
                self.contact.lost();
                false
            }
        };
        self.is_down = is_closed == self.closes;
        self.was_down |= self.is_down;
    }

    fn take(&mut self) -> bool {
        core::mem::take(&mut self.was_down) || self.is_down
    }
}
