//! The pins of the board: a table that is compiled.
//!
//! [`Pins`] shows it, and is made of it: what stands in no row is used by nobody, and what stands in two is refused. Which pin can do
//! what for which part of the chip the types of the HAL know.

/// Makes [`Pins`] and its table of these rows: the field, the pin, what it does, what is behind it, and why this one.
macro_rules! pins {
    ($($field:ident $pin:ident $does:literal $part:literal $why:literal)*) => {
        /// What is wired to the sockets of a NUCLEO-L496ZG, and at the end what of the chip has no pin.
        ///
        /// | pin | function | part | why |
        /// |---|---|---|---|
        $(#[doc = concat!("| ", stringify!($pin), " | ", $does, " | ", $part, " | ", $why, " |")])*
        pub struct Pins {
            $(pub $field: Peri<'static, embassy_stm32::peripherals::$pin>,)*
        }

        impl Pins {
            /// Takes them out of what the chip has.
            pub fn of(chip: Peripherals) -> Self {
                Self { $($field: chip.$pin,)* }
            }
        }
    };
}

use embassy_stm32::{Peri, Peripherals};

pins! {
    // Temperatures, current and position: one converter, and another one for what protects.
    analog_clock   PA5  "SPI1 SCK"      "ADS124S08 SCLK"            "D13, where every shield has it"
    analog_answer  PA6  "SPI1 MISO"     "ADS124S08 DOUT"            "D12"
    analog_ask     PA7  "SPI1 MOSI"     "ADS124S08 DIN"             "D11"
    analog_select  PD14 "output, high"  "ADS124S08 CS"              "D10"
    safety_clock   PC10 "SPI3 SCK"      "ADS1220 SCLK"              "a bus of its own: the freeze-safety sensor shares nothing with control"
    safety_answer  PC11 "SPI3 MISO"     "ADS1220 DOUT"              "beside its clock"
    safety_ask     PC12 "SPI3 MOSI"     "ADS1220 DIN"               "beside its clock"
    safety_select  PD2  "output, high"  "ADS1220 CS"                "beside them"
    flow           PB6  "TIM4 CH1"      "flow meter, open collector" "counted by the timer: no edge is lost while the core is busy"
    // What is driven. From reset on a pull-down at each holds it off.
    permit         PD12 "output"        "charge pump of the power relay" "edges hold it: a level would outlive a core that stands"
    chiller        PD11 "output"        "compressor's relay"        "on and off; the driver keeps its minimum times"
    pump           PE9  "TIM1 CH1"      "pump's motor driver"       "20 kHz in 4000 steps, D6"
    valve          PE11 "TIM1 CH2"      "mixing valve with a spring" "the same timer, D5; without power the spring closes it"
    // What is read back and what is switched. Every loop is closed to ground while all is well, and a broken wire is not.
    permit_back    PE0  "input, pull-up" "auxiliary contact of the power relay" "what has power, not what was asked"
    chiller_back   PE2  "input, pull-up" "auxiliary contact of the compressor's relay" "the same"
    level          PF12 "input, pull-up" "float switch of the tank" "D8"
    leak           PF13 "input, pull-up" "leak switch of the tray"  "D7"
    coupled        PF14 "input, pull-up" "switch in the cap's coupling" "D4"
    mains          PF15 "input, pull-up" "relay at the mains"       "D2"
    // Keys, and what calls somebody.
    stop           PG0  "input, pull-up" "stop key, opens"          "a broken wire stops"
    acknowledge    PG1  "input, pull-up" "acknowledge key, closes"  "beside the stop key"
    audio_pause    PC13 "input"         "the board's blue button, high while down" "it is there"
    buzzer         PE3  "TIM3 CH1"      "passive buzzer"            "a timer of its own: another frequency"
    red            PB14 "output"        "LD3, and the red lamp"     "it is there"
    yellow         PB7  "output"        "LD2, and the yellow lamp"  "it is there"
    // The host.
    link_out       PG7  "LPUART1 TX"    "ST-LINK's serial port"     "a host needs no more than the USB cable"
    link_in        PG8  "LPUART1 RX"    "ST-LINK's serial port"     "the same"
    factory        PG2  "input, pull-up" "jumper to ground"         "at power-up: a machine that never ran makes its journal"
    // What has no pin.
    analog_bus     SPI1    "master, mode 1, 1 MHz" "-" "the pins of every shield"
    safety_bus     SPI3    "master, mode 1, 1 MHz" "-" "the other one"
    flow_timer     TIM4    "counts a pin's edges"  "-" "16 bits are enough: it is read every tick"
    drive_timer    TIM1    "PWM, 20 kHz"           "-" "above hearing"
    buzzer_timer   TIM3    "PWM, 500 Hz"           "-" "a fundamental of the alarms"
    line           LPUART1 "115 200 baud"          "-" "what ST-LINK is wired to"
    flash          FLASH   "second bank"           "journal and keys" "2 KiB pages, 8 bytes a group, read while written"
    random         RNG     "48 MHz"                "-" "keys of a session"
    watchdog       IWDG    "500 ms"                "-" "an oscillator of its own; nothing but a reset stops it"
}
