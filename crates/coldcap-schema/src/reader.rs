//! Bodies read and written by the model alone, from the text of `docs/wire-format.md`: no serde, no
//! postcard. It is the second opinion on the decoder in `coldcap-wire`, and the only one on a maker's
//! messages.

use crate::model::{Message, Primitive, Schema, WireType};
use crate::vectors::hex;
use core::fmt::Write;

/// What a primitive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An unsigned number.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

/// Why a body was refused, in the words of the vectors.
pub type Refusal = &'static str;

/// Reads a body of `message`: a value for each of its primitives, and 0 for what is left off.
///
/// # Errors
/// `body.short`, `body.trailing`, `body.malformed` or `body.not_shortest`.
pub fn read(schema: &Schema, message: &Message, body: &[u8]) -> Result<Vec<Value>, Refusal> {
    if body.len() > schema.lengths(message, u8::MAX).1 {
        return Err("body.trailing");
    }
    let mut source = Source { rest: body, endless: message.grew() };
    let primitives = schema.primitives(message);
    let read = primitives.iter().map(|primitive| source.value(&primitive.field.wire_type));
    let values = read.collect::<Result<Vec<_>, _>>()?;
    if !source.rest.is_empty() {
        return Err("body.trailing");
    }
    let again = write(&primitives, &values);
    match again.len() {
        _ if again == body => Ok(values),
        length if length < body.len() => Err("body.not_shortest"),
        _ => Err("body.short"),
    }
}

/// The one encoding of these values.
#[must_use]
pub fn write(primitives: &[Primitive<'_>], values: &[Value]) -> Vec<u8> {
    let (mut body, mut kept) = (Vec::new(), 0);
    for (primitive, value) in primitives.iter().zip(values) {
        write_value(&primitive.field.wire_type, value, &mut body);
        if primitive.since == 0 {
            kept = body.len();
        }
    }
    let said = body.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    body.truncate(said.max(kept));
    body
}

fn write_value(wire_type: &WireType, value: &Value, body: &mut Vec<u8>) {
    match (wire_type, value) {
        (WireType::U8, Value::Unsigned(number)) => body.push(*number as u8),
        (_, Value::Unsigned(number)) => write_variable(*number, body),
        (_, Value::Signed(number)) if *number < 0 => write_variable((-2 * number - 1) as u64, body),
        (_, Value::Signed(number)) => write_variable(2 * *number as u64, body),
        (WireType::BytesUpTo(_), Value::Bytes(bytes)) => {
            write_variable(bytes.len() as u64, body);
            body.extend(bytes);
        }
        (_, Value::Bytes(bytes)) => body.extend(bytes),
    }
}

fn write_variable(mut number: u64, body: &mut Vec<u8>) {
    while number >= 128 {
        body.push((number % 128) as u8 + 128);
        number /= 128;
    }
    body.push(number as u8);
}

/// Bytes to read; where a body may end early, zeros behind the last.
struct Source<'a> {
    rest: &'a [u8],
    endless: bool,
}

impl Source<'_> {
    fn value(&mut self, wire_type: &WireType) -> Result<Value, Refusal> {
        match wire_type {
            WireType::U8 => self.byte().map(|byte| Value::Unsigned(byte.into())),
            WireType::U16 => self.variable(16).map(Value::Unsigned),
            WireType::U32 => self.variable(32).map(Value::Unsigned),
            WireType::U64 => self.variable(64).map(Value::Unsigned),
            WireType::I32 => self.variable(32).map(|number| {
                let half = (number / 2) as i64;
                Value::Signed(if number % 2 == 0 { half } else { -half - 1 })
            }),
            WireType::Bytes(count) => self.bytes(*count),
            WireType::BytesUpTo(most) => {
                let length = self.variable(32)?;
                let over = length > *most as u64;
                let bytes = self.bytes(if over { most + 1 } else { length as usize })?;
                if over { Err("body.malformed") } else { Ok(bytes) }
            }
            WireType::Structure(_) => Err("body.malformed"),
        }
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        let Some((first, rest)) = self.rest.split_first() else {
            return if self.endless { Ok(0) } else { Err("body.short") };
        };
        self.rest = rest;
        Ok(*first)
    }

    fn bytes(&mut self, count: usize) -> Result<Value, Refusal> {
        (0..count).map(|_| self.byte()).collect::<Result<_, _>>().map(Value::Bytes)
    }

    /// As many groups of seven bits as a number of so many bits may take; none may go beyond it.
    fn variable(&mut self, bits: u32) -> Result<u64, Refusal> {
        let mut number: u128 = 0;
        for place in 0..bits.div_ceil(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7F) << (7 * place);
            if byte < 128 {
                let fits = number >> bits == 0;
                return if fits { Ok(number as u64) } else { Err("body.malformed") };
            }
        }
        Err("body.malformed")
    }
}

/// The values as JSON: numbers of 64 bits as strings of digits, bytes as strings of hexadecimal digits.
/// Fields that are left off are not there.
#[must_use]
pub fn json(schema: &Schema, message: &Message, values: &[Value]) -> String {
    let primitives = schema.primitives(message);
    let length = write(&primitives, values).len();
    let (mut text, mut open, mut written) = (String::from("{"), None, Vec::new());
    for (primitive, value) in primitives.iter().zip(values) {
        if primitive.since > 0 && written.len() >= length {
            break;
        }
        write_value(&primitive.field.wire_type, value, &mut written);
        close_and_open(&mut text, &mut open, primitive);
        let _ = write!(
            text,
            "\"{}\":{},",
            primitive.field.name,
            shown(&primitive.field.wire_type, value)
        );
    }
    finish(&mut text);
    if open.is_some() {
        text.push('}');
    }
    text + "}"
}

fn close_and_open<'a>(text: &mut String, open: &mut Option<&'a str>, primitive: &Primitive<'a>) {
    if *open == primitive.group {
        return;
    }
    if open.is_some() {
        finish(text);
        text.push_str("},");
    }
    if let Some(group) = primitive.group {
        let _ = write!(text, "\"{group}\":{{");
    }
    *open = primitive.group;
}

/// Takes the comma behind the last member away.
fn finish(text: &mut String) {
    if text.ends_with(',') {
        text.pop();
    }
}

fn shown(wire_type: &WireType, value: &Value) -> String {
    match value {
        Value::Unsigned(number) if *wire_type == WireType::U64 => format!("\"{number}\""),
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Bytes(bytes) => format!("\"{}\"", hex(bytes)),
    }
}
