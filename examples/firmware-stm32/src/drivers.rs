//! What this chip does for the drivers of `coldcap-hal` in its own way.

use coldcap_hal::Watchdog;
use core::convert::Infallible;
use embassy_stm32::Peri;
use embassy_stm32::gpio::Pull;
use embassy_stm32::peripherals::{IWDG, PB6, TIM4};
use embassy_stm32::timer::input_capture::CapturePin;
use embassy_stm32::timer::low_level::{
    InputCaptureMode, InputTISelection, SlaveMode, Timer, TriggerSource,
};
use embassy_stm32::timer::{Ch1, Channel};
use embassy_stm32::wdg::IndependentWatchdog;

/// A timer that counts the edges of a pin by itself.
pub struct Edges {
    timer: Timer<'static, TIM4>,
    _pin: CapturePin<'static, TIM4, Ch1>,
}

impl Edges {
    /// Counts rising edges from now on.
    pub fn new(timer: Peri<'static, TIM4>, pin: Peri<'static, PB6>) -> Self {
        let (timer, pin) = (Timer::new(timer), CapturePin::new(pin, Pull::Up));
        timer.set_input_ti_selection(Channel::Ch1, InputTISelection::Normal);
        timer.set_input_capture_mode(Channel::Ch1, InputCaptureMode::Rising);
        timer.set_trigger_source(TriggerSource::TI1FP1);
        timer.set_slave_mode(SlaveMode::EXT_CLOCK_MODE);
        timer.set_max_compare_value(u16::MAX);
        timer.start();
        Self { timer, _pin: pin }
    }

    /// How many there were; it turns over.
    pub fn count(&self) -> u16 {
        self.timer.regs_core().cnt().read().cnt()
    }
}

/// The watchdog with an oscillator of its own, which nothing but a reset stops.
pub struct Iwdg(IndependentWatchdog<'static, IWDG>);

impl Iwdg {
    /// Starts it, with half a second. A symbol of its own, as [`crate::board::bring_up`].
    #[inline(never)]
    pub fn started(watchdog: Peri<'static, IWDG>) -> Self {
        let mut watchdog = IndependentWatchdog::new(watchdog, 500_000);
        watchdog.unleash();
        Self(watchdog)
    }
}

impl Watchdog for Iwdg {
    type Error = Infallible;

    fn feed(&mut self) -> Result<(), Infallible> {
        self.0.pet();
        Ok(())
    }
}
