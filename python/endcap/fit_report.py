"""What a fit tried, what won and by how much: for the people who answer for the lists."""

from __future__ import annotations

import datetime
from typing import Any

from endcap import _core, _report_html
from endcap._display import text_table
from endcap._frames import frame_of
from endcap._report_words import PURPOSES, held_out_sentence, interval, plain_name, points, size

_SHOWN = 8  # models of a table in text; the page and to_frame() have all


class FitReport:
    """How the models were chosen; shows itself as a page in a notebook, as text in a terminal.

    Quality is NDCG@20 on events that were hidden from the models. Purposes are "new", for lists of
    items that the visitor has not had, "all", for lists of all, and "new_first_visit" and
    "all_first_visit", for the same while all that is known of a visitor is a day old at most.
    Intervals are (value, low, high) and hold 95 %.
    """

    def __init__(self, core: _core.FitReport) -> None:
        self._core = core

    @property
    def held_out(self) -> str:
        """What was hidden: the "newest" days, what visitors did "last", "random" items, or
        "nothing" where the log was too small to tell."""
        return self._core.held_out

    @property
    def n_train(self) -> int:
        """How many events the models were compared on."""
        return self._core.n_train

    @property
    def n_held_out(self) -> int:
        """How many events were hidden from them."""
        return self._core.n_held_out

    @property
    def n_hold_outs(self) -> int:
        """How many parts of the log were hidden in turn; the figures are over all of them, the
        others here tell of the first."""
        return self._core.n_hold_outs

    @property
    def begin(self) -> datetime.datetime | None:
        """The time of the oldest event, UTC."""
        return _moment(self._core.begin_us)

    @property
    def cut(self) -> datetime.datetime | None:
        """From when on events were hidden, UTC; None where no times are known."""
        return _moment(self._core.cut_us)

    @property
    def end(self) -> datetime.datetime | None:
        """The time of the newest event, UTC."""
        return _moment(self._core.end_us)

    @property
    def n_queries(self) -> dict[str, int]:
        """Purpose -> how many visitors were asked about."""
        return dict(zip(PURPOSES, self._core.n_queries, strict=True))

    @property
    def quality(self) -> dict[str, tuple[float, float, float]]:
        """Purpose -> NDCG@20 of the lists, with its interval."""
        return dict(zip(PURPOSES, self._core.blend, strict=True))

    @property
    def best_model(self) -> dict[str, str]:
        """Purpose -> the model whose own lists are best, "" where nothing was asked."""
        return dict(zip(PURPOSES, self._core.best_model, strict=True))

    @property
    def lead(self) -> dict[str, tuple[float, float, float]]:
        """Purpose -> how far the lists are above that model's, visitor by visitor."""
        return dict(zip(PURPOSES, self._core.over_best, strict=True))

    @property
    def models(self) -> list[_core.TriedModel]:
        """Every model that was thought of: name, fate ("in use", "no gain", "no time", "not
        installed"), seconds, bytes, and by purpose its weight, its quality alone, and what the
        lists lose without it. Trees of the second stage, `boosted_trees`, have none alone."""
        return list(self._core.models)

    @property
    def warnings(self) -> list[str]:
        """What in the data deserves a look, a sentence each."""
        found = list(self._core.warnings)
        few = {p: n for p, n in self.n_queries.items() if 0 < n < 200}
        if self.held_out == "nothing":
            found.append(
                "The log is too small to hide a part of it, so the models count alike and nothing "
                "is known about how good the lists are."
            )
        for purpose, n in few.items():
            found.append(
                f"Only {n} visitors could be asked about {PURPOSES[purpose]}. Read these figures "
                "with their intervals."
            )
        return found

    @property
    def seconds(self) -> float:
        """How long the whole fit took."""
        return self._core.seconds

    def to_frame(self) -> Any:
        """Return one row per model in pandas, else polars, else pyarrow."""
        columns: dict[str, Any] = {
            "model": [model.name for model in self.models],
            "fate": [model.fate for model in self.models],
        }
        for p, purpose in enumerate(PURPOSES):
            columns[f"weight_{purpose}"] = [model.weights[p] for model in self.models]
            for figure in ("alone", "gain"):
                for part, suffix in enumerate(("", "_low", "_high")):
                    values = [getattr(model, figure)[p][part] for model in self.models]
                    columns[f"{figure}_{purpose}{suffix}"] = values
        columns["seconds"] = [model.fit_seconds for model in self.models]
        columns["bytes"] = [model.n_bytes for model in self.models]
        return frame_of(columns, "FitReport.to_frame")

    def __repr__(self) -> str:
        used = [model for model in self.models if model.fate == "in use"]
        asked = [p for p, purpose in enumerate(PURPOSES) if self.n_queries[purpose]]
        parts = [held_out_sentence(self)]
        if asked:
            parts += [self._summary(), *(_parts_of(used, p) for p in asked), _costs(used)]
        else:
            parts.append(_weights(used))
        left_out = [
            f"left out, {fate}: " + ", ".join(m.name for m in self.models if m.fate == fate)
            for fate in ("no gain", "no time", "not installed")
            if any(model.fate == fate for model in self.models)
        ]
        parts += ["\n".join(left_out)] if left_out else []
        parts += ["\n".join(f"! {warning}" for warning in self.warnings)] if self.warnings else []
        if asked:
            parts.append("adds: what the lists lose without the model, in the same points")
        return "\n\n".join([*parts, f"the fit took {self.seconds:.1f} s"])

    def _summary(self) -> str:
        rows = [
            [
                name,
                interval(self.quality[purpose]),
                self.best_model[purpose],
                interval(self.lead[purpose], sign=True),
            ]
            for purpose, name in PURPOSES.items()
            if self.n_queries[purpose]
        ]
        return text_table(["lists of", "NDCG@20 x 100", "best single model", "lead over it"], rows)

    def _repr_html_(self) -> str:
        return _report_html.page(self)


def _parts_of(used: list[_core.TriedModel], p: int) -> str:
    """Of lists for purpose `p`, what they lose without each model, and how good it is alone."""
    heard = [model for model in used if model.weights[p] != 0]
    heard.sort(key=lambda model: -model.gain[p][0])
    rows = [
        [
            model.name,
            plain_name(model.name),
            points(model.gain[p][0], sign=True),
            points(model.alone[p][0]),
            f"{model.weights[p]:.3g}",
        ]
        for model in heard[:_SHOWN]
    ]
    header = [list(PURPOSES.values())[p], "", "adds", "alone", "weight"]
    return text_table(header, rows) + _others(len(heard))


def _costs(used: list[_core.TriedModel]) -> str:
    dearest = sorted(used, key=lambda model: -model.fit_seconds)
    rows = [
        [model.name, f"{model.fit_seconds:.1f}", size(model.n_bytes)] for model in dearest[:_SHOWN]
    ]
    return text_table(["cost", "s", "size"], rows) + _others(len(dearest))


def _weights(used: list[_core.TriedModel]) -> str:
    """Without a hold-out they are all that can be said."""
    rows = [
        [model.name, plain_name(model.name), *(f"{weight:.3g}" for weight in model.weights)]
        for model in used
    ]
    words = [name.replace("_", " ") for name in PURPOSES]
    return text_table(["in use", "", *(f"weight: {name}" for name in words)], rows)


def _others(n: int) -> str:
    return f"\n... and {n - _SHOWN} more" if n > _SHOWN else ""


def _moment(time_us: int) -> datetime.datetime | None:
    if time_us == 0:
        return None
    return datetime.datetime.fromtimestamp(time_us / 1e6, datetime.timezone.utc)
