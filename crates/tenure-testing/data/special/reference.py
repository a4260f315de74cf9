"""Writes crates/tenure-stats/src/special/reference.rs: values to 50 digits by mpmath 1.4.1.

    pip install mpmath==1.4.1 && python reference.py > reference.rs

The inputs are doubles: mpmath takes their exact binary value.
"""
from mpmath import mp, mpf, loggamma, psi

mp.dps = 400  # the differences of huge arguments lose most of them; 50 remain


def show(x):
    x = float(x)
    text = repr(x)
    return text if ("." in text or "e" in text) else text + ".0"


XS = [1e-150, 1e-6, 0.001, 0.243, 0.5, 0.999999, 1.0, 1.0000001, 1.25, 1.4616, 1.75, 1.999999, 2.0,
      2.426, 3.74, 6.25, 14.999, 15.0, 33.3, 170.5, 5000.243, 1e6, 242600.0, 1e10, 1e100]
AS = [1e-6, 0.243, 0.793, 1.0, 2.426, 14.9, 15.0, 31.5, 1000.25, 242600.0, 1e9]
HS = [1e-9, 0.001, 0.5, 1.0, 2.0, 2.7, 14.999, 16.0, 17.0, 40.25, 1000.0, 5000.0, 1e7]
BETAS = [(a, b, n) for a in (0.001, 0.793, 1.0, 12.5, 793.0) for b in (0.01, 2.426, 242600.0)
         for n in (0, 1, 7, 32, 33, 161, 5000)]

print("//! Written by `tenure-testing/data/special/reference.py` (mpmath 1.4.1): do not edit.")
print('#![expect(clippy::approx_constant, reason = "a table: ln 2 is one of its values")]')
print()
print("/// `[x, ln gamma, digamma, trigamma]`.")
print(f"pub(super) const GAMMA: [[f64; 4]; {len(XS)}] = [")
for x in XS:
    m = mpf(x)
    print(f"    [{show(x)}, {show(loggamma(m))}, {show(psi(0, m))}, {show(psi(1, m))}],")
print("];")
print()
print("/// `[a, h, ln gamma(a+h)/gamma(a), digamma(a+h)-digamma(a), trigamma(a)-trigamma(a+h)]`.")
print(f"pub(super) const DIFFERENCES: [[f64; 5]; {len(AS) * len(HS)}] = [")
for a in AS:
    for h in HS:
        m, k = mpf(a), mpf(a) + mpf(h)
        row = [a, h, loggamma(k) - loggamma(m), psi(0, k) - psi(0, m), psi(1, m) - psi(1, k)]
        print("    [" + ", ".join(show(v) for v in row) + "],")
print("];")
print()
print("/// `([a, b], n, ln B(a, b), ln B(a, b+n)/B(a, b))`.")
print(f"pub(super) const BETA: [([f64; 2], u64, f64, f64); {len(BETAS)}] = [")
for a, b, n in BETAS:
    ma, mb = mpf(a), mpf(b)
    beta = loggamma(ma) + loggamma(mb) - loggamma(ma + mb)
    moved = loggamma(ma) + loggamma(mb + n) - loggamma(ma + mb + n)
    print(f"    ([{show(a)}, {show(b)}], {n}, {show(beta)}, {show(moved - beta)}),")
print("];")
