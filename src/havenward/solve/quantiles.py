"""Binomial and hypergeometric quantiles: one uniform, inverted, at bounded cost whatever the size.

Small means are inverted by walking up from zero. From a mean of 8 on a Cornish-Fisher expansion of the fourth order alone
decides unless it comes close to a step. There small means are walked up to as well; for large ones the distribution
function is integrated numerically (the tail of the incomplete beta integral), and a walk by the ratio of neighbouring
probabilities ends at the exact quantile. The measured error of the distribution function is below 1e-11
(`tests/solve/test_quantiles.py`), so a drawn count differs from exact inversion about once in 10**11 draws.

Sources: Loader (2000), "Fast and accurate computation of binomial probabilities" (saddle-point form of the
probabilities); Cornish and Fisher (1938), Fisher and Cornish (1960); Wichura (1988), algorithm AS 241 (normal quantile);
the incomplete beta integral, NIST Digital Library of Mathematical Functions 8.17.
"""

from __future__ import annotations

import math

import numpy as np

from havenward.core.compiled import kernel

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
NODES = 0.5 * (_NODES + 1.0)
WEIGHTS = 0.5 * _WEIGHTS
EXPANDED_MEAN = 8.0
"""Mean from which the expansion may decide."""
INTEGRATED_MEAN = 64.0
"""Mean from which the distribution function is integrated where the expansion may not decide."""
FAR = 3.0
"""Standard deviations up to which the expansion may decide alone."""
SHORT = 1024
"""Trials up to which a power is multiplied out."""
RECIPROCALS = 1.0 / np.arange(1.0, 257.0)


@kernel
def stirling_error(n: float) -> float:
    """Return log(n!) less Stirling's formula, for n > 0."""
    if n < 16.0:
        return math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - 0.9189385332046728
    s = n * n
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / s) / s) / s) / s) / n


@kernel
def deviance(x: float, mean: float) -> float:
    """Return x log(x / mean) + mean - x without cancellation near x = mean."""
    if abs(x - mean) < 0.1 * (x + mean):
        v = (x - mean) / (x + mean)
        total = (x - mean) * v
        term = 2.0 * x * v
        v *= v
        for j in range(1, 1000):
            term *= v
            new = total + term / (2 * j + 1)
            if new == total:
                break
            total = new
        return total
    return x * math.log(x / mean) + mean - x


@kernel
def log_binomial(k: float, n: float, p: float, q: float) -> float:
    """Return the log probability of k among n, also for k and n that are not whole."""
    if k <= 0.0:
        return n * math.log1p(-p) if p < 0.5 else n * math.log(q)
    if k >= n:
        return n * math.log(p)
    rest = n - k
    return (
        stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance(k, n * p)
        - deviance(rest, n * q)
        + 0.5 * math.log(n / (6.283185307179586 * k * rest))
    )


@kernel
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile (AS 241, about 16 digits)."""
    d = u - 0.5
    if abs(d) <= 0.425:
        r = 0.180625 - d * d
        num = (
            (
                (
                    (
                        ((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r
                        + 4.5921953931549871457e4
                    )
                    * r
                    + 1.3731693765509461125e4
                )
                * r
                + 1.9715909503065514427e3
            )
            * r
            + 1.3314166789178437745e2
        ) * r + 3.3871328727963666080e0
        den = (
            (
                (
                    (
                        ((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r
                        + 2.1213794301586595867e4
                    )
                    * r
                    + 5.3941960214247511077e3
                )
                * r
                + 6.8718700749205790830e2
            )
            * r
            + 4.2313330701600911252e1
        ) * r + 1.0
        return d * num / den
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    if r <= 5.0:
        r -= 1.6
        num = (
            (
                (
                    (
                        ((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
                        + 1.27045825245236838258e0
                    )
                    * r
                    + 3.64784832476320460504e0
                )
                * r
                + 5.76949722146069140550e0
            )
            * r
            + 4.63033784615654529590e0
        ) * r + 1.42343711074968357734e0
        den = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                        + 1.48103976427480074590e-1
                    )
                    * r
                    + 6.89767334985100004550e-1
                )
                * r
                + 1.67638483018380384940e0
            )
            * r
            + 2.05319162663775882187e0
        ) * r + 1.0
    else:
        r -= 5.0
        num = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
                        + 2.65321895265761230930e-2
                    )
                    * r
                    + 2.96560571828504891230e-1
                )
                * r
                + 1.78482653991729133580e0
            )
            * r
            + 5.46378491116411436990e0
        ) * r + 6.65790464350110377720e0
        den = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
                        + 7.86869131145613259100e-4
                    )
                    * r
                    + 1.48753612908506148525e-2
                )
                * r
                + 1.36929880922735805310e-1
            )
            * r
            + 5.99832206555887937690e-1
        ) * r + 1.0
    return math.copysign(num / den, d)


@kernel
def binomial_cdf(k: int, n: int, p: float) -> float:
    """Return P(X <= k) for a binomial with a large mean, by integrating the tail of the beta density.

    P(X <= k) = P(Beta(k + 1, n - k) > p); the tail beyond p that does not hold the mode is integrated over ten standard
    deviations with 2 x 24 Gauss-Legendre nodes.
    """
    a = k + 1.0
    b = n - k * 1.0
    if b <= 0.0:
        return 1.0
    mean = a / (a + b)
    sd = math.sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    upper = p >= mean
    end = min(1.0, max(mean + 11.0 * sd, p + 6.0 * sd)) if upper else max(0.0, min(mean - 11.0 * sd, p - 6.0 * sd))
    # density at t relative to that at the mean, in log1p form: the exponents are huge and nearly cancel
    total = 0.0
    middle = p + 0.3 * (end - p)
    for panel in range(2):
        left = p if panel == 0 else middle
        right = middle if panel == 0 else end
        for j in range(NODES.size):
            t = left + (right - left) * NODES[j]
            rise = (t - mean) / mean
            fall = -(t - mean) / (1.0 - mean)
            if rise <= -1.0 or fall <= -1.0:
                continue
            total += WEIGHTS[j] * abs(right - left) * math.exp((a - 1.0) * math.log1p(rise) + (b - 1.0) * math.log1p(fall))
    # Beta(a, b) density at its mean, written as a binomial probability: (a + b - 1) P(Bin(a + b - 2, mean) = a - 1)
    log_density = math.log(a + b - 1.0) + log_binomial(a - 1.0, a + b - 2.0, mean, 1.0 - mean)
    tail = total * math.exp(log_density)
    return tail if upper else 1.0 - tail


@kernel
def cornish_fisher(z: float, n: float, p: float) -> float:
    """Return the quantile of a binomial as if it were continuous, half a unit above the whole number that it rounds up to.

    The expansion to the fourth order in 1 / sd, with the cumulants of a lattice: Sheppard's corrections stand with the
    sign that counts steps, not grouped values. Within half of `close` of exact up to FAR deviations, as tests show.
    """
    pq = p * (1.0 - p)
    skew = 1.0 - 2.0 * p
    variance = n * pq - 1.0 / 12.0
    sd = math.sqrt(variance)
    l3 = n * pq * skew / (variance * sd)
    l4 = (n * pq * (1.0 - 6.0 * pq) + 1.0 / 120.0) / (variance * variance)
    l5 = n * pq * skew * (1.0 - 12.0 * pq) / (variance * variance * sd)
    l6 = (n * pq * (1.0 - 30.0 * pq * (1.0 - 4.0 * pq)) - 1.0 / 252.0) / (variance * variance * variance)
    y = z * z
    first = l3 * (y - 1.0) / 6.0
    second = z * (l4 * (y - 3.0) / 24.0 - l3 * l3 * (2.0 * y - 5.0) / 36.0)
    third = (
        l5 * ((y - 6.0) * y + 3.0) / 120.0
        - l3 * l4 * ((y - 5.0) * y + 2.0) / 24.0
        + l3 * l3 * l3 * ((12.0 * y - 53.0) * y + 17.0) / 324.0
    )
    fourth = z * (
        l6 * ((y - 10.0) * y + 15.0) / 720.0
        - l4 * l4 * ((3.0 * y - 24.0) * y + 29.0) / 384.0
        - l3 * l5 * ((2.0 * y - 17.0) * y + 21.0) / 180.0
        + l3 * l3 * l4 * ((14.0 * y - 103.0) * y + 107.0) / 288.0
        - l3 * l3 * l3 * l3 * ((252.0 * y - 1688.0) * y + 1511.0) / 7776.0
    )
    return n * p + sd * (z + first + second + third + fourth)


@kernel
def close(mean: float) -> float:
    """Return the distance from a step at which the expansion may not decide: more than twice its largest error."""
    return 1e-4 + 1.0 / (mean * mean) + 1e-15 * mean


@kernel
def walked_up(u: float, n: int, p: float) -> int:
    """Return the quantile of a binomial of small mean by adding up probabilities from none on."""
    if n <= SHORT:
        probability = 1.0
        square = 1.0 - p
        bits = int(n)
        while bits > 0:
            if bits & 1:
                probability *= square
            square *= square
            bits >>= 1
    else:
        probability = math.exp(n * math.log1p(-p))
    odds = p / (1.0 - p)
    mean = n * p
    cdf = probability
    k = 0
    while cdf < u and k < n:
        probability *= odds * (n - k) * (RECIPROCALS[k] if k < RECIPROCALS.size else 1.0 / (k + 1.0))
        k += 1
        cdf += probability
        if probability < 1e-17 * cdf and k > mean:
            break
    return k


@kernel
def integrated(u: float, n: int, p: float, k: int) -> int:
    """Return the quantile of a binomial of large mean by the distribution function at k, which is near it."""
    cdf = binomial_cdf(k, n, p)
    probability = math.exp(log_binomial(float(k), float(n), p, 1.0 - p))
    odds = p / (1.0 - p)
    if cdf < u:
        while cdf < u and k < n:
            probability *= odds * (n - k) / (k + 1.0)
            k += 1
            cdf += probability
            if probability < 1e-300:
                break
        return k
    while k > 0 and cdf - probability >= u:
        cdf -= probability
        probability *= k / (odds * (n - k + 1.0))
        k -= 1
        if probability < 1e-300:
            break
    return k


@kernel
def binomial_quantile(u: float, n: int, p: float) -> int:
    """Return the smallest k with P(Binomial(n, p) <= k) >= u.

    Args:
        u: strictly between 0 and 1.
        n: trials, at least 0.
        p: between 0 and 1.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - binomial_quantile(1.0 - u, n, 1.0 - p)
    mean = n * p
    if u <= 1.0 - mean:
        # (1 - p)**n >= 1 - n p: nobody goes, without computing a power
        return 0
    if mean < EXPANDED_MEAN:
        return walked_up(u, n, p)
    z = normal_quantile(u)
    guess = cornish_fisher(z, float(n), p) - 0.5
    above = guess - math.floor(guess)
    edge = close(mean)
    if abs(z) <= FAR and edge < above < 1.0 - edge:
        return min(max(math.ceil(guess), 0), n)
    # so near to a step, or so far out, the distribution function decides
    if mean < INTEGRATED_MEAN:
        return walked_up(u, n, p)
    return integrated(u, n, p, min(max(math.floor(guess), 0), n))


@kernel
def hypergeometric_quantile(u: float, good: int, bad: int, draws: int) -> int:
    """Return the smallest k with P(good ones among `draws` without replacement <= k) >= u.

    Walks up from nine standard deviations below the mean, where less than 1e-18 lies.
    """
    whole = good + bad
    if draws <= 0 or good <= 0:
        return 0
    if draws >= whole:
        return good
    if bad <= 0:
        return draws
    low = max(0, draws - bad)
    high = min(good, draws)
    share = good / whole
    if low == 0 and u <= 1.0 - draws * share:
        # P(0) >= 1 - mean: none of them, without computing a probability
        return 0
    variance = draws * share * (1.0 - share) * (whole - draws) / max(whole - 1, 1)
    k = max(low, int(draws * share - 9.0 * math.sqrt(variance) - 10.0))
    p = draws / whole
    q = 1.0 - p
    log_probability = (
        log_binomial(float(k), float(good), p, q)
        + log_binomial(float(draws - k), float(bad), p, q)
        - log_binomial(float(draws), float(whole), p, q)
    )
    probability = math.exp(log_probability)
    cdf = probability
    mean = draws * share
    while cdf < u and k < high:
        probability *= (good - k) * 1.0 * (draws - k) / ((k + 1.0) * (bad - draws + k + 1.0))
        k += 1
        cdf += probability
        if k > mean and probability < 1e-17 * cdf:
            break
    return k
