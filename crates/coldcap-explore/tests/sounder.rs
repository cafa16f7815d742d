//! The alarms of two channels at one sounder: nothing of one is silent because of the other, and the rules speak.

use coldcap_explore::sounder;

// req: CHN-005, ALM-008
#[test]
fn no_channels_alarm_is_silent_because_of_the_other() {
    let report = sounder::run().expect("nothing is broken");
    println!("{} states, {} steps, {} deep", report.states, report.transitions, report.depth);
    for (id, text, count) in &report.counted {
        println!("{id} {count} {text}");
        assert!(*count > 0, "{id} never spoke");
    }
}
