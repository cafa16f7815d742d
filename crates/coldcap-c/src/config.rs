//! Who the device says it is.

use crate::codes::{
    COLDCAP_ABI, COLDCAP_DONE, COLDCAP_INPUTS_REAL, COLDCAP_INPUTS_SIMULATED,
    COLDCAP_LINE_BLUETOOTH, COLDCAP_LINE_DATAGRAM, COLDCAP_LINE_SERIAL, COLDCAP_LINE_TCP,
    COLDCAP_LINE_UNSECURED_BENCH,
};
use crate::error::Error;
use crate::machine::machine;
use crate::memory::Extent;
use crate::pointers::checked;
use crate::types::coldcap_config_t;
use coldcap::security::{Policy, Transport};
use coldcap::{Config, Identity, LinkAccess, Origin};

/// Fills in the reference: one channel, real inputs, a serial line with keys. Put in what is yours before `coldcap_init`.
///
/// `abi` is `COLDCAP_ABI` of your header: `COLDCAP_ERROR_ABI` says that the library is of another.
///
/// # Safety
/// A `config` that is not null points to memory for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_config_reference(config: *mut coldcap_config_t, abi: u32) -> i32 {
    if abi != COLDCAP_ABI {
        return Error::Abi.code();
    }
    if let Err(error) = checked(config, Extent::NOWHERE) {
        return error.code();
    }
    // SAFETY: not null and aligned; that there is memory for it is the caller's promise.
    unsafe { config.write(coldcap_config_t::REFERENCE) };
    COLDCAP_DONE
}

impl coldcap_config_t {
    const REFERENCE: Self = Self {
        serial: 1,
        abi: COLDCAP_ABI,
        firmware: 0x0001_0000,
        boot: 1,
        model: 1,
        channels: 1,
        inputs: COLDCAP_INPUTS_REAL,
        line: COLDCAP_LINE_SERIAL,
        closed: 0,
        reserved: [0; 6],
    };

    /// The configuration of the machine, with what C hands over.
    pub(crate) fn to_config(self) -> Result<Config, Error> {
        if self.abi != COLDCAP_ABI {
            return Err(Error::Abi);
        }
        if self.reserved != [0; 6] {
            return Err(Error::Value);
        }
        let identity = Identity {
            origin: origin(self.inputs)?,
            model: self.model,
            serial: self.serial,
            firmware: self.firmware,
            boot: self.boot,
        };
        Ok(Config { identity, access: self.access()?, ..machine() })
    }

    fn access(self) -> Result<LinkAccess, Error> {
        let policy = match self.closed {
            0 => Policy::STANDARD,
            1 => Policy::CLOSED,
            _ => return Err(Error::Value),
        };
        let transport = match self.line {
            COLDCAP_LINE_SERIAL => Transport::Serial,
            COLDCAP_LINE_TCP => Transport::Tcp,
            COLDCAP_LINE_BLUETOOTH => Transport::Bluetooth,
            COLDCAP_LINE_DATAGRAM => Transport::Datagram,
            COLDCAP_LINE_UNSECURED_BENCH => return Ok(Config::unsecured_bench().access),
            _ => return Err(Error::Value),
        };
        Ok(LinkAccess::Keyed { transport, policy })
    }
}

const fn origin(inputs: u8) -> Result<Origin, Error> {
    match inputs {
        COLDCAP_INPUTS_REAL => Ok(Origin::Device),
        COLDCAP_INPUTS_SIMULATED => Ok(Origin::Simulated),
        _ => Err(Error::Value),
    }
}
