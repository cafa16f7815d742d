//! The step lane of a machine with a journal: its flash outlives the restarts that a driver plays.

use super::{Journaled, Layout, PowerUp};
use crate::canonical::{Canonical, Source};
use crate::config::Config;
use crate::device::{Served, equipped, write_reply};
use crate::inputs::Inputs;
use crate::lane::{LINK_OUT_MAXIMUM, LaneError, REPLY_LENGTH, STEP_LENGTH, Step};
use crate::link::KEPT_ENTRIES;
use crate::outputs::Outputs;
use coldcap_journal::Error;
use coldcap_journal::restart::{ResetCause, RestartLimits};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::Transport;
use embedded_storage::nor_flash::NorFlash;

/// A machine with a journal behind the [step lane](crate::lane), for a simulator. No board serves one.
///
/// A restart stores the state as a board does whose supply warns of it, forgets everything but the flash, and begins from that
/// with the inputs of the next tick.
#[derive(Clone, Debug)]
pub struct JournaledLane<const CHANNELS: usize, F, const KEPT: usize = KEPT_ENTRIES> {
    config: Config,
    /// The last tick.
    now: Instant,
    machine: Journaled<CHANNELS, F, KEPT>,
    /// Its power is off, and comes back with the next tick.
    outage: Option<Outage>,
}

/// How long it was off, if that is known.
#[derive(Clone, Copy, Debug)]
struct Outage(Option<Duration>);

/// The parts of a tick, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The link takes in what came.
    Receive,
    /// Control and protection, with the commands that the link hands over.
    Control,
    /// The journal, and what the link is told.
    Store,
    /// The link sends.
    Transmit,
    /// The lane's own work, which no board has.
    Lane,
}

impl<const CHANNELS: usize, F: NorFlash, const KEPT: usize> JournaledLane<CHANNELS, F, KEPT> {
    /// A machine that never ran.
    ///
    /// # Errors
    /// As [`Journaled::provision`].
    pub fn new(config: Config, flash: F, layout: Layout) -> Result<Self, Error> {
        let machine = Journaled::provision(config, flash, layout)?;
        Ok(Self { config, now: Instant::ZERO, machine, outage: None })
    }

    /// Serves one block.
    ///
    /// # Errors
    /// [`LaneError`]. Behind one of the flash every tick fails.
    pub fn serve(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<Served, LaneError> {
        self.serve_watched(step, reply, |_| {})
    }

    /// The same, and tells when each part of a tick begins: for whoever counts what each costs.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub fn serve_watched(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
        watch: impl FnMut(Part),
    ) -> Result<Served, LaneError> {
        match Step::decode(step)? {
            Step::Tick { now, inputs, link } => {
                let inputs =
                    Inputs::read(now, &mut Source::new(inputs)).map_err(|_| LaneError::Inputs)?;
                self.serve_tick(now, &inputs, link, reply, watch).map(|()| Served::Ticked)
            }
            Step::Restart { gap } => self.cut_power(gap).map(|()| Served::Restarted),
            Step::End => Ok(Served::Ended),
            Step::Equip { transport, entropy, keys } => {
                self.equip(transport, entropy, keys).map(|()| Served::Equipped)
            }
        }
    }

    fn serve_tick(
        &mut self,
        now: Instant,
        inputs: &Inputs<CHANNELS>,
        link: &[u8],
        reply: &mut [u8; REPLY_LENGTH],
        mut watch: impl FnMut(Part),
    ) -> Result<(), LaneError> {
        self.now = now;
        if let Some(Outage(gap)) = self.outage {
            self.begin_again(gap, now, inputs)?;
        }
        let machine = &mut self.machine;
        watch(Part::Receive);
        machine.device.link.receive(now, link);
        watch(Part::Control);
        let mut outputs = Outputs::at(now);
        let input = machine.tick_into(now, *inputs, &mut outputs);
        watch(Part::Store);
        machine.store(None, &outputs).map_err(|_| LaneError::Flash)?;
        if machine.wants_erasure(&outputs) {
            machine.erase_ahead().map_err(|_| LaneError::Flash)?;
        }
        watch(Part::Transmit);
        let mut bytes = [0; LINK_OUT_MAXIMUM];
        let sent = machine.device.link.transmit(now, &mut bytes);
        watch(Part::Lane);
        write_reply(&input, &outputs, bytes.get(..sent).unwrap_or_default(), reply)
    }

    /// A machine that never ran, with these keys. Not inlined, as [`begin_again`](Self::begin_again): a device of its own stands
    /// on the stack here, and not in every tick.
    #[inline(never)]
    fn equip(
        &mut self,
        transport: Option<Transport>,
        entropy: [u8; 32],
        keys: &[u8],
    ) -> Result<(), LaneError> {
        self.machine.device = equipped(&self.config, transport, entropy, keys)?;
        self.config.access = self.machine.device.control.config().access;
        self.outage = None;
        self.machine.keeper.reprovision().map_err(|_| LaneError::Flash)?;
        self.machine.store_keys().map_err(|_| LaneError::Flash)
    }

    #[inline(never)]
    fn begin_again(
        &mut self,
        gap: Option<Duration>,
        now: Instant,
        inputs: &Inputs<CHANNELS>,
    ) -> Result<(), LaneError> {
        let known = PowerUp {
            cause: ResetCause::BrownOut,
            gap,
            failures: 0,
            now,
            inputs: *inputs,
            limits: RestartLimits::default(),
        };
        // As from a source of randomness in the hardware.
        let entropy = self.machine.device.link.take_entropy();
        self.machine.begin_again(&self.config, &known).map_err(|_| LaneError::Flash)?;
        self.machine.device.link.keep_entropy(entropy);
        self.outage = None;
        Ok(())
    }

    fn cut_power(&mut self, gap: Option<Duration>) -> Result<(), LaneError> {
        if self.outage.is_none() {
            self.machine.store_at_power_fail(self.now, None).map_err(|_| LaneError::Flash)?;
        }
        self.config.identity.boot = self.config.identity.boot.wrapping_add(1);
        self.outage = Some(Outage(gap));
        Ok(())
    }
}
