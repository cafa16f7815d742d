"""Writes the records that tests/tune_fit.rs is compared on, and scipy's fit of each.

    python3 crates/coldcap-thermal/tests/data/tune_records.py

Needs numpy and scipy. For each record, NAME.csv holds `time_s,input,output` and NAME.json the least-squares
fit of `output = offset + gain * x`, where x is the response of a plant of first order with delay that is at
rest in the beginning. The fit knows nothing of the Rust code: it integrates the plant piece by piece and
hands residuals to scipy.optimize.least_squares from several starting points.

tclab_step        the offline model of TCLab (tclab 1.0.0): two heaters that heat each other and two lagging
                  sensors, Euler's method at 0.2 s, ADC steps of 0.3223 K, noise of 0.043 K; Q1 to 50 % at 20 s
tclab_staircase   the same plant, several steps up and down, sampled at uneven times
two_lag           0.6455 K/% with 144.1 s and 27.0 s: the two-lag fit of a measured step of the real device
"""
import json
import pathlib

import numpy as np
from scipy.optimize import least_squares

HERE = pathlib.Path(__file__).parent


def tclab(input_at, end_s, rng):
    """Time and first sensor of the offline model, every 0.2 s."""
    dt, ambient = 0.2, 21.0
    h1 = h2 = t1 = t2 = ambient
    times, seen = [], []
    for step in range(int(round(end_s / dt)) + 1):
        noisy = t1 + 0.043 * rng.standard_normal()
        times.append(step * dt)
        seen.append(0.3223 * round((noisy + 50.0) / 0.3223) - 50.0)
        q1 = input_at(step * dt)
        dh1 = 200.0 * q1 / 5720.0 + (ambient - h1) / 20.0 - (h1 - h2) / 100.0
        dh2 = (ambient - h2) / 20.0 + (h1 - h2) / 100.0
        dt1, dt2 = (h1 - t1) / 140.0, (h2 - t2) / 140.0
        h1, h2 = h1 + dt * dh1, h2 + dt * dh2
        t1, t2 = t1 + dt * dt1, t2 + dt * dt2
    return np.array(times), np.array(seen)


def response(time, inputs, time_constant, delay):
    """x at every time: the input of a row holds until the next row."""
    changed = [(time[i] + delay, inputs[i] - inputs[0]) for i in range(1, len(time)) if inputs[i] != inputs[i - 1]]
    x, level, now, out = 0.0, 0.0, time[0], []
    for moment in time:
        while changed and changed[0][0] <= moment:
            at, new = changed.pop(0)
            x, now = level + (x - level) * np.exp(-(at - now) / time_constant), at
            level = new
        x, now = level + (x - level) * np.exp(-(moment - now) / time_constant), moment
        out.append(x)
    return np.array(out)


def fitted(time, inputs, output):
    def residual(p):
        return p[0] + p[1] * response(time, inputs, abs(p[2]), max(p[3], 0.0)) - output

    span = time[-1] - time[0]
    starts = [[output[0], 0.5, span / a, span / b] for a in (3.0, 8.0) for b in (20.0, 60.0)]
    best = min(
        (least_squares(residual, s, x_scale=[10, 1, 100, 10], diff_step=1e-4) for s in starts), key=lambda r: r.cost
    )
    offset, gain, time_constant, delay = best.x
    rms = float(np.sqrt(np.mean(residual(best.x) ** 2)))
    return {
        "offset": offset, "gain": gain, "time_constant_s": time_constant, "delay_s": delay, "residual_rms": rms,
    }


def write(name, time, inputs, output):
    output = np.round(output, 4)
    time = np.round(time, 3)
    rows = "".join(f"{t:g},{u:g},{y:.4f}\n" for t, u, y in zip(time, inputs, output))
    (HERE / f"{name}.csv").write_text("time_s,input,output\n" + rows)
    fit = fitted(time, inputs, output)
    (HERE / f"{name}.json").write_text(json.dumps({k: round(v, 6) for k, v in fit.items()}, indent=2) + "\n")
    print(name, len(time), fit)


def main():
    rng = np.random.default_rng(20)
    step = lambda t: 50.0 if t >= 20.0 else 0.0
    time, seen = tclab(step, 620.0, rng)
    pick = np.arange(0, len(time), 10)
    write("tclab_step", time[pick], np.array([step(t) for t in time[pick]]), seen[pick])

    plan = [(0, 30), (60, 55), (300, 20), (480, 70), (640, 40)]
    stairs = lambda t: [u for at, u in plan if at <= t + 1e-9][-1]
    time, seen = tclab(lambda t: stairs(max(t - 1500.0, 0.0)), 2400.0, rng)
    time, seen = time[7500:] - 1500.0, seen[7500:]
    changes = {at * 5 for at, _ in plan}
    uneven = np.cumsum(rng.integers(5, 31, 400))
    pick = np.array(sorted(set(uneven[uneven < len(time)].tolist()) | changes))
    write("tclab_staircase", time[pick], np.array([stairs(t) for t in time[pick]]), seen[pick])

    time = np.arange(0.0, 601.0, 10.0)
    a, b = 144.1, 27.0
    since = np.maximum(time - 10.0, 0.0)
    rise = 1.0 - (a * np.exp(-since / a) - b * np.exp(-since / b)) / (a - b)
    output = 21.0 + 0.6455 * 50.0 * rise + 0.1 * rng.standard_normal(len(time))
    write("two_lag", time, np.where(time >= 10.0, 50.0, 0.0), output)


main()
