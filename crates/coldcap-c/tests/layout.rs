//! Every field lies where C believes it: a C program prints sizes and offsets, and they are compared.
#![allow(missing_docs, clippy::expect_used)]

use coldcap_c::*;
use core::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// A line for the size of a type and one for each of its fields: what Rust says, and what C is to print. A field that is
/// left out does not compile.
macro_rules! layout {
    ($rust:ident, $c:ident, $($type:ident { $($field:ident),* $(,)? })*) => {$(
        let _ = |it: $type| { let $type { $($field: _),* } = it; };
        writeln!($rust, "{} {}", stringify!($type), size_of::<$type>()).expect("a string");
        writeln!($c, "printf(\"{0} %zu\\n\", sizeof({0}));", stringify!($type)).expect("a string");
        $(
            let name = concat!(stringify!($type), ".", stringify!($field));
            writeln!($rust, "{name} {}", core::mem::offset_of!($type, $field)).expect("a string");
            let place = concat!(stringify!($type), ", ", stringify!($field));
            writeln!($c, "printf(\"{name} %zu\\n\", offsetof({place}));").expect("a string");
        )*
    )*};
}

/// What Rust says, and the lines by which C says it.
fn both() -> (String, String) {
    let (mut rust, mut c) = (String::new(), String::new());
    layout!(rust, c,
        coldcap_config_t { serial, abi, firmware, boot, model, channels, inputs, line, closed, reserved }
        coldcap_reading_t { taken_ms, value, valid, fault, reserved }
        coldcap_pulses_t { taken_ms, window_ms, edges, valid, fault }
        coldcap_tank_inputs_t { coolant, evaporator, level, chiller }
        coldcap_channel_inputs_t {
            supply, returned, front, rear, safety, skin, flow, pressure, pump_current, valve, coupled, identity,
        }
        coldcap_inputs_t {
            tank, channels, leak, mains, battery, permit, vendor, panel_stop, panel_acknowledge,
            panel_audio_pause, reserved,
        }
        coldcap_channel_drives_t { pump, valve }
        coldcap_drives_t { permit, reserved, chiller, channels }
        coldcap_value_t { taken_ms, value, valid, fault, reserved }
        coldcap_maybe_t { value, present, reserved }
        coldcap_maybe_ms_t { ms, present, reserved }
        coldcap_machine_t {
            tank, evaporator, battery, alarms, progress, mains, level, leak, highest, sounding, reserved,
        }
        coldcap_channel_t {
            supply, returned, front, rear, safety, skin, flow, target, effective, interface_target,
            interface_effective, skin_uncertainty, warm_earliest, warm_latest, elapsed_ms, remaining_ms,
            cooled_ms, at_target_ms, flags, phase, control, reserved,
        }
        coldcap_answer_t { minimum, maximum, id, code, field }
        coldcap_event_t { value, code, channel, kind }
        coldcap_entry_t { bytes }
        coldcap_calibration_t { present, channel, bytes }
        coldcap_outputs_t {
            now_ms, machine, channels, drives, answers, events, entries, calibration, channel_count,
            answer_count, event_count, entry_count, answers_dropped, events_dropped, entries_dropped, misfilled,
        }
    );
    (rust, c)
}

#[test]
#[cfg_attr(miri, ignore = "it runs a compiler")]
fn every_field_lies_where_c_believes_it() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (rust, c) = both();
    let (source, program) = (out.join("layout.c"), out.join("layout"));
    let head = "#include \"coldcap.h\"\n#include <stdio.h>\nint main(void) {\n";
    std::fs::write(&source, format!("{head}{c}return 0;\n}}\n")).expect("a file");
    let mut compile = Command::new("cc");
    compile.args(["-std=c99", "-Wall", "-Werror", "-I"]).arg(here.join("include"));
    let Ok(compiled) = compile.arg("-o").arg(&program).arg(&source).status() else {
        println!("!!! NOT TESTED: no C compiler is installed");
        return;
    };
    assert!(compiled.success());
    let printed = Command::new(&program).output().expect("it runs").stdout;
    assert_eq!(String::from_utf8_lossy(&printed), rust);
}
