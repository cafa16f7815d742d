//! The coefficients, as published.
//!
//! Source: Å. Melinder, *Properties of Secondary Working Fluids for Indirect Systems*, 2nd ed.,
//! International Institute of Refrigeration, 2010; digits as in the fluid files of CoolProp (Bell et al.,
//! Ind. Eng. Chem. Res. 53, 2014), whose implementation is the oracle of the tests. Of the freezing point
//! only the terms without temperature are kept, as there.

/// One mixture: `Σ c[i][j]·x^i·y^j` with x the mass in percent and y the temperature in °C, both from the
/// centre of the fit.
#[derive(Debug)]
pub(super) struct Fit {
    /// Centre of the fit in percent of mass.
    pub(super) mass_percent: f64,
    /// Centre of the fit in °C.
    pub(super) celsius: f64,
    /// Freezing point in °C, by powers of x.
    pub(super) freezing: [f64; 6],
    /// Density in kg/m³.
    pub(super) density: Matrix,
    /// Specific heat in J/(kg·K).
    pub(super) specific_heat: Matrix,
    /// Conductivity in W/(m·K).
    pub(super) conductivity: Matrix,
    /// Logarithm of the viscosity in mPa·s.
    pub(super) ln_viscosity: Matrix,
}

/// Rows by powers of x, columns by powers of y.
pub(super) type Matrix = [[f64; 4]; 6];

/// Propylene glycol in water.
pub(super) static PROPYLENE_GLYCOL: Fit = Fit {
    mass_percent: 30.7031,
    celsius: 32.7083,
    freezing: [-13.25, -0.6631, -0.01094, -2.283e-4, -3.409e-6, 1.465e-8],
    density: [
        [1018.0, -0.5406, -2.666e-3, 1.347e-5],
        [0.7604, -9.45e-3, 5.541e-5, -1.343e-7],
        [-2.498e-3, 2.7e-5, -4.018e-7, 3.376e-9],
        [-1.55e-4, 2.829e-6, -7.175e-9, 0.0],
        [-1.131e-6, -2.221e-8, 0.0, 0.0],
        [2.342e-8, 0.0, 0.0, 0.0],
    ],
    specific_heat: [
        [3882.0, 2.699, -1.659e-3, -1.032e-5],
        [-13.04, 0.0507, -4.752e-5, 1.522e-6],
        [-0.1598, 9.534e-5, 1.167e-5, -4.87e-8],
        [3.539e-4, 3.102e-5, -2.95e-7, 0.0],
        [5e-5, -7.135e-7, 0.0, 0.0],
        [-4.959e-7, 0.0, 0.0, 0.0],
    ],
    conductivity: [
        [0.4513, 7.955e-4, 3.482e-8, -5.966e-9],
        [-4.795e-3, -1.678e-5, 8.941e-8, 1.493e-10],
        [2.076e-5, 1.563e-7, -4.615e-9, 9.897e-12],
        [-9.083e-8, -2.518e-9, 6.543e-11, 0.0],
        [-5.952e-10, -3.605e-11, 0.0, 0.0],
        [2.104e-11, 0.0, 0.0, 0.0],
    ],
    ln_viscosity: [
        [0.6837, -0.03045, 2.525e-4, -1.399e-6],
        [0.03328, -3.984e-4, 4.332e-6, -1.86e-8],
        [5.453e-5, -8.6e-8, -1.593e-8, -4.465e-11],
        [-3.9e-6, 1.054e-7, -1.589e-9, 0.0],
        [-1.587e-8, 4.475e-10, 0.0, 0.0],
        [3.564e-9, 0.0, 0.0, 0.0],
    ],
};

/// Ethylene glycol in water.
pub(super) static ETHYLENE_GLYCOL: Fit = Fit {
    mass_percent: 30.8462,
    celsius: 31.728,
    freezing: [-15.25, -0.808, -0.01334, -7.293e-5, 1.006e-6, 1.14e-9],
    density: [
        [1034.0, -0.4781, -2.692e-3, 4.725e-6],
        [1.311, -6.876e-3, 4.805e-5, 1.69e-8],
        [7.49e-5, 7.855e-5, -3.995e-7, 4.982e-9],
        [-1.062e-4, 1.229e-6, -1.153e-8, 0.0],
        [-9.623e-7, -7.211e-8, 0.0, 0.0],
        [4.891e-8, 0.0, 0.0, 0.0],
    ],
    specific_heat: [
        [3737.0, 2.93, -4.675e-3, -1.389e-5],
        [-17.99, 0.1046, -4.147e-4, 1.847e-7],
        [-0.09933, 3.516e-4, 5.109e-6, -7.138e-8],
        [2.61e-3, -1.189e-6, -1.643e-7, 0.0],
        [1.537e-5, -4.272e-7, 0.0, 0.0],
        [-1.618e-6, 0.0, 0.0, 0.0],
    ],
    conductivity: [
        [0.472, 8.903e-4, -1.058e-6, -2.789e-9],
        [-4.286e-3, -1.473e-5, 1.059e-7, -1.142e-10],
        [1.747e-5, 6.814e-8, -3.612e-9, 2.365e-12],
        [3.017e-8, -2.412e-9, 4.004e-11, 0.0],
        [-1.322e-9, 2.555e-11, 0.0, 0.0],
        [2.678e-11, 0.0, 0.0, 0.0],
    ],
    ln_viscosity: [
        [0.4705, -0.0255, 1.782e-4, -7.669e-7],
        [0.02471, -1.171e-4, 1.052e-6, -1.634e-8],
        [3.328e-6, 1.086e-6, 1.051e-8, -6.475e-10],
        [1.659e-6, 3.157e-9, 4.063e-10, 0.0],
        [3.089e-8, 1.831e-10, 0.0, 0.0],
        [-1.865e-9, 0.0, 0.0, 0.0],
    ],
};

/// Potassium formate in water.
pub(super) static POTASSIUM_FORMATE: Fit = Fit {
    mass_percent: 29.1447,
    celsius: 5.8908,
    freezing: [-20.19, -1.106, -0.021, -2.638e-4, 8.327e-7, 6.345e-8],
    density: [
        [1189.0, -0.3515, -1.918e-3, 3.132e-5],
        [7.044, -6.56e-3, 7.018e-5, -1.459e-6],
        [0.01889, 1.034e-4, -3.889e-6, 9.225e-9],
        [-2.262e-4, 3.692e-7, 6.609e-8, 0.0],
        [2.368e-5, 8.766e-8, 0.0, 0.0],
        [1.061e-6, 0.0, 0.0, 0.0],
    ],
    specific_heat: [
        [3144.0, 1.698, -1.303e-3, 5.177e-5],
        [-29.94, 0.0229, 3.898e-6, 7.391e-6],
        [0.2944, -2.482e-3, 3.3e-5, -4.871e-7],
        [1.161e-3, 6.758e-5, -1.277e-6, 0.0],
        [-1.429e-4, 9.949e-7, 0.0, 0.0],
        [-3.221e-6, 0.0, 0.0, 0.0],
    ],
    conductivity: [
        [0.5253, 1.241e-3, -3.799e-8, -2.951e-9],
        [-1.972e-3, -6.322e-6, 2.654e-8, -7.324e-10],
        [-2.596e-5, -4.693e-8, -4.362e-9, 2.899e-11],
        [-5.062e-7, -5.229e-9, 1.035e-10, 0.0],
        [1.501e-8, 5.376e-10, 0.0, 0.0],
        [5.562e-10, 0.0, 0.0, 0.0],
    ],
    ln_viscosity: [
        [0.8088, -0.02556, 2.195e-4, -1.667e-6],
        [0.01758, 8.603e-5, 2.498e-6, -3.569e-8],
        [-8.372e-5, -1.601e-6, 4.815e-9, -1.861e-9],
        [-1.184e-6, -1.331e-7, -5.489e-9, 0.0],
        [1.088e-6, -7.003e-9, 0.0, 0.0],
        [3.098e-8, 0.0, 0.0, 0.0],
    ],
};
