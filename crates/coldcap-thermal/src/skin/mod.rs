//! The scalp skin: an estimate with its uncertainty, the length of a break, and a watch on the contact.
//!
//! No machine measures the skin under a cap. [`SkinObserver`] computes it from what a machine has:
//! supply, return, flow, the two sensors on the cap's inner face, and whether the cap is worn, coupled
//! and pumped through. [`SkinObserver::time_to`] says when a cap at rest will have let the skin warm to a
//! limit. [`ContactWatch`] flags a cap that is cold because it does not touch.
//!
//! # The model
//! Four states, stepped once a second, in integers:
//!
//! 1. **Cap** (fast): the inner face `Ti`. Measured where there is a sensor; else `T̄ + q·Rf` after the
//!    wall's minute while coolant flows, else `Cc·dTi/dt = q + U·(Troom − Ti)`.
//! 2. **Skin** (minutes): `C·dT/dt = (Td − T)/Rn + (Tcore − T)·G·f − q`, `q = (T − Ti)/Rh`.
//! 3. **Bone and fat** under it (some ten minutes): `Cd·dTd/dt = (Tcore − Td)/(Rt − Rn) − (Td − T)/Rn`,
//!    `Rn = 0.55·Rt`. Both are Pennes' equation (J Appl Physiol 1948;1:93), lumped. Without the second, the
//!    skin is 1 to 2 K too cold from the tenth to the thirtieth minute of cooling.
//! 4. **Perfusion** with hysteresis: towards `f = 0.25 + 0.75·exp((T − T0)/4.5 K)` (a fit to Janssen et
//!    al., Physiol Meas 2007;28:829 and Bülow et al. 1985) within a minute downwards and over two
//!    hours upwards (Khoshnevis and Diller 2014, 2016).
//!
//! The figures and their sources are at [`SkinParameters::REFERENCE`]. The simulator's patient has 80
//! control volumes under each half of a cap, and wall and coolant apart; this model is reduced on
//! purpose, else its agreement would prove nothing. Even with every parameter of a patient known it is
//! off by tenths of a kelvin while the cap gets colder, and by less at rest. What both rest on, the layers of
//! the head and the law of perfusion, is from the same papers: an error there is seen by neither.
//!
//! # Heat, and what it teaches
//! `Q = V̇·ρc·(Tr − Ts′) − Groom·(Troom − T̄) + Cw·dTi/dt`, filtered over 20 s. `Ts′` is the supply as the
//! return knows it, seen through two stirred volumes: without that, a ramp of 3 K/min looks like 0.8 K
//! of heat. The first two minutes of a flow are not used. The wall is a witness: where
//! `A·(Ti − T̄)/Rf + Cw·dTi/dt` differs from the stream by more than three standard deviations of the
//! sensors' mismatch (6 W at 1 L/min), the rest counts as doubt, and beyond 30 % of the heat neither is
//! believed ([`Fault::Disagrees`](coldcap_units::Fault::Disagrees)).
//!
//! The relative error of the expected heat, `e = (Q − A·q)/(A·q)`, moves a resistance by a fixed gain:
//! after a seating, for ten minutes of heat, the hair (`dRh/dt = −Rh·e/80 s`) and a little the tissue
//! (`dRt/dt = −Rt·e/2000 s`); then the tissue alone (`−Rt·e/250 s`). Right after a seating the skin's temperature is known, it was warm, so heat
//! says what is between it and the cap; once it is cold, only the sum of both is seen. A mean error
//! beyond 15 % later on means that the contact changed, and the hair is learned anew. The gains were
//! tuned on 80 virtual patients. Of the fat only the population is known: under the leanest head of it
//! (1.5 mm, the standard one) the estimate is 1 to 2 K too cold, and as much too warm over the fattest.
//!
//! # Uncertainty
//! Two standard deviations, meant to hold 95 cases of 100. The root of the sum of squares of
//!
//! - `∂T/∂ln Rh · σ(ln Rh)` and `∂T/∂ln Rt · σ(ln Rt)`, both derivatives integrated beside the model: σ
//!   begins at the spread of the population (0.38 and 0.14), shrinks while heat teaches to what was found
//!   in simulation (0.11 and 0.09), grows back without heat, and jumps when contact changes;
//! - **`(T − Ti)·σ(Q)/Q`**: heat that is 10 % off is 10 % of the contact's conductance, and over 21 K
//!   that is 2 K of skin. At 1 L/min a sensor mismatch of 0.03 K is 5 % of the heat, 0.1 K is 13 %. No
//!   averaging takes it away;
//! - 0.7 K for the model, more while the cap gets colder, more where sensors are missing.
//!
//! # Contact: the sign trap
//! A cap with poor contact reads *colder* over a *warmer* scalp. Only heat tells. The uptake
//! `Q/(T − T̄)` and the resistance behind it are in [`ContactEvidence`]. [`WatchLimits::REFERENCE`] flags
//! from 0.052 m²K/W on, from 0.075 on three minutes sooner, and trusts again up to 0.045. Between 0.045 and 0.060 lies a dead band in which a
//! patient may be flagged or not: an estimate scatters by 8 %, mostly because fat is not known.
//!
//! # Figures
//! From `crates/coldcap-sim/tests/skin_observer.rs`, 200 virtual patients (hair log-normal, fat 1.5 to
//! 5 mm, core 36.5 to 38 °C, sensor offsets up to 0.03 K each):
//!
//! | | |
//! |---|---|
//! | error over the population, rms | 1.6 K at 10 and 15 min, 1.4 K at 45, 0.6 K at the end of a break of 15, 1.3 K 20 min later |
//! | half width of the interval | 2.0 K at first, 4.1 K from 8 min on, 2.4 K at the end of the break |
//! | truth inside it, over 18 moments | 99 % of all; 97 to 100 % at each |
//! | the same without a flow meter | rms 3.3 K, half width 7.0 K, 98 % |
//! | return stuck in the ramp, and on the plateau | half width 6.9 K, 100 %; 4.3 K, 99 % |
//! | covered area 10 % smaller, or larger, than configured | 98 %, 100 % |
//! | time to 22 °C told at the start of a break | 90 s too early (median; 5 to 95 %: 184 s too early to 18 s too late), 180 of 180 inside |
//! | 0.060 m²K/W flagged within 10 min of the first flow, at −4 °C and with the face held at 4 °C | 98 %, 98 % |
//! | 0.050, 0.045, 0.040, 0.0335 m²K/W flagged within 20 min | 55, 17, 1, 0 %; face held: 48, 17, 1, 0 % |
//!
//! In the whole machine (`crates/coldcap-sim/tests/skin_in_facade.rs`: a fit visit, then the treatment) the
//! standard patient's skin is told 1.2 K too cold after 10 min, 2.0 K after 15, 1.3 K from 45 on.
//! A patient whom the estimate puts above 22 °C gets [`Forecast::Reached`] even where the truth is below.
//! A face controller that hunts costs 9 % of the resistance and lets more poor contact pass.
//!
//! # What it cannot know
//! - **Whether the heat is right.** All of it hangs on two sensors, the flow meter and the film. A
//!   matched pair that drifts together with the wall is seen by nothing here.
//! - **A contact that gets worse over half an hour.** It is taken for tissue, and the estimate is then
//!   too *cold*. Only a change within minutes is told from tissue.
//! - **One place.** Estimate and truth are means over the covered skin. A bare spot of some square
//!   centimetres is colder than the interval and invisible. Front and rear are averaged.
//! - **What the population does not hold**: the interval is calibrated on virtual patients of one
//!   structure, not on people. Injury, medicines that act on vessels, sweat, the wetting of the hair and
//!   the room's temperature (a constant here) are in none of them.
//! - **The follicle.** Skin is the surface; what matters for hair lies 1 to 2 mm below and warmer.
//! - **Anything in a machine without a flow meter** but what is known of everybody: ± 7 K.
//! - **That the cap is worn.** It believes the mark. No head under it looks like very poor contact.

mod config;
mod contact;
mod doubt;
mod forecast;
mod heat;
mod model;
mod number;
mod observer;
mod perfusion;
mod second;

pub use config::{SkinConfig, SkinConfigError, SkinParameters};
pub use contact::{ContactFinding, ContactWatch, WatchLimits};
pub use forecast::{Crossing, Forecast, ForecastRun};
pub use observer::{ContactEvidence, SkinEstimate, SkinObserver};
pub use second::SkinInput;
