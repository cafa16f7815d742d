//! Parameter images: power may fail at any byte, any bit may rot, and what is loaded is a whole image or none.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Copies, Error, Images, Region, RegionError};

type Flash = SimulatedFlash<4_096, 512, 8>;
const REGION: Region = Region { start: 1_024, length: 2_048, sector: 512 };

fn content(number: u8) -> Vec<u8> {
    (0..100 + usize::from(number)).map(|place| (place as u8).wrapping_mul(number | 1)).collect()
}

fn loaded(images: &mut Images<Flash>) -> Result<(Vec<u8>, u16, Copies), Error> {
    let mut buffer = [0; 1_100];
    let image = images.load(&mut buffer)?;
    Ok((buffer[..image.length].to_vec(), image.version, image.copies))
}

#[test]
fn a_cut_at_any_byte_of_a_store_leaves_the_old_image_or_the_new_one() {
    let mut images = Images::new(Flash::new(), REGION).unwrap();
    images.store(1, &content(1)).unwrap();
    let (mut old, mut new) = (0, 0);
    for cut in 0.. {
        let mut cut_off = images.clone();
        cut_off.flash_mut().fail_after(cut, cut);
        let done = cut_off.store(2, &content(2));
        let mut flash = cut_off.release();
        if !flash.has_failed() {
            assert_eq!(done, Ok(2));
            break;
        }
        flash.power_up();
        let mut images = Images::new(flash, REGION).unwrap();
        let (found, version, _) = loaded(&mut images).unwrap();
        assert_eq!(found, content(version as u8));
        if version == 1 {
            old += 1
        } else {
            new += 1
        }
        images.mend(&found).unwrap();
        assert_eq!(loaded(&mut images), Ok((found, version, Copies::Both)));
        images.store(3, &content(3)).unwrap();
        assert_eq!(loaded(&mut images), Ok((content(3), 3, Copies::Both)));
    }
    assert!(old > 1_000 && new > 1_000, "{old} old, {new} new");
}

#[test]
fn any_bit_may_rot_in_one_copy_and_none_is_believed_in_both() {
    let mut images = Images::new(Flash::new(), REGION).unwrap();
    images.store(4, &content(4)).unwrap();
    for place in 0..20 + content(4).len() {
        for bit in 0..8 {
            let mut rotten = images.clone();
            rotten.flash_mut().flip(1_024 + place, 1 << bit);
            assert_eq!(loaded(&mut rotten), Ok((content(4), 4, Copies::One)), "{place}.{bit}");
            rotten.flash_mut().flip(2_048 + place, 1 << bit);
            assert_eq!(loaded(&mut rotten), Err(Error::NoImage), "{place}.{bit}");
        }
    }
}

#[test]
fn a_region_is_blank_until_the_first_byte_of_an_image() {
    let mut images = Images::new(Flash::new(), REGION).unwrap();
    assert!(images.is_blank());
    for place in [1_024, 2_047, 2_048, 3_071] {
        let mut rotten = images.clone();
        rotten.flash_mut().flip(place, 1);
        assert!(!rotten.is_blank(), "{place}");
    }
    images.store(1, &content(1)).unwrap();
    assert!(!images.is_blank());
}

/// A store begins with the copy that is older or rotten: the good one is never touched before another is whole.
#[test]
fn the_copy_that_is_whole_is_written_last() {
    for rotten in [1_030, 2_054] {
        let mut images = Images::new(Flash::new(), REGION).unwrap();
        images.store(5, &content(5)).unwrap();
        images.flash_mut().flip(rotten, 0x10);
        for cut in 0..1_100 {
            let mut cut_off = images.clone();
            cut_off.flash_mut().fail_after(cut, cut);
            cut_off.store(6, &content(6)).unwrap_err();
            let mut flash = cut_off.release();
            flash.power_up();
            let mut images = Images::new(flash, REGION).unwrap();
            assert_eq!(loaded(&mut images).unwrap().0, content(5), "{rotten} {cut}");
        }
    }
}

#[test]
fn a_worn_copy_is_told_and_the_other_stays() {
    let mut flash = Flash::new();
    flash.wear_out(2_048 + 30, 0xFF);
    let mut images = Images::new(flash, REGION).unwrap();
    assert_eq!(images.store(7, &content(7)), Err(Error::Worn));
    assert_eq!(loaded(&mut images), Ok((content(7), 7, Copies::One)), "the first copy was whole");
    assert_eq!(images.store(8, &content(8)), Err(Error::Worn));
    assert_eq!(loaded(&mut images), Ok((content(7), 7, Copies::One)), "and is left alone");
    assert_eq!(images.mend(&content(7)), Err(Error::Worn));
}

#[test]
fn what_does_not_fit_is_told() {
    let odd = Region { start: 0, length: 1_536, sector: 512 };
    let refused = Images::new(Flash::new(), odd).unwrap_err();
    assert_eq!(refused, Error::Region(RegionError::TooFewSectors));
    let mut images = Images::new(Flash::new(), REGION).unwrap();
    let most = vec![9; 1_024 - 20];
    images.store(1, &most).unwrap();
    let more = vec![8; 1_024 - 19];
    assert_eq!(images.store(1, &more), Err(Error::TooLong { bytes: 1_005, maximum: 1_004 }));
    assert_eq!(images.load(&mut [0; 64]), Err(Error::TooLong { bytes: 1_004, maximum: 64 }));
    assert_eq!(loaded(&mut images).unwrap().0, most);
    assert_eq!(images.mend(&content(1)), Err(Error::NoImage));
}
