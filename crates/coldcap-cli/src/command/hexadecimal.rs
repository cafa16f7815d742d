//! Hexadecimal text, as people paste it.

/// The bytes of hexadecimal text. Spaces, `0x`, colons and commas may stand in it.
pub(crate) fn parse(text: &str) -> Option<Vec<u8>> {
    let text = text.replace("0x", " ").replace("0X", " ");
    let digits: Vec<char> =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | ',' | '_')).collect();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |c: char| c.to_digit(16).map(|digit| digit as u8);
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}

/// Bytes as lower-case digits.
pub(crate) fn of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands in a file or comes by standard input: hexadecimal text if it is that, else raw bytes.
pub(crate) fn or_raw(bytes: Vec<u8>) -> Vec<u8> {
    let text = core::str::from_utf8(&bytes).ok();
    text.and_then(parse).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_paste() {
        let expected = Some(vec![0x01, 0xAB, 0xff]);
        for text in ["01abFF", "0x01 0xAB 0xff", "01:ab:ff\n", "01, ab, ff"] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in ["", "0", "xyz1", "0x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
