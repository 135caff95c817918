"""When a defect's effect has happened, judged from the service's database before and after a request.

It knows nothing of the tool that sends the requests, and no tool knows of it. A tool has *reached* a bug when a request
of its own had the effect; whether the tool notices is another question.
"""

import json
import re
import sqlite3
import threading
import time

ORDER = re.compile(r"^/orders/(\d{1,18})(?:/(pay|capture|refund|cancel))?(?:\?|$)")

LOOK = """
    SELECT status, amount_minor, captured_minor, refunded_minor, view_count,
        (SELECT count(*) FROM refunds WHERE order_id = orders.id),
        (SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE order_id = orders.id),
        (SELECT coalesce(min(amount_minor), 0) FROM refunds WHERE order_id = orders.id)
    FROM orders WHERE id = ?
"""


class Order:
    """One order as the database has it."""

    def __init__(self, row):
        self.row = row[:5]
        self.status, self.amount, self.captured, self.refunded, _ = self.row
        self.refund_count, self.refund_sum, self.least_refund = row[5:]


def _accepted(status):
    return 200 <= status < 300


def _from(verb, *states):
    """The request is accepted although the order was in one of these states."""
    return lambda r: r.verb == verb and _accepted(r.status) and r.before.status in states


EFFECTS = {
    "double-refund": _from("refund", "refunded"),
    "refund-after-cancel": _from("refund", "canceled"),
    "capture-after-refund": _from("capture", "refunded"),
    "partial-refund-overflow": lambda r: r.verb == "refund" and r.after.refund_sum > r.after.amount,
    "rounding-overflow": lambda r: r.verb == "refund" and r.after.refund_sum > r.after.amount,
    "negative-refund": lambda r: r.verb == "refund" and r.after.refund_count > 0 and r.after.least_refund <= 0,
    "partial-refund-closes": lambda r: r.after.status == "refunded" and r.after.refunded < r.after.amount,
    "double-capture": _from("capture", "captured"),
    "late-cancel": _from("cancel", "paid", "captured"),
    "pay-after-expiry": _from("pay", "expired"),
    "refused-refund-leaves-row": lambda r: r.verb == "refund" and not _accepted(r.status)
    and r.after.refund_count > r.before.refund_count,
    "stale-total": lambda r: r.after.refund_sum != r.after.refunded,
    "get-touches": lambda r: r.method == "GET" and r.verb is None and r.before.row != r.after.row,
    "crash-on-unpaid-refund": lambda r: r.verb == "refund" and r.status == 500,
    "stale-status": lambda r: r.verb == "capture" and _accepted(r.status) and r.after.status == "paid",
}
"""The defects of the payments exploration, each with what it does to an order."""

TWO_ORDERS_FOR_ONE_KEY = "key-is-only-a-lock"
"""The defect about idempotency keys: one key, and two orders that exist side by side."""

TUTORIAL_BUGS = [
    "double-refund", "refund-after-cancel", "capture-after-refund", "partial-refund-overflow", TWO_ORDERS_FOR_ONE_KEY]
"""Those that VenomQA's tutorial says it catches; the last one it names, and has no action for."""

BUGS = TUTORIAL_BUGS + [bug for bug in EFFECTS if bug not in TUTORIAL_BUGS]


class Request:
    """One request under way, and what it did."""

    def __init__(self, method, path, message):
        self.method = method
        found = ORDER.match(path)
        self.order_id = int(found[1]) if found else None
        self.verb = found[2] if found else None
        self.key = None
        if method == "POST" and path.split("?")[0] == "/orders":
            # The key belongs to its account and its body: the same key with another body is refused rightly.
            self.key = (message.header(b"idempotency-key"), message.header(b"x-account"), message.body)
        self.before = self.after = None
        self.status = 0


class Watcher:
    """Counts requests, and notes the first at which a bug's effect is there."""

    def __init__(self, database, bug):
        self._bug = bug
        self._connection = sqlite3.connect(
            "file:%s?mode=ro" % database, uri=True, timeout=5, check_same_thread=False)
        self._looking = threading.Lock()
        self._lock = threading.Lock()
        self._orders_by_key = {}
        self.requests = 0
        self.first_at = None
        self.reached_after_requests = None
        self.reached_at = None

    def before(self, method, path, message):
        with self._lock:
            self.requests += 1
            number = self.requests
            if self.first_at is None:
                self.first_at = time.monotonic()
        request = Request(method, path, message)
        request.number = number
        request.before = self._order(request.order_id)
        return request

    def after(self, request, status, answer):
        request.status = status
        request.after = self._order(request.order_id)
        if self.reached_at is None and self._is_reached(request, answer):
            with self._lock:
                self.reached_at = time.monotonic()
                self.reached_after_requests = request.number

    def _is_reached(self, request, answer):
        if self._bug == TWO_ORDERS_FOR_ONE_KEY:
            return self._has_two_orders(request, answer)
        effect = EFFECTS.get(self._bug)
        return bool(effect and request.before and request.after and effect(request))

    def _has_two_orders(self, request, answer):
        if not request.key or not request.key[0] or request.status != 201:
            return False
        try:
            made = int(json.loads(answer.body)["id"])
        except (ValueError, KeyError, TypeError):
            return False
        ids = self._orders_by_key.setdefault(request.key, set())
        ids.add(made)
        # Ids of orders that a tool has since taken back don't count.
        return len(ids) > 1 and sum(self._order(number) is not None for number in ids) > 1

    def _order(self, number):
        if number is None:
            return None
        with self._looking:
            try:
                # A tool may have put another file's content in the place of this one's, so nothing is remembered.
                self._connection.execute("PRAGMA shrink_memory")
                row = self._connection.execute(LOOK, (number,)).fetchone()
            except sqlite3.Error:
                return None  # The file is being replaced at this moment; there will be other looks.
        return Order(row) if row else None

    def close(self):
        self._connection.close()
