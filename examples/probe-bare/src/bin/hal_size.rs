//! The drivers as functions of their own, over pins and buses that do nothing: their sizes and what can be reached from them
//! are read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap::{Drives, Panel};
use coldcap_guard::alarm::Priority;
use coldcap_guard::health::HealthProof;
use coldcap_hal::ads124s08::Ads124s08;
use coldcap_hal::ads1220::Ads1220;
use coldcap_hal::front_end::ChannelTold;
use coldcap_hal::max31865::Max31865;
use coldcap_hal::tmp117::Tmp117;
use coldcap_hal::{
    AlarmLamps, Buzzer, Capture, CurrentSense, DriveError, FeedError, FlowCounter, Guarded,
    LevelPermit, LevelReadBack, LoopSwitch, PanelKeys, Potentiometer, PowerStage,
    ProportionedSwitch, PwmBuzzer, PwmDrive, ServoValve, SignalError, SupervisedLoop, Watchdog,
};
use coldcap_units::{Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};
use core::convert::Infallible;
use core::hint::black_box;
use cortex_m_rt::entry;
use embedded_hal::digital::{self, InputPin, OutputPin};
use embedded_hal::pwm::{self, SetDutyCycle};
use embedded_hal::{i2c, spi};
use probe_bare as _;

/// What a board's own drivers would do is not these.
struct Pin;

impl digital::ErrorType for Pin {
    type Error = Infallible;
}

impl InputPin for Pin {
    #[inline(never)]
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(black_box(true))
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

impl OutputPin for Pin {
    #[inline(never)]
    fn set_low(&mut self) -> Result<(), Infallible> {
        black_box(false);
        Ok(())
    }

    #[inline(never)]
    fn set_high(&mut self) -> Result<(), Infallible> {
        black_box(true);
        Ok(())
    }
}

struct Pwm;

impl pwm::ErrorType for Pwm {
    type Error = Infallible;
}

impl SetDutyCycle for Pwm {
    fn max_duty_cycle(&self) -> u16 {
        black_box(1_000)
    }

    #[inline(never)]
    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        black_box(duty);
        Ok(())
    }
}

struct Bus;

impl spi::ErrorType for Bus {
    type Error = Infallible;
}

impl spi::SpiDevice for Bus {
    #[inline(never)]
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Infallible> {
        black_box(operations);
        Ok(())
    }
}

impl i2c::ErrorType for Bus {
    type Error = Infallible;
}

impl i2c::I2c for Bus {
    #[inline(never)]
    fn transaction(
        &mut self,
        address: u8,
        operations: &mut [i2c::Operation<'_>],
    ) -> Result<(), Infallible> {
        black_box((address, operations));
        Ok(())
    }
}

struct Dog;

impl Watchdog for Dog {
    type Error = Infallible;

    fn feed(&mut self) -> Result<(), Infallible> {
        black_box(());
        Ok(())
    }
}

type Stage =
    PowerStage<LevelPermit<Pin>, ProportionedSwitch<Pin>, PwmDrive<Pwm>, ServoValve<Pwm>, 2>;
type Converter = Ads124s08<12, Bus>;
type SmallConverter = Ads1220<4, Bus>;

probe_bare::memory! {
    MEMORY_DRIVES: Stage, AlarmLamps<Pin, Pin>, Buzzer<PwmBuzzer<Pwm>>, Guarded<Dog>
}
probe_bare::memory! {
    MEMORY_INPUTS: FlowCounter<u16>, FlowCounter<u16>, [LoopSwitch<Pin>; 5], PanelKeys<Pin, Pin, Pin>,
        LevelReadBack<Pin>, Potentiometer, Potentiometer, CurrentSense, CurrentSense
}
probe_bare::memory! { MEMORY_FRONT_END: Converter }

#[inline(never)]
fn probe_drive(stage: &mut Stage, now: Instant, drives: &Drives<2>) -> Result<(), DriveError> {
    stage.apply(now, drives)
}

#[inline(never)]
fn probe_signal_lamps(
    lamps: &mut AlarmLamps<Pin, Pin>,
    now: Instant,
    highest: Priority,
) -> Result<(), SignalError> {
    lamps.step(now, highest)
}

#[inline(never)]
fn probe_signal_buzzer(
    buzzer: &mut Buzzer<PwmBuzzer<Pwm>>,
    now: Instant,
    sounding: Priority,
) -> Result<(), SignalError> {
    buzzer.step(now, sounding)
}

#[inline(never)]
fn probe_signal_feed(
    dog: &mut Guarded<Dog>,
    now: Instant,
    proof: HealthProof,
) -> Result<(), FeedError<Infallible>> {
    dog.feed(now, proof)
}

#[inline(never)]
fn probe_input_flow(
    counter: &mut FlowCounter<u16>,
    now: Instant,
    count: Result<u16, Fault>,
) -> Reading<Pulses> {
    counter.sample(now, count)
}

#[inline(never)]
fn probe_input_switch(switch: &mut LoopSwitch<Pin>, now: Instant) -> Reading<bool> {
    switch.read(now)
}

#[inline(never)]
fn probe_input_loop(it: &SupervisedLoop, code: Reading<Ratio>) -> Reading<bool> {
    it.read(code)
}

#[inline(never)]
fn probe_input_panel(keys: &mut PanelKeys<Pin, Pin, Pin>, now: Instant) -> Panel {
    keys.read(now)
}

#[inline(never)]
fn probe_input_level(it: &mut LevelReadBack<Pin>, now: Instant) -> Reading<Duty> {
    it.duty(now)
}

#[inline(never)]
fn probe_input_capture(it: Capture, now: Instant) -> Reading<Duty> {
    it.reading(now)
}

#[inline(never)]
fn probe_input_current(it: &CurrentSense, code: Reading<Ratio>) -> Reading<MilliAmps> {
    it.read(code)
}

#[inline(never)]
fn probe_input_position(it: &Potentiometer, code: Reading<Ratio>) -> Reading<Duty> {
    it.read(code)
}

#[inline(never)]
fn probe_ads124s08(part: &mut Converter, now: Instant) -> Option<ChannelTold> {
    part.poll(now)
}

#[inline(never)]
fn probe_ads1220(part: &mut SmallConverter, now: Instant) -> Option<ChannelTold> {
    part.poll(now)
}

#[inline(never)]
fn probe_max31865(part: &mut Max31865<Bus>, now: Instant) -> Option<Reading<Ratio>> {
    part.poll(now)
}

#[inline(never)]
fn probe_tmp117(part: &mut Tmp117<Bus>, now: Instant) -> Option<Reading<Ratio>> {
    part.poll(now)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box((&MEMORY_DRIVES, &MEMORY_INPUTS, &MEMORY_FRONT_END));
    let _ = black_box(probe_drive as fn(&mut _, _, &_) -> _);
    let _ = black_box(probe_signal_lamps as fn(&mut _, _, _) -> _);
    let _ = black_box(probe_signal_buzzer as fn(&mut _, _, _) -> _);
    let _ = black_box(probe_signal_feed as fn(&mut _, _, _) -> _);
    let _ = black_box(probe_input_flow as fn(&mut _, _, _) -> _);
    let _ = black_box(probe_input_switch as fn(&mut _, _) -> _);
    let _ = black_box(probe_input_loop as fn(&_, _) -> _);
    let _ = black_box(probe_input_panel as fn(&mut _, _) -> _);
    let _ = black_box(probe_input_level as fn(&mut _, _) -> _);
    let _ = black_box(probe_input_capture as fn(_, _) -> _);
    let _ = black_box(probe_input_current as fn(&_, _) -> _);
    let _ = black_box(probe_input_position as fn(&_, _) -> _);
    let _ = black_box(probe_ads124s08 as fn(&mut _, _) -> _);
    let _ = black_box(probe_ads1220 as fn(&mut _, _) -> _);
    let _ = black_box(probe_max31865 as fn(&mut _, _) -> _);
    let _ = black_box(probe_tmp117 as fn(&mut _, _) -> _);
    loop {}
}
