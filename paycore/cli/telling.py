"""The demo as a person at a terminal sees it: each step as it comes, the two books at the end."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final, Self

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from paycore.cli.output import STYLES, WIDEST, show, sign, speaks_utf
from paycore.demo.books import Books, Line, Sums
from paycore.demo.play import Begun, Event, Scene, Told

_CLAIM: Final = 38
_TIME: Final = 7
_SLOW_MS: Final = 1000


class Teller:
    """Tells events to a console; with `quiet`, to nobody."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._width = min(console.width, WIDEST)
        self._quiet = quiet
        self._progress = Progress(
            TextColumn(" "),
            SpinnerColumn("dots" if speaks_utf(console) else "line"),
            TextColumn("{task.description}", style="dim"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self._progress)
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    def tell(self, event: Event) -> None:
        """Show one event; the books wait for the curtain."""
        if self._quiet:
            return
        if isinstance(event, Scene):
            self._print(self._heading(event))
            self._restart(event.steps)
        elif isinstance(event, Begun) and self._task is not None:
            self._progress.update(self._task, description=event.claim, refresh=True)
        elif isinstance(event, Told) and self._task is not None:
            self._progress.advance(self._task)
            self._print(self._line(event))
            if event.verdict == "failed":
                told = f"expected {event.expected}, got {event.got}"
                self._print(Padding(Text(told, "red"), (0, 0, 0, 4)))

    def curtain(self, told: list[Told], books: list[Books], seconds: float) -> None:
        """Show both books side by side, and the sum of it all."""
        for each in books:
            self._print("")
            self._print(self._table(each))
        self._print("")
        self._print(self._sum(told, books, seconds))

    def _restart(self, steps: int) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task("", total=steps)

    def _print(self, what: object) -> None:
        show(self._console, what)

    def _heading(self, scene: Scene) -> Text:
        channels = ", ".join(scene.channels)
        return Text.assemble(
            "\n", (scene.provider, "bold"), ("  ", ""), (f"{channels} at {scene.base_url}", "dim")
        )

    def _line(self, told: Told) -> Table:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=3)
        row.add_column(width=_CLAIM)
        row.add_column(width=max(_TIME, self._width - _CLAIM - _TIME - 3 - 3))
        row.add_column(width=_TIME, justify="right")
        verdict = self._sign(told.verdict)
        dim = "dim" if told.verdict == "skipped" else ""
        took = "" if told.verdict == "skipped" else _time(told.duration_ms)
        row.add_row(verdict, Text(told.claim, dim), _seen(told), Text(took, "dim"))
        return row

    def _sign(self, verdict: str) -> Text:
        return Text(f" {sign(self._console, verdict)}", STYLES[verdict])

    def _table(self, books: Books) -> Table:
        currency = _only_currency(books)
        table = Table(
            title=f"Our ledger and the provider, side by side{currency and f', in {currency}'}",
            title_style="bold",
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for name in ("Payment", "Asked", "Our ledger", "The provider", ""):
            table.add_column(name)
        account = ""
        for line in books.lines:
            if line.account != account:
                account = line.account
                table.add_row(Text(account, "bold"))
            table.add_row(*self._cells(line, currency))
        for effect in books.extra:
            moved = f"{effect.kind} {effect.amount_minor} minor {effect.currency}"
            told = (Text(cell, "red") for cell in (effect.reference, "nothing", "nothing", moved))
            table.add_row(*told, self._sign("failed"))
        return table

    def _cells(self, line: Line, currency: str) -> tuple[Text, ...]:
        style = "" if line.agrees else "red"
        texts = ("\n".join(line.asked), _moved(line.ours), _moved(line.theirs))
        asked, ours, theirs = (
            text.replace(f" {currency}", "") if currency else text for text in texts
        )
        return (
            Text(f"  {line.payment.removeprefix(f'{line.account}-')}"),
            Text(asked, "dim"),
            Text(ours, style),
            Text(theirs, style),
            self._sign("ok" if line.agrees else "failed"),
        )

    def _sum(self, told: list[Told], books: list[Books], seconds: float) -> Text:
        count = {verdict: sum(t.verdict == verdict for t in told) for verdict in STYLES}
        payments = sum(len(each.lines) for each in books)
        effects = sum(each.effects for each in books)
        good = not count["failed"] and all(each.agree for each in books)
        words = [f"{count['ok']} steps as they should be"]
        words += [f"{count['failed']} not"] if count["failed"] else []
        words += [f"{count['skipped']} not for this channel"] if count["skipped"] else []
        agree = "in both books alike" if all(each.agree for each in books) else "and they differ"
        return Text.assemble(
            self._sign("ok" if good else "failed"),
            " ",
            (", ".join(words), "bold"),
            f"\n   {payments} payments and {effects} effects, {agree}",
            (f"\n   {seconds:.1f} s; no process and no file is left behind", "dim"),
        )


def _seen(told: Told) -> Text:
    if told.verdict == "failed":
        return Text(told.seen, "red")
    return Text(told.seen, "dim" if told.verdict == "skipped" else "cyan")


def _only_currency(books: Books) -> str:
    """Return the currency of all payments; empty where there are several."""
    currencies = {line.ours.captured.currency for line in books.lines}
    return currencies.pop() if len(currencies) == 1 else ""


def _moved(sums: Sums) -> str:
    """Return what moved in one line: what was taken, less what went back."""
    if not (sums.captured or sums.refunded or sums.voided):
        return "nothing"
    if not sums.captured:
        return f"{sums.voided} released"
    number, _, currency = str(sums.captured).partition(" ")
    back = [str(money).partition(" ")[0] for money in (sums.refunded, sums.voided) if money]
    return f"{' - '.join([number, *back])} {currency}"


def _time(ms: int) -> str:
    return f"{ms} ms" if ms < _SLOW_MS else f"{ms // 100 / 10} s"
