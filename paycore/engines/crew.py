"""What a worker process does: jobs as they come, a sweep now and then, and a clean end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from procrastinate import App, PsycopgConnector

from paycore import log
from paycore.engines.procrastinate import QUEUE, TASK
from paycore.engines.sweeping import swept
from paycore.work import Work, WorkKind

PAUSE_S: Final = 5.0
"""How long to wait before a database that was lost is tried again."""
LOOKS_EVERY_S: Final = 5.0
"""How often to look for jobs whose time has come: of those nobody is notified."""
DEAD_AFTER_S: Final = 30.0
"""How long a worker may be silent before its jobs are given to others."""


class Crew:
    """One worker: so many threads that do jobs, and one that sweeps."""

    def __init__(
        self,
        where: dict[str, Any],
        do: Callable[[Work], None],
        sweep: Callable[[], bool],
        concurrency: int,
        sweep_s: float,
    ) -> None:
        self._where = where
        self._do, self._sweep = do, sweep
        self._concurrency, self._sweep_s = concurrency, sweep_s
        self._stop = asyncio.Event()

    async def work(self) -> None:
        """Work until SIGTERM or Ctrl-C; whatever is being done then is finished."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self._concurrency + 1, "paycore-worker"))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        await asyncio.gather(self._jobs(), self._sweeps())

    async def _jobs(self) -> None:
        """Run jobs; when the database goes away, wait for it to come back."""
        while not self._stop.is_set():
            try:
                async with self._app().open_async() as app:
                    await self._until_stopped(app)
            except Exception as error:
                log.event("worker_failed", level=log.ERROR, error=type(error).__name__)
            await self._pause(PAUSE_S)

    def _app(self) -> App:
        connector = PsycopgConnector(kwargs=self._where, min_size=1, max_size=4, timeout=PAUSE_S)
        app = App(connector=connector)
        app.task(name=TASK, queue=QUEUE)(self._job)
        return app

    async def _until_stopped(self, app: App) -> None:
        """Let procrastinate work until it fails, or finish its jobs when we are told to stop."""
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=self._concurrency,
                delete_jobs="always",  # the ledger knows what failed, and tries it again
                fetch_job_polling_interval=LOOKS_EVERY_S,
                install_signal_handlers=False,
                stalled_worker_timeout=DEAD_AFTER_S,
            )
        )
        stop = asyncio.create_task(self._stop.wait())
        takeover = asyncio.create_task(self._takeovers(app))
        await asyncio.wait({worker, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, takeover, worker):
            task.cancel()  # the worker takes it as a wish to finish
        await asyncio.gather(stop, takeover, return_exceptions=True)
        with suppress(asyncio.CancelledError):
            await worker

    async def _job(self, kind: str, name: str, at: str | None) -> None:
        """Do one piece of work in a thread; what fails is tried again by the ledger's plan."""
        work = Work(WorkKind(kind), name, None if at is None else datetime.fromisoformat(at))
        try:
            await asyncio.to_thread(self._do, work)
        except Exception as error:
            problem = type(error).__name__
            log.event("work_failed", level=log.ERROR, reason=f"{kind} {name}", error=problem)

    async def _takeovers(self, app: App) -> None:
        """Give the jobs of workers that died back to the queue, now and then."""
        while True:
            try:
                for job in await app.job_manager.get_stalled_jobs(
                    queue=QUEUE, seconds_since_heartbeat=DEAD_AFTER_S
                ):
                    await app.job_manager.retry_job(job)
            except Exception as error:
                log.event("takeover_failed", level=log.ERROR, error=type(error).__name__)
            await asyncio.sleep(min(self._sweep_s, DEAD_AFTER_S))

    async def _sweeps(self) -> None:
        while not self._stop.is_set():
            await asyncio.to_thread(swept, self._sweep, self._stop.is_set)
            await self._pause(self._sweep_s)

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until told to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
