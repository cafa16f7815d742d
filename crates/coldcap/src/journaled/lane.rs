//! The step lane of a machine with a journal: its flash outlives the restarts that a driver plays.

use super::{Journaled, Layout, PowerUp};
use crate::canonical::{Canonical, Source};
use crate::config::Config;
use crate::device::{Device, Served, equipped, write_reply};
use crate::inputs::Inputs;
use crate::lane::{LINK_OUT_MAXIMUM, LaneError, REPLY_LENGTH, STEP_LENGTH, Step};
use coldcap_journal::restart::{ResetCause, RestartLimits};
use coldcap_journal::{Error, Journal};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::EntropyPool;
use embedded_storage::nor_flash::NorFlash;

/// A machine with a journal behind the [step lane](crate::lane), for a simulator. No board serves one.
///
/// A restart stores the state as a board does whose supply warns of it, forgets everything but the flash, and begins from that
/// with the inputs of the next tick.
#[derive(Clone, Debug)]
pub struct JournaledLane<const CHANNELS: usize, F> {
    config: Config,
    layout: Layout,
    /// The last tick.
    now: Instant,
    power: Power<CHANNELS, F>,
}

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

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap, and a machine is off for one tick"
)]
enum Power<const CHANNELS: usize, F> {
    On(Journaled<CHANNELS, F>),
    /// It comes back with the next tick.
    Off(Outage<F>),
    /// The flash is gone: a step before ended with an error.
    Lost,
}

/// What outlives a loss of power.
#[derive(Clone, Debug)]
struct Outage<F> {
    flash: F,
    gap: Option<Duration>,
    /// As from a source of randomness in the hardware.
    entropy: EntropyPool,
}

impl<const CHANNELS: usize, F: NorFlash> JournaledLane<CHANNELS, F> {
    /// A machine that never ran.
    ///
    /// # Errors
    /// As [`Journaled::provision`].
    pub fn new(config: Config, flash: F, layout: Layout) -> Result<Self, Error> {
        let machine = Journaled::provision(config, flash, layout)?;
        Ok(Self { config, layout, now: Instant::ZERO, power: Power::On(machine) })
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
                let device = equipped(&self.config, transport, entropy, keys)?;
                self.equip(device).map(|()| Served::Equipped)
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
        let machine = self.machine_at(now, inputs)?;
        watch(Part::Receive);
        machine.device.link.receive(now, link);
        watch(Part::Control);
        let (input, outputs) = machine.tick(now, *inputs);
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

    /// Not inlined, as [`begin`](Self::begin): machines stand on the stack here, and not in every tick.
    #[inline(never)]
    fn equip(&mut self, device: Device<CHANNELS>) -> Result<(), LaneError> {
        self.config.access = device.control.config().access;
        let flash = self.take_flash()?;
        let machine = Journaled::provision(self.config, flash, self.layout);
        let mut machine = machine.map_err(|_| LaneError::Flash)?;
        machine.device = device;
        machine.store_keys().map_err(|_| LaneError::Flash)?;
        self.power = Power::On(machine);
        Ok(())
    }

    /// The machine that runs, begun anew where its power was off.
    fn machine_at(
        &mut self,
        now: Instant,
        inputs: &Inputs<CHANNELS>,
    ) -> Result<&mut Journaled<CHANNELS, F>, LaneError> {
        if let Power::Off(_) = self.power {
            let Power::Off(outage) = core::mem::replace(&mut self.power, Power::Lost) else {
                return Err(LaneError::Flash);
            };
            self.power = Power::On(self.begin(outage, now, inputs)?);
        }
        match &mut self.power {
            Power::On(machine) => Ok(machine),
            Power::Off(_) | Power::Lost => Err(LaneError::Flash),
        }
    }

    #[inline(never)]
    fn begin(
        &self,
        outage: Outage<F>,
        now: Instant,
        inputs: &Inputs<CHANNELS>,
    ) -> Result<Journaled<CHANNELS, F>, LaneError> {
        let known = PowerUp {
            cause: ResetCause::BrownOut,
            gap: outage.gap,
            failures: 0,
            now,
            inputs: *inputs,
            limits: RestartLimits::default(),
        };
        let journal = Journal::open(outage.flash, self.layout.journal);
        let journal = journal.map_err(|_| LaneError::Flash)?;
        let machine = Journaled::power_up(self.config, journal, self.layout, &known);
        let mut machine = machine.map_err(|_| LaneError::Flash)?;
        machine.device.link.keep_entropy(outage.entropy);
        Ok(machine)
    }

    #[inline(never)]
    fn cut_power(&mut self, gap: Option<Duration>) -> Result<(), LaneError> {
        let Power::On(mut machine) = core::mem::replace(&mut self.power, Power::Lost) else {
            return Err(LaneError::Flash);
        };
        machine.store_at_power_fail(self.now, None).map_err(|_| LaneError::Flash)?;
        self.config.identity.boot = self.config.identity.boot.wrapping_add(1);
        let entropy = machine.device.link.take_entropy();
        self.power = Power::Off(Outage { flash: machine.release(), gap, entropy });
        Ok(())
    }

    fn take_flash(&mut self) -> Result<F, LaneError> {
        match core::mem::replace(&mut self.power, Power::Lost) {
            Power::On(machine) => Ok(machine.release()),
            Power::Off(outage) => Ok(outage.flash),
            Power::Lost => Err(LaneError::Flash),
        }
    }
}
