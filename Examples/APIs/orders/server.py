#!/usr/bin/env python3
"""Orders and refunds: a small API to draft an exploration of. Python's standard library and SQLite, nothing else.

    python3 server.py --port 8080 --database orders-test.sqlite

An order is pending, paid, captured, canceled or refunded. PATCH moves it; refunds are objects of their own. Ids are
UUIDs and amounts are decimal texts inside objects. Every request has a connection of its own, and what it changed is
committed before it is answered. --bug switches on one planted bug.
"""

import argparse
import contextlib
import json
import re
import sqlite3
import sys
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders (id),
    amount_minor INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
"""

BUGS = {
    "crash-on-second-refund": "a second refund of an order ends in an exception: 500",
    "refund-after-cancel": "a canceled order that was paid can still be refunded",
    "over-refund": "each refund is compared with the whole order, not with what is left of it",
    "refused-refund-is-kept": "a refund that is too large is refused after it was written",
    "negative-amount": "an order of a negative amount is accepted",
}

# From which state to which an order may be moved by PATCH.
MOVES = {("pending", "paid"), ("paid", "captured"), ("pending", "canceled"), ("paid", "canceled")}


class Refusal(Exception):
    """An answer that refuses."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def minor_units(money, bug=""):
    """Cents of {"amount": "100.00", "currency": "USD"}."""
    if not isinstance(money, dict) or not isinstance(money.get("amount"), str):
        raise Refusal(400, "invalid_body", "An amount of money has an amount and a currency.")
    pattern = r"-?[0-9]{1,9}\.[0-9]{2}" if bug == "negative-amount" else r"[0-9]{1,9}\.[0-9]{2}"
    if not re.fullmatch(pattern, money["amount"]):
        raise Refusal(400, "invalid_amount", "An amount is a decimal with two digits behind the point.")
    if money.get("currency") not in ("USD", "EUR"):
        raise Refusal(400, "invalid_currency", "USD and EUR are known.")
    minor = int(money["amount"].replace(".", ""))
    if minor == 0:
        raise Refusal(422, "nothing", "The amount is nothing.")
    return minor


def money(minor, currency):
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return {"amount": f"{sign}{minor // 100}.{minor % 100:02}", "currency": currency}


class Orders:
    """The rules, over one connection."""

    def __init__(self, connection, bug):
        self.connection, self.bug = connection, bug

    def row(self, order_id):
        row = self.connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
        if row is None:
            raise Refusal(404, "unknown_order", "There is no such order.")
        return row

    def refunded(self, order_id):
        query = "SELECT COALESCE(SUM(amount_minor), 0) FROM refunds WHERE order_id = ?"
        return self.connection.execute(query, (order_id,)).fetchone()[0]

    def shown(self, order_id):
        row = self.row(order_id)
        return {
            "id": row["id"],
            "status": row["status"],
            "customer": {"email": row["email"]},
            "total": money(row["amount_minor"], row["currency"]),
            "refunded": money(self.refunded(order_id), row["currency"]),
            "created_at": row["created_at"],
        }

    def create(self, body):
        customer = body.get("customer")
        if not isinstance(customer, dict) or not isinstance(customer.get("email"), str):
            raise Refusal(400, "invalid_body", "An order has a customer with an email.")
        if not 3 <= len(customer["email"]) <= 100:
            raise Refusal(400, "invalid_email", "An email has from 3 to 100 characters.")
        minor = minor_units(body.get("total"), self.bug)
        order_id = str(uuid.uuid4())
        self.connection.execute(
            "INSERT INTO orders VALUES (?, 'pending', ?, ?, ?, ?)",
            (order_id, minor, body["total"]["currency"], customer["email"], now()),
        )
        return self.shown(order_id)

    def move(self, order_id, body):
        row, status = self.row(order_id), body.get("status")
        if status not in ("paid", "captured", "canceled"):
            raise Refusal(400, "invalid_status", "An order is moved to paid, captured or canceled.")
        if (row["status"], status) not in MOVES:
            raise Refusal(409, "wrong_state", f"An order that is {row['status']} can't become {status}.")
        self.connection.execute("UPDATE orders SET status = ? WHERE id = ?", (status, order_id))
        return self.shown(order_id)

    def refund(self, order_id, body):
        row, amount = self.row(order_id), minor_units(body.get("amount"))
        refundable = ("captured", "canceled") if self.bug == "refund-after-cancel" else ("captured",)
        if row["status"] not in refundable:
            raise Refusal(409, "wrong_state", f"An order that is {row['status']} can't be refunded.")
        if body["amount"]["currency"] != row["currency"]:
            raise Refusal(422, "wrong_currency", "A refund has the order's currency.")
        before = self.refunded(order_id)
        if self.bug == "crash-on-second-refund" and before > 0:
            raise RuntimeError("the second refund")
        left = row["amount_minor"] - (0 if self.bug == "over-refund" else before)
        refund_id = str(uuid.uuid4())
        insert = "INSERT INTO refunds VALUES (?, ?, ?, ?)"
        if amount > left:
            if self.bug == "refused-refund-is-kept":
                self.connection.execute(insert, (refund_id, order_id, amount, now()))
                self.connection.commit()
            raise Refusal(422, "too_much", "A refund is at most what is left of the order.")
        self.connection.execute(insert, (refund_id, order_id, amount, now()))
        if before + amount >= row["amount_minor"]:
            self.connection.execute("UPDATE orders SET status = 'refunded' WHERE id = ?", (order_id,))
        return {"refund": self.shown_refund(refund_id), "order": self.shown(order_id)}

    def shown_refund(self, refund_id):
        query = "SELECT r.*, o.currency FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.id = ?"
        row = self.connection.execute(query, (refund_id,)).fetchone()
        if row is None:
            raise Refusal(404, "unknown_refund", "There is no such refund.")
        return {
            "id": row["id"],
            "order_id": row["order_id"],
            "amount": money(row["amount_minor"], row["currency"]),
            "created_at": row["created_at"],
        }

    def refunds(self, order_id):
        self.row(order_id)
        query = "SELECT id FROM refunds WHERE order_id = ? ORDER BY rowid"
        rows = self.connection.execute(query, (order_id,)).fetchall()
        return {"refunds": [self.shown_refund(row["id"]) for row in rows]}


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


ROUTES = [
    ("GET", r"/health", 200, lambda orders, body: {"status": "ok"}),
    ("POST", r"/orders", 201, lambda orders, body: orders.create(body)),
    ("GET", r"/orders/([^/]+)", 200, lambda orders, body, order: orders.shown(order)),
    ("PATCH", r"/orders/([^/]+)", 200, lambda orders, body, order: orders.move(order, body)),
    ("POST", r"/orders/([^/]+)/refunds", 201, lambda orders, body, order: orders.refund(order, body)),
    ("GET", r"/orders/([^/]+)/refunds", 200, lambda orders, body, order: orders.refunds(order)),
    ("GET", r"/refunds/([^/]+)", 200, lambda orders, body, refund: orders.shown_refund(refund)),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    database, bug = "", ""

    def do_GET(self):
        self.handle_request()

    do_POST = do_PATCH = do_GET

    def handle_request(self):
        # Read before anything is answered: the connection goes on.
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, answer = self.answered(raw)
        except Refusal as refusal:
            status, answer = refusal.status, {"error": {"code": refusal.code, "message": refusal.message}}
        except Exception as error:
            print(f"{self.command} {self.path}: {error!r}", file=sys.stderr)
            status, answer = 500, {"error": {"code": "internal", "message": "Something went wrong."}}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answered(self, raw):
        path = self.path.split("?")[0]
        for method, pattern, status, act in ROUTES:
            match = re.fullmatch(pattern, path)
            if method != self.command or match is None:
                continue
            body = self.body(raw)
            with contextlib.closing(connect(self.database)) as connection, connection:
                return status, act(Orders(connection, self.bug), body, *match.groups())
        raise Refusal(404, "unknown_route", "There is nothing here.")

    def body(self, raw):
        if self.command == "GET":
            return {}
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "invalid_body", "The body is a JSON object.")
        return body

    def log_message(self, *arguments):
        pass


def connect(database):
    connection = sqlite3.connect(database, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection


def main():
    parser = argparse.ArgumentParser(description="Orders and refunds, to explore.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--database", type=Path, default=Path("orders-test.sqlite"))
    parser.add_argument("--bug", choices=BUGS, default="", help="; ".join(f"{k}: {v}" for k, v in BUGS.items()))
    arguments = parser.parse_args()
    with contextlib.closing(connect(arguments.database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
    Handler.database, Handler.bug = arguments.database, arguments.bug
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
