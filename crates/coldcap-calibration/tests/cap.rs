//! Cap sizes against hand-computed examples and at every edge.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::cap::{CapSize, Choice, HeadMeasures, Measure, MeasureError, choose};

fn chosen(circumference_mm: u16) -> Choice {
    choose(&HeadMeasures::new(circumference_mm, 350, 350).unwrap())
}

#[test]
fn hand_computed_examples() {
    use CapSize::{ExtraLarge, ExtraSmall, Large, Medium, Small};
    // (mm, size, neighbour to try, thousandths): the normal distribution of the distance to the nearest
    // edge over 2.5 mm, from a printed table, interpolated between 0.2 steps.
    let examples = [
        (520, ExtraSmall, None, 1_000),
        (529, ExtraSmall, None, 1_000),
        (533, ExtraSmall, None, 988),        // 5.6 mm: Φ(2.24) = 0.9875
        (534, ExtraSmall, Some(Small), 967), // 4.6 mm: Φ(1.84) = 0.9671
        (538, ExtraSmall, Some(Small), 595), // 0.6 mm: Φ(0.24) = 0.5948
        (539, Small, Some(ExtraSmall), 563), // 0.4 mm: Φ(0.16) = 0.5636
        (548, Small, None, 1_000),           // the middle, 9.2 mm from an edge
        (557, Small, Some(Medium), 532),     // 0.2 mm: Φ(0.08) = 0.5319
        (558, Medium, Some(Small), 625),     // 0.8 mm: Φ(0.32) = 0.6255
        (575, Medium, Some(Large), 625),     // 0.8 mm
        (576, Large, Some(Medium), 532),     // 0.2 mm
        (594, Large, Some(ExtraLarge), 563), // 0.4 mm
        (595, ExtraLarge, Some(Large), 595), // 0.6 mm
        (600, ExtraLarge, None, 988),        // 5.6 mm
        (613, ExtraLarge, None, 1_000),
    ];
    for (circumference, best, runner_up, confidence) in examples {
        let choice = chosen(circumference);
        assert_eq!((choice.best, choice.runner_up), (best, runner_up), "{circumference}");
        assert!(choice.confidence.0.abs_diff(confidence) <= 2, "{circumference} {choice:?}");
    }
}

/// The normal distribution by the trapezoidal rule.
fn normal(z: f64) -> f64 {
    let steps = 2_000;
    let width = (z + 8.0) / f64::from(steps);
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * core::f64::consts::PI).sqrt();
    let inner: f64 = (1..steps).map(|k| density(-8.0 + f64::from(k) * width)).sum();
    width * (inner + 0.5 * (density(-8.0) + density(z)))
}

#[test]
fn every_circumference_has_the_size_and_the_probability_of_the_ladder() {
    let edges = [f64::NEG_INFINITY, 538.6, 557.2, 575.8, 594.4, f64::INFINITY];
    for circumference in 520..=613u16 {
        let mm = f64::from(circumference);
        let choice = chosen(circumference);
        let index = usize::from(choice.best.code());
        let (below, above) = (edges[index - 1], edges[index]);
        assert!(below < mm && mm < above);
        assert_eq!(
            choice.runner_up.is_some(),
            (mm - below).min(above - mm) < 5.0,
            "{circumference}"
        );
        let outside =
            |distance: f64| if distance.is_finite() { normal(-distance / 2.5) } else { 0.0 };
        let exact = 1.0 - outside(mm - below) - outside(above - mm);
        assert!((f64::from(choice.confidence.0) / 1e3 - exact).abs() < 0.003, "{circumference}");
    }
}

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
