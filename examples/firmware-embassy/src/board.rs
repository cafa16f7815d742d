//! What another board does otherwise: start-up, the timer, the drives and the line. Here a driver outside of the emulator plays all
//! of them, by the blocks of [`coldcap::lane`] over the semihosting files `step` and `reply`.

use coldcap::canonical::{Canonical, Source};
use coldcap::journaled::{Journaled, PowerUp};
use coldcap::lane::{REPLY_LENGTH, STEP_LENGTH, Step, access, write_reply};
use coldcap::{Config, Device, Inputs, Outputs, TickInput};
use coldcap_journal::{Journal, restart::ResetCause};
use coldcap_units::{Duration, Instant};
use coldcap_wire::security::{EntropyPool, KeySlot, STORED_LEN};
use core::cell::RefCell;
use core::mem::MaybeUninit;
use cortex_m::{interrupt::InterruptNumber, peripheral::Peripherals};
use embassy_executor::{InterruptExecutor, SendSpawner};
use embassy_sync::blocking_mutex::{Mutex, raw::CriticalSectionRawMutex};
use embassy_sync::signal::Signal;
use firmware_qemu::blocks::Blocks;
use firmware_qemu::counter::{Counter, share, shared};
use firmware_qemu::flash::{LAYOUT, Psram};
use firmware_qemu::{interrupt::Spare, kept::Kept};

pub use coldcap::journaled::Part;

pub type Machine = Journaled<1, Psram, RECENT>;
/// So many entries of the record the link keeps; older ones are in the journal.
pub const RECENT: usize = 32;
/// Where the one machine will stand.
type Place = &'static mut MaybeUninit<Machine>;

/// What the sampling task waits for.
pub enum Moment {
    /// A tick is due, and this is what the sensors read.
    Tick(Instant, Inputs<1>),
    /// The supply says that it fails, and holds up for a commit.
    PowerFails,
}

static MOMENT: Signal<CriticalSectionRawMutex, Moment> = Signal::new();

/// The next moment of the sampling task. **A board with a clock waits for its timer here** (`Ticker::next` of `embassy-time`, every
/// 100 ms), or for its power-fail interrupt, and reads its sensors. Time that is granted comes when the driver grants it.
pub async fn next_moment() -> Moment {
    MOMENT.wait().await
}

static DRIVEN: Mutex<CriticalSectionRawMutex, RefCell<[u8; REPLY_LENGTH]>> =
    Mutex::new(RefCell::new([0; REPLY_LENGTH]));

/// **A board sets its actuators here**, by `outputs.drives`, and feeds its watchdog with the proof of health.
pub fn drive(input: &TickInput<1>, outputs: &mut Outputs<1>) {
    let _proof = outputs.health.take();
    let _ = DRIVEN.lock(|block| write_reply(input, outputs, &[], &mut block.borrow_mut()));
}

/// The line to the host; a board has a UART in its place.
pub struct Line {
    blocks: Blocks,
    step: [u8; STEP_LENGTH],
    /// The tick of the step, until the link has taken its bytes in.
    granted: Option<Moment>,
    /// Stands for the hardware's source of randomness.
    random: EntropyPool,
    config: Config,
}

impl Line {
    /// Opens it, and takes the first block.
    pub fn open() -> semihosting::io::Result<Self> {
        let (blocks, random, config) = (Blocks::open()?, EntropyPool::new(), Config::reference());
        let mut line = Self { blocks, step: [0; STEP_LENGTH], granted: None, random, config };
        line.read()?;
        Ok(line)
    }

    fn read(&mut self) -> semihosting::io::Result<()> {
        self.blocks.read(&mut self.step)
    }

    /// What the host has sent, and when. **Of a UART it is all that came since.** Granted time stands still until the link has taken
    /// the bytes of a step in, so that they meet the same tick everywhere; then the timer strikes, whatever the link is at, and the
    /// sampling task runs right here, since it is above. It has waited for nobody.
    pub async fn bytes(&mut self) -> (Instant, &[u8]) {
        if let Some(moment) = self.granted.take() {
            MOMENT.signal(moment);
            core::future::pending::<()>().await;
        }
        match Step::decode(&self.step) {
            Ok(Step::Tick { now, inputs, link }) => {
                shared(Counter::start);
                self.granted = Some(Moment::Tick(now, inputs_of(now, inputs)));
                (now, link)
            }
            Ok(Step::Restart { gap }) => cut_power(self.config, gap, &mut self.random),
            Ok(Step::End) => {
                shared(|counter| drop(counter.report(size_of::<Machine>())));
                fail(0)
            }
            _ => fail(2),
        }
    }

    /// Sends, and ends the step: what was driven goes with it. Then the driver grants the next one.
    pub fn send(&mut self, bytes: &[u8]) {
        part(Part::Lane);
        let driven = DRIVEN.lock(|block| *block.borrow());
        shared(Counter::stop);
        let sent = self.blocks.write_with(&driven, bytes);
        sent.and_then(|()| self.read()).unwrap_or_else(|_| fail(1));
    }
}

fn inputs_of(now: Instant, bytes: &[u8]) -> Inputs<1> {
    Inputs::read(now, &mut Source::new(bytes)).unwrap_or_else(|_| fail(2))
}

/// What a domain with a battery of its own keeps: that power failed and for how long, how often, and a seed.
#[unsafe(link_section = ".uninit.kept")]
static KEPT: Kept<(Config, Option<Duration>, [u8; 32])> = Kept::new();

/// Power fails: a warning first, and then the core is reset. Behind that there is the flash and what is kept, and nothing else.
fn cut_power(mut config: Config, gap: Option<Duration>, random: &mut EntropyPool) -> ! {
    MOMENT.signal(Moment::PowerFails);
    config.identity.boot = config.identity.boot.wrapping_add(1);
    KEPT.reset_with((config, gap, random.draw().unwrap_or_default()))
}

/// Builds the machine in its place, from what its flash holds.
pub fn power_up(place: Place, line: &mut Line) -> &'static mut Machine {
    if let Some(peripherals) = Peripherals::take() {
        share(Counter::new(peripherals.SYST));
    }
    match (KEPT.take(), Step::decode(&line.step)) {
        (Some((config, gap, seed)), Ok(Step::Tick { now, inputs, .. })) => {
            let known = PowerUp::unknown(now, inputs_of(now, inputs));
            line.config = config;
            line.random.add(&seed);
            restored(place, line, &PowerUp { cause: ResetCause::BrownOut, gap, ..known })
        }
        (None, Ok(Step::Equip { transport, entropy, keys })) => {
            line.config.access = access(transport);
            let machine = provisioned(place, line.config);
            equip(machine, entropy, keys);
            line.random.add(&entropy);
            line.random.add(&[0xB0; 32]);
            line.read().unwrap_or_else(|_| fail(1));
            machine
        }
        _ => provisioned(place, line.config),
    }
}

/// In the factory, once.
#[inline(never)]
fn provisioned(place: Place, config: Config) -> &'static mut Machine {
    match Journaled::provision(config, Psram::erased(), LAYOUT) {
        Ok(machine) => place.write(machine),
        Err(_) => fail(3),
    }
}

fn equip(machine: &mut Machine, entropy: [u8; 32], keys: &[u8]) {
    let Journaled { device: Device { link, .. }, keeper } = machine;
    link.add_entropy(entropy);
    for key in keys.as_chunks::<STORED_LEN>().0 {
        let added = KeySlot::from_stored(key).map(|key| link.keys_mut().add(key));
        added.and_then(Result::ok).unwrap_or_else(|| fail(3));
    }
    keeper.store_keys(link.keys()).unwrap_or_else(|_| fail(3));
}

/// Behind a loss of power, with the sensors of the first tick.
#[inline(never)]
fn restored(place: Place, line: &mut Line, known: &PowerUp<1>) -> &'static mut Machine {
    let Ok(journal) = Journal::open(Psram::kept(), LAYOUT.journal) else { fail(3) };
    let machine = match Journaled::power_up(line.config, journal, LAYOUT, known) {
        Ok(machine) => place.write(machine),
        Err(_) => fail(3),
    };
    machine.device.link.add_entropy(line.random.draw().unwrap_or_default());
    machine
}

static UPPER: InterruptExecutor = InterruptExecutor::new();

/// Starts the executor of the sampling task: it runs in an interrupt, above everything that the other one does.
pub fn start_upper() -> SendSpawner {
    // SAFETY: nobody has masked anything yet; the other executor has none but the thread.
    unsafe { Peripherals::steal().NVIC.set_priority(Spare, 0x40) };
    UPPER.start(Spare)
}

/// This board has no crate that names its interrupts: all of them come here.
#[cortex_m_rt::exception]
unsafe fn DefaultHandler(irq: i16) {
    if irq == Spare.number() as i16 {
        // SAFETY: this is its interrupt.
        unsafe { UPPER.on_interrupt() }
    }
}

/// A part of a tick begins: for whoever counts.
pub fn part(part: Part) {
    shared(|counter| counter.begin(part as usize));
}

/// Ends the emulator: a board would let its watchdog bite.
pub fn fail(code: i32) -> ! {
    semihosting::process::exit(code)
}
