//! Which field a bit belongs to: what the text of a control says differently once it is flipped.

/// The path of the first line that differs, as `channels.session.phase`; `None` where none does, as for
/// a byte between two fields.
#[must_use]
pub fn of(sound: &str, flipped: &str) -> Option<String> {
    let mut path: Vec<(usize, &str)> = Vec::new();
    for (line, other) in sound.lines().zip(flipped.lines()) {
        let indent = line.len() - line.trim_start().len();
        path.retain(|(depth, _)| *depth < indent);
        if let Some((name, _)) = line.trim_start().split_once(':') {
            path.push((indent, name));
        }
        if line != other {
            let names: Vec<&str> = path.iter().map(|(_, name)| *name).collect();
            return Some(names.join("."));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_field_that_differs() {
        #[derive(Debug)]
        struct Inner {
            _one: u8,
            _two: [u8; 2],
        }
        #[derive(Debug)]
        struct Outer {
            _first: Inner,
            _second: Inner,
        }
        let text = |value: u8| {
            let first = Inner { _one: 1, _two: [2, 3] };
            format!("{:#?}", Outer { _first: first, _second: Inner { _one: 1, _two: [2, value] } })
        };
        assert_eq!(of(&text(3), &text(4)).as_deref(), Some("_second._two"));
        assert_eq!(of(&text(3), &text(3)), None);
    }
}
