//! By which key the host speaks with a machine.

use crate::failure::Failure;
use coldcap_host::client::{ClientConfig, ClientKey};
use coldcap_sim::Equipment;
use coldcap_wire::security::{PairingCode, Secret, Transport};
use std::fs;
use std::path::Path;

/// What a client is configured with.
#[derive(Clone, Debug)]
pub(crate) enum HostKey {
    /// None: for a bench.
    None,
    /// That of the virtual machine with this seed; its randomness follows from the seed, too.
    OfSeed(u64),
    /// What was read when it was paired, in one process at a time.
    Paired(PairingCode, Transport),
}

impl HostKey {
    /// The code in this file.
    pub(crate) fn read(path: &Path, transport: Transport) -> Result<Self, Failure> {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::unreadable(path, &error).of("--key"))?;
        let code = PairingCode::parse(text.trim())
            .map_err(|error| Failure::Input(format!("--key: {}: {error}", path.display())))?;
        Ok(Self::Paired(code, transport))
    }

    /// The configuration of the host's start of this number.
    pub(crate) fn config(&self, boot: u32) -> Result<ClientConfig, Failure> {
        let config = ClientConfig::new(boot);
        let (code, transport, entropy) = match self {
            Self::None => return Ok(config),
            Self::OfSeed(seed) => {
                let entropy = Equipment::host_entropy(*seed, boot);
                (Equipment::code(*seed), Transport::Serial, entropy)
            }
            Self::Paired(code, transport) => (code.clone(), *transport, random()?),
        };
        Ok(config.with_key(ClientKey { code, transport, entropy }))
    }
}

/// 32 random bytes of the operating system.
pub(crate) fn random() -> Result<Secret, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Io(format!("no random bytes are to be had: {error}")))?;
    Ok(Secret::new(bytes))
}
