"""Compiled loops of ordered moves, unit by unit. Each has a plain twin in tests."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from havenward.core.cells import NOBODY
from havenward.core.compiled import allocating_kernel, kernel
from havenward.core.orders import Counts, Net
from havenward.solve.kernels import F64, I32, I64, U32, Bools, Out, Weights, two_uniforms, uniform
from havenward.solve.unit_kernels import GAP
from havenward.solve.walk_arrays import Account, Answers, Question, Room, Ways
from havenward.solve.walk_shares import CIRCLE, FINE, MISFIT, MOST_STEPS, room_at

BLOCK = 4096
"""Units that are looked at together."""
SELDOM = 1 / 16
"""Chance of going below which it pays to draw gaps between those who go."""
NEVER, ALWAYS, BY_GROUP = 0, 1, 2
"""Units of a cell are never asked, always act, or act as their group is asked, whose number is added."""
CELL = np.dtype(
    [
        ("first", np.uint32),
        ("degree", np.uint32),
        ("place", np.int32),
        ("through", np.uint32),
        ("hash", np.uint64),
    ]
)
EDGE = np.dtype([("to", np.uint32), ("link", np.int32)])
GROUP = np.dtype([("first", np.uint32), ("size", np.uint32), ("chance", np.float64)])

U8 = NDArray[np.uint8]
Table = NDArray[np.void]


class Laid(NamedTuple):
    """Arrays of a `core.orders.Net` with what a step needs side by side: see `lay_out`."""

    manner: U8
    cells: Table
    edges: Table


def lay_out(net: Net) -> Laid:
    """Return how units of each cell act, and (C,) cells and (E + C,) edges with all that a step needs side by side.

    The last edge of each cell is that of those who stay.
    """
    rows = np.arange(len(net.stay))
    manner = np.where(net.through, NEVER, np.where(net.stay == rows, BY_GROUP, ALWAYS)).astype(np.uint8)
    cells, edges = np.empty(len(rows), dtype=CELL), np.empty(len(net.to) + len(rows), dtype=EDGE)
    cells["first"], cells["degree"] = net.first[:-1] + rows, np.diff(net.first)
    cells["place"], cells["through"], cells["hash"] = net.place, net.through, net.hashes
    edges["to"] = np.insert(net.to, net.first[1:], net.stay)
    edges["link"] = np.insert(net.links, net.first[1:], NOBODY)
    return Laid(manner, cells, edges)


@allocating_kernel
def walk_units(
    cells: U32,
    awake: I64,
    laid: Laid,
    ways: Ways,
    question: Question,
    room: Room,
    answers: Answers,
    seed: int,
    members: U32,
    at: int,
    account: Account,
) -> tuple[int, int]:
    """Let the first units of each member, `awake` (M,) of them, act one after the other, each as far as it goes.

    Who stands in a cell that others come through is not asked. Who acts depends on nobody else, so units are taken in
    blocks: the numbers of all who act are drawn together, and so is what they would choose first if nobody were in their
    way. Cells are (M, N). Returns how many units acted, and FINE or what is wrong.
    """
    share, widest, totals, passed = answers.share, answers.widest, account.totals, account.passed
    key = np.empty(laid.manner.size, dtype=np.uint32)
    keys_of(laid.manner, question.group, key)
    limits = np.ones((share.shape[0], share.shape[1] + widest))
    limits_of(question.options, question.chance, share, limits)
    groups = np.empty(answers.gated.size, dtype=GROUP)
    asked = np.zeros(BY_GROUP + groups.size, dtype=np.uint8)
    # what is in no crowd or counts towards no series has number -1: the last place, which is for nothing
    there, came = np.zeros(room.free.size + 1), np.zeros(room.free.size + 1, dtype=np.int64)
    space = Room(np.append(room.free, np.inf), np.append(room.full, np.inf), room.power)
    linked = np.zeros(passed.shape[0] + 1, dtype=np.int64)
    now = np.empty(widest)
    picked, hashes = np.empty(BLOCK, dtype=np.uint8), np.empty(BLOCK, dtype=np.uint64)
    who, choices, end = np.empty(BLOCK, dtype=np.uint32), np.empty(BLOCK, dtype=np.uint32), np.empty(BLOCK, dtype=np.uint32)
    u, v = np.empty(BLOCK), np.empty(BLOCK)
    highest = 0.0
    acted = 0
    for m in range(members.size):
        member = members[m]
        column = m if share.shape[0] > 1 else 0
        if m == 0 or column > 0:
            highest = groups_of(question.options, question.chance[:, column], groups, asked)
        limit, weight = limits[column], question.weight[:, column]
        there[:-1] = totals[:, m]
        came[:] = 0
        linked[:] = 0
        gaps = laid.cells[0].hash ^ np.uint64(GAP)
        nearest = gap_of(uniform(seed, member, gaps, at, 0), highest) if highest > 0.0 else awake[m]
        jump = 1
        for begin in range(0, awake[m], BLOCK):
            cell = cells[m, begin : min(begin + BLOCK, awake[m])]
            stream = (seed, member, at, begin)
            nearest, jump = pick(cell, key, groups, highest, seed, member, gaps, at, nearest, jump, picked)
            number = collect(cell, key, asked, picked, who)
            acted += number
            draw(cell, who[:number], laid.cells, *stream, hashes, u, v)
            number = choose(cell, who[:number], key, asked, question.group, groups, limit, widest, u, v, choices)
            given = (laid, question, weight, space, answers.gated, groups, limit, widest)
            verdict = walk(cell, who[:number], *given, *stream, u, v, choices, there, came, linked, now, end)
            if verdict != FINE:
                return acted, verdict
            account.drift[m] += settle(cell, who[:number], end, account.units[:, m], account.heavy)
            nearest -= cell.size
        for p in range(room.free.size):
            if ways.into[p] >= 0:
                passed[ways.into[p], m] += came[p]
            if ways.out_of[p] >= 0:
                passed[ways.out_of[p], m] += came[p] - int(there[p] - totals[p, m])
        passed[:, m] += linked[:-1]
        totals[:, m] = there[:-1]
    return acted, FINE


@kernel
def keys_of(manner: U8, group: I32, key: Out) -> None:
    """Write how units of each cell act on this day."""
    for c in range(group.size):
        k = manner[c] + group[c] if manner[c] == BY_GROUP else np.int64(manner[c])
        key[c] = NEVER if group[c] < 0 else k


@kernel
def limits_of(options: I64, chance: F64, share: F64, limit: Out) -> None:
    """Write for each option the number below which it, or one before it, is taken; from the last on, nobody goes."""
    for m in range(share.shape[0]):
        for g in range(options.size - 1):
            total = 0.0
            last = options[g + 1]
            for k in range(options[g], options[g + 1]):
                total += share[m, k]
                limit[m, k] = total * chance[g, m]
                if share[m, k] > 0.0:
                    last = k
            # what rounding left over belongs to the last that has any
            limit[m, last : options[g + 1]] = chance[g, m]


@kernel
def groups_of(options: I64, chance: F64, groups: Out, asked: Out) -> float:
    """Write what a member's groups are asked, and by key who is asked one by one; return the others' highest chance."""
    highest = 0.0
    asked[ALWAYS] = True
    for g in range(chance.size):
        p = chance[g] if options[g + 1] > options[g] else 0.0
        groups[g].first = options[g]
        groups[g].size = options[g + 1] - options[g]
        groups[g].chance = p
        asked[BY_GROUP + g] = p >= SELDOM
        if p < SELDOM:
            highest = max(highest, p)
    return highest


@kernel
def gap_of(u: float, p: float) -> int:
    """Return how many units are passed over until the next who goes, if each goes with chance p."""
    return int(min(np.floor(np.log(u) / np.log1p(-p)), 4e18))


@kernel
def pick(
    cell: U32,
    key: U32,
    groups: Table,
    highest: float,
    seed: int,
    member: int,
    hashed: Any,
    at: int,
    nearest: int,
    jump: int,
    picked: Out,
) -> tuple[int, int]:
    """Mark who goes in a block, of those who seldom do; return the next who might, and the number of its draw.

    Gaps are drawn as if all units went with the highest chance of those who seldom go; of those they end at, each goes with
    its own chance over that one.
    """
    picked[: cell.size] = False
    while nearest < cell.size:
        u, v = two_uniforms(seed, member, hashed, at, jump)
        k = key[cell[nearest]]
        picked[nearest] = k >= BY_GROUP and v * highest < groups[k - BY_GROUP].chance
        nearest += 1 + gap_of(u, highest)
        jump += 1
    return nearest, jump


@kernel
def collect(cell: U32, key: U32, asked: U8, picked: U8, who: Out) -> Any:
    """List who acts in a block, without a branch; return how many."""
    number = np.uint32(0)
    for i in range(cell.size):
        who[number] = i
        number = np.uint32(number + (asked[key[cell[i]]] | picked[i]))
    return number


@kernel
def draw(
    cell: U32, who: U32, cells: Table, seed: int, member: int, at: int, begin: int, hashes: Out, u: Out, v: Out
) -> None:
    """Write two numbers for each who acts; many at a time, as the loop has no branch."""
    for i in range(who.size):
        hashes[i] = cells[cell[who[i]]].hash
    for i in range(who.size):
        u[i], v[i] = two_uniforms(seed, member, hashes[i], at, begin + who[i])


@njit(cache=True, nogil=True, inline="always")
def chosen(w: float, first: int, size: int, widest: int, limit: F64) -> Any:
    """Return the option that a number chooses where nobody is in the way, or how many there are: stay."""
    choice = np.uint32(0)
    # always as many rounds, or it would have to be guessed when to stop
    for k in range(widest):
        choice += np.uint32((k < size) & (limit[first + k] <= w))
    return choice


@kernel
def choose(
    cell: U32,
    who: U32,
    key: U32,
    asked: U8,
    group: I32,
    groups: Table,
    limit: F64,
    widest: int,
    u: Out,
    v: Out,
    choices: Out,
) -> Any:
    """Write what units choose first where nobody is in their way, and forget those who stay where they are.

    The number of a unit that was picked is made one of a unit that goes. Returns how many are left of `who` and the rest.
    """
    number = np.uint32(0)
    for i in range(who.size):
        k = key[cell[who[i]]]
        asks = groups[np.uint32(group[cell[who[i]]])]
        w = u[i] * (1.0 if asked[k] else asks.chance)
        choice = chosen(w, asks.first, asks.size, widest, limit)
        who[number], u[number], v[number], choices[number] = who[i], w, v[i], choice
        number = np.uint32(number + ((k == ALWAYS) | (choice < asks.size)))
    return number


@kernel
def walk(
    cell: U32,
    who: U32,
    laid: Laid,
    question: Question,
    weight: F64,
    room: Room,
    gated: Bools,
    groups: Table,
    limit: F64,
    widest: int,
    seed: int,
    member: int,
    at: int,
    begin: int,
    u: F64,
    v: F64,
    choices: U32,
    there: Out,
    came: Out,
    linked: Out,
    now: Out,
    end: Out,
) -> int:
    """Let units walk one after the other, and write where they end; return FINE or what is wrong.

    Each pair of numbers serves two steps. Adds to `there` and `came`, who is in each crowd and who came to it, and to
    `linked` what passed each series along an edge.
    """
    cells, edges, group, crowd = laid.cells, laid.edges, question.group, question.crowd
    for i in range(who.size):
        row = cell[who[i]]
        choice, w, other = choices[i], u[i], v[i]
        step = 0
        while True:
            g = np.uint32(group[row])
            low, size = groups[g].first, groups[g].size
            if cells[row].degree != size:
                return MISFIT
            if gated[g] and is_crowded(crowd, low, size, there, room.free):
                choice = size
                if w < groups[g].chance:
                    w /= groups[g].chance
                    choice = thinned_choice(w, low, size, weight, crowd, there, room, question.keep[g], now)
                if choice < size:
                    c = crowd[low + choice]
                    if room_at(there[c], room.free[c], room.full[c]) < question.veto[low + choice]:
                        choice = size
            edge = np.uint32(cells[row].first + choice)
            target = edges[edge].to
            linked[edges[edge].link] += 1
            a, b = cells[row].place, cells[target].place
            there[a] -= 1.0
            there[b] += 1.0
            came[b] += a != b
            row = target
            if not cells[row].through or group[row] < 0:
                break
            step += 1
            if step == MOST_STEPS:
                return CIRCLE
            w = other
            if step % 2 == 0:
                w, other = two_uniforms(seed, member, cells[cell[who[i]]].hash, at + step, begin + who[i])
            g = np.uint32(group[row])
            choice = chosen(w, groups[g].first, groups[g].size, widest, limit)
        end[i] = row
    return FINE


@njit(cache=True, nogil=True, inline="always")
def is_crowded(crowd: I32, first: int, size: int, there: F64, free: F64) -> bool:
    """Return whether a crowd leaves less than all room at the end of any option."""
    crowded = False
    for k in range(size):
        c = crowd[first + k]
        crowded |= there[c] > free[c]
    return crowded


@njit(cache=True, nogil=True, inline="always")
def thinned_choice(
    u: float,
    first: int,
    size: int,
    weight: F64,
    crowd: I32,
    there: F64,
    room: Room,
    keep: float,
    now: Out,
) -> Any:
    """Return the option that a number chooses of those that crowds thin out, or how many there are: none is open."""
    best = 0.0
    for i in range(size):
        w = weight[first + i]
        c = crowd[first + i]
        if w > 0.0 and there[c] > room.free[c]:
            left = room_at(there[c], room.free[c], room.full[c])
            w *= left if room.power == 1.0 else left**room.power
        now[i] = w
        best = max(best, w)
    total = 0.0
    for i in range(size):
        if best > 0.0:
            total += now[i] if now[i] >= best * keep and now[i] > 0.0 else 0.0
        else:
            total += now[i] >= 0.0
        now[i] = total
    choice = np.uint32(0)
    for i in range(size):
        choice += np.uint32(now[i] <= u * total)
    return choice


@kernel
def settle(cell: U32, who: U32, end: U32, counts: Counts, heavy: Weights) -> Any:
    """Write where units end, and count them there; return by how much the weight of all changed."""
    drift = heavy.dtype.type(0)
    for i in range(who.size):
        start, row = cell[who[i]], end[i]
        cell[who[i]] = row
        counts[start] -= 1
        counts[row] += 1
        drift += heavy[row] - heavy[start]
    return drift
