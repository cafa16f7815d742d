//! Where labels stand so that none covers another.

/// A label: where its middle should be and how wide it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) x: f64,
    pub(super) width: f64,
}

/// Where a label was put: its middle and its row, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) row: usize,
}

/// About how wide a text of this font size is; rather too wide than too narrow.
pub(super) fn text_width(text: &str, font_size: f64) -> f64 {
    text.chars().count() as f64 * font_size * 0.58
}

/// Puts labels on rows between `left` and `right`, each near its `x`; `None` for one that finds no room.
pub(super) fn on_rows(labels: &[Label], left: f64, right: f64, rows: usize) -> Vec<Option<Place>> {
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); rows];
    labels.iter().map(|label| on_first_free_row(label, left, right, &mut taken)).collect()
}

fn on_first_free_row(
    label: &Label,
    left: f64,
    right: f64,
    taken: &mut [Vec<(f64, f64)>],
) -> Option<Place> {
    let half = label.width / 2.0;
    let x = label.x.min(right - half).max(left + half);
    let is_free =
        |spans: &[(f64, f64)]| spans.iter().all(|(from, to)| x + half < *from || *to < x - half);
    let (row, spans) = taken.iter_mut().enumerate().find(|(_, spans)| is_free(spans))?;
    spans.push((x - half, x + half));
    Some(Place { x, row })
}

/// Shifts ascending places apart until neighbours are `gap` apart, within `left` and `right`.
///
/// Places for which there is no room are dropped from the end.
pub(super) fn spread(places: &[f64], gap: f64, left: f64, right: f64) -> Vec<f64> {
    let room = ((right - left) / gap).floor().max(0.0) as usize;
    let mut spread: Vec<f64> = places.iter().copied().take(room).collect();
    let mut lowest = left;
    for x in &mut spread {
        *x = x.max(lowest);
        lowest = *x + gap;
    }
    let mut highest = right;
    for x in spread.iter_mut().rev() {
        *x = x.min(highest);
        highest = *x - gap;
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_cover_each_other() {
        let labels: Vec<Label> =
            (0..12).map(|n| Label { x: f64::from(n) * 20.0, width: 55.0 }).collect();
        let places = on_rows(&labels, 0.0, 240.0, 3);
        for (index, place) in places.iter().enumerate() {
            let Some(place) = place else { continue };
            assert!(place.x >= 27.5 && place.x <= 212.5);
            for other in places[..index].iter().flatten() {
                assert!(other.row != place.row || (other.x - place.x).abs() > 55.0);
            }
        }
        assert!(places.iter().flatten().count() >= 9);
    }

    #[test]
    fn spread_places_keep_their_distance_and_order() {
        for places in [vec![5.0; 6], vec![0.0, 1.0, 50.0, 99.0, 100.0], vec![]] {
            let spread = spread(&places, 14.0, 0.0, 100.0);
            assert_eq!(spread.len(), places.len());
            assert!(spread.windows(2).all(|pair| pair[1] - pair[0] >= 14.0 - 1e-9));
            assert!(spread.iter().all(|x| (-1e-9..=100.0 + 1e-9).contains(x)), "{spread:?}");
        }
        assert_eq!(spread(&[50.0; 40], 14.0, 0.0, 100.0).len(), 7);
    }
}
