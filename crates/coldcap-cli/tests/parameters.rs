//! Images of parameters, as a maker's script sees them.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use coldcap::Config;
use coldcap::parameters::Settings;
use coldcap_units::{Duration, Kelvin};
use support::{Done, coldcap, file, folder};

fn write(name: &str, image: &str, values: &str) -> (Done, String) {
    let folder = folder(name);
    let values = file(&folder, "values.toml", values);
    let out = format!("{}/image", folder.display());
    (coldcap(&["parameters", "write", image, "--values", &values, "--out", &out]), out)
}

#[test]
fn values_by_name_become_an_image_that_a_machine_begins_with() {
    let values = "tank.hysteresis = 300\n[delays]\nleak = 250\nstuck = -1\n\
                  [coolant_loop]\nfast = { gain = 0.15, integral_s = 15 }\n";
    let (done, out) = write("values_by_name", "thresholds", values);
    assert_eq!(done.status, Some(0), "{}", done.error);
    let content = std::fs::read(out).unwrap();
    let config = Config::reference().with_image(Settings::Thresholds, &content).unwrap();
    assert_eq!(config.tank.hysteresis, Kelvin::from_milli(300));
    let delays = config.limits.delays();
    assert_eq!((delays.leak, delays.stuck), (Duration::from_millis(250), None));
    assert_eq!(config.coolant_loop, Config::reference().coolant_loop);
}

#[test]
fn what_is_shown_can_be_written_again() {
    for (image, settings) in
        [("thresholds", Settings::Thresholds), ("regimens", Settings::Regimens)]
    {
        let shown = coldcap(&["parameters", "show", image]);
        assert_eq!(shown.status, Some(0), "{}", shown.error);
        let (done, out) = write(&format!("shown_{image}"), image, &shown.out);
        assert_eq!(done.status, Some(0), "{}", done.error);
        let mut reference = vec![0; settings.image_length()];
        Config::reference().to_image(settings, &mut reference).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), reference, "{image}");
        assert_eq!(coldcap(&["parameters", "show", image, &out]).out, shown.out);
    }
}

#[test]
fn what_is_wrong_is_named_with_what_is_allowed() {
    for (values, said) in [
        ("tank.hysteresis = 6000", "tank.hysteresis: 6000: allowed is 50 to 5000"),
        ("tank.hysteresis = 0.3", "tank.hysteresis: allowed is a whole number"),
        ("tank.odd = 1", "tank.odd: there is no such value"),
        ("limits.freeze_near = 4294967295", "colder than the trip"),
        ("limits.freeze_trip = 3435973836", "below 0 °C"),
        ("cap_loop.outer = { gain = 0.6 }", "cap_loop.outer.integral_s: it is missing"),
        ("cap_loop.outer = { gain = 0.6, integral_s = 0.01 }", "cap_loop.outer: "),
    ] {
        let (done, _) = write("named_with_what_is_allowed", "thresholds", values);
        assert_eq!(done.status, Some(2), "{values}");
        assert!(done.error.contains(said), "{values}: {}", done.error);
    }
    let other = file(&folder("image_of_another"), "image", "not an image");
    assert_eq!(coldcap(&["parameters", "show", "regimens", &other]).status, Some(1));
}
