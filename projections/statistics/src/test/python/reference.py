"""Writes the reference numbers of the statistics module; see README.md beside this file."""

import mpmath as mp
import numpy as np
from scipy import optimize, stats

mp.mp.dps = 40


def row(function, arguments, expected, tolerance):
    words = " ".join(str(a) for a in arguments)
    print(f"{function};{words};{mp.nstr(mp.mpf(expected), 17)};{tolerance}")


# ---- special functions: mpmath, 40 digits

for x in [0.001, 0.5, 1.5, 3.7, 9.99, 10, 10.01, 57.3, 1e4, 1e9, 1e15]:
    row("log_gamma", [x], mp.loggamma(mp.mpf(x)), 2e-14)

def log_beta(a, b):
    with mp.workdps(60):
        return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

for a, b in [(0.5, 0.5), (3, 700), (1e9, 0.5), (5e8, 5.25), (5000, 5000), (1e6, 2e6), (1e12, 12.5)]:
    row("log_beta", [a, b], log_beta(mp.mpf(a), mp.mpf(b)), 1e-13)

for z in [-40, -12.5, -8.3, -3, -2.5, -2.4, -1, -0.001, 0, 0.7, 1.959963984540054, 2.4, 2.6, 5, 8.5, 12, 30]:
    row("log_normal_cdf", [z], mp.log(mp.ncdf(mp.mpf(z))) if z < 8 else mp.log1p(-mp.ncdf(-mp.mpf(z))), 5e-14)

for p in [0.5, 0.4, 0.1, 0.025, 0.005, 0.001, 1e-6, 1e-12, 1e-30, 1e-300, 0.9, 0.999]:
    with mp.workdps(400):
        q = mp.mpf(p)
        z = mp.sqrt(2) * mp.erfinv(1 - 2 * q)
    row("normal_upper_quantile", [p], z if p != 0.5 else 0, 1e-13)

def log_incomplete_beta(a, b, x):
    """By quadrature on the log density around its mode: shares nothing with a continued fraction."""
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    with mp.workdps(50):
        mode = (a - 1) / (a + b - 2) if a > 1 and b > 1 else mp.mpf("0.5")
        peak = min(mode, x)
        logd = lambda t: (a - 1) * mp.log(t) + (b - 1) * mp.log(1 - t)
        top = logd(peak)
        sd = mp.sqrt(a * b / (a + b) ** 2 / (a + b + 1))
        points = sorted({max(mp.mpf(0), peak - k * sd) for k in (60, 30, 15, 8, 4, 2, 1, 0.5, 0.1, 0.01)} | {peak, x}
                        | {peak + (x - peak) * mp.mpf(k) / 10 for k in range(10)})
        total = mp.quad(lambda t: mp.exp(logd(t) - top), points)
        return mp.log(total) + top - log_beta(a, b)

for a, b, x in [(2, 3, 0.25), (2, 3, 0.9), (5, 5, 0.5), (5, 5, 0.01), (22, 5, 0.5), (100, 100, 0.3), (5000, 5000, 0.5),
                (5000, 5000, 0.45), (5000, 5000, 0.55), (50500, 49500, 0.5), (1e6, 1e6, 0.5005), (17.5, 1005, 0.1)]:
    row("log_incomplete_beta", [a, b, x], log_incomplete_beta(a, b, x), 1e-9 if a == 1e6 else 1e-11)

# ---- quantiles and tails; scipy's own t quantile is good to 1e-9 only, so mpmath polishes it

def student_quantile(tail, df):
    """Newton from scipy's value on the density integrated from 0: no incomplete beta."""
    df, tail = mp.mpf(df), mp.mpf(tail)
    front = mp.exp(mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2)) / mp.sqrt(df * mp.pi)
    density = lambda t: front * mp.exp(-(df + 1) / 2 * mp.log1p(t * t / df))
    t = mp.mpf(float(stats.t.isf(float(tail), float(df))))
    for _ in range(4):
        cuts = [mp.mpf(0)] + [c for c in (1, 2, 4, 8, 16, 64, 256, 1024, 4096, 16384) if c < t] + [t]
        t += (mp.mpf(1) / 2 - mp.quad(density, cuts) - tail) / density(t)
    return t

for tail in [0.4, 0.05, 0.025, 0.005, 1e-5]:
    for df in [1, 1.7, 2, 5, 29.5, 1000, 57606.3, 1e9]:
        row("student_upper_quantile", [tail, df], student_quantile(tail, df), 1e-8 if df == 1e9 else 1e-11)

for x in [0.01, 0.5, 1, 3.84, 10.83, 50, 700]:
    for df in [1, 2, 3, 9]:
        row("chi_square_tail", [x, df], stats.chi2.sf(x, df), 1e-12)

# ---- moments: numpy on raw values

rng = np.random.default_rng(20170102)
values = np.round(np.where(rng.random(400) < 0.3, np.exp(rng.normal(3, 1, 400)), 0), 2)
text = ",".join(repr(float(v)) for v in values)
row("mean", [text], values.mean(), 1e-14)
row("variance", [text], values.var(ddof=1), 1e-13)
row("skewness", [text], stats.skew(values), 1e-12)
shifted = values + 1e9
text = ",".join(repr(float(v)) for v in shifted)
row("variance", [text], float(np.round(values + 0.0, 2).var(ddof=1)), 1e-7)

# ---- lift: the same quantities from scipy's distributions and numpy's root finding

def summary(n, s, q):
    return n, s / n, (q - s * s / n) / (n - 1)

def welch(c, t, confidence):
    (nc, mc, vc), (nt, mt, vt) = c, t
    df = (vc / nc + vt / nt) ** 2 / ((vc / nc) ** 2 / (nc - 1) + (vt / nt) ** 2 / (nt - 1))
    return df, stats.t.isf((1 - confidence) / 2, df)

def delta(c, t, confidence):
    (nc, mc, vc), (nt, mt, vt) = c, t
    df, q = welch(c, t, confidence)
    half = q * np.sqrt(vt / (nt * mc**2) + vc * mt**2 / (nc * mc**4))
    return mt / mc - 1 - half, mt / mc - 1 + half, df

def fieller(c, t, confidence):
    """The ratios r at which a test of mt - r mc = 0 is exactly at its critical value."""
    (nc, mc, vc), (nt, mt, vt) = c, t
    df, q = welch(c, t, confidence)
    gap = lambda r: (mt - r * mc) ** 2 - q * q * (vt / nt + r * r * vc / nc)
    r = mt / mc
    return optimize.brentq(gap, r - 20, r, xtol=1e-14) - 1, optimize.brentq(gap, r, r + 20, xtol=1e-14) - 1, df

for name, c, t, confidence, method in [
    ("landing page", (28792, 3509, 3509), (28817, 3431, 3431), 0.95, delta),
    ("gbstats", (3407, 1396.87, 52377.9767), (3461, 2422.7, 134698.29), 0.95, fieller),
    ("large", (100000, 250000.5, 4000000.25), (99000, 252000.25, 4100000.75), 0.99, delta),
    ("small", (40, 100, 900), (25, 70, 700), 0.9, fieller),
]:
    low, high, df = method(summary(*c), summary(*t), confidence)
    arguments = [*c, *t, confidence, {"delta": "welch_delta", "fieller": "fieller"}[method.__name__]]
    row("lift_low", arguments, low, 1e-9)
    row("lift_high", arguments, high, 1e-9)
    row("lift_df", arguments, df, 1e-10)

# ---- sample ratio: the Bayes factor as a product of one-step predictive probabilities; scipy's chi-square

def log_bayes_factor(counts, shares):
    posterior = [mp.mpf(10000) * s for s in shares]
    total = mp.mpf(0)
    for i, count in enumerate(counts):
        for _ in range(count):
            total += mp.log(posterior[i] / sum(posterior) / shares[i])
            posterior[i] += 1
    return total

for counts, shares in [([100, 100], [0.5, 0.5]), ([900, 1100], [0.5, 0.5]), ([2879, 2882], [0.5, 0.5]),
                       ([520, 260, 220], [0.5, 0.25, 0.25]), ([100, 2300], [0.05, 0.95]), ([0, 60], [0.5, 0.5])]:
    arguments = [",".join(map(str, counts)), ",".join(map(str, shares))]
    row("srm_log_bf", arguments, log_bayes_factor(counts, [mp.mpf(s) for s in shares]), 1e-7)
    row("srm_chi_square_p", arguments, stats.chisquare(counts, np.array(shares) * sum(counts)).pvalue, 1e-11)

# ---- guardrail for means: the mixture integrated over its half-normal prior

def log_mixture(z, v, v_plan, scales=range(1, 6)):
    """E[exp(theta S - theta^2 V/2)] with S = z sqrt(V), theta half-normal with variance 1/rho."""
    z, v = mp.mpf(z), mp.mpf(v)
    total = mp.mpf(0)
    for j in scales:
        rho = mp.mpf(v_plan) / mp.mpf(10) ** j
        centre = z * mp.sqrt(v) / (v + rho)
        width = 1 / mp.sqrt(v + rho)
        stop = max(centre, 0) + 40 * width
        start = max(mp.mpf(0), centre - 40 * width)
        points = [start] + [p for p in (centre + k * width for k in (-16, -8, -4, -2, 0, 2, 4, 8, 16)) if start < p < stop] + [stop]
        density = lambda h: 2 * mp.sqrt(rho / (2 * mp.pi)) * mp.exp(-rho * h * h / 2)
        total += mp.quad(lambda h: density(h) * mp.exp(h * z * mp.sqrt(v) - h * h * v / 2), points)
    return mp.log(total / len(list(scales)))

for z in [-6, -1, 0, 1, 3.65, 5, 9, 20]:
    for v in [1e-6, 1e-3, 1, 20]:
        row("mixture_log_e", [z, v * 3.5e6, 3.5e6], log_mixture(z, v * 3.5e6, 3.5e6), 1e-11)

for alpha in [0.05, 0.01, 0.00167, 0.001]:
    for v in [1e-4, 1e-3, 1e-2, 1e-1, 1, 10]:
        # the closed form in numpy, solved by brentq: the digits that the documents round to two
        def log_e(z):
            r = v * 10.0 ** np.arange(1, 6)
            k = np.sqrt(r / (1 + r))
            return np.logaddexp.reduce(np.log(2) - np.log1p(r) / 2 + (z * k) ** 2 / 2 + stats.norm.logcdf(z * k)) - np.log(5)
        row("z_boundary", [alpha, v], optimize.brentq(lambda z: log_e(z) + np.log(alpha), 0.1, 60, xtol=1e-13), 1e-10)

# ---- guardrail for proportions: the likelihood ratio integrated over its cut beta prior

def log_beta_binomial(x, n, theta0):
    theta0 = mp.mpf(theta0)
    total = mp.mpf(0)
    for c in (10, 100, 1000, 10000):
        a, b = c * theta0, c * (1 - theta0)
        prior = lambda t: (a - 1) * mp.log(t) + (b - 1) * mp.log(1 - t)
        ratio = lambda t: x * mp.log(t / theta0) + (n - x) * mp.log((1 - t) / (1 - theta0))
        sd = mp.sqrt(theta0 * (1 - theta0) / c)
        points = sorted({theta0, mp.mpf(1)} | {p for p in (theta0 + k * sd for k in (0.1, 0.5, 1, 2, 4, 8, 16, 32)) if p < 1}
                        | {theta0 + (1 - theta0) * mp.mpf(k) / 16 for k in range(1, 16)})
        top = prior(theta0)
        above = mp.quad(lambda t: mp.exp(prior(t) - top + ratio(t)), points)
        weight = mp.quad(lambda t: mp.exp(prior(t) - top), points)
        total += above / weight
    return mp.log(total / 4)

for x, n, theta0 in [(17, 17, "0.5"), (16, 16, "0.5"), (0, 17, "0.5"), (30, 40, "0.5"), (9, 9, "0.1"), (40, 200, "0.15"),
                     (250, 400, "0.5"), (12, 20, "0.4047619047619048")]:
    row("beta_binomial_log_e", [x, n, theta0], log_beta_binomial(x, n, theta0), 1e-10)
