//! Both halves joined, for a super-loop.

use crate::canonical::{Canonical, SliceSink, Source};
use crate::config::{Config, LinkAccess};
use crate::control::{Checkpoint, Control};
use crate::inputs::Inputs;
use crate::lane::{LINK_OUT_MAXIMUM, LaneError, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use crate::link::{KEPT_ENTRIES, Link};
use crate::outputs::Outputs;
use crate::tick_input::TickInput;
use coldcap_session::Role;
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::{KeySlot, Policy, STORED_LEN, Transport};
use coldcap_wire::service::Settings;

/// Control and link in one, for a board that runs both in one loop. `KEPT` is how many entries of the record its [`Link`] keeps.
///
/// ```
/// use coldcap::{Config, Device, Inputs};
/// use coldcap_units::Instant;
///
/// let mut device: Device<1> = Device::new(Config::reference());
/// let now = Instant::from_millis(100);
/// device.link.receive(now, &[]); // bytes from a UART
/// let (_, outputs) = device.tick(now, Inputs::default());
/// assert!(outputs.drives.chiller.is_off()); // nothing is driven before the self-test
/// let mut bytes = [0; 256];
/// assert!(device.link.transmit(now, &mut bytes) > 0); // the device says hello
/// ```
#[derive(Clone, Debug)]
pub struct Device<
    const CHANNELS: usize,
    const KEPT: usize = KEPT_ENTRIES,
    const SETTINGS: usize = 0,
> {
    /// Control and protection.
    pub control: Control<CHANNELS>,
    /// Bytes and messages.
    pub link: Link<CHANNELS, KEPT, SETTINGS>,
}

/// What a block of the step lane led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// A tick; the reply block holds what it decided.
    Ticked,
    /// The device was restarted; there is no reply.
    Restarted,
    /// The device was made anew, with the keys that it was given; there is no reply.
    Equipped,
    /// The driver is done; there is no reply.
    Ended,
}

impl<const CHANNELS: usize, const KEPT: usize> Device<CHANNELS, KEPT> {
    /// A device at power-up.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self::with_settings(config, Settings::new(&[]))
    }

    /// A device after a loss of power of `gap`, with what was stored before it. The link starts anew: it wants its keys
    /// and some entropy.
    #[must_use]
    pub fn restored(
        config: Config,
        checkpoint: &Checkpoint<CHANNELS>,
        gap: Option<Duration>,
    ) -> Self {
        let control = Control::restored(config, checkpoint, gap);
        Self { control, link: Link::new(&config) }
    }
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Device<CHANNELS, KEPT, SETTINGS>
{
    /// The same with settings of the shell's own, see [`Link::with_settings`].
    #[must_use]
    pub fn with_settings(config: Config, settings: Settings<SETTINGS>) -> Self {
        Self { control: Control::new(config), link: Link::with_settings(&config, settings) }
    }

    /// Restarts as after a loss of power: what survives is the [`Checkpoint`], the entries of the record as a journal
    /// would keep them, and the keys and settings as a store would. The hello names the next boot, and the session is lost.
    pub fn restart(&mut self, gap: Option<Duration>) {
        let mut config = *self.control.config();
        config.identity.boot = config.identity.boot.wrapping_add(1);
        self.link.restart(&config, self.control.held_entries());
        self.control = Control::restored(config, &self.control.checkpoint(), gap);
    }

    /// One tick with what the link has taken in; returns what it was a function of, and its outputs.
    ///
    /// # Panics
    /// Never.
    pub fn tick(
        &mut self,
        now: Instant,
        inputs: Inputs<CHANNELS>,
    ) -> (TickInput<CHANNELS>, Outputs<CHANNELS>) {
        let commands = self.link.take_commands(now);
        let input = TickInput { now, inputs, commands };
        let outputs = self.control.tick(&input);
        self.link.publish(&outputs);
        (input, outputs)
    }

    /// Serves one block of the [step lane](crate::lane).
    ///
    /// # Errors
    /// [`LaneError`] if the block is no step, or what it led to does not fit into a reply.
    pub fn serve(
        &mut self,
        step: &[u8; STEP_LENGTH],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<Served, LaneError> {
        match Step::decode(step)? {
            Step::Tick { now, inputs, link } => self.serve_tick(now, inputs, link, reply),
            Step::Restart { gap } => {
                self.restart(gap);
                Ok(Served::Restarted)
            }
            Step::End => Ok(Served::Ended),
            Step::Equip { transport, entropy, keys } => {
                let config = *self.control.config();
                *self = Self::with_settings(config_for(&config, transport), *self.link.settings());
                equip(&mut self.link, entropy, keys)?;
                Ok(Served::Equipped)
            }
        }
    }

    fn serve_tick(
        &mut self,
        now: Instant,
        inputs: &[u8],
        link: &[u8],
        reply: &mut [u8; REPLY_LENGTH],
    ) -> Result<Served, LaneError> {
        let inputs = Inputs::read(now, &mut Source::new(inputs)).map_err(|_| LaneError::Inputs)?;
        self.link.receive(now, link);
        let (input, outputs) = self.tick(now, inputs);
        let mut bytes = [0; LINK_OUT_MAXIMUM];
        let sent = self.link.transmit(now, &mut bytes);
        write_reply(&input, &outputs, bytes.get(..sent).unwrap_or_default(), reply)?;
        Ok(Served::Ticked)
    }
}

/// Writes what a tick came to, and what the link sends, into a block: for whoever serves a lane with the halves apart.
///
/// # Errors
/// [`LaneError::Length`]: there is no room.
///
/// # Panics
/// Never.
pub fn write_reply<const CHANNELS: usize>(
    input: &TickInput<CHANNELS>,
    outputs: &Outputs<CHANNELS>,
    link: &[u8],
    reply: &mut [u8; REPLY_LENGTH],
) -> Result<(), LaneError> {
    let mut input_bytes = [0; TICK_INPUT_MAXIMUM];
    let mut sink = SliceSink::new(&mut input_bytes);
    input.write(&mut sink);
    let input_length = sink.finish().ok_or(LaneError::Length)?;
    let mut output_bytes = [0; OUTPUTS_MAXIMUM];
    let mut sink = SliceSink::new(&mut output_bytes);
    outputs.write(&mut sink);
    let output_length = sink.finish().ok_or(LaneError::Length)?;
    let parts = Reply {
        tick_input: input_bytes.get(..input_length).unwrap_or_default(),
        outputs: output_bytes.get(..output_length).unwrap_or_default(),
        link,
        truth: &[],
    };
    parts.encode(reply)
}

/// A device that is given these keys, and what they travel in.
#[cfg(feature = "journal")]
pub(crate) fn equipped<const CHANNELS: usize, const KEPT: usize>(
    config: &Config,
    transport: Option<Transport>,
    entropy: [u8; 32],
    keys: &[u8],
) -> Result<Device<CHANNELS, KEPT>, LaneError> {
    let mut device = Device::new(config_for(config, transport));
    equip(&mut device.link, entropy, keys)?;
    Ok(device)
}

fn config_for(config: &Config, transport: Option<Transport>) -> Config {
    Config { access: access(transport), ..*config }
}

fn equip<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>(
    link: &mut Link<CHANNELS, KEPT, SETTINGS>,
    entropy: [u8; 32],
    keys: &[u8],
) -> Result<(), LaneError> {
    link.add_entropy(entropy);
    let (stored, rest) = keys.as_chunks::<STORED_LEN>();
    if !rest.is_empty() {
        return Err(LaneError::Keys);
    }
    for key in stored {
        let key = KeySlot::from_stored(key).ok_or(LaneError::Keys)?;
        link.keys_mut().add(key).map_err(|_| LaneError::Keys)?;
    }
    Ok(())
}

/// Who may speak, where a driver says what the packets travel in: whoever has a key, by the standard policy; on a bench without keys,
/// anybody as a clinician.
#[must_use]
pub const fn access(transport: Option<Transport>) -> LinkAccess {
    match transport {
        Some(transport) => LinkAccess::Keyed { transport, policy: Policy::STANDARD },
        None => LinkAccess::UnsecuredBench { role: Role::Clinician, vendor: &[] },
    }
}

/// Room for the canonical tick input of two channels.
const TICK_INPUT_MAXIMUM: usize = 512;
/// Room for the canonical outputs of a tick in which much happens.
const OUTPUTS_MAXIMUM: usize = 1536;
