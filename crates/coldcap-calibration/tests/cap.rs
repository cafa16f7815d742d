//! What measures of a head are allowed.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_calibration::cap::{
    CapSize, HeadMeasures, HeadReadings, Ladder, LadderData, Liner, Measure, MeasureError,
};
use coldcap_calibration::hair::{HairDensity, HairKind};
use proptest::prelude::*;

fn refused(measures: (u16, u16, u16)) -> MeasureError {
    HeadMeasures::new(measures.0, measures.1, measures.2).unwrap_err()
}

#[test]
fn errors_name_field_value_and_range() {
    use Measure::{Circumference, Coronal, Sagittal};
    let error =
        |measure, value, minimum, maximum| MeasureError { measure, value, minimum, maximum };
    assert_eq!(refused((519, 350, 350)), error(Circumference, 519, 520, 613));
    assert_eq!(refused((614, 350, 350)), error(Circumference, 614, 520, 613));
    assert_eq!(refused((0, 0, 0)), error(Circumference, 0, 520, 613));
    assert_eq!(refused((560, 279, 350)), error(Sagittal, 279, 280, 420));
    assert_eq!(refused((520, 391, 350)), error(Sagittal, 391, 280, 390));
    assert_eq!(refused((600, 350, 299)), error(Coronal, 299, 300, 420));
    assert_eq!(refused((600, 350, u16::MAX)), error(Coronal, u16::MAX, 300, 420));
    let text = refused((614, 350, 350)).to_string();
    assert_eq!(text, "circumference of 614 mm is outside 520 to 613 mm");
}

#[test]
fn ends_of_every_range_are_allowed() {
    for (circumference, low, high) in [(520, 280, 390), (613, 306, 420), (560, 280, 420)] {
        for (sagittal, coronal) in [(low, high), (high, low)] {
            let measures = HeadMeasures::new(circumference, sagittal, coronal).unwrap();
            assert_eq!(measures.circumference_mm(), circumference);
            assert_eq!((measures.sagittal_mm(), measures.coronal_mm()), (sagittal, coronal));
        }
    }
    assert!(HeadMeasures::new(613, 305, 350).is_err());
}

/// Liners of two to five sizes, so far apart that heads between them are rare: many a size is certain.
fn liners(count: usize, apart: u16) -> Vec<Liner> {
    let sizes =
        [CapSize::ExtraSmall, CapSize::Small, CapSize::Medium, CapSize::Large, CapSize::ExtraLarge];
    let liner = |(index, size)| {
        let more = apart * index;
        Liner { size, relaxed: [5_100 + more, 3_100 + more, 3_200 + more], area_cm2: [300, 300, 0] }
    };
    (0..).zip(sizes).take(count).map(liner).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_runner_up_is_another_size_and_the_likeliest_of_the_rest(
        around in 520u16..=613,
        along in 300u16..=390,
        across in 300u16..=390,
        count in 2usize..=5,
        apart in 60u16..400,
    ) {
        let measures = HeadMeasures::new(around, along, across);
        prop_assume!(measures.is_ok());
        let liners = liners(count, apart);
        let data = LadderData { liners: &liners, ..*Ladder::REFERENCE.data() };
        let head =
            HeadReadings::averaged(&measures.unwrap(), (HairDensity::Full, HairKind::Ordinary));
        for ladder in [Ladder::REFERENCE, Ladder::new(data).unwrap()] {
            let choice = ladder.choose(&head);
            prop_assert!(choice.best != choice.runner_up, "{:?}", choice);
            let share = |size| {
                let place = ladder.data().liners.iter().position(|liner| liner.size == size);
                choice.probabilities[place.unwrap()]
            };
            for liner in ladder.data().liners {
                if liner.size != choice.best {
                    prop_assert!(share(liner.size) <= share(choice.runner_up));
                }
                prop_assert!(share(liner.size) <= share(choice.best));
            }
        }
    }
}

/// The head that sits best in the smallest liner, and no other near.
#[test]
fn a_certain_extra_small_has_the_next_size_as_runner_up() {
    let head = HeadReadings::averaged(
        &HeadMeasures::new(525, 316, 326).unwrap(),
        (HairDensity::MuchShows, HairKind::Ordinary),
    );
    let liners = liners(3, 390);
    let data = LadderData { liners: &liners, ..*Ladder::REFERENCE.data() };
    let choice = Ladder::new(data).unwrap().choose(&head);
    assert_eq!((choice.best, choice.confidence.0), (CapSize::ExtraSmall, 1_000));
    assert_eq!(choice.runner_up, CapSize::Small);
}
