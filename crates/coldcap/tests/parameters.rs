//! Parameters as images: what is valid goes there and back unchanged, and what is not valid does not get in.
#![allow(missing_docs)]

use coldcap::hash::Fnv1a64;
use coldcap::parameters::{Field, Fields, ParameterError, ParameterFault, Settings, Unit};
use coldcap::{Config, TICK};
use coldcap_calibration::curves::pt1000;
use coldcap_guard::detect::{Limits, LimitsError};
use coldcap_thermal::channel::LoopGains;
use coldcap_thermal::pid::Tuning;
use coldcap_thermal::schedule::GainTable;
use coldcap_units::{Celsius, Coolant, Duration};
use proptest::prelude::*;

fn image(config: &Config, settings: Settings) -> Result<Vec<u8>, ParameterError> {
    let mut bytes = [0; 1024];
    let length = config.to_image(settings, &mut bytes)?;
    Ok(bytes[..length].to_vec())
}

fn fields(settings: Settings) -> Vec<Field> {
    let mut fields = Vec::new();
    Fields::of(settings).each(&Config::reference(), |field| fields.push(field));
    fields
}

fn said(config: &Config) -> String {
    format!("{config:?}")
}

/// By the constructors that a firmware has to use, too.
fn is_sound(config: &Config) -> bool {
    let limits = &config.limits;
    let limits = Limits::new(*limits.raw(), *limits.flow(), *limits.delays())
        .and_then(|checked| checked.with_watches(*limits.watches()));
    let (flows, gains) = config.coolant_loop.gains.points();
    let gains = gains.iter().chain([&config.cap_loop.outer]);
    limits.is_ok()
        && flows[0] < flows[1]
        && gains.into_iter().all(|gains| {
            gains.period() == TICK && LoopGains::from_words(&gains.to_words()) == Some(*gains)
        })
}

/// What is stored outlives the program: whoever moves a number changes the version of its kind, and this.
#[test]
fn the_layout_is_frozen() {
    let found = Settings::ALL.map(|settings| {
        let mut hash = Fnv1a64::new();
        for field in fields(settings) {
            hash = hash.with(field.name.as_bytes()).with(&[field.unit as u8]);
        }
        let bytes = image(&Config::reference(), settings).unwrap();
        assert_eq!(bytes.len(), settings.image_length());
        (bytes.len(), format!("{:016x}", hash.value()))
    });
    let frozen = [(584, "7763cb91a8aae059"), (164, "b24f048695d44796")];
    assert_eq!(found, frozen.map(|(length, hash)| (length, hash.to_string())));
}

// req: INT-021
#[test]
fn every_number_beyond_its_range_is_refused_by_its_name() {
    for settings in Settings::ALL {
        let good = image(&Config::reference(), settings).unwrap();
        for field in fields(settings) {
            for wrong in [field.least - 1, field.most + 1] {
                // Where all bits are used there is nothing beyond.
                let signed = field.least < 0;
                let fits = if signed {
                    i32::try_from(wrong).is_ok()
                } else {
                    u32::try_from(wrong).is_ok()
                };
                let mut bytes = good.clone();
                let place = 4 + 4 * usize::from(field.number);
                bytes[place..place + 4].copy_from_slice(&(wrong as u32).to_le_bytes());
                let refused = Config::reference().with_image(settings, &bytes);
                if fits {
                    let refused = refused.unwrap_err();
                    let fault = ParameterFault::OutOfRange { field: field.number };
                    assert_eq!((refused.kind, refused.fault), (settings.kind(), fault));
                    assert_eq!(refused.field_name(), Some(field.name));
                    assert!(refused.to_string().contains(field.name), "{refused}");
                }
                let set = Config::reference().with_numbers(settings, &[(field.number, wrong)]);
                assert!(set.is_err(), "{} {wrong}", field.name);
            }
            assert!(field.least <= field.value && field.value <= field.most, "{}", field.name);
        }
    }
}

#[test]
fn what_is_set_by_name_is_what_the_machine_has() {
    let set = |settings, name, shown: i64| {
        let config = Config::reference();
        let field = Fields::of(settings).find(&config, name).unwrap();
        config.with_numbers(settings, &[(field.number, field.unit.to_stored(shown))]).unwrap()
    };
    let config = set(Settings::Thresholds, "tank.coldest", -7_250);
    assert_eq!(config.coldest_tank, Coolant::from_milli(-7_250));
    let config = set(Settings::Thresholds, "delays.stuck", -1);
    assert_eq!(config.limits.delays().stuck, None);
    let config = set(Settings::Regimens, "session.ready_limit", 600_000);
    assert_eq!(config.session.ready_limit, Duration::from_mins(10));
    assert_eq!(Fields::of(Settings::Regimens).find(&config, "no.such"), None);
}

#[test]
fn rules_between_numbers_hold_for_an_image_too() {
    let config = Config::reference();
    let number = |name| Fields::of(Settings::Thresholds).find(&config, name).unwrap().number;
    let near = i64::from(config.limits.raw().freeze_trip.0) + 1;
    let refused =
        config.with_numbers(Settings::Thresholds, &[(number("limits.freeze_near"), near)]);
    let rule = ParameterFault::Limits(LimitsError::NearColderThanTrip);
    assert_eq!(refused.unwrap_err().fault, rule);
    let fast = number("coolant_loop.fast_flow");
    let refused = config.with_numbers(Settings::Thresholds, &[(fast, 400)]).unwrap_err();
    assert_eq!(refused.fault, ParameterFault::Gains);

    // A trip is refused where the sensor that is built in would be colder than ice at it; an earlier one is not.
    let trip = |code: u32| {
        let numbers = [(number("limits.freeze_trip"), i64::from(code))];
        config.with_numbers(Settings::Thresholds, &numbers).map_err(|refused| refused.fault)
    };
    let raw = config.limits.raw();
    assert_eq!(trip(raw.freeze_trip.0 + 50_000).unwrap_err(), ParameterFault::FreezeTrip);
    assert_eq!(trip(raw.open_above.0 - 1).unwrap_err(), ParameterFault::FreezeTrip);
    assert_eq!(trip(raw.freeze_near.0).unwrap().limits.raw().freeze_trip, raw.freeze_near);
    // The same code in a machine of another sensor.
    let mut other = config;
    other.thermistor = pt1000::TABLE;
    assert_eq!(image(&other, Settings::Thresholds).unwrap_err().fault, ParameterFault::FreezeTrip);

    // Gains of another period go into no image.
    let tuning = Tuning::isa(0.15, 15.0, 0.0);
    let second = LoopGains::new(&tuning, Duration::from_secs(1)).unwrap();
    let mut other = config;
    other.cap_loop.outer = second;
    assert_eq!(image(&other, Settings::Thresholds).unwrap_err().fault, ParameterFault::Gains);
}

#[test]
fn an_image_of_another_kind_version_or_length_is_refused() {
    let good = image(&Config::reference(), Settings::Regimens).unwrap();
    let fault = |bytes: &[u8]| {
        Config::reference().with_image(Settings::Regimens, bytes).map(drop).map_err(|no| no.fault)
    };
    assert_eq!(fault(&good), Ok(()));
    let mut other = good.clone();
    other[2] = 2;
    assert_eq!(fault(&other), Err(ParameterFault::Version(2)));
    let thresholds = image(&Config::reference(), Settings::Thresholds).unwrap();
    assert_eq!(fault(&thresholds), Err(ParameterFault::OtherKind(1)));
    let longer = [good.as_slice(), &[0]].concat();
    assert_eq!(fault(&longer), Err(ParameterFault::Length));
    for length in 0..good.len() {
        assert_eq!(fault(&good[..length]), Err(ParameterFault::Length), "{length}");
        let short = Config::reference().to_image(Settings::Regimens, &mut vec![0; length]);
        assert_eq!(short.unwrap_err().fault, ParameterFault::Length, "{length}");
    }
}

/// Every bit of both images, one after another.
#[test]
fn a_bit_that_gets_past_every_check_is_a_number_that_may_be() {
    for settings in Settings::ALL {
        let good = image(&Config::reference(), settings).unwrap();
        let (mut refused, mut taken) = (0, 0);
        for (place, bit) in (0..good.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
            let mut bytes = good.clone();
            bytes[place] ^= 1 << bit;
            match Config::reference().with_image(settings, &bytes) {
                Ok(config) => {
                    assert!(is_sound(&config), "{place}.{bit}");
                    let again = image(&config, settings).unwrap();
                    let differs = (0..bytes.len()).find(|place| again[*place] != bytes[*place]);
                    assert_eq!(
                        differs,
                        None,
                        "{place}.{bit} {:?}",
                        fields(settings)[(place - 4) / 4]
                    );
                    taken += 1;
                }
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 500 && taken > 300, "{settings:?}: {refused} refused, {taken} taken");
    }
}

/// Numbers within their ranges in some places, and gains of some tuning.
fn any_config() -> impl Strategy<Value = Config> {
    let gains = (0.001f64..20.0, 1.0f64..300.0, 0.0f64..0.5, 0.0f64..=1.0);
    let numbers = prop::collection::vec((any::<bool>(), any::<u16>(), any::<u64>()), 0..12);
    (prop::array::uniform3(gains), numbers).prop_map(|(gains, numbers)| {
        let made = gains.map(|(gain, ti, td, b)| {
            LoopGains::new(&Tuning::isa(gain, ti, td).weighted(b, 0.0), TICK).unwrap()
        });
        let mut config = Config::reference();
        config.coolant_loop.gains = GainTable::pair([400, 1_000], [made[0], made[1]]).unwrap();
        config.cap_loop.outer = made[2];
        numbers.into_iter().fold(config, |config, (board, place, share)| {
            let settings = Settings::ALL[usize::from(!board)];
            let fields = fields(settings);
            let field = fields[usize::from(place) % fields.len()];
            let number = field.least + (share % (field.most - field.least + 1) as u64) as i64;
            // What breaks a rule is no configuration.
            config.with_numbers(settings, &[(field.number, number)]).unwrap_or(config)
        })
    })
}

proptest! {
    #[test]
    fn every_valid_configuration_goes_there_and_back_unchanged(config in any_config()) {
        prop_assert!(is_sound(&config));
        let mut back = Config::reference();
        for settings in Settings::ALL {
            let bytes = image(&config, settings).unwrap();
            back = back.with_image(settings, &bytes).unwrap();
            prop_assert_eq!(image(&back, settings).unwrap(), bytes);
        }
        prop_assert_eq!(said(&back), said(&config));
    }

    #[test]
    fn what_is_damaged_is_refused_or_may_be(
        config in any_config(), flips in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6), cut: u16,
    ) {
        for settings in Settings::ALL {
            let mut bytes = image(&config, settings).unwrap();
            for (place, bits) in &flips {
                let place = usize::from(*place) % bytes.len();
                bytes[place] ^= bits;
            }
            if let Ok(read) = Config::reference().with_image(settings, &bytes) {
                prop_assert!(is_sound(&read));
                prop_assert_eq!(image(&read, settings).unwrap(), bytes.clone());
            }
            let cut = usize::from(cut) % bytes.len();
            prop_assert!(Config::reference().with_image(settings, &bytes[..cut]).is_err());
        }
    }

    #[test]
    fn what_people_see_is_what_is_stored(milli in -200_000i32..200_000) {
        let stored = Unit::Temperature.to_stored(milli.into());
        prop_assert_eq!(stored, i64::from(Celsius::from_milli(milli).to_fixed().to_bits()));
        // −1 stands for a number that is left out, and no thousandth is so small.
        prop_assert_eq!(Unit::Temperature.to_shown(stored), i64::from(milli));
    }
}
