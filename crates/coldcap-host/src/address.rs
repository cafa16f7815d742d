//! Where a machine is reached.

use coldcap_wire::security::Transport;
use core::fmt;
use core::str::FromStr;

/// The speed of a serial line where its address names none.
pub const BAUD: u32 = 115_200;

/// Where a machine is reached, as people write it.
///
/// | text | what |
/// |---|---|
/// | `tcp:HOST:PORT` | a socket |
/// | `ws:HOST:PORT` or `ws:HOST:PORT/PATH` | a WebSocket: bytes in binary messages |
/// | `serial:PATH` or `serial:PATH@BAUD` | a serial line, at [`BAUD`] where none is named |
/// | `pty:PATH` | a pseudo terminal |
///
/// ```
/// use coldcap_host::address::Address;
/// let address: Address = "serial:/dev/ttyACM0@921600".parse()?;
/// assert_eq!(address, Address::Serial { path: "/dev/ttyACM0".into(), baud: 921_600 });
/// assert_eq!(address.to_string(), "serial:/dev/ttyACM0@921600");
/// assert!("tcp:localhost".parse::<Address>().is_err());
/// # Ok::<(), coldcap_host::address::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A socket.
    Tcp {
        /// A name or a number; one of version 6 in brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A WebSocket.
    WebSocket {
        /// A name or a number.
        host: String,
        /// The port.
        port: u16,
        /// The path, with its leading slash.
        path: String,
    },
    /// A serial line.
    Serial {
        /// The device.
        path: String,
        /// Bits a second.
        baud: u32,
    },
    /// A pseudo terminal: a serial line without a speed.
    Pty {
        /// The device.
        path: String,
    },
}

impl Address {
    /// What a session's keys are bound to: the sort of line. A WebSocket counts as a socket, a pseudo terminal as a serial line.
    ///
    /// ```
    /// use coldcap_host::address::Address;
    /// use coldcap_wire::security::Transport;
    ///
    /// let address: Address = "pty:/dev/pts/3".parse()?;
    /// assert_eq!(address.transport(), Transport::Serial);
    /// # Ok::<(), coldcap_host::address::AddressError>(())
    /// ```
    #[must_use]
    pub const fn transport(&self) -> Transport {
        match self {
            Self::Tcp { .. } | Self::WebSocket { .. } => Transport::Tcp,
            Self::Serial { .. } | Self::Pty { .. } => Transport::Serial,
        }
    }
}

/// A text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let forms = "tcp:HOST:PORT, ws:HOST:PORT[/PATH], serial:PATH[@BAUD], pty:PATH";
        write!(f, "{}: allowed {forms}", self.0)
    }
}

impl core::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parsed = text.split_once(':').and_then(|(kind, place)| match kind {
            "tcp" => host_and_port(place).map(|(host, port)| Self::Tcp { host, port }),
            "ws" => web_socket(place),
            "serial" => serial(place),
            "pty" => named(place).map(|path| Self::Pty { path }),
            _ => None,
        });
        parsed.ok_or_else(|| AddressError(text.into()))
    }
}

fn host_and_port(place: &str) -> Option<(String, u16)> {
    let (host, port) = place.rsplit_once(':')?;
    let bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
    Some((named(host).filter(|_| bare)?, port.parse().ok()?))
}

fn web_socket(place: &str) -> Option<Address> {
    let place = place.strip_prefix("//").unwrap_or(place);
    let (machine, path) = place.split_once('/').unwrap_or((place, ""));
    let (host, port) = host_and_port(machine)?;
    Some(Address::WebSocket { host, port, path: format!("/{path}") })
}

fn serial(place: &str) -> Option<Address> {
    match place.rsplit_once('@') {
        None => named(place).map(|path| Address::Serial { path, baud: BAUD }),
        Some((path, baud)) => {
            let baud = baud.parse().ok().filter(|baud| *baud > 0)?;
            named(path).map(|path| Address::Serial { path, baud })
        }
    }
}

fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
            Self::WebSocket { host, port, path } => write!(f, "ws:{host}:{port}{path}"),
            Self::Serial { path, baud } => write!(f, "serial:{path}@{baud}"),
            Self::Pty { path } => write!(f, "pty:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "tcp:127.0.0.1:7700",
            "tcp:[::1]:7700",
            "ws:cart:80/",
            "ws:cart:80/machine",
            "serial:/dev/ttyUSB0@9600",
            "pty:/dev/pts/4",
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        assert_eq!("ws://cart:80".parse::<Address>().unwrap().to_string(), "ws:cart:80/");
    }

    #[test]
    fn what_is_none_is_refused_with_what_is_allowed() {
        for text in [
            "",
            "tcp",
            "tcp:",
            "tcp:7700",
            "tcp::7700",
            "tcp:cart:70000",
            "tcp:::1:7700",
            "ws:cart/x",
            "serial:",
            "serial:/dev/ttyS0@0",
            "serial:/dev/ttyS0@fast",
            "pty:",
            "usb:1",
        ] {
            let refused = text.parse::<Address>().unwrap_err().to_string();
            assert!(
                refused.starts_with(text) && refused.contains("allowed tcp:HOST:PORT"),
                "{text}"
            );
        }
    }
}
