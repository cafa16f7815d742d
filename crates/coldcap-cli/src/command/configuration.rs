//! Which configuration a recording was made with: the reference, and what it says beside that.

use coldcap::Config;
use coldcap_host::capture::{Block, Reader};
use coldcap_sim::SkinPlace;

const PLACES: [SkinPlace; 2] = [SkinPlace::Front, SkinPlace::Rear];

/// The name by which a recording keeps where the skin-side sensor lies.
pub(crate) const fn name(place: SkinPlace) -> &'static str {
    match place {
        SkinPlace::Front => "front",
        SkinPlace::Rear => "rear",
    }
}

/// The configuration of the device in a recording; what is wrong with it where nobody knows such a one.
pub(crate) fn of(reader: &Reader<'_>) -> Result<Config, String> {
    let named = reader.blocks().filter_map(Result::ok).find_map(|located| match located.value {
        Block::Information(object) => object.get("skin_sensor").cloned(),
        _ => None,
    });
    let Some(named) = named else { return Ok(Config::reference()) };
    let place = PLACES.into_iter().find(|place| named == name(*place));
    let place = place.ok_or_else(|| format!("skin_sensor: {named}: allowed front or rear"))?;
    Ok(place.config())
}
