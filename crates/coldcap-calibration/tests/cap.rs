//! What measures of a head are allowed.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_calibration::cap::{HeadMeasures, Measure, MeasureError};

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
