"""An independent solution of the virtual patient's scalp.

Made from the equations and parameters in docs/patient.md, with neither code nor discretisation of the Rust (which its author
had read): linear finite elements with lumped mass in the radius, two to eight times as fine as the shipped volumes, all of
the system (temperatures, share of the perfusion, memory) handed to an implicit stiff solver of high order that chooses its
own steps.

Run from this folder; it writes pennes.csv, which is committed:

    python -m venv .venv && .venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    .venv/bin/python pennes.py
"""

import csv

import numpy as np
from scipy.integrate import solve_ivp
from scipy.sparse import diags

BLOOD = 1069.0 * 3650.0  # J/(m³ K)
ROOM_C = 22.0
FLOOR, DECAY_K, HELD, LEARNING_S = 0.25, 4.5, 0.427, 900.0

STANDARD = {
    "core_c": 37.0,
    "fat_mm": 1.5,
    "skin_perfusion_per_s": 1.9e-3,
    "bare_resistance": 0.117,
    "perfusion_fall_s": 60.0,
    "perfusion_recovery_s": 7_200.0,
    "perfusion_memory_s": 86_400.0,
}

# Name, what differs from the standard head, and what the skin looks at: minutes, °C, m²K/W. None is the bare head's air.
COLD, BREAK = (0.0, 0.0344), (14.0, 0.0344)
CASES = [
    ("standard", {}, [(60, *COLD), (8, *BREAK), (22, *COLD), (120, None, None)]),
    (
        "thick fat, fever, much perfusion",
        {"fat_mm": 4.0, "core_c": 38.5, "skin_perfusion_per_s": 3.5e-3},
        [(45, -3.6, 0.045), (60, None, None)],
    ),
    (
        "little hair, slow vessels",
        {"perfusion_fall_s": 120.0, "perfusion_memory_s": 20_000.0, "skin_perfusion_per_s": 1.2e-3},
        [(45, -3.6, 0.018), (10, 10.0, 0.018), (60, None, None)],
    ),
]


class Head:
    """The column as a lumped finite-element system."""

    def __init__(self, patient):
        self.patient = patient
        fat = patient["fat_mm"]
        # Thickness in mm, elements, k, rho*c, w, q.
        layers = [
            (86.0, None, 0.49, 1080.0 * 3850.0, 10.13e-3, 13_400.0),
            (14.5, 60, 1.16, 1500.0 * 1591.0, 0.0, 0.0),
            (fat, 60, 0.16, 850.0 * 2300.0, 3.6e-6, 58.0),
            (2.0, 120, 0.47, 1085.0 * 3680.0, None, 368.0),
        ]
        nodes, props = [0.0], []
        for thickness, count, *rest in layers:
            start, end = nodes[-1], nodes[-1] + thickness / 1e3
            if count is None:
                # The brain: fine towards the skull.
                depths = np.concatenate([np.geomspace(thickness / 1e3, 5e-5, 110), [0.0]])
                radii = end - depths
                radii = radii[1:]
            else:
                radii = np.linspace(start, end, count + 1)[1:]
            nodes.extend(radii)
            props.extend([rest] * len(radii))
        self.r = r = np.array(nodes)
        self.surface = surface = r[-1]
        n = len(r)
        self.mass = np.zeros(n)
        self.blood = np.zeros(n)
        self.varying = np.zeros(n)
        self.heat = np.zeros(n)
        stiff = np.zeros(n - 1)
        for e, (k, rho_c, w, q) in enumerate(props):
            a, b = r[e], r[e + 1]
            # Weight of the linear shape functions over r² dr: exact.
            whole = (b**3 - a**3) / 3.0
            outer = ((b**4 - a**4) / 4.0 - a * whole) / (b - a)
            shares = ((e, whole - outer), (e + 1, outer))
            for node, volume in shares:
                self.mass[node] += rho_c * volume
                self.heat[node] += q * volume
                if w is None:
                    self.varying[node] += BLOOD * patient["skin_perfusion_per_s"] * volume
                else:
                    self.blood[node] += BLOOD * w * volume
            stiff[e] = k * whole / (b - a) ** 2
        for name in ("mass", "blood", "varying", "heat"):
            setattr(self, name, getattr(self, name) / surface**2)
        self.stiff = stiff / surface**2
        self.follicle = int(np.argmin(np.abs(r - (surface - 2e-3))))
        self.neutral = None

    def heating(self, temperatures, share, boundary):
        """Net heat of every node in W per m² of surface."""
        celsius, resistance = boundary
        flows = self.stiff * np.diff(temperatures)
        net = self.heat + (self.blood + share * self.varying) * (self.patient["core_c"] - temperatures)
        net[:-1] += flows
        net[1:] -= flows
        net[-1] -= (temperatures[-1] - celsius) / resistance
        return net

    def bare(self):
        """The steady state of the bare head in its room, at full perfusion."""
        air = (ROOM_C, self.patient["bare_resistance"])
        zero = np.zeros(len(self.r))
        constant = self.heating(zero, 1.0, air)
        # The steady equation is linear: solve it exactly.
        main = np.array(self.blood + self.varying)
        main[:-1] += self.stiff
        main[1:] += self.stiff
        main[-1] += 1.0 / air[1]
        matrix = diags([main, -self.stiff, -self.stiff], [0, 1, -1]).toarray()
        temperatures = np.linalg.solve(matrix, constant)
        self.neutral = temperatures[-1]
        return temperatures

    def rates(self, state, boundary):
        temperatures, share, memory = state[:-2], state[-2], state[-1]
        patient = self.patient
        cooling = self.neutral - temperatures[-1]
        settled = FLOOR + (1.0 - FLOOR) * np.exp(-max(cooling, 0.0) / DECAY_K)
        shut = (1.0 - settled) / (1.0 - FLOOR)
        lesson = shut - memory
        learned = lesson / (LEARNING_S if lesson > 0.0 else patient["perfusion_memory_s"])
        change = min(settled, 1.0 - (1.0 - HELD) * memory) - share
        moved = change / (patient["perfusion_fall_s"] if change < 0.0 else patient["perfusion_recovery_s"])
        rates = self.heating(temperatures, share, boundary) / self.mass
        return np.concatenate([rates, [moved, learned]])

    def sparsity(self):
        n = len(self.r)
        pattern = diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n + 2, n + 2)).tolil()
        pattern[n, n - 1] = pattern[n, n] = pattern[n, n + 1] = 1
        pattern[n + 1, n - 1] = pattern[n + 1, n + 1] = 1
        pattern[:n, n] = 1
        return pattern.tocsr()


def solve(changes, course):
    patient = {**STANDARD, **changes}
    head = Head(patient)
    state = np.concatenate([head.bare(), [1.0, 0.0]])
    rows, begun = [(0, state[-3], state[head.follicle], state[-2])], 0
    for minutes, celsius, resistance in course:
        boundary = (ROOM_C, patient["bare_resistance"]) if celsius is None else (celsius, resistance)
        seconds = minutes * 60
        times = np.arange(30, seconds + 1, 30)
        found = solve_ivp(
            lambda _, state: head.rates(state, boundary),
            (0.0, seconds),
            state,
            method="Radau",
            t_eval=times,
            rtol=1e-8,
            atol=1e-9,
            max_step=20.0,
            jac_sparsity=head.sparsity(),
        )
        assert found.success, found.message
        for time, column in zip(times, found.y.T):
            rows.append((begun + int(time), column[-3], column[head.follicle], column[-2]))
        begun += seconds
        state = found.y[:, -1]
    return rows


def main():
    with open("pennes.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["case", "seconds", "skin_c", "follicle_c", "perfusion"])
        for number, (name, changes, course) in enumerate(CASES):
            for seconds, skin, follicle, share in solve(changes, course):
                out.writerow([number, seconds, f"{skin:.5f}", f"{follicle:.5f}", f"{share:.6f}"])
            print(name, "done")


if __name__ == "__main__":
    main()
