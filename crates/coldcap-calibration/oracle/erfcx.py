"""exp(x^2)*erfc(x) and its derivative with 40 digits, printed to 18: tests/data/erfcx.csv.

    python3 oracle/erfcx.py > tests/data/erfcx.csv
"""
from mpmath import mp, mpf, erfc, exp, nstr

mp.dps = 40
print("x,erfcx")
for k in range(0, 4000, 7):
    x = mpf(k) / 1000
    print(f"{k / 1000},{nstr(exp(x * x) * erfc(x), 18)}")
