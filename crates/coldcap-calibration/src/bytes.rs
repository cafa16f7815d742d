//! Fields of stored records, little-endian, one after another.

/// Writes fields; what does not fit any more is left out.
pub(crate) struct Writer<'a>(pub(crate) &'a mut [u8]);

impl Writer<'_> {
    pub(crate) fn put<const N: usize>(&mut self, field: [u8; N]) {
        if let Some((place, rest)) = core::mem::take(&mut self.0).split_first_chunk_mut() {
            *place = field;
            self.0 = rest;
        }
    }
}

/// Reads fields; what is not there any more is zero.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *field
    }

    pub(crate) fn take_u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    pub(crate) fn take_i16(&mut self) -> i16 {
        i16::from_le_bytes(self.take())
    }

    pub(crate) fn take_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(crate) fn take_i32(&mut self) -> i32 {
        i32::from_le_bytes(self.take())
    }

    pub(crate) fn take_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_and_what_is_not_there_is_zero() {
        let mut bytes = [0; 3];
        let mut writer = Writer(&mut bytes);
        writer.put(0x1234u16.to_le_bytes());
        writer.put(7u16.to_le_bytes());
        assert_eq!(bytes, [0x34, 0x12, 0]);
        let mut reader = Reader(&bytes);
        assert_eq!((reader.take_u16(), reader.take_u16()), (0x1234, 0));
    }
}
