"""What is told of each change: one event, and one post to every endpoint."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from paycore.wire.strict import JsonObject
from paycore_stripe.simulator.book import Book, new_id
from paycore_stripe.simulator.records import Post, public

HELD_MS: Final = 60 * 1000
API_VERSION: Final = "2026-10-28.endive"
"""The version in which events are written, whatever version a caller speaks."""


def tell(book: Book, kind: str, thing: JsonObject) -> None:
    """Make an event of `thing` as it is now, and put it into the post as the faults want it."""
    event = event_of(book, kind, thing)
    book.records.events[event["id"]] = event
    fault = book.faults.take(kind)
    now_ms, posts = book.now_ms(), book.records.posts
    for url in book.records.endpoints:
        post = Post(event["id"], url, due_ms=now_ms)
        if fault == "late_notification":
            posts.append(replace(post, due_ms=now_ms + HELD_MS))
        elif fault == "reordered_notifications":
            posts.append(replace(post, due_ms=now_ms + HELD_MS, held=True))
        elif fault != "lost_notification":
            posts += [post] * (2 if fault == "duplicate_notification" else 1)
            _overtaken(posts, url, now_ms)


def event_of(book: Book, kind: str, thing: JsonObject) -> JsonObject:
    """Return a new event that tells of `thing`; nobody is told yet."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": book.now_s(),
        "data": {"object": public(thing)},
        "livemode": False,
        "pending_webhooks": len(book.records.endpoints),
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def body_of(event: JsonObject) -> bytes:
    """Return an event as it is posted."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def _overtaken(posts: list[Post], url: str, now_ms: int) -> None:
    """Let those go that waited for the one which was just put in: behind it."""
    held = [post for post in posts if post.held and post.url == url]
    posts[:] = [post for post in posts if post not in held]
    posts += [replace(post, held=False, due_ms=now_ms) for post in held]
