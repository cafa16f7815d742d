//! Parameters in flash: power may fail at any byte, any bit may rot, and a machine begins with whole parameters or not at all.
#![allow(missing_docs)]

use coldcap::Config;
use coldcap::journaled::{
    InUse, KeptImage, OtherCopy, ParameterLayout, ParameterOrigin, ParameterRefusal,
    ParametersRefused, StartError, Unwritten, store_parameters,
};
use coldcap::parameters::certificates::Shelf;
use coldcap::parameters::{ParameterFault, ParameterKind, Settings};
use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Error, Images, Region};
use coldcap_units::{Duration, Kelvin};
use embedded_storage::nor_flash::NorFlash;

const SECTOR: usize = 1024;
type Flash<const GROUP: usize> = SimulatedFlash<4096, SECTOR, GROUP>;

const THRESHOLDS: Region = Region { start: 0, length: 2048, sector: 1024 };
const REGIMENS: Region = Region { start: 2048, length: 2048, sector: 1024 };

const fn layout(unwritten: Unwritten) -> ParameterLayout {
    ParameterLayout {
        thresholds: Some(KeptImage { region: THRESHOLDS, unwritten }),
        regimens: Some(KeptImage { region: REGIMENS, unwritten }),
        certificates: None,
    }
}

/// A machine with this many millikelvins of hysteresis and minutes of waiting.
fn chosen(milli: i32, minutes: u32) -> Config {
    let mut config = Config::reference();
    config.tank.hysteresis = Kelvin::from_milli(milli);
    config.session.ready_limit = Duration::from_mins(minutes);
    config
}

fn image(config: &Config, settings: Settings) -> Vec<u8> {
    let mut bytes = [0; 1024];
    let length = config.to_image(settings, &mut bytes).unwrap();
    bytes[..length].to_vec()
}

fn store<F: NorFlash>(flash: &mut F, config: &Config) -> Result<(), Error> {
    for (settings, region) in [(Settings::Thresholds, THRESHOLDS), (Settings::Regimens, REGIMENS)] {
        store_parameters(flash, region, settings.kind(), &image(config, settings))?;
    }
    Ok(())
}

fn stored<const GROUP: usize>(config: &Config) -> Flash<GROUP> {
    let mut flash = Flash::new();
    store(&mut flash, config).unwrap();
    flash
}

fn load<F: NorFlash>(
    flash: &mut F,
    unwritten: Unwritten,
) -> Result<(Config, InUse), ParametersRefused> {
    let mut config = Config::reference();
    let layout = layout(unwritten);
    let in_use = layout.load(flash, &mut config, Shelf::empty(), &mut [0; 1024])?;
    Ok((config, in_use))
}

fn said(config: &Config) -> String {
    format!("{config:?}")
}

fn other(origin: ParameterOrigin) -> Option<OtherCopy> {
    match origin {
        ParameterOrigin::Compiled => None,
        ParameterOrigin::Image { other, .. } => Some(other),
    }
}

#[test]
fn a_machine_begins_with_what_was_stored() {
    let config = chosen(300, 20);
    let mut flash = stored::<8>(&config);
    let (found, in_use) = load(&mut flash, Unwritten::Refused).unwrap();
    assert_eq!(said(&found), said(&config));
    assert!(!in_use.any_copy_was_bad());
    let digest = |in_use: InUse| match in_use.thresholds {
        ParameterOrigin::Image { digest, generation, .. } => (digest, generation),
        ParameterOrigin::Compiled => (0, 0),
    };
    // The same parameters have the same digest, others another.
    let before = digest(in_use);
    store(&mut flash, &config).unwrap();
    let (_, in_use) = load(&mut flash, Unwritten::Refused).unwrap();
    assert_eq!(digest(in_use), (before.0, 2));
    store(&mut flash, &chosen(301, 20)).unwrap();
    let (_, in_use) = load(&mut flash, Unwritten::Refused).unwrap();
    assert_ne!(digest(in_use).0, before.0);
}

#[test]
fn erased_flash_is_the_programs_parameters_only_where_it_says_so() {
    let (config, in_use) = load(&mut Flash::<8>::new(), Unwritten::Compiled).unwrap();
    assert_eq!(said(&config), said(&Config::reference()));
    assert_eq!(in_use.thresholds, ParameterOrigin::Compiled);
    let refused = load(&mut Flash::<8>::new(), Unwritten::Refused).unwrap_err();
    let why = ParameterRefusal::Unwritten;
    assert_eq!(refused, ParametersRefused { kind: ParameterKind::Thresholds, why });
    assert_eq!(StartError::from(refused).to_string(), "thresholds: none were ever stored");

    // What is not erased is not unwritten.
    let mut flash = Flash::<8>::new();
    flash.flip(2048 + 2000, 4);
    let refused = load(&mut flash, Unwritten::Compiled).unwrap_err();
    let why = ParameterRefusal::Flash(Error::NoImage);
    assert_eq!(refused, ParametersRefused { kind: ParameterKind::Regimens, why });
}

/// Power is cut at every byte that a store programs or erases, and what the machine then begins with is the old image or the new.
fn cut_everywhere<const GROUP: usize>() -> [u32; 2] {
    let (old, new) = (chosen(300, 20), chosen(400, 40));
    let flash = stored::<GROUP>(&old);
    let image = image(&new, Settings::Thresholds);
    let mut seen = [0, 0];
    for cut in 0.. {
        let mut cut_off = flash.clone();
        cut_off.fail_after(cut, cut);
        let done = store_parameters(&mut cut_off, THRESHOLDS, ParameterKind::Thresholds, &image);
        if !cut_off.has_failed() {
            assert_eq!(done, Ok(2));
            return seen;
        }
        cut_off.power_up();
        let (config, in_use) = load(&mut cut_off, Unwritten::Refused).unwrap();
        let which = usize::from(config.tank == new.tank);
        seen[which] += 1;
        let begun = Config { tank: [old.tank, new.tank][which], ..old };
        assert_eq!(said(&config), said(&begun), "{cut}");
        assert_ne!(other(in_use.thresholds), Some(OtherCopy::Failed(Error::Worn)), "{cut}");

        // It was mended: the next start finds both whole.
        let (again, in_use) = load(&mut cut_off, Unwritten::Refused).unwrap();
        assert_eq!(said(&again), said(&config), "{cut}");
        assert!(!in_use.any_copy_was_bad(), "{cut}");
    }
    seen
}

#[test]
fn a_cut_at_any_byte_of_a_store_leaves_the_old_parameters_or_the_new() {
    let seen = [cut_everywhere::<4>(), cut_everywhere::<8>(), cut_everywhere::<16>()];
    println!("[old, new] of groups of 4, 8 and 16: {seen:?}");
    assert!(seen.iter().flatten().all(|count| *count > 1_000), "{seen:?}");
}

#[test]
fn a_cut_in_the_very_first_store_is_refused_or_whole() {
    let image = image(&chosen(300, 20), Settings::Thresholds);
    let alone = ParameterLayout { regimens: None, ..layout(Unwritten::Compiled) };
    let mut seen = [0, 0, 0];
    for cut in (0..).step_by(7) {
        let mut flash = Flash::<8>::new();
        flash.fail_after(cut, cut);
        let done = store_parameters(&mut flash, THRESHOLDS, ParameterKind::Thresholds, &image);
        if !flash.has_failed() {
            assert_eq!(done, Ok(1));
            break;
        }
        flash.power_up();
        let mut config = Config::reference();
        match alone.load(&mut flash, &mut config, Shelf::empty(), &mut [0; 1024]) {
            Ok(InUse { thresholds: ParameterOrigin::Compiled, .. }) => {
                assert_eq!(said(&config), said(&Config::reference()), "{cut}");
                seen[0] += 1;
            }
            Ok(_) => {
                assert_eq!(config.tank, chosen(300, 20).tank, "{cut}");
                seen[1] += 1;
            }
            Err(refused) => {
                assert_eq!(refused.why, ParameterRefusal::Flash(Error::NoImage), "{cut}");
                seen[2] += 1;
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "compiled, whole, refused: {seen:?}");
}

// req: INT-021
#[test]
fn any_bit_may_rot_in_one_copy_and_none_is_believed_in_both() {
    let config = chosen(300, 20);
    let flash = stored::<8>(&config);
    let bytes = 20 + image(&config, Settings::Thresholds).len();
    for (place, bit) in (0..bytes).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        for copy in [0, SECTOR] {
            let mut rotten = flash.clone();
            rotten.flip(copy + place, 1 << bit);
            let (found, in_use) = load(&mut rotten, Unwritten::Refused).unwrap();
            assert_eq!(said(&found), said(&config), "{place}.{bit}");
            assert_eq!(other(in_use.thresholds), Some(OtherCopy::Mended), "{place}.{bit}");
            assert!(in_use.any_copy_was_bad());
            assert_eq!(rotten.bytes()[..bytes], flash.bytes()[..bytes], "mended");
        }
        let mut rotten = flash.clone();
        rotten.flip(place, 1 << bit);
        rotten.flip(SECTOR + (place * 7 + 3) % bytes, 1 << bit);
        let refused = load(&mut rotten, Unwritten::Compiled).unwrap_err();
        let why = ParameterRefusal::Flash(Error::NoImage);
        assert_eq!(refused, ParametersRefused { kind: ParameterKind::Thresholds, why });
    }
}

#[test]
fn a_copy_that_cannot_be_mended_is_told_and_the_machine_begins() {
    let config = chosen(300, 20);
    let mut flash = stored::<8>(&config);
    flash.flip(SECTOR + 40, 1);
    flash.wear_out(SECTOR + 30, 0xFF);
    let (found, in_use) = load(&mut flash, Unwritten::Refused).unwrap();
    assert_eq!(said(&found), said(&config));
    assert_eq!(other(in_use.thresholds), Some(OtherCopy::Failed(Error::Worn)));
}

// req: INT-021
/// Whole, and not what this program begins with: nothing of the flash is changed then.
#[test]
fn a_whole_image_that_is_not_ours_is_refused() {
    let good = image(&chosen(300, 20), Settings::Thresholds);
    let mut hot = good.clone();
    let hysteresis = good.windows(4).position(|word| word == 19_661_u32.to_le_bytes()).unwrap();
    hot[hysteresis..hysteresis + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let field = ((hysteresis - 4) / 4) as u16;
    let regimens = image(&chosen(300, 20), Settings::Regimens);
    for (version, content, fault) in [
        (2, good.clone(), ParameterFault::Version(2)),
        (1, regimens, ParameterFault::OtherKind(2)),
        (1, good[..good.len() - 1].to_vec(), ParameterFault::Length),
        (1, vec![], ParameterFault::Length),
        (1, hot, ParameterFault::OutOfRange { field }),
    ] {
        let mut flash = stored::<8>(&chosen(300, 20));
        Images::new(&mut flash, THRESHOLDS).unwrap().store(version, &content).unwrap();
        flash.flip(SECTOR + 5, 1);
        let before = flash.clone();
        let refused = load(&mut flash, Unwritten::Compiled).unwrap_err();
        let why = ParameterRefusal::Content(fault);
        assert_eq!(refused, ParametersRefused { kind: ParameterKind::Thresholds, why });
        assert_eq!(flash.bytes(), before.bytes());
        if let ParameterFault::OutOfRange { .. } = fault {
            let said = format!("thresholds: tank.hysteresis (field {field}) is out of its range");
            assert_eq!(refused.to_string(), said);
        }
    }
    let mut long = Flash::<8>::new();
    Images::new(&mut long, THRESHOLDS).unwrap().store(1, &[0; 1001]).unwrap();
    let refused = layout(Unwritten::Compiled).load(
        &mut long,
        &mut Config::reference(),
        Shelf::empty(),
        &mut [0; 1000],
    );
    let too_long = Error::TooLong { bytes: 1_001, maximum: 1_000 };
    assert_eq!(refused.unwrap_err().why, ParameterRefusal::Flash(too_long));
}
