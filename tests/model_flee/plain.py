"""Flee's rules person by person, as plainly as can be, written from FLEE.md section 3 and from nothing else.

It knows conflicts by table, camps with and without a limit, towns, hubs and markers, closures of places and countries, free
choice of paths, first links on foot, short stints, and departures by registers. It is slow, and draws from any generator.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from havenward.scenario.flee.schema import FleeScenario

CHANCES = {"conflict": "conflict_movechance", "camp": "camp_movechance", "idpcamp": "idpcamp_movechance"}


@dataclass
class Link:
    start: int
    end: int
    km: float
    speed: float
    walk: float
    shut: bool = False


@dataclass
class Place:
    name: str
    country: str
    town: bool
    camp: bool
    marker: bool
    conflict: float
    since: int
    chance: float
    people: int
    room: float
    score: float = 1.0
    here: int = 0
    open: list[Link] = field(default_factory=list)
    shut: list[Link] = field(default_factory=list)


@dataclass
class Person:
    at: int
    link: Link | None = None
    route: list[int] = field(default_factory=list)
    come: float = 0.0
    today: float = 0.0
    recent: float = 0.0
    travelled: int = 1


class Plain:
    """One run of a folder."""

    def __init__(self, scenario: FleeScenario, seed: int) -> None:
        self.scenario, self.random = scenario, Random(seed)
        self.move, self.spawn = scenario.settings.move_rules.applied(), scenario.settings.spawn_rules
        self.table = scenario.conflict_by_day()
        self.places = [self._place(location) for location in scenario.locations]
        for road in scenario.routes:
            a, b = scenario.index[road.from_place], scenario.index[road.to_place]
            for one, other in ((a, b), (b, a)):
                speed = road.max_move_speed or self.move.max_move_speed
                self.places[one].open.append(Link(one, other, road.km, speed, road.walk_probability or 0.0))
        self.persons: list[Person] = []
        self.registered = scenario.registered_by_day()
        for at, location in enumerate(scenario.locations):
            for _ in range(location.initial_idps if location.kind in ("camp", "idpcamp") else 0):
                self._add(at)
        self.debt = 0
        self.weights = [0.0] * len(self.places)

    def _place(self, location):
        kind = "town" if location.kind == "conflict" and not location.starts_in_conflict else location.kind
        chance = 1.0 if kind in ("forward", "marker") else getattr(self.move, CHANCES.get(kind, "default_movechance"))
        at_war = location.conflict_intensity if kind == "conflict" else -1.0
        camp, room = kind in ("camp", "idpcamp"), float(location.capacity or 0)
        return Place(
            location.name,
            location.country,
            kind == "town",
            camp,
            kind == "marker",
            at_war,
            -1,
            chance,
            location.population,
            room,
        )

    def _add(self, at):
        self.persons.append(Person(at))
        self.places[at].here += 1

    def day(self, t: int) -> Counter[str]:
        """Turn a day and return people by place."""
        changed = self._conflicts(t)
        if changed or t == 0:
            self._weigh(t)
        self._set_out(t)
        for closure in self.scenario.closures:
            if closure.start == t:
                self._close(closure, True)
            if closure.end == t:
                self._close(closure, False)
        self._weigh(t)
        for place in self.places:
            place.score = self.move.camp_weight if place.camp else 1.0
            if place.country != self.places[0].country:
                place.score *= self.move.foreign_weight
            if place.conflict > 0:
                place.score *= self.move.conflict_weight ** (self._decay(t - place.since) * place.conflict)
        for person in self.persons:
            if person.link is None:
                self._ask(person, forced=False)
        for person in self.persons:
            if person.link is not None:
                self._travel(person)
        for person in self.persons:
            person.recent = (person.recent + person.today / self.move.max_move_speed) / 2
            person.today = 0.0
        return Counter(self.places[p.at].name if p.link is None else "road" for p in self.persons)

    def _conflicts(self, t):
        changed = False
        for at, place in enumerate(self.places):
            now, before = self.table[t, at], self.table[t - 1, at] if t else 0.0
            if now > 1e-6 and (t == 0 or before < 1e-6):
                place.chance, place.conflict, place.town, place.since = self.move.conflict_movechance, now, False, t
                changed = True
            elif t > 0 and now < 1e-6 <= before:
                place.chance, place.conflict, place.town = self.move.default_movechance, -1.0, True
                changed = True
        return changed

    def _decay(self, age):
        steps = self.spawn.conflict_spawn_decay
        return 1.0 if steps is None else steps[min(age // self.spawn.conflict_spawn_decay_interval, len(steps) - 1)]

    def _weigh(self, t):
        self.weights = [
            place.people * place.conflict * self._decay(t - place.since) if place.conflict > 0 else 0.0
            for place in self.places
        ]

    def _set_out(self, t):
        table = self.registered
        new = (int(table[t, 1:].sum() - table[t - 1, 1:].sum()) if t else int(table[0].sum())) - self.debt
        self.debt = max(-new, 0)
        for at in self.random.choices(range(len(self.places)), self.weights, k=max(new, 0)):
            self._add(at)

    def _close(self, closure, closes):
        if closure.kind == "camp":
            place = self.places[self.scenario.index[closure.name1]]
            place.town, place.camp, place.conflict = closes, not closes, -1.0
            place.chance = self.move.default_movechance if closes else self.move.camp_movechance
            return
        for place in self.places:
            kept = place.open if closes else place.shut
            for link in [link for link in kept if self._concerns(closure, link)]:
                kept.remove(link)
                if closes:
                    link.shut = True
                    place.shut.append(Link(link.start, link.end, link.km, link.speed, link.walk))
                else:
                    place.open.append(link)

    def _concerns(self, closure, link):
        a, b = self.places[link.start], self.places[link.end]
        if closure.kind == "location":
            return closure.name1 in (a.name, b.name)
        return (a.country, b.country) in ((closure.name1, closure.name2), (closure.name2, closure.name1))

    def _free(self, at):
        place, buffer = self.places[at], self.move.capacity_buffer
        limit = place.room * self.move.capacity_scaling
        if limit < 1 or place.here <= buffer * limit:
            return 1.0
        return 0.0 if place.here >= limit else 1 - (place.here - buffer * limit) / (limit * (1 - buffer))

    def _ask(self, person, forced):
        """Whether a person leaves, and along which link."""
        place = self.places[person.at]
        chance = 1.0 if (place.town and forced) or person.route else place.chance
        if self.random.random() >= chance:
            return
        person.route = person.route or self._choose(person.at)
        link = next((link for link in place.open if person.route and link.end == person.route[0]), None)
        if link is None or (self.places[person.route[-1]].camp and self._free(person.route[-1]) < 0.5):
            person.route = []
            return
        person.route = person.route[1:]
        place.here -= 1
        person.link, person.come = link, 0.0

    def _choose(self, at):
        found: list[tuple[list[int], float]] = []

        def search(here, path, km, hops):
            for link in self.places[here].open:
                if link.end == at or link.end in path[:-1]:
                    continue
                count = hops + (not self.places[link.end].marker)
                if not self.places[link.end].marker:
                    found.append(([*path, link.end], km + link.km))
                if count < max(self.move.awareness_level, 1):
                    search(link.end, [*path, link.end], km + link.km, count)

        search(at, [], 0.0, 0)
        if not found:
            return []
        move = self.move
        weights = [
            ((move.weight_softening + self.places[path[-1]].score) / (move.softening + km) ** move.distance_power
             * self._free(path[-1])) ** move.weight_power
            for path, km in found
        ]  # fmt: skip
        if move.pruning_threshold >= 1.001:
            weights = [w if w >= max(weights) / move.pruning_threshold else 0.0 for w in weights]
        return self.random.choices(found, weights if sum(weights) > 0 else None)[0][0]

    def _travel(self, person):
        """A day on a link, and on from its end while the day lasts."""
        link = person.link
        walks = (self.move.start_on_foot and person.travelled == 1) or self.random.random() < link.walk
        speed = self.move.max_walk_speed if walks else link.speed
        person.come += speed
        person.today += speed
        if person.come <= link.km:
            return
        person.travelled += 1
        person.today += link.km - person.come
        person.link, person.at = None, link.start if link.shut else link.end
        self.places[person.at].here += 1
        if link.shut or person.today >= speed:
            return
        early = (person.recent + person.today / self.move.max_move_speed) / 2 < 0.5
        self._ask(person, forced=self.move.avoid_short_stints and early)
        if person.link is not None:
            self._travel(person)
