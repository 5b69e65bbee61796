"""The options of `havenward ensemble` that stop it once named quantities are known well enough."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from havenward.ensemble.ensemble import Ensemble
    from havenward.ensemble.stop import Until
    from havenward.run.case import Case


class Precise(StrEnum):
    """What is to be known so well."""

    mean = "mean"
    q90 = "q90"


UntilPrecision = Annotated[
    str,
    typer.Option(
        metavar="PERCENT",
        help="Stop once the quantities named by --quantity are known to within so much of themselves, such as 2%: half "
        "the width of the 95 % interval of their mean over members. Looked at after every block, members from the first "
        "on without a gap and 64 at least, and it must hold for 32 more. --members is the most that are done.",
    ),
]
PrecisionOf = Annotated[
    Precise, typer.Option(help="What --until-precision asks for: the mean, or both the mean and the 90 % quantile.")
]
Quantities = Annotated[
    list[str] | None,
    typer.Option(
        "--quantity",
        metavar="NAME[@SITE]",
        help="Tell how well it is known: a flow over all days, or a stage on the last, such as arrived, or in_camp@SITE. "
        "Can be given again.",
    ),
]


def share_of(text: str, quantities: list[str], part: str) -> float | None:
    """Return the share that `--until-precision` asks for; None where it asks for none.

    Raises:
        RunError: it is no percentage, no quantity is named, or a part is asked for.
    """
    from havenward.run.request import RunError

    if part and (text or quantities):
        raise RunError("--part knows nothing of other parts, so it cannot tell how well a quantity is known; leave out one")
    if not text:
        return None
    if not quantities:
        raise RunError("--until-precision needs a quantity that is to be known so well, such as --quantity arrived")
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = 0.0
    if not 0 < percent < 100:
        raise RunError(f"--until-precision {text!r} must be a percentage above 0 and below 100, such as 2%")
    return percent / 100


def until_of(case: Case, ensemble: Ensemble, quantities: list[str], share: float | None, of: Precise) -> Until | None:
    """Return what looks at the named quantities; None where none is named.

    Raises:
        RunError: a quantity is not told.
    """
    from havenward.ensemble.compared import check_wanted
    from havenward.ensemble.named import Wanted
    from havenward.ensemble.progress import Gathered
    from havenward.ensemble.stop import StopRule, Until
    from havenward.run.siege_case import SiegeCase

    if not quantities:
        return None
    rule = None if share is None else StopRule(share, of.value)
    wanted = [Wanted.read(text) for text in quantities]
    if isinstance(case, SiegeCase):
        check_wanted(case, wanted)
    return Until(Gathered(ensemble.store, wanted), rule)


def known_so_far(until: Until | None) -> str:
    """Return the end of a line of progress: what is known least, how well, and how many more members it may take."""
    if until is None or until.last is None:
        return ""
    of = until.rule.of if until.rule else "mean"
    figure = max(until.last.figures, key=lambda figure: figure.precision(of))
    more = "" if until.rule is None or until.stopped else f", {_more(until)} may do"
    return f"; {figure.wanted} {_within(figure.precision(of))}{more}"


def tell_precision(record: dict[str, Any], until: Until | None) -> None:
    """Print how well quantities are known, and whether that ended it."""
    if until is not None and until.rule is not None:
        done, used, asked = record["done"], record["members_done"], f"{until.rule.share:.2%}"
        if until.stopped:
            beyond = f"; {done - used:,} more are kept and not used" if done > used else ""
            typer.echo(f"Stopped after {used:,} members, which are enough for {asked}{beyond}.")
        else:
            typer.echo(f"{used:,} members are not enough for {asked}; {_more(until)} may do: --members, with --resume.")
    for quantity, shares in record["precision"].items():
        typer.echo(f"{quantity}: mean {_within(shares['mean'])}, 90 % quantile {_within(shares['q90'])} (95 % interval)")


def _more(until: Until) -> str:
    """Return how many more members may be enough, in words."""
    assert until.rule is not None
    left = until.rule.more(until.last) if until.last else float("inf")
    return f"some {left:,.0f} more" if left < float("inf") else "more"


def _within(share: float | None) -> str:
    return "not known" if share is None or share == float("inf") else f"within {share:.2%} of itself"
