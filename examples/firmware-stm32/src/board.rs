//! The board: brought up once, and then read and driven. Nothing in here decides anything.

use crate::bank::Bank;
use crate::drivers::Edges;
use crate::pins::Pins;
use coldcap::journaled::{Layout, Pace};
use coldcap::{CapInputs, ChannelInputs, Drives, Inputs, MachineStatus, Panel, TankInputs};
use coldcap_hal::ads124s08::{self, Ads124s08};
use coldcap_hal::ads1220::{self, Ads1220};
use coldcap_hal::front_end::Driver;
use coldcap_hal::{
    AlarmLamps, Buzzer, ChannelOutputs, CurrentSense, CurrentSenseSettings, Debounce, FlowCounter,
    FlowCounting, LevelReadBack, LoopSwitch, PanelKeys, Place, Potentiometer, PotentiometerCodes,
    PowerStage, ProportionedSwitch, PulsedPermit, PwmBuzzer, PwmDrive,
};
use coldcap_journal::Region;
use coldcap_thermal::output::{TimeProportionConfig, Timing};
use coldcap_units::{Duration, Instant, Permille, Ratio};
use embassy_stm32::flash::Flash;
use embassy_stm32::gpio::{self, Input, Level, Output, OutputType, Pull, Speed};
use embassy_stm32::mode::Blocking;
use embassy_stm32::peripherals::{IWDG, LPUART1, RNG, TIM1, TIM3};
use embassy_stm32::rcc::{Pll, PllMul, PllPreDiv, PllRDiv, PllSource, Sysclk, mux};
use embassy_stm32::rng::{self, Rng};
use embassy_stm32::spi::{self, Spi, mode::Master};
use embassy_stm32::time::{Hertz, hz, khz};
use embassy_stm32::timer::low_level::CountingMode;
use embassy_stm32::timer::simple_pwm::{PwmPin, SimplePwm, SimplePwmChannel, SimplePwmChannels};
use embassy_stm32::timer::{Ch1, Ch2, GeneralInstance4Channel, TimerChannel, TimerPin};
use embassy_stm32::usart::{self, BufferedUart};
use embassy_stm32::{Peri, bind_interrupts};
use embedded_hal::digital::PinState::{High, Low};
use embedded_hal_bus::spi::{ExclusiveDevice, NoDelay};
use embedded_io::{Read, Write};

bind_interrupts!(struct Interrupts {
    LPUART1 => usart::BufferedInterruptHandler<LPUART1>;
    RNG => rng::InterruptHandler<RNG>;
});

/// The second bank. The first goes on giving instructions while this one is programmed or erased, so that no interrupt waits.
pub const LAYOUT: Layout = Layout {
    journal: Region { start: 512 * 1024, length: 504 * 1024, sector: 8 * 1024 },
    keys: Region { start: 1016 * 1024, length: 8 * 1024, sector: 2 * 1024 },
    pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
};

/// A passive NTC on each, in this order; then the pump's current, the valve's shaft, and the battery behind a divider.
const ANALOG: [ads124s08::Pin; 9] = {
    use ads124s08::Pin::*;
    [Ain0, Ain1, Ain2, Ain3, Ain4, Ain5, Ain6, Ain7, Ain8]
};
/// A sensor that is linear to the converter's reference: 5 A full scale, a tenth of it at rest.
const PUMP_CURRENT: CurrentSenseSettings = CurrentSenseSettings {
    reference_mv: 3_300,
    gain_milli: 20_000,
    shunt_micro_ohm: 33_000,
    zero: permille(100),
    zero_band: permille(5),
    open_below: permille(50),
    short_from: permille(980),
};
const SHAFT: PotentiometerCodes = PotentiometerCodes {
    closed: permille(100),
    open: permille(900),
    beyond: permille(20),
    short_below: permille(30),
    open_from: permille(970),
};
/// The battery's codes when it is empty and when it is full.
const BATTERY: (Ratio, Ratio) = (permille(600), permille(800));
/// Of a small compressor.
const COMPRESSOR: Timing = Timing {
    window: Duration::from_mins(10),
    minimum_on: Duration::from_mins(1),
    minimum_off: Duration::from_mins(3),
    start_delay: Duration::from_mins(3),
    longest_cycle: Duration::from_mins(60),
};
const BAUD: u32 = 115_200;
/// What the line to the host takes at once without waiting.
pub const ROOM: usize = 256;

const fn permille(share: u32) -> Ratio {
    Ratio(u32::MAX / 1_000 * share)
}

type Bus = ExclusiveDevice<Spi<'static, Blocking, Master>, Output<'static>, NoDelay>;
type Pin = Input<'static>;
type Power = PowerStage<
    PulsedPermit<Output<'static>>,
    ProportionedSwitch<Output<'static>>,
    PwmDrive<SimplePwmChannel<'static, TIM1>>,
    PwmDrive<SimplePwmChannel<'static, TIM1>>,
    1,
>;

/// What a tick reads.
struct Sensors {
    analog: Ads124s08<9, Bus>,
    safety: Ads1220<1, Bus>,
    edges: Edges,
    flow: FlowCounter<u16>,
    current: CurrentSense,
    shaft: Potentiometer,
    permit: LevelReadBack<Pin>,
    chiller: LevelReadBack<Pin>,
    level: LoopSwitch<Pin>,
    leak: LoopSwitch<Pin>,
    coupled: LoopSwitch<Pin>,
    mains: LoopSwitch<Pin>,
}

/// Everything but the flash, the watchdog and the machine.
pub struct Board {
    sensors: Sensors,
    power: Power,
    keys: PanelKeys<Pin, Pin, Pin>,
    buzzer: Buzzer<PwmBuzzer<SimplePwmChannel<'static, TIM3>>>,
    lamps: AlarmLamps<Output<'static>, Output<'static>>,
    status: MachineStatus,
    /// An output could not be written: the stop key counts as pressed.
    stop: bool,
    line: BufferedUart<'static>,
    /// When what was handed to the line is surely sent.
    idle_at: Instant,
}

/// What board bring-up makes, once.
pub struct Parts {
    pub board: Board,
    pub flash: Bank,
    /// Not started yet: a journal takes seconds to be made.
    pub watchdog: Peri<'static, IWDG>,
    pub entropy: [u8; 32],
    /// Whether the factory's jumper is in.
    pub factory: bool,
}

/// Room for what the line sends and receives.
pub type Buffers = [[u8; 1024]; 2];

/// Brings the board up: 80 MHz, every output off. `None` where a figure of this file is refused. A symbol of its own, for the check of
/// panic paths: here the HAL checks what it is told.
#[inline(never)]
pub fn bring_up([out, into]: &'static mut Buffers) -> Option<Parts> {
    let pins = Pins::of(embassy_stm32::init(clocks()));
    let mut config = usart::Config::default();
    config.baudrate = BAUD;
    let (rx, tx) = (pins.link_in, pins.link_out);
    let line = BufferedUart::new(pins.line, rx, tx, out, into, Interrupts, config).ok()?;
    let (clock, ask, answer) = (pins.analog_clock, pins.analog_ask, pins.analog_answer);
    let analog = Spi::new_blocking(pins.analog_bus, clock, ask, answer, mode_1());
    let (clock, ask, answer) = (pins.safety_clock, pins.safety_ask, pins.safety_answer);
    let safety = Spi::new_blocking(pins.safety_bus, clock, ask, answer, mode_1());
    let sensors = Sensors {
        analog: Driver::new(analog_engine()?, selected(analog, pins.analog_select)?),
        safety: Driver::new(safety_engine()?, selected(safety, pins.safety_select)?),
        edges: Edges::new(pins.flow_timer, pins.flow),
        flow: FlowCounter::new(FlowCounting::REFERENCE),
        current: CurrentSense::new(PUMP_CURRENT).ok()?,
        shaft: Potentiometer::new(SHAFT).ok()?,
        permit: LevelReadBack::new(pulled_up(pins.permit_back), Low),
        chiller: LevelReadBack::new(pulled_up(pins.chiller_back), Low),
        level: LoopSwitch::level(pulled_up(pins.level), Low, Debounce::REFERENCE),
        leak: LoopSwitch::leak(pulled_up(pins.leak), Low, Debounce::REFERENCE),
        coupled: LoopSwitch::coupled(pulled_up(pins.coupled), Low, Debounce::REFERENCE),
        mains: LoopSwitch::mains(pulled_up(pins.mains), Low, Debounce::REFERENCE),
    };
    let (pump, valve) = (push_pull(pins.pump), push_pull(pins.valve));
    let motors = pwm(pins.drive_timer, Some(pump), Some(valve), khz(20));
    let buzzer = pwm(pins.buzzer_timer, Some(push_pull(pins.buzzer)), None, hz(500));
    let compressor = TimeProportionConfig::new(COMPRESSOR).ok()?;
    let power = PowerStage::new(
        PulsedPermit::new(low(pins.permit), Low),
        ProportionedSwitch::new(low(pins.chiller), High, compressor),
        [ChannelOutputs {
            pump: PwmDrive::new(motors.ch1, High),
            valve: PwmDrive::new(motors.ch2, High),
        }],
    );
    let mut entropy = [0; 32];
    Rng::new(pins.random, Interrupts).fill_bytes(&mut entropy);
    let board = Board {
        sensors,
        power,
        keys: PanelKeys::new(
            (pulled_up(pins.stop), Low),
            (pulled_up(pins.acknowledge), Low),
            (Input::new(pins.audio_pause, Pull::None), High),
        ),
        buzzer: Buzzer::new(PwmBuzzer::new(buzzer.ch1)),
        lamps: AlarmLamps::new((low(pins.red), High), (low(pins.yellow), High)),
        status: MachineStatus::default(),
        stop: false,
        line,
        idle_at: Instant::ZERO,
    };
    let factory = pulled_up(pins.factory).is_low();
    let (flash, watchdog) = (Bank(Flash::new_blocking(pins.flash)), pins.watchdog);
    Some(Parts { board, flash, watchdog, entropy, factory })
}

fn clocks() -> embassy_stm32::Config {
    let mut config = embassy_stm32::Config::default();
    let (source, prediv, mul) = (PllSource::MSI, PllPreDiv::DIV1, PllMul::MUL40);
    config.rcc.pll =
        Some(Pll { source, prediv, mul, divp: None, divq: None, divr: Some(PllRDiv::DIV2) });
    config.rcc.sys = Sysclk::PLL1_R;
    config.rcc.mux.clk48sel = mux::Clk48sel::HSI48;
    config
}

fn mode_1() -> spi::Config {
    let mut config = spi::Config::default();
    (config.mode, config.frequency) = (spi::MODE_1, Hertz(1_000_000));
    config
}

fn selected(
    spi: Spi<'static, Blocking, Master>,
    pin: Peri<'static, impl gpio::Pin>,
) -> Option<Bus> {
    ExclusiveDevice::new_no_delay(spi, Output::new(pin, Level::High, Speed::Low)).ok()
}

fn low(pin: Peri<'static, impl gpio::Pin>) -> Output<'static> {
    Output::new(pin, Level::Low, Speed::Low)
}

fn pulled_up(pin: Peri<'static, impl gpio::Pin>) -> Pin {
    Input::new(pin, Pull::Up)
}

fn push_pull<T: GeneralInstance4Channel, C: TimerChannel>(
    pin: Peri<'static, impl TimerPin<T, C>>,
) -> PwmPin<'static, T, C> {
    PwmPin::new(pin, OutputType::PushPull)
}

/// Both channels run, with no duty.
fn pwm<T: GeneralInstance4Channel>(
    timer: Peri<'static, T>,
    first: Option<PwmPin<'static, T, Ch1>>,
    second: Option<PwmPin<'static, T, Ch2>>,
    frequency: Hertz,
) -> SimplePwmChannels<'static, T> {
    let counting = CountingMode::EdgeAlignedUp;
    let pwm = SimplePwm::new(timer, first, second, None, None, frequency, counting);
    let mut channels = pwm.split();
    channels.ch1.enable();
    channels.ch2.enable();
    channels
}

fn analog_engine() -> Option<ads124s08::Engine<9>> {
    let channels = ANALOG.map(ads124s08::Channel::thermistor);
    let config = ads124s08::Config::new(ads124s08::Settings::thermistors(), channels);
    config.ok().map(ads124s08::Engine::new)
}

fn safety_engine() -> Option<ads1220::Engine<1>> {
    let channels = [ads1220::Channel::thermistor(ads1220::Input::Ain0)];
    let config = ads1220::Config::new(ads1220::Settings::thermistors(), channels);
    config.ok().map(ads1220::Engine::new)
}

impl Sensors {
    fn read(&mut self, now: Instant) -> Inputs<1> {
        let [coolant, evaporator, supply, returned, front, rear, current, shaft, battery] =
            *self.analog.engine().readings();
        let [safety] = *self.safety.engine().readings();
        let channel = ChannelInputs {
            supply,
            returned,
            front,
            rear,
            safety,
            flow: self.flow.sample(now, Ok(self.edges.count())),
            pump_current: self.current.read(current),
            valve: self.shaft.read(shaft),
            cap: CapInputs { coupled: self.coupled.read(now), ..CapInputs::default() },
            ..ChannelInputs::default()
        };
        let (level, chiller) = (self.level.read(now), self.chiller.duty(now));
        Inputs {
            tank: TankInputs { coolant, evaporator, level, chiller },
            channels: [channel],
            leak: self.leak.read(now),
            mains: self.mains.read(now),
            battery: battery.map(charge),
            permit: self.permit.is_on(now),
            ..Inputs::default()
        }
    }
}

/// A battery's charge, by its voltage: coarse, and enough to see that it ends.
fn charge(code: Ratio) -> Permille {
    let (empty, full) = BATTERY;
    let above = u64::from(code.0.saturating_sub(empty.0)) * 1_000;
    let share = above / u64::from(full.0 - empty.0);
    Permille(share.min(1_000) as u16)
}

impl Board {
    /// What goes on between ticks, as often as it comes to it: converters, keys, sounds and lights.
    pub fn poll(&mut self, now: Instant) {
        let _ = self.sensors.analog.poll(now);
        let _ = self.sensors.safety.poll(now);
        self.keys.poll(now);
        let _ = self.buzzer.step(now, self.status.sounding);
        let _ = self.lamps.step(now, self.status.highest);
    }

    /// What the sensors, switches and keys say.
    pub fn inputs(&mut self, now: Instant) -> Inputs<1> {
        let panel = self.keys.take();
        let panel = Panel { stop: panel.stop || self.stop, ..panel };
        Inputs { panel, ..self.sensors.read(now) }
    }

    /// Drives what a tick decided. Whether the watchdog may be fed: not while the permit may be there although it should not.
    pub fn drive(&mut self, now: Instant, drives: &Drives<1>, status: MachineStatus) -> bool {
        self.status = status;
        let driven = self.power.apply(now, drives);
        self.stop = driven.is_err();
        driven.err().is_none_or(|error| !error.not_off.contains(Place::Permit))
    }

    /// What the host has sent; empty while there is nothing.
    pub fn receive<'a>(&mut self, room: &'a mut [u8]) -> &'a [u8] {
        let length = self.line.read(room).unwrap_or(0);
        room.get(..length).unwrap_or_default()
    }

    /// Whether the line takes [`ROOM`] bytes without waiting.
    pub fn has_room(&self, now: Instant) -> bool {
        now >= self.idle_at
    }

    /// Sends: at most [`ROOM`] bytes.
    pub fn send(&mut self, now: Instant, bytes: &[u8]) {
        // Ten bits a byte, rounded up, and one more for the clock.
        let takes = bytes.len() as u32 * 10_000 / BAUD + 2;
        self.idle_at = now.plus(Duration::from_millis(takes));
        let _ = self.line.write_all(bytes);
    }
}
